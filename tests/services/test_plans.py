"""Growth plans on the real store: versions keep the old to the letter, what is not whole never counts, everything is
undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.care import PART, PARTS, PLAN_KINDS, Plan
from psyroom.rules import coverage, wording
from psyroom.rules import plans as rules
from psyroom.services import care, drafts, history, plans, students
from psyroom.services import coverage as coverage_counts
from psyroom.services.school import context
from psyroom.store import past
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.questions import plans as ask
from tests.services.room_for_bookings import PASSWORD, TUESDAY, Small, at, make_small

NOW = at(TUESDAY, 900)
FIVE = {
    "present": "住校，父母在外省做工，与祖母同住。",
    "difficulty": "作业常缺，课间独处。",
    "study": "期中前补上两章，作业不缺。",
    "advice": "学生：每天做成一件小事。",
    "path": "先拿到等级证书，再看升学。",
}
STEP = {"goal": "作业不缺", "step": "每天放学前交给课代表", "who": "班主任", "due": TUESDAY + timedelta(days=21)}
RARE = "𠮷𠀀龘㙓　“‘—……"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOW.astimezone(UTC)
    yield made
    made.room.close()


def written(
    small: Small, which: int = 0, *steps: dict[str, Any], plan: str = "", now: datetime = NOW, **more: Any
) -> str:
    values = {"kind": "left_behind", "maker": "王老师", **FIVE, **more}
    return plans.save(small.room, small.students[which], values, steps, now, plan=plan)


def marked(small: Small, which: int = 0, **more: Any) -> str:
    values = {"since": TUESDAY - timedelta(days=3), "ground": "班主任提出：近来常缺作业", **more}
    return care.mark(small.room, small.students[which], values, NOW)


def line(small: Small, which: int = 0, *, now: datetime = NOW, term: str = "") -> plans.PlanLine | None:
    found = plans.listed(small.room, now, term)
    return next((one for one in found if one.student == small.students[which]), None)


def later(small: Small, days: int) -> datetime:
    moment = NOW + timedelta(days=days)
    small.room.now = lambda: moment.astimezone(UTC)
    return moment


def rows_of(small: Small, plan: str) -> list[Any]:
    """All that is stored of a version, as it stands."""
    with small.room.read() as session:
        row = session.get(Plan, plan)
        parts: list[Any] = [*ask.steps(session, plan), *ask.reviews(session, plan)]
        assert row is not None
        return [row.model_dump(), *(part.model_dump() for part in parts)]


# ---- one plan -----------------------------------------------------------------------------------------------------


def test_a_plan_is_kept_as_it_was_typed(small: Small) -> None:
    long = "测" * (PART - len(RARE)) + RARE.strip()
    plan = written(small, 0, STEP, present=long, summary="", review_on=date(2026, 11, 8))
    found = plans.of_student(small.room, small.students[0])
    assert found is not None and found.id == plan and (found.version, found.newest) == (1, True)
    assert found.fields.present == long and found.fields.made_on == TUESDAY and found.complete
    (step,) = found.steps
    assert (step.goal, step.who, step.due, step.late) == ("作业不缺", "班主任", date(2026, 9, 29), False)
    assert plans.seen(small.room, plan).fields == found.fields
    assert plans.of_student(small.room, small.students[1]) is None


def test_too_long_a_text_is_refused_and_nothing_is_lost(small: Small) -> None:
    drafts.save(small.room, plans.FORM, plans.about_new(small.students[0]), {"present": "写了一半"})
    with pytest.raises(NotValid) as problem:
        written(small, present="长" * 4000)
    assert "最多 2000 个字" in problem.value.fields["present"]
    assert plans.of_student(small.room, small.students[0]) is None
    assert drafts.load(small.room, plans.FORM, plans.about_new(small.students[0])) == {"present": "写了一半"}
    written(small)
    assert drafts.pending(small.room) == []


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"made_on": TUESDAY + timedelta(days=1)}, "made_on"),
        ({"review_on": TUESDAY}, "review_on"),
        ({"kind": "lazy"}, "kind"),
    ],
)
def test_what_cannot_be_is_said_under_its_field(small: Small, values: dict[str, Any], where: str) -> None:
    with pytest.raises(NotValid) as problem:
        written(small, **values)
    assert list(problem.value.fields) == [where]


@pytest.mark.parametrize(
    "step", [{"who": "班主任"}, {"goal": "长" * 101}, {"goal": "好", "reached": "maybe"}, {"goal": "好", "due": "哪天"}]
)
def test_a_step_that_cannot_stand_names_its_line(small: Small, step: dict[str, Any]) -> None:
    with pytest.raises(NotValid) as problem:
        written(small, 0, STEP, step)
    assert problem.value.fields["steps"].startswith("第 2 条措施：")


def test_steps_stay_themselves_when_they_are_changed(small: Small) -> None:
    plan = written(small, 0, STEP, {}, {"goal": "会开口", "step": "练一句\n开口的话"})
    first, second = plans.seen(small.room, plan).steps
    assert second.step == "练一句 开口的话"  # one line, whatever was pasted
    done = {**first.values(), "reached": "yes", "result": "交齐三周"}
    written(small, 0, {"goal": "新的一条"}, done, plan=plan)
    new, same = plans.seen(small.room, plan).steps
    assert (same.id, same.reached, same.done_on) == (first.id, "yes", TUESDAY) and new.goal == "新的一条"
    written(small, 0, {**same.values(), "reached": ""}, plan=plan)
    assert plans.seen(small.room, plan).steps[0].done_on is None


def test_only_one_plan_for_a_student_and_none_for_a_mistaken_entry(small: Small) -> None:
    written(small)
    with pytest.raises(Refused):
        written(small)
    students.set_status(small.room, small.students[1], "removed", TUESDAY)
    with pytest.raises(NotValid):
        written(small, 1)
    with pytest.raises(NotFound):
        plans.save(small.room, "0" * 32, FIVE, (), NOW)


# ---- versions -----------------------------------------------------------------------------------------------------


def test_a_new_version_keeps_the_old_to_the_letter(small: Small) -> None:
    judged = {"goal": "会开口", "step": "练三次", "reached": "yes", "result": "敢说了"}
    old = written(
        small, 0, STEP, judged, {"goal": "早睡", "reached": "partly"}, review_on=date(2026, 9, 20), summary="顺利"
    )
    plans.review(small.room, old, {"words": "好转", "next_on": date(2026, 9, 22)}, NOW)
    before = rows_of(small, old)
    now = later(small, 20)
    new = plans.new_version(small.room, old, now)
    made = plans.seen(small.room, new)
    assert (made.version, made.fields.made_on, made.fields.review_on) == (2, now.date(), None)
    assert made.fields.summary == "" and made.fields.present == FIVE["present"] and not made.reviews
    assert [(step.goal, step.reached) for step in made.steps] == [("作业不缺", ""), ("早睡", "")]  # what goes on
    assert [one.version for one in made.versions] == [2, 1]
    plans.save(small.room, small.students[0], {**FIVE, "study": "换了目标"}, [], now, plan=new)
    plans.review(small.room, new, {"words": "接着做"}, now)
    assert rows_of(small, old) == before and not plans.seen(small.room, old).newest
    for deed in (
        lambda: written(small, 0, plan=old, present="改旧的"),
        lambda: plans.review(small.room, old, {"words": "补一笔"}, now),
        lambda: plans.new_version(small.room, old, now),
        lambda: plans.remove(small.room, old, now),
    ):
        with pytest.raises(Refused, match="以前的版本"):
            deed()
    assert rows_of(small, old) == before
    told = {one.name: one for one in plans.compare(small.room, new, old)}
    assert (told["study"].before, told["study"].after) == (FIVE["study"], "换了目标")
    assert told["steps"].changed and "敢说了" in told["steps"].before and not told["present"].changed


def test_removing_the_newest_makes_the_one_before_it_the_plan(small: Small) -> None:
    old = written(small, 0, STEP)
    new = plans.new_version(small.room, old, NOW)
    plans.review(small.room, new, {"words": "看过"}, NOW)
    plans.remove(small.room, new, NOW)
    found = plans.of_student(small.room, small.students[0])
    assert found is not None and found.id == old and found.newest
    history.undo(small.room)
    back = plans.of_student(small.room, small.students[0])
    assert back is not None and back.id == new and len(back.steps) == 1 and len(back.reviews) == 1


def test_everything_is_undone_one_by_one(small: Small) -> None:
    stood: list[Any] = []

    def now_stands() -> Any:
        found = plans.of_student(small.room, small.students[0])
        return None if found is None else rows_of(small, found.id)

    def deeds() -> Iterator[str]:
        plan = written(small, 0, STEP)
        yield plan
        written(small, 0, {**STEP, "goal": "换一条"}, plan=plan, advice="改过")
        yield plan
        (step,) = plans.seen(small.room, plan).steps
        plans.review(
            small.room, plan, {"words": "看过", "next_on": date(2026, 10, 8)}, NOW,
            results=[{"id": step.id, "reached": "partly", "result": "一半"}],
        )  # fmt: skip
        yield plan
        yield plans.new_version(small.room, plan, NOW)

    stood.append(now_stands())
    for _plan in deeds():
        stood.append(now_stands())
    for before in stood[-2::-1]:
        history.undo(small.room)
        assert now_stands() == before


def test_the_labels_of_deeds_say_nothing_of_anybody(small: Small) -> None:
    plan = written(small, 0, STEP)
    plans.review(small.room, plan, {"words": "看过", "next_on": date(2026, 10, 8)}, NOW)
    said = {turn.what for turn in past.turns(small.room, Plan, plan, (), "plan")}
    assert said == {"写成长指导方案", "回顾成长指导方案"}
    with small.room.read() as session:
        desk = raw_of(session).execute("SELECT what FROM main.deed").fetchall()
        assert not [what for (what,) in desk if "方案" in what]


# ---- reviews ------------------------------------------------------------------------------------------------------


def test_a_review_moves_the_date_on(small: Small) -> None:
    plan = written(small, 0, STEP, review_on=date(2026, 9, 10))
    now = later(small, 5)
    found = line(small, now=now)
    assert found is not None and (found.state, found.days, found.over) == ("review_due", -3, True)
    assert "已过 3 天" in found.words
    plans.review(small.room, plan, {"words": "作业交齐了", "next_on": date(2026, 10, 13)}, now)
    found = line(small, now=now)
    assert found is not None and (found.state, found.days, found.counts) == ("good", 30, True)
    (one,) = plans.seen(small.room, plan).reviews
    assert (one.day, one.words, one.next_on, one.who) == (now.date(), "作业交齐了", date(2026, 10, 13), "王老师")


def test_a_review_says_what_came_of_the_steps(small: Small) -> None:
    plan = written(small, 0, STEP, {"goal": "早睡"})
    first, second = plans.seen(small.room, plan).steps
    plans.review(
        small.room, plan, {"words": ""}, NOW, results=[{"id": first.id, "reached": "no", "result": "没有人收"}]
    )
    after = plans.seen(small.room, plan).steps
    assert (after[0].reached, after[0].result, after[0].goal) == ("no", "没有人收", "作业不缺") and after[1] == second
    with pytest.raises(NotFound):
        plans.review(small.room, plan, {}, NOW, results=[{"id": "0" * 32, "reached": "yes"}])


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"day": TUESDAY + timedelta(days=1)}, "day"),
        ({"day": TUESDAY - timedelta(days=1)}, "day"),
        ({"next_on": TUESDAY}, "next_on"),
    ],
)
def test_a_review_that_cannot_be_is_refused(small: Small, values: dict[str, Any], where: str) -> None:
    plan = written(small)
    with pytest.raises(NotValid) as problem:
        plans.review(small.room, plan, values, NOW)
    assert list(problem.value.fields) == [where]


@pytest.mark.parametrize(
    ("days", "within"), [(31, None), (30, 30), (15, 30), (14, 14), (8, 14), (7, 7), (1, 7), (0, 0)]
)
def test_a_review_is_told_thirty_fourteen_and_seven_days_ahead(small: Small, days: int, within: int | None) -> None:
    written(small, review_on=TUESDAY + timedelta(days=40))
    due = plans.due(small.room, later(small, 40 - days))
    assert [(one.days, one.within) for one in due] == ([] if within is None else [(days, within)])


def test_what_is_past_is_due_first_and_who_left_is_not(small: Small) -> None:
    for which, day in enumerate((20, 5, 12)):
        written(small, which, review_on=TUESDAY + timedelta(days=day))
    now = later(small, 10)
    assert [one.days for one in plans.due(small.room, now)] == [-5, 2, 10]
    students.set_status(small.room, small.students[1], "moved", now.date())
    assert [one.days for one in plans.due(small.room, now)] == [2, 10]
    found = plans.listed(small.room, now)
    assert found[-1].student == small.students[1] and not found[-1].here  # still to be found


# ---- the list -----------------------------------------------------------------------------------------------------


def test_everybody_under_care_and_whoever_has_a_plan_is_listed(small: Small) -> None:
    marked(small, 0)
    written(small, 1)
    assert {one.student for one in plans.listed(small.room, NOW)} == set(small.students[:2])
    first, second = line(small, 0), line(small, 1)
    assert first is not None and (first.state, first.words, first.care) == ("none", "还没有方案", True)
    assert second is not None and (second.state, second.care) == ("good", False)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("nothing", ["", " \n　\t", "\u200b\u200d\ufeff", "\u2028\u00ad"])
def test_what_is_not_whole_never_counts(small: Small, part: str, nothing: str) -> None:
    marked(small)
    plan = written(small, review_on=date(2026, 12, 1), **{part: nothing})
    found = line(small)
    assert found is not None and (found.state, found.counts) == ("unfinished", False) and len(found.missing) == 1
    assert plans.seen(small.room, plan).missing == found.missing
    plans.review(small.room, plan, {"words": "看过", "next_on": date(2026, 12, 2)}, NOW)  # a review does not fill it
    found = line(small)
    assert found is not None and not found.counts
    written(small, plan=plan, **{part: "一句话"})
    found = line(small)
    assert found is not None and found.counts and found.state == "good"


def test_the_list_counts_as_the_rules_of_coverage_do(small: Small) -> None:
    marked(small)
    plan = written(small, review_on=date(2026, 9, 30))
    for days in (0, 21, 22, 23, 60, 160):
        now = later(small, days)
        found = line(small, now=now)
        school = context(small.room)
        first, _ = coverage.span(school.term_on(now.date()), school.terms)
        day = coverage.counted_on(school.term_on(now.date()), now.date())
        known = coverage.PlanKnown(True, TUESDAY, plans.seen(small.room, plan).fields.review_on)
        assert found is not None and found.counts == known.counts(first, day)


def test_list_and_lamp_say_the_same(small: Small) -> None:
    """Whatever was made, left half, reviewed or made anew: a plan counts in the list when its lamp is green."""
    for which in range(5):
        marked(small, which)
    written(small, 1, review_on=TUESDAY + timedelta(days=9))
    written(small, 2, path=" \u3000")
    first = written(small, 3, review_on=TUESDAY + timedelta(days=5))
    plans.save(small.room, small.students[3], {"advice": ""}, (), NOW, plan=plans.new_version(small.room, first, NOW))
    plans.review(small.room, written(small, 4), {"words": "看过", "next_on": TUESDAY + timedelta(days=40)}, NOW)
    for days in (0, 10, 45, 130, 170):
        now = later(small, days)
        lamps = {one.id: one.lamps.plan.state for one in coverage_counts.students(small.room, now)}
        listed = {one.student: one for one in plans.listed(small.room, now)}
        for student in small.students[:5]:
            if student in lamps and listed[student].care:
                assert (lamps[student] == "green") == listed[student].counts, (days, listed[student].words)


def test_a_step_past_its_date_without_result_shows(small: Small) -> None:
    plan = written(small, 0, {**STEP, "due": TUESDAY + timedelta(days=2)}, {"goal": "早睡"})
    now = later(small, 3)
    found = line(small, now=now)
    assert found is not None and found.late == 1
    assert [step.late for step in plans.seen(small.room, plan).steps] == [True, False]


def test_another_counsellor_may_read_and_change_any_plan(small: Small) -> None:
    plan = written(small, 0, STEP)
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, "陈老师", PASSWORD)
    small.room.now = lambda: NOW.astimezone(UTC)
    plans.review(small.room, plan, {"words": "陈老师看过"}, NOW)
    assert plans.seen(small.room, plan).reviews[0].who == "陈老师"


# ---- what is offered ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(PLAN_KINDS))
def test_every_kind_has_prompts_for_each_part_and_steps_that_fit(kind: str) -> None:
    offered = plans.template(kind)
    assert set(offered.prompts) == set(PARTS) and offered.kind == kind
    for name, lines in offered.prompts.items():
        assert 2 <= len(lines) <= 5, (kind, name)
        assert len("\n".join(lines)) < PART / 2
        assert all(not list(wording.look(one)) for one in lines), (kind, name)
    assert 4 <= len(offered.steps) <= 6
    for step in offered.steps:
        assert 0 < len(step.goal) <= 100 and 0 < len(step.step) <= 200 and 0 < len(step.who) <= 20 and step.weeks > 0


def test_months_later_is_the_same_day_or_the_months_last() -> None:
    assert rules.after(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert rules.after(date(2026, 12, 31), 1) == date(2027, 1, 31)
    assert rules.after(date(2027, 1, 15), 2) == date(2027, 3, 15)
