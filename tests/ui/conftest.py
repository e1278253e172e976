"""For tests on the window: leaving the process is the product's own deed, so its one seam is kept shut and watched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from psyroom.ui import ask, leave, style, tokens
from psyroom.ui.tokens import DARK, LIGHT, Look


@pytest.fixture(autouse=True)
def left() -> Iterator[list[tuple[Path, bool]]]:
    """Each time the process would have ended: (room folder, whether the unlock window comes back)."""
    seen: list[tuple[Path, bool]] = []
    door = leave.door
    leave.door = lambda folder, *, come_back: seen.append((folder, come_back))
    yield seen
    leave.door = door


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> Iterator[None]:
    """Every test begins in the light dress at 100 %."""
    if tokens.now() != Look() or not qapp.styleSheet():
        style.dress(Look())
    yield
    if tokens.now() != Look():
        style.dress(Look())


class Answers:
    """Stands where the person's dialogs stand: what was asked, and what is answered."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.yes = True
        self.path: Path | None = None
        self.paper: QPrinter | None = None

    def confirm(self, parent: QWidget, title: str, words: str, yes: str, no: str, grave: bool) -> bool:
        self.asked.append(title)
        return self.yes

    def tell(self, parent: QWidget, title: str, words: str) -> None:
        self.asked.append(title)

    def open_file(self, parent: QWidget, title: str, patterns: str) -> Path | None:
        self.asked.append(title)
        return self.path

    def save_file(self, parent: QWidget, title: str, name: str, patterns: str) -> Path | None:
        self.asked.append(title)
        return self.path

    def folder(self, parent: QWidget, title: str, start: Path | None) -> Path | None:
        self.asked.append(title)
        return self.path

    def printer(self, parent: QWidget) -> QPrinter | None:
        self.asked.append("打印")
        return self.paper


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Answers every dialog of this test."""
    made = Answers()
    monkeypatch.setattr(ask, "answerer", made)
    return made


SHOTS = Path(__file__).parents[2] / "shots"
LOOKS = {
    "1366": (Look(LIGHT, 100), (1366, 768)),
    "1920": (Look(LIGHT, 150), (1920, 1080)),
    "dark": (Look(DARK, 100), (1366, 768)),
}


@pytest.fixture(params=list(LOOKS))
def shoot(request: pytest.FixtureRequest, qtbot: QtBot) -> Callable[[QWidget, str], None]:
    """Wears a look; takes a picture of a window at that look's screen size, and checks that no label is cut."""
    look, size = LOOKS[request.param]
    style.dress(look)

    def take(window: QWidget, name: str) -> None:
        window.resize(*size)
        window.show()
        for _ in range(3):
            QApplication.processEvents()
        SHOTS.mkdir(exist_ok=True)
        assert window.grab().save(str(SHOTS / f"{name}-{request.param}.png"))
        assert not (cut := _cut(window)), cut

    return take


def _cut(window: QWidget) -> list[str]:
    """Labels in sight whose words need more room than they have."""
    from psyroom.ui.kit import Elided

    found = []
    labels: Iterable[QLabel] = window.findChildren(QLabel)
    for label in labels:
        if not label.isVisible() or isinstance(label, Elided) or not label.text() or label.visibleRegion().isEmpty():
            continue
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        wide = not label.wordWrap() and label.sizeHint().width() > label.width()
        if needed > label.height() + 1 or wide:
            found.append(label.text())
    return found
