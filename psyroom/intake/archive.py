"""An xlsx before anything opens it: sizes, DTDs and cell references are looked at first.

One cell at XFD1048576 in a 5 KB file makes the reader ask for 512 GiB; a zip of zeros unpacks to gigabytes.
Limits: unpacked at most 300 MB in all and 200 times the packed size; the block from A1 to the last cell with content
at most three million cells.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from psyroom.intake.refusal import BAD, ENCRYPTED, HOSTILE, MOST_CELLS, Refusal

MOST_UNPACKED = 300_000_000
MOST_RATIO = 200
MOST_PARTS = 5_000
_SMALL = 2_000_000  # below this size unpacked, no ratio does harm

# Begin with a plain letter: the scan is quick that way. They may find a little too much, never too little.
_ROW = re.compile(rb"row\s[^>]*?r\s*=\s*[\"']\s*(\d+)")
_REFERENCE = re.compile(rb"r\s*=\s*[\"']\s*([A-Za-z]+)(\d+)")
_FILLED = re.compile(rb"<(?:\w+:)?c\b[^>]*?\sr\s*=\s*[\"']\s*([A-Za-z]+)(\d+)[^>]*?[^/]>(?!\s*</)")


def check(data: bytes) -> None:
    """Raise Refusal unless these bytes are an xlsx that can be opened without harm."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _check_kind({part.filename for part in parts})
            _check_sizes(parts, len(data))
            for part in parts:
                if part.flag_bits & 1:
                    raise Refusal(ENCRYPTED)
                if not part.is_dir():
                    _check_part(part.filename, archive.read(part))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise Refusal(BAD, "文件不完整或已损坏，请重新下载或另存一份") from error


def _check_kind(names: set[str]) -> None:
    lower = {name.lower().replace("\\", "/") for name in names}
    if "xl/workbook.xml" in lower or any(re.fullmatch(r"(xl/)?workbook\d*\.xml", name) for name in lower):
        return
    if "word/document.xml" in lower:
        raise Refusal(BAD, "这是 Word 文档，不是表格，请把里面的表格复制到表格软件里另存")
    if "ppt/presentation.xml" in lower:
        raise Refusal(BAD, "这是演示文稿，不是表格")
    if "xl/workbook.bin" in lower or "content.xml" in lower:
        raise Refusal(BAD, "这种表格格式读不了，请在表格软件里另存为 xlsx 再导入")
    raise Refusal(BAD, "这是压缩包，不是表格，请先解压再导入里面的表格")


def _check_sizes(parts: list[zipfile.ZipInfo], packed: int) -> None:
    """What the directory claims. Reading a part stops at its claimed size, and a wrong claim fails its checksum."""
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS:
        raise Refusal(HOSTILE, "里面的部件太多")
    if unpacked > MOST_UNPACKED or (unpacked > _SMALL and unpacked > MOST_RATIO * max(packed, 1)):
        raise Refusal(HOSTILE, "展开后大得不正常")


def _check_part(name: str, content: bytes) -> None:
    lower = name.lower()
    plain = content.replace(b"\0", b"") if b"\0" in content else content  # UTF-16 must not hide anything
    if lower.endswith((".xml", ".rels", ".vml")) or plain.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").startswith(b"<?xml"):
        if not lower.endswith(".svg") and (b"<!DOCTYPE" in plain or b"<!ENTITY" in plain):
            raise Refusal(HOSTILE, "含有外部定义")
    if b"sheetData" in plain:
        _check_extent(plain)


def _check_extent(sheet: bytes) -> None:
    """The block from A1 to the last cell. Empty formatted cells far away are common and do no harm: only filled ones count."""
    references = set(_REFERENCE.findall(sheet))
    rows = max((int(r[:12]) for r in _ROW.findall(sheet)), default=0)
    last_row = max(rows, max((int(r[1][:12]) for r in references), default=0))
    last_column = max((_column(r[0]) for r in references), default=0)
    if last_row * last_column <= MOST_CELLS:
        return
    far_row = far_column = 0
    where = ""
    for letters, digits in _FILLED.findall(sheet):
        row, column = int(digits[:12]), _column(letters)
        if row > far_row or column > far_column:
            where = (letters[:8] + digits[:12]).decode("ascii")
        far_row, far_column = max(far_row, row), max(far_column, column)
    if far_row * far_column > MOST_CELLS:
        raise Refusal(HOSTILE, f"单元格 {where} 也有内容，离名册太远，请先删掉它")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number
