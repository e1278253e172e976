"""Checks of an opened room: the chain, the triggers, rows against their revisions, pages, and the heads kept elsewhere.

At opening only what is new since the last verified point is walked (a millisecond); whole in `check`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from psyroom.errors import Damaged, RoomTrouble, SaveFailed, WrongPassword
from psyroom.records.office import CaseState, DeskState
from psyroom.store import files, folders, grants, keys, private, roomfile, secret
from psyroom.store import settle as settling
from psyroom.store.connection import connect_alone, driver, raw_of
from psyroom.store.room import Finding, Room
from psyroom.store.tables import CASES, FILES, MAIN
from psyroom.store.verifying import Point, Report, drift, head_in, verify

__all__ = ["Finding", "Point", "Report", "at_opening", "check", "drift", "head_of", "verify"]

VERIFIED = "verified"
OTHER_HEAD = "other-head"
_OTHER = {MAIN: CASES, CASES: MAIN}
_STATE: dict[str, Any] = {MAIN: DeskState, CASES: CaseState}


# ---- at opening and at closing -------------------------------------------------------------------------------


def require_holder(room: Room) -> None:
    """Whether the files still know this person with this key: a name left in room.json opens nothing. `WrongPassword`."""
    public = keys.public_of(room._private).hex()
    # a counsellor's right stands in case.db alone: whoever has only the desk's key must not be able to lock one out
    table, only = ("cases.holder", "") if room.has_cases else ("main.person", " AND active")
    try:
        with room.read() as session:
            row = (
                raw_of(session).execute(f"SELECT public FROM {table} WHERE id = ?{only}", (room.person.id,)).fetchone()
            )
    except (driver.DatabaseError, DBAPIError):
        raise Damaged(name=FILES[MAIN]) from None
    if row is None or row[0] != public:
        raise WrongPassword


def _people(room: Room) -> list[Finding]:
    """Whether the desk's list says of every counsellor what case.db says."""
    if not room.has_cases:
        return []
    with room.read() as session:
        rows = (
            raw_of(session)
            .execute(
                "SELECT p.public FROM cases.holder h LEFT JOIN main.person p ON p.id = h.id AND p.active "
                "AND p.public = h.public AND p.role = 'counsellor' WHERE h.id <> ?",
                (grants.SHEET,),
            )
            .fetchall()
        )
    if all(row[0] is not None for row in rows):
        return []
    return [Finding("people", "值班名单里有一位心理教师的记录被人改过，请核对人员，必要时重设这位教师的密码。")]


def verified_points(room: Room) -> dict[str, Point]:
    points = {}
    with room.read() as session:
        for schema in room.schemas:
            state = session.get(_STATE[schema], VERIFIED)
            if state is not None:
                try:
                    points[schema] = Point.of(state.value)
                except (ValueError, TypeError, AttributeError):
                    continue  # walk from the start
    return points


def keep_points(room: Room, report: Report) -> None:
    for schema, point in report.points.items():
        with room.aside() as session:  # one file each: no super-journal
            session.merge(_STATE[schema](id=VERIFIED, value=point.text()))


def walk_new(room: Room) -> list[Finding]:
    """Walk the chain since the last verified point and move that point. Whoever writes very much at once (a practice
    school) calls it before closing, so that the next unlock does not wait for it."""
    before = verified_points(room)
    report = verify(room, before)
    if report.ok and any(before.get(s) is None or before[s].deed != p.deed for s, p in report.points.items()):
        with suppress(SaveFailed):  # a full disk must not keep anybody out
            keep_points(room, report)
    return report.findings


def at_opening(room: Room) -> list[Finding]:
    """The chain since the last verified point, and whether a file is older than when this account last closed it."""
    try:
        return walk_new(room) + older_than_heads(room) + _sheet(room) + _people(room) + _folder(room) + _roomfile(room)
    except (driver.DatabaseError, DBAPIError):
        raise Damaged(name=FILES[MAIN]) from None


def head_of(room: Room, schema: str) -> tuple[int, str]:
    """(number, digest) of a file's last deed; (0, "") when there is none."""
    with room.read() as session:
        return head_in(raw_of(session), schema)


