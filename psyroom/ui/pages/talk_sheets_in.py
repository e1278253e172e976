"""The class teachers' sheets come back, in the page's place: choose files or a folder, see what they would do, take what is
good, and what is left to do with the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.errors import Refused, Tell
from psyroom.services import exports, talk_sheet_problems, talk_sheets, talk_sheets_read
from psyroom.services.hours import local_now
from psyroom.services.sheets import Made
from psyroom.services.talk_sheets_read import STALE, DryRun, Taken
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.kit import (
    Card,
    EmptyState,
    PageHeader,
    Progress,
    Row,
    RowList,
    StepLine,
    button,
    primary,
    quiet,
    scrolled,
    text,
)
from psyroom.ui.kit.flow import Tall
from psyroom.ui.pages.export_dialog import Leaving, ask_to_leave
from psyroom.ui.pages.talk_sheets_dry import DryView
from psyroom.ui.pages.talk_sheets_side import brought
from psyroom.ui.pages.talk_sheets_words import HOW_TO_DESTROY
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

STEPS = ("选文件", "预览", "完成")
KINDS = ("talk", "talk_excuse", "talk_receipt")
PATTERNS = "班主任表 (*.xlsx *.xls *.et *.xlsm);;所有文件 (*)"
CHOOSE = "选一个班的文件，或者整个文件夹（U 盘也行）；没填完的、另存成 xls 的都可以。也可以把文件拖到这里。"


class ReadView(QWidget):
    """Nothing is written before what is good is taken; a file that cannot be read says why, and the page stays."""

    help_topic = "talk-sheets"

    def __init__(self, room: Room, shell: Shell, back: Callable[[], object]) -> None:
        super().__init__()
        self.room, self.shell, self.back = room, shell, back
        self.paths: list[Path] = []
        self.passwords: list[str] = []
        self.dry: DryRun | None = None
        self._job: Any = None
        self.view: DryView | None = None
        self.setAcceptDrops(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.header = PageHeader("读回班主任表", "", quiet("返回（Esc）", self._leave))
        column.addWidget(self.header)
        self.steps = StepLine(STEPS)
        column.addWidget(self.steps)
        self.trouble = Card(tone="brick")
        self.trouble_words = text("", "strong")
        self.trouble.add(self.trouble_words)
        self.trouble.hide()
        column.addWidget(self.trouble)
        self.stack = QStackedWidget()
        column.addWidget(self.stack, 1)
        self.folder_button = primary("选整个文件夹", self.choose_folder, icon_name="folder-open", shortcut="Ctrl+D")
        self.files_button = button("选一个文件", self.choose_file, icon_name="file-text", shortcut="Ctrl+O")
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self.folder_button)
        row.addWidget(self.files_button)
        self.start = EmptyState("upload-simple", "收回来的班主任表在哪里？", CHOOSE, both, width=440)
        self.stack.addWidget(self.start)
        self.progress = Progress(cancel=self._cancel)
        self.reading = QWidget()
        inside = QVBoxLayout(self.reading)
        inside.setContentsMargins(0, SPACE * 3, 0, 0)
        inside.addWidget(self.progress)
        inside.addStretch(1)
        self.stack.addWidget(self.reading)
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.go_on)

    def focus_first(self) -> None:
        if self.stack.currentWidget() is self.start:
            self.folder_button.setFocus()

    def go_on(self) -> None:
        """Ctrl+S: the next step."""
        shown = self.stack.currentWidget()
        if shown is self.start:
            self.choose_folder()
        elif shown is self.view:
            self.take()

    # ---- 1: the files

    def choose_folder(self) -> None:
        if (found := ask.folder(self, "收回来的班主任表在哪个文件夹")) is not None:
            self.read([found])

    def choose_file(self) -> None:
        if (found := ask.open_file(self, "选一张班主任表", PATTERNS)) is not None:
            self.read([found])

    def read(self, paths: Sequence[Path]) -> None:
        """These files and folders: what they would do."""
        self.paths = list(paths)
        self._read()

    def _read(self, said: str = "") -> None:
        self.say(said)
        self.progress.begin("正在读……")
        self.stack.setCurrentWidget(self.reading)
        work = talk_sheets_read.reading(self.room, self.paths, local_now(self.room), passwords=tuple(self.passwords))
        self._job = self.shell.run(
            self,
            work,
            done=self._show,
            failed=self._failed,
            progress=lambda at, of: self.progress.set(at, of, "个文件"),
        )

    def _failed(self, tell: Tell) -> None:
        self._job = None
        self.say(str(tell))
        self._to_start()

    def _to_start(self) -> None:
        self.steps.set(0)
        self.stack.setCurrentWidget(self.start)
        self.folder_button.setFocus()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._to_start()

    def say(self, sentence: str) -> None:
        self.trouble_words.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    # ---- 2: the dry run

    def _show(self, dry: DryRun) -> None:
        self._job = None
        if not dry.files:
            self.say("那里没有班主任表：要 xlsx、xls 或 et 文件，请换一个文件夹。")
            self._to_start()
            return
        self.dry = dry
        if self.view is not None:
            self.stack.removeWidget(self.view)
            self.view.deleteLater()
        self.view = DryView(dry)
        self.view.take.connect(self.take)
        self.view.back.connect(self._to_start)
        self.view.hand_back.connect(self.hand_back)
        self.view.password.connect(self._with_password)
        self.stack.addWidget(self.view)
        self.steps.set(1)
        self.stack.setCurrentWidget(self.view)
        self.view.focus_first()

    def _with_password(self, word: str) -> None:
        self.passwords.append(word)
        self._read()

    def take(self) -> None:
        """All that is good, as one deed."""
        dry, view = self.dry, self.view
        if dry is None or view is None or not view.take_button.isEnabled():
            return
        view.take_button.setEnabled(False)
        outcome = self.shell.attempt(lambda: self._deed(dry))
        if outcome and isinstance(outcome.result, Refused):
            self._read("预览以后资料又有改动，已经重新读了一遍，请再看一眼。")
        elif outcome:
            self.say("")
            self.shell.tell_changed(*KINDS)
            self._show_done(dry, outcome.result)
        else:
            view.take_button.setEnabled(True)

    def _deed(self, dry: DryRun) -> Taken | Refused:
        try:
            return talk_sheets_read.take(self.room, dry, local_now(self.room))
        except Refused as told:
            if str(told) != STALE:
                raise
            return told

    # ---- the list to hand back

    def hand_back(self) -> None:
        """What could not be taken, for the class teachers: through the dialog by which anything with names leaves."""
        dry = self.dry
        if dry is None:
            return
        leaving = Leaving(
            talk_sheet_problems.KIND,
            talk_sheet_problems.about(dry),
            lambda _ticks: talk_sheet_problems.problems(self.room, dry),
            write=partial(self._gone, exports.write),
            printed=partial(self._gone, exports.printed),
        )
        ask_to_leave(self.shell, leaving)

    def _gone(
        self, deed: Callable[..., Any], room: Room, files: Mapping[str, bytes] | Made, *rest: Any, **said: Any
    ) -> Any:
        """The list has left; the dry run stays true."""
        before = talk_sheet_problems.moment(room)
        done = deed(room, files, *rest, **said)
        if self.dry is not None:
            self.dry = talk_sheet_problems.restamped(room, self.dry, before)
        return done

    # ---- 3: done

    def _show_done(self, dry: DryRun, taken: Taken) -> None:
        self.steps.set(3)
        inner = Tall()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, SPACE, SPACE)
        column.setSpacing(SPACE * 2)
        parts = [("新增", taken.new), ("修改", taken.changed), ("不变", taken.unchanged), ("要核对", taken.problems)]
        told = "，".join(f"{words} {count}" for words, count in parts if count)
        head = Card(tone="accent")
        head.add(text(f"收下了：{told}" if told else "收下了", "heading"))
        more = ["收下的可以整步撤销（Ctrl+Z）。"]
        more += [f"{taken.problems} 处没有收下，列成清单交还班主任，改好再读一次就行。"] if taken.problems else []
        head.add(text("".join(more), "soft"))
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self.done_button = primary("回到班主任表", self.back)
        row.addWidget(self.done_button)
        row.addWidget(button("再读别的", self._to_start))
        if dry.problems:
            row.addWidget(button("要核对的清单", self.hand_back, icon_name="printer"))
        row.addStretch(1)
        head.body.addLayout(row)
        column.addWidget(head)
        if dry.missing_classes:
            names = {state.key: state.name for state in talk_sheets.listed(self.room, local_now(self.room))}
            card = Card("还没有交的班", f"{len(dry.missing_classes)} 个")
            card.add(text("、".join(names.get(key, key) for key in dry.missing_classes)))
            column.addWidget(card)
        self.receipts = _Receipts(self.room, self.shell, set(taken.receipts))
        column.addWidget(self.receipts)
        column.addStretch(1)
        done = scrolled(inner)
        self.stack.addWidget(done)
        self.stack.setCurrentWidget(done)
        self.done_button.setFocus()

    # ---- keys and drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._job is None and event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.read(paths)

    def _leave(self) -> None:
        if self._job is not None:
            self._cancel()
        self.back()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.stack.currentWidget() is self.reading:
            self._cancel()
        elif self.stack.currentWidget() is self.view:
            self._to_start()
        else:
            self.back()


class _Receipts(Card):
    """A receipt for each file, and that the files are to be destroyed."""

    def __init__(self, room: Room, shell: Shell, mine: set[str]) -> None:
        super().__init__("读过的文件，请从 U 盘和电脑里删掉", HOW_TO_DESTROY, tone="amber")
        self.room, self.shell, self.mine = room, shell, mine
        self.rows = RowList([])
        self.add(self.rows)
        self.all_button = button("都已销毁", self._all, icon_name="check")
        self.head.addWidget(self.all_button, 0, Qt.AlignmentFlag.AlignTop)
        self._show()
        shell.changed.connect(self._changed)

    def _changed(self, _kinds: set[str]) -> None:
        if not self.room.closed:
            self._show()

    def _show(self) -> None:
        found = [receipt for receipt in talk_sheets.receipts(self.room) if receipt.id in self.mine]
        self.rows.set_rows(
            [
                Row(
                    f"{receipt.class_name}　{receipt.name}",
                    brought(receipt),
                    tags=[("已销毁", "good")] if receipt.destroyed else [],
                    action=None if receipt.destroyed else ("标记已销毁", partial(self._mark, [receipt.id])),
                    key=receipt.id,
                )
                for receipt in found
            ]
        )
        self.all_button.setVisible(sum(1 for receipt in found if not receipt.destroyed) > 1)
        if not found:
            self.hide()

    def _mark(self, receipts: Sequence[str]) -> None:
        deed = partial(talk_sheets.mark_all_destroyed, self.room, receipts)
        self.shell.attempt(deed, say="记下了：文件已销毁", kinds=("talk_receipt",))

    def _all(self) -> None:
        self._mark([r.id for r in talk_sheets.receipts(self.room) if r.id in self.mine and not r.destroyed])
