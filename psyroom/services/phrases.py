"""Phrases for the form, found by pinyin: those the program brings, everybody's, and one's own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.paths import resource
from psyroom.records.care import FeedbackFields
from psyroom.records.fields import checked, label_of
from psyroom.records.notes import NoteFields, Phrase
from psyroom.records.talks import TalkFields
from psyroom.rules import spelling
from psyroom.rules.notes import TEXTS
from psyroom.services.rights import needs_counsellor
from psyroom.store.questions import notes as ask
from psyroom.store.room import Room

TALK = "talk"
"""The part of a talk of the semester: its points."""
PARENTS = {"parents_study": "study", "parents_life": "life", "parents_advice": "advice"}
"""Parts of what the parents are told, and the fields they are for."""
PARTS = (*TEXTS, "hospital_says", TALK, *PARENTS)
"""Fields a phrase may belong to; empty for any."""


def part_name(part: str) -> str:
    """The field as it is called."""
    if part in PARENTS:
        return f"家校反馈的{label_of(FeedbackFields, PARENTS[part])}"
    return f"谈话的{label_of(TalkFields, 'points')}" if part == TALK else label_of(NoteFields, part)


@dataclass(frozen=True, repr=False)
class PhraseSeen:
    """`part`: the field it suits, empty for any. `own`: this person's; `fixed`: the program brings it."""

    id: str
    text: str
    part: str
    own: bool
    fixed: bool = False


@lru_cache(maxsize=1)
def _brought() -> tuple[PhraseSeen, ...]:
    data = json.loads(resource("notes", "phrases.json").read_text(encoding="utf-8"))
    return tuple(PhraseSeen(row["id"], row["text"], row["part"], False, True) for row in data["phrases"])


def find(room: Room, typed: str, part: str = "") -> list[PhraseSeen]:
    """The phrases a typed text finds (pinyin, its first letters, or characters): those that begin with it before those
    that hold it, those of the part before others, one's own first. Nothing typed: those that suit the part."""
    needs_counsellor(room)
    with room.read() as session:
        rows = ask.phrases(session, room.person.id)
    own = [PhraseSeen(row.id, row.text, row.part, row.person == room.person.id) for row in rows]
    found = []
    for place, phrase in enumerate((*own, *_brought())):
        if not typed.strip() and part and phrase.part not in ("", part):
            continue
        at = spelling.place_of(typed, phrase.text)
        if at is not None:
            found.append((phrase.part != part, at > 0, not phrase.own, place, phrase))
    return [phrase for *_, phrase in sorted(found, key=lambda one: one[:4])]


def add(room: Room, text: str, part: str = "", *, shared: bool = False) -> str:
    """A phrase of one's own, or everybody's; returns its id. Errors: `NotValid`."""
    needs_counsellor(room)
    fields = _shaped(text, part)
    with room.write("添加常用语") as deed:
        person = "" if shared else room.person.id
        if any(row.text == fields.text and row.part == part for row in ask.phrases(deed.session, room.person.id)):
            raise NotValid({"text": "已经有这条常用语了"})
        row = Phrase(text=fields.text, part=part, person=person)
        deed.session.add(row)
        return row.id


def change(room: Room, phrase_id: str, text: str, part: str = "") -> None:
    """Another wording. Errors: `NotFound`, `Refused`, `NotValid`."""
    needs_counsellor(room)
    fields = _shaped(text, part)
    with room.write("修改常用语") as deed:
        row = _to_change(deed.session, room, phrase_id)
        row.text, row.part = fields.text, fields.part
        deed.session.add(row)


def remove(room: Room, phrase_id: str) -> None:
    """Errors: `NotFound`, `Refused` for one the program brings or a colleague's own."""
    needs_counsellor(room)
    with room.write("删除常用语") as deed:
        deed.session.delete(_to_change(deed.session, room, phrase_id))


def _shaped(text: str, part: str) -> Phrase:
    if part and part not in PARTS:
        raise NotValid({"part": "请从列表里选用在哪一栏"})
    return checked(Phrase, {"text": " ".join(text.split()), "part": part})


def _to_change(session: Session, room: Room, phrase_id: str) -> Phrase:
    if any(phrase.id == phrase_id for phrase in _brought()):
        raise Refused(why="这是程序自带的常用语，不能改；可以另存一条自己的。")
    row = session.get(Phrase, phrase_id)
    if row is None:
        raise NotFound(what="这条常用语")
    if row.person not in ("", room.person.id):
        raise Refused(why="这是另一位老师自己的常用语。")
    return row
