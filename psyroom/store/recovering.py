"""With the recovery sheet: bringing a copy back, and getting into a room whose password or keyring is lost.

Using the sheet makes a new one. The *existing* room secret goes into this computer's keyring, so that every colleague's
password goes on working.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from psyroom.errors import Damaged, IsCopy, NoRoom, Refused, WrongRecovery
from psyroom.records.ids import new_id
from psyroom.records.people import Holder, Person
from psyroom.store import (
    backups_swap,
    folders,
    grants,
    keys,
    lock,
    manifest,
    migrations,
    passwords,
    private,
    recovery,
    roomfile,
    secret,
)
from psyroom.store import settle as settling
from psyroom.store.connection import opens, require_file
from psyroom.store.opening import begin
from psyroom.store.questions.private import holders
from psyroom.store.room import Room, Who, utc_now
from psyroom.store.tables import CASES, FILES, MAIN

Clock = Callable[[], datetime]


def find_copy(place: Path) -> Path:
    """The copy itself, or the newest whole one in a folder of copies, or one folder deeper: a stick as it is.
    Errors: `NoRoom`."""
    if (place / manifest.NAME).exists() or roomfile.exists(place):
        return place
    for pattern in ("*/", "*/*/"):
        found = [
            (not manifest.trouble_of(f, quick=True), m.verified, m.at(), f)
            for f in sorted(place.glob(pattern))
            if not f.name.endswith(".part") and (m := manifest.read(f))
        ]
        if found:
            return max(found)[3]
    raise NoRoom(folder=place)


def _open_sheet(folder: Path, room: roomfile.RoomFile, code: str) -> tuple[dict[str, bytes], bytes]:
    """The files' keys and the room secret from the sheet. Errors: `WrongRecovery`, `Damaged`."""
    private = recovery.private_of(code)
    if keys.public_of(private) != room.sheet.public:
        raise WrongRecovery
    found = {}
    try:
        for schema, sealed, purpose in ((MAIN, room.sheet.desk, "desk"), (CASES, room.sheet.case, "case")):
            require_file(folder, FILES[schema])
            choices = [keys.open_grant(one, private, f"{purpose} {room.id}") for one in sealed]
            fitting = next((key for key in reversed(choices) if opens(folder / FILES[schema], key)), None)
            if fitting is None:
                raise Damaged(name=FILES[schema])
            found[schema] = fitting
        room_secret = keys.open_grant(room.sheet.secret, private, f"secret {room.id}") if room.sheet.secret else b""
    except keys.WrongKey:
        raise Damaged(name=roomfile.NAME) from None
    return found, room_secret


def _named(room: roomfile.RoomFile, name: str) -> roomfile.Entry:
    entry = room.named(name.strip())
    if entry is None or entry.role != "counsellor":
        raise Refused(why=f"恢复要由心理教师来做，这份数据里没有叫“{name}”的心理教师。")
    return entry


def bring_back(
    copy: Path | str,
    folder: Path | str,
    code: str,
    person: str,
    new_password: str,
    use_keyring: bool | None = None,
    *,
    now: Clock = utc_now,
) -> tuple[Room, str]:
    """A copy becomes a room in a new folder, opened for `person` (a counsellor of it) with a new password.

    Returns the room and the new recovery code; the old sheet opens the old copies only. `room.stranded` names those who
    need a new password, because the room had a secret and this computer has no keyring to keep it.
    Errors: `NoRoom`, `Damaged`, `WrongRecovery`, `Refused`, `WeakPassword`, `KeyringLocked`, `FolderTaken`, …"""
    source, folder = find_copy(Path(copy).absolute()), Path(folder).absolute()
    if why := manifest.trouble_of(source):
        raise Refused(why=f"这份备份不能用：{why}，请换一份备份。")
    room = roomfile.read(source)
    recovery.tidy(code)
    entry = _named(room, person)
    keyring = room.secret and use_keyring is not False and secret.is_usable()
    if not room.practice:
        passwords.check(new_password, alone=not keyring, names=[e.name for e in room.people])
    if keys.public_of(recovery.private_of(code)) != room.sheet.public:
        raise WrongRecovery
    folders.require_usable(folder)
    held = lock.hold(folder)
    try:
        for name in FILES.values():
            shutil.copyfile(source / name, folder / name)
        _bring_attachments(source, folder)
        room.lineage = new_id()
        opened, fresh = _take_over(folder, room, entry, code, new_password, keyring, held, now)
    except BaseException:
        held.release()
        folders.clear_leftovers(folder)
        raise
    (folder / folders.LEFTOVER).unlink()
    return opened, fresh


