"""The room's own sheets over a real room: opening log of a week and of a semester, tomorrow's slips, recovery sheet."""

from __future__ import annotations

import io
import os
import stat
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from psyroom.errors import CannotWriteFile, Refused
from psyroom.records.booking import Booking, Visit
from psyroom.records.opening import Opening
from psyroom.records.school import Place
from psyroom.records.students import Student
from psyroom.reports import preview as pictures
from psyroom.services import hours, outgoing, sheets
from psyroom.services.school import context
from psyroom.store.room import Room

NOW = datetime(2026, 11, 19, 15, 0).astimezone()
MONDAY = date(2026, 11, 16)
CODE = "7K3M-QX9T-0ABC-W2ZP-4HJN-88VD-E6RG-YT51-K9"


@pytest.fixture
def lived(room: Room) -> Room:
    room.now = lambda: NOW.astimezone(UTC)
    room.clock_confirmed = True
    with room.write("准备") as deed:
        session, me = deed.session, room.person.id
        children = [
            Student(name=f"金丝雀{n}", sex="m", stage="vocational", cohort=2026, class_no=2 - n % 2) for n in range(4)
        ]
        session.add_all(children)
        place = Place(name="沙盘室")
        session.add(place)
        session.add(Opening(day=MONDAY, starts=720, ends=840, person=me, origin="hand"))
        session.add(Opening(day=MONDAY, starts=720, ends=840, person="", origin="hand"))
        session.add(
            Opening(day=MONDAY + timedelta(days=1), starts=1000, ends=1060, person=me, origin="ledger", received=3)
        )
        session.add(Opening(day=MONDAY - timedelta(days=7), starts=1000, ends=1960 - 900, person=me, origin="hand"))
        session.add(Visit(student=children[0].id, day=MONDAY, starts=730, ends=770, person=me))
        session.add(Visit(student=children[1].id, day=MONDAY, starts=1200, ends=1220, person=me, channel="telephone"))
        session.add(Visit(client="parent", student=children[1].id, day=MONDAY, starts=1100, ends=1140, person=me))
        tuesday = MONDAY + timedelta(days=8)
        for n, (client, outcome) in enumerate(
            [("student", "open"), ("student", "open"), ("student", "cancelled_by_student"), ("parent", "open")]
        ):
            session.add(
                Booking(
                    client=client, student=children[n].id, day=tuesday, starts=720 + n, ends=760, person=me,
                    place=place.id, outcome=outcome, way="class_teacher",
                )
            )  # fmt: skip
    return room


def flat(pdf: bytes) -> str:
    return " ".join(pictures.text(pdf).split())


def test_the_weekly_sheet_says_what_the_hours_say(lived: Room) -> None:
    made = sheets.week(lived, MONDAY + timedelta(days=2), NOW)
    counted = hours.week_of(lived, MONDAY, NOW)
    assert counted is not None and made.xlsx is not None and made.missing == ""
    page = openpyxl.load_workbook(io.BytesIO(made.xlsx), data_only=True).active
    total = next(row for row in page.iter_rows(values_only=True) if row[0] == "本周合计")
    assert total[5] * 60 == pytest.approx(counted.open_minutes) and total[6] * 60 == pytest.approx(
        counted.outside_lessons_minutes
    )
    assert counted.open_minutes == 120 + 60 + 40  # two people at noon count once, the telephone opens nothing
    assert total[8:12] == (2, 0, 1, 0)
    lines = [row for row in page.iter_rows(min_row=5, values_only=True) if str(row[0]).isdigit()]
    assert [(r[3], r[4], r[13]) for r in lines] == [
        ("12:00—14:00", "午休", None),
        ("18:20—19:00", "晚间", None),
        ("20:00—20:20", "电话", None),
        ("16:40—17:40", "课后", "来访3人次"),
    ]
    said = flat(made.pdf)
    assert "第12周（11月16日—11月22日）" in said and "青山职业学校" in said and "金丝雀" not in said
    assert made.name == "心理辅导室开放记录_2026-1_第12周"


def test_a_day_outside_semesters_has_no_weekly_sheet(lived: Room) -> None:
    with pytest.raises(Refused):
        sheets.week(lived, date(2026, 7, 20), NOW)


