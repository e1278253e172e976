"""A room that can no longer be read: the newest whole copy among its own backups takes its place, with the password and
without the recovery sheet. What lay there is kept aside first, as it is.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psyroom.errors import CannotWriteFile, Damaged, NoRoom, Refused
from psyroom.records.ids import new_id
from psyroom.store import backups_place as places
from psyroom.store import checking, lock, manifest, migrations, opening, roomfile, secret
from psyroom.store.backups import FOLDER as BACKUPS
from psyroom.store.backups_return import LABEL, pause_backups, put_aside, tell
from psyroom.store.backups_swap import FOLDER, READY, finish_or_forget, forget
from psyroom.store.connection import connect, driver
from psyroom.store.copies import Taken, verify_copy, why_of
from psyroom.store.room import Room, utc_now
from psyroom.store.tables import CASES, FILES, MAIN
from psyroom.store.verifying import head_in


@dataclass(frozen=True)
class LastGood:
    """The copy that can be offered when the room itself cannot be opened."""

    path: Path
    made_at: datetime


def last_good(folder: Path) -> LastGood | None:
    """The newest copy among the room's own backups that was once verified and still answers to its manifest. No key."""
    try:
        found = [(told.at(), path) for path in places.copies_in(folder / BACKUPS) if (told := manifest.read(path))]
    except OSError:
        return None
    for at, path in sorted(found, reverse=True):
        told = manifest.read(path)
        if told is not None and told.verified and manifest.trouble_of(path) is None:
            return LastGood(path, at)
    return None


def rescue(
    folder: Path | str, copy: Path, name: str | None, password: str, *, now: Callable[[], datetime] = utc_now
) -> Room:
    """Put the copy in the place of what cannot be read, and open the room for this counsellor.

    The people are those of now as long as room.json can be read, else the copy's. Killed anywhere, the next opening finds
    what lay there or the whole copy. Errors: `WrongPassword` and what else opening raises, `Refused` (no counsellor; the
    copy is sealed to keys of before), `Damaged`, `CannotWriteFile`."""
    folder = Path(folder).absolute()
    if not roomfile.exists(copy):
        raise NoRoom(folder=copy)
    held = lock.hold(folder)
    work = folder / FOLDER
    try:
        file = _people(folder, copy)
        entry, private, enrolment = opening.unlock(folder, file, name, password)
        if entry.role != "counsellor":
            raise Refused(why="从备份恢复要由心理教师来做，请心理教师在这里输入密码。")
        told = manifest.read(copy)
        if told is None or told.room != file.id:
            raise Refused(why="这是另一间辅导室的备份，不能恢复到这一间。")
        try:
            file_keys = {
                MAIN: opening.file_key(copy, FILES[MAIN], entry.desk, file.check_desk, private, f"desk {file.id}"),
                CASES: opening.file_key(copy, FILES[CASES], entry.case, file.check_case, private, f"case {file.id}"),
            }
        except Damaged:
            raise Refused(
                why="最近的备份是换钥匙以前做的，现在的密码打不开它；请在开始窗口里用当时的恢复单“从备份恢复”。"
            ) from None
        put_aside(folder, now())
        forget(work)
        work.mkdir()
        for file_name in FILES.values():
            places.copy_file(copy / file_name, work / file_name)
        migrations.bring_up_to_date(work, file_keys)
        for _ in verify_copy(work, Taken(file_keys, told.heads, [])):
            pass
        _not_from_before(work, file_keys, file, enrolment)
        if not file.secret:
            file.lineage = new_id()  # two continuations never share a chain
        heads = _as_the_copy_knows(work, file_keys, file, entry)
        roomfile.write(work, file, forget_before=True)
        roomfile.put(work / READY, json.dumps({"at": now().isoformat()}).encode())
        roomfile.sync_folder(work)
        if enrolment is not None:
            enrolment.origin, enrolment.heads = secrets.token_hex(8), heads
            secret.store(file.id, file.lineage, enrolment)
        finish_or_forget(folder)
    except OSError as error:
        if not (work / READY).exists():
            forget(work)
        raise CannotWriteFile(name=copy.name, why=why_of(error)) from None
    except driver.Error:
        forget(work)
        raise Damaged(name=copy.name) from None
    except BaseException:
        if not (work / READY).exists():
            forget(work)
        raise
    finally:
        held.release()
    room = opening.open_room(folder, name, password, now=now)
    _leave_a_trace(room, copy.name)
    return room


def _leave_a_trace(room: Room, copy: str) -> None:
    """In the chain, and at the window's foot until a counsellor has looked: whoever comes next sees what happened."""
    confirmed, room.clock_confirmed = room.clock_confirmed, True  # the copy may be of any day
    try:
        with room.write(LABEL, undoable=False) as deed:
            tell(deed.session, room, copy)
        with room.aside() as session:
            pause_backups(session, room, copy)
    except BaseException:
        room.close()
        raise
    finally:
        room.clock_confirmed = confirmed


def _not_from_before(
    work: Path, file_keys: dict[str, bytes], file: roomfile.RoomFile, enrolment: secret.Enrolment | None
) -> None:
    """An old room.json and an old copy together would let somebody in who was removed since, and let everybody write on
    under the keys that person took along. The keyring knows which keys stood here last. Errors: `Refused`."""
    if enrolment is None or not enrolment.checks or enrolment.checks == checking.checks_of(file):
        return
    c = connect(work, file_keys)
    try:
        known = all(
            c.execute(f"SELECT 1 FROM {schema}.deed WHERE digest = ?", (bytes.fromhex(digest),)).fetchone()
            for schema, (seq, digest) in enrolment.heads.items()
            if seq
        )
    finally:
        c.close()
    if not known:  # else another account of this room changed the keys since
        raise Refused(
            why="这里的登记（room.json）和备份都是换钥匙以前的（那之后移除过人员），不能在这里恢复；"
            "请在开始窗口里用恢复单“从备份恢复”到一个新文件夹。"
        )


def _people(folder: Path, copy: Path) -> roomfile.RoomFile:
    """room.json of now, or the copy's where that cannot be read."""
    try:
        if not roomfile.is_spoilt(folder):
            return roomfile.read(folder)
    except (Damaged, NoRoom):
        pass
    return roomfile.read(copy)


def _as_the_copy_knows(
    work: Path, file_keys: dict[str, bytes], file: roomfile.RoomFile, entry: roomfile.Entry
) -> dict[str, tuple[int, str]]:
    """Leaves in `file` those the copy's files know with this key; returns the heads. Errors: `Refused`."""
    c = connect(work, file_keys)
    try:
        holders = dict(c.execute("SELECT id, public FROM cases.holder").fetchall())
        desk = dict(c.execute("SELECT id, public FROM main.person WHERE active").fetchall())
        heads = {schema: head_in(c, schema) for schema in FILES}
    finally:
        c.close()
    if holders.get(entry.id) != entry.public.hex():
        raise Refused(why="备份里还是以前的登记，现在的密码打不开它；请在开始窗口里用恢复单“从备份恢复”。")
    known = [e for e in file.people if (holders if e.role == "counsellor" else desk).get(e.id) == e.public.hex()]
    file.people = known
    return heads
