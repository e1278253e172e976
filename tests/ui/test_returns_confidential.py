"""上报 with the confidential returns on the real window: chosen from the list, figures opened, one with names handed over by
the dialog alone, which says when a class gives a child away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from psyroom.reports import preview
from psyroom.services import exports, return_talks, returns
from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.pages.returns import Here
from psyroom.ui.pages.returns_leave import BY_GRADE
from psyroom.ui.window import Shell
from tests.services.talk_histories import CANARY, NOW, TERM, live


@pytest.fixture
def page(qtbot: QtBot, new_room: Callable[..., Room]) -> Here:
    room = new_room()
    live(room, 7)
    shell = Shell(room, Settings())
    qtbot.addWidget(shell)
    shell.resize(1366, 768)
    shell.show()
    made = shell.go("returns", code="talks-by-class")
    assert isinstance(made, Here)
    return made


def choose(page: Here, code: str, qtbot: QtBot) -> None:
    page.choose(code)
    qtbot.waitUntil(lambda: page._made is not None and page._made.definition.code == code, timeout=20_000)


class Folder(ask.Person):
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, *_: Any) -> Path:
        return self._folder


def test_each_is_chosen_from_the_list_shown_and_opened(page: Here, qtbot: QtBot) -> None:
    assert [row.row.what for row in page.list.rows()] == [d.title for d in returns.list_returns(page.room)]
    for code in ("talks-by-class", "plans-list", "feedback-summary", "home-visits"):
        choose(page, code, qtbot)
        assert page._made is not None and page._made.definition.title in preview.text(page.preview.pdf())
        assert page.save_button.isVisible() is not page.wanted.one_by_one
        assert page.names_button.isVisible() is bool(page.wanted.names)
        assert CANARY[:2] not in preview.text(page.preview.pdf())
    choose(page, "talks-by-class", qtbot)
    page.view.set_value("figures")
    made = page._made
    assert made is not None and set(page.figures.buttons) == set(made.figures)
    assert {id: button.text() for id, button in page.figures.buttons.items()} == {
        i: f.text for i, f in made.figures.items()
    }
    page.figures.buttons["classes/all/talked"].click()
    body = page.sheet.body()
    number = made.figures["classes/all/talked"].text
    assert body is not None and f"由 {number} 条记录得来" in " ".join(
        label.text() for label in body.findChildren(QLabel)
    )


def test_saved_without_names_and_filed_with_the_others(
    page: Here, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "answerer", Folder(tmp_path / "上交"))
    choose(page, "home-visits", qtbot)
    page.save()
    qtbot.waitUntil(lambda: len(page.past.rows()) == 1, timeout=20_000)
    assert {p.suffix for p in (tmp_path / "上交").iterdir()} == {".pdf", ".xlsx"}
    assert returns.filings(page.room)[0].kind == "home-visits" and exports.listed(page.room) == []


def test_a_row_for_each_child_leaves_by_the_dialog_that_warns_and_registers(
    page: Here, qtbot: QtBot, tmp_path: Path
) -> None:
    choose(page, "plans-list", qtbot)
    assert return_talks.alone(page.room, NOW, TERM)
    page.save()  # Ctrl+S too asks first
    qtbot.waitUntil(lambda: page.leaving is not None and bool(page.leaving.files), timeout=20_000)
    dialog = page.leaving
    assert dialog is not None and BY_GRADE in dialog.warned.text() and dialog.warned.isVisibleTo(dialog)
    assert CANARY[:2] not in preview.text(dialog.preview.pdf())
    dialog.checks["grades"].click()
    assert not dialog.warned.isVisibleTo(dialog)
    dialog.checks["names"].click()
    qtbot.waitUntil(
        lambda: CANARY[:2] in preview.text(dialog.preview.pdf() or b"") if dialog.files else False, timeout=20_000
    )
    dialog.go()
    assert returns.filings(page.room) == [] and exports.listed(page.room) == []  # nothing without a reason
    dialog.reason.set_value("上级要求")
    dialog.receiver.set_value("县教育局")
    dialog.folder.set_value(tmp_path / "交")
    dialog.go()
    qtbot.waitUntil(lambda: len(returns.filings(page.room)) == 1, timeout=20_000)
    (left,) = exports.listed(page.room)
    assert (left.kind, left.reason, left.receiver, left.sealed) == ("成长指导方案清单", "上级要求", "县教育局", True)
    (filing,) = returns.filings(page.room)
    assert filing.kind == "plans-list" and all("_含姓名" in name for name, _ in filing.files)
    dialog.accept()
