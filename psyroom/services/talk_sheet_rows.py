"""What each row of a class teacher's sheet would do: who is meant, what was written, what the room has of it already.

Pure but for the history of a talk, which is asked through `Known.edited`. Nothing here writes; a row that could be taken
in two ways is a problem that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from psyroom.intake.sheets import Cell
from psyroom.intake.talk_sheet import SheetRow
from psyroom.records.fields import about
from psyroom.records.students import STATUSES
from psyroom.records.talks import WAYS, Talk, TalkExcuse
from psyroom.rules import talk_sheet as rule
from psyroom.rules.talk_sheet import LABELS, Unread
from psyroom.rules.time import short_day

Class = tuple[str, int, int]
TALK = ("day", "talker", "way", "theme", "points", "follow_up")
LIMITS: dict[str, int] = {
    **{code: about(Talk, code)["limit"] for code in ("talker", "theme", "points")},
    "excuse": about(TalkExcuse, "reason")["limit"],
}
MOST_WHO = 40
"""Characters of a number or a name that nobody bears that are shown."""
NEW, CHANGED, UNCHANGED, BLANK, PROBLEM = "new", "changed", "unchanged", "blank", "problem"


@dataclass(frozen=True, repr=False)
class RowRead:
    """A row of a file. `row`: as the spreadsheet numbers it; `student`: whose it is, empty where nobody was recognised;
    `before`, `after`: fields of the talk (`day`, `talker`, `way`, `theme`, `points`, `follow_up`) or `excuse`, as the room
    has them and as it would; `said`: what was read otherwise than typed, in words; `typed`: only what was filled in;
    `ref`: the talk or excuse that would change."""

    row: int
    number: str
    name: str
    student: str = ""
    state: str = BLANK
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    said: tuple[str, ...] = ()
    typed: Mapping[str, Any] = field(default_factory=dict)
    ref: str = ""

    @property
    def filled(self) -> bool:
        """Whether it says something of a student that stands or would stand in the room."""
        return self.state in (NEW, CHANGED, UNCHANGED)


@dataclass(frozen=True, repr=False)
class Child:
    """A student as the roll has one."""

    id: str
    name: str
    number: str
    sex: str
    of: Class
    class_name: str
    status: str
    since: date | None


@dataclass(repr=False)
class Known:
    """The room at one moment, as far as a sheet can meet it. `first`, `last`: the days that belong to the semester;
    `edited`: whether a talk was changed in the room after a sheet brought it."""

    term: str
    term_name: str
    first: date
    last: date
    today: date
    children: dict[str, Child]
    talks: dict[str, list[Any]]
    excuses: dict[str, Any]
    edited: Callable[[Any], bool]
    by_number: dict[str, list[Child]] = field(default_factory=dict)
    by_name: dict[str, list[Child]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for child in self.children.values():
            if child.number:
                self.by_number.setdefault(numbered(child.number), []).append(child)
            self.by_name.setdefault(rule.plain(child.name), []).append(child)


@dataclass(frozen=True, repr=False)
class Home:
    """Which class a file belongs to: its sheet's id (empty: none went out), who stood on that sheet, the class teacher."""

    of: Class
    name: str
    sheet: str
    students: tuple[str, ...]
    teacher: str


def numbered(number: str) -> str:
    """A number for comparing: without blanks, and without zeros in front, which a spreadsheet drops."""
    return rule.plain(number).lstrip("'").removesuffix(".0").lstrip("0")


class _Problem(Exception):
    def __init__(self, why: str) -> None:
        super().__init__()
        self.why = why


def read_rows(rows: Sequence[SheetRow], home: Home, known: Known) -> list[RowRead]:
    """Each row in its order. Rows that name nobody and say nothing are left out."""
    reader = _Reader(home, known)
    found = [read for row in rows if (read := reader.read(row)) is not None]
    return _once_each(found)


def _once_each(rows: Sequence[RowRead]) -> list[RowRead]:
    """A child twice in one file: the same again says nothing new, something else is a problem."""
    first: dict[str, RowRead] = {}
    found = []
    for read in rows:
        before = first.get(read.student) if read.student and read.typed and read.filled else None
        if before is None:
            if read.student and read.typed and read.filled:
                first[read.student] = read
            found.append(read)
        elif before.typed == read.typed:
            found.append(changed(read, UNCHANGED, f"与第 {before.row} 行相同"))
        else:
            why = f"第 {before.row} 行已经填了这名学生，两行不一样；一张表每人一次，多谈的请在“一生一谈”里登记"
            found.append(changed(read, PROBLEM, why))
    return found


