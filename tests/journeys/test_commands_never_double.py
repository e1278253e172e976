"""Three hundred random commands over one room: whatever is booked, moved, called off and undone, nobody has two at once."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from psyroom import cli
from psyroom.services import groups, room_rules
from psyroom.store.opening import open_room
from tests.services.never_double import doubles, standing
from tests.services.room_for_bookings import NAMES, PASSWORD, TUESDAY, make_small

ROOT = Path(__file__).parent.parent.parent
COMMANDS = 300
PROCESSES = 4

DAYS = [TUESDAY + timedelta(days=day, weeks=week) for week in range(3) for day in range(2)]
STARTS = ("12:05", "12:20", "12:35")
MINUTES = (15, 40)


@pytest.fixture
def folder(tmp_path: Path, cheap_keys: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    small = make_small(tmp_path / "室")
    room_rules.set_rules(small.room, {"buffer_after": 0})
    groups.add(small.room, {"leader": small.wang}, small.students[:2], TUESDAY)
    small.room.close()
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    return small.room.folder


class Hand:
    """Somebody who types commands without thinking."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.dice = folder, random.Random(seed)
        self.known: list[str] = []
        self.waiting: list[str] = []

    def command(self) -> list[str]:
        dice = self.dice
        kinds = ("book", "book", "weekly", "weekly", "move", "move", "cancel", "add", "take", "undo")
        kind = dice.choice(kinds)
        if kind in ("book", "weekly"):
            words = ["book", *self.who(), *self.when(), *self.where(), "--anyway"]
            if kind == "weekly":
                words += ["--weekly", "--times", str(dice.randint(2, 3)), *dice.choice((["--skip-clashes"], []))]
            return words
        if kind == "add":
            return ["waiting", "add", "--student", dice.choice(NAMES[:4]), "--minutes", "15"]
        if kind == "take":
            words = [dice.choice(self.waiting or ["0" * 32]), *self.when(), *self.where(), "--anyway"]
            return ["waiting", "take", *words]
        if kind == "undo":
            return ["undo"]
        one, scope = dice.choice(self.known[-8:] or ["0" * 32]), dice.choice(("one", "following", "all"))
        if kind == "move":
            return ["move", one, *self.when(), "--scope", scope, "--anyway"]
        return ["cancel", one, "--by", dice.choice(("student", "teacher", "room")), "--scope", scope]

    def who(self) -> list[str]:
        words = (["--student", self.dice.choice(NAMES[:3])], ["--parent-of", NAMES[0]], ["--teacher", "张老师"])
        return self.dice.choice((*words, words[0], words[0], ["--group", "1"]))

    def when(self) -> list[str]:
        starts = self.dice.choice(STARTS)
        minute = int(starts[:2]) * 60 + int(starts[3:]) + self.dice.choice(MINUTES)
        return ["--on", str(self.dice.choice(DAYS)), "--from", starts, "--to", f"{minute // 60:02}:{minute % 60:02}"]

    def where(self) -> list[str]:
        place = self.dice.choice((["--place", "个别辅导室"], ["--place", "团体活动室"], []))
        return ["--with", self.dice.choice(("王老师", "陈老师")), *place]

    def learn(self, words: list[str], answer: dict[str, object]) -> None:
        made = answer.get("bookings")
        if isinstance(made, list):
            self.known += [one["id"] for one in made if one["id"] not in self.known]
        if words[:2] == ["waiting", "add"]:
            self.waiting.append(str(answer["id"]))


def look(folder: Path) -> int:
    """How much stands; nobody has two at once."""
    with open_room(folder, "王老师", PASSWORD) as room:
        assert not doubles(room)
        return len(standing(room))


def test_no_double_booking_by_three_hundred_commands(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand, done, most = Hand(folder, 20260908), Counter[str](), 0
    for _ in range(COMMANDS):
        words = hand.command()
        capsys.readouterr()
        code = cli.run(["--room", str(folder), "--as", "王老师", "--json", *words])
        said = capsys.readouterr()
        assert code in (0, 1) and (code == 0 or len(said.err.splitlines()) == 1), (words, said)
        if code == 0:
            done[words[0]] += 1
            hand.learn(words, json.loads(said.out))
            most = max(most, look(folder))
    assert min(done[name] for name in ("book", "move", "cancel", "waiting", "undo")) >= 5 and most >= 8, (done, most)


@pytest.fixture
def calls(folder: Path, bare_env: dict[str, str]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Commands in processes of their own, all at once."""
    path = os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])
    env = {**bare_env, "PSYROOM_PASSWORD": PASSWORD, "PYTHONPATH": path}
    words = (
        "book",
        "--on",
        str(TUESDAY),
        "--from",
        "12:10",
        "--to",
        "12:40",
        "--with",
        "王老师",
        "--weekly",
        "--times",
        "2",
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "psyroom", "--room", str(folder), "--as", "王老师", *words, "--student", name],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for name in NAMES[:PROCESSES]
    ]
    yield running
    for one in running:
        one.kill()
        one.wait()


def test_commands_at_the_same_time_give_one_booking(folder: Path, calls: list[subprocess.Popen[bytes]]) -> None:
    """Whoever comes second is told that the room is in use, or that the time is taken."""
    said = [one.communicate()[1].decode() for one in calls]
    codes = [one.returncode for one in calls]
    assert codes.count(0) == 1 and set(codes) == {0, 1}, said
    assert all("已在另一个窗口" in text or "已有预约" in text for code, text in zip(codes, said, strict=True) if code)
    assert look(folder) == 2
