"""Making a room: two keys, two files, the first people, the recovery sheet's code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from psyroom.errors import NoKeyring
from psyroom.records.ids import new_id
from psyroom.records.people import Holder, Inbox, Person
from psyroom.store import folders, keys, lock, passwords, roomfile, secret, triggers
from psyroom.store.connection import connect, driver
from psyroom.store.grants import SHEET, grant_case, grant_desk, new_entry, new_sheet
from psyroom.store.migrations import LATEST
from psyroom.store.opening import begin
from psyroom.store.room import Room, Who, utc_now
from psyroom.store.tables import CASES, MAIN, metadata

INBOX = "inbox"


def make_room(
    folder: Path | str,
    *,
    people: Sequence[tuple[str, str, str]],
    school_name: str = "",
    use_keyring: bool | None = None,
    practice: bool = False,
    now: Callable[[], datetime] = utc_now,
) -> tuple[Room, str]:
    """Make a room and open it for the first of `people` ((name, role, password); a counsellor).

    Returns the room and the recovery code. `use_keyring`: True asks for the system's keyring, False makes a room
    without room secret, None uses one where it is usable. Errors: `FolderTaken`, `FolderUnsafe`, `FolderNotWritable`,
    `WeakPassword`, `KeyringLocked`, `NoKeyring`.
    """
    folder = Path(folder).absolute()
    if not people or people[0][1] != "counsellor":
        raise ValueError("the first person is a counsellor")
    wants = False if practice else use_keyring
    has_secret = wants is not False and secret.is_usable()
    if wants and not has_secret:
        raise NoKeyring
    if not practice:
        known = [school_name, *(name for name, _, _ in people)]
        for _, _, password in people:
            passwords.check(password, alone=not has_secret, names=known)
    folders.require_usable(folder)
    held = lock.hold(folder)
    try:
        enrolment = secret.new_enrolment() if has_secret else None
        room_secret = enrolment.secret if enrolment else b""
        file_keys = {MAIN: keys.new_key(), CASES: keys.new_key()}
        inbox = keys.new_private()
        lineage = new_id()
        room = roomfile.RoomFile(
            id=new_id(), lineage=lineage, practice=practice, secret=has_secret, people=[],
            sheet=roomfile.Sheet(b""), inbox=keys.public_of(inbox),
            check_desk=[keys.check_value(file_keys[MAIN])], check_case=[keys.check_value(file_keys[CASES])],
        )  # fmt: skip
        privates = []
        for name, role, password in people:
            entry, private = new_entry(room, new_id(), name.strip(), role, password, room_secret)
            entry.desk = [grant_desk(room, file_keys[MAIN], entry.public)]
            if role == "counsellor":
                entry.case = [grant_case(room, file_keys[CASES], entry.public)]
            room.people.append(entry)
            privates.append(private)
        room.sheet, code = new_sheet(room, file_keys, room_secret)
        _make_files(folder, file_keys)
        opened = Room(
            folder, file_keys, id=room.id, lineage=lineage,
            origin=enrolment.origin if enrolment else secret.origin_of_machine(lineage),
            person=Who(room.people[0].id, room.people[0].name, room.people[0].role), private=privates[0],
            practice=practice, enrolment=enrolment, lock=held, now=now,
        )  # fmt: skip
        try:
            _write_people(opened, room, inbox)
            if enrolment:
                secret.store(room.id, lineage, enrolment)
            roomfile.write(folder, room)  # only now is there a room
        except BaseException:
            opened._engine.dispose()
            raise
    except BaseException:
        held.release()
        folders.clear_leftovers(folder)
        raise
    (folder / folders.LEFTOVER).unlink()
    begin(opened)
    return opened, code


def _make_files(folder: Path, file_keys: dict[str, bytes]) -> None:
    from sqlalchemy import StaticPool, create_engine

    raw = connect(folder, file_keys, mode="rwc")
    try:
        engine = create_engine(
            "sqlite://", module=driver, creator=lambda: raw, poolclass=StaticPool, hide_parameters=True
        )
        raw.execute("BEGIN IMMEDIATE")
        with engine.connect() as connection:
            metadata().create_all(connection)
            for schema in file_keys:
                triggers.install(raw.execute, schema)
                raw.execute(f"PRAGMA {schema}.user_version = {LATEST}")
            if raw.in_transaction:
                raw.execute("COMMIT")
    finally:
        raw.close()


def _write_people(opened: Room, room: roomfile.RoomFile, inbox: bytes) -> None:
    with opened.write("建立辅导室", undoable=False) as deed:
        first = True
        for entry in room.people:
            deed.session.add(Person(id=entry.id, name=entry.name, role=entry.role, public=entry.public.hex()))
            if entry.role == "counsellor":
                deed.session.add(Holder(id=entry.id, public=entry.public.hex(), manages=first))
                first = False
        deed.session.add(Holder(id=SHEET, public=room.sheet.public.hex()))
        deed.session.add(Inbox(id=INBOX, private_key=inbox.hex()))
