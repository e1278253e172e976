"""Unlocking and the wizards, on the real widgets, mostly by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from psyroom.services import school
from psyroom.settings import Settings
from psyroom.store import recovery, roomfile, secret
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui.entrance import Entrance
from psyroom.ui.unlock import Unlock
from psyroom.ui.welcome import Welcome
from psyroom.ui.wizard.bring_back import BringBack
from psyroom.ui.wizard.first_run import FirstRun
from psyroom.ui.wizard.frame import Wizard
from psyroom.ui.wizard.room_steps import free_folder
from psyroom.ui.wizard.school_steps import usual_term_start

NEW_PASSWORD = "窗外的香樟树去年又长高了一大截"


@pytest.fixture
def entrance(qtbot: QtBot) -> Callable[..., Entrance]:
    def shown(folder: Path | None = None, **settings: Any) -> Entrance:
        made = Entrance(Settings(**settings), folder)
        made.closeEvent = lambda event: event.accept()  # type: ignore[method-assign]
        qtbot.addWidget(made)
        made.show()
        made.activateWindow()
        qtbot.waitUntil(made.isActiveWindow)
        return made

    return shown


@pytest.fixture
def closed_room(room: Room) -> Path:
    folder = room.folder
    room.close()
    return folder


def _press(qtbot: QtBot, key: Qt.Key) -> None:
    focus = QApplication.focusWidget()
    assert focus is not None
    qtbot.keyClick(focus, key)


def _write(words: str) -> None:
    focus: Any = QApplication.focusWidget()
    focus.insert(words)


def _enter_until(qtbot: QtBot, wizard: Wizard, at: int, most: int = 40) -> None:
    for _ in range(most):
        if wizard.at == at or wizard.busy():
            return
        _press(qtbot, Qt.Key.Key_Return)
    raise AssertionError(f"still at page {wizard.at}: {wizard.trouble.text()}")


# ---- unlocking


def test_the_people_of_the_room_are_offered_and_the_last_one_chosen(entrance: Any, closed_room: Path) -> None:
    page = entrance(closed_room, last_person="乙").shown()
    assert isinstance(page, Unlock)
    assert page.person.value() == "乙"
    assert page.password.control.hasFocus()


def test_the_right_password_and_enter_open_the_room(
    qtbot: QtBot, entrance: Any, closed_room: Path, password: str
) -> None:
    window = entrance(closed_room, last_person="甲")
    _write(password)
    with qtbot.waitSignal(window.entered) as entered:
        _press(qtbot, Qt.Key.Key_Return)
    with entered.args[0] as room:
        assert (room.person.name, room.has_cases) == ("甲", True)
    assert Settings.load().rooms == [str(closed_room)] and Settings.load().last_person == "甲"
    assert window.shown().password.value() == "", "the password does not stay in the field"


def test_a_wrong_password_is_said_under_the_field_and_can_be_typed_again(
    qtbot: QtBot, entrance: Any, closed_room: Path, password: str
) -> None:
    window = entrance(closed_room, last_person="甲")
    page = window.shown()
    _write("不是这个密码吧")
    _press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.password.error.isVisible(), timeout=15000)
    assert page.password.error.text() == "姓名或密码不对，请再试一次。"
    assert page.password.control.hasFocus() and not page.busy()
    page.password.control.clear()
    _write(password)
    with qtbot.waitSignal(window.entered, timeout=15000) as entered:
        _press(qtbot, Qt.Key.Key_Return)
    entered.args[0].close()


def test_a_room_open_elsewhere_says_so(qtbot: QtBot, entrance: Any, room: Room, password: str) -> None:
    page = entrance(room.folder, last_person="甲").shown()
    _write(password)
    _press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.trouble.isVisible(), timeout=15000)
    assert "另一个窗口" in page.trouble.text()


def test_caps_lock_is_noticed_from_the_letters(qtbot: QtBot, entrance: Any, closed_room: Path) -> None:
    page = entrance(closed_room).shown()
    hint = page.password.hint
    _key(page, "A", shift=True)
    assert "大写锁定" not in hint.text()
    _key(page, "A")
    assert "大写锁定" in hint.text() and hint.isVisible()
    _key(page, "b")
    assert "大写锁定" not in hint.text()


def _key(page: Unlock, letter: str, *, shift: bool = False) -> None:
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    key = Qt.Key(ord(letter.upper()))
    QApplication.sendEvent(page.password.control, QKeyEvent(QEvent.Type.KeyPress, key, held, letter))


def test_a_machine_without_a_room_offers_three_ways(qtbot: QtBot, entrance: Any) -> None:
    window = entrance()
    page = window.shown()
    assert isinstance(page, Welcome) and list(page.tiles) == ["make", "look", "bring"]
    assert page.tiles["make"].hasFocus()
    _press(qtbot, Qt.Key.Key_Down)
    _press(qtbot, Qt.Key.Key_Down)
    assert page.tiles["bring"].hasFocus()
    _press(qtbot, Qt.Key.Key_Return)
    assert isinstance(window.shown(), BringBack)
    _press(qtbot, Qt.Key.Key_Escape)
    assert isinstance(window.shown(), Welcome)


def test_a_folder_without_a_room_is_refused_kindly(qtbot: QtBot, entrance: Any, tmp_path: Path, answers: Any) -> None:
    window = entrance()
    answers.path = tmp_path
    window.shown().open.emit("")
    assert answers.asked == ["选辅导室所在的文件夹", "这里没有辅导室"]
    assert isinstance(window.shown(), Welcome)


# ---- the first run


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's keyring is the machine's affair; the tests' machine has none."""
    assert not secret.is_usable()


