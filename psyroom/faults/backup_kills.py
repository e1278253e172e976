"""Kills while a backup is made and while one is brought back.

A copy that is only half there counts for nothing, here and in the second place; one that was acknowledged is whole, and
holds what it was said to hold. After a bringing back that was cut short everything is as before or everything as in the
copy, and the state of before lies kept beside."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from psyroom.errors import Tell
from psyroom.faults import work
from psyroom.faults.process import (
    WAYS,
    Figures,
    Pipe,
    doom,
    drive,
    errors_of,
    moved,
    note_journals,
    run_and_kill,
    unsound,
)
from psyroom.services import backups, backups_back
from psyroom.store import backups_swap, manifest
from psyroom.store.backups import FOLDER
from psyroom.store.backups import heads as heads_of
from psyroom.store.backups_place import UNFINISHED
from psyroom.store.backups_return import bring_back_here
from psyroom.store.copies import Taken, verify_copy
from psyroom.store.opening import open_room
from psyroom.store.room import Room

FRESH_ROOM_EVERY = 15
OPEN = {"is": "open"}
POINTS = (
    "kept", "copied", "prepared", "ready", "replaced desk.db", "replaced case.db", "replaced room.json.before",
    "replaced room.json", "finished",
)  # fmt: skip
"""Where bringing back may be cut short; from `ready` on it is decided."""


def _cut_at(work_: Generator[Any, Any, Any], at: int, pipe: Pipe) -> Any:
    """Drive it, and end at its step number `at`; -1: never."""
    while True:
        try:
            next(work_)
        except StopIteration as end:
            return end.value
        if at == 0:
            pipe.end()
        at -= 1


def _trouble(room: Room, copy: Path) -> str:
    """What is wrong with a copy, as one hears it who relies on it; empty when it is whole."""
    told = manifest.read(copy)
    if told is None:
        return "no manifest"
    if why := manifest.trouble_of(copy):
        return why
    if manifest.missing_attachments(copy):
        return "attachments missing"
    try:
        drive(verify_copy(copy, Taken(dict(room._keys), told.heads, [])))
    except Tell as error:
        return type(error).__name__
    return ""


def _unfinished(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir() if one.name.endswith(UNFINISHED)] if folder.is_dir() else []


# ---- making one ---------------------------------------------------------------------------------------------------


def _back_up(folder: Path, seed: int, way: str, pipe: Pipe) -> None:
    dice = random.Random(seed)
    room = open_room(folder, work.COUNSELLOR, work.PASSWORD)
    pipe.say(**OPEN)
    doer = work.Doer(room)
    state = work.observed(room)
    doom(room, way, dice, pipe)
    for _ in range(20):
        step = work.meant(dice, state)
        doer.do(step)
        state = work.observed(room)
        pipe.say(**{"is": "copying"})
        made = _cut_at(backups.make(room), dice.randint(0, 40) if dice.random() < 0.3 else -1, pipe)
        heads = manifest.read(made.path)
        pipe.say(**{
            "is": "done", "name": made.path.name, "second": str(made.second or ""), "verified": made.verified,
            "heads": heads.heads if heads else {}, "rows": made.rows,
        })  # fmt: skip


def run_making(
    kills: int, place: Path, dice: random.Random, *, say: Callable[[str], None] = lambda line: None
) -> Figures:
    """Kill a counsellor `kills` times while backups are made, here and on a stick."""
    figures = Figures("backup")
    made, folder, stick = place / "原样", place / "房间", place / "U 盘"
    work.make(made)
    for number in range(kills):
        if number % FRESH_ROOM_EVERY == 0:
            for old in (folder, stick):
                shutil.rmtree(old, ignore_errors=True)
            shutil.copytree(made, folder)
            stick.mkdir()
            with open_room(folder, work.COUNSELLOR, work.PASSWORD) as room:
                backups.choose_second(room, stick)
        seed, way = dice.getrandbits(32), dice.choice(("moment", *WAYS))

        def back_up(pipe: Pipe, seed: int = seed, way: str = way) -> None:
            _back_up(folder, seed, way, pipe)

        told = run_and_kill(back_up, dice.randint(1, 5) if way == "moment" else 7, dice.random() * 0.15)
        figures.kills += 1
        note_journals(folder, figures)
        half = _unfinished(folder / "backups") + _unfinished(stick)
        figures.counts["half-written"] += bool(half)
        faults = errors_of(told)
        acknowledged = [line for line in told if line["is"] == "done"]
        figures.counts["acknowledged"] += len(acknowledged)
        try:
            with open_room(folder, work.COUNSELLOR, work.PASSWORD) as room:
                faults += unsound(room)
                faults += _copies(room, acknowledged, stick, figures)
        except Tell as error:
            faults.append(type(error).__name__)
        figures.faults += [f"backup kill {number}: {what}" for what in faults]
        say(f"{number + 1}/{kills}")
    for left in (made, folder, stick):
        shutil.rmtree(left, ignore_errors=True)
    return figures


def _copies(room: Room, acknowledged: list[dict[str, Any]], stick: Path, figures: Figures) -> list[str]:
    faults = []
    listed = backups.listed(room)
    figures.counts["copies read"] += len(listed)
    for copy in listed:
        if copy.trouble or copy.missing or manifest.trouble_of(copy.path):
            faults.append(f"{copy.place.name}/{copy.path.name}: {copy.trouble or 'not whole'}")
        if copy.path.name.endswith(UNFINISHED):
            faults.append("a half one is listed")
    for line in acknowledged:
        own = room.folder / FOLDER / line["name"]
        for path in (own, Path(line["second"])) if line["second"] else (own,):
            told = manifest.read(path)
            if told is None:
                if line is acknowledged[-1]:  # the newest is never thinned
                    faults.append("an acknowledged copy is not there")
                continue
            if told.heads != line["heads"] or not told.verified or not line["verified"]:
                faults.append("an acknowledged copy says something else")
            if line is acknowledged[-1] and (why := _trouble(room, path)):
                faults.append(f"an acknowledged copy: {why}")
    drive(backups.make(room))  # and the next one puts in order what the kill left
    faults += [f"{name} is left" for name in _unfinished(room.folder / "backups") + _unfinished(stick)]
    return faults


# ---- bringing one back ----------------------------------------------------------------------------------------------


def _bring_back(folder: Path, copy: str, at: str, after: int, way: str, pipe: Pipe) -> None:
    def pause(where: str) -> None:
        pipe.say(**{"is": "point", "point": where})
        if where == at:
            pipe.end()

    room = open_room(folder, work.COUNSELLOR, work.PASSWORD)
    pipe.say(**OPEN)
    path = folder / "backups" / copy
    doom(room, way, random.Random(after), pipe)
    if at:
        drive(bring_back_here(room, path, pause=pause))
    else:
        _cut_at(backups_back.bring_back(room, path), after, pipe)
    pipe.say(**{"is": "done"})
    room.close()


class _Before:
    """A room that has gone on since a copy was made: both states, and what the present one's chain ends with."""

    def __init__(self, folder: Path, dice: random.Random) -> None:
        self.folder = folder
        work.make(folder)
        with open_room(folder, work.COUNSELLOR, work.PASSWORD) as room:
            self._work(room, dice, 30)
            self.then = work.observed(room)
            self.copy = drive(backups.make(room)).path.name
            self._work(room, dice, 30)
        with open_room(folder, work.COUNSELLOR, work.PASSWORD) as room:
            self.now = work.observed(room)
            self.heads = heads_of(room)

    @staticmethod
    def _work(room: Room, dice: random.Random, steps: int) -> None:
        doer = work.Doer(room)
        for _ in range(steps):
            doer.do(work.meant(dice, work.observed(room)))