def older_than_heads(room: Room) -> list[Finding]:
    """Whether a file lacks what this account saw in it last time (the keyring tells), or what the other file knows of it
    since the last closing: that also finds one old file where there is no keyring."""
    lacking = _lacking_of_the_other(room)
    for schema, (seq, digest) in (room._enrolment.heads if room._enrolment else {}).items():
        if schema not in room.schemas or not seq:
            continue
        with room.read() as session:
            row = raw_of(session).execute(f"SELECT digest FROM {schema}.deed WHERE seq = ?", (seq,)).fetchone()
        if row is None or row[0].hex() != digest:
            lacking.add(schema)
    return [
        Finding("older", f"这间房比上次打开时旧：“{FILES[schema]}”里缺少上次已保存的内容，可能被换成了旧文件。")
        for schema in room.schemas
        if schema in lacking
    ]


def _lacking_of_the_other(room: Room) -> set[str]:
    if not room.has_cases:
        return set()
    lacking = set()
    with room.read() as session:
        for schema, other in _OTHER.items():
            known = session.get(_STATE[schema], OTHER_HEAD)
            if (
                known is not None
                and known.value
                and not (
                    raw_of(session)
                    .execute(
                        f"SELECT 1 FROM {other}.deed WHERE digest = ? ORDER BY seq DESC LIMIT 1",
                        (bytes.fromhex(known.value),),
                    )
                    .fetchone()
                )
            ):
                lacking.add(other)
    return lacking


def _tell_the_other(room: Room) -> None:
    """At closing each file takes down the other's last link: a digest, which says nothing of what was written."""
    if not room.has_cases:
        return
    for schema, other in _OTHER.items():
        digest = head_of(room, other)[1]
        with Session(room._touching) as session:
            known = session.get(_STATE[schema], OTHER_HEAD)
            if known is None or known.value != digest:
                session.merge(_STATE[schema](id=OTHER_HEAD, value=digest))
                session.commit()


def checks_of(file: roomfile.RoomFile) -> tuple[str, ...]:
    """Which keys open the files, by their check values."""
    return tuple(sorted(value.hex() for value in (*file.check_desk, *file.check_case)))


def keep_heads(room: Room) -> None:
    """At closing: remember in the other file and in the keyring how far each file had come. Not while something is older
    than remembered."""
    enrolment = room._enrolment
    if any(finding.what == "older" for finding in room.findings):
        return
    try:
        _tell_the_other(room)
        if enrolment is None:
            return
        heads = enrolment.heads | {schema: head_of(room, schema) for schema in room.schemas}
        checks = checks_of(roomfile.read(room.folder))
        if (heads, checks) != (enrolment.heads, enrolment.checks):
            enrolment.heads, enrolment.checks = heads, checks
            secret.store(room.id, room.lineage, enrolment)
    except (RoomTrouble, driver.Error, DBAPIError):
        return  # a keyring or a folder that has gone meanwhile costs the comparison, not the closing


def accept_older(room: Room) -> None:
    """The person knows why the room is older (a folder put back on purpose): from now on this state counts."""
    room.findings = [finding for finding in room.findings if finding.what != "older"]
    keep_heads(room)


# ---- the whole check -----------------------------------------------------------------------------------------


def pages(room: Room, schema: str) -> list[Finding]:
    """Every page against its own seal: the only check that finds each flipped bit; then SQLite's own."""
    name = FILES[schema]
    c = connect_alone(room.folder / name, room._keys[schema], mode="ro")
    try:
        sealed = not c.execute("PRAGMA cipher_integrity_check").fetchall()
        sound = sealed and c.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        whole = sound and not c.execute("PRAGMA foreign_key_check").fetchall()
    except driver.DatabaseError:
        whole = False
    finally:
        c.close()
    return [] if whole else [Finding("damaged", str(Damaged(name=name)))]


def _chains(room: Room) -> list[Finding]:
    report = verify(room)
    if report.ok:
        keep_points(room, report)
    return report.findings


def _rows(room: Room) -> list[Finding]:
    kinds = {kind for kind, _ in drift(room)}
    return [
        Finding("drift", f"“{kind}”里有内容和留痕不一致，可能被人绕过程序改过，或断电时损坏。请用备份核对。")
        for kind in sorted(kinds)
    ]


