"""A copy of the room: the encrypted files byte for byte at one moment, opened again and checked before it counts.

No save waits for it. The files are read while work goes on; that nothing was written meanwhile is then looked at in an
instant, and what changed is read again. Whoever lacks the case key copies all the same: such a copy is marked and
verified at the next counsellor's unlock.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Generator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from psyroom import __version__
from psyroom.errors import CannotWriteFile, Damaged, NewerFormat, Refused, RoomTrouble
from psyroom.store import backups_place as places
from psyroom.store import manifest, roomfile
from psyroom.store import settle as settling
from psyroom.store.backups_place import PREFIX, UNFINISHED
from psyroom.store.connection import connect, connect_alone, driver, raw_of
from psyroom.store.migrations import LATEST
from psyroom.store.migrations.runner import STEPS
from psyroom.store.recovering import bring_back
from psyroom.store.room import Room
from psyroom.store.tables import CASES, FILES, MAIN, tables_in
from psyroom.store.verifying import Report, head_in, walk

__all__ = ["PREFIX", "UNFINISHED", "CopyFaulty", "bring_back", "copy_room", "verify_copy"]

TRIES = 4
"""How often the files are looked through again while work goes on, before a save has to wait for the last look."""
OF = 100
Steps = Generator[tuple[int, int], None, Any]


class CopyFaulty(RoomTrouble):
    """The room itself has a fault, so the copy would have it too."""

    sentence = "没有备份成：{why}先做一次“体检”，保留好现有的备份。"


@dataclass
class Taken:
    """What holds at the moment of a copy: its keys, its chains' heads, and the attachments it needs."""

    keys: dict[str, bytes]
    heads: dict[str, str]
    attached: list[str]
    rows: dict[str, int] = field(default_factory=dict)


def copy_room(
    room: Room, to: Path | str, *, pinned: bool = False, seconds: float | None = None
) -> Generator[tuple[int, int], None, Path]:
    """Copy the room into a new folder below `to`; yields (done, of) and returns the folder.

    Verified by opening it: pages, chain, counts. Without the case key, or when `seconds` are over before that, it is
    marked unverified. `pinned`: never thinned. What proves faulty is removed again, and older copies stay as they are.
    Errors: `Damaged`, `CopyFaulty`, `CannotWriteFile`, `Refused` (a journal of an interrupted deed lies there)."""
    to = Path(to)
    began, at = time.monotonic(), room.now()
    place: places.Place | None = None
    name = PREFIX
    try:
        yield 0, OF
        to.mkdir(parents=True, exist_ok=True)
        place = places.begin(to)
        name = places.free_name(to, at, place)
        size = sum((room.folder / one).stat().st_size for one in FILES.values())
        if not places.enough_room(to, size):
            raise OSError(errno.ENOSPC, "full")
        place.making.append(name)
        places.write(to, place)
        part = to / (name + UNFINISHED)
        part.mkdir()
        taken = yield from _take(room, part)
        needs = yield from _attach(room, to, place, taken)
        verified = CASES in taken.keys and (seconds is None or time.monotonic() - began < seconds)
        if verified:
            yield from verify_copy(part, taken)
        else:
            taken.rows = _counts_now(room)
        yield from _finish(room, to, part, place, taken, needs, verified=verified, at=at)
        place.copies[name].pinned = pinned
        places.write(to, place)
        places.thin(to, place, room.id)
    except OSError as error:
        _give_up(to, place, name)
        raise CannotWriteFile(name=name, why=why_of(error)) from None
    except driver.Error as error:
        _give_up(to, place, name)
        if "full" in str(error).lower() or "disk i/o" in str(error).lower():
            raise CannotWriteFile(name=name, why="磁盘已满或读写出错，请换一个位置") from None
        raise Damaged(name="、".join(FILES.values())) from None
    except BaseException:
        _give_up(to, place, name)
        raise
    yield OF, OF
    return to / name


