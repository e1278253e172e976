"""The draft of a note: within three seconds, through a kill, a full disk and a lock in the middle of a word; announced when
one comes back, and neither it nor what was saved is ever written over unasked."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from psyroom.services import drafts, notes, private_notes
from psyroom.store.opening import open_room
from psyroom.ui import drafting
from psyroom.ui.kit.reading import Reading
from psyroom.ui.pages.note_draft import CompareView, moment
from psyroom.ui.pages.note_editor import NoteEditor
from tests.services.room_for_bookings import PASSWORD, Small, make_small
from tests.ui.at_the_editor import (
    CTRL,
    NOW,
    a_note,
    a_visit,
    compose,
    editor_in,
    field,
    full_disk,
    key,
    set_clock,
    stored,
    window,
    write,
)
from tests.ui.at_the_window import press, words_of
from tests.ui.conftest import Answers

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made)
    yield made
    made.room.close()


def kept(small: Small, about: str) -> dict[str, Any]:
    found = drafts.load(small.room, notes.FORM, about)
    assert found is not None
    return found


def left_behind(qtbot: QtBot, small: Small, note: str, words: str = "，又想起一句") -> NoteEditor:
    """Write on in a saved note, go without saving, and come back."""
    editor = editor_in(window(qtbot, small), edit=note)
    field(editor, "state").moveCursor(field(editor, "state").textCursor().MoveOperation.End)
    write(editor, "state", words)
    key(qtbot, Qt.Key.Key_Escape)
    return editor_in(editor.shell, edit=note)


# ---- kept ---------------------------------------------------------------------------------------------------------


def test_escape_keeps_the_draft_and_warns_of_nothing(small: Small, qtbot: QtBot, answers: Answers) -> None:
    came = a_visit(small)
    editor = editor_in(window(qtbot, small), visit=came)
    write(editor, "state", "低着头。")
    key(qtbot, Qt.Key.Key_Escape)
    assert answers.asked == [] and kept(small, came)["state"] == "低着头。"


def test_what_was_only_looked_at_leaves_no_draft(small: Small, qtbot: QtBot) -> None:
    note = a_note(small)
    editor = editor_in(window(qtbot, small), edit=note)
    write(editor, "problem", "写了")
    field(editor, "problem").undo()
    key(qtbot, Qt.Key.Key_Escape)
    assert drafts.pending(small.room) == []


def test_who_writes_without_a_pause_has_a_draft_all_the_same(
    small: Small, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "PAUSE", 200)
    came = a_visit(small)
    editor = editor_in(window(qtbot, small), visit=came)
    for _ in range(60):
        write(editor, "state", "字")
        qtbot.wait(20)
        if drafts.load(small.room, notes.FORM, came):
            break
    assert kept(small, came)["state"] and "草稿已存" in editor.status.text()


def test_a_lock_in_the_middle_of_a_syllable_keeps_the_word_and_the_syllable(
    small: Small, qtbot: QtBot, left: list[Any]
) -> None:
    came = a_visit(small)
    editor = editor_in(window(qtbot, small), visit=came)
    write(editor, "state", "她说她很")
    compose(field(editor, "state"), "nan'guo")
    editor.private.open()
    editor.private.part.control.insertPlainText("我也")
    compose(editor.private.part.control, "ji")
    folder = small.room.folder
    editor.shell.lock()
    assert left and small.room.closed
    small.room = open_room(folder, "王老师", PASSWORD)
    found = kept(small, came)
    assert found["state"] == "她说她很nan'guo"
    assert private_notes.unseal(small.room, found["private"]) == "我也ji"


def test_a_full_disk_is_said_quietly_and_the_draft_tried_again(
    small: Small, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, answers: Answers
) -> None:
    monkeypatch.setattr(drafting, "PAUSE", 50)
    came = a_visit(small)
    editor = editor_in(window(qtbot, small), visit=came)
    with full_disk():
        write(editor, "state", "低着头。")
        editor.flush()
        assert "草稿暂时存不下" in editor.status.text() and editor.status.toolTip()
        assert field(editor, "state").value() == "低着头。" and not editor.shell.toaster.isVisible()
        answers.yes = False
        editor.leave()  # the only place where leaving would lose something: it asks
        assert answers.asked == ["草稿没有存下"] and editor.isVisible()
    qtbot.waitUntil(lambda: drafts.load(small.room, notes.FORM, came) is not None)
    assert kept(small, came)["state"] == "低着头。" and "草稿已存" in editor.status.text()


KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from psyroom.services import notes
from psyroom.services.hours import local_now
from psyroom.settings import Settings
from psyroom.store.opening import open_room
from psyroom.ui import drafting
from psyroom.ui.pages.note_editor import NoteEditor
from psyroom.ui.window import Shell
app = QApplication([])
room = open_room(Path(sys.argv[1]), "王老师", sys.argv[2])
room.now = lambda: datetime.fromisoformat(sys.argv[4])
shell = Shell(room, Settings())
editor = NoteEditor(room, shell, blank=notes.blank(room, visit=sys.argv[3], now=local_now(room)))
editor.draft.kept.connect(lambda: print(len(editor.sheet.parts["state"].value()), flush=True))
keys = QTimer()
keys.timeout.connect(lambda: editor.sheet.parts["state"].control.insertPlainText("字"))
keys.start(50)
QTimer.singleShot(20_000, app.quit)
app.exec()
"""


