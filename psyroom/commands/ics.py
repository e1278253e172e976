"""A person's hours as a calendar file without names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psyroom.commands import naming
from psyroom.commands.opening import Answer, open_room


def ics(options: Any) -> Answer:
    from psyroom.services import hours, ics, school

    with open_room(options) as room:
        term = school.context(room).term_on(room.today())
        first, last = options.first or term.monday(1), options.last or term.ends
        person = naming.person_named(room, options.person) if options.person else ""
        target = ics.write(room, Path(options.out), person, first, last, hours.local_now(room))
        entries = len(ics.listed(room, person, first, last))
    answer = {"file": str(target), "from": first.isoformat(), "to": last.isoformat(), "entries": entries}
    return 0, answer, f"{target}：{first} 到 {last}，{entries} 条，只写“忙”，没有姓名。"
