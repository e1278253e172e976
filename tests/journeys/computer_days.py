"""The computer dies, the stick is stolen: each part in a session with a home and a Secret Service of its own, that is on
another computer. Run by `test_the_computer_dies`.

`python computer_days.py old|new|bare|thief PLACE`: `old` makes the room and its backup on the stick; `new` is the computer
after it; `bare` one without a keyring; `thief` has the stick and, for good measure, the right password.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Generator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from psyroom.errors import IsCopy, Tell
from psyroom.services import backups, checkup, notes, people, private_notes, rooms, students
from psyroom.settings import Settings
from psyroom.store import keys, recovery
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui import ask, style
from psyroom.ui.entrance import Entrance
from psyroom.ui.pages.settings_people import STRANDED, PeopleSection
from psyroom.ui.unlock import Unlock
from psyroom.ui.window import Shell
from psyroom.ui.wizard.bring_back import BringBack
from tests.journeys.hands import Hands
from tests.ui.at_the_window import words_of

OLD, DUTY, NEW = "lantern-whale-sings-at-dawn", "kettle-orchard-blue-ladder", "river-stone-kite-morning"
SECRET, PRIVATE = "孩子说“睡不着”，三天没吃早饭", "只有我自己看的话"
MOST = 30
"""Clicks and keys of the way back, besides the words typed."""


def wait(what: Callable[[], object]) -> None:
    for _ in range(600):
        QTest.qWait(50)
        if what():
            return
    raise SystemExit("it never came")


def drive(work: Generator[Any, Any, Any]) -> Any:
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value


class Quiet:
    """Stands where a message stands; keeps what was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, parent: QWidget, title: str, words: str) -> None:
        self.told.append(words)


def old(place: Path) -> None:
    """Yesterday, 17:00: three notes, one with words for oneself alone, the stick in its slot."""
    setup = rooms.RoomSetup("青山中学", "junior", date(2026, 8, 31), "王敏", OLD, use_keyring=True)
    room, code = rooms.make_room(place / "旧电脑", setup)
    with room:
        assert room.has_secret
        people.add(room, "小周", "duty", DUTY)
        child = students.add(room, {"name": "周一鸣", "stage": "junior", "cohort": 2026, "class_no": 1}, {}, [])
        now = datetime.now().astimezone()
        values = {"kind": "individual", "day": now.date(), "state": SECRET}
        for private in (PRIVATE, "", ""):
            notes.add(room, values, [child], now, private=private)
        (place / "U盘").mkdir()
        backups.choose_second(room, place / "U盘")
        assert drive(backups.make(room, automatic=True)).second is not None
    (place / "恢复单").write_text(code, "utf-8")
    shutil.move(place / "旧电脑", place / "坏了")


def way_back(place: Path, goal: Path) -> tuple[Room, Hands, int]:
    """By keys alone, as 换电脑 of the help says it. `count` without what was typed into fields."""
    entrance = Entrance(Settings.load())
    entered: list[Room] = []
    entrance.entered.connect(entered.append)
    entrance.show()
    entrance.activateWindow()
    QTest.qWaitForWindowActive(entrance)
    hands = Hands()
    typed = 0

    def write(words: str) -> None:
        nonlocal typed
        typed += len(words)
        hands.write(words)

    hands.press(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return)  # 从备份恢复
    wizard = entrance.shown()
    assert isinstance(wizard, BringBack)
    write(str(place / "U盘"))
    hands.press(Qt.Key.Key_Return)
    assert wizard.step() is wizard.place, wizard.trouble.text()
    wizard.place.folder.line.selectAll()
    write(str(goal))
    hands.press(Qt.Key.Key_Return, Qt.Key.Key_Return)
    assert wizard.step() is wizard.entry, words_of(wizard)
    assert f"{datetime.now().day}日" in wizard.entry.which.text() and "不在里面" in wizard.entry.which.text()
    write((place / "恢复单").read_text("utf-8").lower().replace("-", ""))
    hands.tab_to(lambda w: w is wizard.entry.password.first.control, 4)
    write(NEW)
    hands.press(Qt.Key.Key_Return)
    write(NEW)
    hands.press(Qt.Key.Key_Return, Qt.Key.Key_Return)
    wait(lambda: wizard.step() is wizard.sheet or (not wizard.busy() and words_of(wizard.entry)))
    assert wizard.step() is wizard.sheet, words_of(wizard)
    write(recovery.groups(wizard.sheet.code)[wizard.sheet.asked])
    hands.press(Qt.Key.Key_Return)
    wait(lambda: entered)
    entrance.hide()
    return entered[0], hands, hands.count - typed


