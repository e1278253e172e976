"""Attachments: a photograph of a sand tray, a drawing, a scanned signed slip. Put in, shown, described, taken off.

Photographs are made to fit, and whatever a camera wrote beside the picture (place, time, device) is thrown away, also
where the original is asked for: where a child was is nobody's business. What lies in a note is its writer's; what lies
with a student is every counsellor's. Opening what a colleague put in is kept (`reading`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from psyroom.errors import BadFile, FileMissing, NotFound, NotValid, Refused, SaveFailed
from psyroom.intake import pictures
from psyroom.intake.pictures import Drawn as Drawn
from psyroom.records.attachments import ATTACHED, LARGEST, PICTURE, Attachment, AttachmentFields
from psyroom.records.fields import checked
from psyroom.records.notes import Note
from psyroom.records.students import Student
from psyroom.services import note_lock, reading
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.store import files
from psyroom.store.questions import attachments as ask
from psyroom.store.questions import notes as ask_notes
from psyroom.store.room import Room

OPENED_FOR = timedelta(hours=2)
"""How long the attachments of a colleague's note open after the note itself was opened with a reason."""
PATTERNS = pictures.PATTERNS
MOST_AT_ONCE = 20
SMALL = 512
"""Pixels of the longer side of a small picture."""
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')


class TooLarge(Refused):
    """A file over the limit."""

    def __init__(self, name: str, size: int) -> None:
        much = f"{size / 1024 / 1024:.1f}".removesuffix(".0")
        super().__init__(
            why=f"“{name}”有 {much} MB，每个附件最多 {LARGEST // 1024 // 1024} MB。照片请在手机上选小一档再传；"
            "扫描件请用 150 到 200 dpi 灰度重扫，或分成几个文件。"
        )


@dataclass(frozen=True, repr=False)
class AttachedSeen:
    """One attachment as a list shows it. `at` in UTC; `size` in bytes; `shown`: whether the program can show it."""

    id: str
    student: str
    note: str
    kind: str
    caption: str
    name: str
    day: date
    media: str
    size: int
    who: str
    at: str
    mine: bool
    may_change: bool

    @property
    def kind_name(self) -> str:
        return ATTACHED.get(self.kind, "")

    @property
    def shown(self) -> bool:
        return pictures.is_shown(self.media)

    @property
    def is_pdf(self) -> bool:
        return self.media == pictures.PDF


@dataclass(frozen=True, repr=False)
class Added:
    """What was put in, and a sentence for each file that was not."""

    ids: tuple[str, ...]
    refused: tuple[str, ...]


# ---- putting in ------------------------------------------------------------------------------------------------


def read_file(path: Path) -> tuple[str, bytes]:
    """Name and bytes of a file a person picked. Errors: `BadFile` and its kin, `TooLarge` before it is read."""
    name = plain_name(path.name)
    try:
        if path.is_dir():
            raise BadFile(name=name, why="这是文件夹，请把里面的文件放进来")
        if not path.is_file():
            raise FileMissing(name=name)
        if (size := path.stat().st_size) > LARGEST:
            raise TooLarge(name, size)
        with path.open("rb") as file:
            return name, file.read(LARGEST + 1)
    except (OSError, ValueError):
        raise BadFile(name=name, why="没有权限或文件正被占用，请关闭正在打开它的软件再试") from None


def plain_name(name: str) -> str:
    """A name a file may have anywhere, at most 120 characters long."""
    name = _FORBIDDEN.sub("_", name).strip(" .") or "附件"
    suffix = Path(name).suffix[:10]
    return name if len(name) <= 120 else name[: 120 - len(suffix)] + suffix


def add(
    room: Room,
    name: str,
    data: bytes,
    *,
    student: str = "",
    note: str = "",
    kind: str = "other",
    caption: str = "",
    day: date | None = None,
    original: bool = False,
    also: Callable[[Session, Sequence[str]], None] | None = None,
) -> AttachedSeen:
    """Put one file in, with a student or into one's own note (also a locked one: it bears the day it was added).
    `also`: what the same deed does with the ids of what was put in.

    Errors: `TooLarge`, `BadFile`, `NotFound`, `NotYours`, `NotValid`, `SaveFailed`."""
    needs_counsellor(room)
    fields = _fields(room, {"student": student, "note": note, "kind": kind, "caption": caption, "day": day}, name)
    _may_add(room, student, note)
    (id,) = _keep(room, [(fields, _taken(name, data, original))], also)
    return next(seen for seen in of(room, student=student, note=note) if seen.id == id)


