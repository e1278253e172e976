"""Files told by their content, read in a child process; a broken or hostile one gets a sentence and harms nobody."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from psyroom.errors import BadFile, FileEncrypted, FileHostile, FileMissing, FileTooBig
from psyroom.intake.reading import MOST_BYTES, answer_of, read_book
from tests.intake import files

ROWS = [["姓名", "性别", "年级", "班级"], ["张三", "男", "七年级", "1"], ["李四𬱖", "女", "七年级", "2"]]
SHEET = "xl/worksheets/sheet1.xml"
OLD = (files.ROSTERS / "花名册_乡村小学.xls").read_bytes()


def cells(path: Path) -> list[list[object]]:
    return [list(row) for row in read_book(path).sheets[0].rows]


# ---- kinds ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "delimiter", "ending"),
    [
        ("utf-8", ",", "csv"),
        ("utf-8-sig", ";", "csv"),
        ("gb18030", "\t", "txt"),
        ("utf-16", "\t", "csv"),
        ("utf-16-le", ",", "csv"),
        ("utf-16-be", "\t", "xls"),
        ("utf-8", "，", "txt"),
        ("gb18030", "|", "txt"),
        ("utf-8", "   ", "txt"),
    ],
)
def test_text_in_any_usual_encoding(tmp_path: Path, encoding: str, delimiter: str, ending: str) -> None:
    assert cells(files.csv(tmp_path / f"名册.{ending}", ROWS, encoding, delimiter)) == ROWS


def test_quotation_marks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('姓名,备注\n"张三","爱画画,安静\n话不多"\n\n李四,"他说""好"""\n', "utf-8")
    assert cells(path) == [["姓名", "备注"], ["张三", "爱画画,安静\n话不多"], [], ["李四", '他说"好"']]
    path.write_text('姓名,性别\n"张三,男\n' + "李四,女\n" * 20, "utf-8")  # one stray mark does not swallow the rest
    assert len(cells(path)) == 22
    path.write_text("sep=;\n姓名;性别\n张三;男\n", "utf-8")
    assert cells(path) == [["姓名", "性别"], ["张三", "男"]]


@pytest.mark.parametrize("encoding", ["gb2312", "utf-8"])
def test_html_saved_as_xls(tmp_path: Path, encoding: str) -> None:
    assert cells(files.html(tmp_path / "名册.xls", ROWS, encoding)) == ROWS


def test_html_cells_that_span(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_text(
        "<table><tr><td rowspan=2>姓名</td><td colspan=2>家长</td></tr><tr><td>姓名</td><td>电话</td></tr>"
        "<tr><td>张三</td><td>张<br>大</td><td>1</td></tr></table>",
        "utf-8",
    )
    assert cells(path) == [["姓名", "家长"], ["", "姓名", "电话"], ["张三", "张\n大", "1"]]


def test_spreadsheetml_keeps_row_numbers(tmp_path: Path) -> None:
    rows = [["花名册"], [], *ROWS]
    assert cells(files.spreadsheetml(tmp_path / "a.xls", rows)) == rows


@pytest.mark.parametrize("name", ["花名册.xls", "花名册.et", "花名册.xlsx", "花名册"])
def test_an_old_workbook_under_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(OLD)
    assert len(cells(tmp_path / name)) == 368


def test_rows_keep_the_number_the_spreadsheet_gives_them(tmp_path: Path) -> None:
    book = files.xlsx(tmp_path / "a.xlsx", [[], [], [None, None, "姓名"], [], [None, None, "张三"]])
    assert [row[2] for row in cells(book)] == ["", "", "姓名", "", "张三"]


def test_formatted_but_empty_cells_far_away_do_no_harm(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    files.changed(path, SHEET, lambda sheet: sheet.replace(b"</sheetData>", far))
    assert cells(path) == ROWS


# ---- files that are refused -------------------------------------------------------------------------------------


def test_no_file_a_folder_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match="找不到文件“没有.xlsx”"):
        read_book(tmp_path / "没有.xlsx")
    with pytest.raises(BadFile, match="这是文件夹"):
        read_book(tmp_path)
    (tmp_path / "空.xlsx").write_bytes(b"")
    with pytest.raises(BadFile, match="文件是空的"):
        read_book(tmp_path / "空.xlsx")


def test_a_hundred_megabytes(tmp_path: Path) -> None:
    with (tmp_path / "大.xlsx").open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(FileTooBig, match="100 MB"):
        read_book(tmp_path / "大.xlsx")
    assert MOST_BYTES < 100_000_000


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7\n...", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "图片"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "图片"),
        (b"Rar!\x1a\x07" + bytes(50), "压缩包"),
        (b"MZ" + bytes(500), "程序"),
        (b"MIME-Version: 1.0\r\n", "网页存档"),
        (bytes(300), "空的"),
        (random.Random(3).randbytes(3000), "不是表格"),
        (OLD[:20_000], "损坏"),
        (OLD[:700], "损坏"),
        (b"<html><body>hello</body></html>", "没有表格"),
        (files.packed({"word/document.xml": b"<a/>"}), "Word"),
        (files.packed({"readme.txt": b"hello"}), "压缩包"),
        (files.packed({"content.xml": b"<a/>"}), "另存为 xlsx"),
    ],
)
def test_what_is_no_table_gets_a_sentence(tmp_path: Path, data: bytes, word: str) -> None:
    (tmp_path / "名册.xlsx").write_bytes(data)
    with pytest.raises(BadFile, match=word) as told:
        read_book(tmp_path / "名册.xlsx")
    assert str(told.value).startswith("“名册.xlsx”") and str(told.value).endswith("。")


