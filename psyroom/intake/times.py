"""Opening times as ledgers write them: one cell with several spans, start and end in two cells, a start and a length."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from psyroom.intake.sheets import Cell, Clock, shown

PART_OF_DAY = "早上|早晨|早间|上午|中午|午间|午休|下午|傍晚|课后|晚上|晚间|晚|夜间|晚自习"
"""What a column of times may be headed with; it tells which half of the day a time without one belongs to."""
_CLOCK = r"(?:(上午|早上|早|中午|下午|傍晚|晚上|晚|夜)\s*)?(\d{1,2})\s*(?:[:.]\s*(\d{2})(?::\d{2})?|[点时]\s*(?:(\d{1,2})\s*分?|(半)|(整))?)(?!\d)"
_SPAN = re.compile(rf"{_CLOCK}\s*(?:-+|~|—+|–|−|至|到|―|─)\s*{_CLOCK}")
_FOUR = re.compile(r"(?<!\d)(\d{1,2})(\d{2})\s*(?:-+|~|—+|–|至|到)\s*(\d{1,2})(\d{2})(?!\d)")
_ONE = re.compile(_CLOCK)
_LENGTH = re.compile(r"(?:(\d+(?:\.\d+)?)\s*(?:小时|时|h|课时))?\s*(?:(\d+)\s*(?:分钟?|min))?", re.IGNORECASE)

Span = tuple[int, int]


def plain(cell: Cell) -> str:
    """A cell's text in half width, its dashes as they are in one form."""
    said = unicodedata.normalize("NFKC", shown(cell)).replace("：", ":").replace("∶", ":")
    return (
        said.replace("～", "~")
        .replace("〜", "~")
        .replace("﹣", "-")
        .replace("－", "-")
        .replace("‐", "-")
        .replace("‑", "-")
    )


def spans(cell: Cell, head: str = "") -> list[Span]:
    """Every span in a cell, in its order; an end may lie before its start (the caller says so). Empty: none was found.

    What is left beside the spans may only be separators and a word in brackets; else nothing is taken for read. `head`: the column's header; below 下午 2:30 is 14:30.
    """
    found = _spans(cell)
    if re.match("下午|傍晚|课后|晚|夜|中午|午", head) and not re.search("[上下]午|早|中午|傍晚|晚|夜", plain(cell)):
        late = 240 if re.match("中午|午", head) else 720
        found = [(a + 720 if a < late else a, b + 720 if b <= late else b) for a, b in found]
    return found


def _spans(cell: Cell) -> list[Span]:
    said = plain(cell)
    found: list[Span] = []
    places: list[tuple[int, int]] = []
    for match in _SPAN.finditer(said):
        parts = match.groups()
        starts, ends = _minutes(parts[:6], ""), _minutes(parts[6:], parts[0] or "")
        if starts is None or ends is None:
            return []
        if parts[0] and not parts[6] and ends <= starts and ends + 720 > starts and ends < 720:
            ends += 720  # 上午11:30-1:00
        found.append((starts, ends))
        places.append(match.span())
    if not found:
        for match in _FOUR.finditer(said):
            starts, ends = (int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4]))
            if int(match[2]) > 59 or int(match[4]) > 59 or max(starts, ends) > 1440:
                return []
            found.append((starts, ends))
            places.append(match.span())
    rest, at = "", 0
    for begin, end in places:
        rest, at = rest + said[at:begin], end
    rest += said[at:]
    return (
        found
        if not re.search(r"\d", re.sub(r"\(.*?\)|第[\d一二三四五六七八九十]+节|共?\d+\s*(分钟?|小时)", "", rest))
        else []
    )


def clock(cell: Cell) -> int | None:
    """One time of day: a time cell, 12:00, 12：00, 12点半, a day's fraction."""
    if isinstance(cell, Clock):
        return cell.minutes if 0 <= cell.minutes <= 1440 else None
    if isinstance(cell, datetime):
        return cell.hour * 60 + cell.minute
    if isinstance(cell, float) and 0 < cell < 1:
        return round(cell * 1440)
    said = plain(cell).strip()
    if match := _ONE.fullmatch(said):
        return _minutes(match.groups(), "")
    if re.fullmatch(r"\d{3,4}", said) and int(said[-2:]) < 60 and int(said[:-2]) <= 24:
        return int(said[:-2]) * 60 + int(said[-2:])
    return None


def length(cell: Cell, header: str) -> int | None:
    """A length in minutes: 90, 90分钟, 1.5小时, 1小时30分; a bare number goes by its header (时长（小时）)."""
    if isinstance(cell, Clock):
        return cell.minutes
    said = plain(cell).strip()
    if re.fullmatch(r"\d+(\.\d+)?", said):
        number = float(said)
        hours = "时" in header and "分" not in header and "时长" != header and number <= 16 or ("小时" in header)
        return round(number * 60) if hours else (round(number) if number >= 10 else None)
    match = _LENGTH.fullmatch(said)
    if not match or not (match[1] or match[2]):
        return None
    return round(float(match[1] or 0) * 60) + int(match[2] or 0)


def _minutes(parts: tuple[str | None, ...] | list[str | None], before: str) -> int | None:
    """Minutes from midnight of one clock's groups. `before`: the word that stood before the span's start."""
    word, hour_said, minute, spoken, half, _whole = parts
    hour = int(hour_said or 0)
    minutes = 30 if half else int(minute or spoken or 0)
    word = word or before
    if hour < 12 and (word in ("下午", "傍晚", "晚上", "晚", "夜") or (word == "中午" and hour < 4)):
        hour += 12
    if minutes > 59 or hour > 24 or (hour == 24 and minutes):
        return None
    return hour * 60 + minutes
