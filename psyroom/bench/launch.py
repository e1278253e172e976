"""A child process of the benchmark: from process start to the first picture of a window, the program's or a bare one.

python -m psyroom.bench.launch bare|program BEGUN       BEGUN: time.monotonic_ns() before the process was started
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any


def _tell_at_first_picture(begun: int) -> None:
    """Make QApplication.exec() print the milliseconds and end, as soon as a window has been drawn."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication

    def tell() -> None:
        print(f"{(time.monotonic_ns() - begun) / 1e6:.1f}", flush=True)
        os._exit(0)

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Expose:
                QTimer.singleShot(0, tell)  # the picture is drawn while this event is handled
            return False

    watch = Watch()
    run = QApplication.exec

    def exec_and_tell(*args: Any) -> int:
        windows = [w.windowHandle() for w in QApplication.topLevelWidgets() if w.isVisible() and w.windowHandle()]
        if any(window.isExposed() for window in windows):
            QTimer.singleShot(0, tell)
        for window in windows:
            window.installEventFilter(watch)
        return run()

    QApplication.exec = exec_and_tell  # type: ignore[method-assign]


def _bare() -> None:
    from PySide6.QtWidgets import QApplication, QWidget

    app = QApplication([])
    window = QWidget()
    window.resize(1280, 760)
    window.show()
    app.exec()


def main() -> None:
    which, begun = sys.argv[1], int(sys.argv[2])
    sys.argv[1:] = []
    _tell_at_first_picture(begun)
    if which == "bare":
        _bare()
    else:
        from psyroom.__main__ import main as program

        program()


if __name__ == "__main__":
    main()