def changed(read: RowRead, state: str, reason: str) -> RowRead:
    """The same row with another end."""
    return RowRead(
        read.row,
        read.number,
        read.name,
        read.student,
        state,
        reason,
        read.before,
        read.after,
        read.said,
        read.typed,
        "",
    )


class _Reader:
    """Reads the rows of one file."""

    def __init__(self, home: Home, known: Known) -> None:
        self.home, self.known = home, known
        on_sheet = [known.children[id] for id in home.students if id in known.children]
        now = [child for child in known.children.values() if child.of == home.of]
        self.ours = {child.id: child for child in (*on_sheet, *now)}
        self.whole = all(id in known.children for id in home.students)
        self.twins: dict[str, list[Child]] = {}
        for child in on_sheet or sorted(now, key=lambda c: (c.number, c.id)):
            self.twins.setdefault(rule.plain(child.name), []).append(child)

    def read(self, row: SheetRow) -> RowRead | None:
        number, name = row.text("number"), row.text("name")
        said: list[str] = []
        child: Child | None = None
        try:
            child = self._who(row, number, name, said)
        except _Problem as problem:
            seen = rule.legible(number, MOST_WHO), rule.legible(name, MOST_WHO)
            return RowRead(row.row, *seen, "", PROBLEM, problem.why) if row.filled else None
        if child is None:
            if not row.filled:
                return None
            return RowRead(row.row, "", "", "", PROBLEM, "没有学号和姓名，不知道是谁，没有读入")
        read = RowRead(row.row, child.number, child.name, child.id)
        if not row.filled:
            return read
        try:
            typed = self._typed(row, said)
            return self._meant(read, child, typed, said)
        except (_Problem, Unread) as problem:
            return RowRead(row.row, child.number, child.name, child.id, PROBLEM, problem.why, said=tuple(said))

    # ---- who ----------------------------------------------------------------------------------------------------

    def _who(self, row: SheetRow, number: str, name: str, said: list[str]) -> Child | None:
        """The child a row is about, None where it names nobody. Raises `_Problem` with why nobody is sure."""
        if {"number", "name"} & row.computed:
            raise _Problem("学号或姓名是公式，没有读入，请改成文字")
        if not number and not name:
            return None
        named = self.known.by_name.get(rule.plain(name), []) if name else []
        place = rule.twin(number)
        said_number, said_name = rule.legible(number, MOST_WHO), rule.legible(name, MOST_WHO)
        if place is not None:
            return self._twin(name, place)
        counted = self.known.by_number.get(numbered(number), []) if number else []
        if len(counted) > 1:
            counted = [child for child in counted if child.id in self.ours] or counted
        if len(counted) == 1:
            return self._by_number(counted[0], named, number, name, said)
        here = [child for child in named if child.id in self.ours]
        if len(here) == 1:
            if number and here[0].number:
                said.append(f"学号“{said_number}”和名册上的“{here[0].number}”不一样，按姓名认的")
            return here[0]
        if len(here) > 1:
            raise _Problem(f"班里有 {len(here)} 名“{said_name}”，只看姓名分不清，请填上学号")
        if named:
            raise _Problem(f"“{said_name}”不是这个班的学生（在{named[0].class_name}），没有读入")
        if name:
            raise _Problem(f"名册里没有“{said_name}”，没有读入；是新来的学生请先加进名册")
        raise _Problem(f"名册里没有学号“{said_number}”，没有读入，请核对")

    def _by_number(self, child: Child, named: Sequence[Child], number: str, name: str, said: list[str]) -> Child:
        if name and child not in named:
            mine = [other for other in named if other.id in self.ours]
            also = f"，“{mine[0].name}”是{mine[0].number or '没有学号'}" if mine else ""
            raise _Problem(
                f"学号“{rule.legible(number, MOST_WHO)}”是{child.name}的{also}；学号和姓名对不上，没有读入，请核对"
            )
        if child.id not in self.ours:
            raise _Problem(f"“{child.name}”不是这个班的学生（在{child.class_name}），没有读入")
        if not name:
            said.append(f"姓名空着，按学号认的{child.name}")
        return child

    def _twin(self, name: str, place: int) -> Child:
        twins = self.twins.get(rule.plain(name), [])
        if place >= len(twins) or not self.whole:  # one of them may be gone: then nobody knows who is the first
            raise _Problem(f"认不出是哪一名“{rule.legible(name, MOST_WHO)}”，请填上学号")
        return twins[place]

    # ---- what ---------------------------------------------------------------------------------------------------

    def _typed(self, row: SheetRow, said: list[str]) -> dict[str, Any]:
        """What was filled in, by field. Raises `Unread` or `_Problem`."""
        if row.computed:
            which = "、".join(LABELS[code] for code in rule.FILLED if code in row.computed)
            raise _Problem(f"{which}一格是公式，没有读入，请改成文字")
        for code in rule.FILLED:
            if rule.is_ditto(row.text(code)):
                raise _Problem(f"{LABELS[code]}写的是“{row.text(code)}”，请每行写全")
        if blocks := [LABELS[code] for code in rule.FILLED if code in row.merged and code in row.cells]:
            said.append(f"{'、'.join(blocks)}是合并的格子，按每行都是这样读的")
        typed: dict[str, Any] = {}
        if "day" in row.cells:
            typed["day"] = self._day(row.cells["day"], row.text("day"))
        for code in ("talker", "theme", "points", "excuse"):
            if words := self._words(row.text(code), code, said):
                typed[code] = words
        if way := row.text("way"):
            typed["way"] = rule.way(way)
            if rule.plain(way) != rule.plain(label := WAYS[typed["way"]]):
                said.append(f"方式“{rule.legible(way, 20)}”读作“{label}”")
        if follow := row.text("follow_up"):
            typed["follow_up"] = rule.yes(follow)
        return typed

    def _day(self, cell: Cell, text: str) -> date:
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        number = isinstance(cell, int | float) and not isinstance(cell, bool)
        return rule.day(text, self.known.first, min(self.known.last, self.known.today), number=number)

    def _words(self, text: str, code: str, said: list[str]) -> str:
        """Words as typed, but for line ends and characters nobody can see. Raises `_Problem` where they are too long."""
        whole = text.replace("\r\n", "\n").replace("\r", "\n")
        words = "".join(c for c in whole if c in "\n\t" or not rule.unseen(c))
        if code != "points":
            words = " ".join(words.split("\n"))
        words = words.strip()
        if len(words) > LIMITS[code]:
            raise _Problem(
                f"{LABELS[code]}有 {len(words)} 个字，最多 {LIMITS[code]} 个，没有读入也没有截短，请让老师改短"
            )
        if len(words) < len(whole.strip()) and "".join(words.split()) != "".join(whole.split()):
            said.append(f"{LABELS[code]}里有看不见的字符，去掉了")
        return words

    # ---- what it means ------------------------------------------------------------------------------------------

    def _meant(self, read: RowRead, child: Child, typed: dict[str, Any], said: list[str]) -> RowRead:
        if not typed:
            return read
        if "day" in typed and "excuse" in typed:
            raise _Problem("既填了谈话日期又填了未谈原因，请只留一个")
        if "excuse" in typed:
            return self._excused(read, child, typed, said)
        if "day" not in typed:
            which = "、".join(LABELS[code] for code in rule.FILLED if code in typed)
            raise _Problem(f"只填了{which}，没有谈话日期；谈过请补上日期，没谈请清空或写未谈原因")
        self._day_fits(child, typed["day"], said)
        return self._talked(read, child, typed, said)

    def _day_fits(self, child: Child, day: date, said: list[str]) -> None:
        known = self.known
        if day > known.today:
            raise _Problem(f"谈话日期 {day} 还没有到，请核对")
        if not known.first <= day <= known.last:
            raise _Problem(f"谈话日期 {day} 不在{known.term_name}里，请核对")
        if child.status in ("moved", "graduated"):
            since = f"{short_day(child.since)}起" if child.since else ""
            if child.since is not None and day >= child.since:
                raise _Problem(f"这名学生{since}已经{STATUSES[child.status]}，谈话日期 {day} 在那以后，请核对")
            said.append(f"这名学生{since}已经{STATUSES[child.status]}")
        elif child.status == "suspended":
            said.append("这名学生休学中")
        if child.of != self.home.of:
            said.append(f"这名学生现在在{child.class_name}")

    def _talked(self, read: RowRead, child: Child, typed: dict[str, Any], said: list[str]) -> RowRead:
        talks = self.known.talks.get(child.id, [])
        after = {"way": "face", "theme": "", "points": "", "follow_up": False, **typed}
        if "talker" not in typed and self.home.teacher:
            after["talker"] = self.home.teacher
        talker = rule.plain(after.get("talker", ""))
        same = [
            talk for talk in talks if talk.day == typed["day"] and (not talker or rule.plain(talk.talker) == talker)
        ]
        mine = [t for t in talks if t.origin == "sheet" and t.sheet == self.home.sheet]
        known = next(iter([t for t in mine if t in same] or mine), None) or next(
            (talk for talk in same if talk.origin == "sheet"), None
        )
        if known is not None:
            return self._again(read, known, typed, said)
        if own := next((talk for talk in same if talk.origin != "sheet"), None):
            before = {code: getattr(own, code) for code in TALK}
            why = "这次谈话本室已经登记过，没有改动"
            return RowRead(
                read.row, read.number, read.name, read.student, UNCHANGED, why, before, before, tuple(said), typed
            )
        if "talker" not in after:
            raise _Problem("没有填谈话人，也不知道这个班的班主任是谁，请补上")
        if "talker" not in typed:
            said.append(f"谈话人空着，记作班主任{after['talker']}")
        if "way" not in typed:
            said.append(f"方式空着，记作{WAYS['face']}")
        for talk in talks:
            if talk.day == typed["day"]:
                said.append(f"同一天还有{talk.talker}谈的一次，另外记，不动它")
        return RowRead(read.row, read.number, read.name, read.student, NEW, "", {}, after, tuple(said), typed)

    def _again(self, read: RowRead, talk: Any, typed: dict[str, Any], said: list[str]) -> RowRead:
        """A talk that a sheet brought before: an empty cell leaves what stands."""
        before = {code: getattr(talk, code) for code in TALK}
        after = {**before, **typed}
        state, why, ref = (UNCHANGED, "", "") if after == before else (CHANGED, "", talk.id)
        if state == CHANGED and self.known.edited(talk):
            state, why, ref = PROBLEM, "这次谈话读入以后在本室改过，没有覆盖；要改请打开这条谈话记录", ""
        return RowRead(
            read.row, read.number, read.name, read.student, state, why, before, after, tuple(said), typed, ref
        )

    def _excused(self, read: RowRead, child: Child, typed: dict[str, Any], said: list[str]) -> RowRead:
        if lost := [LABELS[code] for code in ("theme", "points") if code in typed]:
            raise _Problem(f"填了未谈原因，又写了{'、'.join(lost)}；谈过请补上日期并清空未谈原因，没谈请清空其他格子")
        if child.status in ("moved", "graduated"):
            raise _Problem(f"这名学生已经{STATUSES[child.status]}，不在名单里，不用填未谈原因")
        reason = typed["excuse"]
        if idle := [LABELS[code] for code in ("talker", "way", "follow_up") if code in typed]:
            said.append(f"没有谈成，{'、'.join(idle)}没有用上")
        if talks := self.known.talks.get(child.id):
            raise _Problem(f"这学期 {short_day(talks[-1].day)} 已有谈话记录，没有记未谈原因，请核对")
        known = self.known.excuses.get(child.id)
        before = {"excuse": known.reason} if known is not None else {}
        state, why, ref = NEW, "", ""
        if known is not None and known.reason == reason:
            state = UNCHANGED
        elif known is not None and known.sheet:
            state, ref = CHANGED, known.id
        elif known is not None:
            state, why = PROBLEM, f"本室已登记原因“{known.reason}”，没有覆盖；要改请在“一生一谈”里改"
        return RowRead(
            read.row,
            read.number,
            read.name,
            read.student,
            state,
            why,
            before,
            {"excuse": reason},
            tuple(said),
            typed,
            ref,
        )
