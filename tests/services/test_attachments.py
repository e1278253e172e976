"""Attachments: made to fit and stripped, hostile files told and survived, rights, undo, and no plain byte on any disk."""

from __future__ import annotations

import io
import os
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from reportlab.pdfgen import canvas

from psyroom.errors import BadFile, NeedsCounsellor, NotFound, NotValid, Refused
from psyroom.intake import picture_child, pictures
from psyroom.records.attachments import LARGEST, PICTURE, Attachment
from psyroom.services import attachments, history, merging, note_lock, notes, people, reading, students
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD

ROOT = Path(__file__).parent.parent.parent
WIDE, TALL = 1600, 1200
SECOND = "窗外的雨落在第七个台阶上"


def photo(size: tuple[int, int] = (WIDE, TALL), turn: int = 6, noise: int = 12) -> bytes:
    """As a telephone writes it: held sideways, with place, camera and a comment; red in the corner that is up left."""
    image = Image.effect_noise((size[0] // 4, size[1] // 4), noise).resize(size).convert("RGB")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill=(220, 30, 30))
    exif = Image.Exif()
    exif[0x0112] = turn
    exif[0x010F] = "CAMERA-CANARY"
    exif[0x8825] = {1: "N", 2: (28.0, 12.0, 5.0), 29: "GPS-CANARY"}
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95, exif=exif, comment=b"COMMENT-CANARY")
    return out.getvalue() + b"APPENDED-CANARY"


def pdf(pages: int = 2, size: tuple[float, float] = (595, 842)) -> bytes:
    out = io.BytesIO()
    paper = canvas.Canvas(out, pagesize=size)
    for page in range(pages):
        paper.setFont("Helvetica", 40)
        paper.drawString(60, 600, f"PAGE {page + 1}")
        paper.showPage()
    paper.save()
    return out.getvalue()


def docx() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.fixture
def child(room: Room) -> str:
    return students.add(room, {"name": "周一鸣", "stage": "vocational", "cohort": 2026, "class_no": 1}, {}, [])


@pytest.fixture
def colleague(room: Room) -> Callable[[], Room]:
    """The same room opened by a second counsellor, 丙; closes the first one's."""
    people.add(room, "丙", "counsellor", SECOND)

    def enter(name: str = "丙", password: str = SECOND) -> Room:
        room.close()
        return open_room(room.folder, name, password)

    return enter


def write_note(room: Room, child: str, **values: Any) -> str:
    now = room.now().astimezone()
    return notes.add(room, {"kind": "individual", "day": now.date(), "words": "“不想回家”", **values}, [child], now)


# ---- made to fit, without place and camera ------------------------------------------------------------------------


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photograph_is_turned_upright_and_keeps_nothing_but_its_pixels(room: Room, child: str, turn: int) -> None:
    straight = photo((400, 300), turn)
    seen = attachments.add(room, "IMG.JPEG", straight, student=child)
    kept = attachments.data(room, seen.id)
    assert seen.media == "image/jpeg" and seen.name == "IMG.JPEG" and b"CANARY" not in kept
    image = opened(kept)
    assert not image.getexif() and not {"exif", "comment", "icc_profile"} & image.info.keys()
    assert image.size == ((400, 300) if turn <= 4 else (300, 400))
    wide, tall = image.size
    corners = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}
    right, down = corners[turn]
    pixel: Any = image.getpixel((wide - 20 if right else 20, tall - 20 if down else 20))
    assert pixel[0] > 180 and pixel[1] < 90, "the red corner lies where the eye saw it"


def test_a_large_photograph_fits_and_stays_sharp(room: Room, child: str) -> None:
    data = photo((4000, 3000), 1, 25)
    assert len(data) > 5 * PICTURE
    seen = attachments.add(room, "a.jpg", data, student=child)
    kept = attachments.data(room, seen.id)
    assert len(kept) == seen.size <= PICTURE and max(opened(kept).size) >= 1400


