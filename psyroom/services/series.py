"""Series: weekly meetings booked in one deed, each a booking of its own that carries the series' mark.

All or nothing: one date that cannot be refuses the whole, with every cause by its date. Later one of them, this and the
following, or all are changed, moved or called off in one deed; what has begun, passed or been called off is left alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused, Tell
from psyroom.records.booking import Booking
from psyroom.records.events import Event
from psyroom.records.ids import new_id
from psyroom.rules import series as rules
from psyroom.rules.booking import Clash, Free
from psyroom.rules.time import day_name, short_day
from psyroom.rules.typed import span
from psyroom.services import drafts
from psyroom.services.around import Clashes
from psyroom.services.school import SchoolContext, context
from psyroom.services.series_kinds import CANCEL, CHANGE, KINDS, MOVE, Kind, kind_of
from psyroom.services.series_rows import Planned, Row, check_row, no_school, preview
from psyroom.store.questions import series as ask
from psyroom.store.questions.series import PartRow
from psyroom.store.room import Deed, Room

__all__ = ["Planned", "Row", "check_row", "preview"]

SCOPES = {"one": "只改这一次", "following": "这一次和以后", "all": "整个系列"}


@dataclass(frozen=True)
class SeriesBooked:
    """What was saved: the mark, the bookings' ids in order of time, sentences for the page. `freed`: times that are open
    again, for the waiting list; `left`: how many of the scope were left alone."""

    series: str
    ids: tuple[str, ...]
    notes: tuple[str, ...] = ()
    deed: str = ""
    freed: tuple[Free, ...] = ()
    left: int = 0


@dataclass(frozen=True, repr=False)
class Part:
    """One of a series as a list shows it. `fixed`: why it is left alone when the others change; empty when it is not."""

    kind: str
    id: str
    day: date
    starts: int
    ends: int
    person: str
    person_name: str
    place: str
    place_name: str
    outcome: str
    state: str
    fixed: str


class SeriesClashes(Clashes):
    """Dates that cannot be. `rows`: (day, starts, ends, clashes, free times) of each; the sentences name the dates."""

    def __init__(self, refused: Sequence[tuple[Row, Clashes]]) -> None:
        self.rows = [(*row, clash.clashes, clash.free) for row, clash in refused]
        said = [
            replace(one, sentence=f"{day_name(row[0])}：{one.sentence}")
            for row, clash in refused
            for one in clash.clashes
        ]
        hard = any(one.hard for one in said)
        super().__init__(
            tuple(said),
            tuple(free for _, clash in refused for free in clash.free),
            confirm=not hard and any(clash.confirm for _, clash in refused),
            urgent=not hard and any(clash.urgent for _, clash in refused),
        )
        by_day = [f"{day_name(row[0])}：{'、'.join(dict.fromkeys(clash.causes))}" for row, clash in refused]
        Tell.__init__(self, why="；".join(by_day) + "。")


def book(
    room: Room, values: Mapping[str, Any], rows: Sequence[Row], now: datetime, *, anyway: bool = False, urgent: str = ""
) -> SeriesBooked:
    """A booking on each of the rows (day, starts, ends), as one deed; `values` say the rest.

    Raises `NotValid`, or `SeriesClashes` with every cause by its date; nothing is then saved. `anyway` takes on lessons,
    holidays and days outside the semesters, `urgent` (a code of `URGENT`) the room's own rules."""
    kind = kind_of(values)
    if not rows:
        raise NotValid({"rows": "一次也没有留下，请至少保留一次"})
    if len(rows) > rules.MOST:
        raise NotValid({"rows": f"一个系列最多 {rules.MOST} 次，请少选几次"})
    school = context(room)
    mark = new_id()
    with room.write(kind.made) as deed:
        whole = kind.settled(deed.session, values)
        made = [_Change("", row, {**whole, **_hours(row)}) for row in sorted(rows)]
        ids, said = _put_all(deed, room, school, kind, made, now, series=mark, anyway=anyway, urgent=urgent)
        drafts.discard_in(deed.session, room, kind.form)
    first, last = min(rows)[0], max(rows)[0]
    return SeriesBooked(mark, ids, (f"已约 {len(ids)} 次：{day_name(first)}—{day_name(last)}", *said), deed.id)


