"""What leaves the room and the register that says so: sealed, all or nothing, never undone."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest

from psyroom.errors import CannotWriteFile, ClockDoubt, NotUndoable, NotValid, Refused, WeakPassword
from psyroom.reports import preview
from psyroom.reports.paper import Paper
from psyroom.reports.xlsx import table_xlsx
from psyroom.services import exports, students
from psyroom.services.history import undo
from psyroom.store import folders
from psyroom.store.history import deeds
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD as OWN

CHILD = "金丝雀鑫淼"
PASSWORD = "kx7m-3pqd-9fht-w2vb"
WHY = {"kind": "个别辅导记录", "reason": "转介就医", "receiver": "县医院心理门诊"}


def page(words: str = CHILD) -> bytes:
    paper = Paper("记录")
    paper.title(words)
    return paper.finish()


@pytest.fixture
def child(room: Room) -> str:
    return students.add(room, {"name": CHILD, "stage": "vocational", "cohort": 2026, "class_no": 1}, {})


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*"))


def test_a_file_and_its_line_in_the_register(room: Room, child: str, tmp_path: Path) -> None:
    data = page()
    (path,) = exports.write(room, {"记录.pdf": data}, tmp_path / "out", students=[child, child], **WHY)
    assert path.read_bytes() == data and left_in(tmp_path / "out") == ["记录.pdf"]
    (line,) = exports.listed(room)
    assert (line.kind, line.reason, line.receiver, line.how, line.sealed) == (*WHY.values(), "file", False)
    assert [(c.id, c.who) for c in line.students] == [(child, CHILD)] and line.who == room.person.name
    assert line.files == (("记录.pdf", hashlib.sha256(data).hexdigest()),)
    assert line.head.startswith("A") and " B" in line.head


def test_nothing_is_overwritten(room: Room, child: str, tmp_path: Path) -> None:
    for number, words in enumerate(("一", "二", "三")):
        (path,) = exports.write(room, {"记录.pdf": page(words)}, tmp_path / "out", students=[child], **WHY)
        assert path.name == ("记录.pdf", "记录（2）.pdf", "记录（3）.pdf")[number]
        assert words in preview.text(path.read_bytes())
    assert len(exports.listed(room)) == 3


def test_it_cannot_be_undone_and_the_desk_learns_nothing(room: Room, child: str, tmp_path: Path) -> None:
    exports.write(room, {"记录.pdf": page()}, tmp_path / "out", students=[child], **WHY)
    (deed,) = (deed for deed in deeds(room) if deed.what == exports.DEED)
    with pytest.raises(NotUndoable):
        undo(room, deed.id)
    assert len(exports.listed(room)) == 1
    folder = room.folder
    room.close()
    with open_room(folder, "乙", OWN) as duty:
        told = [deed.what for deed in deeds(duty, 50)]
    assert exports.DEED not in told


# ---- all or nothing -----------------------------------------------------------------------------------------------


def test_no_line_no_file(room: Room, child: str, tmp_path: Path) -> None:
    """The line cannot be written: the clock stands a year off, and the deed is refused in the last moment."""
    from datetime import UTC, datetime

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "记录.pdf").write_bytes(b"before")
    room.now = lambda: datetime(2031, 1, 1, tzinfo=UTC)
    with pytest.raises(ClockDoubt):
        exports.write(room, {"记录.pdf": page(), "另一份.pdf": page()}, tmp_path / "out", students=[child], **WHY)
    assert left_in(tmp_path / "out") == ["记录.pdf"]
    assert (tmp_path / "out" / "记录.pdf").read_bytes() == b"before"
    assert exports.listed(room) == []


def test_no_file_no_line(room: Room, child: str, tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"a file where a folder is wanted")
    with pytest.raises(CannotWriteFile):
        exports.write(room, {"记录.pdf": page()}, tmp_path / "out", students=[child], **WHY)
    fifo = tmp_path / "place"
    fifo.mkdir()
    with pytest.raises(CannotWriteFile):
        exports.write(room, {"a.pdf": page(), "b" * 300 + ".pdf": page()}, fifo, students=[child], **WHY)
    assert left_in(fifo) == [] and exports.listed(room) == []


def test_without_reason_or_receiver_nothing_leaves(room: Room, child: str, tmp_path: Path) -> None:
    for reason, receiver, wrong in (("", " ", {"reason", "receiver"}), ("转", "家长", {"reason"}),
                                    ("转介就医", "长" * 61, {"receiver"})):  # fmt: skip
        with pytest.raises(NotValid) as told:
            exports.write(
                room, {"a.pdf": page()}, tmp_path / "out", kind="x", students=[child], reason=reason, receiver=receiver
            )
        assert set(told.value.fields) == wrong
        with pytest.raises(NotValid):
            exports.printed(room, {"a.pdf": page()}, kind="x", students=[child], reason=reason, receiver=receiver)
    assert not (tmp_path / "out").exists() and exports.listed(room) == []


# ---- where ----------------------------------------------------------------------------------------------------------


def test_not_into_the_room(room: Room, child: str, tmp_path: Path) -> None:
    os.symlink(room.folder, tmp_path / "link")
    for place in (room.folder, room.folder / "x", tmp_path / "link" / "y"):
        with pytest.raises(Refused, match="辅导室自己的文件夹"):
            exports.write(room, {"a.pdf": page()}, place, students=[child], **WHY)
    assert exports.listed(room) == []


def test_where_others_read_only_sealed(room: Room, child: str, tmp_path: Path) -> None:
    cloud = tmp_path / "我的坚果云"
    assert folders.why_unsafe(cloud)
    with pytest.raises(Refused, match="密码"):
        exports.write(room, {"a.pdf": page()}, cloud, students=[child], **WHY)
    assert not cloud.exists() and exports.listed(room) == []
    exports.write(room, {"a.pdf": page()}, cloud, students=[child], password=PASSWORD, **WHY)
    assert exports.listed(room)[0].sealed


# ---- passwords -------------------------------------------------------------------------------------------------------


def test_a_sealed_pdf_opens_with_its_password_only(room: Room, child: str, tmp_path: Path) -> None:
    (path,) = exports.write(room, {"记录.pdf": page()}, tmp_path / "out", students=[child], password=PASSWORD, **WHY)
    data = path.read_bytes()
    for wrong in (None, "", PASSWORD[:-1]):
        with pytest.raises(pypdfium2.PdfiumError):
            pypdfium2.PdfDocument(data, password=wrong)
    document = pypdfium2.PdfDocument(data, password=PASSWORD)
    assert CHILD in document[0].get_textpage().get_text_bounded()
    document.close()
    with pikepdf.open(io.BytesIO(data), password=PASSWORD) as pdf:
        assert (pdf.encryption.R, pdf.encryption.bits) == (6, 256)
        assert str(pdf.encryption.stream_method).endswith("aesv3")
    assert exports.listed(room)[0].files[0][1] == hashlib.sha256(data).hexdigest()
    for spelling in (CHILD.encode(), CHILD.encode("utf-16-be"), PASSWORD.encode()):
        assert spelling not in data


def test_a_sealed_workbook_opens_with_its_password_only(room: Room, child: str, tmp_path: Path) -> None:
    import msoffcrypto
    import openpyxl

    book = table_xlsx("", ["姓名"], [[CHILD]], sheet="名单")
    (path,) = exports.write(
        room, {"名单.xlsx": book}, tmp_path / "out", students=[child], password="绿萝在窗边等着雨停下来了", **WHY
    )
    with pytest.raises(Exception, match="zip"):
        openpyxl.load_workbook(path)
    opened = io.BytesIO()
    with path.open("rb") as file:
        office = msoffcrypto.OfficeFile(file)
        office.load_key(password="绿萝在窗边等着雨停下来了")
        office.decrypt(opened)
    assert CHILD in [cell.value for row in openpyxl.load_workbook(opened).active for cell in row]


def test_any_other_file_goes_into_a_sealed_envelope(room: Room, child: str, tmp_path: Path) -> None:
    from PIL import Image

    made = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(made, "PNG")
    for name, data in (("沙盘.png", made.getvalue()), ("信.docx", b"PK\x03\x04" + CHILD.encode())):
        (path,) = exports.write(room, {name: data}, tmp_path / "out", students=[child], password=PASSWORD, **WHY)
        assert path.name == f"{name}.pdf" and CHILD.encode() not in path.read_bytes()
        with pikepdf.open(path, password=PASSWORD) as pdf:
            assert pdf.attachments[name].get_file().read_bytes() == data
            assert pdf.encryption.R == 6


@pytest.mark.parametrize(
    "weak", ["123456", "1234567890123", "qwertyuiop[]", "20120305", CHILD * 2, "psyroompassword", "短"]
)
def test_a_weak_password_is_refused(room: Room, child: str, tmp_path: Path, weak: str) -> None:
    with pytest.raises(WeakPassword):
        exports.write(room, {"a.pdf": page()}, tmp_path / "out", students=[child], password=weak, **WHY)
    assert not (tmp_path / "out").exists() and exports.listed(room) == []


def test_a_made_password_can_be_read_aloud(room: Room) -> None:
    made = {exports.new_password() for _ in range(50)}
    assert len(made) == 50
    for one in made:
        exports.check_password(room, one)
        assert len(one) == 19 and not set(one) & set("il1o0IO")


# ---- paper and the desk -----------------------------------------------------------------------------------------------


def test_paper_is_noted_too(room: Room, child: str) -> None:
    exports.printed(room, {"记录": page()}, students=[child], **WHY)
    (line,) = exports.listed(room)
    assert (line.how, line.sealed) == ("paper", False)


def test_the_desk_s_papers_leave_a_line_where_the_register_can_be_reached(
    room: Room, child: str, tmp_path: Path
) -> None:
    said: dict[str, Any] = {"kind": "预约条", "students": [child], "receiver": "班主任"}
    exports.put(room, {"条.pdf": page()}, tmp_path / "a", **said)
    exports.printed_at_desk(room, {"条": page()}, **said)
    assert [(line.how, line.reason) for line in exports.listed(room)] == [("paper", "按约通知"), ("file", "按约通知")]
    folder = room.folder
    room.close()
    with open_room(folder, "乙", OWN) as duty:
        exports.put(duty, {"条.pdf": page()}, tmp_path / "b", **said)
        exports.printed_at_desk(duty, {"条": page()}, **said)
    assert left_in(tmp_path / "b") == ["条.pdf"]
    with open_room(folder, "甲", OWN) as again:
        assert len(exports.listed(again)) == 2


def test_the_register_is_found_in_and_offers_what_was_said_before(room: Room, child: str, tmp_path: Path) -> None:
    for number, receiver in enumerate(("班主任周老师", "县医院心理门诊", "监护人")):
        exports.printed(room, {"x": page()}, kind="记录", students=[child], reason=f"第{number}次", receiver=receiver)
    assert exports.receivers(room) == ["监护人", "县医院心理门诊", "班主任周老师"]
    assert exports.reasons(room)[0] == "第2次" and "转介就医" in exports.reasons(room)
    assert [line.receiver for line in exports.listed(room, words="医院")] == ["县医院心理门诊"]
    assert len(exports.listed(room, words=CHILD[:2])) == 3 and exports.listed(room, how="file") == []
    assert len(exports.listed(room, limit=2)) == 2
