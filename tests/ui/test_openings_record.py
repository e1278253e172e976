"""本周记录, 签字, 补开, 交班 and the heat map on the real window: by keyboard alone, saved as one deed each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from psyroom.services import handover, history, hours, openings, signing, week_reasons
from psyroom.store.room import Room
from psyroom.ui import style, tokens
from psyroom.ui.kit import heat
from psyroom.ui.kit.heat import HeatMap
from psyroom.ui.pages.openings import Here
from psyroom.ui.tokens import DARK, LIGHT, Look
from psyroom.ui.window import Shell
from tests.ui.at_the_window import open_window, press, words_of

MONDAY = date(2026, 11, 16)
SATURDAY = datetime(2026, 11, 21, 9, 0).astimezone()
NOON, AFTER = (720, 800), (1010, 1130)


@pytest.fixture
def planned(room: Room) -> Room:
    """Every school day at noon and after school, and nothing logged; it is Saturday morning."""
    room.now = lambda: SATURDAY.astimezone(UTC)
    room.clock_confirmed = True
    values = {"person": room.person.id, "since": date(2026, 8, 31)}
    for starts, ends in (NOON, AFTER):
        openings.add_slots(room, {**values, "weekday": 1, "starts": starts, "ends": ends}, range(1, 6))
    return room


@pytest.fixture
def page(qtbot: QtBot, planned: Room) -> Here:
    shell = open_window(qtbot, planned, "openings")
    found = shell.go("openings")
    assert isinstance(found, Here)
    qtbot.waitUntil(lambda: hasattr(found, "signature"))
    return found


def key(at: Qt.Key | str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key, or type words, where the keyboard is."""
    from PySide6.QtTest import QTest

    for one in at if isinstance(at, str) else [at]:
        QApplication.processEvents()
        holder = QApplication.focusWidget()
        assert holder is not None
        QTest.keyClick(holder, one, modifier)


def states(page: Here) -> list[str]:
    return [row.state for row in page.record.rows()]


def logged(room: Room) -> list[tuple[int, int, int | None]]:
    return [(r.day.day, r.starts, r.ends) for r in openings.openings_of(room, MONDAY, date(2026, 11, 22))]


# ---- the week's record ----------------------------------------------------------------------------------------


def test_a_week_is_corrected_by_keyboard_alone(page: Here, planned: Room) -> None:
    page.record.to_waiting()
    key(Qt.Key.Key_Return)  # Monday noon as planned; the next line has the keyboard
    key("1650-1840")
    key(Qt.Key.Key_Return)  # Monday after school: typed
    key(Qt.Key.Key_Down)
    key(Qt.Key.Key_Delete)  # Tuesday noon was not open
    key("4")  # the fourth reason: 教师请假
    assert logged(planned) == [(16, 720, 800), (16, 1010, 1120)]
    first = page.record.rows()[:3]
    assert [(r.state, r.difference) for r in first] == [("recorded", 0), ("recorded", -10), ("not_open", -80)]
    assert first[2].why == "leave"
    key(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)  # all the others as planned
    assert set(states(page)) == {"recorded", "not_open"} and len(logged(planned)) == 9
    page.shell.undo_deed()  # as one deed
    assert len(logged(planned)) == 2


def test_each_line_shows_planned_against_actual(page: Here, planned: Room) -> None:
    page.record.table.setFocus()
    key("1205-1330")
    key(Qt.Key.Key_Return)
    model = page.record.table.model()
    shown = [model.index(0, column).data() for column in range(6)]
    assert shown == ["周一 11-16", "12:00—13:20", "12:05—13:30", "+5 分", "甲 补记", "已记"]


