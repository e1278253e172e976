"""Sheets that go out and come back while the disk is full, the process is killed, or a name is a formula: whole or not at
all."""

from __future__ import annotations

import json
import os
import random
import signal
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from psyroom import cli
from psyroom.errors import Tell
from psyroom.records.access import Export
from psyroom.records.talks import Talk, TalkReceipt, TalkSheet
from psyroom.services import exports, students
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.faults.full_disk import Limited
from tests.services.talk_sheet_school import (
    DAY,
    NOW,
    WHY,
    fill_school,
    filled,
    opened,
    read,
    sheet_of,
    sheets_out,
    stored,
    take,
)


def test_the_passwords_leave_in_the_same_act_as_the_sheets(
    new_room: Callable[..., Room], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line in the register names the sheets and the slips."""
    room = new_room()
    fill_school(room)
    room.close()
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    out = tmp_path / "out"
    words = ["--reason", WHY["reason"], "--to", WHY["receiver"]]
    said = ["--room", str(room.folder), "--as", "甲", "--clock-ok", "talks", "sheets", "--out", str(out)]
    assert cli.run([*said, *words, "--term", "2026-1", "--json"]) == 0
    files = {Path(path).name for path in json.loads(capsys.readouterr().out)["files"]}
    assert files == {path.name for path in out.iterdir()} and "passwords.txt" in files
    with open_room(room.folder, "甲", PASSWORD) as again:
        (left,) = exports.listed(again)
        assert {name for name, _ in left.files} == files and left.sealed


@pytest.mark.parametrize("left", [0, 512, 3000, 9000, 20_000])
def test_a_disk_that_fills_while_sheets_are_made_leaves_none(room: Room, tmp_path: Path, left: int) -> None:
    fill_school(room)
    out = tmp_path / "out"
    with Limited(tmp_path).full(left), pytest.raises(Tell):
        sheets_out(room, out, slips_file="passwords.txt")
    assert not list(out.glob("*")) and not stored(room, TalkSheet) and not stored(room, Export)
    assert len(sheets_out(room, out, slips_file="passwords.txt").files) == 3 and len(stored(room, TalkSheet)) == 2


@pytest.mark.parametrize("left", [0, 512, 4096, 60_000])
def test_a_disk_that_fills_while_sheets_come_in_brings_none(room: Room, tmp_path: Path, left: int) -> None:
    fill_school(room)
    path = filled(sheet_of(room, tmp_path), {"安宁": {"day": DAY, "points": "约好" * 400}, "白帆": {"day": DAY}})
    dry = read(room, path)
    with Limited(tmp_path).full(left), pytest.raises(Tell):
        take(room, dry)
    assert not stored(room, Talk) and not stored(room, TalkReceipt)
    assert take(room, read(room, path)).new == 2


def test_killed_while_sheets_come_in_all_or_none_is_there(new_room: Callable[..., Room], tmp_path: Path) -> None:
    """With its receipts; and what was not taken is taken by reading once more."""
    room = new_room()
    fill_school(room, {3: [(f"3{n:03}", f"生{n}", "f") for n in range(150)], 2: []})
    path = filled(sheet_of(room, tmp_path), {f"生{n}": {"day": DAY, "points": "约好" * 60} for n in range(150)})
    room.close()
    chance = random.Random(5)
    seen = set()
    for _ in range(6):
        child = os.fork()
        if child == 0:
            try:
                with open_room(room.folder, "甲", PASSWORD) as mine:
                    mine.clock_confirmed = True
                    dry = read(mine, path)
                    (tmp_path / "now").write_text("x")
                    take(mine, dry)
                    (tmp_path / "done").write_text("x")
                    time.sleep(30)
            finally:
                os._exit(0)
        while not (tmp_path / "now").exists() and os.waitpid(child, os.WNOHANG) == (0, 0):
            time.sleep(0.005)
        time.sleep(chance.random() * 0.25)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        acknowledged = (tmp_path / "done").exists()
        for name in ("now", "done"):
            (tmp_path / name).unlink(missing_ok=True)
        with open_room(room.folder, "甲", PASSWORD) as after:
            assert not after.findings
            came, receipts = len(stored(after, Talk)), len(stored(after, TalkReceipt))
        assert (came, receipts) == (0, 0) or came == 150
        assert came == 150 or not acknowledged
        seen.add(came)
        if came:
            break
    with open_room(room.folder, "甲", PASSWORD) as last:
        last.now, last.clock_confirmed = lambda: NOW.astimezone(), True
        take(last, read(last, path))
        assert len(stored(last, Talk)) == 150


def test_a_child_called_like_a_formula_stays_a_name(room: Room, tmp_path: Path) -> None:
    """In every workbook with names that leaves; and nobody's name is the author of it."""
    name = '=HYPERLINK("http://x","点")'
    fill_school(room, {3: [("20260301", name, "f"), ("=1+1", "+SUM(A1)", "m"), ("-2", "@安宁", "f")]})
    path = sheet_of(room, tmp_path)
    book = openpyxl.load_workbook(path)
    page = book["谈话"]
    assert [page.cell(row, 2).value for row in (3, 4, 5)].count(name) == 1
    assert all(cell.data_type != "f" for rows in page.iter_rows() for cell in rows)
    with zipfile.ZipFile(path) as archive:
        whole = "".join(archive.read(part).decode("utf-8", "replace") for part in archive.namelist())
        sheets = "".join(archive.read(part).decode() for part in archive.namelist() if "worksheets/sheet" in part)
    assert "<f>" not in sheets and "<hyperlink" not in sheets and room.person.name not in whole.replace("甲老师", "")
    assert book.properties.creator in (None, "", "openpyxl") or room.person.name not in str(book.properties.creator)
    filled(path, {name: {"day": DAY, "talker": "李"}})
    dry = read(room, path)
    assert (dry.new, dry.problems) == (1, 0)


def test_a_password_is_in_no_sentence_and_no_repr(room: Room, tmp_path: Path) -> None:
    fill_school(room)
    made = sheets_out(room, tmp_path / "out")
    secret = made.slips[0].password
    path = made.files[0]
    path.write_bytes(path.read_bytes()[:-2000])
    dry = read(room, path, passwords=["先前的密码"])
    told = [repr(x) for x in (made, made.slips, dry, dry.files, stored(room, TalkSheet))] + [str(dry.as_json())]
    told += [file.refused for file in dry.files]
    assert dry.files[0].refused and not [text for text in told if secret in text or "先前的密码" in text]
    assert opened(made.files[1], made.slips[1].password)


def test_a_sheet_s_pupils_change_class_while_it_is_away(room: Room, tmp_path: Path) -> None:
    """Whoever stood on the sheet is taken in by it, and it is said where the child is now."""
    children = fill_school(room)
    path = sheet_of(room, tmp_path)
    students.move_class(room, children["安宁"], "vocational", 2026, 2)
    filled(path, {"安宁": {"day": DAY}})
    (file,) = read(room, path).files
    (one,) = [row for row in file.rows if row.state != "blank"]
    assert one.state == "new" and any("现在在" in words for words in one.said)
