"""A child comes in and is written down: the paragraphs of what was said, through the whole window, by keys and by mouse.

What each page does alone stands in tests/ui; here one goes from page to page as somebody does who sits there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from psyroom.services import (
    attachments,
    groups,
    note_list,
    note_versions,
    notes,
    visits,
)
from psyroom.ui import ask, worker
from psyroom.ui.pages.attached import Attachments
from psyroom.ui.pages.notes_new import NewCard
from tests.journeys.hands import ALT, CONTROL, Hands
from tests.journeys.note_days import SHIFT, K, count, editor, page, tasks, tuesday_noon
from tests.services.room_for_bookings import TUESDAY, Small, at
from tests.ui.at_the_editor import commit
from tests.ui.at_the_notes import NOW, set_clock, whole
from tests.ui.at_the_window import Hands as Person
from tests.ui.at_the_window import press, words_of
from tests.ui.test_attached import drop, mime_of, picture


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    monkeypatch.setattr(ask, "answerer", Person())  # nobody expects to be asked
    yield from tuesday_noon(tmp_path)


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
