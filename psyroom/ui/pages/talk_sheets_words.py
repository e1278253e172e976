"""What a sheet's rows and files are called on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from psyroom.records.talks import WAYS
from psyroom.rules.talk_sheet import LABELS
from psyroom.rules.time import short_day
from psyroom.services.talk_sheet_rows import BLANK, CHANGED, NEW, PROBLEM, UNCHANGED, RowRead
from psyroom.services.talk_sheets import SheetState
from psyroom.services.talk_sheets_read import FileRead

STATES = {NEW: "新增", CHANGED: "修改", UNCHANGED: "不变", PROBLEM: "要核对", BLANK: "没填"}
TONES = {NEW: "good", CHANGED: "sky", UNCHANGED: "", PROBLEM: "brick", BLANK: ""}
ORDER = ("day", "talker", "way", "theme", "points", "follow_up", "excuse")
HOW_TO_DESTROY = (
    "文件夹里选中文件，按 Shift+Delete 直接删除（不进回收站）；U 盘上、微信或钉钉的聊天记录里还有的也要删掉。"
    "本程序不会替你删除。"
)


def value_of(field: str, value: Any) -> str:
    """A field's value as a person reads it."""
    if isinstance(value, date):
        return short_day(value)
    if field == "way":
        return WAYS.get(value, str(value))
    if field == "follow_up":
        return "要跟进" if value else "不用跟进"
    return str(value or "空")


def whole(values: Mapping[str, Any]) -> str:
    """All that stands in a row, in one line."""
    parts = [values[name] for name in ORDER if name in values and values[name] not in ("", None, False)]
    names = [name for name in ORDER if name in values and values[name] not in ("", None, False)]
    return " · ".join(value_of(name, value) for name, value in zip(names, parts, strict=True))


def differs(row: RowRead) -> list[tuple[str, str, str]]:
    """(what, old, new) of a row that would change something."""
    names = [name for name in ORDER if row.before.get(name) != row.after.get(name)]
    return [
        (LABELS[name], value_of(name, row.before.get(name)), value_of(name, row.after.get(name)))
        for name in names
        if name in row.after
    ]


def was(row: RowRead) -> str:
    """What stands in the room, as far as it is another."""
    if row.state == CHANGED:
        return "；".join(f"{label}：{old}" for label, old, _new in differs(row))
    return whole(row.before) if row.state == UNCHANGED else ""


def comes(row: RowRead) -> str:
    """What the row would bring, or why it brings nothing."""
    if row.state == PROBLEM:
        return row.reason
    if row.state == CHANGED:
        words = "；".join(f"{label}：{new}" for label, _old, new in differs(row))
    else:
        words = "" if row.state == UNCHANGED else whole(row.after)
    return "　".join(filter(None, (words, row.reason, *(f"（{said}）" for said in row.said))))


def outcome(file: FileRead) -> tuple[str, str]:
    """What became of a file, and the tone of it."""
    if file.locked:
        return "要密码", "amber"
    if file.refused:
        return "没有读", "brick"
    if found := file.count(PROBLEM):
        return f"{found} 处要核对", "amber"
    if found := file.count(NEW) + file.count(CHANGED):
        return f"{found} 条", "good"
    return ("都一样", "") if file.came else ("没有填", "amber")


def stands(state: SheetState) -> tuple[str, str]:
    """How far a class has come with its sheet, and the tone of it."""
    if state.came_back is not None:
        return (f"要核对 {state.problems}", "amber") if state.problems else ("交了", "good")
    if state.issued is not None:
        return "还没有交", "amber"
    return ("还没有发", "") if state.left_to_talk else ("不用发", "")
