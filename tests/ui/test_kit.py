"""The kit's widgets, by keyboard, as a person uses them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from psyroom.errors import NotValid
from psyroom.records.opening import OpeningFields
from psyroom.records.school import STAGES, SchoolFields
from psyroom.ui import kit
from psyroom.ui.kit import (
    Choice,
    Column,
    DayField,
    Field,
    Form,
    Found,
    HoursBar,
    Picker,
    Row,
    RowList,
    TimeField,
    scrolled,
)  # fmt: skip

PUPILS = [Found("1", "张晓雨", "七年级3班"), Found("2", "张欣怡", "八年级1班"), Found("3", "曾雪莹", "九年级12班")]


def _shown(qtbot: QtBot, widget: QWidget) -> Any:
    qtbot.addWidget(widget)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    return widget


def _words(widget: QWidget) -> list[str]:
    labels: Iterable[QLabel] = widget.findChildren(QLabel)
    return [label.text() for label in labels if label.isVisible()]


def _write(control: Any, words: str) -> None:
    """Type words that are on no key, as an input method hands them over."""
    control.insert(words)


# ---- typed values


@pytest.mark.parametrize(("typed", "minutes", "shown"), [("1430", 870, "14:30"), ("8:05", 485, "08:05")])
def test_a_time_is_typed_and_shown_in_one_way(qtbot: QtBot, typed: str, minutes: int, shown: str) -> None:
    holder = QWidget()
    column = QVBoxLayout(holder)
    field, other = TimeField(), kit.TextField()
    column.addWidget(field)
    column.addWidget(other)
    _shown(qtbot, holder)
    field.setFocus()
    qtbot.keyClicks(field, typed)
    assert field.value() == minutes
    other.setFocus()
    assert field.text() == shown


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("3.5", date(2026, 3, 5)),
        ("0305", date(2026, 3, 5)),
        ("明天", date(2026, 3, 3)),
        ("2026-09-01", date(2026, 9, 1)),
    ],
)
def test_a_date_is_typed_as_people_do(qtbot: QtBot, typed: str, day: date) -> None:
    field = _shown(qtbot, DayField(today=lambda: date(2026, 3, 2)))
    _write(field, typed)
    assert field.value() == day


def test_what_cannot_be_read_is_handed_on_as_typed(qtbot: QtBot) -> None:
    field = _shown(qtbot, DayField())
    _write(field, "大概下周")
    assert field.value() == "大概下周" and not field.readable()


def test_arrows_change_a_date_by_a_day(qtbot: QtBot) -> None:
    field = _shown(qtbot, DayField(today=lambda: date(2026, 3, 2)))
    qtbot.keyClick(field, Qt.Key.Key_Down)
    assert field.value() == date(2026, 3, 3)
    assert field.text() == "2026-03-03 周二"


# ---- choices


def test_a_choice_is_walked_with_the_arrows(qtbot: QtBot) -> None:
    choice = _shown(qtbot, Choice(STAGES))
    seen: list[str] = []
    choice.edited.connect(lambda: seen.append(choice.value()))
    first = choice.findChildren(QPushButton)[0]
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Right)
    assert choice.value() == "junior" and seen == ["junior"]
    choice.set_value("vocational")
    assert choice.value() == "vocational"


def test_many_choices_become_a_list(qtbot: QtBot) -> None:
    choice = _shown(qtbot, Choice({n: f"第 {n} 项" for n in range(20)}))
    choice.set_value(7)
    assert choice.value() == 7
    assert not choice.findChildren(QPushButton)


def test_choices_can_change_and_keep_what_still_stands(qtbot: QtBot) -> None:
    choice = _shown(qtbot, Choice({"a": "甲", "b": "乙"}))
    choice.set_value("b")
    choice.set_choices({"b": "乙", "c": "丙"})
    assert choice.value() == "b"


# ---- forms


def test_a_form_takes_labels_limits_and_choices_from_the_record(qtbot: QtBot) -> None:
    form = Form(SchoolFields)
    form.add("name", "stage")
    _shown(qtbot, form)
    assert form.fields["name"].control.maxLength() == 60
    assert form.fields["stage"].label.text() == "学段"
    form.set_values({"name": "青山中学", "stage": "junior"})
    assert form.values() == {"name": "青山中学", "stage": "junior"}
    assert form.read().name == "青山中学"


def test_each_sentence_stands_under_its_field_and_goes_when_it_is_mended(qtbot: QtBot) -> None:
    form = Form(SchoolFields)
    form.add("name", "stage")
    _shown(qtbot, form)
    assert form.read() is None
    field = form.fields["name"]
    assert field.error.isVisible() and field.error.text() == "请填写学校名称"
    _write(field.control, "青")
    assert not field.error.isVisible()


def test_what_a_service_refuses_stands_under_its_field_or_at_the_foot(qtbot: QtBot) -> None:
    form = Form(SchoolFields)
    form.add("name")
    _shown(qtbot, form)
    form.show_problems(NotValid({"name": "已经有这所学校了", "region": "地区没有填对"}))
    assert form.fields["name"].error.text() == "已经有这所学校了"
    assert "地区没有填对" in _words(form)


def test_minutes_of_the_day_get_a_time_field_and_optional_ones_stay_empty(qtbot: QtBot) -> None:
    form = Form(OpeningFields)
    form.add("day", "starts", "ends")
    _shown(qtbot, form)
    form.set_values({"day": date(2026, 9, 1), "starts": 720})
    opening = form.read()
    assert (opening.starts, opening.ends) == (720, None)
    form.fields["starts"].set_value("中午吧")
    assert form.read() is None
    assert form.fields["starts"].error.isVisible()


def test_filling_a_form_is_no_edit(qtbot: QtBot) -> None:
    form = Form(SchoolFields)
    form.add("name", "stage")
    _shown(qtbot, form)
    with qtbot.assertNotEmitted(form.edited):
        form.set_values({"name": "青山中学", "stage": "junior"})
    with qtbot.waitSignal(form.edited):
        qtbot.keyClicks(form.fields["name"].control, "x")


def test_an_error_takes_the_place_of_the_hint(qtbot: QtBot) -> None:
    field = _shown(qtbot, Field("密码", kit.TextField(), "至少 10 个字"))
    assert field.hint.isVisible()
    field.problem("太短")
    assert not field.hint.isVisible() and field.error.isVisible()


# ---- picking


def _search(words: str) -> list[Found]:
    return [p for p in PUPILS if words in {"1": "zxy", "2": "zxy", "3": "zxy czy"}[str(p.key)] or words in p.name]


def test_a_pupil_is_picked_by_initials(qtbot: QtBot) -> None:
    window = _shown(qtbot, QWidget())
    column = QVBoxLayout(window)
    picker = Picker(_search)
    column.addWidget(picker)
    window.resize(500, 400)
    picker.setFocus()
    qtbot.keyClicks(picker, "zxy")
    assert [hit.key for hit in picker.hits()] == ["1", "2", "3"]
    qtbot.keyClick(picker, Qt.Key.Key_Down)
    with qtbot.waitSignal(picker.picked):
        qtbot.keyClick(picker, Qt.Key.Key_Return)
    assert picker.value() == "2"
    qtbot.keyClicks(picker, "!")
    assert picker.value() is None, "a changed text is no longer that pupil"


# ---- rows and tables


def test_rows_are_walked_and_opened_by_keys(qtbot: QtBot) -> None:
    done: list[str] = []
    rows = RowList(
        [Row("甲", open=lambda: done.append("甲")), Row("乙", "详情", action=("到了", lambda: done.append("乙")))]
    )
    _shown(qtbot, rows)
    rows.focus_first()
    first, second = rows.rows()
    qtbot.keyClick(first, Qt.Key.Key_Return)
    qtbot.keyClick(first, Qt.Key.Key_Down)
    assert second.hasFocus()
    qtbot.keyClick(second, Qt.Key.Key_Return)
    assert done == ["甲", "乙"]


def test_the_space_bar_does_what_the_row_s_button_does(qtbot: QtBot) -> None:
    done: list[str] = []
    rows = RowList([Row("甲", open=lambda: done.append("打开"), action=("到了", lambda: done.append("到了")))])
    _shown(qtbot, rows)
    rows.focus_first()
    qtbot.keyClick(rows.rows()[0], Qt.Key.Key_Space)
    assert done == ["到了"]


def test_the_keyboard_stays_at_its_row_when_the_lists_are_read_anew(qtbot: QtBot) -> None:
    """A page looks at the clock every minute; whoever stands on a line must not be handed to another list."""
    both, above, below = QWidget(), RowList(), RowList()
    column = QVBoxLayout(both)
    for part in (above, below):
        column.addWidget(part)
    above.set_rows([Row(name, key=name) for name in "甲乙"])
    below.set_rows([Row("丙", key="丙")])
    _shown(qtbot, both)
    above.rows()[1].setFocus()
    for part, names in ((above, "新甲乙"), (below, "丙")):
        part.set_rows([Row(name, key=name) for name in names])
    held = [line.row.what for line in above.rows() + below.rows() if line.hasFocus()]
    assert held == ["乙"]
    qtbot.keyClick(above.rows()[2], Qt.Key.Key_Down)
    assert below.rows()[0].hasFocus(), "past the end the keys go on in the next list"
    qtbot.keyClick(below.rows()[0], Qt.Key.Key_Up)
    assert above.rows()[2].hasFocus()


def test_tab_meets_rows_made_anew_where_their_list_stands(qtbot: QtBot) -> None:
    whole, rows = QWidget(), RowList([Row("甲")], in_turn=True)
    column = QVBoxLayout(whole)
    first, last = QPushButton("先"), QPushButton("后")
    for part in (first, rows, last):
        column.addWidget(part)
    _shown(qtbot, whole)
    rows.set_rows([Row("甲", action=("到了", lambda: None)), Row("乙")])
    qtbot.waitUntil(rows.rows()[1].isVisible)
    first.setFocus()
    met = []
    for _ in range(4):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focus: Any = QApplication.focusWidget()
        met.append(focus.row.what if hasattr(focus, "row") else focus.text())
    assert met == ["甲", "到了", "乙", "后"]


def test_a_long_list_says_how_many_are_not_shown(qtbot: QtBot) -> None:
    rows = _shown(qtbot, RowList([Row(str(n)) for n in range(30)], limit=20))
    assert len(rows.rows()) == 20
    assert any("还有 10 条" in words for words in _words(rows))


def test_a_table_sorts_by_the_value_and_opens_with_enter(qtbot: QtBot) -> None:
    table = kit.Table(
        [Column("姓名", lambda r: r[0]), Column("次数", lambda r: str(r[1]), sort=lambda r: r[1], width=80, right=True)]
    )
    _shown(qtbot, table)
    table.set_rows([("甲", 9), ("乙", 11), ("丙", 2)])
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert [row[1] for row in table.rows()] == [11, 9, 2]
    table.choose(("甲", 9))
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [("甲", 9)]
    table.set_rows([("甲", 9), ("丁", 20)])
    assert table.row() == ("甲", 9), "the chosen line stays"
    assert [row[1] for row in table.rows()] == [20, 9], "and so does the order"


# ---- bars, sheets, words


def test_the_hours_bar_says_in_words_what_is_missing(qtbot: QtBot) -> None:
    bar = _shown(qtbot, HoursBar())
    bar.set(690, 900, "周五中午再开就够了")
    assert bar.accessibleName() == "11.5 / 15 h 还差 3.5 h 周五中午再开就够了"
    bar.set(900, 900)
    assert bar.accessibleName() == "15 / 15 h 已达标"
    bar.set(120, None)
    assert bar.accessibleName() == "2 h"


def test_the_side_sheet_saves_by_keys_and_shuts_without_loss(qtbot: QtBot) -> None:
    done: list[str] = []
    host = _shown(qtbot, QWidget())
    column = QVBoxLayout(host)
    sheet = kit.SideSheet()
    column.addWidget(sheet)

    class Body(kit.TextField):
        def flush(self) -> None:
            done.append(f"draft {self.value()}")

    body = Body()
    sheet.open("新预约", body, save=lambda: done.append("saved"))
    body.setFocus()
    _write(body, "甲")
    qtbot.keyClick(body, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(sheet.closed):
        qtbot.keyClick(body, Qt.Key.Key_Escape)
    assert done == ["saved", "draft 甲"] and not sheet.isVisible()


def test_a_toast_can_take_the_deed_back_once(qtbot: QtBot) -> None:
    host = _shown(qtbot, QWidget())
    host.resize(800, 600)
    toast = kit.Toast(host)
    done: list[str] = []
    toast.say("已保存", undo=lambda: done.append("undone"))
    assert toast.words() == "已保存"
    buttons: Iterable[QPushButton] = toast.findChildren(QPushButton)
    button = next(made for made in buttons if made.text() == "撤销")
    button.click()
    button.click()
    assert done == ["undone"] and toast.words() == ""


def test_a_long_toast_shows_every_word(qtbot: QtBot) -> None:
    host = _shown(qtbot, QWidget())
    host.resize(700, 600)
    toast = kit.Toast(host)
    toast.say("这一步没有做成，因为电脑的时间比上一次记录还早。" * 4, trouble=True)
    label = toast.label()
    assert label.height() >= label.heightForWidth(label.width())
    assert host.rect().contains(toast.geometry())


# ---- memory


def test_qt_calls_do_not_eat_references_to_none(qtbot: QtBot) -> None:
    """PySide6 6.9 to 6.12 on some Pythons lose a reference to None at every void call, and at last abort the process."""
    label = _shown(qtbot, QLabel())
    gc.collect()
    before = sys.getrefcount(None)
    for number in range(3000):
        label.setText(str(number))
        label.setVisible(True)
    gc.collect()
    assert sys.getrefcount(None) > before - 500


def test_a_scroll_bar_stands_in_the_margin_and_moves_nothing(qtbot: QtBot) -> None:
    inner = QWidget()
    area = scrolled(inner, 16)
    qtbot.addWidget(area)
    area.resize(400, 200)
    area.show()
    QApplication.processEvents()
    wide = area.viewport().width()
    assert wide == 400 - 16
    inner.setMinimumHeight(900)
    QApplication.processEvents()
    assert area.verticalScrollBar().maximum() > 0 and area.viewport().width() == wide
