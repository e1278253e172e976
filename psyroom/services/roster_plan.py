"""What an import would do, worked out before anything is written: row by row, field by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psyroom.intake.children import Row
from psyroom.intake.classing import Spelling
from psyroom.intake.columns import Column
from psyroom.intake.header import FIELDS
from psyroom.intake.problem import Problem
from psyroom.intake.roster import RosterRead
from psyroom.records.fields import label_of
from psyroom.records.ids import new_id
from psyroom.records.students import LABELS, SEXES, STATUSES, StudentDetailFields, StudentFields
from psyroom.rules import classes
from psyroom.rules.time import school_year_of
from psyroom.services.roster_match import Known, Match, Matcher, differences, wanted
from psyroom.services.school import SchoolContext
from psyroom.store.questions.roster import DESK, DETAIL, Stored

KINDS = {"new": "新增", "changed": "改动", "unchanged": "不变", "repeated": "重复", "refused": "没有导入"}
_PLACE = ("stage", "cohort", "class_no")


@dataclass(frozen=True, repr=False)
class Change:
    """One field of one child: its label, what stands there, what will stand there."""

    field: str
    label: str
    before: str
    after: str


@dataclass(repr=False)
class Item:
    """One row of the file and what becomes of it. `kind` is a key of KINDS; `problems` refused it or are asked."""

    kind: str
    sheet: str
    row: int
    name: str
    class_name: str
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    student: str = ""

    @property
    def asked(self) -> bool:
        return self.kind != "refused" and bool(self.problems)


@dataclass(repr=False)
class Writes:
    """The rows a deed will write, by table; new rows hold only what is said, the rest are the records' defaults."""

    students: list[dict[str, Any]] = field(default_factory=list)
    details: list[dict[str, Any]] = field(default_factory=list)
    desk_changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    detail_changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    labels: list[dict[str, Any]] = field(default_factory=list)
    label_details: dict[str, str] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)
    namings: dict[str, str] = field(default_factory=dict)
    mapping: dict[str, str] | None = None

    @property
    def empty(self) -> bool:
        return not any(vars(self).values()) and self.mapping is None


@dataclass(repr=False)
class RosterPlan:
    """A dry run. `columns` as recognised (correct them by a mapping key → field), `spellings` still to be asked,
    `notes` about the whole file, `items` in the file's order, `by_class` the whole roster as it would be."""

    name: str
    columns: list[Column]
    spellings: list[Spelling]
    notes: list[str]
    digest: str
    headers: dict[str, list[str]]
    items: list[Item] = field(default_factory=list)
    by_class: dict[str, int] = field(default_factory=dict)
    writes: Writes = field(default_factory=Writes)
    cells: dict[tuple[str, int, str], list[Any]] = field(default_factory=dict)
    stamp: tuple[int, int] = (0, 0)

    def count(self, kind: str) -> int:
        return sum(1 for item in self.items if item.kind == kind)

    @property
    def problems(self) -> list[Problem]:
        return [problem for item in self.items for problem in item.problems]

    def as_json(self) -> dict[str, Any]:
        """The command line's answer."""
        counts = Counter(item.kind for item in self.items)
        return {
            **{kind: counts[kind] for kind in ("new", "changed", "unchanged", "repeated")},
            "problems": [problem.as_json() for problem in self.problems],
            "by_class": self.by_class,
        }


