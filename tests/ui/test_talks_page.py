"""一生一谈: its tabs; the coverage by keyboard, from the map to a student and back; every deed told and undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from psyroom.records.school import Term
from psyroom.records.students import Student
from psyroom.services import care, coverage, students, talk_rules, talks
from psyroom.ui import drafting
from psyroom.ui.pages.talk_form import TalkDialog
from psyroom.ui.pages.talks_cover import rule_of, sentence
from psyroom.ui.pages.talks_cover_map import shares
from psyroom.ui.pages.talks_cover_rows import CLASS
from psyroom.ui.pages.talks_cover_rules import RulesTold
from tests.services.room_for_bookings import TUESDAY, Small, as_duty, make_small
from tests.ui.at_the_coverage import FIRST_CLASS, NOW, cover_of, lamps_of, names, page_of, press, talk
from tests.ui.at_the_window import buttons_of, compose, open_window, words_of

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def small(tmp_path: Path, cheap_keys: None) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOW.astimezone(UTC)
    yield made
    made.room.close()


# ---- the page and its tabs ----------------------------------------------------------------------------------------


def test_a_tab_is_built_when_it_is_first_shown_and_has_its_key(qtbot: QtBot, small: Small) -> None:
    page = page_of(qtbot, small)
    keys = list(page.tabs)
    assert keys[0] == "cover" and list(page.made) == ["cover"] == [page.now_shown]
    assert [made.toolTip()[-7:-1] for made in page.strip.buttons.values()] == [
        f"Ctrl+{n}" for n in range(1, len(keys) + 1)
    ]
    press(Qt.Key.Key_2, CTRL)
    assert page.now_shown == keys[1] and list(page.made) == keys[:2]
    page.strip.setFocus()
    press(Qt.Key.Key_Left)
    assert page.now_shown == "cover" and page.strip.buttons["cover"].isChecked()
    assert page.help_topic() == "talks"


def test_another_tab_shuts_the_side_sheet_and_hears_what_changed_meanwhile(qtbot: QtBot, small: Small) -> None:
    page = page_of(qtbot, small)
    tab = cover_of(page)
    other = list(page.tabs)[1]
    tab.tell_rules()
    assert page.sheet.isVisible() and isinstance(page.sheet.body(), RulesTold)
    page.show_tab(other)
    assert not page.sheet.isVisible()
    talk(small, 0)
    page.shell.tell_changed("talk")
    assert tab.coverage is not None and tab.coverage.total.talked == 0  # out of sight
    page.show_tab("cover")
    assert tab.coverage.total.talked == 1


def test_what_covers_the_page_goes_with_what_was_typed_kept(qtbot: QtBot, small: Small) -> None:
    page = page_of(qtbot, small)

    class Covering(QWidget):
        flushed = False

        def flush(self) -> None:
            Covering.flushed = True

    page.cover(Covering())
    assert page.stack.currentWidget() is not page.browse
    page.open(tab="cover")
    assert Covering.flushed and page.stack.currentWidget() is page.browse


def test_the_badge_is_what_this_week_still_needs(qtbot: QtBot, small: Small) -> None:
    """Six students, the second week of twenty: one a week is enough; with the week's talk nothing is left to do."""
    talk_rules.set_rules(small.room, {"finish_week": 4})
    page = page_of(qtbot, small)
    assert page.badge() == 2 == page.shell.side.buttons["talks"].count()
    talk(small, 0)
    page.shell.tell_changed("talk")
    assert page.badge() == 1
    talk(small, 1)
    page.shell.tell_changed("talk")
    assert page.badge() is None


def test_the_duty_person_has_no_such_page(qtbot: QtBot, small: Small) -> None:
    shell = open_window(qtbot, as_duty(small), "talks")
    assert shell.entries == [] and shell.go("talks") is None


# ---- the map ------------------------------------------------------------------------------------------------------


