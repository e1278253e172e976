"""The help inside the program: F1 opens what belongs to where one stands, words find it, links lead on, Esc goes back to
exactly what was left; and it is there before the room is open."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from psyroom.services import students
from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui import help as helping
from psyroom.ui.entrance import Entrance
from psyroom.ui.pages.background import BackgroundCard
from psyroom.ui.pages.walk_in import walk_in_of
from psyroom.ui.unlock import Unlock
from psyroom.ui.window import PAGES, Shell
from tests.test_architecture import ALLOWED, HARSH


@pytest.fixture
def shell(qtbot: QtBot, room: Room) -> Shell:
    made = Shell(room, Settings())
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)  # a key is a shortcut only in the window in front
    return made


def press(qtbot: QtBot, key: Qt.Key) -> None:
    """A key where the keyboard stands."""
    there = QApplication.focusWidget()
    assert there is not None
    qtbot.keyClick(there, key)
    QApplication.processEvents()


def opened(shell: Shell) -> str:
    """The key of the topic that is shown."""
    page: Any = shell.stack.currentWidget()
    assert isinstance(page, helping.HelpPage)
    title = page.list.currentItem().text()
    assert page.article.toPlainText().startswith(title)
    return next(t.key for t in helping.topics() if t.title == title)


def strings(path: Path) -> Iterator[str]:
    """Every string of a module that is not a docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def test_every_page_of_the_sidebar_has_its_help() -> None:
    covered = {page for topic in helping.topics() for page in topic.pages}
    assert covered >= {entry.key for entry in PAGES}
    assert len({t.key for t in helping.topics()}) == len(helping.topics())


@pytest.mark.parametrize("topic", helping.topics(), ids=lambda t: t.key)
def test_a_topic_reads_well(topic: helping.Topic) -> None:
    """A title, links that lead somewhere, quiet words, and short enough for one sitting."""
    assert topic.text.startswith(f"# {topic.title}") and 2 <= len(topic.title) <= 16
    keys = {t.key for t in helping.topics()}
    assert set(re.findall(r"\]\(([^)]*)\)", topic.text)) <= keys
    assert not [word for word in HARSH if word in topic.text.replace(ALLOWED, "")]
    assert len(topic.text) < 2500
    assert "正在写" not in topic.text


def test_every_topic_named_in_the_program_is_there() -> None:
    keys = {t.key for t in helping.topics()}
    window = Path(helping.__file__).parent
    named = {
        (path.name, key) for path in window.rglob("*.py")
        for key in re.findall(r'help_topic = "([a-z-]+)"', path.read_text("utf-8"))
    }  # fmt: skip
    assert len(named) > 15 and not {(name, key) for name, key in named if key not in keys}


def test_what_a_topic_quotes_stands_in_the_program() -> None:
    """The words on buttons, fields and tasks between “ ”, and keys: renamed there, they must be renamed here."""
    program = "\n".join(words for path in Path(helping.__file__).parents[1].rglob("*.py") for words in strings(path))
    quoted = {(t.key, words) for t in helping.topics() for words in re.findall("“([^”]+)”", t.text)}
    keys = {(t.key, key) for t in helping.topics() for key in re.findall(r"\*\*(Ctrl\+[A-Z]\w*|F\d+)\*\*", t.text)}
    assert len(quoted) > 150 and len(keys) > 60
    assert not {(key, words) for key, words in quoted | keys if words not in program}


def test_f1_opens_the_page_s_own_topic_and_goes_back(shell: Shell, qtbot: QtBot) -> None:
    shell.go("bookings")
    press(qtbot, Qt.Key.Key_F1)
    assert opened(shell) == "bookings"
    press(qtbot, Qt.Key.Key_Escape)
    assert shell.stack.currentWidget() is shell.pages["bookings"]
    press(qtbot, Qt.Key.Key_F1)
    press(qtbot, Qt.Key.Key_F1)
    assert shell.stack.currentWidget() is shell.pages["bookings"]


