"""The class teachers' sheets that go out: what stands in them, what never does, and that they leave all or not at all."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import msoffcrypto
import openpyxl
import pytest

from psyroom.errors import CannotWriteFile, NotFound, NotUndoable, NotValid, Refused
from psyroom.records.access import Export
from psyroom.records.talks import EXCUSES, THEMES, WAYS, TalkReceipt, TalkSheet
from psyroom.rules.talk_sheet import HEADERS, HIDDEN, SHEET
from psyroom.services import care, exports, students, talk_sheets
from psyroom.services.history import undo
from psyroom.store import folders
from psyroom.store.history import deeds, last_deed
from psyroom.store.room import Room
from tests.services.talk_sheet_school import (
    DAY,
    NOW,
    THREE,
    TWO,
    fill_school,
    filled,
    opened,
    read,
    sheet_of,
    sheets_out,
    stored,
    take,
)


def test_a_sheet_for_each_class_under_a_password_of_its_own(room: Room, tmp_path: Path) -> None:
    fill_school(room)
    made = sheets_out(room, tmp_path / "out")
    assert [path.name for path in made.files] == ["一生一谈_2026级2班_2026-1.xlsx", "一生一谈_2026级3班_2026-1.xlsx"]
    assert [(slip.class_name, slip.file, slip.teacher) for slip in made.slips] == [
        ("2026级2班", made.files[0].name, ""),
        ("2026级3班", made.files[1].name, "赵敏"),
    ]
    assert len({slip.password for slip in made.slips}) == 2
    for path, slip, rows in zip(made.files, made.slips, (TWO, THREE), strict=True):
        with pytest.raises(Exception, match="."):
            openpyxl.load_workbook(path)
        page = opened(path, slip.password)[SHEET]
        assert [cell.value for cell in page[1]][:9] == list(HEADERS)
        assert [(page.cell(n, 1).value, page.cell(n, 2).value) for n in range(3, 3 + len(rows))] == [
            r[:2] for r in rows
        ]
    other, file = made.slips[0].password, msoffcrypto.OfficeFile(io.BytesIO(made.files[1].read_bytes()))
    with pytest.raises(msoffcrypto.exceptions.InvalidKeyError):
        file.load_key(password=other, verify_password=True)


def test_what_may_be_filled_is_open_and_what_is_known_is_not(room: Room, tmp_path: Path) -> None:
    fill_school(room)
    page = opened(sheet_of(room, tmp_path))[SHEET]
    last = 2 + len(THREE)
    assert page.protection.sheet and not page.protection.sort and not page.protection.autoFilter  # False: allowed
    for row in range(1, last + 1):
        assert [page.cell(row, at).protection.locked for at in range(1, 10)] == [True] * 2 + [row < 3] * 7
    assert all(not page.cell(last + 1, at).protection.locked for at in range(1, 10)), "spare rows for newcomers"
    lists = {str(v.sqref)[0]: v for v in page.data_validations.dataValidation}
    for letter, words in (("E", WAYS.values()), ("F", THEMES), ("H", ("是", "否")), ("I", EXCUSES)):
        assert lists[letter].formula1.strip('"').split(",") == list(words)
        assert lists[letter].errorStyle == "information" or not lists[letter].showErrorMessage
    assert lists["G"].formula1 == "60" and lists["G"].errorStyle == "information"
    assert page.freeze_panes == "C3" and page.auto_filter.ref == f"A1:I{last + 5}"
    assert (page.page_setup.orientation, int(page.page_setup.paperSize)) == ("landscape", 9)
    assert page.cell(2, 1).value == "示例" and "不写隐私" in page.cell(2, 7).value


def test_nothing_private_stands_in_a_sheet(room: Room, tmp_path: Path) -> None:
    """Care, labels, identity number, telephone, remark: a canary in each, looked for in every part of the file."""
    import zipfile

    canaries = {
        "guardian": "金丝雀甲", "guardian_phone": "13912345678", "phone": "13887654321", "address": "金丝雀巷七号",
        "remark": "金丝雀乙", "id_number": "11010120110101001X", "registry_number": "G11010120110101001X",
    }  # fmt: skip
    values = {"name": "安宁", "stage": "vocational", "cohort": 2026, "class_no": 3, "number": "20260301"}
    child = students.add(room, values, {**canaries, "born": date(2011, 1, 1)}, ["poor", "orphan"])
    care.mark(room, child, {"since": date(2026, 9, 10), "ground": "金丝雀丙"}, NOW)
    path = sheet_of(room, tmp_path)
    with zipfile.ZipFile(path) as archive:
        whole = "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    assert "安宁" in whole
    for word in (*canaries.values(), "金丝雀", "困难", "孤儿", "关爱", "2011"):
        assert word not in whole, word


def test_the_hidden_sheet_says_where_it_belongs(room: Room, tmp_path: Path) -> None:
    children = fill_school(room)
    book = opened(sheet_of(room, tmp_path))
    hidden = book[HIDDEN]
    assert hidden.sheet_state == "veryHidden" and book.active.title == SHEET
    marks = {r[0].value: r[1].value for r in hidden.iter_rows()}
    (sheet,) = [row for row in stored(room, TalkSheet) if row.class_no == 3]
    assert (marks["room"], marks["sheet"], marks["term"], marks["class"]) == (room.id, sheet.id, "2026-1", "2026级/3")
    assert marks["rows"].split() == json.loads(sheet.students) == [children[row[1]] for row in THREE]


def test_leaving_is_in_the_register_and_cannot_be_undone(room: Room, tmp_path: Path) -> None:
    children = fill_school(room)
    before = last_deed(room)
    made = sheets_out(room, tmp_path)
    (line,) = exports.listed(room)
    assert (line.kind, line.reason, line.receiver, line.sealed) == (
        "一生一谈登记表",
        "班主任工作需要",
        "各班班主任",
        True,
    )
    assert {child.id for child in line.students} == set(children.values()) and len(line.files) == len(made.files)
    assert {row.password for row in stored(room, TalkSheet)} == {slip.password for slip in made.slips}
    assert last_deed(room) == before
    with pytest.raises(NotUndoable):
        undo(room, deeds(room)[0].id)


def test_all_or_nothing(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_school(room)
    (tmp_path / "一生一谈_2026级3班_2026-1.xlsx.d").mkdir()
    blocked = tmp_path / "out"
    blocked.write_text("a file, no folder")
    with pytest.raises(CannotWriteFile):
        sheets_out(room, blocked)
    for wrong in ({"reason": ""}, {"receiver": " "}):
        with pytest.raises(NotValid):
            sheets_out(room, tmp_path / "x", **wrong)
    with pytest.raises(Refused, match="九班"):
        sheets_out(room, tmp_path / "x", classes=("九班",))
    with pytest.raises(Refused):
        sheets_out(room, room.folder / "out")
    room.clock_confirmed = False
    monkeypatch.setattr(room, "now", lambda: NOW.astimezone().replace(year=2031))
    with pytest.raises(Exception, match="电脑"):
        sheets_out(room, tmp_path / "y")
    assert not stored(room, TalkSheet) and not stored(room, Export)
    assert not list((tmp_path / "y").glob("*")) and not (tmp_path / "x").exists()


def test_without_password_not_where_others_can_read(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_school(room)
    monkeypatch.setattr(folders, "why_unsafe", lambda folder: "在别人看得到的地方")
    with pytest.raises(Refused, match="没有加密"):
        sheets_out(room, tmp_path, with_password=False)
    assert sheets_out(room, tmp_path).slips


def test_a_second_making_overwrites_nothing(room: Room, tmp_path: Path) -> None:
    fill_school(room)
    first = sheets_out(room, tmp_path, classes=("2026级/3",))
    data = first.files[0].read_bytes()
    second = sheets_out(room, tmp_path, classes=("2026级/3",))
    assert first.files[0].read_bytes() == data and second.files[0].name == "一生一谈_2026级3班_2026-1（2）.xlsx"
    assert second.slips[0].file == second.files[0].name


def test_two_of_one_name_without_number_are_marked(room: Room, tmp_path: Path) -> None:
    fill_school(room, {3: [("", "李明", "m"), ("", "李明", "f"), ("7", "王红", "f"), ("", "何静", "f")]})
    page = opened(sheet_of(room, tmp_path))[SHEET]
    rows = sorted((page.cell(n, 2).value, page.cell(n, 1).value) for n in range(3, 7))
    assert [name for name, _ in rows] == ["何静", "李明", "李明", "王红"]
    assert rows[0][1] in (None, "") and rows[3][1] == "7"
    assert {mark[:3] for _, mark in rows[1:3]} == {"同名①", "同名②"} and {mark[3:] for _, mark in rows[1:3]} == {
        "男",
        "女",
    }


def test_which_are_out_and_which_came_back(room: Room, tmp_path: Path) -> None:
    fill_school(room)
    assert [(s.key, s.sheet, s.left_to_talk) for s in talk_sheets.listed(room, NOW)] == [
        ("2026级/2", "", 2),
        ("2026级/3", "", 4),
    ]
    made = sheets_out(room, tmp_path)
    path = filled(made.files[1], {"安宁": {"day": DAY}, "白帆": {"excuse": "长期请假"}}, made.slips[1].password)
    dry = read(room, path)
    assert dry.missing_classes == ("2026级/2",)
    taken = take(room, dry)
    two, three = talk_sheets.listed(room, NOW)
    assert two.issued and not two.came_back and three.came_back
    assert (three.rows_filled, three.left_to_talk, three.teacher, three.has_password) == (2, 2, "赵敏", True)
    (receipt,) = talk_sheets.receipts(room)
    assert (receipt.id, receipt.class_key, receipt.name, receipt.new) == (taken.receipts[0], "2026级/3", path.name, 2)
    assert not receipt.destroyed and receipt.who == room.person.name
    talk_sheets.mark_destroyed(room, receipt.id)
    assert talk_sheets.receipts(room)[0].destroyed
    undo(room)
    assert not talk_sheets.receipts(room)[0].destroyed
    with pytest.raises(NotFound):
        talk_sheets.mark_destroyed(room, "0" * 32)
    room.now = lambda: NOW.astimezone().replace(hour=14)
    sheets_out(room, tmp_path, classes=("2026级/3",))
    assert talk_sheets.listed(room, NOW)[1].came_back is None, "what came before does not answer for a new sheet"
    assert len(stored(room, TalkReceipt)) == 1


def test_the_slips_name_class_and_password_and_no_student(room: Room, tmp_path: Path) -> None:
    fill_school(room)
    made = sheets_out(room, tmp_path)
    assert [(s.class_name, s.password) for s in talk_sheets.slips(room, NOW)] == [
        (s.class_name, s.password) for s in made.slips
    ]
    paper = talk_sheets.password_paper(room, NOW)
    assert not paper.missing and not paper.students
    words = _text(paper.pdf)
    text = talk_sheets.passwords_text(made.slips)
    for slip in made.slips:
        for shown in (words, text):
            assert slip.class_name in shown and slip.password in shown
    for _, name, _ in (*THREE, *TWO):
        assert name not in words and name not in text
    assert "没有密码" in _text(talk_sheets.password_paper(room, NOW, classes=("2026级/9",)).pdf)


def _text(pdf: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def test_progress_is_told_to_the_end(room: Room, tmp_path: Path) -> None:
    fill_school(room)
    steps: list[Any] = list(
        talk_sheets.making(room, tmp_path, NOW, reason="班主任工作需要", receiver="各班班主任", with_password=False)
    )
    assert steps[0] == (0, 3) and steps[-1] == (3, 3) and steps == sorted(steps)