def test_the_sentence_and_the_map_say_what_is_counted(qtbot: QtBot, small: Small) -> None:
    talk(small, 0)
    talk(small, 0, day=TUESDAY)
    talks.excuse(small.room, small.students[1], "长期请假", NOW)
    talks.attempt(small.room, small.students[2], {"what": "absent"}, NOW)
    tab = cover_of(page_of(qtbot, small))
    found = coverage.of(small.room, NOW)
    assert (found.total.talked, found.total.excused, found.total.left) == (1, 1, 4)
    assert tab.figure.text() == "16.6 %"
    assert tab.sentence.text() == sentence(found) == "还有 4 人，另有 1 人有原因没谈。第 18 周前谈完，每周需谈 1 人。"
    assert "9月8日在读" in tab.rule.words() == rule_of(found)
    rows = [(row.branch, row.line.talked, row.line.left) for row in tab.states.placed]
    assert rows[0] == (("all", ""), 1, 4) and rows[1][0] == ("grade", "junior/2026")
    assert rows[2:] == [((CLASS, f"七年级/{n}"), *counts) for n, counts in ((1, (1, 1)), (2, (0, 1)), (3, (0, 2)))]
    assert shares(found.total) == {"talked": 1, "excused": 1, "attempted": 1, "untouched": 3}
    assert not tab.states.viewport().findChildren(QWidget)  # painted, not built


def test_the_list_is_reached_and_left_by_keys(qtbot: QtBot, small: Small) -> None:
    talk(small, 0)
    page = page_of(qtbot, small)
    tab = cover_of(page)
    assert tab.states.hasFocus()
    for _ in range(2):
        press(Qt.Key.Key_Down)
    assert "七年级1班：2 人，已谈 1 人" in tab.states.accessibleDescription().replace("（", "").replace("）", "")
    press(Qt.Key.Key_Return)
    assert tab.panel.isVisible() and names(tab) == ["赵一鸣"] and tab.panel.list.hasFocus()
    tab.panel.filter.setFocus()
    for _ in range(3):
        press(Qt.Key.Key_Right)
    assert names(tab) == ["张晓雨", "赵一鸣"] and lamps_of(tab, "张晓雨") == ("green", "none", "none")
    tab.panel.list.focus_first()
    press(Qt.Key.Key_PageDown, ALT)
    assert tab.panel.branch == (CLASS, "七年级/2") and tab.panel.list.hasFocus()
    press(Qt.Key.Key_Escape)
    assert not tab.panel.isVisible() and tab.states.hasFocus()
    assert tab.states.placed[tab.states._at].branch == (CLASS, "七年级/2")


def test_the_whole_school_is_a_list_too(qtbot: QtBot, small: Small) -> None:
    tab = cover_of(page_of(qtbot, small))
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Return)
    assert len(names(tab)) == 6 and tab.panel.title.words() == "全校"
    tab.show_branch(("grade", "junior/2026"))
    assert len(names(tab)) == 6 and tab.panel.title.words() == "七年级"


def test_weeks_are_shown_by_their_figures(qtbot: QtBot, small: Small) -> None:
    talk(small, 0, day=date(2026, 9, 1))
    talk(small, 1)
    tab = cover_of(page_of(qtbot, small))
    tab.look.set_value("week")
    assert tab.map() is tab.weeks and tab.weeks.isVisible()
    assert tab.weeks.placed[0].line.by_week[:3] == (1, 1, 0)
    tab.show_branch((CLASS, FIRST_CLASS))
    assert tab.panel.title.words().startswith("七年级")


def test_an_earlier_semester_can_be_looked_at(qtbot: QtBot, small: Small) -> None:
    with small.room.write("准备") as deed:
        deed.session.add(Term(year=2025, half=2, starts=date(2026, 3, 2), weeks=18))
    tab = cover_of(page_of(qtbot, small))
    tab.open(term="2025-2")
    assert tab.coverage is not None and tab.coverage.term.code == "2025-2"
    assert tab.stack.currentIndex() == 1  # the six came in September
    tab.open(term="2026-1")
    assert tab.stack.currentIndex() == 0


