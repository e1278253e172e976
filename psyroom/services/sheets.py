"""Sheets for the room's own use: the opening log of a week and of a semester, tomorrow's slips, the recovery sheet.

Each is made in memory and returned; whoever shows or saves it decides what happens to the bytes. A week or semester sheet
says the minutes that `services.hours` counts, so that the wall, the window and the return never differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from psyroom.errors import Refused
from psyroom.records.booking import CHANNELS, STANDING
from psyroom.reports import printing, xlsx
from psyroom.reports.opening_sheets import (
    EACH,
    ONCE,
    CorrectionLine,
    SignedLine,
    TermLine,
    WeekLine,
    WeekTotals,
    term_sheet,
    week_sheet,
)
from psyroom.reports.recovery import chinese_date, recovery_sheet, recovery_text
from psyroom.reports.tables import Sheet
from psyroom.reports.tomorrow import Expected, tomorrow_list
from psyroom.rules.time import WEEKDAYS, day_name, short_day
from psyroom.rules.typed import clock, span
from psyroom.services import hours, signing
from psyroom.services.clients import Names
from psyroom.services.hours import Behind
from psyroom.services.openings import plan_between
from psyroom.services.outgoing import put
from psyroom.services.school import SchoolContext, context
from psyroom.services.week_words import band_name, dates_of, planned_by_day, remark, state_of, verdict
from psyroom.store import checking
from psyroom.store.questions import booking as ask
from psyroom.store.room import Room

ASSUMED = "带※的周，放假安排学校还没有确认，暂按周一至周五上学计"


@dataclass(frozen=True)
class Made:
    """A sheet made: its file name without ending, the PDF, the workbook where there is one, what no face could print,
    and which students it names."""

    name: str
    pdf: bytes
    xlsx: bytes | None = None
    missing: str = ""
    students: tuple[str, ...] = ()


# ---- the opening log ---------------------------------------------------------------------------------------------

_Received = tuple[int, int, int, int]


def _received(visit: ask.VisitRow) -> _Received:
    """A visit's people by column: 个别, 团体, 家长, 教师."""
    if visit.form == "group":
        return (0, visit.size, 0, 0)
    return (int(visit.client == "student"), 0, int(visit.client == "parent"), int(visit.client == "teacher"))


def _add(a: _Received, b: _Received) -> _Received:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3])


_NOBODY: _Received = (0, 0, 0, 0)


def _visits(room: Room, first: date, last: date) -> list[ask.VisitRow]:
    with room.read() as session:
        return ask.visits(session, first, last)


def ledger_only(rows: Sequence[Behind], visits: Sequence[ask.VisitRow]) -> dict[str, int]:
    """Openings whose ledger gave a number of visitors and in which no visit was logged: nobody knows of what kind."""
    return {
        row.id: row.received
        for row in rows
        if row.received and not any(v.day == row.day and row.starts <= v.starts < row.until for v in visits)
    }


def _lines(school: SchoolContext, rows: Sequence[Behind], visits: Sequence[ask.VisitRow]) -> list[WeekLine]:
    """Openings as logged, several people of the same hours on one line, each with the visits that began in it; a visit in
    nobody's opening stands for itself, one by telephone or online without minutes."""
    openings = [row for row in rows if row.kind == "opening" and row.minutes]
    alone = {row.id: row for row in rows if row.kind == "visit"}
    unsorted = ledger_only(rows, visits)
    received: dict[str, _Received] = {}
    found: list[tuple[tuple[date, int, str], WeekLine]] = []
    for visit in visits:
        home = next((o for o in openings if o.day == visit.day and o.starts <= visit.starts < o.until), None)
        if home is not None:
            received[home.id] = _add(received.get(home.id, _NOBODY), _received(visit))
            continue
        behind = alone.get(visit.id)
        line = WeekLine(
            *_day_words(visit.day),
            span(visit.starts, visit.ends) if visit.ends is not None else f"{clock(visit.starts)}—",
            band_name(school, behind) if behind is not None else CHANNELS[visit.channel],
            behind.minutes if behind is not None else 0,
            behind.outside if behind is not None else 0,
            school.people.get(visit.person, ""),
            *_received(visit),
        )
        found.append(((visit.day, visit.starts, visit.id), line))
    together: dict[tuple[date, int, int], list[Behind]] = {}
    for row in openings:
        together.setdefault((row.day, row.starts, row.until), []).append(row)
    for (day, starts, until), rows_here in together.items():
        people = list(dict.fromkeys(school.people.get(row.person, "") for row in rows_here))
        times = len({row.person for row in rows_here}) if school.each_counts else 1
        came = _NOBODY
        for row in rows_here:
            came = _add(came, received.get(row.id, _NOBODY))
        unsorted_here = sum(unsorted.get(row.id, 0) for row in rows_here)
        line = WeekLine(
            *_day_words(day),
            span(starts, until),
            band_name(school, rows_here[0]),
            rows_here[0].minutes * times,
            rows_here[0].outside * times,
            "、".join(name for name in people if name),
            *came,
            remark=f"来访{unsorted_here}人次" if unsorted_here else "",
        )
        found.append(((day, starts, rows_here[0].id), line))
    return [line for _, line in sorted(found, key=lambda item: item[0])]


