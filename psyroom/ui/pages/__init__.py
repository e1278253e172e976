"""One file per page of the sidebar (`today`, `bookings`, `openings`, `students`, `notes`, `talks`, `returns`,
`settings`), and `page_part` for a part of one. What several pages show has a name of its own: `note_editor` and its parts, `attached*`,
`background`, `export_*`, `walk_in`, `who_looked`.
"""
