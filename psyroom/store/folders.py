"""Where a room may lie: a fixed disk of this computer, in an empty folder; not where others copy or share it."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from psyroom.errors import FolderNotWritable, FolderTaken, FolderUnsafe

_SYNCED = {
    "onedrive": "在 OneDrive 里",
    "wps云盘": "在 WPS 云盘里",
    "wpsdrive": "在 WPS 云盘里",
    "wps cloud files": "在 WPS 云盘里",
    "wpscloud": "在 WPS 云盘里",
    "kingsoftdata": "在 WPS 云盘里",
    "坚果云": "在坚果云里",
    "nutstore": "在坚果云里",
    "baidunetdisk": "在百度网盘里",
    "百度网盘": "在百度网盘里",
    "baidusyncdisk": "在百度网盘里",
    "dropbox": "在 Dropbox 里",
    "google drive": "在 Google Drive 里",
    "icloud": "在 iCloud 里",
}
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "fuse.davfs", "davfs", "afs", "9p", "ncpfs",
            "fuse.gvfsd-fuse", "fuse.rclone", "ceph", "glusterfs", "fuse.glusterfs"}  # fmt: skip
LEFTOVER = "room.making"  # lies in a folder while a room is being made there


def _synced(folder: Path) -> str | None:
    for part in folder.parts:
        name = part.lower().replace(" ", "")
        for mark, why in _SYNCED.items():
            mark = mark.replace(" ", "")
            if name.startswith(mark) or (not mark.isascii() and mark in name):  # 我的坚果云
                return why
    return None


def synced(folder: Path) -> str | None:
    """Which cloud a folder is carried off to, as the middle of a sentence; None when to none."""
    return _synced(Path(os.path.realpath(folder)))


def _mount_of(folder: Path) -> tuple[str, str] | None:
    """(device, type of file system) under a folder, from the kernel's own list."""
    try:
        lines = Path("/proc/self/mounts").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return None
    best: tuple[int, str, str] | None = None
    for line in lines:
        device, point, kind, *_ = line.split(" ")
        point = (
            point.encode("utf-8", "surrogateescape")
            .decode("unicode_escape")
            .encode("latin-1")
            .decode("utf-8", "replace")
        )
        if folder.is_relative_to(point) and (best is None or len(point) >= best[0]):
            best = (len(point), device, kind)
    return (best[1], best[2]) if best else None


def _removable(device: str) -> bool:
    """Whether the kernel calls the disk removable, or it hangs on a USB bus."""
    name = Path(os.path.realpath(device)).name
    block = Path("/sys/class/block") / name
    if not block.exists():
        return False
    real = block.resolve()
    for place in (real, real.parent):
        flag = place / "removable"
        if flag.exists():
            return flag.read_text().strip() == "1" or "/usb" in str(real)
    return False


def _windows_drive(folder: Path) -> str | None:
    import ctypes

    text = str(folder)
    if text.startswith("\\\\"):
        return "在网络共享上"
    kind = ctypes.windll.kernel32.GetDriveTypeW(folder.anchor)  # type: ignore[attr-defined,unused-ignore]
    return {2: "在可移动磁盘上", 4: "在网络共享上", 5: "在光盘上", 6: "在内存盘上"}.get(kind)


def why_unsafe(folder: Path) -> str | None:
    """Why a room should not lie here, as the middle of a sentence; None where it may."""
    folder = Path(os.path.realpath(folder))
    if why := _synced(folder):
        return why
    if sys.platform == "win32":
        return _windows_drive(folder)
    mount = _mount_of(folder)
    if mount is None:
        return None
    device, kind = mount
    if kind in _NETWORK:
        return "在网络共享上"
    if device.startswith("/dev/") and _removable(device):
        return "在可移动磁盘上"
    return None


def clear_leftovers(folder: Path) -> None:
    """A room whose making was interrupted holds nothing yet: its own files may go, and nothing else."""
    if (folder / LEFTOVER).exists() and not (folder / "room.json").exists():
        take_away(folder)


def take_away(folder: Path) -> None:
    """Remove a room's own files, and nothing else, from its folder; room.json first, so that no half room is left."""
    for pattern in ("room.json*", "desk.db*", "case.db*", "room.guesses", "room.lock", LEFTOVER):
        for left in folder.glob(pattern):
            left.unlink()
    for left in (folder / "files").glob("*"):
        if len(left.name) == 32 and left.is_file():  # an attachment's own name
            left.unlink()
    if (folder / "files").is_dir() and not any((folder / "files").iterdir()):
        (folder / "files").rmdir()
    attached = folder / "files"
    for left in attached.glob("[0-9a-f]" * 32 + "*"):
        left.unlink()
    with suppress(OSError):  # not there, or something in it that is not ours
        attached.rmdir()


def require_usable(folder: Path) -> None:
    """Make the folder ready for a new room. Errors: `FolderUnsafe`, `FolderTaken`, `FolderNotWritable`."""
    if why := why_unsafe(folder):
        raise FolderUnsafe(folder=folder, why=why)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clear_leftovers(folder)
        if any(folder.iterdir()):
            raise FolderTaken(folder=folder)
        (folder / LEFTOVER).write_bytes(b"")
    except (FileExistsError, NotADirectoryError):
        raise FolderTaken(folder=folder) from None
    except OSError:
        raise FolderNotWritable(folder=folder) from None
