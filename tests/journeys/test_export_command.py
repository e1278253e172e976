"""A student's file out of the room without a window: reason, receiver, password, register."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from psyroom import cli
from psyroom.reports import preview
from psyroom.services import exports, notes, students
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD

ROOT = Path(__file__).parent.parent.parent
TODAY = date.today()
FILE_PASSWORD = "绿萝在窗边等着雨停下来了"


class Line:
    """The command line over one room; `out` is where files go."""

    def __init__(self, folder: Path, out: Path, capsys: pytest.CaptureFixture[str], env: dict[str, str]) -> None:
        self.folder, self.out, self.capsys, self.env, self.err = folder, out, capsys, env, ""

    def __call__(self, *args: str, code: int = 0, who: str = "甲", parts: str = "all", name: str = "李明") -> Any:
        words = ["--room", str(self.folder), "--as", who, "export", "student", name, "--parts", parts]
        words += ["--out", str(self.out), *args, "--json"]
        self.capsys.readouterr()
        try:
            got = cli.run(words)
        except SystemExit as left:
            got = int(str(left.code))
        out, self.err = self.capsys.readouterr()
        assert "Traceback" not in self.err and got == code, (args, got, out, self.err)
        return json.loads(out) if out else None

    def open(self) -> Room:
        return open_room(self.folder, "甲", PASSWORD)

    def files(self) -> list[Path]:
        return sorted(self.out.rglob("*")) if self.out.exists() else []

    def register(self) -> list[exports.Left]:
        with self.open() as room:
            return exports.listed(room)


WHY = ("--reason", "转学移交", "--to", "接收学校心理辅导室")


@pytest.fixture
def line(
    new_room: Callable[..., Room],
    bare_env: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Line:
    room = new_room(term_starts=TODAY - timedelta(weeks=4, days=TODAY.weekday()), weeks=30)
    cohort = TODAY.year - (TODAY.month < 9)
    values = {"stage": "vocational", "cohort": cohort}
    child = students.add(
        room, {**values, "name": "李明", "class_no": 1, "number": "1001"}, {"id_number": "430102201107158816"}
    )
    for class_no in (1, 2):
        students.add(room, {**values, "name": "王芳", "class_no": class_no, "number": f"200{class_no}"}, {})
    notes.add(room, {"day": TODAY, "state": "说考前睡不好"}, [child], datetime.now().astimezone())
    room.close()
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    monkeypatch.delenv("PSYROOM_FILE_PASSWORD", raising=False)
    return Line(room.folder, tmp_path / "外出", capsys, bare_env)


def test_a_file_leaves_with_its_line(line: Line) -> None:
    answer = line(*WHY)
    (path,) = line.files()
    assert answer == {"files": [str(path)], "sealed": False}
    assert path.name in {f"成长信息记录_{day.isoformat()}.pdf" for day in (TODAY, date.today())}  # it may be midnight
    text = preview.text(path.read_bytes())
    assert "李明" in text and "说考前睡不好" in text and "430102201107158816" not in text
    (left,) = line.register()
    assert (left.kind, left.reason, left.receiver, left.sealed) == (
        "成长信息记录", "转学移交", "接收学校心理辅导室", False,
    )  # fmt: skip
    assert [child.who for child in left.students] == ["李明"]


def test_the_parts_that_are_named(line: Line) -> None:
    for parts in ("基本情况，家庭情况", "basic,family"):
        line(*WHY, "--identity", parts=parts)
    for path in line.files():
        text = preview.text(path.read_bytes())
        assert "说考前睡不好" not in text and "430102201107158816" in text
    line(*WHY, parts="诗歌", code=2)
    assert "没有“诗歌”这一部分" in line.err and "辅导记录（notes）" in line.err
    assert len(line.files()) == len(line.register()) == 2


def test_a_password_seals_it(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSYROOM_FILE_PASSWORD", FILE_PASSWORD)
    assert line(*WHY, "--mask")["sealed"]
    (path,) = line.files()
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(path.read_bytes())
    document = pypdfium2.PdfDocument(path.read_bytes(), password=FILE_PASSWORD)
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    assert "李**" in text and "李明" not in text and line.register()[0].sealed


@pytest.mark.parametrize("weak", ["", "123456", "李明李明李明李明"])
def test_a_weak_or_empty_password_is_refused(line: Line, monkeypatch: pytest.MonkeyPatch, weak: str) -> None:
    monkeypatch.setenv("PSYROOM_FILE_PASSWORD", weak)
    line(*WHY, code=1)
    assert "这个密码不行" in line.err and len(line.err.splitlines()) == 1
    assert not line.files() and not line.register()


def test_without_reason_or_receiver_nothing_leaves(line: Line) -> None:
    line("--to", "家长", code=2)
    assert "--reason" in line.err
    line("--reason", "家长查阅", code=2)
    assert "--to" in line.err
    line("--reason", " ", "--to", "家长", code=2)
    assert "为什么" in line.err
    line("--reason", "转", "--to", "家长", code=1)
    assert "请写明为什么要拿出去" in line.err
    assert not line.files() and not line.register()


def test_two_students_of_a_name_are_listed(line: Line) -> None:
    line(*WHY, name="王芳", code=1)
    assert "有 2 名学生都对得上" in line.err and "2001" in line.err and "2002" in line.err
    assert not line.files()
    line(*WHY, name="2002")
    line(*WHY, name="没有此人", code=1)
    assert len(line.files()) == 1


def test_a_duty_person_and_the_rooms_own_folder_are_refused(line: Line) -> None:
    line(*WHY, code=1, who="乙")
    assert "心理教师" in line.err
    line.out = line.folder / "外出"
    line(*WHY, code=1)
    assert "辅导室自己的文件夹" in line.err and not line.out.exists() and not line.register()


def test_as_a_process_of_its_own(line: Line) -> None:
    env = {**line.env, "PSYROOM_PASSWORD": PASSWORD, "PSYROOM_FILE_PASSWORD": FILE_PASSWORD}
    command = [sys.executable, "-m", "psyroom", "--room", str(line.folder), "--as", "甲", "export", "student", "1001"]
    command += ["--parts", "辅导记录", "--out", str(line.out), *WHY, "--json"]
    done = subprocess.run(command, env=env, capture_output=True, stdin=subprocess.DEVNULL, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    answer = json.loads(done.stdout.decode())
    assert answer["sealed"] and os.path.exists(answer["files"][0]) and len(line.register()) == 1