def test_from_nothing_to_a_room_by_keyboard(
    qtbot: QtBot, entrance: Any, tmp_path: Path, no_keyring: None, cheap_keys: None
) -> None:
    window = entrance()
    _press(qtbot, Qt.Key.Key_Return)
    wizard = window.shown()
    assert isinstance(wizard, FirstRun)
    _write("襄垣县第三中学")
    _enter_until(qtbot, wizard, 1)
    _enter_until(qtbot, wizard, 2)
    wizard.region.set_value("xiangyuan")
    _enter_until(qtbot, wizard, 3)
    wizard.place.folder.set_value(tmp_path / "room")
    _enter_until(qtbot, wizard, 4)
    _write("王敏")
    _press(qtbot, Qt.Key.Key_Return)
    _write(NEW_PASSWORD)
    _press(qtbot, Qt.Key.Key_Return)
    _write(NEW_PASSWORD)
    _enter_until(qtbot, wizard, 5)
    qtbot.waitUntil(lambda: wizard.at == 5, timeout=20000)
    assert wizard.sheet.preview.page_count() == 1
    assert [w for w in QApplication.topLevelWidgets() if w.isVisible()] == [window]
    asked = wizard.sheet.asked
    _write(recovery.groups(wizard.sheet.code)[asked].lower())
    with qtbot.waitSignal(window.entered) as entered:
        _press(qtbot, Qt.Key.Key_Return)
    with entered.args[0] as room:
        told = school.context(room)
        assert (told.name, told.stage, told.region) == ("襄垣县第三中学", "junior", "xiangyuan")
        assert len([p for p in told.periods if p.kind == "lesson"]) == 7
    with open_room(tmp_path / "room", "王敏", NEW_PASSWORD) as again:
        assert again.has_cases


