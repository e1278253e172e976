"""room.json: what anybody may read of a room, and how it is written so that one whole generation always lies there.

Nothing in it is believed because it stands there: a person's entry is bound to its seal, and who may hold a file's key
is written inside the encrypted files. Standard library only, so that the unlock window can name people at once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from psyroom.errors import Damaged, FolderNotWritable, NewerFormat, NoRoom

NAME = "room.json"
BEFORE = "room.json.before"  # the previous generation
FORMAT = 1
LARGEST = 5_000_000
"""Bytes; a person takes a thousand."""
SUM = "sum"


def _pack(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _unpack(value: str) -> bytes:
    return base64.b64decode(value, validate=True)


@dataclass
class Entry:
    """One who can unlock. `bound`: the room secret stands beside the password. Grants may be two while keys change."""

    id: str
    name: str
    role: str
    bound: bool
    memory: int
    passes: int
    lanes: int
    salt: bytes
    public: bytes
    sealed: bytes = b""
    desk: list[bytes] = field(default_factory=list)
    case: list[bytes] = field(default_factory=list)


@dataclass
class Sheet:
    """The recovery sheet: a key pair that stands for the printed code, and what is sealed to it."""

    public: bytes
    desk: list[bytes] = field(default_factory=list)
    case: list[bytes] = field(default_factory=list)
    secret: bytes = b""


@dataclass
class RoomFile:
    id: str
    lineage: str  # changes when a copy is brought back, so that two continuations never share a chain
    practice: bool
    secret: bool  # that a room secret exists; a keyring that answers nothing is never a reason to make a new one
    people: list[Entry]
    sheet: Sheet
    inbox: bytes
    check_desk: list[bytes]
    check_case: list[bytes]

    def named(self, name: str) -> Entry | None:
        return next((entry for entry in self.people if entry.name == name), None)

    def about(self, entry: Entry) -> bytes:
        """What a person's seal is bound to: an edited role, name or parameter fails to open, and so does another inbox,
        to which a duty person's slips would be sealed instead."""
        fields = [
            self.id, self.practice, self.inbox.hex(), entry.id, entry.name, entry.role, entry.bound,
            entry.memory, entry.passes, entry.lanes, entry.salt.hex(), entry.public.hex(),
        ]  # fmt: skip
        return json.dumps(fields, ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return _pack(value)
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, Entry | Sheet | RoomFile):
        return {name: _plain(v) for name, v in vars(value).items()}
    return value


def _entry(raw: dict[str, Any]) -> Entry:
    return Entry(
        id=str(raw["id"]), name=str(raw["name"]), role=str(raw["role"]), bound=bool(raw["bound"]),
        memory=int(raw["memory"]), passes=int(raw["passes"]), lanes=int(raw["lanes"]),
        salt=_unpack(raw["salt"]), public=_unpack(raw["public"]), sealed=_unpack(raw["sealed"]),
        desk=[_unpack(v) for v in raw["desk"]], case=[_unpack(v) for v in raw["case"]],
    )  # fmt: skip


def _text(path: Path) -> bytes:
    """Errors: `OSError`; `Damaged` for what is no file of ours by its size or its kind."""
    if path.exists() and (not path.is_file() or path.stat().st_size > LARGEST):
        raise Damaged(name=NAME)
    return path.read_bytes()


def _parse(text: bytes) -> RoomFile:
    try:
        raw = json.loads(text)
        if int(raw["format"]) > FORMAT:
            raise NewerFormat
        sheet = raw["sheet"]
        return RoomFile(
            id=str(raw["id"]), lineage=str(raw["lineage"]), practice=bool(raw["practice"]), secret=bool(raw["secret"]),
            people=[_entry(v) for v in raw["people"]],
            sheet=Sheet(
                _unpack(sheet["public"]), [_unpack(v) for v in sheet["desk"]], [_unpack(v) for v in sheet["case"]],
                _unpack(sheet["secret"]),
            ),
            inbox=_unpack(raw["inbox"]),
            check_desk=[_unpack(v) for v in raw["check_desk"]], check_case=[_unpack(v) for v in raw["check_case"]],
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        raise Damaged(name=NAME) from None


def _sum(raw: dict[str, Any]) -> str:
    """Over every value but itself, however the file is laid out. It tells a spoilt disk from a wrong password; against an
    editor's hand stand the seals."""
    rest = {name: value for name, value in raw.items() if name != SUM}
    return hashlib.sha256(json.dumps(rest, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def is_spoilt(folder: Path) -> bool:
    """Whether what is read of room.json is not what was written there. False where an older program wrote no sum."""
    for name in (NAME, BEFORE):
        try:
            text = _text(folder / name)
            _parse(text)
        except (OSError, Damaged, NewerFormat):
            continue
        raw = json.loads(text)
        known = {"format", SUM, *(f.name for f in fields(RoomFile))}
        return bool(raw.keys() - known) or (SUM in raw and raw[SUM] != _sum(raw))
    return True


def exists(folder: Path) -> bool:
    try:
        return (folder / NAME).exists() or (folder / BEFORE).exists()
    except (OSError, ValueError):  # no such path can be
        return False


def read(folder: Path) -> RoomFile:
    """The present generation, or the previous one when the present is missing or damaged. Errors: `NoRoom`, `Damaged`,
    `NewerFormat`."""
    trouble: Exception = NoRoom(folder=folder)
    for name in (NAME, BEFORE):
        try:
            return _parse(_text(folder / name))
        except FileNotFoundError:
            continue
        except Damaged as error:
            trouble = error
        except (OSError, ValueError):  # no folder, no right to read it, no path at all
            raise NoRoom(folder=folder) from None
    raise trouble


def names(folder: Path) -> list[str]:
    """Whom the unlock window offers."""
    return [entry.name for entry in read(folder).people]


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder survive a power cut, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make what was written into a file survive a power cut."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put(path: Path, text: bytes) -> None:
    """Write a small file so that a power cut leaves the old one or the new one, whole."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def write(folder: Path, room: RoomFile, *, forget_before: bool = False) -> None:
    """Write beside and swap in; the generation before stays beside it. `forget_before`: what the old generation could
    open (an old password, a removed person) must not stay, so it becomes the same as the new one."""
    raw = {"format": FORMAT, **_plain(room)}
    text = json.dumps(raw | {SUM: _sum(raw)}, ensure_ascii=False, indent=1).encode()
    try:
        if (folder / NAME).exists():
            kept = folder / (BEFORE + ".new")
            shutil.copyfile(folder / NAME, kept)
            kept.replace(folder / BEFORE)
        put(folder / NAME, text)
        if forget_before:
            put(folder / BEFORE, text)
        sync_folder(folder)
    except OSError:
        for name in (NAME, BEFORE):
            with suppress(OSError):
                (folder / (name + ".new")).unlink(missing_ok=True)
        raise FolderNotWritable(folder=folder) from None


def take_back(folder: Path, before: RoomFile) -> None:
    """The generation that was read as `before` counts again. A full disk does not hinder it: it lies there, and is only
    renamed. Errors: `FolderNotWritable`."""
    if read(folder) == before:
        return
    try:
        (folder / BEFORE).replace(folder / NAME)
        sync_folder(folder)
    except OSError:
        raise FolderNotWritable(folder=folder) from None
