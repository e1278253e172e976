"""From an older shape to today's: numbered steps in raw SQL, all of them in one transaction over both files.

- A step never uses today's models: it says in SQL what it does, and which files it touches.
- Each file keeps its own number (`user_version`); a step over both needs one who holds the case key (`NeedsCases`).
- A step without a sample room from before it (`tests/store/samples/`) fails the suite.
"""

from __future__ import annotations

from psyroom.store.migrations.runner import LATEST, bring_up_to_date

__all__ = ["LATEST", "bring_up_to_date"]
