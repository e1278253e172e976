"""反馈 in the real window: a class of 49 without a mouse; the draft; the signed slip; what is printed and what stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.records.care import FeedbackFields
from psyroom.records.fields import about
from psyroom.reports import preview
from psyroom.services import attachments, drafts, exports, feedback, feedback_list, feedback_slips, history, talk_rules
from psyroom.store.opening import open_room
from psyroom.ui import drafting
from psyroom.ui.pages.attached_view import viewer_of
from psyroom.ui.pages.export_dialog import ExportDialog
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import NOON, PASSWORD, Small
from tests.ui.at_the_talks import (
    CLASS,
    CTRL,
    Key,
    begin_syllable,
    drop,
    held,
    key,
    later,
    make_class,
    mime_of,
    of_class,
    paper,
    settle,
    tab_of,
    write,
)
from tests.ui.at_the_window import press, words_of
from tests.ui.conftest import Answers


@pytest.fixture
def small(tmp_path: Path, cheap_keys: None) -> Iterator[Small]:
    made = make_class(tmp_path / "室")
    talk_rules.set_rules(made.room, {"feedback_for": "all"})
    yield made
    made.room.close()


@pytest.fixture
def there(qtbot: QtBot, small: Small) -> tuple[Shell, Any]:
    shell, tab = tab_of(qtbot, small, "feedback")
    tab.open(class_key=CLASS)
    settle(qtbot)
    return shell, tab


def states(small: Small) -> Counter[str]:
    lines = feedback_list.listed(small.room, NOON, class_key=CLASS)
    return Counter(line.state for line in lines)


def written(small: Small, child: int = 0, **values: Any) -> str:
    return feedback.save(small.room, of_class(small)[child], {"study": "上课认真", **values}, NOON)


def dialog_of(shell: Shell) -> ExportDialog:
    QApplication.processEvents()
    (found,) = [d for d in shell.findChildren(ExportDialog) if d.isVisible()]
    return found


def said_in(qtbot: QtBot, shell: Shell) -> str:
    """What the pages in the dialog say."""
    dialog = dialog_of(shell)
    qtbot.waitUntil(lambda: bool(dialog.files), timeout=20_000)
    return preview.text(next(iter(dialog.files.values())))


def leave(qtbot: QtBot, shell: Shell) -> None:
    """Answer the dialog by keyboard: why, to whom, print, done."""
    dialog = dialog_of(shell)
    qtbot.waitUntil(lambda: bool(dialog.files), timeout=20_000)
    assert dialog.isAncestorOf(held())
    held().selectAll()  # type: ignore[attr-defined]
    write("期中家长会")
    key(qtbot, Key.Key_Return)
    held().selectAll()  # type: ignore[attr-defined]
    write("家长")
    key(qtbot, Key.Key_S, CTRL)
    key(qtbot, Key.Key_Return)  # 完成
    assert not dialog.isVisible()
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)


def test_a_class_of_49_without_a_mouse(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any], answers: Answers, tmp_path: Path
) -> None:
    shell, tab = there
    answers.paper = paper(tmp_path)
    assert held() is tab.pane.list and len(tab.pane.list.rows()) == 49
    key(qtbot, Key.Key_G, CTRL)  # the same words to all of them
    write("上课能跟上，作业按时交。")
    key(qtbot, Key.Key_Tab)
    write("和同学相处好。")
    key(qtbot, Key.Key_S, CTRL)
    assert states(small) == {"draft": 49} and held() is tab.pane.list

    tab.pane.list.selectRow(0)
    settle(qtbot)
    key(qtbot, Key.Key_Return)  # the first two are changed as one likes
    for words in ("数学进步大。", "多读书。"):
        write(words)
        key(qtbot, Key.Key_Return, CTRL)
    told = [feedback.of_student(small.room, child)[0].fields for child in of_class(small)[:3]]
    assert [one.advice for one in told] == ["数学进步大。", "多读书。", ""]
    assert {one.life for one in told} == {"和同学相处好。"}
    key(qtbot, Key.Key_Escape)
    assert held() is tab.pane.list

    key(qtbot, Key.Key_P, CTRL)
    leave(qtbot, shell)
    assert states(small) == {"printed": 49} and preview.count((tmp_path / "纸.pdf").read_bytes()) == 13
    (line,) = exports.listed(small.room)
    assert (line.kind, line.how, line.reason, line.receiver) == ("家校反馈单", "paper", "期中家长会", "家长")
    assert len(line.students) == 49

    settle(qtbot)
    assert held() is tab.pane.list
    key(qtbot, Key.Key_A, CTRL)
    key(qtbot, Key.Key_S)
    assert states(small) == {"delivered": 49} and not tab.pane.list.ticks()
    tab.pane.list.selectRow(4)
    for _ in range(3):
        key(qtbot, Key.Key_Space)
    key(qtbot, Key.Key_Q)
    assert states(small) == {"delivered": 46, "signed": 3}
    tab.pane.list.selectRow(20)
    key(qtbot, Key.Key_J)
    write("家长说不用签")
    key(qtbot, Key.Key_Return)
    assert states(small) == {"delivered": 45, "signed": 3, "refused": 1}
    refused = feedback.of_student(small.room, of_class(small)[20])[0]
    assert refused.refused_why == "家长说不用签" and held() is tab.pane.list
    key(qtbot, Key.Key_Z, CTRL)
    assert states(small) == {"delivered": 46, "signed": 3}


def test_what_is_typed_is_in_the_draft_within_three_seconds(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any]
) -> None:
    shell, tab = there
    tab.write(of_class(small)[3])
    write("这学期")
    begin_syllable("jinbu")
    qtbot.waitUntil(
        lambda: drafts.load(small.room, feedback.FORM, of_class(small)[3]) is not None, timeout=drafting.PAUSE + 2000
    )
    kept = drafts.load(small.room, feedback.FORM, of_class(small)[3])
    assert kept is not None and kept["study"] == "这学期jinbu"


def test_a_draft_goes_on_after_the_room_was_closed_and_can_be_dropped(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any]
) -> None:
    shell, tab = there
    child = of_class(small)[3]
    tab.write(child)
    write("只写了一半")
    drafting.flush_all()  # as the window does when it locks
    shell.close()
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, "王老师", PASSWORD)
    later(small, 0)
    shell, tab = tab_of(qtbot, small, "feedback")
    tab.open(student=child)
    assert tab.editor.form.fields["study"].value() == "只写了一半"
    assert "的草稿，还没有保存" in words_of(tab.editor)
    press(tab.editor, "丢弃草稿")
    assert tab.editor.form.fields["study"].value() == "" and drafts.load(small.room, feedback.FORM, child) is None
    shell.toaster.take_more()
    assert tab.editor.form.fields["study"].value() == "只写了一半"
    assert tab.editor.save() and drafts.load(small.room, feedback.FORM, child) is None
    assert feedback.of_student(small.room, child)[0].fields.study == "只写了一半"


def test_walking_the_list_loses_nothing_that_was_typed(qtbot: QtBot, small: Small, there: tuple[Shell, Any]) -> None:
    _shell, tab = there
    first, second = of_class(small)[:2]
    tab.write(first)
    write("写给第一个")
    tab.write(second)
    assert tab.editor.form.fields["study"].value() == ""
    tab.write(first)
    assert tab.editor.form.fields["study"].value() == "写给第一个" and feedback.of_student(small.room, first) == []
    assert "✎" in tab.pane.list.model().index(0, 2).data()


def test_another_s_deed_leaves_what_is_typed(qtbot: QtBot, small: Small, there: tuple[Shell, Any]) -> None:
    shell, tab = there
    tab.write(of_class(small)[0])
    write("正在写")
    written(small, 5)
    shell.tell_changed("feedback")
    assert tab.editor.form.fields["study"].value() == "正在写" and tab.chosen == of_class(small)[0]


def test_a_signed_slip_dropped_on_its_line_is_one_act(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any], tmp_path: Path
) -> None:
    shell, tab = there
    id = written(small, 2)
    shell.tell_changed("feedback")
    scan = tmp_path / "签回.png"
    picture = QImage(400, 300, QImage.Format.Format_RGB32)
    picture.fill(0xFFAA33)
    assert picture.save(str(scan))
    table = tab.pane.list
    at = QPointF(table.visualRect(table.model().index(2, 2)).center())
    drop(table.viewport(), at, mime_of(scan))
    settle(qtbot)
    seen = feedback.seen(small.room, id)
    assert seen.state == "signed" and seen.scan and scan.exists()
    (kept,) = attachments.of(small.room, student=of_class(small)[2])
    assert (kept.id, kept.kind) == (seen.scan, "signed")
    tab.write(of_class(small)[2])
    tab.editor.signed.open()
    settle(qtbot)
    assert viewer_of(shell).isVisible() and viewer_of(shell).stage.image is not None
    viewer_of(shell).shut()
    history.undo(small.room)
    assert feedback.seen(small.room, id).state == "draft"
    assert attachments.of(small.room, student=of_class(small)[2]) == []


def test_a_photograph_is_pasted_onto_the_line_or_chosen(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any], answers: Answers, tmp_path: Path
) -> None:
    shell, tab = there
    first, second = written(small, 0), written(small, 1)
    shell.tell_changed("feedback")
    picture = QImage(200, 300, QImage.Format.Format_RGB32)
    picture.fill(0x3366AA)
    QGuiApplication.clipboard().setImage(picture)
    tab.pane.list.setFocus()
    tab.pane.list.selectRow(0)
    key(qtbot, Key.Key_V, CTRL)
    settle(qtbot)
    assert feedback.seen(small.room, first).state == "signed"
    answers.path = tmp_path / "单.png"
    assert picture.save(str(answers.path))
    tab.pane.list.selectRow(1)
    key(qtbot, Key.Key_O, CTRL)
    settle(qtbot)
    assert feedback.seen(small.room, second).state == "signed"
    tab.pane.list.selectRow(7)  # nothing was written for this one
    key(qtbot, Key.Key_V, CTRL)
    settle(qtbot)
    assert "还没有反馈单" in shell.toaster.words()


def test_a_second_printing_says_so_before_and_on_the_paper(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any], answers: Answers, tmp_path: Path
) -> None:
    shell, tab = there
    written(small, 0)
    answers.paper = paper(tmp_path)
    tab.pane.list.tick([of_class(small)[0]])
    tab.print()
    first = said_in(qtbot, shell)
    leave(qtbot, shell)
    assert "补发" not in first and feedback.of_student(small.room, of_class(small)[0])[0].printed == 1
    tab.print()
    assert "补发" in said_in(qtbot, shell)
    key(qtbot, Key.Key_Escape)
    assert feedback.of_student(small.room, of_class(small)[0])[0].printed == 1
    tab.write(of_class(small)[0])
    assert "再印一次会标“补发”" in words_of(tab.editor)


def test_nothing_is_printed_and_nothing_noted_where_the_person_turns_back(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any]
) -> None:
    shell, tab = there
    written(small, 0)
    tab.print()
    dialog = dialog_of(shell)
    qtbot.waitUntil(lambda: bool(dialog.files), timeout=20_000)
    key(qtbot, Key.Key_Escape)
    assert states(small) == {"": 48, "draft": 1} and exports.listed(small.room) == []


def test_the_slip_beside_the_form_has_only_what_is_for_parents(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any]
) -> None:
    """Every field of the form gets a canary; only those declared fit for parents reach the paper."""
    _shell, tab = there
    tab.write(of_class(small)[0])
    form = tab.editor.form
    for name in form.fields:
        if name not in ("day", "way"):
            form.fields[name].set_value(f"丙{name}丙")
    said = form.printed()
    assert {name for name in said if name in FeedbackFields.model_fields} == {
        name for name in FeedbackFields.model_fields if about(FeedbackFields, name)["parents"]
    }
    pdf = preview.text(feedback_slips.one(small.room, of_class(small)[0], said, NOON).pdf)
    for name in ("parent", "relation", "reply", "remark"):
        assert f"丙{name}丙" not in pdf
    assert "丙study丙" in pdf.replace("\n", "").replace("\r", "")


def test_what_the_parents_hold_is_shut_until_it_is_put_back(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any]
) -> None:
    _shell, tab = there
    id = written(small, 0)
    feedback.set_state(small.room, [id], "delivered", NOON.date(), NOON)
    tab.refresh(set())
    tab.write(of_class(small)[0])
    assert held() is tab.editor.form.fields["reply"].control
    write("家长说在家也很认真")
    assert tab.editor.save()
    seen = feedback.seen(small.room, id)
    assert seen.state == "delivered" and seen.fields.reply == "家长说在家也很认真"
    assert tab.editor.form.fields["study"].control.isReadOnly()
    press(tab.editor, "登记错了")
    assert feedback.seen(small.room, id).state == "draft" and not tab.editor.form.fields["study"].control.isReadOnly()


def test_who_waits_for_a_week_is_in_sight(qtbot: QtBot, small: Small, there: tuple[Shell, Any]) -> None:
    shell, tab = there
    ids = [written(small, child) for child in range(3)]
    feedback.set_state(small.room, ids, "delivered", NOON.date(), NOON)
    later(small, 9)
    shell.tell_changed("feedback")
    press(tab, "3 人超过 7 天")
    assert [line.student for line in tab.pane.list.rows()] == of_class(small)[:3]
    assert {tab.pane.list.model().index(n, 4).data() for n in range(3)} == {"等 9 天"}


def test_those_owed_come_first_where_only_some_are(qtbot: QtBot, small: Small, there: tuple[Shell, Any]) -> None:
    from psyroom.services import care

    shell, tab = there
    talk_rules.set_rules(small.room, {"feedback_for": "care"})
    values = {"since": NOON.date(), "ground": "班主任提出，最近常缺课", "until": None}
    care.mark(small.room, of_class(small)[30], values, NOON)
    shell.tell_changed("talk_rules", "care")
    assert tab.pane.list.rows()[0].student == of_class(small)[30] and tab.pane.list.rows()[0].owed
    tab.classes.set_value("owed")
    assert [line.student for line in tab.pane.list.rows()] == [of_class(small)[30]]
