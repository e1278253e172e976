"""One cell into one value: sex, date, telephone, identity number, yes or no. Pure; what cannot be read is said, not guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import lru_cache

from psyroom.intake.sheets import Cell, Clock, is_blank, shown
from psyroom.rules.identity import check_digit_ok

_SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+?\d{2}")
_HAN = r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_BETWEEN_HAN = re.compile(rf"(?<={_HAN}|·)\s+(?={_HAN}|·)")
_DOTS = re.compile(rf"[•∙⋅・‧●･▪]|(?<={_HAN})\s*[.．。]\s*(?={_HAN})")
_PADDED = re.compile(r"(?<=[\d+)])\s+(?=\d)")
_QUOTES = "'‘’`\"“”="
_NOT_OF_NUMBER = re.compile(rf"[\s{_QUOTES}]")
_AROUND_IDENTITY = re.compile(r"[-—–_.·、/]|^[^0-9GLJ]+|(?<=[0-9X])[^0-9X×]+$")
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_PARTS = re.compile(
    r"(\d{4}|\d{2})(?:\s*[-./年,，、。\\]\s*|\s+)(\d{1,2})(?:\s*[-./月,，、。\\]\s*|\s+)(\d{1,2})\s*[日号.。]?(?:\s+\d.*|T.*)?"
)
_MONTH = re.compile(r"((?:19|20)\d{2})\s*[-./年、]?\s*(0?[1-9]|1[0-2])\s*月?")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_YES = {"是", "有", "1", "√", "✓", "✔", "☑", "y", "yes", "true", "对", "v", "○", "o", "√是", "t"}
_NO = {"否", "无", "0", "×", "x", "✗", "✘", "☐", "n", "no", "false", "没有", "不是", "-", "—", "/", "\\", "f", "无。"}
_SEX = {
    "m": {"男", "男性", "男生", "男孩", "1", "m", "male", "01", "先生", "男童", "♂"},
    "f": {"女", "女性", "女生", "女孩", "2", "f", "female", "02", "女童", "♀"},
}


class Unread(Exception):
    """A cell that holds something else. `why` is the plain sentence for its row."""

    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


@lru_cache(maxsize=4096)
def _one_line(said: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", said).split())


def text(cell: Cell) -> str:
    """A cell's text on one line: half-width letters and digits, no doubled blanks."""
    said = shown(cell)
    return said if said.isascii() and " " not in said and said.isprintable() else _one_line(said)


def uncoded(cell: Cell) -> str:
    """A registry's coded value without its code: `1-男` is 男, `01-汉族` is 汉族."""
    return _uncoded(text(cell))


@lru_cache(maxsize=4096)
def _uncoded(said: str) -> str:
    found = re.fullmatch(r"[0-9A-Za-z]{1,6}\s*[-—–_.、:]\s*(\D.*)", said)
    return found[1].strip() if found else said


def code(cell: Cell) -> str:
    """The code of a coded value: `2-双亲留守儿童` is 2; empty where there is none."""
    return _code(text(cell))


@lru_cache(maxsize=4096)
def _code(said: str) -> str:
    found = re.match(r"([0-9]{1,2})\s*[-—–_.、:]", said)
    return found[1] if found else ""


def name(cell: Cell) -> str:
    """A name as it is written: blanks between Han characters go (蒋  红), those of a latin name stay one."""
    said = _DOTS.sub("·", shown(cell).lstrip("*★'‘`"))
    return " ".join(_BETWEEN_HAN.sub("", said).split()) if not said.isalpha() else said


def sex(cell: Cell) -> str:
    """`m` or `f`; empty for an empty cell."""
    if is_blank(cell):
        return ""
    for said in (uncoded(cell).lower(), text(cell).lower().strip("() ")):
        for value, words in _SEX.items():
            if said in words:
                return value
    raise Unread(f"性别写的是“{shown(cell)[:10]}”，没有认出，先留空，请核实后补上")


def yes(cell: Cell, *, yes_words: frozenset[str] = frozenset(), no_words: frozenset[str] = frozenset()) -> bool | None:
    """Yes or no; None for an empty cell."""
    if is_blank(cell):
        return None
    said = uncoded(cell).lower()
    for candidate in (said, code(cell)):
        if candidate in yes_words or candidate in _YES and candidate not in no_words:
            return True
        if candidate in no_words or candidate in _NO:
            return False
    raise Unread(f"写的是“{shown(cell)[:10]}”，没有认出是或否，先留空")


def spoiled(cell: Cell) -> bool:
    """Whether a number of more than 15 digits went through a spreadsheet's number cell and has lost its last digits."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return abs(cell) >= 1e15
    said = text(cell)
    return not said.isdigit() and bool(_SCIENTIFIC.fullmatch(said.replace(" ", "")))


def digits(cell: Cell) -> str:
    """A telephone or a number as text: no blanks, no quotation mark in front, half width."""
    said = text(cell).strip(_QUOTES)
    if said.endswith(".0") and said[:-2].isdigit():
        said = said[:-2]
    return said if said.isdigit() else _PADDED.sub("", said)


def identity(cell: Cell) -> str:
    """An identity or registry number as text: upper case, no blanks."""
    said = digits(cell)
    if said.isdigit():
        return said
    said = _NOT_OF_NUMBER.sub("", said).upper()
    if not (
        said.isascii() and said.isalnum()
    ):  # 110101-20140101-001×: what stands between the digits goes where the check digit proves it
        bare = _AROUND_IDENTITY.sub("", said)
        bare = bare[:-1] + "X" if bare.endswith("×") else bare
        return bare if check_digit_ok(bare) else said
    return said


def month(cell: Cell) -> tuple[int, int] | None:
    """Year and month of a birthday written without its day; None for anything else."""
    found = _MONTH.fullmatch(text(cell).strip(_QUOTES))
    return (int(found[1]), int(found[2])) if found else None


def day(cell: Cell, *, year: int) -> date | None:
    """A birthday; None for an empty cell. `year` is the school year: a pupil is born in the forty years before its end."""
    if is_blank(cell):
        return None
    found = _day(cell)
    if found is None:
        raise Unread(f"出生日期“{shown(cell)[:14]}”不存在或没有认出，先留空，请核实后补上")
    if not year - 40 < found.year <= year:
        raise Unread(f"出生日期“{shown(cell)[:14]}”不像学生的生日，先留空，请核实后补上")
    return found


def _day(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, (bool, Clock)):
        return None
    said = text(cell).strip(_QUOTES)
    if _SERIAL.fullmatch(said):  # a date cell that lost its format: days since 1899-12-30
        return date(1899, 12, 30) + timedelta(days=int(float(said)))
    found = _EIGHT.fullmatch(said.removesuffix(".0")) or _PARTS.fullmatch(said)
    if not found:
        return None
    years = int(found[1]) + (2000 if len(found[1]) == 2 else 0)
    try:
        return date(years, int(found[2]), int(found[3]))
    except ValueError:
        return None
