"""Finding names by what is typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psyroom.rules.names import find, initials, matches


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("zxy", "张小雨"),
        ("ZXY", "张小雨"),
        ("xy", "张小雨"),
        ("小雨", "张小雨"),
        ("小 雨", "张小雨"),
        ("张", "张小雨"),
        ("zhangxiao", "张小雨"),
        ("zhangxy", "张小雨"),
        ("张x", "张小雨"),
        ("张xiaoy", "张小雨"),
        ("sxy", "单小雨"),
        ("dxy", "单小雨"),
        ("zy", "曾勇"),
        ("cy", "曾勇"),
        ("qy", "仇英"),
        ("cy", "仇英"),
        ("ycff", "尉迟富飞"),
        ("wcff", "尉迟富飞"),
        ("qm", "覃敏"),
        ("tm", "覃敏"),
        ("xh", "解华"),
        ("ol", "区丽"),
        ("zl", "查丽"),
        ("zl", "翟丽"),
        ("lvn", "吕娜"),
        ("lun", "吕娜"),
        ("agl", "阿古丽"),
        ("aygl", "阿依·古丽"),
        ("moqi", "万俟卨"),
        ("slj", "谌利军"),
        ("clj", "谌利军"),
        ("ny", "难英"),
        ("", "张小雨"),
    ],
)
def test_finds(query: str, name: str) -> None:
    assert matches(query, name)


@pytest.mark.parametrize(
    ("query", "name"), [("an", "张小雨"), ("zyx", "张小雨"), ("雨张", "张小雨"), ("张y", "张小雨")]
)
def test_does_not_find(query: str, name: str) -> None:
    assert not matches(query, name)


def test_initials_hold_every_reading() -> None:
    assert initials("单小雨") >= {"sxy", "dxy"}
    assert initials("王乐") >= {"wl", "wy"}


@given(
    st.text(max_size=8),
    st.lists(st.sampled_from(["张小雨", "单雄信", "吕布", "阿依·古丽", "Ann Li", "𬱖"]), max_size=6),
)
def test_many_at_once_are_the_same_as_one_by_one(query: str, names: list[str]) -> None:
    assert find(query, names) == [index for index, name in enumerate(names) if matches(query, name)]


@given(st.text(alphabet="单曾仇尉迟覃乐行长重和朝藏", min_size=1, max_size=12))
def test_long_names_of_many_readings_stay_small(name: str) -> None:
    assert 1 <= len(initials(name)) <= 64
