"""People of an opened room: adding, a new password, taking off with a change of keys, a new recovery sheet.

Public keys are taken from inside the encrypted files (person.public, holder.public), never from room.json.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psyroom.errors import LastCounsellor, NeedsCounsellor, NotFound, Refused, WrongPassword
from psyroom.records.ids import new_id
from psyroom.records.people import Holder, Person
from psyroom.records.school import School
from psyroom.store import grants, keys, passwords, private, rekeying, roomfile
from psyroom.store.connection import raw_of
from psyroom.store.room import Room
from psyroom.store.tables import CASES, MAIN


def known_names(room: Room) -> list[str]:
    """Names a password must not rest on: of the school, its people, its pupils."""
    with room.read() as session:
        raw = raw_of(session)
        found = {
            row[0]
            for table in ("person", "student")
            for row in raw.execute(f"SELECT name FROM main.{table}").fetchall()
        }
        school = session.get(School, "school")
    return [*found, *((school.name, school.campus) if school else ())]


def check_password(room: Room, password: str, *, bound: bool) -> None:
    """Errors: `WeakPassword`. A practice school protects nothing and takes any."""
    if not room.practice:
        passwords.check(password, alone=not bound, names=known_names(room))


def require_manager(room: Room) -> None:
    """Errors: `NeedsCounsellor`; `Refused` when another counsellor manages the people."""
    if not room.has_cases:
        raise NeedsCounsellor
    with room.read() as session:
        mine = session.get(Holder, room.person.id)
    if mine is None or not mine.manages:
        raise Refused(why="人员由管理人员（建立辅导室的心理教师）来添加和移除，请对方登录后操作。")


def add_person(room: Room, name: str, role: str, password: str, *, manages: bool = False) -> str:
    """Somebody who may unlock from now on; returns the id. A name that stood only in the duty list keeps its id.

    Errors: `NeedsCounsellor`, `Refused`, `WeakPassword`."""
    require_manager(room)
    name = name.strip()
    file = roomfile.read(room.folder)
    if file.named(name) is not None:
        raise Refused(why=f"已经有一位“{name}”可以登录了，同名的请加上校区或编号以示区别。")
    check_password(room, password, bound=room.has_secret)
    with room.read() as session:
        row = raw_of(session).execute("SELECT id FROM main.person WHERE name = ? AND role = 'none'", (name,)).fetchone()
    id = str(row[0]) if row else new_id()
    entry, _ = grants.new_entry(file, id, name, role, password, room.secret)
    _write_person(room, entry, "添加人员", manages=manages)
    _grant(room, file, entry)
    file.people.append(entry)
    roomfile.write(room.folder, file)
    return id


def _write_person(room: Room, entry: roomfile.Entry, what: str, *, manages: bool | None) -> None:
    with room.write(what, undoable=False) as deed:
        public = entry.public.hex()
        person = deed.session.get(Person, entry.id) or Person(id=entry.id, name=entry.name)
        person.role, person.active, person.public = entry.role, True, public
        deed.session.add(person)
        if entry.role == "counsellor":
            holder = deed.session.get(Holder, entry.id) or Holder(id=entry.id, public=public)
            holder.public = public
            if manages is not None:
                holder.manages = manages
            deed.session.add(holder)


def _grant(room: Room, file: roomfile.RoomFile, entry: roomfile.Entry) -> None:
    entry.desk = [grants.grant_desk(file, room._keys[MAIN], entry.public)]
    entry.case = [grants.grant_case(file, room._keys[CASES], entry.public)] if entry.role == "counsellor" else []


def change_password(room: Room, old: str, new: str) -> None:
    """One's own. Errors: `WrongPassword`, `WeakPassword`."""
    file = roomfile.read(room.folder)
    entry = next(e for e in file.people if e.id == room.person.id)
    strength = keys.Strength(entry.memory, entry.passes, entry.lanes)
    try:
        keys.unseal(
            keys.from_password(old, entry.salt, strength, room.secret if entry.bound else b""),
            entry.sealed,
            file.about(entry),
        )
    except keys.WrongKey:
        raise WrongPassword from None
    entry.bound = room.has_secret
    check_password(room, new, bound=entry.bound)
    grants.seal_person(file, entry, new, room._private, room.secret)
    roomfile.write(room.folder, file, forget_before=True)


