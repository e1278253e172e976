"""A visit with its note, and finding in notes, without a window."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.services import bookings, hours, note_list, notes, people, private_notes, reading, students, week
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.journeys.command_line import ROOT, Line

TODAY = date.today()
MONDAY = TODAY - timedelta(days=TODAY.weekday())
DAY = MONDAY - timedelta(days=5)
"""A Wednesday that has been."""
NOTE = "主要问题：考前睡不好，反复梦见纸鹤\n分析与对策：一起列了计划\n辅导效果：说轻松了些\n下一步：周五再看一次\n"
PRIVATE = "我担心自己说得太快，像一只旧风筝"


class Desk(Line):
    """With files to hand over, and visits to enter."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], env: dict[str, str], base: Path) -> None:
        super().__init__(folder, capsys, env)
        self.base = base

    def file(self, name: str, text: str | bytes, encoding: str = "utf-8") -> str:
        path = self.base / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return str(path)

    def visit(self, *args: str, student: str = "李明", starts: str = "12:10", ends: str = "12:50", **more: Any) -> Any:
        kind = () if "--kind" in args else ("--kind", "individual")
        day = () if "--on" in args else ("--on", DAY.isoformat())
        return self("visit", "add", "--student", student, *day, "--from", starts, "--to", ends, *kind, *args, **more)

    def open(self, who: str = "甲") -> Room:
        return open_room(self.folder, who, PASSWORD)


