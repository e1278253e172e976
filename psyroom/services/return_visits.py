"""What the return of home visits is filled from: per student by class, or per teacher, as the region counts them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from psyroom.records.care import VISITED
from psyroom.reports.filling import ListRow, Parts
from psyroom.reports.tables import Content, count
from psyroom.rules.coverage import ClassLine
from psyroom.services.coverage import StudentLine
from psyroom.services.home_visits import HomeVisitSeen
from psyroom.services.home_visits_counted import CountedRow
from psyroom.services.return_known import Known, Table, each, many, rate_of, table_of

_COUNTED_AS = {"student": "每名学生", "teacher": "每位教师"}


def by_class(known: Known) -> Table | None:
    """Where each student is to be visited, or nothing is asked: a row for each class."""
    if known.counted.per != "student":
        return None
    rows = {row.student: row for row in known.counted.rows}

    def columns(known: Known, line: ClassLine, children: list[StudentLine]) -> dict[str, tuple[int, Parts]]:
        here = [rows[child.id] for child in children]
        done = [row for row in here if row.done]
        visits = [visit for row in here for visit in _of_student(known, row.student)]
        found = {
            "students": (len(here), each(row.student for row in here)),
            "done": (len(done), each(_first(known, _of_student(known, row.student)) for row in done)),
            "left": (len(here) - len(done), each(row.student for row in here if not row.done)),
        }
        return found | _forms(here, visits)

    return table_of(known, False, columns, ("done", "students"))


def of_school(known: Known) -> Table | None:
    """Where each teacher is to make visits: one row for the school."""
    if known.counted.per != "teacher":
        return None
    counted = known.counted
    done = [row for row in counted.rows if row.done]
    figures = {"done": (len(done), _summed(_first(known, _of_teacher(known, row.name)) for row in done))}
    figures |= {way: many(_ids(known.visits, way)) for way in VISITED}
    values: dict[str, Content] = {name: count(value) for name, (value, _) in figures.items()}
    asked = counted.of
    values["of"] = str(asked) if asked is not None else "—"
    values["left"] = str(max(asked - len(done), 0)) if asked is not None else "—"
    values["rate"] = rate_of({**figures, "of": (asked or 0, ())}, ("done", "of"))
    values["visits"] = count(len(known.visits))
    parts = {name: parts for name, (_, parts) in figures.items()} | {"visits": each(v.id for v in known.visits)}
    return [ListRow("school", values, parts)], ListRow("all", {})


def teachers(known: Known) -> Table | None:
    """Each teacher with the visits made."""
    if known.counted.per != "teacher":
        return None
    rows = []
    for at, row in enumerate(known.counted.rows, 1):
        visits = _of_teacher(known, row.name)
        parts = {way: each(_ids(visits, way)) for way in VISITED}
        values: dict[str, Content] = {way: count(row.forms[way]) for way in VISITED}
        values |= {"number": str(at), "who": row.name, "done": "是" if row.done else "否"}
        rows.append(ListRow(str(at), values, parts))
    return rows, ListRow("all", {})


def visits(known: Known) -> Table:
    """Each visit, the first first: when, to whom, how, by whom."""
    rows = [
        ListRow(
            visit.id,
            {
                "number": str(at),
                "day": visit.fields.day.isoformat(),
                "class": visit.class_name,
                "who": visit.name,
                "way": VISITED[visit.fields.way],
                "teachers": visit.fields.teachers,
            },
            student=visit.student,
        )
        for at, visit in enumerate(known.visits, 1)
    ]
    return rows, ListRow("all", {})


LISTS: dict[str, Callable[[Known], Table | None]] = {
    "visit_classes": by_class,
    "visit_school": of_school,
    "visit_teachers": teachers,
    "visits": visits,
}


def _of_student(known: Known, student: str) -> list[HomeVisitSeen]:
    return [visit for visit in known.visits if visit.student == student]


def _of_teacher(known: Known, name: str) -> list[HomeVisitSeen]:
    return [visit for visit in known.visits if name in visit.teachers]


def _first(known: Known, visits: Sequence[HomeVisitSeen]) -> str:
    """The first visit of a form that counts."""
    return next(visit.id for visit in visits if visit.fields.way in known.counted.counts)


def _ids(visits: Sequence[HomeVisitSeen], way: str) -> list[str]:
    return [visit.id for visit in visits if visit.fields.way == way]


def _forms(rows: Sequence[CountedRow], visits: Sequence[HomeVisitSeen]) -> dict[str, tuple[int, Parts]]:
    """The visits of each form."""
    return {way: (sum(row.forms[way] for row in rows), each(_ids(visits, way))) for way in VISITED}


def _summed(ids: Iterable[str]) -> Parts:
    """One visit may be the first of several teachers who went together."""
    found: dict[str, int] = {}
    for id in ids:
        found[id] = found.get(id, 0) + 1
    return tuple(found.items())


def rules_of_visits(known: Known) -> list[str]:
    """By whose rule it is counted."""
    counted = known.counted
    forms = "、".join(VISITED[way] for way in counted.counts)
    once = [known.on_list, "同一名学生家访几次按一人计，次数另列"] if counted.per == "student" else []
    if not counted.least:
        return [f"{counted.source}，按学生统计，各种形式分开列出", *once]
    said = [f"{_COUNTED_AS[counted.per]}每学期至少{counted.least}次，计入的形式：{forms}（{counted.source}）"]
    if counted.per == "teacher" and counted.of is None:
        said.append("学校还没有填教师人数，在“设置”里填好就能算完成率")
    return [*said, *once]