def run_returning(
    kills: int, place: Path, dice: random.Random, *, say: Callable[[str], None] = lambda line: None
) -> Figures:
    """Kill a counsellor `kills` times while a copy is brought back: at every point in turn, and at random moments."""
    figures = Figures("bringing back")
    before = _Before(place / "原样", dice)
    for number in range(kills):
        folder = place / f"房间 {number}"
        shutil.copytree(before.folder, folder)
        at = POINTS[number // 2 % len(POINTS)] if number % 2 == 0 else ""
        after = dice.randint(0, 60) if not at and dice.random() < 0.5 else -1

        way = "moment" if at or after >= 0 else dice.choice(WAYS)
        after = after if way == "moment" else -dice.randint(1, 10_000)

        def bring(pipe: Pipe, folder: Path = folder, at: str = at, after: int = after, way: str = way) -> None:
            _bring_back(folder, before.copy, at, after, way, pipe)

        lasts = at or after >= 0 or way != "moment"  # it ends by its own hand
        told = run_and_kill(bring, 100 if lasts else 0, 0 if lasts else dice.random() * 0.4)
        figures.kills += 1
        note_journals(folder, figures)
        faults = errors_of(told)
        if at and {"is": "point", "point": at} not in told:
            faults.append(f"{at} was not reached")
        if dice.random() < 0.4:
            folder = moved(folder, dice, number)
            figures.counts["moved"] += 1
        first = work.DUTY if dice.random() < 0.3 else ""
        try:
            if first:
                open_room(folder, first, work.PASSWORD).close()
                figures.counts["duty first"] += 1
            with open_room(folder, work.COUNSELLOR, work.PASSWORD) as room:
                faults += _old_or_new(room, before, at, told, figures)
                faults += unsound(room)
        except Tell as error:
            faults.append(type(error).__name__)
        figures.faults += [f"bringing back, kill {number} at {at or 'random'}: {what}" for what in faults]
        shutil.rmtree(folder, ignore_errors=True)
        say(f"{number + 1}/{kills}")
    shutil.rmtree(before.folder, ignore_errors=True)
    return figures


def _old_or_new(room: Room, before: _Before, at: str, told: list[dict[str, Any]], figures: Figures) -> list[str]:
    faults = []
    found = work.observed(room)
    is_new = not work.differ(before.then, found)
    figures.counts["all new" if is_new else "all old"] += 1
    if not is_new:
        faults += [f"neither old nor new: {what}" for what in work.differ(before.now, found)]
    decided = at and POINTS.index(at) >= POINTS.index("ready")
    if at and bool(decided) != is_new or {"is": "done"} in told and not is_new:
        faults.append("decided otherwise")
    if (room.folder / backups_swap.FOLDER).exists():
        faults.append("the folder of the change is left")
    kept = [copy for copy in backups.listed(room) if copy.pinned]
    if is_new or at:
        wanted = manifest.read(kept[0].path) if len(kept) == 1 else None
        if wanted is None or wanted.heads != before.heads or _trouble(room, kept[0].path):
            faults.append("the state of before is not kept")
    if is_new != backups.is_paused(room):
        faults.append("pausing")
    doer = work.Doer(room)
    step = {"do": "draft", "mark": "f" * work.MARK, "text": "之后", "private": ""}
    doer.do(step)
    if work.differ(work.after(found, step), work.observed(room)):
        faults.append("no work afterwards")
    return faults
