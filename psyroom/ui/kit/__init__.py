"""Own small widgets, built once and used on every page.

- A widget reads colours and sizes from `psyroom.ui.tokens` when it paints, so theme and text size change at once.
- None knows a record of the store; what they show is handed to them.
- A page imports from here: `from psyroom.ui.kit import Card, Row, RowList`. A module is loaded at the first use of one of
  its names, so that the unlock window need not wait for the rest.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psyroom.ui.icons import Glyph, icon
    from psyroom.ui.kit.bars import HoursBar, Progress, WeekBar, WeekBars, hours
    from psyroom.ui.kit.cards import Card, EmptyState, PageHeader, Stat, Tag, draw_tag, rule, tag_size
    from psyroom.ui.kit.fields import Check, Choice, Field, LongText, NumberField, TextField
    from psyroom.ui.kit.form import Form, control_for
    from psyroom.ui.kit.picker import Found, Picker
    from psyroom.ui.kit.preview import PdfPreview
    from psyroom.ui.kit.rows import Row, RowList
    from psyroom.ui.kit.sheet import SideSheet, scrolled
    from psyroom.ui.kit.steps import StepLine
    from psyroom.ui.kit.table import Column, Table
    from psyroom.ui.kit.texts import Elided, button, danger, link, primary, quiet, set_kind, text, tool
    from psyroom.ui.kit.times import DayField, TimeField, day_words
    from psyroom.ui.kit.toast import Toast

_HOMES = {
    "psyroom.ui.icons": ("Glyph", "icon"),
    "psyroom.ui.kit.bars": ("HoursBar", "Progress", "WeekBar", "WeekBars", "hours"),
    "psyroom.ui.kit.cards": ("Card", "EmptyState", "PageHeader", "Stat", "Tag", "draw_tag", "rule", "tag_size"),
    "psyroom.ui.kit.fields": ("Check", "Choice", "Field", "LongText", "NumberField", "TextField"),
    "psyroom.ui.kit.form": ("Form", "control_for"),
    "psyroom.ui.kit.picker": ("Found", "Picker"),
    "psyroom.ui.kit.preview": ("PdfPreview",),
    "psyroom.ui.kit.rows": ("Row", "RowList"),
    "psyroom.ui.kit.sheet": ("SideSheet", "scrolled"),
    "psyroom.ui.kit.steps": ("StepLine",),
    "psyroom.ui.kit.table": ("Column", "Table"),
    "psyroom.ui.kit.texts": ("Elided", "button", "danger", "link", "primary", "quiet", "set_kind", "text", "tool"),
    "psyroom.ui.kit.times": ("DayField", "TimeField", "day_words"),
    "psyroom.ui.kit.toast": ("Toast",),
}  # fmt: skip
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Card", "Check", "Choice", "Column", "DayField", "Elided", "EmptyState", "Field", "Form", "Found", "Glyph",
    "HoursBar", "LongText", "NumberField", "PageHeader", "PdfPreview", "Picker", "Progress", "Row", "RowList",
    "SideSheet", "Stat", "StepLine", "Table", "Tag", "TextField", "TimeField", "Toast", "WeekBar", "WeekBars",
    "button", "control_for", "danger", "day_words", "draw_tag", "hours", "icon", "link", "primary", "quiet", "rule",
    "scrolled", "set_kind", "tag_size", "text", "tool",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    found = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = found
    return found
