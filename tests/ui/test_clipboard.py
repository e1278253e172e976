"""What is copied is marked as not to be kept, from whatever widget it comes, before a clipboard history sees it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from psyroom.ui import clipboard, start
from psyroom.ui.kit.reading import Reading
from psyroom.ui.kit.writing import Writing

WORDS = "孩子说的一句话"


def in_a_line() -> QWidget:
    line = QLineEdit(WORDS)
    line.selectAll()
    return line


def to_write() -> QWidget:
    field = Writing()
    field.set_value(WORDS)
    field.selectAll()
    return field


def to_read() -> QWidget:
    label = Reading(WORDS)
    label.setSelection(0, len(WORDS))
    return label


def a_label() -> QWidget:
    label = QLabel(WORDS)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSelection(0, len(WORDS))
    return label


@pytest.mark.parametrize("make", [in_a_line, to_write, to_read, a_label])
def test_what_is_copied_is_not_kept(qtbot: object, qapp: QApplication, make: object) -> None:
    assert start.make_app() is qapp
    widget = make()  # type: ignore[operator]
    qtbot.addWidget(widget)  # type: ignore[attr-defined]
    widget.show()
    widget.setFocus()
    qapp.clipboard().clear()
    QTest.keyClick(widget, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lies = qapp.clipboard().mimeData()
    assert lies.text() == WORDS and clipboard.is_marked(lies)
    assert bytes(lies.data("x-kde-passwordManagerHint").data()) == b"secret"


def test_what_another_program_copied_is_left_alone(qapp: QApplication) -> None:
    """Only what this program owns is marked; the text stays the text."""
    data = QMimeData()
    data.setText(WORDS)
    data.setHtml(f"<b>{WORDS}</b>")
    found = clipboard.marked(data)
    assert (found.text(), found.html()) == (WORDS, f"<b>{WORDS}</b>") and not clipboard.is_marked(data)
