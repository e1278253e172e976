"""The three lamps as they are drawn and said."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psyroom.rules.coverage import Lamp, Lamps
from psyroom.ui.pages import lamps
from psyroom.ui.pages.lamps import LampRow


def test_a_lamp_is_told_by_its_shape_and_by_its_words_not_by_colour_alone(qtbot: QtBot) -> None:
    assert len(set(lamps.SHAPES.values())) == len(lamps.SHAPES) == 3
    assert all(len(set(said.values())) == 3 for said in lamps.SAID.values())
    row = LampRow(Lamps(Lamp("green", "9月7日谈过"), Lamp("amber", "还没有方案"), Lamp("none", "不要求反馈")), act=True)
    qtbot.addWidget(row)
    assert row.words() == ("已谈话", "缺方案", "反馈")
    assert row.buttons["plan"].accessibleName() == "方案：还没有方案" == row.buttons["plan"].toolTip()
    with qtbot.waitSignal(row.wanted) as wanted:
        qtbot.keyClick(row.buttons["plan"], Qt.Key.Key_Return)
    assert wanted.args == ["plan"]
