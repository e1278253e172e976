"""What every part of 设置 is: a card with its own heading, told when something changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.services import drafts
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.kit import Card, Field, Form, day_words, primary, quiet, text
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell


class Section(Card):
    """A part of the settings. `heading` is its name in the list at the left; `KINDS` are the records it shows."""

    KEY = ""
    """Under which other pages ask for it."""
    KINDS: frozenset[str] = frozenset()

    def __init__(self, room: Room, shell: Shell, heading: str, hint: str = "") -> None:
        super().__init__(heading, hint, pad=3)
        self.room, self.shell, self.name = room, shell, heading
        self.body.setSpacing(SPACE * 2)

    def show_school(self, school: SchoolContext) -> None:
        """Show what holds now. Called when the page is built and whenever one of the kinds changed."""

    def concerns(self, kinds: set[str]) -> bool:
        return not kinds or bool(kinds & self.KINDS)

    @property
    def today(self) -> date:
        return self.room.today()

    def put_row(self, *widgets: QWidget, stretch: bool = True) -> QHBoxLayout:
        """Widgets side by side."""
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        for widget in widgets:
            row.addWidget(widget)
        if stretch:
            row.addStretch(1)
        self.body.addLayout(row)
        return row


class InPlace(QWidget):
    """A small form that opens inside its card. `fields` by name; Enter on the button saves, Esc gives up."""

    gone = Signal()
    edited = Signal()

    def __init__(self, heading: str, words: str, save: Callable[[], object]) -> None:
        super().__init__()
        self.fields: dict[str, Field] = {}
        self.values_kept: Callable[[], dict[str, Any]] | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._card = Card(tone="sunken")
        outer.addWidget(self._card)
        if heading:
            self._card.add(text(heading, "strong"))
        self.column = QVBoxLayout()
        self.column.setSpacing(SPACE + 4)
        self._card.body.addLayout(self.column)
        self._stray = text("", "error")
        self._stray.hide()
        self._card.add(self._stray)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self.save_button = primary(words, save)
        row.addWidget(self.save_button)
        row.addWidget(quiet("取消", self.gone.emit, tip="取消（Esc）"))
        row.addStretch(1)
        self._card.body.addLayout(row)
        self._save = save

    def row(self, *fields: tuple[str, Field], stretch: Sequence[int] = ()) -> None:
        """Fields side by side, on as many columns as there are."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 2)
        for at, (name, field) in enumerate(fields):
            self.fields[name] = field
            if hasattr(field.control, "edited"):
                field.control.edited.connect(self.edited.emit)
            grid.addWidget(field, 0, at, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(at, stretch[at] if at < len(stretch) else 1)
        self.column.addLayout(grid)

    def put(self, widget: QWidget) -> None:
        self.column.addWidget(widget)

    def values(self) -> dict[str, Any]:
        """What stands in the fields; what a draft keeps, where the form says something else of itself."""
        if self.values_kept is not None:
            return self.values_kept()
        return {name: field.value() for name, field in self.fields.items()}

    def clear_problems(self) -> None:
        self.say("")
        for field in self.fields.values():
            field.clear()

    def show_problems(self, problem: NotValid) -> None:
        """Each sentence under its field; what has none stands above the buttons."""
        mine = {name: words for name, words in problem.fields.items() if name in self.fields}
        for name, words in mine.items():
            self.fields[name].problem(words)
        self.say("；".join(words for name, words in problem.fields.items() if name not in mine))
        if mine:
            self.fields[next(iter(mine))].control.setFocus()

    def say(self, sentence: str) -> None:
        self._stray.setText(sentence)
        self._stray.setVisible(bool(sentence))

    def _enter(self) -> None:
        """Enter: the next field; from the last one, the save."""
        focus = self.focusWidget()
        shown = [f for f in self.fields.values() if f.isVisibleTo(self) and f.isEnabled()]
        at = next((n for n, f in enumerate(shown) if focus is not None and f.isAncestorOf(focus)), len(shown))
        if at + 1 < len(shown):
            shown[at + 1].control.setFocus()
        else:
            self._save()

    def focus_first(self) -> None:
        if self.fields:
            next(iter(self.fields.values())).control.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.gone.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        else:
            super().keyPressEvent(event)


class Place(QWidget):
    """Where one form at a time opens inside a card."""

    def __init__(self) -> None:
        super().__init__()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.form: QWidget | None = None
        self.hide()

    def open(self, form: InPlace) -> None:
        self.shut()
        self.form = form
        form.gone.connect(self.shut)
        self._column.addWidget(form)
        self.show()
        form.show()
        form.focus_first()
        QTimer.singleShot(0, self._into_view)

    def _into_view(self) -> None:
        """Once the layout has its new heights: the whole form, or as much of it as fits, from its top."""
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        inner = above.widget() if above is not None else None
        if above is None or inner is None:
            return
        top = self.mapTo(inner, self.rect().topLeft()).y()
        bar, room = above.verticalScrollBar(), above.viewport().height()
        if top < bar.value() or top + self.height() > bar.value() + room:
            bar.setValue(
                max(0, min(top - SPACE * 8, top + self.height() + SPACE * 3 - room if self.height() < room else top))
            )

    def shut(self) -> None:
        if self.form is not None:
            watched: list[drafting.Draft] = list(self.form.findChildren(drafting.Draft))
            for draft in watched:
                draft.flush()
            self.form.hide()
            self.form.deleteLater()
        self.form = None
        self.hide()


def heading(words: str, hint: str) -> QWidget:
    """A small heading with its hint close under it."""
    holder = QWidget()
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(text(words, "strong"))
    column.addWidget(text(hint, "soft"))
    return holder


def answer(tone: str, heading: str, *lines: str) -> Card:
    """What came of slow work, in the place where it was asked for; the lines can be copied."""
    card = Card(tone=tone)
    card.add(text(heading, "strong"))
    for line in lines:
        words = text(line, "soft")
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        card.add(words)
    return card


def keep_draft(form: Form, room: Room, name: str, hint: Callable[[str], object]) -> drafting.Draft:
    """Keep what is typed in a form of the settings; what was left unsaved last time is put back, and said."""
    kept, at = drafts.load(room, name), drafts.kept_at(room, name)
    if kept is not None and at is not None:
        form.set_values(kept)
        local: datetime = at.astimezone()
        hint(f"上次没有保存的内容已放回（{day_words(local.date())} {local:%H:%M}），看过后请保存。")
    return drafting.watch(form, lambda values: drafts.save(room, name, "", values))
