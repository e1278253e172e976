"""谁看过: who opened a record, told when one asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.services.reading import Seen
from psyroom.ui.kit import Row, RowList, day_words, link, text

MOST = 50
NOBODY = "还没有人打开过。"


def rows(seen: Sequence[Seen]) -> list[Row]:
    """One line for each opening: who, what, when, and why where a reason was asked for."""
    return [
        Row(
            what=f"{one.who}（我）" if one.mine else one.who,
            detail=" · ".join(
                part
                for part in (
                    f"{day_words(one.at.date())} {one.at:%H:%M}",
                    f"{one.what} {one.number}".strip(),
                    f"原因：{one.reason}" if one.reason else "",
                )
                if part
            ),
            icon="eye",
            whole=True,
        )
        for one in seen
    ]


class WhoLooked(QWidget):
    """A quiet line that opens into the list. `load` is asked only then."""

    help_topic = "find-notes"

    def __init__(self, load: Callable[[int], Sequence[Seen]], words: str = "谁看过这份档案") -> None:
        super().__init__()
        self._load = load
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.ask_button = link(words, self.show_list)
        row = QHBoxLayout()
        row.addWidget(self.ask_button)
        row.addStretch(1)
        self._column.addLayout(row)
        self.list: QWidget | None = None

    def show_list(self) -> None:
        """The list in place; once more puts it away."""
        if self.list is not None:
            self.list.hide()
            self.list.deleteLater()
            self.list = None
            return
        found = rows(self._load(MOST))
        self.list = RowList(found) if found else text(NOBODY, "soft")
        self._column.addWidget(self.list)
