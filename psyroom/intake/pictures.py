"""Pictures, PDFs and documents from outside: what is taken, made to fit, and shown. Everything is opened in a child process
(picture_child.py); here only the first bytes are looked at."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psyroom.errors import BadFile
from psyroom.intake.reading import output_of

READER = [sys.executable, "-X", "utf8", "-m", "psyroom.intake.picture_child"]
MOST_SECONDS = 20
PDF = "application/pdf"
SHOWN = ("image/jpeg", "image/png", "image/bmp", "image/webp")
OFFICE = ("docx", "doc", "xlsx", "xls", "pptx", "ppt", "wps", "et", "dps")
"""Kept as they are and handed back, never opened here."""
PATTERNS = "可放的文件 (*.jpg *.jpeg *.png *.bmp *.webp *.pdf *.docx *.doc *.xlsx *.xls *.pptx *.ppt *.wps *.et *.dps);;所有文件 (*)"
_UNFIT = {
    "heic": "这是手机的 HEIC 照片，这里打不开；请在手机相机设置里把格式改成“兼容性最佳”再拍，或把它另存为 JPG 再放进来",
    "tiff": "这是 TIFF 图片，请扫描或另存为 PDF 或 JPG 再放进来",
    "gif": "这是 GIF 图片，请另存为 JPG 或 PNG 再放进来",
    "other": "这里收照片（JPG、PNG、BMP、WEBP）、PDF 和 Word、Excel 等文档，这种文件收不了",
}


@dataclass(frozen=True, repr=False)
class Taken:
    """What is to be kept: its bytes, their format, and the name with the ending that suits them."""

    name: str
    media: str
    data: bytes


@dataclass(frozen=True, repr=False)
class Drawn:
    """Rows of red, green, blue bytes, `stride` from one row to the next. `pages`: of a PDF, else 1."""

    width: int
    height: int
    stride: int
    rgb: bytes
    pages: int = 1


def media_of(name: str, data: bytes) -> str:
    """What the bytes are, whatever the name says. Raises `BadFile` with what to do for what is not taken."""
    if not data:
        raise BadFile(name=name, why="文件是空的，请检查是不是没有下载完整")
    if data[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if b"%PDF-" in data[:1024]:
        return PDF
    suffix = Path(name).suffix.lower().lstrip(".")
    if suffix in OFFICE and _is_office(data):
        return f"application/{suffix}"
    unfit = "other"
    if data[4:8] == b"ftyp" and data[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"avif"):
        unfit = "heic"
    elif data[:4] in (b"II*\0", b"MM\0*"):
        unfit = "tiff"
    elif data[:4] == b"GIF8":
        unfit = "gif"
    raise BadFile(name=name, why=_UNFIT[unfit])


def _is_office(data: bytes) -> bool:
    """An old office document, or a zip with the parts of a new one."""
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return True
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return False


def take_in(name: str, data: bytes, *, most: int, original: bool = False) -> Taken:
    """The file as it is to be kept: photographs at most `most` bytes large unless the original is asked for, and always
    without place, time and camera. Raises `BadFile` with a sentence that says what to do."""
    media = media_of(name, data)
    if media not in (*SHOWN, PDF):
        return Taken(name, media, data)
    answer, body = _asked(name, {"do": "fit", "media": media, "most": most, "original": original}, data)
    if media == PDF:
        return Taken(_named(name, ".pdf"), PDF, data)
    kept = str(answer["media"])
    return Taken(_named(name, ".jpg" if kept == "image/jpeg" else ".png"), kept, body)


def is_shown(media: str) -> bool:
    """Whether the program itself can show such a file."""
    return media in SHOWN or media == PDF


def drawn(name: str, media: str, data: bytes, *, page: int = 0, edge: int) -> Drawn:
    """A kept picture, or one page (from 0) of a PDF, no side longer than `edge` pixels. Raises `BadFile`."""
    wanted = {"do": "page", "number": page} if media == PDF else {"do": "picture", "media": media}
    answer, body = _asked(name, {**wanted, "edge": edge}, data)
    return Drawn(answer["width"], answer["height"], answer["stride"], body, answer.get("pages", 1))


def _named(name: str, suffix: str) -> str:
    path = Path(name)
    same = path.suffix.lower() == suffix or (suffix == ".jpg" and path.suffix.lower() == ".jpeg")
    return name if same else path.stem + suffix


def _asked(name: str, wanted: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """What the child answers, and the bytes behind it. Raises `BadFile`."""
    try:
        out = output_of(READER, json.dumps(wanted).encode() + b"\n" + data, MOST_SECONDS)
    except TimeoutError:
        raise BadFile(name=name, why="读了很久也没有读完，请另存为普通的 JPG 或 PDF 再放进来") from None
    head, _, body = (out or b"").partition(b"\n")
    try:
        answer = json.loads(head)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):  # whatever ended the child, the file is to blame, and only it is gone
        raise BadFile(name=name, why="里面有异常的结构，为安全起见没有打开；请另存为普通的 JPG 或 PDF 再放进来")
    if "refused" in answer:
        raise BadFile(name=name, why=str(answer.get("why", "")))
    return answer, body
