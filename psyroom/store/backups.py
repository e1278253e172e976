"""The copies of all places: which there are, verifying those made without the case key, carrying one to a second place,
and taking copies away that are sealed to keys of before."""

from __future__ import annotations

import errno
from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from psyroom.errors import CannotWriteFile, RoomTrouble
from psyroom.store import backups_place as places
from psyroom.store import manifest as manifests
from psyroom.store import roomfile
from psyroom.store.connection import connect_alone, driver, raw_of
from psyroom.store.copies import Taken, verify_copy, why_of
from psyroom.store.room import Room
from psyroom.store.tables import CASES, FILES
from psyroom.store.verifying import head_in

FOLDER = "backups"


@dataclass(frozen=True)
class Copy:
    """A copy as it lies there. `trouble`: what is wrong with it, as the middle of a sentence; `fits`: the present keys open
    it (None: not looked at); `missing`: attachments that are not beside it; `known`: made by this program in this place."""

    path: Path
    place: Path
    made_at: datetime
    verified: bool
    rows: dict[str, int]
    bytes: int
    pinned: bool = False
    known: bool = True
    trouble: str = ""
    fits: bool | None = None
    missing: int = 0


def folder_of(room: Room) -> Path:
    """The room's own place."""
    return room.folder / FOLDER


def fits(copy: Path, keys: dict[str, bytes]) -> bool:
    """Whether these keys open every file of the copy that they are for."""
    for schema, key in keys.items():
        try:
            c = connect_alone(copy / FILES[schema], key, mode="ro")
        except driver.Error:
            return False
        try:
            if not c.execute("PRAGMA user_version").fetchone()[0]:  # the first page alone: a later one may be damaged
                return False
        except driver.Error:
            return False
        finally:
            c.close()
    return True


def copies_of(room: Room, folder: Path, *, with_keys: bool = False) -> list[Copy]:
    """The copies of this room in a place, newest first; lengths are compared, digests not."""
    place = places.read(folder) or places.Place()
    found = []
    for path in places.copies_in(folder):
        told = manifests.read(path)
        if told is None or told.room != room.id:
            continue
        entry = place.copies.get(path.name)
        trouble = (entry.damaged if entry else "") or manifests.trouble_of(path, quick=True) or ""
        found.append(
            Copy(
                path, folder, told.at(), told.verified, told.counts(room._keys), sum(size for size, _ in told.files.values()),
                bool(entry and entry.pinned), entry is not None, trouble,
                fits(path, room._keys) if with_keys and not trouble else None, len(manifests.missing_attachments(path)),
            )
        )  # fmt: skip
    return sorted(found, key=lambda copy: (copy.made_at, copy.path.name), reverse=True)


def newest(room: Room, folder: Path) -> Copy | None:
    """The newest copy of a place that is whole by its lengths."""
    return next((copy for copy in copies_of(room, folder) if not copy.trouble), None)


# ---- verifying later ----------------------------------------------------------------------------------------------


def verify_waiting(room: Room, folder: Path) -> Generator[tuple[int, int], None, list[Copy]]:
    """Open the copies of a place that were made without the case key; what proves damaged is marked so. Needs both keys.

    A copy these keys do not open is left as it is. Returns what was looked at. Errors: `CannotWriteFile`."""
    waiting = [copy for copy in copies_of(room, folder) if not copy.verified and not copy.trouble]
    done = []
    for number, copy in enumerate(waiting):
        yield number, len(waiting)
        told = manifests.read(copy.path)
        if told is None or not fits(copy.path, room._keys):
            continue
        taken = Taken(dict(room._keys), told.heads, [])
        trouble = manifests.trouble_of(copy.path) or ""
        if not trouble:
            try:
                yield from ((number, len(waiting)) for _ in verify_copy(copy.path, taken))
            except RoomTrouble as error:
                trouble = str(error)
        try:
            _mark(folder, copy.path, told, taken, trouble)
        except OSError as error:
            raise CannotWriteFile(name=copy.path.name, why=why_of(error)) from None
        done.append(replace(copy, verified=not trouble, trouble=trouble, rows=taken.rows))
    yield len(waiting), max(1, len(waiting))
    return done


