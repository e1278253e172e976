"""A short word at the foot of the window, with 撤销 where the deed can be taken back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from psyroom.ui import tokens
from psyroom.ui.icons import Glyph
from psyroom.ui.kit.texts import text

SECONDS = 7


class Toast(QWidget):
    """One per window: `say("已保存", undo=…)`. It goes by itself; the pointer over it holds it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self._undo: Callable[[], object] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 10, 8)
        row.setSpacing(10)
        self._glyph = Glyph("check-circle", size=20, role="on_tip")
        row.addWidget(self._glyph)
        self._words = text("", wrap=True)
        row.addWidget(self._words, 1)
        self._button = QPushButton("撤销")
        self._button.setCursor(Qt.CursorShape.PointingHandCursor)
        self._button.setToolTip("撤销刚才这一步（Ctrl+Z）")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self._on_undo)
        row.addWidget(self._button)
        self._more = QPushButton("")
        self._more.setCursor(Qt.CursorShape.PointingHandCursor)
        self._more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._more.clicked.connect(self.take_more)
        self._also: Callable[[], object] | None = None
        row.addWidget(self._more)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        host.installEventFilter(self)
        self.hide()

    def words(self) -> str:
        return self._words.text() if not self.isHidden() else ""

    def label(self) -> QLabel:
        return self._words

    def say(
        self,
        words: str,
        *,
        undo: Callable[[], object] | None = None,
        more: tuple[str, Callable[[], object]] | None = None,
        trouble: bool = False,
    ) -> None:
        """Show a sentence; trouble stays twice as long, and so does one that offers `more` to do."""
        p = tokens.now().palette
        self._undo = undo
        self._also = more[1] if more is not None else None
        self._more.setText(more[0] if more is not None else "")
        self._words.setText(words)
        self._words.setStyleSheet(f"color: {p.on_tip};")
        for made in (self._button, self._more):
            made.setStyleSheet(
                f"QPushButton {{ background: transparent; border: 1px solid {p.on_tip}; color: {p.on_tip};"
                " padding: 3px 12px; }"
            )
        self._glyph.set("warning-circle" if trouble else "check-circle", "on_tip")
        self._button.setVisible(undo is not None)
        self._more.setVisible(more is not None)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(SECONDS * (2000 if trouble or more is not None else 1000))

    def _on_undo(self) -> None:
        undo, self._undo = self._undo, None
        self.hide()
        if undo is not None:
            undo()

    def take_more(self) -> None:
        """The next step it offers, if it still offers one."""
        if self.isHidden():
            return
        also, self._also = self._also, None
        if also is not None:
            self.hide()
            also()

    def _place(self) -> None:
        host = self._host
        px = tokens.now().px
        metrics = self._words.fontMetrics()
        also = metrics.horizontalAdvance(self._more.text()) + px(40) if self._also is not None else 0
        wanted = (
            metrics.horizontalAdvance(self._words.text()) + px(90) + (px(80) if self._undo is not None else 0) + also
        )
        width = max(px(220), min(wanted, px(620), host.width() - px(48)))
        self.setFixedWidth(width)
        height = (
            max(self.heightForWidth(width), self.sizeHint().height())
            if self.hasHeightForWidth()
            else self.sizeHint().height()
        )
        self.setFixedHeight(height)
        self.move(QPoint((host.width() - width) // 2, host.height() - height - px(44)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def enterEvent(self, event: object) -> None:
        self._timer.stop()

    def leaveEvent(self, event: object) -> None:
        self._timer.start(SECONDS * 500)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.now().palette.tip))
        painter.drawRoundedRect(self.rect(), 8, 8)
        painter.end()
