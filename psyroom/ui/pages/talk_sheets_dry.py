"""Reading sheets back, the dry run as a page: per file what it is, per row what it would do, old and new beside each other.
Nothing is written yet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.services.talk_sheet_rows import BLANK, CHANGED, NEW, PROBLEM, UNCHANGED, RowRead
from psyroom.services.talk_sheets_read import DryRun, FileRead
from psyroom.ui import tokens
from psyroom.ui.kit import Card, Choice, Column, Stat, Table, TextField, button, primary, quiet, text
from psyroom.ui.pages.talk_sheets_words import STATES, TONES, comes, differs, outcome, was, whole
from psyroom.ui.tokens import SPACE

ALL = "all"
ORDER = (PROBLEM, CHANGED, NEW, UNCHANGED, BLANK)
FILES = 260  # pixels at 100 %


@dataclass(frozen=True, repr=False)
class Line:
    """A row of a file as the table shows it; a file that was refused whole is a line too."""

    file: FileRead
    row: RowRead | None

    @property
    def state(self) -> str:
        return self.row.state if self.row is not None else PROBLEM


class DryView(QWidget):
    """`take` asks for the deed, `back` for other files, `hand_back` for the list of problems, `password` with a word to
    try on the files that are locked."""

    help_topic = "talk-sheets"
    take = Signal()
    back = Signal()
    hand_back = Signal()
    password = Signal(str)

    def __init__(self, dry: DryRun) -> None:
        super().__init__()
        self.dry = dry
        self.lines = [Line(file, row) for file in dry.files for row in (file.rows or ((None,) if file.refused else ()))]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        column.addWidget(self._stats())
        if locked := [file for file in dry.files if file.locked]:
            column.addWidget(self._locked(locked))
        across = QHBoxLayout()
        across.setSpacing(SPACE * 2)
        self.files = Table(
            [
                Column("文件", lambda f: f.class_name or f.name if f is not None else "全部文件",
                       tip=lambda f: f.name if f is not None else ""),
                Column("结果", lambda f: outcome(f)[0] if f is not None else "", width=112,
                       tone=lambda f: outcome(f)[1] if f is not None else ""),
            ],
            row_height=34, sortable=False,
        )  # fmt: skip
        self.files.setAccessibleName("读到的文件")
        self.files.setFixedWidth(tokens.now().px(FILES))
        self.files.set_rows([None, *dry.files])
        self.files.selectRow(0)
        self.files.chosen.connect(self._file)
        across.addWidget(self.files)
        across.addLayout(self._right(), 1)
        column.addLayout(across, 1)
        self.files.setHidden(len(dry.files) == 1)
        column.addLayout(self._foot())
        first = next((state for state in ORDER[:3] if self._of(state)), ALL)
        self.filter.set_value(first if first == PROBLEM else ALL)
        self._list()

    # ---- parts

    def _stats(self) -> Card:
        card = Card()
        row = QHBoxLayout()
        row.setSpacing(SPACE * 5)
        for state in (NEW, CHANGED, UNCHANGED, PROBLEM):
            count = len(self._of(state))
            row.addWidget(Stat(STATES[state], str(count), do=partial(self.show_state, state) if count else None))
        row.addSpacing(SPACE)
        came = sum(1 for file in self.dry.files if file.came)
        missing = len(self.dry.missing_classes)
        words = [f"读了 {len(self.dry.files)} 个文件，{came} 个有内容"]
        words += [f"收下以后还有 {missing} 个班没有交"] if missing else ["收下以后各班都交齐了"]
        row.addWidget(text("；".join(words) + "。现在只是看看，还没有收下。", "soft"), 1)
        card.body.addLayout(row)
        return card

    def _locked(self, locked: list[FileRead]) -> Card:
        """Files under a password that is not known here."""
        card = Card(tone="amber")
        names = "、".join(file.name for file in locked[:3]) + (f"等 {len(locked)} 个文件" if len(locked) > 3 else "")
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(text(f"{names} 要密码：发出时的打不开，可能是老师另设的", "strong"), 1)
        self.word = TextField("老师设的密码", secret=True, limit=60)
        self.word.setAccessibleName("文件密码")
        self.word.setFixedWidth(tokens.now().px(200))
        self.word.returnPressed.connect(self._try)
        row.addWidget(self.word)
        row.addWidget(button("再打开试试", self._try))
        card.body.addLayout(row)
        return card

    def _try(self) -> None:
        if self.word.text():
            self.password.emit(self.word.text())

    def _right(self) -> QVBoxLayout:
        right = QVBoxLayout()
        right.setSpacing(SPACE)
        self.filter = Choice(self._filters(None), as_list=False)
        self.filter.edited.connect(self._list)
        right.addWidget(self.filter)
        self.about = text("", "warning")
        self.about.hide()
        right.addWidget(self.about)
        several, known = len(self.dry.files) > 1, any(line.row is not None and line.row.before for line in self.lines)
        self._known = (4 if several else 3) * known
        """Where 原来 stands in the table; 0: nowhere."""
        self.table = Table(
            [
                *([Column("班级", lambda li: li.file.class_name or li.file.name, width=112)] if several else []),
                Column("行", lambda li: str(li.row.row) if li.row is not None else "", width=56, right=True,
                       sort=lambda li: (li.file.name, li.row.row if li.row is not None else 0)),
                Column("姓名", lambda li: li.row.name or "—" if li.row is not None else "—", width=88),
                Column("结果", lambda li: STATES[li.state] if li.row is not None else "没有读", width=92,
                       tone=lambda li: TONES[li.state]),
                *([Column("原来", _was, width=200, tip=_was)] if known else []),
                Column("表里", _comes, tip=_comes),
            ],
            row_height=34,
        )  # fmt: skip
        self.table.setAccessibleName("每一行会怎样")
        self.table.chosen.connect(self._tell)
        right.addWidget(self.table, 1)
        self.detail = Card(tone="sunken", pad=2)
        self.detail_head = text("", "strong")
        self.detail.add(self.detail_head)
        both = QHBoxLayout()
        both.setSpacing(SPACE * 3)
        self.old, self.new = text("", "soft"), text("")
        both.addWidget(self.old, 1)
        both.addWidget(self.new, 1)
        self.detail.body.addLayout(both)
        self.detail_said = text("", "warning")
        self.detail.add(self.detail_said)
        self.detail.hide()
        right.addWidget(self.detail)
        return right

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        good = self.dry.new + self.dry.changed
        came = any(file.came for file in self.dry.files)
        words = f"收下 {good} 条" if good else "记下已经交回"
        self.take_button = primary(
            words, self.take.emit, icon_name="check", tip=f"{words}（Ctrl+S）；收下后可以整步撤销"
        )
        self.take_button.setEnabled(came)
        foot.addWidget(self.take_button)
        foot.addWidget(button("换别的文件", self.back.emit))
        foot.addStretch(1)
        if not came:
            foot.addWidget(text("这些文件里没有可以收下的。", "soft", wrap=False))
        if self.dry.problems:
            self.back_button = quiet(
                "把要核对的列成清单", self.hand_back.emit, icon_name="printer", tip="打印或存成表格，交还班主任"
            )
            foot.addWidget(self.back_button)
        return foot

    # ---- rows

    def _mine(self, file: FileRead | None) -> list[Line]:
        return [line for line in self.lines if file is None or line.file is file]

    def _of(self, state: str) -> list[Line]:
        return [line for line in self.lines if line.state == state]

    def _filters(self, file: FileRead | None) -> dict[str, str]:
        mine = self._mine(file)
        found = {ALL: f"全部 {sum(1 for line in mine if line.state != BLANK)}"}
        for state in ORDER:
            if count := sum(1 for line in mine if line.state == state):
                found[state] = f"{STATES[state]} {count}"
        return found

    def _file(self, file: FileRead | None) -> None:
        shown = self.filter.value()
        self.filter.set_choices(self._filters(file))
        self.filter.set_value(shown)
        words = "；".join(filter(None, (file.refused, *file.notes))) if file is not None else ""
        self.about.setText(words)
        self.about.setVisible(bool(words))
        self._list()

    def show_state(self, state: str) -> None:
        self.files.selectRow(0)
        self._file(None)
        self.filter.set_value(state)
        self._list()

    def _list(self) -> None:
        state, mine = self.filter.value() or ALL, self._mine(self.files.row())
        rows = [line for line in mine if (line.state != BLANK if state == ALL else line.state == state)]
        if state == ALL:
            rows.sort(key=lambda line: ORDER.index(line.state))
        if self._known:
            self.table.setColumnHidden(self._known, not any(_was(line) for line in rows))  # the reasons need the room
        self.table.set_rows(rows)
        if state == PROBLEM and rows and self.table.row() is None:
            self.table.choose(rows[0])  # says at once and in full what is wrong with it
        self._tell(self.table.row())

    def _tell(self, line: Line | None) -> None:
        """The chosen row in full: what stands now, what would stand."""
        row = line.row if line is not None else None
        self.detail.setVisible(line is not None)
        if line is None:
            return
        if row is None:
            self.detail_head.setText(line.file.name)
            self.old.hide()
            self.new.setText(line.file.refused)
            self.detail_said.hide()
            return
        self.detail_head.setText(f"{line.file.name} 第 {row.row} 行　{row.name}")
        if row.state == CHANGED:
            changes = differs(row)
            old = "\n".join(f"{label}：{before}" for label, before, _after in changes)
            new = "\n".join(f"{label}：{after}" for label, _before, after in changes)
            self.old.setText(f"原来\n{old}")
            self.new.setText(f"改成\n{new}")
        else:
            self.old.setText("")
            self.new.setText(row.reason or whole(row.after) or "没有填")
        self.old.setVisible(bool(self.old.text()))
        said = [*row.said, *([row.reason] if row.reason and row.state == CHANGED else [])]
        self.detail_said.setText("；".join(said))
        self.detail_said.setVisible(bool(said))

    def focus_first(self) -> None:
        if hasattr(self, "word"):
            self.word.setFocus()
        elif self.take_button.isEnabled():
            self.take_button.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.table.setFocus()


def _comes(line: Line) -> str:
    return comes(line.row) if line.row is not None else line.file.refused


def _was(line: Line) -> str:
    return was(line.row) if line.row is not None else ""
