"""files/: what is attached, one AES-256-GCM file for each content, under a random key of its own and a name that tells nothing.

Key, digest and length stand in the row in case.db; a duty person's disk and key give no byte. The file is whole on the
disk, renamed and synced, before the deed that names it commits: a kill between the two leaves a file nobody names and
whose key nobody has, never a row without its file.

A content never changes and never gets another key. When somebody is removed, case.db changes its key and with it every
attachment's key moves out of reach; what that person could have copied until then could be read then. Sealing old
contents anew would take nothing back, and what comes later stands under keys the person never sees.

A file goes only when no row and no revision of the chain names it: an attachment that was undone or deleted comes back
by undo or from the recycle bin, with its content.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from psyroom.errors import Damaged, NeedsCounsellor, SaveFailed
from psyroom.records.attachments import ATTACHED, Attachment
from psyroom.records.office import CaseState
from psyroom.store import keys, roomfile
from psyroom.store.connection import raw_of
from psyroom.store.room import Finding, Room

FOLDER = "files"
BLOCK = 32 * 1024
"""Bytes a content is filled up to a multiple of: who holds a picture cannot find it again here by its exact length."""
KEPT_FOR = timedelta(days=30)
"""How long a file nobody names stays: it may belong to a state that was put aside to bring back an older one."""
UNFINISHED = ".new"
_NAME = re.compile(r"[0-9a-f]{32}")
_UNNAMED = "files-nobody-names"
"""State of case.db: file → the day it was first met without a row or revision."""


@dataclass(frozen=True, repr=False)
class Stored:
    """What the row must keep of a content: name in files/, key in hex, digest of the plain content, its bytes."""

    file: str
    key: str
    sha256: str
    size: int


class AttachmentDamaged(Damaged):
    """One attachment cannot be read; everything else can."""

    sentence = "附件“{name}”{why}。请从最近的备份里找回这个附件；其他记录不受影响。"


MISSING = "的文件不见了"
CUT = "的文件不完整"
CHANGED = "的文件损坏了，或被换过"


def folder_of(room: Room) -> Path:
    return room.folder / FOLDER


def _about(room: Room, file: str) -> bytes:
    """A file is bound to its room and its name: put in another's place, or carried over from another room, it fails."""
    return f"psyroom attachment 1 {room.id} {file}".encode()


# ---- writing and reading ---------------------------------------------------------------------------------------


def put(room: Room, data: bytes) -> Stored:
    """Seal a content into files/; returns what the row keeps. On the disk when it returns. Errors: `NeedsCounsellor`,
    `SaveFailed` (nothing is then left of it)."""
    if not room.has_cases:
        raise NeedsCounsellor
    key, file = keys.new_key(), secrets.token_hex(16)
    sealed = keys.seal(key, data + b"\0" * (-len(data) % BLOCK), _about(room, file))
    folder = folder_of(room)
    beside = folder / (file + UNFINISHED)
    try:
        if not folder.is_dir():
            folder.mkdir()
            roomfile.sync_folder(room.folder)
        with beside.open("xb") as out:
            out.write(sealed)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(folder / file)
        roomfile.sync_folder(folder)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        why = "磁盘已满，请先腾出空间" if error.errno == 28 else "附件写不进辅导室的文件夹，请检查磁盘和权限"
        raise SaveFailed(why=why) from None
    return Stored(file, key.hex(), hashlib.sha256(data).hexdigest(), len(data))


def forget(room: Room, stored: Stored) -> None:
    """Take a content away again before any deed that names it was begun: a later one of several could not be written."""
    with suppress(OSError):
        (folder_of(room) / stored.file).unlink(missing_ok=True)


def get(room: Room, row: Attachment) -> bytes:
    """The content of an attachment. Errors: `NeedsCounsellor`, `AttachmentDamaged`."""
    if not room.has_cases:
        raise NeedsCounsellor
    stored = Stored(row.file, row.key, row.sha256, row.size)
    content, why = _read(room, stored)
    if content is None:
        raise AttachmentDamaged(name=row.caption or row.name, why=why)
    return content


