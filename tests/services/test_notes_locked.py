"""The lock: signed or seven days old, nothing of a note changes any more, by no road; what may still be said is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from psyroom.errors import NotUndoable, NotValid, Refused
from psyroom.records.access import Reading
from psyroom.records.notes import Note
from psyroom.services import (
    desk_words,
    history,
    merging,
    next_steps,
    note_list,
    note_lock,
    note_versions,
    notes,
    recycle_bin,
    slips,
    students,
)
from psyroom.services.notes import NeedsReason, NoteLocked, NotYours, StepTyped
from psyroom.store import history as chain
from psyroom.store.room import Room
from tests.services.room_for_bookings import NOON, TUESDAY, Small, make_small, undo
from tests.services.test_notes import FOUR, as_other, clock, written

WEEK = NOON + timedelta(days=7)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    clock(made.room, NOON)
    yield made
    made.room.close()


def later(room: Room, moment: datetime = WEEK) -> datetime:
    clock(room, moment)
    return moment


def deed_of(room: Room) -> str:
    last = chain.last_deed(room)
    assert last is not None
    return last.id


def text(room: Room, note: str) -> str:
    with room.read() as session:
        return session.get_one(Note, note).state


DEEDS: dict[str, Callable[[Small, str, datetime], object]] = {
    "change": lambda small, note, now: notes.change(small.room, note, {"state": "改"}, small.students[:1], now),
    "students": lambda small, note, now: notes.change(small.room, note, {}, small.students[:2], now),
    "steps": lambda small, note, now: notes.change(small.room, note, {}, small.students[:1], now, steps=[]),
    "remove": lambda small, note, now: notes.remove(small.room, note, now),
    "restore": lambda small, note, now: note_versions.restore(
        small.room, note, note_versions.of(small.room, note)[-1].deed, now
    ),
    "slip": lambda small, note, now: desk_words.take(
        small.room, desk_words.waiting(small.room)[0].id, small.students[0], now, note=note
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("how", ["signed", "a week old"])
def test_a_locked_note_stays_as_it_is(small: Small, deed: str, how: str) -> None:
    room = small.room
    slips.write_slip(room, "来时在哭", NOON)
    note = notes.add(room, FOUR, small.students[:1], NOON, steps=[StepTyped("问问")])
    if how == "signed":
        notes.sign(room, note, NOON)
        now = NOON
    else:
        assert notes.seen(room, note, WEEK - timedelta(seconds=1)).may_change
        now = later(room)
    before = notes.seen(room, note, now)
    assert (before.state, before.may_change) == ("locked", False)
    with pytest.raises(NoteLocked):
        DEEDS[deed](small, note, now)
    assert notes.seen(room, note, now) == before


@pytest.mark.parametrize("deed", DEEDS)
def test_a_clock_that_is_set_back_opens_nothing(small: Small, deed: str) -> None:
    """Locked by now, the clock set back to the day after it was written, and said to be right."""
    room, tomorrow = small.room, NOON + timedelta(days=1)
    slips.write_slip(room, "来时在哭", NOON)
    note = notes.add(room, FOUR, small.students[:1], NOON, steps=[StepTyped("问问")])
    later(room, WEEK + timedelta(days=1))
    notes.add(room, FOUR, small.students[1:2], WEEK + timedelta(days=1))
    later(room, tomorrow)
    room.clock_confirmed = True
    assert notes.seen(room, note, tomorrow).state == "locked"
    with pytest.raises(NoteLocked):
        DEEDS[deed](small, note, tomorrow)
    with pytest.raises(Refused, match="锁定"):
        undo(room, history_of(room, note)[0])
    fresh = notes.add(room, FOUR, small.students[:1], tomorrow)  # what is written after it is as open as ever
    assert notes.seen(room, fresh, tomorrow).state == "open"
    notes.unlock(room, note, "改一个字", tomorrow)  # and the way with a reason stays
    notes.change(room, note, {"state": "改"}, small.students[:1], tomorrow)
    later(room, WEEK + timedelta(days=5))
    assert notes.seen(room, note, WEEK + timedelta(days=5)).state == "locked"
    later(room, tomorrow)
    assert notes.seen(room, note, tomorrow).state == "unlocked"


def history_of(room: Room, note: str) -> list[str]:
    return [change.deed for change in chain.history(room, Note, note)]


def test_undo_does_not_change_what_is_locked_by_now(small: Small) -> None:
    room = small.room
    note = written(small)
    added = deed_of(room)
    notes.change(room, note, {"state": "第二稿"}, small.students[:1], NOON, categories=["study"])
    changed = deed_of(room)
    later(room)
    for deed in (changed, None):
        with pytest.raises(Refused, match="锁定"):
            undo(room, deed)
    assert text(room, note) == "第二稿"
    other = notes.add(room, FOUR, small.students[:1], WEEK)
    only = deed_of(room)
    later(room, WEEK + timedelta(days=8))
    for deed in (only, added):
        with pytest.raises((Refused, chain.Overtaken)):
            undo(room, deed)
    assert text(room, other) == FOUR["state"]


def test_a_signature_is_never_undone_and_keeps_what_was_before_it(small: Small) -> None:
    room = small.room
    note = written(small)
    notes.change(room, note, {"state": "第二稿"}, small.students[:1], NOON)
    changed = deed_of(room)
    notes.sign(room, note, NOON)
    signed = next(past.id for past in chain.deeds(room) if past.what == "辅导记录签字")
    with pytest.raises(NotUndoable):
        undo(room, signed)
    for deed in (changed, None):
        with pytest.raises((Refused, chain.Overtaken)):
            undo(room, deed)
    with pytest.raises(Refused, match="签过字"):
        notes.sign(room, note, NOON)
    assert text(room, note) == "第二稿"


def test_belongings_of_a_locked_note_are_not_undone_either(small: Small) -> None:
    """A deed that changed only categories or steps leaves the note's own row alone."""
    room = small.room
    note = written(small)
    notes.change(room, note, {}, small.students[:1], NOON, categories=["study"], steps=[StepTyped("问问")])
    notes.sign(room, note, NOON)
    before = notes.seen(room, note, NOON)
    with pytest.raises(Refused, match="锁定"):
        undo(room)
    assert notes.seen(room, note, NOON) == before


