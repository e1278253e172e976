"""The files themselves: really saved by LibreOffice, under passwords, in other formats, broken, hostile; and many of them."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from psyroom.intake import many
from psyroom.records.talks import Talk, TalkSheet
from psyroom.rules.talk_sheet import HEADERS, SHEET
from psyroom.services import students
from psyroom.store.room import Room
from tests.data.talk_sheets.blank import CLASS, PASSWORD, ROOM
from tests.data.talk_sheets.blank import SHEET as SHEET_ID
from tests.intake import files
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
    take,
    the_file,
)

DATA = Path(__file__).parent.parent / "data" / "talk_sheets"
OURS = ["安宁", "白帆", "曹一诺", "丁浩然", "李明", "李明", "石磊"]


@pytest.fixture
def issued(room: Room, monkeypatch: pytest.MonkeyPatch) -> Room:
    """The room that the committed sheets were issued by: it has their class, and their sheet with its password."""
    import json

    fill_school(room, {3: []})
    monkeypatch.setattr(room, "id", ROOM)
    ids = []
    for number, name, sex in CLASS:
        values = {"name": name, "sex": sex, "number": number, "stage": "vocational", "cohort": 2026, "class_no": 3}
        ids.append(students.add(room, values, {}))
    with room.write("表") as deed:
        deed.session.add(
            TalkSheet(
                id=SHEET_ID, term="2026-1", stage="vocational", cohort=2026, class_no=3, password=PASSWORD,
                students=json.dumps(ids), at=NOW.isoformat(),
            )
        )  # fmt: skip
    return room


# ---- really saved by LibreOffice ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["libreoffice.xlsx", "libreoffice-locked.xlsx", "libreoffice-sorted.xls", "libreoffice.csv", "libreoffice.html"],
)
def test_what_libreoffice_saved(issued: Room, name: str) -> None:
    dry = read(issued, DATA / name)
    file = the_file(dry)
    sorted_anew = name.endswith(".xls")
    assert (file.class_key, file.sheet) == ("2026级/3", SHEET_ID)
    assert count(dry) == (6 + sorted_anew, 0, 0, 1), [(r.row, r.name, r.reason) for r in file.rows]
    assert row(dry, "安宁").after["points"] == "数学听不懂，约好每周三答疑。"
    assert row(dry, "白帆").said == ("方式“微信”读作“线上”",)
    assert row(dry, "曹一诺").said == ("方式“当面”读作“面谈”",) and row(dry, "曹一诺").after["day"] == date(
        2026, 10, 14
    )
    assert row(dry, "丁浩然").after == {"excuse": "长期请假"}
    assert "没有认出" in row(dry, "石磊").reason
    twins = {r.student: r.after["day"].day for r in file.rows if r.name == "李明" and r.state == "new"}
    assert [twins[id] for id in sorted(twins)] == [15, 16], (
        "in the order they were entered: the first mark is the first's"
    )
    assert [r.after["points"] for r in file.rows if r.name == "李明" and r.after["points"]] == ["=妈妈说最近爱说话了"]
    if sorted_anew:
        assert row(dry, "欧阳晓雪").after["day"] == date(2026, 10, 13) and "家长电话" in file.notes[0]
    take(issued, dry)
    assert count(read(issued, DATA / name)) == (0, 0, 6 + sorted_anew, 1)


def test_however_it_was_saved_it_is_the_same_sheet(issued: Room) -> None:
    """Five savings of one class's sheet in a folder: every talk once."""
    take(issued, read(issued, DATA / "libreoffice-locked.xlsx"))
    for name in ("libreoffice.xlsx", "libreoffice.csv", "libreoffice.html"):
        assert count(read(issued, DATA / name)) == (0, 0, 6, 1)
    assert len(stored(issued, Talk)) == 5


# ---- passwords ----------------------------------------------------------------------------------------------------


def test_each_is_opened_with_its_own_password_also_under_another_name(room: Room, tmp_path: Path) -> None:
    fill_school(room)
    made = sheets_out(room, tmp_path)
    path = filled(made.files[1], {"安宁": {"day": DAY}}, made.slips[1].password)
    assert count(read(room, path)) == (1, 0, 0, 0)
    odd = tmp_path / "2026级2班 交.xlsx"  # called like another class
    shutil.move(path, odd)
    assert count(read(room, odd)) == (1, 0, 0, 0) and the_file(read(room, odd)).class_key == "2026级/3"


def test_a_password_the_teacher_changed_is_asked_for(room: Room, tmp_path: Path) -> None:
    fill_school(room)
    made = sheets_out(room, tmp_path)
    path = filled(made.files[1], {"安宁": {"day": DAY}}, made.slips[1].password)
    saved(opened(path, made.slips[1].password), path, "laoshi123")
    dry = read(room, path)
    (file,) = dry.files
    assert file.locked and "改过" in file.refused and count(dry) == (0, 0, 0, 1)
    assert dry.as_json()["problems"] == [{"file": path.name, "row": None, "reason": file.refused}]
    assert count(read(room, path, passwords=["wrong", "laoshi123"])) == (1, 0, 0, 0)


