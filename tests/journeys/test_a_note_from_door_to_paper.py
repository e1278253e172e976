"""A child comes in and is written down: the paragraphs of what was said, through the whole window, by keys and by mouse.

What each page does alone stands in tests/ui; here one goes from page to page as somebody does who sits there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from psyroom.reports import preview
from psyroom.services import (
    attachments,
    exports,
    groups,
    note_list,
    note_versions,
    notes,
    private_notes,
    reading,
    recycle_bin,
    slips,
    timeline,
    today,
    visits,
)
from psyroom.store.opening import open_room
from psyroom.ui import ask, worker
from psyroom.ui.kit.reading import Reading
from psyroom.ui.pages.attached import Attachments
from psyroom.ui.pages.export_dialog import ExportDialog
from psyroom.ui.pages.note_editor import NoteEditor
from psyroom.ui.pages.notes import Here as Notes
from psyroom.ui.pages.notes_new import NewCard
from psyroom.ui.pages.settings_bin import BinSection
from psyroom.ui.pages.settings_exports import ExportsSection
from psyroom.ui.pages.settings_notes import NotesSection
from psyroom.ui.window import Shell
from tests.journeys.hands import ALT, CONTROL, Hands
from tests.services.room_for_bookings import PASSWORD, TUESDAY, Small, at, make_small
from tests.ui.at_settings import part
from tests.ui.at_the_editor import commit
from tests.ui.at_the_notes import NOW, set_clock, whole, write
from tests.ui.at_the_window import Hands as Person
from tests.ui.at_the_window import press, words_of
from tests.ui.test_attached import drop, mime_of, picture

K = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.clock_confirmed = True
    set_clock(made, at(TUESDAY, 730))
    yield made
    made.room.close()


@pytest.fixture(autouse=True)
def nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "answerer", Person())


def as_person(small: Small, name: str, moment: datetime = NOW) -> None:
    """The same room, opened by somebody else."""
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, name, PASSWORD)
    small.room.clock_confirmed = True
    set_clock(small, moment)


def page(shell: Shell) -> Notes:
    found = shell.pages["notes"]
    assert isinstance(found, Notes)
    return found


def editor(shell: Shell) -> NoteEditor:
    QApplication.processEvents()
    found = page(shell).stack.currentWidget()
    assert isinstance(found, NoteEditor)
    return found


def count(shell: Shell) -> int:
    """What the side says of 辅导记录."""
    return shell.side.buttons["notes"].count()


def tasks(small: Small, kind: str) -> list[str]:
    return [t.words for t in today.today(small.room, small.room.now().astimezone()).tasks if t.kind == kind]


def test_from_the_door_to_the_signature_without_a_mouse(small: Small, qtbot: QtBot) -> None:
    """Walks in, leaves, is written down with a phrase's list, a caution, categories, a next step and a private word;
    signed, found by two characters, added to a week later, opened again, an older version brought back."""
    shell = whole(qtbot, small)
    hands = Hands()
    shell.go("today")
    hands.press(K.Key_Q, held=CONTROL)
    hands.write("zxy")
    hands.press(K.Key_Return)
    set_clock(small, at(TUESDAY, 770))
    shell.tell_changed("visit")
    hands.press(K.Key_Return)  # the line opens its card, which stands on 结束来访
    assert hands.stands_on() == "结束来访"
    hands.press(K.Key_Return)
    assert hands.stands_on() == "写记录"
    hands.press(K.Key_Return)
    assert hands.count == 8
    sheet = editor(shell)
    assert sheet.sheet.fields()["starts"] == 730 and sheet.sheet.fields()["ends"] == 770
    field = hands.holder()
    assert field is sheet.sheet.parts["state"].control
    hands.write("说话声音小，电话13812345678。")
    cautions = sheet.sheet.parts["state"].cautions
    assert cautions is not None
    qtbot.waitUntil(cautions.isVisible)
    hands.press(K.Key_Tab)
    assert hands.holder() is sheet.sheet.parts["problem"].control  # who writes on meets no button
    hands.press(K.Key_Tab, held=SHIFT)
    hands.press(K.Key_F7)
    assert cautions.isAncestorOf(hands.holder())
    hands.press(K.Key_Escape)
    assert hands.holder() is field and page(shell).stack.currentWidget() is sheet
    hands.press(K.Key_F7, K.Key_Return)
    assert hands.holder() is field and not cautions.isVisible()
    hands.press(K.Key_Tab)
    hands.write("一想到月考就睡不着。")
    hands.press(K.Key_Tab, K.Key_Space)
    assert len(sheet.sheet.pills.value()) == 1
    hands.press(K.Key_Tab)
    hands.write("商定每天记下入睡时间。")
    hands.press(K.Key_Tab)
    hands.write("“轻一点了。”")
    hands.tab_to(lambda w: w.accessibleName() == "下一步", 4)
    hands.write("下周再谈一次")
    hands.press(K.Key_Tab)
    hands.write("9.15")
    hands.tab_to(lambda w: sheet.private.isAncestorOf(w), 6)
    hands.press(K.Key_Return)
    hands.write("我替她捏一把汗")
    hands.press(K.Key_Return, held=CONTROL)
    (line,) = note_list.listed(small.room, NOW)
    assert line.who == "张晓雨" and not tasks(small, "to_write")
    hands.press(K.Key_S, held=ALT)
    assert hands.stands_on() == "取消"  # Enter alone signs nothing
    hands.press(K.Key_Tab, held=SHIFT)
    hands.press(K.Key_Return)
    assert notes.seen(small.room, line.id, NOW).signed_at

    hands.press(K.Key_F, held=CONTROL)
    hands.write("月考")
    qtbot.waitUntil(lambda: page(shell).pane.list.items()[:1] and page(shell).pane.list.items()[0].kind == "hit")
    hands.press(K.Key_Down, K.Key_Return)
    reader = page(shell).reader
    assert reader.note is not None and reader.note.id == line.id
    set_clock(small, NOW + timedelta(days=7))
    hands.press(K.Key_A, held=ALT)
    hands.write("班主任说这周好些。")
    hands.press(K.Key_S, held=CONTROL)
    (added,) = notes.seen(small.room, line.id, NOW + timedelta(days=7)).addenda
    assert added.text == "班主任说这周好些。"
    hands.press(K.Key_U, held=ALT)
    hands.write("漏写了一句")
    hands.press(K.Key_Return)
    seen = notes.seen(small.room, line.id, NOW + timedelta(days=7))
    assert seen.state == "unlocked" and "一天之内可以修改" in shell.toaster.words()
    hands.press(K.Key_F2)
    hands.tab_to(lambda w: w is editor(shell).sheet.parts["effect"].control, 8)
    hands.press(K.Key_End, held=CONTROL)
    hands.write("走时笑了。")
    hands.press(K.Key_Return, held=CONTROL)
    hands.press(K.Key_H, held=ALT)
    hands.press(K.Key_Down, K.Key_Down, K.Key_Down)  # what the arrows stand on is what is shown
    assert "写下的第一版" in words_of(page(shell))
    hands.press(K.Key_R, held=CONTROL)
    now = notes.seen(small.room, line.id, NOW + timedelta(days=7))
    assert now.fields.effect == "“轻一点了。”" and len(note_versions.of(small.room, line.id)) == 5
    hands.press(K.Key_Z, held=CONTROL)
    assert notes.seen(small.room, line.id, NOW + timedelta(days=7)).fields.effect.endswith("走时笑了。")


def test_by_mouse_from_the_day_s_line_with_a_drawing(small: Small, qtbot: QtBot, tmp_path: Path) -> None:
    """The line of today offers the note as soon as the visit is closed, and no longer when it is written."""
    entered = visits.walk_in(
        small.room, {"client": "student", "student": small.students[0], "person": small.wang}, at(TUESDAY, 730)
    )
    set_clock(small, NOW)
    visits.close(small.room, entered.visit, NOW, 770)
    shell = whole(qtbot, small)
    shell.build_ahead()
    qtbot.waitUntil(lambda: len(shell.pages) == len(shell.entries), timeout=20_000)
    assert count(shell) == 1  # also before anybody looked
    shell.go("today")
    assert tasks(small, "to_write")
    press(shell.pages["today"], "写记录")
    sheet = editor(shell)
    assert sheet.later.isVisible() and sheet.attached is None
    for name, words in (
        ("state", "低着头。"),
        ("problem", "和同桌吵架。"),
        ("measures", "商量了怎么说。"),
        ("effect", "好一些。"),
    ):
        commit(sheet.sheet.parts[name].control, words)
    press(shell.pages["notes"], "保存")
    assert not sheet.later.isVisible() and sheet.attached is not None and sheet.note is not None
    (tmp_path / "沙盘.jpg").write_bytes(picture())
    drop(sheet.attached, mime_of(tmp_path / "沙盘.jpg"))
    qtbot.waitUntil(lambda: not worker.busy() and bool(attachments.of(small.room, note=sheet.note.id)), timeout=20_000)  # type: ignore[union-attr]
    press(shell.pages["notes"], "返回（Esc）")
    press(shell.pages["notes"], "签字")
    press(page(shell).reader.place, "签字")
    assert notes.seen(small.room, sheet.note.id, NOW).signed_at
    strips: list[Attachments] = page(shell).reader.findChildren(Attachments)
    assert any(len(strip.tiles) == 1 for strip in strips)
    shell.go("today")
    assert not tasks(small, "to_write") and count(shell) == 0
    buttons: list[QPushButton] = shell.pages["today"].findChildren(QPushButton)
    assert not [b for b in buttons if b.text() == "写记录" and b.isVisible()]


def test_a_group_s_session_is_one_note_in_the_files_of_those_who_came(small: Small, qtbot: QtBot) -> None:
    """Attendance says who was there; one note lies in all their files; a telephone call of the same day is a second one."""
    group = groups.add(small.room, {"leader": small.wang}, small.students, TUESDAY)
    groups.set_topic(small.room, group, "考前减压")
    values = {"client": "group", "group_no": 1, "person": small.wang, "place": small.places[1]}
    entered = visits.walk_in(small.room, values, at(TUESDAY, 730))
    groups.set_attendance(small.room, entered.visit, {small.students[5]: "absent"})
    set_clock(small, NOW)
    visits.close(small.room, entered.visit, NOW, 790)
    shell = whole(qtbot, small)
    hands = Hands()
    shell.go("notes")
    hands.press(K.Key_Return)  # the first line of 待写
    sheet = editor(shell)
    assert sheet.sheet.first.kind() == "group" and sheet.sheet.fields()["topic"] == "考前减压"
    assert set(sheet.sheet.first.pupils.value()) == set(small.students[:5])
    for part_name in ("state", "measures", "effect"):
        commit(sheet.sheet.parts[part_name].control, "五个人轮流说了一件紧张的事。")
    hands.press(K.Key_Return, held=CONTROL)
    for student in small.students[:5]:
        (line,) = note_list.listed(small.room, NOW, student=student)
        assert line.who.endswith("等 5 人")
    assert not note_list.listed(small.room, NOW, student=small.students[5]) and not note_list.to_write(small.room, NOW)

    hands.press(K.Key_N, held=CONTROL)
    hands.write("zxy")
    hands.press(K.Key_Return)
    while page(shell).findChildren(NewCard)[0].kind.value() != "telephone":
        hands.press(K.Key_Down)
    hands.press(K.Key_Return)
    sheet = editor(shell)
    assert sheet.sheet.first.kind() == "telephone" and sheet.sheet.fields()["channel"] == "telephone"
    commit(sheet.sheet.parts["problem"].control, "母亲来电，说孩子睡得好些了。")
    hands.press(K.Key_Return, held=CONTROL)
    both = note_list.listed(small.room, NOW, student=small.students[0])
    assert [line.kind for line in both] in (["telephone", "group"], ["group", "telephone"])
    assert len({line.number for line in both}) == 2
    shell.undo_deed()
    assert len(note_list.listed(small.room, NOW, student=small.students[0])) == 1


def test_what_a_hospital_found_is_kept_with_where_and_when(small: Small, qtbot: QtBot) -> None:
    """A contact has its outcome and its next date; a finding stands in its own place only, with its source and day."""
    set_clock(small, NOW)
    shell = whole(qtbot, small)
    shell.go("notes", student=small.students[0], kind="hospital")
    card: list[NewCard] = page(shell).findChildren(NewCard)
    if card:
        press(card[0], "开始写")
    sheet = editor(shell)
    assert sheet.sheet.hospital.is_open()
    form = sheet.sheet.form.fields
    form["with_whom"].set_value("县医院门诊")
    commit(sheet.sheet.parts["problem"].control, "复诊情况")
    commit(sheet.sheet.parts["hospital_says"].control, "焦虑状态")
    form["hospital"].set_value("县医院心理科 病历")
    form["hospital_day"].set_value(TUESDAY)
    commit(sheet.sheet.parts["outcome"].control, "带药返校，班主任知道。")
    (line,) = sheet.sheet.steps.lines()
    line.words.setText("问问服药情况")
    line.words.edited.emit()
    line.due.set_value(TUESDAY)
    line.due.edited.emit()
    assert sheet.save() and sheet.note is not None and not sheet.note.missing
    assert sheet.note.fields.hospital == "县医院心理科 病历" and sheet.note.steps[0].due == TUESDAY
    assert tasks(small, "steps")
    press(shell.pages["notes"], "返回（Esc）")
    assert "医院诊断" in words_of(page(shell).reader)


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
