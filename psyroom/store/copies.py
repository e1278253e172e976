"""A verified copy of the room: written through the encrypted files' own keys, opened again and checked before it counts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

from psyroom import __version__
from psyroom.errors import CannotWriteFile, Damaged, NeedsCounsellor, Refused, RoomTrouble
from psyroom.store import manifest, roomfile
from psyroom.store import settle as settling
from psyroom.store.connection import connect, connect_alone, driver, raw_of, uri
from psyroom.store.recovering import bring_back
from psyroom.store.room import Room
from psyroom.store.tables import FILES, tables_in
from psyroom.store.verifying import Report, head_in, walk

__all__ = ["bring_back", "copy_room"]

PREFIX = "辅导室"  # says neither school nor name: a stick is seen by many
UNFINISHED = ".part"


def copy_room(room: Room, to: Path | str) -> Generator[tuple[int, int], None, Path]:
    """Copy the room into a new folder below `to`; yields (done, of) and returns the folder.

    Saves wait while the files are written, so that both are of one moment. What cannot be verified is removed again.
    Errors: `NeedsCounsellor`, `Damaged`, `CannotWriteFile`, `Refused` (a journal of an interrupted deed lies there)."""
    if not room.has_cases:
        raise NeedsCounsellor
    to = Path(to)
    stamp = room.now().astimezone().strftime("%Y%m%d-%H%M%S")
    goal = _free_name(to / f"{PREFIX}-{stamp}")
    part = goal.with_name(goal.name + UNFINISHED)
    of = len(room.schemas) * 2 + 2
    try:
        yield 0, of
        part.mkdir(parents=True)
        yield from _write(room, part, of)
        yield of - 1, of
        roomfile.sync_folder(part)
        part.rename(goal)
        roomfile.sync_folder(to)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        raise CannotWriteFile(name=goal.name, why=_why(error)) from None
    except driver.Error as error:
        shutil.rmtree(part, ignore_errors=True)
        if "full" in str(error).lower() or "disk i/o" in str(error).lower():
            raise CannotWriteFile(name=goal.name, why="磁盘已满或读写出错，请换一个位置") from None
        raise Damaged(name="、".join(FILES.values())) from None
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    yield of, of
    return goal


def _free_name(goal: Path) -> Path:
    found, number = goal, 2
    while found.exists():
        found, number = goal.with_name(f"{goal.name}-{number}"), number + 1
    return found


def _why(error: OSError) -> str:
    import errno

    return {
        errno.ENOSPC: "磁盘已满",
        errno.EROFS: "这个磁盘是只读的",
        errno.EACCES: "没有写入的权限",
        errno.EPERM: "没有写入的权限",
        errno.ENOENT: "找不到这个位置",
        errno.ENOTDIR: "这个位置不是文件夹",
    }.get(error.errno or 0, "读写出错，请换一个位置")


def _write(room: Room, part: Path, of: int) -> Generator[tuple[int, int], None, None]:
    done = 0
    with room._alone():  # no save of ours, and the room's lock keeps everybody else out: both files are of one moment
        if any(settling.is_hot(room.folder / name) for name in settling.JOURNALS):
            raise Refused(why="上次有一步操作被打断，请先退出程序、重新登录一次，再备份。")
        for schema in room.schemas:
            source = connect_alone(room.folder / FILES[schema], room._keys[schema])
            try:
                source.execute(
                    "VACUUM INTO ?", (uri(part / FILES[schema], "rwc"),)
                )  # reads every page against its seal
            finally:
                source.close()
            done += 1
            yield done, of
        rows, heads = _counts(room), {s: head_of(room, s) for s in room.schemas}
        shutil.copyfile(room.folder / roomfile.NAME, part / roomfile.NAME)
    for path in part.iterdir():
        _sync(path)
    yield from _verify(room, part, rows, done, of)
    names = [*FILES.values(), roomfile.NAME]
    manifest.write(
        part,
        manifest.Manifest(
            manifest.FORMAT, room.id, datetime.now(UTC).isoformat(timespec="seconds"), __version__,
            {name: manifest.digest_of(part / name) for name in names}, rows, heads,
        ),
    )  # fmt: skip
    _sync(part / manifest.NAME)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def head_of(room: Room, schema: str) -> str:
    with room.read() as session:
        return head_in(raw_of(session), schema)[1]


def _counts(room: Room) -> dict[str, int]:
    with room.read() as session:
        raw = raw_of(session)
        return {
            f"{schema}.{table.name}": raw.execute(f'SELECT count(*) FROM {schema}."{table.name}"').fetchone()[0]
            for schema in room.schemas
            for table in tables_in(schema)
        }


def _verify(room: Room, part: Path, rows: dict[str, int], done: int, of: int) -> Generator[tuple[int, int], None, None]:
    """The copy opened with its own keys: pages, chain, counts. Errors: `Damaged`."""
    for schema in room.schemas:
        alone = connect_alone(part / FILES[schema], room._keys[schema], mode="ro")
        try:
            if alone.execute("PRAGMA cipher_integrity_check").fetchall():
                raise Damaged(name=FILES[schema])
            if alone.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise Damaged(name=FILES[schema])
        finally:
            alone.close()
        done += 1
        yield done, of
    c = connect(part, room._keys, mode="ro")
    try:
        report: Report = walk(c, room.schemas)
        if not report.ok:
            raise CopyFaulty(why=report.findings[0].sentence)
        for name, count in rows.items():
            schema, table = name.split(".")
            if c.execute(f'SELECT count(*) FROM {schema}."{table}"').fetchone()[0] != count:
                raise Damaged(name=FILES[schema])
    finally:
        c.close()


class CopyFaulty(RoomTrouble):
    """The room itself has a fault, so the copy would have it too."""

    sentence = "没有备份成：{why}先做一次“体检”，保留好现有的备份。"
