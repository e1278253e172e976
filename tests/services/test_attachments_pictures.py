"""What is put in: photographs made to fit and stripped of place and camera, hostile files told and survived."""

from __future__ import annotations

import io
import os
import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from psyroom.errors import BadFile
from psyroom.intake import picture_child, pictures
from psyroom.records.attachments import LARGEST, PICTURE
from psyroom.services import attachments, students
from psyroom.store.room import Room
from tests.services.attached_files import (
    TALL,
    WIDE,
    docx,
    locked_pdf,
    many_parts,
    pdf,
    photo,
    png,
    tiny_jpeg_of_claimed_size,
)

ROOT = Path(__file__).parent.parent.parent


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.fixture
def child(room: Room) -> str:
    return students.add(room, {"name": "周一鸣", "stage": "vocational", "cohort": 2026, "class_no": 1}, {}, [])


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
    big = attachments.small(room, seen.id, 5000)  # it leaves no line of who opened it
    assert max(big.width, big.height) <= attachments.SMALL


def test_a_document_is_kept_and_not_opened(room: Room, child: str) -> None:
    seen = attachments.add(room, "记录.docx", docx(), student=child)
    assert not seen.shown and seen.media == "application/docx" and attachments.data(room, seen.id) == docx()


# ---- what is not taken, and what is hostile -------------------------------------------------------------------------


REFUSED: dict[str, tuple[str, bytes | Callable[[], bytes], str]] = {
    "empty": ("a.jpg", b"", "是空的"),
    "a bomb in PNG": ("a.png", lambda: png(60_000, 60_000), "太大"),
    "a longer bomb": ("a.png", lambda: png(2_000_000_000, 3), "大得不正常"),
    "a bomb in JPEG": ("a.jpg", lambda: tiny_jpeg_of_claimed_size(60_000, 60_000), "太大"),
    "a bomb in BMP": ("a.bmp", b"BM" + struct.pack("<IHHIIiiHHI", 100, 0, 0, 54, 40, 50_000, 50_000, 1, 24, 0) + b"\0" * 90, "太大"),
    "a bomb in WEBP": ("a.webp", b"RIFF\x60\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\xff\xff" * 2 + b"\0" * 60, "太大"),
    "thirty thousand parts": ("a.png", many_parts, "部件太多"),
    "cut": ("a.jpg", lambda: photo()[:2000], "不完整"),
    "cut in the middle": ("a.jpg", lambda: photo()[:150_000], "不完整"),
    "only a head": ("a.png", b"\x89PNG\r\n\x1a\n", "不完整"),
    "noise behind a head": ("a.jpg", b"\xff\xd8\xff" + random.Random(1).randbytes(5000), "不完整"),
    "no such PDF": ("a.pdf", b"%PDF-1.7\nnothing", "不完整"),
    "a PDF with a password": ("a.pdf", locked_pdf, "先去掉密码"),
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
    for number in range(1000):
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
import io
from PIL import Image
from psyroom.intake import picture_child
out = io.BytesIO()
Image.new("RGB", (6500, 6100), (90, 120, 60)).save(out, "PNG")
data = out.getvalue()
head, body = picture_child.fit(data, "image/png", 400 * 1024, False)
assert head["media"] == "image/jpeg" and len(body) < 400 * 1024
(peak,) = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(int(peak.split()[1]) // 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0 and int(done.stdout) < 500, done.stderr
