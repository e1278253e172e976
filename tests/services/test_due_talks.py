"""今日 says what talks, care, plans, feedback and sheets leave to be done, and no name where it would tell who is cared for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.services import care, due_talks, feedback, home_visits, plans, school, talk_rules, talk_sheets, talks
from psyroom.services.due import Ground, Task
from psyroom.services.school import context
from psyroom.services.today import SOURCES, tasks_of
from tests.services.room_for_bookings import MONDAY, NOON, TUESDAY, Small, as_duty, make_small
from tests.services.test_notes import clock

TYPED: dict[str, Any] = {"day": MONDAY, "talker": "李老师"}
PARTS = dict.fromkeys(("present", "difficulty", "study", "advice", "path"), "写明了")
OURS = [source for source in SOURCES if source.__module__ == due_talks.__name__]


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    clock(made.room, NOON)
    yield made
    made.room.close()


def tasks(small: Small, now: datetime = NOON) -> dict[str, Task]:
    clock(small.room, now)
    ground = Ground(small.room, context(small.room), now)
    return {task.kind: task for source in OURS for task in source(ground)}


def test_a_room_that_holds_no_talks_is_not_nagged_unless_the_region_asks(small: Small) -> None:
    assert len(OURS) == 7 and not tasks(small)
    school.change_school(small.room, {"region": "xiangyuan"})
    assert tasks(small).keys() == {"talks_left"}


def test_this_week_s_share_is_a_task_until_it_is_done(small: Small) -> None:
    now = datetime(2026, 12, 22, 12)  # week 17 of 20, to be finished in week 18
    clock(small.room, now)
    talks.add(small.room, TYPED, small.students[:1], now)
    told = tasks(small, now)["talks_left"]
    assert (told.words, told.detail, told.count) == ("这周还要谈 3 名学生", "第 18 周前谈完，还有 5 名", 3)
    talks.add(small.room, {**TYPED, "day": now.date()}, small.students[1:3], now)
    assert tasks(small, now)["talks_left"].words == "这周还要谈 1 名学生"
    talks.add(small.room, {**TYPED, "day": now.date()}, small.students[3:4], now)
    assert "talks_left" not in tasks(small, now), "this week's share is done"
    assert "talks_left" not in tasks(small, datetime(2026, 12, 27, 12)), "nor on its Sunday"
    late = datetime(2027, 1, 6, 12)
    assert (tasks(small, late)["talks_left"].words, tasks(small, late)["talks_left"].urgency) == (
        "还有 2 名学生没有谈",
        "amber",
    )
    talks.add(small.room, {**TYPED, "day": late.date()}, small.students[4:5], late)
    talks.excuse(small.room, small.students[5], "长期请假", late)
    assert "talks_left" not in tasks(small, late)
    assert not tasks(small, datetime(2027, 1, 25, 12)), "nobody is nagged in the holiday"


def test_the_next_missing_link_of_the_chain_is_a_task(small: Small) -> None:
    a = small.students[0]
    care.mark(small.room, a, {"since": MONDAY, "ground": "班主任提出"}, NOON)
    talks.add(small.room, TYPED, small.students[1:], NOON)
    assert not {"plan_link", "feedback_link"} & tasks(small).keys(), "the talk comes first"
    talks.add(small.room, TYPED, [a], NOON)
    told = tasks(small)
    assert told["plan_link"].words == "1 名学生谈过了，还缺成长指导方案" and "feedback_link" not in told
    plans.save(small.room, a, {**PARTS, "made_on": MONDAY}, [], NOON)
    told = tasks(small)
    assert told["feedback_link"].target == {"tab": "feedback", "filter": "todo"} and "plan_link" not in told
    given = feedback.save(small.room, a, {"day": MONDAY, "study": "上课能听"}, NOON)
    feedback.set_state(small.room, [given], "printed", TUESDAY, NOON)
    assert not tasks(small), "a slip that is out is awaited"
    week = NOON + timedelta(days=8)
    assert tasks(small, week).keys() == {"feedback_out"}
    clock(small.room, week)
    feedback.set_state(small.room, [given], "signed", week.date(), week)
    assert not tasks(small, week)
    talk_rules.set_rules(small.room, {"feedback_for": "all"})
    assert tasks(small, week)["feedback_link"].count == 5


def test_follow_ups_tell_a_name_and_not_what_about(small: Small) -> None:
    made = talks.add(
        small.room, {**TYPED, "points": "家里吵架", "theme": "家庭与亲子", "follow_day": TUESDAY}, small.students, NOON
    )
    assert tasks(small)["talk_follow"].words == "6 次谈话约定了跟进"
    for one in made[1:]:
        talks.follow(small.room, one, TUESDAY, "谈过")
    told = tasks(small)["talk_follow"]
    assert (told.words, told.detail) == ("谈话后约定的跟进 · 今天到期", "张晓雨 · 七年级1班")
    assert told.target["student"] == small.students[0] and told.urgency == "amber"
    assert tasks(small, NOON + timedelta(days=1))["talk_follow"].urgency == "brick"
    talks.follow(small.room, made[0], TUESDAY, "谈过")
    assert "talk_follow" not in tasks(small)
    talks.add(small.room, {**TYPED, "follow_up": True}, small.students[:1], NOON)
    assert "talk_follow" not in tasks(small), "one without a day is due on none"


def test_marks_and_reviews_that_end_count_and_name_nobody(small: Small) -> None:
    a = small.students[0]
    ends = TUESDAY + timedelta(days=10)
    care.mark(small.room, a, {"since": MONDAY, "ground": "班主任提出", "until": ends}, NOON)
    plans.save(small.room, a, {**PARTS, "made_on": MONDAY, "review_on": ends}, [], NOON)
    told = tasks(small)
    assert (told["care"].words, told["care"].urgency) == ("1 名学生的重点关爱标记快到期了", "amber")
    assert (told["plans"].words, told["plans"].urgency) == ("1 份成长指导方案快到回顾的日期", "")
    after = datetime(ends.year, ends.month, ends.day, 12) + timedelta(days=1)
    told = tasks(small, after)
    assert {told[kind].urgency for kind in ("care", "plans")} == {"brick"} and "到期了" in told["care"].words
    assert not any("张晓雨" in task.words + task.detail or "1班" in task.words + task.detail for task in told.values())
    assert "care" not in tasks(small, NOON - timedelta(days=10))
    assert told["care"].target["student"] == a, "a press leads to whom it is about"


def test_a_review_that_is_past_is_told_apart_from_those_to_come(small: Small) -> None:
    for student, day in zip(small.students, (TUESDAY, TUESDAY + timedelta(days=5)), strict=False):
        plans.save(small.room, student, {**PARTS, "made_on": MONDAY, "review_on": day}, [], NOON)
    told = tasks(small)["plans"]
    assert (told.words, told.detail) == ("1 份成长指导方案该回顾了", "最早的一份今天到期，另有 1 份快到日期")


def test_a_class_teacher_s_sheet_is_a_task_while_it_is_out(small: Small, tmp_path: Path) -> None:
    out = tmp_path / "出去"
    out.mkdir()
    work = talk_sheets.making(
        small.room, out, NOON, reason="班主任登记谈话", receiver="班主任", classes=("七年级/1",), with_password=False
    )
    for _ in work:
        pass
    told = tasks(small)["sheets"]
    assert told.words == "七年级1班的班主任表还没有交回" and told.urgency == "" and told.target == {"tab": "sheets"}
    assert tasks(small, NOON + timedelta(days=7))["sheets"].urgency == "amber"
    assert tasks(small, NOON + timedelta(days=14))["sheets"].urgency == "brick"
    both = [small.students[0], small.students[3]]
    talks.add(small.room, TYPED, both, NOON)
    assert "sheets" not in tasks(small), "with nobody left to talk to it may stay where it is"


def test_a_return_visit_is_a_task(small: Small) -> None:
    values = {"day": MONDAY, "teachers": "李老师", "present": "母亲", "next": "再去看看", "next_on": TUESDAY}
    home_visits.add(small.room, small.students[0], values, NOON)
    assert tasks(small)["revisit"].words == "1 次家访后的回访要做了"


def test_the_desk_is_told_nothing_of_it(small: Small) -> None:
    a = small.students[0]
    care.mark(small.room, a, {"since": MONDAY, "ground": "班主任提出", "until": TUESDAY}, NOON)
    talks.add(small.room, {**TYPED, "follow_day": TUESDAY}, [a], NOON)
    assert tasks(small)
    room = as_duty(small)
    clock(room, NOON)
    ground = Ground(room, context(room), NOON)
    assert not any(source(ground) for source in OURS)
    assert not any(task.page == "talks" for task in tasks_of(ground))


def test_every_task_has_its_sign_on_the_page(small: Small) -> None:
    from psyroom.ui.pages.today import ICONS

    kinds = {
        "talk_follow",
        "care",
        "plans",
        "sheets",
        "sheets_kept",
        "feedback_out",
        "revisit",
        "talks_left",
        "plan_link",
    }
    assert kinds | {"feedback_link"} <= ICONS.keys()
