"""附件, wherever they lie: a strip of small pictures that takes files by drag, paste or choice, and shows them inside the
window. The note's page and the student's card both put it in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QGuiApplication, QImage, QKeySequence, QShortcut

from psyroom.errors import Tell
from psyroom.records.attachments import ATTACHED, AttachmentFields
from psyroom.records.fields import label_of
from psyroom.services import attachments
from psyroom.services.attachments import Added, AttachedSeen
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.kit import Card, Check, Choice, DayField, Field, TextField, button, text
from psyroom.ui.kit.flow import Flow
from psyroom.ui.pages.attached_tiles import Tile
from psyroom.ui.pages.attached_view import viewer_of
from psyroom.ui.pages.settings_base import InPlace, Place
from psyroom.ui.style import polish
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

KINDS = ("attachment",)
EMPTY = "把照片、扫描件拖到这里，或按 Ctrl+V 粘贴；放进来就加了密，只有心理教师看得到。"
PASTED = "粘贴的图片.png"
MOST_PIXELS = 40_000_000
"""Of a picture in the clipboard."""


class Attachments(Card):
    """The attachments of a student (with those of the notes one may read), or of one note. `day`: only what the student
    has of that day, and what is put in is of that day."""

    help_topic = "attachments"

    def __init__(
        self,
        room: Room,
        shell: Shell,
        *,
        student: str = "",
        note: str = "",
        day: date | None = None,
        heading: str = "附件",
    ) -> None:
        super().__init__(heading)
        self.room, self.shell, self.day = room, shell, day
        self.student, self.note = student, note
        self.may_add = attachments.may_add(room, student=student, note=note)
        self.shown: list[AttachedSeen] = []
        self.tiles: list[Tile] = []
        self.hint = text(EMPTY, "soft")
        self.busy = text("", "soft")
        self.busy.hide()
        self.trouble = text("", "error")
        self.trouble.hide()
        self.flow = Flow(gap=SPACE)
        self.place = Place()
        for widget in (self.hint, self.flow, self.busy, self.trouble, self.place):
            self.add(widget)
        if self.may_add:
            self._adding()
        shell.changed.connect(self._on_changed)
        self.refresh()

    def _adding(self) -> None:
        self.add_button = button(
            "添加附件",
            self.choose,
            icon_name="paperclip",
            small=True,
            tip="选文件放进来；也可以拖进来，或按 Ctrl+V 粘贴",
        )
        self.head.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignTop)
        self.original = Check("保留原图")
        self.original.setToolTip("照片不缩小；拍摄地点、时间和手机型号仍会去掉")
        self.head.insertWidget(self.head.count() - 1, self.original, 0, Qt.AlignmentFlag.AlignTop)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        paste.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        paste.activated.connect(self.paste)

    # ---- what is shown

    def _on_changed(self, kinds: set[str]) -> None:
        if not kinds or kinds & {"attachment", "note"}:
            self.refresh()

    def refresh(self) -> None:
        """Read anew; the keyboard stays where it stood."""
        try:
            found = attachments.of(self.room, student=self.student, note=self.note)
            self.shown = [one for one in found if self.day is None or (one.day == self.day and not one.note)]
        except Tell:  # the note is gone, or is no longer shared
            self.shown = []
        at = next((i for i, tile in enumerate(self.tiles) if tile.hasFocus()), -1)
        self.tiles = [Tile(self.room, self.shell, seen) for seen in self.shown]
        for place, tile in enumerate(self.tiles):
            tile.wanted.connect(partial(self._wanted, place))
            tile.stepped.connect(partial(self._step, place))
        self.flow.set(list(self.tiles))
        self.flow.setVisible(bool(self.tiles))
        self.hint.setVisible(not self.tiles)
        self.hint.setText(EMPTY if self.may_add else "这里没有附件。")
        if at >= 0 and self.tiles:
            self.tiles[min(at, len(self.tiles) - 1)].setFocus()

    def _step(self, at: int, by: int) -> None:
        self.tiles[max(0, min(len(self.tiles) - 1, at + by))].setFocus()

    def _wanted(self, at: int, what: str) -> None:
        seen = self.shown[at]
        if what == "open":
            self.open(seen.id)
        elif not seen.may_change:
            self.shell.toast("这份记录已锁定或是同事写的，附件不能改。")
        elif what == "edit":
            self.edit(seen.id)
        else:
            self.remove(seen)

    def open(self, attachment_id: str) -> None:
        """Show one of these in the viewer."""
        at = next((i for i, seen in enumerate(self.shown) if seen.id == attachment_id), -1)
        if at >= 0:
            viewer_of(self.shell).open(self.shown, at)

    # ---- putting in

    def choose(self) -> None:
        """A file the person picks."""
        path = ask.open_file(self, "选要放进来的文件", attachments.PATTERNS)
        if path is not None:
            self.put([path])

    def paste(self) -> None:
        """What lies in the clipboard: a picture, or files copied elsewhere."""
        if not self.take(QGuiApplication.clipboard().mimeData()):
            self.say_trouble("剪贴板里没有图片或文件。先截图或复制一个文件，再按 Ctrl+V。")

    def take(self, mime: QMimeData | None) -> bool:
        """Put in what was dropped or pasted; False where there is nothing to put in."""
        if mime is None:
            return False
        paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()] if mime.hasUrls() else []
        if paths:
            self.put(paths)
            return True
        image = mime.imageData() if mime.hasImage() else None
        if not isinstance(image, QImage) or image.isNull():
            return False
        if image.width() * image.height() > MOST_PIXELS:
            self.say_trouble("这张图太大了，请缩小后再粘贴。")
            return True
        self.put([image])
        return True

    def put(self, given: Sequence[Path | QImage]) -> None:
        """Put files or pictures in, off the window's thread."""
        student, note, original, day = self.student, self.note, self.original.value(), self.day
        many = f"{len(given)} 个文件" if len(given) > 1 else "文件"
        self.busy.setText(f"正在放入{many}……")
        self.busy.show()
        self.add_button.setEnabled(False)
        self.say_trouble("")

        def work() -> Added:
            ready = [(PASTED, picture_bytes(one)) if isinstance(one, QImage) else one for one in given]
            return attachments.add_files(self.room, ready, student=student, note=note, day=day, original=original)

        def ended() -> None:
            self.busy.hide()
            self.add_button.setEnabled(True)

        def done(added: Added) -> None:
            ended()
            self.say_trouble("\n".join(added.refused))
            if not added.ids:
                return
            self.shell.tell_changed(*KINDS)
            self.shell.toast(f"放好了 {len(added.ids)} 个附件" if len(added.ids) > 1 else "附件放好了", undo=True)
            if len(added.ids) == 1:
                self.edit(added.ids[0])

        def failed(told: Tell) -> None:
            ended()
            self.say_trouble(str(told))

        self.shell.run(self, work, done=done, failed=failed)

    def say_trouble(self, words: str) -> None:
        self.trouble.setText(words)
        self.trouble.setVisible(bool(words))

    # ---- dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._lit(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._lit(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._lit(False)
        event.setDropAction(Qt.DropAction.CopyAction)  # what lies outside stays where it is
        event.accept()
        self.take(event.mimeData())

    def _lit(self, on: bool) -> None:
        self.setProperty("tone", "accent" if on else "")
        polish(self)

    # ---- changing

    def edit(self, attachment_id: str) -> None:
        """Kind, caption and day, in place."""
        at = next((i for i, seen in enumerate(self.shown) if seen.id == attachment_id), -1)
        if at < 0:
            return
        seen = self.shown[at]
        form = InPlace("", "保存", lambda: self._save(form, seen.id))
        kind = Choice(ATTACHED, as_list=True, wide=True)
        kind.set_value(seen.kind)
        caption = TextField("如：第三次沙盘，左上角的桥", limit=60)
        caption.set_value(seen.caption)
        day = DayField(today=self.room.today)
        day.set_value(seen.day)
        fields = {"kind": kind, "day": day, "caption": caption}
        made = {name: Field(label_of(AttachmentFields, name), control) for name, control in fields.items()}
        across = [("kind", made["kind"]), ("day", made["day"])]
        for row in [across] if self.note else [[one] for one in across]:  # a student's card is narrow
            form.row(*row)
        form.row(("caption", made["caption"]))
        caption.returnPressed.connect(form.save_button.click)
        day.returnPressed.connect(form.save_button.click)
        form.gone.connect(partial(self._back_to, seen.id))
        self.place.open(form)
        caption.setFocus()

    def _save(self, form: InPlace, attachment_id: str) -> None:
        form.clear_problems()
        values = form.values()
        done = self.shell.attempt(
            lambda: attachments.change(
                self.room, attachment_id, kind=values["kind"], caption=values["caption"], day=values["day"]
            ),
            form=form,  # type: ignore[arg-type]
            say="已保存",
        )
        if done:
            self.place.shut()
            self.shell.tell_changed(*KINDS)
            self._back_to(attachment_id)

    def _back_to(self, attachment_id: str) -> None:
        for tile in self.tiles:
            if tile.seen.id == attachment_id:
                tile.setFocus()

    def remove(self, seen: AttachedSeen) -> None:
        """Into the recycle bin; the toast takes it back."""
        self.place.shut()
        self.shell.attempt(lambda: attachments.remove(self.room, seen.id), say="附件已移到回收站", kinds=KINDS)


def picture_bytes(image: QImage) -> bytes:
    """The picture as a file in memory."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", 90)  # type: ignore[call-overload]
    return bytes(data.data())
