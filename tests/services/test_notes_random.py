"""A random hand on notes: whatever is tried in whatever order, what is locked stays as it is, and a number is one note's."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from psyroom.errors import Tell
from psyroom.records.notes import NextStep, Note, NoteCategory, NoteStudent
from psyroom.services import history, note_lock, note_versions, notes, recycle_bin
from psyroom.services.notes import StepTyped
from psyroom.store import checking
from psyroom.store import history as chain
from psyroom.store.room import Room
from tests.services.room_for_bookings import NOON, Small, make_small
from tests.services.test_notes import FOUR, clock

STEPS = 60


def standing(room: Room, now: datetime) -> dict[str, tuple[str, str, Any]]:
    """note → (state, number, everything that was written)"""
    with room.snapshot() as session:
        found = {}
        for row in session.exec(select(Note)).all():
            parts = [
                sorted(getattr(one, field) for one in session.exec(select(table).where(table.note == row.id)).all())
                for table, field in ((NoteStudent, "student"), (NoteCategory, "category"), (NextStep, "text"))
            ]
            kept = row.model_dump(exclude={"shared", "signed_at", "signed_by", "number"})
            found[row.id] = (note_lock.state(session, row, now), row.number, (kept, parts))
        return found


def turn(hand: random.Random, small: Small, now: datetime) -> None:
    room = small.room
    there = list(standing(room, now))
    note = hand.choice(there) if there else ""
    students = hand.sample(small.students, hand.randint(1, 3))
    deeds = [past.id for past in chain.deeds(room, 12)]
    what = hand.choice(["add", "add", "change", "change", "parts", "sign", "unlock", "remove", "undo", "undo any", "bin",
                        "restore", "word", "share", "days"])  # fmt: skip
    if what == "add":
        day = now.date() - timedelta(days=hand.choice([0, 1, 300]))
        notes.add(room, {**FOUR, "day": day}, students, now, categories=["study"], steps=[StepTyped("问问")])
    elif what == "undo":
        history.undo(room)
    elif what == "undo any":
        history.undo(room, hand.choice(deeds))
    elif what == "bin":
        if lines := recycle_bin.listed(room):
            recycle_bin.restore(room, hand.choice(lines).deed)
    elif what == "days":
        note_lock.set_lock_days(room, hand.choice([1, 3, 7, 30]))
    elif not note:
        return
    elif what == "change":
        day = now.date() - timedelta(days=hand.choice([0, 400]))
        notes.change(room, note, {"state": f"{hand.random()}", "day": day}, students, now)
    elif what == "parts":
        students = list(standing(room, now)[note][2][1][0])
        chosen = hand.sample(["study", "sleep", "peers"], 2)
        notes.change(room, note, {}, students, now, categories=chosen, steps=[StepTyped(f"{hand.random()}")])
    elif what == "restore":
        notes_deeds = note_versions.of(room, note)
        note_versions.restore(room, note, hand.choice(notes_deeds).deed, now)
    elif what == "unlock":
        notes.unlock(room, note, "写错了", now)
    elif what == "word":
        notes.add_word(room, note, "后来", now)
    elif what == "share":
        notes.share(room, note, hand.random() < 0.5)
    else:
        (notes.sign if what == "sign" else notes.remove)(room, note, now)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_locked_stays_and_a_number_is_one_notes(seed: int, tmp_path: Path) -> None:
    hand, now = random.Random(seed), NOON
    small = make_small(tmp_path / "室")
    room = small.room
    numbers: dict[str, str] = {}
    refused = done = 0
    for _ in range(STEPS):
        now += timedelta(hours=hand.choice([0, 1, 1, 5, 30, 80]))
        clock(room, now)
        before = standing(room, now)
        try:
            turn(hand, small, now)
            done += 1
        except Tell:
            refused += 1
        after = standing(room, now)
        for note, (state, _number, written) in before.items():
            if state == "locked":
                assert note in after and after[note][2] == written
        for note, (_state, number, _written) in after.items():
            assert numbers.setdefault(number, note) == note
    assert done > STEPS // 3 and refused
    whole = checking.check(room)
    with pytest.raises(StopIteration) as end:
        while True:
            next(whole)
    assert end.value.value == []
    room.close()
