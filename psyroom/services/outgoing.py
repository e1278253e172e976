"""Files that leave the room: written beside their place, whole, then swapped in; nothing half-written, nothing left over.

An antivirus or an open spreadsheet may hold the old file for a moment, so swapping is tried for two seconds.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from psyroom.errors import CannotWriteFile, Refused
from psyroom.store.room import Room

PATIENCE = 2.0  # seconds


@contextmanager
def prepared(room: Room, files: Mapping[str, bytes], folder: Path) -> Iterator[list[tuple[Path, Path]]]:
    """The files written beside their places: (beside, target) pairs for `placed`. What was not
    placed is taken away.

    Errors: `Refused` when the folder is the room's own, `CannotWriteFile`.
    """
    folder = folder.absolute()
    _not_inside(room, folder)
    pairs: list[tuple[Path, Path]] = []
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWriteFile(name=str(folder), why=_why(error)) from None
        for name, data in files.items():
            target = folder / name
            beside = folder / f".{name}.new"
            pairs.append((beside, target))
            try:
                if target.exists() and not (target.is_file() or target.is_dir()):
                    raise CannotWriteFile(name=str(target), why="那里是设备或管道，不是普通的文件，请换一个位置")
                with beside.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:
                raise CannotWriteFile(name=str(target), why=_why(error)) from None
        yield pairs
    finally:
        for beside, _ in pairs:
            with suppress(OSError):
                beside.unlink(missing_ok=True)


@contextmanager
def placed(pairs: list[tuple[Path, Path]]) -> Iterator[list[Path]]:
    """Put the prepared files in their places; if that or what follows in the block fails, the places are as before.

    Errors: `CannotWriteFile`.
    """
    before: list[tuple[Path, bytes | None]] = []
    try:
        for beside, target in pairs:
            before.append((target, _contents(target)))
            _replace(beside, target)
        yield [target for _, target in pairs]
    except BaseException:
        for target, data in before:
            with suppress(OSError):
                if data is None:
                    target.unlink(missing_ok=True)
                else:
                    target.write_bytes(data)
        raise


def _contents(target: Path) -> bytes | None:
    """What lies there now; None when nothing does."""
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotWriteFile(name=str(target), why=_why(error)) from None


def _replace(beside: Path, target: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            os.replace(beside, target)
            return
        except OSError as error:
            if time.monotonic() >= until or not isinstance(error, PermissionError):
                raise CannotWriteFile(name=str(target), why=_why(error)) from None
            time.sleep(0.1)


def put(room: Room, files: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write the files into the folder, all or none, and return where they are."""
    with prepared(room, files, folder) as pairs, placed(pairs) as paths:
        return paths


def inside(room: Room, folder: Path) -> bool:
    """Whether a folder is the room's own or lies in it."""
    own, where = Path(os.path.realpath(room.folder)), Path(os.path.realpath(folder))
    return where == own or own in where.parents


def _not_inside(room: Room, folder: Path) -> None:
    if inside(room, folder):
        raise Refused(why="这是辅导室自己的文件夹，请把文件存到别的地方。")


def _why(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "没有写入权限，或者文件正被别的程序打开，请关闭后再试"
    if isinstance(error, NotADirectoryError | FileExistsError):
        return "这个位置不是文件夹，请换一个"
    if isinstance(error, IsADirectoryError):
        return "那里有一个同名的文件夹，请换一个位置"
    if error.errno == errno.ENAMETOOLONG:
        return "文件名太长，请换一个短一点的"
    if error.errno == 28:
        return "磁盘已满，请先腾出空间"
    return "磁盘没有写成功，请换一个位置再试"
