"""What stands in the table of a class: the line for all, what each row says otherwise, and how typed words are read.
Nothing of a window here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psyroom.errors import NotValid
from psyroom.records.fields import about, checked
from psyroom.records.talks import EXCUSES, THEMES, WAYS, TalkExcuse, TalkFields
from psyroom.rules import typed
from psyroom.services.talks import RowTyped, TalkSeen

COLUMNS = ("who", "day", "starts", "talker", "way", "theme", "points", "follow_up", "follow_day", "excuse")
FOR_ALL = ("day", "talker", "way")
"""What is said once for every row."""
READ = {"day", "follow_day", "starts"}
UNREADABLE = {
    "day": "看不懂谈话日期，请写成 1012、10.12 或“昨天”",
    "follow_day": "看不懂跟进日期，请写成 1020、10.20 或“下周三”",
    "starts": "看不懂时间，请写成 1430 或 14:30",
}
YES = {"1": True, "y": True, "是": True, "": False, "2": False, "0": False, "n": False, "否": False}
BOTH = "写了谈话，“未谈原因”就不用填；请留下一样"
NOBODY = "还没有写谈话人，请在上面写一次，或写在这一行"
NO_DAY = "还没有写谈话日期，请在上面写一次，或写在这一行"
LATER = "谈话日期还没有到"
TOO_LATE = "跟进日期比谈话日期早"


def read(column: str, words: str, today: date) -> Any:
    """A cell's words as its value; what cannot be read stays as it was typed, nothing typed is None."""
    words = words.strip()
    if not words:
        return None
    if column in ("day", "follow_day"):
        return typed.day(words, today) or words
    if column == "starts":
        found = typed.minutes(words)
        return words if found is None else found
    if column == "way":
        return next((key for key, name in WAYS.items() if words in (key, name)), words)
    if column == "follow_up":
        return YES.get(words.lower(), True) or None
    return words


def shown(column: str, value: Any, today: date) -> str:
    """A value as the cell shows it; of another year with its year."""
    if value is None or value == "" or value is False:
        return ""
    if isinstance(value, date):
        return value.strftime("%m-%d") if value.year == today.year else value.isoformat()
    if column == "starts" and isinstance(value, int):
        return typed.clock(value)
    if column == "way":
        return WAYS.get(str(value), str(value))
    return "是" if value is True else str(value)


@dataclass(repr=False)
class Row:
    """A student of the class. `before`: the newest talk of this semester, `times` how many; `excused`: the reason that is
    recorded; `own`: what was typed in this row, by column; `talk`: the talk that is set right here."""

    student: str
    name: str
    place: int
    before: TalkSeen | None = None
    times: int = 0
    excused: str = ""
    tried: int = 0
    own: dict[str, Any] = field(default_factory=dict)
    talk: str = ""
    problems: tuple[str, ...] = ()

    @property
    def touched(self) -> bool:
        return bool(self.own)

    @property
    def done(self) -> bool:
        """Talked to or excused already, and nothing typed."""
        return not self.own and bool(self.before is not None or self.excused)

    def set(self, column: str, value: Any) -> None:
        """None takes the cell back to what holds for all."""
        if value is None:
            self.own.pop(column, None)
        else:
            self.own[column] = value
        if column == "follow_day" and isinstance(value, date):
            self.own["follow_up"] = True
        self.problems = ()

    def correct(self) -> None:
        """Set the newest talk right in the row itself."""
        if self.before is None or self.own:
            return
        fields = self.before.fields
        found = {name: getattr(fields, name) for name in COLUMNS if name in TalkFields.model_fields}
        self.own = {name: value for name, value in found.items() if value not in (None, "", False)}
        self.talk = self.before.id

    def clear(self) -> None:
        self.own, self.talk, self.problems = {}, "", ()


