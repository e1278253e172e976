"""What was written is found again: the slip, the list, the draft, a colleague's eye, what goes out, what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from psyroom.reports import preview
from psyroom.services import (
    exports,
    note_list,
    notes,
    private_notes,
    reading,
    recycle_bin,
    slips,
    timeline,
    visits,
)
from psyroom.ui import ask
from psyroom.ui.kit.reading import Reading
from psyroom.ui.pages.export_dialog import ExportDialog
from psyroom.ui.pages.settings_bin import BinSection
from psyroom.ui.pages.settings_exports import ExportsSection
from psyroom.ui.pages.settings_notes import NotesSection
from tests.journeys.hands import CONTROL, Hands
from tests.journeys.note_days import K, as_person, count, editor, page, tasks, tuesday_noon
from tests.services.room_for_bookings import TUESDAY, Small, at
from tests.ui.at_settings import part
from tests.ui.at_the_editor import commit
from tests.ui.at_the_notes import NOW, set_clock, whole, write
from tests.ui.at_the_window import Hands as Person
from tests.ui.at_the_window import press, words_of


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    monkeypatch.setattr(ask, "answerer", Person())  # nobody expects to be asked
    yield from tuesday_noon(tmp_path)


def test_a_slip_of_the_desk_becomes_part_of_the_file(small: Small, qtbot: QtBot) -> None:
    """Sealed at the desk, read on the counsellor's first page, put to the child who was there, seen in the time line."""
    visits.walk_in(
        small.room, {"client": "student", "student": small.students[0], "person": small.wang}, at(TUESDAY, 730)
    )
    as_person(small, "小周", at(TUESDAY, 735))
    slips.write_slip(small.room, "来时在哭", at(TUESDAY, 735))
    as_person(small, "王老师")
    shell = whole(qtbot, small)
    shell.go("today")
    assert tasks(small, "slips") == ["1 张密封便条还没有读"]
    shell.pages["today"].open(slips=True)
    assert "来时在哭" in words_of(shell.pages["today"])
    found: list[QPushButton] = shell.pages["today"].findChildren(QPushButton)
    next(b for b in found if b.isVisible() and b.text().startswith("张晓雨")).click()
    assert not tasks(small, "slips")
    shell.go("students", student=small.students[0])
    assert any(line.kind == "slip" for line in timeline.of(small.room, small.students[0]))
    assert "便条" in words_of(shell.pages["students"])


def test_the_list_of_what_is_to_be_written_comes_to_its_end(small: Small, qtbot: QtBot) -> None:
    """N 未写, N 未完, with their age; each is written, finished, or said to need none; the end is said kindly."""
    for which, minute in ((0, 610), (1, 660)):
        values = {"client": "student", "student": small.students[which], "person": small.wang}
        entered = visits.walk_in(small.room, values, at(TUESDAY, minute))
        visits.close(small.room, entered.visit, at(TUESDAY, minute + 30), minute + 30)
    half = notes.add(small.room, {"kind": "individual", "day": TUESDAY, "state": "低着头。"}, small.students[2:3], NOW)
    set_clock(small, NOW + timedelta(days=3))
    shell = whole(qtbot, small)
    hands = Hands()
    shell.go("notes")
    assert "2 次还没写，1 篇没写完" in words_of(page(shell)) and "3 天前" in words_of(page(shell))
    assert set(tasks(small, "to_write")) == {
        "9月8日 周二 10:10 的来访还没有写记录", "9月8日 周二 11:00 的来访还没有写记录", "9月8日 周二 的记录还没有写完",
    }  # fmt: skip
    while page(shell).to_write:
        row = page(shell).to_write[0]
        page(shell).pane.to_write.list.focus_key(row.note or row.visit)
        if row.who == "李明":
            hands.press(K.Key_Delete, K.Key_Return)
            continue
        hands.press(K.Key_Return)
        for name, field in editor(shell).sheet.parts.items():
            if name in ("state", "problem", "measures", "effect"):
                commit(field.control, "写完了。")
        hands.press(K.Key_Return, held=CONTROL)
    assert not notes.seen(small.room, half, NOW).missing
    assert "都写完了" in words_of(page(shell)) and not tasks(small, "to_write") and count(shell) == 0