@dataclass(frozen=True)
class _Change:
    """What one booking is to become; `id` empty for a new one. `new_day`: whether it was not on that day before."""

    id: str
    row: Row
    values: Mapping[str, Any]
    new_day: bool = True


def _hours(row: Row) -> dict[str, Any]:
    return dict(zip(("day", "starts", "ends"), row, strict=True))


def _put_all(
    deed: Deed,
    room: Room,
    school: SchoolContext,
    kind: Kind,
    changes: Sequence[_Change],
    now: datetime,
    *,
    series: str = "",
    anyway: bool,
    urgent: str,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every one of them put, each against those before it and against what is not about to be moved; the ids, and what
    is to be said. Raises `SeriesClashes` with all that cannot be."""
    refused: list[tuple[Row, Clashes]] = []
    ids: list[str] = []
    said: list[str] = []
    aside = {change.id for change in changes}  # still to be moved, or refused: not to be held against the others
    for change in changes:
        away = no_school(school, change.row[0]) if change.new_day else None
        try:
            one, found = kind.put(
                deed, room, school, change.values, now,
                id=change.id, series=series, anyway=anyway, urgent=urgent, without=aside - {""},
            )  # fmt: skip
        except Clashes as clash:
            refused.append((change.row, clash))
            continue
        if away is not None and not anyway:
            refused.append((change.row, Clashes((away,), (), confirm=True)))
            continue
        aside.discard(change.id)
        ids.append(one.id)
        said += [f"{day_name(change.row[0])}：{s}" for s in _said(found.soft, away, anyway)]
    if refused:
        raise SeriesClashes(refused)
    return tuple(ids), tuple(said)


def _said(soft: Sequence[Clash], away: Clash | None, anyway: bool) -> list[str]:
    found = [c for c in soft if (c.kind != "closed" or away is None) and (c.kind != "lesson_student" or anyway)]
    return [c.sentence for c in ([away] if away else []) + found]


# ---- one, the following, all ----------------------------------------------------------------------------------


def of(room: Room, series: str, now: datetime) -> list[Part]:
    """Everything that carries the mark, cancelled ones too, in order of time."""
    school = context(room)
    with room.read() as session:
        rows = ask.parts(session, series)
    return [
        Part(
            p.kind, p.id, p.day, p.starts, p.ends, p.person, school.people.get(p.person, p.person), p.place,
            school.places.get(p.place, p.place), p.outcome, KINDS[p.kind].state(p.outcome), _fixed(p, now),
        )
        for p in rows
    ]  # fmt: skip


def _fixed(part: PartRow, now: datetime) -> str:
    """Why a part is left alone when the others change."""
    if part.outcome != "open":
        return KINDS[part.kind].state(part.outcome)
    return "已过" if (part.day, part.starts) < (now.date(), now.hour * 60 + now.minute) else ""


def change(
    room: Room,
    booking_id: str,
    values: Mapping[str, Any],
    scope: str,
    now: datetime,
    *,
    anyway: bool = False,
    urgent: str = "",
) -> SeriesBooked:
    """Change what one says and, by `scope` (`SCOPES`), the others alike: only what differs from what this one said is
    carried over, so that another's own room stays; other hours and days move them by as much.

    Raises `NotFound`, `NotValid`, `Refused`, `SeriesClashes`; nothing is then changed."""
    return _rearrange(room, booking_id, values, scope, now, CHANGE, anyway, urgent)


def move(
    room: Room,
    booking_id: str,
    day: date,
    starts: int,
    ends: int,
    scope: str,
    now: datetime,
    *,
    anyway: bool = False,
    urgent: str = "",
) -> SeriesBooked:
    """To another time; the others of the scope by as many days and minutes. Raises as `change`."""
    return _rearrange(room, booking_id, _hours((day, starts, ends)), scope, now, MOVE, anyway, urgent)


def _rearrange(
    room: Room,
    part_id: str,
    values: Mapping[str, Any],
    scope: str,
    now: datetime,
    deed_name: int,
    anyway: bool,
    urgent: str,
) -> SeriesBooked:
    school = context(room)
    with room.read() as session:
        kind = KINDS[_part(session, part_id).kind]
    with room.write(kind.label(deed_name, scope)) as deed:
        session = deed.session
        anchor = _part(session, part_id)
        chosen, left = _chosen(session, anchor, scope, now)
        before = session.get_one(Booking if anchor.kind == "booking" else Event, part_id).model_dump()
        differs = {name: value for name, value in values.items() if name in before and before[name] != value}
        target = (
            differs.pop("day", anchor.day),
            differs.pop("starts", anchor.starts),
            differs.pop("ends", anchor.ends),
        )
        by = rules.shift(_row(anchor), target)
        changes = []
        for part in chosen:
            row = rules.shifted(_row(part), by)
            changes.append(_Change(part.id, row, {**differs, **_hours(row)}, new_day=row[0] != part.day))
        ids, said = _put_all(deed, room, school, kind, changes, now, anyway=anyway, urgent=urgent)
        drafts.discard_in(session, room, kind.form, part_id)
    freed = tuple(Free(p.day, p.starts, p.ends, p.person, p.place) for p in chosen) if any(by) else ()
    told = f"{day_name(target[0])} {span(target[1], target[2])}"
    if len(ids) > 1:
        told = f"已改 {len(ids)} 次，这一次：{told}"
    return SeriesBooked(anchor.series, ids, (told, *said, *_left_words(left, now)), deed.id, freed, len(left))


def cancel(room: Room, booking_id: str, outcome: str, scope: str, now: datetime) -> SeriesBooked:
    """Called off: by the student, by the teacher, or the room is closed (`bookings.CANCELLED`). `freed` holds the times
    that are open again. Raises `NotFound`, `NotValid`, `Refused`."""
    with room.read() as session:
        kind = KINDS[_part(session, booking_id).kind]
    kind.check_outcome(outcome)
    with room.write(kind.label(CANCEL, scope)) as deed:
        anchor = _part(deed.session, booking_id)
        chosen, left = _chosen(deed.session, anchor, scope, now)
        for part in chosen:
            kind.call_off(deed.session, part.id, outcome)
    freed = tuple(Free(p.day, p.starts, p.ends, p.person, p.place) for p in chosen)
    said = f"已取消 {len(chosen)} 次，这些时间空出来了" if len(chosen) > 1 else "已取消，这个时间空出来了"
    return SeriesBooked(
        anchor.series, tuple(p.id for p in chosen), (said, *_left_words(left, now)), deed.id, freed, len(left)
    )


def _row(part: PartRow) -> Row:
    return part.day, part.starts, part.ends


def _part(session: Session, part_id: str) -> PartRow:
    found = ask.part(session, part_id)
    if found is None:
        raise NotFound(what="这个预约")
    return found


def _chosen(session: Session, anchor: PartRow, scope: str, now: datetime) -> tuple[list[PartRow], list[PartRow]]:
    """What a scope means, and what of it is left alone. The one that was picked counts even when its hour has passed."""
    if scope not in SCOPES:
        raise NotValid({"scope": "请选只改这一次、这一次和以后，还是整个系列"})
    if anchor.outcome != "open":
        state = KINDS[anchor.kind].state(anchor.outcome)
        raise Refused(why=f"这一次已记为“{state}”，不能再改；要改其余的，请从还没到的一次开始。")
    rows = ask.parts(session, anchor.series) if scope != "one" else []
    if scope == "following":
        rows = [p for p in rows if (p.day, p.starts) >= (anchor.day, anchor.starts)]
    rows = rows or [anchor]
    left = [p for p in rows if p.id != anchor.id and _fixed(p, now)]
    kept = {p.id for p in left}
    return [p for p in rows if p.id not in kept], left


def _left_words(left: Sequence[PartRow], now: datetime) -> tuple[str, ...]:
    if not left:
        return ()
    each = "、".join(f"{short_day(p.day)}（{_fixed(p, now)}）" for p in left[:6])
    more = "等" if len(left) > 6 else ""
    return (f"另有 {len(left)} 次没有动：{each}{more}",)