@dataclass(repr=False)
class Sitting:
    """A class in one sitting."""

    today: date
    rows: list[Row] = field(default_factory=list)
    for_all: dict[str, Any] = field(default_factory=dict)

    def value(self, row: Row, column: str) -> Any:
        """What holds for a row's cell: its own, else that of all."""
        return row.own.get(column, self.for_all.get(column) if column in FOR_ALL else None)

    def shown(self, row: Row, column: str) -> tuple[str, bool]:
        """A cell's words, and whether they are the row's own."""
        if column == "who":
            return row.name, True
        if row.touched:
            # where somebody was not talked to there is no day and no talker
            inherited = row.own.keys() != {"excuse"}
            value = row.own.get(column, self.for_all.get(column) if inherited and column in FOR_ALL else None)
            return shown(column, value, self.today), column in row.own
        if column == "excuse":
            return row.excused, False
        return (shown(column, getattr(row.before.fields, column), self.today) if row.before else ""), False

    def typed(self) -> list[Row]:
        return [row for row in self.rows if row.touched]

    def counted(self) -> tuple[int, int]:
        """How many rows are talks, how many say why there was none."""
        rows = self.typed()
        excused = sum(1 for row in rows if row.own.keys() == {"excuse"})
        return len(rows) - excused, excused

    # ---- checking

    def check(self, row: Row) -> RowTyped | None:
        """The row as it is saved; None with its problems said in it."""
        row.problems = ()
        excuse = str(row.own.get("excuse", ""))
        if row.own.keys() == {"excuse"}:
            limit = about(TalkExcuse, "reason")["limit"] or 60
            if len(excuse) > limit:
                row.problems = (f"未谈原因太长，最多 {limit} 个字",)
                return None
            return RowTyped(row.student, {}, excuse=excuse)
        values = {name: self.value(row, name) for name in COLUMNS if name in TalkFields.model_fields}
        said = [BOTH] if excuse else []
        said += [UNREADABLE[name] for name in UNREADABLE if isinstance(values[name], str)]
        said += [words for name, words in (("day", NO_DAY), ("talker", NOBODY)) if not values[name]]
        day, again = values["day"], values["follow_day"]
        if isinstance(day, date):
            said += [LATER] if day > self.today else []
            said += [TOO_LATE] if isinstance(again, date) and again < day else []
        if not said:
            try:
                whole = {name: value for name, value in values.items() if value is not None}
                checked(TalkFields, {"student": row.student, **whole})
            except NotValid as problem:
                said = list(problem.fields.values())
        row.problems = tuple(said)
        if said:
            return None
        # in a talk that is set right, an emptied cell empties its field
        emptied = {name: TalkFields.model_fields[name].default for name in values} if row.talk else {}
        return RowTyped(row.student, emptied | {n: v for n, v in values.items() if v is not None}, talk=row.talk)

    # ---- copying

    def above(self, row: Row, column: str) -> Any:
        """What stands in the nearest row above in which something was typed, else of the talk recorded there."""
        at = self.rows.index(row)
        for other in reversed(self.rows[:at]):
            if other.touched:
                return self.value(other, column) if column != "excuse" else other.own.get("excuse")
        if at and (before := self.rows[at - 1].before) is not None and column != "excuse":
            return getattr(before.fields, column) or None
        return None

    # ---- drafts

    def kept(self) -> dict[str, Any]:
        """All that was typed, for a draft."""
        return {
            "for_all": {name: _plain(value) for name, value in self.for_all.items()},
            "rows": {
                row.student: {"own": {name: _plain(value) for name, value in row.own.items()}, "talk": row.talk}
                for row in self.typed()
            },
        }

    def take(self, kept: Mapping[str, Any]) -> int:
        """Put back what was typed; how many rows."""
        by_student = {row.student: row for row in self.rows}
        count = 0
        for student, said in kept.get("rows", {}).items():
            row = by_student.get(student)
            if row is not None and not row.own:
                row.own = {name: _lively(name, value) for name, value in said["own"].items() if name in COLUMNS}
                known = {row.before.id} if row.before is not None else set()
                row.talk = said.get("talk", "") if said.get("talk", "") in known else ""
                count += bool(row.own)
        return count


def for_all_of(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The line for all out of a draft."""
    return {name: _lively(name, value) for name, value in kept.get("for_all", {}).items() if name in FOR_ALL}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _lively(name: str, value: Any) -> Any:
    if name in ("day", "follow_day") and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def choices(column: str, talkers: Sequence[str], themes: Sequence[str]) -> tuple[str, ...]:
    """What a cell offers by figure and by letters, in this order."""
    return {
        "way": tuple(WAYS.values()),
        "theme": tuple(dict.fromkeys((*THEMES, *themes))),
        "excuse": EXCUSES,
        "talker": tuple(talkers),
        "follow_up": ("是", "否"),
    }.get(column, ())
