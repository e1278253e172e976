"""A student's time line as a paper, in the kinds that were chosen. It leaves the room through the one dialog.

What stands on it is what this person may read: a colleague's note that is not shared is a line without words, a private
note is nowhere. In the note of a group the other children are not named. The head of the chain stands small at the foot, so
that the paper vouches for the records at school.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from psyroom.errors import NotValid
from psyroom.reports import timeline_paper as papers
from psyroom.reports.recovery import chinese_date
from psyroom.rules.masking import hide, masked
from psyroom.rules.typed import clock
from psyroom.services import exports, roll, timeline
from psyroom.services.hours import local_now
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.services.sheets import Made
from psyroom.services.timeline_lines import KINDS, Line
from psyroom.store.questions import notes as ask_notes
from psyroom.store.room import Room

_WRITTEN = {"note": "：", "contact": "：", "talk": "：", "attachment": " · "}
"""What stands in a title before words of somebody's own."""


def made(
    room: Room,
    student: str,
    kinds: Collection[str],
    now: datetime | None = None,
    *,
    bodies: bool = False,
    mask: bool = False,
) -> Made:
    """The time line in these kinds (`timeline.KINDS`) as a paper, the first day first. `bodies`: with what was written;
    `mask`: name and class are hidden, in what was written too. Errors: `NeedsCounsellor`, `NotFound`, `NotValid`."""
    needs_counsellor(room)
    if not kinds or set(kinds) - KINDS.keys():
        raise NotValid({"kinds": f"请至少选一种：{'、'.join(KINDS.values())}"})
    moment, school, entry = now or local_now(room), context(room), roll.entry(room, student)
    lines = [line for line in reversed(timeline.of(room, student)) if line.kind in kinds]
    hidden = _others(room, student, lines)
    if mask:
        hidden = {note: [*names, entry.name] for note, names in hidden.items()} | {"": [entry.name]}
    told = papers.TimelinePaper(
        name=masked(entry.name) if mask else entry.name,
        class_name=entry.grade if mask else entry.class_name,
        kinds="、".join(words for kind, words in KINDS.items() if kind in kinds),
        made_on=chinese_date(moment.date()),
        maker=room.person.name,
        lines=tuple(_told(line, bodies, hidden.get(line.note, hidden.get("", []))) for line in lines),
        masked=mask,
    )
    digest = exports.foot(room, moment.date())
    practice = school.practice or room.practice
    pdf, missing = papers.timeline_pdf(told, school.title, practice=practice, digest=digest)
    return Made(f"{papers.TITLE}_{moment.date().isoformat()}", pdf, None, missing)


def _told(line: Line, bodies: bool, hidden: list[str]) -> papers.Happened:
    hour = clock(line.starts) if line.starts is not None else ""
    title, body = line.title, line.body
    if not bodies:  # a topic and a file's name were written too
        title, body = title.partition(_WRITTEN.get(line.kind, "\n"))[0], ""
    what, detail, body = (hide(text, hidden) if hidden else text for text in (title, line.detail, body))
    return papers.Happened(line.day.isoformat(), hour, what, detail, body)


def _others(room: Room, student: str, lines: Collection[Line]) -> dict[str, list[str]]:
    """By note: the names of the other children in whose files it lies."""
    with room.read() as session:
        found = ask_notes.students_of(session, {line.note for line in lines if line.note})
    return {
        note: [name for other in whose if other != student and (name := roll.name_of(room, other))]
        for note, whose in found.items()
    }
