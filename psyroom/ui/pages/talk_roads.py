"""From a line about 一生一谈 to the place where it is written: a line of the time line, a hit of the search."""

from __future__ import annotations

from psyroom.ui.window import Shell

TABS = {"talk": "table", "care": "cover", "plan": "plans", "feedback": "feedback", "home_visit": "visits"}
"""Kind of a line → the part of 一生一谈 where it is written."""
_NAMED = {"talk": "talk", "plan": "plan", "feedback": "feedback", "home_visit": "visit"}


def leads(kind: str) -> bool:
    """Whether such a line leads there."""
    return kind in TABS


def follow(shell: Shell, kind: str, student: str, ref: str = "") -> None:
    """Show the record in its place. `ref`: its id, of a talk, a plan, a feedback or a home visit."""
    named = {_NAMED[kind]: ref} if ref and kind in _NAMED else {}
    shell.go("talks", tab=TABS[kind], student=student, **named)
