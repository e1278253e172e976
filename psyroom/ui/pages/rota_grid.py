"""The month as a calendar of turns: a column for each weekday, a line for each planned opening with who keeps it.

Arrows walk from turn to turn, a figure or the initials of a name put somebody there, Delete clears, Enter opens, dragging
one turn onto another exchanges the two. It asks by signals and changes nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from psyroom.rules.names import initials
from psyroom.rules.time import WEEKDAYS
from psyroom.rules.typed import clock
from psyroom.services.rota import RotaDay, RotaSlot
from psyroom.ui import fonts, icons, tokens
from psyroom.ui.tokens import RADIUS

HEAD, DAY, LINE, PAD = 22, 21, 23, 4  # pixels at 100 %
DRAG = 6  # pixels before a press becomes a drag
PATIENCE = 900  # milliseconds between two letters of one name


@dataclass(frozen=True)
class Spot:
    """A turn as shown: who stands there now (`changed`: not yet saved), what speaks against it, all of it in words."""

    day: date
    slot: RotaSlot
    person: str
    name: str
    changed: bool = False
    problems: tuple[str, ...] = ()
    words: str = ""
    mine: bool = False
    past: bool = False

    @property
    def tag(self) -> str:
        """代 for a substitution, 调 for two who changed with each other."""
        if not self.slot.turn.instead_of or self.changed:
            return ""
        return "调" if self.slot.turn.why == "swap" else "代"


class RotaGrid(QWidget):
    """Give it a month with `show_month`."""

    put = Signal(int, str)  # spot, the person's id; empty: nobody
    opened = Signal(int)
    exchanged = Signal(int, int)
    walked = Signal(int)
    doubted = Signal(str, list)  # initials typed so far, and the names they may mean
    turned = Signal(int)  # so many months on

    def __init__(self) -> None:
        super().__init__()
        self.spots: list[Spot] = []
        self.at = -1
        self._days: list[RotaDay] = []
        self._people: list[tuple[str, str]] = []
        self._columns: list[int] = [0, 1, 2, 3, 4]
        self._weeks: list[list[RotaDay]] = []
        self._today = date.min
        self._letters = ""
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(PATIENCE)
        self._waiting.timeout.connect(self._forget_letters)
        self._press: tuple[QPointF, int] | None = None
        self._drag: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("值班月历")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    # ---- what is shown ------------------------------------------------------------------------------------------

    def show_month(
        self, days: Sequence[RotaDay], spots: Sequence[Spot], people: Sequence[tuple[str, str]], today: date
    ) -> None:
        other = not self._days or self._days[0].day != days[0].day
        self._days, self.spots, self._people, self._today = list(days), list(spots), list(people), today
        self._columns = [n for n in range(7) if n < 5 or any(d.slots for d in days if d.day.weekday() == n)]
        weeks: list[list[RotaDay]] = []
        for day in days:
            if not weeks or day.day.weekday() == 0:
                weeks.append([])
            weeks[-1].append(day)
        self._weeks = [w for w in weeks if any(d.slots or d.day.weekday() < 5 for d in w)]
        if other:
            coming = next((n for n, spot in enumerate(spots) if spot.day >= today), 0)
            self.at = coming if spots else -1
        self.at = min(self.at, len(self.spots) - 1)
        self.setMinimumHeight(tokens.now().px(HEAD) + sum(self._least(week) for week in self._weeks))
        self.updateGeometry()
        self._tell()
        self.update()

    def go(self, at: int) -> None:
        """Put the cursor on a turn."""
        if 0 <= at < len(self.spots):
            self.at = at
            self._tell()
            self.update()

    def _tell(self) -> None:
        said = self.spots[self.at].words if 0 <= self.at < len(self.spots) else ""
        self.setAccessibleDescription(said)
        self.walked.emit(self.at)

    def sizeHint(self) -> QSize:
        return QSize(tokens.now().px(640), self.minimumHeight())

    def _least(self, week: Sequence[RotaDay]) -> int:
        px, most = tokens.now().px, max((len(day.slots) for day in week), default=0)
        return px(DAY) + max(most, 1) * px(LINE) + px(PAD)

    def _rows(self) -> list[tuple[float, float]]:
        """Top and height of each week; what is left of the height is shared out."""
        top = float(tokens.now().px(HEAD))
        spare = max(self.height() - top - sum(map(self._least, self._weeks)), 0) / max(len(self._weeks), 1)
        found = []
        for week in self._weeks:
            tall = self._least(week) + spare
            found.append((top, tall))
            top += tall
        return found

    def _cell(self, row: tuple[float, float], weekday: int) -> QRectF:
        wide = self.width() / len(self._columns)
        return QRectF(self._columns.index(weekday) * wide, row[0], wide, row[1])

    def boxes(self) -> list[QRectF]:
        """Where each turn stands."""
        px, found = tokens.now().px, []
        for row, week in zip(self._rows(), self._weeks, strict=True):
            for day in week:
                if day.day.weekday() not in self._columns:
                    continue
                cell = self._cell(row, day.day.weekday())
                for number in range(len(day.slots)):
                    top = cell.top() + px(DAY) + number * px(LINE)
                    found.append(QRectF(cell.left() + px(4), top, cell.width() - px(8), px(LINE) - 3))
        return found

    def spot_at(self, point: QPointF) -> int:
        return next((n for n, box in enumerate(self.boxes()) if box.contains(point)), -1)

    # ---- keys -----------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, typed = Qt.Key(event.key()), event.text()
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and plain:
            self.turned.emit(1 if key == Qt.Key.Key_PageDown else -1)
        elif not plain or self.at < 0:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._walk(key)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go(0 if key == Qt.Key.Key_Home else len(self.spots) - 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(self.at)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) or typed == "0":
            self.put.emit(self.at, "")
        elif typed.isascii() and typed.isdigit():
            if int(typed) <= len(self._people):
                self.put.emit(self.at, self._people[int(typed) - 1][0])
        elif typed.isascii() and typed.isalpha():
            self._letter(typed.lower())
        else:
            super().keyPressEvent(event)

    def _walk(self, key: Qt.Key) -> None:
        """Up and down through the turns of a day and on into the weeks; left and right to the next day that has any."""
        here = self.spots[self.at]
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            by = -1 if key == Qt.Key.Key_Up else 1
            beside = self.at + by
            if 0 <= beside < len(self.spots) and self.spots[beside].day == here.day:
                self.go(beside)
                return
            same = [n for n, s in enumerate(self.spots) if s.day.weekday() == here.day.weekday()]
            later = [n for n in same if (self.spots[n].day > here.day if by > 0 else self.spots[n].day < here.day)]
            if later:
                self.go(later[0] if by > 0 else later[-1])
            return
        number = [n for n, s in enumerate(self.spots) if s.day == here.day].index(self.at)
        days = sorted({s.day for s in self.spots})
        at = days.index(here.day) + (1 if key == Qt.Key.Key_Right else -1)
        if 0 <= at < len(days):
            there = [n for n, s in enumerate(self.spots) if s.day == days[at]]
            self.go(there[min(number, len(there) - 1)])

    def _letter(self, letter: str) -> None:
        """Initials typed one after the other; as soon as they mean one person, that person stands there."""
        self._letters += letter
        self._waiting.start()
        found = [p for p, name in self._people if any(i.startswith(self._letters) for i in initials(name))]
        if not found and len(self._letters) > 1:
            self._letters = ""
            self._letter(letter)
        elif len(found) == 1:
            self._letters = ""
            self.put.emit(self.at, found[0])
        elif found:
            self.doubted.emit(self._letters, [name for p, name in self._people if p in found])

    def _forget_letters(self) -> None:
        if self._letters:
            self._letters = ""
            self._tell()

    # ---- mouse ----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.spot_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and at >= 0:
            self._press = (event.position(), at)
            self.go(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is not None and (event.position() - self._press[0]).manhattanLength() >= DRAG:
            if self.spots[self._press[1]].person:
                self._drag = event.position()
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.update()
        elif self._press is None:
            over = self.spot_at(event.position()) >= 0
            self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, drag = self._press, self._drag
        self._press = self._drag = None
        self.unsetCursor()
        self.update()
        if press is None:
            return
        at = self.spot_at(event.position())
        if drag is not None and at >= 0 and at != press[1]:
            self.exchanged.emit(press[1], at)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (at := self.spot_at(event.position())) >= 0:
            self.opened.emit(at)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            at = self.spot_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.spots[at].words if at >= 0 else "", self)
            return True
        return super().event(event)

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    # ---- painting -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), tokens.now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.face("small", bold=True))
        painter.setPen(QColor(look.palette.soft))
        wide = self.width() / len(self._columns)
        for at, weekday in enumerate(self._columns):
            head = QRectF(at * wide, 0, wide, look.px(HEAD))
            painter.drawText(head, Qt.AlignmentFlag.AlignCenter, f"周{WEEKDAYS[weekday]}")
        for row, week in zip(self._rows(), self._weeks, strict=True):
            by_weekday = {day.day.weekday(): day for day in week}
            for weekday in self._columns:
                self._paint_day(painter, self._cell(row, weekday), by_weekday.get(weekday))
        boxes = self.boxes()
        over = self.spot_at(self._drag) if self._drag is not None else -1
        for number, (box, spot) in enumerate(zip(boxes, self.spots, strict=True)):
            self._paint_spot(painter, box, spot, number == self.at, number == over)
        if self._drag is not None and self._press is not None:
            box = boxes[self._press[1]]
            box.moveCenter(self._drag)
            painter.setOpacity(0.85)
            self._paint_spot(painter, box, self.spots[self._press[1]], True, False)
        painter.end()

    def _paint_day(self, painter: QPainter, cell: QRectF, day: RotaDay | None) -> None:
        look, p = tokens.now(), tokens.now().palette
        box = cell.adjusted(1.5, 1.5, -1.5, -1.5)
        rest = day is None or (not day.school_day and not day.slots)
        painter.setPen(QPen(QColor(p.line), 1) if day is not None else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(p.sunken if rest else p.card))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        if day is None:
            return
        today = day.day == self._today
        head = QRectF(box.left() + look.px(7), box.top() + look.px(2), box.width() - look.px(14), look.px(DAY - 4))
        painter.setFont(fonts.face("small", bold=True, tabular=True))
        painter.setPen(QColor(p.accent_ink if today else p.soft if rest else p.ink))
        painter.drawText(head, _LEFT, f"{day.day.day} 今天" if today else str(day.day.day))
        painter.setFont(fonts.face("small"))
        painter.setPen(QColor(p.soft))
        short = painter.fontMetrics().elidedText(day.name, Qt.TextElideMode.ElideRight, int(head.width() - look.px(24)))
        painter.drawText(head, _RIGHT, short)

    def _paint_spot(self, painter: QPainter, box: QRectF, spot: Spot, at: bool, over: bool) -> None:
        look, p = tokens.now(), tokens.now().palette
        painter.save()
        if spot.past and not at:
            painter.setOpacity(painter.opacity() * 0.6)
        focused = at and self.hasFocus()
        ground = p.accent_wash if spot.mine or over else p.sunken
        pen = QPen(QColor(p.line), 1)
        if not spot.person and not spot.past:
            ground, pen = p.amber_wash, QPen(QColor(p.amber_fill), 1, Qt.PenStyle.DashLine)
        if spot.changed:
            pen = QPen(QColor(p.accent), 1.4, Qt.PenStyle.DashLine)
        if at or over:
            pen = QPen(QColor(p.accent), 2 if focused or over else 1.2)
        painter.setPen(pen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS - 1, RADIUS - 1)
        inner = box.adjusted(look.px(6), 0, -look.px(5), 0)
        painter.setFont(fonts.face("small", tabular=True))
        painter.setPen(QColor(p.soft))
        wide = QFontMetrics(painter.font()).horizontalAdvance("00:00") + look.px(6)
        if inner.width() - wide >= look.px(36):  # else the name alone: the line under the month says the hour
            painter.drawText(inner, _LEFT, clock(spot.slot.turn.starts))
            inner.setLeft(inner.left() + wide)
        side = look.px(15)
        if spot.problems:
            mark = QRect(int(inner.right()) - side, int(inner.center().y() - side / 2), side, side)
            icons.draw(painter, "warning", mark, p.amber)
            inner.setRight(inner.right() - side - look.px(2))
        tag = spot.tag
        if tag:
            painter.setFont(fonts.face("small", bold=True))
            painter.setPen(QColor(p.sky))
            painter.drawText(inner, _RIGHT, tag)
            inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(tag) - look.px(3))
        painter.setFont(fonts.face(bold=bool(spot.person) and not spot.slot.fixed))
        painter.setPen(QColor(p.ink if spot.person else p.soft if spot.past else p.amber))
        short = painter.fontMetrics().elidedText(
            spot.name or ("没有人" if spot.past else "待定"), Qt.TextElideMode.ElideRight, max(int(inner.width()), 8)
        )
        painter.drawText(inner, _LEFT, short)
        painter.restore()


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
