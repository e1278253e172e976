"""What a person does: one function per deed.

- A service takes the opened room, checks rules first, writes rows in one deed, returns what the page should say next.
- Rights live here and below: what is not attached cannot be read.
- Imports `store`, `intake`, `reports`, `rules`, `records`, `errors`; never Qt.

Most need a counsellor and say so first (`rights`); what a duty person may call stands in a list the tests hold. What was said
(`notes`, `note_*`, `private_notes`, `attachments`) is written to case.db alone, and no label of a deed over both files tells of
it. What leaves with names in it goes through `exports`.
"""
