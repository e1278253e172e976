"""Undo is a deed that reverses one's own; history shows every state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from psyroom.errors import NotFound, NothingToUndo, NotUndoable, Overtaken, Refused
from psyroom.records.students import Student, StudentDetail
from psyroom.store.checking import drift, verify
from psyroom.store.history import deeds, history, label_of, last_deed, touched_since, undo, undo_except
from psyroom.store.room import Room
from tests.store.conftest import DUTY, SECOND, add_student


def names(room: Room) -> list[str]:
    with room.read() as session:
        return sorted(session.exec(select(Student.name)).all())


def rename(room: Room, id: str, name: str) -> str:
    with room.write("改名") as deed:
        student = deed.session.get_one(Student, id)
        student.name = name
        deed.session.add(student)
    return deed.id


def remove(room: Room, id: str) -> str:
    with room.write("删除学生") as deed:
        deed.session.delete(deed.session.get_one(Student, id))
        deed.session.delete(deed.session.get_one(StudentDetail, id))
    return deed.id


def test_each_kind_of_change_is_taken_back_and_can_be_done_again(room: Room) -> None:
    id = add_student(room, "甲一")
    rename(room, id, "甲二")
    taken = undo(room)
    assert names(room) == ["甲一"]
    undo(room, taken)
    assert names(room) == ["甲二"]
    gone = remove(room, id)
    assert names(room) == []
    undo(room, gone)
    assert names(room) == ["甲二"]
    with room.read() as session:
        assert session.get_one(StudentDetail, id).guardian == "周父"
    assert verify(room).ok and not drift(room)
    assert [c.what for c in history(room, Student, id)][:3] == ["添加学生", "改名", "撤销"]


def test_undo_goes_back_step_by_step(room: Room) -> None:
    for name in ("甲", "乙", "丙"):
        add_student(room, name)
    undo(room)
    undo(room)
    assert names(room) == ["甲"]
    undo(room)
    with pytest.raises(NothingToUndo):  # the making of the room is not undone
        undo(room)
    assert last_deed(room) is None and verify(room).ok and not drift(room)


def test_several_changes_of_one_record_go_back_one_by_one(room: Room) -> None:
    id = add_student(room, "甲")
    rename(room, id, "乙")
    rename(room, id, "丙")
    seen = []
    for _ in range(3):
        undo(room)
        seen.append(names(room))
    assert seen == [["乙"], ["甲"], []]
    assert verify(room).ok and not drift(room)


def test_an_undo_taken_back_stands_in_the_way_again(room: Room) -> None:
    id = add_student(room, "甲")
    first = last_deed(room)
    rename(room, id, "乙")
    again = undo(room, undo(room))  # 乙 once more
    assert first is not None and names(room) == ["乙"]
    with pytest.raises(Overtaken):
        undo(room, first.id)
    assert again and names(room) == ["乙"] and verify(room).ok


def test_a_record_changed_since_stops_the_whole(room: Room) -> None:
    with room.write("导入名册") as deed:
        pair = [Student(name=n, stage="junior", cohort=2025, class_no=1) for n in ("甲", "乙")]
        deed.session.add_all(pair)
    rename(room, pair[0].id, "甲甲")
    with pytest.raises(Overtaken) as caught:
        undo(room, deed.id)
    assert caught.value.records == [("student", pair[0].id)] == touched_since(room, deed.id)
    assert names(room) == ["乙", "甲甲"]
    _, kept = undo_except(room, deed.id, lambda step: False)
    assert names(room) == ["甲甲"] and [step.ref for step in kept] == [pair[0].id]
    assert verify(room).ok and not drift(room)


def test_what_is_not_undoable_says_so(room: Room) -> None:
    with room.write("归档报表", undoable=False) as deed:
        deed.session.add(Student(name="甲", stage="junior", cohort=2025, class_no=1))
    with pytest.raises(NotUndoable, match="归档报表"):
        undo(room, deed.id)
    assert last_deed(room) is None


def test_twice_is_once(room: Room) -> None:
    add_student(room)
    last = last_deed(room)
    assert last is not None
    undo(room, last.id)
    with pytest.raises(NothingToUndo):
        undo(room, last.id)


def test_nobody_undoes_what_another_did(opened: Callable[..., Room]) -> None:
    room = opened()
    add_student(room, "甲")
    last = last_deed(room)
    room.close()
    other = opened(SECOND)
    assert last is not None and last_deed(other) is None
    with pytest.raises(Refused, match="自己"):
        undo(other, last.id)
    with pytest.raises(NothingToUndo):
        undo(other)
    with pytest.raises(NotFound):
        undo(other, "0" * 32)
    assert names(other) == ["甲"] and label_of(other, last.id) == "添加学生"


def test_a_duty_person_undoes_only_on_the_desk(opened: Callable[..., Room]) -> None:
    room = opened(DUTY)
    add_student(room, "甲")
    undo(room)
    assert names(room) == [] and verify(room).ok


def test_deeds_are_listed_once_newest_first(room: Room) -> None:
    add_student(room, "甲")
    undo(room)
    assert [(d.what, d.undone) for d in deeds(room)] == [("撤销", False), ("添加学生", True), ("建立辅导室", False)]


def test_the_last_deed_is_the_last_also_when_the_clock_was_set_back(room: Room) -> None:
    """One deed on the desk, one in both files; the stamps say the wrong order, the day does not."""
    room.clock_confirmed = True
    both = add_student(room, "先")
    earlier = room.now() - timedelta(days=3)
    room.now = lambda: earlier
    with room.write("只在桌面") as deed:
        deed.session.add(Student(name="后", stage="junior", cohort=2026, class_no=1))
    last = last_deed(room)
    assert both and last is not None and last.what == "只在桌面"
