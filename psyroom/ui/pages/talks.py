"""一生一谈: whom have we not talked to? One page of tabs: coverage, table entry, class teachers' sheets, plans, feedback, home
visits. A tab is built when it is first shown."""

from __future__ import annotations

import importlib
import importlib.util
from datetime import datetime
from typing import Any, Protocol, cast

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.rules import coverage as rule
from psyroom.services import coverage, hours
from psyroom.store.room import Room
from psyroom.ui.kit import SideSheet, text
from psyroom.ui.kit.tabs import Tabs
from psyroom.ui.page import Page
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

TABS = (
    ("cover", "覆盖", "psyroom.ui.pages.talks_cover"),
    ("table", "录入", "psyroom.ui.pages.talk_table"),
    ("sheets", "班主任表", "psyroom.ui.pages.talk_sheets_tab"),
    ("plans", "方案", "psyroom.ui.pages.plans"),
    ("feedback", "反馈", "psyroom.ui.pages.feedback"),
    ("visits", "家访", "psyroom.ui.pages.home_visits"),
)
"""Key, name and module of each tab; its module holds a class `Tab`, made with the page."""


COUNTED = {"talk", "talk_excuse", "talk_rules", "student", "school", "term", "calendar_day", "calendar_year"}
"""Records the badge counts from."""


class TabHere(Protocol):
    """What the page asks of a tab, beside being a widget."""

    def refresh(self, kinds: set[str]) -> None:
        """Records of these kinds changed; empty: anything may have."""

    def shown(self) -> None:
        """The tab came to the front."""

    def open(self, **target: Any) -> None:
        """Go to one item of it."""


class _Shelf(QStackedWidget):
    """Asks for the room of the tab in sight, not of the widest: the side sheet then finds its place beside it."""

    def sizeHint(self) -> QSize:
        widget = self.currentWidget()
        return widget.sizeHint() if widget is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        widget = self.currentWidget()
        return widget.minimumSizeHint() if widget is not None else super().minimumSizeHint()


class Here(Page):
    """The page. Tabs share `sheet` (a side sheet at its right, shut when another tab comes) and `cover`/`back` (a widget in
    the place of the whole page)."""

    counts = True

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell)
        self.tabs = {key: (name, module) for key, name, module in TABS if importlib.util.find_spec(module)}
        self.made: dict[str, QWidget] = {}
        self._missed: dict[str, set[str]] = {}
        self.stack = QStackedWidget()
        self.body.addWidget(self.stack, 1)
        self.browse = QWidget()
        column = QVBoxLayout(self.browse)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        head = QHBoxLayout()
        head.setSpacing(SPACE * 3)
        head.addWidget(text("一生一谈", "title", wrap=False))
        self.strip = Tabs([(key, name) for key, (name, _module) in self.tabs.items()], "Ctrl+")
        self.strip.walked.connect(self.show_tab)
        head.addWidget(self.strip)
        head.addStretch(1)
        column.addLayout(head)
        self.place = _Shelf()
        column.addWidget(self.place, 1)
        self.stack.addWidget(self.browse)
        self.sheet = SideSheet()
        self.across.addWidget(self.sheet)
        self.now_shown = ""
        for at, key in enumerate(self.tabs, 1):  # Alt and a figure is a page of the window
            keys = QShortcut(QKeySequence(f"Ctrl+{at}"), self)
            keys.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            keys.activated.connect(lambda key=key: self.show_tab(key))
        self._todo: int | None = None
        if self.tabs:  # the window builds its pages ahead: the first showing then need not wait for the first tab
            self._built(next(iter(self.tabs)))
        self._count()

    def now(self) -> datetime:
        return hours.local_now(self.room)

    # ---- tabs

    def show_tab(self, key: str) -> QWidget | None:
        """Bring a tab to the front; what covers the page goes first. None where there is no such tab."""
        if key not in self.tabs:
            return None
        self.back()
        if key != self.now_shown:
            self.sheet.shut()
        self.now_shown = key
        self.strip.mark(key)
        widget = self._built(key)
        self.place.setCurrentWidget(widget)
        self.place.updateGeometry()
        if (missed := self._missed.pop(key, None)) is not None:
            self.tab(key).refresh(missed)
        self.tab(key).shown()
        return widget

    def tab(self, key: str) -> TabHere:
        return cast(TabHere, self._built(key))

    def _built(self, key: str) -> QWidget:
        if key not in self.made:
            made: QWidget = importlib.import_module(self.tabs[key][1]).Tab(self)
            self.made[key] = made
            self.place.addWidget(made)
        return self.made[key]

    def refresh(self, kinds: set[str]) -> None:
        """The tab in sight is told at once, the others when they are shown."""
        if not kinds or kinds & COUNTED:
            self._count()
        for key in self.made:
            if key == self.now_shown and self.isVisible() and self.stack.currentWidget() is self.browse:
                self.tab(key).refresh(kinds)
            else:
                before = self._missed.get(key, kinds)
                self._missed[key] = before | kinds if before and kinds else set()

    def shown(self) -> None:
        first = self.now_shown or next(iter(self.tabs), "")
        if first and self.stack.currentWidget() is self.browse:
            self.show_tab(first)

    def open(self, **target: Any) -> None:
        """`tab`: which one; the rest is the tab's own."""
        wanted = str(target.pop("tab", "") or self.now_shown)
        if self.show_tab(wanted) is not None and target:
            self.tab(wanted).open(**target)

    def _count(self) -> None:
        """How many talks this week still needs: its share of those left when it began, less those it had."""
        found = coverage.of(self.room, self.now())
        week = found.total.by_week[found.week - 1] if found.week else 0
        needed = rule.needed_per_week(found.total.left + week, found.weeks) if found.week else 0
        self._todo = max(min(needed - week, found.total.left), 0) or None

    def badge(self) -> int | None:
        return self._todo

    # ---- in the page's place

    def cover(self, widget: QWidget) -> None:
        """Put a widget into the page's place. One that has `flush` keeps what was typed when it goes."""
        self.back()
        self.sheet.shut()
        self.stack.addWidget(widget)
        self.stack.setCurrentWidget(widget)
        if hasattr(widget, "focus_first"):
            widget.focus_first()

    def back(self) -> None:
        """To the tabs again, told what changed meanwhile."""
        covering = self.stack.currentWidget()
        if covering is None or covering is self.browse:
            return
        if hasattr(covering, "flush"):
            covering.flush()
        self.stack.setCurrentWidget(self.browse)
        self.stack.removeWidget(covering)
        covering.deleteLater()
        if (missed := self._missed.pop(self.now_shown, None)) is not None:
            self.tab(self.now_shown).refresh(missed)
        if self.now_shown:
            self.tab(self.now_shown).shown()

    def help_topic(self) -> str:
        """The topic the side sheet names, what covers the page, or the tab in sight."""
        above = super().help_topic()
        named = getattr(self.made.get(self.now_shown), "help_topic", "")
        return above or (named if isinstance(named, str) else "") or "talks"
