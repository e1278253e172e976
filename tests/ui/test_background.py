"""成长信息 in the student's card: written, its draft offered, undone, printed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.services import background, drafts
from psyroom.services.history import undo
from psyroom.ui import drafting, style, tokens
from psyroom.ui.pages.background import BackgroundCard, BackgroundForm
from psyroom.ui.pages.export_dialog import ExportDialog
from psyroom.ui.pages.note_draft import CompareView
from tests.services.room_for_bookings import NOON, Small, as_duty, make_small
from tests.ui.at_the_window import buttons_of, open_window, press, words_of


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


def shown(small: Small, qtbot: QtBot) -> Any:
    page: Any = open_window(qtbot, small.room, "students").go("students")
    page.show_student(small.students[0])
    return page


def form(page: Any) -> BackgroundForm:
    press(page.card, "填写" if buttons_of(page.card, "填写") else "修改")
    made = page.stack.currentWidget()
    assert isinstance(made, BackgroundForm)
    return made


def fold_of(page: Any) -> BackgroundCard:
    found = page.card.findChildren(BackgroundCard)
    assert found
    return found[-1]


def test_it_is_written_and_shown_and_undone(small: Small, qtbot: QtBot) -> None:
    page = shown(small, qtbot)
    fold_of(page).edit.click()
    made = page.stack.currentWidget()
    made.form.fields["mind"].set_value("近来话少")
    made.form.fields["family"].set_value("single")
    made.form.fields["household"].set_value("与母亲同住，" * 30)
    qtbot.keyClick(made, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert page.stack.currentWidget() is page.browse
    card = fold_of(page)
    assert "家庭结构：单亲" in words_of(card) and "心理状况：近来话少" in words_of(card)
    card.fold.turn()
    assert "与母亲同住" in words_of(card)
    undo(small.room)
    assert background.of(small.room, small.students[0]).mind == ""


def test_what_is_not_saved_is_offered_and_nothing_is_written_over(small: Small, qtbot: QtBot) -> None:
    student = small.students[0]
    background.save(small.room, student, {"mind": "近来话少"})
    page = shown(small, qtbot)
    fold_of(page).edit.click()
    made = page.stack.currentWidget()
    made.form.fields["mind"].set_value("愿意说话了")
    made.edited.emit()
    qtbot.keyClick(made, Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is page.browse
    kept = drafts.load(small.room, background.FORM, student)
    assert kept is not None and kept["mind"] == "愿意说话了"
    assert background.of(small.room, student).mind == "近来话少"
    fold_of(page).edit.click()
    made = page.stack.currentWidget()
    assert not made.form.isEnabled() and made.form.fields["mind"].value() == "近来话少"
    made.save()
    drafting.flush_all()
    assert background.of(small.room, student).mind == "近来话少" and "请先选" in words_of(made)
    made.banner.compare.click()
    QApplication.processEvents()
    view = made.stack.currentWidget()
    assert isinstance(view, CompareView) and "心理状况" in words_of(view)
    view.restore.click()
    assert made.form.isEnabled() and made.form.fields["mind"].value() == "愿意说话了"
    made.save()
    assert background.of(small.room, student).mind == "愿意说话了"
    assert drafts.load(small.room, background.FORM, student) is None


def test_a_draft_may_be_dropped_and_the_history_is_told(small: Small, qtbot: QtBot) -> None:
    student = small.students[0]
    background.save(small.room, student, {"mind": "近来话少"})
    drafts.save(small.room, background.FORM, student, {"mind": "乱写的"})
    page = shown(small, qtbot)
    fold_of(page).edit.click()
    made = page.stack.currentWidget()
    made.banner.drop.click()
    assert drafts.load(small.room, background.FORM, student) is None
    assert made.form.fields["mind"].value() == "近来话少"
    made.past.turn()
    assert "修改成长信息" in words_of(made)


def test_the_growth_file_is_one_press_away(small: Small, qtbot: QtBot) -> None:
    page = shown(small, qtbot)
    fold_of(page).leave.click()
    dialog = page.shell.findChild(ExportDialog)
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=10_000)
    assert "张晓雨" in words_of(dialog)
    dialog.reject()


def test_a_duty_person_sees_nothing_of_it(small: Small, qtbot: QtBot) -> None:
    background.save(small.room, small.students[0], {"mind": "近来话少"})
    as_duty(small)
    page = shown(small, qtbot)
    assert not page.card.findChildren(BackgroundCard) and "近来话少" not in words_of(page)


def test_its_looks(small: Small, qtbot: QtBot, shoot: Any) -> None:
    background.save(
        small.room, small.students[0],
        {"mind": "近来话少", "family": "single", "household": "与母亲同住，母亲在超市上夜班，晚上由外婆照看。" * 4,
         "strengths": "喜欢画画，有一个要好的朋友"},
    )  # fmt: skip
    look = tokens.now()
    page = shown(small, qtbot)
    style.dress(look)
    shoot(page.shell, "page-background-card")
    fold_of(page).edit.click()
    shoot(page.shell, "page-background-form")
