"""People by the command line: taken off, with a new password, never by a guess."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from psyroom import cli
from psyroom.records.people import Person
from psyroom.services import private_notes
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD

THIRD = "窗外的梧桐叶又落了一层厚厚的"
NEW = "雨后的操场上全是小小的水洼吧"


class Shell:
    """`psyroom --room DIR …` with the passwords in the environment, in this process."""

    def __init__(self, room: Room, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.capsys, self.monkeypatch, self.err = room.folder, capsys, monkeypatch, ""
        room.close()

    def __call__(self, *args: str, code: int = 0, password: str = PASSWORD, who: str = "甲", new: str = "") -> Any:
        self.monkeypatch.setenv("PSYROOM_PASSWORD", password)
        if new:
            self.monkeypatch.setenv("PSYROOM_NEW_PASSWORD", new)
        else:
            self.monkeypatch.delenv("PSYROOM_NEW_PASSWORD", raising=False)
        self.capsys.readouterr()
        got = cli.run(["--room", str(self.folder), "--as", who, *args, "--json"])
        out, self.err = self.capsys.readouterr()
        assert got == code, (args, got, out, self.err)
        assert code != 1 or len(self.err.splitlines()) == 1
        return json.loads(out) if out else None

    def opens(self, who: str, password: str) -> bool:
        self.monkeypatch.setenv("PSYROOM_PASSWORD", password)
        return cli.run(["--room", str(self.folder), "--as", who, "students", "find", "甲"]) == 0


@pytest.fixture
def shell(new_room: Callable[..., Room], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(new_room(), capsys, monkeypatch)


def test_a_colleague_comes_forgets_and_leaves(shell: Shell) -> None:
    shell("people", "add", "丙", "--role", "counsellor", new=THIRD)
    # one's own: the present password opens the room
    own = shell("people", "password", "丙", who="丙", password=THIRD, new=NEW)
    assert own["own"] and own["name"] == "丙"
    assert not shell.opens("丙", THIRD) and shell.opens("丙", NEW)
    shell("people", "password", "丙", who="丙", password=NEW, new="短", code=1)
    shell("people", "password", "丙", who="丙", password=NEW, code=1)
    assert "PSYROOM_NEW_PASSWORD" in shell.err

    # a colleague's: by who manages the people, nobody else
    shell("people", "password", "丙", who="乙", new=THIRD, code=1)
    shell("people", "password", "乙", who="丙", password=NEW, new=THIRD, code=1)
    assert not shell("people", "password", "丙", new=THIRD)["own"] and not shell.err
    assert shell.opens("丙", THIRD) and not shell.opens("丙", NEW)

    # leaving
    shell("people", "remove", "丁", code=1)
    assert "乙" in shell.err
    shell("people", "remove", "乙", who="丙", password=THIRD, code=1)
    shell("people", "remove", "丙", who="乙", code=1)
    shell("people", "remove", "甲", code=1)
    assert shell("people", "remove", "乙") == {"name": "乙", "role": "duty", "private_notes": 0}
    assert "备份" in shell.err
    shell("people", "remove", "丙")
    assert not shell.opens("乙", PASSWORD) and not shell.opens("丙", THIRD)
    shell("people", "remove", "丙", code=1)
    assert shell("room", "check") == {"ok": True, "findings": []}
    shell("undo", code=1)


def test_who_resets_and_who_removes_is_told_of_private_notes(shell: Shell) -> None:
    shell("people", "add", "丙", "--role", "counsellor", new=THIRD)
    with open_room(shell.folder, "丙", THIRD) as room, room.write("写私密手记") as deed:
        private_notes.put(deed, room, "只给自己看的", note="a" * 32, student="", now=datetime(2026, 10, 12, 12))
    shell("people", "password", "丙", new=NEW)
    assert "恢复单" in shell.err
    assert shell("people", "remove", "丙")["private_notes"] == 1 and "1 条私密手记" in shell.err


def test_two_of_one_name_are_listed_and_nothing_is_done(shell: Shell) -> None:
    """One who only stands in the duty list may be called like one who unlocks."""
    with open_room(shell.folder, "甲", PASSWORD) as opened, opened.write("添加人员") as deed:
        deed.session.add(Person(id="e" * 32, name="乙", role="none"))
    shell("people", "remove", "乙", code=1)
    assert "e" * 32 in shell.err and shell.err.count("乙（") == 2
    shell("people", "password", "乙", new=THIRD, code=1)
    shell("people", "remove", "e" * 32)
    assert shell.opens("乙", PASSWORD)
    shell("people", "remove", "乙")
    assert not shell.opens("乙", PASSWORD)
