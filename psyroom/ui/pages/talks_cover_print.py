"""The coverage on paper: the map for the file, seen as the real page; and for a class teacher who is still missing, which
has names and so leaves by the one dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from psyroom.services import talk_papers
from psyroom.services.coverage import ClassLine, StudentLine
from psyroom.ui.kit import PageHeader, button, primary
from psyroom.ui.pages.export_dialog import ExportDialog, Files, Leaving, ask_to_leave
from psyroom.ui.pages.paper_view import PaperView

if TYPE_CHECKING:
    from psyroom.ui.pages.talks import Here


REASON = "请班主任谈话"


class MapPreview(PaperView):
    """In the page's place; `back` returns to it."""

    help_topic = "talks"

    def __init__(self, page: Here, term: str, back: Callable[[], object]) -> None:
        super().__init__(page.room, page.shell)
        self.save_button = primary("存成 PDF", self.save, icon_name="download-simple", shortcut="Ctrl+S")
        self.column.addWidget(
            PageHeader(
                talk_papers.MAP,
                "各班谈到哪里了，给领导看、放进档案盒；没有学生姓名。",
                button("返回", back, icon_name="caret-left", shortcut="Esc"),
                self.save_button,
            )
        )
        self.column.addWidget(self.trouble)
        self.column.addWidget(self.preview, 1)
        make = partial(talk_papers.coverage_map, page.room, page.now(), term)
        page.shell.run(self, make, done=self.show_made, failed=self.show_trouble)


def leave_missing(page: Here, term: str, line: ClassLine, lines: Sequence[StudentLine]) -> ExportDialog | None:
    """Open the dialog for the slip of a class: who has not been talked to. None where nobody is missing."""
    missing = tuple(one.id for one in lines if one.left)
    if not missing:
        page.shell.toast(f"{line.name}没有要谈的了，不用打印")
        return None

    def make(_ticks: frozenset[str]) -> Files:
        return talk_papers.missing(page.room, page.now(), line.key, term)

    dialog = ask_to_leave(page.shell, Leaving(talk_papers.MISSING, missing, make))
    for field, words in ((dialog.reason, REASON), (dialog.receiver, f"班主任{line.teacher}" if line.teacher else "")):
        if not field.value():
            field.set_value(words)
    dialog.way.set_value("paper")  # a slip to be ticked and handed back
    return dialog


def leave_table(page: Here, term: str, line: ClassLine, lines: Sequence[StudentLine]) -> ExportDialog:
    """Open the dialog for the table of a class's talks."""

    def make(_ticks: frozenset[str]) -> Files:
        return talk_papers.class_table(page.room, page.now(), line.key, term)

    return ask_to_leave(page.shell, Leaving(talk_papers.CLASS_TABLE, tuple(one.id for one in lines), make))
