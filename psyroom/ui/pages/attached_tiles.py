"""One attachment as a tile: its picture small, what it is under it. Small pictures live in memory only, as long as the
room is open."""

from __future__ import annotations

from collections import OrderedDict
from weakref import WeakKeyDictionary

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath
from PySide6.QtWidgets import QWidget

from psyroom.services import attachments
from psyroom.services.attachments import AttachedSeen, Drawn
from psyroom.store.room import Room
from psyroom.ui import fonts, icons, tokens
from psyroom.ui.kit.texts import ENTER
from psyroom.ui.tokens import RADIUS
from psyroom.ui.window import Shell

WIDE, TALL = 132, 96
"""A picture's place in pixels at 100 %."""
KEPT = 120
"""Small pictures kept for a room; 132 × 96 takes 50 KB."""
_kept: WeakKeyDictionary[Room, OrderedDict[tuple[str, int], QImage]] = WeakKeyDictionary()


def image_of(drawn: Drawn) -> QImage:
    """A picture of its own memory."""
    return QImage(drawn.rgb, drawn.width, drawn.height, drawn.stride, QImage.Format.Format_RGB888).copy()


def icon_of(seen: AttachedSeen) -> str:
    return "file-pdf" if seen.is_pdf else "image" if seen.shown else "file-text"


def size_words(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{max(1, round(size / 1024))} KB"


class Tile(QWidget):
    """`wanted` names what is asked for: open, edit, remove; `stepped` by how many tiles the keyboard goes."""

    wanted = Signal(str)
    stepped = Signal(int)

    def __init__(self, room: Room, shell: Shell, seen: AttachedSeen) -> None:
        super().__init__()
        self.seen = seen
        self.image: QImage | None = None
        self.trouble = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        words = f"{seen.kind_name}，{seen.caption or seen.name}，{seen.day.isoformat()}"
        self.setAccessibleName(words)
        keys = "回车：看" + ("；F2：改说明；Delete：删除" if seen.may_change else "")
        by = f"{seen.who} 放入" if seen.who else ""
        where = "在一份辅导记录里" if seen.note else ""
        lines = (seen.caption or seen.name, " · ".join(part for part in (where, by) if part), keys)
        self.setToolTip("\n".join(line for line in lines if line).replace("<", "＜"))
        self.room, self.shell = room, shell
        self._edge = round(tokens.now().px(WIDE) * self.devicePixelRatioF())
        self._asked = not seen.shown
        if (kept := self._kept().get((seen.id, self._edge))) is not None:
            self.image, self._asked = kept, True

    def _kept(self) -> OrderedDict[tuple[str, int], QImage]:
        return _kept.setdefault(self.room, OrderedDict())

    def _draw(self) -> None:
        """Once it comes into sight: a long strip does not keep other work waiting."""
        self._asked = True
        room, id, edge = self.room, self.seen.id, self._edge

        def done(drawn: Drawn) -> None:
            kept = self._kept()
            self.image = kept[id, edge] = image_of(drawn)
            while len(kept) > KEPT:
                kept.popitem(last=False)
            self.update()

        def failed(told: Exception) -> None:
            self.trouble = str(told)
            self.setToolTip(self.trouble.replace("<", "＜"))
            self.update()

        self.shell.run(self, lambda: attachments.small(room, id, edge), done=done, failed=failed)

    # ---- the look

    def _small(self) -> int:
        return QFontMetrics(fonts.face("small")).height()

    def sizeHint(self) -> QSize:
        px = tokens.now().px
        return QSize(px(WIDE) + 8, px(TALL) + 8 + 6 + self._small() * 2 + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: object) -> None:
        if not self._asked:
            self._draw()
        painter, look = QPainter(self), tokens.now()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        place = QRect(4, 4, look.px(WIDE), look.px(TALL))
        edge = QPainterPath()
        edge.addRoundedRect(QRectF(place), RADIUS, RADIUS)
        painter.fillPath(edge, QColor(look.colour("brick_wash" if self.trouble else "sunken")))
        if self.image is not None:
            size = self.image.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
            box = QRect(place.center() - QRect(0, 0, size.width(), size.height()).center(), size)
            painter.save()
            painter.setClipPath(edge)
            painter.drawImage(box, self.image)
            painter.restore()
        else:
            side = look.px(30)
            middle = QRect(place.center().x() - side // 2, place.center().y() - side // 2, side, side)
            name = "warning-circle" if self.trouble else icon_of(self.seen)
            icons.draw(painter, name, middle, look.colour("brick" if self.trouble else "faint"))
        on = self.hasFocus()
        pen = painter.pen()
        pen.setColor(QColor(look.colour("accent" if on else "line")))
        pen.setWidthF(2.0 if on else 1.0)
        painter.setPen(pen)
        painter.drawPath(edge)
        self._words(painter, place)
        painter.end()

    def _words(self, painter: QPainter, place: QRect) -> None:
        look, tall = tokens.now(), self._small()
        first = self.seen.caption or (self.seen.kind_name if self.seen.shown else self.seen.name)
        second = f"{self.seen.kind_name} · {self.seen.day.month}月{self.seen.day.day}日"
        if not self.seen.caption and self.seen.shown:
            second = f"{self.seen.day.year}年{self.seen.day.month}月{self.seen.day.day}日"
        y = place.bottom() + 6
        for words, role in ((first, "ink"), (second, "soft")):
            painter.setFont(fonts.face("small"))
            painter.setPen(QColor(look.colour(role)))
            short = QFontMetrics(painter.font()).elidedText(words, Qt.TextElideMode.ElideMiddle, place.width())
            painter.drawText(QRect(place.left(), y, place.width(), tall), int(Qt.AlignmentFlag.AlignLeft), short)
            y += tall

    # ---- keys

    def event(self, event: QEvent) -> bool:
        """Its own keys are its own, whatever the page does with them (F2 changes a student's entry)."""
        mine = (*ENTER, Qt.Key.Key_F2, Qt.Key.Key_Delete)
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in mine and not event.modifiers():
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -10_000, Qt.Key.Key_End: 10_000}
        if event.key() in ENTER or event.key() == Qt.Key.Key_Space:
            self.wanted.emit("open")
        elif event.key() == Qt.Key.Key_F2:
            self.wanted.emit("edit")
        elif event.key() == Qt.Key.Key_Delete:
            self.wanted.emit("remove")
        elif event.key() in steps:
            self.stepped.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.wanted.emit("open")

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
