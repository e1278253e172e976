"""An attachment seen whole, inside the window: zoom, turn, the pages of a PDF, the one before and after. Esc closes it.

It lies over the page and under the curtain. The content is in memory as long as it is shown; nothing of it can be copied
or dragged out, and what leaves goes by 取出.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from psyroom.errors import Tell
from psyroom.services import attachments
from psyroom.services.attachments import AttachedSeen, Drawn
from psyroom.ui import tokens
from psyroom.ui.kit import Elided, day_words, quiet, text, tool
from psyroom.ui.pages.attached_tiles import icon_of, image_of, size_words
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

SHARP = 5000
"""Pixels along the longest edge of a picture; what is kept fitted has at most 2400."""
SHARP_PAGE = 3200
"""Of a page: an A4 sheet at 270 dots per inch."""
ZOOMS = (0.1, 0.25, 0.33, 0.5, 0.67, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0)


class Viewer(QWidget):
    """One per window, over all of it: `viewer_of(shell).open(…)`."""

    help_topic = "attachments"

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.centralWidget())
        self.shell = shell
        self._list: Sequence[AttachedSeen] = ()
        self._at = self._page = self._turn = 0
        self._pages = 1
        self._content = b""
        self._before: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        column.setSpacing(SPACE)
        column.addLayout(self._bar())
        self.stage = _Stage()
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self.stage)
        self.area.viewport().installEventFilter(self)
        column.addWidget(self.area, 1)
        self.keys = text("", "small")
        column.addWidget(self.keys)
        shell.centralWidget().installEventFilter(self)
        shell.stack.currentChanged.connect(self._page_changed)
        self.hide()

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE // 2)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.title, self.about = Elided("", "heading"), Elided("", "soft")
        words.addWidget(self.title)
        words.addWidget(self.about)
        bar.addLayout(words, 1)
        self.before = tool("caret-left", "前一个（←）", lambda: self.step(-1))
        self.place = text("", "soft", wrap=False, tabular=True)
        self.after = tool("caret-right", "后一个（→）", lambda: self.step(1))
        self.up = tool("caret-up", "上一页（PageUp）", lambda: self.turn_page(-1))
        self.page_words = text("", "soft", wrap=False, tabular=True)
        self.down = tool("caret-down", "下一页（PageDown）", lambda: self.turn_page(1))
        self.smaller = tool("magnifying-glass-minus", "缩小（-）", lambda: self.zoom_step(-1))
        self.percent = text("", "soft", wrap=False, tabular=True)
        self.larger = tool("magnifying-glass-plus", "放大（+）", lambda: self.zoom_step(1))
        self.fit = tool("frame-corners", "看全貌（0）", self.zoom_fit)
        self.left = tool("arrow-counter-clockwise", "向左转（L）", lambda: self.rotate(-90))
        self.right = tool("arrow-clockwise", "向右转（R）", lambda: self.rotate(90))
        for widget in (
            self.before, self.place, self.after, self.up, self.page_words, self.down, self.smaller, self.percent,
            self.larger, self.fit, self.left, self.right,
        ):  # fmt: skip
            bar.addWidget(widget)
        self.leave_button = quiet(
            "取出",
            self.take_out,
            icon_name="export",
            tip="取出（Ctrl+S）：交给别人时用，要写明原因和交给谁",
            small=True,
        )
        bar.addWidget(self.leave_button)
        bar.addWidget(tool("x", "关闭（Esc）", self.shut))
        return bar

    # ---- opening and closing

    def open(self, seen: Sequence[AttachedSeen], at: int) -> None:
        """Show one of these; the arrow keys go to the others."""
        self._list = tuple(seen)
        if self.isHidden():
            self._before = QApplication.focusWidget()
        self.setGeometry(self.shell.centralWidget().rect())
        self.show()
        self.raise_()
        self.setFocus()
        self._show(at)

    def shut(self) -> None:
        """Close, and forget what was shown."""
        self._content = b""
        self._list = ()
        self.stage.set(None)
        self.hide()
        if self._before is not None and isValid(self._before) and self._before.isVisible():
            self._before.setFocus()
        self._before = None

    def _page_changed(self) -> None:
        if self.isVisible():  # another page was asked for; under the help it is hidden already, and comes back
            self.shut()

    def seen(self) -> AttachedSeen | None:
        """The one shown; None when it is closed."""
        return self._list[self._at] if self._list else None

    def _show(self, at: int) -> None:
        self._at, self._page, self._turn, self._pages = at, 0, 0, 1
        seen = self._list[at]
        self._content = b""
        self.stage.set(None, "正在打开……", icon_of(seen))
        self.title.setText(seen.caption or seen.kind_name)
        added = f"{seen.who} 放入" if seen.who else ""
        parts = (seen.kind_name if seen.caption else "", day_words(seen.day), seen.name, size_words(seen.size), added)
        self.about.setText(" · ".join(part for part in parts if part))
        self.place.setText(f"{at + 1} / {len(self._list)}")
        for widget in (self.before, self.place, self.after):
            widget.setVisible(len(self._list) > 1)
        self.before.setEnabled(at > 0)
        self.after.setEnabled(at < len(self._list) - 1)
        self._say_page()

        def read(content: bytes) -> None:
            if self.seen() is not seen:
                return
            self._content = content
            if seen.shown:
                self._draw()
            else:
                words = f"{seen.name}\n这种文件在这里看不了，取出后用 Word、Excel 等软件打开。"
                self.stage.set(None, words, icon_of(seen))

        self.shell.run(self, lambda: attachments.data(self.shell.room, seen.id), done=read, failed=self._failed)

    def _failed(self, told: Tell) -> None:
        self.stage.set(None, str(told), "warning-circle")

    def _draw(self) -> None:
        seen, page, content = self.seen(), self._page, self._content
        if seen is None:
            return

        def drawn(found: Drawn) -> None:
            if self.seen() is not seen or self._page != page:
                return
            self._pages = found.pages
            self.stage.set(image_of(found))
            self._say_page()
            self._lay()

        edge = SHARP_PAGE if seen.is_pdf else SHARP
        self.shell.run(
            self, lambda: attachments.drawn(seen, content, page=page, edge=edge), done=drawn, failed=self._failed
        )

    def _say_page(self) -> None:
        seen = self.seen()
        for widget in (self.up, self.page_words, self.down):
            widget.setVisible(self._pages > 1)
        self.page_words.setText(f"第 {self._page + 1} / {self._pages} 页")
        self.up.setEnabled(self._page > 0)
        self.down.setEnabled(self._page < self._pages - 1)
        shown = seen is not None and seen.shown
        for widget in (self.smaller, self.percent, self.larger, self.fit, self.left, self.right):
            widget.setVisible(shown)
        keys = ["Esc 关闭", "Ctrl+S 取出"]
        if len(self._list) > 1:
            keys.append("← → 前后一个")
        if shown:
            keys += ["+ − 缩放", "0 全貌", "R 转"]
        if self._pages > 1:
            keys.append("PageUp PageDown 翻页")
        self.keys.setText("　".join(keys))

    def take_out(self) -> None:
        """Let the one shown leave the room, by the one dialog that asks why and to whom."""
        seen = self.seen()
        if seen is None:
            return
        from psyroom.ui.pages.export_dialog import Leaving, ask_to_leave  # not before somebody wants it

        room = self.shell.room
        whose = self.shell.attempt(lambda: attachments.students_of(room, seen.id))
        if whose:
            kind = f"附件（{seen.kind_name}）"
            ask_to_leave(
                self.shell,
                Leaving(
                    kind, whose.result, lambda _: {seen.name: attachments.data(room, seen.id)}, printable=seen.is_pdf
                ),
            )

    # ---- how it is seen

    def step(self, by: int) -> None:
        """The one before or after."""
        if 0 <= self._at + by < len(self._list):
            self._show(self._at + by)

    def turn_page(self, by: int) -> None:
        if 0 <= self._page + by < self._pages:
            self._page += by
            self.area.verticalScrollBar().setValue(0)
            self._say_page()
            self._draw()

    def rotate(self, degrees: int) -> None:
        """Turn what is seen; what is kept stays as it is."""
        self.stage.rotate(degrees)
        self._lay()

    def zoom_fit(self) -> None:
        self.stage.zoom = None
        self._lay()

    def zoom_step(self, by: int) -> None:
        now = self.stage.scale(self.area.viewport().size())
        further = [z for z in ZOOMS if (z > now * 1.02 if by > 0 else z < now * 0.98)]
        if further:
            self.stage.zoom = min(further) if by > 0 else max(further)
            self._lay()

    def _lay(self) -> None:
        self.stage.lay(self.area.viewport().size())
        self.percent.setText(f"{round(self.stage.scale(self.area.viewport().size()) * 100)} %")

    # ---- keys

    def event(self, event: QEvent) -> bool:
        """The page under it hears no key; the window's own still do: help, curtain, lock, another page, the door."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not _of_the_window(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Escape: self.shut,
            Qt.Key.Key_Left: lambda: self.step(-1),
            Qt.Key.Key_Right: lambda: self.step(1),
            Qt.Key.Key_PageUp: lambda: self.turn_page(-1),
            Qt.Key.Key_PageDown: lambda: self.turn_page(1),
            Qt.Key.Key_Plus: lambda: self.zoom_step(1),
            Qt.Key.Key_Equal: lambda: self.zoom_step(1),
            Qt.Key.Key_Minus: lambda: self.zoom_step(-1),
            Qt.Key.Key_0: self.zoom_fit,
            Qt.Key.Key_R: lambda: self.rotate(90),
            Qt.Key.Key_L: lambda: self.rotate(-90),
            Qt.Key.Key_Up: lambda: self._scroll(-1),
            Qt.Key.Key_Down: lambda: self._scroll(1),
        }
        plain = not event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        if event.matches(QKeySequence.StandardKey.Save):
            self.take_out()
        elif plain and (do := keys.get(event.key())) is not None:
            do()
        else:
            super().keyPressEvent(event)

    def _scroll(self, by: int) -> None:
        bar = self.area.verticalScrollBar()
        bar.setValue(bar.value() + by * tokens.now().px(80))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_step(1 if event.angleDelta().y() > 0 else -1)
        event.accept()  # the page under it does not move

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab goes round among the buttons here, never to the page under it."""
        within: Iterable[QWidget] = self.findChildren(QWidget)
        inside = [w for w in within if w.isVisible() and w.focusPolicy() & Qt.FocusPolicy.TabFocus]
        ring: list[Any] = [self, *inside]
        now = QApplication.focusWidget()
        at = ring.index(now) if now in ring else 0
        ring[(at + (1 if forward else -1)) % len(ring)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            if watched is self.area.viewport():
                self._lay()
            else:
                self.setGeometry(self.shell.centralWidget().rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(tokens.now().palette.paper))
        painter.end()


def _of_the_window(event: QKeyEvent) -> bool:
    key, with_keys = event.key(), event.modifiers()
    if with_keys == Qt.KeyboardModifier.ControlModifier:
        return key in (Qt.Key.Key_L, Qt.Key.Key_Q)
    alt = with_keys == Qt.KeyboardModifier.AltModifier
    return key in (Qt.Key.Key_F1, Qt.Key.Key_F12) or alt and Qt.Key.Key_1 <= key <= Qt.Key.Key_9


class _Stage(QWidget):
    """The picture on its ground, or a sentence with an icon in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.zoom: float | None = None  # None: as large as there is room, never beyond its own size
        self._image: QImage | None = None
        self._scaled: QImage | None = None
        self._words, self._icon = "", "image"

    def set(self, image: QImage | None, words: str = "", icon: str = "image") -> None:
        self._image, self._scaled, self._words, self._icon, self.zoom = image, None, words, icon, None
        self.setMinimumSize(0, 0)
        self.setAccessibleName(words)
        self.update()

    def words(self) -> str:
        return self._words

    def image(self) -> QImage | None:
        return self._image

    def rotate(self, degrees: int) -> None:
        if self._image is not None:
            self._image, self.zoom = self._image.transformed(QTransform().rotate(degrees)), None

    def scale(self, room: QSize) -> float:
        """How much of its own size it has on the screen."""
        if self._image is None:
            return 1.0
        if self.zoom is not None:
            return self.zoom
        wide = (room.width() - SPACE * 2) * self.devicePixelRatioF() / max(1, self._image.width())
        tall = (room.height() - SPACE * 2) * self.devicePixelRatioF() / max(1, self._image.height())
        return max(0.02, min(1.0, wide, tall))

    def lay(self, room: QSize) -> None:
        """Make the picture as large as it is to be seen."""
        if self._image is None:
            return
        dense, scale = self.devicePixelRatioF(), self.scale(room)
        size = QSize(max(1, round(self._image.width() * scale)), max(1, round(self._image.height() * scale)))
        how = Qt.TransformationMode.SmoothTransformation if scale < 1 else Qt.TransformationMode.FastTransformation
        self._scaled = self._image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, how)
        self._scaled.setDevicePixelRatio(dense)
        self.setMinimumSize(QSize(round(size.width() / dense), round(size.height() / dense)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens.now()
        painter.fillRect(event.rect(), QColor(look.palette.sunken))
        if self._scaled is not None:
            wide = round(self._scaled.width() / self._scaled.devicePixelRatio())
            tall = round(self._scaled.height() / self._scaled.devicePixelRatio())
            painter.drawImage(QRect((self.width() - wide) // 2, (self.height() - tall) // 2, wide, tall), self._scaled)
        elif self._words:
            from psyroom.ui import icons

            side, middle = look.px(48), self.rect().center()
            box = QRect(middle.x() - side // 2, middle.y() - side - SPACE, side, side)
            icons.draw(painter, self._icon, box, look.palette.faint)
            painter.setPen(QColor(look.palette.soft))
            wide = min(self.width() - SPACE * 4, look.px(520))
            under = QRect(middle.x() - wide // 2, middle.y() + SPACE, wide, look.px(160))
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(under, int(flags), self._words)
        painter.end()


def viewer_of(shell: Shell) -> Viewer:
    """The one viewer of a window."""
    return shell.centralWidget().findChild(Viewer) or Viewer(shell)
