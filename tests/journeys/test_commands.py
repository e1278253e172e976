"""The deeds without a window, each command a process of its own: an empty HOME, no keyring, no display, no D-Bus."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parent.parent / "data"
ROOT = Path(__file__).parent.parent.parent
PASSWORD = "白鹭飞过稻田，七点半回家"
DUTY = "值班的人要记住这一句话吧"
OFF = ("--keyring", "off")
LESSONS = "08:00-08:45,08:55-09:40,10:00-10:45,10:55-11:40,14:00-14:45,14:55-15:40,16:00-16:45"


class Shell:
    """Runs `python -m psyroom` as a county's support desk would: nothing of a desktop in its environment."""

    def __init__(self, base: Path) -> None:
        self.room = base / "心理辅导室"
        self.home = base / "home"
        self.home.mkdir()
        self.base = base
        self.session: dict[str, str] = {}

    def __call__(self, *args: str, code: int = 0, **env: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "psyroom", *args],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
                "HOME": str(self.home),
                "LC_ALL": "C",
                "PSYROOM_PASSWORD": PASSWORD,
                **self.session,
                **env,
            },
            capture_output=True,
            stdin=subprocess.DEVNULL,
            cwd=self.base,
        )
        out, err = done.stdout.decode("utf-8"), done.stderr.decode("utf-8")
        assert "Traceback" not in err, err
        assert done.returncode == code, (args, done.returncode, out, err)
        self.err = err
        if code == 1 and "--json" not in args:
            assert len(err.strip().splitlines()) == 1 and re.search(r"[\u4e00-\u9fff]", err), err
        return json.loads(out) if "--json" in args else out

    def new(self, stage: str = "中职", region: str = "hunan-vocational", keyring: tuple[str, ...] = OFF) -> Any:
        return self(
            *(
                "--room",
                str(self.room),
                "room",
                "new",
                "--school",
                "临江职业中专",
                "--stage",
                stage,
                "--region",
                region,
            ),
            *("--term-start", "2026-08-31", "--weeks", "17", "--lessons", LESSONS, "--counsellor", "甲老师"),
            *("--recovery-out", str(self.base / "恢复单.txt"), "--json", *keyring),
        )

    def code(self) -> str:
        """The recovery code, copied from the sheet."""
        found = re.search(r"(?:[0-9A-Z]{4}[- ]){5,}[0-9A-Z]{2,4}", (self.base / "恢复单.txt").read_text("utf-8"))
        assert found is not None
        return found.group()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_the_first_week_without_a_window(shell: Shell) -> None:
    """Room, roster, duty person, ledger, hours, return, copy, and bringing it back."""
    shell.new()
    room = ("--room", str(shell.room))
    roster = str(DATA / "rosters" / "班主任花名册_中等职业学校.xlsx")
    expected = json.loads((DATA / "rosters" / "班主任花名册_中等职业学校.expected.json").read_text("utf-8"))

    tried = shell(*room, "roster", "import", roster, "--dry-run", "--json")
    assert tried["new"] == expected["students"] and tried["by_class"] == expected["by_class"]
    assert shell(*room, "students", "find", "余阳志", "--json") == []
    taken = shell("roster", "import", roster, "--json", *room)  # global options after the sub-command too
    assert taken["by_class"] == expected["by_class"]
    again = shell(*room, "roster", "import", roster, "--json")
    assert (again["new"], again["changed"]) == (0, 0) and again["unchanged"] + again["repeated"] >= expected["students"]

    found = shell(*room, "students", "find", "余阳志", "--json")
    assert [f["born"] for f in found] == ["2010-11-06"] and found[0]["guardian"] == "谢玲"
    assert shell(*room, "people", "add", "乙老师", "--role", "duty", PSYROOM_NEW_PASSWORD=DUTY) is not None
    seen = shell(*room, "--as", "乙老师", "students", "find", "yyz", "--json", PSYROOM_PASSWORD=DUTY)
    assert "余阳志" in [s["name"] for s in seen]
    assert all(s["born"] == s["id_number"] == s["guardian"] == s["guardian_phone"] == "" for s in seen)
    shell(*room, "--as", "乙老师", "roster", "import", roster, code=1, PSYROOM_PASSWORD=DUTY)

    ledger = str(DATA / "openings" / "开放记录_2026秋.xlsx")
    answer = json.loads((DATA / "openings" / "开放记录_2026秋.expected.json").read_text("utf-8"))
    first = shell(*room, "openings", "import", ledger, "--json")
    assert first["new"] + first["repeated"] == answer["rows"] and len(first["problems"]) == len(answer["bad_rows"])
    second = shell(*room, "openings", "import", ledger, "--json")
    assert second["new"] == 0
    weeks = shell(*room, "hours", "--json")
    assert {str(w["week"]): w["outside_lessons_minutes"] for w in weeks} == answer["outside_lessons_minutes_by_week"]
    assert {str(w["week"]): w["open_minutes"] for w in weeks} == answer["open_minutes_by_week"]
    assert {w["target_minutes"] for w in weeks} == {900}

    assert "opening-summary" in [r["name"] for r in shell(*room, "return", "list", "--json")]
    made = shell(*room, "return", "make", "opening-summary", "--term", "2026-1", "--out", str(shell.base), "--json")
    assert sorted(Path(f).suffix for f in made["files"]) == [".pdf", ".xlsx"]
    assert shell(*room, "room", "check", "--json") == {"ok": True, "findings": []}

    copy = shell(*room, "copy", "--to", str(shell.base / "优盘"), "--json")["copy"]
    back = shell.base / "新电脑"
    shell(
        *(
            "bring-back",
            copy,
            "--room",
            str(back),
            "--as",
            "甲老师",
            "--recovery-out",
            str(shell.base / "新恢复单.pdf"),
        ),
        PSYROOM_RECOVERY=shell.code(),
        PSYROOM_NEW_PASSWORD="换了电脑以后用的新密码呀",
    )
    shell("--room", str(back), "students", "find", "余阳志", code=1)  # the old password no longer opens
    there = shell(
        "--room", str(back), "students", "find", "余阳志", "--json", PSYROOM_PASSWORD="换了电脑以后用的新密码呀"
    )
    assert there == found
    other = shell("--room", str(back), "--as", "乙老师", "hours", "--json", PSYROOM_PASSWORD=DUTY)
    assert other == weeks
    assert not any(shell.home.rglob("*.log")) or all(
        "余阳志" not in f.read_text("utf-8") for f in shell.home.rglob("*.log")
    )


