"""The class teachers' sheets go out: for which classes, why, to whom, under a password each, into which folder; then the
slips with the passwords, to be cut apart and handed over beside the files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from psyroom.errors import NotValid, Tell
from psyroom.records.access import Export
from psyroom.records.fields import about
from psyroom.services import drafts, exports, talk_sheets
from psyroom.services.hours import local_now
from psyroom.services.sheets import Made
from psyroom.services.talk_sheets import SheetsMade, SheetState
from psyroom.store.room import Room
from psyroom.ui import ask, drafting, tokens
from psyroom.ui.kit import Choice, Field, PageHeader, PdfPreview, Progress, link, primary, quiet, scrolled, text
from psyroom.ui.kit.flow import Flow, Tall
from psyroom.ui.kit.pills import Pills
from psyroom.ui.kit.sheet import into_sight
from psyroom.ui.kit.texts import ENTER
from psyroom.ui.pages.export_parts import FolderField, Suggested
from psyroom.ui.pages.paper_view import PaperView
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

FORM = "talk-sheets"
KINDS = ("export", "talk_sheet")
SEALED = {True: "每班一个密码", False: "不加密"}
WITH = "每张表一个密码，做好后打印密码条，剪开交给班主任；密码条和文件分开给。班主任用 WPS 或 Excel 输密码就能打开。"
WITHOUT = "不加密的表谁拿到都能打开，上面有全班姓名和谈话内容；U 盘丢了就收不回来。"
REASON, RECEIVER = "班主任工作需要", "各班班主任"


class SheetsOut(QDialog):
    """Classes at the left, questions at the right; then a bar, then the slips. Esc leaves it, what was typed stays."""

    help_topic = "talk-sheets"
    edited = Signal()

    def __init__(self, shell: Shell, states: Sequence[SheetState], chosen: Sequence[str] = ()) -> None:
        super().__init__(shell)
        self.shell, self.room = shell, shell.room
        self.states = {state.key: state for state in states}
        self._job: Any = None
        self.made: SheetsMade | None = None
        self.setWindowTitle("心理辅导室")
        self.setModal(True)
        px = tokens.now().px
        self.resize(min(px(1120), shell.width() - 24), min(px(720), shell.height() - 16))
        across = QHBoxLayout(self)
        across.setContentsMargins(SPACE * 3, 0, 0, 0)
        across.setSpacing(SPACE * 2)
        self.left = QStackedWidget()
        self.left.addWidget(self._classes(chosen))
        across.addWidget(self.left, 1)
        self.right = QFrame()
        self.right.setObjectName("sheet")
        self.right.setFixedWidth(px(400))
        self.stack = QStackedWidget()
        inside = QVBoxLayout(self.right)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.stack)
        across.addWidget(self.right)
        self.stack.addWidget(self._questions())
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.go)
        QShortcut(QKeySequence("F1"), self).activated.connect(self.help)
        for one in (self.reason, self.receiver):
            one.control.edited.connect(self.edited.emit)
        self.draft = drafting.watch(self, lambda values: drafts.save(self.room, FORM, "", values))
        self._on_seal()
        self._count()
        self.go_button.setFocus()

    # ---- building

    def _classes(self, chosen: Sequence[str]) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, SPACE * 3, 0, SPACE * 2)
        column.setSpacing(SPACE + 4)
        column.addWidget(text("给哪些班", "heading"))
        quick = Flow(gap=SPACE * 2)
        unsent = [key for key, state in self.states.items() if state.issued is None]
        left = [key for key, state in self.states.items() if state.left_to_talk]
        for words, keys in (
            ("全部", list(self.states)),
            ("还没谈完的", left),
            ("还没发过的", unsent),
            ("一个也不选", []),
        ):
            if keys or not words.startswith("还没"):
                quick.add(link(f"{words} {len(keys)}" if keys else words, partial(self.choose, keys)))
        column.addWidget(quick)
        inner = Tall()
        inside = QVBoxLayout(inner)
        inside.setContentsMargins(2, 2, SPACE, SPACE)
        inside.setSpacing(SPACE)
        self.grades: list[Pills] = []
        by_grade: dict[tuple[str, int], dict[str, str]] = {}
        for key, state in self.states.items():
            by_grade.setdefault((state.stage, state.cohort), {})[key] = state.name
        for named in by_grade.values():
            pills = Pills(named)
            pills.edited.connect(self._count)
            inside.addWidget(pills)
            self.grades.append(pills)
        inside.addStretch(1)
        column.addWidget(scrolled(inner), 1)
        self.said = text("", "soft")
        column.addWidget(self.said)
        self.choose(chosen or left or list(self.states))
        return page

    def choose(self, keys: Sequence[str]) -> None:
        """These classes and no others."""
        for pills in self.grades:
            pills.set_value(keys)
        if hasattr(self, "go_button"):
            self._count()

    def chosen(self) -> list[str]:
        return [key for pills in self.grades for key in pills.value()]

    def _questions(self) -> QWidget:
        page = QWidget()
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        inner = Tall()
        column = QVBoxLayout(inner)
        column.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE)
        column.setSpacing(SPACE + 4)
        column.addWidget(text("发出班主任表", "heading"))
        column.addWidget(
            text("每班一个表格文件：学号、姓名在里面，谈话由班主任填；没有关爱标记，没有身份证号。", "soft")
        )
        kept = drafts.load(self.room, FORM) or {}
        self.reason = Field(
            "为什么",
            Suggested("如 班主任工作需要", exports.reasons(self.room), about(Export, "reason")["limit"]),
            required=True,
        )
        self.reason.set_value(kept.get("reason") or REASON)
        self.receiver = Field(
            "交给谁",
            Suggested("如 各班班主任", exports.receivers(self.room), about(Export, "receiver")["limit"]),
            required=True,
        )
        self.receiver.set_value(kept.get("receiver") or RECEIVER)
        self.seal = Choice(SEALED, as_list=False)
        self.seal.edited.connect(self._on_seal)
        self.seal_field = Field("打开文件的密码", self.seal)
        self.folder = Field("存到", FolderField(self._why_not))
        self.folder.control.edited.connect(self._look_at_folder)
        for field in (self.reason, self.receiver, self.seal_field, self.folder):
            column.addWidget(field)
        column.addStretch(1)
        outer.addWidget(scrolled(inner), 1)
        foot = QFrame()
        foot.setObjectName("sheetfoot")
        below = QVBoxLayout(foot)
        below.setContentsMargins(SPACE * 3, SPACE + 4, SPACE * 3, SPACE + 4)
        below.setSpacing(SPACE)
        self.trouble = text("", "error")
        self.trouble.hide()
        below.addWidget(self.trouble)
        self.progress = Progress(cancel=self._cancel)
        self.progress.hide()
        below.addWidget(self.progress)
        self.note = text("原因和去向会记进外出登记，不能撤销。", "small")
        below.addWidget(self.note)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self.go_button = primary("存成文件", self.go, tip="存成文件（Ctrl+S）")
        row.addWidget(self.go_button)
        row.addWidget(quiet("取消", self.reject, tip="取消（Esc），写的先留着"))
        row.addStretch(1)
        below.addLayout(row)
        outer.addWidget(foot)
        return page

    def help(self) -> None:
        """F1: the help, over this dialog."""
        from psyroom.ui.help import HelpOver

        HelpOver(self, self.help_topic)

    # ---- what is asked

    def _count(self) -> None:
        chosen = self.chosen()
        again = sum(1 for key in chosen if self.states[key].issued is not None and self.states[key].came_back is None)
        words = f"选了 {len(chosen)} 个班" if chosen else "还没有选班"
        self.said.setText(f"{words}，其中 {again} 个班的上一张还没有交；再发一张，以新的为准" if again else words)
        self.go_button.setText(f"存成 {len(chosen)} 个文件" if chosen else "存成文件")
        self.go_button.setEnabled(bool(chosen) and self._job is None)

    def _on_seal(self) -> None:
        sealed = bool(self.seal.value())
        self.seal_field.set_hint(WITH if sealed else WITHOUT, "small" if sealed else "warning")
        self._look_at_folder()

    def _why_not(self, folder: Any) -> str:
        return exports.why_not(self.room, folder, sealed=bool(self.seal.value()))

    def _look_at_folder(self) -> None:
        if hasattr(self, "folder") and self.folder.value() is not None:
            self.folder.problem(self.folder.control.trouble())

    def values(self) -> dict[str, str]:
        """What was typed, for its draft."""
        return {"reason": self.reason.value(), "receiver": self.receiver.value()}

    # ---- making them

    def go(self) -> None:
        """Make and write them; what is missing stands under its field."""
        if self._job is not None or self.stack.currentIndex() or not self.chosen():
            return
        for one in (self.reason, self.receiver, self.folder):
            one.clear()
        self._say("")
        try:
            exports.check(self.reason.value(), self.receiver.value())
        except NotValid as problem:
            for name, one in (("receiver", self.receiver), ("reason", self.reason)):
                if name in problem.fields:
                    one.problem(problem.fields[name])
                    one.control.setFocus()
                    into_sight(one)
            return
        if self.folder.value() is None:
            self.folder.control.choose()
        if words := self.folder.control.trouble():
            self.folder.problem(words)
            self.folder.control.pick.setFocus()
            into_sight(self.folder)
            return
        sealed = bool(self.seal.value())
        if not sealed and not ask.confirm(
            self, "真的不加密吗？", WITHOUT, yes="不加密，存成文件", no="还是加密", grave=True
        ):
            self.seal.set_value(True)
            self._on_seal()
            return
        work = talk_sheets.making(
            self.room, self.folder.value(), local_now(self.room), reason=self.reason.value(),
            receiver=self.receiver.value(), classes=self.chosen(), with_password=sealed,
        )  # fmt: skip
        self.progress.begin("正在做各班的表……")
        self.progress.show()
        self.note.hide()
        self._job = self.shell.run(
            self, work, done=self._done, failed=self._failed, progress=lambda at, of: self.progress.set(at, of, "班")
        )
        self._count()

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._rest()

    def _rest(self) -> None:
        self._job = None
        self.progress.hide()
        self.note.show()
        self._count()

    def _failed(self, tell: Tell) -> None:
        self._rest()
        self._say(str(tell))

    def _say(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def _done(self, made: SheetsMade) -> None:
        """They lie in the folder: now the passwords, or the word that there are none."""
        self._rest()
        self.made = made
        self.draft.forget()
        drafts.discard(self.room, FORM)
        self.shell.tell_changed(*KINDS)
        done = QWidget()
        column = QVBoxLayout(done)
        column.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 2)
        column.setSpacing(SPACE * 2)
        column.addWidget(text(f"{len(made.files)} 个班的表存好了", "heading"))
        column.addWidget(text(f"在“{made.files[0].parent}”。把整个文件夹拷到 U 盘，或分别交给班主任。"))
        if made.slips:
            column.addWidget(text("左边是密码条：打印，按虚线剪开，和文件分开交给班主任。", "strong"))
            column.addWidget(text("以后在“班主任表”里按“密码条”还能再看。", "soft"))
            self.left.addWidget(self._slips())
            self.left.setCurrentIndex(1)
        else:
            column.addWidget(text("这些表没有加密：请当面交接，用完收回、删掉。", "warning"))
        column.addWidget(text("填好收回来以后，按“读回”选文件或整个文件夹。", "soft"))
        column.addStretch(1)
        close = primary("完成", self.accept)
        column.addWidget(close)
        self.stack.addWidget(done)
        self.stack.setCurrentWidget(done)
        close.setFocus()

    def _slips(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, SPACE * 2, 0, SPACE * 2)
        self.preview = PdfPreview()
        column.addWidget(self.preview, 1)
        chosen = self.chosen()
        self.shell.run(
            self,
            lambda: talk_sheets.password_paper(self.room, local_now(self.room), classes=chosen),
            done=lambda paper: self.preview.show_pdf(paper.pdf),
            failed=self._failed,
        )
        return page

    # ---- going

    def reject(self) -> None:
        if self._job is not None:
            self._cancel()
            return
        self.draft.flush()
        super().reject()
        self.deleteLater()

    def accept(self) -> None:
        super().accept()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and self.stack.currentIndex() == 0:
            if not isinstance(self.focusWidget(), QPushButton):
                self.focusNextChild()
            return
        super().keyPressEvent(event)


class SlipsView(PaperView):
    """The passwords of the sheets that are out, once more, in the page's place."""

    help_topic = "talk-sheets"

    def __init__(self, room: Room, shell: Shell, back: Callable[[], object]) -> None:
        super().__init__(room, shell)
        self.back = back
        self.column.addWidget(
            PageHeader("密码条", "剪开后分别交给班主任，不要和文件放在一起。", quiet("返回（Esc）", back))
        )
        self.column.addWidget(self.trouble)
        self.column.addWidget(self.preview, 1)
        shell.run(
            self, lambda: talk_sheets.password_paper(room, local_now(room)), done=self._shown, failed=self.show_trouble
        )

    def _shown(self, made: Made) -> None:
        self.show_made(made)

    def focus_first(self) -> None:
        self.preview.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back()
        else:
            super().keyPressEvent(event)
