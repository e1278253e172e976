"""Returns: what the bureau is sent. Preview it as the real page, open any figure to its records, make it, keep a filing.

A filing says what went out: the files' digests, every figure with the records behind it, and the heads of the chain,
which also stand small at the foot of the page. It cannot be undone: a paper that has left cannot be called back.
Only a counsellor makes returns. What a confidential return leaves behind lies in case.db, and the desk never learns of it;
one with names, or with a row for each child, leaves by `leave` with a reason and a receiver.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Generator, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from psyroom.errors import NotFound, Refused
from psyroom.records.booking import CHANNELS, CLIENTS, FORMS, OUTCOMES
from psyroom.records.fields import checked
from psyroom.records.office import CaseFiling, Filing, FilingFields
from psyroom.records.opening import ORIGINS
from psyroom.reports import filling, printing, xlsx
from psyroom.reports.definition import Definition, definition, definitions
from psyroom.reports.filling import Filled, Parts
from psyroom.reports.recovery import chinese_date
from psyroom.reports.tables import Figure
from psyroom.rules.time import WEEKDAYS, day_name
from psyroom.rules.typed import clock, span
from psyroom.services import exports, return_rows, return_talks
from psyroom.services.clients import Names
from psyroom.services.hours import local_now as local_now
from psyroom.services.outgoing import placed, prepared
from psyroom.services.return_facts import gather
from psyroom.services.return_rows import SourceRow as SourceRow
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.store.checking import head_of
from psyroom.store.questions import booking as ask_bookings
from psyroom.store.questions import opening as ask_openings
from psyroom.store.questions import return_talks as ask_confidential
from psyroom.store.questions import returns as ask
from psyroom.store.room import Room

STEPS = 4  # gathered, counted, printed, filed
NAMES, GRADES = "names", "grades"
"""Ticks: names are written; classes of a list with a row for each child are written as grades."""


@dataclass(frozen=True, repr=False)
class Preview:
    """A return of one moment: its tables, the pages as they will be printed, and what each figure was counted from.
    `ticks`: what was asked for (`NAMES`, `GRADES`)."""

    definition: Definition
    term: str
    made_on: date
    filled: Filled
    pdf: bytes
    missing: str
    practice: bool
    digest: str
    ticks: frozenset[str] = frozenset()

    @property
    def figures(self) -> dict[str, Figure]:
        """Every figure on the paper, by its id."""
        return {
            cell.id: cell
            for sheet in self.filled.sheets
            for table in sheet.tables
            for row in table.rows
            for cell in row.cells
            if isinstance(cell, Figure) and cell.id
        }

    @property
    def file_name(self) -> str:
        """Without ending; the title and the span, never a person's name, but whether there are names in it."""
        named = "_含姓名" if self.definition.names and NAMES in self.ticks else ""
        return f"{self.definition.title}_{self.term}{named}"


@dataclass(frozen=True)
class PastFiling:
    """What went out before, for the history. `files`: name and SHA-256 of each."""

    id: str
    kind: str
    title: str
    span: str
    made_on: date
    at: str
    person: str
    files: tuple[tuple[str, str], ...]
    head: str


