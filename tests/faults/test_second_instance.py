"""One room, one program: a second window or command is refused with a sentence while the first works on, and is let in as
soon as the first is gone, even by a kill."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from psyroom.errors import RoomBusy
from psyroom.faults import work, work_kills
from psyroom.faults.process import errors_of, spawn, unsound
from psyroom.store.opening import open_room
from psyroom.ui.unlock import Unlock

ROOT = Path(__file__).parent.parent.parent


def command(folder: Path, env: dict[str, str], *words: str) -> tuple[int, str, str]:
    path = os.pathsep.join((str(ROOT), env.get("PYTHONPATH", "")))
    done = subprocess.run(
        [sys.executable, "-m", "psyroom", "--room", str(folder), "--as", work.COUNSELLOR, *words],
        env={**env, "PYTHONPATH": path, "PSYROOM_PASSWORD": work.PASSWORD},
        capture_output=True, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_second_instance_is_refused_while_the_first_works_and_let_in_after_a_kill(
    qtbot: QtBot, tmp_path: Path, cheap_keys: None, bare_env: dict[str, str]
) -> None:
    folder = tmp_path / "房间"
    work.make(folder)
    state = {"notes": {}, "drafts": {}, "words": {}, "slips": []}
    process, lines = spawn(lambda pipe: work_kills.write_on(folder, 5, state, pipe))
    told = [next(lines), next(lines)]
    try:
        with pytest.raises(RoomBusy):
            open_room(folder, work.DUTY, work.PASSWORD)
        for words in (("notes", "search", "很多话"), ("backup",), ("room", "check")):
            code, out, err = command(folder, bare_env, *words)
            assert code == 1 and not out and err.strip() == str(RoomBusy()), words
        window = Unlock(folder, work.COUNSELLOR)
        qtbot.addWidget(window)
        window.show()
        window.password.control.setText(work.PASSWORD)
        window.try_open()
        qtbot.waitUntil(lambda: not window.busy(), timeout=20_000)
        assert str(RoomBusy()) in window.trouble.text()
        told += [next(lines) for _ in range(random.randint(4, 9))]  # and the first works on
    finally:
        os.kill(process, signal.SIGKILL)
        told += lines
        os.waitpid(process, 0)
    assert errors_of(told) == []
    code, out, err = command(folder, bare_env, "room", "check", "--json")
    assert code == 0, err
    expected, begun, done = work_kills.expected(state, told)
    with open_room(folder, work.COUNSELLOR, work.PASSWORD) as room:
        assert done and unsound(room) == []
        found = work.observed(room)
        assert not work.differ(expected, found) or (begun and not work.differ(begun, found))
