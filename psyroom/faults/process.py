"""A process of its own that works on a room until it is killed, and what must hold of the folder it leaves. POSIX only.

It says on a pipe what it is about to do and, after the deed has answered, that it is done: of the one step between the two
either all or nothing may be there, of every step before it everything.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from psyroom.store import keys, settle
from psyroom.store.checking import check
from psyroom.store.room import Room
from psyroom.store.tables import FILES

OPEN = {"is": "open"}


@dataclass
class Figures:
    """What the kills of one kind counted; `faults` must be empty. `counts`: whatever is worth telling, by its name."""

    kind: str
    kills: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults

    def lines(self) -> list[str]:
        each = ", ".join(f"{name} {count}" for name, count in self.counts.items())
        return [f"{self.kind}: kills {self.kills}, {each}; faults {len(self.faults)}", *self.faults[:20]]


@contextmanager
def cheap_keys() -> Iterator[None]:
    """Real rooms at the cost of a practice school's: what a guess costs is not looked at here."""
    was, keys.UNBOUND = keys.UNBOUND, keys.PRACTICE
    try:
        yield
    finally:
        keys.UNBOUND = was


class Pipe:
    """Where the process speaks; a line is written whole or not at all."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def say(self, **told: Any) -> None:
        os.write(self.handle, json.dumps(told, ensure_ascii=False).encode() + b"\n")

    def end(self) -> None:
        """As if the power had gone, here and now."""
        os.kill(os.getpid(), signal.SIGKILL)


WAYS = ("moment", "write", "door")
"""How a process dies: at a moment that is nobody's choice, in the middle of a write, or just when a door has closed."""


def doom(room: Room, way: str, dice: random.Random, pipe: Pipe) -> None:
    """In the process itself: let it end at a write that goes beyond a random length (the system does it, between two pages
    of a file or of a journal), or after a few doors of the room have closed, before anything is acknowledged."""
    if way == "write":
        import resource

        longest = max((room.folder / name).stat().st_size for name in FILES.values())
        end = dice.randrange(dice.choice((40_000, longest)))
        resource.setrlimit(resource.RLIMIT_FSIZE, (end, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    elif way == "door":
        inner, left = room._alone, [dice.randint(1, 12)]

        @contextmanager
        def counted() -> Iterator[None]:
            with inner():
                yield
            left[0] -= 1
            if not left[0]:
                pipe.end()

        room._alone = counted  # type: ignore[method-assign]


def spawn(work: Callable[[Pipe], None]) -> tuple[int, Iterator[dict[str, Any]]]:
    """Run `work` in a process of its own: its number, and what it says."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.close(reading)
            work(Pipe(writing))
        except BaseException as error:
            Pipe(writing).say(**{"is": "error", "error": f"{type(error).__name__} {error}"})
        finally:
            os._exit(0)
    os.close(writing)
    return process, _told(reading)


def _told(pipe: int) -> Iterator[dict[str, Any]]:
    with os.fdopen(pipe, "rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield json.loads(line)


def run_and_kill(work: Callable[[Pipe], None], after: int, seconds: float) -> list[dict[str, Any]]:
    """Let it open the room and say `after` things more, wait a moment, kill it; everything it said. A process that ends
    before (by its own hand, or because it was done) is as good."""
    process, lines = spawn(work)
    told = list(islice(lines, 1 + after))  # counted in what is said, so that a busy machine is killed as often
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    told += lines
    os.waitpid(process, 0)
    return told


def errors_of(told: list[dict[str, Any]]) -> list[str]:
    """What went wrong inside the process itself: nothing may."""
    found = [str(line["error"]) for line in told if line["is"] == "error"]
    return found if told[:1] == [OPEN] or found else ["the process did not open the room"]


# ---- the folder it leaves -----------------------------------------------------------------------------------------


def note_journals(folder: Path, figures: Figures) -> bool:
    hot = [settle.is_hot(folder / name) for name in settle.JOURNALS]
    figures.counts["hot journals"] += any(hot)
    figures.counts["both hot"] += all(hot)
    return any(hot)


def moved(folder: Path, dice: random.Random, number: int) -> Path:
    """The folder under another name, or copied and the first one gone: a stick in another computer."""
    goal = folder.with_name(f"搬家 {number}")
    if dice.random() < 0.5:
        folder.rename(goal)
    else:
        shutil.copytree(folder, goal)
        shutil.rmtree(folder)
    return goal


def drive(work: Any) -> Any:
    """A generator's result."""
    try:
        while True:
            next(work)
    except StopIteration as end:
        return end.value


def unsound(room: Room) -> list[str]:
    """What opening and the whole check find: pages, chain, rows against it, attachments, copies, people, the sheet."""
    return [finding.what for finding in (*room.findings, *drive(check(room)))]
