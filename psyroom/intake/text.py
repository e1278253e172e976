"""CSV, TSV and plain text: which encoding, which delimiter."""

from __future__ import annotations

import csv
import io
import re
from statistics import median

from psyroom.intake.refusal import BAD, Refusal

_DELIMITERS = ",\t;|，；"
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_MOST_FIELD = 100_000


def rows_of(data: bytes) -> list[list[str]]:
    """The rows of a text table, row 1 first, as a spreadsheet would number them when it opens the file."""
    text = decoded(data)
    sep = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)  # a hint a spreadsheet consumes and does not show
    if sep:
        text, delimiter = text[sep.end() :], sep[1]
    else:
        delimiter = _delimiter(text)
    if delimiter == " ":
        return [re.split(r" {2,}|\u3000+", line.strip(" \u3000")) for line in text.splitlines()]
    if delimiter == "one blank":
        return [line.split() for line in text.splitlines()]
    csv.field_size_limit(_MOST_FIELD)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        if not any(cell.count("\n") > 8 for row in rows for cell in row):
            return rows
    except csv.Error:
        pass
    # One stray quotation mark would swallow the rest of the file: then quotation marks are ordinary characters.
    try:
        return list(csv.reader(text.splitlines(), delimiter=delimiter, quoting=csv.QUOTE_NONE))
    except csv.Error as error:
        raise Refusal(BAD, "有一格长得不正常") from error


def decoded(data: bytes) -> str:
    """UTF-8 (with or without BOM), UTF-16 (likewise), GB18030; Refusal where it is no text."""
    text = _decode(data)
    sample = text[:20_000]
    if _CONTROL.search(sample) or sample.count("\ufffd") > 20:
        raise Refusal(BAD, "这不是表格文件，请检查是不是选错了")
    return text


def _decode(data: bytes) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "replace")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    head = data[:4000]
    if head.count(0) * 6 > len(head):
        order = "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"
        return data.decode(order, "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            if error.start >= len(data) - 4:  # cut off within the last character
                return data[: error.start].decode(encoding)
    return data.decode("gb18030", "replace")


def _delimiter(text: str) -> str:
    """The delimiter that gives the most lines the same number of fields, more than one."""
    lines = [line for line in text[:60_000].splitlines()[:60] if line.strip()]
    best, score = ",", 0.0
    for delimiter in _DELIMITERS:
        counts = [_fields(line, delimiter) for line in lines]
        middle = median(counts) if counts else 1
        if middle > 1:
            same = sum(1 for count in counts if count == middle) / len(counts)
            if (mark := same * min(middle, 40) ** 0.5) > score:
                best, score = delimiter, mark
    if not score and sum(1 for line in lines if re.search(r"\S( {2,}|\u3000)\S", line)) * 2 > len(lines):
        return " "
    widths = [len(line.split()) for line in lines]
    if not score and max(widths, default=0) > 2 and widths.count(max(widths)) * 10 > len(widths) * 8:
        return "one blank"  # every line in as many words: no blank within a name, no empty cell
    return best


def _fields(line: str, delimiter: str) -> int:
    if '"' in line:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    return line.count(delimiter) + 1
