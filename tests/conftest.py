"""What holds for every test: no network, no unexpected warning in a log or from Qt, own settings, no real keyring."""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from psyroom.store.room import Room

HERE = Path(__file__).parent
NO_NETWORK = HERE / "no_network"

EXPECTED_LOGS: tuple[tuple[str, str, str], ...] = ()
"""Warnings that fail no test: logger, pattern, and the reason."""


PASSWORD = "七步之外的灯照着窗边的绿萝"
"""Every test person's: 甲 and 乙."""

# ---- the whole session --------------------------------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    spec = importlib.util.spec_from_file_location("psyroom_no_network", NO_NETWORK / "sitecustomize.py")
    assert spec is not None and spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))

    _keep_this_process()

    # A home of the tests' own: nothing is read from or written to this account's. Kept for the whole session,
    # because fontconfig fills a cache there.
    home = tempfile.mkdtemp(prefix="psyroom-tests-")
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    os.environ["HOME"] = home
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        os.environ.pop(name, None)
    runtime = Path(home) / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    for name in [n for n in os.environ if n.startswith("PSYROOM_")]:
        del os.environ[name]
    os.environ["PSYROOM_REFUSED_SOCKETS"] = str(Path(home) / "refused-sockets")
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # called by hand without a screen
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    roots = (str(NO_NETWORK), str(HERE.parent), os.environ.get("PYTHONPATH", ""))
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(r for r in roots if r))


def _keep_this_process() -> None:
    """Locking ends the process at once, with exit status 0: a test that lets that happen here would end the whole run,
    and it would look passed. Forked children may go."""
    own, leave = os.getpid(), os._exit

    def stay(status: int) -> None:
        if os.getpid() != own:
            leave(status)
        raise RuntimeError(f"the process of the tests was told to end at once, with status {status}")

    os._exit = stay  # type: ignore[assignment]


# ---- every test ---------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings folder (PSYROOM_CONFIG) of this test alone."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("PSYROOM_CONFIG", str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_network() -> Iterator[None]:
    """A refused socket fails the test, here or in a child process, also when the product swallowed the error."""
    notes = Path(os.environ["PSYROOM_REFUSED_SOCKETS"])
    notes.unlink(missing_ok=True)
    yield
    if notes.exists():
        text = notes.read_text("utf-8")
        notes.unlink()
        pytest.fail(f"the network was asked for:\n{text}")
    if inet := _open_internet_sockets():
        pytest.fail(f"internet sockets are open (from compiled code?): {inet}")


def _open_internet_sockets() -> list[str]:
    """Inodes of this process's internet sockets; what Python's audit does not see, the kernel does."""
    own = set()
    try:
        for entry in os.scandir("/proc/self/fd"):
            try:
                target = os.readlink(entry.path)
            except OSError:
                continue
            if target.startswith("socket:["):
                own.add(target[8:-1])
    except OSError:  # not Linux
        return []
    if not own:
        return []
    inet = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        try:
            lines = Path(f"/proc/self/net/{table}").read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        inet.update(line.split()[9] for line in lines)
    return sorted(own & inet)


@pytest.fixture(autouse=True)
def no_window_left() -> Iterator[None]:
    """A window that outlives its test would lock itself after five idle minutes, in the midst of another test."""
    yield
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return
    from PySide6.QtCore import QCoreApplication, QEvent

    for window in widgets.QApplication.topLevelWidgets():
        window.hide()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


class _Keeper(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record)


