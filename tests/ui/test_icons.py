"""Every icon a page names is in the set: a missing one would fail inside Qt's painting, where no error can be shown."""

from __future__ import annotations

import re
from pathlib import Path

from pytestqt.qtbot import QtBot

from psyroom.ui import icons

NAMED = re.compile(r'(?:icon_name=|icon=|\b(?:tool|Glyph|EmptyState|icon)\(\s*)"([\w-]+)"')


def test_every_icon_that_is_named_exists(qtbot: QtBot) -> None:
    ui = Path(icons.__file__).parent
    named = {(name, file.name) for file in ui.rglob("*.py") for name in NAMED.findall(file.read_text("utf-8"))}
    assert len(named) > 20
    assert sorted(pair for pair in named if not icons.known(pair[0])) == []
