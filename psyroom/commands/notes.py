"""Finding in one's own and the shared notes."""

from __future__ import annotations

from typing import Any

from psyroom.commands.opening import Answer, open_room
from psyroom.errors import Refused

MOST = 200
"""Notes listed at most."""


def search(options: Any) -> Answer:
    """What leaves the window is kept in the list of readings, though it is one's own or shared."""
    from psyroom.rules import finding
    from psyroom.services import note_search, reading, rights

    with open_room(options) as room:
        rights.needs_counsellor(room)
        if not finding.words_of(options.text):
            raise Refused(why="要找的文字至少两个字。")
        found = note_search.search(room, options.text, limit=MOST)
        reading.log(room, "search")
    answer = [{"student": h.who, "class": h.class_name, "on": h.day.isoformat(), "excerpt": h.excerpt} for h in found]
    lines = [
        " ".join(part for part in (h.day.isoformat(), h.class_name, h.who, f"{h.part_label}：{h.excerpt}") if part)
        for h in found
    ]
    return 0, answer, "\n".join(lines) or "没有找到。"
