"""Phrases at the cursor: F8 opens the list, its own line takes the letters (an input method stays out of it); or a
semicolon and letters typed in the text itself, `;zs`. Arrows walk, Enter inserts, Esc closes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from psyroom.services import phrases
from psyroom.services.phrases import PhraseSeen
from psyroom.ui import fonts, tokens
from psyroom.ui.kit import TextField, text
from psyroom.ui.kit.texts import ENTER
from psyroom.ui.kit.writing import Writing
from psyroom.ui.window import Shell

TYPED = re.compile(r"[;；]([a-z]{1,8})$")
"""What calls the list while one writes: a semicolon, then letters; never a semicolon alone, which ends half a sentence."""
MOST = 6
WIDTH = 460
ROW = 34
KEEP = "＋ 存为常用语："


class _Rows(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.rows: list[tuple[str, str]] = []

    def set(self, rows: list[tuple[str, str]]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: object = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return len(self.rows)

    def data(self, index: object, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.rows[index.row()][0]  # type: ignore[attr-defined]
        return None


class _Row(QStyledItemDelegate):
    """The phrase in one line, and in grey whose it is."""

    def sizeHint(self, option: QStyleOptionViewItem, index: object) -> QSize:
        return QSize(120, tokens.now().px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: object) -> None:
        look = tokens.now()
        words, detail = index.model().rows[index.row()]  # type: ignore[attr-defined]
        box: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(look.palette.accent_wash))
            painter.drawRoundedRect(box.adjusted(2, 1, -2, -1), 4, 4)
        inner = box.adjusted(look.px(10), 0, -look.px(10), 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        metrics = QFontMetrics(fonts.face("small"))
        taken = metrics.horizontalAdvance(detail) + look.px(12) if detail else 0
        painter.setPen(QColor(look.palette.accent_ink if words.startswith("＋") else look.palette.ink))
        painter.setFont(fonts.face())
        wide = inner.width() - taken
        short = QFontMetrics(fonts.face()).elidedText(words, Qt.TextElideMode.ElideRight, wide)
        painter.drawText(inner, int(middle | Qt.AlignmentFlag.AlignLeft), short)
        painter.setPen(QColor(look.palette.soft))
        painter.setFont(fonts.face("small"))
        painter.drawText(inner, int(middle | Qt.AlignmentFlag.AlignRight), detail)
        painter.restore()


class PhraseList(QFrame):
    """One for a form; `serve(field, part)` lets a field of text have it. `host`: the window it lies over, where that is a
    dialog."""

    def __init__(self, shell: Shell, host: QWidget | None = None) -> None:
        host = host if host is not None else shell.centralWidget()
        super().__init__(host)
        self.setObjectName("floating")
        self._shell, self._room = shell, shell.room
        self._field: Writing | None = None
        self._part = ""
        self._letters = ""  # what was typed in the text itself, the semicolon with it
        self._found: Sequence[PhraseSeen] = ()
        self._keep = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        self.seek = TextField("拼音首字母或文字")
        self.seek.setAccessibleName("找常用语")
        self.seek.setAttribute(
            Qt.WidgetAttribute.WA_InputMethodEnabled, False
        )  # letters, whatever the method is set to
        self.seek.textEdited.connect(lambda _words: self._fill())
        self.seek.installEventFilter(self)
        column.addWidget(self.seek)
        self._rows = _Rows()
        self.list = QListView()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setModel(self._rows)
        self.list.setItemDelegate(_Row(self.list))
        self.list.clicked.connect(lambda index: self._take(index.row()))
        column.addWidget(self.list)
        self._foot = text("", "small", wrap=False)
        column.addWidget(self._foot)
        host.installEventFilter(self)
        self.hide()

    def serve(self, field: Writing, part: str) -> None:
        field.taker = partial(self._key, field, part)
        field.edited.connect(partial(self._look, field, part))
        field.left.connect(self._left)

    def rows(self) -> list[str]:
        """What is offered now."""
        return [words for words, _detail in self._rows.rows]

    # ---- opening

    def open(self, field: Writing, part: str) -> None:
        """F8: all that suits this part; with words selected also to keep them as a phrase."""
        self._field, self._part, self._letters = field, part, ""
        self._keep = field.textCursor().selectedText().replace("\u2029", " ").strip()
        self.seek.clear()
        self.seek.show()
        self._fill()
        self.seek.setFocus()

    def _look(self, field: Writing, part: str) -> None:
        """While one writes: `;zs` before the cursor."""
        if not field.hasFocus():
            return
        found = TYPED.search(field.before_cursor())
        if found is None:
            if self._letters:
                self.shut()
            return
        self._field, self._part, self._letters, self._keep = field, part, found.group(), ""
        self.seek.hide()
        self._fill()

    def _fill(self) -> None:
        typed = self._letters[1:] if self._letters else self.seek.value()
        self._found = phrases.find(self._room, typed, self._part)[:MOST]
        rows = [(one.text, "自己的" if one.own else "") for one in self._found]
        if self._keep and not typed:
            rows.insert(0, (f"{KEEP}{self._keep}", ""))
        if not rows and self._letters:
            self.hide()
            return
        self._rows.set(rows)
        self.list.setCurrentIndex(self._rows.index(0))
        own = any(one.own for one in self._found)
        foot = "↑↓ 选 · 回车放进去 · Esc 关闭" + (" · Delete 去掉自己的" if own and not self._letters else "")
        self._foot.setText(foot if rows else "没有这样的常用语；选中一段文字再按 F8 可以存一条")
        self._place(len(rows))

    def _place(self, count: int) -> None:
        field, host = self._field, self.parentWidget()
        if field is None or host is None:
            return
        px = tokens.now().px
        self.list.setFixedHeight(max(count, 1) * px(ROW) + 4 if count else 0)
        layout = self.layout()
        assert layout is not None
        layout.activate()
        size = QSize(min(px(WIDTH), host.width() - px(16)), layout.sizeHint().height())
        line = field.cursorRect()
        at = field.viewport().mapTo(host, line.bottomLeft() + QPoint(0, 4))
        if at.y() + size.height() > host.height():
            at.setY(field.viewport().mapTo(host, line.topLeft()).y() - size.height() - 4)
        at.setX(max(px(8), min(at.x(), host.width() - size.width() - px(8))))
        self.setGeometry(QRect(at, size))
        self.show()
        self.raise_()

    def shut(self) -> None:
        back = self._field if self.seek.hasFocus() else None
        self._letters = ""
        self.hide()
        if back is not None:
            back.setFocus()

    def _left(self) -> None:
        if self._letters:
            self.shut()

    # ---- keys

    def _key(self, field: Writing, part: str, event: QKeyEvent) -> bool:
        """Asked by the field at every key; True when the key was for the list."""
        if event.key() == Qt.Key.Key_F8:
            self.open(field, part)
            return True
        return bool(self.isVisible() and self._letters and self._walk(event))

    def _walk(self, event: QKeyEvent) -> bool:
        at = self.list.currentIndex().row()
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            to = at + (1 if event.key() == Qt.Key.Key_Down else -1)
            self.list.setCurrentIndex(self._rows.index(max(0, min(to, len(self._rows.rows) - 1))))
        elif event.key() in ENTER and event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        ):
            self._take(at)
        elif event.key() == Qt.Key.Key_Escape:
            self.shut()
        elif event.key() == Qt.Key.Key_Delete and not self._letters:
            self._remove(at)
        else:
            return False
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.seek:
            if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._walk(event) or event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
            if event.type() == QEvent.Type.FocusOut:
                self.hide()
        elif event.type() == QEvent.Type.Resize:
            self.hide()
        return False

    # ---- what comes of it

    def _at(self, row: int) -> PhraseSeen | None:
        """The phrase of a row; None for the first one where it keeps a selection."""
        index = row - (len(self._rows.rows) - len(self._found))
        return self._found[index] if 0 <= index < len(self._found) else None

    def _take(self, row: int) -> None:
        field, letters = self._field, self._letters
        if field is None or not 0 <= row < len(self._rows.rows):
            return
        phrase = self._at(row)
        if phrase is None:
            self._add(self._keep)
            return
        self._letters = ""
        self.shut()
        self.hide()
        cursor = field.textCursor()
        cursor.clearSelection()
        if letters:
            cursor.setPosition(cursor.position() - len(letters), cursor.MoveMode.KeepAnchor)
        cursor.insertText(phrase.text)
        field.setTextCursor(cursor)
        field.setFocus()

    def _add(self, words: str) -> None:
        self.shut()
        self._shell.attempt(
            lambda: phrases.add(self._room, words, self._part), say="已存为自己的常用语", kinds=("phrase",)
        )

    def _remove(self, row: int) -> None:
        phrase = self._at(row)
        if phrase is None or not phrase.own:
            return
        if self._shell.attempt(
            lambda: phrases.remove(self._room, phrase.id), say="已去掉这条常用语", kinds=("phrase",)
        ):
            self._fill()
