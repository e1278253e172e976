"""Deeds on talks: what is kept, what is refused, and that each is undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.talks import Talk
from psyroom.services import coverage, notes, students, talk_rules, talks
from psyroom.services.note_lock import NotYours
from psyroom.services.talks import RowsNotValid, RowTyped, Saved
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from tests.services.room_for_bookings import MONDAY, NOON, PASSWORD, TUESDAY, Small, make_small, undo
from tests.services.test_notes import clock

TYPED: dict[str, Any] = {"day": MONDAY, "talker": "李老师", "way": "face", "theme": "学习情况", "points": "数学听不懂"}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    clock(made.room, NOON)
    yield made
    made.room.close()


def count(small: Small, table: str) -> int:
    with small.room.read() as session:
        return int(raw_of(session).execute(f"SELECT count(*) FROM cases.{table}").fetchone()[0])


# ---- one talk -----------------------------------------------------------------------------------------------------


def test_a_talk_with_several_is_a_row_for_each_and_one_deed(small: Small) -> None:
    a, b, c = small.students[:3]
    made = talks.add(small.room, TYPED, [a, b, a], NOON)
    assert len(made) == 2 and count(small, "talk") == 2
    seen = talks.seen(small.room, made[1])
    assert (seen.student, seen.fields.talker, seen.fields.points) == (b, "李老师", "数学听不懂")
    assert (seen.origin, seen.who_entered, seen.to_follow) == ("own", "王老师", False)
    assert not talks.of_student(small.room, c)
    undo(small.room)
    assert count(small, "talk") == 0


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"day": TUESDAY + timedelta(days=1)}, "day"),
        ({"day": None}, "day"),
        ({"talker": " "}, "talker"),
        ({"way": "shout"}, "way"),
        ({"points": "字" * 2001}, "points"),
        ({"minutes": 0}, "minutes"),
        ({"follow_day": MONDAY - timedelta(days=1)}, "follow_day"),
    ],
)
def test_what_cannot_be_said_of_a_talk(small: Small, more: dict[str, Any], field: str) -> None:
    with pytest.raises(NotValid) as told:
        talks.add(small.room, {**TYPED, **more}, small.students[:2], NOON)
    assert field in told.value.fields and count(small, "talk") == 0


def test_a_talk_needs_a_student_who_is_on_the_roll(small: Small) -> None:
    students.set_status(small.room, small.students[0], "removed", MONDAY)
    for whom in ([], [""], ["0" * 32], [small.students[1], small.students[0]]):
        with pytest.raises(NotValid) as told:
            talks.add(small.room, TYPED, whom, NOON)
        assert "student" in told.value.fields
    assert count(small, "talk") == 0


def test_a_talk_is_changed_moved_to_another_child_and_taken_out(small: Small) -> None:
    a, b = small.students[:2]
    (made,) = talks.add(small.room, TYPED, [a], NOON)
    talks.change(small.room, made, {"student": b, "points": "改了"}, NOON)
    assert not talks.of_student(small.room, a) and talks.of_student(small.room, b)[0].fields.points == "改了"
    undo(small.room)
    assert talks.of_student(small.room, a)[0].fields.points == "数学听不懂"
    talks.remove(small.room, made, NOON)
    assert not talks.of_student(small.room, a)
    undo(small.room)
    assert talks.of_student(small.room, a)
    for gone in (lambda: talks.remove(small.room, b, NOON), lambda: talks.change(small.room, b, {}, NOON)):
        with pytest.raises(NotFound):
            gone()
    with pytest.raises(NotFound):
        talks.seen(small.room, a)


def test_a_day_to_follow_up_on_means_that_it_is_to_be_followed_up(small: Small) -> None:
    a, b, c = small.students[:3]
    (due,) = talks.add(small.room, {**TYPED, "follow_day": TUESDAY}, [a], NOON)
    (some_day,) = talks.add(small.room, {**TYPED, "follow_up": True}, [b], NOON)
    talks.add(small.room, {**TYPED, "follow_day": TUESDAY + timedelta(days=9)}, [c], NOON)
    assert talks.seen(small.room, due).to_follow
    rows = talks.follow_ups(small.room, NOON)
    assert [(row.id, row.days) for row in rows] == [(due, 0), (some_day, None)]
    assert (rows[0].who, rows[0].class_name) == ("张晓雨", "七年级1班")
    talks.follow(small.room, due, TUESDAY, "又谈了一次")
    assert talks.seen(small.room, due).followed == "又谈了一次"
    assert [row.id for row in talks.follow_ups(small.room, NOON)] == [some_day]
    talks.follow(small.room, due, None)
    assert talks.seen(small.room, due).to_follow and not talks.seen(small.room, due).followed
    undo(small.room)
    assert not talks.seen(small.room, due).to_follow
    for on, words, field in ((MONDAY - timedelta(days=1), "", "followed_on"), (TUESDAY + timedelta(days=1), "", "followed_on"), (TUESDAY, "长" * 501, "followed")):  # fmt: skip
        with pytest.raises(NotValid) as told:
            talks.follow(small.room, due, on, words)
        assert field in told.value.fields
    talks.change(small.room, due, {"follow_up": False, "follow_day": None}, NOON)
    assert talks.seen(small.room, due).followed_on is None


def test_talks_are_the_room_s_every_counsellor_changes_them(small: Small) -> None:
    (made,) = talks.add(small.room, TYPED, small.students[:1], NOON)
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, "陈老师", PASSWORD)
    clock(small.room, NOON)
    talks.change(small.room, made, {"judged": "上课走神"}, NOON)
    seen = talks.seen(small.room, made)
    assert (seen.fields.judged, seen.who_entered) == ("上课走神", "王老师")


def test_no_deed_of_talks_stands_in_the_desk_s_file(small: Small) -> None:
    with small.room.read() as session:
        before = raw_of(session).execute("SELECT count(*) FROM main.deed").fetchone()
    a = small.students[0]
    (made,) = talks.add(small.room, TYPED, [a], NOON)
    talks.change(small.room, made, {"points": "改"}, NOON)
    talks.follow(small.room, made, MONDAY, "跟进")
    talks.excuse(small.room, a, "外出集训", NOON)
    talks.unexcuse(small.room, a)
    talks.attempt(small.room, a, {}, NOON)
    talks.save_rows(small.room, [RowTyped(a, TYPED)], NOON)
    talks.remove(small.room, made, NOON)
    talk_rules.set_rules(small.room, {"target": 90})
    talk_rules.set_class_teacher(small.room, "junior", 2026, 1, "李老师")
    with small.room.read() as session:
        assert raw_of(session).execute("SELECT count(*) FROM main.deed").fetchone() == before


def test_nothing_that_holds_words_shows_them(small: Small) -> None:
    (made,) = talks.add(small.room, {**TYPED, "follow_day": TUESDAY}, small.students[:1], NOON)
    talks.attempt(small.room, small.students[0], {"words": "没找到"}, NOON)
    things = [
        talks.seen(small.room, made),
        *talks.follow_ups(small.room, NOON),
        *talks.attempts(small.room, small.students[0]),
    ]
    things += coverage.students(small.room, NOON)
    things += [coverage.of(small.room, NOON), RowTyped("x", TYPED, "秘密原因")]
    assert not any(word in repr(thing) for thing in things for word in ("数学", "张晓雨", "李老师", "没找到", "秘密"))


# ---- a class in one sitting -----------------------------------------------------------------------------------------


def test_a_class_in_one_sitting_is_one_deed(small: Small) -> None:
    a, b, c, d = small.students[:4]
    (old,) = talks.add(small.room, TYPED, [b], NOON)
    rows = [
        RowTyped(a, TYPED),
        RowTyped(b, {**TYPED, "points": "改了"}, talk=old),
        RowTyped(c, {}, "长期请假"),
        RowTyped(d, {}),
    ]
    assert talks.save_rows(small.room, rows, NOON) == Saved(1, 1, 1)
    assert talks.excuse_of(small.room, c, NOON) == "长期请假"
    again = [RowTyped(b, {**TYPED, "points": "改了"}, talk=old), RowTyped(c, {}, " 长期请假 ")]
    assert talks.save_rows(small.room, again, NOON) == Saved(0, 0, 0), "the same again is nothing new"
    undo(small.room)
    assert not talks.of_student(small.room, a) and not talks.excuse_of(small.room, c, NOON)
    assert talks.of_student(small.room, b)[0].fields.points == "数学听不懂"


def test_rows_that_cannot_be_taken_are_named_by_their_place_and_nothing_is_saved(small: Small) -> None:
    a, b, c = small.students[:3]
    rows = [
        RowTyped(a, TYPED),
        RowTyped(b, {**TYPED, "day": TUESDAY + timedelta(days=3), "talker": ""}),
        RowTyped(c, {**TYPED, "talker": "长" * 21}, "原" * 61),
        RowTyped("0" * 32, {}, "没有这个人"),
    ]
    with pytest.raises(RowsNotValid) as told:
        talks.save_rows(small.room, rows, NOON)
    assert {at: set(fields) for at, fields in told.value.rows.items()} == {
        1: {"talker"}, 2: {"talker", "excuse"}, 3: {"excuse"},
    }  # fmt: skip
    assert "有 3 行没有填对" in str(told.value) and count(small, "talk") == 0


# ---- from a session note ----------------------------------------------------------------------------------------------


def note(small: Small, whom: list[str], **more: Any) -> str:
    values = {
        "kind": "individual",
        "day": MONDAY,
        "starts": 730,
        "ends": 770,
        "words": "只说给老师听的话",
        "topic": "家里",
    }
    return notes.add(small.room, {**values, **more}, whom, NOON)


def test_of_a_session_note_only_that_they_talked_goes_over(small: Small) -> None:
    a, b = small.students[:2]
    one = note(small, [a])
    assert not coverage.of(small.room, NOON).total.talked, "a session note alone does not count"
    made = talks.from_note(small.room, one, NOON)
    seen = talks.seen(small.room, made)
    assert (seen.fields.day, seen.fields.starts, seen.fields.minutes, seen.fields.way) == (MONDAY, 730, 40, "face")
    assert (seen.fields.talker, seen.origin, seen.note) == ("王老师", "note", one)
    with small.room.read() as session:
        row = session.get_one(Talk, made).model_dump()
    assert not any("只说给" in str(value) or "家里" in str(value) for value in row.values())
    assert coverage.of(small.room, NOON).total.talked == 1
    with pytest.raises(Refused, match="已经登记"):
        talks.from_note(small.room, one, NOON)
    group = note(small, [a, b], kind="group")
    talks.from_note(small.room, group, NOON)
    assert [talks.of_student(small.room, who)[0].fields.way for who in (a, b)] == ["group", "group"]
    undo(small.room)
    assert len(talks.of_student(small.room, a)) == 1 and not talks.of_student(small.room, b)
    call = note(small, [b], kind="telephone", channel="telephone", ends=None)
    assert talks.seen(small.room, talks.from_note(small.room, call, NOON)).fields.way == "telephone"


def test_a_contact_or_a_colleague_s_note_is_no_talk(small: Small) -> None:
    a = small.students[0]
    for kind in ("parent", "class_teacher", "hospital"):
        with pytest.raises(Refused, match="不是和学生本人"):
            talks.from_note(small.room, note(small, [a], kind=kind, with_whom="母亲"), NOON)
    own, shared = note(small, [a]), note(small, [a], shared=True)
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, "陈老师", PASSWORD)
    clock(small.room, NOON)
    with pytest.raises(NotYours):
        talks.from_note(small.room, own, NOON)
    assert talks.seen(small.room, talks.from_note(small.room, shared, NOON)).fields.talker == "王老师"
    with pytest.raises(NotFound):
        talks.from_note(small.room, "0" * 32, NOON)


# ---- who could not be talked to -----------------------------------------------------------------------------------


def test_there_is_one_reason_for_a_semester_and_it_is_taken_back(small: Small) -> None:
    a = small.students[0]
    talks.excuse(small.room, a, "长期请假", NOON)
    talks.excuse(small.room, a, "住院或休养", NOON, term="2026-1")
    assert talks.excuse_of(small.room, a, NOON) == "住院或休养" and count(small, "talk_excuse") == 1
    undo(small.room)
    assert talks.excuse_of(small.room, a, NOON) == "长期请假"
    talks.unexcuse(small.room, a)
    assert not talks.excuse_of(small.room, a, NOON)
    with pytest.raises(NotFound):
        talks.unexcuse(small.room, a)
    undo(small.room)
    assert talks.excuse_of(small.room, a, NOON)
    for reason in ("", "长" * 61):
        with pytest.raises(NotValid):
            talks.excuse(small.room, a, reason, NOON)
    with pytest.raises(Refused, match="没有“2031-1”"):
        talks.excuse(small.room, a, "长期请假", NOON, term="2031-1")


def test_an_attempt_is_kept_and_undone(small: Small) -> None:
    a = small.students[0]
    talks.attempt(small.room, a, {"who": "李老师", "what": "unwilling", "words": "下周再说"}, NOON)
    (tried,) = talks.attempts(small.room, a)
    assert (tried.day, tried.who, tried.what, tried.words) == (TUESDAY, "李老师", "unwilling", "下周再说")
    for wrong in ({"day": TUESDAY + timedelta(days=1)}, {"what": "nothing"}, {"words": "长" * 61}):
        with pytest.raises(NotValid):
            talks.attempt(small.room, a, wrong, NOON)
    undo(small.room)
    assert not talks.attempts(small.room, a)


# ---- rules and class teachers -----------------------------------------------------------------------------------------


def test_the_school_s_own_rules_stand_over_the_region_s(small: Small) -> None:
    seen = talk_rules.rules(small.room)
    assert (seen.target, seen.denominator, seen.feedback_for, seen.hide_days, seen.finish_week) == (
        100,
        "all",
        "care",
        3,
        18,
    )
    assert "没有规定" in seen.target_source and "没有规定" in seen.feedback_source and seen.home_visit is None
    talk_rules.set_rules(
        small.room, {"target": 95, "feedback_for": "all", "finish_week": 12, "denominator": "less_excused"}
    )
    seen = talk_rules.rules(small.room)
    assert (seen.target, seen.target_source, seen.feedback_for, seen.finish_week) == (95, "学校自定", "all", 12)
    undo(small.room)
    assert talk_rules.rules(small.room).target == 100
    for wrong in ({"target": 0}, {"target": 101}, {"feedback_for": "some"}, {"hide_days": -1}, {"denominator": "x"}):
        with pytest.raises(NotValid):
            talk_rules.set_rules(small.room, wrong)


@pytest.mark.parametrize(
    ("region", "talk", "told", "visits"),
    [("xiangyuan", "襄垣", "襄垣", None), ("weinan", "没有规定", "没有规定", "student"), ("anhui", "没有规定", "没有规定", None),
     ("hunan-vocational", "没有规定", "没有规定", "teacher")],
)  # fmt: skip
def test_regions_ask_differently(small: Small, region: str, talk: str, told: str, visits: str | None) -> None:
    from psyroom.services import school

    school.change_school(small.room, {"region": region})
    seen = talk_rules.rules(small.room)
    assert (
        talk in seen.target_source
        and told in seen.feedback_source
        and (seen.target, seen.feedback_for) == (100, "care")
    )
    assert (seen.home_visit.per if seen.home_visit else None) == visits


def test_class_teachers_are_known_by_the_class_whatever_it_is_called(small: Small) -> None:
    talk_rules.set_class_teacher(small.room, "junior", 2026, 1, " 李老师 ")
    assert talk_rules.class_teachers(small.room) == {("junior", 2026, 1): "李老师"}
    assert [line.teacher for line in coverage.of(small.room, NOON).classes] == ["李老师", "", ""]
    talk_rules.set_class_teachers(small.room, {("junior", 2026, 1): "周老师", ("junior", 2026, 2): "赵老师"})
    assert [line.teacher for line in coverage.of(small.room, NOON).classes] == ["周老师", "赵老师", ""]
    undo(small.room)
    assert talk_rules.class_teachers(small.room) == {("junior", 2026, 1): "李老师"}
    talk_rules.set_class_teacher(small.room, "junior", 2026, 1, "")
    assert not talk_rules.class_teachers(small.room)
    with pytest.raises(NotValid):
        talk_rules.set_class_teacher(small.room, "junior", 2026, 1, "长" * 21)


def test_a_class_s_talks_leave_nobody_out(small: Small) -> None:
    a, _, _, d = small.students[:4]  # both of class 1
    talks.add(small.room, TYPED, [a], NOON)
    talks.add(small.room, {**TYPED, "day": TUESDAY}, [a], NOON)
    found = talks.of_class(small.room, "七年级/1", "", NOON)
    assert set(found) == {a, d} and [one.fields.day for one in found[a]] == [TUESDAY, MONDAY] and not found[d]
    assert not talks.of_class(small.room, "九年级/9", "2026-1", datetime(2026, 9, 8, 9))
