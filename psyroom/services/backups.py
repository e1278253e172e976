"""Backups: made by themselves, in the room and in a second place; what there is of them, and what is asked for.

Nobody waits for one. The room's own `backups` gets a copy at every lock and every half hour of work in which something
changed; the newest is carried to the second place (a stick, another disk) whenever that is there. Bringing one back is
`backups_back`'s.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from weakref import WeakKeyDictionary

from psyroom.errors import CannotWriteFile, Refused, Tell
from psyroom.records.office import DeskState
from psyroom.services.rights import needs_counsellor
from psyroom.store import backups, copies, folders, secret
from psyroom.store import backups_place as places
from psyroom.store.backups import Copy as Kept
from psyroom.store.backups_return import PAUSED
from psyroom.store.room import Room

__all__ = ["Kept"]

AMBER, BRICK = 3, 7
"""Days without a backup in the second place after which it is asked for, and asked for loudly."""
LAST_COPY = "last-copy"
"""State of desk.db: when the last backup was made (UTC, ISO 8601)."""
EVERY = 30
"""Minutes of work between two backups, when something changed."""


@dataclass(frozen=True)
class BackupMade:
    """`rows`: kind of record → how many. `second`: where it was carried to as well; `trouble`: why it was not."""

    path: Path
    verified: bool
    rows: dict[str, int]
    second: Path | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Second:
    """The second place as this computer remembers it: where, since when, and what was there last."""

    path: Path
    place: str
    chosen: datetime
    last: datetime | None = None
    heads: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Status:
    """For the window's foot. `level` of the second place: empty, amber (three days without), brick (seven), and `second`
    says it without colour; `words`: the last backup, or that backups are paused."""

    level: str
    words: str
    second: str
    last: datetime | None
    days: int
    paused: bool


# ---- one at a time ------------------------------------------------------------------------------------------------

_turns: WeakKeyDictionary[Room, threading.Lock] = WeakKeyDictionary()


@contextmanager
def alone(room: Room) -> Iterator[None]:
    """One backup at a time: a lock may come while the half hour's is under way. Errors: `Refused` after ten seconds."""
    turn = _turns.setdefault(room, threading.Lock())
    if not turn.acquire(timeout=10):
        raise Refused(why="另一次备份还没有做完，请稍等片刻再试。")
    try:
        yield
    finally:
        turn.release()


# ---- making -------------------------------------------------------------------------------------------------------


def make(
    room: Room, to: Path | str | None = None, *, automatic: bool = False, seconds: float | None = None
) -> Generator[tuple[int, int], None, BackupMade | None]:
    """Make a backup: in the room and, where it is there, in the second place; or only in `to`. Yields (done, of).

    `automatic`: None when nothing changed since the last, or backups are paused. `seconds`: over, the copy stays
    unverified until later. A duty person's is unverified in any case. Errors: as `store.copies.copy_room`."""
    if automatic and not is_due(room):
        return None
    own, where = Path(os.path.realpath(room.folder)), Path(os.path.realpath(to)) if to is not None else None
    if where is not None and where.is_relative_to(own) and not where.is_relative_to(own / backups.FOLDER):
        raise Refused(why="这是辅导室自己的文件夹，请把备份存到别的地方，最好是 U 盘或另一块磁盘。")
    with alone(room):
        path = yield from copies.copy_room(
            room, Path(to) if to is not None else backups.folder_of(room), seconds=seconds
        )
        made = next(copy for copy in backups.copies_of(room, path.parent) if copy.path == path)
        _put(room, LAST_COPY, datetime.now(UTC).isoformat(timespec="seconds"))
        rows = {name.split(".")[1]: count for name, count in made.rows.items()}
        second, trouble = None, ""
        if to is None:
            try:
                second = yield from _carry(room, path)
            except Tell as tell:
                trouble = str(tell)
    return BackupMade(path, made.verified, rows, second, trouble)


def is_due(room: Room) -> bool:
    """Whether something changed since the last backup and none is held back. A practice school needs none."""
    if room.practice or is_paused(room):
        return False
    last = backups.newest(room, backups.folder_of(room))
    return last is None or not backups.is_current(room, last.path)


