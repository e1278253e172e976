"""The one dialog by which anything with names leaves the room: what goes (as its real pages), why, to whom, under which
password, into which folder or onto paper. What was said stands in the register afterwards.

Esc leaves without loss: what was typed is there the next time. `leave_note` and `leave_growth_file` open it for those
papers; anything else hands `ask_to_leave` a `Leaving`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.errors import NotValid, Tell, WeakPassword
from psyroom.records.access import Export
from psyroom.records.fields import about
from psyroom.reports import sealing
from psyroom.services import drafts, exports, note_papers, roll
from psyroom.services.sheets import Made
from psyroom.store.room import Room
from psyroom.ui import drafting, tokens
from psyroom.ui.kit import Check, Choice, Field, PdfPreview, primary, quiet, scrolled, text
from psyroom.ui.kit.flow import Flow, Tall
from psyroom.ui.kit.sheet import into_sight
from psyroom.ui.kit.texts import ENTER
from psyroom.ui.pages.export_parts import FolderField, SealField, Suggested
from psyroom.ui.pages.paper_view import not_printed
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

FORM = "export"
"""The name under which what was typed is kept."""
WAYS = {"file": "存成文件", "paper": "打印"}
MASK, IDENTITY = "mask", "identity"
MASK_WORDS = "隐去姓名（写成 张**）"
IDENTITY_WORDS = "带上身份证号、电话、住址"

Files = Mapping[str, bytes] | Made


@dataclass(frozen=True, repr=False)
class Leaving:
    """What wants to leave. `kind`: as the register calls it; `students`: whom it is about; `make` gives the files by
    name (or a paper) for the ticks that are set, off the window's thread. `parts`: of these one at least is ticked;
    `ticks`: other choices, off at first. `write` and `printed` are the deeds by which it goes, for a paper that leaves more
    behind than its line in the register; `kinds`: what they change; `warn`: what the person should know of it with the
    ticks that are set, empty where there is nothing."""

    kind: str
    students: tuple[str, ...]
    make: Callable[[frozenset[str]], Files]
    parts: Mapping[str, str] = field(default_factory=dict)
    ticks: Mapping[str, str] = field(default_factory=dict)
    printable: bool = True
    write: Callable[..., list[Path]] = exports.write
    printed: Callable[..., None] = exports.printed
    kinds: tuple[str, ...] = ("export",)
    warn: Callable[[frozenset[str]], str] | None = None


def ask_to_leave(shell: Shell, leaving: Leaving) -> ExportDialog:
    """Open the dialog over the window; it answers for itself."""
    dialog = ExportDialog(shell, leaving)
    dialog.open()
    return dialog


def leave_note(shell: Shell, room: Room, note_id: str, *, reason: str = "") -> ExportDialog | None:
    """One note as a paper. `reason`: with which a colleague's note was opened."""
    found = shell.attempt(lambda: note_papers.about(room, note_id, reason=reason))
    if not found:
        return None
    kind, students = found.result

    def make(ticks: frozenset[str]) -> Files:
        return note_papers.note(room, note_id, mask=MASK in ticks, reason=reason)

    return ask_to_leave(shell, Leaving(kind, students, make, ticks={MASK: MASK_WORDS}))


def leave_growth_file(shell: Shell, room: Room, student: str) -> ExportDialog:
    """成长信息记录 of one student, in the parts that are ticked."""

    def make(ticks: frozenset[str]) -> Files:
        parts = [part for part in note_papers.PARTS if part in ticks]
        return note_papers.growth_file(room, student, parts, identity=IDENTITY in ticks, mask=MASK in ticks)

    ticks = {MASK: MASK_WORDS, IDENTITY: IDENTITY_WORDS}
    return ask_to_leave(shell, Leaving("成长信息记录", (student,), make, note_papers.PARTS, ticks))


