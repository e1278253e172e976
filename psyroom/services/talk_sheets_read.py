"""The class teachers' sheets read back: a dry run file by file and row by row, and taking it as one deed.

work = reading(room, paths, now)       # a generator: (done, of), then a DryRun; nothing is written
taken = take(room, dry, now)           # one deed, undoable

What a file says of itself is checked against the room: the class is the one the sheet was issued for, or the one most of
its children are in; a child of another class, another semester's or another school's sheet are told and not taken in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from psyroom.errors import Refused
from psyroom.intake import talk_sheet as intake
from psyroom.intake.talk_sheet import SheetRead
from psyroom.records.fields import checked
from psyroom.records.talks import Talk, TalkExcuse, TalkFields, TalkReceipt
from psyroom.rules import coverage as rule
from psyroom.rules import talk_sheet as sheet_rule
from psyroom.rules.time import TermSpan
from psyroom.services import coverage, talk_rules
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.services.talk_sheet_rows import (
    BLANK,
    CHANGED,
    NEW,
    PROBLEM,
    TALK,
    UNCHANGED,
    Child,
    Class,
    Home,
    Known,
    RowRead,
    changed,
    numbered,
    read_rows,
)
from psyroom.services.talk_sheets import came_back
from psyroom.store import history
from psyroom.store.questions import talk_sheets as ask
from psyroom.store.questions import talks as ask_talks
from psyroom.store.room import Room

__all__ = ["DryRun", "FileRead", "RowRead", "Taken", "reading", "take"]

LABEL = "读入班主任登记表"
NOBODY = "一行也没有填，没有读入；这个班仍算没有交"
STALE = "预览之后资料又有改动，请重新读一次再导入。"
OTHER_SCHOOL = "“{name}”是别的学校（或另一间辅导室）发出的表，没有读入。"
OTHER_TERM = "“{name}”是{term}的表，现在读的是{now}的，没有读入；那个学期补记的谈话，请在“录入”里写上当时的日期。"
NO_CLASS = "“{name}”认不出是哪个班的表：里面的学号、姓名和名册对不上，请检查是不是选错了文件。"
TOO_MANY = "文件超过 {most} 个，一个也没有读。请选只放着班主任表的文件夹。"
TWICE = "“{name}”和“{other}”是同一个文件，只读了一次。"


@dataclass(frozen=True, repr=False)
class FileRead:
    """A file. `refused`: the sentence why none of it was read, else empty; `locked`: only for want of a password; `rows`:
    every row that names somebody or says something; `notes`: what of the file was left out, in words."""

    name: str
    path: Path
    class_key: str = ""
    class_name: str = ""
    sheet: str = ""
    refused: str = ""
    rows: tuple[RowRead, ...] = ()
    notes: tuple[str, ...] = ()
    locked: bool = False
    of: Class = ("", 0, 0)
    sha256: str = ""

    def count(self, state: str) -> int:
        """Rows in a state (new, changed, unchanged, blank, problem)."""
        return sum(1 for row in self.rows if row.state == state)

    @property
    def came(self) -> bool:
        """Whether a teacher has handed in anything with it."""
        return not self.refused and any(row.state != BLANK for row in self.rows)


@dataclass(frozen=True, repr=False)
class DryRun:
    """What the files would do. `missing_classes`: keys of the classes whose sheet is out and has not come back, these
    files counted as come; `problems`: rows and whole files that were not taken."""

    files: tuple[FileRead, ...]
    missing_classes: tuple[str, ...]
    new: int
    changed: int
    unchanged: int
    problems: int
    term: str = ""
    stamp: tuple[int, int] = (0, 0)

    def as_json(self) -> dict[str, Any]:
        """As the command line says it. A file that was refused whole has no row (null)."""
        problems: list[dict[str, Any]] = []
        for file in self.files:
            if file.refused:
                problems.append({"file": file.name, "row": None, "reason": file.refused})
            problems += [
                {"file": file.name, "row": row.row, "reason": row.reason} for row in file.rows if row.state == PROBLEM
            ]
        return {
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "problems": problems,
            "missing_classes": list(self.missing_classes),
        }


@dataclass(frozen=True)
class Taken:
    """What was written; `receipts`: ids, one for each file that brought something; `deed`: empty where nothing was."""

    new: int
    changed: int
    unchanged: int
    problems: int
    receipts: tuple[str, ...]
    deed: str = ""


# ---- the dry run --------------------------------------------------------------------------------------------------


def reading(
    room: Room, paths: Sequence[Path | str], now: datetime, *, passwords: Sequence[str] = (), term: str = ""
) -> Generator[tuple[int, int], None, DryRun]:
    """A dry run over files and folders; writes nothing. Yields (done, of). `passwords`: others to try, where a teacher
    changed one; `term`: another semester than the present, to read what came late. Errors: `NeedsCounsellor`,
    `Refused` for more files than anybody hands in."""
    needs_counsellor(room)
    files = intake.files_in([Path(path) for path in paths])
    if len(files) > intake.MOST_FILES:
        raise Refused(why=TOO_MANY.format(most=intake.MOST_FILES))
    yield 0, len(files)
    around = _Around(room, now, term)
    read: dict[int, SheetRead] = {}
    for number, one in intake.read_sheets(files, around.passwords(passwords)):
        read[number] = one
        yield len(read), len(files)
    found: list[FileRead] = []
    seen: dict[str, str] = {}
    for number in range(len(files)):
        one = read[number]
        other = seen.setdefault(one.sha256, one.name) if one.sha256 else ""
        twice = bool(one.sha256) and any(one.sha256 == file.sha256 for file in found)
        found.append(around.file(one, twice_of=other if twice else ""))
    return around.dry_run(_agreed(found))


class _Around:
    """The room at the moment of reading."""

    def __init__(self, room: Room, now: datetime, code: str) -> None:
        self.room = room
        self.school: SchoolContext = context(room)
        self.term: TermSpan = self.school.term(code) if code else self.school.term_on(now.date())
        first, last = rule.span(self.term, self.school.terms)
        self.counted = coverage.of(room, now, self.term.code)
        with room.snapshot() as session:
            self.stamp = ask_talks.stamp(session)
            self.sheets = ask.sheets(session)
            ours = [sheet.id for sheet in self.sheets if sheet.term == self.term.code]
            talks = ask.talks(session, first, last, ours)
            excuses = {row.student: row for row in ask.excuses(session, self.term.code)}
            self.receipts = ask.receipts(session, self.term.code)
            children = ask_talks.children(session)
            self.teachers = talk_rules.teachers_in(session)
        self.called_on = rule.called_on(self.term)
        by_student: dict[str, list[Any]] = {}
        for talk in talks:
            by_student.setdefault(talk.student, []).append(talk)
        self.known = Known(
            self.term.code, self.term.name, first, last, now.date(),
            {row.id: self._child(row) for row in children}, by_student, excuses, self._edited,
        )  # fmt: skip

    def _child(self, row: Any) -> Child:
        of = (row.stage, row.cohort, row.class_no)
        return Child(row.id, row.name, row.number, row.sex, of, self._name(of), row.status, row.status_since)

    def _key(self, of: Class) -> str:
        return next((c.key for c in self.counted.classes if (c.stage, c.cohort, c.class_no) == of), "") or (
            self.school.class_key(*of, self.called_on)
        )

    def _name(self, of: Class) -> str:
        return self.school.class_name(*of, self.called_on)

    def _edited(self, talk: Any) -> bool:
        """Whether a talk that a sheet brought says something else than what was read in last."""
        for change in reversed(history.history(self.room, Talk, talk.id)):
            if change.what == LABEL and change.after:
                kept = {**change.after, "day": str(change.after.get("day"))}
                return any(kept.get(code) != (str(talk.day) if code == "day" else getattr(talk, code)) for code in TALK)
        return False

    # ---- passwords ----------------------------------------------------------------------------------------------

    def passwords(self, typed: Sequence[str]) -> Callable[[str], list[str]]:
        """For a file's name: its class's own first (the newest sheet before older ones), then what was typed, then all
        others."""
        by_name: list[tuple[str, str]] = []
        for sheet in reversed(self.sheets):
            if sheet.password:
                by_name.append((self._name((sheet.stage, sheet.cohort, sheet.class_no)), sheet.password))
        names = sorted({name for name, _ in by_name}, key=len, reverse=True)

        def likely(file: str) -> list[str]:
            plain = sheet_rule.plain(file)
            guessed = next((name for name in names if _mentions(plain, name)), "")
            first = [password for name, password in by_name if name == guessed]
            return list(dict.fromkeys([*first, *typed, *(password for _, password in by_name)]))

        return likely

    # ---- a file -------------------------------------------------------------------------------------------------

    def file(self, one: SheetRead, *, twice_of: str = "") -> FileRead:
        name = one.name
        blank = FileRead(name, one.path, notes=tuple(one.notes), locked=one.locked, sha256=one.sha256)
        if one.refused:
            return replace(blank, refused=one.refused)
        if twice_of:
            return replace(blank, refused=TWICE.format(name=name, other=twice_of))
        if one.marks.get("room", self.room.id) != self.room.id:
            return replace(blank, refused=OTHER_SCHOOL.format(name=name))
        issued = next((sheet for sheet in self.sheets if sheet.id == one.marks.get("sheet")), None)
        if (late := issued.term if issued is not None else self._other_term(one)) not in ("", self.term.code):
            said = (
                self.school.term(late).name
                if any(t.code == late for t in self.school.terms)
                else f"{sheet_rule.legible(late, 8)} 学期"
            )
            return replace(blank, refused=OTHER_TERM.format(name=name, term=said, now=self.term.name))
        of = (issued.stage, issued.cohort, issued.class_no) if issued is not None else self._class_of(one)
        if of is None:
            return replace(blank, refused=NO_CLASS.format(name=name))
        if issued is None:
            issued = self._opened_by(one, of)
        students = tuple(json.loads(issued.students)) if issued is not None else ()
        sheet = issued.id if issued is not None else ""
        rows = read_rows(one.rows, Home(of, self._name(of), sheet, students, self.teachers.get(of, "")), self.known)
        notes = one.notes if any(row.state != BLANK for row in rows) else [*one.notes, NOBODY]
        return replace(
            blank, class_key=self._key(of), class_name=self._name(of), sheet=sheet, rows=tuple(rows),
            notes=tuple(notes), of=of,
        )  # fmt: skip

    @staticmethod
    def _other_term(one: SheetRead) -> str:
        """The semester that a sheet no longer known here says it is of."""
        return one.marks.get("term", "")

    def _opened_by(self, one: SheetRead, of: Class) -> Any:
        """The sheet a file without its hidden part came from: the one whose password opened it, else the class's newest."""
        mine = [s for s in self.sheets if s.term == self.term.code and (s.stage, s.cohort, s.class_no) == of]
        fitting = [sheet for sheet in mine if one.password and sheet.password == one.password]
        return next(iter(fitting or mine[::-1]), None)

    def _class_of(self, one: SheetRead) -> Class | None:
        """The class most of the children are in; the file's name decides between two of the same number."""
        votes: dict[Class, int] = {}
        for row in one.rows:
            number, name = row.text("number"), sheet_rule.plain(row.text("name"))
            children = self.known.by_number.get(numbered(number), []) if number else []
            children = [child for child in children if not name or sheet_rule.plain(child.name) == name]
            for child in children or self.known.by_name.get(name, []):
                votes[child.of] = votes.get(child.of, 0) + 1
        if not votes:
            return None
        most = max(votes.values())
        best = [of for of, count in votes.items() if count == most]
        plain = sheet_rule.plain(one.path.name)
        named = [of for of in best if _mentions(plain, self._name(of))]
        return best[0] if len(best) == 1 else named[0] if len(named) == 1 else None

    # ---- all of them --------------------------------------------------------------------------------------------

    def dry_run(self, files: Sequence[FileRead]) -> DryRun:
        out = {(s.stage, s.cohort, s.class_no): s for s in self.sheets if s.term == self.term.code}
        back = came_back(out, self.receipts).keys() | {f.of for f in files if f.came}
        missing = [
            line.key
            for line in self.counted.classes
            if (of := (line.stage, line.cohort, line.class_no)) not in back and (not out or of in out)
        ]
        new, changes, unchanged, problems = (sum(f.count(s) for f in files) for s in (NEW, CHANGED, UNCHANGED, PROBLEM))
        refused = sum(1 for file in files if file.refused)
        return DryRun(
            tuple(files), tuple(missing), new, changes, unchanged, problems + refused, self.term.code, self.stamp
        )