def test_the_semester_sheet_says_what_the_hours_say(lived: Room) -> None:
    made = sheets.term_log(lived, "2026-1", NOW)
    assert made.xlsx is not None
    page = openpyxl.load_workbook(io.BytesIO(made.xlsx), data_only=True).active
    rows = {row[0]: row for row in page.iter_rows(min_row=5, values_only=True)}
    for week in hours.weeks(lived, context(lived).term("2026-1"), NOW):
        row = rows[str(week.week)]
        if week.starts > NOW.date():
            assert row[2] is None and row[4] is None
        else:
            assert row[4] * 60 == pytest.approx(week.open_minutes)
            assert row[5] * 60 == pytest.approx(week.outside_lessons_minutes)
    assert rows["学期合计"][2] == 3 and rows["学期合计"][8:12] == (2, 0, 1, 0)
    assert rows["6"][12] == "国庆节放假3天，10月10日上课"
    said = flat(made.pdf)
    assert "另有台账登记的来访3人次" in said and "金丝雀" not in said and pictures.count(made.pdf) == 1


def test_tomorrows_slips_hold_students_who_are_still_expected(lived: Room) -> None:
    made = sheets.tomorrow(lived, MONDAY + timedelta(days=8))
    said = flat(made.pdf)
    assert said.index("2026级1班") < said.index("2026级2班")
    assert "金丝雀0" in said and "金丝雀1" in said and "沙盘室" in said
    assert "金丝雀2" not in said and "金丝雀3" not in said and "班主任" not in said
    assert "金丝雀" not in made.name


def test_the_duty_person_prints_the_sheets_too(duty_room: Room) -> None:
    assert sheets.week(duty_room, MONDAY, NOW).pdf.startswith(b"%PDF")
    assert sheets.term_log(duty_room, "2026-1", NOW).pdf.startswith(b"%PDF")
    assert "没有学生预约" in flat(sheets.tomorrow(duty_room, MONDAY).pdf)


def test_the_recovery_sheet_goes_where_asked_and_never_into_the_room(lived: Room, tmp_path: Path) -> None:
    pdf = sheets.write_recovery(lived, CODE, tmp_path / "恢复单.pdf")
    text = sheets.write_recovery(lived, CODE, tmp_path / "恢复单.txt")
    assert CODE in flat(pdf.read_bytes()) and "青山职业学校" in flat(pdf.read_bytes())
    assert CODE in text.read_text("utf-8") and "2026年11月19日" in text.read_text("utf-8")
    for inside in (
        lived.folder / "恢复单.pdf",
        lived.folder / "deeper" / "恢复单.txt",
        tmp_path / "x" / ".." / lived.folder.name / "r.pdf",
    ):
        with pytest.raises(Refused):
            sheets.write_recovery(lived, CODE, inside)
    assert CODE.encode() not in b"".join(p.read_bytes() for p in lived.folder.rglob("*") if p.is_file())


def test_a_file_held_for_a_moment_is_waited_for(lived: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an antivirus or a spreadsheet holds it on Windows: replacing is refused, then allowed."""
    held = threading.Event()
    real = outgoing.os.replace

    def replace(source: Path, target: Path) -> None:
        if not held.is_set():
            raise PermissionError(13, "held")
        real(source, target)

    monkeypatch.setattr(outgoing.os, "replace", replace)
    monkeypatch.setattr(outgoing, "PATIENCE", 60.0)
    threading.Timer(0.3, held.set).start()
    assert outgoing.put(lived, {"甲.txt": b"1"}, tmp_path)[0].read_bytes() == b"1"
    held.clear()
    monkeypatch.setattr(outgoing, "PATIENCE", 0.2)
    with pytest.raises(CannotWriteFile):
        outgoing.put(lived, {"甲.txt": b"2", "乙.txt": b"3"}, tmp_path)
    assert (tmp_path / "甲.txt").read_bytes() == b"1" and [
        p.name for p in tmp_path.iterdir() if p.suffix == ".new"
    ] == []


def test_a_device_or_a_pipe_is_not_written_over(lived: Room, tmp_path: Path) -> None:
    """A device is endless to read and would be gone once replaced."""
    pipe = tmp_path / "日程.ics"
    os.mkfifo(pipe)
    with pytest.raises(CannotWriteFile):
        outgoing.put(lived, {pipe.name: b"1"}, tmp_path)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