def test_what_cannot_be_read_or_be_stays_and_is_told(page: Here, planned: Room) -> None:
    page.record.to_waiting()
    key("12x")
    key(Qt.Key.Key_Return)
    assert "看不懂" in page.record.trouble.text() and page.record.trouble.isVisible()
    editor = page.record.table.editor()
    assert editor is not None and editor.text() == "12x"
    editor.selectAll()
    key("1250-1210")
    key(Qt.Key.Key_Return)
    assert "结束时间要晚于开始时间" in page.record.trouble.text()
    assert page.record.table.editor() is not None and not logged(planned)
    key(Qt.Key.Key_Escape)
    assert page.record.table.editor() is None and page.record.table.hasFocus()


def test_a_struck_line_comes_back(page: Here, planned: Room) -> None:
    page.record.to_waiting()
    key(Qt.Key.Key_Delete)
    assert page.record.why.isVisible() and page.record.why.choices()[0] == "考试"
    key(Qt.Key.Key_Escape)
    assert states(page)[0] == "waiting" and page.record.table.hasFocus()
    key(Qt.Key.Key_Delete)
    key(Qt.Key.Key_Return)
    assert states(page)[0] == "not_open"
    key(Qt.Key.Key_Up)
    assert page.record.table.row() == page.record.rows()[0]
    key(Qt.Key.Key_Return)
    assert states(page)[0] == "waiting"


def test_the_week_as_a_picture(page: Here) -> None:
    page.record.view.set_value("strip")
    assert page.record.strip.isVisible() and not page.record.table.isVisible()


# ---- signing --------------------------------------------------------------------------------------------------


def sign_the_week(page: Here, room: Room) -> None:
    page.record.confirm_all()
    week_reasons.set_reason(room, MONDAY, "leave")
    page.refresh(set())
    page.signature.go.setFocus()
    key(Qt.Key.Key_Return)  # asked once more
    assert signing.state(room, MONDAY).signed is None and page.signature.sure.isVisible()
    key(Qt.Key.Key_Return)


