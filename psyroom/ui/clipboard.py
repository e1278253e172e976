"""What is copied here says that it is not to be kept: no clipboard history, no cloud clipboard, no monitor holds on to it.

Whatever widget copied it, the marks are put beside it as soon as it lies there; at a lock it is cleared (`leave`).
"""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QClipboard
from PySide6.QtWidgets import QApplication

_WINDOWS = 'application/x-qt-windows-mime;value="{}"'
_NO = b"\0\0\0\0"  # a DWORD
MARKS = {
    _WINDOWS.format("ExcludeClipboardContentFromMonitorProcessing"): _NO,
    _WINDOWS.format("CanIncludeInClipboardHistory"): _NO,
    _WINDOWS.format("CanUploadToCloudClipboard"): _NO,
    "x-kde-passwordManagerHint": b"secret",
}
"""Format → content, as Windows (Clipboard Formats, 2018) and the Klipper of KDE read them; elsewhere nobody minds them."""


def marked(data: QMimeData) -> QMimeData:
    """The same with the marks beside it."""
    found = QMimeData()
    for name in data.formats():
        found.setData(name, data.data(name))
    for name, value in MARKS.items():
        found.setData(name, value)
    return found


def is_marked(data: QMimeData) -> bool:
    return all(data.hasFormat(name) for name in MARKS)


class Watch(QObject):
    """Marks whatever this program puts on the clipboard."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._clipboard: QClipboard = app.clipboard()
        self._clipboard.dataChanged.connect(self._look)

    def _look(self) -> None:
        # without a desktop there is nobody else's, and Qt never says whose it is
        if not (self._clipboard.ownsClipboard() or QApplication.platformName() == "offscreen"):
            return
        data = self._clipboard.mimeData()
        if data is not None and data.formats() and not data.hasImage() and not is_marked(data):
            self._clipboard.setMimeData(marked(data))
