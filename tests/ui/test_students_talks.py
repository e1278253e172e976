"""The lamps in a student's card, and that whoever has duty sees none of it: no widget, no word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from psyroom.services import care, students
from psyroom.ui.kit import Tag
from psyroom.ui.pages.lamps import LampRow
from psyroom.ui.pages.students_talks import TalksCard
from psyroom.ui.pages.talk_form import TalkDialog
from psyroom.ui.window import PAGES, Shell
from tests.services.room_for_bookings import TUESDAY, Small, as_duty, make_small
from tests.ui.at_the_coverage import NOW, talk
from tests.ui.at_the_window import open_window, press, words_of

GROUND = "班主任提出：近两周常一个人待着"
UNSAID = ("一生一谈", "重点关爱", "已谈话", "未谈话", "方案", "反馈", "家访", "谈话", GROUND)


@pytest.fixture
def small(tmp_path: Path, cheap_keys: None) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOW.astimezone(UTC)
    yield made
    made.room.close()


def mark(small: Small, which: int = 0) -> str:
    return care.mark(small.room, small.students[which], {"since": TUESDAY, "ground": GROUND}, NOW)


def card_of(qtbot: QtBot, small: Small) -> tuple[Shell, TalksCard]:
    shell = open_window(qtbot, small.room, "students")
    shell.go("students", student=small.students[0])
    card = shell.findChild(TalksCard)
    assert isinstance(card, TalksCard)
    return shell, card


def test_the_card_shows_the_lamps_and_the_next_missing_link(qtbot: QtBot, small: Small) -> None:
    shell, card = card_of(qtbot, small)
    assert card.lamps.words() == ("未谈话", "方案", "反馈") and not card.findChildren(Tag)
    press(card, "登记谈话")
    dialog = shell.findChild(TalkDialog)
    assert dialog is not None and dialog.form.students() == [small.students[0]]
    dialog.reject()
    made = talk(small, 0)
    mark(small)
    shell.tell_changed("talk", "care")
    assert card.lamps.words() == ("已谈话", "缺方案", "缺反馈")
    assert GROUND in words_of(card) and "9月8日由王老师标记" in words_of(card)
    assert [b.text() for b in card.findChildren(QAbstractButton) if b.isVisible() and b.text()] == [
        "写方案", "改、解除重点关爱",
    ]  # fmt: skip
    qtbot.keyClick(card.lamps.buttons["talk"], Qt.Key.Key_Return)
    opened: Any = [d for d in list[TalkDialog](shell.findChildren(TalkDialog)) if d.isVisible()][-1]
    assert opened.seen is not None and opened.seen.id == made
    opened.reject()


def test_a_missing_plan_and_the_mark_lead_to_their_tab(qtbot: QtBot, small: Small) -> None:
    talk(small, 0)
    shell = Shell(small.room, open_window(qtbot, small.room, "talks").settings, entries=PAGES)
    qtbot.addWidget(shell)
    shell.show()
    shell.go("students", student=small.students[0])
    press(shell.pages["students"], "标记重点关爱")
    page: Any = shell.pages["talks"]
    assert shell.now_shown == "talks" and page.now_shown == "cover" and page.sheet.isVisible()
    assert page.tab("cover").panel.list.picked()[0].id == small.students[0]
    page.sheet.shut()
    mark(small)
    shell.tell_changed("care")
    shell.go("students", student=small.students[0])
    press(shell.pages["students"], "写方案")
    assert shell.now_shown == "talks" and ("plans" not in page.tabs or page.now_shown == "plans")


def test_who_is_not_on_the_list_is_asked_nothing(qtbot: QtBot, small: Small) -> None:
    students.set_status(small.room, small.students[0], "moved", TUESDAY)
    _shell, card = card_of(qtbot, small)
    assert card.lamps.words() == ("谈话", "方案", "反馈")
    assert words_of(card).endswith("不在这个学期的名单里。") and not [
        b for b in card.findChildren(QAbstractButton) if b.isVisible() and b.text()
    ]


def everything_said(window: QWidget) -> str:
    """Every word a widget of the window shows, tells a screen reader or keeps in a tip, in sight or not."""
    found: list[str] = [words_of(window)]
    for widget in list[QWidget](window.findChildren(QWidget)):
        found += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        found += [
            str(getattr(widget, name)()) for name in ("text", "placeholderText", "toPlainText") if hasattr(widget, name)
        ]
    return "\n".join(found)


def test_whoever_has_duty_sees_none_of_it(qtbot: QtBot, small: Small) -> None:
    """SAFETY. The pages of the desk, with a student's card open who is marked: no lamp, no mark, no word of either."""
    talk(small, 0)
    mark(small)
    room = as_duty(small)
    room.now = lambda: NOW.astimezone(UTC)
    shell = Shell(room, open_window(qtbot, room, "students").settings, entries=PAGES)
    qtbot.addWidget(shell)
    shell.show()
    for entry in shell.entries:
        shell.go(entry.key, **({"student": small.students[0]} if entry.key == "students" else {}))
        kinds = {type(widget).__name__ for widget in list[QWidget](shell.findChildren(QWidget))}
        assert not kinds & {TalksCard.__name__, LampRow.__name__, "LampButton", "StateMap", "WeekMap"}
        said = everything_said(shell)
        assert "张晓雨" in said or entry.key != "students"
        assert [word for word in UNSAID if word in said] == []
