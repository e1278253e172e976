"""The roll in memory: finding a student while typing, the class tree, who has the same name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from psyroom.errors import NotFound
from psyroom.rules import classes, names
from psyroom.rules.time import school_year_of
from psyroom.services.school import SchoolContext, context
from psyroom.store.questions import students as ask
from psyroom.store.room import Room


@dataclass(frozen=True, repr=False)
class Entry:
    """A student as lists show one. Everything here lies in desk.db."""

    id: str
    name: str
    sex: str
    stage: str
    cohort: int
    class_no: int
    number: str
    status: str
    class_key: str
    class_name: str
    grade: str
    order: tuple[Any, ...]
    initials: frozenset[str]

    @property
    def here(self) -> bool:
        return self.status == "present"

    @property
    def left(self) -> bool:
        return self.status not in ("present", "suspended")


@dataclass
class _Kept:
    """The roll of one moment: it is true as long as no deed has been written since."""

    stamp: int
    day: date
    school: SchoolContext
    entries: list[Entry]
    by_id: dict[str, Entry]
    sounds: list[str] = field(default_factory=list)
    """What may be typed for each name; made at the first letters typed."""
    texts: list[str] = field(default_factory=list)
    class_words: dict[str, str] = field(default_factory=dict)


_kept: WeakKeyDictionary[Room, _Kept] = WeakKeyDictionary()


def _load(room: Room) -> _Kept:
    """The roll in memory, read anew when a deed has been written since or a day has begun."""
    day = room.today()
    with room.read() as session:
        stamp = ask.stamp(session)
        kept = _kept.get(room)
        if kept is not None and (kept.stamp, kept.day) == (stamp, day):
            return kept
        rows = ask.roll(session)
    school = context(room)
    # a deed that touched no student is the usual one: rows that are the same keep their entry
    same = kept is not None and kept.day == day and _names_alike(kept.school, school)
    before = kept.by_id if kept is not None and same else {}
    spoken: dict[tuple[str, int, int], tuple[str, str, str, tuple[Any, ...]]] = {}
    entries = []
    for row in rows:
        old = before.get(row[0])
        if old is not None and row[1:] == (
            old.name, old.sex, old.stage, old.cohort, old.class_no, old.number, old.status,
        ):  # fmt: skip
            entries.append(old)
            continue
        place = (row[3], row[4], row[5])
        if place not in spoken:
            spoken[place] = _spoken(school, *place, day)
        entries.append(
            Entry(
                row.id,
                row.name,
                row.sex,
                row.stage,
                row.cohort,
                row.class_no,
                row.number,
                row.status,
                *spoken[place],
                initials=names.initials(row.name),
            )
        )
    entries.sort(key=lambda e: (e.order, e.number, e.id))
    kept = _kept[room] = _Kept(stamp, day, school, entries, {e.id: e for e in entries})
    return kept


def _names_alike(a: SchoolContext, b: SchoolContext) -> bool:
    """Whether both call every class the same."""
    return (a.stage, a.system, dict(a.namings)) == (b.stage, b.system, dict(b.namings))


def _spoken(
    school: SchoolContext, stage: str, cohort: int, class_no: int, day: date
) -> tuple[str, str, str, tuple[Any, ...]]:
    """Class key, class name, grade and place in the order of classes."""
    order = classes.grade_order(stage, cohort, year=school_year_of(day), system=school.system)
    return (
        school.class_key(stage, cohort, class_no, day),
        school.class_name(stage, cohort, class_no, day),
        school.grade_name(stage, cohort, day),
        (*order, class_no),
    )


def everybody(room: Room, *, also_gone: bool = False) -> list[Entry]:
    """All students in class order; those who left only when asked for."""
    return [e for e in _load(room).entries if also_gone or not e.left]


def entry(room: Room, student: str) -> Entry:
    found = _load(room).by_id.get(student)
    if found is None:
        raise NotFound(what="这名学生")
    return found


def name_of(room: Room, student: str) -> str:
    """The student's name, or an empty text for an entry taken out."""
    found = _load(room).by_id.get(student)
    return found.name if found else ""


