"""Attachments through the real window: chosen, dropped, pasted; shown inside it; described, removed, taken out by asking."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from reportlab.pdfgen import canvas

from psyroom.records.access import Export
from psyroom.services import attachments, notes, students, timeline
from psyroom.settings import Settings
from psyroom.store import files
from psyroom.store.connection import raw_of
from psyroom.store.room import Room
from psyroom.ui import worker
from psyroom.ui.kit.sheet import into_sight
from psyroom.ui.pages.attached import Attachments
from psyroom.ui.pages.attached_tiles import Tile
from psyroom.ui.pages.attached_view import Viewer, viewer_of
from psyroom.ui.pages.export_dialog import ExportDialog
from psyroom.ui.window import Shell
from tests.ui.at_the_window import open_window, press, words_of
from tests.ui.conftest import Answers

Key = Qt.Key


def picture(size: tuple[int, int] = (320, 200), colour: tuple[int, int, int] = (200, 40, 40)) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, (240, 240, 240))
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2, size[1]), fill=colour)
    image.save(out, "JPEG", quality=95)
    return out.getvalue()


def letter(pages: int = 3) -> bytes:
    out = io.BytesIO()
    paper = canvas.Canvas(out)
    for page in range(pages):
        paper.setFont("Helvetica", 60)
        paper.drawString(60, 300 + page * 100, f"PAGE {page + 1}")
        paper.showPage()
    paper.save()
    return out.getvalue()


@pytest.fixture
def child(room: Room) -> str:
    return students.add(room, {"name": "周一鸣", "stage": "vocational", "cohort": 2026, "class_no": 1}, {}, [])


@pytest.fixture
def settled(qtbot: QtBot) -> Callable[[], None]:
    def wait() -> None:
        qtbot.waitUntil(lambda: not worker.busy(), timeout=20_000)
        QApplication.processEvents()

    return wait


@pytest.fixture
def shell(qtbot: QtBot, room: Room, child: str) -> Shell:
    made = open_window(qtbot, room, "students")
    made.go("students", student=child)
    return made


def strip_of(shell: Shell) -> Attachments:
    QApplication.processEvents()
    (found,) = [strip for strip in shell.pages[shell.now_shown].findChildren(Attachments) if strip.isVisible()]
    return found


def mime_of(*paths: Path, image: QImage | None = None) -> QMimeData:
    mime = QMimeData()
    if paths:
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    if image is not None:
        mime.setImageData(image)
    return mime


def drop(strip: Attachments, mime: QMimeData) -> None:
    actions, button = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(5, 5), actions, mime, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(strip, enter)
    assert enter.isAccepted() and enter.dropAction() == Qt.DropAction.CopyAction
    event = QDropEvent(QPointF(5, 5), actions, mime, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(strip, event)
    assert event.dropAction() == Qt.DropAction.CopyAction, "what lies outside is not taken away"


# ---- putting in ----------------------------------------------------------------------------------------------------


def test_an_empty_strip_says_in_a_line_how_it_is_done(shell: Shell, room: Room) -> None:
    strip = strip_of(shell)
    assert "拖到这里" in words_of(strip) and "Ctrl+V" in words_of(strip) and not strip.tiles


def test_a_file_is_chosen_described_and_undone(
    shell: Shell, room: Room, child: str, answers: Answers, tmp_path: Path, settled: Callable[[], None], qtbot: QtBot
) -> None:
    answers.path = tmp_path / "沙盘.jpg"
    answers.path.write_bytes(picture())
    strip = strip_of(shell)
    press(strip, "添加附件")
    assert "正在放入" in words_of(strip)
    settled()
    (seen,) = attachments.of(room, student=child)
    assert len(strip.tiles) == 1 and "附件放好了" in shell.toaster.words()
    form: Any = strip.place.form
    assert form is not None, "what it is can be said at once"
    form.fields["kind"].set_value("sand_tray")
    form.fields["caption"].control.setText("第一次沙盘")
    qtbot.keyClick(form.fields["caption"].control, Key.Key_Return)
    (seen,) = attachments.of(room, student=child)
    assert (seen.kind, seen.caption) == ("sand_tray", "第一次沙盘") and strip.place.form is None
    shell.undo_deed()
    assert attachments.of(room, student=child)[0].caption == ""
    shell.undo_deed()
    assert not attachments.of(room, student=child) and not strip_of(shell).tiles
    assert not (tmp_path / "沙盘.jpg.bak").exists() and answers.path.exists()


def test_several_are_dropped_and_the_bad_one_is_named(
    shell: Shell, room: Room, child: str, tmp_path: Path, settled: Callable[[], None], qtbot: QtBot
) -> None:
    (tmp_path / "a.jpg").write_bytes(picture())
    (tmp_path / "b.pdf").write_bytes(letter())
    (tmp_path / "坏的.jpg").write_bytes(b"nothing")
    (tmp_path / "大的.pdf").write_bytes(b"%PDF-")
    with (tmp_path / "大的.pdf").open("r+b") as file:
        file.truncate(30 * 1024 * 1024)
    strip = strip_of(shell)
    drop(strip, mime_of(*sorted(tmp_path.glob("*.*"))))
    settled()
    assert len(attachments.of(room, student=child)) == 2 and len(strip.tiles) == 2
    into_sight(strip)
    qtbot.waitUntil(lambda: all(tile.image is not None for tile in strip.tiles), timeout=20_000)
    told = strip.trouble.text()
    assert "坏的.jpg" in told and "“大的.pdf”有 30 MB，每个附件最多 20 MB" in told and strip.trouble.isVisible()
    drop(strip, mime_of(tmp_path / "a.jpg"))
    assert not strip.trouble.isVisible()
    settled()


def test_a_picture_is_pasted_and_the_clipboard_never_gets_one_back(
    shell: Shell, room: Room, child: str, settled: Callable[[], None], qtbot: QtBot
) -> None:
    strip = strip_of(shell)
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.darkGreen)
    QGuiApplication.clipboard().setImage(image)
    strip.add_button.setFocus()
    qtbot.keyClick(strip.add_button, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settled()
    (seen,) = attachments.of(room, student=child)
    assert seen.name == "粘贴的图片.jpg"
    QGuiApplication.clipboard().setText("别的")
    strip.place.shut()
    strip.tiles[0].setFocus()
    for keys in (Key.Key_C, Key.Key_X, Key.Key_A):
        qtbot.keyClick(strip.tiles[0], keys, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(strip.tiles[0], Key.Key_Return)
    settled()
    viewer = viewer_of(shell)
    for keys in (Key.Key_C, Key.Key_X, Key.Key_Insert):
        qtbot.keyClick(viewer, keys, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "别的" and not QGuiApplication.clipboard().mimeData().hasImage()
    QGuiApplication.clipboard().setText("只是字")
    viewer.shut()
    qtbot.keyClick(strip.tiles[0], Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert "没有图片或文件" in strip.trouble.text()


def test_pasting_into_the_caption_pastes_words(
    shell: Shell, room: Room, child: str, settled: Callable[[], None], qtbot: QtBot
) -> None:
    attachments.add(room, "a.jpg", picture(), student=child)
    shell.tell_changed("attachment")
    strip = strip_of(shell)
    strip.edit(strip.shown[0].id)
    form: Any = strip.place.form
    QGuiApplication.clipboard().setText("桥")
    form.fields["caption"].control.setFocus()
    qtbot.keyClick(form.fields["caption"].control, Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert form.fields["caption"].value() == "桥" and not strip.trouble.isVisible()
    settled()


def test_a_full_disk_is_a_sentence_and_nothing_is_lost(
    shell: Shell, room: Room, child: str, tmp_path: Path, settled: Callable[[], None]
) -> None:
    (room.folder / files.FOLDER).write_bytes(b"")  # nothing can be written there
    (tmp_path / "a.jpg").write_bytes(picture())
    strip = strip_of(shell)
    strip.put([tmp_path / "a.jpg"])
    settled()
    assert "没有保存成功" in strip.trouble.text() and strip.add_button.isEnabled() and not strip.busy.isVisible()
    (room.folder / files.FOLDER).unlink()
    strip.put([tmp_path / "a.jpg"])
    settled()
    assert len(attachments.of(room, student=child)) == 1 and not strip.trouble.isVisible()


# ---- seeing ----------------------------------------------------------------------------------------------------


@pytest.fixture
def three(room: Room, child: str, shell: Shell, settled: Callable[[], None]) -> Attachments:
    """A picture, a letter of three pages, a document."""
    import zipfile

    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    attachments.add(room, "记录.docx", document.getvalue(), student=child, day=room.today().replace(day=1))
    attachments.add(room, "来信.pdf", letter(), student=child, kind="letter", caption="医院来信")
    attachments.add(room, "a.jpg", picture(), student=child, kind="drawing", caption="一棵树")
    shell.tell_changed("attachment")
    settled()
    return strip_of(shell)


def test_the_keyboard_walks_the_strip_and_opens_the_viewer(
    three: Attachments, shell: Shell, settled: Callable[[], None], qtbot: QtBot
) -> None:
    three.tiles[0].setFocus()
    qtbot.keyClick(three.tiles[0], Key.Key_Right)
    assert three.tiles[1].hasFocus()
    qtbot.keyClick(three.tiles[1], Key.Key_End)
    assert three.tiles[2].hasFocus()
    qtbot.keyClick(three.tiles[2], Key.Key_Home)
    qtbot.keyClick(three.tiles[0], Key.Key_Return)
    viewer = viewer_of(shell)
    settled()
    assert viewer.isVisible() and viewer.title.words() == "一棵树" and viewer.place.text() == "1 / 3"
    assert viewer.geometry() == shell.centralWidget().rect()
    image = viewer.stage.image()
    assert image is not None and image.size().width() == 320 and image.pixelColor(40, 100).red() > 170
    qtbot.keyClick(viewer, Key.Key_R)
    turned = viewer.stage.image()
    assert turned is not None and turned.width() == 200, "a picture is turned, what is kept is not"
    before = viewer.percent.text()
    qtbot.keyClick(viewer, Key.Key_Plus)
    assert viewer.percent.text() != before
    qtbot.keyClick(viewer, Key.Key_0)
    assert viewer.percent.text() == before
    qtbot.keyClick(viewer, Key.Key_Right)
    settled()
    assert viewer.title.words() == "医院来信" and viewer.page_words.text() == "第 1 / 3 页"
    first = viewer.stage.image()
    qtbot.keyClick(viewer, Key.Key_PageDown)
    settled()
    assert viewer.page_words.text() == "第 2 / 3 页" and viewer.stage.image() != first
    qtbot.keyClick(viewer, Key.Key_Right)
    settled()
    assert "这种文件在这里看不了" in viewer.stage.words() and viewer.stage.image() is None
    qtbot.keyClick(viewer, Key.Key_Right)
    assert viewer.place.text() == "3 / 3"
    qtbot.keyClick(viewer, Key.Key_Escape)
    assert not viewer.isVisible() and three.tiles[0].hasFocus()
    assert viewer.stage.image() is None and viewer._content == b"" and viewer.seen() is None


def test_the_curtain_covers_it_the_help_comes_back_to_it_another_page_closes_it(
    three: Attachments, shell: Shell, settled: Callable[[], None], qtbot: QtBot
) -> None:
    viewer = viewer_of(shell)
    viewer.open(three.shown, 0)
    settled()
    shell.cover()
    paper = shell.grab().toImage()
    assert len({paper.pixelColor(x, y).rgb() for x in range(0, paper.width(), 40) for y in (60, 120, 640)}) == 1
    shell.cover()
    assert viewer.isVisible()
    shell.help()
    assert not viewer.isVisible()
    shell.leave_help()
    assert viewer.isVisible() and viewer.stage.image() is not None
    shell.stack.setCurrentWidget(QWidget()) if shell.stack.count() < 2 else shell.stack.setCurrentIndex(1)
    assert not viewer.isVisible() and viewer.stage.image() is None


def test_a_line_of_the_time_line_opens_it(three: Attachments, shell: Shell, settled: Callable[[], None]) -> None:
    page: Any = shell.pages["students"]
    (line,) = [one for one in timeline.of(shell.room, three.student) if one.ref == three.shown[1].id]
    page.card.opened.emit(line)
    settled()
    assert viewer_of(shell).title.words() == "医院来信"


def test_tab_stays_within_the_viewer(
    three: Attachments, shell: Shell, settled: Callable[[], None], qtbot: QtBot
) -> None:
    viewer = viewer_of(shell)
    viewer.open(three.shown, 1)
    settled()
    for _ in range(20):
        focus = QApplication.focusWidget()
        assert focus is viewer or viewer.isAncestorOf(focus)
        qtbot.keyClick(focus, Key.Key_Tab)
    qtbot.keyClick(viewer, Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(viewer, Key.Key_F2)
    page: Any = shell.pages["students"]
    assert page.stack.currentWidget() is page.browse, "the page under it hears nothing"
    shell.resize(1100, 700)
    QApplication.processEvents()
    assert viewer.geometry() == shell.centralWidget().rect()


def test_damage_is_told_in_its_place(
    three: Attachments, shell: Shell, room: Room, settled: Callable[[], None], qtbot: QtBot
) -> None:
    for path in files.folder_of(room).iterdir():
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))
    viewer = viewer_of(shell)
    viewer.open(three.shown, 0)
    settled()
    assert "请从最近的备份里找回" in viewer.stage.words() and viewer.stage.image() is None
    viewer.shut()
    fresh = Tile(room, shell, three.shown[0])
    fresh.image = None  # as on another day: nothing of it lies in memory
    fresh._draw()
    qtbot.addWidget(fresh)
    settled()
    assert "备份" in fresh.trouble and fresh.image is None


def test_small_pictures_are_drawn_once(
    three: Attachments, shell: Shell, room: Room, settled: Callable[[], None], qtbot: QtBot
) -> None:
    into_sight(three)
    qtbot.waitUntil(lambda: three.tiles[0].image is not None, timeout=20_000)
    again = Attachments(room, shell, student=three.student)
    qtbot.addWidget(again)
    assert again.tiles[0].image is not None, "at once, without the worker"


# ---- changing, rights, taking out ------------------------------------------------------------------------------


def test_delete_moves_it_to_the_recycle_bin_and_the_toast_brings_it_back(
    three: Attachments, shell: Shell, room: Room, child: str, settled: Callable[[], None], qtbot: QtBot
) -> None:
    three.tiles[1].setFocus()
    qtbot.keyClick(three.tiles[1], Key.Key_Delete)
    assert "已移到回收站" in shell.toaster.words() and len(strip_of(shell).tiles) == 2
    assert strip_of(shell).tiles[1].hasFocus(), "the keyboard stays where it stood"
    shell.toaster._on_undo()
    assert len(strip_of(shell).tiles) == 3
    settled()


def test_f2_and_escape(three: Attachments, shell: Shell, qtbot: QtBot, settled: Callable[[], None]) -> None:
    three.tiles[0].setFocus()
    qtbot.keyClick(three.tiles[0], Key.Key_F2)
    form: Any = three.place.form
    form.fields["day"].set_value(three.room.today() + timedelta(days=3))
    form.save_button.click()
    assert "日期还没到" in form.fields["day"].error.text()
    qtbot.keyClick(form.fields["caption"].control, Key.Key_Escape)
    assert three.place.form is None and three.tiles[0].hasFocus()
    settled()


def test_in_a_locked_note_it_is_shown_and_not_changed(
    shell: Shell, room: Room, child: str, qtbot: QtBot, settled: Callable[[], None]
) -> None:
    now = room.now().astimezone()
    note = notes.add(room, {"kind": "individual", "day": now.date(), "words": "“累”"}, [child], now)
    attachments.add(room, "a.jpg", picture(), note=note)
    notes.sign(room, note, now)
    strip = Attachments(room, shell, note=note)
    qtbot.addWidget(strip)
    strip.show()
    settled()
    strip.tiles[0].wanted.emit("remove")
    assert "不能改" in shell.toaster.words() and len(attachments.of(room, note=note)) == 1
    strip.tiles[0].wanted.emit("edit")
    assert strip.place.form is None


def test_the_duty_person_s_card_has_no_strip(qtbot: QtBot, duty_room: Room) -> None:
    made = Shell(duty_room, Settings())
    qtbot.addWidget(made)
    made.go("students")
    assert not made.findChildren(Attachments) and not made.findChildren(Tile)


def test_taking_out_asks_why_and_stands_in_the_register(
    three: Attachments, shell: Shell, room: Room, child: str, answers: Answers, tmp_path: Path,
    settled: Callable[[], None], qtbot: QtBot,
) -> None:  # fmt: skip
    viewer = viewer_of(shell)
    viewer.open(three.shown, 0)
    settled()
    viewer.take_out()
    dialog: Any = shell.findChild(ExportDialog)
    settled()
    dialog.go()
    assert not list(tmp_path.glob("*.jpg")), "not without a reason"
    dialog.reason.control.set_value("家长查阅")
    dialog.receiver.control.set_value("母亲")
    dialog.seal.control.set_value("none")
    out = tmp_path / "给家长"
    out.mkdir()
    answers.path = out
    dialog.go()
    (path,) = out.iterdir()
    assert path.name == "a.jpg" and path.read_bytes() == attachments.data(room, three.shown[0].id)
    with room.read() as session:
        (row,) = raw_of(session).execute("SELECT kind, students, reason, receiver, files FROM cases.export").fetchall()
    assert row[0] == "附件（绘画作品）" and child in row[1] and row[2:4] == ("家长查阅", "母亲")
    assert hashlib.sha256(path.read_bytes()).hexdigest() in json.dumps(row[4]) and Export.__tablename__ == "export"
    dialog.accept()


def test_a_note_that_is_gone_shows_nothing(room: Room, shell: Shell, qtbot: QtBot) -> None:
    strip = Attachments(room, shell, note="0" * 32)
    qtbot.addWidget(strip)
    assert not strip.tiles


# ---- pictures for a person to look at ----------------------------------------------------------------------------


def test_looks(three: Attachments, shell: Shell, shoot: Any, settled: Callable[[], None], qtbot: QtBot) -> None:
    into_sight(three)
    qtbot.waitUntil(lambda: three.tiles[0].image is not None and three.tiles[1].image is not None, timeout=20_000)
    shoot(shell, "attached-strip")
    viewer: Viewer = viewer_of(shell)
    viewer.open(three.shown, 1)
    settled()
    shoot(shell, "attached-viewer")
