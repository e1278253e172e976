"""班主任表: for each class a sheet that goes out and comes back. Who has it, who has brought it back, what is still missing;
and the files that were read and must not lie about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.rules.time import short_day
from psyroom.services import talk_sheets
from psyroom.services.talk_sheets import SheetState
from psyroom.ui.kit import Card, Choice, Column, EmptyState, Stat, Table, button, primary, quiet, text
from psyroom.ui.pages.talk_sheets_in import ReadView
from psyroom.ui.pages.talk_sheets_out import SheetsOut, SlipsView
from psyroom.ui.pages.talk_sheets_side import ClassSheets
from psyroom.ui.pages.talk_sheets_words import HOW_TO_DESTROY, stands
from psyroom.ui.pages.talks import Here
from psyroom.ui.tokens import SPACE

ALL, MISSING, BACK, UNSENT = "all", "missing", "back", "unsent"
FILTERS = {ALL: "全部", MISSING: "还没有交", BACK: "交了", UNSENT: "还没有发"}


class Tab(QWidget):
    """The classes with their sheets. A file or folder that is dropped here is read."""

    help_topic = "talk-sheets"

    def __init__(self, page: Here) -> None:
        super().__init__()
        self.page, self.room, self.shell = page, page.room, page.shell
        self.states: list[SheetState] = []
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        column.addWidget(self._figures())
        column.addWidget(self._reminder())
        self.filter = Choice(dict(FILTERS), as_list=False)
        self.filter.edited.connect(self._list)
        column.addWidget(self.filter)
        self.table = Table(
            [
                Column("班级", lambda s: s.name, sort=lambda s: self.states.index(s), width=112),
                Column("班主任", lambda s: s.teacher or "—", width=88),
                Column("学生", lambda s: str(s.students), sort=lambda s: s.students, width=64, right=True),
                Column("还要谈", lambda s: str(s.left_to_talk or ""), sort=lambda s: s.left_to_talk, width=78, right=True),
                Column("发出", lambda s: _day(s.issued), sort=lambda s: str(s.issued or ""), width=96),
                Column("交回", lambda s: _day(s.came_back), sort=lambda s: str(s.came_back or ""), width=96),
                Column("读到", lambda s: f"{s.rows_filled} 行" if s.came_back else "", sort=lambda s: s.rows_filled,
                       width=74, right=True),
                Column("状态", lambda s: stands(s)[0], tone=lambda s: stands(s)[1]),
            ],
            row_height=36,
        )  # fmt: skip
        self.table.setAccessibleName("各班的班主任表")
        self.table.opened.connect(self.show_class)
        column.addWidget(self.table, 1)
        self.nothing = EmptyState(
            "chats-circle", "名单里还没有学生", "导入名册以后，这里给每个班做一张可以带走的班主任表。"
        )
        column.addWidget(self.nothing, 1)
        self.refresh(set())

    # ---- building

    def _figures(self) -> QWidget:
        card = Card()
        row = QHBoxLayout()
        row.setSpacing(SPACE * 4)
        self.out = Stat("发出", "0", do=partial(self.show_only, ALL))
        self.back = Stat("交了", "0", do=partial(self.show_only, BACK))
        self.missing = Stat("还没有交", "0", do=partial(self.show_only, MISSING))
        for stat in (self.out, self.back, self.missing):
            row.addWidget(stat)
        row.addStretch(1)
        deeds = QHBoxLayout()
        deeds.setSpacing(SPACE)
        row.addLayout(deeds)
        self.which = text("", "soft")  # below, where it has the width also beside an open class
        self.slips_button = quiet("密码条", self.slips, icon_name="printer", tip="再看一次各班文件的密码，可以打印")
        deeds.addWidget(self.slips_button)
        self.read_button = button("读回", self.read, icon_name="upload-simple", shortcut="Ctrl+O")
        deeds.addWidget(self.read_button)
        self.send_button = primary("发出班主任表", self.send, icon_name="export", shortcut="Ctrl+N")
        deeds.addWidget(self.send_button)
        card.body.addLayout(row)
        card.add(self.which)
        return card

    def _reminder(self) -> QWidget:
        """What was read in must not lie about."""
        self.lying = Card(tone="amber", pad=2)
        row = QHBoxLayout()
        row.setSpacing(SPACE * 2)
        words = QVBoxLayout()
        words.setSpacing(2)
        self.destroy_words = text("", "strong")
        words.addWidget(self.destroy_words)
        words.addWidget(text(HOW_TO_DESTROY, "soft"))
        row.addLayout(words, 1)
        row.addWidget(button("都已销毁", self.destroy_all, icon_name="check"))
        self.lying.body.addLayout(row)
        return self.lying

    def now(self) -> datetime:
        return self.page.now()

    # ---- what is shown

    def refresh(self, kinds: set[str]) -> None:
        """Sent, read in, talked to elsewhere."""
        if self.room.closed:
            return
        self.states = talk_sheets.listed(self.room, self.now())
        out = [s for s in self.states if s.issued is not None]
        missing = [s for s in out if s.came_back is None]
        back = [s for s in self.states if s.came_back is not None]
        self.out.set(str(len(out)))
        self.back.set(str(len(back)))
        self.missing.set(str(len(missing)))
        names = [s.name for s in missing]
        more = f"等 {len(names)} 个班" if len(names) > 6 else ""
        said = (
            f"还没有交：{'、'.join(names[:6])}{more}"
            if names
            else "发出的都交回来了"
            if out
            else "给每个班一张可以带走的表"
        )
        self.which.setText(f"共 {len(self.states)} 个班。{said}。")
        lying = [r for r in talk_sheets.receipts(self.room) if not r.destroyed]
        self.destroy_words.setText(f"读过的 {len(lying)} 个文件，请从 U 盘和电脑里删掉，再在这里记一下")
        self.lying.setVisible(bool(lying))
        counts = {key: len(self._rows(key)) for key in FILTERS}
        shown = self.filter.value()
        self.filter.set_choices(
            {key: f"{words} {counts[key]}" for key, words in FILTERS.items() if counts[key] or key == ALL}
        )
        self.filter.set_value(shown)
        self.filter.setVisible(bool(self.states))
        self.table.setVisible(bool(self.states))
        self.nothing.setVisible(not self.states)
        self.slips_button.setVisible(any(s.has_password for s in self.states))
        self._list()

    def _rows(self, key: str) -> list[SheetState]:
        return {
            ALL: self.states,
            MISSING: [s for s in self.states if s.issued is not None and s.came_back is None],
            BACK: [s for s in self.states if s.came_back is not None],
            UNSENT: [s for s in self.states if s.issued is None],
        }[key]

    def _list(self) -> None:
        at = self.table.row()
        self.table.set_rows(self._rows(self.filter.value() or ALL))
        found = next((s for s in self.table.rows() if at is not None and s.key == at.key), None)
        if found is not None:
            self.table.choose(found)

    def show_only(self, key: str) -> None:
        self.filter.set_value(key)
        self.table.setFocus()

    def shown(self) -> None:
        """The keyboard to the classes."""
        (self.table if self.states else self.send_button).setFocus()

    def open(self, **target: Any) -> None:
        """`class_key`: this class's sheets; `files`: read these."""
        if target.get("files"):
            self.read_files([Path(one) for one in target["files"]])
            return
        found = next((s for s in self.states if s.key == target.get("class_key")), None)
        if found is not None:
            self.filter.set_value(ALL)
            self.table.choose(found)
            self.show_class(found)

    # ---- what is done

    def send(self, classes: Sequence[str] = ()) -> None:
        """The sheets go out; some classes are chosen already."""
        SheetsOut(self.shell, self.states, classes).open()

    def slips(self) -> None:
        """The passwords once more."""
        self.page.cover(SlipsView(self.room, self.shell, self.page.back))

    def read(self) -> None:
        """Sheets that came back."""
        self.page.cover(ReadView(self.room, self.shell, self.page.back))

    def read_files(self, paths: Sequence[Path]) -> None:
        view = ReadView(self.room, self.shell, self.page.back)
        self.page.cover(view)
        view.read(paths)

    def show_class(self, state: SheetState) -> None:
        """The class's receipts beside the list, and what may be done for it."""
        body = ClassSheets(self.room, self.shell, state)
        body.send.connect(lambda: self.send((state.key,)))
        self.page.sheet.open(state.name, body)

    def destroy_all(self) -> None:
        """All files that were read are gone."""
        lying = [receipt.id for receipt in talk_sheets.receipts(self.room) if not receipt.destroyed]
        deed = partial(talk_sheets.mark_all_destroyed, self.room, lying)
        self.shell.attempt(deed, say=f"记下了：{len(lying)} 个文件已销毁", kinds=("talk_receipt",))

    # ---- drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.read_files(paths)


def _day(at: datetime | None) -> str:
    return short_day(at.date()) if at is not None else ""