def _sheet(room: Room) -> list[Finding]:
    """Whether the sheet in room.json is the one case.db knows; else someone edited it, or a renewal was cut short."""
    if not room.has_cases:
        return []
    with room.read() as session:
        row = raw_of(session).execute("SELECT public FROM cases.holder WHERE id = ?", (grants.SHEET,)).fetchone()
    if row and row[0] == roomfile.read(room.folder).sheet.public.hex():
        return []
    return [Finding("sheet", "恢复单和这间房对不上，手里的恢复单可能已经不能用，请在“设置”里重新生成一张并封存。")]


def _private(room: Room) -> list[Finding]:
    """Whose private notes neither their writer nor the present sheet could open after a password is lost."""
    if not room.has_cases:
        return []
    names = private.names(room, private.not_on_sheet(room))
    if not names:
        return []
    return [
        Finding(
            "private",
            f"{'、'.join(names)}换过恢复单以后还没有登录过，请尽快登录一次，不然忘了密码，以前的私密手记就打不开了。",
        )
    ]


def _folder(room: Room) -> list[Finding]:
    """A room that was made on a fixed disk may have been moved since."""
    if why := folders.why_unsafe(room.folder):
        return [Finding("folder", f"辅导室的文件夹{why}，容易损坏或外泄，请退出程序后把整个文件夹搬到固定硬盘上。")]
    return []


def _roomfile(room: Room) -> list[Finding]:
    """A spoilt room.json still opens for whoever's part of it is whole; another's would read like a wrong password."""
    if roomfile.is_spoilt(room.folder):
        return [
            Finding(
                "damaged",
                "“room.json”和写下时不一样了，可能有人会打不开。请用最近的备份核对，或在设置里重设打不开的人的密码。",
            )
        ]
    return []


def _journals(room: Room) -> list[Finding]:
    """A duty person's session cannot roll back case.db: it says so instead of calling the room whole."""
    if not room.has_cases and settling.is_hot(room.folder / settling.JOURNALS[1]):
        return [Finding("journal", "上次有一步操作被打断，请心理教师登录一次，程序会自动复原。")]
    return []


def _copies(room: Room) -> list[Finding]:
    from psyroom.store import backups_place, manifest

    place, found = room.folder / "backups", []
    known = (backups_place.read(place) or backups_place.Place()).copies
    lying = {folder.name: folder for folder in backups_place.copies_in(place)}
    for name in sorted(lying.keys() | {name for name, entry in known.items() if not entry.leaving}):
        why = manifest.trouble_of(place / name)
        if why:
            found.append(Finding("copy", f"备份“{name}”不完整：{why}，请重新备份一次。"))
        elif name in known and known[name].damaged:
            found.append(Finding("copy", f"备份“{name}”打开核对时发现有损坏，请重新备份一次。"))
        elif lost := manifest.missing_attachments(place / name):
            found.append(Finding("copy", f"备份“{name}”缺少 {len(lost)} 个附件，请重新备份一次。"))
    return found


def check(room: Room) -> Generator[tuple[int, int], None, list[Finding]]:
    """Everything, with (done, of) on the way; returns what was found, nothing when the room is whole."""
    parts: list[tuple[str, Callable[[], list[Finding]]]] = [
        *((FILES[schema], lambda schema=schema: pages(room, schema)) for schema in room.schemas),
        (FILES[MAIN], lambda: _chains(room)),
        (FILES[MAIN], lambda: _rows(room)),
        (FILES[MAIN], lambda: older_than_heads(room)),
        ("", lambda: _sheet(room) + _people(room) + _private(room) + _folder(room)),
        ("", lambda: _journals(room)),
        (FILES[CASES], lambda: files.check(room)),
        ("", lambda: _copies(room)),
    ]
    found: list[Finding] = []
    for done, (name, part) in enumerate(parts):
        yield done, len(parts)
        try:
            found += part()
        except (Damaged, driver.DatabaseError, DBAPIError):
            found.append(Finding("damaged", str(Damaged(name=name))))
    yield len(parts), len(parts)
    return list(dict.fromkeys(found))