def test_every_page_refuses_what_cannot_be_in_its_place(qtbot: QtBot, tmp_path: Path, no_keyring: None) -> None:
    wizard = FirstRun(date(2026, 9, 10))
    qtbot.addWidget(wizard)
    wizard.show()
    school_page = wizard.school
    wizard.go_on()
    assert wizard.at == 0 and school_page.fields["name"].error.text() == "请填写学校名称"
    school_page.fields["name"].set_value("青山中学")
    school_page.fields["starts"].set_value("开学那天")
    school_page.fields["weeks"].set_value(99)
    wizard.go_on()
    assert wizard.at == 0
    assert "看不懂这个日期" in school_page.fields["starts"].error.text()
    assert school_page.fields["weeks"].error.text() == "周数不能大于 30"
    school_page.fields["starts"].set_value(date(2026, 8, 31))
    school_page.fields["weeks"].set_value(20)
    wizard.go_on()
    assert wizard.at == 1
    lessons = wizard.lessons.lessons["junior"]
    lessons.set_value([(480, 525), (520, 560)])
    wizard.go_on()
    assert wizard.at == 1 and wizard.trouble.text() == "有两节的时间重叠了"
    lessons.set_value([(480, 525)])
    wizard.go_on()
    wizard.go_on()
    assert wizard.at == 3
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x.txt").write_text("x")
    for place, sentence in (
        (tmp_path / "full", "不是空文件夹"),
        (tmp_path / "OneDrive" / "r", "OneDrive"),
        ("", "请选一个"),
    ):
        wizard.place.folder.set_value(place)
        wizard.go_on()
        assert wizard.at == 3 and sentence in wizard.place.fields["folder"].error.text()
    wizard.place.folder.set_value(tmp_path / "room")
    wizard.go_on()
    person = wizard.person
    person.person.setText("王敏")
    for words, again, name, sentence in (
        ("短", "短", "password", "至少"),
        ("青山中学wangmin2026", "青山中学wangmin2026", "password", "猜到"),
        (NEW_PASSWORD, NEW_PASSWORD + "x", "again", "两遍不一样"),
    ):
        person.password.first.control.setText(words)
        person.password.again.control.setText(again)
        wizard.go_on()
        assert wizard.at == 4 and sentence in person.fields[name].error.text(), words
    assert not (tmp_path / "room").exists()


def test_going_back_loses_nothing(qtbot: QtBot) -> None:
    wizard = FirstRun(date(2026, 9, 10))
    qtbot.addWidget(wizard)
    wizard.show()
    wizard.school.fields["name"].set_value("青山中学")
    wizard.go_on()
    wizard.lessons.lessons["junior"].set_value([(480, 520)])
    wizard.go_on()
    wizard.go_back()
    wizard.go_back()
    wizard.go_on()
    assert wizard.school.fields["name"].value() == "青山中学"
    assert wizard.lessons.for_all() == [(480, 520)]


def test_a_school_of_two_stages_gets_lessons_for_each(qtbot: QtBot, tmp_path: Path) -> None:
    wizard = FirstRun(date(2026, 9, 10))
    qtbot.addWidget(wizard)
    wizard.show()
    wizard.school.fields["name"].set_value("青山学校")
    wizard.school.stage.set_value("nine")
    wizard.go_on()
    setup = wizard.setup()
    assert setup.lessons == [] and set(setup.lessons_by_stage) == {"primary", "junior"}
    assert setup.lessons_by_stage["primary"] != setup.lessons_by_stage["junior"]


def test_a_region_that_does_not_fit_is_taken_with_a_warning(qtbot: QtBot) -> None:
    wizard = FirstRun(date(2026, 9, 10))
    qtbot.addWidget(wizard)
    wizard.show()
    wizard.school.fields["name"].set_value("青山中学")
    wizard.go_on()
    wizard.go_on()
    wizard.region.set_value("hunan-vocational")
    assert wizard.region.warning.isVisible() and "中职" in wizard.region.warning.text()
    wizard.go_on()
    assert wizard.at == 3


@pytest.mark.parametrize(
    ("today", "start"),
    [
        (date(2026, 8, 20), date(2026, 8, 31)),
        (date(2026, 11, 2), date(2026, 8, 31)),
        (date(2027, 1, 15), date(2026, 8, 31)),
        (date(2027, 3, 1), date(2027, 2, 22)),
    ],
)
def test_the_proposed_first_day_is_a_monday_of_this_semester(today: date, start: date) -> None:
    assert usual_term_start(today) == start


def test_a_folder_that_is_taken_is_not_proposed(tmp_path: Path) -> None:
    taken = tmp_path / "心理辅导室"
    assert free_folder(taken) == taken
    taken.mkdir()
    assert free_folder(taken) == taken
    (taken / "room.json").write_text("{}")
    assert free_folder(taken) == tmp_path / "心理辅导室2"


