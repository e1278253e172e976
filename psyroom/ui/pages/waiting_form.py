"""The form of the waiting list: who waits, for how long a time, and when it suits, ticked or typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from psyroom.records.booking import CLIENTS, WAYS
from psyroom.records.waiting import WaitingFields
from psyroom.rules.time import WEEKDAYS
from psyroom.rules.waiting import Window, band_names, typed_windows, until, windows_words
from psyroom.services import drafts, waiting
from psyroom.services.waiting import DayBand
from psyroom.store.room import Room
from psyroom.ui import drafting, fonts, tokens
from psyroom.ui.kit import Choice, DayField, Field, Form, NumberField, Picker, TextField, quiet, text
from psyroom.ui.pages.bookings_form import receivers, student_found, students_found

WHO = {code: words for code, words in CLIENTS.items() if code != "group"}
ANYBODY = "哪位老师都行"
DAYS = 5
TYPED_HINT = "如：周四 16:40-17:30；一个都不选就是什么时间都行"


class BandGrid(QWidget):
    """Weekdays across, bands of the day down; arrows walk, space ticks, a band's name ticks its whole row."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.bands: Sequence[DayBand] = ()
        self.ticked: set[tuple[str, int]] = set()
        self._at = (0, 0)  # row, column; column 0 is the band's name
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("合适的时间")

    def set_bands(self, bands: Sequence[DayBand]) -> None:
        self.bands = bands
        self.ticked = {(key, day) for key, day in self.ticked if key in {band.key for band in bands}}
        self._at = (min(self._at[0], max(len(bands) - 1, 0)), self._at[1])
        self.updateGeometry()
        self.update()

    def value(self) -> tuple[Window, ...]:
        """The ticked bands as windows."""
        by_key = {band.key: band for band in self.bands}
        found = [w for key, day in self.ticked for w in by_key[key].windows(day)]
        return tuple(sorted(found, key=lambda w: (w.weekday, w.starts)))

    def set_value(self, windows: Sequence[Window]) -> tuple[Window, ...]:
        """Tick what the windows hold of whole bands; returns those that are no band, for typing."""
        wanted, self.ticked = set(windows), set()
        for band in self.bands:
            for day in range(1, DAYS + 1):
                if (mine := set(band.windows(day))) and mine <= wanted:
                    self.ticked.add((band.key, day))
        self.update()
        return tuple(w for w in windows if w not in set(self.value()))

    def toggle(self, row: int, column: int) -> None:
        """Tick or clear a cell; column 0 does so with the whole row."""
        if not 0 <= row < len(self.bands):
            return
        key = self.bands[row].key
        cells = {(key, day) for day in (range(1, DAYS + 1) if column == 0 else (column,))}
        self.ticked = self.ticked - cells if cells <= self.ticked else self.ticked | cells
        self.setAccessibleDescription(windows_words(self.value(), self._names()))
        self.update()
        self.edited.emit()

    def _names(self) -> dict[tuple[int, int], str]:
        return band_names({band.key: band.spans for band in self.bands})

    # ---- painting

    def sizeHint(self) -> QSize:
        px = tokens.now().px
        return QSize(px(300), px(26) + px(34) * max(len(self.bands), 1))

    def cell(self, row: int, column: int) -> QRectF:
        """Where a cell stands; row -1 are the weekdays."""
        px = tokens.now().px
        head, name = px(26), px(64)
        wide = (self.width() - name) / DAYS
        top = 0 if row < 0 else head + px(34) * row
        height = head if row < 0 else px(34)
        if column == 0:
            return QRectF(0, top, name, height)
        return QRectF(name + wide * (column - 1), top, wide, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = tokens.now(), QPainter(self)
        p = look.palette
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.face("small"))
        painter.setPen(QColor(p.soft))
        middle = Qt.AlignmentFlag.AlignCenter
        for day in range(1, DAYS + 1):
            painter.drawText(self.cell(-1, day), middle, f"周{WEEKDAYS[day - 1]}")
        for row, band in enumerate(self.bands):
            painter.setFont(fonts.face())
            painter.setPen(QColor(p.ink))
            name = self.cell(row, 0)
            painter.drawText(name, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, band.name)
            if self.hasFocus() and self._at == (row, 0):
                painter.setPen(QPen(QColor(p.accent), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(name.adjusted(-1, 3, -6, -3), 4, 4)
            for day in range(1, DAYS + 1):
                self._paint_cell(painter, row, day, (band.key, day) in self.ticked)
        painter.end()

    def _paint_cell(self, painter: QPainter, row: int, day: int, on: bool) -> None:
        look = tokens.now()
        p, box = look.palette, self.cell(row, day).adjusted(3, 3, -3, -3)
        here = self.hasFocus() and self._at == (row, day)
        painter.setPen(QPen(QColor(p.accent if on or here else p.line_strong), 2 if here else 1))
        painter.setBrush(QColor(p.accent_wash if on else p.card))
        painter.drawRoundedRect(box, tokens.RADIUS, tokens.RADIUS)
        if on:
            centre, unit = box.center(), look.px(5)
            painter.setPen(QPen(QColor(p.accent_ink), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            bend = QPointF(centre.x() - unit * 0.2, centre.y() + unit * 0.8)
            painter.drawLine(QPointF(centre.x() - unit, centre.y()), bend)
            painter.drawLine(bend, QPointF(centre.x() + unit * 1.2, centre.y() - unit * 0.8))

    # ---- keys and mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row, column = self._at
        walk = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
        }.get(Qt.Key(event.key()))  # fmt: skip
        if walk is not None:
            self._at = (
                max(0, min(row + walk[0], len(self.bands) - 1)),
                max(0, min(column + walk[1], DAYS)),
            )
            self.update()
        elif event.key() == Qt.Key.Key_Space:
            self.toggle(row, column)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for row in range(len(self.bands)):
            for column in range(DAYS + 1):
                if self.cell(row, column).contains(event.position()):
                    self._at = (row, column)
                    self.toggle(row, column)
                    return

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


class WaitingForm(Form):
    """Somebody for the list, or a change of an entry. What is typed for other hours is read into windows at once; no word
    of it is kept."""

    help_topic = "waiting"

    def __init__(self, room: Room, now: Callable[[], datetime], waiting_id: str = "") -> None:
        super().__init__(WaitingFields)
        self.room, self.now, self.waiting_id = room, now, waiting_id
        self.picker = Picker(lambda words: students_found(room, words))
        self._notice = QWidget()
        self.put(self._notice)
        self._notice.hide()
        self.add("client", controls={"client": Choice(WHO)})
        self.add("student", controls={"student": self.picker})
        self.add("name")
        people = receivers(room)
        self.add(
            "minutes",
            "person",
            controls={
                "minutes": NumberField(unit="分钟"),
                "person": Choice({"": ANYBODY, **people}, as_list=True),
            },
            stretch=(1, 2),
        )
        self.grid = BandGrid()
        self.grid_field = Field("合适的时间", self.grid, "空格勾选；勾名称就是每天")
        self.put(self.grid_field)
        self.typed = TextField(TYPED_HINT.split("；")[0])
        self.typed_field = Field("其它时间", self.typed, TYPED_HINT.split("；")[1])
        self.put(self.typed_field)
        self.add("expires", controls={"expires": DayField(today=lambda: now().date())})
        self.add("channel")
        self.add("way", controls={"way": Choice(WAYS, as_list=True)})
        self.fields["client"].control.edited.connect(self._kind)
        self.picker.picked.connect(self._stage)
        self.picker.picked.connect(lambda _found: self.fields["minutes"].control.setFocus())
        self.picker.fresh.connect(self._nobody)
        self.grid.edited.connect(self._on_edit)
        self.typed.edited.connect(self._read)
        self.grid.set_bands(waiting.day_bands(room, now().date()))
        self.set_values({"expires": until(now().date())})
        self._kind()
        self._draft = drafting.watch(self, lambda _typed: drafts.save(room, waiting.FORM, waiting_id, self.kept()))

    # ---- filling

    def fill(self, values: Mapping[str, Any], windows: Sequence[Window] = ()) -> None:
        """Put values in: a student by id, days as they are or as a draft kept them."""
        values = {k: v for k, v in values.items() if v is not None}
        student = str(values.pop("student", "") or "")
        expires = values.get("expires")
        if isinstance(expires, str):
            try:
                values["expires"] = date.fromisoformat(expires)
            except ValueError:
                del values["expires"]
        self.set_values(values)
        self._loading = True
        self.picker.set_value(student_found(self.room, student) if student else None)
        self._stage()
        others = self.grid.set_value(windows)
        self.typed.set_value(windows_words(others, {}) if others else "")
        self._kind()
        self._read()
        self._loading = False

    def notice(self, words: str, do: Callable[[], object], label: str) -> None:
        """A line above the form, with one quiet way out of it."""
        line = QHBoxLayout(self._notice)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(text(words, "small"), 1)
        line.addWidget(quiet(label, do, small=True))
        self._notice.show()

    def values(self) -> dict[str, Any]:
        """The entry's fields; what does not belong to the kind is left out."""
        found = super().values()
        if found["client"] == "teacher":
            found["student"] = ""
        else:
            found["name"] = ""
        return {**found, "student": found["student"] or ""}

    def windows(self) -> tuple[Window, ...] | None:
        """Ticked and typed; None with a sentence where the typing cannot be read."""
        typed = typed_windows(self.typed.value(), self._spans())
        if typed is None:
            self.typed_field.problem(f"看不懂，请写成 {TYPED_HINT.split('；')[0][2:]}")
            self.typed.setFocus()
            return None
        return tuple(dict.fromkeys([*self.grid.value(), *typed]))

    def kept(self) -> dict[str, Any]:
        """What may be kept of a form not saved: the fields, and the windows as they were read, never the typing."""
        typed = typed_windows(self.typed.value(), self._spans()) or ()
        windows = [(w.weekday, w.starts, w.ends) for w in (*self.grid.value(), *typed)]
        return {**self.values(), "windows": windows}

    def forget(self) -> None:
        """The deed is done, or the typing given up: no draft any more."""
        self._draft.forget()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not self.room.closed:
            self._draft.flush()

    def _spans(self) -> dict[str, Sequence[tuple[int, int]]]:
        return {band.key: band.spans for band in self.grid.bands}

    def _stage(self, *_: object) -> None:
        """The bands of the day are those of the student's stage."""
        student = self.picker.value() or ""
        self.grid.set_bands(waiting.day_bands(self.room, self.now().date(), student))

    def _kind(self) -> None:
        kind = self.fields["client"].value()
        self.fields["student"].setVisible(kind in ("student", "parent"))
        self.fields["student"].label.setText("学生" if kind == "student" else "哪位学生的家长")
        self.fields["name"].setVisible(kind == "teacher")
        self.fields["name"].set_hint("")

    def _read(self) -> None:
        """Say how the typing was read."""
        words = self.typed.value()
        found = typed_windows(words, self._spans()) if words else None
        names = band_names(self._spans())
        self.typed_field.set_hint(
            f"读作：{windows_words(found, names)}" if found else "" if words else TYPED_HINT.split("；")[1]
        )
        if not self._loading:
            self._on_edit()

    def _nobody(self, words: str) -> None:
        self.fields["student"].problem(f"名册里没有“{words}”；新来的学生请心理教师先在“学生”里添加")

    def show_problems(self, problem: Any) -> None:
        """The sentence about windows stands under the grid."""
        if sentence := problem.fields.get("windows"):
            self.grid_field.problem(sentence)
        super().show_problems(problem)
        if sentence and len(problem.fields) == 1:
            self.say("")
            self.grid.setFocus()

    def focus_first(self) -> None:
        if self.fields["client"].value() == "teacher":
            self.fields["name"].control.setFocus()
        elif not self.picker.value():
            self.picker.setFocus()
        else:
            self.fields["minutes"].control.setFocus()
