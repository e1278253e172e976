"""设置, backups, on the real window: how they stand, a second place, the list, the preview, bringing back, 体检."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psyroom.services import backups, students
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui import ask, leave, style
from psyroom.ui.pages.settings_backups import BackupsSection
from psyroom.ui.pages.settings_safety import SafetySection
from psyroom.ui.window import Shell
from tests.conftest import PASSWORD
from tests.ui.at_settings import part
from tests.ui.at_the_window import Hands, open_window, press, words_of


def drive(work: Generator[Any, Any, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


def add(room: Room, name: str) -> None:
    students.add(room, {"name": name, "stage": "vocational", "cohort": 2026, "class_no": 1}, {}, [])


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Callable[[Room], Shell]]:
    yield lambda room: open_window(qtbot, room, "settings")
    style.dress(style.look_for("light", 100))


def test_a_backup_is_made_checked_and_said(qtbot: QtBot, room: Room, window: Callable[[Room], Shell]) -> None:
    add(room, "周一鸣")
    shell = window(room)
    card: BackupsSection = part(shell, BackupsSection)
    assert "还没有备份过" in words_of(card) and "还没有备份过" in shell.backup.text()
    press(card, "立即备份")
    qtbot.waitUntil(lambda: "备份好了，打开核对过" in words_of(card), timeout=30_000)
    assert "学生 1 名" in words_of(card) and shell.backup.text().startswith("上次备份：今天")
    qtbot.waitUntil(lambda: "已核对" in words_of(card.rows), timeout=30_000)


def test_a_second_place_is_chosen_and_filled(
    qtbot: QtBot, room: Room, window: Callable[[Room], Shell], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shell = window(room)
    card: BackupsSection = part(shell, BackupsSection)
    monkeypatch.setattr(ask, "answerer", Hands(folder=room.folder))
    press(card, "选第二处…")
    assert backups.second(room) is None and "自己的文件夹" in shell.toaster.words()
    stick = tmp_path / "U盘"
    stick.mkdir()
    monkeypatch.setattr(ask, "answerer", Hands(folder=stick))
    press(card, "选第二处…")
    qtbot.waitUntil(lambda: "第二处也有了" in words_of(card), timeout=30_000)
    assert str(stick) in words_of(card) and shell.backup_due.isHidden()
    qtbot.waitUntil(lambda: "这台电脑和第二处" in words_of(card.rows), timeout=30_000)


def test_the_foot_of_the_window_asks_for_the_stick(room: Room, window: Callable[[Room], Shell]) -> None:
    shell = window(room)
    now = room.now()
    for days, words in ((4, "4 天"), (9, "今天")):
        room.now = lambda days=days: now + timedelta(days=days)
        shell.say_backup()
        assert not shell.backup_due.isHidden() and words in shell.backup_due.words()


def test_a_backup_that_cannot_be_made_says_why(
    qtbot: QtBot, room: Room, window: Callable[[Room], Shell], monkeypatch: pytest.MonkeyPatch
) -> None:
    card: BackupsSection = part(window(room), BackupsSection)
    monkeypatch.setattr(ask, "answerer", Hands(folder=room.folder))
    press(card, "另存一份到…")
    qtbot.waitUntil(lambda: "没有做成" in words_of(card), timeout=30_000)
    assert backups.listed(room) == [] and card.make_button.isEnabled()


def test_looked_at_first_then_brought_back_then_looked_through(
    qtbot: QtBot, room: Room, window: Callable[[Room], Shell], monkeypatch: pytest.MonkeyPatch, left: list[Any]
) -> None:
    add(room, "周一鸣")
    drive(backups.make(room))
    add(room, "陈小满")
    card: BackupsSection = part(window(room), BackupsSection)
    qtbot.waitUntil(lambda: len(card.rows.rows()) == 1, timeout=30_000)
    press(card.rows, "看看差别")
    qtbot.waitUntil(lambda: card.preview is not None, timeout=30_000)
    assert "后来新增的 1 条会没有（陈小满）" in words_of(card)
    qtbot.keyClick(card.preview, Qt.Key.Key_Escape)
    assert card.preview is None
    press(card.rows, "看看差别")
    qtbot.waitUntil(lambda: card.preview is not None, timeout=30_000)
    monkeypatch.setattr(ask, "answerer", Hands(yes=False))
    press(card.preview, "恢复到这份备份…")
    assert not backups.is_paused(room)
    hands = Hands(yes=True)
    hands.tell = lambda _parent, title, _words: hands.asked.append(title)
    monkeypatch.setattr(ask, "answerer", hands)
    press(card.preview, "恢复到这份备份…")
    qtbot.waitUntil(lambda: bool(left), timeout=30_000)
    assert "另存一份" in hands.asked[0] and hands.asked[-1] == "恢复好了" and room.closed
    with open_room(room.folder, "甲", PASSWORD) as again:
        assert [s.name for s in students.find(again, "周一鸣")] == ["周一鸣"] and not students.find(again, "陈小满")
        shell = window(again)
        card = part(shell, BackupsSection)
        assert "看看内容对不对" in words_of(card) and "停着" in shell.backup_due.words()
        qtbot.waitUntil(lambda: "恢复前的样子" in words_of(card.rows), timeout=30_000)
        press(card, "内容没问题，继续自动备份")
        assert not backups.is_paused(again) and "看看内容对不对" not in words_of(card)
        qtbot.waitUntil(lambda: not backups.is_due(again), timeout=30_000)
        shell.hide()


def test_a_lock_makes_a_last_backup_when_something_changed(
    qtbot: QtBot, room: Room, window: Callable[[Room], Shell], left: list[Any]
) -> None:
    shell = window(room)
    add(room, "周一鸣")
    shell.lock()
    assert left == [(room.folder, True)] and room.closed and not shell.isVisible()
    with open_room(room.folder, "甲", PASSWORD) as again:
        (copy,) = backups.listed(again)
        assert copy.verified and copy.rows["main.student"] == 1
        leave.leave(again)
        assert len(list((room.folder / "backups").glob("辅导室-*"))) == 1, "nothing changed, nothing is made"


def test_a_lock_whose_backup_fails_locks_all_the_same(
    room: Room, window: Callable[[Room], Shell], left: list[Any]
) -> None:
    shell = window(room)
    (room.folder / "backups").write_bytes(b"")
    shell.lock()
    assert left == [(room.folder, True)] and room.closed


# ---- 体检 -----------------------------------------------------------------------------------------------------------------


def test_a_sound_room_has_a_tick_at_everything(qtbot: QtBot, room: Room, window: Callable[[Room], Shell]) -> None:
    drive(backups.make(room))
    card: SafetySection = part(window(room), SafetySection)
    press(card, "体检")
    qtbot.waitUntil(lambda: "体检完毕，没有发现问题" in words_of(card), timeout=30_000)
    said = words_of(card)
    assert all(thing in said for thing in ("加密文件", "记录链", "每一条记录", "附件", "备份"))
    assert "每一页都完好" in said and "都和它的历史一致" in said and "这台电脑上的备份都完整" in said


def test_what_is_wrong_is_said_with_the_last_good_backup(
    qtbot: QtBot, room: Room, window: Callable[[Room], Shell]
) -> None:
    for n in range(20):
        add(room, f"学生{n}")
    drive(backups.make(room))
    card: SafetySection = part(window(room), SafetySection)
    data = bytearray((room.folder / "case.db").read_bytes())
    for back in (2000, 2000 + 4096):  # a page the window writes meanwhile would be whole again
        data[-back] ^= 1
    (room.folder / "case.db").write_bytes(data)
    press(card, "体检")
    qtbot.waitUntil(lambda: "处要留意" in words_of(card), timeout=30_000)
    assert "case.db" in words_of(card) and "最近一份完好的备份是" in words_of(card)