def test_what_left_a_note_does_not_come_back_once_it_is_locked(small: Small) -> None:
    room = small.room
    note = notes.add(room, FOUR, small.students[:1], NOON, steps=[StepTyped("问问")])
    notes.change(room, note, {}, small.students[:1], NOON, steps=[])
    later(room)
    (line,) = recycle_bin.listed(room)
    with pytest.raises(Refused, match="锁定"):
        recycle_bin.restore(room, line.deed)
    assert notes.seen(room, note, WEEK).steps == ()


def test_a_removed_note_comes_back_late_too(small: Small) -> None:
    room = small.room
    note = notes.add(room, FOUR, small.students[:1], NOON, categories=["study"], steps=[StepTyped("问问")])
    notes.remove(room, note, NOON)
    later(room)
    (line,) = recycle_bin.listed(room)
    recycle_bin.restore(room, line.deed)
    seen = notes.seen(room, note, WEEK)
    assert (seen.state, len(seen.students), len(seen.categories), len(seen.steps)) == ("locked", 1, 1, 1)


def test_unlocking_needs_a_reason_shows_and_runs_out(small: Small) -> None:
    room = small.room
    note = written(small)
    with pytest.raises(Refused, match="没有锁定"):
        notes.unlock(room, note, "写错了", NOON)
    notes.sign(room, note, NOON)
    later(room)
    with pytest.raises(NotValid, match="为什么"):
        notes.unlock(room, note, " ", WEEK)
    notes.unlock(room, note, "班级写错了", WEEK)
    seen = notes.seen(room, note, WEEK)
    assert (seen.state, seen.may_change, seen.signed_at) == ("unlocked", True, "")
    assert [(u.who, u.reason) for u in seen.unlocks] == [("王老师", "班级写错了")]
    notes.change(room, note, {"state": "改过"}, small.students[:1], WEEK)
    changed = deed_of(room)
    out = later(room, WEEK + timedelta(days=1))
    assert notes.seen(room, note, out).state == "locked"
    with pytest.raises(NoteLocked):
        notes.change(room, note, {"state": "又改"}, small.students[:1], out)
    with pytest.raises(Refused):
        undo(room, changed)
    for past in chain.deeds(room):
        if past.what == "解锁辅导记录":
            with pytest.raises(NotUndoable):
                undo(room, past.id)
    assert len(notes.seen(room, note, out).unlocks) == 1