def test_a_killed_process_leaves_what_was_written_until_three_seconds_before(small: Small) -> None:
    came = a_visit(small)
    folder = small.room.folder
    small.room.close()
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder), PASSWORD, came, NOW.astimezone(UTC).isoformat()],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        said = int(child.stdout.readline() or 0)  # a draft while the keys never paused
        time.sleep(0.2)
    finally:
        child.kill()
        child.communicate()
    small.room = open_room(folder, "王老师", PASSWORD)
    assert said and len(kept(small, came)["state"]) >= said


# ---- announced ----------------------------------------------------------------------------------------------------


def test_a_draft_announces_itself_and_the_saved_is_what_is_shown(small: Small, qtbot: QtBot) -> None:
    note = a_note(small)
    editor = left_behind(qtbot, small, note)
    assert editor.banner.isVisible() and "没保存的草稿" in editor.banner.words.text()
    assert field(editor, "state").value() == "说话声音小。" and not field(editor, "state").isEnabled()
    assert editor.banner.restore.hasFocus()
    key(qtbot, Qt.Key.Key_Return)
    assert field(editor, "state").value() == "说话声音小。，又想起一句" and not editor.banner.isVisible()
    assert stored(small, note).fields.state == "说话声音小。", "restoring is not saving"
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert stored(small, note).fields.state == "说话声音小。，又想起一句" and drafts.pending(small.room) == []


def test_nothing_is_written_over_before_one_has_chosen(small: Small, qtbot: QtBot) -> None:
    note = a_note(small)
    editor = left_behind(qtbot, small, note)
    before = kept(small, note)
    key(qtbot, Qt.Key.Key_A)  # typing before choosing goes nowhere
    field(editor, "state").insertPlainText("硬塞进去的")
    editor.draft._now()
    assert kept(small, note) == before
    assert not editor.save() and "请先选" in editor.banner.words.text()
    key(qtbot, Qt.Key.Key_Escape)
    assert kept(small, note) == before and stored(small, note).fields.state == "说话声音小。"


