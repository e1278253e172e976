"""A note written elsewhere, as plain text, into its parts."""

from __future__ import annotations

import pytest

from psyroom.records.notes import NOTE_KINDS, NoteFields
from psyroom.rules import note_text


def test_headings_say_which_part_follows() -> None:
    text = (
        "开头没有小标题的话\n一、主要问题：考前睡不好\n已有两周\n【分析】\n想得太多\r\n对策：列计划\n\n（四）辅导效果：说轻松了\n"
        "医院诊断：睡眠不足\n下一步：周五再谈\n给班主任打电话\n"
    )
    found = note_text.split(text, "individual")
    assert found.parts == {
        "state": "开头没有小标题的话",
        "problem": "考前睡不好\n已有两周",
        "measures": "想得太多\n列计划",
        "effect": "说轻松了",
        "hospital_says": "睡眠不足",
    }
    assert found.steps == ("周五再谈", "给班主任打电话")


@pytest.mark.parametrize("kind", NOTE_KINDS)
def test_a_text_without_headings_is_one_part(kind: str) -> None:
    text = "他说：问题不大。\n  结果还没出来，效果：看不出（主题：无）"
    found = note_text.split(text, kind)
    assert found.parts == {note_text.main_part(kind): text} and not found.steps


def test_every_heading_names_a_part_and_no_two_share_a_name() -> None:
    names = [name for names in note_text.HEADINGS.values() for name in names]
    assert len(names) == len(set(names)) and set(note_text.HEADINGS) - {note_text.STEP} <= set(NoteFields.model_fields)
