"""Printing from 预约: every paper is seen before it leaves, chosen by day, week and booking; the calendar file too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot

from psyroom.reports import preview
from psyroom.services import bookings, exports, papers
from psyroom.ui.pages.bookings_print import PAPERS, PrintChooser
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, as_duty, at, make_small
from tests.ui.at_the_window import buttons_of, open_window, press, words_of
from tests.ui.conftest import Answers

WEDNESDAY = TUESDAY + timedelta(days=1)
MORNING = at(TUESDAY, 590)
NAMED = ("张晓雨", "李明", "王芳")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: MORNING.astimezone(UTC)
    for n, (day, starts) in enumerate(((WEDNESDAY, 730), (WEDNESDAY, 770), (WEDNESDAY + timedelta(days=1), 730))):
        values = {"client": "student", "student": made.students[n], "person": made.chen, "place": made.places[0]}
        bookings.book(
            made.room, {**values, "day": day, "starts": starts, "ends": starts + 30}, at(MONDAY, 480), anyway=True
        )
    yield made
    made.room.close()


@pytest.fixture
def page(small: Small, qtbot: QtBot) -> Any:
    shell = open_window(qtbot, small.room, "bookings")
    return shell.go("bookings")


def chooser(page: Any, qtbot: QtBot, what: str = "") -> PrintChooser:
    """Ctrl+P, then the paper of that name."""
    if not isinstance(page.stack.currentWidget(), PrintChooser):
        qtbot.keyClick(page.grid, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    found = page.stack.currentWidget()
    assert isinstance(found, PrintChooser)
    if what:
        press(found.what, PAPERS[what])
    return found


def said_by(made: PrintChooser) -> str:
    return preview.text(made.preview.pdf()) if made.preview.pdf() else ""


def shows(made: PrintChooser, qtbot: QtBot, words: str, *, without: str = "") -> None:
    """Wait until the page in sight says these words, and not those."""
    qtbot.waitUntil(lambda: words in (said := said_by(made)) and (not without or without not in said), timeout=20_000)


def test_every_paper_is_seen_before_it_leaves(page: Any, qtbot: QtBot) -> None:
    made = chooser(page, qtbot)
    assert made.between() == (WEDNESDAY, WEDNESDAY)
    for what, words in (
        ("list", "到达确认"), ("slips", "敲敲门"), ("classes", "离班时间"), ("door", "开放时间"), ("sheet", "值班签字"),
    ):  # fmt: skip
        made = chooser(page, qtbot, what)
        shows(made, qtbot, words)
        assert made.preview.page_count() == 1 and buttons_of(made.preview, "打印")
    press(made, "返回")
    assert page.stack.currentWidget() is page.browse and page.grid.hasFocus()


def test_slips_for_a_day_a_week_and_chosen_bookings(page: Any, qtbot: QtBot) -> None:
    made = chooser(page, qtbot, "slips")
    shows(made, qtbot, "李明", without="王芳")
    assert "印 2 个预约" in words_of(made.whom)
    press(made.span, "一周")
    shows(made, qtbot, "王芳")
    assert "9月7日 周一 — 9月13日 周日" in words_of(made) and "印 3 个预约" in words_of(made.whom)
    made.whom.checks()[0].click()
    shows(made, qtbot, "李明", without="张晓雨")
    press(made.whom, "全选")
    shows(made, qtbot, "张晓雨")
    press(made.whom, "全不选")
    shows(made, qtbot, "没有可以印的预约")
    qtbot.keyClick(made, Qt.Key.Key_PageDown, Qt.KeyboardModifier.AltModifier)
    assert made.between() == (MONDAY + timedelta(days=7), MONDAY + timedelta(days=13))
    assert "没有还没到的预约" in words_of(made.whom)


def test_the_neutral_wording_is_remembered(page: Any, small: Small, qtbot: QtBot) -> None:
    made = chooser(page, qtbot, "classes")
    shows(made, qtbot, "个别辅导室")
    made.neutral.click()
    shows(made, qtbot, "到校内找陈老师", without="个别辅导室")
    assert papers.is_neutral(small.room)
    press(made, "返回")
    page.beside.print_papers("classes")
    again = page.stack.currentWidget()
    assert again.neutral.value()
    shows(again, qtbot, "到校内找陈老师")


def test_the_door_shows_the_week_and_no_name(page: Any, qtbot: QtBot) -> None:
    page.open(print="door", day=date(2026, 9, 28))
    made = page.stack.currentWidget()
    shows(made, qtbot, "国庆节")
    assert not [name for name in NAMED if name in said_by(made)]


def test_nothing_is_printed_under_a_date_that_cannot_be_read(page: Any, qtbot: QtBot, answers: Answers) -> None:
    made = chooser(page, qtbot, "slips")
    shows(made, qtbot, "张晓雨")
    made.day.clear()
    qtbot.keyClicks(made.day, "99.99")
    assert "看不懂这个日期" in words_of(made) and made.preview.page_count() == 0 and made.made is None
    press(made, "存成 PDF")
    assert answers.asked == []
    made.day.clear()
    qtbot.keyClicks(made.day, "9.9")
    shows(made, qtbot, "张晓雨")
    assert "看不懂" not in words_of(made)


def test_the_day_sheet_takes_the_bookings_in_when_asked(page: Any, qtbot: QtBot) -> None:
    made = chooser(page, qtbot, "sheet")
    shows(made, qtbot, "值班签字", without="张晓雨")
    made.with_bookings.click()
    shows(made, qtbot, "张晓雨")


def test_a_pdf_is_saved_with_its_ending_and_a_word_of_care(
    page: Any, qtbot: QtBot, answers: Answers, tmp_path: Path
) -> None:
    made = chooser(page, qtbot, "slips")
    shows(made, qtbot, "张晓雨")
    answers.path = tmp_path / "条"
    press(made, "存成 PDF")
    saved = tmp_path / "条.pdf"
    assert "张晓雨" in preview.text(saved.read_bytes()) and "没有加密" in words_of(page.shell.toaster)
    answers.path = page.room.folder / "条.pdf"
    press(made, "存成 PDF")
    assert "自己的文件夹" in words_of(page.shell.toaster) and not answers.path.exists()


def test_the_calendar_file_is_seen_and_saved(
    page: Any, small: Small, qtbot: QtBot, answers: Answers, tmp_path: Path
) -> None:
    made = chooser(page, qtbot)
    press(made.what, PAPERS["calendar"])
    made.person.set_value(small.chen)
    assert made.between() == (date(2026, 8, 31), date(2027, 1, 17))
    press(made.reach, "一周")
    assert made.between() == (MONDAY, MONDAY + timedelta(days=6))
    said = words_of(made.busy)
    assert "文件里有 3 条" in said and said.count("忙") == 3 and not [name for name in NAMED if name in said]
    answers.path = tmp_path / "日程"
    press(made, "存成日历文件")
    data = (tmp_path / "日程.ics").read_bytes()
    assert data.count(b"BEGIN:VEVENT") == 3 and not [n for n in NAMED if n.encode() in data]
    made.person.set_value(small.wang)
    assert "这几天没有预约" in words_of(made.busy)


@pytest.mark.parametrize("what", list(PAPERS))
def test_every_paper_s_choice_fits_its_window(shoot: Any, small: Small, qtbot: QtBot, what: str) -> None:
    from psyroom.settings import Settings
    from psyroom.ui.tokens import now as look
    from psyroom.ui.window import Shell

    shell = Shell(small.room, Settings(text_size=look().text_size))
    qtbot.addWidget(shell)
    shell.show()
    page: Any = shell.go("bookings")
    page.beside.print_papers(what)
    made = page.stack.currentWidget()
    if what != "calendar":
        qtbot.waitUntil(lambda: made.preview.page_count() > 0, timeout=20_000)
    shoot(shell, f"print-{what}")


def test_a_paper_with_names_leaves_a_line_in_the_register(
    page: Any, qtbot: QtBot, answers: Answers, tmp_path: Path
) -> None:
    made = chooser(page, qtbot, "slips")
    shows(made, qtbot, "张晓雨")
    answers.path = tmp_path / "条.pdf"
    made.save()
    answers.paper = QPrinter()
    answers.paper.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    answers.paper.setOutputFileName(str(tmp_path / "纸.pdf"))
    assert made.preview.print()
    paper, file = exports.listed(page.room)
    assert (paper.how, file.how, file.kind, file.receiver) == ("paper", "file", "预约条", "来访者本人")
    assert [child.who for child in file.students] == ["张晓雨", "李明"]
    made = chooser(page, qtbot, "door")
    shows(made, qtbot, "开放时间")
    answers.path = tmp_path / "门.pdf"
    made.save()
    made.preview.print()
    assert len(exports.listed(page.room)) == 2, "without names no line"


def test_a_duty_person_prints_slips_as_ever(small: Small, qtbot: QtBot, answers: Answers, tmp_path: Path) -> None:
    as_duty(small)
    small.room.now = lambda: MORNING.astimezone(UTC)
    made = chooser(open_window(qtbot, small.room, "bookings").go("bookings"), qtbot, "slips")
    shows(made, qtbot, "张晓雨")
    answers.path = tmp_path / "条.pdf"
    made.save()
    assert (tmp_path / "条.pdf").exists()