def test_both_are_seen_side_by_side(small: Small, qtbot: QtBot) -> None:
    note = a_note(small)
    shell = window(qtbot, small)
    editor = editor_in(shell, edit=note)
    write(editor, "problem", "和同桌吵了一架")
    editor.sheet.pills.set_value(["peers"])
    editor.private.open()
    editor.private.part.control.insertPlainText("我有点急")
    key(qtbot, Qt.Key.Key_Escape)
    editor = editor_in(shell, edit=note)
    editor.banner.compare.setFocus()
    key(qtbot, Qt.Key.Key_Return)
    view = editor.stack.currentWidget()
    assert isinstance(view, CompareView)
    sides: list[Reading] = view.findChildren(Reading)
    shown = " ".join(side.words() for side in sides)
    assert "和同桌吵了一架" in shown and "同伴交往" in shown and "我有点急" in shown
    assert "目前的心理状况" not in words_of(view)  # the same on both sides
    key(qtbot, Qt.Key.Key_Escape)
    assert editor.banner.isVisible() and editor.banner.compare.hasFocus()
    editor.compare()
    press(editor, "恢复草稿")
    assert field(editor, "problem").value() == "和同桌吵了一架" and editor.sheet.pills.value() == ["peers"]
    assert editor.private.kept() == "我有点急"
    assert editor.save() and private_notes.read(small.room, note) == "我有点急"


def test_a_discarded_draft_can_be_had_back_for_a_while(small: Small, qtbot: QtBot) -> None:
    note = a_note(small)
    editor = left_behind(qtbot, small, note)
    before = kept(small, note)
    press(editor.banner, "丢弃")
    assert drafts.pending(small.room) == [] and field(editor, "state").isEnabled()
    editor.shell.toaster.take_more()
    assert kept(small, note) == before and editor.banner.isVisible()


def test_a_draft_found_again_does_not_take_away_what_was_typed_since(small: Small, qtbot: QtBot) -> None:
    note = a_note(small)
    editor = left_behind(qtbot, small, note)
    press(editor.banner, "丢弃")
    write(editor, "problem", "新写的")
    editor.shell.toaster.take_more()
    assert field(editor, "problem").value() == "新写的" and not editor.banner.isVisible()
    assert "不换回来" in editor.shell.toaster.words()


def test_the_draft_of_an_unsaved_note_comes_back_whole(small: Small, qtbot: QtBot) -> None:
    came = a_visit(small)
    shell = window(qtbot, small)
    editor = editor_in(shell, visit=came)
    write(editor, "state", "低着头。")
    editor.sheet.folds["words"].turn()
    write(editor, "words", "“我一进教室就想走。”")
    editor.sheet.pills.set_value(["study", "mood"])
    editor.sheet.steps.lines()[0].words.set_value("再谈一次")
    editor.sheet.steps.lines()[0].due.set_value("过几天")  # cannot be read, and is kept all the same
    editor.sheet.first.pupils.set_value(small.students[:2])
    editor.edited.emit()
    key(qtbot, Qt.Key.Key_Escape)
    editor = editor_in(shell, visit=came)
    assert "来访" not in editor.banner.words.text() and editor.banner.isVisible()
    editor.restore()
    assert field(editor, "words").isVisible() and field(editor, "words").value() == "“我一进教室就想走。”"
    assert editor.sheet.pills.value() == ["study", "mood"]
    assert editor.sheet.steps.value() == [["", "再谈一次", "过几天"]]
    assert editor.sheet.first.pupils.value() == small.students[:2]


def test_a_refused_deed_takes_no_draft_away(small: Small, qtbot: QtBot) -> None:
    editor = editor_in(window(qtbot, small))
    write(editor, "state", "还没有选学生")
    editor.flush()
    assert not editor.save() and kept(small, "")["state"] == "还没有选学生"


def test_when_it_was_is_said_in_words() -> None:
    at = datetime(2026, 9, 8, 20, 14).astimezone()
    assert moment(at, at + timedelta(hours=1)) == "今天 20:14"
    assert moment(at, at + timedelta(days=2)) == "9月8日 20:14"
    assert moment(at, at + timedelta(days=300)) == "2026年9月8日 20:14"


def test_a_click_on_the_waiting_sheet_points_to_the_choice(small: Small, qtbot: QtBot) -> None:
    editor = left_behind(qtbot, small, a_note(small))
    editor.banner.drop.setFocus()
    qtbot.mouseClick(field(editor, "state").viewport(), Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    held = QApplication.focusWidget()
    assert isinstance(held, QPushButton) and held is editor.banner.restore
    assert "请先选" in editor.banner.words.text()
