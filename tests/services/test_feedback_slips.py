"""The slips to parents leave in one act, and say nothing that is not declared fit for parents."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import time
from collections.abc import Iterator
from datetime import UTC, date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel, select

from psyroom.errors import NotUndoable, NotValid, Refused, Tell
from psyroom.records.care import Feedback, FeedbackFields
from psyroom.records.fields import about
from psyroom.records.ids import new_id
from psyroom.records.students import Student
from psyroom.reports import parent_slips, preview
from psyroom.services import coverage, exports, feedback, feedback_slips, history, roll, students, talk_rules
from psyroom.services.school import context
from psyroom.store import checking
from psyroom.store.history import deeds
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.store.tables import is_watched
from tests.services.room_for_bookings import NOON, PASSWORD, Small, make_small

TODAY = NOON.date()
SAID = {"reason": "家校沟通", "receiver": "班主任转交家长"}
WORDS = {"study": "上课能跟上", "life": "和同学处得好", "advice": "每天听孩子说说话", "by": "王芳"}


@pytest.fixture
def small(tmp_path: Path, cheap_keys: None) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


def text(pdf: bytes) -> str:
    return "".join(preview.text(pdf).split())


def rows(room: Room) -> list[Feedback]:
    with room.read() as session:
        return list(session.exec(select(Feedback)).all())


# ---- what stands on them -------------------------------------------------------------------------------------------


def models() -> list[type[SQLModel]]:
    """Every watched record that names a student, or is a student's."""
    found = []
    for mapper in SQLModel._sa_registry.mappers:  # noqa: SLF001
        model = mapper.class_
        if is_watched(model.__table__) and (
            "student" in model.model_fields or model.__tablename__.startswith("student")
        ):
            found.append(model)
    return sorted(found, key=lambda model: str(model.__tablename__))


def test_nothing_of_any_other_field_stands_on_a_slip(small: Small) -> None:
    """A word of its own in every text of every record about the child; only those of feedback declared for parents, and
    name and class, come out again."""
    room, child = small.room, small.students[0]
    canaries: dict[str, str] = {}
    allowed = set()
    for name in FeedbackFields.model_fields:
        if about(FeedbackFields, name)["parents"]:
            allowed.add(f"feedback.{name}")
    with room.write("写满") as deed:
        for model in models():
            if model in (Student, Feedback) or model.__tablename__ == "student":
                continue
            deed.session.merge(_filled(model, child, canaries))
        from psyroom.records.notes import Note
        from psyroom.records.talks import ClassTeacher

        deed.session.add(_filled(Note, child, canaries))
        deed.session.add(_filled(ClassTeacher, child, canaries))
        row = _filled(Feedback, child, canaries)
        row.way, row.term, row.state, row.home_visit, row.scan = (
            "letter",
            context(room).term_on(TODAY).code,
            "draft",
            "",
            "",
        )
        row.printed = 0
        deed.session.add(row)
        child_row = deed.session.get(Student, child)
        assert child_row is not None
        child_row.number = canaries["student.number"] = "独一无二学号"
        deed.session.add(child_row)
    assert len(canaries) > 60
    made = feedback_slips.slips(room, [child], NOON)
    said = text(made.pdf)
    assert {place for place, word in canaries.items() if word in said} == allowed - {"feedback.day"}
    assert roll.entry(room, child).name in said and roll.entry(room, child).class_name in said
    for word in canaries.values():
        assert word not in made.name
    feedback_slips.printed(room, made, NOON, **SAID)
    again = text(feedback_slips.slips(room, [child], NOON).pdf)
    assert {place for place, word in canaries.items() if word in again} == allowed - {"feedback.day"}


