"""Which class a row belongs to: its own cells first, then the title above it, then the sheet's name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from psyroom.intake.sheets import Cell, shown
from psyroom.rules.classes import ClassFound, grade_name, parse_class

_NUM = r"[0-9０-９]{1,2}|[一二三四五六七八九十]{1,3}"
_GRADE = (
    r"(?:小学|初中|高中|中职|职高|中专|初|高)?(?:20[0-9]{2}|二[〇零0][〇零一二三四五六七八九]{2}|[0-9]{2})级"
    r"|(?<![一二三四五六七八九十0-9])(?<![一二三四五六七八九0-9][-—–~～、和至到])"
    r"(?:小学|初中|高中|高|初)?(?:[一二三四五六七八九]|1[0-2]|[1-9])年级|初[一二三四]|高[一二三]"
)
# A number behind a grade that counts something else: 七年级30人, 初一2026年9月, 七年级第1学期; or begins a range: 1班至3班.
_NO_CLASS = (
    r"(?!\s*[0-9０-９一二三四五六七八九十]|\s*(?:年|月|日|人|名(?![单册])|次|学|个|周|号|期)"
    rf"|\s*班?\s*[-—–~～、，,至到和]\s*第?[（(]?(?:{_NUM})(?![0-9年.]))"
)
_IN_TEXT = re.compile(
    rf"(?:{_GRADE})\s*(?:[-—·]?\s*(?:[（(〔\[]\s*(?:{_NUM})\s*[）)〕\]]|第?(?:{_NUM})){_NO_CLASS})?\s*班?"
)
_SHORT_IN_TEXT = re.compile(
    rf"[一二三四五六七八九][（(]?(?:{_NUM})[）)]?班|(?<![\d.])(?:1[0-2]|[1-9])[（(](?:{_NUM})[）)]班?"
    rf"|(?<!\d)[0-9]{{3,4}}班|(?<![\d.])(?:1[0-2]|[1-9])[.\-—][0-9]{{1,2}}班"
)
_RANGE_BEHIND = re.compile(rf"\s*[-—–~～、，,至到和]\s*第?[（(]?(?:{_NUM})[）)]?班")
_BLANKS = re.compile(r"[\s_＿]+")
_CLASS_CAPTION = re.compile(rf"班\s*[级别]\s*[:：]\s*第?[（(]?({_NUM})[）)]?\s*班?(?![级年\d])")
_ANY_CAPTION = re.compile(r"班\s*[级别]\s*(?:名称)?[:：]\s*([^\s，,；;：:]{1,20})")
_GRADE_CAPTION = re.compile(r"年\s*级\s*[:：]\s*(\S{1,8}?)(?=\s|班|$|[，,；;])")


@dataclass(frozen=True)
class SchoolSays:
    """What the parser must know of the school; `year` is the school year's first calendar year."""

    stage: str
    system: str
    year: int


@dataclass(frozen=True)
class Heading:
    """What a title or a sheet's name tells: a whole class, or only a grade or only a class number; `unread` what looks
    like a class and was not read (2026级计算机应用1班), to be asked."""

    found: ClassFound | None = None
    grade: str = ""
    number: str = ""
    unread: str = ""


@dataclass
class Spelling:
    """A class spelling that was not read; asked once for all its rows. `text` is the key under which the answer comes back."""

    text: str
    why: str
    sheet: str
    row: int
    count: int = 0