def test_small_print_on_a_photographed_slip_stays_readable(room: Room, child: str) -> None:
    """Lines two pixels apart at 205 dpi over A4 are still lines."""
    image = Image.new("RGB", (2480, 3508), (245, 242, 236))
    draw = ImageDraw.Draw(image)
    for y in range(200, 3300, 60):
        for x in range(200, 2200, 12):
            draw.line((x, y, x, y + 36), fill=(30, 30, 30), width=4)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95)
    kept = opened(attachments.data(room, attachments.add(room, "签字.jpg", out.getvalue(), student=child).id))
    assert max(kept.size) >= 2000
    tall = round(max(kept.size) / 3508 * 218)
    row = [kept.convert("L").getpixel((x, tall)) for x in range(kept.width // 12, kept.width * 10 // 12)]
    crossings = sum((a < 140) != (b < 140) for a, b in zip(row, row[1:], strict=False))  # type: ignore[operator]
    assert crossings > 250, "every stroke is still told from its neighbour"


def test_the_original_keeps_every_pixel_and_nothing_else(room: Room, child: str) -> None:
    data = photo()
    seen = attachments.add(room, "a.jpg", data, student=child, original=True)
    kept = attachments.data(room, seen.id)
    assert b"CANARY" not in kept and len(kept) > PICTURE / 2
    image = opened(kept)
    assert image.tobytes() == opened(data).tobytes() and image.size == (WIDE, TALL)
    assert dict(image.getexif()) == {0x0112: 6}, "only which way up it is"
    drawn = attachments.drawn(seen, kept, edge=400)
    assert (drawn.width, drawn.height) == (300, 400), "and it is shown that way"


def test_an_original_picture_of_another_kind_is_kept_without_loss(room: Room, child: str) -> None:
    image = Image.effect_noise((300, 200), 60).convert("RGB")
    words = PngInfo()
    words.add_text("Location", "PNG-CANARY")
    for name, form, more in (
        ("a.png", "PNG", {"pnginfo": words}),
        ("a.bmp", "BMP", {}),
        ("a.webp", "WEBP", {"lossless": True}),
    ):
        out = io.BytesIO()
        image.save(out, form, **more)  # type: ignore[arg-type]
        seen = attachments.add(room, name, out.getvalue(), student=child, original=True)
        kept = attachments.data(room, seen.id)
        assert seen.media == "image/png" and seen.name == "a.png" and b"CANARY" not in kept
        assert opened(kept).tobytes() == image.tobytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_sort_of_colours_becomes_a_photograph(room: Room, child: str, mode: str) -> None:
    out = io.BytesIO()
    if mode == "I;16":
        Image.frombytes("I;16", (60, 40), struct.pack("<H", 40_000) * 2400).save(out, "PNG")
    else:
        Image.new("RGB", (60, 40), (160, 160, 160)).convert(mode).save(out, "JPEG" if mode == "CMYK" else "PNG")
    seen = attachments.add(room, "x.bin", out.getvalue(), student=child)
    kept = opened(attachments.data(room, seen.id))
    assert kept.mode == "RGB" and seen.name == "x.jpg"
    if mode not in ("1", "CMYK"):
        assert abs(kept.convert("L").getpixel((30, 20)) - 158) < 20  # type: ignore[operator]


def test_what_was_see_through_is_white(room: Room, child: str) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    kept = opened(attachments.data(room, attachments.add(room, "x.png", out.getvalue(), student=child).id))
    assert kept.getpixel((25, 25)) == (255, 255, 255)


def test_a_pdf_stays_as_it_is_and_is_shown_page_by_page(room: Room, child: str) -> None:
    data = pdf(3)
    seen = attachments.add(room, "来信", data, student=child, kind="letter")
    assert seen.is_pdf and seen.shown and seen.name == "来信.pdf" and attachments.data(room, seen.id) == data
    pages = [attachments.drawn(seen, data, page=page, edge=300) for page in range(3)]
    assert {(p.pages, p.height) for p in pages} == {(3, 300)} and len({p.rgb for p in pages}) == 3
    assert attachments.small(room, seen.id, 90).height == 90


def test_a_document_is_kept_and_not_opened(room: Room, child: str) -> None:
    seen = attachments.add(room, "记录.docx", docx(), student=child)
    assert not seen.shown and seen.media == "application/docx" and attachments.data(room, seen.id) == docx()


# ---- what is not taken, and what is hostile -------------------------------------------------------------------------


def png(wide: int, tall: int, body: bytes = b"") -> bytes:
    """A PNG that claims this size."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = part(b"IHDR", struct.pack(">IIBBBBB", wide, tall, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + body + part(b"IDAT", zlib.compress(b"\0" * 1000)) + part(b"IEND", b"")


def _many_parts() -> bytes:
    part = struct.pack(">I", 0) + b"teXt" + struct.pack(">I", zlib.crc32(b"teXt"))
    return png(10, 10, part * 30_000)


def _locked_pdf() -> bytes:
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    return out.getvalue()


def _tiny_jpeg_of_claimed_size(wide: int, tall: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, "JPEG")
    data = bytearray(out.getvalue())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", tall, wide)
    return bytes(data)


REFUSED: dict[str, tuple[str, bytes | Callable[[], bytes], str]] = {
    "empty": ("a.jpg", b"", "是空的"),
    "a bomb in PNG": ("a.png", lambda: png(60_000, 60_000), "太大"),
    "a longer bomb": ("a.png", lambda: png(2_000_000_000, 3), "大得不正常"),
    "a bomb in JPEG": ("a.jpg", lambda: _tiny_jpeg_of_claimed_size(60_000, 60_000), "太大"),
    "a bomb in BMP": ("a.bmp", b"BM" + struct.pack("<IHHIIiiHHI", 100, 0, 0, 54, 40, 50_000, 50_000, 1, 24, 0) + b"\0" * 90, "太大"),
    "a bomb in WEBP": ("a.webp", b"RIFF\x60\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\xff\xff" * 2 + b"\0" * 60, "太大"),
    "thirty thousand parts": ("a.png", _many_parts, "部件太多"),
    "cut": ("a.jpg", lambda: photo()[:2000], "不完整"),
    "cut in the middle": ("a.jpg", lambda: photo()[:150_000], "不完整"),
    "only a head": ("a.png", b"\x89PNG\r\n\x1a\n", "不完整"),
    "noise behind a head": ("a.jpg", b"\xff\xd8\xff" + random.Random(1).randbytes(5000), "不完整"),
    "no such PDF": ("a.pdf", b"%PDF-1.7\nnothing", "不完整"),
    "a PDF with a password": ("a.pdf", _locked_pdf, "先去掉密码"),
    "a picture of an iPhone": ("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 90, "兼容性最佳"),
    "tiff": ("a.tif", b"II*\0" + b"\0" * 90, "PDF 或 JPG"),
    "gif": ("a.jpg", b"GIF89a" + b"\0" * 90, "JPG 或 PNG"),
    "a program": ("a.docx", b"MZ" + b"\0" * 90, "收不了"),
    "a program called a picture": ("a.jpg", b"MZ" + b"\0" * 90, "收不了"),
    "text": ("a.txt", "什么也不是".encode(), "收不了"),
    "a zip": ("a.docx", b"PK\x03\x04" + b"\0" * 90, "收不了"),
    "a document under no known name": ("a.zip", docx, "收不了"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_taken_is_told_and_leaves_nothing(room: Room, child: str, what: str) -> None:
    name, data, told = REFUSED[what]
    with pytest.raises(BadFile) as caught:
        attachments.add(room, name, data() if callable(data) else data, student=child)
    assert told in str(caught.value) and name in str(caught.value)
    assert not attachments.of(room, student=child) and not (room.folder / "files").exists()


def test_the_wrong_ending_does_not_matter(room: Room, child: str) -> None:
    seen = attachments.add(room, "知情同意书.pdf", photo((80, 60)), student=child)
    assert seen.media == "image/jpeg" and seen.name == "知情同意书.jpg"


def test_mutated_files_end_in_a_sentence_or_a_picture() -> None:
    """Whatever the child is given, it answers; it never uses more than its bounds, nor longer than a moment."""
    dice = random.Random(7)
    small = [photo((64, 48)), pdf(1), png(8, 8)]
    out = io.BytesIO()
    Image.effect_noise((40, 30), 50).convert("RGB").save(out, "WEBP")
    small.append(out.getvalue())
    for number in range(400):
        data = bytearray(small[number % len(small)])
        for _ in range(dice.randrange(1, 12)):
            data[dice.randrange(16, len(data))] = dice.randrange(256)
        if dice.random() < 0.2:
            del data[dice.randrange(20, len(data)) :]
        try:
            media = pictures.media_of("x", bytes(data))
            head, body = picture_child.fit(bytes(data), media, PICTURE, dice.random() < 0.5)
            assert head and len(body) <= LARGEST
        except Exception as error:  # noqa: BLE001 - the child turns each of these into its one sentence
            assert not isinstance(error, AssertionError)


def test_the_child_answers_what_broke_it_with_a_sentence() -> None:
    for data in (b"", b"\xff\xd8\xff\xe1\xff\xff", b"RIFF\0\0\0\0WEBPVP8X"):
        with pytest.raises(BadFile):
            pictures._asked("x", {"do": "fit", "media": "image/jpeg", "most": 1, "original": True}, data)


def test_a_huge_page_is_drawn_small(room: Room, child: str) -> None:
    data = pdf(1, (14_000, 14_000))
    seen = attachments.add(room, "a.pdf", data, student=child)
    drawn = attachments.drawn(seen, data, edge=100_000)
    assert max(drawn.width, drawn.height) <= picture_child.LARGEST_SHOWN


def test_memory_stays_bounded_for_the_largest_picture_that_is_taken() -> None:
    """The picture is made in the child itself, so that only the child is measured."""
    code = """
import io, resource, sys
from PIL import Image
from psyroom.intake import picture_child
out = io.BytesIO()
Image.new("RGB", (6500, 6100), (90, 120, 60)).save(out, "PNG")
data = out.getvalue()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
head, body = picture_child.fit(data, "image/png", 400 * 1024, False)
assert head["media"] == "image/jpeg" and len(body) < 400 * 1024
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0 and int(done.stdout) < 500, done.stderr


def test_a_file_over_the_limit_is_refused_before_it_is_read(room: Room, child: str, tmp_path: Path) -> None:
    large = tmp_path / "扫描.pdf"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1024 * 1024)
    with pytest.raises(attachments.TooLarge, match="“扫描.pdf”有 21 MB，每个附件最多 20 MB"):
        attachments.read_file(large)
    with pytest.raises(attachments.TooLarge):
        attachments.add(room, "a.pdf", b"%PDF-" + b"\0" * LARGEST, student=child)
    for path in (tmp_path, tmp_path / "nothing.jpg"):
        with pytest.raises(BadFile):
            attachments.read_file(path)


@pytest.mark.parametrize(
    "name", ["../../x.pdf", "a\\b:c?.pdf", "a\nb.pdf", "\u202efdp.exe.pdf", "长" * 300 + ".pdf", "...", "", "CON .pdf "]
)
def test_a_name_is_made_plain(room: Room, child: str, name: str) -> None:
    seen = attachments.add(room, name, pdf(1), student=child)
    assert 0 < len(seen.name) <= 120 and seen.name.endswith(".pdf") and seen.name == seen.name.strip()
    assert not set(seen.name) & set('/\\:*?"<>|\n\u202e')


# ---- deeds -----------------------------------------------------------------------------------------------------


def test_several_files_are_one_deed_and_the_bad_one_is_told(room: Room, child: str, tmp_path: Path) -> None:
    good, bad = tmp_path / "好.jpg", tmp_path / "坏.jpg"
    good.write_bytes(photo((80, 60)))
    bad.write_bytes(b"not a picture")
    added = attachments.add_files(room, [good, bad, ("贴.png", png(8, 8)[:0] or photo((20, 20)))], student=child)
    assert len(added.ids) == 2 and len(added.refused) == 1 and "坏.jpg" in added.refused[0]
    history.undo(room)
    assert not attachments.of(room, student=child)
    assert not attachments.add_files(room, [bad], student=child).ids
    with pytest.raises(Refused, match="一次最多"):
        attachments.add_files(room, [good] * 21, student=child)


def test_add_change_remove_and_back(room: Room, child: str) -> None:
    seen = attachments.add(
        room, "a.jpg", photo((80, 60)), student=child, kind="sand_tray", caption="第一次", day=date(2026, 9, 8)
    )
    assert (seen.kind_name, seen.caption, seen.day, seen.who, seen.mine) == (
        "沙盘照片",
        "第一次",
        date(2026, 9, 8),
        "甲",
        True,
    )
    before = attachments.data(room, seen.id)
    attachments.change(room, seen.id, caption=" 第一次沙盘 ", kind="drawing")
    (now,) = attachments.of(room, student=child)
    assert (now.caption, now.kind, now.day) == ("第一次沙盘", "drawing", date(2026, 9, 8))
    history.undo(room)
    assert attachments.of(room, student=child)[0].caption == "第一次"
    attachments.remove(room, seen.id)
    assert not attachments.of(room, student=child)
    for call in (attachments.data, attachments.remove):
        with pytest.raises(NotFound):
            call(room, seen.id)
    history.undo(room)
    assert attachments.data(room, seen.id) == before
    with pytest.raises(NotValid):
        attachments.change(room, seen.id, day=room.today() + timedelta(days=1))
    with pytest.raises(NotValid):
        attachments.change(room, seen.id, caption="长" * 61)
    with pytest.raises(NotFound):
        attachments.add(room, "a.jpg", photo((80, 60)), student="0" * 32)


def test_it_stands_in_the_case_file_alone(room: Room, child: str) -> None:
    with room.read() as session:
        raw = raw_of(session)
        before = raw.execute("SELECT max(seq) FROM main.deed").fetchone()
        id = attachments.add(room, "a.jpg", photo((80, 60)), student=child, caption="CAPTION").id
        attachments.change(room, id, caption="CAPTION 2")
        attachments.remove(room, id)
        assert raw.execute("SELECT max(seq) FROM main.deed").fetchone() == before
        stored = raw.execute("SELECT coalesce(before, '') || coalesce(after, '') FROM cases.revision").fetchall()
    assert any("CAPTION" in text for (text,) in stored)


def test_attachments_follow_when_two_entries_become_one(room: Room, child: str) -> None:
    twin = students.add(room, {"name": "周一鸣", "stage": "vocational", "cohort": 2026, "class_no": 2}, {}, [])
    id = attachments.add(room, "a.jpg", photo((80, 60)), student=twin).id
    merging.merge(room, child, twin)
    assert [seen.id for seen in attachments.of(room, student=child)] == [id]
    history.undo(room)
    assert [seen.id for seen in attachments.of(room, student=twin)] == [id]


# ---- rights ----------------------------------------------------------------------------------------------------


def test_a_duty_person_gets_nothing(duty_room: Room) -> None:
    for call in (
        lambda: attachments.of(duty_room, student="x"), lambda: attachments.data(duty_room, "x"),
        lambda: attachments.small(duty_room, "x", 10), lambda: attachments.add(duty_room, "a", b"x", student="x"),
    ):  # fmt: skip
        with pytest.raises(NeedsCounsellor):
            call()


def test_with_the_duty_person_s_key_and_the_whole_disk_no_byte_is_readable(room: Room, child: str) -> None:
    data = pdf(1)
    attachments.add(room, "a.pdf", data, student=child, caption="CAPTION-CANARY")
    folder = room.folder
    room.close()
    with open_room(folder, "乙", PASSWORD) as duty:
        key = duty._keys["main"].hex().encode()
        for path in (p for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock"):
            raw = path.read_bytes()
            assert data[20:60] not in raw and b"CANARY" not in raw and b"PAGE 1" not in raw, path.name
            assert key not in raw.lower()


def test_what_lies_with_a_student_is_every_counsellor_s_and_opening_it_is_kept(
    room: Room, child: str, colleague: Callable[[], Room]
) -> None:
    id = attachments.add(room, "a.jpg", photo((80, 60)), student=child).id
    attachments.data(room, id)
    with room.read() as session:
        assert raw_of(session).execute("SELECT count(*) FROM cases.reading WHERE what = 'attachment'").fetchone() == (
            0,
        )
    with colleague() as other:
        (seen,) = attachments.of(other, student=child)
        assert seen.may_change and not seen.mine
        attachments.small(other, id, 40)
        with other.read() as session:
            count = "SELECT count(*) FROM cases.reading WHERE what = 'attachment'"
            assert raw_of(session).execute(count).fetchone() == (0,), "a small picture in a list is no opening"
        attachments.data(other, id)
        attachments.data(other, id)
        told = reading.of_student(other, child)
        assert [line.who for line in told if "附件" in line.what] == ["丙"]


def test_what_lies_in_a_note_follows_the_note(room: Room, child: str, colleague: Callable[..., Room]) -> None:
    hidden, shared = write_note(room, child), write_note(room, child, shared=True)
    first = attachments.add(room, "a.jpg", photo((80, 60)), note=hidden).id
    second = attachments.add(room, "b.jpg", photo((80, 60)), note=shared).id
    assert {seen.id for seen in attachments.of(room, student=child)} == {first, second}
    with colleague() as other:
        assert [seen.id for seen in attachments.of(other, student=child)] == [second]
        for call in (
            lambda: attachments.of(other, note=hidden), lambda: attachments.data(other, first),
            lambda: attachments.small(other, first, 40), lambda: attachments.remove(other, first),
            lambda: attachments.change(other, first, caption="x"), lambda: attachments.students_of(other, first),
        ):  # fmt: skip
            with pytest.raises(note_lock.NeedsReason):
                call()
        attachments.data(other, second)
        with pytest.raises(note_lock.NotYours):
            attachments.add(other, "c.jpg", photo((80, 60)), note=shared)
        for call in (lambda: attachments.remove(other, second), lambda: attachments.change(other, second, caption="x")):
            with pytest.raises(note_lock.NotYours):
                call()
        now = other.now()
        notes.open_other(other, hidden, "督导讨论", now.astimezone())
        assert [seen.may_change for seen in attachments.of(other, note=hidden)] == [False]
        attachments.data(other, first)
        other.now = lambda: now + attachments.OPENED_FOR + timedelta(minutes=1)
        with pytest.raises(note_lock.NeedsReason):
            attachments.data(other, first)


def test_a_locked_note_keeps_its_attachments_and_takes_later_ones(room: Room, child: str) -> None:
    note = write_note(room, child)
    id = attachments.add(room, "a.jpg", photo((80, 60)), note=note).id
    notes.sign(room, note, room.now().astimezone())
    for call in (lambda: attachments.remove(room, id), lambda: attachments.change(room, id, caption="x")):
        with pytest.raises(note_lock.NoteLocked):
            call()
    later = attachments.add(room, "签字件.jpg", photo((80, 60)), note=note, kind="signed")
    assert not later.may_change and len(attachments.of(room, note=note)) == 2
    history.undo(room)
    assert [seen.id for seen in attachments.of(room, note=note)] == [id]


def test_a_removed_note_takes_its_attachments_along_and_brings_them_back(room: Room, child: str) -> None:
    note = write_note(room, child)
    id = attachments.add(room, "a.jpg", photo((80, 60)), note=note).id
    before = attachments.data(room, id)
    notes.remove(room, note, room.now().astimezone())
    assert not attachments.of(room, student=child)
    history.undo(room)
    assert attachments.data(room, id) == before


# ---- nothing plain on any disk ----------------------------------------------------------------------------------

WATCHED = """
import ctypes, os, sys
from pathlib import Path
folder, temp, child, source = sys.argv[1:]
written = []
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        how, flags = arguments[1], arguments[2] or 0
        if (isinstance(how, str) and set(how) & set("wax+")) or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            written.append(os.fspath(arguments[0]))
    elif event in ("tempfile.mkstemp", "tempfile.mkdtemp", "os.rename", "os.mkdir"):
        written.append(os.fspath(arguments[0]))
libc = ctypes.CDLL(None)
watch = libc.inotify_init1(os.O_NONBLOCK)
libc.inotify_add_watch(watch, temp.encode(), 0x100 | 0x80)  # made there, moved there, if only for a moment
from psyroom.store import keys
keys.UNBOUND = keys.PRACTICE
from psyroom.services import attachments, history
from psyroom.store.opening import open_room
from tests.conftest import PASSWORD
room = open_room(folder, "甲", PASSWORD)
sys.addaudithook(hook)
def look(step):
    left = [str(p) for p in Path(temp).rglob("*")]
    if left:
        print(step, left)
added = attachments.add_files(room, sorted(Path(source).iterdir()), student=child)
look("add")
original = attachments.add(room, "o.jpg", (Path(source) / "a.jpg").read_bytes(), student=child, original=True)
look("original")
for seen in attachments.of(room, student=child):
    content = attachments.data(room, seen.id)
    look("data")
    if seen.shown:
        attachments.small(room, seen.id, 100)
        attachments.drawn(seen, content, edge=900)
        look("draw")
attachments.remove(room, original.id)
history.undo(room)
look("undo")
room.close()
try:
    names = os.read(watch, 1 << 20)
except BlockingIOError:
    names = b""
print("REFUSED", len(added.refused), "ADDED", len(added.ids))
print("MADE", names)
outside = sorted({p for p in map(str, written) if not p.startswith((folder, "/dev/null"))})
print("WRITTEN", outside)
"""


def test_no_operation_writes_a_plain_byte_anywhere(room: Room, child: str, tmp_path: Path) -> None:
    """In a process whose temporary folder is watched: by looking after each step, by an audit hook, by the kernel."""
    source, temp = tmp_path / "given", tmp_path / "temp"
    source.mkdir()
    temp.mkdir()
    (source / "a.jpg").write_bytes(photo((900, 700)))
    (source / "b.pdf").write_bytes(pdf())
    (source / "c.docx").write_bytes(docx())
    (source / "d.jpg").write_bytes(b"\xff\xd8\xff broken")
    folder = room.folder
    room.close()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temp), "SQLITE_TMPDIR": str(temp)}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(folder), str(temp), child, str(source)],
        env=environment, capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["REFUSED 1 ADDED 3", "MADE b''", "WRITTEN []"]
    for path in (p for p in folder.rglob("*") if p.is_file()):
        raw = path.read_bytes()
        assert b"CANARY" not in raw and b"\xff\xd8\xff\xe0\x00\x10JFIF" not in raw and b"%PDF" not in raw, path.name
    assert not list(temp.rglob("*"))


def test_no_text_of_an_attachment_reaches_a_repr(room: Room, child: str) -> None:
    seen = attachments.add(room, "名字.jpg", photo((80, 60)), student=child, caption="说明")
    with room.read() as session:
        row = session.get_one(Attachment, seen.id)
    taken = pictures.Taken("名字", "x", b"y")
    for thing in (seen, row, taken):
        assert not {"名字", "说明", row.key} & set(repr(thing).replace("'", " ").split()) and "名字" not in repr(thing)
    assert datetime.fromisoformat(seen.at).tzinfo is not None
