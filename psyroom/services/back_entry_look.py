"""What is wrong with a paper sheet as typed: row by row, in words, before anything is written (`back_entry`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotValid
from psyroom.records.booking import VisitFields
from psyroom.rules.intervals import meet
from psyroom.rules.typed import clock, span
from psyroom.services import clients
from psyroom.services.clients import Names
from psyroom.services.openings import TOO_LONG
from psyroom.services.school import SchoolContext
from psyroom.services.visits import EARLY, PAST, minute_of
from psyroom.store.questions import booking as ask
from psyroom.store.questions import opening as ask_openings
from psyroom.store.questions import school as ask_school

WALKED_IN = "none"
"""`booking` of a row whose visitor had no booking, or came apart from it; empty: nobody has said yet."""

CAME = {"arrived": "来了", "late": "迟到", "no_show": "没来"}
"""How a row came out: the sheet's own words."""

TYPED = ("starts", "ends", "student", "name", "size", "typed")
"""A row in which none of these stands is empty and passed over. `typed`: a name the roster does not know."""

Problems = dict[int, dict[str, str]]


@dataclass(frozen=True, repr=False)
class Question:
    """A booking that stands at about the row's time: is it that one?"""

    booking: str
    sentence: str


@dataclass(repr=False)
class Looked:
    """What speaks against the sheet, by row (from 0) and field. `ready`: rows as they would be written."""

    day: str = ""
    visits: Problems = field(default_factory=dict)
    duties: Problems = field(default_factory=dict)
    asks: dict[int, Question] = field(default_factory=dict)
    twice: str = ""
    ready: dict[int, dict[str, Any]] = field(default_factory=dict)
    duties_ready: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not (self.day or self.visits or self.duties or self.asks or self.twice)

    @property
    def count(self) -> int:
        """Rows that must be looked at."""
        return len({*self.visits, *self.asks}) + len(self.duties) + bool(self.day)


@dataclass(frozen=True)
class _Sheet:
    """What the checks need to know of the day."""

    session: Session
    school: SchoolContext
    day: date
    now: datetime
    people: Mapping[str, Any]
    receiver: str

    def name(self, person: str) -> str:
        return self.school.people.get(person, "这位老师")

    def limit(self) -> int:
        return minute_of(self.now) if self.day == self.now.date() else 1440


def blank(row: Mapping[str, Any]) -> bool:
    """Whether nothing was typed into a row."""
    return not any(row.get(name) not in (None, "", 0) for name in TYPED)


def look(
    session: Session,
    school: SchoolContext,
    day: date,
    rows: Sequence[Mapping[str, Any]],
    duties: Sequence[Mapping[str, Any]],
    now: datetime,
    receiver: str,
) -> Looked:
    """Check the whole sheet. `receiver`: who received where a row and its booking name nobody."""
    found = Looked()
    if day > now.date():
        found.day = "还没到这一天，只能补录今天或以前的；请改日期"
        return found
    people = {p.id: p for p in ask_school.people(session) if p.active}
    sheet = _Sheet(session, school, day, now, people, receiver)
    known = _visits(sheet, rows, found), _duties(sheet, duties, found)
    if all(known) and any(k for k in known if k is not True):
        found.twice = "这一天的这张表已经录过了，每一行都在，不用再录。"
    return found


# ---- visits ------------------------------------------------------------------------------------------------------


def _visits(sheet: _Sheet, rows: Sequence[Mapping[str, Any]], found: Looked) -> bool | list[int]:
    """Check the visitors' rows. True: no rows; else the rows when every one of them is in the room already, or []."""
    bookings = ask.bookings(sheet.session, sheet.day, sheet.day)
    there = ask.visits(sheet.session, sheet.day, sheet.day)
    names = Names.of(sheet.session, sheet.school, [*bookings, *there])
    taken = {str(r.get("booking")) for r in rows if r.get("booking") not in (None, "", WALKED_IN)}
    again: list[int] = []
    filled = [number for number, row in enumerate(rows) if not blank(row)]
    for number in filled:
        problems, ready, question = _visit(sheet, rows[number], bookings, taken)
        if ready is not None:
            one = VisitFields.model_construct(**ready)
            if _in_already(one, ready, there, bookings):
                again.append(number)
            if ready["outcome"] != "no_show":
                problems |= _meets(sheet, names, one, there, found.ready)
                if problems:
                    question = None
        if problems:
            found.visits[number] = problems
        elif question is not None:
            found.asks[number] = question
        if ready is not None and not problems:
            if ready["booking"] and any(r["booking"] == ready["booking"] for r in found.ready.values()):
                found.visits[number] = {"booking": "这个预约已经算在上面的一行里了"}
            found.ready[number] = ready
    if not filled:
        return True
    return filled if len(again) == len(filled) else []


