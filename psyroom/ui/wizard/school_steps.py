"""First run: the school and its semester, the day's lessons, the region."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.records.fields import checked
from psyroom.records.school import REGIONS, STAGES, STAGES_WITHIN, SYSTEMS, SchoolFields, TermFields
from psyroom.rules import policy
from psyroom.rules.periods import default_periods
from psyroom.rules.time import monday_of, school_year_of
from psyroom.ui.kit.cards import Card
from psyroom.ui.kit.fields import Choice, Field, NumberField, TextField
from psyroom.ui.kit.texts import quiet, text, tool
from psyroom.ui.kit.times import DayField, TimeField
from psyroom.ui.tokens import SPACE
from psyroom.ui.wizard.frame import Step

Bands = list[tuple[int, int]]


def usual_term_start(today: date) -> date:
    """The Monday around which the semester of a day usually begins; the school corrects it by its calendar."""
    autumn = today.month >= 7 or today.month == 1
    around = date(today.year - (today.month == 1), 9, 1) if autumn else date(today.year, 2, 24)
    return monday_of(around)


class SchoolStep(Step):
    """Name, campus, stage, 学制; first day and weeks of the semester."""

    def __init__(self, today: date) -> None:
        super().__init__("学校", "先说说你的学校", "写在打印的表格上，也用来推算年级和周次。以后都能在“设置”里改。")
        name = self.field("name", Field("学校名称", TextField("按公章上的全称", limit=60), required=True))
        campus = self.field("campus", Field("校区", TextField("只有一个就不填", limit=30)))
        self.row(name, campus, stretch=(3, 1))
        self.stage = Choice(STAGES)
        self.stage.set_value("junior")
        self.system = Choice(SYSTEMS)
        self.add(self.field("stage", Field("学段", self.stage)))
        self._system = self.field("system", Field("学制", self.system, "小学六年、初中三年，或小学五年、初中四年"))
        self.add(self._system)
        start, weeks = DayField(), NumberField()
        start.set_value(usual_term_start(today))
        weeks.set_value(20)
        self.row(
            self.field("starts", Field("本学期开学日期", start, "看校历；填错了以后能改")),
            self.field("weeks", Field("一共几周", weeks, "到放假，一般 20 周左右")),
        )
        self.stage.edited.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        self._system.setVisible(self.stage.value() in ("primary", "junior", "nine", "complete"))

    def values(self) -> dict[str, Any]:
        return {name: made.value() for name, made in self.fields.items()}

    def check(self) -> dict[str, str]:
        values = self.values()
        problems: dict[str, str] = {}
        try:
            checked(SchoolFields, {k: values[k] for k in ("name", "campus", "stage", "system")})
        except NotValid as problem:
            problems |= problem.fields
        starts = values["starts"]
        year = school_year_of(starts) if isinstance(starts, date) else 2000
        weeks = {"weeks": values["weeks"]} if values["weeks"] is not None else {"weeks": ""}
        try:
            checked(TermFields, {"year": year, "half": 1, "starts": starts or "", **weeks})
        except NotValid as problem:
            problems |= problem.fields
        return problems


class BandList(QWidget):
    """Bands of the day, one per line, typed like `0800`; lines can be added and taken out."""

    edited = Signal()

    def __init__(self, word: str, add_words: str, none_words: str = "") -> None:
        super().__init__()
        self._word, self._none = word, none_words
        self._rows: list[tuple[QWidget, QLabel, TimeField, TimeField]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(4)
        column.addLayout(self._lines)
        self._empty = text(none_words, "soft")
        column.addWidget(self._empty)
        foot = QHBoxLayout()
        foot.addWidget(quiet(add_words, self._append, icon_name="plus", small=True))
        foot.addStretch(1)
        column.addLayout(foot)

    def set_value(self, bands: Bands) -> None:
        while self._rows:
            self._drop(self._rows[-1][0])
        for starts, ends in bands:
            self._line(starts, ends)
        self._count()

    def value(self) -> Bands:
        """The bands that can be read, in order of the day."""
        found = []
        for _, _, starts, ends in self._rows:
            if isinstance(starts.value(), int) and isinstance(ends.value(), int):
                found.append((starts.value(), ends.value()))
        return sorted(found)

    def problem(self) -> str:
        """One sentence about the first line that cannot be, or nothing."""
        for at, (_, _, starts, ends) in enumerate(self._rows, 1):
            where = self._word.format(at)
            if not isinstance(starts.value(), int) or not isinstance(ends.value(), int):
                return f"{where}的时间没有填对，请填成 0800 或 8:00 这样"
            if starts.value() >= ends.value():
                return f"{where}的结束时间不晚于开始时间"
        bands = self.value()
        if any(after[0] < before[1] for before, after in zip(bands, bands[1:], strict=False)):
            return "有两节的时间重叠了"
        return ""

    def _line(self, starts: int | None, ends: int | None) -> TimeField:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        number = text("", "soft", wrap=False, tabular=True)
        number.setFixedWidth(number.fontMetrics().horizontalAdvance("第 88 节") + 4)
        first, last = TimeField("0800"), TimeField("0845")
        for control, value in ((first, starts), (last, ends)):
            control.set_value(value)
            control.setFixedWidth(control.fontMetrics().horizontalAdvance("88:88") + 36)
            control.edited.connect(self.edited.emit)
        row.addWidget(number)
        row.addWidget(first)
        row.addWidget(text("–", "soft", wrap=False))
        row.addWidget(last)
        gone = tool("x", "去掉这一节", lambda: self._remove(line))
        gone.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        row.addWidget(gone)
        row.addStretch(1)
        self._lines.addWidget(line)
        self._rows.append((line, number, first, last))
        return first

    def _append(self) -> None:
        bands = self.value()
        last = bands[-1][1] + 10 if bands else None
        length = bands[-1][1] - bands[-1][0] if bands else 45
        first = self._line(last, last + length if last is not None and last + length <= 1440 else None)
        self._count()
        first.setFocus()
        self.edited.emit()

    def _remove(self, line: QWidget) -> None:
        self._drop(line)
        self._count()
        self.edited.emit()

    def _drop(self, line: QWidget) -> None:
        self._rows = [row for row in self._rows if row[0] is not line]
        line.hide()
        line.deleteLater()

    def _count(self) -> None:
        for at, (_line, number, first, last) in enumerate(self._rows, 1):
            number.setText(self._word.format(at))
            first.setAccessibleName(f"{self._word.format(at)}开始")
            last.setAccessibleName(f"{self._word.format(at)}结束")
        self._empty.setVisible(not self._rows and bool(self._none))


class LessonsStep(Step):
    """The lessons of a day, per stage where the school has two; night study. Defaults by stage, corrected by the school."""

    def __init__(self, school: SchoolStep) -> None:
        super().__init__("作息", "一天怎么上课", "上课以外的开放才算“课外开放”。这是常见的作息，按学校的改一改。")
        self._school, self._made_for = school, ""
        self.which = Choice({})
        self.add(self.which)
        self.which.edited.connect(self._switch)
        self.lessons: dict[str, BandList] = {}
        self._place = QVBoxLayout()
        self.study = BandList("第 {} 节", "加一节晚自习", "没有晚自习")
        left, right = Card("上课", pad=2), Card("晚自习", pad=2)
        left.body.addLayout(self._place)
        right.add(self.study)
        right.body.addStretch(1)
        across = QHBoxLayout()
        across.setSpacing(SPACE * 2)
        across.addWidget(left, 1)
        across.addWidget(right, 1)
        self.column.addLayout(across)

    def arrive(self) -> None:
        stage = self._school.stage.value()
        if stage == self._made_for:
            return
        self._made_for = stage
        while self._place.count():
            if (gone := self._place.takeAt(0).widget()) is not None:
                gone.hide()
                gone.deleteLater()
        within = STAGES_WITHIN[stage]
        periods = default_periods(stage)
        self.lessons = {}
        for one in within:
            bands = BandList("第 {} 节", "加一节")
            named = one if len(within) > 1 else ""
            bands.set_value([(p.starts, p.ends) for p in periods if p.kind == "lesson" and p.stage == named])
            self.lessons[one] = bands
            self._place.addWidget(bands)
        study = sorted({(p.starts, p.ends) for p in periods if p.kind == "study"})
        self.study.set_value(study)
        self.which.set_choices({one: STAGES[one] for one in within})
        self.which.setVisible(len(within) > 1)
        self._switch()

    def _switch(self) -> None:
        for one, bands in self.lessons.items():
            bands.setVisible(one == self.which.value() or len(self.lessons) == 1)

    def focus_first(self) -> None:
        pass  # the defaults usually do: Enter goes on

    def check(self) -> dict[str, str]:
        for one, bands in self.lessons.items():
            if sentence := bands.problem():
                self.which.set_value(one)
                return {"lessons": sentence}
        if sentence := self.study.problem():
            return {"study": f"晚自习：{sentence}"}
        return {}

    def for_all(self) -> Bands:
        return next(iter(self.lessons.values())).value() if len(self.lessons) == 1 else []

    def by_stage(self) -> dict[str, Bands]:
        return {one: bands.value() for one, bands in self.lessons.items()} if len(self.lessons) > 1 else {}


class RegionStep(Step):
    """Whose rules hold: each region with its opening target and its source; a warning where it does not fit."""

    def __init__(self, school: SchoolStep) -> None:
        super().__init__(
            "地区", "按哪里的要求", "每周该开放多少小时、按哪份文件上报，由它决定。没有你的地区就选第一项。"
        )
        self._school = school
        self._group = QButtonGroup(self)
        self._codes = list(REGIONS)
        card = Card(pad=2)
        card.body.setSpacing(4)
        for at, code in enumerate(self._codes):
            box = QVBoxLayout()
            box.setSpacing(0)
            radio = QRadioButton(REGIONS[code])
            self._group.addButton(radio, at)
            box.addWidget(radio)
            says = text("", "small")
            says.setContentsMargins(32, 0, 0, 0)
            says.setText(_target_words(code, date.today()))
            box.addWidget(says)
            card.body.addLayout(box)
        self.add(card)
        self.warning = text("", "warning")
        self.add(self.warning)
        self._group.idToggled.connect(lambda _at, _on: self._warn())
        self._group.button(0).setChecked(True)

    def value(self) -> str:
        return self._codes[max(0, self._group.checkedId())]

    def set_value(self, code: str) -> None:
        self._group.button(self._codes.index(code)).setChecked(True)

    def arrive(self) -> None:
        self._warn()

    def focus_first(self) -> None:
        self._group.checkedButton().setFocus()

    def _warn(self) -> None:
        sentence = policy.region(self.value()).warning(self._school.stage.value())
        self.warning.setText(sentence)
        self.warning.setVisible(bool(sentence))


def _target_words(code: str, today: date) -> str:
    place = policy.region(code)
    ahead = [item for item in place.targets if item[0] > today]
    words = policy.target_sentence(policy.target_on(place, (), today))
    return f"{words}；{ahead[0][0].isoformat()} 起有新要求" if ahead else words
