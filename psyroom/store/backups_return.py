"""Bringing a copy back into the opened room: the present state is kept first, the copy is made ready beside, and then both
files change places in one go that a kill cannot halve.

`returning/` holds what is being made ready. Without the marker in it, the next opening throws it away; with the marker,
the next opening finishes what was begun. People, passwords and keys stay those of now: whoever was taken off since does
not come back.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Generator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel

from psyroom.errors import CannotWriteFile, Damaged, NeedsCounsellor, NewerFormat, Refused, RoomTrouble, Tell
from psyroom.records.access import Reading
from psyroom.records.ids import new_id
from psyroom.records.office import DeskState
from psyroom.records.people import Holder, Person
from psyroom.records.private import PrivateKey
from psyroom.store import backups, checking, manifest, migrations, roomfile, secret
from psyroom.store import backups_place as places
from psyroom.store import settle as settling
from psyroom.store.backups_swap import FOLDER, READY, Pause, finish_or_forget, forget, nothing
from psyroom.store.connection import connect, driver, raw_of
from psyroom.store.copies import CopyFaulty, Taken, copy_room, verify_copy, why_of
from psyroom.store.room import Room
from psyroom.store.tables import CASES, FILES, MAIN
from psyroom.store.verifying import head_in

LABEL = "从备份恢复"
PAUSED = "backup-paused"
"""State of desk.db: automatic backups wait until somebody says that what was brought back is right."""
_OF_NOW: tuple[tuple[str, type[SQLModel]], ...] = ((MAIN, Person), (CASES, Holder), (CASES, PrivateKey))
"""Who may open what, and the keys of private notes: of these the state of now counts."""
OF_THIS_COMPUTER = ("last-copy", "second-place")
"""States of desk.db that stay as they are now, by how their names begin."""
ASIDE = "受损的文件"
"""The folder in which what cannot be read is kept as it lies there, with a stamp behind."""


def put_aside(folder: Path, at: datetime) -> Path:
    """The files as they lie there, whatever is wrong with them, in a folder of their own that nothing thins. Errors: `CannotWriteFile`."""
    goal = folder / f"{ASIDE}-{at.astimezone():%Y%m%d-%H%M%S}"
    try:
        goal.mkdir(exist_ok=True)
        for name in (*FILES.values(), roomfile.NAME, roomfile.BEFORE, *settling.JOURNALS):
            if (folder / name).exists():
                shutil.copyfile(folder / name, goal / name)
                roomfile.sync_file(goal / name)
        roomfile.sync_folder(goal)
    except OSError as error:
        shutil.rmtree(goal, ignore_errors=True)
        raise CannotWriteFile(name=goal.name, why=why_of(error)) from None
    return goal


class OlderKeys(Refused):
    """The copy was made before the keys were changed."""


class Unfinished(RoomTrouble):
    """It was decided, and something holds a file: the next opening finishes it."""

    sentence = "备份已经准备好，换上去的时候被打断了。请退出程序，重新登录一次，程序会自动做完。"


class _NoLock:
    """The room around it holds the lock already."""

    def release(self) -> None:
        return None


def require_fitting(room: Room, copy: Path, *, quick: bool = False) -> manifest.Manifest:
    """What the copy's manifest tells, when it can be brought back here. Errors: `NeedsCounsellor`, `Refused`, `OlderKeys`,
    `NewerFormat`."""
    if not room.has_cases:
        raise NeedsCounsellor
    told = manifest.read(copy)
    if told is None:
        raise Refused(why="这里没有备份，或备份的清单读不出来，请换一份备份。")
    if told.format > manifest.FORMAT:
        raise NewerFormat
    if told.room != room.id:
        raise Refused(why="这是另一间辅导室的备份，不能恢复到这一间，请选这间辅导室自己的备份。")
    if why := manifest.trouble_of(copy, quick=quick):
        raise Refused(why=f"这份备份不能用：{why}，请换一份备份。")
    if not backups.fits(copy, room._keys):
        raise OlderKeys(
            why="这份备份是换钥匙以前做的（那之后移除过人员），现在的密码打不开它；"
            "请用当时的恢复单，在开始窗口里“从备份恢复”到一个新文件夹。"
        )
    return told


def bring_back_here(room: Room, copy: Path | str, *, pause: Pause = nothing) -> Generator[tuple[int, int], None, Path]:
    """Put the room into the state of a copy; yields (done, of) and returns where the state of before is kept.

    Errors: as `require_fitting`; `Damaged`, `CannotWriteFile` (nothing has changed then), `Refused` when somebody saved
    meanwhile."""
    copy = Path(copy).absolute()
    yield 0, 100
    told = require_fitting(room, copy)
    work = room.folder / FOLDER
    before = backups.heads(room)
    try:
        kept = yield from _scaled(copy_room(room, backups.folder_of(room), pinned=True), 5, 45)
    except (Damaged, CopyFaulty):  # that may be why one is brought back: then the files are kept as they lie there
        kept = put_aside(room.folder, room.now())
    pause("kept")
    try:
        forget(work)
        work.mkdir()
        file = roomfile.read(room.folder)
        if not file.secret:
            file.lineage = new_id()  # where no keyring says which computer this is, the origin follows from it
        origin = secrets.token_hex(8) if room.has_secret else secret.origin_of_machine(file.lineage)
        yield from _scaled(_lay_ready(room, copy, told, work, file, origin, pause), 45, 90)
        _change_over(room, work, before, pause)
        _go_on(room, file.lineage, origin)
    except BaseException as error:
        if (work / READY).exists():
            if isinstance(error, OSError | driver.Error):
                raise Unfinished from None
            raise
        _nothing_done(room, work, kept)
        if isinstance(error, OSError):
            raise CannotWriteFile(name=copy.name, why=why_of(error)) from None
        if isinstance(error, driver.Error):
            if any(mark in str(error).lower() for mark in ("full", "disk i/o")):
                raise CannotWriteFile(name=copy.name, why="磁盘已满或读写出错，请先腾出空间") from None
            raise Damaged(name="、".join(FILES.values())) from None
        raise
    yield 100, 100
    return kept


def _nothing_done(room: Room, work: Path, kept: Path) -> None:
    """It did not come about: what was made ready goes, and so does the copy of a state that is still the present one, which
    nothing would ever thin. (What was put aside of a damaged room stays.)"""
    with suppress(OSError):
        forget(work)
    with suppress(Tell):
        backups.destroy(room, kept.parent, [kept.name])


def _scaled(
    work: Generator[tuple[int, int], None, Path | None], start: int, end: int
) -> Generator[tuple[int, int], None, Path]:
    while True:
        try:
            done, of = next(work)
        except StopIteration as last:
            found: Path = last.value
            return found
        yield start + (end - start) * done // max(of, 1), 100


def _lay_ready(
    room: Room, copy: Path, told: manifest.Manifest, work: Path, file: roomfile.RoomFile, origin: str, pause: Pause
) -> Generator[tuple[int, int], None, None]:
    for name in FILES.values():
        with (copy / name).open("rb") as source, (work / name).open("wb") as goal:
            while data := source.read(places.SLICE):
                goal.write(data)
                yield 20, 100
        if manifest.digest_of(work / name) != told.files.get(name):
            raise Damaged(name=name)
    pause("copied")
    migrations.bring_up_to_date(work, room._keys)
    for done, of in verify_copy(work, Taken(dict(room._keys), told.heads, [])):
        yield 30 + done * 40 // of, 100
    _attachments(room, copy, told)
    roomfile.write(work, file, forget_before=True)
    _as_of_now(room, work, file.lineage, origin, copy.name)
    for name in (*FILES.values(), *settling.JOURNALS):
        if (work / name).exists():
            roomfile.sync_file(work / name)
    pause("prepared")
    yield 100, 100


def _attachments(room: Room, copy: Path, told: manifest.Manifest) -> None:
    """Contents are never changed, so those that are missing here can simply be laid back."""
    lost = set(manifest.missing_attachments(copy))
    goal = room.folder / "files"
    for name in told.needs:
        if name not in lost and not (goal / name).exists():
            goal.mkdir(exist_ok=True)
            places.copy_file(copy.parent / manifest.ATTACHED / name, goal / name)


def _as_of_now(room: Room, work: Path, lineage: str, origin: str, what: str) -> None:
    """The deed that brings the copy back: it goes on under a new origin, so that two continuations never share one; the
    people are those of now."""
    with room.read() as session:
        raw = raw_of(session)
        now = {table: _rows(raw, schema, str(table.__tablename__)) for schema, table in _OF_NOW}
        state = raw.execute("SELECT id, value FROM main.desk_state").fetchall()
    inner = Room(
        work, dict(room._keys), id=room.id, lineage=lineage, origin=origin, person=room.person,
        private=room._private, practice=room.practice, lock=_NoLock(), now=room.now,
    )  # fmt: skip
    inner.clock_confirmed = True
    try:
        with inner.write(LABEL, undoable=False) as deed:
            session = deed.session
            for table, rows in now.items():
                for row in rows:
                    session.merge(table(**row))
            known, holding = ({row["id"] for row in now[table]} for table in (Person, Holder))
            for (id,) in deed.raw.execute("SELECT id FROM main.person").fetchall():
                if id not in known:
                    person = session.get_one(Person, id)
                    person.active, person.role, person.public = False, "none", ""
                    session.add(person)
            for (id,) in deed.raw.execute("SELECT id FROM cases.holder").fetchall():
                if id not in holding:
                    session.delete(session.get_one(Holder, id))
            tell(session, room, what)
        with inner.aside() as session:
            for id, value in state:
                if id.startswith(OF_THIS_COMPUTER):
                    session.merge(DeskState(id=id, value=value))
            pause_backups(session, room, what)
    finally:
        inner.close()


def tell(session: Session, room: Room, copy: str) -> None:
    """In a deed: that somebody brought this copy back. It stands in the chain for good, so that nobody rewrites what was
    signed by way of an older state without a trace."""
    at = room.now().isoformat(timespec="seconds")
    session.add(Reading(at=at, person=room.person.id, what="backup", reason=copy[:100]))


def pause_backups(session: Session, room: Room, copy: str) -> None:
    """State: no automatic backup until somebody says that what was brought back is right."""
    mark = {"at": room.now().isoformat(timespec="seconds"), "copy": copy}
    session.merge(DeskState(id=PAUSED, value=json.dumps(mark, ensure_ascii=False)))


def _rows(raw: Any, schema: str, table: str) -> list[dict[str, Any]]:
    names = [row[1] for row in raw.execute(f"PRAGMA {schema}.table_info({table})").fetchall()]
    return [dict(zip(names, row, strict=True)) for row in raw.execute(f"SELECT * FROM {schema}.{table}").fetchall()]


# ---- the change itself ----------------------------------------------------------------------------------------------


def _change_over(room: Room, work: Path, kept: dict[str, str], pause: Pause) -> None:
    with room.quiet():
        if any(settling.is_hot(room.folder / name) for name in settling.JOURNALS):
            raise Refused(why="上次有一步操作被打断，请先退出程序、重新登录一次，再恢复。")
        c = connect(room.folder, room._keys)
        try:
            saved = any(head_in(c, schema)[1] != kept.get(schema) for schema in room.schemas)
        finally:
            c.close()
        if saved:
            raise Refused(why="恢复准备好的时候又有新的内容保存进来，没有恢复，请再试一次。")
        roomfile.put(work / READY, json.dumps({"at": room.now().isoformat()}).encode())
        roomfile.sync_folder(work)
        roomfile.sync_folder(room.folder)
        pause("ready")
        room._engine.dispose()
        finish_or_forget(room.folder, pause=pause)
        room._connect()


def _go_on(room: Room, lineage: str, origin: str) -> None:
    """The room object over the files that lie there now."""
    room.lineage, room.origin, room.findings = lineage, origin, []
    room.recent.clear()
    if room._enrolment is not None:
        room._enrolment.origin = origin
        room._enrolment.heads = {schema: checking.head_of(room, schema) for schema in room.schemas}
        secret.store(room.id, room.lineage, room._enrolment)