def _visit(
    sheet: _Sheet, row: Mapping[str, Any], bookings: Sequence[ask.BookingRow], taken: set[str]
) -> tuple[dict[str, str], dict[str, Any] | None, Question | None]:
    """One row: its problems, what it would become, the booking to ask about."""
    outcome = row.get("outcome") or "arrived"
    if outcome not in CAME:
        return {"outcome": "请选来了、迟到或没来"}, None, None
    try:
        client = clients.settle(sheet.session, {**row, "day": sheet.day})
    except NotValid as refused:
        problems = dict(refused.fields)
        if "student" in problems and (typed := str(row.get("typed") or "").strip()):
            problems["student"] = f"名册里没有“{typed}”，请重新选；新来的学生请心理教师先在“学生”里添加"
        return problems | (_hours(sheet, row) if outcome != "no_show" else {}), None, None
    one = VisitFields.model_construct(**{"client": "student", "student": "", "name": "", "group_no": 0, **client})
    theirs = [b for b in bookings if b.client == one.client and (b.client == "group" or clients.same_client(b, one))]
    if outcome == "no_show":
        return _missed(row, theirs, client, sheet)
    if problems := _hours(sheet, row):
        return problems, None, None
    starts, ends = int(row["starts"]), int(row["ends"])
    booking = _booking(row, theirs)
    if isinstance(booking, str):
        return {"booking": booking}, None, None
    person = str(row.get("person") or (booking.person if booking is not None else "") or sheet.receiver)
    if person not in sheet.people:
        return {"person": "请选一位接待老师"}, None, None
    whole = {**client, "starts": starts, "ends": ends, "person": person, "outcome": outcome, "booking": ""}
    whole["place"] = str(row.get("place") or "")
    if booking is not None:
        whole |= {"booking": booking.id, "place": booking.place, "channel": booking.channel, "form": booking.form}
        whole |= {"group_no": booking.group_no} if booking.client == "group" else {}
    question = None
    if not row.get("booking"):
        near = [
            b
            for b in theirs
            if b.outcome == "open" and b.id not in taken and b.starts - EARLY <= starts <= b.ends + PAST
        ]
        if near:
            nearest = min(near, key=lambda b: abs(b.starts - starts))
            question = Question(nearest.id, f"{span(nearest.starts, nearest.ends)} 有预约，来的就是这一次吗？")
    return {}, whole, question


def _booking(row: Mapping[str, Any], theirs: Sequence[ask.BookingRow]) -> ask.BookingRow | str | None:
    """The booking the row says it is, None where it is of none, or a sentence."""
    said = row.get("booking")
    if said in (None, "", WALKED_IN):
        return None
    found = next((b for b in theirs if b.id == said), None)
    if found is None:
        return "这个预约不是这一天这一位的，请重新确认"
    if found.outcome != "open":
        return "这个预约已经登记过结果了，请改选“不是预约的”或删掉这一行"
    return found


def _missed(
    row: Mapping[str, Any], theirs: Sequence[ask.BookingRow], client: dict[str, Any], sheet: _Sheet
) -> tuple[dict[str, str], dict[str, Any] | None, Question | None]:
    """Somebody who did not come must have been booked."""
    said, starts = row.get("booking"), row.get("starts")
    still = [b for b in theirs if b.outcome in ("open", "no_show") and said in (None, "", b.id)]
    if not still or said == WALKED_IN:
        return {"outcome": "这一天没有这位待到的预约，没来的人不用录；时间记在“来了”里"}, None, None
    at = starts if isinstance(starts, int) else still[0].starts
    booking = min(still, key=lambda b: (b.outcome != "open", abs(b.starts - at)))
    if (booking.day, booking.starts) > (sheet.now.date(), minute_of(sheet.now)):
        return {"outcome": f"还没到 {clock(booking.starts)}，先等一等"}, None, None
    whole = {**client, "starts": booking.starts, "ends": booking.ends, "person": booking.person, "place": booking.place}
    whole |= {"outcome": "no_show", "booking": booking.id}
    if booking.outcome == "no_show":
        return {"outcome": f"{span(booking.starts, booking.ends)} 的预约已经记为未到，不用再记"}, whole, None
    return {}, whole, None


def _hours(sheet: _Sheet, row: Mapping[str, Any], *, ends_at: str = "离开") -> dict[str, str]:
    """What is wrong with from and to."""
    starts, ends = row.get("starts"), row.get("ends")
    problems = {}
    for name, value, words in (("starts", starts, "到"), ("ends", ends, ends_at)):
        if value in (None, ""):
            problems[name] = f"请填写{words}的时间，如 1430"
        elif not isinstance(value, int) or not 0 <= value <= 1440:
            problems[name] = f"看不懂“{value}”，请写成 1430"
    if problems:
        return problems
    assert isinstance(starts, int) and isinstance(ends, int)
    if ends <= starts:
        return {"ends": f"要晚于 {clock(starts)}，请检查"}
    if ends > sheet.limit():
        return {"starts" if starts > sheet.limit() else "ends": "还没到这个时间，请检查"}
    return {}