def test_what_stands_in_the_way_leads_to_its_place(page: Here, planned: Room) -> None:
    assert not page.signature.go.isVisible()
    words = words_of(page.signature)
    assert "10 段计划还没有记录" in words and "差 15 小时，请选一个原因" in words
    press(page.signature, "去确认")
    assert page.record.table.hasFocus() and page.record.table.row() == page.record.rows()[0]
    press(page.signature, "选原因")
    key(Qt.Key.Key_Return)  # the first is the likely one
    week = hours.week_of(planned, MONDAY)
    assert week is not None and week.reason == "holiday"
    key(Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    assert page.signature.go.isVisible() and page.signature.go.text() == "签字锁定第 12 周"


def test_a_week_is_signed_by_keyboard_and_locked(page: Here, planned: Room) -> None:
    sign_the_week(page, planned)
    assert "甲于 2026-11-21 09:00 签字" in words_of(page.signature) and "已签字锁定" in words_of(page.record)
    assert not page.signature.go.isVisible()
    assert not page.shell.toaster._button.isVisible()  # signing has no way back
    page.record.table.setFocus()
    key("1205-1320")
    key(Qt.Key.Key_Return)
    assert page.record.why.isVisible() and page.record.why.choices()[0] == "时间记错"
    assert logged(planned)[0] == (16, 720, 800), "a signed week was changed without a reason"
    key(Qt.Key.Key_Return)
    assert logged(planned)[0] == (16, 725, 800)
    words = words_of(page.signature)
    assert "更正" in words and "12:00—13:20 改为 12:05—13:20" in words and "−5 分" in words and "时间记错" in words
    assert page.signature.go.text().startswith("更正后再签一次")
    page.signature.go.click()
    page.signature.yes.click()
    assert len(signing.state(planned, MONDAY).signatures) == 2 and "第一次由甲" in words_of(page.signature)


def test_giving_up_leaves_the_signed_week_as_it_is(page: Here, planned: Room) -> None:
    sign_the_week(page, planned)
    page.record.table.setFocus()
    key(Qt.Key.Key_Delete)
    key("1")  # why it was not open
    assert page.record.why.isVisible() and page.record.why.choices()[0] == "实际没有开放"
    key(Qt.Key.Key_Escape)
    assert len(logged(planned)) == 10 and not signing.state(planned, MONDAY).changes


def test_a_form_in_a_signed_week_asks_for_the_reason(page: Here, planned: Room) -> None:
    sign_the_week(page, planned)
    page.edit_opening(page.record.rows()[0].record)
    form: Any = page.sheet.body()
    form.fields["ends"].set_value(810)
    page.sheet._on_save()
    assert page.sheet.isVisible() and "更正原因" in words_of(form) and logged(planned)[0] == (16, 720, 800)
    assert page._amend is not None
    page._amend.set_value("paper")
    page.sheet._on_save()
    assert not page.sheet.isVisible() and logged(planned)[0] == (16, 720, 810)
    assert signing.state(planned, MONDAY).changes[0].why == "paper"


def test_the_duty_person_confirms_and_does_not_sign(qtbot: QtBot, planned: Room, password: str) -> None:
    from psyroom.store.opening import open_room

    folder = planned.folder
    planned.close()
    room = open_room(folder, "乙", password)
    room.now, room.clock_confirmed = lambda: SATURDAY.astimezone(UTC), True
    shell = open_window(qtbot, room, "openings")
    found: Any = shell.go("openings")
    qtbot.waitUntil(lambda: hasattr(found, "signature"))
    found.record.confirm_all()
    found.set_reason("leave")
    assert not found.signature.go.isVisible() and "由心理教师签字" in words_of(found.signature)
    shell.close()


# ---- make-up --------------------------------------------------------------------------------------------------


def test_a_short_week_is_made_up_for_and_both_say_so(page: Here, planned: Room) -> None:
    page.strike(page.record.rows()[1], "leave")
    page.record.confirm_all()
    press(page.signature, "补开")
    form: Any = page.sheet.body()
    values = form.values()
    assert values["day"] > date(2026, 11, 22) and values["ends"] > values["starts"]
    form.set_values({"day": date(2026, 11, 25), "starts": 1140, "ends": 1200})
    page.sheet._on_save()
    assert not page.sheet.isVisible()
    assert "11月25日 19:00 计划补 1 小时" in words_of(page.signature)
    planned.now = lambda: datetime(2026, 11, 29, 9, 0).astimezone().astimezone(UTC)
    now = hours.local_now(planned)
    openings.record(planned, {"day": date(2026, 11, 25), "starts": 1140, "ends": 1200}, now)
    page.refresh(set())
    assert "已在第 13 周补 1 小时" in words_of(page.signature)
    page.walk(1)
    assert "其中 1 小时 补第 12 周" in words_of(page.signature)
    assert "补第 12 周" in words_of(page.once)


# ---- handover -------------------------------------------------------------------------------------------------


def test_what_one_leaves_the_next_reads(page: Here, planned: Room, qtbot: QtBot, password: str) -> None:
    page.duty.click()
    planned.now = lambda: (SATURDAY + timedelta(minutes=50)).astimezone(UTC)
    page.duty.click()
    assert page.sheet.isVisible() and page.sheet.title.words() == "交班"
    key(Qt.Key.Key_Space)
    key(Qt.Key.Key_Return)
    key(Qt.Key.Key_Return)
    key(Qt.Key.Key_Space)
    key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not page.sheet.isVisible() and "我交的" in words_of(page.unread) and "还没有人看" in words_of(page.unread)
    (left,) = handover.between(planned, MONDAY, date(2026, 11, 22))
    assert left.words == "有人还在等、留了密封便条" and left.to == ""
    from psyroom.store.opening import open_room

    folder = planned.folder
    page.shell.close()
    planned.close()
    room = open_room(folder, "乙", password)
    room.now, room.clock_confirmed = lambda: SATURDAY.astimezone(UTC), True
    shell = open_window(qtbot, room, "openings")
    found: Any = shell.go("openings")
    assert found.unread.isVisible() and "有人还在等、留了密封便条" in words_of(found.unread)
    press(found.unread, "看过了")
    assert not found.unread.isVisible() and handover.between(room, MONDAY, date(2026, 11, 22))[0].read_name == "乙"
    shell.close()


def test_nothing_left_is_nothing_kept(page: Here, planned: Room) -> None:
    page.duty.click()
    planned.now = lambda: (SATURDAY + timedelta(minutes=50)).astimezone(UTC)
    page.duty.click()
    key(Qt.Key.Key_Escape)
    assert not page.sheet.isVisible() and not handover.between(planned, MONDAY, date(2026, 11, 22))
    assert history.undo(planned).label == "值班结束"


# ---- the semester day by day ----------------------------------------------------------------------------------


def test_the_heat_map_agrees_with_the_minutes_and_leads_to_its_week(page: Here, planned: Room, qtbot: QtBot) -> None:
    page.record.confirm_all()
    page.term.view.set_value("heat")
    shown: HeatMap = page.term.heat
    assert shown.isVisible() and not page.term.bars.isVisible()
    week = hours.week_of(planned, MONDAY)
    assert week is not None
    assert sum(shown.cell(12, row).minutes for row in range(5)) == week.outside_lessons_minutes == 5 * 200
    holiday = next(shown.cell(5, row) for row in range(5) if shown.cell(5, row).off)
    assert "国庆" in holiday.tip
    shown.setFocus()
    key(Qt.Key.Key_Left)
    key(Qt.Key.Key_Return)
    assert page.figures is not None and page.figures.week == 11
    box = shown._box(4, 2).center()
    qtbot.mouseClick(shown, Qt.MouseButton.LeftButton, pos=QPoint(int(box.x()), int(box.y())))
    assert page.figures.week == 5


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_figure_can_be_read_on_every_level(palette: tokens.Palette, qapp: QApplication) -> None:
    style.dress(Look(palette, 100))

    def light(colour: Any) -> float:
        parts = [c / 255 for c in colour.getRgb()[:3]]
        red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for level in range(len(heat.SHARES)):
        high, low = sorted((light(heat.ground(level)), light(heat.ink(level))), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, level


def test_levels_go_by_the_step() -> None:
    assert [heat.level_of(minutes, 60) for minutes in (0, 1, 59, 60, 119, 120, 180, 900)] == [0, 1, 1, 2, 2, 3, 4, 4]


def test_figures_fit_their_cells_at_both_sizes(page: Here) -> None:
    """Twenty weeks in the card as it stands at 1366×768, and with large text on a wide screen."""
    page.term.view.set_value("heat")
    for look, size in ((Look(LIGHT, 100), (1366, 768)), (Look(LIGHT, 150), (1920, 1080))):
        style.dress(look)
        page.shell.resize(*size)
        QApplication.processEvents()
        assert page.term.heat._box(0, 0).width() >= look.px(17)


# ---- pictures -------------------------------------------------------------------------------------------------


def test_pictures_of_every_state(shoot: Callable[[QWidget, str], None], planned: Room, qtbot: QtBot) -> None:
    shell = Shell(planned, open_window_settings())
    qtbot.addWidget(shell)
    page: Any = shell.go("openings")
    qtbot.waitUntil(lambda: hasattr(page, "signature"))
    shoot(shell, "openings-to-confirm")
    page.record.ask_why(page.record.rows()[0])
    shoot(shell, "openings-why")
    page.record.why.give_up()
    page.record.confirm_all()
    page.signature.ask_reason()
    shoot(shell, "openings-reason")
    page.signature.why.give_up()
    page.set_reason("leave")
    page.signature.ask()
    shoot(shell, "openings-sure")
    page.sign()
    page.record.typed.emit(page.record.rows()[0], 725, 800)
    shoot(shell, "openings-amend")
    page.record.why._buttons[0].click()
    page.term.view.set_value("heat")
    shoot(shell, "openings-amended")
    page.make_up()
    shoot(shell, "openings-make-up")


def open_window_settings() -> Any:
    from psyroom.settings import Settings

    return Settings(text_size=tokens.now().text_size)
