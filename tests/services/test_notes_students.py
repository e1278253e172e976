"""Two entries of one child become one, an import is taken out: what lies in the file follows, or holds the student."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from psyroom.errors import Refused
from psyroom.records.access import Export, Reading
from psyroom.records.attachments import Attachment
from psyroom.records.notes import DeskWord
from psyroom.records.private import PrivateNote
from psyroom.records.students import StudentBackground
from psyroom.services import desk_words, history, merging, note_list, notes, private_notes, reading, slips
from psyroom.store.questions import roster as ask_roster
from psyroom.store.room import Room
from tests.services.room_for_bookings import NOON, TUESDAY, Small, make_small, undo
from tests.services.test_notes import FOUR, clock


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    clock(made.room, NOON)
    yield made
    made.room.close()


def rows(room: Room, table: Any) -> list[Any]:
    with room.read() as session:
        return list(session.exec(select(table)).all())


def test_everything_in_the_file_follows_and_goes_back(small: Small) -> None:
    room, (keep, other) = small.room, small.students[:2]
    note = notes.add(room, FOUR, [other], NOON, private="只有我知道")
    slips.write_slip(room, "来时在哭", NOON)
    desk_words.take(room, desk_words.waiting(room)[0].id, other, NOON)
    reading.log(room, "record", student=other)
    with room.write("准备") as deed:
        deed.session.add(
            Attachment(
                student=other, name="画.png", day=TUESDAY, media="image/png", size=1, sha256="", file="x", key="",
                person=small.wang, at="",
            )
        )  # fmt: skip
        deed.session.add(
            Export(
                at="", person=small.wang, kind="x", students=json.dumps([keep, other]), reason="转学", receiver="家长"
            )
        )
        deed.session.add(StudentBackground(id=keep, case_no="甲1", family="single", household="与母亲同住"))
        deed.session.add(
            StudentBackground(id=other, case_no="乙2", family="single", household="周末在外婆家", mind="安静")
        )
    before = {table: [row.model_dump() for row in rows(room, table)] for table in TABLES}
    shown = merging.preview(room, keep, other)
    assert (shown.notes, shown.also_lost) == (1, ("个案编号",))
    merging.merge(room, keep, other)
    assert [line.id for line in note_list.listed(room, NOON, student=keep)] == [note]
    for table in (DeskWord, Attachment, PrivateNote, Reading):
        assert [row.student for row in rows(room, table)] == [keep]
    assert json.loads(rows(room, Export)[0].students) == [keep]
    assert private_notes.read(room, note) == "只有我知道"
    (background,) = rows(room, StudentBackground)
    assert (background.id, background.case_no, background.mind) == (keep, "甲1", "安静")
    assert background.household == "与母亲同住\n周末在外婆家"
    undo(room)
    assert before == {table: [row.model_dump() for row in rows(room, table)] for table in TABLES}


TABLES = (DeskWord, Attachment, PrivateNote, Reading, Export, StudentBackground)


def test_two_long_backgrounds_are_never_cut(small: Small) -> None:
    room, (keep, other) = small.room, small.students[:2]
    with room.write("准备") as deed:
        deed.session.add(StudentBackground(id=keep, growth="长" * 600))
        deed.session.add(StudentBackground(id=other, growth="短" * 600))
    with pytest.raises(Refused, match="成长经历"):
        merging.merge(room, keep, other)
    assert len(rows(room, StudentBackground)) == 2


@pytest.mark.parametrize("what", ["note", "background", "slip", "private"])
def test_what_lies_in_a_file_holds_the_student(small: Small, what: str) -> None:
    """Undoing an import keeps the student, undoing an addition is refused."""
    room, child = small.room, small.students[0]
    last = history.chain.deeds(room)[0].id
    reading.log(room, "record", student=small.students[1])  # to have looked holds nobody
    if what == "note":
        notes.add(room, FOUR, [child], NOON)
    elif what == "private":
        private_notes.write(room, "只有我知道", note="", student=child, now=NOON)
    elif what == "slip":
        slips.write_slip(room, "来时在哭", NOON)
        desk_words.take(room, desk_words.waiting(room)[0].id, child, NOON)
    else:
        with room.write("准备") as deed:
            deed.session.add(StudentBackground(id=child, mind="安静"))
    with room.read() as session:
        assert ask_roster.named_elsewhere(session, last) == {child}
        from psyroom.store.questions import held

        assert held.names_student(session, child) and not held.names_student(session, small.students[1])
