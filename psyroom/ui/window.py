"""The one window: a quiet sidebar, a find box, one page, a status line. Knows every page by a small table only."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from psyroom.errors import ClockDoubt, NotValid, Tell
from psyroom.services import backups, history
from psyroom.settings import Settings
from psyroom.store.room import Room
from psyroom.ui import ask, leave, style, tokens, worker
from psyroom.ui.backing import Keeper
from psyroom.ui.guard import Curtain, IdleClock, WindowKeys
from psyroom.ui.kit import Form, Tag, Toast, text, tool
from psyroom.ui.page import Page
from psyroom.ui.side import FindBox, Side
from psyroom.ui.tokens import SPACE, TEXT_SIZES

if TYPE_CHECKING:
    from psyroom.ui.help import HelpPage

NAME = "心理辅导室"
ONLY_ITS_OWN = Qt.FindChildOption.FindDirectChildrenOnly
BREATH = 500
"""Milliseconds between two pages built ahead."""


@dataclass(frozen=True)
class Entry:
    """A page of the sidebar. Its module holds a class `Here(Page)`."""

    key: str
    title: str
    icon: str
    module: str
    counsellor_only: bool = False

    def exists(self) -> bool:
        return importlib.util.find_spec(self.module) is not None

    def make(self, room: Room, shell: Shell) -> Page:
        made: Page = importlib.import_module(self.module).Here(room, shell)
        return made


PAGES = (
    Entry("today", "今日", "sun-horizon", "psyroom.ui.pages.today"),
    Entry("bookings", "预约", "calendar-blank", "psyroom.ui.pages.bookings"),
    Entry("openings", "值班开放", "door", "psyroom.ui.pages.openings"),
    Entry("students", "学生", "student", "psyroom.ui.pages.students"),
    Entry("notes", "辅导记录", "notebook", "psyroom.ui.pages.notes", counsellor_only=True),
    Entry("talks", "一生一谈", "chats-circle", "psyroom.ui.pages.talks", counsellor_only=True),
    Entry("returns", "上报", "file-text", "psyroom.ui.pages.returns", counsellor_only=True),
    Entry("settings", "设置", "gear-six", "psyroom.ui.pages.settings"),
)


class Shell(QMainWindow):
    """What a page may ask of the window: `attempt`, `run`, `toast`, `go`, `tell_changed`; and `changed`, the one signal."""

    changed = Signal(object)  # set of kinds (table names); empty: anything

    def __init__(self, room: Room, settings: Settings, *, entries: tuple[Entry, ...] = PAGES) -> None:
        super().__init__()
        self.room, self.settings = room, settings
        self.setWindowTitle(NAME)
        screen = self.screen().availableSize()
        self.resize(min(tokens.now().px(1280), screen.width()), min(tokens.now().px(780), screen.height() - 40))
        self.entries = [e for e in entries if e.exists() and (room.has_cases or not e.counsellor_only)]
        self.pages: dict[str, Page] = {}
        self._missed: dict[str, set[str]] = {}  # what changed while a page was out of sight; empty: anything
        self.now_shown = ""
        self._help: HelpPage | None = None
        self._helped: list[QWidget] = []  # where the keyboard stood, and what lay over the page, before the help opened
        self._build()
        self._keys()
        self.changed.connect(self._on_changed)
        self.keeper = Keeper(self)
        self._window_keys = WindowKeys(self, self.cover, self.lock)
        self.idle = IdleClock(self, settings.idle_minutes, self.lock)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._dress)
        if self.entries:
            self.go(self.entries[0].key)

    # ---- building

    def _build(self) -> None:
        whole = QWidget()
        whole.setObjectName("paper")
        across = QHBoxLayout(whole)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        self.find_box = FindBox(self.room, self.go)
        self.side = Side([(e.key, e.title, e.icon) for e in self.entries], self.find_box, self.go)
        if self.room.practice:
            self.side.set_mark("练习模式")
        self.side.foot.addWidget(tool("lock-simple", "锁定（Ctrl+L）", self.lock))
        self.side.foot.addWidget(tool("eye-slash", "遮住屏幕（F12）", self.cover))
        self.side.foot.addWidget(tool("arrow-counter-clockwise", "撤销上一步（Ctrl+Z）", self.undo))
        self.side.foot.addWidget(tool("question", "帮助（F1）", self.help))
        self.side.foot.addStretch(1)
        across.addWidget(self.side)
        column = QVBoxLayout()
        column.setSpacing(0)
        self.stack = QStackedWidget()
        column.addWidget(self.stack, 1)
        column.addWidget(self._status_line())
        across.addLayout(column, 1)
        self.setCentralWidget(whole)
        self.toaster = Toast(whole)
        self.curtain = Curtain(self)

    def _status_line(self) -> QWidget:
        line = QFrame()
        line.setObjectName("status")
        row = QHBoxLayout(line)
        row.setContentsMargins(SPACE * 4, 5, SPACE * 2, 5)
        row.setSpacing(SPACE * 2)
        role = "心理教师" if self.room.person.role == "counsellor" else "值班人员"
        self.who: QLabel = text(f"{self.room.person.name}（{role}）", "small", wrap=False)
        self.backup: QLabel = text("", "small", wrap=False)
        row.addWidget(self.who)
        row.addStretch(1)
        if self.room.practice:
            row.addWidget(Tag("练习：里面没有真实的学生", "amber"))
        row.addWidget(self.backup)
        self.backup_due = Tag("", "amber")
        self.backup_due.hide()
        row.addWidget(self.backup_due)
        self.say_backup()
        return line

    def say_backup(self) -> None:
        """When the last backup was made and how the second place stands, in the status line."""
        if self.room.closed:
            return
        now = backups.status(self.room, self.room.now())
        trouble = self.keeper.trouble if hasattr(self, "keeper") else ""
        quiet = [] if now.paused else [now.words]
        self.backup.setText(" · ".join([*quiet, *([now.second] if now.second and not now.level else [])]))
        due, tone = (now.words, "amber") if now.paused else (now.second if now.level else "", now.level)
        self.backup_due.set(*(("自动备份没有做成，请看设置", "brick") if trouble else (due, tone)))
        self.backup_due.setToolTip(trouble)
        self.backup_due.setVisible(bool(trouble or due))

    def _keys(self) -> None:
        for keys, do in (
            ("Ctrl+K", self.find_student),
            ("Ctrl+L", self.lock),
            ("F12", self.cover),
            ("F1", self.help),
            ("Ctrl+Z", self.undo),
            ("Ctrl+Q", self.walk_in),
            ("Ctrl++", lambda: self.text_size(1)),
            ("Ctrl+=", lambda: self.text_size(1)),
            ("Ctrl+-", lambda: self.text_size(-1)),
            ("Ctrl+0", lambda: self.set_text_size(100)),
            *((f"Alt+{at}", lambda key=e.key: self.go(key)) for at, e in enumerate(self.entries, 1)),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
            shortcut.activated.connect(do)

    # ---- pages

    def go(self, key: str, **target: Any) -> Page | None:
        """Show a page, built at its first showing; `target` is handed to its `open`."""
        entry = next((e for e in self.entries if e.key == key), None)
        if entry is None:
            return None
        page = self._built(entry)
        self.now_shown = key
        self._helped = []
        self.stack.setCurrentWidget(page)
        self.side.mark(key)
        if (missed := self._missed.pop(key, None)) is not None:
            page.refresh(missed)
        page.shown()
        if target:
            page.open(**target)
        self._badge(key)
        return page

    def _built(self, entry: Entry) -> Page:
        if entry.key not in self.pages:
            self.pages[entry.key] = entry.make(self.room, self)
            self.stack.addWidget(self.pages[entry.key])
        return self.pages[entry.key]

    def help(self) -> None:
        """F1: the help, at what belongs to where the keyboard stands; F1 or Esc goes back."""
        from psyroom.ui.help import HelpPage, topic_at

        if self._help is None:
            self._help = HelpPage(self.leave_help)
            self.stack.addWidget(self._help)
        elif self.stack.currentWidget() is self._help:
            self.leave_help()
            return
        focus = self.focusWidget()
        over = [veil for veil in self._veils() if veil.isVisible()]
        topic = topic_at([*over, focus], self.pages.get(self.now_shown), self.now_shown)
        self._helped = [w for w in (focus, *over) if w is not None]
        for veil in over:
            veil.hide()
        self.stack.setCurrentWidget(self._help)
        self._help.show_topic(topic.key)
        self._help.shown()

    def leave_help(self) -> None:
        """The page as it was left: the same form, the keyboard where it stood. Only what changed meanwhile is read."""
        page, before, self._helped = self.pages.get(self.now_shown), self._helped, []
        if page is None:
            return
        self.stack.setCurrentWidget(page)
        if (missed := self._missed.pop(self.now_shown, None)) is not None:
            page.refresh(missed)
            self._badge(self.now_shown)
        alive = [w for w in before if isValid(w)]
        for veil in alive:
            if veil in self._veils():
                veil.show()
                veil.raise_()

        def give_back() -> None:
            if alive and isValid(alive[0]) and alive[0].isVisible() and self.stack.currentWidget() is page:
                alive[0].setFocus()

        give_back()
        QTimer.singleShot(0, self, give_back)  # a part that takes the keyboard whenever it is shown has it no longer

    def _veils(self) -> list[QWidget]:
        """What lies over a page while somebody is let in at the door."""
        found: Iterable[QWidget] = self.centralWidget().findChildren(QWidget, options=ONLY_ITS_OWN)
        return [w for w in found if hasattr(w, "help_topic")]

    def build_ahead(self) -> None:
        """Build the pages nobody has opened yet, one at a time with a breath between, so that their first showing does
        not wait."""
        entry = next((e for e in self.entries if e.key not in self.pages), None)
        if entry is not None and not self.room.closed:
            self._built(entry)
            self._badge(entry.key)
            QTimer.singleShot(BREATH, self, self.build_ahead)

    def tell_changed(self, *kinds: str) -> None:
        """Records of these kinds changed: the page in sight refreshes at once, the others when they are shown."""
        self.changed.emit(set(kinds))

    def _on_changed(self, kinds: set[str]) -> None:
        for key, page in self.pages.items():
            under_help = self._help is not None and self.stack.currentWidget() is self._help
            if key == self.now_shown and not under_help or page.counts:
                page.refresh(kinds)
                self._badge(key)
            else:
                before = self._missed.get(key, kinds)
                self._missed[key] = before | kinds if before and kinds else set()

    def _badge(self, key: str) -> None:
        self.side.badge(key, self.pages[key].badge())

    # ---- deeds

    def attempt(
        self, deed: Callable[[], Any], *, form: Form | None = None, say: str = "", kinds: tuple[str, ...] = ()
    ) -> Outcome:
        """Do a deed. What a person may be told is shown under the form's fields or as a toast, nothing typed is lost.

        On success: a toast `say` with 撤销, and the pages refresh for `kinds`.
        """
        try:
            result = deed()
        except ClockDoubt as doubt:
            if not ask.confirm(self, "电脑的时间对吗？", str(doubt), yes="时间没错，继续"):
                return Outcome(False, None, doubt)
            self.room.clock_confirmed = True
            return self.attempt(deed, form=form, say=say, kinds=kinds)
        except NotValid as problem:
            if form is not None:
                form.show_problems(problem)
            else:
                self.trouble(problem)
            return Outcome(False, None, problem)
        except Exception as error:  # noqa: BLE001 - the door where a bug becomes a sentence with an id
            tell = worker.told(error)
            if form is not None:
                form.say(str(tell))
            else:
                self.trouble(tell)
            return Outcome(False, None, tell)
        if kinds:
            self.tell_changed(*kinds)
        if say:
            self.toast(say, undo=True)
        return Outcome(True, result, None)

    def run(
        self,
        owner: QWidget,
        work: worker.Work,
        *,
        done: Callable[[Any], object] | None = None,
        failed: Callable[[Tell], object] | None = None,
        progress: Callable[..., object] | None = None,
    ) -> worker.Job:
        """Slow work, off the window's thread; its answer belongs to the owner's life. Untaken errors become toasts."""
        return worker.run(owner, work, done=done, failed=failed or self.trouble, progress=progress)

    def toast(self, words: str, *, undo: bool = False, more: tuple[str, Callable[[], object]] | None = None) -> None:
        """A short word at the foot; `more`: (words, what it does), a next step that is offered with it."""
        self.toaster.say(words, undo=self.undo_deed if undo else None, more=more)

    def trouble(self, tell: Tell) -> None:
        self.toaster.say(str(tell), trouble=True)

    def undo(self) -> None:
        """Ctrl+Z: in a field what was typed, elsewhere the last deed."""
        field = self.focusWidget()
        if isinstance(field, QLineEdit) and field.isUndoAvailable():
            field.undo()
            return
        if isinstance(field, QPlainTextEdit) and field.document().isUndoAvailable():
            field.undo()
            return
        self.undo_deed()

    def undo_deed(self) -> None:
        """Take back one's last deed, and say what it was."""
        outcome = self.attempt(lambda: history.undo(self.room))
        if outcome.done:
            undone: history.Undone = outcome.result
            kept = f"；{len(undone.kept)} 条之后又改过，没有动" if undone.kept else ""
            self.tell_changed()
            self.toast(f"已撤销：{undone.label}{kept}")

    # ---- the look

    def text_size(self, by: int) -> None:
        at = min(range(len(TEXT_SIZES)), key=lambda i: abs(TEXT_SIZES[i] - self.settings.text_size))
        self.set_text_size(TEXT_SIZES[max(0, min(at + by, len(TEXT_SIZES) - 1))])

    def set_text_size(self, percent: int) -> None:
        self.settings.text_size = percent
        self.settings.save()
        self._dress()
        self.toast(f"字号 {percent} %")

    def set_theme(self, theme: str) -> None:
        """`system`, `light` or `dark`."""
        self.settings.theme = theme
        self.settings.save()
        self._dress()

    def _dress(self, *_: object) -> None:
        look = style.look_for(self.settings.theme, self.settings.text_size)
        if look != tokens.now():
            style.dress(look)

    # ---- going away

    def find_student(self) -> None:
        self.find_box.setFocus()
        self.find_box.selectAll()

    def walk_in(self) -> None:
        """Ctrl+Q: somebody stands at the door, whatever page is shown."""
        from psyroom.ui.pages.walk_in import walk_in_of

        walk_in_of(self).begin()

    def cover(self) -> None:
        """F12: nothing to be seen, at once; F12 again brings it back."""
        self.curtain.toggle()

    def lock(self) -> None:
        leave.leave(self.room)

    def closeEvent(self, event: QCloseEvent) -> None:
        leave.leave(self.room, come_back=False)
        event.accept()


@dataclass(frozen=True)
class Outcome:
    """What came of a deed: whether it was done, its result, or what was told."""

    done: bool
    result: Any
    told: Tell | None

    def __bool__(self) -> bool:
        return self.done
