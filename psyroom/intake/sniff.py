"""What a file is, told from its content: a name or an ending is never believed."""

from __future__ import annotations

from psyroom.intake.refusal import BAD, ENCRYPTED, Refusal

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_TABLES = (
    (b"%PDF", "这是 PDF 文件，不是表格，请用原来的表格文件"),
    (b"\x89PNG", "这是图片，不是表格，请用原来的表格文件"),
    (b"\xff\xd8\xff", "这是图片，不是表格，请用原来的表格文件"),
    (b"GIF8", "这是图片，不是表格，请用原来的表格文件"),
    (b"BM", "这是图片，不是表格，请用原来的表格文件"),
    (b"Rar!", "这是压缩包，请先解压再导入里面的表格"),
    (b"7z\xbc\xaf", "这是压缩包，请先解压再导入里面的表格"),
    (b"\x1f\x8b", "这是压缩包，请先解压再导入里面的表格"),
    (b"SQLite format 3", "这是数据库文件，不是表格"),
    (b"MZ", "这是程序，不是表格"),
    (b"{\\rtf", "这是文档，不是表格，请把里面的表格复制到表格软件里另存"),
    (b"MIME-Version", "这是网页存档，请在表格软件里打开后另存为 xlsx"),
)


def kind_of(data: bytes) -> str:
    """`zip`, `xls`, `html`, `xml` (SpreadsheetML 2003) or `text`; raises Refusal where it is none of them."""
    if not data.strip(b"\0 \t\r\n"):
        raise Refusal(BAD, "文件是空的，请检查是不是没有下载完整")
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return "zip"
    if data.startswith(OLE):
        return _inside_ole(data)
    if data[:4] in (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00"):
        return "xls"  # a bare BIFF stream, as some old systems export it
    for magic, why in _NOT_TABLES:
        if data.startswith(magic) and not (magic in (b"BM", b"MZ") and b"\0" not in data[:200]):
            raise Refusal(BAD, why)
    head = data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if head.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in head and b"<html" not in head:
        return "xml"
    if head.startswith(
        (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style", b"<!--", b"<div", b"<?xml")
    ):
        return "html"
    return "text"


def _has_password(data: bytes) -> bool:
    """Whether a BIFF stream has a FILEPASS record among its first: the readers only say "damaged" then, or read noise."""
    for begin in (b"\x09\x08\x10\x00\x00\x06\x05\x00", b"\x09\x08\x08\x00\x00\x05\x05\x00"):
        place = data.find(begin)
        if place < 0:
            continue
        for _ in range(12):
            kind = int.from_bytes(data[place : place + 2], "little")
            if kind == 0x2F:
                return True
            place += 4 + int.from_bytes(data[place + 2 : place + 4], "little")
    return False


def _inside_ole(data: bytes) -> str:
    """Which program's file an OLE container is, by the names in its directory (UTF-16)."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in data

    if holds("EncryptedPackage") or holds("EncryptionInfo"):
        raise Refusal(ENCRYPTED)
    if holds("Workbook") or holds("Book"):
        if _has_password(data):
            raise Refusal(ENCRYPTED)
        return "xls"
    if holds("WordDocument"):
        raise Refusal(BAD, "这是 Word 文档，不是表格，请把里面的表格复制到表格软件里另存")
    if holds("PowerPoint Document"):
        raise Refusal(BAD, "这是演示文稿，不是表格")
    raise Refusal(BAD, "文件不完整或已损坏，请重新下载或另存一份")
