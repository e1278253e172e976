"""The computer dies; the backup stick is stolen: on computers of their own, each with a home, a keyring or none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.store.test_keyring import in_a_session

DAYS = str(Path(__file__).with_name("computer_days.py"))


def whole(done: subprocess.CompletedProcess[str]) -> None:
    assert done.stdout.endswith("whole\n") and done.returncode == 0, done.stderr[-2500:]


@pytest.fixture(scope="module")
def yesterday(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stick with yesterday's backup and the sheet; the computer is broken."""
    there = tmp_path_factory.mktemp("地方")
    whole(in_a_session(tmp_path_factory.mktemp("old"), sys.executable, DAYS, "old", str(there)))
    return there


@pytest.fixture
def place(yesterday: Path, tmp_path: Path) -> Path:
    shutil.copytree(yesterday, tmp_path / "地方")
    return tmp_path / "地方"


def test_on_a_new_computer_nothing_is_missing(place: Path, tmp_path: Path) -> None:
    whole(in_a_session(tmp_path / "new", sys.executable, DAYS, "new", str(place)))


def test_on_one_without_a_keyring_it_is_said_whose_password_is_needed_anew(place: Path, tmp_path: Path) -> None:
    home = tmp_path / "bare"
    home.mkdir()
    env = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    env.pop("DBUS_SESSION_BUS_ADDRESS", None)
    command = [sys.executable, DAYS, "bare", str(place)]
    whole(subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False))


def test_the_stick_alone_opens_nothing(place: Path, tmp_path: Path) -> None:
    whole(in_a_session(tmp_path / "thief", sys.executable, DAYS, "thief", str(place)))
