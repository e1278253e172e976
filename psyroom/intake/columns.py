"""Where a sheet's tables begin, and what their columns mean.

A sheet may hold several tables: one below the other (a header repeated on every printed page, or per class) and side by
side (two halves of a class list). Headers may take two rows: 家长 over 姓名 and 电话, 性别 over 男 and 女.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from psyroom.intake.header import GROUPS, Guess, guess, plain
from psyroom.intake.sheets import Sheet, shown

_SEVERAL = ("remark", "guardian", "guardian_relation", "guardian_phone", "ignored", "second")
_SUB_WORDS = {"年", "月", "日", "单位", "工作单位", "职业", "身份证号", "与学生关系", "称谓"}


@dataclass(frozen=True)
class Column:
    """A column as recognised. `key`: its header, unique within the table, by which a person's correction is remembered."""

    index: int
    key: str
    field: str
    sure: float
    whose: str = ""
    samples: tuple[str, ...] = ()


@dataclass
class Table:
    """One table of a sheet: its header rows, first row of data, row after its last, columns. Rows count from 0."""

    top: int
    first: int
    until: int
    columns: list[Column] = field(default_factory=list)

    def of(self, code: str) -> Column | None:
        return next((column for column in self.columns if column.field == code), None)


def tables_of(sheet: Sheet, mapping: Mapping[str, str] | None = None) -> list[Table]:
    """The sheet's tables in order; side by side ones share their rows. Empty where no header with a name is found."""
    heads = _head_rows(sheet)
    found: list[Table] = []
    for place, (top, head, sub) in enumerate(heads):
        until = heads[place + 1][0] if place + 1 < len(heads) else len(sheet.rows)
        columns = _columns(sheet, top, head, sub)
        for block in _side_by_side(columns):
            settled = _settled(block, mapping or {})
            table = Table(top, max(head, sub) + 1, until, settled)
            table.columns = [replace(c, samples=_samples(sheet, table, c.index)) for c in settled]
            found.append(table)
    return found


def digest_of(keys: set[str]) -> str:
    """A kind of file, told by its headers: the id under which a corrected mapping is remembered."""
    return hashlib.sha256("\n".join(sorted(keys)).encode("utf-8")).hexdigest()[:32]


# ---- header rows ----------------------------------------------------------------------------------------------


def _known(texts: list[str]) -> int:
    return sum(1 for text in texts if text and guess(text))


def _names(texts: list[str]) -> bool:
    """Whether the texts hold the header of a name column. A line alone (学生姓名一览表) must say just that."""
    least = 0.8 if _known(texts) < 2 else 0.5
    found = [guess(text) for text in texts if _could_name(text)]
    return any(g is not None and g.field == "name" and g.sure > least for g in found)


def _could_name(text: str) -> bool:
    return ("名" in text or text.strip(" ★*") == "学生") and len(text) < 20


def _head_rows(sheet: Sheet) -> list[tuple[int, int, int]]:
    """(first header row, the row with 姓名, the row of sub-heads below it or -1) of each table."""
    heads: list[tuple[int, int, int]] = []
    skip = -1
    for number, row in enumerate(sheet.rows):
        if number <= skip or not any(type(cell) is str and _could_name(cell) for cell in row):
            continue
        texts = [shown(cell) for cell in row]
        if not _names(texts) or (_known(texts) < 2 and sum(1 for text in texts if text) > 2):
            continue
        below = _texts(sheet, number + 1)
        if _names(below) and _known(below) > _known(texts):
            continue  # 学生 | 家长 over 姓名 | 性别 | 姓名 | 电话: the lower row is the header
        sub = number + 1 if _is_sub_row(texts, below) else -1
        top = number - 1 if number > 0 and _is_group_row(sheet, number - 1, texts) else number
        heads.append((top, number, sub))
        skip = max(number, sub)
    return heads


def _texts(sheet: Sheet, number: int) -> list[str]:
    return [shown(cell) for cell in sheet.rows[number]] if 0 <= number < len(sheet.rows) else []


def _is_sub_row(head: list[str], below: list[str]) -> bool:
    """Whether the row below only divides heads of this row: 男 女, 姓名 电话 …"""
    filled = [(place, text) for place, text in enumerate(below) if text]
    if not filled or any(len(text) > 12 or re.search(r"\d{3}", text) for _, text in filled):
        return False
    if not all(plain(text) in _SUB_WORDS or guess(text) for _, text in filled):
        return False
    words = {plain(text) for _, text in filled}
    if len(filled) < 2 or len(words & {"男", "女"}) == 1:  # a child's own cells, not heads
        return False
    for place, text in enumerate(below):
        over = head[place] if place < len(head) else ""
        found = guess(over) if over else None
        if found and found.field == "name" and text and plain(text) != plain(over):
            return False
    return any(place >= len(head) or plain(head[place]) != plain(text) for place, text in filled)


