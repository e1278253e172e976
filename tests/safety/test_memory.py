"""After a lock the memory of the unlock window's process holds nothing of the session before; a duty person's neither."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.safety.test_leaks import leaks

ROOT = Path(__file__).parents[2]
SUBREAPER = 36
SAID = {
    "password": "白鹭飞过稻田七点半回家去", "child": "金丝雀鸣", "words": "云雀说了一个梦", "private": "鹧鸪只给自己听",
    "remark": "杜鹃夜里哭", "typed": "夜莺还没写完",
}  # fmt: skip
DESK = "值班的人记住这一句话就行了"
OF_THE_CASE = tuple(SAID[name] for name in ("words", "private", "remark", "typed", "password"))


@pytest.fixture(autouse=True)
def _foster() -> Iterator[None]:
    """The fresh process outlives the one that started it; it becomes this one's, whose memory one may read."""
    libc = ctypes.CDLL(None)
    libc.prctl(SUBREAPER, 1, 0, 0, 0)
    yield
    libc.prctl(SUBREAPER, 0, 0, 0, 0)


def in_memory(pid: int, texts: tuple[str, ...]) -> set[str]:
    """Which of the texts stand in a process's memory, as Python or Qt hold them."""
    wanted = [(text, text.encode(code)) for text in texts for code in ("utf-8", "utf-16-le", "utf-32-le")]
    seen = set()
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            if not rights.startswith("r") or line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            seen |= {text for text, spelling in wanted if spelling in data}
    return seen


def unlock_window(folder: Path) -> int | None:
    """The process that shows the unlock window of this room."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if b"psyroom" in words and os.fsencode(folder) in words:
                    return int(entry.name)
    return None


@contextmanager
def started(said: dict[str, str], folder: Path, place: Path) -> Iterator[subprocess.Popen[str]]:
    env = {k: os.environ[k] for k in ("PATH", "PSYROOM_REFUSED_SOCKETS", "PYTHON_KEYRING_BACKEND")}
    env |= {
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]), "HOME": str(place / "home"),
        "PSYROOM_CONFIG": str(place / "config"), "TMPDIR": str(place / "temp"), "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(place / "home"), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8",
    }  # fmt: skip
    command = [sys.executable, "-m", "tests.safety.locked_window", str(folder)]
    with (place / "said").open("w") as err:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        process = subprocess.Popen(command, env=env, cwd=place / "cwd", stderr=err, text=True, **pipes)  # type: ignore[call-overload]
    with process:
        process.stdin.write(json.dumps(said) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "shown\n", (place / "said").read_text()
        try:
            yield process
        finally:
            process.kill()


def end(pid: int | None) -> None:
    if pid is not None:
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def test_nothing_of_the_session_before_is_in_memory_after_a_lock(tmp_path: Path) -> None:
    place, folder = tmp_path, tmp_path / "房间"
    for name in ("home", "config", "temp", "cwd"):
        (place / name).mkdir()
    fresh = None
    try:
        with started({**SAID, "desk": DESK}, folder, place) as first:
            before = in_memory(first.pid, (*OF_THE_CASE, SAID["child"]))
            assert {SAID[name] for name in ("words", "private", "typed", "child")} <= before, "the search would see it"
            assert first.stdin is not None
            first.stdin.write("\n")
            first.stdin.flush()
            assert first.wait(60) == 0
        for _ in range(300):
            fresh = unlock_window(folder)
            if fresh is not None and b"libQt6Widgets" in Path(f"/proc/{fresh}/maps").read_bytes():
                break
            time.sleep(0.1)
        assert fresh is not None and fresh != first.pid, "the unlock window came"
        for _ in range(100):  # it offers the names: its memory is read, and it is there
            if in_memory(fresh, ("别的辅导室…",)):
                break
            time.sleep(0.1)
        time.sleep(2)
        assert in_memory(fresh, ("别的辅导室…", "忘记密码")), "the unlock window is shown"
        assert not in_memory(fresh, (*OF_THE_CASE, SAID["child"], DESK))
    finally:
        end(fresh)
    for part in ("home", "config", "temp", "cwd", "房间"):
        assert not leaks(place / part, (*OF_THE_CASE, SAID["child"], DESK)), part

    with started({"desk": DESK}, folder, place) as duty:
        assert SAID["child"] in in_memory(duty.pid, (SAID["child"],)), "the desk may read the name"
        assert not in_memory(duty.pid, OF_THE_CASE)