def test_the_rules_are_told_with_their_source(qtbot: QtBot, small: Small) -> None:
    page = page_of(qtbot, small)
    press(Qt.Key.Key_I, ALT)
    words = words_of(page.sheet)
    assert "9月8日在读的学生" in words and "第 18 周以前" in words and "只打印不算" in words
    assert page.sheet.isVisible()


# ---- deeds --------------------------------------------------------------------------------------------------------


def test_a_reason_is_taken_by_its_figure_and_undone(qtbot: QtBot, small: Small) -> None:
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.show_branch((CLASS, FIRST_CLASS))
    assert names(tab) == ["张晓雨", "赵一鸣"]
    press(Qt.Key.Key_W, ALT)
    press(Qt.Key.Key_2)
    press(Qt.Key.Key_Return)
    assert not page.sheet.isVisible() and names(tab) == ["赵一鸣"] and tab.panel.list.hasFocus()
    line = coverage.line(small.room, small.students[0], NOW)
    assert line is not None and line.excuse == "住院或休养" and line.lamps.talk.state == "amber"
    page.shell.undo_deed()
    assert names(tab) == ["张晓雨", "赵一鸣"]


def test_a_reason_holds_no_longer_when_it_is_emptied(qtbot: QtBot, small: Small) -> None:
    talks.excuse(small.room, small.students[0], "长期请假", NOW)
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.open(student=small.students[0])
    assert tab.panel.filter.value() == "every" and tab.panel.buttons["excuse"].text() == "改未谈原因"
    tab.panel.begin_excuse()
    form: Any = page.sheet.body()
    assert form.fields["reason"].value() == "长期请假"
    form.fields["reason"].set_value("")
    form.save()
    assert coverage.of(small.room, NOW).total.excused == 0


def test_who_is_not_talked_to_with_a_reason_is_a_list_of_its_own(qtbot: QtBot, small: Small) -> None:
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.show_branch(("all", ""))
    assert not buttons_of(tab.panel, "有原因 0")
    talks.excuse(small.room, small.students[1], "长期请假", NOW)
    page.shell.tell_changed("talk_excuse")
    assert buttons_of(tab.panel, "有原因 1")
    tab.panel.filter.set_value("excused")
    tab.panel._list()
    (line,) = tab.panel.list.lines()
    assert line.id == small.students[1] and "长期请假" in str(tab.panel.list.model().index(0, 0).data())
    talks.unexcuse(small.room, small.students[1])
    page.shell.tell_changed("talk_excuse")
    assert tab.panel.filter.value() == "left" and len(names(tab)) == 6


def test_two_of_one_name_are_told_apart_in_the_list_and_in_the_form(qtbot: QtBot, small: Small) -> None:
    for number in ("71105", "71108"):
        values = {"name": "陈婷", "sex": "f", "number": number, "stage": "junior", "cohort": 2026, "class_no": 1}
        id = students.add(small.room, values, {})
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.show_branch((CLASS, FIRST_CLASS))
    tab.panel.show_student(id)
    shown = [str(tab.panel.list.model().index(n, 0).data()) for n in range(len(names(tab)))]
    assert all("陈婷（学号 …0" in words for words in shown if "陈婷" in words)
    press(Qt.Key.Key_G, ALT)
    assert "陈婷（学号 …08）" in words_of(page.sheet.body())
    form: Any = page.sheet.body()
    form.fields["ground"].control.insertPlainText("班主任提出：近两周常一个人待着")
    press(Qt.Key.Key_S, CTRL)
    assert list(care.active(small.room, TUESDAY)) == [id]


def test_several_are_excused_in_one_deed(qtbot: QtBot, small: Small) -> None:
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.show_branch(("all", ""))
    tab.panel.list.selectAll()
    assert tab.panel.buttons["excuse"].text() == "未谈原因（6 人）" and not tab.panel.buttons["care"].isEnabled()
    tab.panel.begin_excuse()
    form: Any = page.sheet.body()
    form.save()
    assert form.fields["reason"].error.text()
    compose(form.fields["reason"].control.line, "外出集训")
    form.save()
    assert coverage.of(small.room, NOW).total.excused == 6 and "这里没有要谈的了" in words_of(tab.panel)
    page.shell.undo_deed()
    assert coverage.of(small.room, NOW).total.excused == 0


