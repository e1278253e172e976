"""Long text on the real window: a field that grows, its undo, gentle words under it, phrases at the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.records.notes import LONG
from psyroom.services import phrases
from psyroom.ui.kit.writing import Writing
from psyroom.ui.pages.note_cautions import Cautions
from psyroom.ui.pages.note_editor import NoteEditor
from tests.services.room_for_bookings import Small, make_small
from tests.ui.at_the_editor import CTRL, commit, compose, editor_in, field, key, set_clock, window, write
from tests.ui.at_the_window import buttons_of, press, words_of


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made)
    yield made
    made.room.close()


@pytest.fixture
def editor(small: Small, qtbot: QtBot) -> NoteEditor:
    return editor_in(window(qtbot, small), student=small.students[0])


# ---- the field ----------------------------------------------------------------------------------------------------


def test_the_field_grows_with_its_words_and_shrinks_again(editor: NoteEditor) -> None:
    part = field(editor, "state")
    before = part.height()
    write(editor, "state", "一行\n" * 12)
    QApplication.processEvents()
    assert part.height() > before * 2
    lines = part.document().blockCount() * part.fontMetrics().lineSpacing()
    assert part.viewport().height() >= lines  # nothing is cut, nothing scrolls inside
    part.undo()
    QApplication.processEvents()
    assert part.height() == before


def test_places_are_counted_as_people_count_characters(qtbot: QtBot) -> None:
    made = Writing()
    qtbot.addWidget(made)
    made.set_value("她发来😢，说患者很多")
    at = made.toPlainText().index("患者")
    assert made.cursor_of((at, at + 2)).selectedText() == "患者"
    made.replace((at, at + 2), "同学")
    assert made.value() == "她发来😢，说同学很多"
    made.undo()
    assert made.value() == "她发来😢，说患者很多"
    made.moveCursor(QTextCursor.MoveOperation.End)
    compose(made, "ni")
    assert made.kept() == "她发来😢，说患者很多ni" and made.value() == "她发来😢，说患者很多"
    commit(made, "你")
    assert made.kept() == made.value() == "她发来😢，说患者很多你"


def test_what_still_fits_is_said_only_near_the_end(editor: NoteEditor) -> None:
    part = editor.sheet.parts["state"]
    write(editor, "state", "字" * 200)
    assert not part.counter.isVisible()
    field(editor, "state").set_value("字" * (LONG - 100))
    assert part.counter.isVisible() and "还可以写 100 个字" in part.counter.text()
    field(editor, "state").set_value("字" * (LONG + 3))
    assert "多了 3 个字" in part.counter.text() and len(field(editor, "state").value()) == LONG + 3


# ---- gentle words -------------------------------------------------------------------------------------------------


def cautions(editor: NoteEditor, name: str) -> Cautions:
    found = editor.sheet.parts[name].cautions
    assert found is not None
    return found


def test_a_better_word_is_offered_under_the_field_and_taken_by_a_press(editor: NoteEditor, qtbot: QtBot) -> None:
    write(editor, "problem", "患者近两周睡不着，电话13812345678。")
    said = cautions(editor, "problem")
    assert not said.isVisible()  # not in the midst of a word
    qtbot.waitUntil(said.isVisible)
    assert [c.kind for c in said.shown()] == ["word", "phone"]
    words = field(editor, "problem")
    assert [words.toPlainText()[a:b] for a, b in words.marked()] == ["患者", "13812345678"]
    better = said.shown()[0].better
    press(said, f"改成“{better}”")
    assert words.value().startswith(f"{better}近两周") and words.hasFocus()
    assert [c.kind for c in said.shown()] == ["phone"]
    key(qtbot, Qt.Key.Key_Z, CTRL)
    assert words.value().startswith("患者近两周")


def test_gentle_words_hold_nothing_up_and_can_be_let_be(editor: NoteEditor, small: Small, qtbot: QtBot) -> None:
    write(editor, "problem", "电话13812345678。")
    said = cautions(editor, "problem")
    said.look()
    assert said.isVisible() and editor.save()
    said._leave("13812345678", said.shown()[0])
    assert not said.isVisible() and field(editor, "problem").marked() == ()


def test_a_hospital_s_finding_and_the_child_s_own_words_are_fine(editor: NoteEditor) -> None:
    editor.sheet.hospital.set_open(True)
    write(editor, "hospital_says", "焦虑状态")
    write(editor, "effect", "“他们都说我是患者”")
    for name in ("hospital_says", "effect"):
        cautions(editor, name).look()
        assert not cautions(editor, name).shown()


# ---- phrases ------------------------------------------------------------------------------------------------------


@pytest.fixture
def own(small: Small) -> str:
    phrases.add(small.room, "主动说起在校的事", "")
    return "主动说起在校的事"


def test_a_semicolon_and_letters_call_the_list_at_the_cursor(own: str, editor: NoteEditor, qtbot: QtBot) -> None:
    write(editor, "state", "今天")
    for letter in ";zdsq":
        qtbot.keyClicks(field(editor, "state"), letter)
    assert editor.phrases.isVisible() and editor.phrases.rows()[0] == own
    assert field(editor, "state").hasFocus()
    key(qtbot, Qt.Key.Key_Return)
    assert field(editor, "state").value() == f"今天{own}" and not editor.phrases.isVisible()
    key(qtbot, Qt.Key.Key_Z, CTRL)
    assert own not in field(editor, "state").value()


def test_a_chinese_semicolon_ends_half_a_sentence_and_calls_nothing(own: str, editor: NoteEditor, qtbot: QtBot) -> None:
    write(editor, "state", "睡得晚；")
    assert not editor.phrases.isVisible()
    key(qtbot, Qt.Key.Key_Return)
    assert field(editor, "state").toPlainText() == "睡得晚；\n"
    write(editor, "state", "起得晚；zds")  # an input method hands letters over when Enter ends it
    assert editor.phrases.isVisible()
    key(qtbot, Qt.Key.Key_Escape)
    assert not editor.phrases.isVisible() and editor.isVisible() and "；zds" in field(editor, "state").value()


def test_f8_opens_the_list_whatever_the_input_method_does(own: str, editor: NoteEditor, qtbot: QtBot) -> None:
    field(editor, "state").setFocus()
    key(qtbot, Qt.Key.Key_F8)
    assert editor.phrases.seek.hasFocus()
    assert not editor.phrases.seek.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)
    assert len(editor.phrases.rows()) > 1
    qtbot.keyClicks(editor.phrases.seek, "zds")
    assert editor.phrases.rows()[0] == own
    key(qtbot, Qt.Key.Key_Return)
    assert field(editor, "state").value() == own and field(editor, "state").hasFocus()
    key(qtbot, Qt.Key.Key_F8)
    key(qtbot, Qt.Key.Key_Escape)
    assert not editor.phrases.isVisible() and field(editor, "state").hasFocus() and editor.isVisible()


def test_selected_words_are_kept_as_a_phrase_and_taken_out_again(
    small: Small, editor: NoteEditor, qtbot: QtBot
) -> None:
    write(editor, "measures", "约好每天记三件小事")
    field(editor, "measures").selectAll()
    key(qtbot, Qt.Key.Key_F8)
    assert editor.phrases.rows()[0].endswith("约好每天记三件小事")
    key(qtbot, Qt.Key.Key_Return)
    assert [p.text for p in phrases.find(small.room, "yhmt", "measures") if p.own] == ["约好每天记三件小事"]
    assert field(editor, "measures").value() == "约好每天记三件小事" and field(editor, "measures").hasFocus()
    key(qtbot, Qt.Key.Key_End, CTRL)
    key(qtbot, Qt.Key.Key_F8)
    qtbot.keyClicks(editor.phrases.seek, "yhmt")
    key(qtbot, Qt.Key.Key_Delete)
    assert not [p for p in phrases.find(small.room, "yhmt", "measures") if p.own]
    editor.shell.undo_deed()
    assert [p for p in phrases.find(small.room, "yhmt", "measures") if p.own]


def test_the_way_to_the_phrases_is_said_beside_the_sheet(editor: NoteEditor) -> None:
    assert "F8" in words_of(editor.beside) and not buttons_of(editor.beside, "恢复")
