"""Reading many files: a few child processes (see many_child.py), each opening one file after another."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from psyroom.intake.many_child import LENGTH
from psyroom.intake.reading import environment
from psyroom.intake.refusal import HOSTILE

READER = [sys.executable, "-X", "utf8", "-m", "psyroom.intake.many_child"]
MOST_CHILDREN = 4
MOST_SECONDS = 40  # by the clock, for one file
MOST_ANSWER = 200_000_000

Job = tuple[int, bytes, Sequence[str]]
Answered = tuple[int, dict[str, Any]]


class _Child:
    """A reading process, begun when the first file comes and anew after one that ended it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, data: bytes, passwords: Sequence[str]) -> dict[str, Any]:
        """What it says of one file; refused as hostile where it dies over it or does not come to an end."""
        process = self._process = self._process or self._begin()
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(MOST_SECONDS, give_up)
        timer.start()
        try:
            found = self._talk(process, data, json.dumps(list(passwords)).encode())
        except (OSError, ValueError):
            found = None
        finally:
            timer.cancel()
        if found is None:
            self.end()
            why = "读了很久也没有读完" if late.is_set() else "读取时占用过多，也许有内容在太远的行或列"
            return {"refused": HOSTILE, "why": why}
        return found

    @staticmethod
    def _begin() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            READER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    @staticmethod
    def _talk(process: subprocess.Popen[bytes], data: bytes, passwords: bytes) -> dict[str, Any] | None:
        assert process.stdin is not None and process.stdout is not None
        for part in (passwords, data):
            process.stdin.write(len(part).to_bytes(LENGTH, "big") + part)
        process.stdin.flush()
        size = process.stdout.read(LENGTH)
        if len(size) < LENGTH or int.from_bytes(size, "big") > MOST_ANSWER:
            return None
        found = json.loads(process.stdout.read(int.from_bytes(size, "big")).decode("utf-8", "replace"))
        return found if isinstance(found, dict) else None

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def answers(jobs: Sequence[Callable[[], Job]]) -> Iterator[Answered]:
    """What the children say of each file, as it comes. A job is called when its turn has come, so that not all files lie in
    memory at once; one that is stopped half-way ends its children."""
    waiting: queue.SimpleQueue[Callable[[], Job]] = queue.SimpleQueue()
    done: queue.SimpleQueue[Answered | BaseException] = queue.SimpleQueue()
    stopped = threading.Event()
    for job in jobs:
        waiting.put(job)

    def work() -> None:
        child = _Child()
        try:
            while not stopped.is_set():
                try:
                    number, data, passwords = waiting.get_nowait()()
                except queue.Empty:
                    return
                done.put((number, child.ask(data, passwords)))
        except BaseException as error:
            done.put(error)
        finally:
            child.end()

    workers = [threading.Thread(target=work, daemon=True) for _ in range(min(len(jobs), MOST_CHILDREN, cores()))]
    for worker in workers:
        worker.start()
    try:
        for _ in jobs:
            found = done.get()
            if isinstance(found, BaseException):
                raise found
            yield found
    finally:
        stopped.set()
        for worker in workers:
            worker.join()


def cores() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not Linux
        return os.cpu_count() or 1


def files_in(paths: Sequence[Path], skip: Callable[[Path], bool], most: int) -> list[Path]:
    """The files of the paths: a folder stands for what lies in it and in its folders, by name; links are not followed,
    hidden files and what an office program leaves beside an open one (~$…) do not count. Each once, at most `most`."""
    found: dict[Path, None] = {}
    for path in paths:
        if not path.is_dir():
            found.setdefault(path)
            continue
        for folder, inner, names in os.walk(path):
            inner[:] = sorted(name for name in inner if not name.startswith((".", "$")))
            for name in sorted(names):
                file = Path(folder) / name
                if not name.startswith((".", "~$", "~")) and not skip(file) and len(found) <= most:
                    found.setdefault(file)
    return list(found)
