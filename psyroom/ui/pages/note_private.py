"""The private process note: a sunken card of its own, closed until its writer opens it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from psyroom.records.private import LONGEST
from psyroom.services import private_notes
from psyroom.store.room import Room
from psyroom.ui.icons import Glyph
from psyroom.ui.kit import Card, button, text
from psyroom.ui.kit.reasons import settle
from psyroom.ui.pages.note_part import NotePart
from psyroom.ui.tokens import SPACE

WHO_READS = "只有你自己看得到：不进导出、打印和备份预览，同事也搜不到。忘了密码，只有凭恢复单才打得开。"


class PrivateCard(Card):
    """`value()` is None as long as nothing else was written: what is sealed then stays as it is."""

    help_topic = "private-note"

    edited = Signal()

    def __init__(self, room: Room, note: str = "") -> None:
        super().__init__(tone="sunken")
        self._room, self._note = room, note
        self._away = bool(note) and private_notes.is_away(room, note)
        self._there = bool(note) and private_notes.read(room, note) is not None
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(Glyph("lock-simple", size=18, role="soft"), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(text("私密手记", "strong", wrap=False))
        row.addStretch(1)
        self.open_button = button("", self.open, small=True)
        row.addWidget(self.open_button)
        self.body.addLayout(row)
        self.add(text(private_notes.AWAY if self._away else WHO_READS, "small"))
        self.part = NotePart("", LONGEST, placeholder="自己的感受和疑问，督导时想谈的……", cautions=False)
        self.part.control.setAccessibleName("私密手记")
        self.add(self.part)
        self.part.hide()
        self.part.control.edited.connect(self._on_edit)
        self._loading = self._opened = False
        self._stored = ""
        self._dress()

    def _dress(self) -> None:
        self.open_button.setText("打开已写的" if self._there else "写一点")
        self.open_button.setVisible(not self._opened and not self._away)

    def is_open(self) -> bool:
        return self._opened

    def open(self) -> None:
        """Show what is sealed, and write on."""
        self.open_with(self._read())
        settle(self)  # it comes into sight where it stands now
        self.part.control.setFocus()

    def open_with(self, words: str) -> None:
        """Open it with these words: what a draft kept."""
        self._stored = self._read()
        self._loading = True
        self.part.set_value(words)
        self._loading = False
        self._opened = True
        self.part.show()
        self._dress()

    def _read(self) -> str:
        return (private_notes.read(self._room, self._note) or "") if self._note else ""

    def changed(self) -> bool:
        """Whether it says anything else than what is sealed."""
        return self._opened and self.kept().strip() != self._stored.strip()

    def value(self) -> str | None:
        """The words to seal; None: leave what is there."""
        return self.part.control.value() if self.changed() else None

    def kept(self) -> str:
        """What stands in it now."""
        return self.part.control.kept()

    def saved_as(self, note: str) -> None:
        """The note was saved: from now on this is its private part. Empty `note`: that was undone."""
        self._note = note
        self._stored = self._read()
        self._there = bool(self._stored)
        self._dress()

    def problem(self, sentence: str) -> None:
        self.part.problem(sentence)

    def _on_edit(self) -> None:
        if not self._loading:
            self.edited.emit()
