"""What the desk's file may hold by its shape, what a deed may be called in it, and old files put in place of new ones."""

from __future__ import annotations

import ast
import threading
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlmodel import AutoString

from psyroom.errors import Damaged, NothingToUndo, NotUndoable, NotValid, Tell
from psyroom.records.fields import about
from psyroom.services import history, people, returns, roster, school, slips, students
from psyroom.store import history as chain
from psyroom.store import tables
from psyroom.store.checking import check
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.safety.canaries import drained

ROOT = Path(__file__).parent.parent.parent
OTHER = "窗外的梧桐叶又落了一层厚"
WORDS = {
    "booking.name": 20, "visit.name": 20, "person.name": 20, "place.name": 20, "school.name": 60, "school.campus": 30,
    "student.name": 40, "student.number": 30, "waiting.name": 20,
}  # fmt: skip
"""Text a person types that the desk may read: names and a number, and how long they may be."""
NOT_TYPED = {
    "period.stage",
    "filing.kind", "filing.span", "filing.at", "filing.files", "filing.figures", "filing.head", "person.public", "slip.at",
    "slip.sealed", "desk_state.id", "desk_state.value", "desk_draft.id", "desk_draft.person", "desk_draft.form",
    "desk_draft.about", "desk_draft.at", "desk_draft.text", "grade_naming.id", "calendar_year.id", "school.id",
    "event.stage", "handover.at", "handover.items", "handover.read_at", "room_rules.id", "week_amendment.at",
    "week_signature.at", "week_signature.rows",
}  # fmt: skip
"""Text the program itself makes; a duty person's draft holds what the same form may hold."""
REFERENCES = (
    "person", "place", "student", "booking", "closed_by", "id", "series", "group", "visit", "waiting", "leader", "ref",
    "instead_of", "to", "read_by",
)  # fmt: skip
CHILD = {"name": "周一鸣", "stage": "vocational", "cohort": 2026, "class_no": 1}
NOW = datetime(2026, 9, 8, 12, 5)


def models() -> dict[str, type]:
    from sqlmodel import SQLModel

    found, left = {}, [SQLModel]
    while left:
        model = left.pop()
        left += model.__subclasses__()
        table = getattr(model, "__table__", None)
        if table is not None and tables.schema_of(table) == tables.MAIN:
            found[table.name] = model
    return found


def test_the_desk_s_file_has_no_place_for_free_text() -> None:
    """A column that can hold a sentence belongs into case.db, or into a sealed slip."""
    found = models()
    assert len(found) >= 20
    free = []
    for table in tables.tables_in(tables.MAIN):
        if table.name in ("deed", "revision", "erasure"):
            continue
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            if not isinstance(column.type, AutoString) or name in NOT_TYPED or column.name in REFERENCES:
                continue
            told = about(found[table.name], column.name)
            if not told["choices"] and (told["limit"] is None or told["limit"] != WORDS.get(name)):
                free.append(name)
    assert free == []
    assert not {c.name for t in tables.tables_in(tables.MAIN) for c in t.columns} & {
        "born", "id_number", "registry_number", "guardian", "guardian_phone", "phone", "address", "remark", "label", "reason",
    }  # fmt: skip


def test_a_deed_s_label_is_never_made_of_what_was_typed() -> None:
    """The desk reads the label of a deed that spans both files; so it is written in the program, not put together."""
    for path in sorted((ROOT / "psyroom").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "write"
                and node.args
            ):
                if isinstance(node.func.value, ast.Name) and node.func.value.id in ("room", "opened", "self"):
                    label = node.args[0]
                    put_together = [n for n in ast.walk(label) if isinstance(n, (ast.JoinedStr, ast.BinOp))]
                    assert not put_together, f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("number", ["430102201107158816", "G430102201107158816", "l43010220110715881x"])
def test_an_identity_number_is_no_student_number(room: Room, number: str) -> None:
    with pytest.raises(NotValid) as refused:
        students.add(room, {**CHILD, "number": number}, {})
    assert set(refused.value.fields) == {"number"}
    child = students.add(room, {**CHILD, "number": "20260101"}, {})
    with pytest.raises(NotValid):
        students.change(room, child, {"number": number}, {})


# ---- taking back what must stand ---------------------------------------------------------------------------------


def test_keys_and_what_went_out_are_not_undone(room: Room, tmp_path: Path) -> None:
    made = people.add(room, "丙", "counsellor", OTHER)
    people.reset_password(room, made, OTHER)
    drained(returns.make(room, "opening-summary", "2026-1", tmp_path / "out"))
    people.remove(room, made)
    deeds = [past for past in chain.deeds(room) if past.what not in ("添加房间",)]
    assert {"添加人员", "重设密码", "制作报表", "移除人员", "建立辅导室"} <= {past.what for past in deeds}
    for past in deeds:
        with pytest.raises(NotUndoable):
            history.undo(room, past.id)
    with pytest.raises(NothingToUndo):
        history.undo(room)


