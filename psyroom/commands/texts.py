"""A text from a file named on the command line: UTF-8 or GB18030, as editors and Windows' notepad save it."""

from __future__ import annotations

import re
from pathlib import Path

from psyroom.errors import Refused

MOST = 200_000
"""Bytes: many times what a note may hold."""
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def text_of(name: str, what: str) -> str:
    """The file's text. `what` names the file in a refusal: 记录文件. Errors: `Refused`, which never holds the text."""
    path = Path(name)
    try:
        if not path.is_file():
            raise Refused(why=f"没有找到{what}“{path}”，请检查路径。")
        with path.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError:
        raise Refused(why=f"{what}“{path}”读不出来，请检查它是不是被别的程序占用、有没有读取的权限。") from None
    if len(data) > MOST:
        raise Refused(why=f"{what}“{path}”太大了，一份记录的文字不会超过 200 KB，请检查是不是选错了。")
    text = _decoded(data)
    if text is None or _CONTROL.search(text):
        raise Refused(why=f"{what}“{path}”不是纯文本，请在原来的程序里另存为 .txt（UTF-8 或 GB18030）再用。")
    if not text.strip():
        raise Refused(why=f"{what}“{path}”是空的。")
    return text


def _decoded(data: bytes) -> str | None:
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
