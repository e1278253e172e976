"""Signing a week: what stands in the way, what was signed, and what has changed since (更正).

A signature keeps the week's minutes and the records behind them as they were. It is never undone: after corrections the
week may be signed again, and the first signature stays readable. What changed is found by comparing what was signed
with what is, so that no way of changing a figure (a record, the calendar, the periods, the target) can pass unseen.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from psyroom.errors import Refused
from psyroom.errors import SignedWeek as SignedWeek
from psyroom.records.weeks import WHY_AMENDED, WHY_SHORT, WeekSignature
from psyroom.rules.signed_week import Difference, Kept, differences, kept
from psyroom.rules.time import day_name, monday_of
from psyroom.rules.typed import clock, length, span
from psyroom.services import hours, prefill
from psyroom.services.hours import Behind
from psyroom.services.openings import plan_between
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.services.week_lock import dates
from psyroom.store import history as chain
from psyroom.store.questions import weeks as ask
from psyroom.store.room import Room

WHAT = {
    "added": "补记",
    "removed": "删除",
    "changed": "更改",
    "touched": "登记有更正",
    "outside": "课外时段重新计算",
    "each": "几个人同时值班的计法改变",
    "target": "目标改变",
    "reason": "原因改变",
}
FEW = 4
KINDS = {"opening": "开放", "visit": "来访"}


@dataclass(frozen=True)
class Blocker:
    """Why a week cannot be signed yet. `kind`: not_over, duty, visit, planned, reason, signed, no_week; `day` is where
    to look."""

    kind: str
    words: str
    day: date | None = None

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Signed:
    """One signature, as it was given."""

    id: str
    monday: date
    person: str
    name: str
    at: str
    outside: int
    open: int
    target: int | None
    reason: str
    each: bool
    rows: tuple[Kept, ...]


@dataclass(frozen=True)
class Change:
    """One 更正: `what` is a key of WHAT, `kind` opening, visit or empty, `before` and `after` in words; `open` and
    `outside` are minutes more or less. `why` is a key of WHY_AMENDED, empty where none was asked; so are `name` and `at`
    where the record itself does not tell."""

    what: str
    kind: str
    ref: str
    day: date | None
    before: str
    after: str
    open: int
    outside: int
    why: str = ""
    name: str = ""
    at: str = ""

    @property
    def why_words(self) -> str:
        return WHY_AMENDED.get(self.why, "")

    @property
    def words(self) -> str:
        """11月18日 周三 开放 12:00—13:00 改为 12:00—13:30"""
        said = [day_name(self.day)] if self.day is not None else []
        if self.kind:
            said.append(KINDS[self.kind])
        if self.before and self.after:
            return " ".join([*said, f"{self.before} 改为 {self.after}"])
        verb = WHAT[self.what]
        if self.what in ("added", "removed"):
            return " ".join([*said, f"{verb} {self.before or self.after}"])
        return " ".join(
            [*said, verb, *([f"{self.before or '无'} 改为 {self.after or '无'}"] if self.before or self.after else [])]
        )


@dataclass(frozen=True)
class WeekState:
    """How a week stands. `signed` is the latest signature; `changes` what changed since it, `earlier` what changed
    between the signatures before; `..._then` are its minutes (None unsigned), `..._now` those of the records."""

    monday: date
    week: int | None
    signed: Signed | None
    signatures: tuple[Signed, ...]
    blockers: tuple[Blocker, ...]
    outside_then: int | None
    open_then: int | None
    outside_now: int
    open_now: int
    changes: tuple[Change, ...]
    earlier: tuple[Change, ...]

    @property
    def can_sign(self) -> bool:
        return not self.blockers

    @property
    def corrections(self) -> tuple[Change, ...]:
        """Everything since the first signature."""
        return (*self.earlier, *self.changes)


# ---- reading --------------------------------------------------------------------------------------------------


def state(room: Room, monday: date, now: datetime | None = None) -> WeekState:
    """How the week of a day stands: its signatures, what changed, and what stands in the way of the next one."""
    monday, moment = monday_of(monday), now or hours.local_now(room)
    found = _states(room, [monday], moment)[0]
    return replace(found, blockers=tuple(_blockers(room, found, moment)))


def states(room: Room, mondays: Sequence[date], now: datetime | None = None) -> list[WeekState]:
    """The same of several weeks, without looking for what stands in the way (`blockers` is empty)."""
    return _states(room, [monday_of(day) for day in mondays], now or hours.local_now(room))


def _states(room: Room, mondays: Sequence[date], now: datetime) -> list[WeekState]:
    school = context(room)
    if not mondays:
        return []
    first, last = min(mondays), max(mondays)
    with room.snapshot() as session:
        signatures = [_signed(school, row) for row in ask.signatures(session, first, last)]
        amendments = ask.amendments(session, first, last)
        reasons = ask.reasons(session, first, last)
    behind = hours.rows_behind(room, first, last + timedelta(days=6), now)
    found = []
    for monday in mondays:
        sunday = monday + timedelta(days=6)
        mine = [row for row in behind if monday <= row.day <= sunday]
        term = school.term_on(monday)
        week = term.week_of(monday)
        is_now = _Version(
            "~", tuple(_kept(row) for row in mine), school.each_counts, school.target_on(sunday).minutes,
            reasons.get(monday, ""),
        )  # fmt: skip
        given = [s for s in signatures if s.monday == monday]
        versions = [*(_Version(s.id, s.rows, s.each, s.target, s.reason) for s in given), is_now]
        notes = [a for a in amendments if a.monday == monday]
        steps = [
            _changes(room, school, a, b, [n for n in notes if a.id < n.id < b.id])
            for a, b in zip(versions, versions[1:], strict=False)
        ]
        latest = given[-1] if given else None
        found.append(
            WeekState(
                monday=monday,
                week=week,
                signed=latest,
                signatures=tuple(given),
                blockers=(),
                outside_then=latest.outside if latest else None,
                open_then=latest.open if latest else None,
                outside_now=sum(row.adds_outside for row in mine),
                open_now=sum(row.adds_open for row in mine),
                changes=steps[-1] if steps else (),
                earlier=tuple(change for step in steps[:-1] for change in step),
            )
        )
    return found


@dataclass(frozen=True)
class _Version:
    """A week at one moment: at a signature (its id), or now (`~`, after every id)."""

    id: str
    rows: tuple[Kept, ...]
    each: bool
    target: int | None
    reason: str


def _signed(school: SchoolContext, row: Any) -> Signed:
    basis = json.loads(row.rows)
    return Signed(
        id=row.id,
        monday=row.monday,
        person=row.person,
        name=school.people.get(row.person, ""),
        at=row.at,
        outside=row.outside,
        open=row.open,
        target=row.target,
        reason=basis["reason"],
        each=basis["each"],
        rows=tuple(kept(one) for one in basis["rows"]),
    )


def _kept(row: Behind) -> Kept:
    return Kept(
        row.kind, row.id, row.day, row.starts, row.ends, row.until, row.person, row.place, tuple(row.outside_bands)
    )


# ---- what changed ---------------------------------------------------------------------------------------------


def _changes(
    room: Room, school: SchoolContext, then: _Version, now: _Version, notes: Sequence[Any]
) -> tuple[Change, ...]:
    """What became of one version till the next, with the reasons given for it."""
    said: dict[tuple[str, str], Any] = {(note.kind, note.ref): note for note in notes}
    found = [_change(room, school, one, said) for one in differences(then.rows, now.rows, then.each, now.each)]
    shown = {(change.kind, change.ref) for change in found}
    found += [
        Change("touched", n.kind, n.ref, None, "", "", 0, 0, n.why, school.people.get(n.person, ""), n.at)
        for key, n in said.items()
        if key not in shown
    ]
    if then.target != now.target:
        found.append(Change("target", "", "", None, _target(then.target), _target(now.target), 0, 0))
    if then.reason != now.reason:
        found.append(
            Change("reason", "", "", None, WHY_SHORT.get(then.reason, ""), WHY_SHORT.get(now.reason, ""), 0, 0)
        )
    return tuple(found)


def _change(room: Room, school: SchoolContext, one: Difference, said: dict[tuple[str, str], Any]) -> Change:
    row = one.before or one.after
    if row is None:
        return Change(one.what, "", "", one.day, "", "", one.open, one.outside)
    before, after = _row_words(school, one.before, one.after), _row_words(school, one.after, one.before)
    why, name, at = "", "", ""
    if (note := said.get(row.key)) is not None:
        why, name, at = note.why, school.people.get(note.person, ""), note.at
    elif past := chain.history(room, row.kind, row.id):
        name = school.people.get(past[-1].person, "")
        at = datetime.fromisoformat(past[-1].at).astimezone().strftime("%Y-%m-%d %H:%M")
    return Change(one.what, row.kind, row.id, one.day, before, after, one.open, one.outside, why, name, at)


def _row_words(school: SchoolContext, row: Kept | None, other: Kept | None) -> str:
    """Its hours; the day, the person and the room only where they differ from the other's."""
    if row is None:
        return ""
    words = span(row.starts, row.ends) if row.ends is not None else f"{clock(row.starts)}—"
    if other is None:
        return words
    if row.day != other.day:
        words = f"{day_name(row.day)} {words}"
    if row.person != other.person:
        words += f" {school.people.get(row.person, '') or '没有写值班人'}"
    if row.place != other.place:
        words += f" {school.places.get(row.place, '') or '没有写房间'}"
    return words


