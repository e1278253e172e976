"""Disks that are full on purpose, for real: no write is pretended to fail.

`Limited`: no file of this process may grow beyond a length (RLIMIT_FSIZE; works for anybody). `Small`: a file system of a
few megabytes, filled up but for what is asked for (needs root; where it cannot be had, `disks` gives the first alone)."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BALLAST = "ballast"
MEGABYTES = 24


class Limited:
    """Every file ends at `left` bytes: first the journals cannot be written, then the files not beyond a page."""

    name = "limited"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def levels(self, room: Path) -> list[int]:
        """From nothing at all to more than any file is long."""
        longest = max(path.stat().st_size for path in room.rglob("*") if path.is_file())
        fine = [0, 512, 4096, 16_384, 30_000]
        return sorted({*fine, *(longest * part // 8 + 100 for part in range(1, 9)), longest + 4096 * 4})

    @contextmanager
    def full(self, left: int) -> Iterator[None]:
        import resource

        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (left, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


class Small:
    """A file system with `left` bytes free."""

    name = "small"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def levels(self, room: Path) -> list[int]:
        size = sum(path.stat().st_size for path in room.rglob("*") if path.is_file())
        pages = [0, 1, 2, 4, 6, 9, 13, 18, 25, 34, 45, 60, 80]
        return [page * 4096 for page in pages] + [size * part // 4 for part in range(1, 9)]

    @contextmanager
    def full(self, left: int) -> Iterator[None]:
        ballast = self.folder / BALLAST
        with ballast.open("wb") as file:
            free = os.statvfs(self.folder)
            os.posix_fallocate(file.fileno(), 0, max(1, free.f_bavail * free.f_frsize - left))
        try:
            yield
        finally:
            ballast.unlink()


@contextmanager
def small(folder: Path) -> Iterator[Small | None]:
    """A file system of `MEGABYTES` at a folder; None where this account may not make one."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "none", str(folder)], capture_output=True, check=False
    )
    if made.returncode != 0:
        yield None
        return
    try:
        yield Small(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def disks(place: Path) -> Iterator[list[Limited | Small]]:
    """The disks there can be here, below `place`."""
    limited = place / "limited"
    limited.mkdir()
    with small(place / "small") as other:
        yield [Limited(limited), *([other] if other is not None else [])]
