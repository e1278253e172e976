"""The signed slip that came back: dropped, pasted or chosen, it is put in and the feedback is 已签回, in one act; shown as a
small picture, and whole inside the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QVBoxLayout

from psyroom.errors import Tell
from psyroom.services import attachments, feedback
from psyroom.services.attachments import AttachedSeen
from psyroom.services.feedback import FeedbackSeen
from psyroom.services.feedback_list import FeedbackLine
from psyroom.services.hours import local_now
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.kit import Card, button, text
from psyroom.ui.kit.flow import Flow
from psyroom.ui.pages.attached import MOST_PIXELS, PASTED, picture_bytes
from psyroom.ui.pages.attached_tiles import Tile
from psyroom.ui.pages.attached_view import viewer_of
from psyroom.ui.style import polish
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

HINT = "家长签好的单子拍照或扫描后拖到这里（也可以拖到名单里那一行），就算签回。"
NOTHING = "剪贴板里没有图片或文件。先截图或复制一个文件，再按 Ctrl+V。"
KINDS = ("feedback", "attachment")

Given = Path | tuple[str, bytes]


def what_lies_in(mime: QMimeData | None) -> Path | QImage | None:
    """The file or picture that was dropped or pasted. Raises `Tell` where it is too large."""
    if mime is None:
        return None
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()] if mime.hasUrls() else []
    if paths:
        return paths[0]
    image = mime.imageData() if mime.hasImage() else None
    if not isinstance(image, QImage) or image.isNull():
        return None
    if image.width() * image.height() > MOST_PIXELS:
        raise attachments.TooLarge(PASTED, image.sizeInBytes())
    return image


def in_clipboard() -> QMimeData | None:
    return QGuiApplication.clipboard().mimeData()


def choose(owner: Card | None, shell: Shell) -> Path | None:
    """A file the person picks."""
    return ask.open_file(owner or shell, "选家长签回的单子（照片或扫描件）", attachments.PATTERNS)


def take_back(
    shell: Shell, line: FeedbackLine, given: Path | QImage, *, failed: Callable[[Tell], object] | None = None
) -> None:
    """Put a signed slip in for a student: off the window's thread, one deed, undone by one."""
    room = shell.room
    if not line.feedback:
        shell.toast(f"{line.name}还没有反馈单：先写好或打印，再放签回的单子。")
        return

    def work() -> str:
        ready: Given = (PASTED, picture_bytes(given)) if isinstance(given, QImage) else given
        now = local_now(room)
        return feedback.signed_with_scan(room, line.feedback, ready, now.date(), now)

    def done(_attachment: str) -> None:
        shell.tell_changed(*KINDS)
        shell.toast(f"{line.name}的签回单放好了，已记为签回", undo=True)

    shell.run(shell, work, done=done, failed=failed or shell.trouble)


class SignedSlip(Card):
    """Under the form: the signed slip, or room to put it."""

    help_topic = "feedback"

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(tone="sunken")
        self.room, self.shell = room, shell
        self.line: FeedbackLine | None = None
        self.shown: AttachedSeen | None = None
        self.tile: Tile | None = None
        self.hint = text(HINT, "soft")
        self.flow = Flow(gap=SPACE)
        self.pick = button(
            "选文件", self.choose, icon_name="paperclip", small=True, tip="选签回单的照片或扫描件（Ctrl+O）"
        )
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(text("签回单", "strong", wrap=False))
        self.head.addLayout(words, 1)
        self.head.addWidget(self.pick, 0, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(self.head)
        self.add(self.hint)
        self.add(self.flow)
        self.setAcceptDrops(True)

    def show_of(self, line: FeedbackLine, seen: FeedbackSeen | None) -> None:
        """Whose slip."""
        self.line = line
        self.setVisible(seen is not None and seen.fields.way == feedback.SLIP)
        scan = seen.scan if seen is not None else ""
        found = attachments.of(self.room, student=line.student) if scan else []
        self.shown = next((one for one in found if one.id == scan), None)
        self.tile = Tile(self.room, self.shell, self.shown) if self.shown is not None else None
        if self.tile is not None:
            self.tile.wanted.connect(self._wanted)
        self.flow.set([self.tile] if self.tile is not None else [])
        self.flow.setVisible(self.tile is not None)
        self.hint.setVisible(self.tile is None)
        self.pick.setText("换一份" if self.tile is not None else "选文件")

    def _wanted(self, what: str) -> None:
        if what == "open":
            self.open()

    def open(self) -> None:
        """The slip whole."""
        if self.shown is not None:
            viewer_of(self.shell).open([self.shown], 0)

    def choose(self) -> None:
        if self.line is not None and (path := choose(self, self.shell)) is not None:
            take_back(self.shell, self.line, path)

    # ---- dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._lit("accent")

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._lit("sunken")

    def dropEvent(self, event: QDropEvent) -> None:
        self._lit("sunken")
        event.setDropAction(Qt.DropAction.CopyAction)  # what lies outside stays where it is
        event.accept()
        self.take(event.mimeData())

    def take(self, mime: QMimeData | None) -> None:
        """What was dropped or pasted."""
        try:
            given = what_lies_in(mime)
        except Tell as told:
            self.shell.trouble(told)
            return
        if given is None:
            self.shell.toast(NOTHING)
        elif self.line is not None:
            take_back(self.shell, self.line, given)

    def _lit(self, tone: str) -> None:
        self.setProperty("tone", tone)
        polish(self)
