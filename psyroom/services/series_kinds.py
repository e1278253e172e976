"""What a series is made of: bookings, or entries of the calendar. The two differ in how one is shaped, put and called off."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotValid
from psyroom.records.booking import OUTCOMES, Booking, BookingFields
from psyroom.records.events import HELD, Event, EventFields
from psyroom.rules.booking import Appointment
from psyroom.services import around, bookings, clients, events
from psyroom.services.around import Checked
from psyroom.services.school import SchoolContext
from psyroom.store.room import Deed, Room

CHANGE, MOVE, CANCEL = range(3)


@dataclass(frozen=True)
class Kind:
    """Bookings. `form`: under which name an unsaved one is kept; `made`, `several`, `single`: what the deeds are called."""

    form: str = bookings.FORM
    made: str = "新增系列预约"
    several: tuple[str, str, str] = ("修改系列预约", "移动系列预约", "取消系列预约")
    single: tuple[str, str, str] = ("修改预约", "移动预约", "取消预约")

    def label(self, deed: int, scope: str) -> str:
        """What a deed on a scope is called: `CHANGE`, `MOVE` or `CANCEL`."""
        return (self.single if scope == "one" else self.several)[deed]

    def shaped(self, values: Mapping[str, Any]) -> Any:
        """The fields, checked; the client may be missing. Raises `NotValid`."""
        known = {name: values[name] for name in BookingFields.model_fields if name in values}
        return around.shaped(BookingFields, {"client": "student", "place": "", **known})

    def asked(self, session: Session, fields: Any) -> Appointment:
        """As the rules take it."""
        return around.asked(session, fields)

    def settled(self, session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
        """The client's fields made whole once, so that a new group has one number in all its dates."""
        return {**values, **clients.settle(session, values)}

    def put(
        self,
        deed: Deed,
        room: Room,
        school: SchoolContext,
        values: Mapping[str, Any],
        now: datetime,
        *,
        id: str = "",
        series: str = "",
        anyway: bool = False,
        urgent: str = "",
        without: Collection[str] = (),
    ) -> tuple[Any, Checked]:
        """One date inside the series' deed."""
        return bookings.put(
            deed, room, school, values, now,
            booking_id=id, anyway=anyway, urgent=urgent, series=series, without=without,
        )  # fmt: skip

    def call_off(self, session: Session, id: str, outcome: str) -> None:
        """It will not take place; the caller has seen that it is still to come."""
        row = session.get_one(Booking, id)
        row.outcome, row.follow_up = outcome, ""
        session.add(row)

    def check_outcome(self, outcome: str) -> None:
        """Raises `NotValid` unless it is a way of calling off."""
        if outcome not in bookings.CANCELLED:
            raise NotValid({"outcome": "请选是谁取消的"})

    def state(self, outcome: str) -> str:
        return OUTCOMES[outcome]


@dataclass(frozen=True)
class EventKind(Kind):
    """Entries of the calendar: a psychology lesson every week, a talk every month."""

    form: str = events.FORM
    made: str = "新增系列日程"
    several: tuple[str, str, str] = ("修改系列日程", "移动系列日程", "取消系列日程")
    single: tuple[str, str, str] = ("修改日程", "移动日程", "取消日程")

    def shaped(self, values: Mapping[str, Any]) -> Any:
        known = {name: values[name] for name in EventFields.model_fields if name in values}
        return around.shaped(EventFields, known)

    def asked(self, session: Session, fields: Any) -> Appointment:
        return around.event_appointment(fields)

    def settled(self, session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
        return dict(values)

    def put(
        self,
        deed: Deed,
        room: Room,
        school: SchoolContext,
        values: Mapping[str, Any],
        now: datetime,
        *,
        id: str = "",
        series: str = "",
        anyway: bool = False,
        urgent: str = "",
        without: Collection[str] = (),
    ) -> tuple[Any, Checked]:
        return events.put(
            deed, room, school, values, now, event_id=id, urgent=urgent, series=series, without=without
        )  # fmt: skip

    def call_off(self, session: Session, id: str, outcome: str) -> None:
        row = session.get_one(Event, id)
        row.outcome = "cancelled"
        session.add(row)

    def check_outcome(self, outcome: str) -> None:
        """Nobody in particular calls off an entry."""

    def state(self, outcome: str) -> str:
        return HELD[outcome]


def kind_of(values: Mapping[str, Any]) -> Kind:
    """What the values of a form are for."""
    return KINDS[str(values.get("what", "booking"))]


KINDS: dict[str, Kind] = {"booking": Kind(), "event": EventKind()}
