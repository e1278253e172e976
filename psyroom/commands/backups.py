"""Backups without a window: making one, listing them, telling what bringing one back would change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psyroom.commands.opening import Answer, drive, note, open_room


def backup(options: Any) -> Answer:
    """A duty person's stays unverified until a counsellor opens the room."""
    from psyroom.services import backups

    with open_room(options) as room:
        if room.has_cases:
            drive(backups.verify_waiting(room))
        made = drive(backups.make(room, Path(options.to) if options.to else None))
    assert made is not None
    if made.trouble:
        note(f"第二处没有备份成：{made.trouble}")
    answer = {"path": str(made.path), "verified": made.verified, "records": made.rows}
    words = "备份好并核对过了" if made.verified else "备份好了，还没有打开核对（心理教师下次登录时核对）"
    return 0, answer, f"{words}：{made.path}"


def listed(options: Any) -> Answer:
    from psyroom.services import backups

    with open_room(options) as room:
        found = backups.listed(room)
    rows = [
        {
            "path": str(copy.path), "made_at": copy.made_at.astimezone().isoformat(timespec="seconds"),
            "verified": copy.verified, "kept": copy.pinned, "trouble": copy.trouble, "opens": copy.fits,
            "records": {name.split(".")[1]: count for name, count in copy.rows.items()},
        }
        for copy in found
    ]  # fmt: skip
    words = "\n".join(f"{copy.made_at.astimezone():%Y-%m-%d %H:%M}  {_state(copy)}  {copy.path}" for copy in found)
    return 0, rows, words or "还没有备份。"


def _state(copy: Any) -> str:
    if copy.trouble:
        return f"损坏（{copy.trouble}）"
    if copy.fits is False:
        return "换钥匙以前的"
    return "已核对" if copy.verified else "未验证"


def preview(options: Any) -> Answer:
    from psyroom.services import backups_back

    with open_room(options) as room:
        seen = backups_back.preview(room, Path(options.copy))
    answer = {
        "made_at": seen.made_at.astimezone().isoformat(timespec="seconds"),
        "verified": seen.verified,
        "missing_attachments": seen.missing,
        "differences": [
            {"kind": line.kind, "name": line.word, "back": line.back, "changed": line.changed, "gone": line.gone}
            for line in seen.lines
        ],
    }
    words = "\n".join(
        f"{line.word}：找回 {line.back}，变回当时的内容 {line.changed}，会没有 {line.gone}" for line in seen.lines
    )
    return 0, answer, words or "这份备份和现在一样。"
