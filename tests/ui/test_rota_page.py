"""The month's rota on the real window and the real store: by key, by hand, from the proposal to the paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.records.booking import Timetable
from psyroom.records.rota import DutyTurn
from psyroom.services import openings, people, rota
from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui.pages.openings import Here
from psyroom.ui.pages.rota import Rota
from psyroom.ui.pages.rota_print import RotaPreview
from psyroom.ui.pages.rota_side import Substitution, Taking
from psyroom.ui.window import PAGES, Shell

from .at_the_window import open_window, press, words_of
from .conftest import Answers

NOW = datetime(2026, 11, 30, 9, 0).astimezone()
MONDAY = date(2026, 12, 7)


def prepared(room: Room, *, third: bool = False) -> Room:
    """Two openings a day from Monday to Friday that nobody is named for, and Friday evenings of 甲's own."""
    room.now = lambda: NOW.astimezone(UTC)
    room.clock_confirmed = True
    since = date(2026, 11, 30)
    for starts, ends in ((720, 780), (1010, 1070)):
        openings.add_slots(room, {"weekday": 1, "starts": starts, "ends": ends, "since": since}, range(1, 6))
    openings.add_slot(room, {"weekday": 5, "starts": 1140, "ends": 1200, "since": since, "person": room.person.id})
    if third:
        people.add(room, "欧阳晓峰", "duty", "窗外的雨下得很轻很轻像在翻书")
    return room


@pytest.fixture
def shell(qtbot: QtBot, room: Room) -> Shell:
    return open_window(qtbot, prepared(room), "openings")


def page_of(shell: Shell) -> Rota:
    here = shell.go("openings")
    assert isinstance(here, Here)
    here.begin_rota(date(2026, 12, 1))
    page = here.stack.currentWidget()
    assert isinstance(page, Rota)
    QApplication.processEvents()
    return page


def month(room: Room) -> rota.Month:
    return rota.month(room, 2026, 12)


def at(page: Rota, day: date, starts: int) -> int:
    return next(n for n, s in enumerate(page.grid.spots) if (s.day, s.slot.turn.starts) == (day, starts))


def ids(room: Room) -> dict[str, str]:
    return {name: person for person, name in month(room).people}