def test_a_password(tmp_path: Path) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    locked = io.BytesIO()
    OOXMLFile(io.BytesIO(path.read_bytes())).encrypt("密码123", locked)
    path.write_bytes(locked.getvalue())
    with pytest.raises(FileEncrypted, match="打开密码"):
        read_book(path)
    old = bytearray(OLD)  # an old workbook: the record behind the beginning says so
    place = old.find(b"\x5c\x00\x70\x00")
    old[place : place + 2] = b"\x2f\x00"
    path.write_bytes(old)
    with pytest.raises(FileEncrypted):
        read_book(path)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_file_cut_off(tmp_path: Path, share: float) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(BadFile, match="不完整"):
        read_book(path)


# ---- hostile files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", [b'r="XFD1048576"', b"r\t= 'XFD1048576'", b'r="A9999999"'])
def test_one_cell_at_the_end_of_the_world(tmp_path: Path, cell: bytes) -> None:
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    files.changed(path, SHEET, lambda sheet: sheet.replace(b'r="A2"', cell))
    with pytest.raises(FileHostile, match="单元格"):
        read_book(path)


def test_a_far_cell_in_an_old_workbook(tmp_path: Path) -> None:
    """BIFF counts to row 65,536 and column 256: a number there makes sixteen million cells."""
    data = bytearray(OLD)
    place = 0
    while (place := data.find(b"\x7e\x02\x0a\x00", place + 1)) > 0:  # an RK record: row, column, format, number
        data[place + 4 : place + 8] = b"\xff\xff\xff\x00"
    (tmp_path / "a.xls").write_bytes(data)
    with pytest.raises(FileHostile, match="太远"):
        read_book(tmp_path / "a.xls")


def _dtd(sheet: bytes) -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + sheet.partition(b"?>")[2]


def _hidden_dtd(sheet: bytes) -> bytes:
    return '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'.encode("utf-16")


@pytest.mark.parametrize("change", [_dtd, _hidden_dtd])
def test_a_dtd(tmp_path: Path, change: Callable[[bytes], bytes]) -> None:
    path = files.changed(files.xlsx(tmp_path / "a.xlsx", ROWS), SHEET, change)
    with pytest.raises(FileHostile, match="外部定义"):
        read_book(path)


def test_a_dtd_in_spreadsheetml(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("机密", "utf-8")
    path = files.spreadsheetml(tmp_path / "a.xls", ROWS, f'<!DOCTYPE a [<!ENTITY b SYSTEM "{secret.as_uri()}">]>')
    with pytest.raises(FileHostile, match="外部定义"):
        read_book(path)


@pytest.mark.parametrize("size", [30_000_000, 320_000_000])
def test_a_zip_that_unpacks_to_much_more(tmp_path: Path, size: int) -> None:
    path = files.changed(files.xlsx(tmp_path / "a.xlsx", ROWS), SHEET, lambda sheet: sheet + b" " * size)
    assert path.stat().st_size < 500_000
    with pytest.raises(FileHostile, match="展开后"):
        read_book(path)


def test_a_zip_that_lies_about_its_sizes(tmp_path: Path) -> None:
    path = files.changed(files.xlsx(tmp_path / "a.xlsx", ROWS), SHEET, lambda sheet: sheet + b" " * 30_000_000)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size.to_bytes(4, "little")
    place = 0
    while (place := data.find(size, place)) >= 0:
        data[place : place + 4] = (1000).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(BadFile, match="不完整"):
        read_book(path)


def test_a_child_that_dies_ends_nothing_else() -> None:
    for code in ("import os; os.abort()", "raise MemoryError", "print('no json')", ""):
        with pytest.raises(FileHostile, match="另存为"):
            answer_of([sys.executable, "-c", code], b"x", "a.xlsx")


def test_a_child_that_hangs_is_ended() -> None:
    with pytest.raises(FileHostile, match="很久"):
        answer_of([sys.executable, "-c", "import time; time.sleep(60)"], b"x", "a.xlsx", seconds=0.5)


def test_the_child_gets_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSYROOM_PASSWORD", "七步之外")
    code = "import json, os; print(json.dumps({'all': sorted(os.environ)}))"
    assert not [name for name in answer_of([sys.executable, "-c", code], b"", "a")["all"] if name.startswith("PSYROOM")]


@pytest.mark.parametrize("change", ["archive.check = lambda data: None", ""])
def test_the_child_is_bounded_when_a_file_slips_through(tmp_path: Path, change: str) -> None:
    """Without the look at the references the reader asks for 512 GiB: the child ends, by its bound or by a refusal."""
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    files.changed(path, SHEET, lambda sheet: sheet.replace(b'r="A2"', b'r="XFD1048576"'))
    code = f"from psyroom.intake import archive, child\n{change}\nraise SystemExit(child.main())"
    done = subprocess.run([sys.executable, "-c", code], input=path.read_bytes(), capture_output=True, check=False)
    assert (done.returncode != 0) == bool(change)
    assert b"sheets" not in done.stdout


def test_the_child_can_write_no_file(tmp_path: Path) -> None:
    target = tmp_path / "leak"
    code = f"from psyroom.intake import child\nchild.limit()\nopen({str(target)!r}, 'wb', buffering=0).write(b'x' * 10)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode != 0 and (not target.exists() or target.stat().st_size == 0)


@pytest.mark.parametrize("source", ["有错误的名册.xlsx", "花名册_乡村小学.xls"])
def test_flipped_bytes_are_read_or_told(tmp_path: Path, source: str) -> None:
    chance = random.Random(11)
    good = (files.ROSTERS / source).read_bytes()
    for _ in range(12):
        data = bytearray(good)
        for _ in range(chance.randint(1, 40)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (tmp_path / "a").write_bytes(data)
        try:
            read_book(tmp_path / "a")
        except BadFile as told:
            assert str(told).endswith("。")
