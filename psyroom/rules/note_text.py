"""A note written elsewhere, as plain text: headings like 主要问题：… say which part follows; the rest is one part.

A heading stands at the beginning of a line, with a number or in brackets or neither, and ends with a colon or its line. What
the program does not know as a heading stays text. The same heading twice: both, one under the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from psyroom.records.fields import label_of
from psyroom.records.notes import CONTACTS, NoteFields

STEP = "step"
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "topic": ("主题", "辅导主题", "沟通主题"),
    "with_whom": ("对方", "沟通对象"),
    "words": ("学生的话", "来访者自述", "学生自述", "自述", "主诉"),
    "observed": ("观察", "行为观察", "他人反映"),
    "state": ("心理状况", "目前状况", "现状"),
    "problem": ("主要问题", "问题", "问题与评估", "问题评估", "评估"),
    "measures": ("分析", "对策", "措施", "辅导过程", "辅导措施"),
    "effect": ("效果",),
    "outcome": ("结果",),
    "hospital_says": (),
    "hospital": (),
    STEP: ("下一步", "后续安排", "下次安排"),
}
"""What a part is called beside its own label."""
_PART_OF = {name: part for part, names in HEADINGS.items() for name in names} | {
    label_of(NoteFields, part): part for part in HEADINGS if part != STEP
}
_NUMBER = r"(?:[一二三四五六七八九十]+[、.．]|[（(][一二三四五六七八九十\d]+[)）]|\d+[、.．]|#+)?"
_NAMES = "|".join(sorted(map(re.escape, _PART_OF), key=len, reverse=True))
_HEADING = re.compile(rf"^\s*{_NUMBER}\s*[【\[]?({_NAMES})[】\]]?\s*(?:[:：]\s*(.*)|)$")


@dataclass(frozen=True, repr=False)
class Written:
    """The parts of a note by field, and the next steps, one a line."""

    parts: dict[str, str]
    steps: tuple[str, ...]


def main_part(kind: str) -> str:
    """Where a text without headings goes: what was seen and heard; of a contact, what came of it."""
    return "outcome" if kind in CONTACTS else "state"


def split(text: str, kind: str) -> Written:
    """The text of a note of this kind as its parts."""
    found: dict[str, list[str]] = {}
    part = main_part(kind)
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if heading := _HEADING.match(line):
            part = _PART_OF[heading[1]]
            line = heading[2] or ""
            if not line.strip():
                continue
        found.setdefault(part, []).append(line.rstrip())
    joined = {name: "\n".join(lines).strip() for name, lines in found.items()}
    steps = tuple(line.strip() for line in joined.pop(STEP, "").split("\n") if line.strip())
    return Written({name: value for name, value in joined.items() if value}, steps)