def test_signing_ends_an_unlocking_and_a_removed_note_takes_its_unlocking_along(small: Small) -> None:
    room = small.room
    note = written(small)
    later(room)
    notes.unlock(room, note, "班级写错了", WEEK)
    notes.remove(room, note, WEEK)
    undo(room)
    assert notes.seen(room, note, WEEK).state == "unlocked"
    notes.sign(room, note, WEEK)
    assert notes.seen(room, note, WEEK).state == "locked"
    with pytest.raises(NoteLocked):
        notes.change(room, note, {"state": "又改"}, small.students[:1], WEEK)


def test_later_words_are_dated_and_stand_beside(small: Small) -> None:
    room = small.room
    note = written(small)
    with pytest.raises(Refused, match="直接修改"):
        notes.add_word(room, note, "后来", NOON)
    later(room)
    notes.add_word(room, note, "后来说睡得好了", WEEK)
    (word,) = notes.seen(room, note, WEEK).addenda
    assert (word.who, word.text) == ("王老师", "后来说睡得好了")
    undo(room)  # at once: it was meant for another
    assert notes.seen(room, note, WEEK).addenda == ()
    notes.add_word(room, note, "再记", WEEK)
    later(room, WEEK + timedelta(days=2))
    with pytest.raises(Refused, match="补记"):
        undo(room)


def test_a_step_is_ticked_after_the_lock_and_the_tick_taken_back(small: Small) -> None:
    room = small.room
    note = notes.add(room, FOUR, small.students[:1], NOON, steps=[StepTyped("问问", WEEK.date())])
    notes.sign(room, note, NOON)
    later(room)
    (due,) = next_steps.due(room, WEEK)
    next_steps.done(room, due.id, WEEK)
    assert next_steps.due(room, WEEK) == []
    undo(room)
    assert len(next_steps.due(room, WEEK)) == 1


def test_sharing_is_no_part_of_what_was_written(small: Small) -> None:
    room = small.room
    note = written(small)
    notes.sign(room, note, NOON)
    notes.share(room, note, True)
    assert notes.seen(room, note, NOON).fields.shared
    undo(room)
    assert not notes.seen(room, note, NOON).fields.shared


def test_the_days_are_the_schools_to_set(small: Small) -> None:
    room = small.room
    note = written(small)
    assert note_lock.lock_days(room) == 7
    for wrong in (0, 61):
        with pytest.raises(NotValid):
            note_lock.set_lock_days(room, wrong)
    note_lock.set_lock_days(room, 14)
    assert notes.seen(room, note, WEEK).may_change
    assert notes.seen(room, note, WEEK).locks_on == TUESDAY + timedelta(days=14)
    later(room, NOON + timedelta(days=10))
    note_lock.set_lock_days(room, 9)  # fewer lock at once what is older
    with pytest.raises(NoteLocked):
        notes.change(room, note, {"state": "改"}, small.students[:1], NOON + timedelta(days=10))
    later(room, NOON + timedelta(days=11))
    note_lock.set_lock_days(room, 60)  # more open nothing again
    with pytest.raises(NoteLocked):
        notes.change(room, note, {"state": "改"}, small.students[:1], NOON + timedelta(days=11))
    undo(room)
    assert note_lock.lock_days(room) == 9 and not notes.seen(room, note, NOON + timedelta(days=11)).may_change


