"""Parts of the dialog by which something leaves: a line with words that were said before, the password, the folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.services import exports
from psyroom.ui import ask
from psyroom.ui.kit import Choice, Elided, TextField, button, link, text
from psyroom.ui.kit.flow import Flow
from psyroom.ui.tokens import SPACE

SHOWN = 3
"""Words offered to be clicked; all of them are offered while one types."""
SEALS = {"made": "用生成的密码", "own": "自己定密码", "none": "不加密"}
OPEN_WORDS = "不加密的文件谁拿到都能打开；只在当面交给本人、随后删掉时才这样做。"


class Suggested(QWidget):
    """One line of text, with what was said before to choose from: by mouse below it, by the down key while typing."""

    edited = Signal()

    def __init__(self, placeholder: str, offered: Sequence[str], limit: int) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.line = TextField(placeholder, limit=limit)
        self.line.edited.connect(self.edited.emit)
        completer = QCompleter(list(offered), self.line)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.line.setCompleter(completer)
        column.addWidget(self.line)
        if offered:
            chips = []
            for words in offered[:SHOWN]:
                chip = button(words, lambda words=words: self.line.set_value(words), small=True)  # type: ignore[misc]
                chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                chips.append(chip)
            column.addWidget(Flow(*chips, gap=6))
        self.setFocusProxy(self.line)

    def value(self) -> str:
        return self.line.value()

    def set_value(self, value: object) -> None:
        self.line.set_value(value)


class SealField(QWidget):
    """Under which password: a made one, shown to be handed over, an own one, or none."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._made = exports.new_password()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        self.how = Choice(SEALS, as_list=False)
        self.how.edited.connect(self._on_how)
        column.addWidget(self.how)
        self._made_row = QWidget()
        row = QHBoxLayout(self._made_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        self.code = text(self._made, "code", wrap=False)
        self.code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(self.code)
        row.addWidget(link("换一个", self._again))
        row.addStretch(1)
        column.addWidget(self._made_row)
        self.own = TextField("至少 12 个字符，不用姓名和生日", limit=60)
        self.own.edited.connect(self.edited.emit)
        self.own.setAccessibleName("自己定的密码")
        self.own.hide()
        column.addWidget(self.own)
        self.words = text(exports.HAND_OVER, "small")
        column.addWidget(self.words)
        self.setFocusProxy(self.how)

    def value(self) -> str:
        """The password; empty: not sealed."""
        return {"made": self._made, "own": self.own.text(), "none": ""}[self.how.value()]

    def sealed(self) -> bool:
        return bool(self.how.value() != "none")

    def set_value(self, value: object) -> None:
        self.how.set_value(value)
        self._on_how()

    def _again(self) -> None:
        self._made = exports.new_password()
        self.code.setText(self._made)

    def _on_how(self) -> None:
        how = self.how.value()
        self._made_row.setVisible(how == "made")
        self.own.setVisible(how == "own")
        self.words.setText(OPEN_WORDS if how == "none" else exports.HAND_OVER)
        if how == "own":
            self.own.setFocus()
        self.edited.emit()


class FolderField(QWidget):
    """Into which folder; `why_not` says at once what speaks against it."""

    edited = Signal()

    def __init__(self, why_not: Callable[[Path], str]) -> None:
        super().__init__()
        self._why_not, self._folder = why_not, Path()
        self._chosen = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        self.path = Elided("还没有选", "soft")
        row.addWidget(self.path, 1)
        self.pick = button("选文件夹", self.choose, icon_name="folder-open", shortcut="Ctrl+D", small=True)
        row.addWidget(self.pick)
        column.addLayout(row)
        self.setFocusProxy(self.pick)

    def value(self) -> Path | None:
        return self._folder if self._chosen else None

    def set_value(self, value: Path) -> None:
        self._folder, self._chosen = value, True
        self.path.setText(str(value))
        self.edited.emit()

    def choose(self) -> None:
        found = ask.folder(self, "存到哪个文件夹", self.value())
        if found is not None:
            self.set_value(found)

    def trouble(self) -> str:
        """What speaks against the folder, or that none is chosen."""
        if not self._chosen:
            return "请选一个文件夹"
        return self._why_not(self._folder)
