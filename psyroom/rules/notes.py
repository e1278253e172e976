"""When a note is locked, what it still lacks, its number. Pure: the caller brings the moment.

The four parts a note should have are the national guide's (教基一厅函〔2015〕36号): present state; main problem and its
assessment; analysis and measures; effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psyroom.records.fields import label_of
from psyroom.records.notes import CONTACTS, NoteFields

TEXTS = ("words", "observed", "state", "problem", "measures", "effect", "outcome")
"""The long parts, in the order a form shows them."""
_FOUR = ("state", "problem", "measures", "effect")
NEEDED: Mapping[str, tuple[str, ...]] = {
    "individual": _FOUR,
    "telephone": _FOUR,
    "teacher": _FOUR,
    "group": ("topic", "state", "measures", "effect"),
    **dict.fromkeys(CONTACTS, ("with_whom", "problem", "outcome")),
}
"""What a finished note of each kind has written."""
_COUNSELLING = ("topic", "words", "observed", "state", "problem", "measures", "effect")
PARTS: Mapping[str, tuple[str, ...]] = {
    "individual": ("source", *_COUNSELLING, "hospital_says", "hospital", "hospital_day"),
    "telephone": ("source", "with_whom", *_COUNSELLING, "hospital_says", "hospital", "hospital_day"),
    "teacher": ("with_whom", *_COUNSELLING),
    "group": ("topic", "observed", "state", "problem", "measures", "effect"),
    **dict.fromkeys(CONTACTS, ("with_whom", "topic", "words", "observed", "problem", "measures", "outcome")),
    "hospital": (
        *("with_whom", "topic", "words", "problem", "measures", "outcome"),
        *("hospital_says", "hospital", "hospital_day"),
    ),
}
"""The fields a form of each kind shows, beside day, hours, place and channel. What was written under another kind stays."""
NEEDS_STUDENT = frozenset({"individual", "parent", "class_teacher", "hospital"})
"""Kinds that are always about a student on the roll; a caller may keep silent, a group may be a whole class."""


def utc(moment: datetime) -> datetime:
    """A moment as UTC; one without a zone is the clock on the wall."""
    return moment.astimezone(UTC)


def stamp(moment: datetime) -> str:
    """As `made_at`, `signed_at` and the like are kept: UTC, ISO 8601, seconds."""
    return utc(moment).isoformat(timespec="seconds")


LockDays = Sequence[tuple[str, int]]
"""After how many days a note locks by itself, from which moment on (UTC, ISO 8601; the first from the beginning)."""


def locks_at(made_at: str, lock_days: LockDays) -> datetime:
    """The moment (UTC) from which a note is locked by itself: so many whole days after it was written. More days open no
    note again that was locked by then; fewer lock at once what is older."""
    made = datetime.fromisoformat(made_at)
    for place, (since, days) in enumerate(lock_days):
        at = made + timedelta(days=days)
        if place:
            at = max(at, datetime.fromisoformat(since))
        if place + 1 == len(lock_days) or at < datetime.fromisoformat(lock_days[place + 1][0]):
            return at
    raise ValueError("no number of days")


def locks_on(made_at: str, lock_days: LockDays) -> date:
    """The local day on which a note locks by itself."""
    return locks_at(made_at, lock_days).astimezone().date()


def state_of(made_at: str, signed_at: str, lock_days: LockDays, untils: Iterable[str], now: datetime) -> str:
    """open | locked | unlocked. `untils`: to when (UTC, ISO 8601) the note was unlocked, each time."""
    moment = utc(now)
    if not signed_at and moment < locks_at(made_at, lock_days):
        return "open"
    return "unlocked" if any(moment < datetime.fromisoformat(until) for until in untils) else "locked"


def missing(kind: str, fields: Any) -> tuple[str, ...]:
    """The labels of the parts a note of this kind still lacks. `fields`: a note's fields, or a mapping of them."""

    def value(name: str) -> Any:
        return fields.get(name, "") if isinstance(fields, Mapping) else getattr(fields, name)

    return tuple(label_of(NoteFields, name) for name in NEEDED[kind] if not str(value(name) or "").strip())


def minutes(starts: int | None, ends: int | None) -> int | None:
    """How long it took, or None where one end is not known."""
    return ends - starts if starts is not None and ends is not None else None


def number(year: int, running: int) -> str:
    """2026-001: running on within a calendar year (facts 4.2)."""
    return f"{year:04d}-{running:03d}"
