"""The papers of booking over a real room: who stands on them, what never does."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.records.booking import FOLLOW_UPS, OUTCOMES, URGENT, WAYS
from psyroom.records.groups import Group, GroupMember
from psyroom.records.opening import OpeningException, Slot
from psyroom.records.students import Student
from psyroom.reports import preview
from psyroom.services import bookings, openings, papers, sheets, visits
from tests.services.room_for_bookings import MONDAY, NAMES, TUESDAY, Small, as_duty, at, make_small

WEDNESDAY, THURSDAY = TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=2)
SUNDAY = MONDAY + timedelta(days=6)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


def flat(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return "\n".join(" ".join(line.split()) for line in done.stdout.decode("utf-8").splitlines() if line.strip())


def book(small: Small, which: int = 0, starts: int = 730, day: date = WEDNESDAY, **more: Any) -> str:
    values = {"client": "student", "student": small.students[which], "person": small.chen, "place": small.places[0]}
    values |= {"day": day, "starts": starts, "ends": starts + 30, "way": "class_teacher", **more}
    return bookings.book(small.room, values, at(MONDAY, 480), anyway=True).id


def group(small: Small, members: list[int]) -> None:
    with small.room.write("准备") as deed:
        row = Group(no=3, leader=small.chen)
        deed.session.add(row)
        for n in members:
            deed.session.add(GroupMember(group=row.id, student=small.students[n], since=MONDAY))
        deed.session.add(GroupMember(group=row.id, student=small.students[5], since=MONDAY, until=MONDAY))


def test_slips_are_for_those_still_expected(small: Small) -> None:
    book(small)
    gone, here = book(small, 1, 770), book(small, 2, 730, MONDAY)
    bookings.cancel(small.room, gone, "cancelled_by_student")
    visits.arrive(small.room, here, at(MONDAY, 732))
    book(small, 3, 985, THURSDAY, client="parent")
    book(small, 4, 985, TUESDAY, channel="telephone", place="")
    made = papers.booking_slips(small.room, MONDAY, SUNDAY)
    said = flat(made.pdf)
    assert made.name == "预约条_2026-09-07_2026-09-13" and not made.missing and preview.count(made.pdf) == 1
    assert "张晓雨" in said and "赵一鸣的家长" in said and "李明" not in said and "王芳" not in said
    assert re.search(r"时间 12:10—12:40", said) and "地点 个别辅导室" in said and "地点 电话" in said
    assert re.sub(r"\s", "", said).count("告诉陈老师一声") == 3


def test_only_the_chosen_bookings_are_printed(small: Small) -> None:
    first, second = book(small), book(small, 1, 770)
    listed = papers.choosable(small.room, WEDNESDAY, WEDNESDAY)
    assert [(c.id, c.who, c.class_name, c.span) for c in listed] == [
        (first, "张晓雨", "七年级1班", "12:10—12:40"),
        (second, "李明", "七年级2班", "12:50—13:20"),
    ]
    for make in (papers.booking_slips, papers.class_slips):
        said = flat(make(small.room, WEDNESDAY, WEDNESDAY, chosen=[second]).pdf)
        assert "李明" in said and "张晓雨" not in said


def test_every_member_of_a_group_gets_a_slip(small: Small) -> None:
    group(small, [0, 1, 2])
    book(small, client="group", student="", group_no=3, form="group", size=3)
    (listed,) = papers.choosable(small.room, WEDNESDAY, WEDNESDAY)
    assert listed.slips == 3
    said = flat(papers.booking_slips(small.room, WEDNESDAY, WEDNESDAY).pdf)
    notes = flat(papers.class_slips(small.room, WEDNESDAY, WEDNESDAY).pdf)
    for text in (said, notes):
        assert all(NAMES[n] in text for n in range(3)) and NAMES[5] not in text and "团体 3" not in text


def test_forty_bookings_are_ten_pages(small: Small) -> None:
    with small.room.write("准备") as deed:
        children = [Student(name=f"学生{n:02d}", sex="m", stage="junior", cohort=2026, class_no=1) for n in range(40)]
        deed.session.add_all(children)
        deed.session.flush()
        from psyroom.records.booking import Booking

        for n, child in enumerate(children):
            deed.session.add(
                Booking(student=child.id, day=MONDAY + timedelta(days=n % 5), starts=480 + n * 10, ends=500 + n * 10,
                        person=small.chen, place=small.places[0])
            )  # fmt: skip
    made = papers.booking_slips(small.room, MONDAY, SUNDAY)
    assert preview.count(made.pdf) == 10
    assert all(f"学生{n:02d}" in preview.text(made.pdf) for n in range(40))


def test_a_teacher_learns_when_to_let_go_and_nothing_else(small: Small) -> None:
    book(small)
    book(small, 3, 985, THURSDAY)
    book(small, 1, 985, TUESDAY, client="parent")
    book(small, 2, 985, WEDNESDAY, channel="telephone", place="")
    said = flat(papers.class_slips(small.room, MONDAY, SUNDAY).pdf)
    assert "张晓雨 9月9日 周三 12:10 12:40 个别辅导室，找陈老师" in said
    assert "赵一鸣 9月10日 周四 16:25 16:55" in said and said.count("七年级1班 班主任老师") == 1
    assert "李明" not in said and "王芳" not in said
    assert not papers.is_neutral(small.room)
    papers.set_neutral(small.room, True)
    plain = flat(papers.class_slips(small.room, MONDAY, SUNDAY).pdf)
    assert plain.count("到校内找陈老师") == 2 and not any(w in plain for w in ("辅导", "心理", "预约"))
    assert "个别辅导室" in flat(papers.class_slips(small.room, MONDAY, SUNDAY, neutral=False).pdf)


def test_no_paper_says_why_or_how(small: Small) -> None:
    book(small)
    book(small, 1, 770, way="letter_box")
    made = [
        papers.booking_slips(small.room, MONDAY, SUNDAY),
        papers.class_slips(small.room, MONDAY, SUNDAY),
        papers.door_week(small.room, MONDAY),
        papers.day_sheet(small.room, WEDNESDAY, with_bookings=True),
        sheets.tomorrow(small.room, WEDNESDAY),
    ]
    words = {*URGENT.values(), *WAYS.values(), *FOLLOW_UPS.values(), *OUTCOMES.values(), "原因", "缘故", "关注"}
    words -= {"", "迟到", "本人", "班主任", "家长", "心理信箱"}  # said to everybody: whom to ask, what to circle
    for paper in made:
        text = re.sub(r"\s", "", flat(paper.pdf))
        assert not [word for word in words if word in text], paper.name


def test_no_client_stands_on_the_door(small: Small) -> None:
    """Bookings, visits, groups and one-off changes of the week are there; the door shows hours and staff alone."""
    room = small.room
    group(small, [0, 1, 2])
    book(small)
    book(small, 1, 985, THURSDAY, client="parent")
    book(small, 2, 985, MONDAY, client="teacher", student="", name="欧阳老师")
    book(small, 3, 730, THURSDAY, client="group", student="", group_no=3, form="group", size=12)
    visits.walk_in(room, {"client": "student", "student": small.students[4], "person": small.wang}, at(MONDAY, 730))
    with room.write("准备") as deed:
        deed.session.add(Slot(weekday=2, starts=1140, ends=1260, person=small.wang, since=MONDAY))
        deed.session.add(
            OpeningException(day=SUNDAY, starts=900, ends=960, opens=True, person=small.chen, why="make_up")
        )
    made = papers.door_week(room, THURSDAY)
    said = flat(made.pdf)
    assert made.name == "开放时间_2026-09-07" and preview.count(made.pdf) == 1
    assert "第2周" in said and "9月7日—9月13日" in said and "城南中学" in said
    assert "19:00—21:00 王老师" in said and "15:00—16:00 陈老师" in said
    assert said.count("12:05—13:45") == 5
    tight = re.sub(r"\s", "", preview.text(made.pdf))
    assert not [name for name in (*NAMES, "欧阳老师", "团体", "12:10", "16:25", "补开", "考试") if name in tight]


def test_the_door_names_holidays(small: Small) -> None:
    monday = date(2026, 9, 28)
    said = flat(papers.door_week(small.room, monday).pdf)
    assert said.count("国庆节 不开放") >= 2 and "9月28日" in said
    openings.close_day(small.room, date(2026, 9, 28), "leave")
    closed = flat(papers.door_week(small.room, monday).pdf)
    assert "请假" not in closed and closed.count("不开放") == said.count("不开放") + 1


def test_the_day_sheet_has_the_plan_and_if_wished_the_bookings(small: Small) -> None:
    book(small)
    blank = flat(papers.day_sheet(small.room, WEDNESDAY).pdf)
    filled = flat(papers.day_sheet(small.room, WEDNESDAY, with_bookings=True).pdf)
    assert "2026年9月9日 周三" in blank and "12:05—13:45" in blank and "张晓雨" not in blank
    assert "1 12:10—12:40 张晓雨 七年级1班 学生" in filled


def test_the_duty_person_prints_them_all(small: Small) -> None:
    book(small)
    room = as_duty(small)
    assert "张晓雨" in flat(papers.booking_slips(room, MONDAY, SUNDAY).pdf)
    assert "张晓雨" in flat(papers.class_slips(room, MONDAY, SUNDAY).pdf)
    assert "12:05" in flat(papers.door_week(room, MONDAY).pdf)
    papers.set_neutral(room, True)
    assert papers.is_neutral(room)
