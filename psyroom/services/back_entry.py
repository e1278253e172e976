"""Keying in what was written by hand on a day without power: duty and visitors of one day, in one deed.

Rows are typed by field: `starts` and `ends` (minutes; what cannot be read as text), `client`, `student`, `name`, `size`,
`outcome` (来了, 迟到, 没来), `person`, and `booking` (an id, `WALKED_IN`, or empty while nobody has said). A booking at
about the time is asked about, never taken silently. Nothing is written before every row stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psyroom.errors import NotFound, Tell
from psyroom.records.booking import Booking, Visit, VisitFields
from psyroom.records.fields import checked
from psyroom.records.opening import Opening, OpeningFields
from psyroom.rules.time import short_day
from psyroom.services import clients, drafts
from psyroom.services.back_entry_look import CAME, TYPED, WALKED_IN, Looked, blank, look
from psyroom.services.back_entry_look import Question as Question
from psyroom.services.school import context
from psyroom.services.visits import receiver
from psyroom.services.week_lock import guard
from psyroom.store.room import Deed, Room

__all__ = [
    "CAME",
    "FORM",
    "TYPED",
    "WALKED_IN",
    "Entered",
    "Looked",
    "NotEntered",
    "Question",
    "blank",
    "check",
    "enter",
]

FORM = "back_entry"
"""The name under which an unsaved sheet is kept, one for each day."""

Rows = Sequence[Mapping[str, Any]]


class NotEntered(Tell):
    """Something stands in the way; nothing was written. `looked` says what, row by row."""

    sentence = "{why}"

    def __init__(self, looked: Looked) -> None:
        self.looked = looked
        if looked.day or looked.twice:
            why = looked.day or looked.twice
        elif not looked.ready and not looked.duties_ready and not looked.count:
            why = "还没有填任何一行。"
        else:
            why = f"有 {looked.count} 行要先核对，还没有存；说明在每一行下面。"
        super().__init__(why=why)


@dataclass(frozen=True)
class Entered:
    """What was written: ids of visits and openings, how many bookings came out as 已到 or 未到, and what to say."""

    visits: tuple[str, ...]
    openings: tuple[str, ...]
    arrived: int
    missed: int
    note: str


def check(room: Room, day: date, rows: Rows, now: datetime, *, duties: Rows = ()) -> Looked:
    """What is wrong with the sheet as far as it is typed."""
    school = context(room)
    with room.snapshot() as session:
        return look(session, school, day, rows, duties, now, receiver(session, room))


def enter(room: Room, day: date, rows: Rows, now: datetime, *, duties: Rows = (), why: str = "") -> Entered:
    """Write the whole sheet as one deed: visits (closed where a counsellor enters it), bookings' outcomes, openings.

    Errors: `NotEntered` with every problem; `SignedWeek` unless `why` (`records.weeks.WHY_AMENDED`) is given.
    """
    school = context(room)
    with room.write("按纸质记录补录") as deed:
        looked = look(deed.session, school, day, rows, duties, now, receiver(deed.session, room))
        if not looked.ok or not (looked.ready or looked.duties_ready):
            raise NotEntered(looked)
        visits, arrived, missed = [], 0, 0
        for ready in looked.ready.values():
            if ready["booking"]:
                _came_out(deed, ready["booking"], ready["outcome"])
                arrived, missed = arrived + (ready["outcome"] != "no_show"), missed + (ready["outcome"] == "no_show")
            if ready["outcome"] != "no_show":
                visits.append(_visit(room, deed, day, ready, why))
        openings = [_opening(deed, day, ready, why) for ready in looked.duties_ready.values()]
        drafts.discard_in(deed.session, room, FORM, day.isoformat())
    said = [f"{len(openings)} 段值班" if openings else "", f"{len(visits)} 次来访" if visits else ""]
    said += [f"{missed} 个未到" if missed else ""]
    note = f"已补录 {short_day(day)}：" + "、".join(filter(None, said))
    if visits and not room.has_cases:
        note += "，来访等心理教师结束"
    return Entered(tuple(visits), tuple(openings), arrived, missed, note)


def _came_out(deed: Deed, booking_id: str, outcome: str) -> None:
    booking = deed.session.get(Booking, booking_id)
    if booking is None:
        raise NotFound(what="这个预约")
    booking.outcome = outcome
    deed.session.add(booking)


def _visit(room: Room, deed: Deed, day: date, ready: Mapping[str, Any], why: str) -> str:
    # a group gets its number here: two new groups of one sheet are two groups
    client = clients.settle(
        deed.session, {**ready, "day": day, "group_no": ready["group_no"] if ready["booking"] else 0}
    )
    whole = {name: value for name, value in {**ready, **client}.items() if name in VisitFields.model_fields}
    fields = checked(VisitFields, {**whole, "day": day, "closed_by": room.person.id if room.has_cases else ""})
    row = Visit(**fields.model_dump())
    guard(deed, [day], why, "visit", row.id)
    deed.session.add(row)
    deed.session.flush()
    return row.id


def _opening(deed: Deed, day: date, ready: Mapping[str, Any], why: str) -> str:
    fields = checked(OpeningFields, {**ready, "day": day, "origin": "hand"})
    row = Opening(**fields.model_dump())
    guard(deed, [day], why, "opening", row.id)
    deed.session.add(row)
    return row.id
