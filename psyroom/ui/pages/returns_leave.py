"""A confidential return that goes with names, or with a row for each child: through the one dialog that asks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psyroom.reports.definition import Definition
from psyroom.services import return_talks, returns
from psyroom.services.returns import GRADES, NAMES, Preview
from psyroom.store.room import Room
from psyroom.ui.pages.export_dialog import ExportDialog, Leaving, ask_to_leave
from psyroom.ui.window import Shell

BY_GRADE = "班级只写到年级"
GIVES_AWAY = "没有写姓名，但{classes}只有一名学生在清单里，知道情况的人一看班级就知道是谁。对方不需要写到班的，请勾“{by_grade}”。"
SHOWN = 4  # classes that are named in the warning


def leave_return(shell: Shell, room: Room, wanted: Definition, term: str, students: tuple[str, ...]) -> ExportDialog:
    """`students`: whom it is about when it is written with everything."""
    made: dict[bytes, Preview] = {}  # by its pages: what is shown is what is filed
    alone = return_talks.alone(room, returns.local_now(room), term) if wanted.one_by_one else []

    def make(ticks: frozenset[str]) -> Mapping[str, bytes]:
        preview = returns.preview(room, wanted.code, term, ticks=ticks)
        made[preview.pdf] = preview
        return returns.files_of(preview)

    def shown(files: Mapping[str, bytes]) -> Preview:
        return made[next(data for name, data in files.items() if name.endswith(".pdf"))]

    def write(room: Room, files: Mapping[str, bytes], folder: Path, *, password: str, **said: Any) -> list[Path]:
        why = {"reason": said["reason"], "receiver": said["receiver"]}
        return returns.leave(room, shown(files), folder, password=password, files=files, **why)

    def printed(room: Room, files: Mapping[str, bytes], **said: Any) -> None:
        returns.leave_on_paper(room, shown(files), reason=said["reason"], receiver=said["receiver"])

    def warn(ticks: frozenset[str]) -> str:
        if not alone or ticks & {NAMES, GRADES}:
            return ""
        some = "、".join(alone[:SHOWN]) + (f"等 {len(alone)} 个班" if len(alone) > SHOWN else "")
        return GIVES_AWAY.format(classes=some, by_grade=BY_GRADE)

    ticks = {NAMES: wanted.names, **({GRADES: BY_GRADE} if wanted.one_by_one else {})}
    leaving = Leaving(
        wanted.title,
        students,
        make,
        ticks=ticks,
        write=write,
        printed=printed,
        kinds=("export", "case_filing"),
        warn=warn,
    )
    return ask_to_leave(shell, leaving)
