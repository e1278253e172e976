"""A school of thirty classes for the days of the sheets, and the hands of its class teachers: what each does to the file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl

from psyroom.records.students import Student
from psyroom.records.talks import TalkSheet
from psyroom.rules.talk_sheet import HEADERS, SHEET
from psyroom.services import talk_rules
from psyroom.store.room import Room
from tests.data.talk_sheets.blank import CLASS, PASSWORD
from tests.data.talk_sheets.blank import SHEET as SHEET_ID
from tests.services.talk_sheet_school import column, opened, row_of, saved

DATA = Path(__file__).parent.parent / "data" / "talk_sheets"
STAGE = "vocational"
COHORTS = (2024, 2025, 2026)
SURNAMES, MIDDLE, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", "安静明朗清", "宁帆诺然雪磊果轩"
FIRST_DAY = date(2026, 9, 14)
Typed = Mapping[str, Any]


@dataclass(frozen=True)
class Child:
    id: str
    name: str
    number: str


def key_of(cohort: int, class_no: int) -> str:
    return f"{cohort}级/{class_no}"


def fill_school(room: Room) -> dict[str, list[Child]]:
    """900 students in thirty classes, each with its class teacher; by class, in the order of the numbers. 2026级3班 is the
    class of the committed sheets."""
    found: dict[str, list[Child]] = {}
    rows: list[Student] = []
    for cohort in COHORTS:
        for class_no in range(1, 11):
            ours = (cohort, class_no) == (2026, 3)
            told = CLASS if ours else _class(cohort, class_no, 31 if class_no <= 7 else 30)
            made = [
                Student(name=name, sex=sex, number=number, stage=STAGE, cohort=cohort, class_no=class_no)
                for number, name, sex in told
            ]
            made.sort(key=lambda row: (row.number, row.id))
            rows += made
            found[key_of(cohort, class_no)] = [Child(row.id, row.name, row.number) for row in made]
    with room.write("准备") as deed:
        deed.session.add_all(rows)
    talk_rules.set_class_teachers(
        room, {(STAGE, cohort, n): f"{SURNAMES[n]}老师" for cohort in COHORTS for n in range(1, 11)}
    )
    return found


def _class(cohort: int, class_no: int, many: int) -> list[tuple[str, str, str]]:
    shift = cohort + class_no
    return [
        (f"{cohort}{class_no:02d}{n + 1:02d}", f"{SURNAMES[(n + shift) % 16]}{MIDDLE[n // 8]}{GIVEN[n % 8]}", "mf"[n % 2])
        for n in range(many)
    ]  # fmt: skip


def at(room: Room, moment: datetime) -> datetime:
    """The clock of the room."""
    room.now, room.clock_confirmed = lambda: moment.astimezone(UTC), True
    return moment


def as_committed(room: Room, term: str) -> None:
    """The sheet of 2026级3班 is the one the committed files were made from: its number and its password."""
    with room.write("表") as deed:
        from sqlmodel import select

        rows = select(TalkSheet).where(
            TalkSheet.term == term, TalkSheet.stage == STAGE, TalkSheet.cohort == 2026, TalkSheet.class_no == 3
        )
        row = deed.session.exec(rows).one()
        values = {**row.model_dump(), "id": SHEET_ID, "password": PASSWORD}
        deed.session.delete(row)
        deed.session.add(TalkSheet(**values))
        assert len(json.loads(row.students)) == len(CLASS)


# ---- how a class teacher fills it ---------------------------------------------------------------------------------


def day_of(n: int) -> date:
    """When the class teacher talks to the nth of the class: three a week."""
    return FIRST_DAY + timedelta(days=7 * (n // 4) + n % 4)


def _dots(day: date) -> str:
    return f"{day.month}.{day.day}"


def _chinese(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _cell(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


STYLES: Sequence[tuple[Callable[[date], Any], Sequence[str], Sequence[str]]] = (
    (_dots, ("面谈", "", "电话"), ("学习情况", "", "身体与睡眠")),
    (_chinese, ("当面", "微信", ""), ("同伴交往", "日常交流", "")),
    (_cell, ("", "", "面谈"), ("", "学习情况", "家庭")),
)
"""Three teachers: how each writes a day, the ways, the themes."""


def typed(children: Sequence[Child], style: int, but: Mapping[str, str]) -> dict[str, Typed]:
    """What is typed for each child. `but`: by name, why there was no talk; empty: nothing is written."""
    write, ways, themes = STYLES[style]
    found: dict[str, Typed] = {}
    for n, child in enumerate(children):
        if child.name in but:
            if but[child.name]:
                found[child.name] = {"excuse": but[child.name]}
            continue
        found[child.name] = {
            "day": write(day_of(n)), "way": ways[n % 3], "theme": themes[n % 3], "points": "作业和睡眠都问了" if n % 4 else "",
        }  # fmt: skip
    return found


def fill(path: Path, rows: Mapping[str, Typed], key: str, change: Callable[[Any], None] | None = None) -> Path:
    """Opened with its password, filled, saved under it again."""
    book = opened(path, key)
    page = book[SHEET]
    for name, cells in rows.items():
        at_row = row_of(page, name)
        for code, value in cells.items():
            if value:
                page.cell(at_row, column(code)).value = value
    if change is not None:
        change(book)
    return saved(book, path, key)


def by_marks(book: Any) -> None:
    """Unlocks the sheet, puts a column of marks in after the names, and sorts by it."""
    page = book[SHEET]
    page.protection.sheet = False
    body = [[cell.value for cell in line] for line in page.iter_rows(min_row=3) if line[1].value]
    page.cell(1, 10).value = "期中成绩"
    for place, line in enumerate(body):
        line.append(50 + place * 17 % 49)
    body.sort(key=lambda line: (-line[-1], str(line[0])))
    for place, line in enumerate(body, 3):
        for at_column, value in enumerate(line, 1):
            page.cell(place, at_column).value = value


def with_remarks(book: Any) -> None:
    """A column of remarks more, in the middle."""
    page = book[SHEET]
    page.protection.sheet = False
    page.insert_cols(3)
    page.cell(1, 3).value = "备注"
    page.cell(4, 3).value = "班长"


def pasted(children: Sequence[Child], stranger: Child) -> Callable[[Any], None]:
    """The last rows are pasted over from the teacher's own table, as pasting leaves them: dates as another writes them, one
    child twice; and one of another class beneath."""

    def change(book: Any) -> None:
        page = book[SHEET]
        last = max(row for row in range(3, page.max_row + 1) if page.cell(row, 2).value)
        for child in (children[-1], stranger):
            last += 1
            for at_column, value in enumerate((child.number, child.name, "2026.10.20", "", "面谈"), 1):
                page.cell(last, at_column).value = value

    return change


def on_a_phone(path: Path, rows: Mapping[str, Typed], key: str, name: str) -> Path:
    """As WPS on a telephone leaves it when it is sent as a copy: under a name of its own, without password, protection and
    hidden sheet, everything a text."""
    old = opened(path, key)[SHEET]
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = SHEET
    page.append(list(HEADERS))
    for line in old.iter_rows(min_row=2, max_col=len(HEADERS), values_only=True):
        cells = ["" if value is None else str(value) for value in line]
        for code, value in rows.get(cells[1], {}).items():
            cells[column(code) - 1] = f"{value:%Y-%m-%d}" if isinstance(value, datetime) else str(value)
        page.append(cells)
    path.unlink()
    return saved(book, path.with_name(name))


def from_libreoffice(path: Path) -> Path:
    """The committed file, which LibreOffice really saved under the password."""
    shutil.copy(DATA / "libreoffice-locked.xlsx", path)
    return path
