"""What a person does: one function per deed.

- A service takes the opened room, checks rules first, writes rows in one deed, returns what the page should say next.
- Rights live here and below: what is not attached cannot be read.
- Imports `store`, `intake`, `reports`, `rules`, `records`, `errors`; never Qt.
"""