def _day_words(day: date) -> tuple[str, str]:
    return short_day(day), WEEKDAYS[day.weekday()]


def ledger_note(rows: Sequence[Behind], visits: Sequence[ask.VisitRow]) -> list[str]:
    """What a ledger says beside the columns; nothing where there is nothing."""
    number = sum(ledger_only(rows, visits).values())
    return [f"另有台账登记的来访{number}人次，没有分类，不在表内"] if number else []


def week(room: Room, day: date, now: datetime | None = None) -> Made:
    """The opening log of the week a day lies in, to print and sign. Errors: `Refused` outside semesters."""
    school = context(room)
    term = school.term_on(day)
    number = term.week_of(day)
    counted = hours.week_of(room, day, now)
    if number is None or counted is None:
        raise Refused(why="这一天不在学期里，没有周开放记录；请选学期里的一周。")
    first, last = term.days_of(number)[0], term.days_of(number)[-1]
    moment = now or hours.local_now(room)
    lines = _lines(school, hours.rows_behind(room, first, last, now), _visits(room, first, last))
    said = verdict(counted, moment.date())
    words = {
        "是": "已达标",
        "否": "未达标",
        "进行中": "本周未完",
        "放假": "本周放假",
        "": "本周未到",
        "—": "没有规定目标",
    }
    totals = WeekTotals(counted.open_minutes, counted.outside_lessons_minutes, counted.target_minutes, words[said])
    notes = ["课外指上课时间以外"]
    if noted := remark(school, counted, moment.date()):
        notes.append(noted)
    (stands,) = signing.states(room, [first], moment)
    sheet = week_sheet(
        school.title,
        f"第{number}周",
        dates_of(term, number),
        chinese_date(moment.date()),
        lines,
        totals,
        notes,
        signed=[SignedLine(one.name, one.at, one.open, one.outside) for one in stands.signatures],
        corrections=[_correction(change) for change in stands.corrections],
        counted=EACH if school.each_counts else ONCE,
    )
    name = f"心理辅导室开放记录_{term.code}_第{number:02d}周"
    digest = _chain_words(room) if stands.signed else ""
    return _made(name, sheet, school.practice, size=9, row_mm=6.6, digest=digest)


def _correction(change: signing.Change, week: int = 0) -> CorrectionLine:
    return CorrectionLine(change.words, change.open, change.outside, change.name, change.why_words, change.at, week)


def _chain_words(room: Room) -> str:
    """How far the desk's chain has come: what stands on a signed paper can be held against it."""
    number, digest = checking.head_of(room, "main")
    return f"记录链第{number}步 {digest[:32]}"


