"""Backups without a window, each command a process of its own: making, listing, preview, bringing back elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.test_commands import DUTY, Shell

NEW = "新电脑上的一句话谁也猜不到呀"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path)
    made.new()
    return made


def test_backup_backups_preview(shell: Shell, tmp_path: Path) -> None:
    room = ("--room", str(shell.room))
    made = shell(*room, "backup", "--json")
    assert set(made) == {"path", "verified", "records"} and made["verified"] is True
    assert Path(made["path"]).parent == shell.room / "backups" and made["records"]["person"] == 1
    elsewhere = shell(*room, "backup", "--to", str(tmp_path / "盘"), "--json")
    assert Path(elsewhere["path"]).parent == tmp_path / "盘"
    (listed,) = shell(*room, "backups", "--json")
    assert listed["path"] == made["path"] and listed["verified"] and listed["trouble"] == ""
    assert "已核对" in shell(*room, "backups")
    seen = shell(*room, "backup", "preview", made["path"], "--json")
    assert seen["verified"] and seen["differences"] == []
    shell(*room, "people", "add", "乙", "--role", "duty", PSYROOM_NEW_PASSWORD=DUTY)
    seen = shell(*room, "backup", "preview", elsewhere["path"], "--json")
    assert {"kind": "person", "name": "人员", "back": 0, "changed": 0, "gone": 1} in seen["differences"]
    assert "人员" in shell(*room, "backup", "preview", made["path"])


def test_a_duty_person_s_backup_is_unverified_until_a_counsellor_comes(shell: Shell) -> None:
    room = ("--room", str(shell.room))
    shell(*room, "people", "add", "乙", "--role", "duty", PSYROOM_NEW_PASSWORD=DUTY)
    made = shell(*room, "backup", "--as", "乙", "--json", PSYROOM_PASSWORD=DUTY)
    assert made["verified"] is False
    shell(*room, "backup", "preview", made["path"], "--as", "乙", code=1, PSYROOM_PASSWORD=DUTY)
    assert "心理教师" in shell.err
    shell(*room, "backup", "--json")
    assert all(copy["verified"] for copy in shell(*room, "backups", "--json"))


def test_what_cannot_be_is_one_sentence(shell: Shell, tmp_path: Path) -> None:
    room = ("--room", str(shell.room))
    shell(*room, "backup", "--to", str(shell.room), code=1)
    assert "自己的文件夹" in shell.err
    shell(*room, "backup", "preview", str(tmp_path), code=1)
    (tmp_path / "datei").write_bytes(b"")
    shell(*room, "backup", "--to", str(tmp_path / "datei"), code=1)
    made = shell(*room, "backup", "--json")["path"]
    (Path(made) / "case.db").write_bytes(b"x")
    shell(*room, "backup", "preview", made, code=1)
    assert "case.db" in shell.err
    assert shell(*room, "backups", "--json")[0]["trouble"]


def test_the_computer_dies(shell: Shell, tmp_path: Path) -> None:
    """A stick with backups, the sheet, another computer with an empty home: everything is there again."""
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