def test_undo_takes_the_roster_out(shell: Shell) -> None:
    shell.new(stage="小学", region="national")
    room = ("--room", str(shell.room))
    roster = str(DATA / "rosters" / "有错误的名册.xlsx")
    expected = json.loads((DATA / "rosters" / "有错误的名册.expected.json").read_text("utf-8"))
    first = shell(*room, "roster", "import", roster, "--json")
    refused = {p["row"] for p in first["problems"] if not p["taken"]}
    asked = {p["row"] for p in first["problems"] if p["taken"]}
    assert refused == {row for row, _ in expected["refused_rows"]}
    assert {row for row, _ in expected["asked_rows"]} <= asked and first["repeated"] == 1
    assert first["new"] == expected["students"]
    shell(*room, "undo", "--json")
    assert shell(*room, "roster", "import", roster, "--dry-run", "--json")["new"] == expected["students"]
    assert shell(*room, "students", "find", "薛文娟", "--json") == []


def test_wrong_use_and_refusals(shell: Shell) -> None:
    shell("room", code=2)
    shell("--room", str(shell.room), "hours", code=1)
    shell.new()
    shell("--room", str(shell.room), "hours", code=1, PSYROOM_PASSWORD="不对的密码不对的密码")
    shell("--room", str(shell.room), "return", "make", "no-such", "--term", "2026-1", "--out", ".", code=1)
    shell("--room", str(shell.room), "return", "make", "opening-summary", "--term", "2031-1", "--out", ".", code=1)
    shell("--room", str(shell.room), "roster", "import", "不存在.xlsx", code=1)
    shell("--room", str(shell.room), "undo", "--deed", "0" * 32, code=1)
    shell("--room", str(shell.room), "hours", "--weeks", code=2)


