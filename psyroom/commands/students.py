"""The roster and finding in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psyroom.commands.opening import Answer, drive, open_room


def roster_import(options: Any) -> Answer:
    from psyroom.services import roster

    with open_room(options) as room:
        plan = drive(roster.plan(room, Path(options.file)))
        if not options.dry_run:
            roster.take(room, plan)
        answer = plan.as_json()
    words = "新增 {new}，改动 {changed}，不变 {unchanged}，重复 {repeated}".format(**answer)
    lines = [f"{p['sheet']} 第 {p['row']} 行：{p['reason']}" for p in answer["problems"]]
    return 0, answer, "\n".join([words, *lines])


def students_find(options: Any) -> Answer:
    from psyroom.records.students import SEXES
    from psyroom.services import students
    from psyroom.store.questions import students as ask

    with open_room(options) as room:
        found = students.find(room, options.text, limit=10_000)
        details: dict[str, Any] = {}
        if room.has_cases:
            with room.read() as session:
                details = ask.details(session, [f.id for f in found])
    answer = []
    for entry in found:
        row = details.get(entry.id)
        answer.append(
            {
                "id": entry.id,
                "name": entry.name,
                "sex": SEXES[entry.sex],
                "born": row.born.isoformat() if row and row.born else "",
                "grade": entry.class_key.partition("/")[0],
                "class_no": entry.class_no,
                "number": entry.number,
                "status": entry.status,
                "id_number": row.id_number if row else "",
                "student_number": row.registry_number if row else "",
                "guardian": row.guardian if row else "",
                "guardian_phone": row.guardian_phone if row else "",
            }
        )
    words = "\n".join(f"{e.class_name} {e.name} {SEXES[e.sex]} {e.number}".rstrip() for e in found) or "没有找到。"
    return 0, answer, words
