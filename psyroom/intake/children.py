"""One row of a roster into one child's values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from psyroom.intake import values
from psyroom.intake.columns import Column, Table
from psyroom.intake.header import FIELDS, plain
from psyroom.intake.problem import Problem
from psyroom.intake.remarks import read_remark
from psyroom.intake.sheets import Cell, is_blank, shown
from psyroom.records.fields import about
from psyroom.records.students import LABELS, StudentDetailFields, StudentFields
from psyroom.rules.classes import ClassFound
from psyroom.rules.identity import born_of, check_digit_ok, kind_of

_LIMITS: dict[str, int] = {
    code: limit
    for model in (StudentFields, StudentDetailFields)
    for code in model.model_fields
    if (limit := about(model, code)["limit"])
}
_BOARDERS = frozenset(
    {
        "住校",
        "寄宿",
        "寄宿生",
        "住宿",
        "内宿",
        "住校生",
        "住读",
        "借宿",
        "全寄宿",
        "在校住宿",
        "校内住宿",
        "住宿生",
        "住",
    }
)
_DAY_PUPILS = frozenset({"走读", "走读生", "通校", "外宿", "通学", "不住校", "校外", "非寄宿", "不寄宿", "走"})
_NOTED = re.compile(r"(.*\S)\s*[（(\[【〔]\s*([^（(\[【〔]*?)\s*[）)\]】〕]")
_SAME = {"left_behind": "农村留守", "poor": "贫困"}
_ELSEWHERE = ("ignored", "serial", "name", "grade", "class", "entered", "stage", "id_kind")
_FOCUS = ("left_behind", "orphan", "single_parent", "poor", "disabled")


@dataclass
class Row:
    """A child as the file says it. Only what the file says is in `values`; an empty cell says nothing.

    `defaults` holds what an empty cell means for a child not yet known (a column of ticks); `labels` label → detail;
    `denied` labels the file says the child does not carry; `cells` the original row.
    """

    sheet: str
    row: int
    name: str
    found: ClassFound | None = None
    values: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)

    def ask(self, code: str, reason: str) -> None:
        self.problems.append(Problem(self.row, self.sheet, code, True, reason, self.name))


def _apart(name: str) -> tuple[str, str]:
    """A name and what stands in brackets behind it: 张三（单亲）. The name is read on the desk's side, and a note can say
    anything, so it goes to the remark. A single character (大, 小, 女) or a name in latin letters tells namesakes apart
    and stays."""
    found = _NOTED.fullmatch(name)
    if found is None or len(found[2]) < 2 or found[2].isascii():
        return name, ""
    return found[1].strip(), found[2]


class RowReader:
    """Knows a table's columns; reads row after row."""

    def __init__(self, table: Table, year: int) -> None:
        self.year = year
        self.columns = [c for c in table.columns if c.field not in _ELSEWHERE]
        self.plain_columns = [c for c in self.columns if not c.field.startswith("guardian")]
        self.family = [c for c in self.columns if c.field.startswith("guardian") or c.field == "second"]
        self.month: tuple[int, int] | None = None
        self.born_said = False
        kind = table.of("id_kind")
        self.kind_at = kind.index if kind else -1

    def name(self, cell: Cell) -> str:
        said = values.name(cell)
        return "" if said.replace(".", "").isdigit() or said in ("无", "-", "—", "/", "×") else said

    def read(self, child: Row, row: list[Cell]) -> None:
        self.month, self.born_said = None, False
        child.name, note = _apart(child.name)
        child.values["name"] = child.name
        self._limit(child, "name")
        if note:
            self._remark(child, note)
        for column in self.plain_columns:
            cell = row[column.index] if column.index < len(row) else ""
            if is_blank(cell):
                if column.field == "boarding" and self._ticks(column):
                    child.defaults["boarding"] = "走读" in column.key
                elif column.field == "only_child" and self._ticks(column):
                    child.defaults["only_child"] = False
                continue
            try:
                self._take(child, column, cell, row)
            except values.Unread as unread:
                child.ask(_stored(column.field), _said(column, unread.why))
        self._guardians(child, row)
        self._born_fits(child)

    def _ticks(self, column: Column) -> bool:
        return all(len(sample) == 1 for sample in column.samples) and bool(column.samples)

    def _take(self, child: Row, column: Column, cell: Cell, row: list[Cell]) -> None:
        code = column.field
        if code == "sex":
            if sex := values.sex(cell):
                child.values["sex"] = sex
        elif code in ("sex_m", "sex_f"):
            if values.yes(cell, yes_words=frozenset({"男", "女"})):
                child.values["sex"] = code[-1]
        elif code == "born":
            self._born(child, cell)
        elif code == "id_number":
            self._identity(child, cell, row)
        elif code == "registry_number":
            self._registry(child, cell)
        elif code == "number":
            said = self._number(code, cell)
            if kind := kind_of(said):  # some schools number their children by identity number: not for the desk's eyes
                code, said = kind, said.upper()
                if child.values.get(code, said) != said:
                    raise values.Unread(f"学号一栏填的是{FIELDS[code]}，与{FIELDS[code]}一栏不一致，没有存，请核实")
            self._text(child, code, said)
        elif code == "phone":
            self._text(child, code, self._number(code, cell))
        elif code == "ethnicity":
            said = values.uncoded(cell)
            self._text(child, code, "汉族" if said == "汉" else said)
        elif code == "address":
            self._text(child, code, " ".join(shown(cell).split()))
        elif code == "boarding":
            self._boarding(child, column, cell)
        elif code == "only_child":
            child.values[code] = values.yes(
                cell, yes_words=frozenset({"独生", "独生子女"}), no_words=frozenset({"非独生", "非独生子女"})
            )
        elif code in _FOCUS:
            self._label(child, code, cell)
        elif code == "remark":
            self._remark(child, cell)

    # ---- numbers ------------------------------------------------------------------------------------------------

    def _identity(self, child: Row, cell: Cell, row: list[Cell]) -> None:
        if values.spoiled(cell):
            raise values.Unread("身份证号被表格软件当作数字改过，后几位已经不对，没有存；请把这一列设成文本后重新填写")
        said = values.identity(cell)
        kind = values.uncoded(row[self.kind_at]) if 0 <= self.kind_at < len(row) else ""
        if kind and not any(word in kind for word in ("身份证", "户口", "居民")) or "港澳台" in kind:
            self._text(child, "id_number", said)  # a passport or a permit: no check digit to test
            return
        if said in ("无", "没有", "暂无", "-", "/"):
            return
        if len(said) > _LIMITS["id_number"]:
            raise values.Unread("身份证号多于 18 位，没有存，请核实后补上")
        if len(said) == 18 and check_digit_ok(said):
            child.values["id_number"] = said
        elif len(said) == 18 and said.isdigit() and said.endswith("000"):
            raise values.Unread("身份证号末三位是 000，像是被表格软件改过，没有存；请把这一列设成文本后重新填写")
        else:
            child.values["id_number"] = said
            child.values["id_doubtful"] = True
            why = "校验位不对" if len(said) == 18 and said[:17].isdigit() else "不是 18 位"
            child.ask("id_number", f"身份证号{why}，已照原样存下并标为待核实，请与户口簿核对")

    def _number(self, code: str, cell: Cell) -> str:
        """A telephone or a number; one that a spreadsheet has spoiled is not kept."""
        if values.spoiled(cell):
            raise values.Unread(f"{FIELDS[code]}被表格软件当作数字改过，没有存；请把这一列设成文本后重新填写")
        return values.digits(cell)

    def _registry(self, child: Row, cell: Cell) -> None:
        if values.spoiled(cell):
            raise values.Unread("学籍号被表格软件当作数字改过，后几位已经不对，没有存；请把这一列设成文本后重新填写")
        said = values.identity(cell)
        if said not in ("无", "没有", "暂无", "-", "/"):
            self._text(child, "registry_number", said)

    def _born(self, child: Row, cell: Cell) -> None:
        self.month = values.month(cell)
        self.born_said = True
        if self.month is None:
            child.values["born"] = values.day(cell, year=self.year + 1)

    def _born_fits(self, child: Row) -> None:
        """The birthday beside the one a sound identity number holds: that one completes 2012年3月, and stands for a child
        not yet known where the file says none; an impossible one is not replaced."""
        number, born = child.values.get("id_number", ""), child.values.get("born")
        sound = number and not child.values.get("id_doubtful") and check_digit_ok(number)
        inside = born_of(number) if sound else None
        if self.month and inside and (inside.year, inside.month) == self.month:
            child.values["born"] = inside
        elif self.month:
            child.ask("born", f"出生日期“{self.month[0]}年{self.month[1]}月”没有日，先留空，请补全年月日")
        elif inside and not self.born_said and self.year - 39 < inside.year <= self.year + 1:
            child.defaults["born"] = inside
        if born and inside and born != inside:
            child.ask("born", f"出生日期 {born} 与身份证号里的 {inside} 不一致，已照名册存下，请核实哪一个对")

    # ---- words --------------------------------------------------------------------------------------------------

    def _text(self, child: Row, code: str, said: str) -> None:
        if said:
            child.values[code] = said
            self._limit(child, code)

    def _limit(self, child: Row, code: str) -> None:
        limit = _LIMITS.get(code, 0)
        if limit and len(child.values[code]) > limit:
            child.values[code] = child.values[code][:limit]
            child.ask(code, f"{FIELDS[code]}太长，只存了前 {limit} 个字，请核实")

    def _boarding(self, child: Row, column: Column, cell: Cell) -> None:
        said = values.uncoded(cell)
        head = plain(column.key)
        if said in _BOARDERS | _DAY_PUPILS:
            child.values["boarding"] = said in _BOARDERS
            return
        answer = values.yes(cell, yes_words=_BOARDERS, no_words=_DAY_PUPILS)
        inverted = "走读" in head and not any(word in head for word in ("住", "寄", "就读"))
        child.values["boarding"] = (not answer) if inverted else answer

    def _label(self, child: Row, code: str, cell: Cell) -> None:
        """A focus label from a column of its own: yes or no, or the kind (视力残疾, 低保, 双亲留守儿童), kept with it."""
        said = values.uncoded(cell)
        if values.code(cell) == "0" or said.startswith(("非", "无", "不", "未")) or said in ("正常", "健康"):
            child.denied.add(code)
            return
        try:
            if values.yes(said) is False:
                child.denied.add(code)
            else:
                child.labels[code] = ""
        except values.Unread:
            if said.isdigit():
                raise
            kind = said.removesuffix("儿童").removesuffix("学生").removesuffix("家庭").removesuffix("户")
            child.labels[code] = "" if kind in (LABELS[code], _SAME.get(code)) else kind[:20]

    def _remark(self, child: Row, cell: Cell) -> None:
        found = read_remark(" ".join(shown(cell).split()))
        child.labels.update({label: detail for label, detail in found.labels.items() if label in LABELS})
        if found.boarding is not None:
            child.values.setdefault("boarding", found.boarding)
        if found.rest:
            self._add_remark(child, found.rest)

    def _add_remark(self, child: Row, said: str) -> None:
        before = child.values.get("remark", "")
        child.values["remark"] = f"{before}；{said}" if before else said
        self._limit(child, "remark")

    # ---- guardians ----------------------------------------------------------------------------------------------

    def _guardians(self, child: Row, row: list[Cell]) -> None:
        """The first guardian with a name is the guardian; another one is kept in the remark."""
        found: dict[str, dict[str, str]] = {}
        for column in self.family:
            cell = row[column.index] if column.index < len(row) else ""
            if is_blank(cell):
                continue
            one = found.setdefault(column.whose, {})
            if column.field == "guardian":
                said = values.name(cell)
            elif column.field == "guardian_phone":
                try:
                    said = self._number(column.field, cell)
                except values.Unread as unread:
                    child.ask(column.field, unread.why)
                    continue
            else:
                said = values.uncoded(cell)
            if said and said not in ("无", "-", "/"):
                one[column.field] = f"{one[column.field]}、{said}" if column.field in one else said
        people = [(whose, one) for whose, one in found.items() if one]
        if not people:
            return
        main = next((p for p in people if "guardian" in p[1]), people[0])
        values_of = dict(main[1])
        if main[0] in ("父亲", "母亲", "爷爷", "奶奶") and "guardian" in values_of:
            values_of.setdefault("guardian_relation", main[0])
        loose = found.get("", {})
        if (
            main[0] != ""
            and "guardian" not in loose
            and "guardian_phone" not in values_of
            and "guardian_phone" in loose
        ):
            values_of["guardian_phone"] = loose.pop("guardian_phone")
        for code, said in values_of.items():
            self._text(child, code, said)
        for whose, one in people:
            if one is not main[1] and one:
                label = f"监护人{whose}" if whose.isdigit() else whose or "另一联系人"
                order = [one[c] for c in ("guardian", "guardian_relation", "guardian_phone", "second") if c in one]
                self._add_remark(child, f"{label}：{' '.join(order)}")


def _stored(code: str) -> str:
    return "sex" if code in ("sex_m", "sex_f") else code


def _said(column: Column, why: str) -> str:
    return f"{FIELDS[column.field]}{why}" if why.startswith("写的是") else why


def original(cells: list[Cell]) -> list[str]:
    """A row's original cells as text, for the sheet of questions."""
    return [shown(cell) for cell in cells]
