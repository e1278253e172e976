"""Pictures of the note editor, every kind of sheet and all that may lie over it, at both sizes and in the dark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.services.notes import StepTyped
from psyroom.settings import Settings
from psyroom.ui.tokens import now as look
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import TUESDAY, Small, make_small
from tests.ui.at_the_editor import a_note, a_visit, editor_in, field, set_clock, write

SAID = (
    "进来时低着头，坐下后两手一直绞着衣角。说到期中成绩时眼圈红了，停了一会儿才接着说。睡得晚，常到一点以后。"
    "电话13812345678，患者近两周午饭吃得少。"
)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made)
    yield made
    made.room.close()


@pytest.fixture
def shell(qtbot: QtBot, small: Small, shoot: Any) -> Shell:
    made = Shell(small.room, Settings(text_size=look().text_size))
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_sheet(shoot: Any, shell: Shell, small: Small) -> None:
    before = {"day": TUESDAY - timedelta(days=7), "measures": "一起把“她不理我”写成三件具体的事，商定先说其中一件。"}
    a_note(small, values=before, steps=[StepTyped("看她有没有跟同桌说那件事", TUESDAY)])
    came = a_visit(small)
    shoot(shell, "note-editor-first")
    editor = editor_in(shell, visit=came)
    write(editor, "state", SAID)
    said = editor.sheet.parts["state"].cautions
    assert said is not None
    said.look()
    editor.sheet.pills.set_value(["study", "mood"])
    shoot(shell, "note-editor-individual")
    editor.phrases.open(field(editor, "problem"), "problem")
    shoot(shell, "note-editor-phrases")
    editor.phrases.shut()
    editor.private.open()
    editor.sheet.steps.lines()[0].words.set_value("再谈一次")
    editor.sheet.steps.lines()[0].due.set_value("明天")
    editor.private.part.control.setFocus()
    QApplication.processEvents()
    shoot(shell, "note-editor-foot")
    editor.leave()
    editor = editor_in(shell, visit=came)
    shoot(shell, "note-editor-draft")
    editor.compare()
    shoot(shell, "note-editor-compare")
    editor.restore()
    assert editor.save()
    for kind in ("group", "parent", "hospital"):
        editor_in(shell, student=small.students[1], kind=kind)
        shoot(shell, f"note-editor-{kind}")