@pytest.fixture(autouse=True)
def quiet_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """A warning or error in a log fails the test, unless it is expected (marker `expects_log`, or the list above)."""
    keeper = _Keeper()
    root = logging.getLogger()
    root.addHandler(keeper)
    yield
    root.removeHandler(keeper)
    patterns = [str(mark.args[0]) for mark in request.node.iter_markers("expects_log")]
    said = [(r.name, r.getMessage()) for r in keeper.said]
    unexpected = [
        f"{name}: {text}"
        for name, text in said
        if not any(re.search(p, text) for p in patterns)
        and not any(name.startswith(logger) and re.search(p, text) for logger, p, _why in EXPECTED_LOGS)
    ]
    if unexpected:
        pytest.fail("the log has warnings:\n" + "\n".join(unexpected))
    silent = [p for p in patterns if not any(re.search(p, text) for _name, text in said)]
    if silent:
        pytest.fail(f"expected in the log and not there: {silent}")


@pytest.fixture
def bare_env(tmp_path: Path) -> dict[str, str]:
    """The environment for a child process as on a strange machine: an empty HOME, no display, no D-Bus, no keyring."""
    home = tmp_path / "empty-home"
    home.mkdir()
    keep = ("PATH", "PYTHONPATH", "PYTHON_KEYRING_BACKEND", "PSYROOM_REFUSED_SOCKETS", "SYSTEMROOT", "TEMP", "TMP")
    return {**{k: os.environ[k] for k in keep if k in os.environ}, "HOME": str(home)}


# ---- a room -------------------------------------------------------------------------------------------------------


@pytest.fixture
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id at the practice school's cost, so that a test does not wait a third of a second at every unlock."""
    from psyroom.store import keys

    monkeypatch.setattr(keys, "BOUND", keys.PRACTICE)
    monkeypatch.setattr(keys, "UNBOUND", keys.PRACTICE)


@pytest.fixture
def password() -> str:
    """The password of 甲 and 乙."""
    return PASSWORD


@pytest.fixture(scope="session")
def _made_rooms(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Closed rooms, one for each setup asked for; tests get copies."""
    made: dict[str, Path] = {}

    def folder(**setup: Any) -> Path:
        key = repr(sorted(setup.items()))
        if key not in made:
            made[key] = tmp_path_factory.mktemp("made") / "room"
            _make_room(made[key], setup)
        return made[key]

    return folder


def _make_room(folder: Path, setup: dict[str, Any]) -> None:
    from psyroom.services import people, rooms

    defaults: dict[str, Any] = {
        "school_name": "青山职业学校",
        "stage": "vocational",
        "region": "hunan-vocational",
        "term_starts": date(2026, 8, 31),
        "weeks": 20,
        "lessons": ((480, 525), (535, 580), (600, 645), (655, 700), (840, 885), (895, 940), (950, 995)),
    }
    plan = rooms.RoomSetup(**{**defaults, **setup}, counsellor="甲", password=PASSWORD, use_keyring=False)
    room, _code = rooms.make_room(folder, plan)
    people.add(room, "乙", "duty", PASSWORD)
    room.close()


@pytest.fixture
def new_room(_made_rooms: Callable[..., Path], cheap_keys: None, tmp_path: Path) -> Iterator[Callable[..., Room]]:
    """Opens a room of this test alone: `new_room(person="甲", **RoomSetup fields)`. Counsellor 甲, duty person 乙,
    password `PASSWORD`. All are closed when the test ends."""
    from psyroom.store.opening import open_room

    opened: list[Room] = []

    def make(person: str = "甲", **setup: Any) -> Room:
        folder = tmp_path / f"room{len(opened) + 1}"
        shutil.copytree(_made_rooms(**setup), folder)
        opened.append(open_room(folder, person, PASSWORD))
        return opened[-1]

    yield make
    for room in opened:
        room.close()


@pytest.fixture
def room(new_room: Callable[..., Room]) -> Room:
    """A real encrypted room with its school, opened by the counsellor 甲: 中职, 湖南, 20 weeks from 2026-08-31."""
    return new_room()


@pytest.fixture
def duty_room(new_room: Callable[..., Room]) -> Room:
    """The same, opened by the duty person 乙: nothing of case.db is attached. A copy apart from `room`'s."""
    return new_room("乙")
