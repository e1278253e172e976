"""Changing the keys of the files: new grants beside the old, the change, old grants dropped. Can be finished by anybody
who holds both keys, after a kill at any point, and after a full disk."""

from __future__ import annotations

from collections.abc import Callable

from psyroom.errors import Damaged, FolderNotWritable, KeysUnfinished
from psyroom.store import grants, keys, roomfile
from psyroom.store.connection import connect_alone, driver, opens, quoted, raw_of
from psyroom.store.room import Room
from psyroom.store.tables import CASES, FILES, MAIN

Pause = Callable[[str], None]


def _nothing(where: str) -> None:
    return None


def gone_from(room: Room, file: roomfile.RoomFile) -> list[roomfile.Entry]:
    """Who stands in room.json and was taken off in the files."""
    with room.read() as session:
        raw = raw_of(session)
        off = {row[0] for row in raw.execute("SELECT id FROM main.person WHERE NOT active").fetchall()}
        known = {row[0] for row in raw.execute("SELECT id FROM main.person").fetchall()}
        holders = {row[0] for row in raw.execute("SELECT id FROM cases.holder").fetchall()}
    # of a counsellor only case.db is believed: the desk's key must not take anybody's right away
    return [
        e for e in file.people if (e.id in known and e.id not in holders if e.role == "counsellor" else e.id in off)
    ]


def is_unfinished(room: Room, file: roomfile.RoomFile) -> bool:
    return len(file.check_desk) > 1 or len(file.check_case) > 1 or bool(gone_from(room, file))


def finish(room: Room, *, pause: Pause = _nothing) -> None:
    """Take off whom the files no longer know, change the keys those people held, drop what is old. Needs both keys.
    Errors: `KeysUnfinished`, `Damaged`."""
    file = roomfile.read(room.folder)
    gone = gone_from(room, file)
    fresh = {}
    if gone or len(file.check_desk) > 1:
        fresh[MAIN] = keys.new_key()
    if any(entry.role == "counsellor" for entry in gone) or len(file.check_case) > 1:
        fresh[CASES] = keys.new_key()
    if not fresh:
        return
    left = [entry for entry in file.people if entry not in gone]
    try:
        _spread(room, file, left, {s: [room._keys[s], *([fresh[s]] if s in fresh else [])] for s in (MAIN, CASES)})
        roomfile.write(room.folder, file)
        pause("granted")
        _change(room, fresh, pause)
        _spread(room, file, left, {s: [room._keys[s]] for s in (MAIN, CASES)})
        roomfile.write(room.folder, file, forget_before=True)
    except FolderNotWritable:
        raise KeysUnfinished from None
    pause("dropped")


def _change(room: Room, fresh: dict[str, bytes], pause: Pause) -> None:
    """Each file under its new key. Cut short by the disk, the room works on under whichever key each file has."""
    with room.quiet():
        room._engine.dispose()
        try:
            for schema, key in fresh.items():
                _rekey(room, schema, key)
                room._keys = room._keys | {schema: key}
                pause(f"rekeyed {schema}")
        finally:
            room._connect()


def _rekey(room: Room, schema: str, key: bytes) -> None:
    path = room.folder / FILES[schema]
    c = connect_alone(path, room._keys[schema])
    try:
        c.execute("PRAGMA journal_mode = TRUNCATE")
        c.execute("PRAGMA synchronous = FULL")
        c.execute("SELECT count(*) FROM sqlite_master").fetchone()
        c.execute(f'PRAGMA rekey = "{quoted(key)}"')
    except driver.Error:
        raise KeysUnfinished from None
    finally:
        c.close()
    if not opens(path, key):
        raise KeysUnfinished if opens(path, room._keys[schema]) else Damaged(name=FILES[schema])


def _spread(room: Room, file: roomfile.RoomFile, left: list[roomfile.Entry], file_keys: dict[str, list[bytes]]) -> None:
    """Grants for those who stay, to the public keys the encrypted files tell."""
    with room.read() as session:
        raw = raw_of(session)
        publics = dict(raw.execute("SELECT id, public FROM main.person WHERE active AND public <> ''").fetchall())
        holders = dict(raw.execute("SELECT id, public FROM cases.holder").fetchall())
    file.people = []
    for entry in left:
        known = holders if entry.role == "counsellor" else publics
        if entry.id not in known:
            continue  # nobody the room knows
        public = bytes.fromhex(known[entry.id])
        entry.desk = [grants.grant_desk(file, key, public) for key in file_keys[MAIN]]
        entry.case = []
        if entry.role == "counsellor":
            entry.case = [grants.grant_case(file, key, public) for key in file_keys[CASES]]
        file.people.append(entry)
    sheet = bytes.fromhex(holders[grants.SHEET])
    if sheet == file.sheet.public:
        file.sheet.desk = [grants.grant_desk(file, key, sheet) for key in file_keys[MAIN]]
        file.sheet.case = [grants.grant_case(file, key, sheet) for key in file_keys[CASES]]
    file.check_desk = [keys.check_value(key) for key in file_keys[MAIN]]
    file.check_case = [keys.check_value(key) for key in file_keys[CASES]]
