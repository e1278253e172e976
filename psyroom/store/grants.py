"""Sealing to people and to the recovery sheet: what stands in room.json for each of them."""

from __future__ import annotations

import secrets

from psyroom.store import keys, recovery, roomfile
from psyroom.store.tables import CASES, MAIN

SHEET = "sheet"  # the recovery sheet's row among the holders


def seal_person(room: roomfile.RoomFile, entry: roomfile.Entry, password: str, private: bytes, secret_: bytes) -> None:
    """Seal a private half under a new password, with a fresh salt and today's cost."""
    strength = keys.floor(bound=entry.bound, practice=room.practice)
    entry.memory, entry.passes, entry.lanes = strength.memory, strength.passes, strength.lanes
    entry.salt = secrets.token_bytes(keys.SALT_BYTES)
    key = keys.from_password(password, entry.salt, strength, secret_ if entry.bound else b"")
    entry.sealed = keys.seal(key, private, room.about(entry))


def new_entry(
    room: roomfile.RoomFile, id: str, name: str, role: str, password: str, secret_: bytes
) -> tuple[roomfile.Entry, bytes]:
    """An entry for room.json, without grants, and its private half."""
    private = keys.new_private()
    entry = roomfile.Entry(
        id=id,
        name=name,
        role=role,
        bound=bool(secret_),
        memory=0,
        passes=0,
        lanes=0,
        salt=b"",
        public=keys.public_of(private),
    )
    seal_person(room, entry, password, private, secret_)
    return entry, private


def grant_desk(room: roomfile.RoomFile, key: bytes, public: bytes) -> bytes:
    return keys.grant(key, public, f"desk {room.id}")


def grant_case(room: roomfile.RoomFile, key: bytes, public: bytes) -> bytes:
    return keys.grant(key, public, f"case {room.id}")


def new_sheet(room: roomfile.RoomFile, file_keys: dict[str, bytes], secret_: bytes) -> tuple[roomfile.Sheet, str]:
    """A sheet that opens both files and holds the existing room secret, and its code."""
    code = recovery.new_code()
    public = keys.public_of(recovery.private_of(code))
    sheet = roomfile.Sheet(
        public, [grant_desk(room, file_keys[MAIN], public)], [grant_case(room, file_keys[CASES], public)]
    )
    if secret_:
        sheet.secret = keys.grant(secret_, public, f"secret {room.id}")
    return sheet, code