class Planner:
    """Works out a plan from what the file says and what is stored."""

    def __init__(self, read: RosterRead, stored: Mapping[str, Stored], school: SchoolContext, day: date) -> None:
        self.read, self.stored, self.school, self.day = read, stored, school, day
        self.year = school_year_of(day)
        self.plan = RosterPlan(read.name, read.columns, read.spellings, read.notes, read.digest, read.headers)
        self.namings = {**{stage: school.style(stage) for stage in school.stages}, **self._new_namings()}
        self._names: dict[tuple[Any, ...], str] = {}

    def make(self) -> RosterPlan:
        matcher = Matcher([Known(s.id, dict(s.values)) for s in self.stored.values()])
        matcher.file_names = Counter((r.name, *wanted(r).place) for r in self.read.rows)
        items: list[tuple[Item, Row]] = []
        met: list[tuple[Item, Known, Match]] = []
        for row in self.read.rows:
            item = self._item(row)
            items.append((item, row))
            match = matcher.find(row)
            if match.refuse:
                self._refuse(item, *match.refuse)
            elif match.known is not None and match.known.row is not None:
                self._again(item, row, match.known, match)
            else:
                known = match.known
                if known is None:
                    known = wanted(row)
                    known.id = new_id()
                    matcher.add(known)
                known.row = row
                met.append((item, known, match))
        for item, known, match in met:
            if known.stored:
                self._changed(item, known, match)
            else:
                self._new(item, known)
        for row in self.read.refused:
            item = self._item(row)
            item.kind, item.problems = "refused", list(row.problems)
            items.append((item, row))
        self._in_order(items)
        self._count(matcher)
        return self.plan

    def _in_order(self, items: list[tuple[Item, Row]]) -> None:
        sheets = {name: number for number, name in enumerate(self.plan.headers)}
        items.sort(key=lambda pair: (sheets.get(pair[0].sheet, 0), pair[0].row))
        self.plan.items = [item for item, _ in items]
        for item, row in items:
            if item.problems:
                self.plan.cells[(item.sheet, item.row, item.name)] = row.cells

    # ---- rows -----------------------------------------------------------------------------------------------------

    def _item(self, row: Row) -> Item:
        found = row.found
        name = self._class_name(found.stage, found.cohort, found.class_no) if found else ""
        return Item("new", row.sheet, row.row, row.name, name, problems=list(row.problems))

    def _refuse(self, item: Item, code: str, reason: str) -> None:
        item.kind = "refused"
        item.problems = [Problem(item.row, item.sheet, code, False, reason, item.name)]

    def _again(self, item: Item, row: Row, known: Known, match: Match) -> None:
        """A child that this file has named before: the same again, or two rows that say different things."""
        first = known.row
        assert first is not None
        said = wanted(first)
        differ = differences(said, wanted(row))
        if said.place != wanted(row).place:
            differ.append("class")
        if differ:
            words = "、".join(
                dict.fromkeys(
                    FIELDS.get(code, LABELS.get(code, code)) for code in differ if code not in ("id_doubtful", *_PLACE)
                )
            )
            where = f"第 {first.row} 行" if first.sheet == row.sheet else f"“{first.sheet}”第 {first.row} 行"
            self._refuse(item, "name", f"与{where}{match.because}，但{words}不同，没有导入，请核实后只留一行")
            return
        item.kind, item.problems, item.student = "repeated", [], known.id
        for code, value in row.values.items():  # the second row may know more
            if value not in (None, "") and first.values.get(code) in (None, ""):
                first.values[code] = value
        for label, detail in row.labels.items():
            first.labels[label] = first.labels.get(label) or detail

    def _new(self, item: Item, known: Known) -> None:
        row = known.row
        assert row is not None
        item.student = known.id
        values = {**row.defaults, **{c: v for c, v in row.values.items() if v is not None}}
        known.values = {**values, **{code: known.values[code] for code in _PLACE}}
        writes = self.plan.writes
        writes.students.append({"id": known.id, **{c: v for c, v in known.values.items() if c in DESK}})
        writes.details.append({"id": known.id, **{c: v for c, v in values.items() if c in DETAIL}})
        for label, detail_text in row.labels.items():
            writes.labels.append(_label(known.id, label, detail_text))
        self._ask(known.id, item, [])

    def _changed(self, item: Item, known: Known, match: Match) -> None:
        row, stored = known.row, self.stored[known.id]
        assert row is not None
        item.student = known.id
        if match.ask:
            item.problems.append(Problem(item.row, item.sheet, match.ask[0], True, match.ask[1], item.name))
        status = stored.values["status"]
        if status != "present":
            self._note(item, "name", f"名册里有这名学生，但房间里记的是“{STATUSES[status]}”，状态没有改，请核实")
        desk, detail = self._differences(item, row, stored)
        writes = self.plan.writes
        if desk:
            writes.desk_changes[known.id] = desk
        if detail and stored.has_detail:
            writes.detail_changes[known.id] = detail
        elif detail:
            writes.details.append({"id": known.id, **detail})
        self._labels(item, row, stored)
        known.values = {**stored.values, **desk, **detail}
        item.kind = "changed" if item.changes else "unchanged"
        self._ask(known.id, item, stored.questions, stored)

    def _differences(self, item: Item, row: Row, stored: Stored) -> tuple[dict[str, Any], dict[str, Any]]:
        desk: dict[str, Any] = {}
        detail: dict[str, Any] = {}
        found = row.found
        assert found is not None
        if (found.stage, found.cohort, found.class_no) != tuple(stored.values[code] for code in _PLACE):
            desk.update(stage=found.stage, cohort=found.cohort, class_no=found.class_no)
            left = self._class_name(*(stored.values[code] for code in _PLACE))
            item.changes.append(Change("class", "班级", left, item.class_name))
        for code, value in row.values.items():
            before = stored.values.get(code)
            if value in (None, "") or value == before or code == "id_doubtful":
                continue
            if (
                code == "id_number"
                and row.values.get("id_doubtful")
                and before
                and not stored.values.get("id_doubtful")
            ):
                self._note(item, code, "原来的身份证号没有问题，仍保留原来的，请核实")
                continue
            if code == "remark" and before:
                if value in before:
                    continue
                value = f"{before}；{value}"
                if len(value) > 200:
                    self._note(item, code, "备注太长，放不下名册里的内容，仍保留原来的")
                    continue
            (desk if code in DESK else detail)[code] = value
            model = StudentFields if code in DESK else StudentDetailFields
            item.changes.append(Change(code, label_of(model, code), _text(code, before), _text(code, value)))
        if "id_number" in detail:
            doubtful = bool(row.values.get("id_doubtful"))
            if doubtful != bool(stored.values.get("id_doubtful")):
                detail["id_doubtful"] = doubtful
        return desk, detail

    def _labels(self, item: Item, row: Row, stored: Stored) -> None:
        """Labels come, and never go by an import: what a counsellor learned is not undone by a form."""
        for label, detail in row.labels.items():
            if label not in stored.labels:
                self.plan.writes.labels.append(_label(stored.id, label, detail))
                item.changes.append(Change(label, "关注类别", "", _label_text(label, detail)))
                continue
            place, before = stored.labels[label]
            if detail and detail != before:
                self.plan.writes.label_details[place] = detail
                item.changes.append(Change(label, "关注类别", _label_text(label, before), _label_text(label, detail)))
        for label in sorted(row.denied & set(stored.labels)):
            self._note(item, label, f"名册里写的不是“{LABELS[label]}”，原来标着“{LABELS[label]}”，没有去掉，请核实")

    def _note(self, item: Item, code: str, reason: str) -> None:
        item.problems.append(Problem(item.row, item.sheet, code, True, reason, item.name))

    def _ask(self, student: str, item: Item, known: list[tuple[str, str, bool]], stored: Stored | None = None) -> None:
        """Keep a row's questions with the child, each once; not where what is missing here is known already."""
        asked = {(code, reason) for code, reason, _ in known}
        for problem in item.problems:
            if (problem.field, problem.reason) in asked or _answered(problem, item, stored):
                continue
            asked.add((problem.field, problem.reason))
            self.plan.writes.questions.append(
                {
                    "id": new_id(),
                    "student": student,
                    "field": problem.field,
                    "reason": problem.reason[:120],
                    "settled": False,
                }
            )

    # ---- classes --------------------------------------------------------------------------------------------------

    def _new_namings(self) -> dict[str, str]:
        """How the school says its classes, from the file: only for a stage that has no students yet."""
        taken = {s.values["stage"] for s in self.stored.values()}
        said: dict[str, Counter[str]] = {}
        for row in self.read.rows:
            if row.found is not None and row.found.said and row.found.stage not in taken:
                said.setdefault(row.found.stage, Counter())[row.found.said] += 1
        styles = {stage: count.most_common(1)[0][0] for stage, count in said.items()}
        self.plan.writes.namings = {s: style for s, style in styles.items() if self.school.style(s) != style}
        return styles

    def _class_name(self, stage: str, cohort: int, class_no: int) -> str:
        key = (stage, cohort, class_no)
        if key not in self._names:
            self._names[key] = classes.class_name(
                *key, year=self.year, system=self.school.system, style=self.namings.get(stage, "grade")
            )
        return self._names[key]

    def _count(self, matcher: Matcher) -> None:
        """The whole roster as it would be: everybody present, in the order of classes."""
        people = [*matcher.people, *(known for known in matcher.added)]
        places = Counter(known.place for known in people if known.values.get("status", "present") == "present")

        def order(place: tuple[Any, Any, Any]) -> tuple[Any, ...]:
            return (*classes.grade_order(place[0], place[1], year=self.year, system=self.school.system), place[2])

        for place in sorted(places, key=order):
            key = classes.class_key(
                *place, year=self.year, system=self.school.system, style=self.namings.get(place[0], "grade")
            )
            self.plan.by_class[key] = self.plan.by_class.get(key, 0) + places[place]


def _answered(problem: Problem, item: Item, stored: Stored | None) -> bool:
    """Whether the child already has a value where this row's cell could not be read."""
    if stored is None or any(change.field == problem.field for change in item.changes):
        return False
    return "没有存" in problem.reason or "先留空" in problem.reason if stored.values.get(problem.field) else False


def _label(student: str, label: str, detail: str) -> dict[str, Any]:
    return {"id": new_id(), "student": student, "label": label, "detail": detail, "since": None}


def _label_text(label: str, detail: str) -> str:
    return f"{LABELS[label]}（{detail}）" if detail else LABELS[label]


def _text(code: str, value: Any) -> str:
    """A value as the preview shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if code == "sex":
        return SEXES.get(value, str(value))
    return value.isoformat() if isinstance(value, date) else str(value)