def test_a_draft_found_in_the_evening(small: Small, qtbot: QtBot) -> None:
    """Left in the middle of a word by locking; it says that it is there, shows both, and is let go and had back."""
    set_clock(small, NOW)
    note = write(small, values={"state": "说话声音小。"})
    shell = whole(qtbot, small)
    shell.go("notes", note=note)
    hands = Hands()
    hands.press(K.Key_F2)
    field = editor(shell).sheet.parts["state"].control
    field.setFocus()
    hands.press(K.Key_End, held=CONTROL)
    hands.write("下午又来过")
    hands.press(K.Key_Escape)
    shell.go("today")
    assert tasks(small, "unsaved") == ["有一份记录写了一半，还没有保存"]
    as_person(small, "王老师", NOW + timedelta(hours=5))
    shell = whole(qtbot, small)
    shell.go("notes", note=note)
    assert notes.seen(small.room, note, NOW).fields.state == "说话声音小。"
    hands.press(K.Key_F2)
    sheet = editor(shell)
    assert hands.stands_on() == "恢复" and "没保存的草稿；下面是已保存的内容" in sheet.banner.words.text()
    hands.press(K.Key_Tab, K.Key_Return)
    assert "下午又来过" in " ".join(r.words() for r in sheet.findChildren(Reading))
    hands.press(K.Key_Escape, K.Key_Tab, K.Key_Return)
    assert not tasks(small, "unsaved") and sheet.sheet.parts["state"].value() == "说话声音小。"
    shell.toaster.take_more()
    assert tasks(small, "unsaved")
    sheet.restore()
    assert sheet.sheet.parts["state"].value() == "说话声音小。下午又来过"
    hands.press(K.Key_S, held=CONTROL)
    assert not tasks(small, "unsaved") and notes.seen(small.room, note, NOW).fields.state.endswith("下午又来过")


def test_a_colleague_reads_with_a_reason_and_the_writer_sees_it(small: Small, qtbot: QtBot) -> None:
    note = write(small, values={"problem": "说不想住校"})
    as_person(small, "陈老师")
    shell = whole(qtbot, small)
    hands = Hands()
    shell.go("notes")
    page(shell).pane.list.setFocus()
    page(shell).pane.list.focus_first()
    hands.press(K.Key_Return)
    assert "说不想住校" not in words_of(page(shell).reader)
    hands.press(K.Key_Return)
    assert page(shell).reader.note is None  # without a reason it stays shut
    hands.write("接手这名学生")
    hands.press(K.Key_Return)
    assert page(shell).reader.note is not None and "你打开过它" in words_of(page(shell).reader)
    as_person(small, "王老师")
    assert any(line.reason == "接手这名学生" for line in reading.of_mine(small.room))
    shell = whole(qtbot, small)
    card = part(shell, NotesSection)
    card.readers.ask_button.click()
    assert "陈老师" in words_of(card.readers) and "接手这名学生" in words_of(card.readers)
    assert notes.seen(small.room, note, NOW).mine


def test_the_growth_file_goes_out_masked_and_sealed_and_stands_in_the_register(
    small: Small, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the child's card: parts, mask, why and to whom, a password; then found among what has gone out."""
    set_clock(small, NOW)
    write(small, private="我替她捏一把汗")
    (tmp_path / "出去").mkdir()
    monkeypatch.setattr(ask, "answerer", Person(folder=tmp_path / "出去"))
    shell = whole(qtbot, small)
    shell.go("students", student=small.students[0])
    press(shell.pages["students"], "成长信息记录")
    (dialog,) = [d for d in shell.findChildren(ExportDialog) if d.isVisible()]
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=20_000)
    dialog.checks["mask"].click()
    dialog.checks["timeline"].click()
    qtbot.waitUntil(
        lambda: dialog.preview.page_count() > 0 and "张**" in preview.text(dialog.preview.pdf()), timeout=20_000
    )
    told = preview.text(dialog.preview.pdf())
    assert "张晓雨" not in told and "捏一把汗" not in told and "内部资料" in told
    dialog.reason.set_value("转介就医")
    dialog.receiver.set_value("县医院心理门诊")
    password = dialog.seal.value()
    QTest.keyClick(dialog, K.Key_S, CONTROL)
    (path,) = (tmp_path / "出去").iterdir()
    pypdfium2.PdfDocument(path.read_bytes(), password=password).close()
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(path.read_bytes())
    press(dialog, "完成")
    (line,) = exports.listed(small.room)
    assert (line.kind, line.receiver, line.sealed) == ("成长信息记录", "县医院心理门诊", True)
    assert "县医院心理门诊" in words_of(part(shell, ExportsSection))


def test_a_note_removed_comes_back_with_all_it_had(small: Small, qtbot: QtBot) -> None:
    set_clock(small, NOW)
    note = write(small, private="我替她捏一把汗", steps=[notes.StepTyped("再谈一次", TUESDAY)])
    shell = whole(qtbot, small)
    hands = Hands()
    shell.go("notes", note=note)
    hands.press(K.Key_Delete, held=CONTROL)
    assert not note_list.listed(small.room, NOW) and not tasks(small, "steps")
    assert [one.kind for one in recycle_bin.listed(small.room)] == ["note"]
    hands.press(K.Key_Z, held=CONTROL)
    assert notes.seen(small.room, note, NOW).steps and tasks(small, "steps")
    assert private_notes.read(small.room, note) == "我替她捏一把汗"
    shell.go("notes", note=note)
    hands.press(K.Key_Delete, held=CONTROL)
    assert not note_list.listed(small.room, NOW)
    shell.go("settings")
    press(part(shell, BinSection), "恢复")
    assert private_notes.read(small.room, note) == "我替她捏一把汗" and tasks(small, "steps")
    shell.go("notes")
    assert "张晓雨" in " ".join(item.what for item in page(shell).pane.list.items())
