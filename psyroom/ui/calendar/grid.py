"""The week under the hand: drag to book, drag a card to move it or its foot to make it longer, click to open;
and the same by keyboard with a cell that walks. It asks by signals and changes nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QScrollArea, QToolTip, QVBoxLayout, QWidget

from psyroom.rules.typed import clock
from psyroom.services.week import Entry, Week
from psyroom.ui import tokens
from psyroom.ui.calendar.layout import GUTTER, SHORTEST, SNAP, STEP, Frame, lanes
from psyroom.ui.calendar.paint import Mark, Painter, detail_words, head

DRAG = 5  # pixels before a press becomes a drag
FOOT = 7  # pixels of a card's foot that make it longer
LEAST_HOUR = 46  # pixels at 100 %
LEAST_CARD = 21  # pixels at 100 %: one line can be read


class WeekGrid(QWidget):
    """The hours of a week. Give it a week with `show_week`; listen to its signals."""

    book_wanted = Signal(object, int, int)  # day, starts, ends
    opened = Signal(str, str)  # kind, id
    moved = Signal(str, object, int, int)  # booking, day, starts, ends
    removed = Signal(str)  # booking
    week_wanted = Signal(int)  # so many weeks on
    today_wanted = Signal()
    next_free_wanted = Signal()
    walked = Signal(object)  # the cursor's Mark

    def __init__(self, clock_now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = clock_now
        self.week: Week | None = None
        self.frame: Frame | None = None
        self.boxes: list[tuple[QRectF, Entry]] = []
        self.slivers: list[tuple[QRectF, Entry]] = []
        self.cursor_mark = Mark(0, 12 * 60, 12 * 60 + STEP)
        self.chosen: tuple[str, str] | None = None
        self._ghost: Mark | None = None
        self._press: tuple[QPointF, Entry | None, bool] | None = None  # where, on which card, at its foot
        self._room = 400.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("周历")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # ---- what is shown ----------------------------------------------------------------------------------------

    def show_week(self, week: Week) -> None:
        self.week = week
        self._lay_out()

    def fit(self, height: float) -> None:
        """The height there is to see; the day is stretched to fill it."""
        self._room = height
        self._lay_out()

    def choose(self, kind: str = "", entry_id: str = "") -> None:
        """Ring the card that the side panel shows."""
        self.chosen = (kind, entry_id) if kind else None
        self.update()

    def _lay_out(self) -> None:
        if self.week is None:
            return
        px = tokens.now().px
        self.frame = Frame.of(self.week, self.width(), self._room, px(GUTTER), px(LEAST_HOUR), px(LEAST_CARD))
        self.boxes, self.slivers = [], []
        least = self.frame.least_card / self.frame.per_minute
        for number, day in enumerate(self.week.days):
            shown = [e for e in day.entries if e.standing or e.outcome == "no_show"]
            self.boxes += [(self.frame.card(number, e, lane, of), e) for e, lane, of in lanes(shown, least)]
            column = self.frame.column(number)
            for entry in day.entries:
                if entry not in shown:
                    band = self.frame.band(number, entry.starts, entry.ends)
                    self.slivers.append((QRectF(column.right() - 7, band.top() + 1, 5, band.height() - 2), entry))
        self.setMinimumHeight(int(self.frame.height))
        self.setMaximumHeight(int(self.frame.height) + 1)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(700, int(self.frame.height) if self.frame else 500)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.week is None or self.frame is None:
            painter.fillRect(self.rect(), Qt.GlobalColor.transparent)
            painter.end()
            return
        clip = QRectF(event.rect())
        draw = Painter(painter, self.week, self.frame, self._now())
        draw.ground(clip)
        draw.present()
        carried = self._press[1] if self._press and self._ghost else None
        for box, entry in self.slivers:
            if box.intersects(clip):
                draw.sliver(box, entry, chosen=self.chosen == (entry.kind, entry.id))
        for box, entry in self.boxes:
            if box.intersects(clip):
                draw.card(box, entry, chosen=self.chosen == (entry.kind, entry.id), faded=entry is carried)
        draw.present(dot=True)
        draw.cursor(self.cursor_mark, focused=self.hasFocus() and self._ghost is None)
        if self._ghost is not None:
            draw.ghost(self._ghost)
        painter.end()

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    # ---- the mouse --------------------------------------------------------------------------------------------

    def entry_at(self, where: QPointF) -> Entry | None:
        found = [e for box, e in [*self.slivers, *self.boxes] if box.contains(where)]
        return found[-1] if found else None

    def _at_foot(self, where: QPointF) -> bool:
        return any(box.contains(where) and where.y() > box.bottom() - FOOT for box, e in self.boxes if can_move(e))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.frame is None:
            return
        where = event.position()
        self._press = (where, self.entry_at(where), self._at_foot(where))
        if self._press[1] is None and where.x() >= self.frame.lefts[0]:
            self._put_cursor(self._cell(where))

    def _cell(self, where: QPointF) -> Mark:
        """The cell pressed: the opening's start where one begins just above, else the half hour."""
        assert self.frame is not None and self.week is not None
        day = self.frame.day_at(where.x())
        minute = self.frame.minute(where.y(), 1)
        starts = max((s for s in self._stops(day) if s <= minute), default=self.frame.first)
        return Mark(day, starts, min(starts + STEP, 1440))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        where = event.position()
        if self._press is None or self.frame is None:
            entry = self.entry_at(where)
            shape = Qt.CursorShape.PointingHandCursor if entry else Qt.CursorShape.ArrowCursor
            self.setCursor(Qt.CursorShape.SizeVerCursor if self._at_foot(where) else shape)
            return
        start, entry, foot = self._press
        if self._ghost is None and (where - start).manhattanLength() < DRAG:
            return
        if entry is not None and not can_move(entry):
            return
        self._ghost = self._drag(start, where, entry, foot)
        self.update()

    def _drag(self, start: QPointF, where: QPointF, entry: Entry | None, foot: bool) -> Mark:
        assert self.frame is not None
        frame = self.frame
        if entry is None:
            a, b = sorted((frame.minute(start.y()), frame.minute(where.y())))
            return Mark(frame.day_at(start.x()), a, max(b, a + SNAP))
        if foot:
            return Mark(frame.day_at(start.x()), entry.starts, max(frame.minute(where.y()), entry.starts + SHORTEST))
        length = entry.ends - entry.starts
        shift = round((where.y() - start.y()) / frame.per_minute / SNAP) * SNAP
        starts = max(frame.first, min(entry.starts + shift, frame.last - length))
        return Mark(frame.day_at(where.x()), starts, starts + length)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        press, ghost = self._press, self._ghost
        self._press = self._ghost = None
        self.update()
        if press is None or self.week is None or event.button() != Qt.MouseButton.LeftButton:
            return
        entry = press[1]
        if ghost is None:
            if entry is not None:
                self.opened.emit(entry.kind, entry.id)
            elif self.frame is not None and press[0].x() >= self.frame.lefts[0]:
                self._book()
        elif entry is None:
            self._put_cursor(ghost)
            self._book()
        elif (self._day(ghost), ghost.starts, ghost.ends) != (entry.day, entry.starts, entry.ends):
            self.moved.emit(entry.id, self._day(ghost), ghost.starts, ghost.ends)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            entry = self.entry_at(QPointF(event.pos()))
            words = ""
            if entry is not None:
                hours = f"{clock(entry.starts)}—{clock(entry.ends)}"
                place = f"\n{entry.place_name}" if entry.place_name else ""
                words = f"{hours}  {entry.who}\n{entry.state} · {detail_words(entry, with_person=True)}{place}"
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    # ---- the keyboard -----------------------------------------------------------------------------------------

    def _stops(self, day: int) -> list[int]:
        """Where the cell may stand: every half hour, and where an opening or a card begins."""
        assert self.week is not None and self.frame is not None
        shown = self.week.days[day]
        begins = {b.starts for b in shown.plan} | {e.starts for e in shown.entries if e.standing}
        return sorted(begins | set(range(self.frame.first, self.frame.last, STEP)))

    def _put_cursor(self, mark: Mark) -> None:
        self.cursor_mark = mark
        self.setAccessibleDescription(f"{self._day(mark):%m-%d} {clock(mark.starts)}—{clock(mark.ends)}")
        self.walked.emit(mark)
        self.update()

    def put_cursor(self, day: date, starts: int, ends: int) -> None:
        """Let the cell stand on a day of the week shown."""
        if self.week is not None:
            self._put_cursor(Mark(max(0, min((day - self.week.monday).days, 6)), starts, ends))

    def _day(self, mark: Mark) -> date:
        assert self.week is not None
        return self.week.monday + timedelta(days=mark.day)

    def _under_cursor(self) -> Entry | None:
        assert self.week is not None
        mark = self.cursor_mark
        found = [e for e in self.week.days[mark.day].entries if e.starts < mark.ends and mark.starts < e.ends]
        return next((e for e in found if e.standing), next((e for e in found if e.outcome == "no_show"), None))

    def _book(self) -> None:
        mark = self.cursor_mark
        self.book_wanted.emit(self._day(mark), mark.starts, mark.ends)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.week is None or self.frame is None:
            return
        key, keys = event.key(), Qt.Key
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        other = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier)
        if other:
            super().keyPressEvent(event)
        elif key in (keys.Key_Left, keys.Key_Right):
            by = -1 if key == keys.Key_Left else 1
            if alt:
                self.week_wanted.emit(by)
            else:
                self._sideways(by)
        elif key in (keys.Key_Up, keys.Key_Down):
            self._longer(key == keys.Key_Down) if shift else self._upright(1 if key == keys.Key_Down else -1)
        elif key in (keys.Key_PageUp, keys.Key_PageDown):
            self.week_wanted.emit(-1 if key == keys.Key_PageUp else 1)
        elif key in (keys.Key_Return, keys.Key_Enter):
            entry = self._under_cursor()
            if entry is not None:
                self.opened.emit(entry.kind, entry.id)
            else:
                self._book()
        elif key in (keys.Key_Delete, keys.Key_Backspace):
            entry = self._under_cursor()
            if entry is not None and entry.kind == "booking":
                self.removed.emit(entry.id)
        elif key == keys.Key_T:
            self.today_wanted.emit()
        elif key in (keys.Key_N, keys.Key_F3):
            self.next_free_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _sideways(self, by: int) -> None:
        day = self.cursor_mark.day + by
        if 0 <= day <= 6:
            self._put_cursor(replace(self.cursor_mark, day=day))
        else:
            self.cursor_mark = replace(self.cursor_mark, day=6 if day < 0 else 0)
            self.week_wanted.emit(by)

    def _upright(self, by: int) -> None:
        stops, mark = self._stops(self.cursor_mark.day), self.cursor_mark
        beyond = [s for s in stops if s > mark.starts] if by > 0 else [s for s in stops if s < mark.starts][::-1]
        if beyond:
            self._put_cursor(Mark(mark.day, beyond[0], min(beyond[0] + STEP, 1440)))

    def _longer(self, longer: bool) -> None:
        mark, by = self.cursor_mark, SNAP if longer else -SNAP
        self._put_cursor(replace(mark, ends=max(mark.starts + SHORTEST, min(mark.ends + by, 1440))))


