"""Sealed slips: a word from whoever is on duty that only a counsellor can read, the writer not again either.

The text is sealed to the room's inbox key (HPKE); the private half lies in case.db. It is filled up to a whole number
of blocks, so that its length says little, and it is never kept as a draft.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid
from psyroom.records.booking import Slip
from psyroom.records.people import Inbox
from psyroom.services.rights import needs_counsellor
from psyroom.store import keys, roomfile
from psyroom.store.making import INBOX
from psyroom.store.questions import booking as ask
from psyroom.store.questions import school as ask_school
from psyroom.store.room import Deed, Room

LONGEST = 200
BLOCK = 256  # bytes; 200 Chinese characters fill at most three


@dataclass(frozen=True, repr=False)
class Note:
    """A slip as the counsellor reads it. `text` None: it was sealed to another key and cannot be opened."""

    id: str
    day: date
    at: str
    writer: str
    text: str | None
    read: bool


def _purpose(room: Room) -> str:
    return f"slip {room.id}"


def write_slip(room: Room, text: str, now: datetime) -> str:
    """Seal a word for the counsellors. Nobody on the desk's side can read it again; returns what to say."""
    text = text.strip()
    if not text:
        raise NotValid({"text": "请写一句要转告的话"})
    if len(text) > LONGEST:
        raise NotValid({"text": f"最多 {LONGEST} 个字，现在是 {len(text)} 个；紧急的事请直接打电话给心理教师"})
    with room.write("写密封便条") as deed:
        seal_in(deed, room, text, now)
    return "便条已密封，只有心理教师能打开"


def seal_in(deed: Deed, room: Room, text: str, now: datetime) -> None:
    """Seal a word inside a caller's deed, for what else that deed writes must not tell."""
    plain = text.encode()
    plain += b"\0" * (-len(plain) % BLOCK)
    sealed = keys.grant(plain, roomfile.read(room.folder).inbox, _purpose(room))
    stamp = now.strftime("%H:%M")
    deed.session.add(Slip(day=now.date(), at=stamp, person=room.person.id, sealed=sealed.hex()))


def unread(room: Room) -> int:
    """How many slips no counsellor has marked as read."""
    with room.read() as session:
        return ask.unread_slips(session)


def read_slips(room: Room, *, also_read: bool = False) -> list[Note]:
    """The slips opened, newest first. Needs a counsellor."""
    needs_counsellor(room)
    with room.read() as session:
        rows = ask.slips(session, unread=not also_read)
        inbox = session.get(Inbox, INBOX)
        names = {p.id: p.name for p in ask_school.people(session)}
    if inbox is None:
        raise NotFound(what="收件钥匙")
    private = bytes.fromhex(inbox.private_key)
    return [Note(r.id, r.day, r.at, names.get(r.person, ""), _open(room, r.sealed, private), r.read) for r in rows]


def opened(session: Session, room: Room, row: Slip) -> str | None:
    """One slip's text inside a caller's deed; None: sealed to another key. Needs a counsellor."""
    needs_counsellor(room)
    inbox = session.get(Inbox, INBOX)
    if inbox is None:
        raise NotFound(what="收件钥匙")
    return _open(room, row.sealed, bytes.fromhex(inbox.private_key))


def _open(room: Room, sealed: str, private: bytes) -> str | None:
    try:
        return keys.open_grant(bytes.fromhex(sealed), private, _purpose(room)).rstrip(b"\0").decode()
    except (keys.WrongKey, ValueError):
        return None


def mark_read(room: Room, slip_id: str) -> str:
    """Taken note of; it leaves the tasks. Needs a counsellor."""
    needs_counsellor(room)
    with room.write("读过密封便条") as deed:
        row = deed.session.get(Slip, slip_id)
        if row is None:
            raise NotFound(what="这张便条")
        row.read = True
        deed.session.add(row)
    return "已标为读过"
