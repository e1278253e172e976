"""Opening a room: the person's key, the files' keys, the lock, settling, and the check of what is new since last time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from psyroom.errors import (
    Damaged,
    FolderNotWritable,
    IsCopy,
    KeyringLocked,
    KeysUnfinished,
    NoRoom,
    NotEnrolled,
    WrongPassword,
)
from psyroom.store import (
    backups_swap,
    checking,
    files,
    grants,
    guesses,
    keys,
    lock,
    manifest,
    migrations,
    private,
    rekeying,
    roomfile,
    secret,
)
from psyroom.store import settle as settling
from psyroom.store.connection import opens, require_file
from psyroom.store.room import Finding, Room, Who, utc_now
from psyroom.store.tables import CASES, FILES, MAIN


def no_core_dumps() -> None:
    """A crash must not write keys and text to a file."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def unlock(
    folder: Path, room: roomfile.RoomFile, name: str | None, password: str
) -> tuple[roomfile.Entry, bytes, secret.Enrolment | None]:
    """The person's entry, private half, and what the keyring holds. `name` None: whosever password it is.

    Errors: `WrongPassword`, `NotEnrolled`, `KeyringLocked`. An unknown person costs as long and reads the same as a
    wrong password."""
    entries = room.people if name is None else [e for e in room.people if e.name == name.strip()]
    bound = any(entry.bound for entry in entries) if entries else room.secret
    enrolment = None
    try:
        if room.secret:
            enrolment = secret.fetch(room.id, room.lineage)
    except (NotEnrolled, KeyringLocked):
        if bound:
            raise
    guesses.wait(folder)
    for entry in entries:
        strength = keys.Strength(entry.memory, entry.passes, entry.lanes)
        key = keys.from_password(password, entry.salt, strength, enrolment.secret if enrolment and entry.bound else b"")
        try:
            private = keys.unseal(key, entry.sealed, room.about(entry))
        except keys.WrongKey:
            continue
        guesses.forget(folder)
        return entry, private, enrolment
    if not entries:
        keys.from_password(password, b"\0" * keys.SALT_BYTES, keys.floor(bound=bound, practice=room.practice), b"")
    if roomfile.is_spoilt(folder):
        raise Damaged(name=roomfile.NAME)  # the right password would read like a wrong one
    guesses.note_wrong(folder)
    raise WrongPassword


def file_key(folder: Path, name: str, grants: list[bytes], checks: list[bytes], private: bytes, purpose: str) -> bytes:
    """The key that opens a file; of two (while keys change) the one that does. Errors: `Damaged`, `WrongPassword`."""
    require_file(folder, name)
    found = []
    for sealed in grants:
        try:
            found.append(keys.open_grant(sealed, private, purpose))
        except keys.WrongKey:
            continue
    if not found:
        raise Damaged(name=roomfile.NAME)
    for key in reversed(found):
        if opens(folder / name, key):
            return key
    if any(keys.check_value(key) in checks for key in found):
        raise Damaged(name=name)  # the right key, and the file will not be read
    raise WrongPassword  # a key that was taken away


def open_room(folder: Path | str, name: str | None, password: str, *, now: Callable[[], datetime] = utc_now) -> Room:
    """Open a room for one person; `name` None: for whosever password it is. Errors: `NoRoom`, `IsCopy`, `RoomBusy`, `WrongPassword`, `NotEnrolled`, `KeyringLocked`,
    `Damaged`, `NewerFormat`, `NeedsCases`, `FolderNotWritable`."""
    folder = Path(folder).absolute()
    no_core_dumps()
    if not roomfile.exists(folder):
        raise NoRoom(folder=folder)
    if (folder / manifest.NAME).exists():  # worked in, it would be a copy of nothing any more
        raise IsCopy(folder=folder)
    held = lock.hold(folder)
    try:
        backups_swap.finish_or_forget(folder)
        room = roomfile.read(folder)
        entry, private, enrolment = unlock(folder, room, name, password)
        settling.settle(folder)
        file_keys = {MAIN: file_key(folder, FILES[MAIN], entry.desk, room.check_desk, private, f"desk {room.id}")}
        if entry.role == "counsellor":
            file_keys[CASES] = file_key(folder, FILES[CASES], entry.case, room.check_case, private, f"case {room.id}")
        migrations.bring_up_to_date(folder, file_keys)
        opened = Room(
            folder, file_keys, id=room.id, lineage=room.lineage,
            origin=enrolment.origin if enrolment else secret.origin_of_machine(room.lineage),
            person=Who(entry.id, entry.name, entry.role), private=private, practice=room.practice, enrolment=enrolment,
            lock=held, now=now,
        )  # fmt: skip
        try:
            begin(opened)
            with suppress(FolderNotWritable):  # a full disk must not keep anybody out; the next opening does it
                _raise_cost(opened, room, entry, password)
            if opened.has_cases and rekeying.is_unfinished(opened, room):
                _finish_keys(opened)
        except BaseException:
            opened._engine.dispose()
            raise
    except BaseException:
        held.release()
        raise
    return opened


def _finish_keys(opened: Room) -> None:
    try:
        rekeying.finish(opened)
    except KeysUnfinished as error:
        opened.findings.append(Finding("keys", str(error)))


def _raise_cost(opened: Room, room: roomfile.RoomFile, entry: roomfile.Entry, password: str) -> None:
    """Seal anew where the floor has risen since this password was last set."""
    floor = keys.floor(bound=entry.bound, practice=room.practice)
    if keys.weaker(keys.Strength(entry.memory, entry.passes, entry.lanes), floor):
        grants.seal_person(room, entry, password, opened._private, opened.secret)
        roomfile.write(opened.folder, room, forget_before=True)


def begin(room: Room) -> None:
    """What every opening ends with: the rights as the files tell them, the check of what is new, the heads kept."""
    checking.require_holder(room)
    room.findings = checking.at_opening(room)
    if room.has_cases:
        settling.sweep(room.folder)
        private.settle(room)
        files.sweep(room)
    room.on_close(checking.keep_heads)