def all_there(room: Room) -> None:
    now = datetime.now().astimezone()
    told = drive(checkup.check(room))
    assert told.count == 0, [thing.found for thing in told.things]
    with room.read() as session:
        from psyroom.store.connection import raw_of

        found = raw_of(session).execute("SELECT id FROM cases.note").fetchall()
    assert len(found) == 3
    seen = [notes.seen(room, note, now) for (note,) in found]
    assert all(SECRET in one.fields.state for one in seen)
    assert [text for one in seen if (text := private_notes.read(room, one.id))] == [PRIVATE]


def new(place: Path) -> None:
    """A new computer with a keyring: nothing is missing, the colleague's password goes on working."""
    room, _hands, actions = way_back(place, place / "新电脑")
    assert actions <= MOST, actions
    assert room.has_secret and room.stranded == [] and people.stranded(room) == []
    all_there(room)
    backups.choose_second(room, place / "U盘")
    assert drive(backups.make(room, automatic=True)).second is not None, "the old stick goes on serving"
    room.close()
    open_room(place / "新电脑", "小周", DUTY).close()


def bare(place: Path) -> None:
    """One without a keyring: the colleague's password cannot work, and everybody who comes by is told what to do."""
    ask.answerer = quiet = Quiet()  # type: ignore[assignment]
    room, _hands, actions = way_back(place, place / "没有密钥环")
    assert actions <= MOST, actions
    assert not room.has_secret and room.stranded == ["小周"] == people.stranded(room)
    assert len(quiet.told) == 1 and "小周" in quiet.told[0] and "重设密码" in quiet.told[0]
    all_there(room)
    shell = Shell(room, Settings())
    shell.show()
    section = shell.go("settings", section="people").section(PeopleSection)  # type: ignore[union-attr]
    assert STRANDED in words_of(section)
    shell.hide()
    folder, duty = room.folder, next(who for who, name, _role, _on in people.listed(room) if name == "小周")
    room.close()
    unlock = Unlock(folder, "小周")
    unlock.show()
    unlock.password.control.setText(DUTY)
    unlock.try_open()
    wait(lambda: not unlock.busy())
    assert "重设密码" in unlock.trouble.text()
    assert not unlock.enrol.isVisible() and not unlock.by_code.isVisible(), "neither would lead anywhere"
    unlock.hide()
    with open_room(folder, "王敏", NEW) as room:
        people.reset_password(room, duty, DUTY)
        assert people.stranded(room) == []
    open_room(folder, "小周", DUTY).close()


def thief(place: Path) -> None:
    """With the stick alone, even the right password opens nothing, by no door; and nothing on it can be read."""
    copy = next(path for path in (place / "U盘").iterdir() if (path / "room.json").exists())
    before = {path: path.read_bytes() for path in (place / "U盘").rglob("*") if path.is_file()}
    for words in (SECRET, PRIVATE, "周一鸣", "青山中学"):
        assert not any(words.encode() in data for data in before.values()), words
    unlock = Unlock(copy, "王敏")
    unlock.show()
    for guess in ("zhouyiming2026", OLD):
        unlock.password.control.setText(guess)
        unlock.try_open()
        wait(lambda: not unlock.busy())
        assert "备份" in unlock.trouble.text()
    unlock.hide()
    assert {path: path.read_bytes() for path in (place / "U盘").rglob("*") if path.is_file()} == before
    lying = place / "偷来的"
    shutil.copytree(copy, lying)
    (lying / "manifest.json").unlink()  # he knows his way about
    for guess in ("zhouyiming2026", OLD):
        for who in ("王敏", "小周"):
            try:
                open_room(lying, who, guess)
            except IsCopy:
                raise
            except Tell:
                continue
            raise AssertionError(guess)


if __name__ == "__main__":
    keys.BOUND = keys.UNBOUND = keys.PRACTICE
    app = QApplication([])
    style.dress(style.look_for("light", 100))
    {"old": old, "new": new, "bare": bare, "thief": thief}[sys.argv[1]](Path(sys.argv[2]))
    sys.stdout.write("whole\n")
