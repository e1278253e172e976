"""The left of 家访: the visits of the semester, and which families have not been visited yet as the region counts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from psyroom.records.care import VISITED
from psyroom.rules import names
from psyroom.services.home_visits import AHEAD, HomeVisitSeen
from psyroom.services.home_visits_counted import Counted, CountedRow
from psyroom.ui.kit import Choice, Column, Table
from psyroom.ui.kit.picker import FindLine
from psyroom.ui.pages.feedback_pane import NothingHere
from psyroom.ui.tokens import SPACE

VISITS, DUE, NONE = "visits", "due", "none"
SHORT = {"on_site": "实地", "telephone": "电话", "online": "微信"}
TONES = {"on_site": "good", "telephone": "sky", "online": "sky"}


def return_words(seen: HomeVisitSeen, today: date) -> str:
    """How the return visit stands: `已回访`, `回访 3 天后`, `回访过期 2 天`; empty where none is planned."""
    if seen.next_done is not None:
        return "已回访"
    due = seen.fields.next_on
    if due is None:
        return ""
    days = (due - today).days
    if days < 0:
        return f"过期 {-days} 天"
    return "今天回访" if days == 0 else f"{days} 天后" if days <= AHEAD else f"{due.month}.{due.day}"


def return_tone(seen: HomeVisitSeen, today: date) -> str:
    due = seen.fields.next_on
    if seen.next_done is not None or due is None:
        return "good" if seen.next_done is not None else ""
    return "brick" if due < today else "amber" if (due - today).days <= AHEAD else ""


def is_due(seen: HomeVisitSeen, today: date) -> bool:
    """Whether a return visit is near or past and has not been made."""
    due = seen.fields.next_on
    return due is not None and seen.next_done is None and (due - today).days <= AHEAD


class VisitList(QWidget):
    """`chosen` with a visit when the line changes, `opened` at Enter; `wanted` with a student or a teacher's name who has
    not been visited, or has not gone."""

    chosen = Signal(object)
    opened = Signal(object)
    wanted = Signal(object)

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        self._today = today
        self._visits: Sequence[HomeVisitSeen] = ()
        self._missing: Sequence[CountedRow] = ()
        self._per = "student"
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        self.filter = Choice({VISITS: "家访", DUE: "待回访", NONE: "还没家访"}, as_list=False)
        self.filter.edited.connect(self._show)
        column.addWidget(self.filter)
        self.seek = FindLine("学生、首字母或家访教师  Ctrl+F", "在家访里找")
        self.seek.textChanged.connect(lambda _words: self._show())
        self.seek.returnPressed.connect(self.focus_list)
        column.addWidget(self.seek)
        self.stack = QStackedWidget()
        column.addWidget(self.stack, 1)
        self.table = Table(
            [
                Column("日期", lambda v: f"{v.fields.day.month}.{v.fields.day.day}", lambda v: v.fields.day, width=66),
                Column("学生", lambda v: v.name or "（已删除）", width=76, tip=lambda v: v.class_name),
                Column("形式", lambda v: SHORT[v.fields.way], tone=lambda v: TONES[v.fields.way], width=64),
                Column("回访", lambda v: return_words(v, today()), lambda v: v.fields.next_on or date.max,
                       tone=lambda v: return_tone(v, today()), width=92),
                Column("家访教师", lambda v: "、".join(v.teachers), tip=lambda v: "、".join(v.teachers)),
            ],
            row_height=34,
        )  # fmt: skip
        self.table.setAccessibleName("家访")
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.chosen.connect(self.chosen)
        self.table.opened.connect(self.opened)
        self.stack.addWidget(self.table)
        self.left_out = Table(
            [
                Column("班级", lambda row: row.class_name, lambda row: row.class_key, width=118),
                Column("姓名", lambda row: row.name, width=92),
                Column("这学期", _so_far),
            ],
            row_height=34,
        )
        self.left_out.setAccessibleName("还没有家访的")
        self.left_out.opened.connect(self.wanted)
        self.stack.addWidget(self.left_out)
        self.nobody = NothingHere("")
        self.stack.addWidget(self.nobody)

    def show_visits(self, visits: Sequence[HomeVisitSeen], counted: Counted) -> None:
        """The visits of the semester, and those whom the count still misses."""
        self._visits, self._per = visits, counted.per
        self._missing = [row for row in counted.rows if not row.done]
        due = sum(1 for seen in visits if is_due(seen, self._today()))
        whom = "还没家访" if counted.per == "student" else "还没去的教师"
        self.filter.set_choices(
            {VISITS: f"家访 {len(visits)}", DUE: f"待回访 {due}", NONE: f"{whom} {len(self._missing)}"}
        )
        self._show()

    def _show(self) -> None:
        words = self.seek.text().strip()
        none = not words and not self._visits and self.filter.value() == VISITS
        self.nobody.said.setText("这学期还没有登记家访。" if none else "这里没有。换一个筛选看看。")
        kept, held = self.visit(), self.table.hasFocus() or self.left_out.hasFocus()
        if self.filter.value() == NONE:
            rows = [row for row in self._missing if not words or names.matches(words, row.name)]
            self.left_out.set_rows(rows)
            self.stack.setCurrentWidget(self.left_out if rows else self.nobody)
        else:
            due_only = self.filter.value() == DUE
            found = [v for v in self._visits if (not due_only or is_due(v, self._today())) and _fits(v, words)]
            self.table.blockSignals(True)
            self.table.set_rows(found)
            self.choose(kept)
            self.table.blockSignals(False)
            self.stack.setCurrentWidget(self.table if found else self.nobody)
        if held:
            self.focus_list()

    def visit(self) -> str:
        """The visit the keyboard is at; empty for none."""
        seen = self.table.row()
        return seen.id if seen is not None else ""

    def choose(self, visit: str) -> bool:
        """Mark a visit's line, where it is shown."""
        at = next((n for n, seen in enumerate(self.table.rows()) if seen.id == visit), -1)
        if at >= 0 and self.table.currentIndex().row() != at:
            self.table.selectRow(at)
        return at >= 0

    def focus_list(self) -> None:
        now = self.stack.currentWidget()
        (now if now is not None and now is not self.nobody else self.filter).setFocus()


def _so_far(row: CountedRow) -> str:
    """What there is that does not count, or not enough: 电话 1."""
    found = [f"{VISITED[way]} {many} 次" for way, many in row.forms.items() if many]
    return "、".join(found) if found else "还没有"


def _fits(seen: HomeVisitSeen, words: str) -> bool:
    return not words or names.matches(words, seen.name) or any(names.matches(words, one) for one in seen.teachers)