def _read(room: Room, stored: Stored) -> tuple[bytes | None, str]:
    """The content, or None and the middle of a sentence."""
    if not _NAME.fullmatch(stored.file):
        return None, CHANGED
    try:
        sealed = (folder_of(room) / stored.file).read_bytes()
    except FileNotFoundError:
        return None, MISSING
    except OSError:
        return None, "的文件读不出来，请检查磁盘"
    whole = stored.size + -stored.size % BLOCK + 28  # nonce and seal
    if len(sealed) < whole:
        return None, CUT
    try:
        content = keys.unseal(bytes.fromhex(stored.key), sealed, _about(room, stored.file))[: stored.size]
    except (keys.WrongKey, ValueError):
        return None, CHANGED
    if len(content) != stored.size or hashlib.sha256(content).hexdigest() != stored.sha256:
        return None, CHANGED
    return content, ""


# ---- which files there must be -----------------------------------------------------------------------------------


def _told(raw: Any) -> Iterator[tuple[dict[str, Any], bool]]:
    """What rows and revisions say of attachments, whole ones, with whether it is a row of now."""
    columns = ("id", "kind", "day", "size", "sha256", "file", "key")
    for row in raw.execute(f"SELECT {', '.join(columns)} FROM cases.attachment").fetchall():
        yield dict(zip(columns, row, strict=True)), True
    kept = raw.execute("SELECT before, after FROM cases.revision WHERE kind = 'attachment'").fetchall()
    for text in (text for pair in kept for text in pair if text is not None):
        if "file" in (values := json.loads(text)):
            yield values, False


def known(room: Room) -> set[str]:
    """The names in files/ that a row or a revision names: what a backup must hold, and what is never swept.

    Errors: `NeedsCounsellor`."""
    if not room.has_cases:
        raise NeedsCounsellor
    with room.read() as session:
        return {str(values["file"]) for values, _ in _told(raw_of(session))}


def _lying(room: Room) -> set[str]:
    """Every name in files/."""
    try:
        return {entry.name for entry in os.scandir(folder_of(room))}
    except OSError:
        return set()


def check(room: Room) -> list[Finding]:
    """Every content against its row, those in the recycle bin too. Nothing for a duty person, who holds no key."""
    if not room.has_cases:
        return []
    with room.read() as session:
        told = list(_told(raw_of(session)))
    found: list[Finding] = []
    seen: set[str] = set()
    for values, now in told:
        if values["file"] in seen or "key" not in values:
            continue
        seen.add(str(values["file"]))
        stored = Stored(str(values["file"]), str(values["key"]), str(values["sha256"]), int(values["size"]))
        content, why = _read(room, stored)
        if content is None:
            name = f"{values['day']} 的{ATTACHED.get(str(values['kind']), '附件')}" + ("" if now else "（已删除的）")
            found.append(Finding("attachment", str(AttachmentDamaged(name=name, why=why))))
    return found


def unnamed(room: Room) -> int:
    """How many files lie there that nothing names: no fault, only what a kill left, waiting to be swept."""
    if not room.has_cases:
        return 0
    return len(_lying(room) - known(room))


# ---- sweeping ----------------------------------------------------------------------------------------------------


def sweep(room: Room) -> int:
    """Take away what a kill left: at opening, before anybody else writes. Returns how many files went.

    A half-written file goes at once; a whole one that neither a row nor a revision names when this case.db has known
    it so for `KEPT_FOR`. Nothing goes while the room is doubtful (an older file was put back)."""
    if not room.has_cases or room.findings:
        return 0
    lying = _lying(room)
    gone = [name for name in lying if name.endswith(UNFINISHED) and _NAME.fullmatch(name.removesuffix(UNFINISHED))]
    loose = {name for name in lying if _NAME.fullmatch(name)}
    with room.read() as session:
        if loose:
            loose -= {str(values["file"]) for values, _ in _told(raw_of(session))}
        state = session.get(CaseState, _UNNAMED)
        was = state.value if state is not None else "{}"
    today = room.today()
    met = {name: str(json.loads(was).get(name, today.isoformat())) for name in sorted(loose)}
    gone += [name for name, since in met.items() if today - date.fromisoformat(since) >= KEPT_FOR]
    for name in gone:
        with suppress(OSError):
            (folder_of(room) / name).unlink(missing_ok=True)
        met.pop(name, None)
    if (now := json.dumps(met)) != was:
        with suppress(SaveFailed), room.aside() as session:  # a full disk must not keep anybody out
            session.merge(CaseState(id=_UNNAMED, value=now))
    return len(gone)
