"""The side sheet: a form or a detail at the right of its page, without a dialog. Esc closes it, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from psyroom.ui import tokens
from psyroom.ui.kit.flow import Tall
from psyroom.ui.kit.texts import Elided, primary, quiet, tool
from psyroom.ui.tokens import SPACE

WIDEST = 16_777_215  # Qt's own bound


class _Area(QScrollArea):
    """Keeps `gutter` pixels free at the right: the scroll bar stands in them when it comes, and nothing moves."""

    def __init__(self, gutter: int) -> None:
        super().__init__()
        self._gutter = gutter
        self._make_room(0, 0)
        self.verticalScrollBar().rangeChanged.connect(self._make_room)

    def _make_room(self, _least: int, most: int) -> None:
        taken = self.verticalScrollBar().sizeHint().width() if most else 0
        self.setViewportMargins(0, 0, max(self._gutter - taken, 0), 0)


def scrolled(inner: QWidget, gutter: int = 0) -> QScrollArea:
    """The widget in a scroll area without a frame, as wide as there is room. `gutter`: the page's margin at the right,
    which the page leaves to the area so that its content ends where the header ends."""
    area = _Area(gutter) if gutter else QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    inner.setObjectName(inner.objectName() or "scrolled")
    area.setWidget(inner)
    area.viewport().setAutoFillBackground(False)
    inner.setAutoFillBackground(False)
    return area


def into_sight(widget: QWidget) -> None:
    """Scroll whatever the widget lies in until it is seen, once its place is known."""
    above = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    if above is not None:
        QTimer.singleShot(0, widget, lambda: above.ensureWidgetVisible(widget, 0, SPACE * 4))


class SideSheet(QFrame):
    """Hidden until `open`ed. Put it last into the page's horizontal layout.

    `open(title, body, save=…)` shows the body with 保存 (Ctrl+S, Ctrl+Enter) and 关闭 (Esc) at its foot. `closed` fires
    when it is shut. A `body` that has `flush()` (a watched form) is flushed first.
    """

    closed = Signal()

    def __init__(self, width: int = 400) -> None:
        super().__init__()
        self.setObjectName("sheet")
        self._width = width
        self._body: QWidget | None = None
        self._save: Callable[[], object] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 2, SPACE)
        self.title = Elided("", "heading")
        head.addWidget(self.title, 1)
        head.addWidget(tool("x", "关闭（Esc）", self.shut))
        column.addLayout(head)
        self._middle = QVBoxLayout()
        column.addLayout(self._middle, 1)
        self._foot = QFrame()
        self._foot.setObjectName("sheetfoot")
        self._buttons = QHBoxLayout(self._foot)
        self._buttons.setContentsMargins(SPACE * 3, SPACE + 4, SPACE * 3, SPACE + 4)
        self._buttons.setSpacing(SPACE)
        column.addWidget(self._foot)
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._on_save)
        self.hide()

    def open(
        self,
        title: str,
        body: QWidget,
        *,
        save: Callable[[], object] | None = None,
        save_words: str = "保存",
        others: tuple[QPushButton, ...] = (),
    ) -> None:
        """Show the body. `save` is called by the button and the keys; shutting the sheet is the page's own call."""
        self._clear()
        self.title.setText(title)
        self._body, self._save = body, save
        if (page := self.parentWidget()) is not None:
            page.removeEventFilter(self)
            page.installEventFilter(self)
        self._fit()
        holder = Tall()
        inner = QVBoxLayout(holder)
        inner.setContentsMargins(SPACE * 3, SPACE, SPACE * 3, SPACE * 3)
        inner.addWidget(body)
        inner.addStretch(1)
        self._middle.addWidget(scrolled(holder))
        if save is not None:
            self._buttons.addWidget(primary(save_words, self._on_save, tip=f"{save_words}（Ctrl+S）"))
        for other in others:
            self._buttons.addWidget(other)
        self._buttons.addStretch(1)
        self._buttons.addWidget(quiet("关闭", self.shut))
        self.show()
        body.show()
        if hasattr(body, "focus_first"):
            body.focus_first()
        else:
            body.setFocus()

    def _fit(self) -> None:
        """Beside the page where there is room for both, else in its place: large text on a small screen."""
        page, wide = self.parentWidget(), tokens.now().px(self._width)
        main = getattr(page, "main", None)
        alone = False
        if page is not None and main is not None:
            alone = self._body is not None and page.width() - wide < main.minimumSizeHint().width()
            main.setVisible(not alone)
        self.setMinimumWidth(wide)
        self.setMaximumWidth(WIDEST if alone else wide)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._body is not None and watched is self.parentWidget():
            self._fit()
        return False

    def focus_save(self) -> None:
        """The keyboard to the button that saves, where there is nothing left to do but that."""
        item = self._buttons.itemAt(0)
        if self._save is not None and item is not None and (made := item.widget()) is not None:
            made.setFocus()

    def body(self) -> QWidget | None:
        return self._body

    def shut(self) -> None:
        """Close without loss: what was typed is flushed to its draft first."""
        if self._body is not None and hasattr(self._body, "flush"):
            self._body.flush()
        was = self.isVisible()
        self._clear()
        self.hide()
        self._fit()
        if was:
            self.closed.emit()

    def _on_save(self) -> None:
        if self._save is not None:
            self._save()

    def _clear(self) -> None:
        self._body = self._save = None
        for layout in (self._middle, self._buttons):
            while layout.count():
                item = layout.takeAt(0)
                if (gone := item.widget()) is not None:
                    gone.hide()
                    gone.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
        else:
            super().keyPressEvent(event)
