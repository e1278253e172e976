"""A place where copies lie (the room's own `backups`, a stick, another disk), and the program's own manifest of it.

What the manifest does not know is never touched, whatever it is called. A name read from it is taken only when it names
something in the place itself: a stick passes through many hands.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Generator, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from psyroom.records.ids import new_id
from psyroom.store import backups_thin as thinning
from psyroom.store import lock, roomfile
from psyroom.store import manifest as manifests
from psyroom.store import settle as settling
from psyroom.store.tables import FILES

NAME = "辅导室备份.json"
FORMAT = 1
PREFIX = "辅导室"  # says neither school nor name: a stick is seen by many
UNFINISHED = ".part"
IN_A_COPY = (*FILES.values(), roomfile.NAME, manifests.NAME, manifests.NAME + ".new")
OF_A_ROOM = (lock.NAME, *settling.JOURNALS, roomfile.BEFORE, "files", "backups")
SLICE = 1 << 20
_ATTACHED = re.compile(r"[0-9a-f]{32}")


@dataclass
class Entry:
    """A copy this program made here. `pinned`: kept before something was brought back; `damaged`: found so, in words;
    `leaving`: its removal has begun."""

    room: str
    made_at: str
    verified: bool = True
    pinned: bool = False
    damaged: str = ""
    leaving: bool = False


@dataclass
class Place:
    """The manifest of a place. `files`: attachments put here by this program, name → (bytes, sha256); `making`: what a
    kill may have left half-written."""

    id: str = field(default_factory=new_id)
    copies: dict[str, Entry] = field(default_factory=dict)
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    making: list[str] = field(default_factory=list)


def read(folder: Path) -> Place | None:
    """None when there is none, or none that can be read: then nothing here is known, and nothing is removed."""
    try:
        path = folder / NAME
        if path.stat().st_size > manifests.LARGEST:
            return None
        raw = json.loads(path.read_text("utf-8"))
        if int(raw["format"]) > FORMAT:
            return None
        return Place(
            str(raw["id"]),
            {
                str(name): Entry(
                    str(e["room"]), manifests.moment(e["made_at"]).isoformat(), e["verified"] is True,
                    bool(e["pinned"]), str(e["damaged"]), bool(e["leaving"]),
                )
                for name, e in raw["copies"].items()
                if manifests.is_plain(name)
            },
            {str(n): (int(s), str(d)) for n, (s, d) in raw["files"].items() if _ATTACHED.fullmatch(n)},
            [str(name) for name in raw["making"] if manifests.is_plain(name)],
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def write(folder: Path, place: Place) -> None:
    roomfile.put(folder / NAME, json.dumps({"format": FORMAT, **asdict(place)}, ensure_ascii=False, indent=1).encode())
    roomfile.sync_folder(folder)


def begin(folder: Path) -> Place:
    """The manifest of a place that is about to be written to; what a kill left half-done is put in order first."""
    place = read(folder) or Place()
    for name in place.making:
        _remove(folder / (name + UNFINISHED))
        made = manifests.read(folder / name)
        if made is not None and name not in place.copies:  # renamed, and then the power went
            place.copies[name] = Entry(made.room, made.made_at, made.verified)
    place.making = []
    for name in [name for name, entry in place.copies.items() if entry.leaving]:
        _remove(folder / name)
        del place.copies[name]
    return place


def free_name(folder: Path, at: datetime, place: Place) -> str:
    stamp = f"{PREFIX}-{at.astimezone():%Y%m%d-%H%M%S}"
    found, number = stamp, 2
    while (folder / found).exists() or found in place.copies:
        found, number = f"{stamp}-{number}", number + 1
    return found


def is_link(folder: Path) -> bool:
    """Whether a folder is another one by a link (on Windows also a junction)."""
    return folder.is_symlink() or os.path.normcase(os.path.realpath(folder)) != os.path.normcase(
        Path(os.path.realpath(folder.parent)) / folder.name
    )


def _remove(folder: Path) -> None:
    """A copy's own files and then the folder, when nothing else lies in it. Never what is reached through a link, nor a
    room somebody works in, whatever the manifest of a stick calls it."""
    if is_link(folder) or not folder.is_dir() or any((folder / name).exists() for name in OF_A_ROOM):
        return
    for name in IN_A_COPY:
        (folder / name).unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def forget_unfinished(folder: Path, place: Place, name: str) -> None:
    """A copy that did not come about: no trace of it, and no manifest where there was none before."""
    try:
        _remove(folder / (name + UNFINISHED))
        place.making = [one for one in place.making if one != name]
        if place.copies or place.files or place.making:
            write(folder, place)
        else:
            (folder / NAME).unlink(missing_ok=True)
    except OSError:
        return  # the stick was pulled out: the next backup there puts it in order


# ---- attachments --------------------------------------------------------------------------------------------


def carry(source: Path, folder: Path, place: Place, names: Iterable[str]) -> Generator[None, None, dict[str, int]]:
    """Put attachments into the place, each once; returns the lengths of those that could be read. Errors: `OSError`."""
    beside = folder / manifests.ATTACHED
    needs: dict[str, int] = {}
    for name in sorted(names):
        if not manifests.is_plain(name) or not (source / name).is_file():
            continue  # missing in the room itself: the check says so
        size = (source / name).stat().st_size
        goal = beside / name
        if name not in place.files or not goal.is_file() or goal.stat().st_size != size:
            beside.mkdir(exist_ok=True)
            place.files[name] = copy_file(source / name, goal)
            yield
        needs[name] = size
    return needs


def copy_file(source: Path, goal: Path) -> tuple[int, str]:
    """Beside, synced, swapped in; (bytes, sha256)."""
    part = goal.with_name(goal.name + UNFINISHED)
    digest, size = hashlib.sha256(), 0
    try:
        with source.open("rb") as read_from, part.open("wb") as write_to:
            while data := read_from.read(SLICE):
                digest.update(data)
                size += len(data)
                write_to.write(data)
            write_to.flush()
            os.fsync(write_to.fileno())
        part.replace(goal)
    except BaseException:
        try:
            part.unlink(missing_ok=True)
        except OSError:
            pass
        raise
    return size, digest.hexdigest()


# ---- thinning -----------------------------------------------------------------------------------------------


def thin(folder: Path, place: Place, room: str) -> list[str]:
    """Take away the copies of this room that no rule keeps; returns their names. Before one goes for another's sake, that
    other is read through: a damaged copy never counts as the one that is kept."""
    looked: set[str] = set()
    while True:
        dated = [
            thinning.Dated(
                name, datetime.fromisoformat(e.made_at).astimezone(), e.verified and not e.damaged, bool(e.damaged), e.pinned
            )
            for name, e in place.copies.items()
            if e.room == room
        ]  # fmt: skip
        stay = thinning.kept(dated)
        doubtful = thinning.guards(dated, stay) - looked
        if not doubtful:
            break
        for name in doubtful:
            looked.add(name)
            if why := manifests.trouble_of(folder / name):
                place.copies[name].damaged = why
    going = [copy.name for copy in dated if copy.name not in stay]
    remove(folder, place, going)
    return going


def remove(folder: Path, place: Place, names: Iterable[str]) -> None:
    """Take copies away that this manifest knows, and then the attachments no copy left here needs."""
    names = [name for name in names if name in place.copies]
    if not names:
        return
    for name in names:
        place.copies[name].leaving = True
    write(folder, place)
    for name in names:
        _remove(folder / name)
        del place.copies[name]
    drop_attachments(folder, place)
    write(folder, place)


def drop_attachments(folder: Path, place: Place) -> list[str]:
    """Attachments put here that no copy needs any more. Where one copy cannot be asked, all stay."""
    needed: set[str] = set()
    for found in copies_in(folder):
        manifest = manifests.read(found)
        if manifest is None:
            return []
        needed |= manifest.needs.keys()
    if any(not (folder / name / manifests.NAME).exists() for name in place.copies):
        return []
    if is_link(folder / manifests.ATTACHED):
        return []  # not this program's folder
    gone = sorted(place.files.keys() - needed)
    for name in gone:
        (folder / manifests.ATTACHED / name).unlink(missing_ok=True)
        del place.files[name]
    return gone


# ---- reading ------------------------------------------------------------------------------------------------


def copies_in(folder: Path) -> list[Path]:
    """Every copy that lies here, known or not: a folder with a manifest in it."""
    try:
        return sorted(
            one for one in folder.iterdir()
            if not one.name.endswith(UNFINISHED) and not one.is_symlink() and (one / manifests.NAME).is_file()
        )  # fmt: skip
    except OSError:
        return []


def duplicate(source: Path, folder: Path, place: Place, name: str) -> Generator[tuple[int, int], None, Path]:
    """Carry a copy (and what it needs) from one place into another, compared byte for byte by its digests.

    Yields (bytes, of bytes). Errors: `OSError`, `ValueError` (what arrived is not what was sent)."""
    manifest = manifests.read(source)
    if manifest is None:
        raise ValueError("no manifest")
    of, done = sum(size for size, _ in manifest.files.values()) or 1, 0
    part = folder / (name + UNFINISHED)
    part.mkdir(parents=True)
    for file in manifest.files:
        with (source / file).open("rb") as read_from, (part / file).open("wb") as write_to:
            while data := read_from.read(SLICE):
                write_to.write(data)
                done += len(data)
                yield min(done, of), of
            write_to.flush()
            os.fsync(write_to.fileno())
    work = carry(source.parent / manifests.ATTACHED, folder, place, manifest.needs)
    for _ in work:
        yield of, of
    manifests.write(part, manifest)
    for file, wanted in manifest.files.items():
        if manifests.digest_of(part / file) != wanted:
            raise ValueError(file)
        yield of, of
    roomfile.sync_folder(part)
    part.rename(folder / name)
    roomfile.sync_folder(folder)
    return folder / name


def enough_room(folder: Path, sizes: Mapping[str, int] | int) -> bool:
    """Whether so many bytes would fit; asked first, so that a full disk is told before half a copy lies there."""
    wanted = sizes if isinstance(sizes, int) else sum(sizes.values())
    try:
        return shutil.disk_usage(folder).free > wanted + SLICE
    except OSError:
        return True