def test_f1_in_a_form_loses_nothing_and_comes_back_to_the_same_field(shell: Shell, qtbot: QtBot) -> None:
    page: Any = shell.go("bookings", new=True)
    form = page.form
    form.fields["client"].set_value("teacher")
    name = form.fields["name"].control
    name.setFocus()
    qtbot.keyClicks(name, "wang")
    press(qtbot, Qt.Key.Key_F1)
    assert opened(shell) == "bookings"
    press(qtbot, Qt.Key.Key_Escape)
    assert page.form is form and form.isVisible() and name.text() == "wang" and name.hasFocus()
    form.repeat.every.set_value(1)
    form.repeat.every.setFocus()
    shell.help()
    assert opened(shell) == "series"
    shell.tell_changed("booking")  # something changes behind the help, as by Ctrl+Z
    shell.leave_help()
    assert page.form is form and form.isVisible() and name.text() == "wang" and form.repeat.every.value() == 1


def test_f1_in_what_stands_in_the_page_s_place_comes_back_to_it(shell: Shell, qtbot: QtBot) -> None:
    page: Any = shell.go("bookings")
    page.beside.key_in()
    entry = page.stack.currentWidget()
    QApplication.processEvents()
    line = entry.visits[0]
    field = next(w for w in line.findChildren(QWidget) if w.isVisible() and hasattr(w, "insert"))
    field.setFocus()
    field.insert("0810")
    press(qtbot, Qt.Key.Key_F1)
    assert opened(shell) == "power-cut"
    press(qtbot, Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is entry and field.text() == "08:10" and field.hasFocus()
    page.beside.print_papers()
    shell.help()
    assert opened(shell) == "papers"
    shell.leave_help()
    openings: Any = shell.go("openings")
    openings.begin_rota()
    shell.help()
    assert opened(shell) == "rota"


def test_f1_while_somebody_is_let_in_comes_back_to_the_card(shell: Shell, qtbot: QtBot) -> None:
    shell.walk_in()
    veil: Any = walk_in_of(shell)
    veil.picker.insert("li")
    press(qtbot, Qt.Key.Key_F1)
    assert opened(shell) == "walk-in" and not veil.isVisible()
    press(qtbot, Qt.Key.Key_Escape)
    assert veil.isVisible() and veil.picker.text() == "li" and veil.picker.hasFocus()


def test_the_side_sheets_name_their_topics(shell: Shell) -> None:
    page: Any = shell.go("bookings")
    for do, topic in ((page.toggle_waiting, "waiting"), (page.show_groups, "groups"), (page.new_event, "lessons")):
        do()
        shell.help()
        assert opened(shell) == topic
        shell.leave_help()
        assert page.sheet.isVisible()


def test_the_parts_of_a_note_and_of_a_student_name_their_topics(shell: Shell, qtbot: QtBot) -> None:
    page: Any = shell.go("notes")
    page.pane.box.setFocus()
    press(qtbot, Qt.Key.Key_F1)
    assert opened(shell) == "find-notes"
    shell.leave_help()
    values = {"name": "张晓雨", "stage": "vocational", "cohort": 2026, "class_no": 1}
    student = students.add(shell.room, values, {})
    shell.go("notes", student=student, kind="individual")
    editor = page.stack.currentWidget()
    for held, topic in ((editor.sheet.parts["state"].control, "notes"), (editor.private, "private-note")):
        if topic == "private-note":
            editor.private.open()
            held = editor.private.part.control
        held.setFocus()
        held.insertPlainText("写到一半")
        press(qtbot, Qt.Key.Key_F1)
        assert opened(shell) == topic
        press(qtbot, Qt.Key.Key_Escape)
        assert page.stack.currentWidget() is editor and held.hasFocus() and held.toPlainText() == "写到一半"
    editor.leave()
    card: Any = shell.go("students", student=student).card
    for held, topic in ((card.findChild(BackgroundCard).edit, "growth-file"), (card.time_line.filter, "timeline")):
        assert helping.topic_at([held], None, "students").key == topic


def test_the_parts_of_the_settings_name_their_topics(shell: Shell) -> None:
    page: Any = shell.go("settings")
    named = {section.KEY: helping.topic_at([section], page, "settings").key for section in page.sections}
    wanted = {
        "people": "people", "password": "passwords", "enrol": "new-computer", "notes": "signed-notes", "phrases": "phrases",
        "talks": "talk-rules", "backups": "backups", "safety": "checkup", "exports": "exports", "bin": "recycle-bin",
    }  # fmt: skip
    assert wanted.items() <= named.items()


TABS = {
    "cover": "talks", "table": "talk-table", "sheets": "talk-sheets", "plans": "plans", "feedback": "feedback",
    "visits": "home-visits",
}  # fmt: skip


@pytest.mark.parametrize(("tab", "topic"), TABS.items())
def test_every_tab_of_the_talks_opens_its_topic(shell: Shell, tab: str, topic: str) -> None:
    values = {"name": "张晓雨", "stage": "vocational", "cohort": 2026, "class_no": 1}
    students.add(shell.room, values, {})
    page: Any = shell.go("talks", tab=tab)
    shell.help()
    assert opened(shell) == topic
    shell.leave_help()
    assert page.now_shown == tab
    page.strip.setFocus()
    shell.help()
    assert opened(shell) == topic


def test_the_forms_of_the_talks_open_their_topics(shell: Shell) -> None:
    values = {"name": "张晓雨", "stage": "vocational", "cohort": 2026, "class_no": 1}
    student = students.add(shell.room, values, {})
    page: Any = shell.go("talks", tab="cover", student=student, deed="care")
    page.sheet.body().fields["ground"].control.setFocus()
    shell.help()
    assert opened(shell) == "care"
    shell.leave_help()
    assert page.sheet.isVisible()
    page.sheet.shut()
    page.show_tab("sheets").read()
    shell.help()
    assert opened(shell) == "talk-sheets"


def test_words_find_a_topic_and_links_lead_on(shell: Shell, qtbot: QtBot) -> None:
    shell.help()
    page: Any = shell.stack.currentWidget()
    qtbot.keyClicks(page.words, "Ctrl+Q")
    assert page.list.count() >= 1 and "Ctrl+Q" in page.article.toPlainText()
    page.words.setText("没有这样的话")
    assert page.list.count() == 0 and page.none.isVisible()
    page.article.anchorClicked.emit(QUrl("bookings"))
    assert page.article.toPlainText().startswith(next(t.title for t in helping.topics() if t.key == "bookings"))


def test_esc_leaves_the_help_wherever_its_keyboard_stands(shell: Shell, qtbot: QtBot) -> None:
    for part in ("words", "list", "article"):
        shell.help()
        page: Any = shell.stack.currentWidget()
        getattr(page, part).setFocus()
        press(qtbot, Qt.Key.Key_Escape)
        assert shell.stack.currentWidget() is shell.pages["today"], part


def test_before_the_room_is_open_f1_tells_of_passwords_and_comes_back(qtbot: QtBot, room: Room) -> None:
    folder = room.folder
    room.close()
    entrance = Entrance(Settings(), folder)
    qtbot.addWidget(entrance)
    entrance.show()
    entrance.activateWindow()
    qtbot.waitUntil(entrance.isActiveWindow)
    unlock: Any = entrance.shown()
    assert isinstance(unlock, Unlock)
    unlock.password.control.insert("未打完")
    press(qtbot, Qt.Key.Key_F1)
    page: Any = entrance.shown()
    assert page.list.currentItem().text() == next(t.title for t in helping.topics() if t.key == "passwords")
    press(qtbot, Qt.Key.Key_Escape)
    assert entrance.shown() is unlock and unlock.password.value() == "未打完" and unlock.password.control.hasFocus()
    entrance.show_welcome()
    press(qtbot, Qt.Key.Key_F1)
    assert entrance.shown().list.currentItem().text() == next(t.title for t in helping.topics() if t.key == "start")


def test_help_is_looked_at(shoot: Callable[[QWidget, str], None], shell: Shell) -> None:
    shell.help()
    shoot(shell, "help")
