"""Coverage of a semester in a real room: who is on the list when, what counts, and that every figure opens to its rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import Refused
from psyroom.services import care, coverage, feedback, plans, school, students, talk_rules, talks
from psyroom.services.coverage import ClassLine, StudentLine
from tests.services.room_for_bookings import MONDAY, NOON, TUESDAY, Small, make_small, undo
from tests.services.test_notes import clock

TYPED: dict[str, Any] = {"day": MONDAY, "talker": "李老师"}
PARTS = dict.fromkeys(("present", "difficulty", "study", "advice", "path"), "写明了")
WINTER = datetime(2027, 1, 25, 12)
"""In the holiday after the semester, which ends on 17 January."""
SPRING = datetime(2027, 3, 10, 12)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    clock(made.room, NOON)
    yield made
    made.room.close()


@pytest.fixture
def year(small: Small) -> Small:
    """With the spring semester set up too."""
    school.set_term(small.room, {"year": 2026, "half": 2, "starts": date(2027, 2, 22), "weeks": 20})
    return small


def total(small: Small, now: datetime = NOON, term: str = "") -> ClassLine:
    return coverage.of(small.room, now, term).total


def line(small: Small, student: str, now: datetime = NOON, term: str = "") -> StudentLine:
    found = coverage.line(small.room, student, now, term)
    assert found is not None
    return found


def on_list(small: Small, now: datetime = NOON, term: str = "") -> set[str]:
    return {one.id for one in coverage.students(small.room, now, term)}


# ---- who is on the list -------------------------------------------------------------------------------------------


def test_everybody_is_on_the_list_until_talked_to(small: Small) -> None:
    told = coverage.of(small.room, NOON)
    assert (told.term.code, told.week, told.day) == ("2026-1", 2, TUESDAY)
    assert [(one.key, one.name, one.students) for one in told.classes] == [
        ("七年级/1", "七年级1班", 2), ("七年级/2", "七年级2班", 2), ("七年级/3", "七年级3班", 2),
    ]  # fmt: skip
    assert (told.total.students, told.total.left, told.total.rate) == (6, 6, 0.0)
    talks.add(small.room, TYPED, small.students[:1], NOON)
    assert (total(small).talked, total(small).left, total(small).rate) == (1, 5, 16.6)
    talks.add(small.room, {**TYPED, "day": TUESDAY, "talker": "周老师"}, small.students[:1], NOON)
    assert (total(small).talked, total(small).left) == (1, 5), "once, however often"
    one = line(small, small.students[0])
    assert (one.talks, one.last_day, one.last_by) == (2, TUESDAY, "周老师")
    undo(small.room)
    undo(small.room)
    assert total(small).talked == 0


def test_a_leaver_counts_until_the_day_of_leaving_and_with_him_his_talk(small: Small) -> None:
    a = small.students[0]
    talks.add(small.room, TYPED, [a], NOON)
    students.set_status(small.room, a, "moved", TUESDAY)
    assert a not in on_list(small) and (total(small).students, total(small).talked) == (5, 0)
    assert a in on_list(small, datetime(2026, 9, 7, 9)), "the day before he was there"
    assert coverage.line(small.room, a, NOON) is None
    assert not any(lamp.state != "none" for _, lamp in coverage.lamps(small.room, a, NOON).each)
    undo(small.room)
    assert a in on_list(small) and total(small).talked == 1


def test_who_is_away_does_not_count_while_away_and_counts_again_when_back(small: Small) -> None:
    a = small.students[0]
    students.set_status(small.room, a, "suspended", MONDAY)
    assert a not in on_list(small)
    back = datetime(2026, 10, 12, 12)
    clock(small.room, back)
    students.set_status(small.room, a, "present", back.date())
    assert a in on_list(small, back) and a not in on_list(small, NOON)


def test_a_newcomer_counts_from_the_day_of_entry(small: Small) -> None:
    values = {"name": "新来的", "stage": "junior", "cohort": 2026, "class_no": 2}
    new = students.add(small.room, {**values, "status_since": TUESDAY + timedelta(days=1)}, {})
    assert new not in on_list(small)
    assert new in on_list(small, NOON + timedelta(days=1))
    old_school = students.add(small.room, {**values, "name": "一直在的", "cohort": 2025}, {})
    assert old_school in on_list(small)


def test_an_entry_made_by_mistake_never_counted(small: Small) -> None:
    a = small.students[0]
    students.set_status(small.room, a, "removed", TUESDAY)
    assert a not in on_list(small) and a not in on_list(small, datetime(2026, 9, 7, 9))


# ---- past semesters and holidays ----------------------------------------------------------------------------------


def test_a_talk_in_the_holiday_belongs_to_the_semester_before(year: Small) -> None:
    a, b = year.students[:2]
    clock(year.room, WINTER)
    talks.add(year.room, {**TYPED, "day": WINTER.date()}, [a], WINTER)
    told = coverage.of(year.room, WINTER)
    assert (told.term.code, told.week, told.day) == ("2026-1", 0, date(2027, 1, 17))
    assert (told.total.talked, told.total.later, sum(told.total.by_week)) == (1, 1, 0)
    clock(year.room, SPRING)
    talks.add(year.room, {**TYPED, "day": SPRING.date()}, [b], SPRING)
    assert (total(year, SPRING).talked, total(year, SPRING, "2026-1").talked) == (1, 1)
    assert line(year, a, SPRING, "2026-1").talks == 1 and line(year, a, SPRING).talks == 0
    assert talks.of_students(year.room, [a, b], "2026-1", SPRING)[b] == []


def test_a_past_semester_counts_who_was_there_on_its_last_day(year: Small) -> None:
    a, b, c = year.students[:3]
    clock(year.room, SPRING)
    students.set_status(year.room, a, "moved", date(2027, 3, 1))
    students.set_status(year.room, b, "moved", date(2026, 12, 1))
    fresh = students.add(
        year.room,
        {"name": "新来的", "stage": "junior", "cohort": 2026, "class_no": 2, "status_since": date(2027, 2, 22)},
        {},
    )
    assert a in on_list(year, SPRING, "2026-1") and a not in on_list(year, SPRING)
    assert b not in on_list(year, SPRING, "2026-1")
    assert fresh in on_list(year, SPRING) and fresh not in on_list(year, SPRING, "2026-1")
    assert c in on_list(year, SPRING, "2026-1")
    with pytest.raises(Refused, match="没有“2030-1”"):
        coverage.of(year.room, SPRING, "2030-1")


def test_a_class_is_called_what_it_was_called_then(year: Small) -> None:
    school.set_term(year.room, {"year": 2027, "half": 1, "starts": date(2027, 9, 1), "weeks": 20})
    august, autumn = datetime(2027, 8, 20, 9), datetime(2027, 9, 6, 9)
    assert [one.key for one in coverage.of(year.room, august).classes] == ["七年级/1", "七年级/2", "七年级/3"]
    assert [one.key for one in coverage.of(year.room, autumn).classes] == ["八年级/1", "八年级/2", "八年级/3"]
    assert [one.key for one in coverage.of(year.room, autumn, "2026-2").classes][0] == "七年级/1"
    assert len(coverage.students(year.room, autumn, "2026-1", class_key="七年级/1")) == 2
    assert not coverage.students(year.room, autumn, class_key="七年级/1")


def test_who_had_not_entered_or_had_left_the_stage_does_not_count(year: Small) -> None:
    values = {"name": "九年级的", "stage": "junior", "cohort": 2024, "class_no": 1}
    old = students.add(year.room, values, {})
    school.set_term(year.room, {"year": 2025, "half": 2, "starts": date(2026, 2, 23), "weeks": 19})
    assert on_list(year, NOON, "2025-2") == {old}, "the seventh grade had not entered"
    school.set_term(year.room, {"year": 2027, "half": 1, "starts": date(2027, 9, 1), "weeks": 20})
    assert old in on_list(year) and old not in on_list(year, datetime(2027, 9, 6, 9))


# ---- excuses, attempts, rules -------------------------------------------------------------------------------------


def test_a_talk_wins_over_an_excuse_and_an_excuse_is_no_talk(small: Small) -> None:
    a, b = small.students[:2]
    talks.excuse(small.room, a, "长期请假", NOON)
    assert (total(small).excused, total(small).talked, total(small).left) == (1, 0, 5)
    assert line(small, a).lamps.talk.state == "amber" and "长期请假" in line(small, a).lamps.talk.words
    talks.add(small.room, TYPED, [a], NOON)
    assert (total(small).excused, total(small).talked, total(small).left) == (0, 1, 5)
    talks.excuse(small.room, b, "外出集训", NOON, term="2026-1")
    assert total(small).excused == 1
    assert (total(small).asked, total(small).rate) == (6, 16.6)
    talk_rules.set_rules(small.room, {"denominator": "less_excused"})
    assert (total(small).asked, total(small).rate) == (5, 20.0)
    talks.add(small.room, TYPED, small.students[2:], NOON)
    assert total(small).rate == 100.0 and total(small).left == 0 and coverage.of(small.room, NOON).needed_per_week == 0


def test_an_attempt_hides_from_the_list_of_what_to_do_and_from_no_figure(small: Small) -> None:
    a = small.students[0]
    talks.attempt(small.room, a, {"day": MONDAY}, NOON)
    assert (total(small).attempted, total(small).left, total(small).students) == (1, 6, 6)
    assert line(small, a).hidden_until == MONDAY + timedelta(days=3)
    thursday = NOON + timedelta(days=2)
    assert line(small, a, thursday).hidden_until is None and line(small, a, thursday).attempts == 1
    talk_rules.set_rules(small.room, {"hide_days": 10})
    assert line(small, a, thursday).hidden_until == MONDAY + timedelta(days=10)
    talks.excuse(small.room, a, "长期请假", NOON)
    assert (total(small).attempted, total(small).excused) == (0, 1) and line(small, a).hidden_until is None
    talks.add(small.room, TYPED, [a], NOON)
    assert total(small).attempted == 0 and line(small, a).left is False


def test_first_talks_by_week_and_what_is_needed_a_week(small: Small) -> None:
    a, b, c = small.students[:3]
    now = datetime(2026, 12, 22, 12)
    clock(small.room, now)
    for whom, day in ((a, date(2026, 9, 1)), (a, date(2026, 12, 1)), (b, MONDAY), (c, MONDAY)):
        talks.add(small.room, {**TYPED, "day": day}, [whom], now)
    told = coverage.of(small.room, now)
    assert told.total.by_week[:3] == (1, 2, 0) and sum(told.total.by_week) == told.total.talked == 3
    assert told.week == 17 and told.weeks == 2 and told.needed_per_week == 2
    talk_rules.set_rules(small.room, {"finish_week": 20})
    assert coverage.of(small.room, now).weeks == 4 and coverage.of(small.room, now).needed_per_week == 1
    grade = told.grades[0]
    assert (grade.name, grade.students, grade.talked, grade.by_week) == ("七年级", 6, 3, told.total.by_week)


# ---- plans and feedback ---------------------------------------------------------------------------------------------


def test_a_plan_is_owed_for_who_is_under_care_and_counts_when_whole(small: Small) -> None:
    a, b = small.students[:2]
    mark = care.mark(small.room, a, {"since": MONDAY, "ground": "班主任提出"}, NOON)
    assert (total(small).plans_due, total(small).plans, line(small, a).care) == (1, 0, True)
    made = plans.save(small.room, a, {**PARTS, "path": "", "made_on": MONDAY}, [], NOON)
    assert line(small, a).lamps.plan.state == "amber" and "五项" in line(small, a).lamps.plan.words
    plans.save(small.room, a, {**PARTS, "made_on": MONDAY}, [], NOON, plan=made)
    assert (total(small).plans, line(small, a).lamps.plan.state) == (1, "green")
    plans.save(small.room, b, {**PARTS, "made_on": MONDAY}, [], NOON)
    assert (total(small).plans_due, line(small, b).lamps.plan.state) == (1, "none"), "asked for nobody else"
    newer = plans.new_version(small.room, made, NOON)
    plans.save(small.room, a, {"study": ""}, [], NOON, plan=newer)
    assert total(small).plans == 0, "the newest version is the plan"
    care.lift(small.room, mark, TUESDAY, "好了一些")
    assert (total(small).plans_due, line(small, a).lamps.plan.state) == (0, "none")


def test_an_old_plan_counts_when_reviewed_or_not_yet_due(year: Small) -> None:
    a = year.students[0]
    care.mark(year.room, a, {"since": MONDAY, "ground": "班主任提出"}, NOON)
    made = plans.save(year.room, a, {**PARTS, "made_on": MONDAY, "review_on": date(2027, 3, 12)}, [], NOON)
    clock(year.room, SPRING)
    assert line(year, a, SPRING).lamps.plan.state == "green", "its review is still ahead"
    late = SPRING + timedelta(days=5)
    clock(year.room, late)
    assert line(year, a, late).lamps.plan.state == "amber" and "回顾" in line(year, a, late).lamps.plan.words
    plans.review(year.room, made, {"day": late.date(), "words": "有进步"}, late)
    assert line(year, a, late).lamps.plan.state == "green"
    assert line(year, a, late, "2026-1").lamps.plan.state == "green", "on the last day of the autumn it counted"
    newer = plans.new_version(year.room, made, late)
    plans.save(year.room, a, {"study": ""}, [], late, plan=newer)
    assert line(year, a, late).lamps.plan.state == "amber"
    assert line(year, a, late, "2026-1").lamps.plan.state == "green", "what was written later changes nothing of it"


def test_feedback_counts_when_it_reached_the_parents(small: Small) -> None:
    a, b = small.students[:2]
    care.mark(small.room, a, {"since": MONDAY, "ground": "班主任提出"}, NOON)
    talks.add(small.room, TYPED, [a], NOON)
    assert (total(small).feedback_due, total(small).feedback) == (1, 0)
    refused = feedback.save(small.room, a, {"day": MONDAY, "study": "上课能听"}, NOON)
    feedback.set_state(small.room, [refused], "refused", TUESDAY, NOON, why="家长没在家")
    assert line(small, a).lamps.feedback.state == "amber" and "没有收下" in line(small, a).lamps.feedback.words
    told = feedback.save(small.room, a, {"day": MONDAY, "study": "上课能听"}, NOON + timedelta(minutes=1))
    for state, green in (("printed", False), ("delivered", True), ("signed", True)):
        feedback.set_state(small.room, [told], state, TUESDAY, NOON)
        assert (line(small, a).lamps.feedback.state == "green") is green, state
    assert total(small).feedback == 1
    talk_rules.set_rules(small.room, {"feedback_for": "all"})
    assert (total(small).feedback_due, total(small).feedback) == (6, 1)
    assert line(small, b).lamps.missing == ("talk", "feedback")
    talk_rules.set_rules(small.room, {"feedback_for": ""})
    assert total(small).feedback_due == 1


def test_the_region_says_whom_to_tell_and_the_school_may_say_otherwise(small: Small) -> None:
    school.change_school(small.room, {"region": "xiangyuan"})
    assert "三(二)" in coverage.of(small.room, NOON).rules.target_source
    assert total(small).feedback_due == 0
    talk_rules.set_rules(small.room, {"feedback_for": "all", "target": 95})
    told = coverage.of(small.room, NOON)
    assert told.total.feedback_due == 6 and (told.rules.target, told.rules.target_source) == (95, "学校自定")


# ---- every figure opens to its rows -------------------------------------------------------------------------------


def test_a_deed_of_either_file_is_seen_at_once(small: Small) -> None:
    """Figures are kept in memory until the next deed."""
    a = small.students[0]
    assert coverage.of(small.room, NOON) is coverage.of(small.room, NOON)
    talks.add(small.room, TYPED, [a], NOON)
    assert total(small).talked == 1
    students.change(small.room, a, {"name": "改了名"}, {})
    assert line(small, a).name == "改了名" and total(small).talked == 1
    students.move_class(small.room, a, "junior", 2026, 3)
    assert line(small, a).class_key == "七年级/3"
    school.set_naming(small.room, "junior", "cohort")
    assert line(small, a).class_key == "2026级/3"
    assert (
        line(small, a, NOON + timedelta(days=1)).talks == 1
        and coverage.of(small.room, datetime(2026, 9, 6)).total.talked == 0
    )


def test_the_classes_and_the_students_add_up(small: Small) -> None:
    talks.add(small.room, TYPED, small.students[::2], NOON)
    talks.excuse(small.room, small.students[1], "长期请假", NOON)
    care.mark(small.room, small.students[3], {"since": MONDAY, "ground": "班主任提出"}, NOON)
    told = coverage.of(small.room, NOON)
    for one in told.classes:
        mine = coverage.students(small.room, NOON, class_key=one.key)
        assert len(mine) == one.students == one.talked + one.excused + one.left
        assert sum(each.lamps.talk.state == "green" for each in mine) == one.talked
        assert sum(each.lamps.plan.state != "none" for each in mine) == one.plans_due
        assert sum(each.left for each in mine) == one.left
    assert sum(one.students for one in told.classes) == told.total.students == len(coverage.students(small.room, NOON))


def test_a_school_without_students_says_nothing_wrong(tmp_path: Path) -> None:
    made = make_small(tmp_path / "空")
    clock(made.room, NOON)
    for who in made.students:
        students.set_status(made.room, who, "moved", MONDAY)
    told = coverage.of(made.room, NOON)
    assert (told.total.students, told.total.rate, told.needed_per_week, told.classes) == (0, 0.0, 0, ())
    made.room.close()