def test_a_computer_that_forgets_asks_for_a_longer_password(qtbot: QtBot) -> None:
    wizard = FirstRun(date(2026, 9, 10))
    qtbot.addWidget(wizard)
    wizard.place.restores.set_value("yes")
    assert wizard.place.use_keyring() is False
    wizard.person.arrive()
    wizard.person.password.first.control.setText("灯塔下的鲸鱼在唱歌")
    wizard.person.password.judge()
    assert wizard.person.password.first.hint.text() == "还差 3 个字符"


# ---- the sheet


@pytest.fixture
def sheet_page(qtbot: QtBot, tmp_path: Path, cheap_keys: None) -> Generator[FirstRun, None, None]:
    wizard = FirstRun(date(2026, 9, 10))
    qtbot.addWidget(wizard)
    wizard.show()
    wizard.school.fields["name"].set_value("青山中学")
    wizard.go_on()
    wizard.go_on()
    wizard.go_on()
    wizard.place.folder.set_value(tmp_path / "room")
    wizard.go_on()
    wizard.person.person.setText("王敏")
    wizard.person.password.first.control.setText(NEW_PASSWORD)
    wizard.person.password.again.control.setText(NEW_PASSWORD)
    wizard.go_on()
    qtbot.waitUntil(lambda: wizard.at == 5, timeout=20000)
    yield wizard
    assert wizard.room is not None
    wizard.room.close()


def test_the_sheet_is_shown_before_the_room_and_one_group_typed_back(qtbot: QtBot, sheet_page: FirstRun) -> None:
    sheet = sheet_page.sheet
    code = sheet.code
    sheet.answer.setText("0000")
    with qtbot.assertNotEmitted(sheet_page.done):
        sheet_page.go_on()
    assert sheet.fields["group"].error.isVisible()
    sheet_page.go_back()
    assert sheet_page.at == 5, "there is no way back from it"
    sheet.answer.setText(recovery.groups(code)[sheet.asked])
    with qtbot.waitSignal(sheet_page.done):
        sheet_page.go_on()
    assert sheet.code == ""


def test_the_sheet_is_saved_anywhere_but_in_the_room(sheet_page: FirstRun, tmp_path: Path, answers: Any) -> None:
    sheet = sheet_page.sheet
    answers.path = tmp_path / "room" / "恢复单.pdf"
    sheet._save()
    assert not answers.path.exists() and "不能存在" in sheet.saved.text()
    answers.path = tmp_path / "stick" / "恢复单.pdf"
    sheet._save()
    assert "写不进去" in sheet.saved.text()
    answers.path.parent.mkdir()
    sheet._save()
    assert answers.path.read_bytes().startswith(b"%PDF")


def test_the_sheet_prints_from_memory(sheet_page: FirstRun, tmp_path: Path, answers: Any) -> None:
    from PySide6.QtPrintSupport import QPrinter

    answers.paper = QPrinter(QPrinter.PrinterMode.HighResolution)
    answers.paper.setOutputFileName(str(tmp_path / "out.pdf"))
    sheet_page.sheet.preview.print()
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")


def test_the_code_and_the_password_leave_no_trace_beside_the_sealed_files(sheet_page: FirstRun, tmp_path: Path) -> None:
    code = sheet_page.sheet.code
    for path in (*tmp_path.rglob("*"), *Path(str(Settings.load() and tmp_path)).rglob("*.json")):
        if path.is_file():
            held = path.read_bytes()
            for words in (code, code.replace("-", ""), NEW_PASSWORD):
                assert words.encode() not in held, path.name


def test_the_practice_school_is_made_and_opened(qtbot: QtBot, entrance: Any, tmp_path: Path) -> None:
    window = entrance()
    window.show_practice()
    page: QWidget = window.shown()
    assert page is not None
    with qtbot.waitSignal(window.entered, timeout=60000) as entered:
        pass
    with entered.args[0] as room:
        assert room.practice and room.person.name == "甲"
        assert roomfile.read(room.folder).practice
    assert Settings.load().rooms == [], "a practice school is not remembered as a room"