def _in_already(
    one: Any, ready: dict[str, Any], there: Sequence[ask.VisitRow], bookings: Sequence[ask.BookingRow]
) -> bool:
    if ready["outcome"] == "no_show":
        return any(b.id == ready["booking"] and b.outcome == "no_show" for b in bookings)
    return any(_same(v, one) and (v.starts, v.ends) == (one.starts, one.ends) for v in there)


def _same(a: Any, b: Any) -> bool:
    """The same visitor. A group without a booking has no number yet: its hours and its size tell it."""
    if a.client == b.client == "group":
        numbered = bool(b.booking) and a.group_no == b.group_no
        return numbered or (a.starts, a.ends, a.size) == (b.starts, b.ends, b.size)
    return clients.same_client(a, b)


def _meets(
    sheet: _Sheet, names: Names, one: Any, there: Sequence[ask.VisitRow], above: Mapping[int, dict[str, Any]]
) -> dict[str, str]:
    """Overlap with what is in the room, or with a row above, of the same visitor or the same counsellor."""
    hours = (one.starts, one.ends)
    for v in there:
        ends = v.ends if v.ends is not None else sheet.limit()
        if not meet(hours, (v.starts, max(ends, v.starts + 1))):
            continue
        if _same(v, one):
            when = span(v.starts, v.ends) if v.ends is not None else f"{clock(v.starts)} 起，还没登记离开"
            return {"starts": f"电脑里已经记了这位 {when}，不用再录；时间要改请打开那次来访"}
        if v.person == one.person:
            return {
                "starts": f"{sheet.name(v.person)} {clock(v.starts)}—{clock(ends)} 在接待{names.who(v)}，时间重叠了"
            }
    for number, row in above.items():
        other = VisitFields.model_construct(**row)
        if row["outcome"] == "no_show" or not meet(hours, (row["starts"], row["ends"])):
            continue
        if one.client != "group" and _same(other, one):
            return {"starts": f"和第 {number + 1} 行是同一位，时间重叠了"}
        if row["person"] == one.person:
            return {"starts": f"和第 {number + 1} 行是同一位接待老师，时间重叠了"}
    return {}


# ---- duty ----------------------------------------------------------------------------------------------------------


def _duties(sheet: _Sheet, duties: Sequence[Mapping[str, Any]], found: Looked) -> bool | list[int]:
    """Check the duty's rows; the answer as of `_visits`."""
    there = ask_openings.openings(sheet.session, sheet.day, sheet.day)
    again: list[int] = []
    filled = [number for number, row in enumerate(duties) if not blank(row)]
    for number in filled:
        row = duties[number]
        problems = _hours(sheet, row, ends_at="结束")
        person = str(row.get("person") or "")
        if person not in sheet.people:
            problems["person"] = "请选是谁值班"
        if not problems:
            starts, ends = int(row["starts"]), int(row["ends"])
            if ends - starts > TOO_LONG:
                problems["ends"] = "一次开放不会超过 16 小时，请检查"
            elif any((o.starts, o.ends, o.person) == (starts, ends, person) for o in there):
                again.append(number)
                problems["starts"] = f"{span(starts, ends)} 已经记过了，不用再录"
            else:
                problems |= _duty_meets(sheet, person, (starts, ends), there, found.duties_ready)
            if not problems:
                found.duties_ready[number] = {"starts": starts, "ends": ends, "person": person}
        if problems:
            found.duties[number] = problems
    if not filled:
        return True
    return filled if len(again) == len(filled) else []


def _duty_meets(
    sheet: _Sheet,
    person: str,
    hours: tuple[int, int],
    there: Sequence[ask_openings.OpeningRow],
    above: Mapping[int, dict[str, Any]],
) -> dict[str, str]:
    for o in there:
        if o.person != person:
            continue
        if o.ends is None and o.starts < hours[1]:
            return {"starts": f"电脑里 {clock(o.starts)} 开始的值班还没有签退，请先在“值班开放”里补上结束时间"}
        if o.ends is not None and meet(hours, (o.starts, o.ends)):
            return {"starts": f"和已记的 {span(o.starts, o.ends)} 重叠，请只填没有记过的一段"}
    for number, row in above.items():
        if row["person"] == person and meet(hours, (row["starts"], row["ends"])):
            return {"starts": f"和第 {number + 1} 行重叠了"}
    return {}
