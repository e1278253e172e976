"""Ten thousand random deeds over the real store: series, bookings, moves, scopes, groups, entries, waiting list, undo.

After each one no counsellor, visitor, member of a group or room has two at once, and nothing has lost its series.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlmodel import delete

from psyroom.errors import Tell
from psyroom.records.booking import Booking, Visit
from psyroom.records.events import Event
from psyroom.records.groups import Attendance, Group, GroupMember
from psyroom.records.waiting import Waiting, WaitingWindow
from psyroom.rules.series import Pattern
from psyroom.services import bookings, events, groups, room_rules, series, visits, waiting
from psyroom.store import history as chain
from psyroom.store.connection import raw_of
from psyroom.store.questions import series as ask
from tests.services.never_double import doubles, marks
from tests.services.room_for_bookings import TUESDAY, Small, at, make_small, undo

LEAST = 10_000
"""Deeds tried, the refused ones among them, one series as one."""
MOST = 30_000
"""Where after LEAST some kind of deed has never yet been let through, more rounds are made, up to here."""
EXAMPLES, STEPS = 20, 50
"""Of one round; there are as many rounds as it takes."""

NOW = at(TUESDAY, 700)
DAYS = [TUESDAY + timedelta(days=day, weeks=week) for week in range(3) for day in range(2)]
TABLES = (Attendance, Visit, Booking, Event, WaitingWindow, Waiting, GroupMember, Group)
CANCELLED = ("cancelled_by_student", "cancelled_by_teacher", "suspended")

# few times, few people, few places: so that what can collide does
bands = st.tuples(st.sampled_from((725, 740)), st.sampled_from((15, 40)))
days = st.sampled_from(DAYS)
picks = st.integers(0, 5)
scopes = st.sampled_from(("one", "following", "all"))
who = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(("student", "group", "student", "parent", "teacher", "group")),
        "student": st.integers(0, 2),
        "person": st.booleans(),
        "place": st.integers(0, 2),
        "group": st.integers(1, 3),
        "channel": st.sampled_from(("in_person", "in_person", "telephone")),
    }
)
patterns = st.builds(
    Pattern,
    every=st.sampled_from((1, 1, 2)),
    weekdays=st.sampled_from(((), (2, 3), (3,))),
    times=st.integers(1, 3),
)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = make_small(tmp_path_factory.mktemp("never") / "室")
    room_rules.set_rules(made.room, {"buffer_after": 0})
    yield made
    made.room.close()


class Calendar(RuleBasedStateMachine):
    """One counselling room in the hands of somebody who does anything at any time."""

    def __init__(self, small: Small, counted: Counter[str]) -> None:
        super().__init__()
        self.small, self.room, self.counted = small, small.room, counted
        with self.room.write("清空", undoable=False) as deed:
            for table in TABLES:
                deed.session.exec(delete(table))
            for no in (1, 2):  # two groups that share a child
                group = Group(no=no, leader=small.wang)
                deed.session.add(group)
                for student in small.students[no - 1 : no + 1]:
                    deed.session.add(GroupMember(group=group.id, student=student, since=TUESDAY))
        self.deeds: list[str] = []
        self.marked: dict[str, str] = {}

    # ---- doing and looking

    def attempt(self, name: str, deed: Callable[[], Any], *, takes_back: bool = False) -> Any:
        """Do it; a refusal is an answer. Then look at every row."""
        done = None
        self.counted[f"{name} tried"] += 1
        try:
            done = deed()
        except Tell:
            return None
        self.counted[name] += 1
        self.deeds += self.room.recent[-1:]
        assert not doubles(self.room), name
        now_marked = marks(self.room)
        if not takes_back:
            assert self.marked.items() <= now_marked.items(), f"{name} took something out of its series"
        self.marked = now_marked
        return done if done is not None else True

    def ids(self, table: str) -> list[str]:
        with self.room.read() as session:
            return [row[0] for row in raw_of(session).execute(f"SELECT id FROM {table} ORDER BY id").fetchall()]

    def pick(self, table: str, which: int) -> str:
        found = self.ids(table)
        return found[-1 - which % len(found)] if found else "0" * 32

    def client(self, chosen: dict[str, Any]) -> dict[str, Any]:
        small, kind = self.small, chosen["kind"]
        values = {
            "client": kind,
            "person": small.chen if chosen["person"] else small.wang,
            "place": (*small.places, "")[chosen["place"]],
            "channel": chosen["channel"],
        }
        if kind in ("student", "parent"):
            values["student"] = small.students[chosen["student"]]
        elif kind == "teacher":
            values["name"] = f"教师{chosen['student']}"
        else:
            values |= {"group_no": chosen["group"], "size": 3, "form": "group"}
        return values

    def event(self, chosen: dict[str, Any]) -> dict[str, Any]:
        client = self.client(chosen)
        return {"what": "event", "kind": "lesson", "person": client["person"], "place": client["place"]}

    # ---- bookings

    @rule(day=days, band=bands, chosen=who)
    def book(self, day: Any, band: Any, chosen: Any) -> None:
        values = {**self.client(chosen), "day": day, "starts": band[0], "ends": band[0] + band[1]}
        self.attempt("book", lambda: bookings.book(self.room, values, NOW, anyway=True))

    @rule(day=days, band=bands, which=picks)
    def move(self, day: Any, band: Any, which: int) -> None:
        one = self.pick("booking", which)
        self.attempt("move", lambda: bookings.move(self.room, one, day, band[0], band[0] + band[1], NOW, anyway=True))

    @rule(which=picks, chosen=who)
    def change(self, which: int, chosen: Any) -> None:
        one = self.pick("booking", which)
        self.attempt("change", lambda: bookings.change(self.room, one, self.client(chosen), NOW, anyway=True))

    @rule(which=picks, outcome=st.sampled_from(CANCELLED))
    def cancel(self, which: int, outcome: str) -> None:
        self.attempt("cancel", lambda: bookings.cancel(self.room, self.pick("booking", which), outcome))

    @rule(which=picks)
    def reopen(self, which: int) -> None:
        self.attempt("reopen", lambda: bookings.reopen(self.room, self.pick("booking", which), NOW))

    @rule(which=picks, day=days, came=st.booleans())
    def day_comes(self, which: int, day: Any, came: bool) -> None:
        one = self.pick("booking", which)
        if came:
            self.attempt("arrive", lambda: visits.arrive(self.room, one, at(day, 730)))
        else:
            self.attempt("no show", lambda: visits.no_show(self.room, one, at(day, 800)))

    # ---- series

    @rule(day=days, band=bands, chosen=who, pattern=patterns, lesson=st.booleans())
    def book_series(self, day: Any, band: Any, chosen: Any, pattern: Pattern, lesson: bool) -> None:
        """As the page does it: what is refused is moved to a free time or left out."""
        values = {**(self.event(chosen) if lesson else self.client(chosen)), "day": day}
        values |= {"starts": band[0], "ends": band[0] + band[1]}
        try:
            planned = series.preview(self.room, values, pattern, NOW)
        except Tell:
            return
        rows = [
            p.row if p.ok else (p.fixes[0].day, p.fixes[0].starts, p.fixes[0].ends) for p in planned if p.ok or p.fixes
        ]
        name = "event series" if lesson else "series"
        self.attempt(name, lambda: series.book(self.room, values, rows, NOW, anyway=True))

    @rule(rows=st.lists(st.tuples(days, bands), min_size=1, max_size=3), chosen=who)
    def book_rows(self, rows: Any, chosen: Any) -> None:
        """Whatever rows: they may run into one another."""
        wanted = [(day, band[0], band[0] + band[1]) for day, band in rows]
        values = {**self.client(chosen), "day": DAYS[0], "starts": 725, "ends": 740}
        self.attempt("rows", lambda: series.book(self.room, values, wanted, NOW, anyway=True))

    @rule(which=picks, away=st.sampled_from((-7, -1, 0, 0, 1, 7)), band=bands, scope=scopes)
    def move_scope(self, which: int, away: int, band: Any, scope: str) -> None:
        one = self.pick_marked(which)
        with self.room.read() as session:
            part = ask.part(session, one)
        day = (part.day if part is not None else TUESDAY) + timedelta(days=away)
        self.attempt(
            f"move {scope}",
            lambda: series.move(self.room, one, day, band[0], band[0] + band[1], scope, NOW, anyway=True),
        )

    @rule(which=picks, chosen=who, scope=scopes)
    def change_scope(self, which: int, chosen: Any, scope: str) -> None:
        one, client = self.pick_marked(which), self.client(chosen)
        values = {name: client[name] for name in ("person", "place")}
        self.attempt(f"change {scope}", lambda: series.change(self.room, one, values, scope, NOW, anyway=True))

    @rule(which=picks, scope=scopes, outcome=st.sampled_from(CANCELLED), next_one=st.booleans())
    def cancel_scope(self, which: int, scope: str, outcome: str, next_one: bool) -> None:
        """And, as the dialog offers, the first of the waiting list into the time that has become free."""
        done = self.attempt(
            f"cancel {scope}", lambda: series.cancel(self.room, self.pick_marked(which), outcome, scope, NOW)
        )
        for free in done.freed[:1] if done is not None and next_one else ():
            for fit in waiting.matches(self.room, free, NOW)[:1]:
                self.attempt(
                    "take match",
                    lambda fit=fit: waiting.take(
                        self.room, fit.entry.id, fit.day, fit.starts, fit.ends, NOW, person=fit.person, place=fit.place,
                        anyway=True,
                    ),
                )  # fmt: skip

    def pick_marked(self, which: int) -> str:
        found = sorted(self.marked)
        return found[-1 - which % len(found)] if found else self.pick("booking", which)

    # ---- groups, entries, waiting list

    @rule(no=st.integers(1, 3), members=st.sets(st.integers(0, 2), max_size=3), day=days)
    def new_group(self, no: int, members: Any, day: Any) -> None:
        """Its number may have been booked already, as a group without members."""
        values = {"leader": self.small.wang, "no": no}
        chosen = [self.small.students[n] for n in sorted(members)]
        self.attempt("group", lambda: groups.add(self.room, values, chosen, day))

    @rule(which=picks, members=st.sets(st.integers(0, 2), max_size=3), day=days)
    def set_members(self, which: int, members: Any, day: Any) -> None:
        one, chosen = self.pick("counselling_group", which), [self.small.students[n] for n in sorted(members)]
        self.attempt("members", lambda: groups.set_members(self.room, one, chosen, day))

    @rule(day=days, band=bands, chosen=who)
    def add_event(self, day: Any, band: Any, chosen: Any) -> None:
        values = {**self.event(chosen), "day": day, "starts": band[0], "ends": band[0] + band[1]}
        self.attempt("event", lambda: events.add(self.room, values, NOW))

    @rule(which=picks, day=days, band=bands, verb=st.sampled_from(("move", "cancel", "reopen", "held")))
    def handle_event(self, which: int, day: Any, band: Any, verb: str) -> None:
        one = self.pick("event", which)
        deeds: dict[str, Callable[[], Any]] = {
            "move": lambda: events.move(self.room, one, day, band[0], band[0] + band[1], NOW),
            "cancel": lambda: events.cancel(self.room, one),
            "reopen": lambda: events.reopen(self.room, one, NOW),
            "held": lambda: events.held(self.room, one, 40, at(DAYS[-1], 800)),
        }
        self.attempt(f"event {verb}", deeds[verb])

    @rule(chosen=who)
    def wait(self, chosen: Any) -> None:
        client = self.client(chosen)
        if client["client"] != "group":
            del client["place"]
            self.attempt("wait", lambda: waiting.add(self.room, {**client, "minutes": 15}, (), NOW))

    @rule(which=picks, day=days, band=bands, place=st.integers(0, 2))
    def take(self, which: int, day: Any, band: Any, place: int) -> None:
        """From the list into whatever time."""
        one, where = self.pick("waiting", which), (*self.small.places, "")[place]
        self.attempt(
            "take",
            lambda: waiting.take(
                self.room, one, day, band[0], band[0] + band[1], NOW, person=self.small.wang, place=where, anyway=True
            ),
        )

    # ---- undo

    @rule()
    def undo_last(self) -> None:
        if self.deeds:
            self.attempt("undo", lambda: undo(self.room), takes_back=True)

    @rule(which=st.integers(0, 7))
    def undo_earlier(self, which: int) -> None:
        if self.deeds:
            one = self.deeds[-1 - which % len(self.deeds)]
            self.attempt("undo earlier", lambda: undo(self.room, one), takes_back=True)


def test_no_double_booking_in_ten_thousand_random_deeds(small: Small) -> None:
    counted: Counter[str] = Counter()
    tried: dict[str, int] = {}
    done: dict[str, int] = {}
    while sum(tried.values()) < LEAST or (min(done.values()) == 0 and sum(tried.values()) < MOST):
        run_state_machine_as_test(
            lambda: Calendar(small, counted),
            settings=settings(
                max_examples=EXAMPLES,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=False,  # where CI is set, hypothesis would make every round the same one
                suppress_health_check=list(HealthCheck),
                verbosity=Verbosity.quiet,
            ),
        )
        tried = {name.removesuffix(" tried"): n for name, n in counted.items() if name.endswith(" tried")}
        done = {name: counted[name] for name in tried}
    assert min(done.values()) > 0 and sum(done.values()) > LEAST // 4, done
    assert not chain.deeds(small.room, 1)[0].undone
