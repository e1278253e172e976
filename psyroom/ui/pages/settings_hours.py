"""设置 · 作息时间 and 开放目标: lesson bands by stage from a day on, and how much the room is to be open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.records.school import PERIODS, REGIONS
from psyroom.records.students import STUDENT_STAGES
from psyroom.rules import policy, typed
from psyroom.rules.periods import PeriodSpan
from psyroom.services import drafts, room_rules, rooms, school
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.kit import (
    Check,
    Choice,
    DayField,
    Field,
    Row,
    RowList,
    Tag,
    TextField,
    TimeField,
    button,
    day_words,
    quiet,
    text,
    tool,
)
from psyroom.ui.kit.flow import Flow, empty_layout
from psyroom.ui.pages.settings_base import InPlace, Place, Section
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

FORM = "settings-hours"

Band = tuple[int, int]

KIND_WORDS = {
    "lesson": "上课时间不算课外开放。",
    "study": "",
    "excluded": "午休管理、课间操之类，开着门也不算课外的时段。",
}


class BandsEditor(QWidget):
    """Rows of from–to; one may be added after the last, each may go."""

    edited = Signal()

    def __init__(self, bands: Sequence[Band], *, numbered: bool) -> None:
        super().__init__()
        self._numbered = numbered
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.rows: list[tuple[QWidget, QLabel, TimeField, TimeField]] = []
        for band in bands:
            self._add(band)
        self._more = button("加一节" if numbered else "加一段", self.add_next, icon_name="plus", small=True)
        holder = QHBoxLayout()
        holder.addWidget(self._more)
        holder.addStretch(1)
        self._column.addLayout(holder)

    def add_next(self) -> None:
        """A band after the last one: as long as it, after a break of ten minutes."""
        last = next((b for b in reversed(self.bands_read()) if b is not None), None)
        length = last[1] - last[0] if last else 40
        start = last[1] + 10 if last else 480
        fits = last is not None and start + length <= 1440
        fields = self._add((start, start + length) if fits else None)
        fields[0].setFocus()
        fields[0].selectAll()
        self.edited.emit()

    def _add(self, band: Band | None) -> tuple[TimeField, TimeField]:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        name = text("", "soft", wrap=False, tabular=True)
        name.setMinimumWidth(name.fontMetrics().horizontalAdvance("第 10 节") + SPACE)
        starts, ends = TimeField("如 800"), TimeField("如 845")
        for field, value in ((starts, band[0] if band else None), (ends, band[1] if band else None)):
            field.set_value(value)
            field.edited.connect(self.edited.emit)
        row.addWidget(name)
        row.addWidget(starts)
        row.addWidget(text("到", "soft", wrap=False))
        row.addWidget(ends)
        row.addWidget(tool("trash", "去掉这一节", lambda: self._remove(line)))
        row.addStretch(1)
        self.rows.append((line, name, starts, ends))
        self._column.insertWidget(len(self.rows) - 1, line)
        self._number()
        return starts, ends

    def _remove(self, line: QWidget) -> None:
        self.rows = [row for row in self.rows if row[0] is not line]
        line.hide()
        line.deleteLater()
        self._number()
        self.edited.emit()

    def _number(self) -> None:
        for at, (_, name, starts, ends) in enumerate(self.rows, 1):
            words = f"第 {at} 节" if self._numbered else f"第 {at} 段"
            name.setText(words)
            starts.setAccessibleName(f"{words}开始")
            ends.setAccessibleName(f"{words}结束")

    def typed(self) -> list[list[str]]:
        """What stands in the fields, as it was typed."""
        return [[starts.text(), ends.text()] for _, _, starts, ends in self.rows]

    def put(self, typed: Sequence[Sequence[str]]) -> None:
        """Put back what was typed."""
        for line, *_ in list(self.rows):
            self._remove(line)
        for starts, ends in typed:
            first, last = self._add(None)
            first.set_value(starts)
            last.set_value(ends)

    def bands_read(self) -> list[Band | None]:
        """Each row's band; None where it cannot be read."""
        found: list[Band | None] = []
        for _, _, starts, ends in self.rows:
            a, b = starts.value(), ends.value()
            found.append((a, b) if isinstance(a, int) and isinstance(b, int) else None)
        return found

    def value(self) -> list[Band]:
        """The bands; rows left empty do not count. Raises NotValid."""
        found = []
        for at, (_, _, starts, ends) in enumerate(self.rows, 1):
            a, b = starts.value(), ends.value()
            if a is None and b is None:
                continue
            if not isinstance(a, int) or not isinstance(b, int):
                (starts if not isinstance(a, int) else ends).setFocus()
                raise NotValid({"bands": f"第 {at} 行的时间没有看懂，请写成 800 或 8:00"})
            found.append((a, b))
        return found


