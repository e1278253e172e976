"""The class teachers' sheets that go out: made for each class, each under a password of its own, and which came back.

for done, of in (work := talk_sheets.making(room, folder, now, reason=…, receiver=…)): …      # returns a SheetsMade
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psyroom.errors import NotFound, Refused
from psyroom.records.ids import new_id
from psyroom.records.students import SEXES
from psyroom.records.talks import TalkReceipt, TalkSheet
from psyroom.reports import password_slips, sealing
from psyroom.reports.talk_sheet import ClassSheet, talk_sheet
from psyroom.rules import talk_sheet as rule
from psyroom.rules.coverage import ClassLine
from psyroom.rules.time import TermSpan
from psyroom.services import coverage, exports
from psyroom.services.coverage import StudentLine
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.services.sheets import Made
from psyroom.store.questions import talk_sheets as ask
from psyroom.store.room import Room

KIND = "一生一谈登记表"
"""As the register of what left calls them."""
SPINS = 10_000
"""Rounds of the derivation: the passwords are drawn by chance and long (78 bits), so that more would only cost time."""


@dataclass(frozen=True, repr=False)
class PasswordSlip:
    """What is handed over beside a sheet: for which class and teacher, which file, its password."""

    class_name: str
    file: str
    password: str
    teacher: str = ""


@dataclass(frozen=True, repr=False)
class SheetsMade:
    """What was written. `slips` is empty where the sheets have no password."""

    files: tuple[Path, ...]
    slips: tuple[PasswordSlip, ...]


@dataclass(frozen=True, repr=False)
class SheetState:
    """A class: the newest sheet that went out (its id, empty: none), when that one came back last and with how many rows
    filled, and how many students are still to be talked to."""

    key: str
    name: str
    stage: str
    cohort: int
    class_no: int
    teacher: str
    students: int
    sheet: str
    has_password: bool
    issued: datetime | None
    came_back: datetime | None
    rows_filled: int
    problems: int
    left_to_talk: int


@dataclass(frozen=True, repr=False)
class ReceiptSeen:
    """A file that came back: what it brought, who read it, whether it has been destroyed since."""

    id: str
    class_key: str
    class_name: str
    name: str
    at: datetime
    who: str
    new: int
    changed: int
    unchanged: int
    problems: int
    destroyed: bool


# ---- making -------------------------------------------------------------------------------------------------------


def making(
    room: Room,
    folder: Path,
    now: datetime,
    *,
    reason: str,
    receiver: str,
    classes: Sequence[str] = (),
    with_password: bool = True,
    term: str = "",
) -> Generator[tuple[int, int], None, SheetsMade]:
    """A sheet for each class (`classes`: keys, empty: all), in the folder; with its line in the register, all or nothing.
    Cannot be undone. Yields (done, of).

    Errors: `NeedsCounsellor`, `NotValid` (reason, receiver), `Refused` (no such class; nobody on the list; the room's own
    folder; without password where others can read), `CannotWriteFile`, `SaveFailed`.
    """
    needs_counsellor(room)
    exports.check(reason, receiver)
    if why := exports.why_not(room, folder, sealed=with_password):
        raise Refused(why=why)
    school = context(room)
    counted = coverage.of(room, now, term)
    wanted = _wanted(counted.classes, classes)
    files: dict[str, bytes] = {}
    slips: list[PasswordSlip] = []
    rows: list[TalkSheet] = []
    students: list[str] = []
    for done, line in enumerate(wanted):
        yield done, len(wanted) + 1
        row = TalkSheet(
            id=new_id(), term=counted.term.code, stage=line.stage, cohort=line.cohort, class_no=line.class_no,
            password=exports.new_password() if with_password else "", at=room.now().isoformat(timespec="seconds"),
            person=room.person.id,
        )  # fmt: skip
        children = coverage.students(room, now, counted.term.code, class_key=line.key)
        row.students = json.dumps([child.id for child in children])
        name = exports.free_name(folder, file_name(line.name, counted.term))
        data = _sheet(room, school, counted.term, line, row, children)
        files[name] = sealing.workbook(data, row.password, spins=SPINS) if with_password else data
        rows.append(row)
        students += [child.id for child in children]
        if with_password:
            slips.append(PasswordSlip(line.name, name, row.password, line.teacher))
    yield len(wanted), len(wanted) + 1
    paths = exports.write(
        room, files, folder, kind=KIND, students=students, reason=reason, receiver=receiver, sealed=with_password,
        also=lambda session: session.add_all(rows),
    )  # fmt: skip
    yield len(wanted) + 1, len(wanted) + 1
    return SheetsMade(tuple(paths), tuple(slips))


def _wanted(lines: Sequence[ClassLine], classes: Sequence[str]) -> list[ClassLine]:
    by_key = {line.key: line for line in lines}
    if unknown := [key for key in classes if key not in by_key]:
        raise Refused(why=f"这个学期的名单里没有“{unknown[0]}”这个班，请刷新后再试。")
    if not lines:
        raise Refused(why="这个学期的名单里还没有学生，请先导入名册。")
    return [by_key[key] for key in dict.fromkeys(classes)] if classes else list(lines)


def file_name(class_name: str, term: TermSpan) -> str:
    """一生一谈_七年级3班_2026-1.xlsx"""
    return f"一生一谈_{class_name}_{term.code}.xlsx"


def _sheet(
    room: Room, school: SchoolContext, term: TermSpan, line: ClassLine, row: TalkSheet, children: Sequence[StudentLine]
) -> bytes:
    marks = rule.marks([(child.number, child.name, SEXES[child.sex]) for child in children])
    about = ClassSheet(
        school=school.title,
        class_name=line.name,
        term=term.name,
        rows=[(mark, child.name) for mark, child in zip(marks, children, strict=True)],
        marks=(
            ("room", room.id),
            ("sheet", row.id),
            ("term", term.code),
            ("class", line.key),
            ("rows", " ".join(child.id for child in children)),
        ),
        practice=school.practice or room.practice,
    )
    return talk_sheet(about)


# ---- passwords ----------------------------------------------------------------------------------------------------


def slips(room: Room, now: datetime, term: str = "", *, classes: Sequence[str] = ()) -> list[PasswordSlip]:
    """The passwords of the sheets that went out last to each class, in class order; of the `classes` alone if given."""
    needs_counsellor(room)
    counted = coverage.of(room, now, term)
    newest = _newest(room, counted.term.code)
    found = []
    for line in counted.classes:
        row = newest.get((line.stage, line.cohort, line.class_no))
        if row is not None and row.password and (not classes or line.key in classes):
            found.append(PasswordSlip(line.name, file_name(line.name, counted.term), row.password, line.teacher))
    return found


def password_paper(room: Room, now: datetime, term: str = "", *, classes: Sequence[str] = ()) -> Made:
    """The passwords as slips to cut apart, one for each class teacher. It names no student."""
    needs_counsellor(room)
    school = context(room)
    span = school.term(term) if term else school.term_on(now.date())
    wanted = slips(room, now, span.code, classes=classes)
    lines = [password_slips.Slip(one.class_name, one.teacher, one.file, one.password) for one in wanted]
    pdf, missing = password_slips.slips_pdf(school.title, span.name, lines, school.practice or room.practice)
    return Made(f"{KIND}密码条_{span.code}", pdf, None, missing)


def passwords_text(slips: Sequence[PasswordSlip]) -> str:
    """The same as text, for the command line: a slip to a block, with lines to cut along."""
    cut = "-" * 40
    blocks = [
        f"{one.class_name}{f'　{one.teacher}' if one.teacher else ''}\n文件：{one.file}\n密码：{one.password}"
        for one in slips
    ]
    return "\n".join(
        [f"{KIND}的打开密码：剪开后分别交给班主任，不要和文件放在一起。", cut, f"\n{cut}\n".join(blocks), cut, ""]
    )


# ---- which came back ----------------------------------------------------------------------------------------------

_Class = tuple[str, int, int]


def _newest(room: Room, term: str) -> dict[_Class, TalkSheet]:
    with room.read() as session:
        return {(row.stage, row.cohort, row.class_no): row for row in ask.sheets(session, term)}


def came_back(newest: Mapping[_Class, TalkSheet], receipts: Iterable[TalkReceipt]) -> dict[_Class, TalkReceipt]:
    """The last receipt of each class, where it came in after the class's newest sheet went out: what a class handed in
    before it was given another sheet does not answer for that one."""
    found: dict[_Class, TalkReceipt] = {}
    for row in receipts:
        of = (row.stage, row.cohort, row.class_no)
        if of not in newest or row.sheet == newest[of].id or row.at >= newest[of].at:
            found[of] = row
    return found


def listed(room: Room, now: datetime, term: str = "") -> list[SheetState]:
    """Every class of the semester, in class order."""
    needs_counsellor(room)
    counted = coverage.of(room, now, term)
    newest = _newest(room, counted.term.code)
    with room.read() as session:
        back = came_back(newest, ask.receipts(session, counted.term.code))
    found = []
    for line in counted.classes:
        sheet = newest.get((line.stage, line.cohort, line.class_no))
        receipt = back.get((line.stage, line.cohort, line.class_no))
        found.append(
            SheetState(
                key=line.key,
                name=line.name,
                stage=line.stage,
                cohort=line.cohort,
                class_no=line.class_no,
                teacher=line.teacher,
                students=line.students,
                sheet=sheet.id if sheet is not None else "",
                has_password=sheet is not None and bool(sheet.password),
                issued=_local(sheet.at) if sheet is not None else None,
                came_back=_local(receipt.at) if receipt is not None else None,
                rows_filled=receipt.new + receipt.changed + receipt.unchanged if receipt is not None else 0,
                problems=receipt.problems if receipt is not None else 0,
                left_to_talk=line.left,
            )
        )
    return found


def _local(at: str) -> datetime:
    return datetime.fromisoformat(at).astimezone()


def receipts(room: Room, term: str = "") -> list[ReceiptSeen]:
    """What came back in a semester (its code; empty: the present one), the newest first."""
    needs_counsellor(room)
    school = context(room)
    span = school.term(term) if term else school.term_on(room.today())
    day = span.monday(1)
    with room.read() as session:
        rows = ask.receipts(session, span.code)
    return [
        ReceiptSeen(
            row.id,
            school.class_key(row.stage, row.cohort, row.class_no, day),
            school.class_name(row.stage, row.cohort, row.class_no, day),
            row.name,
            _local(row.at),
            school.people.get(row.person, ""),
            row.new,
            row.changed,
            row.unchanged,
            row.problems,
            row.destroyed,
        )
        for row in reversed(rows)
    ]


def mark_all_destroyed(room: Room, receipts: Sequence[str]) -> None:
    """Several files that were read have been destroyed, as one deed. Errors: `NotFound`."""
    needs_counsellor(room)
    with room.write("标记已销毁") as deed:
        for receipt in receipts:
            row = deed.session.get(TalkReceipt, receipt)
            if row is None:
                raise NotFound(what="这张回执")
            row.destroyed = True
            deed.session.add(row)


def mark_destroyed(room: Room, receipt_id: str, destroyed: bool = True) -> None:
    """A file that was read has been destroyed (or, `destroyed` False, has not after all). Errors: `NotFound`."""
    needs_counsellor(room)
    with room.write("标记已销毁") as deed:
        row = deed.session.get(TalkReceipt, receipt_id)
        if row is None:
            raise NotFound(what="这张回执")
        row.destroyed = destroyed
        deed.session.add(row)
