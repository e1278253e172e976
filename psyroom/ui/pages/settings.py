"""设置: school, calendar, hours, people, look, safety; cards in one column, with a short list of them at the left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QScrollArea, QVBoxLayout, QWidget

from psyroom.services.school import context
from psyroom.store.room import Room
from psyroom.ui import tokens
from psyroom.ui.kit import PageHeader, scrolled
from psyroom.ui.kit.flow import Tall
from psyroom.ui.page import Page
from psyroom.ui.pages.settings_backups import BackupsSection
from psyroom.ui.pages.settings_base import Section
from psyroom.ui.pages.settings_bin import BinSection
from psyroom.ui.pages.settings_enrol import EnrolSection
from psyroom.ui.pages.settings_exports import ExportsSection
from psyroom.ui.pages.settings_hours import HoursSection, TargetSection
from psyroom.ui.pages.settings_notes import NotesSection, PhrasesSection
from psyroom.ui.pages.settings_people import PasswordSection, PeopleSection
from psyroom.ui.pages.settings_rules import RulesSection
from psyroom.ui.pages.settings_safety import LookSection, SafetySection
from psyroom.ui.pages.settings_school import PlacesSection, SchoolSection
from psyroom.ui.pages.settings_talks import TalksSection
from psyroom.ui.pages.settings_terms import TermsSection
from psyroom.ui.pages.settings_timetable import TimetableSection
from psyroom.ui.tokens import FORM_WIDTH, SPACE
from psyroom.ui.window import Shell

Maker = Callable[[Room, Shell], Section]

FOR_COUNSELLOR: tuple[Maker, ...] = (
    SchoolSection, TermsSection, HoursSection, TargetSection, PeopleSection, PasswordSection, EnrolSection, PlacesSection,
    TimetableSection, RulesSection, NotesSection, PhrasesSection, TalksSection, LookSection, BackupsSection, SafetySection, ExportsSection, BinSection,
)  # fmt: skip
FOR_DUTY: tuple[Maker, ...] = (PasswordSection, EnrolSection, LookSection, BinSection)

DUTY_WORDS = "学校、校历、人员和备份由心理教师来设置。"


class Here(Page):
    """The page. A duty person finds here only what he may change."""

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell)
        self.body.addWidget(PageHeader("设置", "" if room.has_cases else DUTY_WORDS))
        across = QHBoxLayout()
        across.setSpacing(SPACE * 3)
        self.list = QListWidget()
        self.list.setObjectName("plain")
        self.list.setAccessibleName("设置的各部分")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        across.addWidget(self.list)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, SPACE, SPACE * 2)
        self._column.setSpacing(SPACE * 2)
        holder = Tall()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(inner, 100)
        line.addStretch(1)
        self._inner = inner
        self.area: QScrollArea = scrolled(holder)
        across.addWidget(self.area, 1)
        self.body.addLayout(across, 1)
        self.sections: list[Section] = []
        for make in FOR_COUNSELLOR if room.has_cases else FOR_DUTY:
            made = make(room, shell)
            self.sections.append(made)
            self._column.addWidget(made)
            self.list.addItem(made.name)
        self._column.addStretch(1)
        self.list.currentRowChanged.connect(self._go)
        self.area.verticalScrollBar().valueChanged.connect(self._follow)
        self._moving = False
        self._fit()
        self.refresh(set())
        self.list.setCurrentRow(0)

    def _fit(self) -> None:
        px = tokens.now().px
        self.list.setFixedWidth((140 + px(140)) // 2)  # slower than the text: small screens
        self._inner.setMaximumWidth(px(FORM_WIDTH))
        for at in range(self.list.count()):
            self.list.item(at).setSizeHint(QSize(px(120), px(36)))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "sections"):
            self._fit()
            for section in self.sections:
                if isinstance(section, LookSection):
                    section.follow()

    def section(self, kind: type[Section]) -> Section:
        return next(section for section in self.sections if isinstance(section, kind))

    def refresh(self, kinds: set[str]) -> None:
        concerned = [section for section in self.sections if section.concerns(kinds)]
        if concerned:
            now = context(self.room)
            for section in concerned:
                section.show_school(now)

    def open(self, **target: Any) -> None:
        """`section`: the key of the part to show, such as `calendar`."""
        wanted = target.get("section")
        at = next((n for n, section in enumerate(self.sections) if section.KEY == wanted), None)
        if at is not None:
            self.list.setCurrentRow(at)
            self._go(at)

    # ---- list and column follow each other

    def _go(self, at: int) -> None:
        if self._moving or not 0 <= at < len(self.sections):
            return
        self._moving = True
        layout = self._column
        layout.activate()
        self.area.verticalScrollBar().setValue(self.sections[at].y())
        self._moving = False

    def _follow(self, value: int) -> None:
        if self._moving:
            return
        self._moving = True
        edge = value + self.area.viewport().height() // 3
        at = max((n for n, section in enumerate(self.sections) if section.y() <= edge), default=0)
        if value >= self.area.verticalScrollBar().maximum():
            at = len(self.sections) - 1
        self.list.setCurrentRow(at)
        self._moving = False