def add_files(
    room: Room,
    given: Iterable[Path | tuple[str, bytes]],
    *,
    student: str = "",
    note: str = "",
    kind: str = "other",
    day: date | None = None,
    original: bool = False,
) -> Added:
    """Put several files in, as paths or as (name, bytes), in one deed. What cannot be taken is told, the others are kept.

    Errors: `NotFound`, `NotYours`, `NotValid`, `SaveFailed`; `Refused` when there are too many at once."""
    needs_counsellor(room)
    given = list(given)
    if len(given) > MOST_AT_ONCE:
        raise Refused(why=f"一次最多放 {MOST_AT_ONCE} 个文件，现在是 {len(given)} 个，请分几次放。")
    _may_add(room, student, note)
    taken, refused = [], []
    for one in given:
        try:
            name, data = read_file(one) if isinstance(one, Path) else one
            values = {"student": student, "note": note, "kind": kind, "day": day}
            taken.append((_fields(room, values, name), _taken(name, data, original)))
        except (BadFile, TooLarge) as error:
            refused.append(str(error))
    return Added(tuple(_keep(room, taken)) if taken else (), tuple(refused))


def _fields(room: Room, values: Mapping[str, Any], name: str) -> AttachmentFields:
    if bool(values["student"]) == bool(values["note"]):
        raise ValueError("an attachment lies with a student or in a note")
    fields = checked(AttachmentFields, {**values, "name": plain_name(name), "day": values["day"] or room.today()})
    _past(room, fields.day)
    return fields


def _past(room: Room, day: date) -> None:
    if day > room.today():
        raise NotValid({"day": "日期还没到，请检查"})


def _taken(name: str, data: bytes, original: bool) -> pictures.Taken:
    name = plain_name(name)
    if len(data) > LARGEST:
        raise TooLarge(name, len(data))
    taken = pictures.take_in(name, data, most=PICTURE, original=original)
    if len(taken.data) > LARGEST:  # an original, written anew without what stood beside it
        raise TooLarge(name, len(taken.data))
    return taken


def may_add(room: Room, *, student: str = "", note: str = "") -> bool:
    """Whether this person may put something there: with a student, or into one's own note."""
    needs_counsellor(room)
    try:
        _may_add(room, student, note)
    except (NotFound, note_lock.NotYours):
        return False
    return True


def _may_add(room: Room, student: str, note: str) -> None:
    """Before the work: whether the deed would be refused."""
    with room.read() as session:
        _owner(session, room, student, note)


def _owner(session: Session, room: Room, student: str, note: str) -> None:
    if note:
        note_lock.own_note(session, room, note)
    elif session.get(Student, student) is None:
        raise NotFound(what="这名学生")


def _keep(
    room: Room,
    taken: Sequence[tuple[AttachmentFields, pictures.Taken]],
    also: Callable[[Session, Sequence[str]], None] | None = None,
) -> list[str]:
    """Contents first, whole on the disk, then the rows that name them, in one deed with what else it does."""
    stored: list[files.Stored] = []
    try:
        for _, one in taken:
            stored.append(files.put(room, one.data))
    except SaveFailed:
        for done in stored:
            files.forget(room, done)
        raise
    with room.write("添加附件") as deed:
        rows = []
        for (fields, one), kept in zip(taken, stored, strict=True):
            _owner(deed.session, room, fields.student, fields.note)
            values = {**fields.model_dump(), "name": plain_name(one.name), "media": one.media, **vars(kept)}
            rows.append(Attachment(**values, person=room.person.id, at=deed.at))
        deed.session.add_all(rows)
        if also is not None:
            deed.session.flush()
            also(deed.session, [row.id for row in rows])
    return [row.id for row in rows]


# ---- reading ---------------------------------------------------------------------------------------------------


def of(room: Room, *, student: str = "", note: str = "") -> list[AttachedSeen]:
    """What lies in a note, or with a student: then also what lies in those of the student's notes this person may read.
    Newest day first. Errors: `NotFound`, `NeedsReason`."""
    needs_counsellor(room)
    school = context(room)
    with room.snapshot() as session:
        if note:
            _may_read_note(session, room, note)
            rows = ask.of_notes(session, [note])
        else:
            notes = ask.readable_notes(session, student, room.person.id)
            rows = ask.of_student(session, student) + ask.of_notes(session, notes)
        open_notes = {ref: _is_open(session, room, ref) for ref in {row.note for row in rows} - {""}}
    rows = sorted(rows, key=lambda row: (row.day, row.at, row.id), reverse=True)
    return [_seen(room, school, row, not row.note or open_notes[row.note]) for row in rows]


