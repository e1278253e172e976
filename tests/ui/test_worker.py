"""Slow work: progress, answer, refusal, bug, cancelling, and a widget that is gone."""

from __future__ import annotations

import threading
from collections.abc import Generator
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from psyroom.errors import Refused, Tell
from psyroom.ui import worker


def _steps(total: int, gate: threading.Event | None = None) -> Generator[tuple[int, int, str], None, str]:
    for done in range(total):
        if gate is not None:
            gate.wait(5)
        yield done, total, "班"
    return "完成"


def test_progress_and_answer_arrive_in_the_windows_thread(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    seen: list[Any] = []
    here = threading.current_thread()
    worker.run(
        owner,
        _steps(3),
        progress=lambda *step: seen.append((*step, threading.current_thread() is here)),
        done=lambda answer: seen.append(answer),
    )
    qtbot.waitUntil(lambda: "完成" in seen)
    assert seen == [(0, 3, "班", True), (1, 3, "班", True), (2, 3, "班", True), "完成"]
    assert not worker.busy()


def test_a_refusal_comes_as_its_sentence(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    told: list[Tell] = []

    def refuse() -> None:
        raise Refused(why="这一周已经锁定。")

    worker.run(owner, refuse, failed=told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert str(told[0]) == "这一周已经锁定。"


@pytest.mark.expects_log("bug .* ZeroDivisionError")
def test_a_bug_comes_as_an_id_without_its_words(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    told: list[Tell] = []
    worker.run(owner, lambda: 1 / 0, failed=told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert "编号" in str(told[0]) and "division" not in str(told[0])


def test_a_cancelled_job_closes_its_generator_and_says_nothing(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    begun, gate, closed = threading.Event(), threading.Event(), threading.Event()
    seen: list[Any] = []

    def work() -> Generator[tuple[int, int], None, None]:
        try:
            while True:
                begun.set()
                gate.wait(5)
                yield 0, 1
        finally:
            closed.set()

    job = worker.run(owner, work(), done=seen.append, progress=lambda *step: seen.append(step))
    qtbot.waitUntil(begun.is_set)
    job.cancel()
    gate.set()
    qtbot.waitUntil(closed.is_set)
    qtbot.waitUntil(lambda: not worker.busy())
    assert seen == []


def test_an_answer_to_a_widget_that_is_gone_is_dropped(qtbot: QtBot) -> None:
    gate = threading.Event()
    seen: list[Any] = []
    owner = QWidget()
    worker.run(owner, _steps(2, gate), done=seen.append, progress=lambda *step: seen.append(step))
    owner.deleteLater()
    with qtbot.waitSignal(owner.destroyed):
        pass
    gate.set()
    qtbot.waitUntil(lambda: not worker.busy())
    assert seen == []
