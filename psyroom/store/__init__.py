"""The encrypted files: keys, engine, revisions and chain, migrations, questions (every select), attachments, backups.

- The only package that opens the database, and the only one that knows a key.
- Writing goes through `Room.write()`; nothing here knows a form, a page or a paper.
- Imports `rules`, `records`, `errors`, `paths`; never `intake`, `reports`, `services`, `ui`.

Who opens what: `roomfile`, `secret`, `members`, `grants`, `rekeying`, `recovering`, `enrolling`; one's own key: `private`.
What must not be lost: `history`, `bin`, `files` (attachments), `copies` and `backups*` with their `manifest`, `checking`.
"""