def test_who_was_just_sought_rests_but_is_counted(qtbot: QtBot, small: Small) -> None:
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.show_branch((CLASS, FIRST_CLASS))
    press(Qt.Key.Key_N, ALT)
    press(Qt.Key.Key_S, CTRL)
    assert names(tab) == ["赵一鸣"] and "还要谈 2 人" in words_of(tab.panel)
    assert "刚找过的 1 人先不列出" in tab.panel.resting.text() and "9月11日" in tab.panel.resting.text()
    tab.panel.resting.click()
    assert names(tab) == ["张晓雨", "赵一鸣"]
    assert coverage.of(small.room, NOW).total.attempted == 1


def test_a_student_is_marked_and_the_mark_is_lifted(qtbot: QtBot, small: Small) -> None:
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.show_branch((CLASS, FIRST_CLASS))
    press(Qt.Key.Key_G, ALT)
    form: Any = page.sheet.body()
    form.save()
    assert form.fields["ground"].error.text()
    form.fields["ground"].control.insertPlainText("班主任提出：近两周常一个人待着")
    press(Qt.Key.Key_S, CTRL)
    assert lamps_of(tab, "张晓雨") == ("amber", "amber", "amber")
    assert tab.panel.list.lines()[0].care and tab.panel.buttons["care"].text() == "改、解除重点关爱"
    press(Qt.Key.Key_G, ALT)
    form = page.sheet.body()
    assert "近两周常一个人待着" in words_of(form)
    form.fields["lifted"].set_value("看不懂")
    form.save()
    assert "请填日期" in form.fields["lifted"].error.text() or "看不懂" in form.fields["lifted"].error.text()
    form.fields["lifted"].set_value(TUESDAY)
    compose(form.fields["lifted_why"].control, "情况好转，与班主任商定")
    form.save()
    assert lamps_of(tab, "张晓雨") == ("amber", "none", "none")
    assert care.of_student(small.room, small.students[0])[0].lifted_why == "情况好转，与班主任商定"


def test_what_was_typed_is_there_again(qtbot: QtBot, small: Small) -> None:
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.show_branch((CLASS, FIRST_CLASS))
    tab.panel.begin_care()
    form: Any = page.sheet.body()
    form.fields["ground"].control.insertPlainText("还没有写完")
    press(Qt.Key.Key_Escape)
    assert not page.sheet.isVisible()
    tab.panel.begin_care()
    form = page.sheet.body()
    assert form.fields["ground"].value() == "还没有写完" and "已经放回" in words_of(form)
    form.fields["ground"].set_value("写完了，班主任提出")
    form.save()
    drafting.flush_all()
    care.lift(small.room, care.of_student(small.room, small.students[0])[0].id, TUESDAY, "试一下")
    page.shell.tell_changed("care")
    tab.panel.begin_care()
    form = page.sheet.body()
    assert form.fields["ground"].value() == "" and form.fields["since"].value() == TUESDAY


def test_a_mark_is_prolonged_where_it_is_lifted(qtbot: QtBot, small: Small) -> None:
    first = small.students[0]
    values = {"since": TUESDAY, "ground": "班主任提出：近一个月常请假", "until": TUESDAY + timedelta(days=7)}
    care.mark(small.room, first, values, NOW)
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.show_branch((CLASS, FIRST_CLASS))
    tab.panel.begin_care()
    changed = next(b for b in page.sheet.findChildren(QPushButton) if "到期日" in b.text())
    changed.click()
    form: Any = page.sheet.body()
    assert form.values() == values
    form.fields["until"].set_value(TUESDAY + timedelta(days=60))
    form.save()
    (mark,) = care.of_student(small.room, first)
    assert (mark.until, mark.state, mark.ground) == (TUESDAY + timedelta(days=60), "active", values["ground"])
    page.shell.undo_deed()
    assert care.of_student(small.room, first)[0].until == TUESDAY + timedelta(days=7)