def test_nobody_takes_back_what_another_brought_in(new_room: Callable[..., Room], tmp_path: Path) -> None:
    """An import has a way of its own to be undone; it asks the same."""
    path = tmp_path / "名册.csv"
    path.write_text("姓名,性别,班级\n王小明,男,2026级1班\n李小红,女,2026级1班\n", "utf-8")
    room = new_room()
    deed = roster.take(room, drained(roster.plan(room, path)))
    people.add(room, "丙", "counsellor", OTHER)
    room.close()
    for name, password in (("丙", OTHER), ("乙", PASSWORD)):
        with open_room(room.folder, name, password) as other:
            with pytest.raises(Tell):
                history.undo(other, deed)
            assert len(students.everybody(other)) == 2
    with open_room(room.folder, "甲", PASSWORD) as mine:
        assert history.undo(mine, deed).kept == [] and students.everybody(mine) == []
        with pytest.raises(NothingToUndo):
            history.undo(mine, deed)
        redone = chain.deeds(mine)[0].id
        history.undo(mine, redone)
        assert len(students.everybody(mine)) == 2


def test_one_undo_of_many_at_once(room: Room) -> None:
    place = school.add_place(room, "楼上")
    deed = chain.deeds(room)[0].id
    said: list[object] = []

    def take_back() -> None:
        try:
            history.undo(room, deed)
            said.append("done")
        except Tell as told:
            said.append(type(told))

    threads = [threading.Thread(target=take_back) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count("done") == 1 and said.count(NothingToUndo) == 4
    assert place not in [id for id, _, _ in school.places(room)]


# ---- old files in place of new ones ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["desk.db", "case.db"])
def test_an_old_file_beside_a_new_one_is_said_at_the_next_opening(new_room: Callable[..., Room], name: str) -> None:
    room = new_room()
    old = (room.folder / name).read_bytes()
    child = students.add(room, CHILD, {"guardian": "周父"})
    room.close()
    (room.folder / name).write_bytes(old)
    again = open_room(room.folder, "甲", PASSWORD)
    said = {finding.what for finding in again.findings} | {finding.what for finding in drained(check(again))}
    assert said & {"spanning", "cut", "gap"}, said
    assert child
    again.close()


def test_a_journal_of_another_moment_or_put_beside_a_whole_file_is_found(new_room: Callable[..., Room]) -> None:
    """The hot journal of an interrupted save, kept and laid beside the file again after later saves."""
    room = new_room()
    for number in range(30):
        students.add(room, {**CHILD, "name": f"先前{number}"}, {"guardian": "周父"})
    with pytest.raises(RuntimeError, match="stop"), room.write("改") as deed:
        deed.raw.execute("PRAGMA main.cache_size = 2")
        deed.raw.execute("UPDATE student SET number = hex(randomblob(9000))")
        kept = (room.folder / "desk.db-journal").read_bytes()
        raise RuntimeError("stop")
    for number in range(3):
        students.add(room, {**CHILD, "name": f"后来{number}"}, {"guardian": "周父"})
    room.close()
    assert len(kept) > 512
    (room.folder / "desk.db-journal").write_bytes(kept)
    again = open_room(room.folder, "甲", PASSWORD)
    found = {finding.what for finding in again.findings} | {finding.what for finding in drained(check(again))}
    assert "damaged" in found
    with pytest.raises(Damaged):
        students.everybody(again)
    again.close()


def test_a_slip_in_another_s_name_or_of_another_room_is_not_read(new_room: Callable[..., Room]) -> None:
    """A sealed word carried over from another room opens in none."""
    first, second = new_room("乙"), new_room(stage="junior", region="national")
    slips.write_slip(first, "来时在哭", NOW)
    slips.write_slip(second, "自己的", NOW)
    from psyroom.store.connection import raw_of

    with first.read() as session:
        (sealed,) = raw_of(session).execute("SELECT sealed FROM slip").fetchone()
    with second.write("改") as deed:
        deed.raw.execute(
            "INSERT INTO slip (id, day, at, person, sealed, read) VALUES ('x', ?, '12:00', 'y', ?, 0)",
            (date(2026, 9, 8).isoformat(), sealed),
        )
    assert {note.text for note in slips.read_slips(second)} == {"自己的", None}


def test_a_person_or_a_room_is_an_id_and_never_words(room: Room) -> None:
    """Below the window too: what names another record cannot carry what a child said."""
    from psyroom.errors import NotValid
    from psyroom.services import hours, openings

    now = hours.local_now(room)
    for field in ("person", "place"):
        values = {"day": now.date(), "starts": 0, "ends": 1, field: "他说不想活了"}
        with pytest.raises(NotValid) as told:
            openings.record(room, values, now)
        assert field in told.value.fields
