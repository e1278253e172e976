"""Who is who: the child of a roster's row among those already known.

Keys in order: registry number, identity number, name and birthday, number and name, class and name. A key that
contradicts makes another child; two children of one name are two children.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psyroom.intake.children import Row
from psyroom.rules.identity import born_of

_BY = {
    "registry": "学籍号相同",
    "identity": "身份证号相同",
    "born": "姓名和出生日期相同",
    "number": "学号和姓名相同",
    "class": "同班同名",
}
_LONG_NUMBER = 4  # a shorter 学号 is a seat in the class and says little


@dataclass(eq=False, repr=False)
class Known:
    """A child as known at this point of the file: stored before, or new from an earlier row."""

    id: str
    values: dict[str, Any]
    stored: bool = True
    row: Row | None = None
    """The row of this file that was this child first."""

    @property
    def born(self) -> date | None:
        """The birthday, or the one inside a sound identity number: for comparing only, it is never stored."""
        number = self.values.get("id_number") or ""
        inside = born_of(number) if number and not self.values.get("id_doubtful") else None
        born: date | None = self.values.get("born") or inside
        return born

    @property
    def place(self) -> tuple[Any, Any, Any]:
        return self.values.get("stage"), self.values.get("cohort"), self.values.get("class_no")


@dataclass(frozen=True, repr=False)
class Match:
    """The child found (None: a new one), by which key; `refuse` why the row cannot be taken, `ask` what to verify."""

    known: Known | None = None
    by: str = ""
    ask: tuple[str, str] | None = None
    refuse: tuple[str, str] | None = None

    @property
    def because(self) -> str:
        return _BY.get(self.by, "")


def wanted(row: Row) -> Known:
    """A row as a child that is not known yet."""
    found = row.found
    place = {"stage": found.stage, "cohort": found.cohort, "class_no": found.class_no} if found else {}
    return Known("", {**row.values, **place}, stored=False, row=row)


def registry_key(number: str) -> str:
    """A registry number for comparing: with or without the G before it."""
    return number.upper().removeprefix("G")


@dataclass(repr=False)
class Matcher:
    """Indexes over everybody known; rows of the file join them as they come."""

    people: list[Known]
    file_names: Counter[tuple[Any, ...]] = field(default_factory=Counter)
    """How often each (name, class) stands in the file."""
    added: list[Known] = field(default_factory=list)
    """The children this file brought, in its order."""
    _by: dict[str, dict[Any, list[Known]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._by = {key: {} for key in ("registry", "identity", "born", "number", "class")}
        for known in self.people:
            self._index(known)

    def add(self, known: Known) -> None:
        self.added.append(known)
        self._index(known)

    def _index(self, known: Known) -> None:
        values, born = known.values, known.born
        name = values.get("name", "")
        if number := values.get("registry_number"):
            self._put("registry", registry_key(number), known)
        if number := values.get("id_number"):
            self._put("identity", number, known)
        if born:
            self._put("born", (name, born), known)
        if number := values.get("number"):
            self._put("number", (name, number), known)
        self._put("class", (name, *known.place), known)

    def _put(self, kind: str, key: Any, known: Known) -> None:
        self._by[kind].setdefault(key, []).append(known)

    def _get(self, kind: str, key: Any) -> list[Known]:
        return self._by[kind].get(key, [])

    def find(self, row: Row) -> Match:
        """The child of this row."""
        new = wanted(row)
        return self._by_numbers(new) or self._by_birthday(new) or self._by_number(new) or self._by_class(new) or Match()

    # ---- the keys in order ----------------------------------------------------------------------------------------

    def _by_numbers(self, new: Known) -> Match | None:
        registry, identity = new.values.get("registry_number", ""), new.values.get("id_number", "")
        for by, found, word in (
            ("registry", self._get("registry", registry_key(registry)) if registry else [], "学籍号"),
            ("identity", self._get("identity", identity) if identity else [], "身份证号"),
        ):
            same = [known for known in found if known.values["name"] == new.values["name"]]
            if len(same) == 1:
                return self._sure(same[0], new, by, word)
            if len(same) > 1:
                return Match(
                    refuse=(
                        _code(by),
                        f"已有 {len(same)} 名同名学生的{word}相同，分不清是哪一位，没有导入，请先合并他们",
                    )
                )
            if found:
                return self._renamed(found[0], new, by, word)
        return None

    def _sure(self, known: Known, new: Known, by: str, word: str) -> Match:
        if by == "registry" and _sound_differ(known, new):
            return Match(known, by, ask=("id_number", f"{word}相同，但身份证号与原来的不同，请核实哪一个对"))
        return Match(known, by)

    def _renamed(self, known: Known, new: Known, by: str, word: str) -> Match:
        before = known.values["name"]
        agrees = (by == "registry" and new.values.get("id_number") == known.values.get("id_number") != "") or (
            new.born is not None and new.born == known.born
        )
        if agrees and known.row is None:
            return Match(known, by, ask=("name", f"{word}与“{before}”相同，姓名不同，已按改名处理，请核实"))
        return Match(refuse=(_code(by), f"{word}与“{before}”相同，姓名却不同，分不清是改名还是填错，没有导入，请核实"))

    def _by_birthday(self, new: Known) -> Match | None:
        if new.born is None:
            return None
        found = [known for known in self._get("born", (new.values["name"], new.born)) if not _contradict(known, new)]
        if len(found) > 1:
            found = [known for known in found if known.place == new.place] or found
        if len(found) > 1:
            found = _closest(found, new) or found
        if len(found) == 1:
            return Match(found[0], "born")
        if found:
            return Match(
                refuse=(
                    "name",
                    f"已有 {len(found)} 名同名同生日的学生，分不清是哪一位，没有导入，请补上学籍号或身份证号",
                )
            )
        return None

    def _by_number(self, new: Known) -> Match | None:
        number = new.values.get("number", "")
        if len(number) < _LONG_NUMBER:
            return None
        found = [known for known in self._get("number", (new.values["name"], number)) if not _contradict(known, new)]
        return Match(found[0], "number") if len(found) == 1 else None

    def _by_class(self, new: Known) -> Match | None:
        key = (new.values["name"], *new.place)
        found = [known for known in self._get("class", key) if not _contradict(known, new)]
        seen = [known for known in found if known.row is not None]
        # Within one file a namesake is the same child only where nothing at all differs.
        same = [known for known in seen if known.row is not None and not _differ(wanted(known.row), new)]
        if same:
            return Match(same[0], "class")
        found = [known for known in found if known.row is None]
        if not found:
            return None
        namesakes = self.file_names[key]
        if namesakes > 1 or len(found) > 1:
            closest = _closest(found, new)
            if closest is None or len(closest) != 1:
                return Match(refuse=("name", "同班有同名学生，分不清是哪一位，没有导入，请补上学号、学籍号或身份证号"))
            return Match(closest[0], "class")
        known = found[0]
        sexes = {known.values.get("sex"), new.values.get("sex")} - {None, ""}
        if len(sexes) > 1:
            return Match(
                refuse=(
                    "sex",
                    "同班已有同名学生，性别却不同，分不清是不是同一人，没有导入，请核对性别，或在“学生”页手工添加",
                )
            )
        brings = [key for key in ("registry_number", "id_number", "born") if new.values.get(key)]
        if brings:
            return Match(known, "class", ask=("name", "只按班级和姓名认作已有的这名学生，请核实是同一人"))
        return Match(known, "class")


def _code(by: str) -> str:
    return "registry_number" if by == "registry" else "id_number"


def _sound_differ(known: Known, new: Known) -> bool:
    """Both have a sound identity number, and not the same."""
    a, b = known.values.get("id_number"), new.values.get("id_number")
    return bool(a and b and a != b and not known.values.get("id_doubtful") and not new.values.get("id_doubtful"))


def _contradict(known: Known, new: Known) -> bool:
    """A key that both have says they are two."""
    a, b = known.values.get("registry_number"), new.values.get("registry_number")
    if a and b and registry_key(a) != registry_key(b) and a[:1].upper() == b[:1].upper():
        return True
    if _sound_differ(known, new):
        return True
    return bool(known.born and new.born and known.born != new.born)


def _differ(first: Known, new: Known) -> bool:
    """Whether two rows of one file say different things anywhere (an empty cell says nothing)."""
    return bool(differences(first, new))


def differences(first: Known, new: Known) -> list[str]:
    """Fields in which two rows of one file say different things; a focus label one has and the other denies counts."""
    found = [
        code
        for code, value in new.values.items()
        if value not in (None, "") and first.values.get(code) not in (None, "", value)
    ]
    if first.row is not None and new.row is not None:
        found += sorted((first.row.denied & set(new.row.labels)) | (new.row.denied & set(first.row.labels)))
    return found


def _closest(found: list[Known], new: Known) -> list[Known] | None:
    """Of several namesakes those that agree best in what is no key. None where nothing agrees."""
    sex = new.values.get("sex")
    found = [known for known in found if not sex or known.values.get("sex") in (sex, "", None)]
    said = {code: value for code, value in new.values.items() if code != "name" and value not in (None, "")}
    scores = []
    for known in found:
        both = [code for code in said if known.values.get(code) not in (None, "")]
        agree = sum(1 for code in both if known.values[code] == said[code])
        scores.append((agree, agree - len(both)))
    best = max(scores, default=(0, 0))
    return [known for known, score in zip(found, scores, strict=True) if score == best] if best[0] else None