def find(room: Room, text: str, *, limit: int = 50, also_gone: bool = True) -> list[Entry]:
    """Students by part of the name, pinyin (initials or spelled, any reading), class, number; for a counsellor also
    by identity and registry number. Words are taken together: `zxy 七3`. Best first, those who left last."""
    words = text.split()
    if not words:
        return []
    kept = _load(room)
    private: set[str] = set()
    if room.has_cases and len(words) == 1 and len(words[0]) >= 6 and words[0].lstrip("Gg").rstrip("Xx").isdigit():
        with room.read() as session:
            private = set(ask.by_private_number(session, words[0]))
    per_word = [_by_sound(kept, w.lower()) if w.isascii() and w.isalpha() else _by_text(kept, w) for w in words]
    best = {at: max(scores[at] for scores in per_word) for at in per_word[0] if all(at in rest for rest in per_word)}
    if private:
        best.update((at, 0) for at, found in enumerate(kept.entries) if found.id in private)
    ranked = sorted(
        (score + (0 if kept.entries[at].here else 10), at)  # within a score in class order
        for at, score in best.items()
        if also_gone or not kept.entries[at].left
    )
    return [kept.entries[at] for _, at in ranked[:limit]]


def _by_sound(kept: _Kept, low: str) -> dict[int, int]:
    """The places in the roll which a word of letters fits, and how well: 1 best."""
    if not kept.sounds:
        kept.sounds = [names.key(found.name) for found in kept.entries]
    wanted = " " + low  # each spelling in a name's key follows a blank
    scores: dict[int, int] = {}
    for at in [at for at, key in enumerate(kept.sounds) if wanted in key]:
        initials = kept.entries[at].initials
        exact = low in initials
        scores[at] = 1 if exact else 2 if any(reading.startswith(low) for reading in initials) else 3
    if not scores:
        return {at: 4 for at, found in enumerate(kept.entries) if found.number.lower() == low}
    return scores


def _by_text(kept: _Kept, word: str) -> dict[int, int]:
    """The places in the roll which any other word fits, and how well: 0 best."""
    class_key = _class_typed(kept, word)
    alone = int(word[:-1]) if word.endswith("班") and word[:-1].isdecimal() else None
    if alone is not None:  # 1班 is not 11班
        return {at: 3 for at, found in enumerate(kept.entries) if found.class_no == alone}
    if not kept.texts:
        kept.texts = [f"{e.name}\n{e.number}\n{e.class_name}\n{e.class_key}" for e in kept.entries]
    scores: dict[int, int] = {}
    if class_key:
        scores = {at: 2 for at, found in enumerate(kept.entries) if found.class_key == class_key}
    elif any(c.isascii() and c.isalpha() for c in word):  # 张xy
        scores = {at: 3 for at, found in enumerate(kept.entries) if names.matches(word, found.name)}
    for at in [at for at, text in enumerate(kept.texts) if word in text]:
        found = kept.entries[at]
        if word in (found.name, found.number):
            scores[at] = 0
        elif found.name.startswith(word):
            scores[at] = 1
        elif word in found.name:
            scores[at] = 3
        elif not class_key and (word in found.class_name or word in found.class_key):
            scores[at] = 3
        elif found.number.startswith(word):
            scores.setdefault(at, 4)
    return scores


def _class_typed(kept: _Kept, word: str) -> str:
    """`七3`, `7.3`, `高一12` typed in the find box as a class key, where it is one; else empty."""
    if word not in kept.class_words:
        if len(kept.class_words) > 500:
            kept.class_words.clear()
        kept.class_words[word] = class_typed(kept.school, word, kept.day)
    return kept.class_words[word]


def class_typed(school: SchoolContext, word: str, day: date) -> str:
    """The class key a typed word means in this school on a day; empty where it means none."""
    read = classes.parse_class("", word, school_stage=school.stage, system=school.system, year=school_year_of(day))
    return school.class_key(read.stage, read.cohort, read.class_no, day) if read is not None else ""


def classes_of(room: Room) -> list[tuple[str, str, str, int]]:
    """(grade, class key, class name, students) in order: the class tree of who is here."""
    found: dict[str, tuple[str, str, str]] = {}
    counts: dict[str, int] = {}
    for e in everybody(room):
        found.setdefault(e.class_key, (e.grade, e.class_key, e.class_name))
        counts[e.class_key] = counts.get(e.class_key, 0) + 1
    return [(*told, counts[key]) for key, told in found.items()]


def by_class(room: Room) -> dict[str, int]:
    """Present students by class key, in order."""
    counts: dict[str, int] = {}
    for found in _load(room).entries:
        if found.here:
            counts[found.class_key] = counts.get(found.class_key, 0) + 1
    return counts


def same_name(room: Room, name: str, *, but: str = "") -> list[Entry]:
    """Those of the same name, then of the same sound: shown before a new entry is made."""
    if not name:
        return []
    entries = [e for e in _load(room).entries if e.id != but]
    sound = names.initials(name)
    exact = [e for e in entries if e.name == name]
    alike = [
        e
        for e in entries
        if e.name != name and len(e.name) == len(name) and sound & e.initials and names.same_sound(e.name, name)
    ]
    return exact + alike
