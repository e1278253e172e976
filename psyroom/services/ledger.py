"""A duty ledger into openings: one deed, undoable; the same ledger again changes nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlmodel import Session

from psyroom.intake.openings import LedgerRow, read_ledger
from psyroom.intake.problem import Problem
from psyroom.records.opening import Opening
from psyroom.records.people import Person
from psyroom.rules.time import monday_of
from psyroom.services.school import context
from psyroom.services.week_lock import guard
from psyroom.store.questions import opening as ask
from psyroom.store.questions import school as ask_school
from psyroom.store.questions import weeks as ask_weeks
from psyroom.store.room import Room

NAME_LENGTH = 20
"""As `records.people.PersonFields.name`: what is longer is no name, and the opening keeps none."""


@dataclass
class LedgerDone:
    """What an import did, or would do. Lines of the ledger are counted, not the spans in them; `openings` are the records
    a new ledger leaves, `new_people` the names put on the duty list."""

    new: int = 0
    unchanged: int = 0
    repeated: int = 0
    problems: list[Problem] = field(default_factory=list)
    new_people: list[str] = field(default_factory=list)
    openings: int = 0
    days: tuple[date, date] | None = None
    deed: str = ""
    signed: tuple[date, ...] = ()
    """Mondays of signed weeks to which new lines belong: they come in only with a reason."""

    def as_json(self) -> dict[str, Any]:
        return {
            "new": self.new,
            "unchanged": self.unchanged,
            "repeated": self.repeated,
            "problems": [problem.as_json() for problem in self.problems],
        }


def import_ledger(
    room: Room, path: Path | str, *, dry_run: bool = False, term: str | None = None, why: str = ""
) -> LedgerDone:
    """Bring in a ledger. A date without a year takes the semester's (`term`, else the present one).

    Overlaps, holidays, weekends and nights are no problems. A teacher nobody knows is put on the duty list by name only.
    Raises `BadFile` when the file cannot be read, `SignedWeek` when it adds to a signed week and no reason is given.
    """
    school = context(room)
    span = school.term(term) if term else school.term_on(room.now().astimezone().date())
    read = read_ledger(path, term_starts=span.starts, weeks=span.weeks)
    with room.snapshot() as session:
        done, additions = _sort(session, read.rows)
    if additions and not dry_run:
        with room.write("导入开放记录") as deed:
            done, additions = _sort(deed.session, read.rows)  # again, now that nobody else can write
            for row in additions:
                if isinstance(row, Opening):
                    guard(deed, [row.day], why, "opening", row.id)
            deed.session.add_all(additions)
            done.deed = deed.id
    done.repeated += read.repeated
    done.problems = list(read.problems)
    days = [row.day for row in read.rows]
    done.days = (min(days), max(days)) if days else None
    return done


def _sort(session: Session, rows: Sequence[LedgerRow]) -> tuple[LedgerDone, list[Person | Opening]]:
    """Which lines are new, there already, or said before in the same ledger; and the records the new ones make."""
    done = LedgerDone()
    additions: list[Person | Opening] = []
    stored, seen = ask.opening_keys(session), set[tuple[date, int, int | None, str]]()
    known: dict[str, str] = {}
    for person in sorted(ask_school.people(session), key=lambda p: (not p.active, p.id)):
        known.setdefault(_joined(person.name), person.id)
    for _, spans in groupby(rows, key=lambda row: (row.sheet, row.row)):
        is_new = is_stored = False
        for row in spans:
            received = row.received
            for name in _names(row.person):
                if _joined(name) not in known and name:
                    newcomer = Person(name=name, role="none")
                    known[_joined(name)] = newcomer.id
                    done.new_people.append(name)
                    additions.append(newcomer)
                who = known.get(_joined(name), "")
                key = (row.day, row.starts, row.ends, who)
                is_stored = is_stored or key in stored
                if key not in stored and key not in seen:
                    values: dict[str, Any] = {
                        "day": row.day,
                        "starts": row.starts,
                        "ends": row.ends,
                        "person": who,
                        "received": received,
                    }
                    additions.append(Opening(**values, origin="ledger"))
                    done.openings += 1
                    is_new = True
                received = None  # those received by two teachers are counted once
                seen.add(key)
        done.new += is_new
        done.unchanged += not is_new and is_stored
        done.repeated += not is_new and not is_stored
    mondays = {monday_of(row.day) for row in additions if isinstance(row, Opening)}
    done.signed = tuple(sorted(ask_weeks.signed(session, mondays)))
    return done, additions


def _names(text: str) -> list[str]:
    """The teachers of a cell, several with 、 or a line break between them; one empty name where there is none."""
    names = [" ".join(name.split()) for name in re.split(r"[、,，;；/／\n]+", text)]
    return [name for name in dict.fromkeys(names) if name and len(name) <= NAME_LENGTH] or [""]


def _joined(name: str) -> str:
    """张 三 and 张三 are one name."""
    return "".join(name.split())