def reset_password(room: Room, person_id: str, new: str) -> None:
    """A new password, and so a new key pair, for a colleague who has forgotten the old one. Errors: `NotFound`,
    `NeedsCounsellor`, `Refused`, `WeakPassword`."""
    require_manager(room)
    file = roomfile.read(room.folder)
    entry = next((e for e in file.people if e.id == person_id), None)
    if entry is None or person_id == room.person.id:
        raise NotFound(what="这位人员")
    check_password(room, new, bound=room.has_secret)
    fresh, _ = grants.new_entry(file, entry.id, entry.name, entry.role, new, room.secret)
    _grant(room, file, fresh)
    _replace_entry(room, file, fresh)


def _replace_entry(room: Room, file: roomfile.RoomFile, fresh: roomfile.Entry) -> None:
    """The new entry is written before the files believe it, and the old one stays in the generation before: killed in
    between, the person is let in by neither until the reset is done again."""
    before = roomfile.read(room.folder)
    file.people = [fresh if entry.id == fresh.id else entry for entry in file.people]
    with _taken_back(room, before):
        roomfile.write(room.folder, file)
        _write_person(room, fresh, "重设密码", manages=None)
    roomfile.write(room.folder, file, forget_before=True)


@contextmanager
def _taken_back(room: Room, before: roomfile.RoomFile) -> Iterator[None]:
    """When the files refuse what room.json says already (a doubtful clock, a full disk), room.json is as it was."""
    try:
        yield
    except Exception:
        roomfile.take_back(room.folder, before)
        raise


def remove_person(room: Room, person_id: str, *, pause: Callable[[str], None] = lambda where: None) -> None:
    """Take a person off and change the keys that person held. Old copies of the room stay readable to the old keys.

    Killed anywhere, exactly one key opens each file, everybody else's password works, and the next opening by a
    counsellor finishes the work. Errors: `NeedsCounsellor`, `Refused`, `NotFound`, `LastCounsellor`."""
    require_manager(room)
    with room.read() as session:
        person = session.get(Person, person_id)
        others = (
            raw_of(session)
            .execute("SELECT count(*) FROM cases.holder WHERE id NOT IN (?, ?)", (person_id, grants.SHEET))
            .fetchone()[0]
        )
        holds = session.get(Holder, person_id) is not None
    if person is None or not person.active:
        raise NotFound(what="这位人员")
    if holds and not others:
        raise LastCounsellor
    if person_id == room.person.id:
        raise Refused(why="不能移除正在使用的自己，请另一位心理教师来操作。")
    with room.write("移除人员", undoable=False) as deed:
        row = deed.session.get_one(Person, person_id)
        row.active, row.public = False, ""
        deed.session.add(row)
        if holder := deed.session.get(Holder, person_id):
            deed.session.delete(holder)
    pause("written")
    rekeying.finish(room, pause=pause)


def new_recovery_sheet(room: Room) -> str:
    """A new sheet; the old one opens nothing any more. Returns the code. Errors: `NeedsCounsellor`, `Refused`."""
    require_manager(room)
    return renew_sheet(room)


def renew_sheet(room: Room) -> str:
    """Written before the files believe it: killed in between, the next opening says that a sheet must be made anew. One's
    own private notes go over to the new sheet at once, a colleague's when that colleague next opens the room."""
    before, file = roomfile.read(room.folder), roomfile.read(room.folder)
    file.sheet, code = grants.new_sheet(file, room._keys, room.secret)
    with _taken_back(room, before):
        roomfile.write(room.folder, file)
        with room.write("更换恢复单", undoable=False) as deed:
            holder = deed.session.get(Holder, grants.SHEET) or Holder(id=grants.SHEET, public="")
            holder.public = file.sheet.public.hex()
            deed.session.add(holder)
            deed.session.flush()
            private.seal_to_sheet(room, deed.session)
    roomfile.write(room.folder, file, forget_before=True)
    return code
