"""设置 · 谈话与反馈: the school's own rules of 一生一谈, beside what the region says and where; the class teachers' names."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from psyroom.records.fields import about
from psyroom.records.talks import DENOMINATORS, OWED, ClassTeacher, TalkRulesFields
from psyroom.rules import coverage as rule
from psyroom.services import drafts, students, talk_rules
from psyroom.services.school import SchoolContext, context
from psyroom.services.talk_rules import OWN, ClassOf, RulesSeen
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.kit import Choice, Form, NumberField, TextField, primary, quiet, text
from psyroom.ui.kit.flow import empty_layout
from psyroom.ui.kit.fold import Fold
from psyroom.ui.pages.settings_base import Section, keep_draft
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

FORM, TEACHERS = "settings-talks", "settings-class-teachers"
FIELDS = ("target", "denominator", "finish_week", "hide_days", "feedback_for", "teachers")
ACROSS = 3
"""Class teachers beside each other."""


class TalksSection(Section):
    KEY = "talks"
    KINDS = frozenset({"talk_rules", "class_teacher", "school", "student", "term", "grade_naming"})
    help_topic = "talk-rules"

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "谈话与反馈", "一生一谈怎么算。不填的按地区的规定；学校自己定的，这里改。")
        self.form = Form(TalkRulesFields)
        whole = Choice(DENOMINATORS, as_list=True, wide=True)
        self.form.add("target", "denominator", controls={"denominator": whole}, stretch=(1, 2))
        numbers = {"finish_week": NumberField("如 16"), "hide_days": NumberField("如 3")}
        self.form.add("finish_week", "hide_days", controls=numbers, stretch=(1, 2))
        owed = Choice(OWED, as_list=True, wide=True)
        self.form.add("teachers", "feedback_for", controls={"feedback_for": owed}, stretch=(1, 2))
        self.add(self.form)
        self.said = text("", "soft")
        self.add(self.said)
        self.kept = text("", "good")
        self.kept.hide()
        self.add(self.kept)
        self.save_button = primary("保存", self.save, tip="保存谈话与反馈的规则")
        self.back_button = quiet("不改了", self._drop)
        self.put_row(self.save_button, self.back_button)
        self._draft = keep_draft(self.form, room, FORM, self._say_kept)
        self._touched = bool(self.kept.text())
        self.form.edited.connect(self._touch)
        self.names = ClassTeachers(room, shell)
        self.fold = Fold("班主任", self.names)
        self.fold.turned.connect(lambda on: self.names.build() if on else None)
        self.add(self.fold)
        self._show_buttons()

    # ---- what holds

    def show_school(self, school: SchoolContext) -> None:
        rules = talk_rules.rules(self.room)
        if not self._touched:
            values = rules.own.model_dump()
            self.form.set_values({**values, "finish_week": values["finish_week"] or None})
        for name, words in hints(rules, school, self.today).items():
            self.form.fields[name].set_hint(words)
        self.said.setText(in_force(rules))
        known, classes = talk_rules.class_teachers(self.room), classes_here(self.room)
        filled = sum(place in known for place in classes)
        self.fold.head.setText(f"班主任（{len(classes)} 个班，填了 {filled} 个）")
        self.fold.setVisible(bool(classes))
        if self.fold.is_open():
            self.names.build()

    def _say_kept(self, words: str) -> None:
        self.kept.setText(words)
        self.kept.show()

    def _touch(self) -> None:
        self._touched = True
        self._show_buttons()

    def _show_buttons(self) -> None:
        self.save_button.setVisible(self._touched)
        self.back_button.setVisible(self._touched)

    # ---- deeds

    def save(self) -> None:
        self.form.clear_problems()
        values = self.form.values()
        values["finish_week"] = values["finish_week"] or 0
        values["hide_days"] = 0 if values["hide_days"] is None else values["hide_days"]
        self._draft.flush()

        def deed() -> None:
            talk_rules.set_rules(self.room, values)
            drafts.discard(self.room, FORM)

        was, self._touched = self._touched, False
        if self.shell.attempt(deed, form=self.form, say="谈话与反馈的规则已保存", kinds=("talk_rules",)):
            self.kept.hide()
        else:
            self._touched = was
        self._show_buttons()

    def _drop(self) -> None:
        self._draft.forget()
        drafts.discard(self.room, FORM)
        self._touched = False
        self.kept.hide()
        self.form.clear_problems()
        self.show_school(context(self.room))
        self._show_buttons()


def hints(rules: RulesSeen, school: SchoolContext, today: Any) -> dict[str, str]:
    """What stands under each field: what holds where it is left empty, and where that comes from."""
    theirs = "" if rules.target_source == OWN else f"不填就是 {rules.target} %：{rules.target_source}"
    owed = "" if rules.feedback_source == OWN else f"现在是{OWED[rules.feedback_for]}：{rules.feedback_source}"
    weeks = rule.finish_week(0, school.term_on(today))
    visit = rules.home_visit
    per = visit is not None and visit.per == "teacher"
    return {
        "target": theirs or "学校自己定的；删掉就按地区的规定",
        "denominator": "有原因没谈的算不算在内；地区的文件没有说，由学校定",
        "finish_week": f"不填就是学期结束前两周（这学期第 {weeks} 周）",
        "hide_days": "找过、没谈成的学生，几天内不列在“未谈”里；统计不受影响",
        "feedback_for": owed or "学校自己定的；选“按地区规定”就回到地区的规定",
        "teachers": f"按教师人数算家访：{visit.source}"
        if per and visit is not None
        else "家访按教师人数算的地区才用得到",
    }


def in_force(rules: RulesSeen) -> str:
    """What holds now, in a sentence."""
    duty = rules.home_visit
    visit = f"；家访：{duty.words.rstrip('。')}（{duty.source}）" if duty is not None else ""
    return (
        f"现在：目标 {rules.target} %，第 {rules.finish_week} 周前谈完，分母是{DENOMINATORS[rules.denominator]}；"
        f"{OWED[rules.feedback_for]}要有家校反馈{visit}。"
    )


def classes_here(room: Room) -> dict[ClassOf, tuple[str, str]]:
    """The classes that have students, in order: what each is → (grade, name)."""
    found: dict[ClassOf, tuple[str, str]] = {}
    for one in students.everybody(room):
        found.setdefault((one.stage, one.cohort, one.class_no), (one.grade, one.class_name))
    return found


class ClassTeachers(QWidget):
    """A line for each class, saved together as one deed. Built when it is opened: ninety classes are ninety lines."""

    help_topic = "talk-rules"
    edited = Signal()

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__()
        self.room, self.shell = room, shell
        self.lines: dict[ClassOf, TextField] = {}
        self._known: dict[ClassOf, str] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(text("名字印在给班主任的表和名单上；谈话人也从这里先猜。回车到下一个班。", "soft"))
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(SPACE * 2)
        self.grid.setVerticalSpacing(6)
        column.addLayout(self.grid)
        self.save_button = primary("保存班主任", self.save, small=True)
        column.addWidget(self.save_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._draft = drafting.watch(self, lambda values: drafts.save(room, TEACHERS, "", values))

    def values(self) -> dict[str, Any]:
        """What is typed and not saved, for the draft."""
        return {_key(place): name for place, name in self.typed().items()}

    def build(self) -> None:
        """The lines as they are kept; what is typed and not saved stays."""
        typed = self.typed()
        kept = drafts.load(self.room, TEACHERS) or {}
        known = self._known = talk_rules.class_teachers(self.room)
        empty_layout(self.grid)
        self.lines = {}
        row, grade = -1, ""
        at = 0
        for place, (its_grade, name) in classes_here(self.room).items():
            if its_grade != grade:
                row, at, grade = row + 1, 0, its_grade
                self.grid.addWidget(text(grade, "part"), row, 0, 1, ACROSS * 2)
                row += 1
            elif at == ACROSS:
                row, at = row + 1, 0
            line = TextField(limit=about(ClassTeacher, "name")["limit"])
            line.setAccessibleName(f"{name}班主任")
            line.set_value(typed.get(place, kept.get(_key(place), known.get(place, ""))))
            line.returnPressed.connect(self.focusNextChild)
            line.edited.connect(self._on_edit)
            self.grid.addWidget(text(name.removeprefix(grade) or name, "soft", wrap=False), row, at * 2)
            self.grid.addWidget(line, row, at * 2 + 1)
            self.grid.setColumnStretch(at * 2 + 1, 1)
            line.show()  # at once: the first takes the keyboard
            self.lines[place] = line
            at += 1
        self.save_button.setEnabled(bool(self.typed()))

    def typed(self) -> dict[ClassOf, str]:
        """What differs from what is kept."""
        return {place: line.value() for place, line in self.lines.items() if line.value() != self._known.get(place, "")}

    def _on_edit(self) -> None:
        self.save_button.setEnabled(bool(self.typed()))
        self.edited.emit()

    def focus_first(self) -> None:
        if self.lines:
            next(iter(self.lines.values())).setFocus()

    def save(self) -> None:
        typed = self.typed()

        def deed() -> None:
            talk_rules.set_class_teachers(self.room, typed)
            drafts.discard(self.room, TEACHERS)

        if typed:
            self._draft.flush()
            was, self._known = self._known, {**self._known, **typed}
            if not self.shell.attempt(deed, say=f"班主任已保存（{len(typed)} 个班）", kinds=("class_teacher",)):
                self._known = was


def _key(place: ClassOf) -> str:
    return "/".join(str(part) for part in place)
