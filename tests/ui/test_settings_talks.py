"""设置 · 谈话与反馈: the school's own rules beside the region's, and the class teachers, each saved as one deed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from psyroom.services import drafts, school, talk_rules
from psyroom.ui import drafting
from psyroom.ui.pages.settings_talks import TalksSection
from tests.services.room_for_bookings import Small, make_small
from tests.ui.at_settings import part
from tests.ui.at_the_coverage import NOW
from tests.ui.at_the_window import buttons_of, compose, open_window, press, words_of


@pytest.fixture
def small(tmp_path: Path, cheap_keys: None) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOW.astimezone(UTC)
    yield made
    made.room.close()


def section(qtbot: QtBot, small: Small) -> TalksSection:
    made = part(open_window(qtbot, small.room, "settings"), TalksSection)
    assert isinstance(made, TalksSection)
    return made


def test_a_rule_is_set_and_taken_back(qtbot: QtBot, small: Small) -> None:
    card = section(qtbot, small)
    assert "第 18 周" in card.form.fields["finish_week"].hint.text() and not buttons_of(card, "保存")
    card.form.fields["target"].set_value(95)
    card.form.fields["finish_week"].set_value(16)
    card.form.fields["denominator"].set_value("less_excused")
    press(card, "保存")
    rules = talk_rules.rules(small.room)
    assert (rules.target, rules.finish_week, rules.denominator, rules.target_source) == (
        95, 16, "less_excused", talk_rules.OWN,
    )  # fmt: skip
    assert "目标 95 %，第 16 周前谈完" in words_of(card) and not buttons_of(card, "保存")
    card.shell.undo_deed()
    assert talk_rules.rules(small.room).target == 100 and card.form.fields["target"].value() is None


def test_what_is_wrong_is_said_under_its_field_and_nothing_is_lost(qtbot: QtBot, small: Small) -> None:
    card = section(qtbot, small)
    card.form.fields["target"].set_value(130)
    press(card, "保存")
    assert card.form.fields["target"].error.text() and card.form.fields["target"].value() == 130
    drafting.flush_all()
    again = section(qtbot, small)
    assert again.form.fields["target"].value() == 130 and "已放回" in words_of(again)
    press(again, "不改了")
    assert again.form.fields["target"].value() is None and drafts.load(small.room, "settings-talks") is None


def test_the_region_is_told_beside_what_the_school_may_set(qtbot: QtBot, small: Small) -> None:
    """Each field says what holds where it is left empty, and where that stands written."""
    school.change_school(small.room, {"region": "xiangyuan"})
    card = section(qtbot, small)
    rules = talk_rules.rules(small.room)
    assert rules.target_source in card.form.fields["target"].hint.text()
    assert rules.feedback_source in card.form.fields["feedback_for"].hint.text()
    card.form.fields["feedback_for"].set_value("all")
    press(card, "保存")
    assert "全体学生要有家校反馈" in card.said.text()
    assert rules.feedback_source not in card.form.fields["feedback_for"].hint.text()


def test_class_teachers_are_named_in_one_deed(qtbot: QtBot, small: Small) -> None:
    card = section(qtbot, small)
    assert card.fold.head.text() == "班主任（3 个班，填了 0 个）" and not card.names.lines
    card.fold.turn()
    first, second, _third = card.names.lines.values()
    assert first.hasFocus()
    compose(first, "李敏")
    compose(second, "何青山")
    press(card.names, "保存班主任")
    assert set(talk_rules.class_teachers(small.room).values()) == {"李敏", "何青山"}
    assert card.fold.head.text() == "班主任（3 个班，填了 2 个）"
    card.shell.undo_deed()
    assert talk_rules.class_teachers(small.room) == {}
    assert [line.value() for line in card.names.lines.values()] == ["", "", ""]


def test_names_not_yet_saved_are_there_again(qtbot: QtBot, small: Small) -> None:
    card = section(qtbot, small)
    card.fold.turn()
    compose(next(iter(card.names.lines.values())), "李敏")
    drafting.flush_all()
    again = section(qtbot, small)
    again.fold.turn()
    assert next(iter(again.names.lines.values())).value() == "李敏" and again.names.save_button.isEnabled()
