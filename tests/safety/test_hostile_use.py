"""Hostile and clumsy use of the command line: never a traceback, nothing half made, standard output as promised."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom import cli
from psyroom.records.students import Student
from psyroom.services import people, rooms, students
from psyroom.store import guesses, lock
from psyroom.store.opening import open_room
from psyroom.store.room import utc_now

ROOT = Path(__file__).parent.parent.parent
PASSWORD = "白鹭飞过稻田七点半回家去"
OTHER = "大雁排成一行往南方飞去了"
NEW = ("--school", "临江中学", "--stage", "初中", "--region", "national", "--term-start", "2026-08-31", "--weeks", "17",
       "--counsellor", "甲老师", "--keyring", "off")  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A closed practice room (its keys cost nothing), and its recovery code."""
    folder = tmp_path_factory.mktemp("hostile") / "我的 房间"
    setup = rooms.RoomSetup("临江中学", "junior", date(2026, 8, 31), "甲老师", PASSWORD, practice=True)
    room, code = rooms.make_room(folder, setup)
    people.add(room, "乙", "duty", OTHER)
    room.close()
    return folder, code


@pytest.fixture
def folder(made: tuple[Path, str], tmp_path: Path) -> Path:
    shutil.copytree(made[0], tmp_path / "我的 房间")
    return tmp_path / "我的 房间"


