"""Bringing in a duty ledger: choose the file, see what would come in and what is asked, confirm: one deed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import Tell
from psyroom.records.weeks import WHY_AMENDED
from psyroom.services import ledger
from psyroom.services.ledger import LedgerDone
from psyroom.services.week_lock import dates
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.kit import (
    Card,
    Column,
    EmptyState,
    PageHeader,
    Progress,
    Stat,
    Table,
    button,
    day_words,
    primary,
    scrolled,
    text,
)
from psyroom.ui.kit.reasons import ReasonBar
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

PATTERNS = "表格 (*.xlsx *.xls *.et *.csv *.txt *.htm *.html);;所有文件 (*)"


class LedgerImport(QWidget):
    """One page in the opening page's place; `back` returns to it."""

    help_topic = "openings"

    def __init__(self, room: Room, shell: Shell, back: Callable[[], object]) -> None:
        super().__init__()
        self.room, self.shell, self.back = room, shell, back
        self._path: Path | None = None
        self._signed = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.take_button = primary("确认导入", self.take, icon_name="check", shortcut="Ctrl+Return")
        self.take_button.hide()
        column.addWidget(
            PageHeader(
                "导入开放台账",
                "先看清楚会进来什么，再确认；导入后还可以撤销。",
                button("返回", self.back, icon_name="caret-left", shortcut="Esc"),
                button("选择文件", self.choose, icon_name="file-text", shortcut="Ctrl+O"),
                self.take_button,
            )
        )
        self.trouble = text("", "error")
        self.trouble.hide()
        column.addWidget(self.trouble)
        self.progress = Progress("正在读文件……")
        self.progress.hide()
        column.addWidget(self.progress)
        self.empty = EmptyState(
            "file-text",
            "选一份开放（值班）记录",
            "有日期、时间和值班教师几列就行；日期写成 9月1日、2026-09-01、9.1 都认得，同一时间几个人值班不会重复计时。",
            primary("选择文件", self.choose, icon_name="file-text"),
        )
        column.addWidget(self.empty, 1)
        self.result = QWidget()
        found = QVBoxLayout(self.result)
        found.setContentsMargins(0, 0, SPACE, 0)
        found.setSpacing(SPACE * 2)
        sums = Card()
        row = QHBoxLayout()
        row.setSpacing(SPACE * 5)
        self.new, self.same = Stat("新的记录"), Stat("已经有了")
        self.twice, self.bad = Stat("文件里重复"), Stat("要核对")
        for stat in (self.new, self.same, self.twice, self.bad):
            row.addWidget(stat)
        row.addStretch(1)
        sums.body.addLayout(row)
        self.words = text("", "soft")
        sums.add(self.words)
        self.why = ReasonBar()
        sums.add(self.why)
        found.addWidget(sums)
        self.problems = Card("这些行没有进来", "请在原来的表里改好再导一次；已经进来的不会重复。")
        self.table = Table(
            [
                Column("工作表", lambda p: p.sheet, width=160),
                Column("第几行", lambda p: str(p.row), sort=lambda p: p.row, width=90, right=True),
                Column("为什么", lambda p: p.reason),
            ]
        )
        self.problems.add(self.table, 1)
        found.addWidget(self.problems, 1)
        self.rest = QWidget()
        found.addWidget(self.rest, 1)
        self.result_area = scrolled(self.result)
        self.result_area.hide()
        column.addWidget(self.result_area, 1)

    def choose(self) -> None:
        path = ask.open_file(self, "选择开放记录", PATTERNS)
        if path is not None:
            self.look(path)

    def look(self, path: Path) -> None:
        """The dry run."""
        self._path = path
        self._say("")
        self.empty.hide()
        self.result_area.hide()
        self.take_button.hide()
        self.progress.begin("正在读文件……")
        self.progress.show()
        self.shell.run(
            self, lambda: ledger.import_ledger(self.room, path, dry_run=True), done=self._looked, failed=self._failed
        )

    def _looked(self, found: LedgerDone) -> None:
        self.progress.hide()
        self.new.set(str(found.new))
        self.same.set(str(found.unchanged))
        self.twice.set(str(found.repeated))
        self.bad.set(str(len(found.problems)))
        parts = []
        if found.days is not None:
            parts.append(f"从 {day_words(found.days[0])} 到 {day_words(found.days[1])}。")
        if found.new_people:
            parts.append(f"值班名单里会添上：{'、'.join(found.new_people)}。")
        if not found.new:
            parts.append("没有新的记录，不用导入。")
        self._signed = "、".join(dates(monday) for monday in found.signed)
        if found.signed:
            parts.append(f"{self._signed}已经签字，加进去的记录会列为更正。")
        self.words.setText("".join(parts))
        self.table.set_rows(found.problems)
        self.problems.setVisible(bool(found.problems))
        self.rest.setVisible(not found.problems)
        self.result_area.show()
        self.take_button.setVisible(found.new > 0)
        if found.new:
            self.take_button.setFocus()

    def take(self) -> None:
        """Bring it in; into weeks that are signed only with a reason."""
        if self._path is None or self.take_button.isHidden():
            return
        if self._signed:
            words = f"{self._signed}已经签字，为什么还要加记录？"
            self.why.ask(words, WHY_AMENDED, self._take, first="forgot", back=self.take_button)
        else:
            self._take("")

    def _take(self, why: str) -> None:
        path = self._path
        if path is None:
            return
        self.take_button.hide()
        self.progress.begin("正在保存……")
        self.progress.show()
        self.shell.run(
            self, lambda: ledger.import_ledger(self.room, path, why=why), done=self._taken, failed=self._failed
        )

    def _taken(self, done: LedgerDone) -> None:
        self.progress.hide()
        self.shell.tell_changed("opening", "person")
        self.shell.toast(f"导入了 {done.new} 条开放记录", undo=True)
        self.back()

    def _failed(self, told: Tell) -> None:
        self.progress.hide()
        self.empty.setVisible(self.result_area.isHidden())
        self._say(str(told))

    def _say(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))