def _is_group_row(sheet: Sheet, number: int, below: list[str]) -> bool:
    texts = [text for text in _texts(sheet, number) if text]
    marks = [
        text for text in texts if len(text) <= 12 and not re.search(r"\d\d|[:：]", text) and GROUPS.search(plain(text))
    ]
    return bool(marks) and len(marks) * 2 >= len(texts)


def _filled_right(sheet: Sheet, number: int) -> list[str]:
    """A row of group heads with each head standing over all of its columns (by merged block, else up to the next head)."""
    texts = _texts(sheet, number)
    texts += [""] * (sheet.width - len(texts))
    blocks = [m for m in sheet.merged if m.top <= number <= m.bottom]
    if any(m.right > m.left for m in blocks):
        for m in blocks:
            for column in range(m.left, min(m.right, len(texts) - 1) + 1):
                texts[column] = texts[column] or shown(sheet.cell(m.top, m.left))
        return texts
    last = ""
    for column, text in enumerate(texts):
        last = text or last
        texts[column] = last
    return texts


# ---- columns --------------------------------------------------------------------------------------------------


def _columns(sheet: Sheet, top: int, head: int, sub: int) -> list[tuple[int, str, Guess | None]]:
    """(column, header, guess) of every column with a header."""
    heads = _texts(sheet, head)
    subs = _texts(sheet, sub) if sub > 0 else []
    over = _filled_right(sheet, top) if top < head else []
    groups = _filled_right(sheet, head) if sub > 0 else []
    found: list[tuple[int, str, Guess | None]] = []
    for column in range(max(len(heads), len(subs))):
        own = heads[column] if column < len(heads) else ""
        low = subs[column] if column < len(subs) else ""
        group = over[column] if column < len(over) else ""
        if low and plain(low) != plain(own):
            group, own = groups[column] if column < len(groups) else "", low
        if own or group:
            header = f"{group} {own}".strip() if group and guess(own, group) != guess(own) else own or group
            found.append((column, header, guess(own or group, group if own else "")))
    if over and not any(g and g.field == "name" for _, _, g in found):
        return _columns(sheet, head, head, sub)  # the row above was a title after all
    return found


def _side_by_side(columns: list[tuple[int, str, Guess | None]]) -> list[list[tuple[int, str, Guess | None]]]:
    """The columns divided where the same headers begin again: 姓名 性别 姓名 性别 are two tables."""
    names = [
        place for place, (_, _, found) in enumerate(columns) if found and found.field == "name" and found.sure > 0.7
    ]
    if len(names) < 2:
        return [columns]
    lead = names[0]
    while lead > 0:  # 序号 姓名 … 序号 姓名: the block begins where its leading columns begin again
        before = plain(columns[lead - 1][1])
        if all(
            place - (names[0] - lead) > 0 and plain(columns[place - (names[0] - lead) - 1][1]) == before
            for place in names[1:]
        ):
            lead -= 1
        else:
            break
    starts = [place - (names[0] - lead) for place in names]
    starts[0] = 0
    return [columns[start:end] for start, end in zip(starts, [*starts[1:], len(columns)], strict=True)]


def _settled(block: list[tuple[int, str, Guess | None]], mapping: Mapping[str, str]) -> list[Column]:
    """Every column with one field: the person's correction first, then the surest guess; no field twice."""
    columns: list[Column] = []
    seen: dict[str, int] = {}
    for index, header, found in block:
        seen[header] = seen.get(header, 0) + 1
        key = header if seen[header] == 1 else f"{header} ({seen[header]})"
        if key in mapping:
            columns.append(Column(index, key, mapping[key], 1.0, found.whose if found else ""))
        else:
            columns.append(
                Column(
                    index,
                    key,
                    found.field if found else "ignored",
                    found.sure if found else 0.0,
                    found.whose if found else "",
                )
            )
    columns = _contacts(columns)
    best: dict[str, Column] = {}
    for column in columns:
        if column.field not in best or column.sure > best[column.field].sure:
            best[column.field] = column
    return [
        column
        if column.field in _SEVERAL or best[column.field] is column
        else replace(column, field="ignored", sure=0.3)
        for column in columns
    ]


def _contacts(columns: list[Column]) -> list[Column]:
    """Whose telephone 联系电话 is: the pupil's where the guardian's stands beside it, else the guardian's."""
    has_phone = any(c.field == "guardian_phone" for c in columns)
    has_guardian = any(c.field == "guardian" for c in columns)
    settled = []
    for column in columns:
        if column.field == "contact":
            if has_phone:
                column = replace(column, field="phone", sure=column.sure * 0.8)
            else:
                column = replace(column, field="guardian_phone", sure=column.sure * (0.9 if has_guardian else 0.5))
                has_phone = True
        settled.append(column)
    return settled


def _samples(sheet: Sheet, table: Table, column: int) -> tuple[str, ...]:
    """Three different values, for the page on which columns are corrected."""
    values: list[str] = []
    for row in sheet.rows[table.first : min(table.until, table.first + 200)]:
        value = shown(row[column]) if column < len(row) else ""
        if value and value not in values:
            values.append(value)
            if len(values) == 3:
                break
    return tuple(values)
