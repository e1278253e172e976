"""The practice school's roster: names and classes for the desk, details and focus labels for the counsellor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from psyroom.practice.names import name_of, tripping
from psyroom.records.ids import new_id
from psyroom.records.students import LABELS
from psyroom.rules.identity import complete

PER_COHORT = 300
AREA = "439900"
"""No area of GB/T 2260 has this code, so no identity number made here is anybody's."""

Row = dict[str, Any]

_STREETS = ("青山路", "河东街", "新民村", "石桥镇老街", "塘湾组", "迎宾大道")
_ETHNICITIES = ("汉族",) * 17 + ("土家族", "苗族", "侗族")
_LABEL_WEIGHTS = {"left_behind": 8, "single_parent": 5, "poor": 6, "divorced": 4, "grandparents": 4, "remarried": 2}


@dataclass
class Pupils:
    """Rows by table. `students` keeps the order of classes."""

    students: list[Row] = field(default_factory=list)
    details: list[Row] = field(default_factory=list)
    labels: list[Row] = field(default_factory=list)
    questions: list[Row] = field(default_factory=list)

    def enrolled(self, year: int) -> list[Row]:
        """Those who had begun by a school year and are still present."""
        return [row for row in self.students if row["cohort"] <= year and row["status"] == "present"]


def class_sizes(times: int) -> list[int]:
    """How many pupils the classes of one cohort hold: ten of thirty, larger and more when the school is larger."""
    pupils = PER_COHORT * times
    classes = min(10 if times == 1 else -(-pupils // 40), 99)
    return [pupils // classes + (number < pupils % classes) for number in range(classes)]


def make_pupils(chance: Random, times: int, year: int, today: date) -> Pupils:
    """Three cohorts of a vocational school in school year `year`."""
    made = Pupils()
    rare = list(tripping())
    for cohort in (year - 2, year - 1, year):
        for class_no, size in enumerate(class_sizes(times), 1):
            twin = ("", "")
            for number in range(1, size + 1):
                sex = chance.choice(("m", "f"))
                name = name_of(chance, sex)
                if rare and number == 7:
                    name, sex = rare.pop(0)
                if number == size and class_no == 3:
                    name, sex = twin  # two children of one name in one class
                twin = (name, sex) if number == 4 else twin
                _add(made, chance, today, cohort, class_no, number, name, sex)
    _those_away(made, chance, today)
    _focus_labels(made, chance, today)
    for row in chance.sample(made.details, 4):
        row["id_doubtful"] = True
        question = {
            "student": row["id"],
            "field": "id_number",
            "reason": "身份证号与户口簿不一致，请核对",
            "settled": False,
        }
        made.questions.append({"id": new_id(), **question})
    return made


def _add(
    made: Pupils, chance: Random, today: date, cohort: int, class_no: int, number: int, name: str, sex: str
) -> None:
    student = new_id()
    born = date(cohort - 15, 9, 1) + timedelta(days=chance.randrange(-200, 365))
    serial = len(made.students) % 500 * 2 + (1 if sex == "m" else 0)
    id_number = complete(f"{AREA}{born:%Y%m%d}{serial:03d}")
    relation = chance.choices(("父亲", "母亲", "祖父", "祖母"), (9, 8, 1, 2))[0]
    guardian_sex = "m" if relation in ("父亲", "祖父") else "f"
    guardian = name_of(chance, guardian_sex)
    if relation == "父亲" and len(name) <= 3:
        guardian = name[0] + guardian[1:]
    made.students.append(
        {
            "id": student,
            "name": name,
            "sex": sex,
            "stage": "vocational",
            "cohort": cohort,
            "class_no": class_no,
            "number": f"{cohort}{class_no:02d}{number:02d}",
            "status": "present",
            "status_since": None,
        }
    )
    made.details.append(
        {
            "id": student,
            "born": born,
            "id_number": id_number,
            "id_doubtful": False,
            "registry_number": f"G{id_number}",
            "guardian": guardian,
            "guardian_relation": relation,
            "guardian_phone": f"1380{chance.randrange(1000):03d}0000",
            "phone": f"1390{chance.randrange(1000):03d}0000" if chance.random() < 0.4 else "",
            "address": f"练习县{chance.choice(_STREETS)}{chance.randrange(1, 200)}号",
            "ethnicity": chance.choice(_ETHNICITIES),
            "boarding": chance.random() < 0.7,
            "only_child": chance.random() < 0.3,
            "remark": "",
        }
    )


def _those_away(made: Pupils, chance: Random, today: date) -> None:
    for row in chance.sample(made.students, max(8, len(made.students) // 90)):
        row["status"] = chance.choices(("suspended", "moved"), (2, 1))[0]
        row["status_since"] = today - timedelta(days=chance.randrange(20, 90))


def _focus_labels(made: Pupils, chance: Random, today: date) -> None:
    rest = [label for label in LABELS if label not in _LABEL_WEIGHTS]
    for row in chance.sample(made.students, len(made.students) // 7):
        found = set(chance.choices(list(_LABEL_WEIGHTS), list(_LABEL_WEIGHTS.values()), k=chance.choice((1, 1, 1, 2))))
        if chance.random() < 0.15:
            found.add(chance.choice(rest))
        for label in sorted(found):
            since = today - timedelta(days=chance.randrange(10, 300))
            made.labels.append({"id": new_id(), "student": row["id"], "label": label, "detail": "", "since": since})
