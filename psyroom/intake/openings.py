"""A duty ledger into rows: on which day the room was open from when to when, and who was on duty. Nothing is guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from psyroom.errors import BadFile
from psyroom.intake import times
from psyroom.intake.ledger_head import FOOT, columns_of, parts_only, plain
from psyroom.intake.problem import Problem
from psyroom.intake.reading import read_book
from psyroom.intake.sheets import Cell, Sheet, is_blank, shown

_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class LedgerRow:
    """One span of one line of the ledger. A line with two spans gives two rows with the same `row`.

    Minutes count from midnight. `received` (people received) stands at a line's first span only, so that it adds up.
    """

    row: int
    sheet: str
    day: date
    starts: int
    ends: int
    person: str
    received: int | None


@dataclass
class LedgerRead:
    """`lines` counts the ledger's lines that were taken, `repeated` those that say word for word what an earlier one said."""

    name: str
    rows: list[LedgerRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    repeated: int = 0
    lines: int = 0


class _Line(Exception):
    """A line that cannot be taken: which field, and why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__()
        self.code, self.why = code, why


def read_ledger(path: Path | str, *, term_starts: date, weeks: int) -> LedgerRead:
    """Read a ledger file. `term_starts` and `weeks` are the semester's: a date without a year takes the one within it.

    Raises BadFile and its kin; also where no sheet has a column of dates and one of times.
    """
    book = read_book(path)
    read = LedgerRead(book.name)
    seen: set[tuple[object, ...]] = set()
    known = False
    for sheet in book.sheets:
        if sheet.hidden:
            continue
        reader = _SheetReader(sheet, term_starts, weeks, read, seen)
        known = reader.read() or known
    if not known:
        raise BadFile(name=book.name, why="没有认出台账的表头（要有“日期”和“开放时间”），请检查是不是选错了文件")
    return read


NEARBY = timedelta(days=400)
"""How far from the semester a date with its year may lie; a year mistyped lies farther."""


class _SheetReader:
    def __init__(
        self, sheet: Sheet, term_starts: date, weeks: int, out: LedgerRead, seen: set[tuple[object, ...]]
    ) -> None:
        self.sheet, self.out, self.seen = sheet, out, seen
        self.first = term_starts - timedelta(days=term_starts.weekday())
        self.last = self.first + timedelta(days=7 * weeks - 1)
        self.year_written = False
        self.columns: dict[str, list[int]] = {}
        self.heads: dict[int, str] = {}

    def read(self) -> bool:
        """Walk the sheet; whether it had a ledger's header."""
        day: Cell = ""
        weekday: Cell = ""
        known = inherits = False
        for place, row in enumerate(self.sheet.rows):
            if self._header(row, place):
                known = True
                day = weekday = ""
                inherits = self._days_in_blocks(place + 1)
                continue
            if not known:
                continue
            filled = [cell for cell in row if not is_blank(cell)]
            if not filled or FOOT.match(shown(filled[0])):
                continue
            own_day = self._cell(row, "day")
            if not is_blank(own_day):
                day, weekday = own_day, self._cell(row, "weekday")
            elif self._times_blank(row):
                if len(filled) > 1 and not is_blank(self._cell(row, "person")):
                    self._tell(place, "day", "没有日期和时间，这一行没有导入，请补上后再导入一次")
                continue
            elif is_blank(day) or not (inherits or self._merged_day(place)):
                self._tell(place, "day", "没有日期，这一行没有导入，请补上日期后再导入一次")
                continue
            try:
                self._take(
                    row, place, day, weekday if is_blank(self._cell(row, "weekday")) else self._cell(row, "weekday")
                )
            except _Line as line:
                self._tell(place, line.code, line.why)
        return known

    # ---- columns ------------------------------------------------------------------------------------------------

    def _header(self, row: list[Cell], place: int) -> bool:
        """Whether this row is a header; then its columns hold from here on. A second row (起 止 below 开放时间) counts too."""
        texts = [plain(cell) if isinstance(cell, str) else "" for cell in row]
        found = columns_of(texts)
        timed = "spans" in found or ("starts" in found and ("ends" in found or "length" in found))
        if "day" in found and timed:
            below = (
                [plain(c) if isinstance(c, str) else "" for c in self.sheet.rows[place + 1]]
                if (place + 1 < len(self.sheet.rows))
                else []
            )
            under = columns_of(below)
            self.heads = {index: text for index, text in enumerate(texts) if text}
            if "starts" in under and "ends" in under:
                found["starts"], found["ends"] = under["starts"], under["ends"]
                found.pop("spans", None)
            elif parts_only(under):  # 上午, 下午, 晚上 below 开放时间
                found["spans"] = under["spans"]
                self.heads |= {index: below[index] for index in under["spans"]}
            self.columns = found
            return True
        return (
            bool(self.columns)
            and (parts_only(found) or ("starts" in found and "ends" in found))
            and not any(re.search(r"\d", text) for text in texts)
        )

    def _cell(self, row: list[Cell], code: str, which: int = 0) -> Cell:
        indexes = self.columns.get(code, [])
        return row[indexes[which]] if which < len(indexes) and indexes[which] < len(row) else ""

    def _days_in_blocks(self, first: int) -> bool:
        """Whether a date stands for the lines below it too: more than a seventh of the lines with a time have none."""
        timed = [row for row in self.sheet.rows[first:] if not self._times_blank(row)]
        return sum(1 for row in timed if is_blank(self._cell(row, "day"))) * 7 > len(timed)

    def _merged_day(self, place: int) -> bool:
        column = self.columns["day"][0]
        return any(m.top < place <= m.bottom and m.left <= column <= m.right for m in self.sheet.merged)

    def _times_blank(self, row: list[Cell]) -> bool:
        return all(
            is_blank(row[index]) if index < len(row) else True
            for code in ("spans", "starts", "ends")
            for index in self.columns.get(code, [])
        )

    # ---- one line -----------------------------------------------------------------------------------------------

    def _take(self, row: list[Cell], place: int, day_cell: Cell, weekday: Cell) -> None:
        day = self._day(day_cell)
        said = _weekday(weekday) if not is_blank(weekday) else _weekday_beside(day_cell)
        if said is not None and said != day.weekday():
            raise _Line(
                "day",
                f"日期 {day} 是星期{_WEEKDAYS[day.weekday()]}，表里写的是星期{_WEEKDAYS[said]}，"
                "这一行没有导入，请核对日期后再导入一次",
            )
        near = (
            NEARBY if self.year_written else timedelta()
        )  # last semester's ledger, a vacation: written out, they stand
        if not self.first - near <= day <= self.last + near:
            raise _Line("day", f"日期 {day} 不在本学期（{self.first} 至 {self.last}）里，这一行没有导入，请核对日期")
        spans = self._spans(row)
        person = "、".join(
            " ".join(part.split()) for part in shown(self._cell(row, "person")).splitlines() if part.strip()
        )
        received = self._received(self._cell(row, "received"))
        line = (day, tuple(spans), person, received)
        if line in self.seen:
            self.out.repeated += 1
            return
        self.seen.add(line)
        self.out.lines += 1
        for number, (starts, ends) in enumerate(spans):
            self.out.rows.append(
                LedgerRow(place + 1, self.sheet.name, day, starts, ends, person, None if number else received)
            )

    def _spans(self, row: list[Cell]) -> list[times.Span]:
        """The line's spans, from one column or from several."""
        found: list[times.Span] = []
        unread = ""
        for which in range(len(self.columns.get("spans", []))):
            cell = self._cell(row, "spans", which)
            if not is_blank(cell):
                here = times.spans(cell, self.heads.get(self.columns["spans"][which], ""))
                unread = unread or ("" if here else shown(cell))
                found += here
        for which in range(len(self.columns.get("starts", []))):
            starts, ends = self._cell(row, "starts", which), self._cell(row, "ends", which)
            if is_blank(starts) and is_blank(ends):
                continue
            begin = times.clock(starts)
            end = times.clock(ends)
            if end is None and is_blank(ends) and begin is not None:
                index = self.columns.get("length", [-1])[0]
                minutes = times.length(self._cell(row, "length"), self.heads.get(index, ""))
                end = begin + minutes if minutes else None
            if begin is None or end is None:
                unread = unread or f"{shown(starts)}—{shown(ends)}"
            else:
                found.append((begin, end))
        if unread:
            raise _Line("time", f"开放时间“{unread[:20]}”看不出几点到几点，这一行没有导入，请写成 12:00-13:00 的样子")
        if not found:
            raise _Line("time", "没有开放时间，这一行没有导入，请补上后再导入一次")
        for starts, ends in found:
            if ends <= starts:
                raise _Line(
                    "time", f"结束时间（{_clock(ends)}）不晚于开始时间（{_clock(starts)}），这一行没有导入，请核对"
                )
            if ends > 1440:
                raise _Line("time", "开放时间过了半夜，这一行没有导入，请分成两天填")
        return found

    def _day(self, cell: Cell) -> date:
        self.year_written = True
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        said = times.plain(cell).strip()
        said = re.sub(r"\s*[(,]?\s*(?:星期|周|礼拜)[一二三四五六日天]\s*\)?\s*$", "", said)
        said = re.sub(r"\s+\d{1,2}:\d{2}(:\d{2})?$", "", said)
        if re.fullmatch(r"\d{5}", said):
            return date(1899, 12, 30) + timedelta(days=int(said))
        whole = re.fullmatch(
            r"(\d{4}|\d{2})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?", said
        ) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", said)
        if whole:
            year = int(whole[1]) + (2000 if len(whole[1]) == 2 else 0)
            return self._existing(year, int(whole[2]), int(whole[3]), said)
        short = re.fullmatch(r"(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?", said)
        if not short:
            raise _Line("day", f"日期“{shown(cell)[:20]}”没有认出，这一行没有导入，请写成 2026-09-01 的样子")
        self.year_written = False
        month, day = int(short[1]), int(short[2])
        if isinstance(cell, float) and re.fullmatch(r"\d{1,2}\.[1-3]", said) and self._fits(month, day * 10):
            raise _Line(
                "day", f"日期“{said}”可能是 {month}月{day}日，也可能是 {month}月{day}0日，这一行没有导入，请写清楚"
            )
        for year in sorted({self.first.year, self.last.year}):
            try:
                found = date(year, month, day)
            except ValueError:
                continue
            if self.first <= found <= self.last:
                return found
        return self._existing(self.first.year if month >= self.first.month else self.last.year, month, day, said)

    def _fits(self, month: int, day: int) -> bool:
        for year in {self.first.year, self.last.year}:
            try:
                if self.first <= date(year, month, day) <= self.last:
                    return True
            except ValueError:
                continue
        return False

    def _existing(self, year: int, month: int, day: int, said: str) -> date:
        try:
            return date(year, month, day)
        except ValueError:
            raise _Line("day", f"没有“{said}”这一天，这一行没有导入，请核对日期后再导入一次") from None

    def _received(self, cell: Cell) -> int | None:
        found = re.fullmatch(r"(\d{1,3})\s*(?:人次?|次)?", times.plain(cell).strip())
        return int(found[1]) if found else None

    def _tell(self, place: int, code: str, why: str) -> None:
        self.out.problems.append(Problem(place + 1, self.sheet.name, code, False, why))


def _weekday(cell: Cell) -> int | None:
    """0 for Monday; None where the cell says none."""
    found = re.search(r"(?:星期|周|礼拜)?\s*([一二三四五六日天1-7])\s*$", times.plain(cell).strip())
    if not found:
        return None
    said = found[1].replace("天", "日")
    return _WEEKDAYS.index(said) if said in _WEEKDAYS else int(said) - 1


def _weekday_beside(cell: Cell) -> int | None:
    """The weekday written behind a date: 9月1日（星期二）."""
    found = (
        re.search(r"(?:星期|周|礼拜)([一二三四五六日天])\s*[)）]?\s*$", shown(cell)) if isinstance(cell, str) else None
    )
    return _WEEKDAYS.index(found[1].replace("天", "日")) if found else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"