# ---- a colleague's --------------------------------------------------------------------------------------------


def test_a_colleagues_note_opens_with_a_reason_that_is_kept(small: Small) -> None:
    note = written(small)
    room = as_other(small)
    (line,) = note_list.listed(room, NOON)
    assert (line.readable, line.mine, line.topic, line.missing, line.categories) == (False, False, "", (), ())
    with pytest.raises(NeedsReason):
        notes.seen(room, note, NOON)
    with pytest.raises(NeedsReason):
        note_versions.of(room, note)
    with pytest.raises(NeedsReason):
        notes.add_word(room, note, "我也说一句", NOON)
    assert note_list.last_points(room, small.students[0], TUESDAY) == []
    for reason in ("", " ", "啊"):
        with pytest.raises(NotValid):
            notes.open_other(room, note, reason, NOON)
    with room.read() as session:
        assert session.exec(select(Reading)).all() == []
    seen = notes.open_other(room, note, "王老师请假，由我接待", NOON)
    assert (seen.fields.state, seen.mine, seen.may_change) == (FOUR["state"], False, False)
    with room.read() as session:
        (kept,) = session.exec(select(Reading)).all()
    assert (kept.note, kept.student, kept.reason) == (note, small.students[0], "王老师请假，由我接待")
    with pytest.raises(NeedsReason):
        notes.seen(room, note, NOON)  # each opening has its reason


def test_nobody_changes_a_colleagues_note(small: Small) -> None:
    note = written(small)
    notes.share(small.room, note, True)
    room = as_other(small)
    assert notes.seen(room, note, NOON).fields.state == FOUR["state"]
    for deed in (
        lambda: notes.change(room, note, {"state": "改"}, small.students[:1], NOON),
        lambda: notes.remove(room, note, NOON),
        lambda: notes.sign(room, note, NOON),
        lambda: notes.share(room, note, False),
        lambda: notes.unlock(room, note, "想改一改", NOON),
        lambda: note_versions.restore(room, note, note_versions.of(room, note)[0].deed, NOON),
    ):
        with pytest.raises(NotYours):
            deed()
    assert text(room, note) == FOUR["state"]


# ---- what else goes through undo ------------------------------------------------------------------------------


def test_two_entries_become_one_and_two_again_although_a_note_is_locked(small: Small) -> None:
    room = small.room
    keep, other = small.students[:2]
    both = notes.add(room, FOUR, [keep, other], NOON)
    note = notes.add(room, FOUR, [other], NOON, private="只有我知道")
    notes.sign(room, note, NOON)
    merging.merge(room, keep, other)
    for one in (both, note):
        assert [child.id for child in notes.seen(room, one, NOON).students] == [keep]
    undo(room)
    assert [child.id for child in notes.seen(room, note, NOON).students] == [other]
    assert {child.id for child in notes.seen(room, both, NOON).students} == {keep, other}


def test_adding_a_student_is_not_undone_once_there_is_a_note(small: Small) -> None:
    room = small.room
    child = students.add(room, {"name": "新来的", "stage": "junior", "cohort": 2026, "class_no": 1}, {})
    added = deed_of(room)
    notes.add(room, FOUR, [child], NOON)
    with pytest.raises(Refused, match="不能再撤销添加"):
        history.undo(room, added)
    assert students.name_of(room, child) == "新来的"


def test_the_first_note_is_not_undone_once_more_belongs_to_it(small: Small) -> None:
    room = small.room
    note = written(small)
    added = deed_of(room)
    slips.write_slip(room, "来时在哭", NOON)
    desk_words.take(room, desk_words.waiting(room)[0].id, small.students[0], NOON, note=note)
    with pytest.raises(Refused, match="之后又添了内容"):
        undo(room, added)
    assert len(notes.seen(room, note, NOON).words) == 1
