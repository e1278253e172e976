"""家访: whose names stand among the teachers, and what is enough."""

from __future__ import annotations

import pytest

from psyroom.rules import home_visits as rule


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("王芳", ("王芳",)),
        ("王芳、李强，赵敏,钱多/孙静 周明", ("王芳", "李强", "赵敏", "钱多", "孙静", "周明")),
        ("  王芳老师、李强 老师 ", ("王芳", "李强")),
        ("王芳、王芳老师", ("王芳",)),
        ("王老师", ("王老师",)),
        ("欧阳娜娜老师；阿卜杜热依木·买买提", ("欧阳娜娜", "阿卜杜热依木·买买提")),
        ("、，/ ", ()),
    ],
)
def test_names_of_those_who_went(words: str, names: tuple[str, ...]) -> None:
    assert rule.teachers(words) == names


def test_only_the_forms_that_count_are_counted() -> None:
    forms = rule.by_form(["telephone", "telephone", "online"])
    assert forms == {"on_site": 0, "telephone": 2, "online": 1}
    assert not rule.fulfilled(forms, ("on_site",), 1)
    assert rule.fulfilled(forms, ("on_site", "telephone", "online"), 3)
    assert not rule.fulfilled(forms, ("on_site", "telephone", "online"), 4)