def _filled(model: type[SQLModel], child: str, canaries: dict[str, str]) -> Any:
    """A row of the table with a word of its own in every field that takes one."""
    values: dict[str, Any] = {}
    table = str(model.__tablename__)
    for name, field in model.model_fields.items():
        kind, told = str(field.annotation), about(model, name)
        if name == "student" or (
            name == "id" and table.startswith("student_") and table not in ("student_label", "student_question")
        ):
            values[name] = child
        elif name == "id":
            if field.is_required():
                values[name] = new_id()
        elif "str" in kind:
            limit = told["limit"] or 30
            choices, pattern = told["choices"], any(getattr(m, "pattern", None) for m in field.metadata)
            if choices:
                values[name] = next(reversed(choices))
            elif pattern or limit < 8:
                values[name] = ""
            elif name in ("students", "files", "mapping"):
                values[name] = "[]"
            else:
                word = "".join(chr(0x4E00 + n) for n in hashlib.sha256(f"{table}.{name}".encode()).digest()[:8])
                canaries[f"{table}.{name}"] = values[name] = word
        elif "bool" in kind:
            values[name] = False
        elif "int" in kind:
            values[name] = 2000 if name == "cohort" else 5
        elif "date" in kind:
            values[name] = TODAY
        elif "bytes" in kind:
            values[name] = b"x"
    return model(**values)


def test_a_class_gets_one_each_so_that_a_slip_gives_nobody_away(small: Small) -> None:
    room = small.room
    key = roll.entry(room, small.students[0]).class_key
    mates = [line.id for line in coverage.students(room, NOON, class_key=key)]
    feedback.save(room, mates[0], WORDS, NOON)
    assert feedback_slips.of_class(room, key, NOON) == mates
    assert feedback_slips.of_class(room, key, NOON, owed_only=True) == []
    talk_rules.set_rules(room, {"feedback_for": "all"})
    assert feedback_slips.of_class(room, key, NOON, owed_only=True) == mates
    said = text(feedback_slips.slips(room, mates, NOON).pdf)
    assert said.count("家校反馈单") == len(mates) and all(roll.name_of(room, one) in said for one in mates)


def test_words_for_all_fill_only_what_says_nothing(small: Small) -> None:
    room, (one, two, three, *_) = small.room, small.students
    feedback.save(room, one, {"study": "自己的话", "day": TODAY}, NOON)
    made = feedback_slips.slips(room, [one, two], NOON, words={"study": "大家的话", "by": "李强"})
    assert [slip.fields.study for slip in made.slips] == ["自己的话", "大家的话"]
    feedback_slips.printed(room, made, NOON, **SAID)
    (first,) = feedback.of_student(room, one)
    assert (first.fields.study, first.fields.by, first.state) == ("自己的话", "李强", "printed")
    (second,) = feedback.of_student(room, two)
    assert second.fields.study == "大家的话"
    again = feedback_slips.slips(room, [two, three], NOON, words={"life": "后来的话"})
    assert again.slips[0].fields.life == "" and again.slips[1].fields.life == "后来的话"
    with pytest.raises(NotValid):
        feedback_slips.slips(room, [one], NOON, words={"remark": "不给家长看"})


def test_a_second_printing_is_marked(small: Small) -> None:
    room, child = small.room, small.students[0]
    made = feedback_slips.slips(room, [child], NOON)
    assert parent_slips.AGAIN not in text(made.pdf)
    feedback_slips.printed(room, made, NOON, **SAID)
    made = feedback_slips.slips(room, small.students, NOON)
    assert text(made.pdf).count(parent_slips.AGAIN) == 1
    feedback.set_state(room, [rows(room)[0].id], "signed", TODAY, NOON)
    feedback_slips.printed(room, feedback_slips.slips(room, [child], NOON), NOON, **SAID)
    assert (rows(room)[0].printed, rows(room)[0].state) == (2, "signed")


# ---- one act -------------------------------------------------------------------------------------------------------


def test_saving_is_register_file_and_states_in_one(small: Small, tmp_path: Path) -> None:
    room = small.room
    feedback.save(room, small.students[0], WORDS, NOON)
    made = feedback_slips.slips(room, small.students[:3], NOON)
    assert len(rows(room)) == 1  # making it writes nothing
    before = len(deeds(room))
    (path,) = feedback_slips.leaving(room, made, tmp_path / "out", NOON, **SAID)
    assert path.read_bytes() == made.pdf
    (line,) = exports.listed(room)
    assert (line.kind, line.how, line.reason, line.receiver) == ("家校反馈单", "file", *SAID.values())
    assert {c.id for c in line.students} == set(small.students[:3])
    assert [hashlib.sha256(made.pdf).hexdigest()] == [digest for _, digest in line.files]
    assert [(row.state, row.printed, row.printed_on) for row in rows(room)] == [("printed", 1, TODAY)] * 3
    assert len(deeds(room)) == before + 1
    with pytest.raises(NotUndoable):
        history.undo(room, next(deed.id for deed in deeds(room) if deed.what == exports.DEED))
    (again,) = feedback_slips.leaving(
        room, feedback_slips.slips(room, small.students[:3], NOON), tmp_path / "out", NOON, **SAID
    )
    assert again != path and len(exports.listed(room)) == 2


