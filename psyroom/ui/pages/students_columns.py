"""导入名册, step 2: what each column was taken for, with three values, and class spellings to be answered once."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.services.roster import CHOOSABLE, FIELDS, RosterPlan
from psyroom.ui import tokens
from psyroom.ui.kit import Card, Choice, Elided, NumberField, Tag, button, primary, rule, scrolled, text
from psyroom.ui.kit.flow import Tall
from psyroom.ui.pages.students_actions import Grade
from psyroom.ui.tokens import SPACE

SURE = 0.8
"""Below this a recognised column is marked for a second look."""


class ColumnsView(QWidget):
    """Corrections are told by `mapping()`, answers about classes by `classes()`."""

    help_topic = "students-import"

    go_on = Signal()
    other_file = Signal()

    def __init__(self, plan: RosterPlan, grades: Mapping[Grade, str]) -> None:
        super().__init__()
        self._grades = grades
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        inner = Tall()
        cards = QVBoxLayout(inner)
        cards.setContentsMargins(0, 0, SPACE, SPACE)
        cards.setSpacing(SPACE * 2)
        self.answers: dict[str, tuple[Choice, NumberField]] = {}
        if plan.spellings:
            cards.addWidget(self._spellings(plan))
        cards.addWidget(self._columns(plan))
        if plan.notes:
            notes = Card("另外", tone="sunken")
            for note in plan.notes:
                notes.add(text(note, "soft"))
            cards.addWidget(notes)
        cards.addStretch(1)
        column.addWidget(scrolled(inner), 1)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        self.next_button = primary("下一步：预览", self.go_on.emit, tip="下一步：预览（Ctrl+S）")
        foot.addWidget(self.next_button)
        foot.addWidget(button("换一个文件", self.other_file.emit))
        foot.addStretch(1)
        foot.addWidget(text("现在只是看看，还没有导入。", "soft", wrap=False))
        column.addLayout(foot)

    # ---- columns

    def _columns(self, plan: RosterPlan) -> Card:
        card = Card("这些列认对了吗？", "认错的在右边改一下；同样的表下次会记得。")
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 3)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for at, words in enumerate(("表里的列", "前三个值", "当作", "")):
            grid.addWidget(text(words, "soft", wrap=False), 0, at)
        grid.addWidget(rule(), 1, 0, 1, 4)
        self.choices: dict[str, Choice] = {}
        self._before: dict[str, str] = {}
        labels = {code: FIELDS[code] for code in CHOOSABLE}
        for row, column in enumerate(plan.columns, 2):
            here = (
                labels if column.field in labels else {column.field: FIELDS.get(column.field, column.field), **labels}
            )
            choice = Choice(here, as_list=True)
            choice.set_value(column.field)
            choice.setAccessibleName(f"{column.key} 当作")
            choice.setFixedWidth(tokens.now().px(180))
            self.choices[column.key] = choice
            self._before[column.key] = column.field
            name = Elided(column.key or "（没有列名）", "strong")
            name.setFixedWidth(tokens.now().px(170))
            grid.addWidget(name, row, 0)
            grid.addWidget(Elided(" · ".join(column.samples) or "（空）", "soft"), row, 1)
            grid.addWidget(choice, row, 2)
            if column.sure < SURE and column.field != "ignored":
                grid.addWidget(Tag("请看一眼", "amber"), row, 3)
        card.body.addLayout(grid)
        return card

    def mapping(self) -> dict[str, str]:
        """Columns that were taken for something else than recognised: key → field."""
        found = {key: choice.value() for key, choice in self.choices.items()}
        return {key: field for key, field in found.items() if field != self._before[key]}

    # ---- classes

    def _spellings(self, plan: RosterPlan) -> Card:
        card = Card(
            "这几种班级写法没有看懂", "只问一次：选年级、填班，就会用到所有这样写的行；空着的先不导入。", tone="amber"
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 2)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(1, 1)
        for row, spelling in enumerate(plan.spellings):
            choice = Choice({None: "选年级", **self._grades}, as_list=True)
            choice.setAccessibleName(f"{spelling.text} 的年级")
            number = NumberField("班，如 3")
            number.setFixedWidth(tokens.now().px(96))
            number.setAccessibleName(f"{spelling.text} 的班")
            self.answers[spelling.text] = (choice, number)
            grid.addWidget(text(f"“{spelling.text}”", "strong", wrap=False), row, 0)
            where = f"{spelling.sheet} 第 {spelling.row} 行" + (f"等 {spelling.count} 行" if spelling.count > 1 else "")
            grid.addWidget(text(where, "soft"), row, 1)
            grid.addWidget(choice, row, 2)
            grid.addWidget(number, row, 3)
        card.body.addLayout(grid)
        self._wrong = text("", "error")
        self._wrong.hide()
        card.add(self._wrong)
        return card

    def classes(self) -> dict[str, tuple[str, int, int]] | None:
        """The answers that were given; None (and said) where one is half given."""
        found: dict[str, tuple[str, int, int]] = {}
        for spelling, (choice, number) in self.answers.items():
            grade, class_no = choice.value(), number.value()
            if grade is None and class_no is None:
                continue
            if grade is None or not isinstance(class_no, int) or not 1 <= class_no <= 99:
                self._wrong.setText(f"“{spelling}”的年级和班要一起填，班填数字，如 3")
                self._wrong.show()
                (number if grade is not None else choice).setFocus()
                return None
            found[spelling] = (*grade, class_no)
        return found

    def focus_first(self) -> None:
        if self.answers:
            next(iter(self.answers.values()))[0].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.next_button.setFocus()
