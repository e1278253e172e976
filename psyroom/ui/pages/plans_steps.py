"""Goals and steps of a plan as a table to be filled by the keyboard: Enter goes from cell to cell, an empty line always
waits at the end; what came of a step stands under it once it is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.records.care import REACHED
from psyroom.rules import plans as rules
from psyroom.ui import tokens
from psyroom.ui.kit import Choice, DayField, text, tool
from psyroom.ui.kit.sheet import into_sight
from psyroom.ui.kit.texts import ENTER
from psyroom.ui.pages.plans_parts import DAY, Cell
from psyroom.ui.tokens import SPACE

HEADS = ("目标", "措施", "负责人", "完成日期")
WHO = 100  # pixels at 100 %
_DAYS = ("due", "done_on")


class StepRow(QWidget):
    """One step: what for, what is done, who, until when; under it the result."""

    edited = Signal()
    dropped = Signal()
    onward = Signal()

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        self.step = ""
        self._filling = False
        self._today = today
        px = tokens.now().px
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        self.grid = QGridLayout()
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(6)
        self.goal = Cell("要达到什么", "目标")
        self.what = Cell("做什么，多久一次", "措施")
        self.who = Cell("谁来做", "负责人")
        self.who.setFixedWidth(px(WHO))
        self.due = DayField("如 10.8", today=today)
        self.due.setAccessibleName("完成日期")
        self.due.setFixedWidth(px(DAY))
        self.drop = tool("x", "去掉这一条（Alt+Del）", self.dropped.emit)
        keeps = self.drop.sizePolicy()
        keeps.setRetainSizeWhenHidden(True)  # the columns stand under each other
        self.drop.setSizePolicy(keeps)
        for at, widget in enumerate((self.goal, self.what, self.who, self.due, self.drop)):
            self.grid.addWidget(widget, 0, at, Qt.AlignmentFlag.AlignTop)
        self.grid.setColumnStretch(0, 2)
        self.grid.setColumnStretch(1, 3)
        whole.addLayout(self.grid)
        self.after = QWidget()
        line = QHBoxLayout(self.after)
        line.setContentsMargins(SPACE * 2, 0, 0, 4)
        line.setSpacing(6)
        line.addWidget(text("结果", "soft", wrap=False))
        self.reached = Choice({"": "还没有", **{key: words for key, words in REACHED.items() if key}}, as_list=True)
        self.reached.setAccessibleName("结果")
        line.addWidget(self.reached)
        self.result = Cell("有什么变化，写看到的", "结果说明")
        line.addWidget(self.result, 1)
        self.done_on = DayField("哪天，默认今天", today=today)
        self.done_on.setAccessibleName("完成于")
        self.done_on.setFixedWidth(px(DAY))
        line.addWidget(self.done_on)
        line.addSpacing(self.drop.sizeHint().width() + 6)
        whole.addWidget(self.after)
        self.after.hide()
        self.late = text("", "error")
        whole.addWidget(self.late)
        self.late.hide()
        for control in (self.goal, self.what, self.who, self.due, self.reached, self.result, self.done_on):
            control.edited.connect(self._on_edit)
        gone = QShortcut(QKeySequence("Alt+Del"), self)  # with Ctrl a field takes it for a word
        gone.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        gone.activated.connect(self.dropped)
        self.goal.onward.connect(self.what.setFocus)
        self.what.onward.connect(self.who.setFocus)
        self.who.onward.connect(self.due.setFocus)
        self.result.onward.connect(self.done_on.setFocus)

    def stops(self) -> list[QWidget]:
        """What the keyboard meets, in order."""
        combo = self.reached.focusProxy() or self.reached
        return [self.goal, self.what, self.who, self.due, self.drop, combo, self.result, self.done_on]

    def is_empty(self) -> bool:
        lines = (self.goal, self.what, self.who, self.result)
        return not any(one.value() for one in lines) and not self.due.text().strip() and not self.reached.value()

    def value(self) -> dict[str, Any]:
        """As a draft keeps it; a day that cannot be read as it was typed."""
        return {
            "id": self.step, "goal": self.goal.value(), "step": self.what.value(), "who": self.who.value(),
            "due": _plain(self.due.value()), "reached": self.reached.value() or "", "result": self.result.value(),
            "done_on": _plain(self.done_on.value()) if self.reached.value() else None,
        }  # fmt: skip

    def set_value(self, value: Mapping[str, Any]) -> None:
        """What stands in it; `edited` stays silent."""
        self._filling = True
        self.step = str(value.get("id") or "")
        self.goal.set_value(value.get("goal"))
        self.what.set_value(value.get("step"))
        self.who.set_value(value.get("who"))
        self.due.set_value(_day(value.get("due")))
        self.reached.set_value(value.get("reached") or "")
        self.result.set_value(value.get("result"))
        self.done_on.set_value(_day(value.get("done_on")))
        self._filling = False
        self._dress()

    def _on_edit(self) -> None:
        if not self._filling:
            self._dress()
            self.edited.emit()

    def _dress(self) -> None:
        self.drop.setVisible(not self.is_empty())
        reached = bool(self.reached.value())
        self.after.setVisible(bool(self.step) or reached)
        self.done_on.setEnabled(reached)
        due = self.due.value()
        past = isinstance(due, date) and not reached and due < self._today() and bool(self.step)
        self.late.setText(f"{rules.until((due - self._today()).days)}，还没有结果" if past else "")
        self.late.setVisible(past)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.onward.emit()
        else:
            super().keyPressEvent(event)


class StepTable(QWidget):
    """`value()`: a mapping for each line that is not empty, as a draft keeps them; `typed()`: for the deed."""

    edited = Signal()

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        self._today = today
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addLayout(self._heads())
        self._rows: list[StepRow] = []
        self._filling = False
        self.wrong = text("", "error")
        self._column.addWidget(self.wrong)
        self.wrong.hide()
        self._add()

    def _heads(self) -> QGridLayout:
        px, grid = tokens.now().px, QGridLayout()
        grid.setHorizontalSpacing(6)
        for at, words in enumerate(HEADS):
            grid.addWidget(text(words, "label", wrap=False), 0, at)
        grid.setColumnStretch(0, 2)
        grid.setColumnStretch(1, 3)
        grid.setColumnMinimumWidth(2, px(WHO))
        grid.setColumnMinimumWidth(3, px(DAY))
        grid.setColumnMinimumWidth(4, tool("x", "").sizeHint().width())
        return grid

    def rows(self) -> list[StepRow]:
        return list(self._rows)

    def value(self) -> list[dict[str, Any]]:
        return [row.value() for row in self._rows if not row.is_empty()]

    def set_value(self, value: Iterable[Mapping[str, Any]] | None) -> None:
        self._filling = True
        told = [*(value or ()), {}]
        for at, one in enumerate(told):
            if at == len(self._rows):
                self._add()
            self._rows[at].set_value(one)
        for row in self._rows[len(told) :]:
            self._remove(row)
        self._filling = False

    def typed(self) -> list[dict[str, Any]]:
        """Errors: `NotValid` (`steps`) where a day cannot be read."""
        for at, row in enumerate(self._rows, 1):
            for day in (row.due, row.done_on):
                if not day.readable():
                    raise NotValid({"steps": f"第 {at} 条措施：{day.unreadable}"})
        return [{**row, **{name: _day(row[name]) for name in _DAYS}} for row in self.value()]

    def add(self, values: Mapping[str, Any]) -> None:
        """One more, in the empty line at the end; the keyboard goes to it."""
        row = self._rows[-1]
        row.set_value(values)
        self._on_edit()
        row.goal.setFocus()
        QTimer.singleShot(30, row, partial(into_sight, row))  # once the new empty line has its place

    def problem(self, sentence: str) -> None:
        self.wrong.setText(sentence)
        self.wrong.setVisible(bool(sentence))
        if sentence:
            into_sight(self.wrong)

    def focus_wrong(self) -> None:
        """The keyboard to the first line that cannot stand."""
        for row in self._rows:
            for day in (row.due, row.done_on):
                if not day.readable():
                    return day.setFocus()
            if not row.is_empty() and not (row.goal.value() or row.what.value()):
                return row.goal.setFocus()
        self._rows[0].goal.setFocus()

    def _add(self) -> None:
        row = StepRow(self._today)
        row.edited.connect(self._on_edit)
        row.dropped.connect(partial(self._drop, row))
        row.onward.connect(partial(self._onward, row))
        self._column.insertWidget(self._column.count() - 1, row)
        row.set_value({})
        if self._rows:
            for before, after in pairwise((self._rows[-1].stops()[-1], *row.stops())):
                QWidget.setTabOrder(before, after)
        self._rows.append(row)

    def _onward(self, row: StepRow) -> None:
        at = self._rows.index(row)
        if at + 1 < len(self._rows):
            self._rows[at + 1].goal.setFocus()
        else:
            self.focusNextChild()

    def _drop(self, row: StepRow) -> None:
        if row is self._rows[-1]:
            return
        at = self._rows.index(row)
        self._rows[at + 1].goal.setFocus()
        self._remove(row)
        self._on_edit()

    def _remove(self, row: StepRow) -> None:
        self._rows.remove(row)
        row.hide()
        row.deleteLater()

    def _on_edit(self) -> None:
        if self._filling:
            return
        self.problem("")
        if not self._rows[-1].is_empty():
            self._add()
        self.edited.emit()


def _plain(day: Any) -> Any:
    return day.isoformat() if isinstance(day, date) else day


def _day(day: Any) -> Any:
    """A date as it is or as a draft kept it; what could not be read stays as it was typed."""
    try:
        return date.fromisoformat(day) if isinstance(day, str) and day else day or None
    except ValueError:
        return day