def test_without_reason_or_folder_nothing_is_written_down(small: Small, tmp_path: Path) -> None:
    room = small.room
    made = feedback_slips.slips(room, small.students, NOON)
    (tmp_path / "a file").write_bytes(b"")
    before = len(deeds(room))
    for wrong in (
        lambda: feedback_slips.printed(room, made, NOON, reason="", receiver="家长"),
        lambda: feedback_slips.leaving(room, made, tmp_path, NOON, reason="家校沟通", receiver=""),
        lambda: feedback_slips.leaving(room, made, tmp_path / "a file", NOON, **SAID),
        lambda: feedback_slips.leaving(room, made, room.folder, NOON, **SAID),
        lambda: feedback_slips.leaving(room, made, tmp_path, NOON, **SAID, password="123"),
        lambda: feedback_slips.slips(room, [], NOON),
    ):
        with pytest.raises(Tell):
            wrong()
    assert not rows(room) and not exports.listed(room) and len(deeds(room)) == before
    assert [path.name for path in tmp_path.iterdir() if path.name not in ("室", "a file")] == []


def test_what_changed_since_the_preview_is_previewed_again(small: Small) -> None:
    room, child = small.room, small.students[0]
    id = feedback.save(room, child, WORDS, NOON)
    for change in (
        lambda: feedback.save(room, "", {"study": "改过的话"}, NOON, feedback=id),
        lambda: feedback.save(room, child, {"study": "另一张"}, NOON),
        lambda: feedback_slips.printed(room, feedback_slips.slips(room, [child], NOON), NOON, **SAID),
    ):
        made = feedback_slips.slips(room, [child, small.students[1]], NOON)
        change()
        left = len(exports.listed(room))
        with pytest.raises(Refused):
            feedback_slips.printed(room, made, NOON, **SAID)
        assert len(exports.listed(room)) == left and not feedback.of_student(room, small.students[1])


def test_killed_in_between_nothing_is_half(small: Small, tmp_path: Path) -> None:
    """A child process prints a class over and over and is killed: every slip was printed as often as the register says."""
    folder, hand = small.room.folder, random.Random(5)
    children = list(small.students)
    for number in range(60):
        students.add(small.room, {"name": f"学生{number}", "stage": "junior", "cohort": 2026, "class_no": 9}, {})
    children += [e.id for e in roll.everybody(small.room) if e.class_no == 9]
    small.room.close()
    for _ in range(6):
        heard, say = os.pipe()
        pid = os.fork()
        if not pid:
            _print_on_and_on(folder, children, say)
        os.close(say)
        assert os.read(heard, 1), "it printed once"
        time.sleep(hand.random())
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(heard)
        with open_room(folder, "王老师", PASSWORD) as room:
            left = len(exports.listed(room))
            assert {row.printed for row in rows(room)} <= {left}
            assert len(rows(room)) in (0, len(children)) and checking.drift(room) == []
    assert left > 3


def _print_on_and_on(folder: Path, children: list[str], say: int) -> None:
    try:
        with open_room(folder, "王老师", PASSWORD) as room:
            room.now = lambda: NOON.astimezone(UTC)
            while True:
                feedback_slips.printed(room, feedback_slips.slips(room, children, NOON), NOON, **SAID)
                os.write(say, b"1")
    finally:
        os.kill(os.getpid(), signal.SIGKILL)


def test_slips_of_another_semester_are_its_own(small: Small) -> None:
    room, child = small.room, small.students[0]
    feedback.save(room, child, WORDS, NOON)
    from psyroom.services import school

    code = school.set_term(room, {"year": 2026, "half": 2, "starts": date(2027, 2, 22), "weeks": 18})
    made = feedback_slips.slips(room, [child], NOON, term=code)
    assert made.slips[0].feedback == "" and "第二学期" in text(made.pdf)
