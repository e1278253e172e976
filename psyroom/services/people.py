"""People who unlock the room: adding, renaming a password, taking off."""

from __future__ import annotations

from dataclasses import dataclass

from psyroom.errors import NeedsCounsellor, NotFound, Refused
from psyroom.records.fields import checked
from psyroom.records.people import PersonFields
from psyroom.services.rights import needs_counsellor
from psyroom.store import enrolling, members, passwords, private, recovery, roomfile
from psyroom.store.questions import school as ask
from psyroom.store.room import Room


@dataclass(frozen=True)
class Removed:
    """Who was taken off, and what follows. `private_notes`: how many of that person's lie sealed for good, but for the
    recovery sheet."""

    name: str
    role: str
    private_notes: int


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


def remove(room: Room, person_id: str) -> Removed:
    """Take a colleague off: what that person could open is locked with new keys. Needs a counsellor; not undoable.

    Raises Refused, NotFound, LastCounsellor. What was written before stays readable to whoever has an old copy and the
    old password; so do old backups.
    """
    needs_counsellor(room)
    if person_id == room.person.id:
        raise Refused(why="不能移除正在使用的自己，请另一位心理教师来操作。")
    found = next(((name, role) for id, name, role, _ in listed(room) if id == person_id), None)
    if found is None:
        raise NotFound(what="这位人员")
    members.remove_person(room, person_id)
    return Removed(*found, private.count_of(room, person_id))


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


def enrolment_code(room: Room) -> tuple[str, int]:
    """A one-time code by which another account of this computer learns the room, and how many minutes it holds. Whoever
    is inside may show it: it opens nothing without a password. Raises Refused where the room has no secret."""
    return enrolling.offer(room), enrolling.MINUTES


def withdraw_enrolment(room: Room) -> None:
    """The code shown last opens nothing any more."""
    enrolling.withdraw(room)


def not_on_sheet(room: Room) -> list[str]:
    """Names of colleagues whose private notes the present recovery sheet does not open yet: the sheet was made anew, and
    they have not opened the room since. Needs a counsellor."""
    needs_counsellor(room)
    return private.names(room, private.not_on_sheet(room))


def sealed_away(room: Room) -> list[str]:
    """Names of those who cannot open their earlier private notes until the recovery sheet is used, because a colleague
    set their password anew. Needs a counsellor."""
    needs_counsellor(room)
    return private.names(room, private.sealed_away(room))


def stranded(room: Room) -> list[str]:
    """Names of those whose passwords were set on a computer with a keyring, while this one opens the room without: here
    they need new ones. Needs a counsellor."""
    needs_counsellor(room)
    return [] if room.has_secret else [entry.name for entry in roomfile.read(room.folder).people if entry.bound]


def is_sheet_group(code: str, position: int, typed: str) -> bool:
    """Whether what was typed back is the sheet's group at this position (from 0)."""
    return recovery.is_group(code, position, typed)
