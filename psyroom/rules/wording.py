"""What a gentle word is due for while somebody writes: numbers and addresses that do not belong into a record, words a school
had better not use of its own findings. Nothing here forbids anything.

The words, with better ones, are data: `resources/notes/wording.json`. Hints to leave out identity numbers and homes stand
in the templates schools use (facts 4.2).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from psyroom.paths import resource


@dataclass(frozen=True, repr=False)
class Caution:
    """A place in a text (`start` to `end`, in characters). `kind`: id | phone | address | word; `better`: what could stand
    there instead, empty where nothing would fit."""

    start: int
    end: int
    kind: str
    sentence: str
    better: str


SENTENCES = {
    "id": "这里像是身份证号，记录里不用写；要用时学生档案里有。",
    "phone": "这里像是电话或联系号码，记录里不用写；要用时学生档案里有。",
    "address": "这里像是详细住址，写到区县或街道就够了。",
}
_EDGE = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_ID_18 = re.compile(_EDGE[0] + r"[1-9]\d{5}[ -]?([12]\d{3})(\d{2})(\d{2})[ -]?\d{3}[\dXx]" + _EDGE[1])
_ID_15 = re.compile(_EDGE[0] + r"[1-9]\d{5}(\d{2})(\d{2})(\d{2})\d{3}" + _EDGE[1])
_PHONES = (
    re.compile(r"(?<!\d)(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"),
    re.compile(r"(?<!\d)[(（]?0(?:10|2\d|[3-9]\d{2})[)）]?[ -]?[2-8]\d{6,7}(?!\d)"),
    re.compile(r"(?:电话|手机|座机|联系方式)(?:号码?)?[是为:： ]{0,3}(\d[\d -]{5,14}\d)"),
    re.compile(r"(?:QQ|qq|微信)(?:号码?)?[是为:： ]{0,3}([A-Za-z0-9_-]{5,20})(?![A-Za-z0-9_-])"),
)
_NUMBER = r"[\d一二三四五六七八九十百零〇两]{1,5}"
_ROADS = (
    r"(?:大道|大街|中路|东路|西路|南路|北路|路|街|巷|胡同|弄|里|村|屯|庄|苑|园|小区|社区|花园|公寓|新村|家属院|宿舍)"
)
_HOUSE = r"(?:号楼?|栋|幢|座|单元|室|组|弄|排|门牌)"
_ADDRESSES = (
    re.compile(rf"[\u4e00-\u9fff]{{1,14}}{_ROADS}{_NUMBER}{_HOUSE}(?:\D{{0,2}}{_NUMBER}(?:{_HOUSE}|(?!\d)))*"),
    re.compile(
        rf"[\u4e00-\u9fff]{{1,8}}(?:省|市|县|区|旗|州)[\u4e00-\u9fff]{{1,8}}(?:镇|乡|街道)[\u4e00-\u9fff]{{1,8}}(?:村|社区|屯)(?:{_NUMBER}{_HOUSE})?"
    ),
    re.compile(rf"[\u4e00-\u9fff]{{1,6}}(?:镇|乡)[\u4e00-\u9fff]{{1,6}}村{_NUMBER}{_HOUSE}"),
)
_BEFORE_A_PLACE = re.compile(r"(?:家住在?|住址[是为]?|地址[是为]?|住在|家在|搬到了?|来自|位于)")
_QUOTES = {"“": "”", "‘": "’", "「": "」", "『": "』"}
_SENTENCE_ENDS = re.compile(r"[。！？!?\n]")


@dataclass(frozen=True)
class _Words:
    found: re.Pattern[str]
    fine: re.Pattern[str]
    better: dict[str, tuple[str, str]]


@lru_cache(maxsize=1)
def _words() -> _Words:
    data = json.loads(resource("notes", "wording.json").read_text(encoding="utf-8"))
    better = {word: (row["better"], row.get("say", "")) for row in data["words"] for word in row["words"]}
    return _Words(_any_of(better), _any_of(data["fine"]), better)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """The longest that fits wins."""
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))


def look(text: str) -> list[Caution]:
    """Everything a gentle word is due for, in the order of the text; no two overlap."""
    found: list[Caution] = []
    for caution in (*_numbers(text), *_places(text), *_harsh(text)):
        if all(caution.end <= other.start or other.end <= caution.start for other in found):
            found.append(caution)
    return sorted(found, key=lambda caution: caution.start)


def _numbers(text: str) -> Iterator[Caution]:
    for pattern, century in ((_ID_18, ""), (_ID_15, "19")):
        for match in pattern.finditer(text):
            if _is_day(century + match[1], match[2], match[3]):
                yield Caution(*match.span(), "id", SENTENCES["id"], "")
    for pattern in _PHONES:
        for match in pattern.finditer(text):
            yield Caution(*match.span(pattern.groups), "phone", SENTENCES["phone"], "")


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def _places(text: str) -> Iterator[Caution]:
    for pattern in _ADDRESSES:
        for match in pattern.finditer(text):
            start, end = match.span()
            if leads := list(_BEFORE_A_PLACE.finditer(match[0])):
                start += leads[-1].end()
            if start < end:
                yield Caution(start, end, "address", SENTENCES["address"], "")


def _harsh(text: str) -> Iterator[Caution]:
    words = _words()
    allowed = [*_quoted(text), *(match.span() for match in words.fine.finditer(text)), *_after_a_hospitals(text)]
    for match in words.found.finditer(text):
        start, end = match.span()
        if any(first <= start and end <= last for first, last in allowed):
            continue
        better, say = words.better[match[0]]
        hint = say or (f"写成“{better}”会更合适。" if better else "换一种说法会更合适。")
        yield Caution(start, end, "word", f"“{match[0]}”：{hint}", better)


def _quoted(text: str) -> Iterator[tuple[int, int]]:
    """Where somebody's own words stand; quotation marks that are never closed hold nothing."""
    for first, last in _QUOTES.items():
        at = text.find(first)
        while at >= 0:
            end = text.find(last, at + 1)
            if end < 0:
                break
            yield at, end + 1
            at = text.find(first, end + 1)
    straight = [match.start() for match in re.finditer('"', text)]
    yield from ((a, b + 1) for a, b in zip(straight[::2], straight[1::2], strict=False))


def _after_a_hospitals(text: str) -> Iterator[tuple[int, int]]:
    """From where a hospital's finding is named to the end of that sentence: what follows is the hospital's word."""
    for match in re.finditer("医院诊断", text):
        end = _SENTENCE_ENDS.search(text, match.end())
        yield match.start(), end.start() if end else len(text)