def _give_up(to: Path, place: places.Place | None, name: str) -> None:
    if place is not None and name in place.making:
        places.forget_unfinished(to, place, name)


def why_of(error: OSError) -> str:
    """The world's fault, as the end of a sentence."""
    return {
        errno.ENOSPC: "磁盘已满，请腾出空间或换一个位置",
        errno.EDQUOT: "磁盘已满，请腾出空间或换一个位置",
        errno.EROFS: "这个磁盘是只读的，请检查写保护开关或换一个位置",
        errno.EACCES: "没有写入的权限，请换一个位置",
        errno.EPERM: "没有写入的权限，请换一个位置",
        errno.ENOENT: "找不到这个位置，U 盘可能已拔出，请插好再试",
        errno.ENODEV: "找不到这个位置，U 盘可能已拔出，请插好再试",
        errno.EIO: "读写中断了，U 盘可能已拔出或有损坏，请插好再试或换一个",
        errno.ENOTDIR: "这个位置不是文件夹，请换一个位置",
        errno.EEXIST: "这个位置不是文件夹，请换一个位置",
    }.get(error.errno or 0, "读写出错，请换一个位置")


# ---- the files, of one moment -----------------------------------------------------------------------------------


def _take(room: Room, part: Path) -> Generator[tuple[int, int], None, Taken]:
    """Both files as they stood at one moment, and room.json. The room's lock keeps other processes out; `turns` tells
    whether this one wrote meanwhile, and only a last look at that holds a save up."""
    with ExitStack() as stack:
        pairs: list[tuple[BinaryIO, BinaryIO]] = [
            (stack.enter_context((room.folder / name).open("rb")), stack.enter_context((part / name).open("w+b")))
            for name in FILES.values()
        ]
        of = max(1, sum(os.fstat(source.fileno()).st_size for source, _ in pairs))
        for look in range(TRIES + 1):
            before, done = room.turns, 0
            if look < TRIES:
                for source, goal in pairs:
                    for size in _same(source, goal):
                        done += size
                        yield min(done * 40 // of, 40), OF
            with room._alone():
                if look == TRIES:
                    for source, goal in pairs:
                        for _ in _same(source, goal):
                            pass
                elif room.turns != before:
                    continue  # something was saved meanwhile: look through it again, from memory now
                taken = _moment(room)
                (part / roomfile.NAME).write_bytes((room.folder / roomfile.NAME).read_bytes())
            break
        for _, goal in pairs:
            goal.flush()
            os.fsync(goal.fileno())
        roomfile.sync_file(part / roomfile.NAME)
        yield 45, OF
        return taken


def _same(source: BinaryIO, goal: BinaryIO) -> Generator[int, None, None]:
    """Make the goal the same as the source, slice by slice; yields how many bytes were looked at."""
    source.seek(0)
    goal.seek(0, os.SEEK_END)
    length, at = goal.tell(), 0
    while data := source.read(places.SLICE):
        goal.seek(at)
        if at >= length or goal.read(len(data)) != data:
            goal.seek(at)
            goal.write(data)
        at += len(data)
        yield len(data)
    goal.truncate(at)
    goal.flush()


def _moment(room: Room) -> Taken:
    """Called while nobody writes. Errors: `Refused`."""
    if any(settling.is_hot(room.folder / name) for name in settling.JOURNALS):
        raise Refused(why="上次有一步操作被打断，请先退出程序、由心理教师重新登录一次，再备份。")
    with room.read() as session:
        raw = raw_of(session)
        heads = {schema: head_in(raw, schema)[1] for schema in room.schemas}
    return Taken(dict(room._keys), heads, _attached(room))


def _attached(room: Room) -> list[str]:
    """Which contents the copy needs: those its records name; without the case key, all that lie there."""
    folder = room.folder / "files"
    if room.has_cases:
        from psyroom.store import files

        return sorted(files.known(room))
    return sorted(one.name for one in folder.iterdir() if one.is_file() and not one.suffix) if folder.is_dir() else []


def _attach(
    room: Room, to: Path, place: places.Place, taken: Taken
) -> Generator[tuple[int, int], None, dict[str, int]]:
    before = len(place.files)
    work = places.carry(room.folder / "files", to, place, taken.attached)
    while True:
        try:
            next(work)
        except StopIteration as end:
            needs: dict[str, int] = end.value
            if len(place.files) != before:
                places.write(to, place)
            return needs
        yield 50, OF


def _finish(
    room: Room, to: Path, part: Path, place: places.Place, taken: Taken, needs: dict[str, int], *, verified: bool,
    at: Any,
) -> Steps:  # fmt: skip
    names = [*FILES.values(), roomfile.NAME]
    made_at = at.astimezone().isoformat(timespec="milliseconds")
    told = manifest.Manifest(
        manifest.FORMAT, room.id, made_at, __version__, {n: manifest.digest_of(part / n) for n in names}, {},
        taken.heads, verified, needs,
    )  # fmt: skip
    told.seal_rows(taken.keys, taken.rows)
    manifest.write(part, told)
    yield OF - 2, OF
    roomfile.sync_folder(part)
    name = part.name.removesuffix(UNFINISHED)
    part.rename(to / name)
    roomfile.sync_folder(to)
    place.making = [one for one in place.making if one != name]
    place.copies[name] = places.Entry(room.id, made_at, verified)
    places.write(to, place)


def _counts_now(room: Room) -> dict[str, int]:
    with room.read() as session:
        return counts(raw_of(session), room.schemas)


def counts(raw: Any, schemas: Sequence[str]) -> dict[str, int]:
    """Rows of every table: `main.student` → 300."""
    there = {
        s: {row[0] for row in raw.execute(f"SELECT name FROM {s}.sqlite_master WHERE type = 'table'")} for s in schemas
    }
    return {
        f"{schema}.{table.name}": raw.execute(f'SELECT count(*) FROM {schema}."{table.name}"').fetchone()[0]
        for schema in schemas
        for table in tables_in(schema)
        if table.name in there[schema]
    }  # fmt: skip


# ---- opened again -------------------------------------------------------------------------------------------------


def verify_copy(copy: Path, taken: Taken) -> Steps:
    """The copy opened with its own keys: every page against its seal, the chain, the heads, the counts (put into
    `taken.rows`). Errors: `Damaged`, `CopyFaulty`."""
    for number, schema in enumerate((MAIN, CASES)):
        alone = connect_alone(copy / FILES[schema], taken.keys[schema], mode="ro")
        try:
            if alone.execute("PRAGMA user_version").fetchone()[0] > LATEST:
                raise NewerFormat
            if alone.execute("PRAGMA cipher_integrity_check").fetchall():
                raise Damaged(name=FILES[schema])
            yield 55 + number * 15, OF
            if alone.execute("PRAGMA quick_check").fetchall() != [("ok",)]:
                raise Damaged(name=FILES[schema])
        except driver.DatabaseError:
            raise Damaged(name=FILES[schema]) from None
        finally:
            alone.close()
        yield 60 + number * 15, OF
    c = connect(copy, taken.keys, mode="ro")
    try:
        older = any(
            c.execute(f"PRAGMA {s}.user_version").fetchone()[0] < step.number for step in STEPS for s in step.files
        )
        report = Report() if older else walk(c, (MAIN, CASES))  # the triggers of an earlier shape are not today's
        if not report.ok:
            raise CopyFaulty(why=report.findings[0].sentence)
        yield 92, OF
        for schema, head in taken.heads.items():
            if head_in(c, schema)[1] != head:
                raise Damaged(name=FILES[schema])
        taken.rows = counts(c, (MAIN, CASES))
    finally:
        c.close()
