"""Kills while a counsellor writes: notes, drafts, attachments, slips. What was acknowledged stands there, whole; of the step
that was cut short all or nothing."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from psyroom.errors import Tell
from psyroom.faults import work
from psyroom.faults.process import WAYS, Figures, Pipe, doom, errors_of, moved, note_journals, run_and_kill, unsound
from psyroom.store import settle
from psyroom.store.opening import open_room

FRESH_ROOM_EVERY = 15
STEPS = 10_000


def write_on(folder: Path, seed: int, state: work.State, pipe: Pipe, way: str = "moment") -> None:
    """Work in a room until killed; each step is said before it is begun and when it is done."""
    dice = random.Random(seed)
    room = open_room(folder, work.COUNSELLOR, work.PASSWORD)
    pipe.say(**{"is": "open"})
    doer = work.Doer(room)
    doom(room, way, dice, pipe)
    for _ in range(STEPS):
        step = work.meant(dice, state)
        pipe.say(**{"is": "try", "step": step})
        doer.do(step)
        unread = doer.unread() if step["do"] == "slip" else None
        pipe.say(**{"is": "done", "unread": unread})
        state = work.after(state, step, unread)


def expected(state: work.State, told: list[dict[str, Any]]) -> tuple[work.State, work.State | None, int]:
    """The state after all that was acknowledged, the one with the step that was begun, and how many were acknowledged."""
    begun, count = None, 0
    for line in told:
        if line["is"] == "try":
            begun = line["step"]
        elif line["is"] == "done" and begun is not None:
            state, begun, count = work.after(state, begun, line["unread"]), None, count + 1
    return state, work.after(state, begun) if begun is not None else None, count


def run(kills: int, place: Path, dice: random.Random, *, say: Callable[[str], None] = lambda line: None) -> Figures:
    """Kill a writing counsellor `kills` times in rooms below `place`."""
    figures = Figures("notes, drafts, attachments")
    made, folder = place / "原样", place / "房间 0"
    work.make(made)
    state: work.State = {}
    for number in range(kills):
        if number % FRESH_ROOM_EVERY == 0:
            shutil.rmtree(folder, ignore_errors=True)
            folder = place / f"房间 {number}"
            shutil.copytree(made, folder)
            state = {"notes": {}, "drafts": {}, "words": {}, "slips": []}
        seed, way = dice.getrandbits(32), WAYS[number % len(WAYS)]

        def writer(
            pipe: Pipe, seed: int = seed, way: str = way, state: work.State = state, folder: Path = folder
        ) -> None:
            write_on(folder, seed, state, pipe, way)

        told = run_and_kill(writer, dice.randint(1, 12) if way == "moment" else 80, dice.random() * 0.03)
        figures.kills += 1
        hot = note_journals(folder, figures)
        if dice.random() < (0.6 if hot else 0.2):
            folder = moved(folder, dice, number)
            figures.counts["moved"] += 1
            figures.counts["settled"] += bool(settle.settle(folder))
        if dice.random() < 0.3:
            open_room(folder, work.DUTY, work.PASSWORD).close()
            figures.counts["duty first"] += 1
        faults = errors_of(told)
        try:
            with open_room(folder, work.COUNSELLOR, work.PASSWORD) as room:
                faults += unsound(room)
                found = work.observed(room)
        except Tell as error:
            figures.faults.append(f"kill {number}: {type(error).__name__}")
            break
        state, begun, count = expected(state, told)
        figures.counts["acknowledged"] += count
        missing = work.differ(state, found)
        if begun is not None:
            figures.counts["cut short"] += 1
            if missing and not work.differ(begun, found):
                missing = []
                figures.counts["of these done"] += 1
        faults += missing
        figures.faults += [f"kill {number}: {what}" for what in faults]
        state = found
        say(f"{number + 1}/{kills}")
    shutil.rmtree(folder, ignore_errors=True)
    return figures