def test_enter_begins_the_talk_that_is_missing(qtbot: QtBot, small: Small) -> None:
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.show_branch((CLASS, FIRST_CLASS))
    press(Qt.Key.Key_Return)
    dialog = page.shell.findChild(TalkDialog)
    assert dialog is not None and dialog.form.students() == [small.students[0]]
    dialog.reject()
    tab.panel.list.selectAll()
    tab.panel.begin_talk()
    both = [d for d in list[TalkDialog](page.shell.findChildren(TalkDialog)) if d.isVisible()]
    assert both[-1].form.students() == [small.students[0], small.students[3]]
    both[-1].reject()


def test_a_form_leaves_room_for_the_list_on_a_small_screen(qtbot: QtBot, small: Small) -> None:
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.show_branch((CLASS, FIRST_CLASS))
    tab.panel.begin_attempt()
    QApplication.processEvents()
    assert page.sheet.isVisible() and tab.panel.isVisible() and not tab.card.isVisible()
    page.sheet.shut()
    QApplication.processEvents()
    assert tab.card.isVisible() and page.shell.height() == 768


def test_where_nobody_is_on_the_roll_the_page_says_how_to_begin(qtbot: QtBot, small: Small) -> None:
    with small.room.write("准备") as deed:
        for student in small.students:
            row = deed.session.get(Student, student)
            assert row is not None
            row.status = "removed"
            deed.session.add(row)
    tab = cover_of(page_of(qtbot, small))
    assert tab.stack.currentIndex() == 1 and "名册导入以后" in words_of(tab)


# ---- paper --------------------------------------------------------------------------------------------------------


def test_the_class_teacher_s_slip_leaves_by_the_one_dialog(qtbot: QtBot, small: Small) -> None:
    talk(small, 0)
    talk_rules.set_class_teacher(small.room, "junior", 2026, 1, "李敏")
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.show_branch((CLASS, FIRST_CLASS))
    press(Qt.Key.Key_P, CTRL)
    dialog: Any = tab.leaving
    assert dialog.leaving.students == (small.students[3],) and dialog.way.value() == "paper"
    assert (dialog.reason.value(), dialog.receiver.value()) == ("请班主任谈话", "班主任李敏")
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=20_000)
    dialog.reject()
    tab.panel.list.focus_first()
    talk(small, 3)
    page.shell.tell_changed("talk")
    tab.leaving = None
    assert page.window().focusWidget() is tab.panel.filter.focusProxy()  # what hides with the keyboard hands it on
    tab.print()
    assert tab.leaving is None  # nobody is missing: nothing to take out


def test_the_map_is_seen_as_its_page_and_saved(qtbot: QtBot, small: Small, answers: Any, tmp_path: Path) -> None:
    page = page_of(qtbot, small)
    cover_of(page)
    press(Qt.Key.Key_P, CTRL)
    view: Any = page.stack.currentWidget()
    qtbot.waitUntil(lambda: view.preview.page_count() > 0, timeout=20_000)
    answers.path = tmp_path
    press(Qt.Key.Key_S, CTRL)
    assert [file.suffix for file in tmp_path.iterdir() if file.is_file()] == [".pdf"]
    press(Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is page.browse


# ---- the keyboard alone -------------------------------------------------------------------------------------------


def test_every_button_of_the_tab_is_reached_by_tab(qtbot: QtBot, small: Small) -> None:
    talks.attempt(small.room, small.students[0], {"what": "absent"}, NOW)
    page = page_of(qtbot, small)
    tab = cover_of(page)
    tab.show_branch((CLASS, FIRST_CLASS))
    QApplication.processEvents()
    met: list[QWidget] = []
    for _ in range(80):
        press(Qt.Key.Key_Tab)
        holder = QApplication.focusWidget()
        assert holder is not None
        if holder in met:
            break
        met.append(holder)
    assert tab.states in met and tab.panel.list in met and page.strip.buttons["cover"] in met
    buttons = [
        made
        for made in list[QPushButton](tab.findChildren(QPushButton))
        if made.isVisible() and made.isEnabled() and made.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert len(buttons) > 6 and [made.text() for made in buttons if made not in met] == []
