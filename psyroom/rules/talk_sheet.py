"""The class teachers' sheet of 一生一谈: its columns, and how what a teacher types in them is understood. Pure.

Nothing is guessed: what could mean two things, or nothing, is a problem that is shown, and whatever is understood otherwise
than it was typed is said beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, timedelta

from psyroom.records.talks import WAYS

SHEET = "谈话"
GUIDE = "填写说明"
HIDDEN = "psyroom"
HEADERS = ("学号", "姓名", "谈话日期", "谈话人", "方式", "主题", "要点", "是否需跟进", "未谈原因")
FIELDS = dict(
    zip(HEADERS, ("number", "name", "day", "talker", "way", "theme", "points", "follow_up", "excuse"), strict=True)
)
"""Column → field; the last but two of `records.talks.TalkFields`, `excuse` of `TalkExcuse`."""
LABELS = {field: header for header, field in FIELDS.items()}
FILLED = tuple(field for field in FIELDS.values() if field not in ("number", "name"))
"""The fields a teacher fills in."""
HINT_LENGTH = 60
"""Characters a teacher is asked to keep within; more is taken all the same, up to the record's own limit."""
HINT = f"写谈了什么、约好了什么；不写隐私，{HINT_LENGTH} 个字以内"
EXAMPLE_MARK = "示例"
EXAMPLE = (
    EXAMPLE_MARK,
    f"（{EXAMPLE_MARK}）",
    "10.12",
    "李老师",
    "面谈",
    "身体与睡眠",
    f"聊了作息，约好十点前睡。（{HINT}）",
    "否",
    "没谈成的只填这里",
)
"""Stands below the heads; told by its first two cells, it is never a row."""
SPARE = 5
"""Empty rows below the class, for children who came since."""
TWIN_MARK = "同名"

_OTHER_HEADERS = {
    "学号": "number",
    "学籍号": "",
    "学生姓名": "name",
    "日期": "day",
    "谈话时间": "day",
    "谈话老师": "talker",
    "谈话教师": "talker",
    "老师": "talker",
    "谈话方式": "way",
    "谈话主题": "theme",
    "谈话要点": "points",
    "谈话内容": "points",
    "内容": "points",
    "需跟进": "follow_up",
    "是否跟进": "follow_up",
    "需要跟进": "follow_up",
    "是否需要跟进": "follow_up",
    "没谈原因": "excuse",
    "未谈话原因": "excuse",
}
_WAY_WORDS = {
    "face": ("面谈", "当面", "面对面", "见面", "面聊", "个别谈", "单独谈", "办公室"),
    "telephone": ("电话", "手机", "电访", "通话"),
    "online": ("线上", "微信", "qq", "钉钉", "视频", "网上", "网络", "腾讯会议", "语音"),
    "home": ("家访", "上门"),
    "group": ("集体", "班会", "小组", "团体"),
    "letter": ("书信", "写信", "信件", "书面", "纸条", "周记", "便条"),
}
_YES = frozenset("是 需 要 需要 需跟进 要跟进 有 对 √ ✓ ✔ ☑ y yes 1 true".split())
_NO = frozenset("否 不 不需 不要 不用 不需要 无需 无 没有 × x ✗ n no 0 false - — /".split())
_DITTO = frozenset({"同上", "同前", "〃", '"', "″", "''", "”", "“"})


class Unread(Exception):
    """A cell that says nothing that could be kept. `why` is the plain sentence for its row."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


def plain(text: str) -> str:
    """Half width, small letters, no blanks: for comparing."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that are no letters: they steer a terminal or turn the writing round. Those of private use and
those younger than this Python stay: rare names are written with them."""


def unseen(letter: str) -> bool:
    """Whether nobody can see a character."""
    return unicodedata.category(letter) in _UNSEEN


def legible(text: str, most: int) -> str:
    """What a file says, for a sentence about it: □ for what nobody can see, cut to a length."""
    shown = text if len(text) <= most else f"{text[:most]}…"
    return shown if shown.isprintable() else "".join("□" if unseen(letter) else letter for letter in shown)


def field_of(header: str) -> str:
    """The field a column head means; empty where it is none of the sheet's."""
    said = re.sub(r"[(（\[【].*?[)）\]】]|[*★:：]", "", unicodedata.normalize("NFKC", header))
    said = "".join(said.split())
    return FIELDS.get(said, _OTHER_HEADERS.get(said, ""))


def is_example(number: str, name: str) -> bool:
    """Whether a row is the example, left in wherever it was sorted to; a child's name typed over it makes it a row."""
    marked = EXAMPLE_MARK in number or EXAMPLE_MARK in name
    return marked and (not name.strip() or EXAMPLE_MARK in name)


def is_ditto(text: str) -> bool:
    return text.strip() in _DITTO


def way(text: str) -> str:
    """The code of a way of talking as teachers call it: 微信 is online, 当面 is face. Raises `Unread`."""
    said = plain(text)
    for code, label in WAYS.items():
        if said == plain(label):
            return code
    found = {code for code, words in _WAY_WORDS.items() if any(word in said for word in words)}
    if len(found) != 1:
        known = "、".join(WAYS.values())
        raise Unread(f"方式“{legible(text, 12)}”{'可能是好几种' if found else '没有认出'}，请从 {known} 里选一个")
    return found.pop()


