"""家校反馈单 of a class without a window: one file, one line in the register, every slip counted as printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from psyroom.reports import preview
from psyroom.rules.time import monday_of, school_year_of
from psyroom.services import exports, feedback_list, hours, students
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.journeys.command_line import Line

TODAY = date.today()
YEAR = school_year_of(TODAY)
WHY = ("--reason", "家校沟通", "--to", "班主任")


@pytest.fixture
def line(
    new_room: Callable[..., Room], capsys: pytest.CaptureFixture[str], bare_env: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Line:  # fmt: skip
    room = new_room(term_starts=monday_of(TODAY - timedelta(days=21)), weeks=20)
    for class_no, names in ((1, ("安宁", "白帆", "曹一诺")), (2, ("丁冬",))):
        for name in names:
            students.add(room, {"name": name, "stage": "vocational", "cohort": YEAR, "class_no": class_no}, {})
    folder = room.folder
    room.close()
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    return Line(folder, capsys, bare_env)


def states(line: Line) -> dict[str, str]:
    with open_room(line.folder, "甲", PASSWORD) as room:
        return {one.name: one.state for one in feedback_list.listed(room, hours.local_now(room))}


def test_a_class_in_one_file(line: Line, tmp_path: Path) -> None:
    out = tmp_path / "反馈单.pdf"
    made = line("talks", "slips", "--class", f"{YEAR}级/1", "--out", str(out), *WHY)
    assert made == {"file": str(out), "class": f"{YEAR}级/1", "slips": 3, "again": 0}
    words = preview.text(out.read_bytes())
    assert all(name in words for name in ("安宁", "白帆", "曹一诺")) and "丁冬" not in words
    assert states(line) == {"安宁": "printed", "白帆": "printed", "曹一诺": "printed", "丁冬": ""}
    again = line("talks", "slips", "--class", f"{YEAR}级/1", "--out", str(out), *WHY)
    assert again["again"] == 3 and again["file"] != str(out) and out.exists()
    with open_room(line.folder, "甲", PASSWORD) as room:
        assert [(one.kind, one.reason, one.receiver) for one in exports.listed(room)] == [
            ("家校反馈单", "家校沟通", "班主任")
        ] * 2


def test_only_who_is_owed_one(line: Line, tmp_path: Path) -> None:
    asked = ("talks", "slips", "--class", f"{YEAR}级/1", "--out", str(tmp_path / "a.pdf"), "--owed-only", *WHY)
    line(*asked, code=1)
    assert "没有要给家长反馈的学生" in line.err
    line("care", "mark", "--student", "白帆", "--on", TODAY.isoformat(), "--ground", "班主任提出，最近常请假")
    made = line(*asked)
    assert made["slips"] == 1 and states(line)["安宁"] == ""


def test_what_is_missing_or_wrong_writes_nothing(line: Line, tmp_path: Path) -> None:
    out = str(tmp_path / "a.pdf")
    line("talks", "slips", "--class", "没有这个班", "--out", out, *WHY, code=1)
    assert f"{YEAR}级/1" in line.err
    line("talks", "slips", "--class", f"{YEAR}级/9", "--out", out, *WHY, code=1)
    line("talks", "slips", "--class", f"{YEAR}级/1", "--out", out, "--reason", "", "--to", "班主任", code=2)
    line("talks", "slips", "--class", f"{YEAR}级/1", "--out", str(tmp_path / "a.txt"), *WHY, code=2)
    line("talks", "slips", "--class", f"{YEAR}级/1", "--out", out, *WHY, code=1, who="乙")
    (tmp_path / "file").write_bytes(b"")
    line("talks", "slips", "--class", f"{YEAR}级/1", "--out", str(tmp_path / "file" / "a.pdf"), *WHY, code=1)
    assert set(states(line).values()) == {""} and not Path(out).exists()
