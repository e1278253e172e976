"""设置 · 学校: name, campus, stage, system, and how the school says its classes. 房间 too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QGridLayout

from psyroom.records.school import NAMINGS, STAGES, SYSTEMS, SchoolFields
from psyroom.records.students import STUDENT_STAGES
from psyroom.services import drafts, school
from psyroom.services.school import SchoolContext
from psyroom.store.room import Room
from psyroom.ui.kit import Choice, Field, Form, Row, RowList, TextField, button, primary, quiet, text
from psyroom.ui.kit.flow import empty_layout
from psyroom.ui.pages.settings_base import InPlace, Place, Section, keep_draft
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

FORM = "settings-school"
FIELDS = ("name", "campus", "stage", "system")


class SchoolSection(Section):
    KEY = "school"
    KINDS = frozenset({"school", "grade_naming"})

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "学校", "印在每张表上的名称，和推算年级用的学段、学制。")
        self.form = Form(SchoolFields)
        self.form.add("name", "campus", stretch=(3, 2))
        stage = Choice(STAGES, as_list=True)
        self.form.add("stage", "system", controls={"stage": stage, "system": Choice(SYSTEMS)}, stretch=(3, 2))
        self.add(self.form)
        self.kept = text("", "good")
        self.kept.hide()
        self.add(self.kept)
        self.save_button = primary("保存", self._save, tip="保存学校资料")
        self.back_button = quiet("不改了", self._drop)
        self.put_row(self.save_button, self.back_button)
        self._naming = QGridLayout()
        self._naming.setHorizontalSpacing(SPACE * 2)
        self._naming.setVerticalSpacing(SPACE)
        self._naming.setColumnStretch(1, 1)
        self.naming_words = text("班级叫法", "strong")
        self.add(self.naming_words)
        self.body.addLayout(self._naming)
        self._draft = keep_draft(self.form, room, FORM, self._say_kept)
        self._touched = self.kept.text() != ""
        self.form.edited.connect(self._touch)
        self.namings: dict[str, Choice] = {}
        self._show_buttons()

    def _say_kept(self, words: str) -> None:
        self.kept.setText(words)
        self.kept.show()

    def _touch(self) -> None:
        self._touched = True
        self._show_buttons()

    def _show_buttons(self) -> None:
        self.save_button.setVisible(self._touched)
        self.back_button.setVisible(self._touched)

    def show_school(self, school: SchoolContext) -> None:
        if not self._touched:
            self.form.set_values({name: getattr(school, name) for name in FIELDS})
        self._show_namings(school)

    def _show_namings(self, now: SchoolContext) -> None:
        empty_layout(self._naming)
        self.namings = {}
        for at, stage in enumerate(now.stages):
            styles = {k: v for k, v in NAMINGS.items() if k != "high" or stage == "vocational"}
            choice = Choice(styles, as_list=True)
            choice.set_value(now.style(stage))
            choice.edited.connect(lambda stage=stage: self._name_classes(stage))
            choice.setAccessibleName(f"{STUDENT_STAGES[stage]}班级叫法")
            self.namings[stage] = choice
            self._naming.addWidget(text(STUDENT_STAGES[stage], "soft", wrap=False), at, 0)
            self._naming.addWidget(choice, at, 1)

    def _name_classes(self, stage: str) -> None:
        style = self.namings[stage].value()
        self.shell.attempt(
            lambda: school.set_naming(self.room, stage, style), say="班级叫法已改", kinds=("grade_naming", "student")
        )

    def _save(self) -> None:
        found: Any = self.form.read(region="national")
        if found is None:
            return
        values = {name: getattr(found, name) for name in FIELDS}

        def deed() -> None:
            school.change_school(self.room, values)
            drafts.discard(self.room, FORM)

        self._draft.forget()
        was, self._touched = self._touched, False
        if self.shell.attempt(deed, form=self.form, say="学校资料已保存", kinds=("school", "student")):
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
        self.show_school(school.context(self.room))
        self._show_buttons()


class PlacesSection(Section):
    KEY = "places"
    KINDS = frozenset({"place"})

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell, "房间", "可以预约的房间。停用后不再出现在预约里，以前的预约照样看得到。")
        self.rows = RowList()
        self.add(self.rows)
        self.place = Place()
        self.add(self.place)
        self.add_button = button("添加房间", self._open, icon_name="plus")
        self.put_row(self.add_button)

    def show_school(self, now: SchoolContext) -> None:
        self.rows.set_rows(
            [
                Row(name, icon="door", more=(("停用", self._closer(place, name)),))
                for place, name, active in school.places(self.room)
                if active
            ]
        )

    def _closer(self, place: str, name: str) -> Callable[[], object]:
        return lambda: self.shell.attempt(
            lambda: school.close_place(self.room, place), say=f"“{name}”已停用", kinds=("place",)
        )

    def _open(self) -> None:
        form = InPlace("", "添加", lambda: self._add(form))
        form.row(("name", Field("房间名称", TextField("如 沙盘室", limit=20))))
        self.place.open(form)

    def _add(self, form: InPlace) -> None:
        form.clear_problems()
        if self.shell.attempt(
            lambda: school.add_place(self.room, form.values()["name"]),
            form=form,  # type: ignore[arg-type]
            say="房间已添加",
            kinds=("place",),
        ):
            self.place.shut()