def test_a_sheet_the_teacher_took_the_password_off(room: Room, tmp_path: Path) -> None:
    fill_school(room)
    made = sheets_out(room, tmp_path)
    book = opened(made.files[1], made.slips[1].password)
    put(book[SHEET], "安宁", day=DAY)
    assert count(read(room, saved(book, made.files[1]))) == (1, 0, 0, 0)


# ---- formats, broken and hostile ----------------------------------------------------------------------------------


def _macro(path: Path) -> Path:
    """A workbook with a macro part, as .xlsm."""
    plain = path.with_suffix(".xlsx")
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for item in old.infolist():
            new.writestr(item, old.read(item))
        new.writestr("xl/vbaProject.bin", b"Sub Auto_Open()")
    plain.unlink()
    return path


def test_a_macro_file_gives_its_values_and_no_macro(room: Room, tmp_path: Path) -> None:
    fill_school(room)
    path = filled(sheet_of(room, tmp_path), {"安宁": {"day": DAY}})
    macro = _macro(path.with_suffix(".xlsm"))
    dry = read(room, macro)
    assert count(dry) == (1, 0, 0, 0) and "宏没有运行" in the_file(dry).notes[0]


def _damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _far(path: Path) -> None:
    book = opened(path)
    book[SHEET]["XFD1048576"] = "远"
    saved(book, path)


def _no_heads(path: Path) -> None:
    saved(_without_heads(opened(path)), path)


def _without_heads(book: Any) -> Any:
    book[SHEET].delete_rows(1)
    return book


def _picture(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 100)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(60_000_000)


def _other_table(path: Path) -> None:
    files.xlsx(path, [["班级", "人数"], ["三班", 49]])


def _strangers(path: Path) -> None:
    files.xlsx(path, [list(HEADERS), ["1", "没有这个人", DAY]])


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (_damaged, "不完整或已损坏"),
        (_far, "离表格太远"),
        (_no_heads, "没有认出谈话表的表头"),
        (_picture, "这是图片"),
        (_empty, "文件是空的"),
        (_large, "太大"),
        (_other_table, "没有认出谈话表的表头"),
        (_strangers, "认不出是哪个班的表"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_takes_no_other_with_it(
    room: Room, tmp_path: Path, spoil: Callable[[Path], None], why: str
) -> None:
    fill_school(room)
    path = filled(sheet_of(room, tmp_path), {"安宁": {"day": DAY}})
    spoilt = path.with_name("坏的.xlsx")
    shutil.copy(path, spoilt)
    spoil(spoilt)
    dry = read(room, spoilt, path)
    assert why in dry.files[0].refused and "坏的.xlsx" in dry.files[0].refused
    assert count(dry) == (1, 0, 0, 1)


def test_what_ends_the_reading_process_ends_with_it(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A child that dies over a file, or does not come to an end, refuses that file; the others are read."""
    fill_school(room)
    path = filled(sheet_of(room, tmp_path), {"安宁": {"day": DAY}})
    fatal, slow = path.with_name("a致命.xlsx"), path.with_name("b很慢.xlsx")
    for file in (fatal, slow):
        shutil.copy(path, file)
    with fatal.open("ab") as end:
        end.write(b"FATAL")
    with slow.open("ab") as end:
        end.write(b"SLOW")
    child = tmp_path / "child.py"
    child.write_text(
        "import os, time\nfrom psyroom.intake import many_child as real\nwhole = real.answer\n"
        "def answer(data, passwords):\n"
        "    if data.endswith(b'FATAL'): os._exit(3)\n"
        "    if data.endswith(b'SLOW'): time.sleep(60)\n"
        "    return whole(data, passwords)\n"
        "real.answer = answer\nreal.main()\n"
    )
    monkeypatch.setattr(many, "READER", [many.READER[0], str(child)])
    monkeypatch.setattr(many, "MOST_SECONDS", 8)
    dry = read(room, fatal, slow, path)
    assert "异常的结构" in dry.files[0].refused and "很久" in dry.files[1].refused
    assert count(dry) == (1, 0, 0, 2)


def test_a_workbook_locked_with_too_many_rounds_is_refused(room: Room, tmp_path: Path) -> None:
    from psyroom.reports import sealing

    fill_school(room)
    made = sheets_out(room, tmp_path)
    path = made.files[1]
    data = sealing.workbook(path.read_bytes(), "x", spins=1111111)
    path.write_bytes(data)
    (file,) = read(room, path).files
    assert "密码要算太久" in file.refused and not file.locked
