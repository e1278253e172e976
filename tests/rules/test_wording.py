"""Gentle words about what is being written: seen where they are due, silent where not, never a stumble."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psyroom.paths import resource
from psyroom.rules.wording import look


def kinds(text: str) -> list[tuple[str, str]]:
    return [(c.kind, text[c.start : c.end]) for c in look(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("他的身份证是430521201001010014，记一下", [("id", "430521201001010014")]),
        ("43052120100101001X", [("id", "43052120100101001X")]),
        ("430521 20100101 0014", [("id", "430521 20100101 0014")]),
        ("旧证430521800101001", [("id", "430521800101001")]),
        ("编号123456789012345678", []),  # no day of birth in it
        ("妈妈电话13812345678。", [("phone", "13812345678")]),
        ("+86 138-1234-5678", [("phone", "+86 138-1234-5678")]),
        ("家里0731-84512345", [("phone", "0731-84512345")]),
        ("电话：84512345", [("phone", "84512345")]),
        ("QQ号12345678", [("phone", "12345678")]),
        ("2026-09-08 12:10 来访，共 40 分钟，第 138 页", []),
        ("学号2026123", []),
        ("家住在长沙市岳麓区麓山南路932号", [("address", "长沙市岳麓区麓山南路932号")]),
        ("住在幸福小区5栋201室", [("address", "幸福小区5栋201室")]),
        ("来自桃江县灰山港镇河溪村3组", [("address", "桃江县灰山港镇河溪村3组")]),
        ("住在岳麓区，走路上学", []),
        ("从3号楼走到操场", []),
        ("我判断他是抑郁症", [("word", "抑郁症")]),
        ("诊断：轻度", [("word", "诊断")]),
        ("患者自述症状", [("word", "患者"), ("word", "症状")]),
        ("医院诊断（市一医院，2026-09-01）：中度抑郁，服药中。", []),
        ("医院诊断为焦虑症。我的诊断也一样", [("word", "诊断")]),
        ("带来了诊断书", []),
        ("他说“我是不是抑郁症，要不要治疗”", []),
        ("他说\"同学叫我精神病\"，很难过", []),
        ("他说“我是不是抑郁症", [("word", "抑郁症")]),
        ("", []),
    ],
)  # fmt: skip
def test_what_is_said(text: str, found: list[tuple[str, str]]) -> None:
    assert kinds(text) == found


def test_every_word_of_the_list_is_said_and_offers_no_other_of_the_list() -> None:
    data = json.loads(resource("notes", "wording.json").read_text("utf-8"))
    for row in data["words"]:
        assert not look(row["better"])
        for word in row["words"]:
            (caution,) = look(word)
            assert (caution.kind, caution.better) == ("word", row["better"]) and word in caution.sentence
    for fine in data["fine"]:
        assert look(fine) == []


PIECES = st.sampled_from(
    [
        *'0123456789Xx-（）()“”‘’"。\n 省市县区镇乡村路号栋组室一二',
        "诊断",
        "医院诊断",
        "患者",
        "住在",
        "电话",
        "138",
        "QQ",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200))
def test_it_never_stumbles_and_points_into_the_text(text: str) -> None:
    last = 0
    for caution in look(text):
        assert last <= caution.start < caution.end <= len(text) and caution.sentence
        last = caution.end


def test_a_long_text_is_looked_at_while_one_writes() -> None:
    """Nothing in it makes the patterns wander."""
    for piece in ("路", "市区", "1", "一二三", "镇村组", "“", "13812345678", "诊断"):
        look(piece * (6000 // len(piece)))
