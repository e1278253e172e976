"""家访 in the real window: written by keyboard, kept as a draft, told to the parents, photographed, gone to again, printed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.records.school import School
from psyroom.reports import preview
from psyroom.services import attachments, drafts, exports, feedback, home_visits, school
from psyroom.ui import drafting
from psyroom.ui.pages.export_dialog import ExportDialog
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import NOON, Small
from tests.ui.at_the_talks import (
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
    settle,
    tab_of,
    write,
)
from tests.ui.at_the_window import press, words_of
from tests.ui.conftest import Answers

DAY = NOON.date()
VALUES = {"day": DAY, "way": "on_site", "teachers": "王芳、李强", "present": "奶奶", "family": "跟奶奶住"}


@pytest.fixture
def small(tmp_path: Path, cheap_keys: None) -> Iterator[Small]:
    made = make_class(tmp_path / "室")
    yield made
    made.room.close()


@pytest.fixture
def there(qtbot: QtBot, small: Small) -> tuple[Shell, Any]:
    shell, tab = tab_of(qtbot, small, "visits")
    settle(qtbot)
    return shell, tab


def visited(small: Small, child: int = 0, **values: Any) -> str:
    return home_visits.add(small.room, of_class(small)[child], {**VALUES, **values}, NOON)


def test_a_visit_is_written_by_keyboard_and_gives_the_feedback(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any]
) -> None:
    shell, tab = there
    key(qtbot, Key.Key_N, CTRL)
    form = tab.editor.form
    assert held() is form.picker
    write("赵小安")
    form.picker.textEdited.emit("赵小安")
    key(qtbot, Key.Key_Return)  # the one hit
    assert form.fields["student"].value() == of_class(small)[0]
    for name, words in (("teachers", "王芳、李强"), ("present", "奶奶"), ("place", "新民村")):
        for _ in range(6):
            if held() is form.fields[name].control:
                break
            key(qtbot, Key.Key_Return)
        assert held() is form.fields[name].control
        write(words)
    form.fields["family"].control.setFocus()
    write("父母在外地打工，跟奶奶住。")
    form.also.setFocus()
    key(qtbot, Key.Key_Space)
    key(qtbot, Key.Key_Tab)
    assert held() is form.said["study"].control
    write("在校表现稳定")
    key(qtbot, Key.Key_S, CTRL)
    (seen,) = home_visits.listed(small.room, NOON)
    assert (seen.name, seen.teachers, seen.fields.place) == ("赵小安", ("王芳", "李强"), "新民村")
    given = feedback.seen(small.room, seen.feedback)
    assert (given.state, given.fields.way, given.fields.study) == ("delivered", "home", "在校表现稳定")
    assert "也算反馈" in words_of(tab.editor) and drafts.load(small.room, home_visits.FORM, "") is None
    key(qtbot, Key.Key_Escape)
    assert held() is tab.list.table and tab.list.visit() == seen.id
    key(qtbot, Key.Key_Z, CTRL)
    assert home_visits.listed(small.room, NOON) == [] and feedback.of_student(small.room, seen.student) == []


def test_what_is_missing_is_said_under_its_field(qtbot: QtBot, small: Small, there: tuple[Shell, Any]) -> None:
    _shell, tab = there
    tab.begin()
    tab.editor.save()
    assert "请选一名学生" in words_of(tab.editor)
    tab.begin(of_class(small)[0])
    tab.editor.form.fields["place"].set_value("新民村")
    tab.editor.save()
    assert "请填写家访教师" in words_of(tab.editor) and home_visits.listed(small.room, NOON) == []
    assert tab.editor.form.fields["place"].value() == "新民村"


def test_drafts_of_two_students_do_not_overwrite_each_other(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any]
) -> None:
    _shell, tab = there
    first, second = of_class(small)[:2]
    tab.begin(first)
    tab.editor.form.fields["family"].control.setFocus()
    write("第一家")
    begin_syllable("de")
    qtbot.waitUntil(
        lambda: drafts.load(small.room, home_visits.FORM, f"new:{first}") is not None, timeout=drafting.PAUSE + 2000
    )
    kept = drafts.load(small.room, home_visits.FORM, f"new:{first}")
    assert kept is not None and kept["family"] == "第一家de"
    tab.begin(second)
    assert tab.editor.form.fields["family"].value() == ""
    write("第二家")
    tab.begin(first)
    assert tab.editor.form.fields["family"].value() == "第一家de"
    assert "的草稿，还没有保存" in words_of(tab.editor)


def test_a_photograph_lies_with_the_student_on_the_day_of_the_visit(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any], tmp_path: Path
) -> None:
    shell, tab = there
    visit = visited(small)
    shell.tell_changed("home_visit")
    tab.show_visit(visit)
    picture = QImage(300, 200, QImage.Format.Format_RGB32)
    picture.fill(0x88AA55)
    path = tmp_path / "合影.png"
    assert picture.save(str(path))
    drop(tab.editor.photos, QPointF(5, 5), mime_of(path))
    settle(qtbot)
    (kept,) = attachments.of(small.room, student=of_class(small)[0])
    assert kept.day == DAY and len(tab.editor.photos.tiles) == 1


def test_a_return_visit_is_written_and_the_first_one_is_done(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any]
) -> None:
    shell, tab = there
    visit = visited(small, next="看作业是否按时交", next_on=DAY + timedelta(days=5))
    now = later(small, 7)
    shell.tell_changed("home_visit")
    tab.list.filter.set_value("due")
    assert [seen.id for seen in tab.list.table.rows()] == [visit]
    tab.show_visit(visit)
    assert "过期 2 天" in words_of(tab.editor)
    press(tab.editor, "写这次回访")
    form = tab.editor.form
    assert form.fields["teachers"].value() == "王芳、李强" and "看作业" in form.fields["purpose"].value()
    assert tab.editor.save()
    first, second = home_visits.seen(small.room, visit), home_visits.listed(small.room, now)[0]
    assert first.next_done == now.date() == second.fields.day and second.id != visit
    tab.show_visit(visit)
    press(tab.editor, "还没回访")
    assert home_visits.seen(small.room, visit).next_done is None


def test_a_visit_is_printed_by_the_dialog_that_asks(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any], answers: Answers, tmp_path: Path
) -> None:
    shell, tab = there
    visit = visited(small)
    shell.tell_changed("home_visit")
    tab.show_visit(visit)
    key(qtbot, Key.Key_P, CTRL)
    QApplication.processEvents()
    (dialog,) = [d for d in shell.findChildren(ExportDialog) if d.isVisible()]
    qtbot.waitUntil(lambda: bool(dialog.files), timeout=20_000)
    said = preview.text(next(iter(dialog.files.values())))
    assert "家访记录" in said and "跟奶奶住" in said and exports.listed(small.room) == []
    key(qtbot, Key.Key_Escape)


def test_a_visit_that_gave_the_feedback_asks_before_both_go(
    qtbot: QtBot, small: Small, there: tuple[Shell, Any], answers: Answers
) -> None:
    shell, tab = there
    visit = home_visits.add(small.room, of_class(small)[0], VALUES, NOON, feedback={"study": "稳定"})
    shell.tell_changed("home_visit")
    tab.show_visit(visit)
    answers.yes = False
    press(tab.editor, "删除")
    assert answers.asked == ["一起删除？"] and len(home_visits.listed(small.room, NOON)) == 1
    answers.yes = True
    press(tab.editor, "删除")
    assert home_visits.listed(small.room, NOON) == [] and feedback.of_student(small.room, of_class(small)[0]) == []
    assert not tab.editor.isVisible()
    shell.undo_deed()
    assert len(home_visits.listed(small.room, NOON)) == 1


@pytest.mark.parametrize(
    ("region", "figure", "tag", "rule"),
    [
        ("weinan", "2 / 55 名学生家访过", "电话 1", "每名学生每学期至少 1 次"),
        ("hunan-vocational", "2 位教师去过", "电话 1，不计入", "每位教师每学期至少 1 次"),
        ("national", "2 / 55 名学生家访过", "电话 1", "地区没有规定次数"),
    ],
)
def test_it_is_counted_as_the_region_counts(
    qtbot: QtBot, small: Small, region: str, figure: str, tag: str, rule: str
) -> None:
    with small.room.write("准备") as deed:
        row = deed.session.get(School, "school")
        assert row is not None
        row.region = region
        deed.session.add(row)
    assert school.context(small.room).region == region
    visited(small, 0)
    visited(small, 1, way="telephone")
    _shell, tab = tab_of(qtbot, small, "visits")
    said = words_of(tab.head)
    assert [words for words in (figure, tag, rule) if words not in said] == [], said


def test_whoever_was_not_visited_is_begun_from_the_list(qtbot: QtBot, small: Small, there: tuple[Shell, Any]) -> None:
    shell, tab = there
    visited(small, 0)
    shell.tell_changed("home_visit")
    tab.list.filter.set_value("none")
    tab.list.focus_list()
    missing = tab.list.left_out.rows()
    assert of_class(small)[0] not in [row.student for row in missing] and len(missing) == 54
    tab.list.left_out.choose(missing[3])
    key(qtbot, Key.Key_Return)
    assert tab.editor.form.fields["student"].value() == missing[3].student
