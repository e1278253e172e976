"""Dates and times as people type them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from psyroom.rules.classes import number_of
from psyroom.rules.time import WEEKDAYS, monday_of

_DAYS = {"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "今": 0, "明天": 1, "明日": 1, "明": 1}
_DAYS |= {"后天": 2, "大后天": 3}
_WEEKS = {"上上": -2, "上": -1, "": 0, "这": 0, "本": 0, "这个": 0, "下": 1, "下个": 1, "上个": -1, "下下": 2}
_WEEKDAY = re.compile(r"(上上|上个?|这个?|本|下下|下个?)?(?:周|星期|礼拜)([一二三四五六日天1-7])")
_FULL = re.compile(r"(\d{4}|\d{2})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})[日号]?")
_SHORT = re.compile(r"(\d{1,2})(?:[-/.]|月)(\d{1,2})[日号]?")
_DAY_ONLY = re.compile(r"(\d{1,2})[日号]")
_CLOCK = re.compile(r"(\d{1,2})[:.点时](\d{2})分?")
_HOUR = re.compile(r"(\d{1,2}|[一二三四五六七八九十两]{1,3})[点时](整|半|一刻|三刻|[一二三四五六七八九十]{1,3}分?)?")
_HALF_DAY = re.compile(r"(凌晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚|am|pm)", re.IGNORECASE)
_PARTS = {"整": 0, "半": 30, "一刻": 15, "三刻": 45}


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).replace("。", ".").replace("﹕", ":")


YEARS = range(1900, 2101)
"""Years in which anything of a school can lie; weeks before and after can still be reckoned."""


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def _nearest(month: int, day: int, today: date) -> date | None:
    """The year is the one that puts the day nearest to today."""
    years = (today.year, today.year + 1, today.year - 1)
    found = [when for year in years if (when := _date(year, month, day)) and abs((when - today).days) <= 183]
    return min(found, key=lambda when: abs((when - today).days), default=None)


def day(text: str, today: date) -> date | None:
    """3.5, 0305, 3月5日, 5号, 2026-03-05, 20260305, 明天, 周五 (of this Monday-to-Sunday week), 下周三; None: not read.

    A date without a year is the one nearest to `today`.
    """
    plain = _plain(text)
    if plain in _DAYS:
        return today + timedelta(days=_DAYS[plain])
    if found := _WEEKDAY.fullmatch(plain):
        number = WEEKDAYS.find(found[2].replace("天", "日"))
        monday = monday_of(today)
        return monday + timedelta(weeks=_WEEKS[found[1] or ""], days=number if number >= 0 else int(found[2]) - 1)
    if found := _FULL.fullmatch(plain):
        year = int(found[1])
        return _date(year if year > 99 else 2000 + year, int(found[2]), int(found[3]))
    if re.fullmatch(r"\d{8}", plain):
        return _date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    if re.fullmatch(r"\d{4}", plain):
        return _nearest(int(plain[:2]), int(plain[2:]), today)
    if found := _SHORT.fullmatch(plain):
        return _nearest(int(found[1]), int(found[2]), today)
    if found := _DAY_ONLY.fullmatch(plain):
        return _date(today.year, today.month, int(found[1]))
    return None


def minutes(text: str, *, school_hours: bool = False) -> int | None:
    """1430, 14:30, 14：30, 14.30, 930, 14点半, 下午2:30, 24:00 as minutes from midnight; None: not read.

    `school_hours`: 2:30 written without a leading zero or a word means the afternoon (1 to 6 o'clock), as people say it
    when they book; a ledger is read as written.
    """
    plain = _plain(text)
    said = ""
    if half_day := _HALF_DAY.search(plain):
        said = half_day[1].lower()
        plain = plain.replace(half_day[1], "", 1)
    hour: int | None
    if found := _CLOCK.fullmatch(plain):
        hour, minute, written = int(found[1]), int(found[2]), found[1]
    elif found := _HOUR.fullmatch(plain):
        hour, written = number_of(found[1]), found[1]
        rest = found[2] or "整"
        part = _PARTS.get(rest, number_of(rest.removesuffix("分")))
        if hour is None or part is None:
            return None
        minute = part
    elif re.fullmatch(r"\d{3,4}", plain):
        written = plain[:-2]
        hour, minute = int(written), int(plain[-2:])
    elif re.fullmatch(r"\d{1,2}", plain):
        hour, minute, written = int(plain), 0, plain
    else:
        return None
    afternoon = said in ("下午", "傍晚", "晚上", "晚", "pm") and hour < 12 or said == "中午" and hour < 3
    if afternoon or (school_hours and not said and 1 <= hour <= 6 and not written.startswith("0")):
        hour += 12
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        return None
    return hour * 60 + minute


def stretch(text: str) -> tuple[int, int] | None:
    """1210-1250, 12:10—12:50, 12.10到12.50, 1210 1250, 12101250 as two minutes from midnight; None: not read."""
    parts = [part for part in re.split(r"\s*(?:[-–—~～至到]+|\s)\s*", text.strip()) if part]
    if len(parts) == 1 and re.fullmatch(r"\d{8}", _plain(parts[0])):
        parts = [parts[0][:4], parts[0][4:]]
    if len(parts) != 2:
        return None
    starts, ends = minutes(parts[0]), minutes(parts[1])
    return (starts, ends) if starts is not None and ends is not None else None


def clock(value: int) -> str:
    """870 → 14:30"""
    return f"{value // 60:02d}:{value % 60:02d}"


def span(starts: int, ends: int) -> str:
    """14:30—15:10"""
    return f"{clock(starts)}—{clock(ends)}"


def length(value: int) -> str:
    """95 → 1 小时 35 分"""
    hours, rest = divmod(value, 60)
    return " ".join(part for part in (f"{hours} 小时" if hours else "", f"{rest} 分" if rest else "") if part) or "0 分"
