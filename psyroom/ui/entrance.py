"""The window before the room is open: welcome, unlock, and the wizards; one after the other in one frame."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import isValid

from psyroom.settings import Settings
from psyroom.store import roomfile
from psyroom.ui import tokens
from psyroom.ui.brand import NAME, window_icon
from psyroom.ui.unlock import Unlock
from psyroom.ui.welcome import Welcome

if TYPE_CHECKING:
    from psyroom.store.room import Room
    from psyroom.ui.help import HelpPage

SIZE = (900, 680)


class Entrance(QWidget):
    """`entered` fires with the opened room; whoever listens shows it and closes this window."""

    entered = Signal(object)

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        super().__init__()
        self.settings = settings
        self.setObjectName("paper")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(NAME)
        QTimer.singleShot(0, self, lambda: self.setWindowIcon(window_icon()))  # not before the first picture
        px = tokens.now().px
        screen = self.screen().availableSize()
        self.resize(min(px(SIZE[0]), screen.width() - 20), min(px(SIZE[1]), screen.height() - 60))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.stack = QStackedWidget()
        column.addWidget(self.stack)
        self._may_close: Callable[[], bool] | None = None
        self._help: HelpPage | None = None
        self._before_help: QWidget | None = None  # where the keyboard stood
        QShortcut(QKeySequence("F1"), self).activated.connect(self.help)
        known = folder or next((Path(r) for r in settings.rooms if roomfile.exists(Path(r))), None)
        if known is not None and roomfile.exists(known):
            self.show_unlock(known)
        else:
            self.show_welcome()

    # ---- what is shown

    def _show(self, widget: QWidget) -> None:
        self._help = self._before_help = None
        while self.stack.count():
            gone = self.stack.widget(0)
            self.stack.removeWidget(gone)
            gone.deleteLater()
        self.stack.addWidget(widget)
        self._may_close = getattr(widget, "may_close", None)
        if hasattr(widget, "focus_first"):
            widget.focus_first()

    def shown(self) -> QWidget:
        return self.stack.currentWidget()

    def help(self) -> None:
        """F1: the help, over what is shown; F1 or Esc goes back to it as it was."""
        from psyroom.ui.help import HelpPage, topic_at

        if self._help is not None:
            self._leave_help()
            return
        self._before_help = self.focusWidget()
        topic = topic_at([self._before_help, self.shown()], None, "")
        self._help = HelpPage(self._leave_help)
        self.stack.addWidget(self._help)
        self.stack.setCurrentWidget(self._help)
        self._help.show_topic(topic.key)
        self._help.shown()

    def _leave_help(self) -> None:
        if self._help is None:
            return
        self.stack.removeWidget(self._help)
        self._help.deleteLater()
        self._help = None
        if self._before_help is not None and isValid(self._before_help):
            self._before_help.setFocus()

    def show_welcome(self) -> None:
        page = Welcome([r for r in self.settings.rooms if roomfile.exists(Path(r))])
        page.make.connect(self.show_wizard)
        page.look.connect(self.show_practice)
        page.bring.connect(self.show_bring_back)
        page.open.connect(self._open_folder)
        page.help.connect(self.help)
        self._show(page)

    def show_unlock(self, folder: Path) -> None:
        page = Unlock(folder, self.settings.last_person)
        page.opened.connect(self._entered)
        page.other.connect(self.show_welcome)
        page.sheet.connect(lambda enrol: self.show_sheet(folder, enrol_only=enrol))
        page.code.connect(lambda: self.show_code(folder))
        page.help.connect(self.help)
        self._show(page)

    def show_wizard(self) -> None:
        from psyroom.ui.wizard.first_run import FirstRun

        self._take(FirstRun())

    def show_bring_back(self) -> None:
        from psyroom.ui.wizard.bring_back import BringBack

        self._take(BringBack())

    def show_sheet(self, folder: Path, *, enrol_only: bool) -> None:
        """Into the room with the recovery sheet: a new password, or only this computer."""
        if enrol_only:
            from psyroom.ui.wizard.with_sheet import Enrol

            page = Enrol(folder)
            page.done.connect(lambda _done: self.show_unlock(folder))
            page.left.connect(lambda: self.show_unlock(folder))
            self._show(page)
            return
        from psyroom.ui.wizard.with_sheet import NewPassword

        self._take(NewPassword(folder), back=lambda: self.show_unlock(folder))

    def show_code(self, folder: Path) -> None:
        """Only enrol this system account, with a code somebody inside shows."""
        from psyroom.ui.wizard.with_sheet import EnrolByCode

        page = EnrolByCode(folder)
        page.done.connect(lambda _done: self.show_unlock(folder))
        page.left.connect(lambda: self.show_unlock(folder))
        self._show(page)

    def show_practice(self) -> None:
        from psyroom.ui.wizard.practice import Practice

        self._take(Practice())

    def _take(self, wizard: Any, back: Callable[[], None] | None = None) -> None:
        wizard.done.connect(self._entered)
        wizard.left.connect(back or self.show_welcome)
        self._show(wizard)

    def _open_folder(self, folder: str) -> None:
        from psyroom.ui import ask

        found: Path | None = Path(folder) if folder else ask.folder(self, "选辅导室所在的文件夹")
        if found is None:
            return
        if not roomfile.exists(found):
            ask.tell(self, "这里没有辅导室", f"“{found}”里没有找到辅导室的文件，请选建辅导室时用的那个文件夹。")
            return
        self.show_unlock(found)

    # ---- going in and out

    def _entered(self, room: Room) -> None:
        if not room.practice:
            self.settings.last_person = room.person.name
            self.settings.remember_room(str(room.folder))
        self.entered.emit(room)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and isinstance(self.shown(), Unlock):
            event.accept()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close is not None and not self._may_close():
            event.ignore()
        else:
            event.accept()
