"""A roster file into rows of normalised values, each with its plain problems. Nothing is guessed that is not said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from psyroom.errors import NoTable
from psyroom.intake import other_lists, values
from psyroom.intake.children import Row, RowReader
from psyroom.intake.classing import Classing, Heading, SchoolSays, Spelling, cell_text, doubtful_tens, spelling
from psyroom.intake.columns import Column, Table, digest_of, tables_of
from psyroom.intake.header import guess, plain
from psyroom.intake.problem import Problem
from psyroom.intake.sheets import Book, Cell, Merged, Sheet, is_blank, shown
from psyroom.rules.classes import ClassFound

_TOTAL = re.compile(r"^(合\s*计|总\s*计|小\s*计|共\s*计|总\s*人\s*数|人\s*数|男生?\s*[:：]|女生?\s*[:：])")
_FOOT = re.compile(
    r"^(制\s*表|填\s*表|审\s*核|复\s*核|经\s*办|班\s*主\s*任|校\s*长|负\s*责\s*人|联系电话|填报|说\s*明|备\s*注|注\s*[:：\d]|以[上下]|日期|统计|第.{1,4}页|共.{1,6}[人页])"
)
NO_CLASS = "没有班级，这一行没有导入，请补上班级后再导入一次"
_TELLING = ("sex", "sex_m", "sex_f", "born", "registry_number", "id_number", "guardian", "guardian_phone", "phone")


@dataclass
class RosterRead:
    """Everything a roster file says.

    `rows` are the children that can come in, `refused` the rows that cannot (with their original cells), `spellings` the
    class spellings to be asked once, `columns` what each column was taken for, `digest` the kind of file, `notes` what
    the person should know of sheets and columns that were left out, `headers` the original header per sheet, `mapping`
    the corrections that held.
    """

    name: str
    columns: list[Column]
    rows: list[Row]
    refused: list[Row]
    spellings: list[Spelling]
    notes: list[str]
    digest: str
    headers: dict[str, list[str]] = field(default_factory=dict)
    mapping: dict[str, str] = field(default_factory=dict)


def read_roster(
    book: Book,
    *,
    school_stage: str,
    system: str,
    year: int,
    mapping: Mapping[str, str] | None = None,
    classes: Mapping[str, tuple[str, int, int]] | None = None,
    remembered: Mapping[str, Mapping[str, str]] | None = None,
) -> RosterRead:
    """Read every sheet that looks like a roster.

    `mapping`: column key → field code, as a person corrects it now; `remembered`: digest → mapping of earlier files;
    `classes`: spelling → (stage, cohort, class number). Raises NoTable where no sheet has a header with a name column.
    """
    classing = Classing(SchoolSays(school_stage, system, year), classes or {})
    read = RosterRead(book.name, [], [], [], [], [], "")
    found = [(sheet, tables_of(sheet)) for sheet in book.sheets]
    shown_tables = [table for sheet, tables in found if not sheet.hidden for table in tables]
    read.digest = digest_of({column.key for table in shown_tables for column in table.columns})
    read.mapping = {**(remembered or {}).get(read.digest, {}), **(mapping or {})}
    if read.mapping:
        found = [(sheet, tables_of(sheet, read.mapping)) for sheet in book.sheets]
    keys: dict[str, Column] = {}
    numbered = [sheet.name for sheet, tables in found if tables and not sheet.hidden and sheet.name.strip().isdecimal()]
    if len(numbered) > 1:  # sheets 1, 2, 3: the classes of the grade the title or the file names
        classing.sheet_classes = {name: f"{name.strip()}班" for name in numbered if len(name.strip()) < 3}
    for sheet, all_tables in found:
        tables = [table for table in all_tables if table.of("name") and not other_lists.of_staff(table)]
        if why := other_lists.why_left_out(sheet, bool(tables), alone=len(shown_tables) == len(tables)):
            read.notes.append(why)
        if why or not tables:
            continue
        read.headers[sheet.name] = _original_header(sheet, tables[0])
        for table in tables:
            for column in table.columns:
                if column.key not in keys or len(column.samples) > len(keys[column.key].samples):
                    keys[column.key] = column
            _SheetReader(sheet, table, classing, read).read()
    if not read.headers:
        raise NoTable(name=book.name)
    _without_classes(read)
    read.columns = list(keys.values())
    read.spellings = list(classing.unread.values())
    _without_days(read)
    return read


def _original_header(sheet: Sheet, table: Table) -> list[str]:
    texts = [""] * sheet.width
    for column in table.columns:
        texts[column.index] = column.key
    return texts


def _without_classes(read: RosterRead) -> None:
    """A sheet of names without any class, beside sheets of classes, is another list (teachers, dormitories)."""
    filled = {row.sheet for row in read.rows}
    for name in [name for name in read.headers if name not in filled]:
        mine = [row for row in read.refused if row.sheet == name]
        if filled and mine and all(p.reason == NO_CLASS for row in mine for p in row.problems):
            read.refused = [row for row in read.refused if row.sheet != name]
            read.headers.pop(name)
            read.notes.append(f"工作表“{name}”里没有一处写明班级，没有读；如果是名册，请补上班级后再导入一次。")


def _without_days(read: RosterRead) -> None:
    """A column of years and months only: said once for the file, not once for each child."""
    short = [
        (row, p) for row in read.rows for p in row.problems if p.field == "born" and p.reason.endswith("请补全年月日")
    ]
    if short and len(short) * 2 > len(read.rows):
        for row, problem in short:
            row.problems.remove(problem)
        read.notes.append("出生日期这一列只有年月、没有日，先都留空；需要时请补全后再导入一次。")


class _SheetReader:
    """Walks the rows of one table."""

    def __init__(self, sheet: Sheet, table: Table, classing: Classing, read: RosterRead) -> None:
        self.sheet, self.table, self.classing, self.out = sheet, table, classing, read
        self.name_at = self._index("name")
        self.grade_at, self.class_at, self.entered_at = (self._index(code) for code in ("grade", "class", "entered"))
        self.stage_at = self._index("stage")
        self.telling = [c.index for c in table.columns if c.field in _TELLING]
        self.span = [c.index for c in table.columns]
        self.reader = RowReader(table, classing.school.year)
        self.of_sheet = classing.heading(classing.sheet_classes.get(sheet.name, sheet.name))
        self.of_file = self._file_heading(read.name)
        self.of_title = self._title()

    def _index(self, code: str) -> int:
        column = self.table.of(code)
        return -1 if column is None else column.index

    def _file_heading(self, name: str) -> Heading:
        """What the file's name says, for columns the table lacks: 2026年秋八年级名单.xlsx with sheets 1班, 2班."""
        heading = self.classing.heading(re.sub(r"\.\w{1,5}$", "", name)) if self.grade_at < 0 else Heading()
        if heading.found and self.class_at >= 0:
            return Heading(grade=self.classing.grade_of(heading.found))
        return Heading(heading.found, heading.grade)

    def _title(self) -> Heading:
        """What the rows between the table before and this header say: the lowest that names a class or a grade."""
        best = Heading()
        for number in range(self.table.top - 1, max(-1, self.table.top - 8), -1):
            row = self.sheet.rows[number]
            texts = [shown(cell) for cell in row if not is_blank(cell)]
            if len(set(texts)) > 6 or (texts and any(type(c) is float for c in row)):
                break  # data of the table before
            mine = [shown(row[i]) for i in range(min(self.span), max(self.span) + 1) if i < len(row)]
            for said in ([text for text in mine if text], texts):  # 七1班 over the left half, 七2班 over the right
                heading = self.classing.heading(" ".join(said)) if said else Heading()
                if heading.found:
                    return heading
            best = Heading(
                None, best.grade or heading.grade, best.number or heading.number, best.unread or heading.unread
            )
        return best

    def read(self) -> None:
        rows = self.sheet.rows[self.table.first : self.table.until]
        grades = self._filled(rows, self.grade_at)
        classes = self._filled(rows, self.class_at, grades)
        doubtful = doubtful_tens(classes) | doubtful_tens(grades)
        run = _Run()
        section: Heading | None = None
        for place, row in enumerate(rows):
            number = self.table.first + place + 1
            cells = [row[i] if i < len(row) else "" for i in self.span]
            filled = [cell for cell in cells if not is_blank(cell)]
            if not filled:
                continue
            name_cell = row[self.name_at] if self.name_at < len(row) else ""
            telling = any(i < len(row) and not is_blank(row[i]) for i in self.telling)
            if self._is_header(name_cell):
                continue
            if self._is_total(filled, name_cell):
                continue
            said_name = self.reader.name(name_cell)
            if (not telling or not said_name) and (found := self._section(filled)) is not None:
                section = found
                continue
            if not telling and self._is_footer(filled, name_cell):
                continue
            if not said_name and not telling:
                continue  # a prepared line nobody has filled in
            child = Row(self.sheet.name, number, said_name, cells=list(row))
            headings = [h for h in (section, self.of_title, self.of_sheet, self.of_file) if h is not None]
            if not said_name:
                self._refuse(child, "name", "没有姓名，这一行没有导入，请补上姓名后再导入一次")
                continue
            found_class = self._class_of(child, grades[place], classes[place], headings, doubtful, run)
            if found_class is None:
                continue
            child.found = found_class
            self.reader.read(child, row)
            self.out.rows.append(child)

    def _class_of(
        self, child: Row, grade: Cell, number: Cell, headings: list[Heading], doubtful: set[float], run: _Run
    ) -> ClassFound | None:
        """The child's class; None when the row was refused for want of one."""
        grade_text, class_text = self._within_stage(child, cell_text(grade)), cell_text(number)
        key = spelling(grade_text, class_text)
        if not key and not any(heading.found for heading in headings):
            key = next((heading.unread for heading in headings if heading.unread), "")
        doubt = next((c for c in (number, grade) if isinstance(c, float) and c in doubtful), None)
        if doubt is not None:
            key = run.key(key, child.row)
        else:
            run.last = ""
        if answered := self.classing.answered(key):
            return answered
        if doubt is not None:
            whole, _, part = repr(doubt).partition(".")
            why = f"班级“{key}”可能是{whole}（{part}）班，也可能是{whole}（{part}0）班，请说明是哪一个"
        else:
            found = self.classing.of_row(grade_text, class_text, headings)
            if found is None and class_text and not grade_text:
                found = self.classing.parse(self._entered(child), class_text)
                found = found and replace(
                    found, said=""
                )  # a year of entry does not tell how the school says its classes
            if found is not None:
                return found
            if not key:
                self._refuse(child, "class", NO_CLASS)
                return None
            if grade_text and not class_text and self.classing.parse(grade_text, "1"):
                self._refuse(child, "class", f"只有年级“{grade_text}”，没有班，这一行没有导入，请补上班级后再导入一次")
                return None
            why = f"班级“{key}”没有认出，这一行没有导入，请说明它是哪个班"
        self.classing.note_unread(key, why, child.sheet, child.row)
        self._refuse(child, "class", why)
        return None

    def _within_stage(self, child: Row, grade: str) -> str:
        """2026级 of 高中, where a column of its own says so and the grade alone could be of two stages."""
        cell = child.cells[self.stage_at] if 0 <= self.stage_at < len(child.cells) else ""
        stage = values.uncoded(cell)
        named = stage in ("小学", "初中", "高中", "中职") and grade and not self.classing.parse(grade, "1")
        return f"{stage}{grade}" if named else grade

    def _entered(self, child: Row) -> str:
        """The year of entry from a column of its own (202609, 2026年9月): used only where nothing else names the grade."""
        cell = child.cells[self.entered_at] if 0 <= self.entered_at < len(child.cells) else ""
        year = re.match(r"20\d{2}", shown(cell))
        return f"{year[0]}级" if year else ""

    def _refuse(self, child: Row, code: str, reason: str) -> None:
        child.problems = [Problem(child.row, child.sheet, code, False, reason, child.name)]
        self.out.refused.append(child)

    def _is_header(self, name_cell: Cell) -> bool:
        """The header printed again on the next page."""
        said = shown(name_cell)
        if not said or len(said) > 8:
            return False
        found = guess(said) if "名" in said or said == "学生" else None
        return found is not None and found.field == "name"

    def _section(self, filled: list[Cell]) -> Heading | None:
        """A line that only names the class of the children below it."""
        texts = list(dict.fromkeys(shown(cell) for cell in filled))
        if len(texts) > 2 or (len(texts) == 2 and not re.search(r"班主任|人数|[:：]|\d+人", texts[1])):
            return None
        heading = self.classing.heading(texts[0])
        if heading.found or heading.number or (heading.grade and plain(heading.grade) == plain(texts[0])):
            return heading
        return None

    def _is_total(self, filled: list[Cell], name_cell: Cell) -> bool:
        """合计 | 38人 | 20 | 18, 制表人：王老师 | 2026年: no child, whatever stands in the columns of the children."""
        first, name = shown(filled[0]), shown(name_cell)
        if _FOOT.match(name) and re.search(r"[:：]", name):
            return True
        nameless = not name or name == first or not re.search(r"[^\d\s人名:：]", name)
        return nameless and bool(_TOTAL.match(first) or (_FOOT.match(first) and re.search(r"[:：]", first)))

    def _is_footer(self, filled: list[Cell], name_cell: Cell) -> bool:
        first, name = shown(filled[0]), shown(name_cell)
        if _TOTAL.match(first) or _FOOT.match(first) or _TOTAL.match(name) or _FOOT.match(name):
            return True
        if len(filled) == 1 and (not name or len(name) > 10 or re.search(r"[:：。；]|\d+\s*[人名]", name)):
            return True
        return bool(re.fullmatch(r"\d+\s*[人名]", name))

    def _filled(self, rows: list[list[Cell]], column: int, over: list[Cell] | None = None) -> list[Cell]:
        """A grade or class column with a block's first cell standing for the whole block.

        By merged cells; or, where the column is mostly empty and each filled cell opens a new block, down to the next one.
        A single empty cell in a filled column stays empty: that child has no class. `over`: the grades, for a class column.
        """
        if column < 0:
            return [""] * len(rows)
        cells: list[Cell] = [row[column] if column < len(row) else "" for row in rows]
        for block in self.sheet.merged:
            if block.left <= column <= block.right and block.bottom > block.top:
                self._fill_block(block, cells)
        named = [
            place
            for place, row in enumerate(rows)
            if (self.name_at < len(row) and not is_blank(row[self.name_at]))
            and not self._is_footer([row[self.name_at]], row[self.name_at])
        ]
        said = [place for place in named if not is_blank(cells[place])]
        told = [(shown(over[place]) if over else "", shown(cells[place])) for place in said]
        opens = all(a != b for a, b in zip(told, told[1:], strict=False))
        if said and opens and len(said) * 2 < len(named) and said[0] == named[0]:
            last: Cell = ""
            for place, cell in enumerate(cells):
                last = cell if not is_blank(cell) else last
                cells[place] = last
        return cells

    def _fill_block(self, block: Merged, cells: list[Cell]) -> None:
        value = self.sheet.cell(block.top, block.left)
        for number in range(max(block.top, self.table.first), min(block.bottom, self.table.until - 1) + 1):
            place = number - self.table.first
            if 0 <= place < len(cells) and is_blank(cells[place]):
                cells[place] = value


class _Run:
    """Tells apart separate runs of one doubtful spelling: the 7.1 before 7.2 and the 7.1 after 7.9."""

    def __init__(self) -> None:
        self.last = ""
        self.begun = 0

    def key(self, text: str, row: int) -> str:
        if text != self.last:
            self.last, self.begun = text, row
        return f"{text}（第{self.begun}行起）"
