"""Starting: the unlock window first, with nothing but QtWidgets and the standard library; the rest is loaded behind it."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from psyroom.settings import Settings

if TYPE_CHECKING:
    from psyroom.store.room import Room

BEHIND = (
    "psyroom.store.opening", "psyroom.services.history", "psyroom.services.copies", "psyroom.services.backups", "psyroom.services.roll",
    "psyroom.services.drafts", "psyroom.ui.window", "psyroom.ui.pages.today",
    "cryptography.hazmat.primitives.ciphers.aead", "cryptography.hazmat.primitives.hpke",
    "cryptography.hazmat.primitives.kdf.argon2", "cryptography.hazmat.primitives.kdf.hkdf", "chinese_calendar",
    "psyroom.ui.pages.bookings", "psyroom.ui.pages.students", "psyroom.ui.pages.openings", "psyroom.ui.pages.returns",
    "psyroom.ui.pages.settings",
)  # fmt: skip
"""Loaded by a thread while the person types the password; what the first page needs comes first."""


def choose_input_method() -> None:
    """Qt's wheel speaks ibus only; a desktop that says fcitx types Chinese through it when both of these are set."""
    asked = (
        f"{os.environ.get('QT_IM_MODULE', '')} {os.environ.get('XMODIFIERS', '')} {os.environ.get('GTK_IM_MODULE', '')}"
    )
    if "fcitx" in asked.lower():
        os.environ["QT_IM_MODULE"] = "ibus"
        os.environ["IBUS_USE_PORTAL"] = "1"


def has_display() -> bool:
    """Whether a window can be shown at all; Qt would otherwise end the process with an English line."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def make_app() -> Any:
    """The application, in Chinese and in our dress."""
    choose_input_method()
    from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
    from PySide6.QtWidgets import QApplication

    from psyroom.ui import clipboard, style

    QLocale.setDefault(QLocale(QLocale.Language.Chinese, QLocale.Country.China))
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("psyroom")
    app.setApplicationDisplayName("心理辅导室")
    app.setDesktopFileName("psyroom")
    translator = QTranslator(app)
    if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        app.installTranslator(translator)
    clipboard.Watch(app)
    settings = Settings.load()
    style.dress(style.look_for(settings.theme, settings.text_size))
    return app


SMALL_SCREEN = 1440
"""Up to this width (pixels) the window takes the whole screen: an old laptop has none to spare."""


class Program:
    """Holds the one window there is at a time: the entrance, then the shell."""

    def __init__(self, folder: Path | None) -> None:
        from psyroom.ui.entrance import Entrance

        self.settings = Settings.load()
        self.entrance: Any = Entrance(self.settings, folder)
        self.entrance.entered.connect(self.enter)
        self.shell: Any = None

    def show(self) -> None:
        self.entrance.show()

    def enter(self, room: Room) -> None:
        """The room is open: its window instead of the entrance."""
        from psyroom.ui.window import Shell

        self.shell = Shell(room, self.settings)
        if self.shell.screen().availableSize().width() <= SMALL_SCREEN:
            self.shell.showMaximized()
        else:
            self.shell.show()
        settle()
        self.entrance.hide()
        self.entrance.deleteLater()
        self.entrance = None
        from psyroom.ui import worker

        worker.run(self.shell, lambda: warm(room), done=lambda _none: self.shell.build_ahead())

    def on_bug(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Whatever nobody caught: noted by its id, told by its id, the window stays."""
        if isinstance(error, KeyboardInterrupt):
            sys.exit(130)
        from psyroom.ui import worker

        tell = worker.told(error)
        if self.shell is not None:
            self.shell.trouble(tell)
        else:
            from psyroom.ui import ask

            ask.tell(self.entrance, "出了问题", str(tell))


def settle() -> None:
    """Let every layout that asked for it be done before the first picture; else it is drawn with lines of no height and
    stays so while the other pages' modules are loaded behind it."""
    from PySide6.QtCore import QCoreApplication, QEvent

    for _ in range(8):  # each inner layout asks the one around it
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)


def warm(room: Room) -> None:
    """Make ready behind 今日 what the first keys will ask for: the roll with its pinyin, the other pages' modules."""
    from psyroom.services import roll
    from psyroom.ui.window import PAGES

    roll.everybody(room)
    for entry in PAGES:
        importlib.import_module(entry.module)


def load_behind() -> None:
    """Import what the room needs; an import that fails will say so where it is used."""
    for name in BEHIND:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    from sqlalchemy.orm import configure_mappers

    configure_mappers()


def run(folder: Path | None = None) -> int:
    """Show the window and stay until it is closed."""
    if not has_display():
        sys.stderr.write("这里没有图形桌面，打不开窗口；请在桌面里启动，或使用命令行（psyroom --help）。\n")
        return 1
    app = make_app()
    program = Program(folder)
    sys.excepthook = program.on_bug
    program.show()

    def behind() -> None:
        gc.freeze()
        gc.enable()
        from psyroom import log

        log.begin()
        log.guard(main=False)
        threading.Thread(target=load_behind, name="psyroom-loading", daemon=True).start()

    _after_first_picture(program.entrance, behind)
    return int(app.exec())


def _after_first_picture(window: Any, do: Callable[[], None]) -> None:
    """Call `do` once the window is drawn. Loading any earlier competes with the drawing: measured, two seconds."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Expose:
                watched.removeEventFilter(self)
                QTimer.singleShot(0, do)
            return False

    handle = window.windowHandle()
    if handle.isExposed():
        QTimer.singleShot(0, do)
    else:
        handle.installEventFilter(Watch(handle))
