"""学生: what do we know of this child? Class tree, find box, list, and one student with everything that happened."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from psyroom.services import drafts, merging, reading, students, timeline
from psyroom.services.school import SchoolContext, context
from psyroom.services.students import Entry
from psyroom.store.room import Room
from psyroom.ui import drafting, tokens
from psyroom.ui.kit import EmptyState, PageHeader, button, day_words, primary
from psyroom.ui.page import Page
from psyroom.ui.pages import students_card, students_talks, talk_roads
from psyroom.ui.pages.attached import Attachments
from psyroom.ui.pages.background import BackgroundCard, BackgroundForm
from psyroom.ui.pages.students_actions import MoveForm, SmallForm, StatusForm
from psyroom.ui.pages.students_find import MOST, FindPane, Unsaved
from psyroom.ui.pages.students_form import StudentForm
from psyroom.ui.pages.students_list import ALL, CLASS, DOUBT, GONE, GRADE, Branch, ClassTree
from psyroom.ui.pages.who_looked import WhoLooked
from psyroom.ui.tokens import SPACE
from psyroom.ui.window import Shell

KINDS = ("student", "student_detail", "student_label", "student_question")
"""What a deed of this page changes."""

WRITTEN = {
    "note", "note_student", "next_step", "addendum", "note_unlock", "attachment", "desk_word", "student_background",
    *students_talks.KINDS,
}  # fmt: skip
"""What else stands in a time line: a change of these leaves list and card as they are."""

SAID = {"suspended": "已登记休学", "moved": "已登记转出", "present": "已恢复在读", "removed": "已移除"}


class Here(Page):
    """The page: a list to find somebody in, and in its place a form, a merge or the import while one is under way."""

    def __init__(self, room: Room, shell: Shell) -> None:
        super().__init__(room, shell)
        self.stack = QStackedWidget()
        self.body.addWidget(self.stack, 1)
        self._chosen = ""
        self._soon = QTimer(self)  # a held arrow key runs down the list; the card follows when it rests
        self._soon.setSingleShot(True)
        self._soon.setInterval(40)
        self._soon.timeout.connect(lambda: self._show(self._chosen))
        self._build()
        self.refresh(set())

    # ---- building

    def _build(self) -> None:
        self.browse = QWidget()
        column = QVBoxLayout(self.browse)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        self.header = PageHeader("学生", "")
        if self.room.has_cases:
            self.import_button = button("导入名册", self.begin_import, icon_name="upload-simple", shortcut="Ctrl+I")
            self.add_button = primary("新增学生", self.begin_add, icon_name="plus", shortcut="Ctrl+N")
            self.header.add(self.import_button)
            self.header.add(self.add_button)
        column.addWidget(self.header)
        self.unsaved = Unsaved()
        self.unsaved.opened.connect(lambda about: self.begin_change(about) if about else self.begin_add())
        column.addWidget(self.unsaved)
        across = QHBoxLayout()
        across.setSpacing(SPACE * 2)
        self.tree = ClassTree()
        self.tree.picked.connect(self._on_branch)
        across.addWidget(self.tree)
        self.pane = FindPane()
        self.find_box, self.table = self.pane.box, self.pane.table
        self.pane.typed.connect(self._list)
        self.pane.chosen.connect(self._on_chosen)
        self.pane.opened.connect(lambda entry: self.show_student(entry.id))
        across.addWidget(self.pane, 1)
        self._noted = ""
        self.card = students_card.StudentCard()
        self.card.wanted.connect(self._on_wanted)
        self.card.settled.connect(self._on_settled)
        self.card.opened.connect(self._on_line)
        self.card.print_wanted.connect(self._print_lines)
        across.addWidget(self.card)
        column.addLayout(across, 1)
        self.stack.addWidget(self.browse)
        self.empty = EmptyState(
            "student",
            "还没有学生",
            "把教务处的名册（xlsx、xls、csv 都可以）导进来，班级会自己排好；以后每学期再导一次，只改有变化的。"
            if self.room.has_cases
            else "名册由心理教师导入；导入后，这里可以按姓名、拼音首字母、班级找学生。",
            primary("从名册导入", self.begin_import, icon_name="upload-simple") if self.room.has_cases else None,
        )
        self.stack.addWidget(self.empty)
        self._fit()
        to_find = QShortcut(QKeySequence("Ctrl+F"), self)
        to_find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        to_find.activated.connect(self._to_find)

    def _fit(self) -> None:
        self.card.setFixedWidth(students_card.width())
        self.tree.setFixedWidth(tokens.now().px(158))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "card"):
            self._fit()

    # ---- what is shown

    @property
    def today(self) -> date:
        return self.room.today()

    def refresh(self, kinds: set[str]) -> None:
        """Students, bookings, visits or the school changed."""
        if self.stack.currentWidget() not in (self.browse, self.empty):
            return  # a form is open: nothing moves under it, `back` reads anew
        if kinds and not kinds & {*KINDS, "booking", "visit", "school", "grade_naming", "term"}:
            if kinds & WRITTEN and self.card.student:
                self.card.show_lines(timeline.of(self.room, self.card.student), self.today)
            return
        self._labels = students.labels_by_student(self.room)
        self._doubts = students.with_questions(self.room)
        everybody = students.everybody(self.room, also_gone=True)
        gone = sum(1 for entry in everybody if entry.left)
        self.stack.setCurrentWidget(self.browse if everybody else self.empty)
        here = {entry.id for entry in everybody}
        self._doubts = {student: count for student, count in self._doubts.items() if student in here}
        classes = students.classes_of(self.room)
        self.tree.show_classes(classes, doubts=len(self._doubts), gone=gone)
        self.header.set_question(f"在校 {len(everybody) - gone} 人，{len(classes)} 个班")
        self._list()
        self.unsaved.show_drafts(self.room)
        if self._chosen in here:
            self._show(self._chosen)
        else:
            self._show_nobody(len(self._doubts))

    def shown(self) -> None:
        if self.stack.currentWidget() is self.browse and not self.find_box.text():
            self.find_box.setFocus()

    def open(self, **target: Any) -> None:
        """`student`: that child's card. `new`: the form for a new one. `questions`: those with something to verify.
        `roster`: the way in for a file."""
        if self.stack.currentWidget() not in (self.browse, self.empty):
            self.back()
        if student := target.get("student"):
            self.show_student(str(student))
        elif target.get("new"):
            self.begin_add()
        elif target.get("roster"):
            self.begin_import()
        elif target.get("questions") and self._doubts:
            self.find_box.clear()
            self.tree.choose((DOUBT, ""))
            self._list()
            self.show_student(self.table.ids()[0])

    def _list(self) -> None:
        words = self.pane.words()
        rows = students.find(self.room, words, limit=MOST) if words else self._of_branch(self.tree.branch())
        self.pane.show_rows(rows, self._labels, self._doubts, private=self.room.has_cases, chosen=self._chosen)

    def _of_branch(self, branch: Branch) -> list[Entry]:
        kind, key = branch
        if kind == GONE:
            return [e for e in students.everybody(self.room, also_gone=True) if e.left]
        everybody = students.everybody(self.room)
        if kind == ALL:
            return everybody
        if kind == DOUBT:
            return [e for e in students.everybody(self.room, also_gone=True) if e.id in self._doubts]
        return [e for e in everybody if (e.grade if kind == GRADE else e.class_key) == key and kind in (GRADE, CLASS)]

    def _on_branch(self, _branch: Branch) -> None:
        self.pane.clear_silently()
        self._list()

    def _on_chosen(self, entry: Entry | None) -> None:
        if entry is not None and entry.id != self._chosen:
            self._chosen = entry.id
            self._soon.start()

    def show_student(self, student: str) -> None:
        """Bring a student's card to the front, and the list with it where it is not shown there."""
        entry = students.entry(self.room, student)
        self._chosen = student
        if student not in self.table.ids():
            self.find_box.clear()
            self.tree.choose((GONE, "") if entry.left else (CLASS, entry.class_key))
            self._list()
        self.table.choose_id(student)
        self._show(student)

    def _show(self, student: str) -> None:
        self._soon.stop()
        self._chosen = student
        whole = students.whole(self.room, student)
        lines = timeline.of(self.room, student)
        if not self.room.has_cases:
            self.card.show_student(whole, lines, self.today, may_change=False)
            return
        lamps = students_talks.TalksCard(self.room, self.shell, student)
        self.card.show_student(
            whole, lines, self.today, may_change=True, attached=self._private_parts(student), first=lamps
        )
        self._note_reading(student)

    def _private_parts(self, student: str) -> QWidget:
        """What only a counsellor sees of a student besides: the growth file, the attachments."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        column.addWidget(BackgroundCard(self.room, self.shell, student, lambda: self.begin_background(student)))
        self.attached = Attachments(self.room, self.shell, student=student)
        column.addWidget(self.attached)
        return holder

    def begin_background(self, student: str) -> None:
        """The form of the growth file in the page's place."""
        form = BackgroundForm(self.room, self.shell, student)
        form.gone.connect(self.back)
        self._cover(form)
        form.focus_first()

    def _note_reading(self, student: str) -> None:
        """Who looked is kept, off the window's path: the card never waits for the disk."""
        self.card.put_last(WhoLooked(lambda most: reading.of_student(self.room, student, most)))
        if student != self._noted:
            self._noted = student
            self.shell.run(self, lambda: reading.log(self.room, "record", student=student))

    def _show_nobody(self, doubts: int) -> None:
        self._chosen = ""
        lines = ["方向键在名单里上下走，资料和经过就在这里。", "Ctrl+K 在任何一页都能找学生。"]
        if doubts:
            lines.append(f"有 {doubts} 名学生的资料还要核实，在左边“待核实”里。")
        self.card.show_nobody(students_card.panel("选一名学生", "看他的资料、预约和来访。", *lines))

    def _on_line(self, line: timeline.Line) -> None:
        if line.kind == "attachment":
            self.attached.open(line.ref)
        elif line.note:
            self.shell.go("notes", note=line.note)
        elif talk_roads.leads(line.kind):
            talk_roads.follow(self.shell, line.kind, self._chosen, line.ref)
        else:
            self.shell.go("bookings", **{line.kind: line.ref})

    def _print_lines(self, kinds: tuple[str, ...]) -> None:
        from psyroom.ui.pages.students_timeline_print import leave_timeline

        self.leaving = leave_timeline(self.shell, self.room, self._chosen, kinds)

    # ---- the keyboard

    def _to_find(self) -> None:
        self.find_box.setFocus()
        self.find_box.selectAll()

    # ---- deeds on the chosen student

    def _on_wanted(self, what: str) -> None:
        if what == "edit":
            self.begin_change(self._chosen)
        elif what.startswith("note:"):
            self.shell.go("notes", student=self._chosen, kind=what.partition(":")[2])
        elif what == "merge":
            self.begin_merge(self._chosen)
        elif what == "move":
            entry = students.entry(self.room, self._chosen)
            form = MoveForm(self.school(), self.today, (entry.stage, entry.cohort), self._move)
            self._action(form)
            form.focus_first()
        else:
            ask_date = StatusForm(what, self.room.today, lambda since: self._set_status(what, since))
            self._action(ask_date)
            ask_date.focus_first()

    def _action(self, form: SmallForm) -> None:
        form.gone.connect(self.card.hide_action)
        self._small = form
        self.card.show_action(form)

    def _set_status(self, status: str, since: date) -> None:
        student, name = self._chosen, students.name_of(self.room, self._chosen)
        self.shell.attempt(
            lambda: students.set_status(self.room, student, status, since),
            form=self._small,  # type: ignore[arg-type]
            say=f"{SAID[status]}：{name}",
            kinds=KINDS,
        )

    def _move(self, stage: str, cohort: int, class_no: int) -> None:
        student, name = self._chosen, students.name_of(self.room, self._chosen)
        to = self.school().class_name(stage, cohort, class_no, self.today)
        self.shell.attempt(
            lambda: students.move_class(self.room, student, stage, cohort, class_no),
            form=self._small,  # type: ignore[arg-type]
            say=f"{name}已调到{to}",
            kinds=KINDS,
        )

    def _on_settled(self, question: str) -> None:
        self.shell.attempt(lambda: students.settle_question(self.room, question), say="已核实", kinds=KINDS)

    def school(self) -> SchoolContext:
        return context(self.room)

    # ---- a form in the page's place

    def _cover(self, widget: QWidget) -> None:
        self.stack.addWidget(widget)
        self.stack.setCurrentWidget(widget)

    def back(self) -> None:
        """To the list; what was typed is kept as a draft first."""
        covering = self.stack.currentWidget()
        if covering is None or covering in (self.browse, self.empty):
            return
        if hasattr(covering, "flush"):
            covering.flush()
        self.stack.setCurrentWidget(self.browse)
        self.stack.removeWidget(covering)
        covering.deleteLater()
        self.refresh(set())
        self.table.setFocus() if self._chosen else self.find_box.setFocus()

    def begin_add(self) -> None:
        """The form for a new student; the unsaved one of last time is offered."""
        form = StudentForm(
            self.school(), self.today, lambda name: students.same_name(self.room, name), lambda: self._save_new(form)
        )
        kind, key = self.tree.branch()
        member = next((e for e in self._of_branch((kind, key))), None) if kind in (CLASS, GRADE) else None
        if member is not None:  # a new child of the class one looks at
            form.desk.set_values({"cohort": (member.stage, member.cohort)})
            form.desk.set_values({"class_no": member.class_no}) if kind == CLASS else None
        form.twin_opened.connect(self._open_twin)
        self._with_draft(form, "")

    def _with_draft(self, form: StudentForm, about: str) -> None:
        form.gone.connect(self.back)
        kept, at = drafts.load(self.room, students.FORM, about), drafts.kept_at(self.room, students.FORM, about)
        if kept is not None and at is not None:
            when = at.astimezone()
            form.offer_draft(
                f"{day_words(when.date())} {when:%H:%M}",
                lambda: form.set_values(kept),
                lambda: drafts.discard(self.room, students.FORM, about),
            )
        form.draft = drafting.watch(form, lambda values: drafts.save(self.room, students.FORM, about, values))
        self._cover(form)
        form.focus_first()

    def _open_twin(self, student: str) -> None:
        """It is somebody who is there already: the form goes, its draft stays."""
        self.back()
        self.show_student(student)

    def _save_new(self, form: StudentForm) -> None:
        form.clear_problems()
        outcome = self.shell.attempt(
            lambda: students.add(self.room, form.desk_values(), form.private_values(), form.chosen_labels()),
            form=form,  # type: ignore[arg-type]
        )
        if outcome:
            self._saved(form, outcome.result, f"已新增：{students.name_of(self.room, outcome.result)}")

    def begin_change(self, student: str) -> None:
        if not student or not self.room.has_cases:
            return
        form = StudentForm(
            self.school(),
            self.today,
            lambda _name: (),
            lambda: self._save_change(form, student),
            whole=students.whole(self.room, student),
        )
        self._with_draft(form, student)

    def _save_change(self, form: StudentForm, student: str) -> None:
        form.clear_problems()
        outcome = self.shell.attempt(
            lambda: students.change(
                self.room, student, form.desk_values(), form.private_values(), form.chosen_labels()
            ),
            form=form,  # type: ignore[arg-type]
        )
        if outcome:
            self._saved(form, student, f"已保存：{students.name_of(self.room, student)}")

    def _saved(self, form: StudentForm, student: str, words: str) -> None:
        if form.draft is not None:
            form.draft.forget()
        self._chosen = student
        self.back()
        self.show_student(student)
        self.shell.tell_changed(*KINDS)
        self.shell.toast(words, undo=True)

    def begin_merge(self, student: str) -> None:
        from psyroom.ui.pages.students_merge import MergeView

        view = MergeView(self.room, student, self.today)
        view.gone.connect(self.back)
        view.merge.connect(self._merge)
        self._cover(view)
        view.focus_first()

    def _merge(self, keep: str, other: str) -> None:
        name = students.name_of(self.room, keep)
        if self.shell.attempt(lambda: merging.merge(self.room, keep, other)):
            self._chosen = keep
            self.back()
            self.show_student(keep)
            self.shell.tell_changed(*KINDS, "booking", "visit")
            self.shell.toast(f"两条“{name}”已合成一条", undo=True)

    def begin_import(self) -> None:
        """The roster from a file, step by step in the page's place."""
        from psyroom.ui.pages.students_import import ImportView

        view = ImportView(self.room, self.shell)
        view.gone.connect(self.back)
        self._cover(view)
        view.begin()
