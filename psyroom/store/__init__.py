"""The encrypted files: keys, engine, revisions and chain, migrations, questions (every select), copies.

- The only package that opens the database, and the only one that knows a key.
- Writing goes through `Room.write()`; nothing here knows a form, a page or a paper.
- Imports `rules`, `records`, `errors`, `paths`; never `intake`, `reports`, `services`, `ui`.
"""