def yes(text: str) -> bool:
    """是 or 否 in its usual spellings. Raises `Unread`."""
    said = plain(text).rstrip("。.")
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise Unread(f"是否需跟进写的是“{legible(text, 12)}”，请填 是 或 否")


# ---- dates --------------------------------------------------------------------------------------------------------

_BEHIND = re.compile(r"[(（]?(?:星期|周|礼拜)([一二三四五六日天])[)）]?$")
_WHOLE = re.compile(r"(?P<y>\d{4}|\d{2})([-./、,]|年)(?P<m>\d{1,2})(?:\2|月)(?P<d>\d{1,2})[日号.]?")
_DIGITS = re.compile(r"(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})")
_SHORT = re.compile(r"(\d{1,2})[-./月、,](\d{1,2})[日号.]?")
_DAYS = "一二三四五六日"


def day(said: str, first: date, last: date, *, number: bool = False) -> date:
    """A date as typed: 10.12, 10月12日, 2026/10/12, 1012, 20261012, 10月12日（周一）. One without a year is the one that lies
    from `first` to `last`. `number`: the spreadsheet keeps it as a number, so that 10.1 may have been 10.10. Raises
    `Unread`, also for a day that does not exist or whose weekday is another."""
    text = plain(said).replace("。", ".").replace("—", "-").replace("–", "-").lstrip("'")
    weekday = _BEHIND.search(text)
    text = re.sub(r"(?<=\d)[t ]?\d{2}:\d{2}(:\d{2})?$", "", _BEHIND.sub("", text)) if ":" in text or weekday else text
    found = _read(text, said, first, last, number)
    if weekday and _DAYS.index(weekday[1].replace("天", "日")) != found.weekday():
        raise Unread(
            f"日期“{legible(said, 20)}”：{found.month}月{found.day}日是星期{_DAYS[found.weekday()]}，不是星期{weekday[1]}，请核对"
        )
    return found


def _read(text: str, said: str, first: date, last: date, number: bool) -> date:
    if re.fullmatch(r"\d{5}", text) and 36526 <= int(text) <= 73050:  # a date cell that lost its format
        return date(1899, 12, 30) + timedelta(days=int(text))
    if whole := _WHOLE.fullmatch(text) or _DIGITS.fullmatch(text):
        year = int(whole["y"]) + (2000 if len(whole["y"]) == 2 else 0)
        return _existing(year, int(whole["m"]), int(whole["d"]), said)
    short = _SHORT.fullmatch(text) or re.fullmatch(r"(\d{2})(\d{2})", text)
    if not short:
        raise Unread(f"谈话日期“{legible(said, 20)}”没有认出，请写成 10.12 或 2026-10-12 的样子")
    month, on = int(short[1]), int(short[2])
    if number and len(short[2]) == 1 and "." in text and on <= 3 and _within(month, on * 10, first, last):
        if _within(month, on, first, last):
            raise Unread(
                f"谈话日期“{said}”可能是 {month}月{on}日，也可能是 {month}月{on}0日，请写成 {month}月{on}日 的样子"
            )
        on *= 10
    if inside := _within(month, on, first, last):
        return inside
    years = [first.year, last.year]
    return _existing(years[0] if month >= first.month else years[-1], month, on, said)


def _within(month: int, on: int, first: date, last: date) -> date | None:
    for year in range(first.year, last.year + 1):
        try:
            found = date(year, month, on)
        except ValueError:
            continue
        if first <= found <= last:
            return found
    return None


def _existing(year: int, month: int, on: int, said: str) -> date:
    try:
        return date(year, month, on)
    except ValueError:
        raise Unread(f"没有“{legible(said, 20)}”这一天，请核对日期") from None


# ---- two children of one name --------------------------------------------------------------------------------------


def marks(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    """What stands under 学号 for each (number, name, sex) of a class in order: the number; where there is none and the name
    is not the only one of its kind, 同名① …, with the sex where it tells them apart."""
    by_name: dict[str, list[int]] = {}
    for at, (_, name, _) in enumerate(rows):
        by_name.setdefault(name, []).append(at)
    found = []
    for at, (number, name, sex) in enumerate(rows):
        twins = by_name[name]
        if number or len(twins) == 1:
            found.append(number)
            continue
        place = f"{TWIN_MARK}{chr(0x2460 + min(twins.index(at), 19))}"
        found.append(place + (sex if len({rows[twin][2] for twin in twins}) == len(twins) else ""))
    return found


def twin(mark: str) -> int | None:
    """The place among those of the name that a mark names, from 0; None where it is no mark."""
    found = re.match(rf"{TWIN_MARK}([\u2460-\u2473]|[1-9][0-9]?)", mark.strip())
    if not found:
        return None
    said = unicodedata.normalize("NFKC", found[1])
    return int(said) - 1