def _mentions(plain: str, class_name: str) -> bool:
    """Whether a file's name names a class: 七年级1班 is not in 七年级11班."""
    wanted = sheet_rule.plain(class_name)
    at = plain.find(wanted)
    return at >= 0 and not (wanted[:1].isdigit() and plain[at - 1 : at].isdigit())


def _agreed(files: Sequence[FileRead]) -> list[FileRead]:
    """The same child in several files: a fuller row stands for one it holds whole; where they differ none is taken."""
    places: dict[str, list[tuple[int, int]]] = {}
    for at, file in enumerate(files):
        for place, row in enumerate(file.rows):
            if row.filled and row.typed and not (row.state == UNCHANGED and row.reason.startswith("与第")):
                places.setdefault(row.student, []).append((at, place))
    rows = [list(file.rows) for file in files]
    for several in places.values():
        if len({at for at, _ in several}) < 2:
            continue
        found = [(at, place, rows[at][place]) for at, place in several]
        at, place, fullest = max(found, key=lambda item: len(item[2].typed))
        whole = all(row.typed.items() <= fullest.typed.items() for _, _, row in found)
        for here, spot, row in found:
            if (here, spot) == (at, place) and whole:
                continue
            other = (
                (at, fullest)
                if (here, spot) != (at, place)
                else next((a, r) for a, p, r in found if (a, p) != (at, place))
            )
            where = f"“{files[other[0]].name}”第 {other[1].row} 行"
            if whole:
                same = row.typed == fullest.typed
                rows[here][spot] = changed(
                    row, UNCHANGED, f"{'与' if same else ''}{where}{'相同' if same else '填得更全，用那一行'}"
                )
            else:
                rows[here][spot] = changed(row, PROBLEM, f"和{where}填得不一样，两行都没有读入；请留下要的那一份再读")
    return [replace(file, rows=tuple(rows[at])) for at, file in enumerate(files)]