def can_move(entry: Entry) -> bool:
    """Only what has not happened yet can be moved with the mouse."""
    return entry.kind == "booking" and entry.outcome == "open"


class _Head(QWidget):
    """The days over the grid; stays while the hours scroll."""

    def __init__(self, grid: WeekGrid, clock_now: Callable[[], datetime]) -> None:
        super().__init__()
        self._grid, self._now = grid, clock_now
        self.setFixedHeight(tokens.now().px(48))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._grid.week is None or self._grid.frame is None:
            return
        painter, look = QPainter(self), tokens.now()
        painter.fillRect(self.rect(), look.colour("card"))
        for number, day in enumerate(self._grid.week.days):
            box = QRectF(self._grid.frame.lefts[number], 0, self._grid.frame.widths[number], self.height())
            head(painter, box, day, day.day == self._now().date(), look)
        painter.setPen(look.colour("line"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        painter.end()


class WeekCalendar(QWidget):
    """Head and scrolled hours together."""

    def __init__(self, clock_now: Callable[[], datetime]) -> None:
        super().__init__()
        self.grid = WeekGrid(clock_now)
        self._now = clock_now
        self._head = _Head(self.grid, clock_now)
        self.hours = QScrollArea()
        self.hours.setWidget(self.grid)
        self.hours.setWidgetResizable(True)
        self.hours.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hours.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hours.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self.hours, 1)
        self.grid.walked.connect(self._reveal)
        self._shown: date | None = None

    def show_week(self, week: Week) -> None:
        """Paint this week; another week than before opens at its first hours of interest."""
        self.grid.show_week(week)
        self._head.update()
        if week.monday != self._shown:
            self._shown = week.monday
            self._to_first_hours(week)

    def _to_first_hours(self, week: Week) -> None:
        frame = self.grid.frame
        assert frame is not None
        now = self._now()
        if week.monday <= now.date() < week.monday + timedelta(days=7):
            minute = now.hour * 60 + now.minute - 90
        else:
            begins = [b.starts for d in week.days for b in d.plan] + [e.starts for d in week.days for e in d.entries]
            minute = min(begins, default=480) - 30
        self.hours.verticalScrollBar().setValue(int(frame.y(minute)))

    def _reveal(self, mark: Mark) -> None:
        frame = self.grid.frame
        if frame is not None:
            middle = (frame.y(mark.starts) + frame.y(mark.ends)) / 2
            self.hours.ensureVisible(int(frame.lefts[mark.day]), int(middle), 0, int(60 * frame.per_minute))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.hours.viewport():
            self.grid.fit(self.hours.viewport().height())
            self._head.update()
        return False
