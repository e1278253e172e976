"""A counsellor's own key, under which private notes lie: sealed to the own public key and to the recovery sheet's.

Both public keys are taken from case.db, never from room.json. A colleague who holds the case key sees only the seals. A
key that its owner can no longer open (a password set anew by a colleague) stays until the sheet is used; meanwhile a
further one is made, so that work goes on. A key is never undone.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session

from psyroom.errors import Tell
from psyroom.records.people import Person
from psyroom.records.private import PrivateKey
from psyroom.store import keys, roomfile
from psyroom.store.grants import SHEET
from psyroom.store.questions import private as ask
from psyroom.store.room import Room

BLOCK = 512
"""Bytes by which a sealed text grows, so that its length says little."""


def owner(row: PrivateKey) -> str:
    """Whose key it is; a further one of the same person carries a number behind the id."""
    return row.id.partition(".")[0]


def _purpose(room: str, person: str) -> str:
    return f"private {room} {person}"


def _opened(grants: str, private: bytes, purpose: str) -> bytes | None:
    for sealed in grants.split():
        try:
            return keys.open_grant(bytes.fromhex(sealed), private, purpose)
        except (keys.WrongKey, ValueError):
            continue
    return None


def _sealed(key: bytes, public: str, purpose: str) -> str:
    return keys.grant(key, bytes.fromhex(public), purpose).hex()


# ---- one's own key ---------------------------------------------------------------------------------------------


def own_keys(room: Room, session: Session) -> list[bytes]:
    """The keys this person can open, the newest first."""
    purpose = _purpose(room.id, room.person.id)
    mine = (row for row in ask.key_rows(session) if owner(row) == room.person.id)
    found = (_opened(row.own, room._private, purpose) for row in mine)
    return [key for key in found if key is not None][::-1]


def key_to_write(room: Room, session: Session) -> bytes:
    """The key for new private text, made at its first use. To be called inside a deed: it may add a row."""
    if found := own_keys(room, session):
        return found[0]
    holders, mine, key = ask.holders(session), room.person.id, keys.new_key()
    number = sum(owner(row) == mine for row in ask.key_rows(session))
    purpose, own, sheet = _purpose(room.id, mine), holders[mine], holders[SHEET]
    session.add(
        PrivateKey(
            id=f"{mine}.{number}" if number else mine,
            own=_sealed(key, own, purpose),
            own_public=own,
            sheet=_sealed(key, sheet, purpose),
            sheet_public=sheet,
        )
    )
    session.flush()
    return key


def own_key(room: Room) -> bytes:
    """The same outside a deed; a first key is a small deed of its own."""
    with room.read() as session:
        found = own_keys(room, session)
    if found:
        return found[0]
    with room.write("准备私密手记的钥匙", undoable=False) as deed:
        return key_to_write(room, deed.session)


def seal(key: bytes, text: str, about: str) -> str:
    """A text under one's own key, filled up to whole blocks; hex. `about` is bound to it."""
    plain = text.encode()
    return keys.seal(key, plain + b"\0" * (-len(plain) % BLOCK), about.encode()).hex()


def unseal(found: Iterable[bytes], sealed: str, about: str) -> str | None:
    """What was sealed under one of these keys; None when none of them opens it."""
    for key in found:
        try:
            return keys.unseal(key, bytes.fromhex(sealed), about.encode()).rstrip(b"\0").decode()
        except (keys.WrongKey, ValueError):
            continue
    return None


# ---- when the sheet or a person's key changes -------------------------------------------------------------------


def hand_over(session: Session, room: str, sheet: bytes, fresh_sheet: str, holders: dict[str, str]) -> None:
    """The sheet was used, its private half is here: every key it opens is sealed to the new sheet as well, and to
    whoever owns it now, where that person's key has changed. The seal to the old sheet stays until room.json names
    the new one (`settle`): killed in between, the old sheet still opens everything."""
    old = keys.public_of(sheet).hex()
    for row in ask.key_rows(session):
        person = owner(row)
        purpose = _purpose(room, person)
        key = _opened(row.sheet, sheet, purpose)
        if key is None:
            continue  # sealed to a sheet before; its owner seals it anew at the next opening
        row.sheet = f"{_sealed(key, old, purpose)} {_sealed(key, fresh_sheet, purpose)}"
        row.sheet_public = f"{old} {fresh_sheet}"
        if person in holders and row.own_public != holders[person]:
            row.own, row.own_public = _sealed(key, holders[person], purpose), holders[person]
        session.add(row)


def seal_to_sheet(room: Room, session: Session) -> None:
    """One's own keys to the sheet case.db names now; where a key is sealed to it already, the seal to the one before
    goes."""
    sheet = ask.holders(session)[SHEET]
    for row in ask.key_rows(session):
        if row.sheet_public == sheet:
            continue
        named = dict(zip(row.sheet_public.split(), row.sheet.split(), strict=False))
        fresh = named.get(sheet)
        if fresh is None and owner(row) == room.person.id:
            purpose = _purpose(room.id, room.person.id)
            key = _opened(row.own, room._private, purpose)
            fresh = _sealed(key, sheet, purpose) if key is not None else None
        if fresh is not None:
            row.sheet, row.sheet_public = fresh, sheet
            session.add(row)


def settle(room: Room) -> None:
    """At opening: what `seal_to_sheet` does, when room.json and case.db name the same sheet. What cannot be written now
    is done at the next opening."""
    with room.read() as session:
        sheet = ask.holders(session).get(SHEET, "")
        behind = [row for row in ask.key_rows(session) if row.sheet_public != sheet]
        due = any(sheet in row.sheet_public.split() for row in behind)
        if not due and any(owner(row) == room.person.id for row in behind):
            due = bool(own_keys(room, session))
    if not due or sheet != roomfile.read(room.folder).sheet.public.hex():
        return
    try:
        with room.write("私密手记的钥匙封给新恢复单", undoable=False) as deed:
            seal_to_sheet(room, deed.session)
    except Tell:
        return


def not_on_sheet(room: Room) -> list[str]:
    """Ids of those whose private notes the present sheet does not open yet: it was made anew, and they have not opened
    the room since."""
    with room.read() as session:
        holders, rows = ask.holders(session), ask.key_rows(session)
    sheet = holders.get(SHEET, "")
    return list(dict.fromkeys(owner(r) for r in rows if owner(r) in holders and sheet not in r.sheet_public.split()))


def sealed_away(room: Room) -> list[str]:
    """Ids of those who cannot open (all of) their own private notes: a colleague set their password anew."""
    with room.read() as session:
        holders, rows = ask.holders(session), ask.key_rows(session)
    return list(dict.fromkeys(owner(r) for r in rows if owner(r) in holders and r.own_public != holders[owner(r)]))


def names(room: Room, people: Iterable[str]) -> list[str]:
    """What they are called."""
    with room.read() as session:
        found = (session.get(Person, id) for id in people)
        return [row.name for row in found if row is not None]


def count_of(room: Room, person: str) -> int:
    """How many private notes of somebody's there are; what they say is that person's."""
    with room.read() as session:
        return len(ask.note_rows(session, person))
