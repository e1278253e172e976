"""Files as people put them in: a telephone's photograph, a PDF, a document; and what nobody should send."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image, ImageDraw
from reportlab.pdfgen import canvas

WIDE, TALL = 1600, 1200


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


def png(wide: int, tall: int, body: bytes = b"") -> bytes:
    """A PNG that claims this size."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = part(b"IHDR", struct.pack(">IIBBBBB", wide, tall, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + body + part(b"IDAT", zlib.compress(b"\0" * 1000)) + part(b"IEND", b"")


def many_parts() -> bytes:
    part = struct.pack(">I", 0) + b"teXt" + struct.pack(">I", zlib.crc32(b"teXt"))
    return png(10, 10, part * 30_000)


def locked_pdf() -> bytes:
    import pikepdf

    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    return out.getvalue()


def tiny_jpeg_of_claimed_size(wide: int, tall: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, "JPEG")
    data = bytearray(out.getvalue())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", tall, wide)
    return bytes(data)
