"""Taking back what was done."""

from __future__ import annotations

from typing import Any

from psyroom.commands.opening import Answer, open_room


def undo(options: Any) -> Answer:
    from psyroom.services import history

    with open_room(options) as room:
        done = history.undo(room, options.deed)
    words = f"已撤销“{done.label}”。"
    if done.kept:
        words += f"有 {len(done.kept)} 名学生之后被改动过，仍保留：{'、'.join(done.kept)}。"
    return 0, {"undone": done.label, "kept": done.kept}, words
