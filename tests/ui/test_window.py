"""The shell: pages, deeds, undo, the look, the curtain, the idle clock, and leaving."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.errors import NotValid, Refused
from psyroom.records.school import Place, SchoolFields
from psyroom.services import drafts, students
from psyroom.settings import Settings
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui import ask, drafting, tokens
from psyroom.ui.kit import Form, Tag, TextField
from psyroom.ui.page import Page
from psyroom.ui.window import Entry, Shell


class Here(Page):
    """A page for tests: remembers what it was told, and has one field."""

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell)
        self.seen: list[Any] = []
        self.field = TextField()
        self.body.addWidget(self.field)
        self.form = Form(SchoolFields)
        self.form.add("name")
        self.body.addWidget(self.form)

    def refresh(self, kinds: set[str]) -> None:
        self.seen.append(sorted(kinds))

    def shown(self) -> None:
        self.seen.append("shown")

    def open(self, **target: Any) -> None:
        self.seen.append(target)

    def badge(self) -> int | None:
        return 3


@pytest.fixture
def entries() -> Iterator[tuple[Entry, ...]]:
    module = types.ModuleType("page_for_tests")
    module.Here = Here  # type: ignore[attr-defined]
    module.__spec__ = __spec__
    sys.modules["page_for_tests"] = module
    names = (("today", "今日", "sun-horizon"), ("students", "学生", "student"), ("settings", "设置", "gear-six"))
    yield (
        *(Entry(key, title, icon, "page_for_tests") for key, title, icon in names),
        Entry("later", "以后", "star", "psyroom.ui.pages.not_yet_there"),
        Entry("cases", "个案", "star", "page_for_tests", counsellor_only=True),
    )
    del sys.modules["page_for_tests"]


@pytest.fixture
def open_shell(qtbot: QtBot, entries: tuple[Entry, ...]) -> Callable[[Room], Shell]:
    def opened(room: Room) -> Shell:
        shell = Shell(room, Settings(idle_minutes=0), entries=entries)
        shell.closeEvent = lambda event: event.accept()  # type: ignore[method-assign]
        qtbot.addWidget(shell)
        shell.show()
        shell.activateWindow()
        qtbot.waitUntil(shell.isActiveWindow)
        return shell

    return opened


@pytest.fixture
def shell(room: Room, open_shell: Callable[[Room], Shell]) -> Shell:
    return open_shell(room)


def _page(shell: Shell, key: str = "today") -> Here:
    page = shell.pages[key]
    assert isinstance(page, Here)
    return page


def _add_place(room: Room, name: str = "沙盘室") -> Callable[[], None]:
    def deed() -> None:
        with room.write("添加房间") as deed:
            deed.session.add(Place(name=name))

    return deed


def _places(room: Room) -> int:
    from sqlmodel import select

    with room.read() as session:
        return len(session.exec(select(Place)).all())


# ---- pages


def test_only_pages_that_exist_and_that_one_may_see_are_listed(
    shell: Shell, duty_room: Room, open_shell: Callable[[Room], Shell]
) -> None:
    assert list(shell.side.buttons) == ["today", "students", "settings", "cases"]
    assert list(open_shell(duty_room).side.buttons) == ["today", "students", "settings"]


def test_a_page_is_built_when_first_shown_and_kept(shell: Shell) -> None:
    assert list(shell.pages) == ["today"]
    shell.go("students", student="7")
    first = _page(shell, "students")
    assert first.seen == ["shown", {"student": "7"}]
    shell.go("today")
    assert shell.go("students") is first
    assert shell.side.buttons["students"].isChecked() and not shell.side.buttons["today"].isChecked()
    assert shell.side.buttons["students"].count() == 3


def test_the_page_in_sight_hears_at_once_what_changed_the_others_when_shown(shell: Shell) -> None:
    shell.go("students")
    shell.go("today")
    shell.tell_changed("booking", "visit")
    shell.tell_changed("student")
    assert _page(shell).seen[-1] == ["student"]
    assert ["booking", "student", "visit"] not in _page(shell, "students").seen
    shell.go("students")
    assert ["booking", "student", "visit"] in _page(shell, "students").seen
    shell.go("today")
    shell.tell_changed("booking")
    shell.tell_changed()  # anything
    shell.go("students")
    assert [] in _page(shell, "students").seen


def test_the_title_says_only_the_program(shell: Shell) -> None:
    assert shell.windowTitle() == "心理辅导室"


def test_ctrl_k_finds_a_student_by_initials_and_opens_the_page(qtbot: QtBot, shell: Shell) -> None:
    values = {"name": "曾雪莹", "sex": "f", "stage": "vocational", "cohort": 2026, "class_no": 3}
    student = students.add(shell.room, values, {})
    qtbot.keyClick(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert shell.find_box.hasFocus()
    for initials in ("zxy", "cxy"):
        shell.find_box.clear()
        qtbot.keyClicks(shell.find_box, initials)
        assert [hit.name for hit in shell.find_box.hits()] == ["曾雪莹"]
    qtbot.keyClick(shell.find_box, Qt.Key.Key_Return)
    assert shell.now_shown == "students"
    assert _page(shell, "students").seen[-1] == {"student": student}
    assert shell.find_box.text() == ""


# ---- deeds


def test_a_deed_is_said_and_can_be_taken_back(shell: Shell) -> None:
    before = _places(shell.room)
    outcome = shell.attempt(_add_place(shell.room), say="已添加", kinds=("place",))
    assert outcome and _places(shell.room) == before + 1
    assert shell.toaster.words() == "已添加"
    assert _page(shell).seen[-1] == ["place"]
    shell.undo_deed()
    assert _places(shell.room) == before
    assert shell.toaster.words() == "已撤销：添加房间"


def test_ctrl_z_takes_back_typing_first_and_the_deed_after(qtbot: QtBot, shell: Shell) -> None:
    before = _places(shell.room)
    shell.attempt(_add_place(shell.room))
    field = _page(shell).field
    field.setFocus()
    qtbot.keyClicks(field, "abc")
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "" and _places(shell.room) == before + 1
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert _places(shell.room) == before


def test_a_refusal_stands_under_its_field_and_nothing_typed_is_lost(shell: Shell) -> None:
    form = _page(shell).form
    form.set_values({"name": "青山中学"})

    def refuse() -> None:
        raise NotValid({"name": "已经有这所学校了"})

    assert not shell.attempt(refuse, form=form, say="已保存")
    assert form.fields["name"].error.text() == "已经有这所学校了"
    assert form.values()["name"] == "青山中学"
    assert shell.toaster.words() == ""


def test_a_rule_that_says_no_is_a_sentence(shell: Shell) -> None:
    def refuse() -> None:
        raise Refused(why="这一周已经锁定。")

    assert not shell.attempt(refuse)
    assert shell.toaster.words() == "这一周已经锁定。"


@pytest.mark.expects_log("bug .* RuntimeError")
def test_a_bug_is_an_id_and_the_window_stays(shell: Shell) -> None:
    def bug() -> None:
        raise RuntimeError("来时在哭")

    assert not shell.attempt(bug)
    assert "编号" in shell.toaster.words() and "来时在哭" not in shell.toaster.words()


def test_a_doubtful_clock_is_asked_before_anything_is_written(shell: Shell, answers: Any) -> None:
    shell.attempt(_add_place(shell.room, "前一间"))
    before = _places(shell.room)
    shell.room.now = lambda: datetime.now(UTC) + timedelta(days=90)
    answers.yes = False
    assert not shell.attempt(_add_place(shell.room))
    assert answers.asked == ["电脑的时间对吗？"] and _places(shell.room) == before
    answers.yes = True
    assert shell.attempt(_add_place(shell.room))
    assert _places(shell.room) == before + 1


# ---- the look


def test_the_text_size_is_changed_by_keys_and_remembered(qtbot: QtBot, shell: Shell) -> None:
    qtbot.keyClick(shell, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert tokens.now().text_size == 110 and Settings.load().text_size == 110
    for _ in range(6):
        qtbot.keyClick(shell, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert tokens.now().text_size == 175
    assert shell.side.width() == (172 + 3 * tokens.now().px(172)) // 4
    qtbot.keyClick(shell, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert tokens.now().text_size == 100


def test_the_dark_dress_is_put_on_at_once(shell: Shell) -> None:
    shell.set_theme("dark")
    assert tokens.now().dark and Settings.load().theme == "dark"
    assert tokens.DARK.paper in QApplication.instance().styleSheet()  # type: ignore[union-attr]


def test_a_practice_room_says_so_on_every_screen(
    new_room: Callable[..., Room], open_shell: Callable[[Room], Shell]
) -> None:
    room = new_room()
    room.practice = True
    shell = open_shell(room)
    tags: Iterable[Tag] = shell.findChildren(Tag)
    shown = [tag.words() for tag in tags if tag.isVisible()]
    assert shown == ["练习模式", "练习：里面没有真实的学生"]


# ---- covering and leaving


def test_f12_covers_everything_and_f12_brings_it_back(qtbot: QtBot, shell: Shell) -> None:
    field = _page(shell).field
    field.setFocus()
    qtbot.keyClicks(field, "abc")
    qtbot.keyClick(shell, Qt.Key.Key_F12)
    assert shell.curtain.isVisible() and shell.curtain.geometry() == shell.rect()
    picture = shell.grab().toImage()
    paper = tokens.now().palette.paper.lower()
    corners = [(5, 5), (picture.width() - 5, 5), (5, picture.height() - 5), (80, 150), (picture.width() // 2, 100)]
    assert {picture.pixelColor(x, y).name() for x, y in corners} == {paper}
    qtbot.keyClicks(shell.curtain, "secret")
    qtbot.keyClick(shell.curtain, Qt.Key.Key_Escape)
    assert shell.curtain.isVisible()
    qtbot.keyClick(shell.curtain, Qt.Key.Key_F12)
    assert not shell.curtain.isVisible() and field.text() == "abc" and field.hasFocus()


def test_covered_keys_do_nothing_behind_the_curtain(qtbot: QtBot, shell: Shell) -> None:
    shell.attempt(_add_place(shell.room))
    before = _places(shell.room)
    qtbot.keyClick(shell, Qt.Key.Key_F12)
    qtbot.keyClick(shell.curtain, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(shell.curtain, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert _places(shell.room) == before and shell.now_shown == "today"


@pytest.mark.parametrize("key", ["F12", "Ctrl+L"])
def test_a_question_on_the_screen_does_not_keep_it_from_being_covered_or_locked(
    qtbot: QtBot, shell: Shell, left: list[tuple[Path, bool]], key: str
) -> None:
    answered: list[bool] = []

    def press() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ask.Question)
        held = Qt.KeyboardModifier.ControlModifier if key == "Ctrl+L" else Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(dialog, Qt.Key.Key_L if key == "Ctrl+L" else Qt.Key.Key_F12, held)

    QTimer.singleShot(100, press)
    answered.append(ask.confirm(shell, "张晓雨的预约要取消吗？"))
    assert answered == [False]
    assert shell.curtain.isVisible() if key == "F12" else left == [(shell.room.folder, True)]


def test_locking_hides_the_window_flushes_drafts_closes_the_room_and_leaves(
    qtbot: QtBot, shell: Shell, left: list[tuple[Path, bool]], password: str
) -> None:
    page = _page(shell)
    drafting.watch(page.form, lambda values: drafts.save(shell.room, "school", "", values))
    page.form.fields["name"].control.insert("写到一半")
    assert drafts.load(shell.room, "school") is None, "three seconds have not passed"
    folder, person = shell.room.folder, shell.room.person.name
    qtbot.keyClick(shell, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert left == [(folder, True)]
    assert not shell.isVisible() and shell.room.closed
    with open_room(folder, person, password) as again:
        assert drafts.load(again, "school") == {"name": "写到一半"}


def test_a_draft_is_kept_three_seconds_after_the_last_key(
    qtbot: QtBot, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert drafting.PAUSE == 3000
    monkeypatch.setattr(drafting, "PAUSE", 60)
    saved: list[dict[str, Any]] = []
    form = _page(shell).form
    drafting.watch(form, saved.append)
    form.fields["name"].control.insert("甲")
    form.fields["name"].control.insert("乙")
    assert saved == []
    qtbot.waitUntil(lambda: bool(saved))
    assert saved == [{"name": "甲乙"}]


def test_who_types_without_a_pause_gets_a_draft_all_the_same(
    qtbot: QtBot, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "PAUSE", 200)
    saved: list[dict[str, Any]] = []
    form = _page(shell).form
    drafting.watch(form, saved.append)
    for _ in range(40):  # a key every 20 ms, four times as long as the draft may wait
        form.fields["name"].control.insert("字")
        qtbot.wait(20)
        if saved:
            break
    assert saved, "the keys came without a pause, and nothing was kept"


@pytest.mark.expects_log("bug .* Refused")
def test_one_failing_draft_does_not_stop_another(shell: Shell, left: list[tuple[Path, bool]]) -> None:
    form, saved = _page(shell).form, []

    def full(_values: dict[str, Any]) -> None:
        raise Refused(why="磁盘已满")

    drafting.watch(form, full)
    drafting.watch(form, saved.append)
    drafting.watch(form, full)
    form.fields["name"].control.insert("甲")
    shell.lock()
    assert saved == [{"name": "甲"}] and left


@pytest.mark.expects_log("bug .* Refused")
def test_a_failing_draft_does_not_stop_the_lock(shell: Shell, left: list[tuple[Path, bool]]) -> None:
    form = _page(shell).form

    def full(_values: dict[str, Any]) -> None:
        raise Refused(why="磁盘已满")

    drafting.watch(form, full)
    form.fields["name"].control.insert("甲")
    shell.lock()
    assert left and shell.room.closed and not shell.isVisible()


def test_no_clock_of_a_page_asks_a_room_that_is_closed(shell: Shell, qtbot: QtBot) -> None:
    page = shell.pages[shell.now_shown]
    asked: list[bool] = []
    clock = QTimer(page)
    clock.timeout.connect(lambda: asked.append(page.room.closed))
    clock.start(20)
    qtbot.waitUntil(lambda: bool(asked))
    shell.lock()
    asked.clear()
    qtbot.wait(100)
    assert shell.room.closed and not asked


def test_the_idle_clock_locks_and_any_key_winds_it_up(
    qtbot: QtBot, shell: Shell, left: list[tuple[Path, bool]]
) -> None:
    shell.idle._timer.setInterval(250)
    shell.idle._timer.start()
    for _ in range(4):
        qtbot.wait(100)
        qtbot.keyClick(shell, Qt.Key.Key_A)
    assert left == []
    qtbot.waitUntil(lambda: bool(left))
    assert shell.room.closed


def test_closing_the_window_ends_the_process_without_coming_back(
    room: Room, qtbot: QtBot, entries: Any, left: Any
) -> None:
    shell = Shell(room, Settings(idle_minutes=0), entries=entries)
    qtbot.addWidget(shell)
    shell.show()
    shell.close()
    assert left == [(room.folder, False)] and room.closed


def test_pages_are_built_ahead_one_by_one(qtbot: QtBot, shell: Shell) -> None:
    assert len(shell.pages) < len(shell.entries)
    shell.build_ahead()
    qtbot.waitUntil(lambda: len(shell.pages) == len(shell.entries), timeout=20_000)
    assert shell.now_shown == "today"
