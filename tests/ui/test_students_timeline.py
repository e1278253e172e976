"""The time line in the student's card: folded words, kinds to choose from, slices, the way to a note, the way out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.services import notes, people, students
from psyroom.services.notes import StepTyped
from psyroom.settings import Settings
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui.kit.reading import Reading
from psyroom.ui.pages import students_timeline
from psyroom.ui.pages.students import Here
from psyroom.ui.pages.students_timeline import TimeLine
from psyroom.ui.window import Shell
from tests.conftest import PASSWORD
from tests.ui.at_the_window import open_window, press, words_of

NOW = datetime.now()
DAY = NOW.date()
COHORT = DAY.year if DAY.month >= 9 else DAY.year - 1
SECRET = "夜里听见石榴落地"


def write(room: Room, child: str, count: int = 1, **values: Any) -> str:
    made = ""
    for n in range(count):
        made = notes.add(
            room,
            {"day": DAY - timedelta(days=n % 300), "starts": 725, "ends": 765, "state": SECRET, **values},
            [child],
            NOW,
        )
    return made


@pytest.fixture
def child(room: Room) -> str:
    return students.add(room, {"name": "张晓雨", "stage": "vocational", "cohort": COHORT, "class_no": 3}, {})


def shown(qtbot: QtBot, room: Room, child: str) -> tuple[Here, TimeLine]:
    shell = open_window(qtbot, room, "students")
    page = shell.go("students", student=child)
    assert isinstance(page, Here)
    return page, page.card.time_line


def test_what_was_written_is_folded_until_enter_or_a_click(qtbot: QtBot, room: Room, child: str) -> None:
    write(room, child, topic="考前")
    _page, line = shown(qtbot, room, child)
    note = next(widget for widget in line.widgets() if widget.line.kind == "note")
    assert "个别辅导：考前" in words_of(line) and not line.findChildren(Reading)
    note.head.setFocus()
    qtbot.keyClick(note.head, Qt.Key.Key_Return)
    assert SECRET in line.findChildren(Reading)[0].words() and note.is_open()
    qtbot.keyClick(note.head, Qt.Key.Key_Return)
    assert not note.is_open()
    qtbot.mouseClick(note.head, Qt.MouseButton.LeftButton)
    assert note.is_open()
    line.turn_all()
    assert [widget.is_open() for widget in line.widgets() if widget.line.body] == [True]
    line.turn_all()
    assert not [widget for widget in line.widgets() if widget.is_open()] and line.unfold.text() == "全部展开"
    assert line.widgets()[0].head.hasFocus()  # the keyboard stays where it was


def test_kinds_are_chosen_by_keyboard_and_counted(qtbot: QtBot, room: Room, child: str) -> None:
    write(room, child, 2)
    notes.add(room, {"day": DAY, "kind": "parent"}, [child], NOW, steps=[StepTyped("打电话", DAY)])
    _page, line = shown(qtbot, room, child)
    pills = line.filter.buttons()
    assert [pill.text() for pill in pills.values()] == ["辅导记录 2", "沟通联系 1", "下一步 1", "名册 1"]
    pills["note"].setFocus()
    qtbot.keyClick(pills["note"], Qt.Key.Key_Right)
    assert pills["contact"].hasFocus()
    qtbot.keyClick(pills["contact"], Qt.Key.Key_Space)
    assert {widget.line.kind for widget in line.widgets()} == {"contact"}
    qtbot.keyClick(pills["contact"], Qt.Key.Key_Right)
    qtbot.keyClick(pills["step"], Qt.Key.Key_Space)
    assert {widget.line.kind for widget in line.widgets()} == {"contact", "step"}
    notes.add(room, {"day": DAY, "kind": "parent"}, [child], NOW)
    _page.shell.tell_changed("note")
    line = _page.card.time_line  # anew, with the same kinds
    assert line.chosen() == ("contact", "step") and len(line.widgets()) == 3 and line.isVisible()


def test_a_long_one_is_built_in_slices_as_one_walks(qtbot: QtBot, room: Room, child: str) -> None:
    write(room, child, 70)
    _page, line = shown(qtbot, room, child)
    assert len(line.widgets()) == students_timeline.SLICE and "还有 41 条" in line.more.text()
    line.widgets()[-1].head.setFocus()
    qtbot.keyClick(line.widgets()[-1].head, Qt.Key.Key_Down)
    assert len(line.widgets()) == 60 and line.widgets()[30].head.hasFocus()
    line.more.setFocus()
    qtbot.keyClick(line.more, Qt.Key.Key_Space)
    assert len(line.widgets()) == 71 and not line.more.isVisible() and line.widgets()[60].head.hasFocus()
    qtbot.keyClick(line.widgets()[60].head, Qt.Key.Key_Up)
    assert line.widgets()[59].head.hasFocus()


def test_a_line_leads_to_its_note_and_a_colleague_s_asks_there(qtbot: QtBot, room: Room, child: str) -> None:
    people.add(room, "丙", "counsellor", PASSWORD)
    note = write(room, child)
    folder = room.folder
    room.close()
    with open_room(folder, "丙", PASSWORD) as other:
        shell = open_window(qtbot, other, "students")
        page = shell.go("students", student=child)
        assert isinstance(page, Here)
        line = page.card.time_line
        sealed = next(widget for widget in line.widgets() if widget.line.kind == "note")
        assert "甲的记录（需说明原因才能打开）" in words_of(line) and SECRET not in words_of(line)
        line.turn_all()
        assert SECRET not in words_of(line) and not line.findChildren(Reading)
        gone: list[Any] = []
        page.card.opened.disconnect()
        page.card.opened.connect(gone.append)
        sealed.head.setFocus()
        qtbot.keyClick(sealed.head, Qt.Key.Key_Return)
        qtbot.keyClick(sealed.head, Qt.Key.Key_Space)
        assert [each.note for each in gone] == [note, note]
        shell.close()


def test_the_space_bar_goes_to_the_notes_page(qtbot: QtBot, room: Room, child: str) -> None:
    note = write(room, child)
    shell = Shell(room, Settings())
    qtbot.addWidget(shell)
    shell.show()
    page = shell.go("students", student=child)
    assert isinstance(page, Here)
    line = next(widget for widget in page.card.time_line.widgets() if widget.line.note == note)
    line.head.setFocus()
    qtbot.keyClick(line.head, Qt.Key.Key_Space)
    assert shell.now_shown == "notes"
    qtbot.waitUntil(lambda: SECRET in "".join(r.words() for r in shell.pages["notes"].findChildren(Reading)))


def test_the_print_begins_with_the_kinds_that_are_shown(qtbot: QtBot, room: Room, child: str) -> None:
    write(room, child)
    page, line = shown(qtbot, room, child)
    line.choose(["note"])
    press(line, "打印、导出")
    dialog = page.leaving
    qtbot.waitUntil(lambda: bool(dialog.files))
    assert dialog.ticked() == {"note"} and list(dialog.files) == [f"学生经过记录_{DAY.isoformat()}.pdf"]
    dialog.checks["bodies"].click()
    qtbot.waitUntil(lambda: bool(dialog.files))
    assert dialog.ticked() == {"note", "bodies"}
    dialog.reject()
    QApplication.processEvents()


def test_a_duty_person_has_neither_print_nor_words(qtbot: QtBot, room: Room, child: str) -> None:
    write(room, child, shared=True)
    folder = room.folder
    room.close()
    with open_room(folder, "乙", PASSWORD) as duty:
        shell = open_window(qtbot, duty, "students")
        page = shell.go("students", student=child)
        assert isinstance(page, Here)
        line = page.card.time_line
        assert {widget.line.kind for widget in line.widgets()} == {"entry"}
        assert "打印" not in words_of(line) and not line.printable and not line.unfold.isVisible()
        shell.close()
