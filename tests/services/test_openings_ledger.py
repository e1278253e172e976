"""A school's duty ledger gives exactly its minutes, again changes nothing, and can be taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from psyroom.errors import BadFile
from psyroom.services import history, hours, openings, people, school
from psyroom.store.room import Room

SAMPLE = Path(__file__).parent.parent / "data" / "openings" / "开放记录_2026秋.xlsx"
EXPECTED: dict[str, Any] = json.loads(SAMPLE.with_suffix(".expected.json").read_text("utf-8"))


def minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


LESSONS = tuple((minutes(start), minutes(end)) for start, end in EXPECTED["lessons"])


def figures(room: Room) -> dict[str, dict[str, int]]:
    weeks = hours.weeks(room, school.context(room).term("2026-1"))
    return {
        "outside": {str(week.week): week.outside_lessons_minutes for week in weeks},
        "open": {str(week.week): week.open_minutes for week in weeks},
    }


WANTED = {"outside": EXPECTED["outside_lessons_minutes_by_week"], "open": EXPECTED["open_minutes_by_week"]}


@pytest.fixture
def autumn(new_room: Callable[..., Room]) -> Room:
    return new_room(term_starts=date.fromisoformat(EXPECTED["term_starts"]), weeks=EXPECTED["weeks"], lessons=LESSONS)


def ledger(path: Path, *rows: tuple[Any, ...]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("日期", "开放时间", "值班教师", "来访人次"), *rows):
        sheet.append(row)
    book.save(path)
    return path


def test_the_sample_gives_exactly_its_minutes_and_its_bad_rows(autumn: Room) -> None:
    dry = openings.import_ledger(autumn, SAMPLE, dry_run=True)
    assert figures(autumn)["open"] == dict.fromkeys(WANTED["open"], 0)
    done = openings.import_ledger(autumn, SAMPLE)
    assert figures(autumn) == WANTED
    assert (done.new, done.unchanged, done.repeated) == (EXPECTED["rows"], 0, 0)
    assert [problem.row for problem in done.problems] == [row for row, _ in EXPECTED["bad_rows"]]
    assert dry.as_json() == done.as_json()
    assert done.days == (date(2026, 8, 31), date(2026, 12, 25))


def test_the_rows_behind_every_week_sum_up(autumn: Room) -> None:
    openings.import_ledger(autumn, SAMPLE)
    for week in hours.weeks(autumn, school.context(autumn).term("2026-1")):
        days = school.context(autumn).term("2026-1").days_of(week.week)
        rows = hours.rows_behind(autumn, days[0], days[-1])
        assert sum(row.adds_open for row in rows) == WANTED["open"][str(week.week)]
        assert sum(row.adds_outside for row in rows) == WANTED["outside"][str(week.week)]


def test_again_changes_nothing_and_leaves_no_deed(autumn: Room) -> None:
    openings.import_ledger(autumn, SAMPLE)
    before = openings.openings_of(autumn, date(2026, 8, 1), date(2026, 12, 31))
    again = openings.import_ledger(autumn, SAMPLE)
    assert (again.new, again.unchanged, again.repeated, again.deed) == (0, EXPECTED["rows"], 0, "")
    assert openings.openings_of(autumn, date(2026, 8, 1), date(2026, 12, 31)) == before
    assert figures(autumn) == WANTED


def test_undo_takes_openings_and_new_names_out(autumn: Room) -> None:
    names = people.listed(autumn)
    done = openings.import_ledger(autumn, SAMPLE)
    assert sorted(done.new_people) == ["值班教师丙", "值班教师乙", "心理教师甲"]
    assert [(name, role) for _, name, role, _ in people.listed(autumn)[len(names) :]] == [
        (name, "none") for name in done.new_people
    ]
    history.undo(autumn)
    assert people.listed(autumn) == names
    assert openings.openings_of(autumn, date(2026, 8, 1), date(2026, 12, 31)) == []
    assert openings.import_ledger(autumn, SAMPLE).new == EXPECTED["rows"]


def test_the_duty_person_may_import(new_room: Callable[..., Room]) -> None:
    room = new_room("乙", term_starts=date(2026, 8, 31), weeks=17, lessons=LESSONS)
    openings.import_ledger(room, SAMPLE)
    assert figures(room) == WANTED


def test_known_people_several_teachers_and_repeated_lines(autumn: Room, tmp_path: Path) -> None:
    me = autumn.person.id
    path = ledger(
        tmp_path / "台账.xlsx",
        ("2026-09-01", "12:00-13:00", "甲", 2),
        ("9月1日", "12:00—13:00", "甲", 3),
        ("2026-09-02", "12:00-13:00；17:00-18:00", "甲、丁老师", 4),
        ("2026-09-03", "12:00-13:00", None, None),
    )
    done = openings.import_ledger(autumn, path)
    assert (done.new, done.repeated, done.openings, done.new_people) == (3, 1, 6, ["丁老师"])
    rows = openings.openings_of(autumn, date(2026, 9, 1), date(2026, 9, 3))
    assert [row.received for row in rows if row.received is not None] == [2, 4]
    assert [row.person for row in rows][0] == me and rows[-1].person == ""
    week = hours.weeks(autumn, school.context(autumn).term("2026-1"))[0]
    assert week.open_minutes == 60 + 120 + 60


def test_what_was_logged_on_duty_is_not_doubled_by_the_ledger(autumn: Room, tmp_path: Path) -> None:
    now = hours.local_now(autumn).replace(year=2026, month=11, day=20, hour=20)
    openings.record(autumn, {"day": date(2026, 9, 1), "starts": 720, "ends": 780}, now)
    done = openings.import_ledger(autumn, ledger(tmp_path / "台账.xlsx", ("2026-09-01", "12:00-13:00", "甲", None)))
    assert (done.new, done.unchanged) == (0, 1)


def test_a_file_that_is_no_ledger(autumn: Room, tmp_path: Path) -> None:
    (tmp_path / "信.xlsx").write_bytes(b"not a workbook")
    with pytest.raises(BadFile):
        openings.import_ledger(autumn, tmp_path / "信.xlsx")
    assert openings.openings_of(autumn, date(2026, 8, 1), date(2026, 12, 31)) == []
