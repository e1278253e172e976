"""The class teachers' sheets that go out: made for each class, each under a password of its own, and which came back.

for done, of in (work := talk_sheets.making(room, folder, now, reason=…, receiver=…)): …      # returns a SheetsMade
"""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psyroom.errors import Refused
from psyroom.records.ids import new_id
from psyroom.records.students import SEXES
from psyroom.records.talks import TalkSheet
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
from psyroom.services.talk_sheets_back import ReceiptSeen as ReceiptSeen
from psyroom.services.talk_sheets_back import SheetState as SheetState
from psyroom.services.talk_sheets_back import came_back as came_back
from psyroom.services.talk_sheets_back import listed as listed
from psyroom.services.talk_sheets_back import mark_all_destroyed as mark_all_destroyed
from psyroom.services.talk_sheets_back import mark_destroyed as mark_destroyed
from psyroom.services.talk_sheets_back import newest
from psyroom.services.talk_sheets_back import receipts as receipts
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
    slips_file: str = "",
    term: str = "",
) -> Generator[tuple[int, int], None, SheetsMade]:
    """A sheet for each class (`classes`: keys, empty: all), in the folder; with its line in the register, all or nothing.
    `slips_file`: also the passwords as text under that name, the last of the files. Cannot be undone. Yields (done, of).

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
    if slips_file and slips:
        files[exports.free_name(folder, slips_file)] = passwords_text(slips).encode("utf-8-sig")
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
    sheets = newest(room, counted.term.code)
    found = []
    for line in counted.classes:
        row = sheets.get((line.stage, line.cohort, line.class_no))
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