def _bring_attachments(source: Path, folder: Path) -> None:
    """What the copy needs of what lies beside it; what is missing there costs that attachment, not the room."""
    told = manifest.read(source)
    lost = set(manifest.missing_attachments(source))
    for name in told.needs if told else ():
        if name not in lost:
            (folder / "files").mkdir(exist_ok=True)
            shutil.copyfile(source.parent / manifest.ATTACHED / name, folder / "files" / name)


def recover(
    folder: Path | str,
    code: str,
    person: str,
    new_password: str,
    use_keyring: bool | None = None,
    *,
    now: Clock = utc_now,
) -> tuple[Room, str]:
    """Into a room that lies here, with the sheet: a forgotten password, a wiped keyring, a second account or computer.

    Returns the opened room and the new code. Errors as `bring_back`, and `RoomBusy`."""
    folder = Path(folder).absolute()
    if not roomfile.exists(folder):
        raise NoRoom(folder=folder)
    if (folder / manifest.NAME).exists():
        raise IsCopy(folder=folder)
    held = lock.hold(folder)
    try:
        backups_swap.finish_or_forget(folder)
        room = roomfile.read(folder)
        recovery.tidy(code)
        entry = _named(room, person)
        keyring = room.secret and use_keyring is not False and secret.is_usable()
        if not room.practice:
            passwords.check(new_password, alone=not keyring, names=[e.name for e in room.people])
        settling.settle(folder)
        return _take_over(folder, room, entry, code, new_password, keyring, held, now)
    except BaseException:
        held.release()
        raise


def _take_over(
    folder: Path, room: roomfile.RoomFile, entry: roomfile.Entry, code: str, new_password: str, keyring: bool,
    held: object, now: Clock,
) -> tuple[Room, str]:  # fmt: skip
    file_keys, room_secret = _open_sheet(folder, room, code)
    migrations.bring_up_to_date(folder, file_keys)
    enrolment = secret.new_enrolment(room_secret) if keyring and room_secret else None
    fresh, own = grants.new_entry(
        room, entry.id, entry.name, entry.role, new_password, enrolment.secret if enrolment else b""
    )
    fresh.desk = [grants.grant_desk(room, file_keys[MAIN], fresh.public)]
    fresh.case = [grants.grant_case(room, file_keys[CASES], fresh.public)]
    room.people = [fresh if e.id == fresh.id else e for e in room.people]
    room.sheet, new_code = grants.new_sheet(room, file_keys, room_secret)
    opened = Room(
        folder, file_keys, id=room.id, lineage=room.lineage,
        origin=enrolment.origin if enrolment else secret.origin_of_machine(room.lineage),
        person=Who(fresh.id, fresh.name, fresh.role), private=own, practice=room.practice,
        enrolment=enrolment, lock=held, now=now,
    )  # fmt: skip
    try:
        opened.clock_confirmed = True  # a copy may be old; the sheet was asked for anyway
        _believe(opened, fresh, room, recovery.private_of(code))
        opened.clock_confirmed = False
        if enrolment:
            secret.store(room.id, room.lineage, enrolment)
        roomfile.write(folder, room, forget_before=True)
        begin(opened)
    except BaseException:
        opened._engine.dispose()
        raise
    if enrolment is None:
        opened.stranded = [e.name for e in room.people if e.bound]
    return opened, new_code


def _believe(opened: Room, fresh: roomfile.Entry, room: roomfile.RoomFile, sheet_before: bytes) -> None:
    with opened.write("用恢复单恢复", undoable=False) as deed:
        person = deed.session.get(Person, fresh.id)
        holder = deed.session.get(Holder, fresh.id)
        if person is None or holder is None:
            raise Refused(why=f"“{fresh.name}”已不是这间房的心理教师，请换一位。")
        person.active, person.role = True, "counsellor"
        person.public = holder.public = fresh.public.hex()
        holder.manages = True
        sheet = deed.session.get_one(Holder, grants.SHEET)
        sheet.public = room.sheet.public.hex()
        deed.session.add_all([person, holder, sheet])
        deed.session.flush()
        private.hand_over(deed.session, opened.id, sheet_before, sheet.public, holders(deed.session))


def enrol(folder: Path | str, code: str) -> None:
    """Put the room secret into this account's keyring, with the sheet and nothing else; passwords then work here.

    Errors: `WrongRecovery`, `KeyringLocked`, `Refused` (a room without secret, or no keyring)."""
    folder = Path(folder).absolute()
    room = roomfile.read(folder)
    if not room.secret or not secret.is_usable():
        raise Refused(why="这间房不用密钥环，或这台电脑没有可用的密钥环，不需要登记。")
    private = recovery.private_of(code)
    if keys.public_of(private) != room.sheet.public:
        raise WrongRecovery
    try:
        room_secret = keys.open_grant(room.sheet.secret, private, f"secret {room.id}")
    except keys.WrongKey:
        raise Damaged(name=roomfile.NAME) from None
    secret.store(room.id, room.lineage, secret.new_enrolment(room_secret))