def test_an_occupied_folder_is_left_alone(shell: Shell) -> None:
    shell.room.mkdir()
    (shell.room / "重要.txt").write_text("别动", "utf-8")
    with pytest.raises(AssertionError, match="不是空文件夹"):
        shell.new()
    assert [p.name for p in shell.room.iterdir()] == ["重要.txt"]
    assert not (shell.base / "恢复单.txt").exists()


UNLOCK = "printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1"
"""As a desktop's login does it; a daemon that the bus started by itself meanwhile is unlocked by it too."""


@pytest.fixture
def keyring_session(tmp_path: Path) -> Iterator[Callable[[str], dict[str, str]]]:
    """Starts D-Bus sessions with a real, unlocked Secret Service; each is another computer's account."""
    alive: list[subprocess.Popen[str]] = []

    def start(name: str) -> dict[str, str]:
        runtime = tmp_path / name / "run"
        runtime.mkdir(parents=True)
        runtime.chmod(0o700)
        own = {"HOME": str(tmp_path / name), "XDG_RUNTIME_DIR": str(runtime)}
        session = subprocess.Popen(
            ["dbus-run-session", "--", "sh", "-c", UNLOCK + "; echo $DBUS_SESSION_BUS_ADDRESS; cat >/dev/null"],
            env={"PATH": os.environ["PATH"], **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        alive.append(session)
        assert session.stdout is not None
        there = {**own, "DBUS_SESSION_BUS_ADDRESS": session.stdout.readline().strip()}
        for _ in range(60):  # the daemon answers a moment after it was started, on a busy machine a long one
            asked = subprocess.run(
                [sys.executable, "-c", "from psyroom.store import secret; print(secret.is_usable())"],
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **there},
                capture_output=True,
            )
            if asked.stdout.strip() == b"True":
                return there
            time.sleep(0.5)
            subprocess.run(["sh", "-c", UNLOCK], env={"PATH": os.environ["PATH"], **there}, check=False)
        raise AssertionError(f"no Secret Service: {asked.stderr.decode()[-300:]}")

    yield start
    for session in alive:
        session.communicate()


def test_with_a_real_secret_service(shell: Shell, keyring_session: Callable[[str], dict[str, str]]) -> None:
    """The room's secret lies in the account's keyring: the folder and the password are not enough elsewhere."""
    shell.session = keyring_session("这台")
    assert shell.new(keyring=())["room_secret"] is True
    room = ("--room", str(shell.room))
    roster = str(DATA / "rosters" / "花名册_乡村小学.xls")
    shell(*room, "people", "add", "乙老师", "--role", "duty", PSYROOM_NEW_PASSWORD=DUTY)
    shell(*room, "roster", "import", roster, "--dry-run", "--json")
    weeks = shell(*room, "hours", "--json")
    copy = shell(*room, "copy", "--to", str(shell.base / "优盘"), "--json")["copy"]

    shell.session = {}
    shell(*room, "hours", code=1)  # the same folder and password, without the keyring
    assert "没有可用的密钥环" in shell.err and "恢复单" in shell.err
    shell.session = keyring_session("另一台")
    shell(*room, "hours", code=1)
    back = shell.base / "新电脑"
    shell(
        *(
            "bring-back",
            copy,
            "--room",
            str(back),
            "--as",
            "甲老师",
            "--recovery-out",
            str(shell.base / "新恢复单.pdf"),
        ),
        PSYROOM_RECOVERY=shell.code(),
        PSYROOM_NEW_PASSWORD="换了电脑以后用的新密码呀",
    )
    asked = ("--room", str(back), "--as", "乙老师", "hours", "--json")
    for left in (2, 1, 0):  # on a busy machine the daemon of the test may call itself locked for a moment
        try:
            assert shell(*asked, PSYROOM_PASSWORD=DUTY) == weeks
            break
        except AssertionError as error:
            if not left or "密钥环锁着" not in str(error):
                raise
            subprocess.run(["sh", "-c", UNLOCK], env={"PATH": os.environ["PATH"], **shell.session}, check=False)
