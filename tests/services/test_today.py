"""今日: the time line, and tasks that come and go with the data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.records.students import StudentQuestion
from psyroom.services import (
    bookings,
    drafts,
    events,
    handover,
    hours,
    note_list,
    openings,
    people,
    rota,
    signing,
    slips,
    students,
    today,
    visits,
    waiting,
    week_reasons,
)
from psyroom.services import school as schools
from psyroom.services.due import Task
from psyroom.store.room import Room
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, as_duty, at, make_small

FRIDAY = TUESDAY + timedelta(days=3)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


def book(small: Small, which: int = 0, **more: Any) -> str:
    values = {
        "student": small.students[which],
        "day": TUESDAY,
        "starts": 730,
        "ends": 760,
        "person": small.wang,
        **more,
    }
    return bookings.book(small.room, values, at(MONDAY, 480)).id


def tasks_at(room: Room, now: datetime) -> list[Task]:
    """But for the hours of the plan, which nobody logs in these tests (`test_planned_hours…` does)."""
    return [t for t in today.today(room, now).tasks if t.kind != "not_logged"]


def kinds(small: Small, now: datetime) -> list[str]:
    return [t.kind for t in tasks_at(small.room, now)]


def test_the_time_line_holds_who_comes_and_who_is_in(small: Small) -> None:
    book(small)
    cancelled = book(small, 1, starts=790, ends=820)
    bookings.cancel(small.room, cancelled, "cancelled_by_student")
    visits.walk_in(small.room, {"student": small.students[2]}, at(TUESDAY, 700))
    shown = today.today(small.room, at(TUESDAY, 710))
    assert [(e.who, e.state) for e in shown.entries] == [("王芳", "正在"), ("张晓雨", "待到")]
    assert shown.title == "9月8日 周二 · 第 2 周" and shown.empty == ""


def test_an_empty_day_says_so_kindly(small: Small) -> None:
    assert "还没有人预约" in today.today(small.room, at(TUESDAY, 480)).empty
    assert "国庆节" in today.today(small.room, datetime(2026, 10, 1, 9)).empty
    assert "不上课" in today.today(small.room, datetime(2026, 9, 13, 9)).empty


def test_a_task_for_every_loose_end_and_none_once_it_is_tied(small: Small) -> None:
    now = at(TUESDAY, 600)
    missed = book(small, 0, day=MONDAY)
    open_ = book(small, 1, day=MONDAY, starts=790, ends=820)
    visits.no_show(small.room, missed, at(MONDAY, 800))
    entered = visits.walk_in(small.room, {"student": small.students[2]}, at(MONDAY, 1000))
    openings.duty_on(small.room, at(MONDAY, 720))
    slips.write_slip(small.room, "来时在哭", at(MONDAY, 1010))
    with small.room.write("名册") as deed:
        question = StudentQuestion(student=small.students[3], field="id_number", reason="校验位不对")
        deed.session.add(question)
    tasks = tasks_at(small.room, now)
    assert [t.kind for t in tasks] == ["missed", "duty", "not_closed", "slips", "left_open", "questions"]
    assert [t.urgency for t in tasks] == ["brick"] * 3 + ["amber"] * 2 + [""]
    assert tasks[0].target == {"booking": missed} and tasks[2].target == {"visit": entered.visit}
    assert "来时在哭" not in str([(t.words, t.detail) for t in tasks])

    visits.follow_up(small.room, missed, "found")
    visits.arrive(small.room, open_, now)  # back-entry: hours known, still to be closed
    openings.duty_off(small.room, now, ends=800)
    visits.close(small.room, entered.visit, now, ends=1030)
    for note in slips.read_slips(small.room):
        slips.mark_read(small.room, note.id)
    students.settle_question(small.room, question.id)
    assert kinds(small, now) == ["not_closed", "to_write"]
    left, note = tasks_at(small.room, now)
    assert left.target == {"booking": open_} and note.target == {"visit": entered.visit}
    note_list.needs_none(small.room, entered.visit, "brief")
    assert kinds(small, now) == ["not_closed"]


def test_many_of_a_kind_are_one_line_and_never_more_than_seven(small: Small) -> None:
    for n in range(4):
        book(small, n, day=MONDAY, starts=725 + n * 30, ends=740 + n * 30)
    tasks = tasks_at(small.room, at(TUESDAY, 600))
    assert [(t.kind, t.count) for t in tasks] == [("left_open", 4)]
    assert "4 个以前的预约" in tasks[0].words and "周一 12:05" in tasks[0].detail


def test_a_short_week_is_a_task_from_thursday_noon(small: Small) -> None:
    schools.set_target(small.room, date(2026, 8, 31), 1200)
    thursday = TUESDAY + timedelta(days=2)
    assert "short" not in kinds(small, at(thursday, 719))
    (task,) = [t for t in today.today(small.room, at(thursday, 720)).tasks if t.kind == "short"]
    assert task.page == "openings" and task.detail
    schools.set_target(small.room, date(2026, 8, 31), 60)
    assert "short" not in kinds(small, at(thursday, 720))


def test_the_desk_sees_its_own_tasks_only(small: Small) -> None:
    book(small, 0, day=MONDAY)
    slips.write_slip(small.room, "好", at(MONDAY, 1010))
    entered = visits.walk_in(small.room, {"student": small.students[2]}, at(TUESDAY, 480))
    room = as_duty(small)
    visits.leave(room, entered.visit, at(TUESDAY, 500))
    assert [t.kind for t in tasks_at(room, at(TUESDAY, 600))] == ["left_open"]


def test_tomorrow_is_the_next_school_day(small: Small) -> None:
    assert today.next_school_day(small.room, FRIDAY) == FRIDAY + timedelta(
        days=1
    )  # the school teaches on that Saturday
    assert today.next_school_day(small.room, date(2026, 9, 30)) == date(2026, 10, 8)


def test_a_new_year_asks_for_its_holidays_when_it_is_near(small: Small) -> None:
    assert "calendar" not in kinds(small, datetime(2026, 11, 10, 9))
    assert "calendar" in kinds(small, datetime(2026, 12, 10, 9))
    schools.answer_year(small.room, 2027, [date(2027, 1, 1)], [])
    assert "calendar" not in kinds(small, datetime(2026, 12, 10, 9))


def test_a_form_left_unsaved_is_not_forgotten(small: Small) -> None:
    drafts.save(small.room, bookings.FORM, "", {"starts": 730})
    (task,) = tasks_at(small.room, at(TUESDAY, 600))
    assert (task.kind, task.page, task.target) == ("unsaved", "bookings", {"new": True})
    book(small)
    assert kinds(small, at(TUESDAY, 600)) == []


def test_planned_hours_of_earlier_days_are_asked_after_until_they_are_confirmed(small: Small) -> None:
    now = at(TUESDAY, 600)
    (task,) = [t for t in today.today(small.room, now).tasks if t.kind == "not_logged"]
    waiting = openings.not_logged(small.room, task.target["day"], MONDAY, now)
    assert task.count == len(waiting) and task.page == "openings"
    openings.record_planned(small.room, waiting, now)
    assert "not_logged" not in [t.kind for t in today.today(small.room, now).tasks]


def test_the_next_seven_days_are_counted(small: Small) -> None:
    book(small)
    book(small, 1, starts=790, ends=820)
    coming = today.today(small.room, at(MONDAY, 480)).coming
    assert [c.count for c in coming] == [2, 0, 0, 0, 0, 0, 0]
    assert coming[0].day == TUESDAY and coming[0].school_day and not coming[5].school_day


def test_a_lesson_of_an_earlier_day_is_asked_after(small: Small) -> None:
    values = {"kind": "lesson", "day": MONDAY, "starts": 600, "ends": 640, "person": small.wang}
    lesson = events.add(small.room, values, at(MONDAY, 480)).id
    assert "event" not in kinds(small, at(MONDAY, 900))
    (task,) = [t for t in tasks_at(small.room, at(TUESDAY, 600)) if t.kind == "event"]
    assert task.target == {"event": lesson}
    events.held(small.room, lesson, 45, at(TUESDAY, 600))
    assert "event" not in kinds(small, at(TUESDAY, 600))


def test_who_waited_too_long_is_asked(small: Small) -> None:
    entry = waiting.add(small.room, {"student": small.students[0]}, [], at(MONDAY, 480))
    later = at(MONDAY + timedelta(days=20), 480)
    assert "waiting" not in kinds(small, at(TUESDAY, 480)) and "waiting" in kinds(small, later)
    waiting.renew(small.room, entry, later)
    assert "waiting" not in kinds(small, later)


def test_what_was_handed_over_is_a_task_of_the_next_on_duty_until_read(small: Small) -> None:
    handover.leave(small.room, ["waiting"], at(TUESDAY, 500))
    assert "handover" not in kinds(small, at(TUESDAY, 510))
    room = as_duty(small)
    (task,) = [t for t in tasks_at(room, at(TUESDAY, 510)) if t.kind == "handover"]
    assert "有人还在等" in task.words
    handover.read(room, task.target["handover"], at(TUESDAY, 510))
    assert "handover" not in [t.kind for t in tasks_at(room, at(TUESDAY, 510))]


def test_a_week_that_is_over_waits_for_its_signature(small: Small) -> None:
    now = at(MONDAY + timedelta(days=8), 480)
    last_week = MONDAY - timedelta(days=MONDAY.weekday())
    openings.record(small.room, {"day": MONDAY, "starts": 720, "ends": 780}, at(MONDAY, 900))
    (task,) = [t for t in tasks_at(small.room, now) if t.kind == "sign"]
    assert task.target == {"sign": last_week}
    openings.record_planned(small.room, openings.not_logged(small.room, last_week, now.date(), now), now)
    week_reasons.set_reason(small.room, last_week, "term_edge")
    signing.sign(small.room, last_week, now)
    assert "sign" not in kinds(small, now)


def test_next_month_s_rota_is_asked_for_late_in_the_month(small: Small) -> None:
    late = datetime(2026, 9, 25, 8)
    small.room.now = lambda: late.astimezone(UTC)
    for weekday in range(1, 6):
        openings.add_slot(small.room, {"weekday": weekday, "starts": 1200, "ends": 1230, "since": MONDAY})
    assert "rota" in kinds(small, late) and "rota" not in kinds(small, late - timedelta(days=5))
    turns = rota.propose(small.room, date(2026, 10, 1), date(2026, 10, 31))
    rota.save(small.room, turns.turns)
    assert "rota" not in kinds(small, late)


def test_bookings_left_in_a_closed_room_or_with_somebody_gone_are_tasks(small: Small) -> None:
    book(small, 0, day=FRIDAY, place=small.places[0])
    book(small, 1, day=FRIDAY, starts=980, ends=1010, person=small.chen)
    book(small, 2, day=FRIDAY, starts=1020, ends=1050, place=small.places[1])
    now = at(TUESDAY, 600)
    assert tasks_at(small.room, now) == []
    schools.close_place(small.room, small.places[0])
    people.remove(small.room, small.chen)
    said = [t.words for t in tasks_at(small.room, now) if t.kind == "astray"]
    assert said == ["张晓雨约的房间停用了，换一间吧", "李明约的老师不在了，换一位吧"]
    target = next(t.target["booking"] for t in tasks_at(small.room, now) if t.kind == "astray")
    bookings.change(small.room, target, {"place": small.places[1]}, now)
    assert [t.words for t in tasks_at(small.room, now) if t.kind == "astray"] == said[1:]


def test_planned_hours_nobody_confirmed_are_said_before_more_are_asked_for(small: Small) -> None:
    """What is over and not said yet, and what is under way, are not asked for a second time."""
    schools.set_target(small.room, date(2026, 8, 31), 900)
    now = at(TUESDAY, 1400)
    before = hours.shortage(small.room, TUESDAY, now)
    assert before is not None and before.waiting and "还没确认" in before.sentence
    openings.record_planned(small.room, openings.not_logged(small.room, MONDAY, TUESDAY, now), now)
    after = hours.shortage(small.room, TUESDAY, now)
    assert after is not None and after.waiting == 0 and after.gap == before.gap
    assert after.missing == before.missing - before.waiting_minutes
