"""录入: a class in one sitting. What holds for all is said once above; a row costs a figure and a sentence; all of it is one
deed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.rules import names
from psyroom.rules.time import short_day
from psyroom.services import coverage, drafts, roll, talk_rules, talks
from psyroom.services.coverage import ClassLine
from psyroom.services.school import context
from psyroom.services.talks import RowsNotValid, RowTyped, Saved
from psyroom.ui import drafting
from psyroom.ui.kit import Check, Elided, Found, primary, quiet, scrolled, text
from psyroom.ui.pages import talk_form
from psyroom.ui.pages.note_phrases import PhraseList
from psyroom.ui.pages.talk_table_begin import Waiting
from psyroom.ui.pages.talk_table_grid import TalkGrid
from psyroom.ui.pages.talk_table_head import Head
from psyroom.ui.pages.talk_table_rows import FOR_ALL, Row, Sitting, choices, for_all_of
from psyroom.ui.pages.talks import Here
from psyroom.ui.tokens import SPACE

FORM = "talk-table"
"""The form under which a class not yet saved is kept, by its key."""
KINDS = ("talk", "talk_excuse")
HINTS = {
    "day": "这一行的日期：1012、昨天、周三；空着就用上面的",
    "starts": "什么时候谈的，可以不填：1430",
    "talker": "这一行的谈话人：打首字母找，或写名字；空着就用上面的",
    "points": "谈了什么，学生怎么说；不写家庭隐私。F8 找常用语，回车到下一名",
    "follow_day": "什么时候再谈：1020、下周三；填了就算需跟进",
}


class Tab(QWidget):
    """`edited` at every change, `values()` what is typed and not saved."""

    help_topic = "talk-table"
    edited = Signal()

    def __init__(self, page: Here) -> None:
        super().__init__()
        self.page, self.room, self.shell = page, page.room, page.shell
        self.line: ClassLine | None = None
        self.sitting = Sitting(self.now().date())
        self._loading = False
        self._saved: tuple[str, dict[str, Any], dict[str, int]] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE + 4)
        self.head = Head(self._classes, lambda: self.now().date())
        self.which, self.day, self.talker = self.head.which, self.head.day, self.head.talker
        self.way, self.seek = self.head.way, self.head.seek
        self.which.picked.connect(lambda found: self.show_class(found.key))
        self.head.edited.connect(self._for_all)
        self.head.entered.connect(self.into_table)
        self.seek.textEdited.connect(self._seek)
        column.addWidget(self.head)
        self.stack = QStackedWidget()
        column.addWidget(self.stack, 1)
        self.waiting = Waiting()
        self.waiting.chosen.connect(self.show_class)
        self.stack.addWidget(scrolled(column_of(self.waiting)))
        self.stack.addWidget(self._table())
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            self._key(keys, self.save)
        self._key("Ctrl+F", self.seek.setFocus)
        self.draft = drafting.watch(self, self._keep)

    def offer(self) -> None:
        """No class is chosen: those that are waiting."""
        begun = [about for form, about, _at in drafts.pending(self.room) if form == FORM]
        self.waiting.show_lines(coverage.of(self.room, self.now()).classes, begun)

    def _key(self, keys: str, do: Any) -> None:
        made = QShortcut(QKeySequence(keys), self)
        made.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        made.activated.connect(do)

    def now(self) -> datetime:
        return self.page.now()

    # ---- building

    def _table(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        top = QHBoxLayout()
        top.setSpacing(SPACE)
        self.said = text("", "soft", wrap=False)
        self.fold = Check("收起已经谈过的")
        self.fold.edited.connect(self._show)
        self.resumed = text("接着上次没有存的", "warning", wrap=False)
        self.clear = quiet("清空", self.empty, small=True, tip="把没有存的都清掉，重新写")
        top.addWidget(self.said)
        top.addStretch(1)
        top.addWidget(self.resumed)
        top.addWidget(self.clear)
        top.addWidget(self.fold)
        column.addLayout(top)
        self.grid = TalkGrid()
        self.grid.edited.connect(self._on_edit)
        self.grid.walked.connect(self._hint)
        self.grid.ended.connect(self._ended)
        self.grid.opened.connect(self._open_talk)
        column.addWidget(self.grid, 1)
        self.phrases = PhraseList(self.shell)
        self.destroyed.connect(self.phrases.deleteLater)
        self.phrases.serve(self.grid.points, "talk")
        foot = QHBoxLayout()
        foot.setSpacing(SPACE * 2)
        self.hint = Elided("", "soft")
        self.trouble = text("", "error", wrap=False)
        self.trouble.hide()
        foot.addWidget(self.trouble)
        foot.addWidget(self.hint, 1)
        self.save_button = primary("全部存下", self.save, icon_name="check", tip="全部存下（Ctrl+S）")
        foot.addWidget(self.save_button)
        column.addLayout(foot)
        return whole

    # ---- the class

    def _classes(self, words: str) -> Sequence[Found]:
        """Classes as typed: `七3`, a part of the name, the class teacher."""
        lines = coverage.of(self.room, self.now()).classes
        typed = roll.class_typed(context(self.room), words, self.now().date())
        found = [line for line in lines if line.key == typed]
        found += [line for line in lines if line not in found and words in line.name]
        found += [line for line in lines if line not in found and line.teacher and names.matches(words, line.teacher)]
        return [Found(line.key, line.name, _left(line)) for line in found]

    def show_class(self, class_key: str, student: str = "") -> None:
        """This class, with what was typed for it and not saved; the keyboard to the day, or to a student's row."""
        self.draft.flush()
        line = next((one for one in coverage.of(self.room, self.now()).classes if one.key == class_key), None)
        if line is None:
            return
        self.line = line
        self._loading = True
        self.which.set_value(Found(line.key, line.name))
        kept = drafts.load(self.room, FORM, class_key) or {}
        before = {name: getattr(self, name).value() for name in FOR_ALL}
        for_all = for_all_of(kept) or {**before, "talker": line.teacher or self.room.person.name}
        self.day.set_value(for_all.get("day") or self.now().date())
        self.talker.setText(str(for_all.get("talker") or ""))
        self.way.set_value(for_all.get("way") or "face")
        self.sitting = Sitting(self.now().date())
        self._loading = False
        self._for_all()
        self._read(kept)
        self.resumed.setVisible(bool(self.sitting.typed()))
        self.clear.setVisible(bool(self.sitting.typed()))
        self.stack.setCurrentIndex(1)
        self.trouble.hide()
        if student:
            self.grid.begin(student)
        else:
            self.day.setFocus()
            self.day.selectAll()

    def _read(self, kept: Mapping[str, Any]) -> int:
        """The rows of the class as they are recorded now, and what was typed over them; how many of those."""
        if self.line is None:
            return 0
        now, key = self.now(), self.line.key
        term = context(self.room).term_on(now.date()).code
        recorded = talks.of_class(self.room, key, term, now)
        rows = []
        for place, one in enumerate(coverage.students(self.room, now, class_key=key), 1):
            mine = recorded.get(one.id, [])
            rows.append(Row(one.id, one.name, place, mine[0] if mine else None, len(mine), one.excuse, one.attempts))
        self.sitting.rows = rows
        count = self.sitting.take(kept)
        talkers = [found.fields.talker for mine in recorded.values() for found in mine]
        themes = [found.fields.theme for mine in recorded.values() for found in mine if found.fields.theme]
        known = [self.line.teacher, self.room.person.name, *talkers, *talk_rules.class_teachers(self.room).values()]
        offered = tuple(dict.fromkeys(name for name in known if name))
        self.talker.offered = offered
        self.grid.offers = {name: choices(name, offered, themes) for name in self.grid.offers}
        self._show()
        return count

    def _show(self) -> None:
        self.grid.show_sitting(self.sitting, folded=self.fold.value())
        done = sum(1 for row in self.sitting.rows if row.before is not None)
        excused = sum(1 for row in self.sitting.rows if row.before is None and row.excused)
        total = len(self.sitting.rows)
        left = total - done - excused
        parts = [
            f"{total} 人",
            f"已谈 {done}",
            f"有原因未谈 {excused}" if excused else "",
            f"还要谈 {left}" if left else "",
        ]
        self.said.setText(" · ".join(filter(None, parts)) if left else f"{total} 人都谈到了" if not excused else
                          f"{total} 人，已谈 {done}，其余都有原因")  # fmt: skip
        self.fold.setVisible(bool(done or excused))
        self._count()

    def _for_all(self) -> None:
        if self._loading:
            return
        self.sitting.for_all = {"day": self.day.value(), "talker": self.talker.words().strip(), "way": self.way.value()}
        self.grid.viewport().update()
        self._on_edit()

    def _count(self) -> None:
        talked, excused = self.sitting.counted()
        parts = [f"{talked} 次谈话" if talked else "", f"{excused} 人未谈" if excused else ""]
        words = "、".join(filter(None, parts))
        self.save_button.setText(f"存下 {words}" if words else "全部存下")
        self.save_button.setEnabled(bool(words))

    def _on_edit(self) -> None:
        if self._loading:
            return
        self.trouble.hide()
        self._count()
        self.edited.emit()

    def _seek(self, words: str) -> None:
        """The row of whom the letters name, while they are typed."""
        row = next((r for r in self.grid.rows() if words.strip() and names.matches(words, r.name)), None)
        if row is None and words.strip() and self.fold.value():
            row = next((r for r in self.sitting.rows if names.matches(words, r.name)), None)
            if row is not None:
                self.fold.set_value(False)
        if row is not None:
            at = self.grid.rows().index(row)
            column = self.grid.currentIndex().column()
            self.grid.setCurrentIndex(self.grid.model().index(at, column if column > 0 else 5))
            self.seek.setFocus()

    def into_table(self) -> None:
        """The keyboard into the table: to the row found, else the first that is not done."""
        self.seek.clear()
        if self.line is None:
            self.which.setFocus()
        elif self.grid.row() is not None:
            self.grid.setFocus()
        elif not self.grid.begin():
            self.seek.setFocus()

    def _ended(self, way: int) -> None:
        if way > 0:
            self.save_button.setFocus()
        else:
            self.talker.setFocus()

    def _hint(self) -> None:
        row, column = self.grid.row(), self.grid.column()
        if row is None:
            return
        if row.done and row.before is not None:
            fields = row.before.fields
            times = f"{row.times} 次，" if row.times > 1 else ""
            words = f"{short_day(fields.day)} {fields.talker}谈过（{times}F2 改这一次，回车看全部；直接写就是又一次）"
        elif row.done:
            words = f"已记未谈原因：{row.excused}。写了谈话就以谈话为准"
        else:
            offered = [f"{at % 10} {name}" for at, name in enumerate(self.grid.offers.get(column, ())[:10], 1)]
            words = HINTS.get(column) or "  ".join(offered) + (
                "　或拼音首字母" if column != "follow_up" else "　或空格"
            )
            if row.tried and column == "theme":
                words = f"找过 {row.tried} 次没有谈成。{words}"
        self.hint.setText(words)

    def _open_talk(self, row: Row) -> None:
        """The talk that is recorded, whole."""
        if row.before is not None:
            talk_form.begin(self.shell, talk=row.before.id)

    # ---- drafts

    def values(self) -> dict[str, Any]:
        return self.sitting.kept()

    def _keep(self, kept: Mapping[str, Any]) -> None:
        if self.line is None:
            return
        if kept["rows"]:
            drafts.save(self.room, FORM, self.line.key, kept)
        else:
            drafts.discard(self.room, FORM, self.line.key)

    def flush(self) -> None:
        """Keep at once what is typed and not saved."""
        self.draft.flush()

    def empty(self) -> None:
        """Begin this class anew."""
        if self.line is None:
            return
        self.draft.forget()
        drafts.discard(self.room, FORM, self.line.key)
        for row in self.sitting.rows:
            row.clear()
        self.resumed.hide()
        self.clear.hide()
        self._show()
        self.grid.begin()

    def hideEvent(self, event: Any) -> None:
        super().hideEvent(event)
        if not self.room.closed:
            self.draft.flush()

    # ---- saving

    def save(self) -> None:
        """Everything as one deed; a row with a problem keeps all of them back, and says why."""
        if self.line is None or not self.sitting.rows:
            return
        drafting.settle_typing()
        self.grid.settle()
        ready = [(row, self.sitting.check(row)) for row in self.sitting.typed()]
        if not ready:
            self.shell.toast("还没有写任何一行")
            return
        if bad := [row for row, one in ready if one is None]:
            self._refuse(bad)
            return
        kept, times = self.sitting.kept(), {row.student: row.times for row, _ in ready}
        key = self.line.key
        rows = [one for _, one in ready if one is not None]
        done = self.shell.attempt(lambda: self._deed(rows))
        if not done:
            return
        if isinstance(done.result, RowsNotValid):
            for at, wrong in done.result.rows.items():
                ready[at][0].problems = tuple(wrong.values())
            self._refuse([ready[at][0] for at in done.result.rows])
            return
        self.draft.forget()
        drafts.discard(self.room, FORM, key)
        self._saved = (key, kept, times)
        for row, _ in ready:
            row.clear()
        self.resumed.hide()
        self.clear.hide()
        self.shell.tell_changed(*KINDS)
        saved = done.result
        said = [f"{saved.new} 次谈话" if saved.new else "", f"改 {saved.changed} 次" if saved.changed else ""]
        said += [f"{saved.excused} 人未谈原因" if saved.excused else ""]
        self.shell.toast(f"{self.line.name}已存：{'、'.join(filter(None, said)) or '没有变化'}", undo=True)
        if not self.grid.begin():
            self.which.setFocus()
            self.which.selectAll()

    def _deed(self, rows: Sequence[RowTyped]) -> Saved | RowsNotValid:
        try:
            return talks.save_rows(self.room, rows, self.now())
        except RowsNotValid as told:
            return told

    def _refuse(self, bad: Sequence[Row]) -> None:
        self.grid.fit_rows()
        self.grid.viewport().update()
        self.trouble.setText(f"有 {len(bad)} 行要先看一下，都还没有存")
        self.trouble.show()
        self.grid.begin(bad[0].student)

    # ---- what the page tells

    def refresh(self, kinds: set[str]) -> None:
        """Recorded elsewhere, or undone: what was typed stays; a sitting that was taken back stands here again."""
        if self.room.closed:
            return
        if self.line is None:
            self.offer()
            return
        line = next((one for one in coverage.of(self.room, self.now()).classes if one.key == self.line.key), None)
        if line is None:
            self.line = None
            self.stack.setCurrentIndex(0)
            return
        self.line = line
        self._read(self.sitting.kept())
        if self._saved is not None and not kinds and self._saved[0] == line.key:
            _key, kept, times = self._saved
            now = {row.student: row.times for row in self.sitting.rows if row.student in times}
            if now == times:
                self._saved = None
                self.sitting.take(kept)
                self._show()
                self.resumed.setVisible(True)
                self.clear.setVisible(True)
                self.edited.emit()

    def shown(self) -> None:
        if self.line is None:
            self.offer()
            QTimer.singleShot(0, self, self.which.setFocus)
        else:
            self.grid.setFocus()

    def open(self, **target: Any) -> None:
        """`class_key`: this class; `student`: this row of it; `talk`: a talk that is recorded, whole."""
        student = str(target.get("student") or "")
        key = str(target.get("class_key") or "")
        if not key and student:
            key = roll.entry(self.room, student).class_key
        if key:
            self.show_class(key, student)
        if target.get("talk"):
            talk_form.begin(self.shell, talk=str(target["talk"]))


def _left(line: ClassLine) -> str:
    words = f"还要谈 {line.left} 人" if line.left else "都谈到了"
    return f"{line.teacher}　{words}" if line.teacher else words


def column_of(widget: QWidget) -> QWidget:
    """A widget at the top of its place."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(widget)
    column.addStretch(1)
    return whole