def _seen(room: Room, school: SchoolContext, row: Any, may_change: bool) -> AttachedSeen:
    return AttachedSeen(
        row.id, row.student, row.note, row.kind, row.caption, row.name, row.day, row.media, row.size,
        school.people.get(row.person, ""), row.at, row.person == room.person.id, may_change,
    )  # fmt: skip


def _is_open(session: Session, room: Room, note: str) -> bool:
    """Whether this person may change what lies in a note."""
    row = note_lock.found(session, note)
    return row.writer == room.person.id and note_lock.state(session, row, room.now()) != "locked"


def _may_read_note(session: Session, room: Room, note: str) -> None:
    """Raise `NeedsReason` for a colleague's note that is neither shared nor was just opened with a reason."""
    row = note_lock.found(session, note)
    since = (room.now() - OPENED_FOR).isoformat(timespec="seconds")
    if not note_lock.may_read(room, row) and not ask.opened_since(session, room.person.id, note, since):
        raise note_lock.NeedsReason


def _found(session: Session, room: Room, attachment_id: str) -> Attachment:
    row = session.get(Attachment, attachment_id)
    if row is None:
        raise NotFound(what="这个附件")
    if row.note:
        _may_read_note(session, room, row.note)
    return row


def data(room: Room, attachment_id: str) -> bytes:
    """The content, to be shown whole or taken out. What a colleague put in is kept as opened before it is given.

    Errors: `NotFound`, `NeedsReason`, `AttachmentDamaged`, `SaveFailed`."""
    needs_counsellor(room)
    with room.read() as session:
        row = _found(session, room, attachment_id)
        note = session.get(Note, row.note) if row.note else None
        owner = note.writer if note is not None else row.person
        students = ask_notes.students_of(session, [row.note]).get(row.note, []) if row.note else [row.student]
    content = files.get(room, row)
    if owner != room.person.id:
        for student in students or [""]:
            reading.log(room, "attachment", student=student, note=row.note)
    return content


def small(room: Room, attachment_id: str, edge: int) -> Drawn:
    """A small picture of it for a list, of a PDF its first page; never larger than `SMALL`, for it is not kept as an
    opening. Errors: as `data`; `BadFile` where it has no picture."""
    needs_counsellor(room)
    edge = min(edge, SMALL)
    with room.read() as session:
        row = _found(session, room, attachment_id)
    return pictures.drawn(row.name, row.media, files.get(room, row), edge=edge)


def drawn(seen: AttachedSeen, content: bytes, *, page: int = 0, edge: int) -> Drawn:
    """A content that was read, as a picture no side of which is longer than `edge` pixels; of a PDF one page (from 0).

    Errors: `BadFile`."""
    return pictures.drawn(seen.name, seen.media, content, page=page, edge=edge)


def students_of(room: Room, attachment_id: str) -> tuple[str, ...]:
    """Whose it is: the student, or those of its note. Errors: `NotFound`, `NeedsReason`."""
    needs_counsellor(room)
    with room.read() as session:
        row = _found(session, room, attachment_id)
        return tuple(ask_notes.students_of(session, [row.note]).get(row.note, ())) if row.note else (row.student,)


# ---- changing --------------------------------------------------------------------------------------------------


def _changeable(session: Session, room: Room, attachment_id: str) -> Attachment:
    row = _found(session, room, attachment_id)
    if row.note:
        note_lock.open_note(session, room, row.note, room.now())
    return row


def change(
    room: Room, attachment_id: str, *, kind: str | None = None, caption: str | None = None, day: date | None = None
) -> None:
    """Describe it anew; what is None stays. Errors: `NotFound`, `NotYours`, `NoteLocked`, `NotValid`."""
    needs_counsellor(room)
    with room.write("修改附件说明") as deed:
        row = _changeable(deed.session, room, attachment_id)
        wanted = {"kind": kind, "caption": caption, "day": day}
        values = {name: getattr(row, name) for name in AttachmentFields.model_fields}
        fields = checked(AttachmentFields, values | {k: v for k, v in wanted.items() if v is not None})
        _past(room, fields.day)
        for name in wanted:
            setattr(row, name, getattr(fields, name))
        deed.session.add(row)


def remove(room: Room, attachment_id: str) -> None:
    """Take it off: into the recycle bin, its content with it. Errors: `NotFound`, `NotYours`, `NoteLocked`."""
    needs_counsellor(room)
    with room.write("删除附件") as deed:
        deed.session.delete(_changeable(deed.session, room, attachment_id))