def _mark(folder: Path, copy: Path, told: manifests.Manifest, taken: Taken, trouble: str) -> None:
    if not trouble:
        told.verified = True
        told.seal_rows(taken.keys, taken.rows)
        manifests.write(copy, told)
    place = places.read(folder)
    if place is not None and copy.name in place.copies:
        place.copies[copy.name].verified = not trouble
        place.copies[copy.name].damaged = trouble
        places.write(folder, place)


# ---- to a second place --------------------------------------------------------------------------------------------


def carry_over(room: Room, copy: Path, to: Path) -> Generator[tuple[int, int], None, Path]:
    """Put a finished copy into another place too, compared there by its digests; then that place is thinned.

    Yields (bytes, of). Errors: `CannotWriteFile`; old copies there stay as they are, and no half one counts."""
    told = manifests.read(copy)
    name, place = copy.name, None
    try:
        if told is None:
            raise OSError(errno.ENOENT, "no manifest")
        place = places.begin(to)
        name = places.free_name(to, told.at(), place)
        if not places.enough_room(to, {n: size for n, (size, _) in told.files.items()}):
            raise OSError(errno.ENOSPC, "full")
        place.making.append(name)
        places.write(to, place)
        yield from places.duplicate(copy, to, place, name)
        place.making.remove(name)
        place.copies[name] = places.Entry(room.id, told.made_at, told.verified)
        places.write(to, place)
        places.thin(to, place, room.id)
    except (OSError, ValueError) as error:
        if place is not None:
            places.forget_unfinished(to, place, name)
        why = why_of(error) if isinstance(error, OSError) else "写进去的和读出来的不一样，这个盘可能坏了，请换一个"
        raise CannotWriteFile(name=name, why=why) from None
    except BaseException:
        if place is not None:
            places.forget_unfinished(to, place, name)
        raise
    return to / name


def is_same(one: Path, other: Path) -> bool:
    """Whether two copies are the same one, in two places."""
    first, second = manifests.read(one), manifests.read(other)
    return first is not None and second is not None and first.files == second.files and first.made_at == second.made_at


# ---- taking away --------------------------------------------------------------------------------------------------


def destroy(room: Room, folder: Path, names: Iterable[str]) -> list[str]:
    """Take copies of this room away that the place's manifest knows; returns their names. Errors: `CannotWriteFile`."""
    place = places.read(folder)
    if place is None:
        return []
    going = [name for name in names if name in place.copies and place.copies[name].room == room.id]
    try:
        places.remove(folder, place, going)
    except OSError as error:
        raise CannotWriteFile(name=folder.name, why=why_of(error)) from None
    return going


# ---- what stands now ----------------------------------------------------------------------------------------------


def heads(room: Room) -> dict[str, str]:
    """Each file's last deed, by its digest."""
    with room.read() as session:
        raw = raw_of(session)
        return {schema: head_in(raw, schema)[1] for schema in room.schemas}


def began(room: Room) -> datetime | None:
    """When the room's first deed was done."""
    with room.read() as session:
        row = raw_of(session).execute("SELECT at FROM main.deed ORDER BY seq LIMIT 1").fetchone()
    return datetime.fromisoformat(row[0]) if row else None


def is_current(room: Room, copy: Path) -> bool:
    """Whether a copy holds what stands now: the last deeds, and who may open it. Drafts do not count."""
    told = manifests.read(copy)
    if told is None or any(told.heads.get(schema) != head for schema, head in heads(room).items()):
        return False
    if told.files.get(roomfile.NAME) != manifests.digest_of(room.folder / roomfile.NAME):
        return False
    case = room.folder / FILES[CASES]
    # without its key: whether the file was touched since
    return room.has_cases or datetime.fromtimestamp(case.stat().st_mtime, UTC) < told.at()