# ---- taking it ----------------------------------------------------------------------------------------------------


def take(room: Room, dry: DryRun, now: datetime) -> Taken:
    """Write what the dry run says as one deed, undoable, with a receipt for each file that brought something; nothing is
    written where none did. Errors: `Refused` where the room has changed since the dry run, `SaveFailed`."""
    needs_counsellor(room)
    came = [file for file in dry.files if file.came]
    if not came:
        return Taken(0, 0, 0, dry.problems, ())
    receipts = []
    with room.write(LABEL) as deed:
        session = deed.session
        if ask_talks.stamp(session) != dry.stamp:
            raise Refused(why=STALE)
        refs = [row.ref for file in came for row in file.rows if row.state == CHANGED]
        talks, excuses = ask.talk_rows(session, refs), ask.excuse_rows(session, refs)
        for file in came:
            for row in file.rows:
                if row.state == NEW and "excuse" in row.after:
                    session.add(
                        TalkExcuse(
                            student=row.student, term=dry.term, reason=row.after["excuse"], day=now.date(),
                            sheet=file.sheet, person=room.person.id,
                        )
                    )  # fmt: skip
                elif row.state == NEW:
                    fields = checked(TalkFields, {"student": row.student, **row.after})
                    session.add(
                        Talk(
                            **fields.model_dump(), origin="sheet", sheet=file.sheet, person=room.person.id,
                            made_at=room.now().isoformat(timespec="seconds"),
                        )
                    )  # fmt: skip
                elif row.ref in excuses:
                    excuses[row.ref].sqlmodel_update({"reason": row.after["excuse"], "sheet": file.sheet})
                    session.add(excuses[row.ref])
                elif row.state == CHANGED:
                    talk = talks[row.ref]
                    talk.sqlmodel_update({**row.after, "sheet": file.sheet or talk.sheet})
                    session.add(talk)
            receipts.append(_receipt(room, file, dry))
        session.add_all(receipts)
        ids = tuple(receipt.id for receipt in receipts)
    return Taken(dry.new, dry.changed, dry.unchanged, dry.problems, ids, deed.id)


def _receipt(room: Room, file: FileRead, dry: DryRun) -> TalkReceipt:
    stage, cohort, class_no = file.of
    return TalkReceipt(
        sheet=file.sheet, term=dry.term, stage=stage, cohort=cohort, class_no=class_no, name=file.name[:200],
        sha256=file.sha256, new=file.count(NEW), changed=file.count(CHANGED), unchanged=file.count(UNCHANGED),
        problems=file.count(PROBLEM), at=room.now().isoformat(timespec="seconds"), person=room.person.id,
    )  # fmt: skip