class HoursSection(Section):
    help_topic = "openings"
    KEY = "hours"
    KINDS = frozenset({"period", "school"})

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "作息时间", "在校日的上课时间。改了作息，写清从哪天起，以前的周次照旧时间算。")
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE * 2)
        self.body.addLayout(self._list)
        self.place = Place()
        self.add(self.place)
        self.study = Check("晚自习时段开着门，算作课外开放")
        self.study.edited.connect(self._study)
        self.add(self.study)
        self._loading = False

    def show_school(self, now: SchoolContext) -> None:
        empty_layout(self._list)
        for kind, stage in self._groups(now):
            self._list.addWidget(self._block(now, kind, stage))
        self._loading = True
        self.study.set_value(now.study_counts)
        self._loading = False

    def _groups(self, now: SchoolContext) -> list[tuple[str, str]]:
        """Lessons by stage where there are two, night study, and what the school excludes."""
        several = now.stages if len(now.stages) > 1 else ("",)
        common = any(p.kind == "lesson" and not p.stage and p.holds_on(self.today) for p in now.periods)
        lesson = [("lesson", stage) for stage in (("", *several) if common and several != ("",) else several)]
        staged = sorted({p.stage for p in now.periods if p.kind == "study" and p.stage and p.holds_on(self.today)})
        study = [("study", stage) for stage in staged or [""]]
        return [*lesson, *study, ("excluded", "")]

    def _block(self, now: SchoolContext, kind: str, stage: str) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        top = QHBoxLayout()
        top.addWidget(text(self._name(kind, stage), "strong", wrap=False))
        top.addStretch(1)
        top.addWidget(button("修改", lambda: self.edit(kind, stage), small=True, tip=f"修改{self._name(kind, stage)}"))
        column.addLayout(top)
        bands = self.bands(now.periods, kind, stage, self.today)
        if bands:
            column.addWidget(Flow(*(Tag(self._band_words(kind, at, band)) for at, band in enumerate(bands, 1))))
        else:
            column.addWidget(text("没有", "soft"))
        if later := sorted(
            {p.since for p in now.periods if (p.kind, p.stage) == (kind, stage) and p.since > self.today}
        ):
            column.addWidget(text(f"{day_words(later[0])} 起另有一套时间", "warning"))
        return holder

    @staticmethod
    def _name(kind: str, stage: str) -> str:
        return f"{STUDENT_STAGES[stage]}{PERIODS[kind]}" if stage else PERIODS[kind]

    @staticmethod
    def _band_words(kind: str, at: int, band: Band) -> str:
        return (f"{at}  " if kind == "lesson" else "") + typed.span(*band)

    @staticmethod
    def bands(periods: Sequence[PeriodSpan], kind: str, stage: str, day: date) -> list[Band]:
        return sorted({(p.starts, p.ends) for p in periods if (p.kind, p.stage) == (kind, stage) and p.holds_on(day)})

    def edit(self, kind: str, stage: str) -> None:
        """Open the editor of one kind of bands."""
        now = school.context(self.room)
        form = InPlace(self._name(kind, stage), "保存作息时间", lambda: self._save(form, kind, stage))
        if KIND_WORDS[kind]:
            form.put(text(KIND_WORDS[kind], "soft"))
        self.editor = BandsEditor(self.bands(now.periods, kind, stage, self.today), numbered=kind == "lesson")
        self.editor.edited.connect(lambda: form.say(""))
        form.put(self.editor)
        since = DayField(today=self.room.today)
        since.set_value(self.today)
        form.row(("since", Field("从哪天起", since, "补录以前的作息时，写那时的日期。")))
        self._keep(form, f"{kind}/{stage}")
        self.place.open(form)

    def _keep(self, form: InPlace, about: str) -> None:
        """What was typed into the bands is kept like any form; left unsaved, it is put back and said."""
        editor, since = self.editor, form.fields["since"]

        def values() -> dict[str, Any]:
            day = since.value()
            return {"bands": editor.typed(), "since": day.isoformat() if isinstance(day, date) else ""}

        if (kept := drafts.load(self.room, FORM, about)) is not None:
            editor.put(kept["bands"])
            since.set_value(kept["since"])
            form.put(text("上次没有保存的内容已放回，看过后请保存；不要了就点取消。", "good"))
        form.values_kept = values
        self._draft = drafting.watch(form, lambda found: drafts.save(self.room, FORM, about, found))
        editor.edited.connect(form.edited.emit)
        form.gone.connect(self._draft.forget)
        form.gone.connect(lambda: drafts.discard(self.room, FORM, about))

    def _save(self, form: InPlace, kind: str, stage: str) -> None:
        form.clear_problems()
        since = form.fields["since"].value()
        try:
            bands = self.editor.value()
            if not isinstance(since, date):
                raise NotValid({"since": "请填日期，如 9.1"})
        except NotValid as problem:
            form.show_problems(problem)
            return

        def deed() -> None:
            school.set_periods(self.room, kind, bands, since, stage)
            drafts.discard(self.room, FORM, f"{kind}/{stage}")

        self._draft.forget()
        if self.shell.attempt(
            deed,
            form=form,  # type: ignore[arg-type]
            say="作息时间已保存",
            kinds=("period",),
        ):
            self.place.shut()

    def _study(self) -> None:
        if not self._loading:
            counts = self.study.value()
            self.shell.attempt(
                lambda: school.change_school(self.room, {"study_counts": counts}),
                say="晚自习算作课外开放" if counts else "晚自习不算课外开放",
                kinds=("school",),
            )


