"""Parts of the print chooser: whose slips are printed, and what a calendar file would say."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.rules.time import day_name
from psyroom.rules.typed import span
from psyroom.services.ics import Busy
from psyroom.services.papers import Choosable
from psyroom.ui import tokens
from psyroom.ui.kit import Card, Check, EmptyState, Row, RowList, quiet, scrolled, text
from psyroom.ui.tokens import SPACE


class WhomList(Card):
    """Bookings with a tick each; at first all are ticked."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__(pad=1)
        self.setFixedWidth(tokens.now().px(280))
        head = QHBoxLayout()
        self.count = text("", "strong", wrap=False)
        head.addWidget(self.count, 1)
        self.all = quiet("全不选", self._toggle, small=True)
        head.addWidget(self.all)
        self.body.addLayout(head)
        self._holder = QWidget()
        self._column = QVBoxLayout(self._holder)
        self._column.setContentsMargins(0, 0, SPACE, 0)
        self._column.setSpacing(2)
        self.body.addWidget(scrolled(self._holder), 1)
        self._checks: dict[str, Check] = {}
        self._quietly = False

    def show_bookings(self, listed: Sequence[Choosable], *, one_day: bool, to_class: bool) -> None:
        """The bookings of the days; those unticked before stay so. `to_class`: only those who are called out of class."""
        off = {key for key, check in self._checks.items() if not check.value()}
        while self._column.count():
            item = self._column.takeAt(0)
            if item is not None and (gone := item.widget()) is not None:
                gone.hide()
                gone.deleteLater()
        self._checks = {}
        day = None
        for one in listed:
            if to_class and one.client not in ("student", "group"):
                continue
            if not one_day and one.day != day:
                day = one.day
                self._column.addWidget(text(day_name(day), "label", wrap=False))
            check = Check(f"{one.span}  {one.who}")
            check.setToolTip(" · ".join(filter(None, (one.class_name, one.person_name))))
            check.set_value(one.id not in off)
            check.edited.connect(self._changed)
            self._checks[one.id] = check
            self._column.addWidget(check)
        if not self._checks:
            self._column.addWidget(
                text("这几天没有还没到的预约。" if not one_day else "这一天没有还没到的预约。", "soft")
            )
        self._column.addStretch(1)
        self._count()

    def chosen(self) -> list[str]:
        """The ids of the ticked bookings."""
        return [key for key, check in self._checks.items() if check.value()]

    def checks(self) -> list[Check]:
        return list(self._checks.values())

    def _count(self) -> None:
        self.count.setText(f"印 {len(self.chosen())} 个预约")
        self.all.setText("全选" if len(self.chosen()) < len(self._checks) else "全不选")
        self.all.setEnabled(bool(self._checks))

    def _changed(self) -> None:
        if not self._quietly:
            self._count()
            self.edited.emit()

    def _toggle(self) -> None:
        on = len(self.chosen()) < len(self._checks)
        self._quietly = True
        for check in self._checks.values():
            check.set_value(on)
        self._quietly = False
        self._changed()


class BusyView(QWidget):
    """What the calendar file says, line by line."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        card = Card(pad=2)
        self.count = text("", "strong", wrap=False)
        card.add(self.count)
        self.rows = RowList()
        self.none = EmptyState("calendar-blank", "这几天没有预约", "换几天，或换一位老师看看。")
        inner = QWidget()
        within = QVBoxLayout(inner)
        within.setContentsMargins(0, 0, 0, 0)
        within.addWidget(self.rows)
        within.addWidget(self.none)
        within.addStretch(1)
        card.body.addWidget(scrolled(inner), 1)
        column.addWidget(card, 1)

    def show_busy(self, listed: Sequence[Busy]) -> None:
        self.count.setText(f"文件里有 {len(listed)} 条" if listed else "")
        self.count.setVisible(bool(listed))
        self.none.setVisible(not listed)
        self.rows.set_rows(
            [
                Row(
                    "忙" if one.stands else "已取消",
                    day_name(one.day),
                    lead=span(one.starts, one.ends),
                    stripe="accent" if one.stands else "",
                )
                for one in listed
            ]
        )
