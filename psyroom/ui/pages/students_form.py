"""Adding and correcting a student: the declared fields in cards, same names shown while typing, the draft kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.records.students import LABELS, StudentDetailFields, StudentFields
from psyroom.rules import identity
from psyroom.services.school import SchoolContext
from psyroom.services.students import Entry, Whole
from psyroom.ui import drafting, tokens
from psyroom.ui.kit import (
    Card,
    Check,
    Choice,
    DayField,
    Form,
    NumberField,
    PageHeader,
    Row,
    RowList,
    TextField,
    button,
    primary,
    quiet,
    scrolled,
    text,
)
from psyroom.ui.kit.flow import Tall
from psyroom.ui.pages.students_actions import grades
from psyroom.ui.tokens import FORM_WIDTH, SPACE

YES_NO = {None: "不填", True: "是", False: "否"}

Twins = Callable[[str], Sequence[Entry]]


class StudentForm(QWidget):
    """A new student, or (`whole` given) one to correct. `save()` is called by the button and the keys."""

    edited = Signal()
    gone = Signal()
    twin_opened = Signal(str)

    def __init__(
        self,
        school: SchoolContext,
        today: date,
        twins: Twins,
        save: Callable[[], object],
        *,
        whole: Whole | None = None,
    ) -> None:
        super().__init__()
        self._twins, self._save, self._whole = twins, save, whole
        self.today = today
        self.desk = Form(StudentFields, labels={"cohort": "年级", "class_no": "班"})
        self.private = Form(StudentDetailFields)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.save_button = primary("保存", save, tip="保存（Ctrl+S）")
        self.header = PageHeader(
            f"修改资料：{whole.entry.name}" if whole else "新增学生",
            "只有姓名、年级和班是必填的，其他的以后随时可以补。",
            quiet("返回（Esc）", self.gone.emit),
            self.save_button,
        )
        column.addWidget(self.header)
        self._banner_place = QVBoxLayout()
        column.addLayout(self._banner_place)
        inner = QWidget()
        inner.setMaximumWidth(tokens.now().px(FORM_WIDTH))
        self._cards = QVBoxLayout(inner)
        self._cards.setContentsMargins(0, 0, SPACE, SPACE * 2)
        self._cards.setSpacing(SPACE * 2)
        outer = Tall()
        line = QHBoxLayout(outer)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(inner, 100)
        line.addStretch(1)
        column.addWidget(scrolled(outer), 1)
        self._build(school)
        self._fill(whole)
        for form in (self.desk, self.private):
            form.edited.connect(self.edited.emit)
        for check in self.labels.values():
            check.edited.connect(self.edited.emit)
        for keys in ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(save)
        self.draft: drafting.Draft | None = None

    # ---- building

    def _build(self, school: SchoolContext) -> None:
        sex = Choice({"m": "男", "f": "女", "": "不填"})
        sex.set_value("")
        grade = Choice(grades(school, self.today), as_list=True)
        number = NumberField("如 3")
        self._rows(
            "在校信息",
            "值班人员也看得到这几项。",
            self.desk,
            [("name", None, 3), ("sex", sex, 3)],
            [("cohort", grade, 2), ("class_no", number, 1), ("number", None, 3)],
        )
        self.desk.fields["cohort"].set_hint("")
        self._same = Card(tone="amber")
        self._same_words = text("", "strong")
        self._same.add(self._same_words)
        self._same_rows = RowList()
        self._same.add(self._same_rows)
        self._same.hide()
        self._cards.addWidget(self._same)
        self.desk.fields["name"].control.edited.connect(self._look_for_twins)
        born = DayField("如 2013-05-04", today=lambda: self.today)
        self._rows(
            "身份",
            "",
            self.private,
            [("id_number", None, 3), ("registry_number", None, 3)],
            [("born", born, 3), ("ethnicity", None, 3)],
        )
        self.private.fields["id_number"].control.editingFinished.connect(self._look_at_number)
        self._rows(
            "监护人与联系",
            "",
            self.private,
            [("guardian", None, 2), ("guardian_relation", None, 1), ("guardian_phone", None, 3)],
            [("phone", None, 3), ("address", TextField(limit=120), 3)],
        )
        self._rows(
            "其他",
            "",
            self.private,
            [("boarding", Choice(YES_NO), 3), ("only_child", Choice(YES_NO), 3)],
            [("remark", None, 6)],
        )
        self._labels()
        self._cards.addWidget(self.private._stray)
        self._cards.addWidget(self.desk._stray)
        self._cards.addStretch(1)

    def _rows(self, heading: str, hint: str, form: Form, *rows: Sequence[tuple[str, QWidget | None, int]]) -> None:
        """A card of fields on six columns; each field says how many it takes."""
        card = Card(heading, hint)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 2)
        grid.setVerticalSpacing(SPACE + 4)
        for column in range(6):
            grid.setColumnStretch(column, 1)
        for line, row in enumerate(rows):
            at = 0
            for name, control, wide in row:
                grid.addWidget(form.make(name, control), line, at, 1, wide, Qt.AlignmentFlag.AlignTop)
                at += wide
        card.body.addLayout(grid)
        self._cards.addWidget(card)

    def _labels(self) -> None:
        card = Card("关注类别", "文件里要求留意的处境，可以选几项；不是对学生的评价。值班人员看不到。")
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(4)
        self.labels: dict[str, Check] = {}
        for at, (key, words) in enumerate(LABELS.items()):
            self.labels[key] = Check(words)
            grid.addWidget(self.labels[key], at // 4, at % 4)
        card.body.addLayout(grid)
        self._cards.addWidget(card)

    # ---- values

    def _fill(self, whole: Whole | None) -> None:
        if whole is None:
            return
        entry = whole.entry
        self.desk.set_values(
            {
                "name": entry.name,
                "sex": entry.sex,
                "cohort": (entry.stage, entry.cohort),
                "class_no": entry.class_no,
                "number": entry.number,
            }
        )
        if whole.detail is not None:
            self.private.set_values(whole.detail.model_dump())
        for key, check in self.labels.items():
            check.set_value(key in whole.labels)
        for question in whole.questions:
            for form in (self.desk, self.private):
                if question.field in form.fields:
                    form.fields[question.field].set_hint(f"待核实：{question.reason}", "warning")

    def values(self) -> dict[str, Any]:
        """What stands in the form, as a draft keeps it."""
        stage, cohort = self.desk.fields["cohort"].value()
        return {
            "desk": {**self.desk.values(), "cohort": cohort, "stage": stage},
            "private": {name: _plain(value) for name, value in self.private.values().items()},
            "labels": [key for key, check in self.labels.items() if check.value()],
        }

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Put a draft back."""
        desk = dict(values.get("desk", {}))
        desk["cohort"] = (desk.pop("stage", ""), desk.get("cohort"))
        self.desk.set_values(desk)
        self.private.set_values(values.get("private", {}))
        for key, check in self.labels.items():
            check.set_value(key in values.get("labels", ()))

    def desk_values(self) -> dict[str, Any]:
        return {name: value for name, value in self.values()["desk"].items() if value is not None}

    def private_values(self) -> dict[str, Any]:
        found = self.private.values()
        return {name: ("" if value is None and name not in _MAY_BE_NONE else value) for name, value in found.items()}

    def chosen_labels(self) -> list[str]:
        return list(self.values()["labels"])

    # ---- problems

    def clear_problems(self) -> None:
        self.desk.clear_problems()
        self.private.clear_problems()

    def show_problems(self, problem: NotValid) -> None:
        """Each sentence under its field, on whichever side it lies; the first wrong one gets the keyboard."""
        mine = {name: words for name, words in problem.fields.items() if name in self.private.fields}
        rest = {name: words for name, words in problem.fields.items() if name not in mine}
        if "stage" in rest:
            rest["cohort"] = rest.pop("stage")
        if mine:
            self.private.show_problems(NotValid(mine))
        if rest:
            self.desk.show_problems(NotValid(rest))

    def say(self, sentence: str) -> None:
        self.desk.say(sentence)

    # ---- what helps while typing

    def _look_for_twins(self) -> None:
        name = str(self.desk.fields["name"].value())
        found = list(self._twins(name)) if len(name) >= 2 else []
        self._same.setVisible(bool(found))
        if not found:
            return
        exact = any(entry.name == name for entry in found)
        self._same_words.setText(
            "已有同名的学生，请先看是不是同一个人：" if exact else "有读音相同的学生，请看看是不是写成了别的字："
        )
        self._same_rows.set_rows(
            [
                Row(
                    what=entry.name,
                    detail=" · ".join(
                        part for part in (entry.class_name, f"学号 {entry.number}" if entry.number else "") if part
                    ),
                    icon="student",
                    stripe="amber",
                    action=("就是这名学生", partial(self.twin_opened.emit, entry.id)),
                )
                for entry in found[:5]
            ]
        )

    def _look_at_number(self) -> None:
        """Say at once that a number cannot be right (it is kept all the same), and take the birthday out of a good one."""
        field = self.private.fields["id_number"]
        number = str(field.value()).upper()
        if not number:
            field.set_hint("")
        elif not identity.check_digit_ok(number):
            field.set_hint("校验位不对，可能有一位打错了；可以先保存，会记为待核实。", "warning")
        else:
            field.set_hint("")
            field.set_value(number)
            if self.private.fields["born"].value() is None:
                self.private.fields["born"].set_value(identity.born_of(number))
            if not self.desk.fields["sex"].value() and (sex := identity.sex_of(number)):
                self.desk.fields["sex"].set_value(sex)

    # ---- drafts

    def offer_draft(self, when: str, resume: Callable[[], object], drop: Callable[[], object]) -> None:
        """A banner: there is a draft of this form. The form itself waits until one of the two is chosen."""
        banner = Card(tone="accent", pad=1)
        row = QHBoxLayout()
        row.setContentsMargins(SPACE, 0, SPACE, 0)
        row.addWidget(text(f"上次没有保存的内容还在（{when}）。", "strong"), 1)

        def chosen(do: Callable[[], object]) -> Callable[[], None]:
            def act() -> None:
                banner.hide()
                banner.deleteLater()
                do()
                self.focus_first()

            return act

        self.resume = primary("继续填写", chosen(resume), small=True)
        row.addWidget(self.resume)
        self.drop = button("放弃", chosen(drop), small=True)
        row.addWidget(self.drop)
        banner.body.addLayout(row)
        self._banner_place.addWidget(banner)

    def flush(self) -> None:
        if self.draft is not None:
            self.draft.flush()

    def focus_first(self) -> None:
        self.desk.fields["name"].control.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.gone.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.focusNextChild()
        else:
            super().keyPressEvent(event)


_MAY_BE_NONE = ("born", "boarding", "only_child")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
