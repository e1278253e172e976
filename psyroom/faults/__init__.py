"""The fault suite: `python -m psyroom.faults --kills N --damages N --mutants N`. Nothing imports this package but tests.

- `kills`: whoever writes is killed at random moments (`deeds` at the desk, `work_kills` notes and drafts, `rekey_kills` a change
  of keys, `backup_kills` backups and bringing back), and what was acknowledged is looked for afterwards.
- `damage`: every file of a room is damaged in every way, and must be said to be. `mutants`: mutated files from outside are read.
"""
