"""Which class teachers' sheets are out and which came back. Apart from their making, for 今日 asks it at every start and needs
no paper for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from psyroom.errors import NotFound
from psyroom.records.talks import TalkReceipt, TalkSheet
from psyroom.rules.coverage import called_on
from psyroom.services import coverage
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.store.questions import talk_sheets as ask
from psyroom.store.room import Room

_Class = tuple[str, int, int]


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


def newest(room: Room, term: str) -> dict[_Class, TalkSheet]:
    """The sheet that went out last to each class of a semester."""
    needs_counsellor(room)
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
    sheets = newest(room, counted.term.code)
    with room.read() as session:
        back = came_back(sheets, ask.receipts(session, counted.term.code))
    found = []
    for line in counted.classes:
        sheet = sheets.get((line.stage, line.cohort, line.class_no))
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
    day = called_on(span)
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