@pytest.fixture
def line(
    new_room: Callable[..., Room],
    bare_env: dict[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Desk:
    room = new_room(term_starts=MONDAY - timedelta(weeks=4), weeks=30)
    for name, cohort, class_no, number in (
        ("王芳", 2026, 1, "26001"), ("王芳", 2025, 2, "25002"), ("李明", 2026, 1, "26003"),
    ):  # fmt: skip
        values = {"name": name, "stage": "vocational", "cohort": cohort, "class_no": class_no, "number": number}
        students.add(room, values, {})
    people.add(room, "丙", "counsellor", PASSWORD)
    room.close()
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    path = os.pathsep.join([str(ROOT), os.environ["PYTHONPATH"]])
    return Desk(room.folder, capsys, {**bare_env, "PSYROOM_PASSWORD": PASSWORD, "PYTHONPATH": path}, tmp_path)


def test_a_visit_with_its_note_signed_and_found_again(line: Desk) -> None:
    made = line.visit(
        "--note-file", line.file("记录.txt", NOTE), "--private-file", line.file("私.txt", PRIVATE), "--sign", own=True
    )
    assert set(made) == {"visit", "note", "number", "signed"} and made["signed"] is True
    assert made["number"] == f"{DAY.year}-001"
    with line.open() as room:
        seen = notes.seen(room, made["note"], hours.local_now(room))
        assert (seen.state, seen.fields.problem) == ("locked", "考前睡不好，反复梦见纸鹤")
        assert (seen.fields.measures, seen.fields.effect) == ("一起列了计划", "说轻松了些")
        assert (seen.fields.visit, seen.fields.starts, seen.fields.ends) == (made["visit"], 730, 770)
        assert [step.text for step in seen.steps] == ["周五再看一次"]
        assert private_notes.read(room, made["note"]) == PRIVATE
        there = [e for d in week.week(room, DAY - timedelta(days=2), hours.local_now(room)).days for e in d.entries]
        assert [(e.who, e.starts, e.ends) for e in there if e.id == made["visit"]] == [("李明", 730, 770)]
        assert made["visit"] not in [t.visit for t in note_list.to_write(room, hours.local_now(room))]
    found = line("notes", "search", "纸鹤", own=True)
    assert [set(hit) for hit in found] == [{"student", "class", "on", "excerpt"}]
    assert found[0] == {
        "student": "李明", "class": found[0]["class"], "on": DAY.isoformat(), "excerpt": "考前睡不好，反复梦见纸鹤",
    }  # fmt: skip
    assert found[0]["class"].endswith("1班")
    assert "李明" in line("notes", "search", "纸鹤", plain=True)
    assert [hit["excerpt"] for hit in line("notes", "search", "旧风筝")] == [PRIVATE]  # one's own
    assert line("notes", "search", "没有写过") == [] and "没有找到" in line("notes", "search", "没有写过", plain=True)
    line("notes", "search", "纸", code=1)
    assert line("room", "check")["ok"]


def test_another_person_finds_neither_the_note_nor_what_is_private(line: Desk) -> None:
    line.visit("--note-file", line.file("记录.txt", NOTE), "--private-file", line.file("私.txt", PRIVATE))
    for text in ("纸鹤", "旧风筝", "再看一次"):
        assert line("notes", "search", text, who="丙") == []
        line("notes", "search", text, who="乙", code=1)
        assert "心理教师" in line.err and text not in line.err
    with line.open() as room:
        (row,) = note_list.listed(room, hours.local_now(room))
        notes.share(room, row.id, True)
    assert len(line("notes", "search", "纸鹤", who="丙")) == 1
    assert line("notes", "search", "旧风筝", who="丙") == []
    with line.open() as room:
        assert reading.of_mine(room) == []  # shared: nobody opened what was closed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_as_notepads_save_it(line: Desk, encoding: str) -> None:
    line.visit("--note-file", line.file("记录.txt", "只有一段话，没有小标题，\r\n说到枇杷。", encoding))
    assert [hit["excerpt"] for hit in line("notes", "search", "枇杷")] == ["只有一段话，没有小标题， 说到枇杷。"]


def test_two_of_the_name_are_listed_and_a_number_or_class_tells_them_apart(line: Desk) -> None:
    line.visit(student="王芳", code=1)
    assert line.err.count("王芳") == 2 and "26001" in line.err and "25002" in line.err and "--class" in line.err
    line.visit(student="25002")
    line.visit("--class", "2026级/1", student="王芳", starts="13:00", ends="13:30")
    line.visit(student="没有这个人", code=1)


def test_a_booking_of_that_hour_is_taken_and_said(line: Desk) -> None:
    before = datetime(DAY.year, DAY.month, DAY.day, 8, 0)
    with line.open() as room:
        child = students.find(room, "李明")[0].id
        values = {"student": child, "day": DAY, "starts": 730, "ends": 770, "person": room.person.id}
        booking = bookings.book(room, values, before, anyway=True).id
    made = line.visit()
    assert made["note"] == "" and "预约" in line.err
    with line.open() as room:
        shown = [e for d in week.week(room, DAY - timedelta(days=2), hours.local_now(room)).days for e in d.entries]
        assert [e.outcome for e in shown if e.id == booking] == ["arrived"]


def test_other_kinds_and_what_they_become(line: Desk) -> None:
    line.visit("--kind", "家长沟通", "--note-file", line.file("a.txt", "母亲答应少催"))
    line.visit("--kind", "telephone", "--note-file", line.file("b.txt", "说今天好些"), starts="13:00", ends="13:20")
    with line.open() as room:
        rows = note_list.listed(room, hours.local_now(room))
        assert {row.kind for row in rows} == {"parent", "telephone"}
        seen = [notes.seen(room, row.id, hours.local_now(room)).fields for row in rows]
        assert {(s.kind, s.channel, s.outcome, s.state) for s in seen} == {
            ("parent", "in_person", "母亲答应少催", ""), ("telephone", "telephone", "", "说今天好些"),
        }  # fmt: skip
    line.visit("--kind", "group", code=1)
    line.visit("--kind", "聊天", code=1)


def test_nothing_is_done_and_nothing_is_told_where_a_file_cannot_be_read(line: Desk) -> None:
    good = line.file("好.txt", NOTE)
    bad = {
        "没有找到": str(line.base / "没有.txt"),
        "没有找到 ": str(line.base),
        "不是纯文本": line.file("图.txt", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(300)),
        "太大": line.file("大.txt", "话" * 80_000),
        "是空的": line.file("空.txt", " \n"),
        "太长": line.file("长.txt", "暗语琥珀" + "长" * 7000),
    }
    for words, path in bad.items():
        line.visit("--note-file", path, code=1)
        assert words.strip() in line.err and "琥珀" not in line.err
    line.visit("--note-file", good, "--private-file", bad["太长"], code=1)
    assert "琥珀" not in line.err
    line.visit("--sign", code=2)
    line.visit("--on", (TODAY + timedelta(days=3)).isoformat(), code=1)
    line.visit("--note-file", good, starts="12:50", ends="12:10", code=1)
    line.visit("--note-file", good, who="乙", code=1)
    with line.open() as room:
        assert not note_list.listed(room, hours.local_now(room))
        assert not [
            e for d in week.week(room, MONDAY - timedelta(days=7), hours.local_now(room)).days for e in d.entries
        ]
    line.visit("--note-file", good)
    line.visit("--note-file", good, code=1)
    assert "已经登记过" in line.err
    assert len(line("notes", "search", "纸鹤")) == 1


def test_a_note_that_cannot_be_written_takes_its_visit_back(line: Desk) -> None:
    with line.open() as room, room.aside() as session:  # as when the disk fills between the two
        raw_of(session).execute(
            "CREATE TRIGGER cases.full BEFORE INSERT ON note BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
    line.visit("--note-file", line.file("记录.txt", NOTE), code=1)
    assert "磁盘已满" in line.err
    with line.open() as room:
        monday = MONDAY - timedelta(days=7)
        assert not [e for d in week.week(room, monday, hours.local_now(room)).days for e in d.entries]
