"""Pictures of 反馈 and 家访 at both sizes and in the dark, empty and full, for a person to look at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom.services import feedback, feedback_list, home_visits, talk_rules
from psyroom.settings import Settings
from psyroom.ui.tokens import now as look
from psyroom.ui.window import Shell
from tests.services.room_for_bookings import NOON, Small
from tests.ui.at_the_talks import CLASS, later, make_class, of_class, settle


@pytest.fixture
def small(tmp_path: Path, cheap_keys: None) -> Iterator[Small]:
    made = make_class(tmp_path / "室")
    talk_rules.set_rules(made.room, {"feedback_for": "all"})
    yield made
    made.room.close()


def window(qtbot: QtBot, small: Small) -> Shell:
    shell = Shell(small.room, Settings(text_size=look().text_size))
    qtbot.addWidget(shell)
    shell.show()
    return shell


def lived_in(small: Small) -> None:
    """Some wrote, some printed, some came back, one would not."""
    room, children = small.room, of_class(small)
    values = {
        "study": "上课能跟上，作业按时完成，数学这学期进步明显。",
        "life": "和同学相处融洽，值日认真，已经适应学校的作息。",
        "advice": "每天留十分钟先听孩子说；手机不带进卧室。",
        "by": "王老师",
    }
    feedback.save_many(room, children[:36], values, NOON)
    ids = {line.student: line.feedback for line in feedback_list.listed(room, NOON, class_key=CLASS)}
    now = later(small, 40)
    for state, upto, back in (("printed", 30, 20), ("delivered", 24, 18), ("signed", 9, 2)):
        feedback.set_state(room, [ids[c] for c in children[:upto]], state, (now - timedelta(days=back)).date(), now)
    feedback.set_state(room, [ids[children[26]]], "refused", now.date(), now, why="家长说不用签")
    for n in range(8):
        way = ("on_site", "telephone", "online")[n % 3 if n % 2 else 0]
        home_visits.add(
            room,
            children[n * 5],
            {
                "day": (now - timedelta(days=n * 4 + 1)).date(),
                "way": way,
                "teachers": "王芳、李强" if n % 2 else "陈老师",
                "place": "新民村",
                "present": "奶奶",
                "family": "父母在外地打工，跟奶奶住，妹妹上小学。",
                "found": "写作业没有固定的地方，商量好放学先在学校写完。",
                "next": "看作业是否按时交",
                "next_on": (now + timedelta(days=(4, 0, 0, -2, 0, 0, 20)[n])).date() if n % 3 == 0 else None,
            },
            now,
            feedback={"study": "作业按时交"} if n == 1 else None,
        )


def test_feedback(shoot: Any, qtbot: QtBot, small: Small) -> None:
    lived_in(small)
    shell = window(qtbot, small)
    page: Any = shell.go("talks", tab="feedback")
    tab = page.tab("feedback")
    tab.open(class_key=CLASS)
    tab.pane.list.selectRow(12)
    tab.pane.list.tick([line.student for line in tab.pane.list.rows()[13:16]])
    shoot(shell, "talks-feedback")  # the size first: the slip is drawn for it
    settle(qtbot, 500)
    shoot(shell, "talks-feedback")
    tab.write(of_class(small)[2])
    settle(qtbot, 500)
    shoot(shell, "talks-feedback-signed")
    tab.pane.list.tick([line.student for line in tab.pane.list.ticks()], on=False)
    tab.begin_many()
    settle(qtbot, 500)
    shoot(shell, "talks-feedback-many")
    tab.many.leave()
    tab.pane.tell("refused")
    shoot(shell, "talks-feedback-refused")
    tab.pane.place.form.gone.emit()
    tab.print()
    dialog: Any = QApplication.activeModalWidget()
    qtbot.waitUntil(lambda: dialog.preview.page_count() > 0, timeout=20_000)
    dialog.reject()


def test_feedback_before_anything_is_written(shoot: Any, qtbot: QtBot, small: Small) -> None:
    shell = window(qtbot, small)
    page: Any = shell.go("talks", tab="feedback")
    tab = page.tab("feedback")
    shoot(shell, "talks-feedback-empty")
    tab.open(class_key=CLASS, filter="late")
    shoot(shell, "talks-feedback-nobody")


def test_home_visits(shoot: Any, qtbot: QtBot, small: Small) -> None:
    shell = window(qtbot, small)
    page: Any = shell.go("talks", tab="visits")
    tab = page.tab("visits")
    shoot(shell, "talks-visits-empty")
    lived_in(small)
    shell.tell_changed("home_visit")
    shoot(shell, "talks-visits")
    tab.show_visit(tab.list.table.rows()[1].id)
    settle(qtbot, 200)
    shoot(shell, "talks-visits-one")
    bar = tab.editor.area.verticalScrollBar()
    bar.setValue(bar.maximum())
    shoot(shell, "talks-visits-foot")
    tab.list.filter.set_value("none")
    tab.begin()
    shoot(shell, "talks-visits-new")
    tab.show_empty()
    view: Any = page.stack.currentWidget()
    qtbot.waitUntil(lambda: view.preview.page_count() > 0, timeout=20_000)
    shoot(shell, "talks-visits-paper")