def list_returns(room: Room) -> list[Definition]:
    """The returns there are. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    return list(definitions())


def preview(room: Room, code: str, term: str, now: datetime | None = None, *, ticks: Collection[str] = ()) -> Preview:
    """The return as it would be made now. `ticks`: `NAMES` and `GRADES`, where the return knows them. Errors:
    `NoSuchReturn`, `Refused` for an unknown semester, `NeedsCounsellor`."""
    needs_counsellor(room)
    return _drain(_previewing(room, code, term, now, frozenset(ticks)))


def _previewing(
    room: Room, code: str, term_code: str, now: datetime | None, ticks: frozenset[str] = frozenset()
) -> Generator[tuple[int, int], None, Preview]:
    needs_counsellor(room)
    wanted = definition(code)
    school = context(room)
    term = school.term(term_code)
    moment = now or local_now(room)
    yield 0, STEPS
    if wanted.confidential:
        facts = return_talks.gather(room, school, term, moment, wanted, grade_only=GRADES in ticks)
    else:
        facts = gather(room, school, term, moment)
    yield 1, STEPS
    until = min(moment.date(), term.ends)
    words = {
        "school": school.title,
        "span": term.name,
        "until": chinese_date(until),
        "day": chinese_date(moment.date()),
    }
    filled = filling.fill(wanted, facts, words, names=bool(wanted.names) and NAMES in ticks)
    digest = _foot(room, moment.date())
    yield 2, STEPS
    practice = school.practice or room.practice
    pdf, missing = printing.sheets_pdf(filled.sheets, landscape=wanted.landscape, practice=practice, digest=digest)
    return Preview(wanted, term.code, moment.date(), filled, pdf, missing, practice, digest, ticks)


def make(
    room: Room, code: str, term: str, out: Path, now: datetime | None = None
) -> Generator[tuple[int, int], None, list[Path]]:
    """Make the return into the folder `out`: a PDF and a workbook, swapped in together, and a filing that says so.

    It bears no names. A generator of (done, all) steps; its value is the files. Errors: as `preview`, `CannotWriteFile`,
    and `Refused` for one with a row for each child: see `leave`.
    """
    needs_counsellor(room)
    if definition(code).one_by_one:
        raise Refused(why="这张表一名学生一行，交出去要写明原因和交给谁，记进外出登记。")
    made = yield from _previewing(room, code, term, now)
    files = files_of(made)
    yield 3, STEPS
    filing = _filing(room, made, files)
    with prepared(room, files, out) as pairs, placed(pairs) as paths, room.write("制作报表", undoable=False) as deed:
        deed.session.add(filing)
    yield STEPS, STEPS
    return paths


def files_of(made: Preview) -> dict[str, bytes]:
    """The PDF and the workbook by name. The name of one with names says so."""
    book = xlsx.workbook(
        made.filled.sheets, landscape=made.definition.landscape, practice=made.practice, digest=made.digest
    )
    return {made.file_name + ".pdf": made.pdf, made.file_name + ".xlsx": book}


def leave(
    room: Room,
    made: Preview,
    folder: Path,
    *,
    reason: str,
    receiver: str,
    password: str = "",
    files: Mapping[str, bytes] | None = None,
) -> list[Path]:
    """A confidential return into a folder: its files, sealed where a password is given, the line in the register and the
    filing, all or nothing. Errors: as `exports.write`."""
    needs_counsellor(room)
    files = files if files is not None else files_of(made)
    filing = _filing(room, made, files)
    return exports.write(
        room, files, folder, kind=made.definition.title, students=students_on(made), reason=reason, receiver=receiver,
        password=password, also=lambda session: session.add(filing),
    )  # fmt: skip


def leave_on_paper(room: Room, made: Preview, *, reason: str, receiver: str) -> None:
    """The same for the printer: noted before it is given a page. Errors: as `exports.printed`."""
    needs_counsellor(room)
    files = {made.file_name + ".pdf": made.pdf}
    filing = _filing(room, made, files)
    exports.printed(
        room, files, kind=made.definition.title, students=students_on(made), reason=reason, receiver=receiver,
        also=lambda session: session.add(filing),
    )  # fmt: skip


def students_on(made: Preview) -> tuple[str, ...]:
    """The students who have a row of their own on it, with or without their names."""
    return made.filled.students


def _filing(room: Room, made: Preview, files: Mapping[str, bytes]) -> Filing | CaseFiling:
    """What is kept of it: in the desk's file, or, of a confidential return, in the counsellors'."""
    filing = checked(
        FilingFields,
        {
            "kind": made.definition.code,
            "span": made.term,
            "made_on": made.made_on,
            "at": room.now().isoformat(timespec="seconds"),
            "person": room.person.id,
            "files": json.dumps({n: hashlib.sha256(data).hexdigest() for n, data in files.items()}, ensure_ascii=False),
            "figures": _kept(made),
            "head": made.digest,
        },
    )
    table = CaseFiling if made.definition.confidential else Filing
    return table(**filing.model_dump())


def _drain(work: Generator[Any, None, Preview]) -> Preview:
    while True:
        try:
            next(work)
        except StopIteration as done:
            value: Preview = done.value
            return value


def _foot(room: Room, day: date) -> str:
    """The heads of both chains, so that the paper vouches for the records at school."""
    heads = []
    for schema, word in (("main", "A"), ("cases", "B")):
        if schema in room.schemas:
            number, digest = head_of(room, schema)
            heads.append(f"{word}{number} {digest}")
    return f"记录摘要 {day.isoformat()} " + " ".join(heads)


# ---- where a figure comes from ---------------------------------------------------------------------------------


def figure_rows(room: Room, made: Preview, figure_id: str) -> list[SourceRow]:
    """The records behind a figure, in order; what they add sums up to it. Errors: `NotFound`, `NeedsCounsellor`."""
    needs_counsellor(room)
    parts = made.filled.traces.get(figure_id)
    if parts is None:
        raise NotFound(what="这个数字")
    return return_rows.told(room, parts) if made.definition.confidential else _told(room, parts)


def _told(room: Room, parts: Parts) -> list[SourceRow]:
    """Each record said in words; one that has gone since is said so."""
    school = context(room)
    days = _span_of(room, parts)
    known: dict[str, SourceRow] = {}
    with room.read() as session:
        for opening in ask_openings.openings(session, *days):
            until = span(opening.starts, opening.ends) if opening.ends is not None else f"{clock(opening.starts)}—"
            what = f"{day_name(opening.day)} {until}（{ORIGINS[opening.origin]}）"
            known[opening.id] = SourceRow(
                "opening", opening.id, opening.day, what, school.people.get(opening.person, ""), 0
            )
        wanted = {id for id, _ in parts}
        visits = [v for v in ask_bookings.visits(session, *days) if v.id in wanted]
        bookings = [b for b in ask_bookings.bookings(session, *days) if b.id in wanted]
        names = Names.of(session, school, [*visits, *bookings])
        for visit in visits:
            until = span(visit.starts, visit.ends) if visit.ends is not None else f"{clock(visit.starts)}—"
            kind = f"{CLIENTS[visit.client]} · {FORMS[visit.form]} · {CHANNELS[visit.channel]}"
            known[visit.id] = SourceRow(
                "visit", visit.id, visit.day, f"{day_name(visit.day)} {until} {kind}", names.who(visit), 0
            )
        for booking in bookings:
            what = f"{day_name(booking.day)} {span(booking.starts, booking.ends)} {OUTCOMES[booking.outcome]}"
            known[booking.id] = SourceRow("booking", booking.id, booking.day, what, names.who(booking), 0)
        for slot in ask_openings.whole_template(session):
            what = f"每周{WEEKDAYS[slot.weekday - 1]} {span(slot.starts, slot.ends)}"
            known[slot.id] = SourceRow("slot", slot.id, None, what, school.people.get(slot.person, ""), 0)
        for change in ask_bookings.exceptions(session, *days):
            what = f"{day_name(change.day)} {span(change.starts, change.ends)} 临时加开"
            known[change.id] = SourceRow(
                "exception", change.id, change.day, what, school.people.get(change.person, ""), 0
            )
    found = []
    for id, adds in parts:
        row = known.get(id) or SourceRow("gone", id, None, "这条记录后来被删除了", "", 0)
        found.append(SourceRow(row.kind, row.id, row.day, row.what, row.who, adds))
    return found


def _span_of(room: Room, parts: Parts) -> tuple[date, date]:
    """All semesters: the records behind a figure lie in one of them."""
    terms = context(room).terms
    return min(t.monday(1) for t in terms), max(t.ends for t in terms)


# ---- what went out --------------------------------------------------------------------------------------------


def _kept(made: Preview) -> str:
    """Every figure with the records behind it: ids once, then for each figure the positions by what they add."""
    positions: dict[str, int] = {}
    figures = {}
    for id, figure in made.figures.items():
        by_adds: dict[int, list[int]] = {}
        for record, adds in made.filled.traces[id]:
            if adds:
                by_adds.setdefault(adds, []).append(positions.setdefault(record, len(positions)))
        figures[id] = {"text": figure.text, "rows": by_adds}
    return json.dumps({"records": list(positions), "figures": figures}, ensure_ascii=False, separators=(",", ":"))


def filings(room: Room) -> list[PastFiling]:
    """What went out before, newest first. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    titles = {found.code: found.title for found in definitions()}
    people = context(room).people
    with room.read() as session:
        rows = [*ask.filings(session), *ask_confidential.filings(session)]
    rows.sort(key=lambda row: row.id, reverse=True)
    return [
        PastFiling(
            row.id,
            row.kind,
            titles.get(row.kind, row.kind),
            row.span,
            row.made_on,
            row.at,
            people.get(row.person, ""),
            tuple(json.loads(row.files).items()),
            row.head,
        )
        for row in rows
    ]


def filed_figures(room: Room, filing_id: str) -> Mapping[str, tuple[str, Parts]]:
    """What a filing said: for each figure its text as printed and the records behind it. Errors: `NotFound`."""
    needs_counsellor(room)
    with room.read() as session:
        text = ask.figures_of(session, filing_id) or ask_confidential.figures_of(session, filing_id)
    if text is None:
        raise NotFound(what="这份上报记录")
    kept = json.loads(text)
    records: list[str] = kept["records"]

    def parts(rows: Mapping[str, Iterable[int]]) -> Parts:
        return tuple(
            (records[at], int(adds)) for at, adds in sorted((at, n) for n, all_at in rows.items() for at in all_at)
        )

    return {id: (figure["text"], parts(figure["rows"])) for id, figure in kept["figures"].items()}


def filed_rows(room: Room, filing_id: str, figure_id: str) -> list[SourceRow]:
    """The records behind a figure that went out, as they are known today. Errors: `NotFound`."""
    figures = filed_figures(room, filing_id)
    if figure_id not in figures:
        raise NotFound(what="这个数字")
    with room.read() as session:
        confidential = ask_confidential.figures_of(session, filing_id) is not None
    return (return_rows.told if confidential else _told)(room, figures[figure_id][1])
