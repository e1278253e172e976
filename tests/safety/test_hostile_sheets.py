"""Sheets nobody should hand in: forged, bombed, called oddly, by the thousand. Each is a sentence; nothing of it comes in
unasked, nothing it says reaches a screen or a terminal but as letters one can read."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import Refused, Tell
from psyroom.intake import talk_sheet as intake
from psyroom.records.talks import Talk, TalkExcuse, TalkReceipt
from psyroom.rules.talk_sheet import HEADERS, HIDDEN, SHEET
from psyroom.services import history, students, talk_sheets, talks
from psyroom.store.room import Room
from tests.services.talk_sheet_school import (
    DAY,
    NOW,
    count,
    fill_school,
    filled,
    opened,
    put,
    read,
    row,
    saved,
    sheet_of,
    sheets_out,
    stored,
    table,
    take,
)

HEADS = list(HEADERS)
ESCAPES = "\x1b[2J\x07\u202e"
"""Clears a terminal, rings its bell, turns the writing round."""


@pytest.fixture
def children(room: Room) -> dict[str, str]:
    return fill_school(room)


@pytest.fixture
def path(room: Room, children: dict[str, str], tmp_path: Path) -> Path:
    return sheet_of(room, tmp_path)


def said(dry: Any) -> list[str]:
    """Everything of a dry run that a screen, a terminal or a list on paper shows."""
    found = [dry.as_json().__repr__()]
    for file in dry.files:
        found += [file.name, file.refused, file.class_name, *file.notes]
        for one in file.rows:
            found += [one.number, one.name, one.reason, *one.said]
    return found


def unread(text: str) -> bool:
    """Whether there stands something that is no letter."""
    return any(not (c.isprintable() or c in " \n\u3000\xa0") for c in text)


# ---- forged ---------------------------------------------------------------------------------------------------------


def marks(path: Path, target: Path, **values: str) -> Path:
    """The sheet with another hidden part; a value of None takes the line away."""
    book = opened(path)
    page = book[HIDDEN]
    for cells in page.iter_rows():
        if cells[0].value in values:
            cells[1].value = values[cells[0].value]
    return saved(book, target)


def test_ids_of_other_children_in_the_hidden_sheet_are_not_believed(
    room: Room, children: dict[str, str], path: Path, tmp_path: Path
) -> None:
    """Whose a row is says its number and its name, never an id; a child of another class is told and left out."""
    filled(path, {"安宁": {"day": DAY}}, change=lambda book: _instead(book, "白帆", "20260201", "戚薇", day=DAY))
    forged = marks(path, tmp_path / "伪.xlsx", rows=" ".join([children["戚薇"], children["石磊"]] * 200))
    dry = read(room, forged)
    assert count(dry) == (1, 0, 0, 1) and "不是这个班的学生" in row(dry, "戚薇").reason
    take(room, dry)
    assert [talk.student for talk in stored(room, Talk)] == [children["安宁"]]


def _instead(book: Any, name: str, number: str, other: str, **cells: Any) -> None:
    page = book[SHEET]
    at = put(page, name, **cells)
    page.cell(at, 1).value, page.cell(at, 2).value = number, other


def test_the_id_of_another_classes_sheet_brings_no_child_of_ones_own_in(
    room: Room, children: dict[str, str], tmp_path: Path
) -> None:
    made = sheets_out(room, tmp_path, with_password=False)
    three = next(p for p in made.files if "级3班" in p.name)
    two = {s.key: s for s in talk_sheets.listed(room, NOW)}["2026级/2"].sheet
    filled(three, {"安宁": {"day": DAY}, "白帆": {"excuse": "长期请假"}})
    dry = read(room, marks(three, tmp_path / "伪.xlsx", sheet=two, **{"class": "2026级/2"}))
    assert count(dry) == (0, 0, 0, 2) and all("不是这个班的学生" in r.reason for r in dry.files[0].rows if r.reason)


@pytest.mark.parametrize(
    "values",
    [
        {"room": "0" * 32}, {"room": ESCAPES}, {"term": "2019-1"}, {"term": ESCAPES + "x" * 30_000, "sheet": "?"},
        {"term": "../../etc/passwd", "sheet": "' OR 1=1 --"},
    ],
)  # fmt: skip
def test_another_room_another_term_and_nonsense_are_refused_in_a_short_sentence(
    room: Room, path: Path, tmp_path: Path, values: dict[str, str]
) -> None:
    filled(path, {"安宁": {"day": DAY}})
    clean = {k: v.replace("\x1b", "_x001B_").replace("\x07", "_x0007_") for k, v in values.items()}
    dry = read(room, marks(path, tmp_path / "伪.xlsx", **clean))
    if dry.files[0].refused:
        assert len(dry.files[0].refused) < 200
    assert not [text for text in said(dry) if unread(text)]
    assert dry.files[0].refused or "term" in values and not values.get("sheet")


# ---- names and words ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells",
    [
        ["同名0", "没有的人", DAY], ["同名00", "安宁", DAY], ["同名0", "", DAY], ["同名99", "安宁", DAY], ["同名٣", "安宁", DAY],
        ["安宁", "20260301", DAY], ["", "安\u200b宁", DAY], ["", "安\u3164宁", DAY], ["", "⁣", DAY], ["٢٠٢٦٠٣٠١", "", DAY],
        ["²⁰²⁶", "安宁 ", DAY], ["inf", "nan", DAY], ["9" * 30_000, "安宁", DAY], ["", "长" * 30_000, DAY],
        ["", "安宁", "0000-00-00"], ["", "安宁", "9999-12-31"], ["", "安宁", "٩٩"], ["", "安宁", "1" * 30_000],
        ["", "安宁", DAY, "x" * 30_000], ["", "安宁", DAY, "", "（" * 30_000], ["", "安宁", DAY, "", "", "", "", "是" * 30_000],
        ["_x001B_[2J", "_x001B_[31m\u202e安宁", "_x0007_"], ["", "安宁", DAY, "_x0000_", "", "_x001B_c", "_x0008__x202E_"],
    ],
)  # fmt: skip
def test_odd_cells_are_a_sentence_of_letters(
    room: Room, children: dict[str, str], tmp_path: Path, cells: list[str]
) -> None:
    whole = [["20260302", "白帆", DAY, "李"], [*cells, *[""] * (len(HEADS) - len(cells))]]
    dry = read(room, table(tmp_path / "表.xlsx", whole))
    assert dry.new >= 1 and row(dry, "白帆").state == "new"
    assert not [text for text in said(dry) if unread(text)]
    assert (
        max(len(text) for file in dry.files for one in file.rows for text in (one.name, one.number, one.reason)) < 300
    )
    take(room, dry)
    assert all(not unread(f"{t.points}{t.talker}{t.theme}") for t in stored(room, Talk))


@pytest.mark.parametrize("name", ["安宁\u0301", "安寧", "女安宁", "安宁宁", "安 宁1", "ΑΝ安宁"])
def test_a_name_that_only_looks_alike_is_nobody(
    room: Room, children: dict[str, str], tmp_path: Path, name: str
) -> None:
    dry = read(room, table(tmp_path / "表.xlsx", [["20260302", "白帆", DAY, "李"], ["", name, DAY, "李"]]))
    assert count(dry) == (1, 0, 0, 1)


# ---- files ----------------------------------------------------------------------------------------------------------


def rewritten(path: Path, part: str, change: Callable[[bytes], bytes], **more: bytes) -> Path:
    """The workbook with one part of its archive changed and others put in."""
    old = path.with_suffix(".old")
    shutil.move(path, old)
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            data = source.read(item)
            target.writestr(item.filename, change(data) if item.filename == part else data)
        for name, data in more.items():
            target.writestr(name.replace("__", "/"), data)
    old.unlink()
    return path


TABLE = "xl/worksheets/sheet1.xml"
DTD = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def _dtd(data: bytes) -> bytes:
    head, _, rest = data.partition(b"?>")
    return head + b"?>" + DTD + rest


@pytest.mark.parametrize(
    ("part", "change", "more"),
    [
        (TABLE, _dtd, {}),
        ("xl/sharedStrings.xml", lambda d: _dtd(d).replace("安宁".encode(), b"&x;&b;"), {}),
        ("", bytes, {"xl__externalLinks__externalLink1.xml": b'<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'}),
        ("", bytes, {"xl__media__bomb.bin": b"\0" * 400_000_000}),
        ("", bytes, {"..__..__..__evil.xlsx": b"x"}),
        (TABLE, lambda d: d.replace(b"</sheetData>", b'<row r="99999999999999999999"><c r="A99999999999999999999"><f>1</f></c></row></sheetData>'), {}),
        (TABLE, lambda d: d.replace(b"</sheetData>", b'<row r="9"><c r="' + b"Z" * 90 + b'9"><f>1</f><v>1</v></c></row></sheetData>'), {}),
        (TABLE, lambda d: d.replace(b'<row r="', b'<row r="-'), {}),
        (TABLE, lambda d: d[:900], {}),
        ("xl/sharedStrings.xml", lambda d: b"<sst/>", {}),
        ("xl/workbook.xml", lambda d: d.replace(b"sheetId", b"sheetld"), {}),
    ],
    ids=["dtd", "entities", "dde", "bomb", "above", "far", "wide", "negative", "cut", "no words", "no ids"],
)  # fmt: skip
def test_a_bad_file_ends_no_import(
    room: Room, children: dict[str, str], tmp_path: Path, part: str, change: Any, more: dict[str, bytes]
) -> None:
    """It is refused, or read for what stands in its cells; the file beside it is read either way, nothing is written."""
    made = sheets_out(room, tmp_path / "表", with_password=False)
    good, bad = made.files
    for one, name in ((good, "戚薇"), (bad, "安宁")):
        filled(one, {name: {"day": DAY, "talker": "李"}} if name in {"戚薇"} else {"安宁": {"day": DAY}})
    rewritten(bad, part, change, **more)
    before = sorted(p.name for p in tmp_path.rglob("*"))
    dry = read(room, tmp_path / "表")
    assert row(dry, "戚薇").state == "new"
    assert "root:" not in "".join(said(dry)) and not [text for text in said(dry) if unread(text)]
    assert sorted(p.name for p in tmp_path.rglob("*")) == before and not (tmp_path.parent / "evil.xlsx").exists()
    take(room, dry)
    assert len(stored(room, Talk)) in (1, 2) and all("aaaa" not in t.points for t in stored(room, Talk))


def test_formulas_dde_and_links_give_no_value(room: Room, path: Path) -> None:
    """Not the value the file says it had either."""
    for at, formula in enumerate(('=cmd|"/c calc"!A1', '=HYPERLINK("http://x")', "=[1]Sheet1!A1", "=1+1")):
        filled(
            path,
            {name: {"day": DAY} for name in ("白帆",)},
            change=lambda b, f=formula: put(b[SHEET], "安宁", day=DAY, points=f),
        )
        dry = read(room, path)
        assert "公式" in row(dry, "安宁").reason and count(dry) == (1, 0, 0, 1), at


@pytest.mark.skipif(os.name != "posix", reason="names and devices of POSIX")
def test_what_lies_in_a_folder_and_is_no_sheet(room: Room, path: Path, tmp_path: Path) -> None:
    filled(path, {"安宁": {"day": DAY}})
    folder = tmp_path / "交来"
    folder.mkdir()
    (folder / "目录.xlsx").mkdir()
    os.mkfifo(folder / "管道.xlsx")
    (folder / "断.xlsx").symlink_to(tmp_path / "没有")
    (folder / "圈.xlsx").symlink_to(folder / "圈.xlsx")
    (folder / "零.xlsx").symlink_to("/dev/zero")
    (folder / "圈夹").symlink_to(folder)
    (folder / "房间.xlsx").symlink_to(room.folder / "case.db")
    shutil.copy(path, folder / "安.xlsx")
    dry = read(room, folder)
    assert dry.new == 1 and len(dry.files) == 6 and sum(bool(file.refused) for file in dry.files) == 5
    for one in ("目录.xlsx", "管道.xlsx", "圈.xlsx", "零.xlsx"):
        assert count(read(room, folder / one))[0] == 0
    take(room, dry)


@pytest.mark.skipif(os.name != "posix", reason="names of POSIX")
@pytest.mark.parametrize(
    "name", [b"\xff\xfe.xlsx", "\x1b[2J\n\u202e安.xlsx".encode(), ("长" * 80).encode() + b".xlsx", b" .xlsx"]
)
def test_a_file_s_odd_name_is_shown_as_letters_and_kept(room: Room, path: Path, tmp_path: Path, name: bytes) -> None:
    filled(path, {"安宁": {"day": DAY}})
    folder = tmp_path / "交来"
    folder.mkdir()
    odd = os.path.join(os.fsencode(folder), name)
    shutil.copy(path, odd)
    Path(os.fsdecode(odd[:-5] + b"2.xlsx")).write_bytes(b"broken")
    dry = read(room, folder)
    assert dry.new == 1 and not [text for text in said(dry) if unread(text)]
    "".join(said(dry)).encode("utf-8")
    take(room, dry)
    (receipt,) = stored(room, TalkReceipt)
    assert receipt.name.isprintable() and receipt.name


def test_too_many_files_are_said_and_none_is_left_out_in_silence(
    room: Room, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_FILES", 20)
    folder = tmp_path / "交来"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number:03}.xlsx").write_bytes(b"")
    filled(path, {"安宁": {"day": DAY}})
    shutil.copy(path, folder / "zz.xlsx")
    with pytest.raises(Refused, match="20"):
        read(room, folder)
    (folder / "000.xlsx").unlink()
    assert read(room, folder).new == 1


# ---- between reading and taking ----------------------------------------------------------------------------------


def test_a_file_changed_after_the_dry_run_changes_nothing_of_it(room: Room, path: Path) -> None:
    filled(path, {"安宁": {"day": DAY, "points": "先前"}})
    dry = read(room, path)
    filled(path, {"安宁": {"points": "换过"}, "白帆": {"day": DAY}})
    take(room, dry)
    assert [talk.points for talk in stored(room, Talk)] == ["先前"]
    (receipt,) = stored(room, TalkReceipt)
    assert receipt.sha256 == dry.files[0].sha256 and count(read(room, path))[:2] == (1, 1)


@pytest.mark.parametrize("what", ["moved", "left", "talk", "excuse", "undone", "renamed"])
def test_a_room_that_changed_is_read_again(room: Room, children: dict[str, str], path: Path, what: str) -> None:
    child = children["安宁"]
    talks.excuse(room, children["白帆"], "家长不同意", NOW)
    filled(path, {"安宁": {"day": DAY}})
    dry = read(room, path)
    {
        "moved": lambda: students.move_class(room, child, "vocational", 2026, 2),
        "left": lambda: students.set_status(room, child, "moved", date(2026, 10, 1)),
        "talk": lambda: talks.add(room, {"day": date(2026, 10, 12), "talker": "赵敏"}, [child], NOW),
        "excuse": lambda: talks.excuse(room, child, "长期请假", NOW),
        "undone": lambda: history.undo(room),
        "renamed": lambda: students.change(room, child, {"name": "安静"}, {}),
    }[what]()
    before = [(t.student, t.day) for t in stored(room, Talk)]
    with pytest.raises(Refused, match="重新读"):
        take(room, dry)
    assert [(t.student, t.day) for t in stored(room, Talk)] == before and not stored(room, TalkReceipt)


def test_an_excuse_that_the_room_wrote_over_a_sheet_s_is_not_overwritten(
    room: Room, children: dict[str, str], path: Path
) -> None:
    filled(path, {"安宁": {"excuse": "长期请假"}})
    take(room, read(room, path))
    talks.excuse(room, children["安宁"], "住院或休养", NOW)
    filled(path, {"安宁": {"excuse": "家长不同意"}})
    dry = read(room, path)
    assert count(dry) == (0, 0, 0, 1) and "没有覆盖" in row(dry, "安宁").reason
    assert [e.reason for e in stored(room, TalkExcuse)] == ["住院或休养"]


def test_taking_back_an_import_after_one_of_its_talks_was_touched(
    room: Room, children: dict[str, str], path: Path
) -> None:
    """All of it or none: what was written since is never lost in silence."""
    filled(path, {"安宁": {"day": DAY}, "白帆": {"day": DAY}})
    taken = take(room, read(room, path))
    (talk,) = [t for t in stored(room, Talk) if t.student == children["安宁"]]
    talks.change(room, talk.id, {"day": talk.day, "talker": talk.talker, "points": "后来补的"}, NOW)
    with pytest.raises(Tell):
        history.undo(room, taken.deed)
    assert "后来补的" in [t.points for t in stored(room, Talk)] and len(stored(room, Talk)) == 2
    history.undo(room)
    history.undo(room, taken.deed)
    assert not stored(room, Talk) and not stored(room, TalkReceipt)
    take(room, read(room, path))
    assert len(stored(room, Talk)) == 2