def verify_waiting(room: Room) -> Generator[tuple[int, int], None, list[Kept]]:
    """Open the copies made by a duty person or in haste; returns those that proved damaged. Needs a counsellor."""
    needs_counsellor(room)
    with alone(room):
        looked = []
        for folder in _places(room):
            try:
                looked += yield from backups.verify_waiting(room, folder)
            except CannotWriteFile:
                continue  # a stick that may only be read
    return [copy for copy in looked if copy.trouble]


# ---- which there are ----------------------------------------------------------------------------------------------


def _places(room: Room) -> list[Path]:
    there = present_second(room)
    return [backups.folder_of(room), *([there] if there is not None else [])]


def listed(room: Room, at: Path | None = None) -> list[Kept]:
    """The copies of the room and of the second place where it is there (or of the folder `at`), newest first."""
    folders_ = [at] if at is not None else _places(room)
    found = [copy for folder in folders_ for copy in backups.copies_of(room, folder, with_keys=room.has_cases)]
    return sorted(found, key=lambda copy: copy.made_at, reverse=True)


def sealed_before(room: Room) -> list[Kept]:
    """Copies that only keys of before open: whoever was removed since can still read them. Needs a counsellor."""
    needs_counsellor(room)
    return [copy for copy in listed(room) if copy.fits is False]


def destroy(room: Room, copies: list[Kept]) -> int:
    """Take copies away, in every place that is there; how many. Not to be taken back. Needs a counsellor."""
    needs_counsellor(room)
    with alone(room):
        return sum(
            len(backups.destroy(room, folder, [copy.path.name for copy in copies if copy.place == folder]))
            for folder in {copy.place for copy in copies}
        )


def remake(room: Room) -> Generator[tuple[int, int], None, int]:
    """After a removal: a new backup under the new keys, and once it is verified the ones of before go. How many went.
    Needs a counsellor. Errors: as `make`; then all stay."""
    needs_counsellor(room)
    made = yield from make(room)
    if made is None or not made.verified:
        return 0
    before = [copy for copy in sealed_before(room) if copy.place == made.path.parent or made.second is not None]
    return destroy(room, before)


# ---- the second place ---------------------------------------------------------------------------------------------


def _key(room: Room) -> str:
    return f"second-place {secret.origin_of_machine(room.id)}"  # this computer's; another one has other sticks


