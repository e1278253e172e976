"""The class teachers' sheets without a window: out on a stick, filled, back from a folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from psyroom.records.talks import Talk, TalkReceipt, TalkSheet
from psyroom.rules.time import monday_of, school_year_of
from psyroom.services import exports, students
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.journeys.command_line import Line
from tests.services.talk_sheet_school import filled, stored

TODAY = date.today()
YEAR = school_year_of(TODAY)
SAID = TODAY.isoformat()
WHY = ("--reason", "班主任工作需要", "--to", "各班班主任")


@pytest.fixture
def line(
    new_room: Callable[..., Room], capsys: pytest.CaptureFixture[str], bare_env: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Line:  # fmt: skip
    room = new_room(term_starts=monday_of(TODAY - timedelta(days=21)), weeks=20)
    for class_no, names in ((1, ("安宁", "白帆")), (2, ("曹一诺",))):
        for name in names:
            students.add(room, {"name": name, "stage": "vocational", "cohort": YEAR, "class_no": class_no}, {})
    folder = room.folder
    room.close()
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    return Line(folder, capsys, bare_env)


def passwords(text: str) -> dict[str, str]:
    """File → password, as the slips say."""
    found: dict[str, str] = {}
    name = ""
    for words in text.splitlines():
        name = words.removeprefix("文件：") if words.startswith("文件：") else name
        if words.startswith("密码："):
            found[name] = words.removeprefix("密码：")
    return found


def test_out_filled_and_back(line: Line, tmp_path: Path) -> None:
    out = tmp_path / "u盘"
    made = line("talks", "sheets", "--out", str(out), *WHY)
    names = [f"一生一谈_{YEAR}级{n}班" for n in (1, 2)]
    assert made["sealed"] and [Path(f).name.rsplit("_", 1)[0] for f in made["files"][:2]] == names
    assert Path(made["files"][2]).name == "passwords.txt" and "不要和表放在同一个 U 盘里" in line.err
    keys = passwords(Path(made["files"][2]).read_text("utf-8-sig"))
    first, second = (Path(file) for file in made["files"][:2])
    assert set(keys) == {first.name, second.name}
    filled(first, {"安宁": {"day": SAID, "talker": "孙丽"}, "白帆": {"day": "没谈"}}, keys[first.name])
    dry = line("talks", "import", str(out), "--dry-run")
    assert (dry["new"], dry["changed"], dry["unchanged"], dry["missing_classes"]) == (1, 0, 0, [f"{YEAR}级/2"])
    assert [(p["file"], p["row"]) for p in dry["problems"]] == [(first.name, 4)]
    with open_room(line.folder, "甲", PASSWORD) as room:
        assert not stored(room, Talk) and not stored(room, TalkReceipt)
        (left,) = exports.listed(room)
        assert (left.reason, left.receiver, left.sealed, len(left.students)) == (
            "班主任工作需要",
            "各班班主任",
            True,
            3,
        )
    assert line("talks", "import", str(out)) == dry and "销毁" in line.err
    assert line("talks", "import", str(first))["unchanged"] == 1
    covered = {row["class"]: row["talked"] for row in line("talks", "coverage")}
    assert covered == {f"{YEAR}级/1": 1, f"{YEAR}级/2": 0}
    words = line("talks", "import", str(out), "--dry-run", plain=True)
    assert f"{first.name} 第 4 行 白帆：谈话日期“没谈”没有认出" in words and f"还没有交的班：{YEAR}级/2" in words
    line("undo")
    line("undo")
    assert line("talks", "import", str(out), "--dry-run")["new"] == 1


def test_without_password_it_is_said(line: Line, tmp_path: Path) -> None:
    made = line("talks", "sheets", "--out", str(tmp_path / "o"), "--no-password", *WHY)
    assert not made["sealed"] and len(made["files"]) == 2 and "没有加密码" in line.err
    filled(Path(made["files"][0]), {"安宁": {"day": SAID, "talker": "孙丽"}})
    assert line("talks", "import", made["files"][0])["new"] == 1


def test_what_is_refused(line: Line, tmp_path: Path) -> None:
    out = str(tmp_path / "o")
    line("talks", "sheets", "--out", out, "--reason", " ", "--to", "班主任", code=2)
    line("talks", "sheets", "--out", out, code=2)
    line("talks", "sheets", "--out", out, *WHY, code=1, who="乙")
    line("talks", "import", out, code=1)
    assert "找不到文件" in line.err and not (tmp_path / "o").exists()
    wrong = tmp_path / "别的.txt"
    wrong.write_text("不是表格")
    answer = line("talks", "import", str(wrong), code=1)
    assert answer["problems"] == [{"file": "别的.txt", "row": None, "reason": line.err.strip()}]
    line("talks", "import", str(wrong), code=1, who="乙")
    empty = tmp_path / "空"
    empty.mkdir()
    line("talks", "import", str(empty), code=1)
    assert "没有可以读的文件" in line.err
    with open_room(line.folder, "甲", PASSWORD) as room:
        assert not stored(room, TalkSheet)


def test_a_changed_password_is_taken_from_the_environment(
    line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.services.talk_sheet_school import opened, saved

    made = line("talks", "sheets", "--out", str(tmp_path / "o"), *WHY)
    path = Path(made["files"][0])
    key = passwords(Path(made["files"][2]).read_text("utf-8-sig"))[path.name]
    filled(path, {"安宁": {"day": SAID, "talker": "孙丽"}}, key)
    saved(opened(path, key), path, "laoshi123")
    line("talks", "import", str(path), code=1)
    assert "请问到密码" in line.err
    monkeypatch.setenv("PSYROOM_FILE_PASSWORD", "laoshi123")
    assert line("talks", "import", str(path))["new"] == 1
