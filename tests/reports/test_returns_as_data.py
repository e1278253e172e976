"""A return is a file: what it names must exist and be open, and every figure knows its records."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from psyroom.errors import NoSuchReturn
from psyroom.paths import resource
from psyroom.reports import definition, filling
from psyroom.reports.filling import Fact, Facts, ListRow
from psyroom.reports.tables import Figure, hours

RAW: dict[str, Any] = json.loads(resource("returns", "opening-summary.json").read_text("utf-8"))


def test_what_ships_is_allowed() -> None:
    assert "opening-summary" in [d.code for d in definition.definitions()]
    assert definition.definition("opening-summary").title == "心理辅导室开放与辅导情况学期汇总"
    with pytest.raises(NoSuchReturn):
        definition.definition("no-such")


@pytest.mark.parametrize(
    "change",
    [
        {"across": "visit.student"},
        {"across": "student.name"},
        {"down": "student_detail.guardian_phone"},
        {"where": {"student_label.label": ["poor"]}},
        {"across": "booking.name"},
        {"across": "visit.nothing"},
        {"across": "case.note"},
    ],
)
def test_a_return_that_names_a_private_or_unknown_field_is_refused(change: dict[str, Any]) -> None:
    raw = copy.deepcopy(RAW)
    raw["tables"][1].update(change)
    with pytest.raises(definition.NotAllowed):
        definition.parse(raw)


def test_a_list_column_may_not_be_private_either() -> None:
    raw = copy.deepcopy(RAW)
    raw["tables"][0]["columns"].append({"measure": "student.name", "title": "姓名"})
    with pytest.raises(definition.NotAllowed):
        definition.parse(raw)


def facts() -> Facts:
    def visit(number: int, client: str, person: str, sex: str = "", size: int = 1, channel: str = "in_person") -> Fact:
        fields = {"visit.form": "group" if size > 1 else "individual", "visit.channel": channel, "visit.client": client}
        return Fact(
            f"v{number}", {**fields, "student.sex": sex, "student.grade": "七年级" if sex else ""}, size, person
        )

    visits = [
        visit(1, "student", "s1", "m"),
        visit(2, "student", "s1", "m", channel="telephone"),
        visit(3, "student", "s2", "f"),
        visit(4, "parent", "p1"),
        visit(5, "group", "", size=12),
    ]
    bookings = [Fact(f"b{n}", {"booking.outcome": o}) for n, o in enumerate(["arrived", "arrived", "no_show", "open"])]
    rows = [ListRow("1", {"week": "1", "open": hours(100)}, {"open": (("o1", 60), ("o2", 40))})]
    total = ListRow("total", {"open": hours(100, adds="above")}, {"open": (("o1", 60), ("o2", 40))})
    return Facts(
        {"weeks": rows},
        {"weeks": total},
        {"visits": visits, "bookings": bookings},
        {"student.grade": {"七年级": "七年级"}},
    )


def test_times_people_and_outcomes_add_up_and_lead_to_their_records() -> None:
    filled = filling.fill(
        definition.definition("opening-summary"), facts(), {"school": "青山学校", "span": "2026", "day": "今天"}
    )
    figures = {
        cell.id: cell
        for sheet in filled.sheets
        for table in sheet.tables
        for row in table.rows
        for cell in row.cells
        if isinstance(cell, Figure)
    }
    assert set(figures) == set(filled.traces)
    for id, figure in figures.items():
        added = sum(part for _, part in filled.traces[id])
        assert figure.value == (added / 60 if id.startswith("opening/") else added), id
    value = {id: figure.value for id, figure in figures.items()}
    assert (value["client/student/times"], value["client/student/people"]) == (3, 2)
    assert (value["client/group/times"], value["client/all/times"], value["client/all/people"]) == (12, 16, 3)
    assert "client/group/people" not in value  # who came to a group is not known one by one
    assert (value["form/individual.telephone/times"], value["form/all.all/times"]) == (1, 16)
    assert (value["sex/m/times"], value["sex/m/people"], value["sex/f/times"], value["sex/all/people"]) == (2, 1, 1, 2)
    assert (
        value["outcome/all/times"]
        == 4
        == sum(v for id, v in value.items() if id.startswith("outcome/") and "/all/" not in id)
    )
    assert value["outcome/no_show/times"] == 1 and filled.traces["outcome/no_show/times"] == (("b2", 1),)


def test_what_nobody_entered_has_its_own_column_so_that_sums_hold() -> None:
    some = facts()
    some.tallies["visits"].append(  # type: ignore[attr-defined]
        Fact("v9", {"visit.form": "individual", "visit.client": "student", "visit.channel": "online"}, 1, "s9")
    )
    filled = filling.fill(definition.definition("opening-summary"), some, {"school": "", "span": "", "day": ""})
    assert filled.traces["sex/-/times"] == (("v9", 1),)
    (sex,) = [t for s in filled.sheets for t in s.tables if "性别" in t.heading]
    assert [c.title for c in sex.columns] == ["项目", "男", "女", "未登记", "合计"]
