"""A room in which a semester of 一生一谈 has been lived at random: everything that may be counted, and what may not be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from psyroom.records.care import (
    FEEDBACK_STATES,
    FEEDBACK_WAYS,
    PARTS,
    PLAN_KINDS,
    VISITED,
    Care,
    Feedback,
    HomeVisit,
    Plan,
    PlanReview,
)
from psyroom.records.students import Student
from psyroom.records.talks import THEMES, WAYS, ClassTeacher, Talk, TalkAttempt, TalkExcuse, TalkRules
from psyroom.store.room import Room

NOW = datetime(2026, 11, 19, 15, 0).astimezone()
"""A Thursday in week 12."""
TERM = "2026-1"
FIRST = date(2026, 8, 31)
CANARY = "金丝雀鑫淼"
"""Every student's name begins so."""
TEACHERS = ("周老师", "吴老师", "郑晓红")
OWN_THEME = "金丝雀自己起的主题"


def live(room: Room, seed: int, *, classes: int = 4, in_class: int = 9) -> list[str]:
    """Fill an empty room; returns the students' ids."""
    chance = Random(seed)
    room.now = lambda: NOW.astimezone(UTC)
    room.clock_confirmed = True
    children = [_child(chance, n, classes, in_class) for n in range(classes * in_class)]
    with room.write("准备") as deed:
        deed.session.add_all(children)
        deed.session.add(
            TalkRules(
                denominator=chance.choice(("all", "less_excused")), feedback_for=chance.choice(("", "all", "care")),
                teachers=chance.choice((None, 12)),
            )
        )  # fmt: skip
        deed.session.add(ClassTeacher(stage="vocational", cohort=2026, class_no=1, name=TEACHERS[0]))
        for child in children:
            for row in _of(chance, child.id):
                deed.session.add(row)
    return [child.id for child in children]


def _child(chance: Random, n: int, classes: int, in_class: int) -> Student:
    status = chance.choices(("present", "moved", "suspended", "graduated", "removed"), (12, 1, 1, 1, 1))[0]
    since = None if status == "present" and chance.random() < 0.8 else _day(chance)
    at = n // in_class
    return Student(
        name=f"{CANARY}{n}", sex="mf"[n % 2], stage="vocational", cohort=2026 - at % 2, class_no=at // 2 + 1,
        number=str(n), status=status, status_since=since,
    )  # fmt: skip


def _day(chance: Random) -> date:
    """Mostly of the semester up to today; some before, some to come."""
    return FIRST + timedelta(days=chance.randrange(-40, 100))


def _maybe(chance: Random) -> date | None:
    return _day(chance) if chance.random() < 0.5 else None


def _of(chance: Random, child: str) -> list[object]:
    rows: list[object] = []
    for _ in range(chance.choices((0, 1, 2, 3), (4, 6, 2, 1))[0]):
        theme = chance.choice((*THEMES, OWN_THEME, ""))
        rows.append(
            Talk(
                student=child, day=_day(chance), talker=chance.choice(TEACHERS), way=chance.choice(tuple(WAYS)),
                theme=theme, points=CANARY,
            )
        )  # fmt: skip
    if chance.random() < 0.2:
        term = chance.choice((TERM, TERM, "2025-2"))
        rows.append(TalkExcuse(student=child, term=term, reason=f"{CANARY}请假", day=_day(chance)))
    if chance.random() < 0.2:
        rows.append(TalkAttempt(student=child, day=_day(chance)))
    if chance.random() < 0.4:
        since = _day(chance)
        lifted = since + timedelta(days=chance.randrange(0, 60)) if chance.random() < 0.3 else None
        rows.append(Care(student=child, since=since, ground=CANARY, until=_maybe(chance), lifted=lifted))
    for version in range(1, chance.choices((1, 2, 3), (6, 4, 1))[0]):
        parts = {part: CANARY if chance.random() < 0.9 else chance.choice(("", "　 ")) for part in PARTS}
        plan = Plan(
            student=child, version=version, kind=chance.choice(tuple(PLAN_KINDS)), made_on=_day(chance),
            maker=TEACHERS[0], review_on=_maybe(chance), **parts,
        )  # fmt: skip
        rows.append(plan)
        if chance.random() < 0.3:
            rows.append(PlanReview(plan=plan.id, day=_day(chance), next_on=_maybe(chance)))
    for _ in range(chance.choices((0, 1, 2), (3, 4, 1))[0]):
        state, day = chance.choice(tuple(FEEDBACK_STATES)), _day(chance)
        on = {} if state == "draft" else {f"{state}_on": day}
        rows.append(
            Feedback(
                student=child, term=chance.choice((TERM, TERM, "2025-2")), day=day, way=chance.choice(tuple(FEEDBACK_WAYS)),
                state=state, study=CANARY, parent=CANARY, **on,
            )
        )  # fmt: skip
    for _ in range(chance.choices((0, 1, 2), (4, 2, 1))[0]):
        who = "、".join(chance.sample(TEACHERS, chance.randrange(1, 3)))
        rows.append(
            HomeVisit(
                student=child, day=_day(chance), way=chance.choice(tuple(VISITED)), teachers=who, family=CANARY,
                place=CANARY,
            )
        )  # fmt: skip
    return rows