def term_log(room: Room, code: str, now: datetime | None = None) -> Made:
    """The opening of a semester, one line a week. Errors: `Refused` for an unknown semester."""
    school = context(room)
    term = school.term(code)
    today = (now or hours.local_now(room)).date()
    rows = hours.rows_behind(room, term.monday(1), term.ends, now)
    visits = _visits(room, term.monday(1), term.ends)
    planned = planned_by_day(school, plan_between(room, term.monday(1), term.ends))
    lines = []
    weeks = hours.weeks(room, term, now)
    stands = {one.monday: one for one in signing.states(room, [week.starts for week in weeks], now)}
    for counted in weeks:
        days = set(term.days_of(counted.week))
        received = _NOBODY
        for visit in visits:
            if visit.day in days:
                received = _add(received, _received(visit))
        lines.append(
            TermLine(
                counted.week,
                dates_of(term, counted.week) + ("※" if counted.calendar_assumed else ""),
                len({row.day for row in rows if row.day in days and row.minutes}),
                sum(minutes for day, minutes in planned.items() if day in days),
                counted.open_minutes,
                counted.outside_lessons_minutes,
                counted.target_minutes,
                verdict(counted, today),
                received,
                remark(school, counted, today),
                future=state_of(counted, today) == "future",
                signed=given.name if (given := stands[counted.starts].signed) is not None else "",
            )
        )
    notes = [
        f"{EACH if school.each_counts else '多位教师同时值班只计一次'}，课外指上课时间以外",
        *ledger_note(rows, visits),
    ]
    if by_month := [f"{m.month}月{m.outside_lessons_minutes / 60:.2f}" for m in hours.months(room, term, now)]:
        notes.append(f"各月课外开放（小时）：{'，'.join(by_month)}")
    if any("※" in line.dates for line in lines):
        notes.append(ASSUMED)
    corrections = [_correction(change, week.week) for week in weeks for change in stands[week.starts].corrections]
    sheet = term_sheet(school.title, term.name, chinese_date(today), lines, notes, corrections=corrections)
    digest = _chain_words(room) if any(week.signed for week in weeks) else ""
    return _made(f"心理辅导室学期开放统计_{term.code}", sheet, school.practice, size=8.5, row_mm=5.5, digest=digest)


def _made(name: str, sheet: Sheet, practice: bool, *, size: float, row_mm: float, digest: str = "") -> Made:
    """On one page where that can still be read."""
    pdf, missing = printing.sheets_pdf(
        [sheet], landscape=True, practice=practice, digest=digest, size=size, row_mm=row_mm, one_page=True
    )
    return Made(
        name, pdf, xlsx.workbook([sheet], landscape=True, practice=practice, digest=digest, one_page=True), missing
    )


# ---- tomorrow ---------------------------------------------------------------------------------------------------


def tomorrow(room: Room, day: date) -> Made:
    """Who is expected on a day, a slip for each class: students only, those still expected, no reason."""
    school = context(room)
    with room.read() as session:
        bookings = [b for b in ask.bookings(session, day, day) if b.client == "student" and b.outcome in STANDING]
        names = Names.of(session, school, bookings)
    classes: dict[tuple[str, int, int, str], list[Expected]] = {}
    for booking in bookings:
        student = names.students.get(booking.student)
        order = (student.stage, -student.cohort, student.class_no) if student is not None else ("~", 0, 0)
        key = (*order, names.class_of(booking, day) or "班级未登记")
        place = school.places.get(booking.place, "") or "心理辅导室"
        classes.setdefault(key, []).append(Expected(names.who(booking), span(booking.starts, booking.ends), place))
    slips = [(key[-1], classes[key]) for key in sorted(classes)]
    pdf, missing = tomorrow_list(school.title, day_name(day), slips, school.practice)
    return Made(f"预约名单_{day.isoformat()}", pdf, None, missing, tuple(dict.fromkeys(b.student for b in bookings)))


# ---- the recovery sheet -----------------------------------------------------------------------------------------


def recovery_pdf(room: Room, code: str) -> bytes:
    """The recovery sheet of this room, for showing and printing from memory."""
    school = context(room)
    return recovery_sheet(school.title, room.today(), code, school.practice or room.practice, room.id[-8:])


def write_recovery(room: Room, code: str, target: Path) -> Path:
    """The recovery sheet as `.pdf` or `.txt`, where the person wants it; never inside the room's own folder."""
    if target.suffix.lower() == ".txt":
        school = context(room)
        practice = school.practice or room.practice
        data = recovery_text(school.title, room.today(), code, practice, room.id[-8:]).encode("utf-8")
    else:
        data = recovery_pdf(room, code)
    return put(room, {target.name: data}, target.absolute().parent)[0]