class TargetSection(Section):
    help_topic = "openings"
    KEY = "target"
    KINDS = frozenset({"target", "school", "term", "room_rules"})

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "开放目标", "每周课外要开多少小时：地区文件有规定的照文件，学校也可以自己定。")
        self.region = Choice(REGIONS, as_list=True)
        self.region.edited.connect(self._set_region)
        self.region_field = Field("地区", self.region)
        self.add(self.region_field)
        self.sentence = text("", "strong")
        self.add(self.sentence)
        self.region_words = text("", "soft")
        self.add(self.region_words)
        self.rows = RowList()
        self.add(self.rows)
        self.place = Place()
        self.add(self.place)
        self.own_button = button("学校自己定", self._open)
        self.clear_button = quiet("恢复地区的目标", self._clear)
        self.put_row(self.own_button, self.clear_button)
        self.each = Check("几个人同时值班时，每个人的时间分别计算")
        self.each.edited.connect(self._each)
        self.add(self.each)
        self.add(
            text("不勾选时，同一时间不论几个人在，只算一次。改了以后各周都按新的算法；已签字的周会列出更正。", "soft")
        )
        self._loading = False

    def show_school(self, now: SchoolContext) -> None:
        self._loading = True
        self.region.set_value(now.region)
        self.each.set_value(now.each_counts)
        self._loading = False
        self.region_field.set_hint(rooms.region_warning(now.region, now.stage), "warning")
        self.sentence.setText(f"现在：{policy.target_sentence(now.target_on(self.today))}")
        duty = policy.region(now.region).opening
        self.region_words.setText(duty.words if duty is not None else "这个地区的文件没有规定每周开放多少小时。")
        own = sorted(now.targets, reverse=True)
        self.rows.set_rows(
            [
                Row(
                    f"每周 {_hours(minutes)} 小时" if minutes is not None else "不设目标",
                    f"学校自定，自 {day_words(since)} 起",
                    icon="flag",
                    stripe="accent",
                )
                for since, minutes in own
            ]
        )
        self.rows.setVisible(bool(own))
        self.clear_button.setVisible(bool(own))

    def _set_region(self) -> None:
        if self._loading:
            return
        region = self.region.value()
        self.shell.attempt(
            lambda: school.change_school(self.room, {"region": region}),
            say=f"地区改为{REGIONS[region]}",
            kinds=("school",),
        )

    def _each(self) -> None:
        if not self._loading:
            counts = self.each.value()
            self.shell.attempt(
                lambda: room_rules.set_rules(self.room, {"each_counts": counts}),
                say="同时值班的几个人分别计时" if counts else "同时值班的几个人只算一次",
                kinds=("room_rules",),
            )

    def _open(self) -> None:
        form = InPlace("学校自己定的目标", "保存", lambda: self._save(form))
        since = DayField(today=self.room.today)
        since.set_value(self.today)
        hours = TextField("如 15 或 7.5；不设目标就空着")
        form.row(
            ("hours", Field("每周课外开放几小时", hours)),
            ("since", Field("从哪天起", since, "以前的周次仍按原来的目标。")),
        )
        self.place.open(form)

    def _save(self, form: InPlace) -> None:
        form.clear_problems()
        values = form.values()
        problems = {}
        minutes: int | None = None
        if values["hours"]:
            try:
                minutes = round(float(str(values["hours"]).replace("小时", "")) * 60)
            except ValueError:
                problems["hours"] = "请填小时数，如 15 或 7.5"
        if not isinstance(values["since"], date):
            problems["since"] = "请填日期，如 9.1"
        if problems:
            form.show_problems(NotValid(problems))
            return
        if self.shell.attempt(
            lambda: school.set_target(self.room, values["since"], minutes),
            form=form,  # type: ignore[arg-type]
            say="开放目标已保存",
            kinds=("target",),
        ):
            self.place.shut()

    def _clear(self) -> None:
        self.shell.attempt(lambda: school.clear_targets(self.room), say="已恢复地区的目标", kinds=("target",))


def _hours(minutes: int) -> str:
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")