def _target(minutes: int | None) -> str:
    return length(minutes) if minutes is not None else "不设目标"


# ---- what stands in the way -----------------------------------------------------------------------------------


def _blockers(room: Room, found: WeekState, now: datetime) -> list[Blocker]:
    school = context(room)
    if found.week is None:
        return [Blocker("no_week", "这一周不在学期里，不用签字。")]
    if found.signed is not None and not found.changes:
        return [Blocker("signed", f"{found.signed.name}已在 {found.signed.at} 签字，之后没有更正，不用再签。")]
    days = [found.monday + timedelta(days=n) for n in range(7)]
    over, words = _over(room, school, days)
    if (now.date(), now.hour * 60 + now.minute) < over:
        return [Blocker("not_over", words, over[0])]
    said = []
    for row in hours.rows_behind(room, days[0], days[-1], now):
        if not row.waiting:
            continue
        when, name = f"{day_name(row.day)} {clock(row.starts)}", school.people.get(row.person, "")
        if row.kind == "opening":
            said.append(Blocker("duty", f"{when} {name}的值班还没有结束时间，请补上。", row.day))
        else:
            said.append(Blocker("visit", f"{when} 的来访还没有离开时间，请补上。", row.day))
    unsaid = [row for row in prefill.waiting(prefill.week(room, found.monday, now)) if row.slot is not None]
    for slot in (row for row in unsaid if row.state == "waiting" and row.planned):
        hour = span(*slot.planned) if slot.planned else ""
        said.append(
            Blocker("planned", f"{day_name(slot.day)} {hour} 计划开放，还没有记录；开了请确认，没开请划掉。", slot.day)
        )
    week = hours.week_of(room, found.monday, now)
    if week is not None and week.missing and not week.reason and (week.school_days or week.calendar_assumed):
        words = f"课外开放 {length(week.outside_lessons_minutes)}，还差 {length(week.missing)}，请选一个原因。"
        said.append(Blocker("reason", words, found.monday))
    return said


