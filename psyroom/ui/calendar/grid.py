"""The week under the hand: drag to book, drag a card to move it or its edge to make it longer, click to open; the same
by keyboard with a cell that walks, and hours typed straight onto it. It asks by signals and changes nothing itself.

The week is painted once into a picture; a drag paints only what moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QToolTip, QWidget

from psyroom.rules.typed import clock
from psyroom.services.week import Entry, Week
from psyroom.ui import tokens
from psyroom.ui.calendar.carry import Carry, Look, Typed, can_move, grip, nothing, pulled, shifted, stretched
from psyroom.ui.calendar.layout import GUTTER, SNAP, STEP, Frame, Mark, lanes
from psyroom.ui.calendar.over import Over
from psyroom.ui.calendar.paint import Painter, tip_words

DRAG = 5  # pixels before a press becomes a drag
LEAST_HOUR = 43  # pixels at 100 %
LEAST_CARD = 21  # pixels at 100 %: one line can be read


class WeekGrid(QWidget):
    """The hours of a week. Give it a week with `show_week`; listen to its signals. `look_for` is asked once when
    something is taken up, and answers with a function that says what speaks against a place."""

    book_wanted = Signal(object, int, int)  # day, starts, ends
    opened = Signal(str, str)  # kind, id
    moved = Signal(str, str, object, int, int)  # kind, id, day, starts, ends
    removed = Signal(str, str)  # kind, id
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
        self.look_for: Callable[[Entry | None], Look] = lambda _entry: nothing
        self.carry: Carry | None = None
        self.typed = Typed()
        self._press: tuple[QPointF, Entry | None, str] | None = None  # where, on which card, how it would be pulled
        self._room = 400.0
        self._picture: QPixmap | None = None
        self._look = tokens.now()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("周历")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # ---- what is shown ----------------------------------------------------------------------------------------

    def show_week(self, week: Week) -> None:
        other = self.week is not None and self.week.monday != week.monday
        self.week = week
        self._lay_out()
        if self.carry is not None and other:  # carried into another week: what is loaded there is looked at anew
            self.carry.look = self.look_for(self.carry.entry)
            self.carry.put(self.carry.mark, week.monday, anew=True)

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
        self._look = tokens.now()
        px = self._look.px
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
        self._picture = None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(700, int(self.frame.height) if self.frame else 500)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()
        self._picture = None

    def forget_picture(self) -> None:
        """Paint anew what is kept as a picture."""
        self._picture = None
        self.update()

    def _painted(self, week: Week, frame: Frame) -> QPixmap:
        """Ground and cards, painted once until something changes."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap((self.size().toSizeF() * ratio).toSize())
        picture.setDevicePixelRatio(ratio)
        painter = QPainter(picture)
        draw = Painter(painter, week, frame, self._now())
        draw.ground(QRectF(self.rect()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw.present()
        for box, _entry in self.slivers:
            draw.sliver(box)
        for box, entry in self.boxes:
            draw.card(box, entry)
        draw.dot()
        painter.end()
        return picture

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.week is None or self.frame is None:
            painter.fillRect(self.rect(), Qt.GlobalColor.transparent)
            painter.end()
            return
        if self._look is not tokens.now():
            self._lay_out()
        if self._picture is None:
            self._picture = self._painted(self.week, self.frame)
        ratio = self._picture.devicePixelRatio()
        clip = QRectF(event.rect())
        source = QRectF(clip.topLeft() * ratio, clip.size() * ratio)
        painter.drawPixmap(clip, self._picture, source)
        over = self._over()
        if self.chosen is not None:
            for box, entry in [*self.boxes, *self.slivers]:
                if self.chosen == (entry.kind, entry.id):
                    over.ring(painter, box)
        if (carry := self.carry) is not None:
            self._paint_carry(painter, over, carry)
        elif self.hasFocus() or self.typed.words:
            over.cursor(painter, self.cursor_mark)
        if self.typed.words:
            over.typed(painter, self.cursor_mark, self.typed.says())
        painter.end()

    def _paint_carry(self, painter: QPainter, over: Over, carry: Carry) -> None:
        for box, entry in self.boxes:
            if carry.entry is not None and entry.id == carry.entry.id:
                over.veil(painter, box)
        over.ghost(painter, carry.mark, carry.clashes)
        over.bubble(painter, carry.mark, carry.clashes)

    def _over(self) -> Over:
        assert self.frame is not None
        return Over(
            self.frame, QRectF(self.visibleRegion().boundingRect()) if self.isVisible() else QRectF(self.rect())
        )

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.typed.clear()
        if self.carry is not None and self.carry.by_key:
            self._let_go()
        self.update()

    # ---- something is carried ---------------------------------------------------------------------------------

    def _carried_box(self) -> QRectF:
        assert self.carry is not None
        over, carry = self._over(), self.carry
        lines = over.lines(carry.mark, carry.clashes)
        return over.ghost_box(carry.mark).united(over.bubble_box(carry.mark, lines)).adjusted(-3, -3, 3, 3)

    def _take_up(self, how: str, entry: Entry | None, mark: Mark, *, by_key: bool = False) -> None:
        assert self.week is not None
        self.carry = Carry(how, entry, mark, self.look_for(entry), by_key)
        self.carry.put(mark, self.week.monday, anew=True)
        self.update()

    def _carry_to(self, mark: Mark) -> None:
        """One step of a drag: only what it left and where it came to is painted again."""
        assert self.carry is not None and self.week is not None
        before = self._carried_box()
        if self.carry.put(mark, self.week.monday):
            self.update(before.united(self._carried_box()).toAlignedRect())

    def _let_go(self) -> Carry | None:
        carry, self.carry, self._press = self.carry, None, None
        self.update()
        return carry

    def _drop(self) -> None:
        """Ask for what the carrying meant."""
        carry = self._let_go()
        if carry is None or self.week is None:
            return
        if carry.entry is None:
            self._put_cursor(carry.mark)
            self._book()
        elif carry.elsewhere(self.week.monday):
            self._put_cursor(carry.mark)
            mark = carry.mark
            self.moved.emit(carry.entry.kind, carry.entry.id, self._day(mark), mark.starts, mark.ends)

    # ---- the mouse --------------------------------------------------------------------------------------------

    def entry_at(self, where: QPointF) -> Entry | None:
        found = [e for box, e in [*self.slivers, *self.boxes] if box.contains(where)]
        return found[-1] if found else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self.frame is None:
            return
        self.typed.clear()
        if self.carry is not None:
            self._let_go()
        where = event.position()
        self._press = (where, self.entry_at(where), grip(self.boxes, where))
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
        if self.frame is None:
            return
        if self._press is None:
            if not event.buttons():
                self._shape(where)
            return
        start, entry, grip = self._press
        how = "new" if entry is None else grip
        if entry is not None and not can_move(entry):
            return
        if self.carry is not None:
            self._carry_to(pulled(how, entry, self.frame, start, where))
        elif (where - start).manhattanLength() >= DRAG:
            self._take_up(how, entry, pulled(how, entry, self.frame, start, where))

    def _shape(self, where: QPointF) -> None:
        entry = self.entry_at(where)
        if entry is not None and grip(self.boxes, where) != "move":
            self.setCursor(Qt.CursorShape.SizeVerCursor)
        else:
            self.setCursor(Qt.CursorShape.PointingHandCursor if entry else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._press is None or self.frame is None:
            return
        where, entry, _grip = self._press
        self._press = None
        if self.carry is not None:
            self._drop()
        elif entry is not None:
            self.opened.emit(entry.kind, entry.id)
        elif where.x() >= self.frame.lefts[0]:
            self._book()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            entry = self.entry_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tip_words(entry) if entry is not None else "", self)
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

    def carry_under_cursor(self) -> None:
        """Take the card under the cell up with the keyboard: arrows carry it, Enter lets it down, Esc puts it back."""
        entry = self._under_cursor()
        if entry is not None and can_move(entry):
            self._take_up("move", entry, Mark(self.cursor_mark.day, entry.starts, entry.ends), by_key=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.week is None or self.frame is None:
            return
        if event.key() == Qt.Key.Key_Escape and (self.carry is not None or self.typed.words):
            self.typed.clear()
            self._let_go()
        elif event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier):
            super().keyPressEvent(event)
        elif self.typed.takes(event.text()) or self.typed.words and event.key() == Qt.Key.Key_Backspace:
            self._type(event.text())
        elif not (self._walk(event) or self._do(event)):
            super().keyPressEvent(event)

    def _type(self, sign: str) -> None:
        """A figure typed on the calendar: the cell goes where it says."""
        self.typed.add(sign) if self.typed.takes(sign) else self.typed.back()
        mark = self.typed.mark(self.cursor_mark)
        if mark is not None and len(self.typed.words) > 3:
            if self.carry is not None:
                self._carry_to(shifted(self.carry.mark, mark.starts - self.carry.mark.starts))
            else:
                self._put_cursor(mark)
        self.update()

    def _walk(self, event: QKeyEvent) -> bool:
        """The arrows and the page keys: with the cell, or with what is carried."""
        key, keys = event.key(), Qt.Key
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (keys.Key_Left, keys.Key_Right):
            by = -1 if key == keys.Key_Left else 1
            if alt:
                self.week_wanted.emit(by)
            else:
                self._sideways(by)
        elif key in (keys.Key_Up, keys.Key_Down):
            by = 1 if key == keys.Key_Down else -1
            if self.carry is not None and alt:
                self._carry_to(shifted(self.carry.mark, by * SNAP))
            elif shift and self.carry is not None:
                self._carry_to(stretched(self.carry.mark, by * SNAP))
            elif shift:
                self._put_cursor(stretched(self.cursor_mark, by * SNAP))
            else:
                self._upright(by)
        elif key in (keys.Key_PageUp, keys.Key_PageDown):
            self.week_wanted.emit(-1 if key == keys.Key_PageUp else 1)
        else:
            return False
        self.typed.clear()
        return True

    def _do(self, event: QKeyEvent) -> bool:
        """The keys that do something with what is under the cell."""
        key, keys, entry = event.key(), Qt.Key, self._under_cursor()
        if key in (keys.Key_Return, keys.Key_Enter):
            self._enter(entry)
        elif key in (keys.Key_Delete, keys.Key_Backspace):
            if entry is not None and entry.kind != "visit":
                self.removed.emit(entry.kind, entry.id)
        elif key == keys.Key_M:
            self.carry_under_cursor()
        elif key == keys.Key_T:
            self.today_wanted.emit()
        elif key in (keys.Key_N, keys.Key_F3):
            self.next_free_wanted.emit()
        else:
            return False
        return True

    def _enter(self, entry: Entry | None) -> None:
        mark, carry = self.typed.mark(self.cursor_mark), self.carry
        typed = bool(self.typed.words)
        self.typed.clear()
        if carry is not None:
            if typed and mark is not None:
                self._carry_to(shifted(carry.mark, mark.starts - carry.mark.starts))
            self._drop()
        elif mark is not None:
            self._put_cursor(mark)
            self._book()
        elif entry is not None and not typed:
            self.opened.emit(entry.kind, entry.id)
        elif not typed:
            self._book()
        self.update()

    def _sideways(self, by: int) -> None:
        mark = self.cursor_mark if self.carry is None else self.carry.mark
        day = mark.day + by
        if 0 <= day <= 6:
            self._step(replace(mark, day=day))
            return
        mark = replace(mark, day=6 if day < 0 else 0)
        if self.carry is not None:
            self.carry.mark = mark
        else:
            self.cursor_mark = mark
        self.week_wanted.emit(by)

    def _upright(self, by: int) -> None:
        carrying = self.carry is not None
        mark = self.carry.mark if self.carry is not None else self.cursor_mark
        stops = self._stops(mark.day)
        beyond = [s for s in stops if s > mark.starts] if by > 0 else [s for s in stops if s < mark.starts][::-1]
        if beyond:
            to = beyond[0]
            self._step(shifted(mark, to - mark.starts) if carrying else Mark(mark.day, to, min(to + STEP, 1440)))

    def _step(self, mark: Mark) -> None:
        if self.carry is not None:
            self._carry_to(mark)
            self.walked.emit(mark)
        else:
            self._put_cursor(mark)
