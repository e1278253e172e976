"""上报: what do we send? A return as the page that will be printed, every figure opened to its records, what went out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.errors import Tell
from psyroom.reports.definition import Definition
from psyroom.reports.tables import Figure
from psyroom.rules.typed import length
from psyroom.services import returns
from psyroom.services.returns import NAMES, PastFiling, Preview, SourceRow
from psyroom.services.school import context
from psyroom.store.room import Room
from psyroom.ui import ask, tokens
from psyroom.ui.kit import (
    Card,
    Choice,
    PageHeader,
    PdfPreview,
    Progress,
    Row,
    RowList,
    SideSheet,
    button,
    primary,
    scrolled,
    text,
)
from psyroom.ui.kit.flow import Tall
from psyroom.ui.page import Page
from psyroom.ui.pages.export_dialog import ExportDialog
from psyroom.ui.pages.paper_view import not_printed
from psyroom.ui.pages.returns_figures import Figures
from psyroom.ui.pages.returns_leave import leave_return
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

WATCHED = {
    "opening", "opening_slot", "opening_exception", "visit", "booking", "student", "school", "term", "target", "period",
    "room_rules", "week_reason", "week_signature",
    "calendar_day", "calendar_year", "filing", "case_filing",
    "talk", "talk_excuse", "talk_attempt", "talk_rules", "care", "growth_plan", "plan_review", "feedback", "home_visit",
    "class_teacher",
}  # fmt: skip


class Here(Page):
    """One return of one semester at a time."""

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell)
        self._made: Preview | None = None
        self._stale = True
        self.code = ""
        self.leaving: ExportDialog | None = None
        self.names_button = button(
            "写明去向后交出…", self.hand_over, icon_name="export", shortcut="Ctrl+E",
            tip="有姓名或一人一行的，写明原因和交给谁",
        )  # fmt: skip
        self.save_button = primary("存成 PDF 和 Excel", self.save, icon_name="download-simple", shortcut="Ctrl+S")
        self.header = PageHeader(
            "上报", "先看清楚，再存下来打印、盖章、上交；数字都从平时的记录里来。", self.names_button, self.save_button
        )
        self.body.addWidget(self.header)
        across = QHBoxLayout()
        across.setSpacing(0)
        self.side = scrolled(self._side(), SPACE * 2)  # its bar stands in the gap
        self.side.setFixedWidth(tokens.now().px(300) + SPACE * 2)
        across.addWidget(self.side)
        across.addLayout(self._middle(), 1)
        self.body.addLayout(across, 1)
        self.sheet = SideSheet()
        self.sheet.closed.connect(self.side.show)
        self.across.addWidget(self.sheet)

    # ---- building

    def _side(self) -> QWidget:
        side = Tall()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        which = Card("报表")
        self.list = RowList()
        which.add(self.list)
        which.add(text("学期", "label"))
        self.term = Choice({}, as_list=True)
        self.term.edited.connect(self._again)
        which.add(self.term)
        column.addWidget(which)
        past = Card("已经上报的", "每次存下来都留底：日期、文件和摘要。")
        self.past = RowList(limit=12)
        past.add(self.past)
        self.no_past = text("还没有存过。", "soft")
        past.add(self.no_past)
        column.addWidget(past)
        column.addStretch(1)
        return side

    def _middle(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE)
        row = QHBoxLayout()
        self.view = Choice({"page": "打印页面", "figures": "逐个数字"})
        self.view.edited.connect(self._switch)
        row.addWidget(self.view)
        row.addStretch(1)
        column.addLayout(row)
        self.trouble = text("", "warning")
        self.trouble.hide()
        column.addWidget(self.trouble)
        self.progress = Progress("正在汇总……")
        column.addWidget(self.progress)
        self.stack = QStackedWidget()
        self.preview = PdfPreview(printable=False)
        self.preview.tools.addWidget(button("打印", self.print, icon_name="printer", shortcut="Ctrl+P", small=True))
        self.figures = Figures()
        self.figures.opened.connect(self._open_figure)
        self.stack.addWidget(self.preview)
        self.stack.addWidget(scrolled(self.figures))
        column.addWidget(self.stack, 1)
        return column

    # ---- what is shown

    def refresh(self, kinds: set[str]) -> None:
        """Something a figure may rest on has changed: counted anew when the page is seen."""
        if kinds and not kinds & WATCHED:
            return
        self._stale = True
        if self.isVisible():
            self.shown()

    def shown(self) -> None:
        if not self._stale:
            return
        self._stale = False
        school = context(self.room)
        kept = self.term.value()
        self.term.blockSignals(True)
        self.term.set_choices({t.code: t.name for t in reversed(school.terms)})
        self.term.set_value(kept or school.term_on(self.room.today()).code)
        self.term.blockSignals(False)
        self._kinds = {wanted.code: wanted for wanted in returns.list_returns(self.room)}
        self.code = self.code if self.code in self._kinds else next(iter(self._kinds))
        self._show_kinds()
        self._show_past()
        self._count()

    @property
    def wanted(self) -> Definition:
        """The return that is shown."""
        return self._kinds[self.code]

    def choose(self, code: str) -> None:
        """Show another return."""
        if code in self._kinds and code != self.code:
            self.code = code
            self._made = None
            self.preview.show_pdf(b"")
            self.sheet.shut()
            self._show_kinds()
            self._count()

    def open(self, **target: object) -> None:
        """`code`: that return; `term`: of that semester."""
        if (term := target.get("term")) and term != self.term.value():
            self.term.set_value(term)
            self._again()
        self.choose(str(target.get("code", "")))

    def _show_kinds(self) -> None:
        self.list.set_rows(
            [
                Row(
                    what=wanted.title,
                    detail=_said_of(wanted),
                    stripe="accent" if wanted.code == self.code else "",
                    open=partial(self.choose, wanted.code),
                    key=wanted.code,
                )
                for wanted in self._kinds.values()
            ]
        )
        self.names_button.setVisible(bool(self.wanted.names))
        self.save_button.setVisible(not self.wanted.one_by_one)

    def _again(self) -> None:
        self._stale = True
        self.shown()

    def _count(self) -> None:
        self.progress.begin("正在汇总……")
        self.progress.show()
        self.save_button.setEnabled(False)
        self.names_button.setEnabled(False)
        code, term = self.code, self.term.value()
        self.shell.run(self, lambda: returns.preview(self.room, code, term), done=self._counted, failed=self._failed)

    def _counted(self, made: Preview) -> None:
        if (made.definition.code, made.term) != (self.code, self.term.value()):
            return  # another was chosen meanwhile
        self.progress.hide()
        self._made = made
        self.save_button.setEnabled(True)
        self.names_button.setEnabled(True)
        self._say(not_printed(made.missing) if made.missing else "")
        self.preview.show_pdf(made.pdf)
        if self.view.value() == "figures":
            self.figures.set_sheets(made.filled.sheets)

    def _failed(self, told: Tell) -> None:
        self.progress.hide()
        self.save_button.setEnabled(self._made is not None)
        self._say(str(told))

    def _say(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def _switch(self) -> None:
        figures = self.view.value() == "figures"
        self.stack.setCurrentIndex(1 if figures else 0)
        if figures and self._made is not None:
            self.figures.set_sheets(self._made.filled.sheets)

    def _show_past(self) -> None:
        filings = returns.filings(self.room)
        self.past.set_rows([self._past_row(f) for f in filings])
        self.no_past.setVisible(not filings)

    def _past_row(self, filing: PastFiling) -> Row:
        return Row(
            what=filing.title,
            detail=f"{self._span(filing)} · {filing.made_on.isoformat()} · {filing.person}",
            open=partial(self._open_filing, filing),
        )

    def _span(self, filing: PastFiling) -> str:
        """`2026—2027学年第一学期`"""
        return next((t.name for t in context(self.room).terms if t.code == filing.span), filing.span)

    # ---- figures and filings

    def _open_figure(self, figure: Figure, where: str) -> None:
        if self._made is None:
            return
        made = self._made
        found = self.shell.attempt(lambda: returns.figure_rows(self.room, made, figure.id))
        if found:
            minutes = figure.number == "0.00"
            self.side.setVisible(self.width() > tokens.now().px(1500))
            self.sheet.open(f"{where}：{figure.text}", _behind(found.result, minutes))

    def _open_filing(self, filing: PastFiling) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(text(f"{filing.made_on.isoformat()} 由{filing.person}制作，{self._span(filing)}。", "soft"))
        for name, digest in filing.files:
            column.addWidget(text(name, "strong"))
            column.addWidget(
                text(f"SHA-256　{' '.join(digest[at : at + 8] for at in range(0, 64, 8))}", "small", tabular=True)
            )
        column.addWidget(text("纸上页脚的记录摘要", "label"))
        column.addWidget(text(filing.head, "small", tabular=True))
        column.addWidget(text("文件的摘要与这里一致，就是当时交出去的那一份。", "soft"))
        self.sheet.open(filing.title, body)

    # ---- handing over

    def save(self) -> None:
        """Make the return into a folder: a PDF and a workbook, and a filing that says so."""
        if self._made is None or not self.save_button.isEnabled():
            return
        if self.wanted.one_by_one:
            self.hand_over()
            return
        folder = ask.folder(self, "报表存到哪个文件夹")
        if folder is None:
            return
        self.save_to(folder)

    def save_to(self, folder: Path) -> None:
        code, term = self.code, self.term.value()
        self.progress.begin("正在制作……")
        self.progress.show()
        self.save_button.setEnabled(False)
        self.shell.run(
            self,
            returns.make(self.room, code, term, folder),
            done=self._saved,
            failed=self._failed,
            progress=lambda done, of: self.progress.set(done, of, "步"),
        )

    def _saved(self, files: list[Path]) -> None:
        self.progress.hide()
        self.shell.tell_changed("case_filing" if self.wanted.confidential else "filing")
        self.shell.toast(f"存好了：{'、'.join(f.name for f in files)}")

    def hand_over(self) -> None:
        """With names, or with a row for each child: the dialog asks why and to whom."""
        if self._made is None or not self.wanted.names or not self.names_button.isEnabled():
            return
        wanted, term = self.wanted, self.term.value()
        self.names_button.setEnabled(False)

        def whom(made: Preview) -> None:
            self.names_button.setEnabled(True)
            self.leaving = leave_return(self.shell, self.room, wanted, term, returns.students_on(made))

        self.shell.run(self, lambda: returns.preview(self.room, wanted.code, term, ticks=(NAMES,)), done=whom)

    def print(self) -> None:
        """The pages to a printer; a row for each child is asked about first."""
        if self._made is not None and self.wanted.one_by_one:
            self.hand_over()
        else:
            self.preview.print()


def _said_of(wanted: Definition) -> str:
    if wanted.one_by_one:
        return "每学期一次 · 一人一行，可写姓名"
    return "每学期一次 · 不含姓名" + ("，可附清单" if wanted.names else "")


def _behind(rows: list[SourceRow], minutes: bool) -> QWidget:
    body = QWidget()
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE)
    counting = [row for row in rows if row.adds]
    total = sum(row.adds for row in counting)
    words = (
        f"由 {len(counting)} 条记录得来，合计 {length(total) if minutes else total}。"
        if counting
        else "没有记录，所以是零。"
    )
    column.addWidget(text(words, "soft"))
    column.addWidget(RowList([_row(row, minutes) for row in counting], limit=300))
    return body


def _row(row: SourceRow, minutes: bool) -> Row:
    added = f"＋{length(row.adds)}" if minutes else (f"＋{row.adds}" if row.adds != 1 else "")
    return Row(what=row.what, detail=" · ".join(p for p in (row.who, added) if p))
