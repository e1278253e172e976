"""家访: written down with or without the feedback given by it, counted as the region does, and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import NotFound, NotValid, Refused, Tell
from psyroom.records.care import VISITED
from psyroom.reports import preview
from psyroom.services import (
    feedback,
    feedback_list,
    feedback_papers,
    history,
    home_visits,
    recycle_bin,
    school,
    talk_rules,
)
from psyroom.services.home_visits_counted import NOT_ASKED
from tests.services.room_for_bookings import NOON, Small, make_small

TODAY = NOON.date()
VISIT: dict[str, Any] = {"day": TODAY - timedelta(days=1), "teachers": "王芳、李强", "starts": 1140, "ends": 1200}
WORDS = {"study": "上课能跟上", "life": "和同学处得好"}


@pytest.fixture
def small(tmp_path: Path, cheap_keys: None) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


def add(small: Small, child: int = 0, told: dict[str, Any] | None = None, **values: Any) -> str:
    return home_visits.add(small.room, small.students[child], {**VISIT, **values}, NOON, feedback=told)


def test_a_visit_is_written_down_changed_and_taken_out(small: Small) -> None:
    id = add(small, place="新民村", present="母亲、奶奶")
    seen = home_visits.seen(small.room, id)
    assert (seen.form_name, seen.teachers, seen.feedback) == ("实地家访", ("王芳", "李强"), "")
    assert (seen.name, seen.fields.present, seen.who_entered) == ("张晓雨", "母亲、奶奶", "王老师")
    home_visits.change(small.room, id, {"way": "telephone", "place": ""}, NOON)
    assert home_visits.seen(small.room, id).fields.way == "telephone"
    assert [one.id for one in home_visits.of_student(small.room, small.students[0])] == [id]
    assert [one.id for one in home_visits.listed(small.room, NOON)] == [id]
    home_visits.remove(small.room, id, NOON)
    with pytest.raises(NotFound):
        home_visits.seen(small.room, id)
    history.undo(small.room)
    assert home_visits.seen(small.room, id).fields.way == "telephone"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"day": TODAY + timedelta(days=1)}, "day"),
        ({"teachers": " 、"}, "teachers"),
        ({"teachers": ""}, "teachers"),
        ({"ends": 1100}, "ends"),
        ({"starts": None}, "starts"),
        ({"next_on": VISIT["day"]}, "next_on"),
        ({"way": "letter"}, "way"),
        ({"family": "长" * 1001}, "family"),
    ],
)
def test_what_cannot_be_is_told_under_its_field(small: Small, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(NotValid) as told:
        add(small, **wrong)
    assert set(told.value.fields) == {field}
    assert not home_visits.listed(small.room, NOON)


# ---- the feedback given by it -----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", VISITED)
def test_a_visit_that_gave_the_feedback_is_one_deed(small: Small, way: str) -> None:
    id = add(small, told=WORDS, way=way)
    (given,) = feedback.of_student(small.room, small.students[0])
    assert (given.home_visit, given.state, given.delivered_on) == (id, "delivered", VISIT["day"])
    assert (given.fields.way, given.fields.by) == (home_visits.BY[way], "王芳、李强")
    assert home_visits.seen(small.room, id).feedback == given.id
    history.undo(small.room)
    assert not feedback.of_student(small.room, small.students[0])
    assert not home_visits.listed(small.room, NOON)


def test_the_feedback_follows_the_visit_and_is_told_later(small: Small) -> None:
    id = add(small)
    home_visits.change(small.room, id, {}, NOON, feedback=WORDS)
    (given,) = feedback.of_student(small.room, small.students[0])
    home_visits.change(small.room, id, {"day": TODAY, "way": "online"}, NOON)
    (given,) = feedback.of_student(small.room, small.students[0])
    assert (given.fields.day, given.delivered_on, given.fields.way) == (TODAY, TODAY, "wechat")
    assert given.fields.study == WORDS["study"]
    with pytest.raises(Refused):
        feedback.save(small.room, "", {"day": TODAY - timedelta(days=3)}, NOON, feedback=given.id)
    feedback.save(small.room, "", {"reply": "谢谢老师"}, NOON, feedback=given.id)


def test_a_visit_takes_its_feedback_with_it_only_when_that_was_said(small: Small) -> None:
    id = add(small, told=WORDS)
    with pytest.raises(home_visits.GaveFeedback):
        home_visits.remove(small.room, id, NOON)
    assert len(feedback.of_student(small.room, small.students[0])) == 1
    home_visits.remove(small.room, id, NOON, with_feedback=True)
    assert not feedback.of_student(small.room, small.students[0])
    (line,) = [one for one in recycle_bin.listed(small.room) if one.kind in ("home_visit", "feedback")]
    recycle_bin.restore(small.room, line.deed)
    assert home_visits.seen(small.room, id).feedback == feedback.of_student(small.room, small.students[0])[0].id


def test_no_undo_leaves_feedback_by_a_visit_that_is_not_there(small: Small) -> None:
    id = add(small)
    first = history.chain.last_deed(small.room)
    assert first is not None
    home_visits.change(small.room, id, {}, NOON, feedback=WORDS)
    with pytest.raises(Tell):
        history.undo(small.room, first.id)
    assert home_visits.seen(small.room, id).feedback
    given = feedback.of_student(small.room, small.students[0])[0].id
    feedback.remove(small.room, given, NOON)
    gone = history.chain.last_deed(small.room)
    home_visits.remove(small.room, id, NOON)
    with pytest.raises(Refused):
        history.undo(small.room, gone.id if gone else None)


def test_many_who_went_fit_the_place_for_a_name(small: Small) -> None:
    add(small, told=WORDS, teachers="欧阳娜娜、司马光明、诸葛思远、上官文静、皇甫一鸣、王芳")
    by = feedback.of_student(small.room, small.students[0])[0].fields.by
    assert len(by) <= 20 and by.endswith("等") and by.startswith("欧阳娜娜、司马光明")


# ---- the return visit ---------------------------------------------------------------------------------------------


def test_a_return_visit_is_spoken_of_until_it_was_made(small: Small) -> None:
    soon, later = TODAY + timedelta(days=7), TODAY + timedelta(days=8)
    id = add(small, next="再问一次作业", next_on=soon)
    add(small, 1, next_on=later)
    (due,) = home_visits.due(small.room, NOON)
    assert (due.visit, due.days, due.plan, due.name) == (id, 7, "再问一次作业", "张晓雨")
    for wrong in (TODAY + timedelta(days=1), VISIT["day"] - timedelta(days=1)):
        with pytest.raises(NotValid):
            home_visits.returned(small.room, id, wrong, NOON)
    home_visits.returned(small.room, id, TODAY, NOON)
    assert not home_visits.due(small.room, NOON)
    home_visits.change(small.room, id, {"next_on": TODAY + timedelta(days=3)}, NOON)  # another one was agreed on
    assert [one.visit for one in home_visits.due(small.room, NOON)] == [id]
    home_visits.returned(small.room, id, TODAY, NOON)
    home_visits.returned(small.room, id, None, NOON)
    assert [one.days for one in home_visits.due(small.room, NOON + timedelta(days=5))] == [-2, 3]


# ---- counted as the region does -------------------------------------------------------------------------------------


def region(small: Small, code: str, stage: str = "junior") -> None:
    school.change_school(small.room, {"region": code, "stage": stage})


def some(small: Small) -> None:
    add(small, 0)
    add(small, 0, way="telephone", teachers="王芳")
    add(small, 1, way="online", teachers="赵敏")
    add(small, 2, way="telephone", teachers="王芳,赵敏 老师")


def test_weinan_counts_students_and_every_form(small: Small) -> None:
    region(small, "weinan")
    some(small)
    found = home_visits.counted(small.room, NOON)
    assert (found.per, found.least, found.of, found.done) == ("student", 1, 6, 3)
    assert found.source.startswith("渭教基〔2022〕57号") and set(found.counts) == set(VISITED)
    row = next(row for row in found.rows if row.student == small.students[0])
    assert (row.counted, row.forms, row.done) == (2, {"on_site": 1, "telephone": 1, "online": 0}, True)


def test_hunan_counts_teachers_and_only_who_was_there(small: Small) -> None:
    region(small, "hunan-vocational")
    some(small)
    talk_rules.set_class_teacher(small.room, "junior", 2026, 1, "周明")
    talk_rules.set_rules(small.room, {"teachers": 60})
    found = home_visits.counted(small.room, NOON)
    assert (found.per, found.least, found.of, found.counts) == ("teacher", 1, 60, ("on_site",))
    assert {row.name: (row.counted, row.all, row.done) for row in found.rows} == {
        "周明": (0, 0, False), "李强": (1, 1, True), "王芳": (1, 3, True), "赵敏": (0, 2, False),
    }  # fmt: skip


def test_elsewhere_students_with_every_form_for_itself(small: Small) -> None:
    region(small, "national")
    some(small)
    found = home_visits.counted(small.room, NOON)
    assert (found.per, found.least, found.source, len(found.rows)) == ("student", 0, NOT_ASKED, 6)
    assert found.visits == 4 and sum(row.forms["on_site"] for row in found.rows) == 1


def test_only_the_semesters_visits_count(small: Small) -> None:
    region(small, "weinan")
    add(small, 0, day=TODAY - timedelta(days=40))
    assert home_visits.counted(small.room, NOON).visits == 0 and not home_visits.listed(small.room, NOON)
    add(small, 0)
    assert home_visits.counted(small.room, NOON).done == 1


# ---- on paper -------------------------------------------------------------------------------------------------------


def test_the_paper_says_all_of_it(small: Small) -> None:
    texts = {name: f"{name}说的话" for name in ("family", "at_school", "at_home", "parents_say", "found", "next")}
    id = add(small, told=WORDS, place="新民村", present="母亲", purpose="看看作息", next_on=TODAY, **texts)
    made = feedback_papers.home_visit(small.room, id, NOON)
    words = "".join(preview.text(made.pdf).split())
    for said in ("家访记录", "城南中学", "张晓雨", "七年级1班", "王芳、李强", "19:00", "20:00", "实地家访", "新民村", "母亲",
                 "看看作息", *texts.values(), *WORDS.values(), "家长签字", "练习", "记录摘要"):  # fmt: skip
        assert said in words, said
    assert made.students == (small.students[0],) and preview.count(made.pdf) == 1
    empty = feedback_papers.empty_form(small.room)
    assert preview.count(empty.pdf) == 1 and not empty.students and "发现与" in preview.text(empty.pdf)


def test_the_longest_texts_go_on_over_pages(small: Small) -> None:
    texts = {name: "".join(chr(0x4E00 + n) for n in range(990)) for name in ("family", "at_school", "found")}
    made = feedback_papers.home_visit(small.room, add(small, **texts), NOON)
    assert preview.count(made.pdf) > 1 and not made.missing
    assert "".join(preview.text(made.pdf).split()).count(texts["family"][-30:]) == 3


def test_feedback_by_a_visit_makes_the_lamp_green(small: Small) -> None:
    talk_rules.set_rules(small.room, {"feedback_for": "all"})
    add(small, told={})
    line = next(one for one in feedback_list.listed(small.room, NOON) if one.student == small.students[0])
    assert line.given and line.way_name == "家访"
