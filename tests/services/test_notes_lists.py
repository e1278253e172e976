"""Notes in lists: what is still to be written, last time's points, steps due, versions, slips taken in, and their tasks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.booking import Slip
from psyroom.records.notes import DeskWord, NoNote
from psyroom.services import (
    desk_words,
    drafts,
    due_notes,
    groups,
    next_steps,
    note_list,
    note_versions,
    notes,
    slips,
    today,
    visits,
)
from psyroom.services.due import Ground
from psyroom.services.notes import NeedsReason, StepTyped
from psyroom.services.school import context
from psyroom.store import history as chain
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.services.room_for_bookings import NOON, PASSWORD, TUESDAY, Small, as_duty, at, make_small, undo
from tests.services.test_notes import FOUR, as_other, clock, written

LATER = NOON + timedelta(days=3)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    clock(made.room, NOON)
    yield made
    made.room.close()


def visit(small: Small, student: int = 0, starts: int = 480, day: date = TUESDAY, **client: object) -> str:
    who = {"client": "student", "student": small.students[student], **client}
    entered = visits.walk_in(small.room, {**who, "day": day, "starts": starts, "ends": starts + 40}, NOON)
    visits.close(small.room, entered.visit, NOON)
    return entered.visit


def tasks(room: Room, now: object = NOON) -> list[today.Task]:
    ground = Ground(room, context(room), now)  # type: ignore[arg-type]
    return [*due_notes.steps(ground), *due_notes.to_write(ground), *due_notes.unsaved(ground)]


# ---- to write -------------------------------------------------------------------------------------------------


def test_a_visit_without_a_note_is_owed_until_it_has_one_or_needs_none(small: Small) -> None:
    room = small.room
    first, second = visit(small), visit(small, 1, 540, client="parent")
    visits.walk_in(room, {"client": "student", "student": small.students[2]}, NOON)  # still inside
    visit(small, 3, 600, person=small.chen)  # a colleague's
    owed = note_list.to_write(room, NOON)
    assert [(w.visit, w.what, w.who, w.days) for w in owed] == [
        (first, "missing", "张晓雨", 0),
        (second, "missing", "李明的家长", 0),
    ]
    assert [w.days for w in note_list.to_write(room, LATER)] == [3, 3]
    form = notes.blank(room, visit=first, now=NOON)
    note = notes.add(room, {**form.values, **FOUR}, form.students, NOON)
    note_list.needs_none(room, second, "brief")
    assert note_list.to_write(room, NOON) == []
    note_list.needs_none(room, second, "")
    assert [w.visit for w in note_list.to_write(room, NOON)] == [second]
    notes.remove(room, note, NOON)
    assert [w.visit for w in note_list.to_write(room, NOON)] == [first, second]
    undo(room)
    assert [w.visit for w in note_list.to_write(room, NOON)] == [second]
    for wrong, error in (((second, "lazy"), NotValid), (("0" * 32, "brief"), NotFound)):
        with pytest.raises(error):
            note_list.needs_none(room, *wrong)
    with room.read() as session:
        assert session.exec(select(NoNote)).all() == []


def test_a_groups_session_is_owed_too(small: Small) -> None:
    groups.add(small.room, {"leader": small.wang}, small.students[:3], TUESDAY)
    session = visit(small, client="group", group_no=1, size=3, person=small.wang)
    (owed,) = note_list.to_write(small.room, NOON)
    assert (owed.visit, owed.who) == (session, "团体 1（3 人）")


def test_an_unfinished_note_is_owed_until_it_is_finished_or_signed(small: Small) -> None:
    room = small.room
    note = notes.add(room, {"day": TUESDAY, "state": "心里发慌"}, small.students[:1], NOON)
    (owed,) = note_list.to_write(room, LATER)
    assert (owed.note, owed.what, owed.who, owed.days) == (note, "unfinished", "张晓雨", 3)
    (line,) = note_list.listed(room, NOON, unfinished=True)
    assert line.missing == ("主要问题与评估", "分析与对策", "辅导效果")
    (late,) = note_list.to_write(room, NOON + timedelta(days=30))  # the lock alone does not make it finished
    assert late.note == note
    notes.sign(room, note, NOON)
    assert note_list.to_write(room, NOON) == [] and note_list.listed(room, NOON, unfinished=True) == []


def test_what_lies_far_back_is_not_asked_for(small: Small) -> None:
    visit(small, day=date(2026, 3, 2))
    notes.add(small.room, {"day": date(2026, 3, 2)}, small.students[:1], NOON)
    assert note_list.to_write(small.room, NOON) == []


def test_a_list_is_narrowed(small: Small) -> None:
    room = small.room
    one = written(small)
    two = written(small, kind="parent", day=date(2026, 9, 1))
    other = notes.add(as_other(small), FOUR, small.students[1:2], NOON, categories=["study"])
    room = small.room

    def found(**asked: object) -> list[str]:
        return [line.id for line in note_list.listed(room, NOON, **asked)]  # type: ignore[arg-type]

    assert found() == [other, one, two] and found(limit=1) == [other]
    assert found(kind="parent") == [two] and found(student=small.students[1]) == [other]
    assert found(mine=True) == [other] and found(mine=False) == [one, two]
    assert found(until=date(2026, 9, 1)) == [two] and found(since=TUESDAY, mine=False) == [one]
    (line,) = note_list.listed(room, NOON, mine=True)
    assert (line.number, line.who, line.class_name, line.writer_name) == ("2026-003", "李明", "七年级2班", "陈老师")
    assert line.categories == (("study", "学习压力"),) and line.state == "open"


# ---- beside, and next -----------------------------------------------------------------------------------------


def test_last_times_points_stand_beside(small: Small) -> None:
    room = small.room
    for back in range(5):
        notes.add(
            room, {"day": TUESDAY - timedelta(days=back), "measures": f"商定 {back} " + "长" * 200}, small.students[:1], NOON,
            steps=[StepTyped(f"问问 {back}")],
        )  # fmt: skip
    points = note_list.last_points(room, small.students[0], TUESDAY - timedelta(days=1))
    assert [p.words[:4] for p in points] == ["商定 1", "商定 2", "商定 3"]
    assert all(len(p.words) == note_list.POINT and len(p.steps) == 1 for p in points)
    assert note_list.last_points(room, small.students[1], TUESDAY) == []


def test_a_step_with_a_date_is_a_task_until_it_is_done(small: Small) -> None:
    room = small.room
    steps = [
        StepTyped("联系班主任", TUESDAY + timedelta(days=3)),
        StepTyped("看看睡眠"),
        StepTyped("远", date(2026, 12, 1)),
    ]
    note = notes.add(room, FOUR, small.students[:1], NOON, steps=steps)
    (due,) = next_steps.due(room, NOON)
    assert (due.text, due.days, due.who, due.note) == ("联系班主任", 3, "张晓雨", note)
    (task,) = tasks(room)
    assert (task.urgency, task.page, task.target) == ("amber", "notes", {"note": note})
    (task,) = tasks(room, NOON + timedelta(days=4))
    assert task.urgency == "brick"
    next_steps.done(room, due.id, NOON)
    assert next_steps.due(room, NOON) == [] and tasks(room) == []
    next_steps.done(room, due.id, NOON, done=False)
    assert len(next_steps.due(room, NOON)) == 1
    notes.change(room, note, {}, small.students[:1], NOON, steps=[])
    assert next_steps.due(room, NOON) == []


def test_tasks_tell_a_name_or_a_matter_never_both(small: Small) -> None:
    room = small.room
    notes.add(
        room, {**FOUR, "topic": "自伤想法"}, small.students[:1], NOON, categories=["harm"],
        steps=[StepTyped("问自伤想法", TUESDAY)],
    )  # fmt: skip
    notes.add(room, {"topic": "自伤想法"}, small.students[:1], NOON, categories=["harm"])
    told = "".join(task.words + task.detail for task in tasks(room))
    assert "自伤" not in told and "张晓雨" in told


def test_tasks_gather_when_there_are_many_and_say_how_old(small: Small) -> None:
    room = small.room
    visit(small)
    (task,) = tasks(room, NOON + timedelta(days=2))
    assert task.urgency == "amber" and "已过 2 天" in task.detail and list(task.target) == ["visit"]
    assert tasks(room)[0].urgency == "" and tasks(room, NOON + timedelta(days=7))[0].urgency == "brick"
    visit(small, 1, 540)
    visit(small, 2, 600)
    (task,) = tasks(room)
    assert (task.count, task.target) == (3, {"to_write": True})
    drafts.save(room, notes.FORM, f"student:{small.students[0]}:parent", {"words": "她说"})
    assert tasks(room)[-1].target == {"student": small.students[0], "kind": "parent"}
    kinds = [task.kind for task in today.tasks_of(Ground(room, context(room), NOON))]
    assert kinds.count("to_write") == 1 and kinds.count("unsaved") == 1


def test_the_desk_has_no_task_of_notes(small: Small) -> None:
    visit(small)
    written(small, effect="")
    assert tasks(small.room)
    assert tasks(as_duty(small)) == []


# ---- versions -------------------------------------------------------------------------------------------------


def test_versions_stand_side_by_side_and_an_older_one_comes_back_as_a_new_one(small: Small) -> None:
    room = small.room
    note = notes.add(room, {**FOUR, "source": "self"}, small.students[:1], NOON, categories=["study"])
    notes.change(room, note, {"state": "第二稿", "starts": 480, "ends": 520}, small.students[:2], NOON)
    notes.change(room, note, {}, small.students[:2], NOON, categories=["sleep"], steps=[StepTyped("问问", TUESDAY)])
    versions = note_versions.of(room, note)
    assert [v.what for v in versions] == ["修改辅导记录", "修改辅导记录", "写辅导记录"]
    newest, middle, first = versions
    assert newest.changed == {"categories", "steps"} and newest.values["steps"] == "问问（9月8日）"
    assert middle.changed == {"state", "starts", "ends", "students"}
    assert (middle.values["starts"], middle.values["students"]) == ("08:00", "张晓雨 七年级1班、李明 七年级2班")
    assert first.values["source"] == "学生主动求助" and first.values["categories"] == "学习压力"
    assert all(v.who == "王老师" and set(v.values) == set(note_versions.LABELS) for v in versions)
    note_versions.restore(room, note, first.deed, NOON)
    seen = notes.seen(room, note, NOON)
    assert (seen.fields.state, seen.fields.starts, len(seen.students)) == (FOUR["state"], None, 1)
    assert [c for c, _ in seen.categories] == ["study"] and len(seen.steps) == 1
    assert len(note_versions.of(room, note)) == 4
    undo(room)
    assert notes.seen(room, note, NOON).fields.state == "第二稿"
    notes.sign(room, note, NOON)
    assert note_versions.of(room, note)[0].changed == {"signed_at"}
    with pytest.raises(NotFound):
        note_versions.restore(room, note, "0" * 32, NOON)


def test_a_version_after_a_removal_undone_is_the_same_note(small: Small) -> None:
    room = small.room
    note = written(small)
    notes.remove(room, note, NOON)
    with pytest.raises(NotFound):
        note_versions.of(room, note)
    undo(room)
    assert [v.what for v in note_versions.of(room, note)] == ["写辅导记录"]


# ---- slips ----------------------------------------------------------------------------------------------------


def test_a_slip_becomes_part_of_the_record_and_the_desk_is_not_told(small: Small) -> None:
    visit(small, 0, 480)
    second = visit(small, 1, 600)
    room = as_duty(small)
    clock(room, NOON)
    slips.write_slip(room, "来时在哭-金丝雀", at(TUESDAY, 605))
    slips.write_slip(room, "忘了带本子", at(TUESDAY, 610))
    room.close()
    small.room = room = open_room(small.room.folder, "王老师", PASSWORD)
    clock(room, NOON)
    later, slip = desk_words.waiting(room)
    assert (slip.text, slip.writer, slip.at) == ("来时在哭-金丝雀", "小周", "10:05")
    assert [child.who for child in slip.suggested] == ["李明", "张晓雨"]  # whoever came nearest to it
    note = notes.add(
        room, notes.blank(room, visit=second, now=NOON).values | FOUR, small.students[1:2], NOON, slip=slip.id
    )
    (word,) = notes.seen(room, note, NOON).words
    assert (word.text, word.who, word.day) == ("来时在哭-金丝雀", "小周", TUESDAY)
    with pytest.raises(Refused, match="已经收进"):
        desk_words.take(room, slip.id, small.students[0], NOON)
    with pytest.raises(NotValid):
        desk_words.take(room, later.id, "", NOON)
    desk_words.take(room, later.id, small.students[0], NOON)
    assert desk_words.waiting(room) == [] and slips.unread(room) == 0
    undo(room)
    assert [s.id for s in desk_words.waiting(room)] == [later.id]
    with room.read() as session:
        raw = raw_of(session)
        labels = {what for (what,) in raw.execute("SELECT what FROM main.deed").fetchall()}
        rows = raw.execute("SELECT before, after FROM main.revision").fetchall()
    assert "读过密封便条" in labels and not any("记录" in what or "档案" in what for what in labels)
    assert "金丝雀" not in str(rows) and note not in str(rows)
    notes.remove(room, note, NOON)
    with room.read() as session:
        (kept,) = session.exec(select(DeskWord)).all()  # what the desk said stays in the student's file
        assert (kept.note, kept.student) == ("", small.students[1])
        assert session.get_one(Slip, slip.id).read


def test_a_colleagues_history_needs_its_reason(small: Small) -> None:
    note = written(small)
    with pytest.raises(NeedsReason):
        note_versions.of(as_other(small), note)


def test_nothing_of_a_note_stands_in_the_desks_file(small: Small) -> None:
    """Every deed on notes, and the desk's chain is as long as before."""
    room = small.room
    with room.read() as session:
        before = raw_of(session).execute("SELECT count(*) FROM main.deed").fetchone()
    note = notes.add(
        room, FOUR, small.students[:1], NOON, categories=["study"], steps=[StepTyped("问问")], private="我想"
    )
    notes.change(room, note, {"state": "改"}, small.students[:1], NOON, private="")
    note_versions.restore(room, note, note_versions.of(room, note)[-1].deed, NOON)
    notes.share(room, note, True)
    notes.remove(room, note, NOON)
    undo(room)
    notes.sign(room, note, NOON)
    notes.add_word(room, note, "后来", NOON)
    notes.unlock(room, note, "写错了", NOON)
    with room.read() as session:
        assert raw_of(session).execute("SELECT count(*) FROM main.deed").fetchone() == before
    assert chain.last_deed(room) is not None
