"""What the rota's page says."""

from __future__ import annotations

from psyroom.rules.plan import Turn
from psyroom.rules.time import day_name
from psyroom.rules.typed import span
from psyroom.services.rota import RotaSlot


def turn_words(slot: RotaSlot, turn: Turn, name: str, changed: bool, problems: tuple[str, ...]) -> str:
    """A turn said whole: for the line under the calendar, the tool tip and a screen reader."""
    parts = [f"{day_name(turn.day)} {span(turn.starts, turn.ends)}"]
    if slot.place_name:
        parts.append(slot.place_name)
    who = name or "还没有人"
    if slot.instead_name and not changed:
        who += f"（替{slot.instead_name}，{slot.why}）"
    elif slot.fixed and not changed:
        who += "（固定时段）"
    parts.append(who + ("（未保存）" if changed else ""))
    return " · ".join(parts) + (f"。注意：{'；'.join(problems)}" if problems else "")


def proposed_words(made: int, nobody: int, past: bool) -> str:
    """What came of a proposal: how many openings somebody was found for, and how many nobody can keep."""
    if not made and not nobody:
        return "这个月已经过去了。" if past else "没有要排的：这个月都有人了。"
    words = f"排好 {made} 次，看过后按 Ctrl+S 保存。" if made else "没有排上。"
    return words + (f"有 {nobody} 次谁都不能值，标成“待定”。" if nobody else "")
