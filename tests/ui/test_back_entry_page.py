"""按纸质记录补录 on the real window: by keyboard alone, every problem under its row, nothing typed lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.records.weeks import WeekSignature
from psyroom.services import bookings, drafts, week
from psyroom.services.back_entry import FORM
from psyroom.settings import Settings
from psyroom.store.questions import booking as ask
from psyroom.store.questions import opening as ask_openings
from psyroom.ui.pages.back_entry import BackEntry
from psyroom.ui.tokens import now as look
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import MONDAY, TUESDAY, Small, as_duty, at, make_small
from tests.ui.at_the_window import buttons_of, compose, open_window, press, words_of

EVENING = at(TUESDAY, 1200)
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: EVENING.astimezone(UTC)
    yield made
    made.room.close()


def opened(small: Small, qtbot: QtBot) -> tuple[Any, BackEntry]:
    """The page 预约, and the grid over it, by Ctrl+B."""
    page: Any = open_window(qtbot, small.room, "bookings").go("bookings")
    return page, again(page, qtbot)


def again(page: Any, qtbot: QtBot) -> BackEntry:
    qtbot.keyClick(page.grid, Qt.Key.Key_B, CTRL)
    made = page.stack.currentWidget()
    assert isinstance(made, BackEntry)
    qtbot.waitUntil(lambda: made.duties[0].starts.hasFocus())
    return made


def keys(qtbot: QtBot, *words: str) -> None:
    """Type each of the words where the keyboard is, and Enter after it."""
    for typed in words:
        qtbot.keyClicks(QApplication.focusWidget(), typed)
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
        QApplication.processEvents()


def there(small: Small) -> tuple[list[Any], list[Any]]:
    with small.room.read() as session:
        return ask.visits(session, TUESDAY, TUESDAY), ask_openings.openings(session, TUESDAY, TUESDAY)


def booked(small: Small, which: int = 0, starts: int = 735) -> str:
    values = {"client": "student", "student": small.students[which], "person": small.chen, "place": small.places[0]}
    values |= {"day": TUESDAY, "starts": starts, "ends": starts + 30}
    return bookings.book(small.room, values, at(MONDAY, 480), anyway=True).id


def test_a_day_is_keyed_in_without_the_mouse(small: Small, qtbot: QtBot) -> None:
    page, grid = opened(small, qtbot)
    keys(qtbot, "1205", "1345", "", "")  # duty, whoever is logged in; an empty row leads to the visitors
    assert grid.visits[0].starts.hasFocus()
    keys(qtbot, "1210", "1240", "zxy", "", "", "")
    keys(qtbot, "1245", "1315", "lm", "2", "2", "3")  # 家长, 迟到, the third in the list of counsellors
    keys(qtbot, "1320", "1340", "12", "4", "", "")  # a group of twelve
    assert grid.visits[3].starts.hasFocus()
    keys(qtbot, "")
    assert grid.save_button.hasFocus()
    qtbot.keyClick(grid.save_button, Qt.Key.Key_Return)
    seen, open_ = there(small)
    assert [(v.client, v.student, v.starts, v.ends, v.size) for v in seen] == [
        ("student", small.students[0], 730, 760, 1),
        ("parent", small.students[1], 765, 795, 1),
        ("group", "", 800, 820, 12),
    ]
    assert [(o.starts, o.ends, o.person) for o in open_] == [(725, 825, small.wang)]
    assert [v.person for v in seen] == [small.wang, small.chen, small.wang]
    assert page.stack.currentWidget() is page.browse and "1 段值班、3 次来访" in words_of(page.shell.toaster)
    page.shell.undo_deed()
    assert there(small) == ([], [])


def test_a_booking_is_asked_about_in_its_row(small: Small, qtbot: QtBot) -> None:
    booking = booked(small)
    page, grid = opened(small, qtbot)
    keys(qtbot, "", "1210", "1245", "zxy", "", "", "")
    line = grid.visits[0]
    qtbot.waitUntil(lambda: "12:15—12:45 有预约" in words_of(line))
    qtbot.keyClick(grid, Qt.Key.Key_Return, CTRL)
    assert there(small) == ([], []) and "1 行要先核对" in words_of(grid) and line.yes.hasFocus()
    qtbot.keyClick(line.yes, Qt.Key.Key_Return)
    assert "有预约" not in words_of(line)
    qtbot.keyClick(grid, Qt.Key.Key_Return, CTRL)
    (visit,), _ = there(small)
    entry = week.entry(small.room, "booking", booking, EVENING)
    assert visit.booking == booking and entry is not None and entry.outcome == "arrived"


def test_not_that_booking(small: Small, qtbot: QtBot) -> None:
    booked(small)
    _, grid = opened(small, qtbot)
    keys(qtbot, "", "1210", "1245", "zxy", "", "", "")
    qtbot.waitUntil(lambda: bool(buttons_of(grid.visits[0], "不是预约的")))
    press(grid.visits[0], "不是预约的")
    grid.save()
    (visit,), _ = there(small)
    assert visit.booking == ""


def test_every_problem_stands_under_its_row_and_nothing_is_lost(small: Small, qtbot: QtBot) -> None:
    _, grid = opened(small, qtbot)
    keys(qtbot, "", "1240", "1210", "zxy", "", "", "")
    keys(qtbot, "9999", "1300", "xyz")
    compose(grid.visits[1].picker, "张晓宇")
    grid.save()
    assert there(small) == ([], [])
    assert "要晚于 12:40" in words_of(grid.visits[0]) and "看不懂“9999”" in words_of(grid.visits[1])
    assert "有 2 行要先核对" in words_of(grid) and grid.visits[0].starts.hasFocus()
    assert grid.visits[1].starts.text() == "9999" and "张晓宇" in grid.visits[1].picker.text()
    grid.visits[0].ends.set_value(790)
    assert "要晚于" not in words_of(grid.visits[0])


def test_what_is_typed_is_kept_for_its_day_until_it_is_saved(small: Small, qtbot: QtBot) -> None:
    page, grid = opened(small, qtbot)
    keys(qtbot, "1205", "13455", "", "", "1210", "1240", "zxy", "", "3")
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is page.browse
    grid = again(page, qtbot)
    assert "接着上次没有存的" in words_of(grid)
    row, duty = grid.visits[0].values(), grid.duties[0].values()
    assert (row["starts"], row["ends"], row["student"], row["outcome"]) == (730, 760, small.students[0], "no_show")
    assert duty["starts"] == 725 and str(duty["ends"]) == "13455"
    grid.day.set_value(MONDAY)
    assert all(line.blank() for line in grid.visits) and "接着上次" not in words_of(grid)
    grid.visits[0].starts.setText("x")
    grid.day.set_value(TUESDAY)
    assert grid.visits[0].values()["student"] == small.students[0]
    press(grid, "清空")
    assert all(line.blank() for line in (*grid.visits, *grid.duties))
    assert drafts.load(small.room, FORM, TUESDAY.isoformat()) is None


def test_a_name_goes_along_when_another_kind_is_chosen(small: Small, qtbot: QtBot) -> None:
    _, grid = opened(small, qtbot)
    keys(qtbot, "")
    line = grid.visits[0]
    compose(line.picker, "欧阳锋")
    line.kind.set_value("teacher")
    assert line.values()["name"] == "欧阳锋" and line.values()["student"] == ""
    line.kind.set_value("group")
    line.many.set_value("9")
    assert line.values()["size"] == 9 and line.values()["name"] == ""
    line.kind.set_value("student")
    assert line.values()["typed"] == "欧阳锋"


def test_duty_is_taken_from_the_plan(small: Small, qtbot: QtBot) -> None:
    _, grid = opened(small, qtbot)
    press(grid, "按计划填")
    assert [(v["starts"], v["ends"]) for v in grid.values()["duties"]] == [(725, 825), (980, 1060)]
    press(grid, "按计划填")
    assert len(grid.values()["duties"]) == 2
    grid.save()
    assert len(there(small)[1]) == 2


def test_the_same_sheet_again_is_noticed(small: Small, qtbot: QtBot) -> None:
    page, grid = opened(small, qtbot)
    for _ in range(2):
        keys(qtbot, "", "1210", "1240", "zxy", "", "", "")
        grid.save()
        if page.stack.currentWidget() is page.browse:
            grid = again(page, qtbot)
    assert "已经录过了" in words_of(grid) and len(there(small)[0]) == 1


def test_a_signed_week_asks_why(small: Small, qtbot: QtBot) -> None:
    with small.room.write("准备") as deed:
        deed.session.add(WeekSignature(monday=MONDAY, person=small.wang, at="2026-09-08 08:00", outside=0, open=0))
    page, grid = opened(small, qtbot)
    keys(qtbot, "", "1210", "1240", "zxy", "", "", "")
    grid.save()
    assert grid.why.isVisible() and grid.why.choices()[0] == "以纸质记录为准" and there(small) == ([], [])
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert len(there(small)[0]) == 1 and page.stack.currentWidget() is page.browse


def test_a_row_can_go_and_there_is_always_one_to_go_on_with(small: Small, qtbot: QtBot) -> None:
    _, grid = opened(small, qtbot)
    keys(qtbot, "", "1210", "1240", "zxy", "", "", "")
    for line in list(grid.visits):
        line.removed.emit()
    assert len(grid.visits) == 1 and grid.visits[0].blank() and grid.visits[0].number.text() == "1"
    grid.visits[0].starts.set_value(730)
    assert len(grid.visits) == 2


def test_the_duty_person_keys_in_too(small: Small, qtbot: QtBot) -> None:
    as_duty(small)
    small.room.now = lambda: EVENING.astimezone(UTC)
    page, grid = opened(small, qtbot)
    keys(qtbot, "1205", "1345", "", "", "1210", "1240", "zxy", "", "", "")
    grid.save()
    (visit,), (opening,) = there(small)
    assert visit.closed_by == "" and opening.person == small.duty
    assert "等心理教师结束" in words_of(page.shell.toaster)


def test_it_opens_from_the_duty_page_too(small: Small, qtbot: QtBot) -> None:
    page: Any = open_window(qtbot, small.room, "openings").go("openings")
    page.key_in()
    assert isinstance(page.stack.currentWidget(), BackEntry)
    press(page.stack.currentWidget(), "返回")
    assert page.stack.currentWidget() is page.browse


def test_how_it_looks(shoot: Any, small: Small, qtbot: QtBot) -> None:
    booked(small)
    shell = Shell(small.room, Settings(text_size=look().text_size))
    qtbot.addWidget(shell)
    shell.show()
    page: Any = shell.go("bookings")
    page.beside.key_in(TUESDAY)
    grid = page.stack.currentWidget()
    grid.duties[0].fill({"starts": 725, "ends": 825, "person": small.chen})
    grid.visits[0].fill({"starts": 730, "ends": 765, "student": small.students[0]})
    grid.visits[1].fill({"starts": 770, "ends": 760, "client": "group", "size": 12})
    grid.visits[2].fill({"starts": 830, "ends": 850, "typed": "张晓宇"})
    grid.visits[3].fill({"starts": 900, "ends": 930, "client": "teacher", "name": "欧阳老师", "person": small.chen})
    grid.save()
    assert TUESDAY + timedelta(days=0) == grid.day.value()
    shoot(shell, "back-entry")
