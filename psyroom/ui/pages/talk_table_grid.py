"""The table of a class: rows painted, one cell open to write in. Enter goes along theme and points and then down, Tab goes
across, figures and letters pick, Ctrl+D copies from above; what is wrong with a row stands in it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from psyroom.ui import fonts, tokens
from psyroom.ui.kit.texts import ENTER
from psyroom.ui.pages.talk_table_cells import LineCell, PickCell, PointsCell
from psyroom.ui.pages.talk_table_paint import HEADS, LEFT, LINE, PAD, QUIET, TOP, PaintedRow, RowsModel
from psyroom.ui.pages.talk_table_rows import COLUMNS, Row, Sitting, choices, read

WIDTHS = (116, 78, 70, 84, 66, 108, 0, 72, 90, 116)
"""At 100 %; 0: the rest."""
PATH = ("theme", "points")
"""Where Enter goes along before it goes down."""
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
Cell = LineCell | PickCell | PointsCell


class TalkGrid(QTableView):
    """Give it a sitting with `show_sitting`. `edited` at every change; `walked` when another cell is open; `ended` when
    Enter or Tab goes past the last row (+1) or above the first (-1); `opened`: the whole talk is asked for."""

    edited = Signal()
    walked = Signal()
    ended = Signal(int)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._model = RowsModel()
        self.setModel(self._model)
        self.setItemDelegate(PaintedRow(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setMinimumSectionSize(30)
        self.setAccessibleName("这个班的谈话")
        self.offers: dict[str, Sequence[str]] = {name: choices(name, (), ()) for name in COLUMNS}
        self.line, self.points = LineCell(), PointsCell()
        self.pick, self.free = PickCell(free=False), PickCell(free=True)
        self.cells: tuple[Cell, ...] = (self.line, self.points, self.pick, self.free)
        for cell in self.cells:
            cell.setParent(self.viewport())
            cell.hide()
            cell.installEventFilter(self)
            cell.edited.connect(self._live)
        for pick in (self.pick, self.free):
            pick.figured.connect(self.go_on)
        self.points.grew.connect(self._grown)
        self._cell: Cell | None = None
        self._loading = False
        self._began = PATH[0]
        self.selectionModel().currentChanged.connect(self._moved)
        self.clicked.connect(lambda _index: self.give_focus())
        self._widths()

    # ---- what is shown

    def show_sitting(self, sitting: Sitting, *, folded: bool) -> None:
        """Show its rows; `folded`: without those that are done. The open cell stays where it was."""
        kept = self.row()
        column = self.column()
        self._shut()
        self._model.show(sitting, [row for row in sitting.rows if not (folded and row.done)])
        self.fit_rows()
        at = next((n for n, r in enumerate(self._model.rows) if kept is not None and r.student == kept.student), None)
        if at is not None:
            self.setCurrentIndex(self._model.index(at, COLUMNS.index(column)))

    def rows(self) -> list[Row]:
        return self._model.rows

    def row(self) -> Row | None:
        at = self.currentIndex().row()
        return self._model.rows[at] if 0 <= at < len(self._model.rows) else None

    def column(self) -> str:
        return COLUMNS[max(self.currentIndex().column(), 0)]

    def cell(self) -> Cell | None:
        """The one that is open."""
        return self._cell

    def _widths(self) -> None:
        header, px = self.horizontalHeader(), tokens.now().px
        for at, width in enumerate(WIDTHS):
            header.setSectionResizeMode(at, QHeaderView.ResizeMode.Fixed if width else QHeaderView.ResizeMode.Stretch)
            if width:
                header.resizeSection(at, px(width))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_began"):
            self._widths()
            QTimer.singleShot(0, self, self.fit_rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            QTimer.singleShot(0, self, self.fit_rows)

    # ---- heights

    def _said_height(self, row: Row) -> int:
        """The line of what is wrong, below the row."""
        if not row.problems:
            return 0
        box = QRect(0, 0, max(self.viewport().width() - tokens.now().px(150), 100), 4000)
        metrics = QFontMetrics(fonts.face("small"))
        return metrics.boundingRect(box, int(Qt.TextFlag.TextWordWrap), _said(row)).height() + tokens.now().px(8)

    def _height(self, row: Row) -> int:
        px = tokens.now().px
        if row.done:
            return px(QUIET)
        words = str(row.own.get("points") or "")
        room = self.columnWidth(COLUMNS.index("points")) - px(LEFT) - px(4)
        box = QRect(0, 0, max(room, 40), 4000)
        tall = QFontMetrics(fonts.face()).boundingRect(box, int(Qt.TextFlag.TextWordWrap), words).height()
        if self._cell is self.points and row is self.row():
            tall = max(tall, self.points.tall - 2 * px(PAD))
        return max(px(LINE), tall + 2 * px(PAD)) + self._said_height(row)

    def fit_rows(self) -> None:
        """Every row as tall as its words."""
        for at, row in enumerate(self._model.rows):
            wanted = self._height(row)
            if self.rowHeight(at) != wanted:
                self.setRowHeight(at, wanted)
        self._place()

    def _grown(self) -> None:
        at = self.currentIndex().row()
        if self._cell is self.points and not self._loading and 0 <= at < len(self._model.rows):
            wanted = self._height(self._model.rows[at])
            if self.rowHeight(at) != wanted:
                self.setRowHeight(at, wanted)
                self._place()
                self.scrollTo(self.currentIndex())

    # ---- the open cell

    def _moved(self, now: QModelIndex, before: QModelIndex) -> None:
        if self._cell is not None:
            self._loading = True
            self._settle(before)
            self._loading = False
        if 0 <= before.row() < len(self._model.rows) and before.row() != now.row():
            self._look_at(self._model.rows[before.row()])
        self._open()

    def _settle(self, index: QModelIndex) -> None:
        """What was found by letters becomes the cell's value before it is left."""
        cell = self._cell
        if cell is None or not 0 <= index.row() < len(self._model.rows):
            return
        cell.settle()
        self._write(self._model.rows[index.row()], COLUMNS[index.column()], cell.words())

    def settle(self) -> None:
        """Before all is saved: what the open cell holds is the row's."""
        self._settle(self.currentIndex())

    def _look_at(self, row: Row) -> None:
        """A row that is left says what is wrong with it."""
        if self._model.sitting is not None and row.touched:
            self._model.sitting.check(row)
            self.fit_rows()

    def _shut(self) -> None:
        gone, self._cell = self._cell, None  # first: hiding takes the keyboard from it, and that settles an open cell
        if gone is not None:
            gone.hide()

    def _open(self) -> None:
        """The cell at the cursor, with what stands in it."""
        row, column, sitting = self.row(), self.column(), self._model.sitting
        had = self._cell is not None and self._cell.hasFocus()
        self._shut()
        self.viewport().update()
        if row is None or sitting is None or column == "who":
            return
        cell: Cell = self.line
        if column == "points":
            cell = self.points
        elif self.offers.get(column) or column in ("talker", "excuse"):
            cell = self.free if column in ("talker", "excuse") else self.pick
            cell.offered = self.offers.get(column, ())
        own = column in row.own
        words = sitting.shown(row, column)[0] if own else ""
        if column == "points":
            words = str(row.own.get("points") or "")
        behind = "" if own else Sitting.shown(sitting, Row(row.student, "", 0, own={"points": ""}), column)[0]
        self._loading = True
        cell.load(words, behind)
        self._cell = cell
        cell.setAccessibleName(f"{row.name} {HEADS[COLUMNS.index(column)]}")
        self._loading = False
        self.fit_rows()
        cell.show()
        cell.raise_()
        if had or self.hasFocus() or self.isAncestorOf(self.focusWidget() or self):
            cell.setFocus()
        self.scrollTo(self.currentIndex())
        self._place()
        self.walked.emit()

    def _place(self) -> None:
        if self._cell is None:
            return
        box = self.visualRect(self.currentIndex())
        row = self.row()
        if row is not None:
            box.setHeight(box.height() - self._said_height(row))
        if self._cell is self.points:
            self._cell.setFixedWidth(box.width())
            self._cell.move(box.topLeft())
            self._cell.setFixedHeight(max(box.height(), self.points.tall))
        else:
            self._cell.setGeometry(box.left(), box.top(), box.width(), min(box.height(), tokens.now().px(LINE)))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._place()

    def give_focus(self) -> None:
        if self._cell is not None:
            self._cell.setFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.begin()
        self.give_focus()

    def _live(self) -> None:
        row = self.row()
        if self._loading or row is None or self._cell is None or self._cell is not self.sender():
            return
        self._write(row, self.column(), self._cell.words())
        self.edited.emit()

    def _write(self, row: Row, column: str, words: str) -> None:
        sitting = self._model.sitting
        if sitting is None or column == "who":
            return
        value = words if column == "points" and words.strip() else read(column, words, sitting.today)
        if value == row.own.get(column):
            return
        had = bool(row.problems)
        if not row.own and value is not None:
            self._began = column if column in PATH else PATH[0]
        row.set(column, value)
        if had or row.done:
            self.fit_rows()
        self.viewport().update()
        self.edited.emit()

    # ---- going

    def begin(self, student: str = "", column: str = PATH[0]) -> bool:
        """The keyboard to this student's row, or to the first that is not done; whether there is one."""
        rows = self._model.rows
        at = next((n for n, r in enumerate(rows) if (r.student == student if student else not r.done)), None)
        if at is None:
            return False
        self.setCurrentIndex(self._model.index(at, COLUMNS.index(column)))
        self.setFocus()
        self.give_focus()
        return True

    def _to(self, at: int, column: str) -> None:
        if not 0 <= at < len(self._model.rows):
            self._settle(self.currentIndex())
            if (row := self.row()) is not None:
                self._look_at(row)
            self.ended.emit(1 if at > 0 else -1)
            return
        self.setCurrentIndex(self._model.index(at, COLUMNS.index(column)))

    def go_on(self) -> None:
        """Enter: along the path, then the next row that is not done, in the column this one was begun in."""
        row, at, column = self.row(), self.currentIndex().row(), self.column()
        if row is None:
            return
        if row.done and not self._words():
            self.opened.emit(row)
            return
        if row.own or self._words():
            after = [name for name in PATH if COLUMNS.index(name) > COLUMNS.index(column)]
            if after and column not in ("points", "excuse"):
                self._to(at, after[0])
                return
        further = next((n for n in range(at + 1, len(self._model.rows)) if not self._model.rows[n].done), None)
        self._to(len(self._model.rows) if further is None else further, self._began if column != "excuse" else PATH[0])

    def _words(self) -> str:
        return self._cell.words().strip() if self._cell is not None else ""

    def _across(self, by: int) -> None:
        at, place = self.currentIndex().row(), self.currentIndex().column() + by
        if not 1 <= place < len(COLUMNS):
            at, place = at + by, 1 if by > 0 else len(COLUMNS) - 1
        self._to(at, COLUMNS[place])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and watched is self._cell and isinstance(event, QKeyEvent):
            return self._key(event)
        if event.type() == QEvent.Type.FocusOut and watched is self._cell and not self._loading:
            self._settle(self.currentIndex())
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        """Asked before the open cell; True when the key was for the table."""
        key, cell = Qt.Key(event.key()), self._cell
        if cell is None or (cell is self.points and self.points.taker is not None and self.points.taker(event)):
            return cell is not None
        at = self.currentIndex().row()
        plain = event.modifiers() in PLAIN
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and not event.modifiers() & CTRL:
            self._across(-1 if key == Qt.Key.Key_Backtab else 1)
        elif key in ENTER and plain:
            cell.settle()
            self.go_on()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and plain and not cell.holds_up_and_down():
            if cell is self.points and not self.points.at_edge(key):
                return False
            by = 1 if key == Qt.Key.Key_Down else -1
            if at + by >= 0:
                self._to(min(at + by, len(self._model.rows) - 1), self.column())
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) and plain:
            by = 10 if key == Qt.Key.Key_PageDown else -10
            self._to(max(0, min(at + by, len(self._model.rows) - 1)), self.column())
        elif key == Qt.Key.Key_D and event.modifiers() & CTRL:
            self.copy_above(whole=bool(event.modifiers() & SHIFT))
        elif key == Qt.Key.Key_Delete and event.modifiers() == CTRL:
            self.clear_row()
        elif key == Qt.Key.Key_F2 and plain:
            self.correct()
        elif key == Qt.Key.Key_Space and self.column() == "follow_up":
            cell.load("" if self._words() == "是" else "是", "")
        else:
            return False
        return True

    # ---- what is done to a row

    def copy_above(self, *, whole: bool = False) -> None:
        """Ctrl+D: this cell from the row above; with Shift all of its cells."""
        row, sitting = self.row(), self._model.sitting
        if row is None or sitting is None:
            return
        columns = [c for c in COLUMNS if c not in ("who", "excuse")] if whole else [self.column()]
        for column in columns:
            value = sitting.above(row, column)
            if value is not None and value != "" and value is not False:
                row.set(column, value)
        self._again()

    def clear_row(self) -> None:
        """Ctrl+Delete: as if nothing had been typed in it."""
        if (row := self.row()) is not None:
            row.clear()
            self._again()

    def correct(self) -> None:
        """F2: set the talk that is recorded right, here in the row."""
        if (row := self.row()) is not None and row.done:
            row.correct()
            self._again()

    def _again(self) -> None:
        """The open cell anew, after its row was changed from outside it."""
        self._cell_shut_and_open()
        self.edited.emit()

    def _cell_shut_and_open(self) -> None:
        had = self._cell is not None and self._cell.hasFocus()
        self._open()
        if had:
            self.give_focus()

    # ---- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, look = QPainter(self.viewport()), tokens.now()
        painter.setFont(fonts.face("small"))
        painter.setPen(QColor(look.palette.brick))
        for at, row in enumerate(self._model.rows):
            if not row.problems:
                continue
            top, tall = self.rowViewportPosition(at), self.rowHeight(at)
            if top > self.viewport().height() or top + tall < 0:
                continue
            said = self._said_height(row)
            box = QRect(look.px(36), top + tall - said, self.viewport().width() - look.px(50), said - look.px(4))
            painter.drawText(box, int(TOP | Qt.TextFlag.TextWordWrap), _said(row))
        painter.end()


def _said(row: Row) -> str:
    return "；".join(row.problems)
