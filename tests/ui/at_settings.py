"""What tests of the settings share: the page, one of its sections, the form open in it."""

from __future__ import annotations

from typing import Any

from psyroom.ui.pages.settings import Here
from psyroom.ui.pages.settings_base import InPlace, Section
from psyroom.ui.window import Shell

OTHER = "窗外的梧桐叶又落了一层厚"
"""A password nobody has yet."""


def page_of(shell: Shell) -> Here:
    page = shell.go("settings")
    assert isinstance(page, Here)
    return page


def part(shell: Shell, kind: type[Section]) -> Any:
    return page_of(shell).section(kind)


def form_of(section: Any) -> InPlace:
    form = section.place.form
    assert isinstance(form, InPlace)
    return form
