"""Random histories over a year: whatever was entered, changed, taken out, undone, no lamp is green without its record, and
coverage says what a slow count of the raw rows says: students, classes, weeks, and the command line."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from psyroom import cli
from psyroom.errors import Tell
from psyroom.services import care, coverage, feedback, history, hours, plans, school, students, talk_rules, talks
from psyroom.services.talks import RowTyped
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.services.room_for_bookings import PASSWORD, make_small
from tests.services.test_notes import clock

START = datetime(2026, 9, 3, 12)
PARTS = ("present", "difficulty", "study", "advice", "path")
GRADES = {0: "七年级", 1: "八年级", 2: "九年级"}


# ---- the slow count -------------------------------------------------------------------------------------------------


@dataclass
class Slow:
    """A semester counted by reading every row for every student."""

    code: str
    day: date
    students: dict[str, dict[str, Any]] = field(default_factory=dict)
    classes: dict[str, Counter[str]] = field(default_factory=dict)
    weeks: dict[str, Counter[int]] = field(default_factory=dict)


def rows(session: Any, table: str) -> list[dict[str, Any]]:
    cursor = raw_of(session).execute(f"SELECT * FROM {table}")
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def slow(room: Room, now: datetime, code: str) -> Slow:
    with room.read() as session:
        table = {
            name: rows(session, name)
            for name in (
                "main.student",
                "main.term",
                "main.school",
                "cases.talk",
                "cases.talk_excuse",
                "cases.talk_attempt",
            )
            + ("cases.care", "cases.growth_plan", "cases.plan_review", "cases.feedback", "cases.talk_rules")
        }
    today = now.date()
    begins = {f"{t['year']}-{t['half']}": monday(date.fromisoformat(t["starts"])) for t in table["main.term"]}
    begun = [c for c in begins if begins[c] <= today]
    code = code or (max(begun, key=begins.__getitem__) if begun else min(begins, key=begins.__getitem__))
    weeks = next(t["weeks"] for t in table["main.term"] if f"{t['year']}-{t['half']}" == code)
    first, over = begins[code], begins[code] + timedelta(days=7 * weeks - 1)
    following = [b for b in begins.values() if b > first]
    last = min(following) - timedelta(days=1) if following else date(9999, 12, 31)
    day = min(today, over)
    rules = (table["cases.talk_rules"] or [{"feedback_for": "", "hide_days": 3}])[0]
    owed_to_all = rules["feedback_for"] == "all"
    found = Slow(code, day)
    for child in table["main.student"]:
        year = int(code[:4])
        if not 0 <= year - child["cohort"] <= 2 or child["status"] == "removed":
            continue
        since = child["status_since"] and date.fromisoformat(child["status_since"])
        if child["status"] == "present" and since and since > day:
            continue
        if child["status"] != "present" and (not since or since <= day):
            continue
        me = child["id"]

        def mine(name: str, me: str = me) -> list[dict[str, Any]]:
            return [row for row in table[name] if row["student"] == me]

        days = sorted(date.fromisoformat(t["day"]) for t in mine("cases.talk"))
        days = [d for d in days if first <= d <= min(last, today)]
        tries = [date.fromisoformat(t["day"]) for t in mine("cases.talk_attempt")]
        tries = [d for d in tries if first <= d <= min(last, today)]
        excuse = "".join(e["reason"] for e in mine("cases.talk_excuse") if e["term"] == code)
        cared = any(
            c["since"] <= day.isoformat()
            and (not c["until"] or c["until"] >= day.isoformat())
            and (not c["lifted"] or c["lifted"] > day.isoformat())
            for c in mine("cases.care")
        )
        versions = sorted(
            (p for p in mine("cases.growth_plan") if p["made_on"] <= day.isoformat()), key=lambda p: p["version"]
        )
        planned = False
        if versions:
            newest = versions[-1]
            looked = [newest["made_on"]] + [r["day"] for r in table["cases.plan_review"] if r["plan"] == newest["id"]]
            fresh = any(first.isoformat() <= d <= day.isoformat() for d in looked)
            ahead = bool(newest["review_on"]) and newest["review_on"] >= day.isoformat()
            planned = all(newest[part].strip() for part in PARTS) and (fresh or ahead)
        given_to = any(f["term"] == code and f["state"] in ("delivered", "signed") for f in mine("cases.feedback"))
        owed = owed_to_all or cared
        resting = max(tries) + timedelta(days=rules["hide_days"]) if tries and not days and not excuse else None
        key = f"{GRADES[year - child['cohort']]}/{child['class_no']}"
        found.students[me] = {
            "class": key, "talks": len(days), "excuse": excuse, "attempts": len(tries), "care": cared,
            "hidden": resting if resting and resting > today else None,
            "talk": "green" if days else "amber",
            "plan": "none" if not cared else "green" if planned else "amber",
            "feedback": "none" if not owed else "green" if given_to else "amber",
        }  # fmt: skip
        count = found.classes.setdefault(key, Counter())
        count["students"] += 1
        count["talked"] += bool(days)
        count["excused"] += bool(excuse) and not days
        count["attempted"] += bool(tries) and not days and not excuse
        count["left"] += not days and not excuse
        count["plans_due"] += cared
        count["plans"] += cared and planned
        count["feedback_due"] += owed
        count["feedback"] += owed and given_to
        if days:
            week = (days[0] - first).days // 7
            found.weeks.setdefault(key, Counter())[week if week < weeks else -1] += 1
    return found


FIGURES = ("students", "talked", "excused", "attempted", "left", "plans_due", "plans", "feedback_due", "feedback")


def agree(room: Room, now: datetime, code: str = "") -> None:
    """Coverage says what the slow count says."""
    counted, told = slow(room, now, code), coverage.of(room, now, code)
    assert (told.term.code, told.day) == (counted.code, counted.day)
    lines = coverage.students(room, now, code)
    seen = {
        one.id: {
            "class": one.class_key, "talks": one.talks, "excuse": one.excuse, "attempts": one.attempts, "care": one.care,
            "hidden": one.hidden_until, "talk": one.lamps.talk.state, "plan": one.lamps.plan.state,
            "feedback": one.lamps.feedback.state,
        }
        for one in lines
    }  # fmt: skip
    assert seen == counted.students
    for one in lines:
        assert one.states == tuple(lamp.state for _, lamp in one.lamps.each)
        assert coverage.lamps(room, one.id, now, code) == one.lamps
    assert {one.key: {name: getattr(one, name) for name in FIGURES} for one in told.classes} == {
        key: {name: count[name] for name in FIGURES} for key, count in counted.classes.items()
    }
    everything = (*told.classes, *told.grades, told.total)
    for one in told.classes:
        weeks = counted.weeks.get(one.key, Counter())
        assert one.by_week == tuple(weeks[n] for n in range(told.term.weeks)) and one.later == weeks[-1]
        assert [each.id for each in lines if each.class_key == one.key] == [
            each.id for each in coverage.students(room, now, code, class_key=one.key)
        ]
    for name in (*FIGURES, "later", "asked"):
        assert sum(getattr(one, name) for one in told.classes) == getattr(told.total, name)
        assert sum(getattr(one, name) for one in told.grades) == getattr(told.total, name)
    excused_out = told.rules.denominator == "less_excused"
    for one in everything:
        assert sum(one.by_week) + one.later == one.talked and one.asked == one.students - excused_out * one.excused
        assert (one.rate == 100.0) is (one.talked == one.asked > 0) and one.rate * one.asked <= one.talked * 100 + 1e-6
    assert (
        told.needed_per_week * told.weeks >= told.total.left > (told.needed_per_week - 1) * told.weeks
        or not told.total.left
    )


# ---- the random hand --------------------------------------------------------------------------------------------------

DEEDS = (
    "talk talk rows change remove undo undo undo_any excuse unexcuse attempt mark mark lift prolong plan plan fill version "
    "review unplan told told state untold leave come_back newcomer class rules"
).split()


def turn(hand: random.Random, room: Room, now: datetime, what: str) -> None:  # noqa: PLR0912, PLR0915
    with room.read() as session:
        there = {name: [row["id"] for row in rows(session, name)] for name in
                 ("main.student", "cases.talk", "cases.care", "cases.growth_plan", "cases.feedback")}  # fmt: skip
    today = now.date()
    ago = today - timedelta(days=hand.choice([0, 0, 1, 5, 20, 60, 150]))
    who = hand.choice(there["main.student"])

    def one(table: str) -> str:
        return hand.choice(there[table]) if there[table] else "0" * 32

    parts = {part: hand.choice(["写明了", "写明了", "写明了", "", "　 "]) for part in PARTS}
    if what == "talk":
        talks.add(room, {"day": ago, "talker": "李老师"}, hand.sample(there["main.student"], hand.randint(1, 3)), now)
    elif what == "rows":
        some = hand.sample(there["main.student"], 3)
        talks.save_rows(
            room,
            [
                RowTyped(some[0], {"day": today, "talker": "周老师"}),
                RowTyped(some[1], {}, "长期请假"),
                RowTyped(some[2], {}),
            ],
            now,
        )
    elif what == "change":
        talks.change(room, one("cases.talk"), {"day": ago, "student": who}, now)
    elif what == "remove":
        talks.remove(room, one("cases.talk"), now)
    elif what in ("undo", "undo_any"):
        if room.recent:  # what was set up before stays
            history.undo(room, room.recent[-1] if what == "undo" else hand.choice(room.recent[-15:]))
    elif what == "excuse":
        talks.excuse(room, who, hand.choice(["长期请假", "校外实习"]), now, term=hand.choice(["", "2026-1", "2026-2"]))
    elif what == "unexcuse":
        talks.unexcuse(room, who)
    elif what == "attempt":
        talks.attempt(room, who, {"day": ago}, now)
    elif what == "mark":
        until = ago + timedelta(days=hand.randint(0, 90)) if hand.random() < 0.4 else None
        care.mark(room, who, {"since": ago, "ground": "班主任提出", "until": until}, now)
    elif what == "lift":
        care.lift(room, one("cases.care"), ago, "好了一些")
    elif what == "prolong":
        care.change(room, one("cases.care"), {"until": hand.choice([None, today + timedelta(days=20)])})
    elif what == "plan":
        review = hand.choice([None, ago + timedelta(days=hand.randint(1, 120))])
        plans.save(room, who, {**parts, "made_on": ago, "review_on": review}, [], now)
    elif what == "fill":
        plans.save(room, "", dict.fromkeys(PARTS, "写明了"), [], now, plan=one("cases.growth_plan"))
    elif what == "version":
        plans.new_version(room, one("cases.growth_plan"), now)
    elif what == "review":
        next_on = hand.choice([None, today + timedelta(days=30)])
        plans.review(room, one("cases.growth_plan"), {"day": ago, "words": "看过", "next_on": next_on}, now)
    elif what == "unplan":
        plans.remove(room, one("cases.growth_plan"), now)
    elif what == "told":
        made = feedback.save(room, who, {"day": ago, "study": "上课能听"}, now)
        if state := hand.choice(["", "printed", "printed", "delivered", "refused"]):
            feedback.set_state(room, [made], state, today, now, why="没在家" if state == "refused" else "")
    elif what == "state":
        state = hand.choice(["printed", "delivered", "signed", "refused"])
        feedback.set_state(room, [one("cases.feedback")], state, today, now, why="没在家" if state == "refused" else "")
    elif what == "untold":
        feedback.remove(room, one("cases.feedback"), now)
    elif what in ("leave", "come_back"):
        status = "present" if what == "come_back" else hand.choice(["moved", "suspended", "graduated", "removed"])
        students.set_status(room, who, status, ago)
    elif what == "newcomer":
        students.add(
            room,
            {"name": "新来的", "stage": "junior", "cohort": hand.choice([2026, 2025, 2024]), "class_no": hand.randint(1, 3),
             "status_since": hand.choice([None, ago, today + timedelta(days=9)])},
            {},
        )  # fmt: skip
    elif what == "class":
        students.move_class(room, who, "junior", hand.choice([2026, 2025]), hand.randint(1, 4))
    else:
        talk_rules.set_rules(
            room,
            {"feedback_for": hand.choice(["", "all", "care"]), "hide_days": hand.choice([0, 3, 30]),
             "denominator": hand.choice(["all", "less_excused"]), "finish_week": hand.choice([0, 5, 20])},
        )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A closed school with three semesters; every history begins with a copy of it."""
    folder = tmp_path_factory.mktemp("histories") / "室"
    small = make_small(folder)
    clock(small.room, START)
    school.set_term(small.room, {"year": 2026, "half": 2, "starts": date(2027, 2, 22), "weeks": 19})
    school.set_term(small.room, {"year": 2027, "half": 1, "starts": date(2027, 8, 30), "weeks": 20})
    for n, cohort in enumerate((2025, 2024)):
        students.add(small.room, {"name": "旧生", "stage": "junior", "cohort": cohort, "class_no": n + 1}, {})
    for who in small.students[:4]:
        care.mark(small.room, who, {"since": START.date(), "ground": "班主任提出"}, START)
    small.room.close()
    yield folder


@settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # a history of seeds does not shrink
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 2**32), st.sampled_from([0, 0, 1, 3, 9, 40])), min_size=10, max_size=45)
)  # fmt: skip
def test_no_lamp_is_green_without_its_record_and_all_counts_agree(
    made: Path, tmp_path: Path, deeds: list[tuple[str, int, int]]
) -> None:
    folder = tmp_path / "history"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(made, folder)
    now = START
    with open_room(folder, "王老师", PASSWORD) as room:
        for at, (what, seed, days) in enumerate(deeds):
            now += timedelta(days=days, minutes=1)
            clock(room, now)
            with contextlib.suppress(Tell):
                turn(random.Random(seed), room, now, what)
            agree(room, now)
            if at % 8 == 0:
                agree(room, now, "2026-1")
        for code in ("2026-1", "2026-2", "2027-1"):
            agree(room, now, code)
            agree(room, datetime(2027, 7, 20, 9), code)
    the_command_line_agrees(folder)


def the_command_line_agrees(folder: Path) -> None:
    """What the command prints as JSON is what the rows say, on the computer's own day."""
    out = io.StringIO()
    with patch.dict(os.environ, {"PSYROOM_PASSWORD": PASSWORD}), contextlib.redirect_stdout(out):
        assert cli.run(["--room", str(folder), "--as", "王老师", "--clock-ok", "--json", "talks", "coverage"]) == 0
    with open_room(folder, "王老师", PASSWORD) as room:
        counted = slow(room, hours.local_now(room), "")
    wanted = ("students", "talked", "excused", "plans_due", "plans", "feedback_due", "feedback")
    told = json.loads(out.getvalue())
    assert {line["class"]: {name: line[name] for name in wanted} for line in told} == {
        key: {name: count[name] for name in wanted} for key, count in counted.classes.items()
    }
    assert all(list(line) == ["class", *wanted] for line in told)