class ExportDialog(QDialog):
    """Pages at the left, questions at the right; after it is done, what to do with the password."""

    help_topic = "exports"
    edited = Signal()

    def __init__(self, shell: Shell, leaving: Leaving) -> None:
        super().__init__(shell)
        self.shell, self.room, self.leaving = shell, shell.room, leaving
        self.files: Mapping[str, bytes] = {}
        self._asked = 0
        self.setWindowTitle("心理辅导室")
        self.setModal(True)
        px = tokens.now().px
        self.resize(min(px(1160), shell.width() - 24), min(px(760), shell.height() - 16))
        across = QHBoxLayout(self)
        across.setContentsMargins(SPACE * 3, 0, 0, 0)
        across.setSpacing(SPACE * 2)
        left = QVBoxLayout()
        left.setContentsMargins(0, SPACE * 2, 0, SPACE * 2)
        left.setSpacing(SPACE)
        self.preview = PdfPreview(printable=False)
        self.preview.before_print = self._note_paper
        left.addWidget(self.preview, 1)
        across.addLayout(left, 1)
        self.right = QFrame()
        self.right.setObjectName("sheet")
        self.right.setFixedWidth(px(384))
        self.stack = QStackedWidget()
        inside = QVBoxLayout(self.right)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.stack)
        across.addWidget(self.right)
        self.stack.addWidget(self._questions())
        self._keys()
        for one in (self.reason, self.receiver):
            one.control.edited.connect(self.edited.emit)
        self.draft = drafting.watch(self, lambda values: drafts.save(self.room, FORM, "", values))
        self._on_way()
        self.remake()
        self.reason.control.setFocus()

    # ---- building

    def _questions(self) -> QWidget:
        page = QWidget()
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        inner = Tall()
        column = QVBoxLayout(inner)
        column.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE)
        column.setSpacing(SPACE + 4)
        column.addWidget(text(f"{self.leaving.kind}要拿出去", "heading"))
        column.addWidget(text(self._whose(), "soft"))
        self.checks: dict[str, Check] = {}
        for choices, on in ((self.leaving.parts, True), (self.leaving.ticks, False)):
            if choices:
                column.addWidget(self._ticks(choices, on))
        self.warned = text("", "warning")
        self.warned.hide()
        column.addWidget(self.warned)
        said = drafts.load(self.room, FORM) or {}
        self.reason = self._line(column, "reason", "为什么", "如 转介就医", exports.reasons(self.room), said)
        self.receiver = self._line(
            column, "receiver", "交给谁", "如 监护人、县医院心理门诊", exports.receivers(self.room), said
        )
        self.way = Choice(WAYS, as_list=False)
        if self.leaving.printable:
            column.addWidget(Field("怎么拿出去", self.way))
        self.way.edited.connect(self._on_way)
        self.seal = Field("文件密码", SealField())
        self.seal.control.edited.connect(self._look_at_folder)
        column.addWidget(self.seal)
        self.folder = Field("存到", FolderField(self._why_not))
        self.folder.control.edited.connect(self._look_at_folder)
        column.addWidget(self.folder)
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
        below.addWidget(text("原因和去向会记进外出登记，不能撤销。", "small"))
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self.go_button = primary("存成文件", self.go, tip="Ctrl+S")
        row.addWidget(self.go_button)
        row.addWidget(quiet("取消", self.reject, tip="取消（Esc），写的先留着"))
        row.addStretch(1)
        below.addLayout(row)
        outer.addWidget(foot)
        return page

    def _line(
        self, column: QVBoxLayout, name: str, label: str, hint: str, offered: list[str], said: Mapping[str, Any]
    ) -> Field:
        made = Field(label, Suggested(hint, offered, about(Export, name)["limit"]), required=True)
        made.set_value(said.get(name, ""))
        column.addWidget(made)
        return made

    def _ticks(self, choices: Mapping[str, str], on: bool) -> QWidget:
        holder = Flow(gap=SPACE)
        for key, words in choices.items():
            check = Check(words)
            check.set_value(on)
            check.edited.connect(self.remake)
            self.checks[key] = check
            holder.add(check)
        return holder

    def _whose(self) -> str:
        names = [roll.name_of(self.room, student) for student in self.leaving.students]
        names = [name for name in names if name]
        if len(names) == 1:
            entry = roll.entry(self.room, self.leaving.students[0])
            return f"{entry.name} · {entry.class_name}"
        return f"涉及 {len(names)} 名学生" if names else "没有登记到学生名下"

    def _keys(self) -> None:
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.go)
        QShortcut(QKeySequence("F1"), self).activated.connect(self.help)

    def help(self) -> None:
        """F1: the help, over this dialog."""
        from psyroom.ui.help import HelpOver

        HelpOver(self, self.help_topic)

    # ---- what goes

    def ticked(self) -> frozenset[str]:
        return frozenset(key for key, check in self.checks.items() if check.value())

    def remake(self) -> None:
        """Make the files anew for what is ticked, and show them."""
        ticks = self.ticked()
        self._asked += 1
        self.files = {}
        if self.leaving.parts and not ticks & self.leaving.parts.keys():
            self.preview.show_pdf(b"")
            self._say("请至少选一部分。")
            return
        self._say("")
        if self.leaving.warn is not None:
            self.warned.setText(self.leaving.warn(ticks))
            self.warned.setVisible(bool(self.warned.text()))
        if IDENTITY in self.checks:
            self.checks[IDENTITY].setEnabled(MASK not in ticks)
        self.shell.run(
            self, lambda: self.leaving.make(ticks), done=partial(self._made, self._asked), failed=self._failed
        )

    def _made(self, asked: int, made: Files) -> None:
        if asked != self._asked:
            return
        if isinstance(made, Made):
            self._say(not_printed(made.missing) if made.missing else "")
            made = {f"{made.name}.pdf": made.pdf} | ({f"{made.name}.xlsx": made.xlsx} if made.xlsx else {})
        self.files = made
        name, data = next(iter(made.items()))
        self.preview.show_pdf(data if data[:5] == b"%PDF-" else sealing.envelope(name, data))

    def _failed(self, told: Tell) -> None:
        self._say(str(told))

    def _say(self, sentence: str) -> None:
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    # ---- how it goes

    def _on_way(self) -> None:
        paper = self.way.value() == "paper"
        self.seal.setVisible(not paper)
        self.folder.setVisible(not paper)
        self.go_button.setText("打印" if paper else "存成文件")

    def _why_not(self, folder: Any) -> str:
        return exports.why_not(self.room, folder, sealed=self.seal.control.sealed())

    def _look_at_folder(self) -> None:
        """Say at once what speaks against a folder that is chosen."""
        if self.folder.value() is not None:
            self.folder.problem(self.folder.control.trouble())

    def go(self) -> None:
        """Let it leave; what is missing stands under its field."""
        if not self.files or self.stack.currentIndex():
            return
        for one in (self.reason, self.receiver, self.seal, self.folder):
            one.clear()
        try:
            exports.check(self.reason.value(), self.receiver.value())
        except NotValid as problem:
            self.show_problems(problem)
            return
        if self.way.value() == "paper":
            if self.preview.print():
                self._gone("已送到打印机。", "")
            return
        self._write()

    def _write(self) -> None:
        password, sealed = self.seal.value(), self.seal.control.sealed()
        if sealed:
            try:
                exports.check_password(self.room, password, self.leaving.students)
            except WeakPassword as weak:
                self.seal.problem(str(weak))
                self.seal.control.own.setFocus()
                into_sight(self.seal)
                return
        if self.folder.value() is None:
            self.folder.control.choose()
        if words := self.folder.control.trouble():
            self.folder.problem(words)
            self.folder.control.pick.setFocus()
            into_sight(self.folder)
            return
        files, folder = self.files, self.folder.value()
        written = self.shell.attempt(
            lambda: self.leaving.write(self.room, files, folder, password=password, **self._said()),
            form=self,  # type: ignore[arg-type]
            kinds=self.leaving.kinds,
        )
        if written:
            names = "、".join(path.name for path in written.result)
            self._gone(f"存好了：{names}", password)

    def _note_paper(self) -> bool:
        """The line in the register, before the printer is given a page."""
        noted = self.shell.attempt(
            lambda: self.leaving.printed(self.room, self.files, **self._said()),
            form=self,  # type: ignore[arg-type]
            kinds=self.leaving.kinds,
        )
        return noted.done

    def _said(self) -> dict[str, Any]:
        return {
            "kind": self.leaving.kind,
            "students": self.leaving.students,
            "reason": self.reason.value(),
            "receiver": self.receiver.value(),
        }

    def show_problems(self, problem: NotValid) -> None:
        """Each sentence under its field."""
        first = None
        for name, one in (("reason", self.reason), ("receiver", self.receiver)):
            if name in problem.fields:
                one.problem(problem.fields[name])
                first = first or one
        if first is not None:
            first.control.setFocus()
            into_sight(first)

    def say(self, sentence: str) -> None:
        self._say(sentence)

    # ---- afterwards

    def _gone(self, words: str, password: str) -> None:
        """It has left: what was typed is done with; the password is shown a last time."""
        self.draft.forget()
        drafts.discard(self.room, FORM)
        done = QWidget()
        column = QVBoxLayout(done)
        column.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 2)
        column.setSpacing(SPACE * 2)
        column.addWidget(text("已经记进外出登记", "heading"))
        column.addWidget(text(words))
        if password:
            column.addWidget(text("打开文件的密码", "label"))
            self.shown = text(password, "code")
            self.shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(self.shown)
            column.addWidget(text(exports.HAND_OVER, "warning"))
        elif self.way.value() == "file":
            column.addWidget(text("文件没有加密，用完请删掉。", "warning"))
        column.addStretch(1)
        close = primary("完成", self.accept)
        column.addWidget(close)
        self.stack.addWidget(done)
        self.stack.setCurrentWidget(done)
        close.setFocus()

    def values(self) -> dict[str, str]:
        """What was typed, for its draft."""
        return {"reason": self.reason.value(), "receiver": self.receiver.value()}

    def reject(self) -> None:
        self.draft.flush()
        super().reject()
        self.deleteLater()

    def accept(self) -> None:
        super().accept()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and self.stack.currentIndex() == 0:
            self.focusNextChild()
            return
        super().keyPressEvent(event)