def second(room: Room) -> Second | None:
    """The second place chosen on this computer."""
    text = _state(room, _key(room))
    try:
        raw = json.loads(text)
        last = raw.get("last") or ""
        return Second(
            Path(raw["path"]), str(raw["place"]), datetime.fromisoformat(raw["chosen"]),
            datetime.fromisoformat(last) if last else None, {str(k): str(v) for k, v in raw.get("heads", {}).items()},
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _keep_second(room: Room, place: Second) -> None:
    raw = {
        "path": str(place.path), "place": place.place, "chosen": place.chosen.isoformat(timespec="seconds"),
        "last": place.last.isoformat(timespec="seconds") if place.last else "", "heads": place.heads,
    }  # fmt: skip
    _put(room, _key(room), json.dumps(raw, ensure_ascii=False))


def choose_second(room: Room, folder: Path) -> str:
    """Remember a second place; returns a word of advice, or nothing. Needs a counsellor. Errors: `Refused`,
    `CannotWriteFile`."""
    needs_counsellor(room)
    real = Path(os.path.realpath(folder))
    if real.is_relative_to(os.path.realpath(room.folder)):
        raise Refused(why="这是辅导室自己的文件夹，第二处要在别的地方，最好是 U 盘或另一块磁盘。")
    if why := folders.synced(real):
        raise Refused(why=f"这个文件夹{why}，会传到校外的服务器上，请改用 U 盘或另一块磁盘。")
    if not real.is_dir():
        raise Refused(why="找不到这个文件夹，U 盘可能已拔出，请插好再选。")
    place = places.read(real) or places.Place()
    try:
        places.write(real, place)
    except OSError as error:
        raise CannotWriteFile(name=real.name or str(real), why=copies.why_of(error)) from None
    last = backups.newest(room, real)
    _keep_second(room, Second(real, place.id, datetime.now(UTC), last.made_at if last else None))
    same = os.stat(real).st_dev == os.stat(room.folder).st_dev
    return "它和辅导室在同一块磁盘上，磁盘坏了会一起丢；有 U 盘时请改选 U 盘。" if same else ""


def present_second(room: Room) -> Path | None:
    """Where the second place is now, when it is there. A folder without the program's manifest is not it: an empty mount
    point, somebody else's stick."""
    chosen = second(room)
    if chosen is None:
        return None
    for path in _candidates(chosen.path):
        place = places.read(path)
        if place is None:
            continue
        if place.id == chosen.place or any(entry.room == room.id for entry in place.copies.values()):
            return path
    return None


def _candidates(path: Path) -> Iterator[Path]:
    """The path, and on Windows the same one under every other letter a stick may have got."""
    yield path
    if sys.platform == "win32" and path.drive:
        for letter in "DEFGHIJKLMNOPQRSTUVWXYZ":
            yield Path(f"{letter}:\\", *path.parts[1:])


def carry_over(room: Room) -> Generator[tuple[int, int], None, Path | None]:
    """The second place has come: carry the newest backup there, when it lacks it. None: nothing to do."""
    if room.practice or is_paused(room):
        return None
    with alone(room):
        last = backups.newest(room, backups.folder_of(room))
        return (yield from _carry(room, last.path)) if last is not None else None


def _carry(room: Room, copy: Path) -> Generator[tuple[int, int], None, Path | None]:
    there, chosen = present_second(room), second(room)
    if there is None or chosen is None:
        return None
    made_at = next(c.made_at for c in backups.copies_of(room, copy.parent) if c.path == copy)
    if any(backups.is_same(c.path, copy) for c in backups.copies_of(room, there) if not c.trouble):
        carried = None
    else:
        carried = yield from backups.carry_over(room, copy, there)
    if carried is not None or chosen.last is None or chosen.last < made_at:
        told = backups.heads(room) if backups.is_current(room, copy) else {}
        place = places.read(there)
        _keep_second(room, Second(chosen.path, place.id if place else chosen.place, chosen.chosen, made_at, told))
    return carried


# ---- what is asked for --------------------------------------------------------------------------------------------


def is_paused(room: Room) -> bool:
    """Whether automatic backups wait for somebody to look at what was brought back."""
    return bool(_state(room, PAUSED))


def status(room: Room, now: datetime) -> Status:
    """When the last backup was made, how the second place stands, in words. Looks at no disk."""
    text = _state(room, LAST_COPY)
    last = datetime.fromisoformat(text) if text else None
    if room.practice:
        words = f"上次备份：{_when(last, now)}" if last else "练习模式不会自动备份"
        return Status("", words, "", last, 0, paused=False)
    words = f"上次备份：{_when(last, now)}" if last else "还没有备份过"
    chosen = second(room)
    days = _days_without(room, chosen, now)
    level = "brick" if days >= BRICK else "amber" if days >= AMBER else ""
    if chosen is None:
        tail = {"": "还没有第二处", "amber": f"{days} 天了还没有第二处备份，请准备一个 U 盘"}.get(
            level, f"{days} 天了还没有第二处备份，请今天就准备一个 U 盘"
        )
    elif not level:
        tail = f"第二处：{_when(chosen.last, now)}" if chosen.last else "第二处：等着插上"
    else:
        tail = f"第二处已 {days} 天没有备份，请{'插上' if level == 'amber' else '今天就插上'} U 盘"
    if is_paused(room):
        return Status(level, "自动备份停着，等你看过恢复的内容", tail, last, days, paused=True)
    return Status(level, words, tail, last, days, paused=False)


def _days_without(room: Room, chosen: Second | None, now: datetime) -> int:
    """Days since the second place had everything; 0 while it lacks nothing."""
    if chosen is not None and chosen.last is not None and chosen.heads and _same_heads(room, chosen.heads):
        return 0
    since = (chosen.last or chosen.chosen) if chosen is not None else backups.began(room)
    return max(0, (now.astimezone().date() - since.astimezone().date()).days) if since is not None else 0


def _same_heads(room: Room, then: dict[str, str]) -> bool:
    return all(then.get(schema) == head for schema, head in backups.heads(room).items())


def _when(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "还没有"
    days = (now.astimezone().date() - at.astimezone().date()).days
    day = "今天" if days <= 0 else "昨天" if days == 1 else f"{days} 天前"
    return f"{day} {at.astimezone():%H:%M}"


# ---- state --------------------------------------------------------------------------------------------------------


def _state(room: Room, name: str) -> str:
    with room.read() as session:
        row = session.get(DeskState, name)
        return row.value if row is not None else ""


def _put(room: Room, name: str, value: str) -> None:
    with room.aside() as session:
        session.merge(DeskState(id=name, value=value))
