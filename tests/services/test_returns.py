"""The first return over a real encrypted room: figures against records, files, filing, rights."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import tempfile
from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from psyroom.errors import CannotWriteFile, ClockDoubt, NeedsCounsellor, NotUndoable, Refused
from psyroom.records.booking import OUTCOMES, Booking, Visit
from psyroom.records.opening import Opening, OpeningException, Slot
from psyroom.records.students import Student
from psyroom.reports import preview as pictures
from psyroom.services import hours, openings, outgoing, returns
from psyroom.services.history import undo
from psyroom.services.school import context
from psyroom.store.checking import head_of
from psyroom.store.history import deeds
from psyroom.store.room import Room

NOW = datetime(2026, 11, 19, 15, 0).astimezone()
"""A Thursday in week 12."""
CANARY = "金丝雀鑫淼"
MONDAY = date(2026, 11, 16)


def lived_in(room: Room) -> None:
    """Two weeks of openings, visits of every kind, bookings of every outcome."""
    with room.write("准备") as deed:
        session = deed.session
        children = [
            Student(
                name=f"{CANARY}{n}",
                sex="mf"[n % 2] if n < 5 else "",
                stage="vocational",
                cohort=2026 - n % 3,
                class_no=1,
            )
            for n in range(6)
        ]
        session.add_all(children)
        session.add(Slot(weekday=1, starts=720, ends=840, person=room.person.id, since=date(2026, 8, 31)))
        session.add(Slot(weekday=1, starts=780, ends=900, since=date(2026, 8, 31)))  # a second person, half at once
        session.add(OpeningException(day=date(2026, 11, 14), starts=540, ends=600, opens=True, why="make_up"))
        for week in (0, 1):
            for n in range(5):
                day = MONDAY - timedelta(weeks=week) + timedelta(days=n)
                if day > NOW.date():
                    continue
                session.add(Opening(day=day, starts=720, ends=900, person=room.person.id, origin="hand"))
                session.add(Opening(day=day, starts=860, ends=930, origin="ledger", received=1))
        day = MONDAY
        session.add(Visit(student=children[0].id, day=day, starts=730, ends=770, person=room.person.id))
        session.add(
            Visit(student=children[0].id, day=day, starts=1200, ends=1230, person=room.person.id, channel="telephone")
        )
        session.add(Visit(student=children[1].id, day=day, starts=1000, ends=1030, person=room.person.id))
        session.add(Visit(student=children[5].id, day=day, starts=1040, ends=None, person=room.person.id))
        session.add(
            Visit(client="parent", student=children[0].id, day=day, starts=1100, ends=1130, person=room.person.id)
        )
        session.add(Visit(client="teacher", name="金丝雀老师", day=day, starts=1140, ends=1150, person=room.person.id))
        for size in (8, 9):
            session.add(
                Visit(
                    client="group",
                    group_no=1,
                    size=size,
                    form="group",
                    day=day,
                    starts=600,
                    ends=640,
                    person=room.person.id,
                )
            )
        for n, outcome in enumerate(OUTCOMES):
            for _ in range(n + 1):
                session.add(
                    Booking(
                        student=children[2].id, day=day, starts=700, ends=740, person=room.person.id, outcome=outcome
                    )
                )
        # before the semester: counts nowhere
        session.add(Visit(student=children[0].id, day=date(2026, 8, 20), starts=730, ends=770, person=room.person.id))


def drive(work: Generator[Any, None, list[Path]]) -> tuple[list[Path], list[Any]]:
    steps = []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as done:
            return done.value, steps


@pytest.fixture
def lived(room: Room) -> Room:
    room.now = lambda: NOW.astimezone(UTC)
    room.clock_confirmed = True
    lived_in(room)
    return room


def test_every_figure_is_the_sum_of_its_rows(lived: Room) -> None:
    made = returns.preview(lived, "opening-summary", "2026-1", NOW)
    figures = made.figures
    assert len(figures) > 100
    for id, figure in figures.items():
        rows = returns.figure_rows(lived, made, id)
        added = sum(row.adds for row in rows)
        assert figure.value == pytest.approx(added / 60 if id.startswith("opening/") else added), id
        assert all(row.kind != "gone" and row.what for row in rows)


def test_the_weeks_are_the_hours_of_the_hours_page(lived: Room) -> None:
    figures = returns.preview(lived, "opening-summary", "2026-1", NOW).figures
    counted = hours.weeks(lived, context(lived).term("2026-1"), NOW)
    shown = [w for w in counted if w.starts <= NOW.date()]
    for week in shown:
        assert figures[f"opening/{week.week}/open"].value * 60 == pytest.approx(week.open_minutes)
        assert figures[f"opening/{week.week}/outside"].value * 60 == pytest.approx(week.outside_lessons_minutes)
    assert sum(w.open_minutes for w in shown) > 0
    assert figures["opening/all/outside"].value * 60 == pytest.approx(sum(w.outside_lessons_minutes for w in shown))
    assert "opening/13/open" not in figures and figures["opening/13/planned"].value == 3.0  # 12:00—15:00, once
    assert figures["opening/11/planned"].value == 4.0  # and a Saturday's hour


def test_people_are_counted_by_kind_client_sex_and_grade(lived: Room) -> None:
    value = {id: f.value for id, f in returns.preview(lived, "opening-summary", "2026-1", NOW).figures.items()}
    assert (value["client/student/times"], value["client/student/people"]) == (4, 3)
    assert (value["client/parent/times"], value["client/teacher/times"], value["client/group/times"]) == (1, 1, 17)
    assert (value["client/all/times"], value["client/all/people"]) == (23, 5)
    assert (value["form/individual.telephone/times"], value["form/group.in_person/times"]) == (1, 17)
    assert (value["sex/m/times"], value["sex/f/times"], value["sex/-/times"], value["sex/all/times"]) == (2, 1, 1, 4)
    assert sum(v for id, v in value.items() if id.startswith("grade/") and id.endswith("/times")) == 2 * 4
    assert value["grade/2026级/times"] == 2 and value["grade/2024级/people"] == 1


def test_bookings_always_add_up(lived: Room) -> None:
    value = {id: f.value for id, f in returns.preview(lived, "opening-summary", "2026-1", NOW).figures.items()}
    parts = [value[f"outcome/{outcome}/times"] for outcome in OUTCOMES]
    assert parts == [1, 2, 3, 4, 5, 6, 7] and value["outcome/all/times"] == sum(parts) == 28


def test_the_files_hold_the_figures_and_no_name(lived: Room, tmp_path: Path) -> None:
    made = returns.preview(lived, "opening-summary", "2026-1", NOW)
    files, steps = drive(returns.make(lived, "opening-summary", "2026-1", tmp_path / "上报", NOW))
    assert [f.name for f in files] == [
        "心理辅导室开放与辅导情况学期汇总_2026-1.pdf",
        "心理辅导室开放与辅导情况学期汇总_2026-1.xlsx",
    ]
    assert sorted(p.name for p in (tmp_path / "上报").iterdir()) == sorted(f.name for f in files)
    assert steps[0] == (0, returns.STEPS) and steps[-1] == (returns.STEPS, returns.STEPS)
    pdf, book = (f.read_bytes() for f in files)
    assert pdf == made.pdf
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    flat = " ".join(text.split())
    for said in (
        "填报单位（盖章）：青山职业学校",
        "2026—2027学年第一学期",
        "填报日期：2026年11月19日",
        "校长（签字）：",
        "应达标",
    ):
        assert said in flat, said
    page = openpyxl.load_workbook(io.BytesIO(book), data_only=True)
    assert page.sheetnames == ["开放情况", "接待情况"]
    cells = [c for sheet in page for row in sheet.iter_rows(values_only=True) for c in row if c is not None]
    for id in ("opening/all/open", "client/all/times", "outcome/all/times", "opening/12/outside"):
        assert any(c == pytest.approx(made.figures[id].value) for c in cells if isinstance(c, int | float)), id
    assert "金丝雀" not in flat and not any("金丝雀" in str(c) for c in cells)


def test_making_again_without_a_change_gives_the_same_tables(lived: Room, tmp_path: Path) -> None:
    one, _ = drive(returns.make(lived, "opening-summary", "2026-1", tmp_path, NOW))
    before = [openpyxl.load_workbook(one[1])["接待情况"]["B5"].value, pictures.count(one[0].read_bytes())]
    two, _ = drive(returns.make(lived, "opening-summary", "2026-1", tmp_path, NOW))
    assert one == two and len(list(tmp_path.glob("*汇总*"))) == 2
    assert before == [openpyxl.load_workbook(two[1])["接待情况"]["B5"].value, pictures.count(two[0].read_bytes())]


def test_a_filing_says_what_went_out_and_cannot_be_undone(lived: Room, tmp_path: Path) -> None:
    heads = [head_of(lived, schema)[1] for schema in ("main", "cases")]
    files, _ = drive(returns.make(lived, "opening-summary", "2026-1", tmp_path, NOW))
    (filing,) = returns.filings(lived)
    assert filing.kind == "opening-summary" and filing.span == "2026-1" and filing.made_on == date(2026, 11, 19)
    assert dict(filing.files) == {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in files}
    said = " ".join(pictures.text(files[0].read_bytes()).split())
    assert all(head in filing.head and head in said for head in heads)
    made = returns.preview(lived, "opening-summary", "2026-1", NOW)
    kept = returns.filed_figures(lived, filing.id)
    assert {id: text for id, (text, _) in kept.items()} == {id: f.text for id, f in made.figures.items()}
    rows = returns.filed_rows(lived, filing.id, "client/student/people")
    assert len(rows) == 3 and all(row.kind == "visit" and row.adds == 1 for row in rows)
    filed = next(deed for deed in deeds(lived) if deed.what == "制作报表")
    with pytest.raises(NotUndoable):
        undo(lived, filed.id)
    assert len(returns.filings(lived)) == 1


def test_a_practice_school_says_so_on_every_page(new_room: Any, tmp_path: Path) -> None:
    room = new_room(practice=True)
    files, _ = drive(returns.make(room, "opening-summary", "2026-1", tmp_path, NOW))
    text = pictures.text(files[0].read_bytes())
    assert text.count("练习模式") == pictures.count(files[0].read_bytes())
    assert "练习" in openpyxl.load_workbook(files[1]).active.oddHeader.right.text


def test_only_a_counsellor_makes_returns(duty_room: Room, tmp_path: Path) -> None:
    for attempt in (
        lambda: returns.list_returns(duty_room),
        lambda: returns.preview(duty_room, "opening-summary", "2026-1", NOW),
        lambda: drive(returns.make(duty_room, "opening-summary", "2026-1", tmp_path, NOW)),
        lambda: returns.filings(duty_room),
    ):
        with pytest.raises(NeedsCounsellor):
            attempt()
    assert list(tmp_path.glob("*汇总*")) == []


def test_an_unknown_semester_is_told(lived: Room) -> None:
    with pytest.raises(Refused, match="2026-1"):
        returns.preview(lived, "opening-summary", "2031-2", NOW)


def test_what_cannot_be_written_leaves_nothing_behind_and_no_filing(
    lived: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outgoing, "PATIENCE", 0.0)
    blocked = tmp_path / "心理辅导室开放与辅导情况学期汇总_2026-1.xlsx"
    blocked.mkdir()
    (blocked / "x").write_text("")
    earlier = blocked.with_suffix(".pdf")
    earlier.write_bytes(b"of last week")
    with pytest.raises(CannotWriteFile):
        drive(returns.make(lived, "opening-summary", "2026-1", tmp_path, NOW))
    assert earlier.read_bytes() == b"of last week"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    assert returns.filings(lived) == []
    with pytest.raises(Refused, match="辅导室自己的文件夹"):
        drive(returns.make(lived, "opening-summary", "2026-1", lived.folder / "out", NOW))
    (tmp_path / "文件").write_text("")
    with pytest.raises(CannotWriteFile):
        drive(returns.make(lived, "opening-summary", "2026-1", tmp_path / "文件", NOW))


def test_a_filing_that_cannot_be_saved_takes_the_files_back(lived: Room, tmp_path: Path) -> None:
    lived.now = lambda: NOW.astimezone(UTC) + timedelta(days=90)
    lived.clock_confirmed = False
    (tmp_path / "心理辅导室开放与辅导情况学期汇总_2026-1.pdf").write_bytes(b"of last week")
    with pytest.raises(ClockDoubt):
        drive(returns.make(lived, "opening-summary", "2026-1", tmp_path, NOW))
    assert [(p.name[-4:], p.read_bytes()) for p in tmp_path.glob("*汇总*")] == [(".pdf", b"of last week")]


def test_nothing_of_the_return_lies_in_the_temporary_folder(
    lived: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = tmp_path / "temporary"
    canary.mkdir()
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(canary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    seen: list[str] = []
    real = os.open
    monkeypatch.setattr(os, "open", lambda path, *a, **k: (seen.append(str(path)), real(path, *a, **k))[1])
    drive(returns.make(lived, "opening-summary", "2026-1", tmp_path / "out", NOW))
    assert list(canary.rglob("*")) == [] and not any(str(canary) in path for path in seen)


def test_the_json_of_figures_holds_no_text_of_any_record(lived: Room, tmp_path: Path) -> None:
    drive(returns.make(lived, "opening-summary", "2026-1", tmp_path, NOW))
    with lived.read() as session:
        from psyroom.store.questions import returns as ask

        (filing,) = ask.filings(session)
        figures = ask.figures_of(session, filing.id)
    assert figures is not None and "金丝雀" not in figures and "金丝雀" not in filing.files
    assert set(json.loads(figures)) == {"records", "figures"}


def test_a_plan_is_not_asked_for_twice(lived: Room) -> None:
    """Planned minutes count a band of two people once, as the room is counted."""
    assert sum(s.ends - s.starts for s in openings.plan_between(lived, MONDAY, MONDAY)) == 240
    assert returns.preview(lived, "opening-summary", "2026-1", NOW).figures["opening/12/planned"].text == "3.00"


def test_without_a_template_no_plan_is_claimed_and_what_is_logged_ahead_is_shown(room: Room) -> None:
    with room.write("准备") as deed:
        deed.session.add(Opening(day=date(2026, 11, 30), starts=720, ends=840, person=room.person.id, origin="ledger"))
    made = returns.preview(room, "opening-summary", "2026-1", NOW)
    table = made.filled.sheets[0].tables[0]
    assert {row.cells[2] for row in table.rows[:-1]} == {"—"} and table.rows[-1].cells[1] == "—"
    assert made.figures["opening/14/open"].text == made.figures["opening/all/open"].text == "2.00"
    assert "opening/13/open" not in made.figures and "opening/15/open" not in made.figures