def test_a_month_is_proposed_looked_at_and_saved_in_one_deed(shell: Shell, room: Room, qtbot: QtBot) -> None:
    page = page_of(shell)
    assert "46 次还没有人" in words_of(page) and not page.save_button.isEnabled()
    press(page, "自动排班")
    assert "46 处改动还没有保存" in words_of(page) and month(room).empty == 46
    assert all(s.person for s in page.grid.spots)
    qtbot.keyClick(page.grid, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert month(room).empty == 0 and "都排好了" in words_of(page)
    minutes = month(room).minutes
    assert abs(minutes[ids(room)["甲"]] - minutes[ids(room)["乙"]]) <= 60  # Friday evenings are 甲's already
    shell.undo_deed()
    assert month(room).empty == 46 and "46 次还没有人" in words_of(page)


def test_figures_and_initials_put_somebody_there_and_go_on(shell: Shell, room: Room, qtbot: QtBot) -> None:
    page = page_of(shell)
    keys = ids(room)
    page.grid.go(0)
    for key in (Qt.Key.Key_1, Qt.Key.Key_Y, Qt.Key.Key_1):  # 甲, 乙 by initial, 甲
        qtbot.keyClick(page.grid, key)
    assert [s.person for s in page.grid.spots[:4]] == [keys["甲"], keys["乙"], keys["甲"], ""]
    assert page.grid.at == 3
    with qtbot.waitSignal(page.grid.doubted) as doubted:
        qtbot.keyClick(page.grid, Qt.Key.Key_J)  # 乙 is read so too
    assert doubted.args == ["j", ["甲", "乙"]] and page.grid.spots[3].person == ""
    qtbot.keyClick(page.grid, Qt.Key.Key_Left)
    qtbot.keyClick(page.grid, Qt.Key.Key_Delete)
    assert page.grid.at == 1 and page.grid.spots[1].person == ""
    qtbot.keyClick(page.grid, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert [s.turn.person for s in month(room).slots[:4]] == [keys["甲"], "", keys["甲"], ""]


def test_what_was_not_saved_is_there_again(shell: Shell, room: Room, qtbot: QtBot) -> None:
    page = page_of(shell)
    page.grid.go(0)
    qtbot.keyClick(page.grid, Qt.Key.Key_2)
    page.leave()
    page = page_of(shell)
    assert page.grid.spots[0].changed and page.grid.spots[0].name == "乙"
    assert "上次没有保存的排班放回来了" in words_of(page)
    page.turn(1)
    page.turn(-1)
    page.save()
    assert month(room).slots[0].turn.person == ids(room)["乙"]
    assert not page_of(shell).grid.spots[0].changed


def _drag(page: Rota, one: int, other: int) -> None:
    grid, boxes = page.grid, page.grid.boxes()
    places = [boxes[n].center() for n in (one, one, other)]
    places[1] = places[0] + QPointF(20, 12)
    kinds = (QMouseEvent.Type.MouseButtonPress, QMouseEvent.Type.MouseMove, QMouseEvent.Type.MouseMove)
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    for kind, place in zip(kinds, places, strict=True):
        pressed = kind == QMouseEvent.Type.MouseButtonPress
        event = QMouseEvent(
            kind, place, QPointF(grid.mapToGlobal(QPoint(0, 0))) + place, left if pressed else none, left,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(grid, event)
    place = places[-1]
    end = QMouseEvent(
        QMouseEvent.Type.MouseButtonRelease, place, QPointF(grid.mapToGlobal(QPoint(0, 0))) + place, left, none,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(grid, end)


def test_dragging_one_turn_onto_another_exchanges_the_two(shell: Shell, room: Room) -> None:
    page = page_of(shell)
    page.propose()
    page.save()
    one = next(n for n, s in enumerate(page.grid.spots) if s.name == "甲" and not s.slot.fixed)
    other = next(n for n, s in enumerate(page.grid.spots) if s.name == "乙")
    _drag(page, one, other)
    assert (page.grid.spots[one].name, page.grid.spots[other].name) == ("乙", "甲")
    assert "2 处改动还没有保存" in words_of(page)
    page.save()
    assert [month(room).slots[n].name for n in (one, other)] == ["乙", "甲"]
    assert not any(s.turn.instead_of for s in month(room).slots)


def test_somebody_stands_in_and_the_reason_is_kept(shell: Shell, room: Room, qtbot: QtBot) -> None:
    page = page_of(shell)
    page.propose()
    page.save()
    here = next(n for n, s in enumerate(page.grid.spots) if s.name == "甲" and not s.slot.fixed)
    page.grid.go(here)
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    body = page.sheet.body()
    assert isinstance(body, Substitution)
    body.why.set_value("training")
    qtbot.keyClick(body, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    slot = month(room).slots[here]
    assert (slot.name, slot.instead_name, slot.why) == ("乙", "甲", "外出培训")
    assert page.grid.spots[here].tag == "代" and "乙（替甲，外出培训）" in words_of(page)
    assert not page.sheet.isVisible()


def test_a_turn_of_the_weekly_plan_is_only_changed_with_a_reason(shell: Shell, room: Room, qtbot: QtBot) -> None:
    page = page_of(shell)
    friday = date(2026, 12, 4)
    page.grid.go(at(page, friday, 1140))
    qtbot.keyClick(page.grid, Qt.Key.Key_2)
    assert isinstance(page.sheet.body(), Substitution) and page.sheet.isVisible()
    page.leave()
    assert not page.sheet.isVisible() and page.isVisible()  # Esc: first the sheet
    assert month(room).slots[at(page, friday, 1140)].name == "甲"


def test_two_change_turns_from_the_sheet(shell: Shell, room: Room, qtbot: QtBot) -> None:
    page = page_of(shell)
    page.propose()
    page.save()
    one = next(n for n, s in enumerate(page.grid.spots) if s.name == "甲" and not s.slot.fixed)
    page.open_turn(one)
    body = page.sheet.body()
    assert isinstance(body, Substitution) and body.other is not None
    body.way.set_value("swap")
    assert body.other.isVisible() and not body.why.isVisible()
    other = int(body.other.value())
    page.sheet._on_save()
    assert [month(room).slots[n].name for n in (one, other)] == ["乙", "甲"]
    assert {page.grid.spots[n].tag for n in (one, other)} == {"调"}


def test_who_cannot_is_left_out_of_the_proposal(shell: Shell, room: Room) -> None:
    page = page_of(shell)
    page.choose()
    body = page.sheet.body()
    assert isinstance(body, Taking)
    keys = ids(room)
    for person in keys.values():
        body.cannot[person, 1].setChecked(True)
    body.cannot[keys["乙"], 3].setChecked(True)
    page.sheet._on_save()
    by_day = {s.day.isoweekday(): s for s in page.grid.spots}
    assert not any(s.person for s in page.grid.spots if s.day.isoweekday() == 1)
    assert {s.name for s in page.grid.spots if s.day.isoweekday() == 3} == {"甲"}
    assert by_day[2].person and "8 次还没有人" in words_of(page)


def test_a_lesson_of_the_own_is_said_before_saving(shell: Shell, room: Room, qtbot: QtBot) -> None:
    with room.write("试") as deed:
        deed.session.add(Timetable(person=room.person.id, weekday=1, starts=725, ends=770))
    page = page_of(shell)
    page.propose()
    assert all(s.name == "乙" for s in page.grid.spots if (s.day.isoweekday(), s.slot.turn.starts) == (1, 720))
    page.grid.go(at(page, MONDAY, 720))
    qtbot.keyClick(page.grid, Qt.Key.Key_1)
    assert page.grid.spots[at(page, MONDAY, 720)].problems == ("12:05—12:50 自己有课",)
    assert "1 次有冲突" in words_of(page)


def test_turns_without_an_opening_are_named_and_taken_out(shell: Shell, room: Room) -> None:
    page = page_of(shell)
    page.propose()
    page.save()
    openings.close_day(room, MONDAY, "exam")
    shell.tell_changed("opening_exception")
    assert "这些排班不再算数" in words_of(page) and len(month(room).stale) == 2
    press(page, "都去掉")
    assert not month(room).stale and not page.stale.isVisible()


def test_the_paper_is_seen_and_saved(shell: Shell, qtbot: QtBot, answers: Answers, tmp_path: Path) -> None:
    answers.path = tmp_path
    page = page_of(shell)
    page.propose()
    page.save()
    page.print()
    paper = page.stack.currentWidget()
    assert isinstance(paper, RotaPreview)
    qtbot.waitUntil(lambda: paper.preview.page_count() == 1, timeout=20_000)
    paper.save()
    names = sorted(p.name for p in tmp_path.iterdir() if p.is_file())
    assert names == ["心理辅导室值班安排_2026年12月.pdf", "心理辅导室值班安排_2026年12月.xlsx"]
    book = openpyxl.load_workbook(tmp_path / names[1], data_only=True)
    rows = [r for r in book["各人时数"].iter_rows(values_only=True) if r[0] in ("甲", "乙")]
    shown = {part.name: part.month / 60 for part in page.shares.parts}
    assert {r[0]: r[2] for r in rows} == shown
    press(paper, "返回")
    assert page.stack.currentWidget() is page.browse


def test_the_duty_person_sees_all_and_changes_the_own(qtbot: QtBot, duty_room: Room) -> None:
    room = prepared(duty_room)
    shell = open_window(qtbot, room, "openings")
    with room.write("试") as deed:
        people_ = {name: person for person, name in rota.month(room, 2026, 12).people}
        deed.session.add(DutyTurn(day=date(2026, 12, 1), starts=720, ends=780, person=people_["乙"]))
        deed.session.add(DutyTurn(day=date(2026, 12, 2), starts=720, ends=780, person=people_["甲"]))
    page = page_of(shell)
    assert "自动排班" not in words_of(page) and not page.save_button.isVisible()
    page.grid.go(at(page, date(2026, 12, 1), 720))
    qtbot.keyClick(page.grid, Qt.Key.Key_1)
    body: Any = page.sheet.body()
    assert isinstance(body, Substitution)
    page.sheet._on_save()
    assert rota.month(room, 2026, 12).slots[0].name == "甲"
    page.open_turn(at(page, date(2026, 12, 2), 720))
    body = page.sheet.body()
    assert isinstance(body, Substitution) and body.person.value() == people_["乙"]
    page.sheet._on_save()
    assert rota.month(room, 2026, 12).slots[at(page, date(2026, 12, 2), 720)].name == "乙"


def test_a_month_without_openings_says_what_to_do(shell: Shell) -> None:
    page = page_of(shell)
    page._go(date(2026, 7, 1))
    assert "这个月没有计划开放的时间" in words_of(page) and page.grid.spots == []


def test_its_looks(shoot: Callable[..., None], qtbot: QtBot, room: Room) -> None:
    prepared(room, third=True)
    shell = Shell(room, Settings(), entries=tuple(entry for entry in PAGES if entry.key == "openings"))
    qtbot.addWidget(shell)
    here: Any = shell.go("openings")
    here.begin_rota(date(2026, 12, 1))
    page: Rota = here.stack.currentWidget()
    page.propose()
    page.save()
    openings.close_day(room, MONDAY, "exam")
    page._load()
    shoot(shell, "page-rota")
    page.open_turn(1)
    shoot(shell, "page-rota-substitution")
    page.sheet.shut()
    page.choose()
    shoot(shell, "page-rota-proposal")
