"""Backups without a window: making, listing, preview; and bringing back elsewhere, each command a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.journeys.command_line import Line
from tests.journeys.test_commands import DUTY, Shell

NEW = "新电脑上的一句话谁也猜不到呀"


@pytest.fixture
def line(new_room: Callable[..., Room], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Line:
    room = new_room()
    room.close()
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    monkeypatch.setenv("PSYROOM_NEW_PASSWORD", DUTY)
    return Line(room.folder, capsys, {})


def test_backup_backups_preview(line: Line, tmp_path: Path) -> None:
    made = line("backup")
    assert set(made) == {"path", "verified", "records"} and made["verified"] is True
    assert Path(made["path"]).parent == line.folder / "backups" and made["records"]["person"] == 2
    elsewhere = line("backup", "--to", str(tmp_path / "盘"))
    assert Path(elsewhere["path"]).parent == tmp_path / "盘"
    (listed,) = line("backups")
    assert listed["path"] == made["path"] and listed["verified"] and listed["trouble"] == ""
    assert "已核对" in line("backups", plain=True)
    seen = line("backup", "preview", made["path"])
    assert seen["verified"] and seen["differences"] == []
    line("people", "add", "丁", "--role", "duty")
    seen = line("backup", "preview", elsewhere["path"])
    assert {"kind": "person", "name": "人员", "back": 0, "changed": 0, "gone": 1} in seen["differences"]
    assert "人员" in line("backup", "preview", made["path"], plain=True)


def test_a_duty_person_s_backup_is_unverified_until_a_counsellor_comes(line: Line) -> None:
    made = line("backup", who="乙")
    assert made["verified"] is False
    line("backup", "preview", made["path"], who="乙", code=1)
    assert "心理教师" in line.err
    line("backup")
    assert all(copy["verified"] for copy in line("backups"))


def test_what_cannot_be_is_one_sentence(line: Line, tmp_path: Path) -> None:
    line("backup", "--to", str(line.folder), code=1)
    assert "自己的文件夹" in line.err
    line("backup", "preview", str(tmp_path), code=1)
    (tmp_path / "datei").write_bytes(b"")
    line("backup", "--to", str(tmp_path / "datei"), code=1)
    made = line("backup")["path"]
    (Path(made) / "case.db").write_bytes(b"x")
    line("backup", "preview", made, code=1)
    assert "case.db" in line.err
    assert line("backups")[0]["trouble"]


def test_the_computer_dies(tmp_path: Path) -> None:
    """A stick with backups, the sheet, another computer with an empty home: everything is there again."""
    shell = Shell(tmp_path)
    shell.new()
    room, stick = ("--room", str(shell.room)), tmp_path / "U盘"
    shell(*room, "backup", "--to", str(stick), "--json")
    shell(*room, "people", "add", "乙", "--role", "duty", PSYROOM_NEW_PASSWORD=DUTY)
    shell(*room, "backup", "--to", str(stick), "--json")
    code = shell.code()
    (tmp_path / "第二台").mkdir()
    other = Shell(tmp_path / "第二台")
    fresh = other.base / "新恢复单.txt"
    other(
        "bring-back", str(stick), "--room", str(other.room), "--as", "甲老师", "--recovery-out", str(fresh), "--keyring", "off",
        PSYROOM_RECOVERY=code, PSYROOM_NEW_PASSWORD=NEW,
    )  # fmt: skip
    assert other("--room", str(other.room), "room", "check", "--json", PSYROOM_PASSWORD=NEW)["ok"]
    other("--room", str(other.room), "backup", "--as", "乙", PSYROOM_PASSWORD=DUTY)
    assert fresh.exists()
