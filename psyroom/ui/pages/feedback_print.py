"""家校反馈单 on their way out: seen as the real pages, why and to whom is asked, and each slip is 已打印 with the line in the
register, in one act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from psyroom.errors import Refused
from psyroom.services import feedback_slips
from psyroom.services.feedback_list import FeedbackLine
from psyroom.services.feedback_slips import Slips
from psyroom.services.hours import local_now
from psyroom.ui.pages.export_dialog import ExportDialog, Leaving, ask_to_leave
from psyroom.ui.window import Shell

WRITTEN = "written"
REASON, RECEIVER = "家校反馈", "学生家长"
"""What stands in the dialog at first: slips go home to parents."""


def leave_slips(shell: Shell, lines: Sequence[FeedbackLine]) -> ExportDialog | None:
    """The dialog for the slips of these students, four to a page."""
    room = shell.room
    if not lines:
        shell.toast("名单里没有人，换一个班或换一个筛选再打印。")
        return None
    made: list[Slips] = []  # what stands in the preview: just that leaves

    def make(ticks: frozenset[str]) -> Slips:
        meant = [line.student for line in lines if line.written or WRITTEN not in ticks]
        if not meant:
            raise Refused(why="这些学生的反馈都还没有写；先写，或去掉“只印写了的”，留横线手填。")
        found = feedback_slips.slips(room, meant, local_now(room))
        made[:] = [found]
        return found

    def write(_room: object, files: Mapping[str, bytes], folder: Path, *, password: str, **said: Any) -> list[Path]:
        return feedback_slips.leaving(
            room, made[0], folder, local_now(room),
            reason=said["reason"], receiver=said["receiver"], password=password,
        )  # fmt: skip

    def printed(_room: object, files: Mapping[str, bytes], **said: Any) -> None:
        feedback_slips.printed(room, made[0], local_now(room), reason=said["reason"], receiver=said["receiver"])

    blank = sum(1 for line in lines if not line.written)
    ticks = {WRITTEN: f"只印写了的（{len(lines) - blank} 份）"} if 0 < blank < len(lines) else {}
    leaving = Leaving(
        feedback_slips.KIND, tuple(line.student for line in lines), make,
        ticks=ticks, write=write, printed=printed, kinds=("export", "feedback"),
    )  # fmt: skip
    dialog = ask_to_leave(shell, leaving)
    for field, words in ((dialog.reason, REASON), (dialog.receiver, RECEIVER)):
        if not field.value():
            field.set_value(words)
    dialog.way.set_value("paper")
    return dialog
