"""设置 · 我的课表: the counsellor's own lessons, weekday by lesson; no booking can fall into one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from psyroom.rules import typed
from psyroom.rules.time import WEEKDAYS
from psyroom.services import bookings
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room
from psyroom.ui.kit import button, primary, quiet, text
from psyroom.ui.kit.flow import empty_layout
from psyroom.ui.pages.settings_base import Section
from psyroom.ui.window import Shell

SCHOOL_DAYS = tuple(f"周{name}" for name in WEEKDAYS[:5])

SHOWN = 6
"""How many bookings that fall into lessons are named one by one."""

Lesson = tuple[int, int, int]
"""Weekday (1 is Monday), start, end."""


class LessonGrid(QWidget):
    """A button for each lesson of each weekday; arrows walk, Space marks."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(4)
        self.cells: dict[Lesson, QPushButton] = {}
        self._bands: list[tuple[int, int]] = []

    def show_lessons(self, bands: list[tuple[int, int]], held: set[Lesson]) -> None:
        empty_layout(self._grid)
        self.cells, self._bands = {}, bands
        for at, name in enumerate(SCHOOL_DAYS, 1):
            head = text(name, "soft", wrap=False)
            head.setAlignment(Qt.AlignmentFlag.AlignCenter)
            self._grid.addWidget(head, 0, at)
            self._grid.setColumnStretch(at, 1)
        for row, (starts, ends) in enumerate(bands, 1):
            self._grid.addWidget(
                text(f"第 {row} 节  {typed.span(starts, ends)}", "soft", wrap=False, tabular=True), row, 0
            )
            for weekday, name in enumerate(SCHOOL_DAYS, 1):
                cell = QPushButton()
                cell.setProperty("kind", "segment")
                cell.setProperty("place", "only")
                cell.setCheckable(True)
                cell.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
                cell.setAccessibleName(f"{name}第 {row} 节")
                cell.setChecked((weekday, starts, ends) in held)
                cell.toggled.connect(lambda on, cell=cell: cell.setText("有课" if on else ""))
                cell.setText("有课" if cell.isChecked() else "")
                cell.installEventFilter(self)
                self.cells[(weekday, starts, ends)] = cell
                self._grid.addWidget(cell, row, weekday)

    def value(self) -> set[Lesson]:
        return {lesson for lesson, cell in self.cells.items() if cell.isChecked()}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {
                Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
            }.get(Qt.Key(event.key()))  # fmt: skip
            lesson = next((key for key, cell in self.cells.items() if cell is watched), None)
            if step is not None and lesson is not None:
                weekday = min(max(lesson[0] + step[0], 1), len(SCHOOL_DAYS))
                row = min(max(self._bands.index(lesson[1:]) + step[1], 0), len(self._bands) - 1)
                self.cells[(weekday, *self._bands[row])].setFocus()
                return True
        return super().eventFilter(watched, event)


class TimetableSection(Section):
    KEY = "timetable"
    KINDS = frozenset({"timetable", "period"})

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "我的课表", "自己要上的课：这些时间约不进学生。点一下标上，再点一下去掉。")
        self.grid = LessonGrid()
        self.add(self.grid)
        self.other = text("", "soft")
        self.add(self.other)
        self.fallen = text("", "warning")
        self.add(self.fallen)
        self.fallen.hide()
        self.save_button = primary("保存课表", self._save)
        self.back_button = quiet("不改了", self._again)
        self.clear_button = button("全部去掉", self._clear, small=True)
        self.put_row(self.save_button, self.back_button, self.clear_button)
        self._held: set[Lesson] = set()
        self._rest: set[Lesson] = set()

    def show_school(self, now: SchoolContext) -> None:
        bands = sorted({(p.starts, p.ends) for p in now.periods if p.kind == "lesson" and p.holds_on(self.today)})
        self._held = set(bookings.timetable_of(self.room, self.room.person.id))
        shown = {lesson for lesson in self._held if lesson[1:] in bands and lesson[0] <= len(SCHOOL_DAYS)}
        self._rest = self._held - shown
        self.grid.show_lessons(bands, shown)
        for cell in self.grid.cells.values():
            cell.toggled.connect(lambda _on: self._mark())
        words = "、".join(f"周{WEEKDAYS[day - 1]} {typed.span(a, b)}" for day, a, b in sorted(self._rest))
        self.other.setText(f"另有不在现在作息时间里的课：{words}。保存后去掉。" if words else "")
        self.other.setVisible(bool(words))
        if not bands:
            self.other.setText("还没有填作息时间，先在上面“作息时间”里填好每节课的时间。")
            self.other.show()
        self._mark()

    def _mark(self) -> None:
        touched = self.grid.value() != self._held
        self.save_button.setEnabled(touched)
        self.back_button.setVisible(touched and bool(self.grid.cells))
        self.clear_button.setVisible(bool(self.grid.value()))

    def _save(self) -> None:
        lessons = self.grid.value()
        done = self.shell.attempt(
            lambda: bookings.set_timetable(self.room, self.room.person.id, lessons),
            say="课表已保存",
            kinds=("timetable",),
        )
        if done:
            self._warn(done.result)

    def _warn(self, fallen: list[str]) -> None:
        """Bookings there were before the lessons: nothing is taken away, somebody has to move them."""
        more = f"\n还有 {len(fallen) - SHOWN} 个" if len(fallen) > SHOWN else ""
        self.fallen.setText("这些预约落在课上了，请另约时间：\n" + "\n".join(fallen[:SHOWN]) + more if fallen else "")
        self.fallen.setVisible(bool(fallen))

    def _again(self) -> None:
        from psyroom.services import school

        self.show_school(school.context(self.room))

    def _clear(self) -> None:
        for cell in self.grid.cells.values():
            cell.setChecked(False)
