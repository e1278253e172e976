"""The room's own rules: time left free around an appointment, how long ahead to book, how several on duty count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from psyroom.records.fields import checked
from psyroom.records.school import RoomRules, RoomRulesFields
from psyroom.services.rights import needs_counsellor
from psyroom.store.questions import school as ask
from psyroom.store.room import Room

ROW = "room"


def rules(room: Room) -> RoomRulesFields:
    """The rules in force, minutes; the defaults where the school has said nothing."""
    with room.read() as session:
        return rules_in(session)


def rules_in(session: Session) -> RoomRulesFields:
    """The rules in force, inside the caller's transaction."""
    row = ask.room_rules(session)
    return RoomRulesFields(**row.model_dump(exclude={"id"})) if row is not None else RoomRulesFields()


def set_rules(room: Room, values: Mapping[str, Any]) -> None:
    """Set the rules, or some of them; bookings there are stay as they are. Needs a counsellor. Raises `NotValid`."""
    needs_counsellor(room)
    with room.write("修改预约规则") as deed:
        row = deed.session.get(RoomRules, ROW) or RoomRules(id=ROW)
        fields = checked(RoomRulesFields, {**row.model_dump(exclude={"id"}), **values})
        row.sqlmodel_update(fields.model_dump())
        deed.session.add(row)
