"""The one door: whatever goes round `write()` is refused, whichever way it comes; what fails changes nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlcipher3.dbapi2 as driver
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session, select

from psyroom.errors import ClockDoubt, SaveFailed
from psyroom.records.office import CaseDraft, DeskDraft
from psyroom.records.students import Student, StudentDetail
from psyroom.store.checking import drift, verify
from psyroom.store.connection import connect_alone, raw_of
from psyroom.store.history import history
from psyroom.store.room import Room
from tests.store.conftest import DUTY, add_student

FIELDS = {"name": "周一鸣", "stage": "junior", "cohort": 2025, "class_no": 3}


def count(room: Room, table: str = "main.student") -> int:
    with room.read() as session:
        return int(raw_of(session).execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_one_deed_over_both_files_leaves_its_revisions(room: Room) -> None:
    id = add_student(room)
    with room.write("改电话") as deed:
        detail = deed.session.get_one(StudentDetail, id)
        detail.guardian_phone = "13800000000"
        deed.session.add(detail)
    assert [c.what for c in history(room, Student, id)] == ["添加学生"]
    made, changed = history(room, StudentDetail, id)
    assert made.before is None and made.after is not None and made.after["guardian"] == "周父"
    assert (changed.before, changed.after) == ({"guardian_phone": ""}, {"guardian_phone": "13800000000"})
    assert verify(room).ok and not drift(room)


def test_an_error_in_the_block_takes_everything_back(room: Room) -> None:
    with pytest.raises(ZeroDivisionError), room.write("添加学生") as deed:
        student = Student(**FIELDS)
        deed.session.add(student)
        deed.session.add(StudentDetail(id=student.id))
        deed.session.flush()
        raise ZeroDivisionError
    assert (count(room), count(room, "cases.student_detail")) == (0, 0)
    assert verify(room).ok


def orm(session: Session) -> None:
    session.add(Student(**FIELDS))
    session.commit()


def core(session: Session) -> None:
    session.execute(insert(Student).values(id="a", sex="", number="", status="present", **FIELDS))
    session.commit()


def raw(session: Session) -> None:
    session.execute(text("UPDATE student SET class_no = 9"))
    session.commit()


def replacing(session: Session) -> None:
    session.execute(text("REPLACE INTO cases.student_detail SELECT * FROM cases.student_detail"))
    session.commit()


def deleting(session: Session) -> None:
    session.execute(text("DELETE FROM cases.student_detail"))
    session.commit()


@pytest.mark.parametrize("way", [orm, core, raw, replacing, deleting])
@pytest.mark.parametrize("door", ["read", "snapshot", "aside"])
def test_writing_without_a_deed_is_refused(room: Room, way: Callable[[Session], None], door: str) -> None:
    id = add_student(room)
    with pytest.raises(DBAPIError, match="user-defined function"), getattr(room, door)() as session:
        way(session)
    with room.read() as session:
        assert [row.id for row in session.exec(select(Student)).all()] == [id]
    assert verify(room).ok and not drift(room)


@pytest.mark.parametrize("statement", ["UPDATE student SET name = 'x'", "DELETE FROM student"])
def test_a_plain_shell_with_the_key_is_refused(room: Room, statement: str) -> None:
    add_student(room)
    shell = connect_alone(room.folder / "desk.db", room._keys["main"])
    with pytest.raises(driver.OperationalError, match="no such function: deed"):
        shell.execute(statement)
    shell.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {s}.revision SET after = '{{}}'",
        "DELETE FROM {s}.revision",
        "UPDATE {s}.deed SET person = 'x'",
        "DELETE FROM {s}.deed",
        "UPDATE {s}.revision SET stone = x'00', before = NULL, after = NULL, salt = NULL",
    ],
)
@pytest.mark.parametrize("schema", ["main", "cases"])
def test_the_chain_is_neither_edited_nor_cut(room: Room, statement: str, schema: str) -> None:
    with pytest.raises(driver.IntegrityError, match="chain"), room.write("改链") as deed:
        deed.raw.execute(statement.format(s=schema))
    assert verify(room).ok


def test_the_block_does_not_commit_itself(room: Room) -> None:
    with pytest.raises(RuntimeError, match="not its block"), room.write("添加学生") as deed:
        deed.session.add(Student(**FIELDS))
        deed.session.commit()
    assert count(room) == 0


def test_a_raw_commit_round_the_seal_is_refused_by_the_file(room: Room) -> None:
    with pytest.raises(driver.IntegrityError, match="FOREIGN KEY"), room.write("添加学生") as deed:
        deed.session.add(Student(**FIELDS))
        deed.session.flush()
        deed.raw.execute("COMMIT")
    assert count(room) == 0


def test_a_door_inside_a_door_is_refused_and_does_not_hang(room: Room) -> None:
    with pytest.raises(RuntimeError, match="one door"), room.write("外"), room.write("内"):
        pass
    with pytest.raises(RuntimeError, match="one door"), room.write("外"), room.aside():
        pass
    add_student(room)


def test_what_failed_and_was_caught_leaves_no_false_revision(room: Room) -> None:
    with room.write("添加学生") as deed:
        student = Student(**FIELDS)
        deed.session.add(student)
        deed.session.flush()
        with pytest.raises(IntegrityError), deed.session.begin_nested():
            deed.session.execute(insert(Student).values(id=student.id, sex="", number="", status="present", **FIELDS))
    assert verify(room).ok and not drift(room) and len(history(room, Student, student.id)) == 1


def test_replace_leaves_the_old_content_in_the_chain(room: Room) -> None:
    id = add_student(room)
    with room.write("替换") as deed:
        deed.raw.execute("REPLACE INTO cases.student_detail SELECT * FROM cases.student_detail")
    assert [(c.before is None, c.after is None) for c in history(room, StudentDetail, id)] == [
        (True, False),
        (False, True),
        (True, False),
    ]
    assert verify(room).ok and not drift(room)


def test_a_deed_that_changed_nothing_leaves_nothing(room: Room) -> None:
    before = count(room, "main.deed")
    with room.write("什么也没改"):
        pass
    assert count(room, "main.deed") == before


def test_drafts_leave_no_trace_and_go_with_the_deed(room: Room) -> None:
    before = count(room, "cases.deed")
    with room.aside() as session:
        session.add(CaseDraft(id="d", text="写到一半"))
    assert (count(room, "cases.deed"), count(room, "cases.case_draft")) == (before, 1)
    with room.write("保存") as deed:
        deed.session.delete(deed.session.get_one(CaseDraft, "d"))
    assert count(room, "cases.case_draft") == 0


def test_a_duty_person_writes_desk_drafts_and_has_no_case_tables(opened: Callable[..., Room]) -> None:
    room = opened(DUTY)
    with room.aside() as session:
        session.add(DeskDraft(id="d", text="写到一半"))
    assert not room.has_cases
    with pytest.raises(DBAPIError, match="no such table"), room.read() as session:
        session.exec(select(StudentDetail)).all()


def test_reading_holds_no_lock(room: Room) -> None:
    add_student(room)
    with room.read() as session:
        assert len(session.exec(select(Student)).all()) == 1
        add_student(room)  # while the session is still open
        assert len(session.exec(select(Student.id)).all()) == 2


def test_threads_take_turns(room: Room) -> None:
    threads = [threading.Thread(target=lambda: [add_student(room) for _ in range(5)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(room) == 20 and verify(room).ok and not drift(room)


def test_a_full_disk_is_a_sentence_and_changes_nothing(room: Room) -> None:
    with pytest.raises(SaveFailed, match="磁盘已满"), room.write("添加学生") as deed:
        pages = deed.raw.execute("PRAGMA cases.page_count").fetchone()[0]
        deed.raw.execute(f"PRAGMA cases.max_page_count = {pages + 1}")
        for _ in range(400):
            student = Student(**FIELDS)
            deed.session.add(student)
            deed.session.add(StudentDetail(id=student.id, address="一" * 100))
        deed.session.flush()
    assert count(room) == 0 and verify(room).ok


def test_a_read_only_file_is_a_sentence(room: Room) -> None:
    with pytest.raises(SaveFailed, match="只读"), room.write("添加学生") as deed:
        deed.raw.execute("PRAGMA query_only = ON")
        try:
            deed.session.add(Student(**FIELDS))
            deed.session.flush()
        finally:
            deed.raw.execute("PRAGMA query_only = OFF")
    assert count(room) == 0


@pytest.mark.parametrize("shift", [timedelta(days=-1), timedelta(minutes=-1), timedelta(days=31)])
def test_a_doubtful_clock_asks_before_it_writes(room: Room, shift: timedelta) -> None:
    add_student(room)
    room.now = lambda: datetime.now(UTC) + shift
    with pytest.raises(ClockDoubt), room.write("添加学生") as deed:
        deed.session.add(Student(**FIELDS))
    assert count(room) == 1
    room.clock_confirmed = True
    add_student(room)
    assert count(room) == 2 and verify(room).ok


@pytest.mark.parametrize("shift", [timedelta(seconds=-1), timedelta(days=29)])
def test_an_ordinary_clock_is_not_asked_about(room: Room, shift: timedelta) -> None:
    add_student(room)
    room.now = lambda: datetime.now(UTC) + shift
    add_student(room)
    assert count(room) == 2


def test_record_text_stays_out_of_errors(room: Room) -> None:
    with pytest.raises(IntegrityError) as caught, room.write("添加学生") as deed:
        deed.session.execute(insert(StudentDetail).values(id="a", guardian="不可外传"))
        deed.session.execute(insert(StudentDetail).values(id="a", guardian="不可外传"))
    assert "不可外传" not in str(caught.value) and "不可外传" not in repr(StudentDetail(id="a", guardian="不可外传"))