def _over(room: Room, school: SchoolContext, days: Sequence[date]) -> tuple[tuple[date, int], str]:
    """From when (day, minute) a week may be signed: the end of its last school day, or of what is planned after it; the
    end of the week where there is no school."""
    at_school = [day for day in days if school.calendar.is_school_day(day)]
    ends = [(slot.day, slot.ends) for slot in plan_between(room, days[0], days[-1])]
    if at_school:
        last = at_school[-1]
        ends.append((last, max((p.ends for p in school.periods if p.holds_on(last)), default=1440)))
    over = max(ends, default=(days[-1], 1440))
    if over[1] >= 1440:
        over = (over[0] + timedelta(days=1), 0)
    when = f"{day_name(over[0])} {clock(over[1])}"
    return over, f"这一周还没有结束，{when} 起可以签字。"


# ---- signing --------------------------------------------------------------------------------------------------


def _said(blockers: Sequence[Blocker]) -> str:
    """The first few in words; of many their number, the page lists them all."""
    shown = "".join(blocker.words for blocker in blockers[:FEW])
    return shown if len(blockers) <= FEW else f"{shown}一共有 {len(blockers)} 处。"


def sign(room: Room, monday: date, now: datetime | None = None) -> str:
    """Sign the week of a day: its minutes and the records behind them are kept as they are, and it is locked. Never
    undone. Needs a counsellor. Returns the signature's id.

    Errors: `Refused` with everything that stands in the way.
    """
    needs_counsellor(room)
    monday, moment = monday_of(monday), now or hours.local_now(room)
    with room.write("一周开放签字", undoable=False) as deed:
        found = state(room, monday, moment)  # nobody else can write now, so what is read is what is signed
        if found.blockers:
            raise Refused(why=f"{dates(monday)}还不能签字：{_said(found.blockers)}")
        school = context(room)
        sunday = monday + timedelta(days=6)
        rows = [_kept(row).as_json() for row in hours.rows_behind(room, monday, sunday, moment)]
        reasons = ask.reasons(deed.session, monday, monday)
        basis = {"each": school.each_counts, "reason": reasons.get(monday, ""), "rows": rows}
        signature = WeekSignature(
            monday=monday,
            person=room.person.id,
            at=moment.strftime("%Y-%m-%d %H:%M"),
            outside=found.outside_now,
            open=found.open_now,
            target=school.target_on(sunday).minutes,
            rows=json.dumps(basis, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        )
        deed.session.add(signature)
        return signature.id
