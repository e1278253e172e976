"""隐名: a name as 张**, and a text in which named people stand so. For papers that are discussed where nobody need know
who it was."""

from __future__ import annotations

from collections.abc import Iterable

STARS = "**"
COMPOUND = (
    "欧阳", "司马", "上官", "诸葛", "司徒", "东方", "独孤", "南宫", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文", "长孙",
    "端木", "轩辕", "百里", "呼延", "闻人", "东郭", "南门", "澹台", "公冶", "宗政", "濮阳", "淳于", "单于", "太叔", "申屠", "钟离",
    "鲜于", "闾丘", "司空", "亓官", "仲孙", "万俟", "赫连", "拓跋", "第五", "西门",
)  # fmt: skip
"""Surnames of two characters."""


def surname(name: str) -> str:
    """The part of a name that stays: 欧阳, 张; the first character of a name that is not Han."""
    return name[:2] if name[:2] in COMPOUND and len(name) > 2 else name[:1]


def masked(name: str) -> str:
    """张晓雨 → 张**, however long the name is."""
    name = name.strip()
    return surname(name) + STARS if name else ""


def hide(text: str, names: Iterable[str]) -> str:
    """The text with each of these people masked: the whole name, and the given name alone where it has two characters or
    more. Longer names first, so that 张晓雨 is not torn by 晓雨."""
    swaps: dict[str, str] = {}
    for name in filter(None, (name.strip() for name in names)):
        swaps.setdefault(name, masked(name))
        given = name[len(surname(name)) :]
        if len(given) >= 2:
            swaps.setdefault(given, STARS)
    for name in sorted(swaps, key=len, reverse=True):
        text = text.replace(name, swaps[name])
    return text
