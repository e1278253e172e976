"""设置 · 学期与校历: semesters, the month in which days are marked, and the question about years not yet announced."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from psyroom.errors import NotValid
from psyroom.rules import typed
from psyroom.rules.time import TermSpan, day_name, school_year_of, short_day
from psyroom.services import bookings, drafts, rooms, school
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.kit import Card, DayField, Field, NumberField, Row, RowList, TextField, button, day_words, primary, text
from psyroom.ui.pages.month import MonthView
from psyroom.ui.pages.settings_base import InPlace, Place, Section, heading
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

FORM = "settings-year"

HOLIDAYS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
"""全国年节及纪念日放假办法: the days off a year brings; 中秋 may fall into 国庆."""

OWN_BREAKS = ("寒假", "暑假")


class TermsSection(Section):
    KEY = "calendar"
    KINDS = frozenset({"term", "calendar_day", "calendar_year", "school"})

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "学期与校历", "周次从开学那一周的星期一算起，放假也照样往下数。")
        self.rows = RowList()
        self.add(self.rows)
        self.place = Place()
        self.add(self.place)
        self.add_button = button("添加学期", self._open_new, icon_name="plus")
        self.put_row(self.add_button)
        self._questions = QVBoxLayout()
        self._questions.setSpacing(SPACE)
        self.body.addLayout(self._questions)
        told = "法定节假日和调休已按国务院通知标好。学校自己放假或上课的日子，点一下那天就行，再点一下恢复。"
        self.add(heading("校历", told))
        self.month = MonthView(self.room.today())
        self.month.toggled.connect(self._toggle)
        self.add(self.month)
        self.fallen = text("", "warning")
        self.add(self.fallen)
        self.fallen.hide()
        self.questions: dict[int, YearQuestion] = {}

    # ---- semesters

    def show_school(self, now: SchoolContext) -> None:
        current = now.term_on(self.today)
        rows = []
        for term in reversed(now.terms):
            here = term.code == current.code
            rows.append(
                Row(
                    term.name,
                    f"{day_words(term.starts)} 开学 · {term.weeks} 周 · 到 {day_words(term.ends)}",
                    icon="calendar-blank",
                    stripe="accent" if here else "",
                    tags=(("本学期", "accent"),) if here else (),
                    more=(("修改", partial(self._open_change, term)),),
                )
            )
        self.rows.set_rows(rows)
        self.month.show_calendar(now.calendar)
        self._ask_years(now, current)

    def _open_new(self) -> None:
        now = school.context(self.room)
        last = now.terms[-1] if now.terms else None
        form = InPlace("添加学期", "添加", lambda: self._save(form))
        self._fields(form, _next_start(last) if last else self.today, last.weeks if last else 20)
        self.place.open(form)

    def _open_change(self, term: TermSpan) -> None:
        form = InPlace(term.name, "保存", lambda: self._save(form, term))
        self._fields(form, term.starts, term.weeks)
        self.place.open(form)

    def _fields(self, form: InPlace, starts: date, weeks: int) -> None:
        day = DayField("如 9.1", today=self.room.today)
        day.set_value(starts)
        count = NumberField("如 20")
        count.set_value(weeks)
        which = text("", "soft")

        def told() -> None:
            value = day.value()
            which.setText(f"这是 {_name_of(value)}" if isinstance(value, date) else "")

        day.edited.connect(told)
        told()
        form.row(
            ("starts", Field("开学日期（学生到校上课的第一天）", day)),
            ("weeks", Field("共几周", count)),
            stretch=(3, 2),
        )
        form.put(which)

    def _save(self, form: InPlace, term: TermSpan | None = None) -> None:
        form.clear_problems()
        values = form.values()
        if not isinstance(values["starts"], date):
            form.show_problems(NotValid({"starts": "请填开学日期，如 2027-02-22"}))
            return
        if not isinstance(values["weeks"], int):
            form.show_problems(NotValid({"weeks": "请填周数，如 20"}))
            return

        def deed() -> str:
            fields = rooms.term_of(values["starts"], values["weeks"])
            named = {"year": term.year, "half": term.half} if term else {"year": fields.year, "half": fields.half}
            return school.set_term(self.room, {"starts": fields.starts, "weeks": fields.weeks, **named})

        if self.shell.attempt(deed, form=form, say="学期已保存", kinds=("term",)):  # type: ignore[arg-type]
            self.place.shut()

    # ---- days

    def _toggle(self, day: date) -> None:
        now = school.context(self.room).calendar
        mark = None if day in now.own else not now.is_school_day(day)
        after = "恢复照公历和通知" if mark is None else "上课" if mark else "放假"
        done = self.shell.attempt(
            lambda: school.set_day(self.room, day, mark),
            say=f"{short_day(day)}：{after}",
            kinds=("calendar_day",),
        )
        if done:
            self._warn(day)

    def _warn(self, day: date) -> None:
        """On a day of lessons the counsellors teach again: bookings that fall into theirs are named."""
        fallen = [words for words in bookings.in_own_lessons(self.room) if words.startswith(day_name(day))]
        self.fallen.setText("这些预约落在课上了，请另约时间：\n" + "\n".join(fallen) if fallen else "")
        self.fallen.setVisible(bool(fallen))

    # ---- years nobody has told yet

    def _ask_years(self, now: SchoolContext, current: TermSpan) -> None:
        years = {
            year for term in now.terms if term.ends >= current.starts for year in school.unanswered_years(now, term)
        }
        for year in list(self.questions):
            if year not in years:
                gone = self.questions.pop(year)
                gone.hide()
                gone.deleteLater()
        for year in sorted(years - set(self.questions)):
            question = self.questions[year] = YearQuestion(year, self._answer)
            self._questions.addWidget(question)
            if (kept := drafts.load(self.room, FORM, str(year))) is not None:
                question.unfold()
                question.put(kept)
            drafting.watch(question, partial(drafts.save, self.room, FORM, str(year)))

    def _answer(self, year: int, off: list[date], on: list[date], form: YearQuestion) -> None:
        def deed() -> None:
            school.answer_year(self.room, year, off, on)
            drafts.discard(self.room, FORM, str(year))

        watched: list[drafting.Draft] = list(form.findChildren(drafting.Draft))
        for draft in watched:
            draft.forget()
        self.shell.attempt(
            deed,
            form=form,  # type: ignore[arg-type]
            say=f"{year} 年的放假安排已记下",
            kinds=("calendar_year", "calendar_day"),
        )


def _name_of(starts: date) -> str:
    half = 2 if 2 <= starts.month <= 7 else 1
    year = school_year_of(starts)
    return TermSpan(f"{year}-{half}", year, half, starts, 1).name


def _next_start(last: TermSpan) -> date:
    """A guess to be corrected: after a winter holiday of four weeks, or the first of September."""
    if last.half == 1:
        return last.ends + timedelta(days=29)
    return date(last.year + 1, 9, 1)


class YearQuestion(Card):
    """Amber: a year beyond the holiday library. The school says from when to when it is off, and its make-up days."""

    edited = Signal()

    def __init__(self, year: int, answer: Callable[[int, list[date], list[date], YearQuestion], object]) -> None:
        super().__init__(tone="amber")
        self.year, self._answer = year, answer
        top = QHBoxLayout()
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(text(f"请确认 {year} 年的节假日安排", "strong"))
        words.addWidget(
            text(f"程序里还没有 {year} 年的放假通知，现在暂按星期一至星期五上课来算，用到的数字旁都会注明。", "soft")
        )
        top.addLayout(words, 1)
        self.open_button = button("填写", self.unfold, small=True)
        top.addWidget(self.open_button)
        self.body.addLayout(top)
        self.editor = QWidget()
        self.editor.hide()
        self.add(self.editor)
        self.fields: dict[str, tuple[DayField, DayField]] = {}

    def unfold(self) -> None:
        self.open_button.hide()
        if not self.fields:
            self._build()
        self.editor.show()
        next(iter(self.fields.values()))[0].setFocus()

    def _build(self) -> None:
        column = QVBoxLayout(self.editor)
        column.setContentsMargins(0, SPACE, 0, 0)
        column.setSpacing(SPACE + 4)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE)
        grid.setVerticalSpacing(SPACE)
        middle = date(self.year, 7, 1)
        for at, name in enumerate((*HOLIDAYS, *OWN_BREAKS)):
            first, last = (DayField("从，如 5.1", today=lambda: middle), DayField("到，如 5.5", today=lambda: middle))
            first.setAccessibleName(f"{name}从")
            last.setAccessibleName(f"{name}到")
            self.fields[name] = (first, last)
            row, side = at // 2, (at % 2) * 5
            for place, widget in enumerate((text(name, wrap=False), first, text("到", "soft", wrap=False), last)):
                grid.addWidget(widget, row, side + place)
        grid.setColumnMinimumWidth(4, SPACE * 2)
        for field in (field for pair in self.fields.values() for field in pair):
            field.edited.connect(self.edited.emit)
        column.addLayout(grid)
        self.make_up = TextField("周末调休上课的日子，用空格隔开，如 2.6 2.20 10.9")
        self.make_up.edited.connect(self.edited.emit)
        column.addWidget(Field("调休上课", self.make_up))
        self._stray = text("", "error")
        self._stray.hide()
        column.addWidget(self._stray)
        row_ = QHBoxLayout()
        row_.addWidget(primary(f"确认 {self.year} 年", self._read))
        row_.addWidget(button("没有要填的，就按周一至周五", lambda: self._answer(self.year, [], [], self)))
        row_.addStretch(1)
        column.addLayout(row_)
        column.addWidget(text("没有的就空着；以后还可以在下面的校历上一天一天改。", "small"))

    def values(self) -> dict[str, Any]:
        """What stands in the editor, as it was typed."""
        spans = {name: [first.text(), last.text()] for name, (first, last) in self.fields.items()}
        return {"spans": spans, "make_up": self.make_up.text()}

    def put(self, kept: dict[str, Any]) -> None:
        """Put back what was typed and not confirmed."""
        for name, (first, last) in kept["spans"].items():
            if name in self.fields:
                self.fields[name][0].set_value(first)
                self.fields[name][1].set_value(last)
        self.make_up.set_value(kept["make_up"])

    def _read(self) -> None:
        off, on = [], []
        for name, (first, last) in self.fields.items():
            span = self._span(name, first.value(), last.value())
            if span is None:
                return
            off += [day for day in span if day.weekday() < 5]
        for word in str(self.make_up.value()).replace("、", " ").replace("，", " ").replace(",", " ").split():
            day = typed.day(word, date(self.year, 7, 1))
            if day is None or day.year != self.year:
                self.say(f"调休上课里的“{word}”没有看懂，请写成 2.6 这样的日期")
                self.make_up.setFocus()
                return
            on.append(day)
        self._answer(self.year, [day for day in off if day not in on], on, self)

    def _span(self, name: str, first: Any, last: Any) -> list[date] | None:
        """The days from the first to the last; none where both are empty; None (and said) where they make no span."""
        if first is None and last is None:
            return []
        last = first if last is None else last
        wrong = not isinstance(first, date) or not isinstance(last, date) or last < first or (last - first).days > 80
        if wrong:
            self.say(f"{name}的起止日期没有看懂，请写成 5.1 到 5.5 这样")
            self.fields[name][0].setFocus()
            return None
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def say(self, sentence: str) -> None:
        self._stray.setText(sentence)
        self._stray.setVisible(bool(sentence))

    def show_problems(self, problem: NotValid) -> None:
        self.say("；".join(problem.fields.values()))
