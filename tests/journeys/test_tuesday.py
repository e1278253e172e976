"""A Tuesday: somebody at the door, a child who was booked, one who does not come, and the colleague who closes the day.

The number of things done by hand is part of the promise, so it is held here from above; seconds are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from psyroom.services import bookings, handover, hours, openings, slips, week
from psyroom.settings import Settings
from psyroom.store import roomfile
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui import leave
from psyroom.ui.pages.walk_in import WalkIn
from psyroom.ui.start import Program
from psyroom.ui.unlock import Unlock
from psyroom.ui.window import Shell
from tests.journeys.hands import ALT, CONTROL, Hands
from tests.services.room_for_bookings import MONDAY, PASSWORD, TUESDAY, Small, at, make_small


@pytest.fixture
def left() -> Iterator[list[tuple[Path, bool]]]:
    seen: list[tuple[Path, bool]] = []
    door = leave.door
    leave.door = lambda folder, *, come_back: seen.append((folder, come_back))
    yield seen
    leave.door = door


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """李明 is booked for 12:55, 赵一鸣 for 16:25."""
    made = make_small(tmp_path / "室")
    for which, starts, ends in ((1, 775, 815), (3, 985, 1015)):
        values = {"student": made.students[which], "day": TUESDAY, "starts": starts, "ends": ends, "person": made.wang}
        bookings.book(made.room, values, at(MONDAY, 480))
    made.room.close()
    yield made
    made.room.close()


def unlock(qtbot: QtBot, hands: Hands, folder: Path, person: str, clock: dict[str, datetime]) -> Shell:
    """The person is chosen with the arrows where somebody else was here last, the password typed."""
    Settings().save()
    program = Program(folder)
    program.show()
    program.entrance.activateWindow()
    view = program.entrance.shown()
    assert isinstance(view, Unlock)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    names = roomfile.names(folder)
    if view.person.value() != person:
        hands.press(Qt.Key.Key_Tab, held=Qt.KeyboardModifier.ShiftModifier)
        steps = names.index(person) - names.index(str(view.person.value()))
        hands.press(*[Qt.Key.Key_Right if steps > 0 else Qt.Key.Key_Left] * abs(steps), Qt.Key.Key_Tab)
    assert view.person.value() == person
    hands.write(PASSWORD)
    hands.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: program.shell is not None, timeout=30_000)
    shell = program.shell
    assert isinstance(shell, Shell)
    qtbot.addWidget(shell)
    shell.room.now = lambda: clock["now"].astimezone(UTC)
    shell.room.clock_confirmed = True
    shell.resize(1366, 768)
    shell.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    hands.press(Qt.Key.Key_1, held=ALT)
    return shell


def today(room: Room, now: datetime) -> dict[str, week.Entry]:
    return {e.who: e for e in week.day_of(room, TUESDAY, now).entries}


def test_a_tuesday(qtbot: QtBot, small: Small, left: list[tuple[Path, bool]]) -> None:
    clock = {"now": at(TUESDAY, 720)}
    hands = Hands()
    shell = unlock(qtbot, hands, small.room.folder, "王老师", clock)
    room = shell.room

    # 12:05, a boy at the door, no appointment: initials and Enter
    clock["now"] = at(TUESDAY, 725)
    hands.anew()
    hands.press(Qt.Key.Key_Q, held=CONTROL)
    card = shell.findChild(WalkIn)
    assert isinstance(card, WalkIn)
    hands.write("zxy")
    qtbot.waitUntil(lambda: bool(card.picker._model.hits))
    hands.press(Qt.Key.Key_Return)
    assert today(room, clock["now"])["张晓雨"].inside and hands.count <= 5

    # 12:50 he leaves
    clock["now"] = at(TUESDAY, 770)
    hands.anew()
    hands.press(Qt.Key.Key_1, held=ALT)
    assert hands.stands_on() == "李明", "the keyboard stands on who is expected next"
    hands.press(Qt.Key.Key_Up, Qt.Key.Key_Space, Qt.Key.Key_Return)
    gone = today(room, clock["now"])["张晓雨"]
    assert gone.closed and (gone.starts, gone.ends) == (725, 770) and hands.count <= 4

    # 12:55 the booked child comes, and goes
    clock["now"] = at(TUESDAY, 775)
    hands.anew()
    hands.press(Qt.Key.Key_1, held=ALT)
    hands.press(Qt.Key.Key_Space)
    assert today(room, clock["now"])["李明"].inside and hands.count <= 2
    clock["now"] = at(TUESDAY, 815)
    hands.anew()
    hands.press(Qt.Key.Key_Space, Qt.Key.Key_Return)
    assert today(room, clock["now"])["李明"].closed and hands.count <= 2

    # 16:45 nobody came at 16:25: 未到, and what was done about it
    clock["now"] = at(TUESDAY, 1005)
    hands.anew()
    hands.press(Qt.Key.Key_1, held=ALT)
    assert hands.stands_on() == "赵一鸣"
    hands.press(Qt.Key.Key_Tab, Qt.Key.Key_Return)
    assert today(room, clock["now"])["赵一鸣"].outcome == "no_show"
    hands.press(Qt.Key.Key_Space)
    hands.tab_to(lambda _w: hands.stands_on() == "已告知班主任", 6)
    hands.press(Qt.Key.Key_Return)
    assert today(room, clock["now"])["赵一鸣"].follow_up and hands.count <= 8
    hands.press(Qt.Key.Key_L, held=CONTROL)
    assert left == [(small.room.folder, True)] and room.closed

    # 16:50 the colleague, with his own password: names and times, not a word more
    clock["now"] = at(TUESDAY, 1010)
    hands.anew()
    shell = unlock(qtbot, hands, small.room.folder, "小周", clock)
    desk = shell.room
    assert not desk.has_cases and hands.count <= len(PASSWORD) + 6
    seen = " ".join(label.text() for label in shell.findChildren(QLabel))
    assert "张晓雨" in seen and "赵一鸣" in seen
    hands.anew()
    hands.press(Qt.Key.Key_D, held=CONTROL)
    assert [d.name for d in openings.on_duty(desk, clock["now"])] == ["小周"] and hands.count <= 1

    # a word for the counsellor, sealed
    hands.anew()
    hands.press(Qt.Key.Key_E, held=CONTROL)
    hands.write("来时在哭")
    hands.press(Qt.Key.Key_S, held=CONTROL)
    assert hands.count <= 6
    assert "来时在哭" not in " ".join(box.toPlainText() for box in shell.findChildren(QPlainTextEdit))

    # 17:40 he closes the day, and tells whoever comes next
    clock["now"] = at(TUESDAY, 1060)
    hands.anew()
    hands.press(Qt.Key.Key_D, held=CONTROL)
    assert not openings.on_duty(desk, clock["now"])
    hands.press(Qt.Key.Key_Space)
    hands.press(Qt.Key.Key_S, held=CONTROL)
    assert hands.count <= 3
    hands.press(Qt.Key.Key_L, held=CONTROL)

    # the next morning the counsellor has both
    with open_room(small.room.folder, "王老师", PASSWORD) as again:
        again.clock_confirmed = True
        assert [note.text for note in slips.read_slips(again)] == ["来时在哭"]
        assert [(one.name, one.words) for one in handover.unread(again)] == [("小周", "有人还在等")]
        figures = hours.week_of(again, TUESDAY, at(TUESDAY, 1070))
        assert figures is not None and figures.open_minutes == (815 - 725) - 5 + (1060 - 1010)
