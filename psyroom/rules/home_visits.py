"""How home visits are counted: per student or per teacher, and by which form, as the region says.

Pure. Where a region asks for nothing, visits are counted per student and every form is shown for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from psyroom.records.care import VISITED

_BETWEEN = re.compile(r"[、，,/／;；\s]+")
_TITLES = ("老师", "教师")


def teachers(words: str) -> tuple[str, ...]:
    """The names of those who went, each once: 王芳、李强 老师 is two."""
    found = []
    for name in _BETWEEN.split(words.strip()):
        for title in _TITLES:
            if len(name) > len(title) + 1:  # 王老师 stays: nothing else is known of that name
                name = name.removesuffix(title)
        if name and name not in _TITLES:
            found.append(name)
    return tuple(dict.fromkeys(found))


def by_form(ways: Iterable[str]) -> dict[str, int]:
    """How many of each form (`records.care.VISITED`), those that do not occur at 0."""
    found = dict.fromkeys(VISITED, 0)
    for way in ways:
        found[way] += 1
    return found


def fulfilled(forms: dict[str, int], counts: Iterable[str], least: int) -> bool:
    """Whether so many visits of the forms that count were made."""
    return sum(forms[way] for way in counts) >= least
