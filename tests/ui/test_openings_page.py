"""值班开放 on the real window and the real store: what is seen agrees with the minutes, each button does its deed."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from psyroom.services import drafts, hours, openings
from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.kit import Form
from psyroom.ui.pages.openings import Here
from psyroom.ui.pages.openings_import import LedgerImport
from psyroom.ui.pages.openings_print import SheetPreview
from psyroom.ui.window import Shell

THURSDAY = datetime(2026, 11, 19, 12, 10).astimezone()
LEDGER = Path(__file__).parent.parent / "data" / "openings" / "开放记录_2026秋.xlsx"


@pytest.fixture
def at(room: Room) -> Room:
    room.now = lambda: THURSDAY.astimezone(UTC)
    room.clock_confirmed = True
    return room


@pytest.fixture
def shell(qtbot: QtBot, at: Room) -> Shell:
    made = Shell(at, Settings())
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)  # else its shortcuts hear nothing
    return made


def page_of(shell: Shell) -> Here:
    page = shell.go("openings")
    assert isinstance(page, Here)
    return page


def words_of(widget: Any) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def test_duty_on_and_off_counts_and_can_be_taken_back(shell: Shell, at: Room) -> None:
    page = page_of(shell)
    page.duty.click()
    assert page.duty.text() == "结束值班" and "甲正在值班" in page.header.question.text()
    at.now = lambda: (THURSDAY + timedelta(minutes=50)).astimezone(UTC)
    page.duty.click()
    assert page.duty.text() == "开始值班"
    week = hours.week_of(at, THURSDAY.date(), hours.local_now(at))
    assert week is not None and week.outside_lessons_minutes == 50
    assert "0.8 / 15 h" in words_of(page.bar)
    shell.undo_deed()
    assert page.duty.text() == "结束值班"


def test_what_is_missing_is_opened_by_one_click(shell: Shell, at: Room) -> None:
    for weekday in range(16, 19):
        values = {"day": date(2026, 11, weekday), "starts": 12 * 60, "ends": 14 * 60}
        openings.record(at, values, hours.local_now(at))
        openings.record(at, {**values, "starts": 17 * 60, "ends": 19 * 60}, hours.local_now(at))
    page = page_of(shell)
    before = hours.shortage(at, THURSDAY.date(), hours.local_now(at))
    assert before is not None and before.missing == 180 and before.parts
    assert page.fill.all.isVisible() and before.sentence in words_of(page.bar)
    page.fill.all.click()
    after = hours.shortage(at, THURSDAY.date(), hours.local_now(at))
    assert after is not None and after.gap == 0 and after.planned >= 180
    assert not page.fill.all.isVisible() and page.fill.added.isVisible()


def test_an_opening_is_written_down_with_typed_times_and_corrected(shell: Shell, at: Room, qtbot: QtBot) -> None:
    page = page_of(shell)
    page.edit_opening(None)
    form = page.sheet.body()
    assert isinstance(form, Form)
    for name, typed in (("day", "11.18"), ("starts", "1205"), ("ends", "1150")):
        form.fields[name].control.selectAll()
        qtbot.keyClicks(form.fields[name].control, typed)
    qtbot.keyClick(form.fields["ends"].control, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert "结束时间要晚于开始时间" in words_of(form) and page.sheet.isVisible()
    form.fields["ends"].control.selectAll()
    qtbot.keyClicks(form.fields["ends"].control, "1355")
    qtbot.keyClick(form.fields["ends"].control, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not page.sheet.isVisible()
    (row,) = openings.openings_of(at, date(2026, 11, 16), date(2026, 11, 22))
    assert (row.day, row.starts, row.ends, row.person) == (date(2026, 11, 18), 725, 835, at.person.id)
    page.edit_opening(row.id)
    form = page.sheet.body()
    assert isinstance(form, Form)
    form.fields["ends"].set_value(850)
    page.sheet._on_save()
    assert openings.openings_of(at, date(2026, 11, 16), date(2026, 11, 22))[0].ends == 850


def test_a_form_left_open_is_there_again(shell: Shell, at: Room, qtbot: QtBot) -> None:
    page = page_of(shell)
    page.edit_opening(None)
    form = page.sheet.body()
    assert isinstance(form, Form)
    qtbot.keyClicks(form.fields["starts"].control, "1210")
    page.sheet.shut()
    kept = drafts.load(at, "opening")
    assert kept is not None and kept["starts"] == 730
    page.edit_opening(None)
    form = page.sheet.body()
    assert isinstance(form, Form) and form.values()["starts"] == 730 and "上次没有保存完" in words_of(form)


def test_the_ledger_comes_in_after_a_look(shell: Shell, at: Room, qtbot: QtBot) -> None:
    page = page_of(shell)
    page.begin_import()
    beside = page.stack.currentWidget()
    assert isinstance(beside, LedgerImport)
    beside.look(LEDGER)
    qtbot.waitUntil(lambda: beside.take_button.isVisible(), timeout=20_000)
    assert sorted(p.row for p in beside.table.rows()) == [163, 164, 165, 166]
    assert openings.openings_of(at, date(2026, 8, 31), date(2026, 12, 31)) == []
    beside.take()
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.browse, timeout=20_000)
    assert len(openings.openings_of(at, date(2026, 8, 31), date(2026, 12, 31))) > 150
    assert page.weeks[0].open_minutes == 755


def test_a_broken_ledger_is_told_in_its_place(shell: Shell, qtbot: QtBot, tmp_path: Path) -> None:
    page = page_of(shell)
    page.begin_import()
    beside = page.stack.currentWidget()
    assert isinstance(beside, LedgerImport)
    broken = tmp_path / "台账.xlsx"
    shutil.copy(LEDGER, broken)
    broken.write_bytes(broken.read_bytes()[:2000])
    beside.look(broken)
    qtbot.waitUntil(lambda: beside.trouble.isVisible(), timeout=20_000)
    assert "台账.xlsx" in beside.trouble.text() and beside.take_button.isHidden()


class Folder(ask.Person):
    """Answers with one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, *_: Any) -> Path:
        return self._folder


def test_the_week_sheet_is_seen_and_saved(
    shell: Shell, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "answerer", Folder(tmp_path))
    page = page_of(shell)
    page.begin_print()
    beside = page.stack.currentWidget()
    assert isinstance(beside, SheetPreview)
    qtbot.waitUntil(lambda: beside.preview.page_count() == 1, timeout=20_000)
    beside.save()
    names = sorted(p.name for p in tmp_path.iterdir() if p.is_file())
    assert names == ["心理辅导室开放记录_2026-1_第12周.pdf", "心理辅导室开放记录_2026-1_第12周.xlsx"]


def test_what_was_planned_is_written_down_with_one_key(shell: Shell, at: Room) -> None:
    values = {"weekday": 2, "starts": 12 * 60, "ends": 13 * 60, "person": at.person.id, "since": date(2026, 8, 31)}
    openings.add_slot(at, values)
    openings.add_slot(at, {**values, "weekday": 5})  # Friday is still to come
    page = page_of(shell)
    assert [row.state for row in page.record.rows()] == ["waiting", "coming"]
    page.record.confirm_all()
    (row,) = openings.openings_of(at, date(2026, 11, 16), date(2026, 11, 22))
    assert (row.day, row.starts, row.ends) == (date(2026, 11, 17), 720, 780)
    assert not page.record.all.isVisible()