@dataclass
class Classing:
    """Finds classes, remembers spellings that were not read, takes the person's answers."""

    school: SchoolSays
    answers: Mapping[str, tuple[str, int, int]] = field(default_factory=dict)
    unread: dict[str, Spelling] = field(default_factory=dict)
    sheet_classes: dict[str, str] = field(default_factory=dict)
    _seen: dict[tuple[str, str], ClassFound | None] = field(default_factory=dict)

    def parse(self, grade: str, number: str) -> ClassFound | None:
        key = (grade, number)
        if key not in self._seen:
            says = self.school
            self._seen[key] = parse_class(grade, number, school_stage=says.stage, system=says.system, year=says.year)
        return self._seen[key]

    def heading(self, text: str) -> Heading:
        """The class or grade a title names: 班级：2026级1班, ××小学一年级（2）班花名册, 七年级."""
        text = text.strip()
        if not text:
            return Heading()
        if whole := self.parse("", text):
            return Heading(found=whole)
        classes: dict[tuple[str, int, int], ClassFound] = {}
        grades: dict[tuple[str, int], str] = {}
        unread = ""
        for pattern in (_IN_TEXT, _SHORT_IN_TEXT):
            for match in () if classes else pattern.finditer(text):
                said = match.group().strip()
                if _RANGE_BEHIND.match(text, match.end()):
                    unread = unread or text[:20]
                elif found := self.parse("", said):
                    classes.setdefault((found.stage, found.cohort, found.class_no), found)
                elif found := self.parse(said, "1"):
                    grades.setdefault((found.stage, found.cohort), said)
                elif said.endswith("班"):
                    unread = unread or said
        if len(classes) > 1:  # 七年级1班、七年级2班: whose children are they?
            return Heading(unread=text[:20])
        if classes:
            return Heading(found=next(iter(classes.values())))
        spread = _BLANKS.sub("", text)
        if spread != text and (found_there := self.heading(spread)).found and re.search(r"班", spread):
            return found_there  # 四 年级（ 3 ）班, with blanks or lines to write on
        grade = next(iter(grades.values())) if len(grades) == 1 else ""
        if caption := _GRADE_CAPTION.search(text):
            grade = grade or (caption[1] if self.parse(caption[1], "1") else "")
        number = _CLASS_CAPTION.search(text)
        if number is None:
            number = re.fullmatch(rf"\s*第?[（(]?({_NUM})[）)]?\s*班\s*", text)
        if number is None and (named := _ANY_CAPTION.search(text) or re.fullmatch(r"(\S{2,20}班)", text)):
            unread = named[1]
        return Heading(grade=grade, number=number[1] if number else "", unread=unread)

    def of_row(self, grade: str, number: str, headings: list[Heading]) -> ClassFound | None:
        """The class of a row's own cells, completed by what stands above it. Nearest heading first."""
        if (grade or number) and (found := self.parse(grade, number)):
            return found
        for heading in headings:
            if number and not grade and heading.grade and (found := self.parse(heading.grade, number)):
                return found
            if grade and not number and heading.number and (found := self.parse(grade, heading.number)):
                return found
        if number and not grade:
            # 3班 in a sheet whose title names a whole class: only its grade is taken, and only where it fits.
            for heading in headings:
                if heading.found and (found := self._same_grade(heading.found, number)):
                    return found
        if not number:
            named = self._named(headings)
            if named and (not grade or (found := self.parse(grade, str(named.class_no))) is None or found == named):
                return named if not grade or self.parse(grade, str(named.class_no)) == named else None
        return None

    def grade_of(self, found: ClassFound) -> str:
        """The grade of a class, as the school says it."""
        says = self.school
        return grade_name(found.stage, found.cohort, year=says.year, system=says.system, style=found.said)

    def _same_grade(self, found: ClassFound, number: str) -> ClassFound | None:
        read = self.parse(self.grade_of(found), number)
        return ClassFound(found.stage, found.cohort, read.class_no, found.said) if read else None

    def _named(self, headings: list[Heading]) -> ClassFound | None:
        grade = number = ""
        for heading in headings:
            if grade and number:
                break
            if heading.found:
                said_number = number or str(heading.found.class_no)
                read = self.parse(grade or self.grade_of(heading.found), said_number)
                if not grade and not number:
                    return heading.found
                same = read and (read.stage, read.cohort) == (heading.found.stage, heading.found.cohort)
                return read if same else None
            grade, number = grade or heading.grade, number or heading.number
        return self.parse(grade, number) if grade and number else None

    def answered(self, key: str) -> ClassFound | None:
        """What the person said a spelling means; it tells nothing of how the school says its classes."""
        if key not in self.answers:
            return None
        stage, cohort, class_no = self.answers[key]
        return ClassFound(stage, cohort, class_no, "")

    def note_unread(self, key: str, why: str, sheet: str, row: int) -> None:
        self.unread.setdefault(key, Spelling(key, why, sheet, row)).count += 1


def spelling(grade: str, number: str) -> str:
    """The key of a spelling: what stands in the cells."""
    return f"{grade} {number}".strip()


def doubtful_tens(cells: list[Cell]) -> set[float]:
    """Which of these number cells may be another class than they show: 7.10 stored as a number reads 7.1, 7.20 reads 7.2.

    Possible only where the grade has the class before it (7.9) or one after it (7.11).
    """
    numbers = {float(cell) for cell in cells if isinstance(cell, float) and not cell.is_integer()}
    doubtful: set[float] = set()
    for number in numbers:
        text = repr(number)
        whole, _, part = text.partition(".")
        if len(part) != 1:
            continue
        ten = int(part) * 10
        beyond = {n for n in numbers if repr(n).partition(".")[0] == whole and len(repr(n).partition(".")[2]) == 2}
        if any(float(f"{whole}.{ten + more}") in beyond for more in range(1, 10)):
            doubtful.add(number)
        elif ten == 10 and float(f"{whole}.9") in numbers:
            doubtful.add(number)
        elif ten > 10 and float(f"{whole}.{ten - 1}") in beyond:
            doubtful.add(number)
    return doubtful


def cell_text(cell: Cell) -> str:
    """A class cell's text: 1.0 is 1, 7.1 stays 7.1, a date the spreadsheet made of 7-1 is the text it was."""
    said = shown(cell)
    if dated := re.fullmatch(r"\d{4}-(\d\d)-(\d\d)", said):  # 7-1 typed into a cell becomes 1 July of that year
        return f"{int(dated[1])}-{int(dated[2])}"
    return said
