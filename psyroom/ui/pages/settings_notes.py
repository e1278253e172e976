"""设置 · 辅导记录: after how many days a note locks, the school's problem categories, phrases for the form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QPushButton

from psyroom.errors import NotValid
from psyroom.services import categories, note_lock, phrases, reading
from psyroom.services.categories import CategoryRow
from psyroom.services.phrases import PhraseSeen
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room
from psyroom.ui.kit import Check, Choice, Field, LongText, NumberField, Row, RowList, TextField, button, primary, text
from psyroom.ui.kit.flow import Flow, beside
from psyroom.ui.pages.settings_base import InPlace, Place, Section, heading
from psyroom.ui.pages.who_looked import WhoLooked
from psyroom.ui.window import Shell

ANYWHERE = "哪一栏都可以"
PHRASES_SHOWN = 60


class NotesSection(Section):
    """The lock and the categories."""

    help_topic = "signed-notes"

    KEY = "notes"
    KINDS = frozenset({"note_rules", "problem_category"})

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "辅导记录", "写好的记录过几天自动锁定，以后只能补记；签字的马上锁定。")
        self.days = Field("几天后自动锁定", NumberField("7", unit="天"), "1 到 60 天；改长了，已经锁定的也不会再打开")
        self.add(self.days)
        self.save_button = primary("保存天数", self.save_days)
        self.put_row(self.save_button)
        self.days.control.edited.connect(self._mark)
        self.days.control.returnPressed.connect(self.save_days)
        self.add(
            heading("问题类别", "写记录时可以选几个。点一个来改名、换位置或停用；停用的在以前的记录里照样看得到。")
        )
        self.flow = Flow(gap=6)
        self.add(self.flow)
        self.retired_words = text("停用的，点一下恢复：", "soft")
        self.add(self.retired_words)
        self.retired = Flow(gap=6)
        self.add(self.retired)
        self.place = Place()
        self.add(self.place)
        self.put_row(button("添加类别", self._add, icon_name="plus"))
        self.readers = WhoLooked(lambda most: reading.of_mine(room, most), "同事打开过我写的哪些记录")
        self.add(self.readers)
        self._now = 0

    def show_school(self, now: SchoolContext) -> None:
        self._now = note_lock.lock_days(self.room)
        self.days.set_value(self._now)
        rows = categories.rows(self.room)
        self.flow.set([self._made(row) for row in rows if not row.retired])
        gone = [row for row in rows if row.retired]
        self.retired.set([button(row.name, partial(self.retire, row.id, False), small=True) for row in gone])
        self.retired.setVisible(bool(gone))
        self.retired_words.setVisible(bool(gone))
        self._mark()

    def _made(self, row: CategoryRow) -> QPushButton:
        return button(row.name, partial(self._edit, row), small=True, tip=f"改“{row.name}”")

    # ---- the lock

    def _mark(self) -> None:
        self.save_button.setEnabled(self.days.value() != self._now)

    def save_days(self) -> None:
        def deed() -> None:
            try:
                note_lock.set_lock_days(self.room, self.days.value())
            except NotValid as problem:
                raise NotValid({"days": "；".join(problem.fields.values())}) from None

        self.shell.attempt(deed, form=self, say="锁定天数已保存", kinds=("note_rules",))  # type: ignore[arg-type]

    def show_problems(self, problem: NotValid) -> None:
        """The sentence under the days."""
        self.days.problem("；".join(problem.fields.values()))
        self.days.control.setFocus()

    def say(self, sentence: str) -> None:
        self.days.problem(sentence)

    # ---- categories

    def _save(self, rows: list[CategoryRow], say: str, form: InPlace | None = None) -> None:
        done = self.shell.attempt(
            lambda: categories.save(self.room, rows),
            form=form,  # type: ignore[arg-type]
            say=say,
            kinds=("problem_category",),
        )
        if done:
            self.place.shut()

    def _edit(self, row: CategoryRow) -> None:
        form = InPlace(f"改“{row.name}”", "保存名称", lambda: self.rename(row.id, form))
        name = TextField("", limit=12)
        name.set_value(row.name)
        form.row(("name", Field("名称", name)))
        shown = [r.id for r in categories.rows(self.room) if not r.retired]
        at = shown.index(row.id) if row.id in shown else 0
        before = button("往前一位", partial(self.shift, row.id, -1), icon_name="arrow-left", small=True)
        after = button("往后一位", partial(self.shift, row.id, 1), icon_name="arrow-right", small=True)
        before.setEnabled(at > 0)
        after.setEnabled(at + 1 < len(shown))
        form.column.addLayout(beside(before, after, button("停用", partial(self.retire, row.id, True), small=True)))
        self.place.open(form)

    def rename(self, category: str, form: InPlace) -> None:
        """Another name for the same category; notes that carry it show the new one."""
        form.clear_problems()
        name = form.values()["name"]
        rows = [replace(r, name=name) if r.id == category else r for r in categories.rows(self.room)]
        self._save(rows, "类别已改名", form)

    def shift(self, category: str, by: int) -> None:
        """One place forward or back among those in use; the form stays for the next press."""
        rows = categories.rows(self.room)
        shown = [r for r in rows if not r.retired]
        at = next(n for n, r in enumerate(shown) if r.id == category)
        to = max(0, min(at + by, len(shown) - 1))
        shown.insert(to, shown.pop(at))
        self._save([*shown, *(r for r in rows if r.retired)], "次序已改")
        self._edit(shown[to])

    def retire(self, category: str, retired: bool) -> None:
        rows = [replace(r, retired=retired) if r.id == category else r for r in categories.rows(self.room)]
        self._save(rows, "类别已停用" if retired else "类别已恢复")

    def _add(self) -> None:
        form = InPlace("", "添加", lambda: self.add_new(form))
        form.row(("name", Field("新类别", TextField("如 考试焦虑", limit=12))))
        self.place.open(form)

    def add_new(self, form: InPlace) -> None:
        form.clear_problems()
        rows = categories.rows(self.room)
        new = CategoryRow("", form.values()["name"])
        used = [r for r in rows if not r.retired]
        self._save([*used, new, *(r for r in rows if r.retired)], "类别已添加", form)


class PhrasesSection(Section):
    """Phrases for the form: one's own and everybody's; those the program brings are only found, not listed."""

    help_topic = "phrases"

    KEY = "phrases"
    KINDS = frozenset({"phrase"})

    def __init__(self, room: Room, shell: Shell) -> None:
        told = "写记录时打拼音首字母就能找到。程序自带的不用管，这里是自己加的和大家共用的。"
        super().__init__(room, shell, "常用语", told)
        self.rows = RowList(limit=PHRASES_SHOWN)
        self.add(self.rows)
        self.nothing = text("还没有自己加的。在记录里选中一句话，也可以存成常用语。", "soft")
        self.add(self.nothing)
        self.place = Place()
        self.add(self.place)
        self.put_row(button("添加常用语", self._add, icon_name="plus"))

    def show_school(self, now: SchoolContext) -> None:
        found = [one for one in phrases.find(self.room, "") if not one.fixed]
        self.rows.set_rows([self._row(one) for one in found])
        self.rows.setVisible(bool(found))
        self.nothing.setVisible(not found)

    def _row(self, one: PhraseSeen) -> Row:
        where = phrases.part_name(one.part) if one.part else ANYWHERE
        return Row(
            one.text,
            f"{where} · {'自己的' if one.own else '大家共用'}",
            open=partial(self._edit, one),
            more=[("修改", partial(self._edit, one)), ("去掉", partial(self.remove, one.id))],
            key=one.id,
        )

    def _form(self, words: str, save: Callable[[], object], one: PhraseSeen | None = None) -> InPlace:
        form = InPlace("", words, save)
        typed = LongText("如：愿意下周再来", lines=2, limit=200)
        part = Choice({"": ANYWHERE, **{name: phrases.part_name(name) for name in phrases.PARTS}}, as_list=True)
        form.row(("text", Field("常用语", typed)))
        if one is not None:
            typed.set_value(one.text)
            part.set_value(one.part)
            form.row(("part", Field("用在", part)))
        else:
            form.row(("part", Field("用在", part)), ("shared", Field("", Check("大家共用"))))
        return form

    def _add(self) -> None:
        form = self._form("添加", lambda: self.add_new(form))
        self.place.open(form)

    def add_new(self, form: InPlace) -> None:
        form.clear_problems()
        v = form.values()
        deed = lambda: phrases.add(self.room, v["text"], v["part"] or "", shared=v["shared"])  # noqa: E731
        self._do(deed, "常用语已添加", form)

    def _edit(self, one: PhraseSeen) -> None:
        form = self._form("保存", lambda: self.change(one.id, form), one)
        self.place.open(form)

    def change(self, phrase: str, form: InPlace) -> None:
        form.clear_problems()
        v = form.values()
        self._do(lambda: phrases.change(self.room, phrase, v["text"], v["part"] or ""), "常用语已改", form)

    def remove(self, phrase: str) -> None:
        self._do(lambda: phrases.remove(self.room, phrase), "常用语已去掉")

    def _do(self, deed: Callable[[], object], say: str, form: InPlace | None = None) -> None:
        if self.shell.attempt(deed, form=form, say=say, kinds=("phrase",)):  # type: ignore[arg-type]
            self.place.shut()
