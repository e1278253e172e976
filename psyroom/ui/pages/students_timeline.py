"""What happened with one student, in lines: kinds to choose from, what was written folded away until it is asked for.

A line is heavy for Qt, so they are built in slices: the first at once, the others when somebody goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from psyroom.rules.time import day_name
from psyroom.rules.typed import clock
from psyroom.services.timeline import KINDS, Line
from psyroom.ui.icons import Glyph
from psyroom.ui.kit import Card, Row, button, link, text
from psyroom.ui.kit.flow import Flow, empty_layout
from psyroom.ui.kit.pills import Pills
from psyroom.ui.kit.reading import Reading
from psyroom.ui.kit.rows import RowWidget
from psyroom.ui.pages import talk_roads
from psyroom.ui.tokens import SPACE

SLICE = 30
"""Lines built at once."""
OPEN_SLICE = 10
"""The same where each shows all that was written."""
STRIPES = {
    "booking": "sky", "visit": "accent", "note": "good", "contact": "good", "step": "amber", "slip": "sky",
    "talk": "good", "care": "amber", "plan": "accent", "feedback": "sky", "home_visit": "sky",
}  # fmt: skip
ICONS = {
    "entry": "identification-card",
    "background": "folder",
    "booking": "calendar-blank",
    "visit": "chats-circle",
    "slip": "envelope-simple",
    "note": "notebook",
    "contact": "phone",
    "talk": "chat-text",
    "care": "heart",
    "plan": "path",
    "feedback": "envelope-open",
    "home_visit": "house-line",
    "attachment": "paperclip",
    "addendum": "note-pencil",
    "step": "flag",
}
NOTHING = "还没有预约或来访。"


class _Head(RowWidget):
    """The line itself. Enter or a click unfolds it (or opens it, where nothing is folded); the space bar opens it."""

    wanted = Signal()

    def __init__(self, row: Row, caret: bool) -> None:
        super().__init__(row)
        self.caret = Glyph("caret-right", size=14) if caret else None
        layout = self.layout()
        if self.caret is not None and layout is not None:
            layout.addWidget(self.caret)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.wanted.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()


class LineWidget(QWidget):
    """One line; what is folded is built when it is first unfolded."""

    walked = Signal(int)
    opened = Signal(object)

    def __init__(self, line: Line, today: date, *, unfolded: bool) -> None:
        super().__init__()
        self.line = line
        when = day_name(line.day) if line.day.year == today.year else line.day.isoformat()
        when += f" {clock(line.starts)}" if line.starts is not None else ""
        do = self.turn if line.body else self._open if opens(line) else None
        self.head = _Head(
            Row(
                what=line.title,
                detail=" · ".join(part for part in (when, line.detail) if part),
                icon="lock-simple" if line.sealed else ICONS[line.kind],
                stripe=STRIPES.get(line.kind, ""),
                open=do,
                key=line.ref,
            ),
            bool(line.body),
        )
        self.head.walked.connect(self.walked.emit)
        self.head.wanted.connect(self._open)
        if line.body:
            self.head.setAccessibleDescription("已收起，回车展开")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.head)
        self.body: QWidget | None = None
        if unfolded:
            self.fold(False)

    def is_open(self) -> bool:
        return self.body is not None and self.body.isVisibleTo(self)

    def turn(self) -> None:
        self.fold(self.is_open())

    def fold(self, on: bool) -> None:
        """Fold away what was written, or show it."""
        if not self.line.body or on != self.is_open():
            return
        if self.body is None:
            self.body = self._written()
            self._column.addWidget(self.body)
        self.body.setVisible(not on)
        if self.head.caret is not None:
            self.head.caret.set("caret-right" if on else "caret-down")
        self.head.setAccessibleDescription("已收起，回车展开" if on else "已展开，回车收起")

    def _written(self) -> QWidget:
        made = QWidget(self)
        column = QVBoxLayout(made)
        column.setContentsMargins(SPACE * 2 + 4, 0, SPACE, SPACE)
        column.setSpacing(4)
        column.addWidget(Reading(self.line.body))
        if opens(self.line):
            column.addWidget(
                link(f"{_WORDS.get(self.line.kind, '打开')}（空格）", self._open), 0, Qt.AlignmentFlag.AlignLeft
            )
        return made

    def _open(self) -> None:
        if opens(self.line):
            self.opened.emit(self.line)


_WORDS = (
    {"note": "打开这份记录", "contact": "打开这份记录", "attachment": "看这个附件"}
    | dict.fromkeys(("addendum", "step", "slip"), "打开所在的记录")
    | dict.fromkeys(talk_roads.TABS, "到一生一谈里看")
)


def opens(line: Line) -> bool:
    """Whether there is somewhere to go from a line."""
    return bool(line.note) or line.kind in ("booking", "visit", "attachment") or talk_roads.leads(line.kind)


class TimeLine(Card):
    """The card 经过. `opened` hands a line on; `print_wanted` the kinds that are shown (empty: all)."""

    help_topic = "timeline"

    opened = Signal(object)
    print_wanted = Signal(object)

    def __init__(self, lines: Sequence[Line], today: date, *, printable: bool = False) -> None:
        super().__init__("经过")
        self._today = today
        self._lines, self.printable = list(lines), printable
        self._widgets: list[LineWidget] = []
        self._all_open = False
        counts = Counter(line.kind for line in lines)
        self.filter = Pills({kind: f"{words} {counts[kind]}" for kind, words in KINDS.items() if counts[kind]})
        self.filter.setAccessibleName("只看哪几种")
        self.filter.edited.connect(self._anew)
        if not lines:
            self.filter.setParent(self)
            self.filter.hide()
            self.add(text(NOTHING, "soft"))
            return
        self._tools(printable)
        self.add(self.filter)
        self.filter.setVisible(len(counts) > 1)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2)
        self.body.addLayout(self._rows)
        self.more = button("", self.go_on, small=True, tip="再往前看")
        self.more.hide()
        self.body.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self._anew()

    def _tools(self, printable: bool) -> None:
        tools = Flow(gap=6)
        self.unfold = button("全部展开", self.turn_all, small=True, shortcut="Alt+E", tip="展开、收起写的内容")
        if any(line.body for line in self._lines):
            tools.add(self.unfold)
        if printable:
            tools.add(
                button(
                    "打印、导出", lambda: self.print_wanted.emit(self.chosen()), small=True,
                    icon_name="printer", shortcut="Ctrl+P", tip="选几种印出来，或存成文件",
                )
            )  # fmt: skip
        self.add(tools)

    # ---- what is shown

    def chosen(self) -> tuple[str, ...]:
        """The kinds that are pressed; none means all."""
        return tuple(self.filter.value())

    def choose(self, kinds: Iterable[str]) -> None:
        """Press these kinds."""
        self.filter.set_value(kinds)
        if self.chosen():
            self._anew()

    def lines(self) -> list[Line]:
        """The lines of the kinds that are pressed; all where none is."""
        wanted = set(self.chosen())
        return [line for line in self._lines if not wanted or line.kind in wanted]

    def widgets(self) -> list[LineWidget]:
        """The lines built so far."""
        return list(self._widgets)

    def _anew(self) -> None:
        empty_layout(self._rows)
        self._widgets = []
        self.go_on()

    def go_on(self) -> None:
        """Build the next slice."""
        shown = self.lines()
        at, size = len(self._widgets), OPEN_SLICE if self._all_open else SLICE
        last: QWidget = self._widgets[-1].head if self._widgets else self.filter
        held = self.more.hasFocus()
        part = QWidget()  # shown as one: Qt would lay the whole card out anew for each line
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for line in shown[at : at + size]:
            made = LineWidget(line, self._today, unfolded=self._all_open)
            made.walked.connect(self._walk)
            made.opened.connect(self.opened.emit)
            column.addWidget(made)
            self._widgets.append(made)
        self._rows.addWidget(part)
        part.show()
        for made in self._widgets[at:]:
            QWidget.setTabOrder(last, made.head)
            last = made.head
        left = len(shown) - len(self._widgets)
        self.more.setText(f"再看 {min(left, size)} 条（还有 {left} 条）")
        self.more.setVisible(left > 0)
        QWidget.setTabOrder(last, self.more)
        if held and at < len(self._widgets):
            self._widgets[at].head.setFocus()

    def turn_all(self) -> None:
        """Unfold everything, or fold it all away again; the keyboard stays at its line."""
        held = next((n for n, widget in enumerate(self._widgets) if widget.head.hasFocus()), None)
        self._all_open = not self._all_open
        self.unfold.setText("全部收起" if self._all_open else "全部展开")
        self._anew()
        if held is not None:
            while len(self._widgets) <= held:
                self.go_on()
            self._widgets[held].head.setFocus()

    def _walk(self, by: int) -> None:
        """Up and down; at the end of what is built the next slice is."""
        at = next((n for n, widget in enumerate(self._widgets) if widget.head.hasFocus()), 0) + by
        if at == len(self._widgets) and len(self.lines()) > at:
            self.go_on()
        if 0 <= at < len(self._widgets):
            self._widgets[at].head.setFocus()