class Answer:
    """What a command said, in this process."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def refused(self) -> bool:
        """Exit 1, one Chinese sentence, and nothing on standard output; not the sentence of a bug."""
        one = len(self.err.strip().splitlines()) == 1 and re.search(r"[\u4e00-\u9fff]", self.err)
        return self.code == 1 and bool(one) and not self.out and "已记入日志" not in self.err


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    monkeypatch.setenv("PSYROOM_NEW_PASSWORD", OTHER)

    def command(*arguments: object) -> Answer:
        capsys.readouterr()
        try:
            code = cli.run([str(a) for a in arguments])
        except SystemExit as left:
            code = int(str(left.code))
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return command


def process(folder: Path, command: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    """As a process of its own; `command` is a line of sh in which `$P` is the program and `$R` the room."""
    whole = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "PSYROOM_REFUSED_SOCKETS": os.environ["PSYROOM_REFUSED_SOCKETS"],
        "PSYROOM_PASSWORD": PASSWORD,
        "P": f"{sys.executable} -m psyroom",
        "R": str(folder),
        **env,
    }
    return subprocess.run(["sh", "-c", command], env=whole, capture_output=True, cwd=folder.parent, timeout=60)


# ---- streams, environment, locale --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ('$P --room "$R" return list --json >&-', 0),
        ('$P --room "$R" return list >&- 2>&- <&-', 0),
        ('$P --room "$R" return list --json >/dev/full', 0),
        ('env -u PSYROOM_PASSWORD $P --room "$R" return list <&-', 1),
        ('PSYROOM_PASSWORD=x $P --room "$R" students find a --json 2>&-', 1),
        ('$P --room "$R" bogus 2>&-', 2),
        ('$P --room "$R" room check >&-', 0),
    ],
)
def test_closed_and_full_streams_change_no_exit_code(folder: Path, command: str, code: int) -> None:
    done = process(folder, command)
    said = done.stderr.decode()
    assert done.returncode == code and "Traceback" not in said and "Error" not in said, said
    assert done.stdout == b""


@pytest.mark.parametrize(
    "env",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "zh_CN.GBK", "PYTHONIOENCODING": "gbk", "HOME": "/nonexistent"},
        {"LC_ALL": "POSIX", "PSYROOM_CONFIG": "/proc/nowhere", "HOME": "/proc"},
    ],
)
def test_json_is_utf_8_whatever_the_locale_and_the_home(folder: Path, env: dict[str, str]) -> None:
    done = process(folder, '$P --json --room "$R" --as 甲老师 return list' if "HOME" in env else '$P --json --room "$R" return list', **env)  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout.decode("utf-8"))[0]["title"].startswith("心理")
    assert done.stderr == b""


# ---- nothing half made -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "out",
    [
        "{room}/恢复单.txt",
        "/proc/恢复单.txt",
        "{place}/没有/恢复单.txt",
        "{place}/恢复单.docx",
        "{place}/目录.txt",
        "{place}/环/恢复单.txt",
    ],
)
def test_a_room_whose_sheet_has_no_place_is_not_made(
    run: Callable[..., Answer], tmp_path: Path, cheap_keys: None, out: str
) -> None:
    (tmp_path / "目录.txt").mkdir()
    (tmp_path / "环").symlink_to(tmp_path / "环")
    room = tmp_path / "新房间"
    room.mkdir()
    answer = run("--room", room, "room", "new", *NEW, "--recovery-out", out.format(room=room, place=tmp_path))
    assert answer.refused, answer.err
    assert list(room.iterdir()) == []
    made = run("--room", room, "room", "new", *NEW, "--recovery-out", tmp_path / "恢复单.txt")
    assert made.code == 0 and (tmp_path / "恢复单.txt").exists()


def test_what_is_refused_before_a_room_is_made(run: Callable[..., Answer], tmp_path: Path, folder: Path) -> None:
    sheet = ("--recovery-out", tmp_path / "恢复单.txt")
    full = tmp_path / "有东西"
    full.mkdir()
    (full / "作业.txt").write_text("x")
    for place in (full, full / "作业.txt", folder, tmp_path / "OneDrive" / "房间"):
        assert run("--room", place, "room", "new", *NEW, *sheet).refused, place
    for change in (
        ("--stage", "大学"),
        ("--region", "火星"),
        ("--school", "\udcff"),
        ("--school", ""),
        ("--counsellor", "  "),
    ):
        assert run("--room", tmp_path / "新", "room", "new", *NEW, *change, *sheet).refused, change
    for change in (
        ("--weeks", "²"),
        ("--weeks", "0"),
        ("--term-start", "2026-02-30"),
        ("--lessons", "9-8"),
        ("--x", "1"),
    ):
        assert run("--room", tmp_path / "新", "room", "new", *NEW, *change, *sheet).code == 2, change
    assert not (tmp_path / "新").exists() and not (tmp_path / "恢复单.txt").exists()
    assert sorted(p.name for p in full.iterdir()) == ["作业.txt"]


def test_bringing_back_makes_nothing_where_something_is_wrong(
    run: Callable[..., Answer], folder: Path, made: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run("--room", folder, "copy", "--to", tmp_path / "备份", "--json")
    copy, goal = Path(json.loads(told.out)["copy"]), tmp_path / "回来"
    monkeypatch.setenv("PSYROOM_RECOVERY", made[1])

    def back(source: Path, *more: object) -> Answer:
        return run(
            "bring-back", source, "--room", goal, "--as", "甲老师", "--recovery-out", *(more or (tmp_path / "新.txt",))
        )

    damaged, empty = tmp_path / "坏了", tmp_path / "空"
    shutil.copytree(copy, damaged)
    data = bytearray((damaged / "case.db").read_bytes())
    data[5000] ^= 1
    (damaged / "case.db").write_bytes(data)
    empty.mkdir()
    for source in (damaged, empty, tmp_path / "没有", copy / "desk.db"):
        assert back(source).refused, source
    assert back(copy, goal / "新.txt").refused and back(copy, "/proc/新.txt").refused
    monkeypatch.setenv("PSYROOM_RECOVERY", "0000-" * 8 + "00")
    assert back(copy).refused
    monkeypatch.setenv("PSYROOM_RECOVERY", made[1])
    assert not goal.exists() or not list(goal.iterdir())
    goal.mkdir(exist_ok=True)
    (goal / "别的.txt").write_text("x")
    assert back(copy).refused and [p.name for p in goal.iterdir()] == ["别的.txt"]
    (goal / "别的.txt").unlink()
    assert back(copy).code == 0 and (tmp_path / "新.txt").exists()
    assert run("--room", goal, "room", "check", "--as", "乙").refused, "乙 has another password"
    monkeypatch.setenv("PSYROOM_PASSWORD", OTHER)
    assert run("--room", goal, "room", "check", "--as", "乙").code == 0


def test_a_copy_goes_nowhere_among_the_room_s_own_files(
    run: Callable[..., Answer], folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(folder)
    before = sorted(p.name for p in folder.iterdir())
    for to in (
        folder,
        folder / "里面",
        tmp_path / "link",
        folder.parent / "x" / ".." / folder.name,
        folder / "desk.db",
    ):
        assert run("--room", folder, "copy", "--to", to).refused, to
    assert sorted(p.name for p in folder.iterdir()) == before
    assert run("--room", folder, "copy", "--to", folder / "backups").code == 0
    assert run("--room", folder, "copy", "--to", "/proc/1/x").refused
    assert run("--room", folder, "return", "make", "opening-summary", "--term", "2026-1", "--out", folder).refused


# ---- arguments ---------------------------------------------------------------------------------------------------


def test_arguments_nobody_should_give(run: Callable[..., Answer], folder: Path) -> None:
    room = ("--room", folder)
    for words in (
        (*room, "--as", "\udcff", "room", "check"), (*room, "--as", "没有此人", "room", "check"),
        ("--room", "\udcff\udcfe", "room", "check"), ("--room", "x" * 5000, "room", "check"), ("--room", "/dev/null", "room", "check"),
        (*room, "undo", "--deed", "x'; DROP TABLE deed; --"), (*room, "people", "add", "\udcff三", "--role", "duty"),
        (*room, "people", "add", "", "--role", "duty"), (*room, "return", "make", "../../x", "--term", "2026-1", "--out", "x"),
        (*room, "return", "make", "opening-summary", "--term", "'", "--out", "x"), (*room, "hours", "--term", "\udcff"),
    ):  # fmt: skip
        answer = run(*words)
        assert answer.refused, (words, answer.err)
    for words in (
        ("room",),
        ("room", "check"),
        (*room, "undo", "--deed", "\udcff"),
        (*room, "people", "add", "丙", "--role", "root"),
    ):
        assert run(*words).code == 2, words
    for text in ("\udcff", "%", "_", "'", '"', "\\", "x" * 10_000, "\0", "‮", "(", "*", "[", "\n"):
        answer = run(*room, "students", "find", text, "--json")
        assert answer.code == 0 and json.loads(answer.out) == [], text
    assert not run(*room, "room", "check").out.startswith("{")


def test_options_stand_before_or_after(run: Callable[..., Answer], folder: Path) -> None:
    for words in (
        ("--room", folder, "--json", "--as", "甲老师", "return", "list"),
        ("return", "list", "--json", "--room", folder, "--as", "甲老师"),
        ("--json", "return", "--as", "甲老师", "list", "--room", folder),
    ):
        assert json.loads(run(*words).out), words


# ---- files from outside ------------------------------------------------------------------------------------------


def hostile_files(place: Path) -> list[Path]:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["姓名", "性别", "班级"])
    book.active.append(["王小明", "男", "7.1"])
    book.save(place / "好.xlsx")
    with zipfile.ZipFile(place / "好.xlsx") as good:
        parts = {name: good.read(name) for name in good.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    cell = '<row r="{0}"><c r="{1}{0}" t="inlineStr"><is><t>姓名</t></is></c></row>'
    bad = {
        "炸弹.xlsx": b"<worksheet><sheetData>" + b" " * 100_000_000,
        "远处.xlsx": (head + cell.format(1, "A") + cell.format(1048576, "XFD") + "</sheetData></worksheet>").encode(),
        "外部.xlsx": (
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + head + "</sheetData></worksheet>"
        ).encode(),
    }
    for name, content in bad.items():
        with zipfile.ZipFile(place / name, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for part, data in (parts | {sheet: content}).items():
                archive.writestr(part, data)
    (place / "截断.xlsx").write_bytes((place / "好.xlsx").read_bytes()[:2000])
    with (place / "百兆.xlsx").open("wb") as file:
        file.truncate(100_000_001)
    (place / "零.csv").write_bytes("姓名,性别,班级\n王\0小明,男,7.1\n".encode())
    (place / "百万行.csv").write_text("姓名,班级\n" + "王小明,7.1\n" * 150_000, "utf-8")
    (place / "宏.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"))
    os.mkfifo(place / "管道")
    (place / "环").symlink_to(place / "环")
    (place / "断.xlsx").symlink_to(place / "没有这个文件")
    (place / "好.xlsx").unlink()
    return [
        *sorted(place.iterdir()),
        place,
        Path("/dev/zero"),
        Path("/proc/self/mem"),
        Path("/dev/stdin"),
        Path("x" * 5000),
    ]


def test_hostile_files_are_a_sentence_and_change_nothing(
    run: Callable[..., Answer], folder: Path, tmp_path: Path
) -> None:
    """Also none that never ends: a pipe nobody writes to, a device."""
    place = tmp_path / "文件"
    place.mkdir()
    files = hostile_files(place)
    assert len(files) == 16
    before = (folder / "case.db").read_bytes()
    for file in files:
        answer = run("--room", folder, "roster", "import", file)
        assert answer.refused and "passwd" not in answer.err and "root:" not in answer.err, (file, answer.err)
        assert ("异常的结构" in answer.err) == (file.name in ("炸弹.xlsx", "远处.xlsx", "外部.xlsx")), answer.err
    for file in (place / "管道", place / "环", Path("/dev/zero"), place):
        assert run("--room", folder, "openings", "import", file).refused, file
    assert (folder / "case.db").read_bytes() == before


# ---- the lock, guesses, the clock --------------------------------------------------------------------------------


def test_a_room_in_use_is_said(run: Callable[..., Answer], folder: Path) -> None:
    held = lock.hold(folder)
    answer = run("--room", folder, "room", "check")
    held.release()
    assert answer.refused and "已在另一个窗口" in answer.err
    assert run("--room", folder, "room", "check").code == 0


def test_a_flipped_bit_met_later_is_a_sentence_not_a_bug(run: Callable[..., Answer], folder: Path) -> None:
    """Opening reads only what is new; whatever reads the spoilt page afterwards says so, and the check tells the file."""
    with open_room(folder, "甲老师", PASSWORD) as room, room.write("改") as deed:
        deed.session.add_all([Student(name="周一鸣", stage="junior", cohort=2026, class_no=1) for _ in range(300)])
    whole = (folder / "desk.db").read_bytes()
    told = set()
    for page in range(1, len(whole) // 4096, 3):
        data = bytearray(whole)
        data[page * 4096 + 2000] ^= 1
        (folder / "desk.db").write_bytes(data)
        answer = run("--room", folder, "students", "find", "周", "--json")
        assert answer.code == 0 or (answer.refused and "损坏" in answer.err), answer.err
        told.add(answer.code)
    assert told == {0, 1}
    checked = run("--room", folder, "room", "check", "--json")
    assert checked.code == 1 and [f["what"] for f in json.loads(checked.out)["findings"]].count("damaged") == 1
    (folder / "desk.db").write_bytes(whole)
    assert run("--room", folder, "room", "check").code == 0


def test_among_many_people_the_right_password_never_waits_long(
    run: Callable[..., Answer], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trying a password against everybody is one guess, and the wait after many wrong ones stays under five seconds."""
    with open_room(folder, "甲老师", PASSWORD) as room:
        for number in range(8):
            people.add(room, f"值班{number}", "duty", f"{number}号同学走过长长的走廊")
    waited: list[float] = []
    monkeypatch.setattr(guesses, "pause", waited.append)
    monkeypatch.setenv("PSYROOM_PASSWORD", "7号同学走过长长的走廊")
    assert run("--room", folder, "hours").code == 0 and waited == []
    monkeypatch.setenv("PSYROOM_PASSWORD", "不对的密码呀呀呀呀呀呀")
    for _ in range(12):
        assert run("--room", folder, "hours").refused
    assert waited[:4] == [0.5, 1.0, 2.0, 4.0] and max(waited) == 5.0
    waited.clear()
    monkeypatch.setenv("PSYROOM_PASSWORD", "7号同学走过长长的走廊")
    assert run("--room", folder, "hours").code == 0 and sum(waited) <= 5.0


@pytest.mark.parametrize("days", [40, -40])
def test_a_doubtful_clock_is_asked_about(
    run: Callable[..., Answer], new_room: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    room = new_room()
    room.now = lambda: utc_now() - timedelta(days=days)
    room.clock_confirmed = True
    students.add(room, {"name": "周一鸣", "stage": "vocational", "cohort": 2026, "class_no": 1}, {})  # in both files
    room.close()
    from tests.conftest import PASSWORD as THEIRS

    monkeypatch.setenv("PSYROOM_PASSWORD", THEIRS)
    monkeypatch.setenv("PSYROOM_NEW_PASSWORD", "窗外的梧桐叶又落了一层厚")
    add = ("--room", room.folder, "--as", "甲", "people", "add", "丙", "--role", "duty")
    answer = run(*add)
    assert answer.refused and f"{datetime.now(UTC).year}" in answer.err and "核对" in answer.err
    assert run("--room", room.folder, "--as", "甲", "room", "check").code == 0, "reading asks nothing"
    assert run(*add, "--clock-ok").code == 0
