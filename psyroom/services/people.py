"""People who unlock the room: adding, renaming a password, taking off."""

from __future__ import annotations

from psyroom.errors import NeedsCounsellor, NotFound, Refused
from psyroom.records.fields import checked
from psyroom.records.people import PersonFields
from psyroom.services.rights import needs_counsellor
from psyroom.store import members, passwords, recovery
from psyroom.store.questions import school as ask
from psyroom.store.room import Room


def listed(room: Room) -> list[tuple[str, str, str, bool]]:
    """(id, name, role, active) of everybody on the duty list."""
    with room.read() as session:
        return [tuple(row) for row in ask.people(session)]


def add(room: Room, name: str, role: str, password: str) -> str:
    """Somebody who may unlock the room from now on. Needs a counsellor; returns the person's id. Not undoable."""
    needs_counsellor(room)
    fields = checked(PersonFields, {"name": name, "role": role})
    if fields.role == "none":
        raise Refused(why="只列名的人员不需要密码，请选“心理教师”或“值班人员”。")
    if any(found == fields.name and active and kind != "none" for _, found, kind, active in listed(room)):
        raise Refused(why=f"已经有一位“{fields.name}”了，同名的请加上校区或编号以示区别。")
    return members.add_person(room, fields.name, fields.role, password)


def change_password(room: Room, old: str, new: str) -> None:
    """One's own password. Raises WrongPassword, WeakPassword."""
    members.change_password(room, old, new)


def remove(room: Room, person_id: str) -> None:
    """Take a colleague off: what that person could open is locked with new keys. Needs a counsellor; not undoable."""
    needs_counsellor(room)
    if person_id == room.person.id:
        raise Refused(why="不能移除正在使用的自己，请另一位心理教师来操作。")
    if not any(found == person_id for found, _, _, _ in listed(room)):
        raise NotFound(what="这位人员")
    members.remove_person(room, person_id)


def reset_password(room: Room, person_id: str, new: str) -> None:
    """A new password for a colleague who has forgotten the old one. Not undoable.

    Raises NeedsCounsellor, Refused, NotFound, WeakPassword.
    """
    needs_counsellor(room)
    members.reset_password(room, person_id, new)


def may_manage(room: Room) -> bool:
    """Whether this person adds and removes people: the counsellor who made the room, or one put in that place."""
    try:
        members.require_manager(room)
    except (NeedsCounsellor, Refused):
        return False
    return True


def least_password(room: Room) -> int:
    """How many characters a password of this room has at least."""
    return passwords.least(alone=not room.has_secret)


def new_recovery_sheet(room: Room) -> str:
    """A new recovery sheet; the old one opens nothing any more. Needs who manages people; returns the code. Not undoable."""
    needs_counsellor(room)
    return members.new_recovery_sheet(room)


def is_sheet_group(code: str, position: int, typed: str) -> bool:
    """Whether what was typed back is the sheet's group at this position (from 0)."""
    return recovery.is_group(code, position, typed)
