"""What nobody may ever find in the calendar: two things at one time for one counsellor, one visitor or one room.

Read from the rows themselves, not through the program's own rules.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from psyroom.store.connection import raw_of
from psyroom.store.room import Room

STANDING = ("open", "arrived", "late")


@dataclass(frozen=True)
class Stands:
    """A booking or an entry that keeps its time. `who`: everybody and everything that cannot be in two places."""

    id: str
    day: str
    starts: int
    ends: int
    who: frozenset[str]


def standing(room: Room) -> list[Stands]:
    """Everything that keeps its time taken, in order of time."""
    with room.read() as session:
        raw = raw_of(session)
        bookings = raw.execute(
            "SELECT id, day, starts, ends, person, place, client, student, name, group_no, channel FROM booking "
            "WHERE outcome IN (?, ?, ?)",
            STANDING,
        ).fetchall()
        events = raw.execute(
            "SELECT id, day, starts, ends, person, place FROM event WHERE outcome != 'cancelled'"
        ).fetchall()
        members = raw.execute(
            'SELECT g.no, m.student, m.since, m.until FROM group_member m JOIN counselling_group g ON g.id = m."group"'
        ).fetchall()
    found = [Stands(*row[:4], _who(row, members)) for row in bookings]
    found += [Stands(*row[:4], frozenset(filter(None, (f"老师 {row[4]}", row[5])))) for row in events]
    return sorted(found, key=lambda s: (s.day, s.starts, s.ends, s.id))


def _who(row: Any, members: list[Any]) -> frozenset[str]:
    _, day, _, _, person, place, client, student, name, group_no, channel = row
    found = {f"老师 {person}"}
    if place and channel == "in_person":
        found.add(place)
    if client == "group":
        found.add(f"团体 {group_no}")
        found |= {
            s for no, s, since, until in members if no == group_no and since <= day and (not until or day <= until)
        }
    elif client == "teacher":
        found.add(f"来访教师 {name}")
    else:
        found.add(student if client == "student" else f"{student} 的家长")
    return frozenset(found)


def doubles(room: Room) -> list[tuple[Stands, Stands, frozenset[str]]]:
    """Every pair that shares a minute and somebody; empty as long as the program keeps its word."""
    by_day: dict[str, list[Stands]] = defaultdict(list)
    found = []
    for one in standing(room):
        for other in by_day[one.day]:
            if one.starts < other.ends and other.starts < one.ends and (shared := one.who & other.who):
                found.append((other, one, shared))
        by_day[one.day].append(one)
    return found


def marks(room: Room) -> dict[str, str]:
    """The series' mark of everything that has one, by id."""
    with room.read() as session:
        rows = raw_of(session).execute(
            "SELECT id, series FROM booking WHERE series != '' UNION SELECT id, series FROM event WHERE series != ''"
        )
        return dict(rows.fetchall())
