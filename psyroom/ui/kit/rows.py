"""Rows of two lines: what · detail in grey, a stripe for urgency, one primary action at the row's end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from psyroom.ui import tokens
from psyroom.ui.icons import Glyph
from psyroom.ui.kit.cards import Tag
from psyroom.ui.kit.texts import Elided, button, text
from psyroom.ui.tokens import RADIUS, SPACE

STRIPES = {"": "line", "accent": "accent", "amber": "amber_fill", "brick": "brick_fill", "good": "good", "sky": "sky"}


@dataclass
class Row:
    """One row. `action` is (words, what it does); `open` happens on Enter or a click; `more` are quiet actions."""

    what: str
    detail: str = ""
    lead: str = ""  # a time or number before it, in figures of one width
    icon: str = ""
    stripe: str = ""  # accent, amber, brick, good, sky
    tags: Sequence[tuple[str, str]] = ()  # (words, tone)
    action: tuple[str, Callable[[], object]] | None = None
    more: Sequence[tuple[str, Callable[[], object]]] = ()
    open: Callable[[], object] | None = None
    key: object = field(default=None)
    whole: bool = False  # the detail breaks into lines instead of ending in …


class RowWidget(QWidget):
    """A row as shown; takes the keyboard: Enter opens (or acts), the space bar acts, up and down walk."""

    walked = Signal(int)

    def __init__(self, row: Row, *, in_line: bool = False) -> None:
        super().__init__()
        self.row = row
        self._over = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(" ".join(part for part in (row.lead, row.what, row.detail) if part))
        if row.open is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        line = QHBoxLayout(self)
        line.setContentsMargins(SPACE * 2, SPACE, SPACE, SPACE)
        line.setSpacing(SPACE + 4)
        if row.icon:
            line.addWidget(Glyph(row.icon, size=22))
        if row.lead:
            line.addWidget(text(row.lead, "strong", wrap=False, tabular=True))
        words = QVBoxLayout()
        words.setSpacing(1)
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        name = Elided(row.what, "strong")
        top.addWidget(name, 1)
        tags = [Tag(words_of_tag, tone) for words_of_tag, tone in row.tags]
        in_line = in_line or bool(row.more or row.action)  # with the buttons, in the middle; else beside the name
        for tag in tags if not in_line else ():
            top.addWidget(tag)
        words.addLayout(top)
        if row.detail:
            words.addWidget(text(row.detail, "soft") if row.whole else Elided(row.detail, "soft"))
        line.addLayout(words, 1)
        for tag in tags if in_line else ():
            line.addWidget(tag)
        for label, do in row.more:
            line.addWidget(button(label, do, kind="quiet", small=True))
        if row.action is not None:
            line.addWidget(button(row.action[0], row.action[1], small=True, tip=f"{row.action[0]}（空格）"))

    def act(self) -> None:
        if self.row.open is not None:
            self.row.open()
        elif self.row.action is not None:
            self.row.action[1]()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.act()
        elif event.key() == Qt.Key.Key_Space and self.row.action is not None:
            self.row.action[1]()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.walked.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.row.open is not None:
            self.row.open()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._over = True
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._over = False
        self.update()

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = tokens.now()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if self.hasFocus():
            painter.setPen(QColor(look.palette.accent))
            painter.setBrush(QColor(look.palette.accent_wash))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
        elif self._over and self.row.open is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.palette.sunken))
            painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.colour(STRIPES[self.row.stripe])))
        painter.drawRoundedRect(QRectF(3, 7, 4, self.height() - 14), 2, 2)
        painter.end()


class RowList(QWidget):
    """Rows under each other. At most `limit` are built; the last line then says how many more there are.

    `in_turn`: Tab meets rows made anew where the list stands, not after everything else of the window; only for pages
    without a `Choice` behind the list, which looks for its own turn and would close a ring with it. `walked` tells the key
    of the row the arrows came to.
    """

    walked = Signal(object)

    def __init__(self, rows: Sequence[Row] = (), *, limit: int = 100, in_turn: bool = False) -> None:
        super().__init__()
        self._limit, self._in_turn = limit, in_turn
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(2)
        self._widgets: list[RowWidget] = []
        self.set_rows(rows)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; the keyboard stays at the same row, never on the button of another."""
        focus = QApplication.focusWidget()
        holder = next((w for w in self._widgets if focus is not None and (w is focus or w.isAncestorOf(focus))), None)
        at = self._widgets.index(holder) if holder is not None else 0
        old = [item.widget() for item in iter(lambda: self.column.takeAt(0), None)]
        self._widgets = []
        in_line = any(row.more or row.action for row in rows)  # the tags of one list stand at one height
        self.column.setEnabled(False)  # laid out once: each row shown would lay out all those before it again
        for row in rows[: self._limit]:
            made = RowWidget(row, in_line=in_line)
            made.walked.connect(self._walk)
            self.column.addWidget(made)
            made.show()  # at once, not when the layout is next asked: it takes the keyboard and stands in the first picture
            self._widgets.append(made)
        if len(rows) > self._limit:
            self.column.addWidget(text(f"还有 {len(rows) - self._limit} 条没有列出", "small"))
        self.column.setEnabled(True)
        if self.isVisible():
            self.column.activate()
        if holder is not None and self._widgets and not self.focus_key(holder.row.key):
            self.stand_on(self._widgets[min(at, len(self._widgets) - 1)])
        if self._in_turn:
            self._chain()
        for gone in old:  # only now: hiding the one that holds the keyboard hands it to another list
            if gone is not None:
                gone.hide()
                gone.deleteLater()

    def _chain(self) -> None:
        """Put the rows behind the last stop before the list."""
        before: QWidget | None = self.previousInFocusChain()
        while before is not None and before is not self:
            if before.focusPolicy() != Qt.FocusPolicy.NoFocus and not self.isAncestorOf(before):
                break
            before = before.previousInFocusChain()
        if before is None or before is self:
            return
        for row in self._widgets:
            stops: list[QWidget] = [row, *row.findChildren(QPushButton)]
            for stop in stops:
                QWidget.setTabOrder(before, stop)
                before = stop

    def rows(self) -> list[RowWidget]:
        return list(self._widgets)

    def focus_first(self) -> None:
        if self._widgets:
            self._widgets[0].setFocus()

    def focus_key(self, key: object) -> bool:
        """The keyboard to the row with this key; whether there is one."""
        found = next((w for w in self._widgets if key is not None and w.row.key == key), None)
        if found is not None:
            self.stand_on(found)
        return found is not None

    def stand_on(self, row: RowWidget) -> None:
        """The keyboard to this row, also when it was made a moment ago."""
        if self.isVisible():
            row.show()  # what is not shown yet takes no keyboard
        row.setFocus()

    def _walk(self, by: int) -> None:
        """Up and down; past the end into the next list of the page."""
        at = next((i for i, w in enumerate(self._widgets) if w.hasFocus()), 0)
        if 0 <= at + by < len(self._widgets):
            self._widgets[at + by].setFocus()
            self.walked.emit(self._widgets[at + by].row.key)
            return
        every: Iterable[RowList] = self.window().findChildren(RowList)
        lists = [w for w in every if w.isVisible() and w.rows()]
        lists.sort(key=lambda w: (w.mapTo(self.window(), QPoint()).x(), w.mapTo(self.window(), QPoint()).y()))
        beside = lists.index(self) + by if self in lists else -1
        if 0 <= beside < len(lists):
            lists[beside].stand_on(lists[beside].rows()[0 if by > 0 else -1])
