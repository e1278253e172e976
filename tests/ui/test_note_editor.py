"""Writing a note on the real window and the real store: filled in from the visit, by keyboard, saved, refused, undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.records.notes import LONG, NOTE_KINDS
from psyroom.services import drafts, history, next_steps, note_list, notes, private_notes
from psyroom.services.notes import StepTyped
from psyroom.ui.pages.note_editor import NoteEditor
from tests.services.room_for_bookings import TUESDAY, Small, make_small
from tests.ui.at_the_editor import (
    CTRL,
    NOW,
    a_note,
    a_visit,
    editor_in,
    field,
    key,
    set_clock,
    stored,
    window,
    write,
)
from tests.ui.at_the_window import buttons_of, press, words_of
from tests.ui.conftest import Answers


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    set_clock(made)
    yield made
    made.room.close()


def test_the_first_line_is_filled_in_from_the_visit_and_can_be_set_right(small: Small, qtbot: QtBot) -> None:
    came = a_visit(small)
    editor = editor_in(window(qtbot, small), visit=came)
    assert "9月8日 周二" in editor.sheet.first.summary.text() and "共 45 分钟" in editor.sheet.first.summary.text()
    assert editor.sheet.first.pupils.names() == ["张晓雨"] and field(editor, "state").hasFocus()
    key(qtbot, Qt.Key.Key_F2)
    assert editor.sheet.form.fields["day"].control.hasFocus()
    ends = editor.sheet.form.fields["ends"].control
    ends.setFocus()
    ends.clear()
    qtbot.keyClicks(ends, "1300")
    assert "共 50 分钟" in editor.sheet.first.summary.text()
    write(editor, "state", "低着头，说话声音小。")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert editor.note is not None and editor.isVisible() and field(editor, "state").hasFocus()
    found = stored(small, editor.note.id)
    assert (found.fields.visit, found.fields.ends, found.fields.state) == (came, 780, "低着头，说话声音小。")
    assert drafts.pending(small.room) == [] and "已保存" in editor.status.text()
    assert "主要问题与评估" in editor.header.question.text()  # what is still missing is said, not asked for


def test_from_the_child_to_the_last_field_by_keyboard_alone(small: Small, qtbot: QtBot) -> None:
    editor = editor_in(window(qtbot, small))
    assert editor.sheet.first.pupils.picker.hasFocus()
    qtbot.keyClicks(editor.sheet.first.pupils.picker, "zxy")
    key(qtbot, Qt.Key.Key_Return)
    seen: list[str] = []
    for _ in range(40):
        held = QApplication.focusWidget()
        fields = editor.sheet.form.fields
        at = next((name for name, one in fields.items() if held is not None and one.isAncestorOf(held)), "")
        at = at or ("private" if held is not None and editor.private.isAncestorOf(held) else "")
        if at and at not in seen:
            seen.append(at)
        if at == "private":
            break
        key(qtbot, Qt.Key.Key_Tab)
    assert seen == [
        *("students", "day", "starts", "ends", "place", "channel", "kind", "source"),
        *("state", "problem", "categories", "measures", "effect", "steps", "private"),
    ]
    key(qtbot, Qt.Key.Key_Return)  # opens the private note and goes in
    assert editor.private.part.control.hasFocus()
    key(qtbot, Qt.Key.Key_Return, CTRL)
    (line,) = note_list.listed(small.room, NOW)
    assert line.students == (small.students[0],)


def test_several_words_are_pressed_by_arrows_and_space(small: Small, qtbot: QtBot) -> None:
    editor = editor_in(window(qtbot, small), student=small.students[0])
    pills = editor.sheet.pills
    next(iter(pills.buttons().values())).setFocus()
    key(qtbot, Qt.Key.Key_Space)
    key(qtbot, Qt.Key.Key_Right)
    key(qtbot, Qt.Key.Key_Right)
    key(qtbot, Qt.Key.Key_Space)
    assert pills.value() == ["study", "self"]
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert editor.note is not None and [key for key, _ in editor.note.categories] == ["study", "self"]


SHOWN = {
    "individual": {"state", "problem", "measures", "effect"},
    "group": {"topic", "state", "problem", "measures", "effect"},
    "teacher": {"with_whom", "state", "problem", "measures", "effect"},
    "telephone": {"with_whom", "state", "problem", "measures", "effect"},
    "parent": {"with_whom", "topic", "problem", "measures", "outcome"},
    "class_teacher": {"with_whom", "topic", "problem", "measures", "outcome"},
    "head": {"with_whom", "topic", "problem", "measures", "outcome"},
    "hospital": {"with_whom", "topic", "problem", "measures", "outcome", "hospital_says", "hospital", "hospital_day"},
}
ASKED = {"topic", "with_whom", "state", "problem", "measures", "effect", "outcome"}
HOSPITAL = {"hospital_says", "hospital", "hospital_day"}


@pytest.mark.parametrize("kind", list(NOTE_KINDS))
def test_each_kind_shows_its_own_fields(small: Small, qtbot: QtBot, kind: str) -> None:
    editor = editor_in(window(qtbot, small), student=small.students[0], kind=kind)
    fields = editor.sheet.form.fields
    assert {name for name in ASKED | HOSPITAL if fields[name].isVisible()} == SHOWN[kind]
    assert NOTE_KINDS[kind] in editor.header.title.text()


def test_what_was_written_under_another_kind_stays_in_sight(small: Small, qtbot: QtBot) -> None:
    editor = editor_in(window(qtbot, small), student=small.students[0])
    write(editor, "effect", "“轻一点了”")
    editor.sheet.form.fields["kind"].set_value("parent")
    assert field(editor, "effect").isVisible() and not field(editor, "state").isVisible()


def test_a_group_s_note_lies_in_many_files(small: Small, qtbot: QtBot) -> None:
    editor = editor_in(window(qtbot, small), kind="group")
    picker = editor.sheet.first.pupils.picker
    for letters in ("zxy", "lm", "wf"):
        picker.setFocus()
        qtbot.keyClicks(picker, letters)
        key(qtbot, Qt.Key.Key_Return)
    key(qtbot, Qt.Key.Key_Backspace)  # the last name goes again
    assert editor.sheet.first.pupils.names() == ["张晓雨", "李明"]
    editor.sheet.form.fields["topic"].set_value("考前减压")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert editor.note is not None and [c.who for c in editor.note.students] == ["张晓雨", "李明"]


def test_a_refusal_stands_under_its_field_and_nothing_typed_is_lost(small: Small, qtbot: QtBot) -> None:
    editor = editor_in(window(qtbot, small))
    write(editor, "state", "写了很多")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert "哪位学生" in editor.sheet.first.children_field.error.text() and editor.note is None
    editor.sheet.first.pupils.set_value([small.students[0]])
    write(editor, "measures", "字" * (LONG + 1))
    assert "多了 1 个字" in words_of(editor.sheet.parts["measures"])
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert str(LONG) in editor.sheet.parts["measures"].error.text() and field(editor, "measures").hasFocus()
    field(editor, "measures").set_value("商定")
    line = editor.sheet.steps.lines()[0]
    line.words.set_value("再谈一次")
    line.due.setText("过几天")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert "看不懂这个日期" in editor.sheet.steps.wrong.text() and line.due.hasFocus()
    assert editor.sheet.first.pupils.names() == ["张晓雨"] and field(editor, "state").value() == "写了很多"
    assert drafts.load(small.room, notes.FORM, "") is None  # the three seconds have not passed …
    editor.flush()
    assert drafts.load(small.room, notes.FORM, "") is not None  # … and a refused deed took no draft away
    line.due.set_value("明天")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert editor.note is not None and drafts.pending(small.room) == []
    assert [(s.text, s.due) for s in editor.note.steps] == [("再谈一次", TUESDAY + timedelta(days=1))]


def test_a_full_disk_keeps_the_text(small: Small, qtbot: QtBot) -> None:
    from tests.ui.at_the_editor import full_disk

    editor = editor_in(window(qtbot, small), student=small.students[0])
    write(editor, "state", "低着头，说话声音小。")
    with full_disk():
        assert not editor.save()
    assert editor.trouble.isVisible() and field(editor, "state").value() == "低着头，说话声音小。"
    assert note_list.listed(small.room, NOW) == []
    assert editor.save() and not editor.trouble.isVisible()


def test_a_step_that_was_ticked_stays_ticked(small: Small, qtbot: QtBot) -> None:
    note = a_note(small, steps=[StepTyped("联系班主任", TUESDAY), StepTyped("再谈一次", None)])
    next_steps.done(small.room, stored(small, note).steps[0].id, NOW)
    editor = editor_in(window(qtbot, small), edit=note)
    editor.sheet.steps.lines()[1].words.set_value("周五再谈一次")
    write(editor, "problem", "睡不着")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert [(s.text, bool(s.done_at)) for s in stored(small, note).steps] == [
        ("联系班主任", True),
        ("周五再谈一次", False),
    ]


def test_undo_takes_back_the_text_first_and_a_note_taken_back_keeps_its_words(small: Small, qtbot: QtBot) -> None:
    came = a_visit(small)
    editor = editor_in(window(qtbot, small), visit=came)
    write(editor, "state", "一句")
    key(qtbot, Qt.Key.Key_S, CTRL)
    assert editor.note is not None
    write(editor, "state", "两句")
    key(qtbot, Qt.Key.Key_Z, CTRL)
    assert len(note_list.listed(small.room, NOW)) == 1 and "两句" not in field(editor, "state").value()
    write(editor, "state", "三句")
    editor.shell.undo_deed()
    assert note_list.listed(small.room, NOW) == [] and editor.note is None
    assert "三句" in field(editor, "state").value() and "已撤销" in editor.status.text()
    assert editor.save() and editor.note is not None
    assert stored(small, editor.note.id).fields.visit == came  # the visit is still known


def test_what_changed_elsewhere_is_shown_where_nothing_was_typed(small: Small, qtbot: QtBot) -> None:
    note = a_note(small)
    editor = editor_in(window(qtbot, small), edit=note)
    notes.change(small.room, note, {"effect": "在别处写的"}, [small.students[0]], NOW)
    editor.shell.tell_changed("note")
    assert field(editor, "effect").value() == "在别处写的"
    write(editor, "problem", "正在写")
    history.undo(small.room)
    editor.shell.tell_changed("note")
    assert field(editor, "problem").value() == "正在写"


def test_saving_and_signing_locks(small: Small, qtbot: QtBot, answers: Answers) -> None:
    note = a_note(small)
    editor = editor_in(window(qtbot, small), edit=note)
    write(editor, "problem", "睡不着")
    answers.yes = False
    editor.sign_button.click()
    assert answers.asked == ["现在签字吗？"] and not stored(small, note).signed_at
    assert stored(small, note).fields.problem == "睡不着" and editor.isVisible()
    answers.yes = True
    editor.sign_button.click()
    assert stored(small, note).signed_at


def test_a_note_that_was_locked_meanwhile_says_so_and_keeps_the_words(small: Small, qtbot: QtBot) -> None:
    note = a_note(small)
    editor = editor_in(window(qtbot, small), edit=note)
    write(editor, "problem", "睡不着")
    set_clock(small, NOW + timedelta(days=8))
    assert not editor.save()
    assert "补记" in editor.trouble.text() and field(editor, "problem").value() == "睡不着"


def test_the_last_points_stand_beside_and_are_never_copied(small: Small, qtbot: QtBot) -> None:
    before = {"day": TUESDAY - timedelta(days=7), "measures": "商定每天记录入睡时间。"}
    a_note(small, values=before, steps=[StepTyped("看睡眠记录", TUESDAY)])
    editor = editor_in(window(qtbot, small), student=small.students[0])
    beside = words_of(editor.beside)
    assert "张晓雨" in beside and "商定每天记录入睡时间" in beside and "约好：看睡眠记录（9月8日）" in beside
    assert all(not part.value() for part in editor.sheet.parts.values())
    field(editor, "words").setFocus()
    editor.sheet.folds["words"].turn()
    assert "原话" in words_of(editor.beside.hint) and field(editor, "words").hasFocus()
    editor.sheet.first.pupils.set_value([small.students[1]])
    editor._points()
    assert "商定" not in words_of(editor.beside)


# ---- the private part -------------------------------------------------------------------------------------------


def test_the_private_part_is_sealed_and_closed_until_it_is_opened(small: Small, qtbot: QtBot) -> None:
    editor = editor_in(window(qtbot, small), student=small.students[0])
    assert "只有你自己看得到" in words_of(editor.private) and not editor.private.part.isVisible()
    write(editor, "state", "低着头。")
    editor.private.open()
    editor.private.part.control.insertPlainText("我自己有点急")
    assert editor.save() and editor.note is not None
    note = editor.note.id
    assert private_notes.read(small.room, note) == "我自己有点急"
    editor.leave()
    again = editor_in(editor.shell, edit=note)
    assert buttons_of(again.private, "打开已写的") and not again.private.part.isVisible()
    write(again, "problem", "睡不着")
    assert again.save() and private_notes.read(small.room, note) == "我自己有点急"  # not opened: left as it is
    press(again.private, "打开已写的")
    assert again.private.part.control.hasFocus() and again.private.kept() == "我自己有点急"
    again.private.part.control.set_value("")
    assert again.save() and private_notes.read(small.room, note) is None


def test_the_private_part_never_stands_in_the_note_or_open_in_a_draft(small: Small, qtbot: QtBot) -> None:
    editor = editor_in(window(qtbot, small), student=small.students[0])
    editor.private.open()
    editor.private.part.control.insertPlainText("只给自己的话")
    editor.flush()
    (kept,) = [drafts.load(small.room, form, about) for form, about, _ in drafts.pending(small.room)]
    assert kept is not None and kept["private"] and "只给自己的话" not in str(kept)
    assert private_notes.unseal(small.room, kept["private"]) == "只给自己的话"
    assert editor.save() and editor.note is not None
    assert "只给自己的话" not in str(stored(small, editor.note.id).fields.model_dump())


def test_a_day_that_has_not_come_is_refused_where_it_stands(small: Small, qtbot: QtBot) -> None:
    editor: NoteEditor = editor_in(window(qtbot, small), visit=a_visit(small))
    editor.sheet.form.fields["day"].set_value(date(2026, 9, 20))
    assert not editor.save()
    shown: Any = editor.sheet.form.fields["day"]
    assert shown.error.isVisible() and "还没到" in shown.error.text()
