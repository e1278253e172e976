"""A week's work without a window: book, a series, the list, moving, calling off, the waiting list, signing, a calendar file."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.rules.calendar import Calendar
from psyroom.services import openings, school, students
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.journeys.command_line import ROOT, Line
from tests.services.never_double import doubles

TODAY = date.today()
MONDAY = TODAY - timedelta(days=TODAY.weekday())


def first_wednesday() -> date:
    """A Wednesday to come after which four more are school days: public holidays move, and the clock is the real one."""
    calendar, day = Calendar(), MONDAY + timedelta(days=9)
    while not all(calendar.is_school_day(day + timedelta(weeks=n)) for n in range(5)):
        day += timedelta(weeks=1)
    return day


WEDNESDAY = first_wednesday()
WEEK = timedelta(weeks=1)
TERM = MONDAY - 4 * WEEK


class Desk(Line):
    """As the counsellor 甲 or the duty person 乙."""

    def week(self, day: date) -> list[dict[str, Any]]:
        number = (day - TERM).days // 7 + 1
        found: list[dict[str, Any]] = self("bookings", "--week", str(number))
        return found

    def book(self, *args: str, day: date = WEDNESDAY, starts: str = "12:10", ends: str = "12:50", **more: Any) -> Any:
        return self("book", *args, "--on", day.isoformat(), "--from", starts, "--to", ends, **more)


@pytest.fixture
def desk(
    new_room: Callable[..., Room],
    bare_env: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    room = new_room(term_starts=TERM, weeks=30)
    for name, cohort, class_no, number in (
        ("王芳", 2026, 1, "26001"),
        ("王芳", 2025, 2, "25002"),
        ("李明", 2026, 1, "26003"),
    ):
        values = {"name": name, "stage": "vocational", "cohort": cohort, "class_no": class_no, "number": number}
        students.add(room, values, {})
    place = next(id for id, name, _ in school.places(room) if name == "个别辅导室")
    openings.add_slots(room, {"starts": 720, "ends": 840, "since": MONDAY, "place": place}, (1, 2, 3, 4, 5))
    room.close()
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    path = os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])
    return Desk(room.folder, capsys, {**bare_env, "PSYROOM_PASSWORD": PASSWORD, "PYTHONPATH": path})


def test_one_booking_and_what_speaks_against_another(desk: Desk) -> None:
    made = desk.book("--student", "李明")
    assert set(made) == {"bookings", "notes"} and len(made["bookings"]) == 1
    one = made["bookings"][0]
    assert set(one) == {"id", "on", "from", "to", "person", "place", "series"}
    assert (one["on"], one["from"], one["to"]) == (WEDNESDAY.isoformat(), "12:10", "12:50")
    assert (one["person"], one["place"], one["series"]) == ("甲", "个别辅导室", "")

    listed = desk.week(WEDNESDAY)
    assert [e["id"] for e in listed] == [one["id"]]
    fields = "id on from to who class client form person place outcome series kind"
    assert set(listed[0]) == set(fields.split())
    assert (listed[0]["who"], listed[0]["class"], listed[0]["outcome"], listed[0]["kind"]) == (
        "李明", "2026级1班", "open", "booking",
    )  # fmt: skip

    refused = desk.book("--student", "26001", starts="12:30", ends="13:00", code=1)
    assert "甲 12:10—12:50 已有预约" in desk.err and "最近的空闲时间：" in desk.err
    free = refused["free"][0]
    assert f"{free['from']}—{free['to']}" in desk.err and refused["bookings"] == []
    again = desk.book("--student", "26001", day=date.fromisoformat(free["on"]), starts=free["from"], ends=free["to"])
    assert len(again["bookings"]) == 1 and len(desk.week(WEDNESDAY)) == 2
    desk("undo")
    assert len(desk.week(WEDNESDAY)) == 1


def test_who_is_meant_is_never_guessed(desk: Desk) -> None:
    desk.book("--student", "王芳", code=1)
    assert "2026级1班 王芳 26001" in desk.err and "2025级2班 王芳 25002" in desk.err
    made = desk.book("--student", "王芳", "--class", "2025级2班")
    assert made["bookings"] and desk.week(WEDNESDAY)[0]["class"] == "2025级2班"
    desk.book("--student", "王", code=1)
    desk.book("--student", "李明", "--class", "不是班", code=1)
    desk.book("--student", "李明", "--with", "丙", code=1)
    assert "没有叫“丙”的老师" in desk.err
    desk.book("--student", "李明", "--place", "阁楼", code=1)
    desk.book(code=2)
    desk.book("--student", "李明", "--teacher", "张老师", code=2)
    desk.book("--student", "李明", "--times", "3", code=2)
    desk.book("--student", "李明", "--weekly", code=2)
    desk.book("--student", "李明", starts="25:00", code=2)
    desk.book("--student", "李明", starts="13:00", ends="12:00", code=1)


def test_other_visitors(desk: Desk) -> None:
    desk.book("--parent-of", "李明", starts="12:00", ends="12:30")
    desk.book("--teacher", "张老师", "--channel", "电话", starts="12:40", ends="13:00")
    desk.book("--group", "3", "--size", "8", starts="13:10", ends="13:50")
    listed = desk.week(WEDNESDAY)
    assert [e["client"] for e in listed] == ["parent", "teacher", "group"]
    assert [e["who"] for e in listed] == ["李明的家长", "张老师", "团体 3（8 人）"]
    assert [e["place"] for e in listed] == ["个别辅导室", "", "个别辅导室"]


def test_lessons_and_the_rooms_own_rules_want_a_yes(desk: Desk) -> None:
    desk.book("--student", "李明", starts="08:10", ends="08:40", code=1)
    assert "学生这时有课" in desk.err and "--anyway" in desk.err
    desk.book("--student", "李明", "--anyway", starts="08:10", ends="08:40")
    desk.book("--student", "26001", "--anyway", starts="08:40", ends="09:00", code=1)
    assert "紧挨着" in desk.err and "--urgent" in desk.err
    desk.book("--student", "26001", "--anyway", "--urgent", "不是原因", starts="08:40", ends="09:00", code=1)
    desk.book("--student", "26001", "--anyway", "--urgent", "当天需要见面", starts="08:40", ends="09:00")


def test_a_series_and_its_scopes(desk: Desk) -> None:
    taken = desk.book("--student", "26001", day=WEDNESDAY + WEEK)["bookings"][0]
    desk.book("--student", "李明", "--weekly", "--times", "4", code=1)
    assert "已有预约" in desk.err and "最近的空闲时间：" in desk.err and "--skip-clashes" in desk.err
    assert desk.week(WEDNESDAY) == []  # all or nothing
    made = desk.book("--student", "李明", "--weekly", "--times", "4", "--skip-clashes")
    assert [b["on"] for b in made["bookings"]] == [(WEDNESDAY + n * WEEK).isoformat() for n in (0, 2, 3)]
    assert [s["on"] for s in made["skipped"]] == [(WEDNESDAY + WEEK).isoformat()] and "已有预约" in made["skipped"][0][
        "why"
    ]
    ids = [b["id"] for b in made["bookings"]]
    assert len({b["series"] for b in made["bookings"]}) == 1 and made["bookings"][0]["series"]

    thursday = WEDNESDAY + 2 * WEEK + timedelta(days=1)
    moved = desk(
        "move", ids[1], "--on", thursday.isoformat(), "--from", "13:00", "--to", "13:40", "--scope", "following"
    )
    assert [(b["on"], b["from"]) for b in moved["bookings"]] == [
        (thursday.isoformat(), "13:00"),
        ((thursday + WEEK).isoformat(), "13:00"),
    ]
    desk("move", ids[0], "--on", taken["on"], "--from", "12:20", "--to", "12:40", code=1)
    assert "已有预约" in desk.err
    gone = desk("cancel", ids[0], "--by", "student", "--scope", "all")
    assert gone["cancelled"] == ids and len(gone["freed"]) == 3
    assert [e["outcome"] for e in desk.week(WEDNESDAY)] == ["cancelled_by_student"]
    desk("cancel", ids[0], "--by", "student", code=1)
    desk("cancel", "0" * 32, "--by", "teacher", code=1)
    until = (WEDNESDAY + 4 * WEEK).isoformat()
    other = desk.book("--student", "李明", "--every", "2", "--until", until, starts="13:00", ends="13:30")
    assert len(other["bookings"]) == 3
    desk.book("--student", "26001", "--weekly", "--times", "1", "--skip-clashes", starts="13:10", ends="13:20", code=1)
    assert "每一次都有冲突" in desk.err


def test_the_duty_person_books_and_keeps_the_waiting_list(desk: Desk) -> None:
    made = desk.book("--student", "李明", "--with", "甲", who="乙")["bookings"][0]
    put = desk("waiting", "add", "--student", "26001", "--windows", "周三午休", "--minutes", "30", who="乙")
    listed = desk("waiting", who="乙")
    assert [w["id"] for w in listed] == [put["id"]] and listed == desk("waiting", "list", who="乙")
    assert (listed[0]["who"], listed[0]["minutes"], listed[0]["windows"]) == ("王芳", 30, "周三午休")
    desk("waiting", "add", "--student", "26001", who="乙", code=1)
    gone = desk("cancel", made["id"], "--by", "teacher", who="乙")
    assert [w["id"] for w in gone["waiting"]] == [put["id"]]
    fit = gone["waiting"][0]
    taken = desk("waiting", "take", put["id"], "--on", fit["on"], "--from", fit["from"], "--to", fit["to"], who="乙")
    assert (taken["bookings"][0]["on"], taken["bookings"][0]["from"]) == (fit["on"], fit["from"])
    assert desk("waiting", who="乙") == []
    other = desk("waiting", "add", "--student", "25002", "--until", (TODAY + WEEK).isoformat())
    assert desk("waiting", "renew", other["id"]) and desk("waiting", "withdraw", other["id"])
    assert desk("waiting", plain=True).strip() == "没有人在候补。"


def test_a_week_is_answered_for_and_signed(desk: Desk, tmp_path: Path) -> None:
    desk("opening", "sign", "--week", "1", who="乙", code=1)
    desk("opening", "sign", "--week", "1", code=1)
    assert "请选一个原因" in desk.err
    assert desk("opening", "reason", "--week", "1", "开学或期末安排")["reason"] == "term_edge"
    signed = desk("opening", "sign", "--week", "1")
    assert (signed["week"], signed["monday"]) == (1, TERM.isoformat())
    assert (signed["outside_lessons_minutes"], signed["open_minutes"], signed["target_minutes"]) == (0, 0, 900)
    desk("openings", "sign", "--week", "1", code=1)
    assert "已在" in desk.err
    ledger = tmp_path / "值班.csv"
    ledger.write_text(f"日期,时间,值班教师\n{(TERM + timedelta(days=1)).isoformat()},12:00-13:00,\n", "utf-8")
    desk("openings", "import", str(ledger), code=1)
    assert "签字" in desk.err
    assert desk("openings", "import", str(ledger), "--why", "漏记")["new"] == 1
    assert desk("hours")[0]["outside_lessons_minutes"] == 60
    desk("opening", "sign", "--week", "1")  # again, now that it was put right
    desk("opening", "reason", "--week", "2", "不想开", code=1)
    assert "可用的有" in desk.err
    desk("opening", "sign", "--week", "30", code=1)  # not over yet
    desk("opening", "sign", "--week", "31", code=2)
    desk("opening", "sign", code=2)


def test_a_calendar_file_holds_hours_and_no_names(desk: Desk, tmp_path: Path) -> None:
    desk.book("--student", "李明", "--weekly", "--times", "3")
    done = desk("ics", "--out", str(tmp_path / "甲.ics"), "--from", MONDAY.isoformat(), "--to", str(MONDAY + 20 * WEEK))
    text = (tmp_path / "甲.ics").read_text("utf-8")
    assert done["entries"] == text.count("BEGIN:VEVENT") == 3
    assert "李明" not in text and "2026级" not in text
    desk("ics", "--out", str(tmp_path / "x.ics"), "--person", "丁", code=1)
    desk("ics", "--out", str(desk.folder / "x.ics"), code=1)  # never into the room's own folder


def test_as_processes_of_their_own_and_for_a_persons_eyes(desk: Desk) -> None:
    desk.own_process = True
    said = desk.book("--student", "李明", "--weekly", "--times", "2", plain=True)
    assert "已约 2 次" in said and f"{WEDNESDAY} 12:10—12:50 甲 个别辅导室" in said
    number = str((WEDNESDAY - TERM).days // 7 + 1)
    assert "12:10—12:50 2026级1班 李明 甲 个别辅导室 待到" in desk("bookings", "--week", number, plain=True)
    desk.book("--student", "26001", plain=True, code=1)
    assert desk.week(WEDNESDAY)[0]["who"] == "李明"
    with open_room(desk.folder, "甲", PASSWORD) as room:
        assert not doubles(room)
