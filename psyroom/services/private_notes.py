"""Private process notes: sealed under their writer's own key. In no export, print, preview, index or other person's search.

Everything here is the person's own who opened the room; there is no way to ask for another's.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid
from psyroom.records.notes import Note
from psyroom.records.private import LONGEST, PrivateNote
from psyroom.services.rights import needs_counsellor
from psyroom.store import private
from psyroom.store.questions import private as ask
from psyroom.store.room import Deed, Room


def _about(room: Room, row: PrivateNote) -> str:
    return f"private note {room.id} {row.person} {row.id}"


def _about_draft(room: Room) -> str:
    return f"private draft {room.id} {room.person.id}"


def _opened(room: Room, session: Session, note: str | None = None) -> Iterator[tuple[PrivateNote, str]]:
    found = private.own_keys(room, session)
    for row in ask.note_rows(session, room.person.id, note=note):
        text = private.unseal(found, row.sealed, _about(room, row))
        if text is not None:
            yield row, text


def read(room: Room, note_id: str) -> str | None:
    """One's own private text beside a record. None: there is none, or it cannot be opened (`is_away` tells)."""
    needs_counsellor(room)
    with room.read() as session:
        texts = [text for _, text in _opened(room, session, note_id)]
    return "\n".join(texts) if texts else None


def is_away(room: Room, note_id: str | None = None) -> bool:
    """Whether some of one's own (beside one record, or any) cannot be opened: a colleague set the password anew. Using
    the recovery sheet once brings them back; nothing written meanwhile overwrites them."""
    needs_counsellor(room)
    with room.read() as session:
        return len(ask.note_rows(session, room.person.id, note=note_id)) > sum(
            1 for _ in _opened(room, session, note_id)
        )


AWAY = "你的密码由同事重设过，以前的私密手记还封着，谁也看不到。锁定后在登录的地方点“忘记密码”，用恢复单进来一次，就能再打开。"
"""What the window says where `is_away`."""


def put(deed: Deed, room: Room, text: str, *, note: str, student: str, now: datetime) -> None:
    """Seal a private text inside a caller's deed; it takes the place of what stood there, an empty one takes it away.
    What cannot be opened stays as it is. Raises `NotValid` (`private`)."""
    needs_counsellor(room)
    text = text.strip()
    if len(text) > LONGEST:
        raise NotValid({"private": f"最多 {LONGEST} 个字，现在是 {len(text)} 个，请分两条写"})
    session = deed.session
    there = list(_opened(room, session, note)) if note else []
    if text and [old for _, old in there] == [text]:
        return
    for row, _ in there[1 if text else 0 :]:
        session.delete(row)
    if not text:
        return
    row = there[0][0] if there else PrivateNote(person=room.person.id, at="", sealed="")
    row.note, row.student, row.at = note, student, now.isoformat(timespec="minutes")
    row.sealed = private.seal(private.key_to_write(room, session), text, _about(room, row))
    session.add(row)


def write(room: Room, text: str, *, note: str, student: str, now: datetime) -> None:
    """The same as a deed of its own. A record may be locked: what is private is no part of it. Raises `NotFound`."""
    needs_counsellor(room)
    with room.write("写私密手记") as deed:
        if note and deed.session.get(Note, note) is None:
            raise NotFound(what="这条记录")
        put(deed, room, text, note=note, student=student, now=now)


def mine(room: Room) -> Iterator[tuple[str, str, str, str]]:
    """(note, student, at, text) of everything one can open of one's own, for a search in memory."""
    needs_counsellor(room)
    with room.read() as session:
        found = [(row.note, row.student, row.at, text) for row, text in _opened(room, session)]
    return iter(found)


def seal(room: Room, text: str) -> str:
    """A private text for a draft, under one's own key; may make that key (a small deed)."""
    needs_counsellor(room)
    return private.seal(private.own_key(room), text, _about_draft(room))


def unseal(room: Room, sealed: str) -> str | None:
    """What `seal` sealed; None when this person cannot open it."""
    needs_counsellor(room)
    with room.read() as session:
        return private.unseal(private.own_keys(room, session), sealed, _about_draft(room))
