"""Booking without a window: one or a series, the week's list, moving, calling off."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from psyroom.commands import naming
from psyroom.commands.opening import Answer, WrongUse, code_of, note, open_room

if TYPE_CHECKING:
    from psyroom.rules.booking import Free
    from psyroom.rules.series import Pattern
    from psyroom.services.around import Clashes
    from psyroom.services.series import Planned
    from psyroom.store.room import Room

BY = {"student": "cancelled_by_student", "teacher": "cancelled_by_teacher", "room": "suspended"}


def book(options: Any) -> Answer:
    from psyroom.records.booking import CHANNELS, WAYS
    from psyroom.services import bookings, hours, series
    from psyroom.services.around import Clashes

    pattern = _pattern(options)
    with open_room(options) as room:
        now = hours.local_now(room)
        channel = code_of(CHANNELS, options.channel, "途径")
        person, place = naming.who_and_where(room, options, options.on, options.starts, channel)
        values = naming.client_of(room, options) | {
            "day": options.on, "starts": options.starts, "ends": options.ends, "person": person, "place": place,
            "channel": channel, "way": code_of(WAYS, options.way, "预约方式"),
        }  # fmt: skip
        how = {"anyway": options.anyway, "urgent": reason(options)}
        skipped: list[Planned] = []
        ids: tuple[str, ...]
        try:
            if pattern is None:
                booked = bookings.book(room, values, now, **how)
                ids, notes = (booked.id,), booked.notes
            else:
                rows, skipped = _rows(room, values, pattern, now, options)
                made = series.book(room, values, rows, now, **how)
                ids, notes = made.ids, made.notes
        except Clashes as clash:
            return refused(clash, options)
        answer = booked_answer(room, ids, notes)
    if skipped:
        answer["skipped"] = [{"on": p.day.isoformat(), "why": p.why} for p in skipped]
    return 0, answer, words_of(answer)


def _pattern(options: Any) -> Pattern | None:
    """The series asked for; None for a single booking."""
    from psyroom.rules.series import Pattern

    if not (options.weekly or options.every):
        if options.times or options.until or options.skip_clashes:
            raise WrongUse("--times、--until、--skip-clashes 要和 --weekly（或 --every N）一起用")
        return None
    if not (options.times or options.until):
        raise WrongUse("系列预约请用 --times N 或 --until DATE 说明排到哪里")
    return Pattern(options.every or 1, (), options.until, options.times)


def reason(options: Any) -> str:
    """The code of the reason for breaking the room's rules; empty where none was given."""
    from psyroom.records.booking import URGENT

    return code_of(URGENT, options.urgent, "破例原因") if options.urgent else ""


def _rows(room: Room, values: Any, pattern: Pattern, now: Any, options: Any) -> tuple[list[Any], list[Planned]]:
    """The dates to book, and those left out where that was asked for."""
    from psyroom.errors import Refused
    from psyroom.services import series

    planned = series.preview(room, values, pattern, now)
    if not options.skip_clashes:
        return [p.row for p in planned], []
    kept = [
        p
        for p in planned
        if not p.hard and (options.anyway or not p.confirm) and (bool(options.urgent) or not p.urgent)
    ]
    skipped = [p for p in planned if p not in kept]
    if not kept:
        each = "；".join(f"{_day(p.day)}：{p.why}" for p in planned)
        raise Refused(why=f"每一次都有冲突，没有预约：{each}。")
    return [p.row for p in kept], skipped


def refused(clash: Clashes, options: Any) -> Answer:
    """What speaks against it and where there is room, in one line; nothing was done."""
    from psyroom.records.booking import URGENT

    said = str(clash)
    if clash.free:
        said += "最近的空闲时间：" + "、".join([*dict.fromkeys(map(_free, clash.free))][:6]) + "。"
    ways = []
    if clash.confirm:
        ways.append("确认要约请加 --anyway")
    if clash.urgent:
        ways.append(f"破例请加 --urgent 原因（{'、'.join(URGENT.values())}）")
    if getattr(options, "skip_clashes", None) is False and (options.weekly or options.every):
        ways.append("跳过有冲突的日期请加 --skip-clashes")
    note(said + "".join(f"{way}。" for way in ways))
    answer = {
        "bookings": [],
        "notes": [],
        "causes": clash.causes,
        "free": [_free_answer(free) for free in clash.free],
    }
    return 1, answer, ""


def _free(free: Free) -> str:
    from psyroom.rules.typed import span

    return f"{_day(free.day)} {span(free.starts, free.ends)}"


def _free_answer(free: Free) -> dict[str, str]:
    from psyroom.rules.typed import clock

    return {"on": free.day.isoformat(), "from": clock(free.starts), "to": clock(free.ends)}


def _day(day: Any) -> str:
    from psyroom.rules.time import day_name

    return day_name(day)


def booked_answer(room: Room, ids: Any, notes: Any) -> dict[str, Any]:
    """The bookings (or entries) of these ids as they now stand."""
    from psyroom.rules.typed import clock
    from psyroom.services import school
    from psyroom.store.questions import series as ask

    context = school.context(room)
    with room.read() as session:
        rows = [row for row in (ask.part(session, id) for id in ids) if row is not None]
    made = [
        {
            "id": row.id,
            "on": row.day.isoformat(),
            "from": clock(row.starts),
            "to": clock(row.ends),
            "person": context.people.get(row.person, ""),
            "place": context.places.get(row.place, ""),
            "series": row.series,
        }
        for row in rows
    ]
    return {"bookings": made, "notes": list(notes)}


def words_of(answer: dict[str, Any]) -> str:
    """The same for a person's eyes."""
    lines = [f"{b['on']} {b['from']}—{b['to']} {b['person']} {b['place']}".rstrip() for b in answer["bookings"]]
    lines += [f"跳过 {s['on']}：{s['why']}" for s in answer.get("skipped", [])]
    return "\n".join([*lines, *answer["notes"]])


def listed(options: Any) -> Answer:
    from psyroom.rules.typed import clock
    from psyroom.services import hours, week

    with open_room(options) as room:
        number, monday = naming.monday_of_week(room, options.week, options.term)
        shown = week.week(room, monday, hours.local_now(room))
    entries = [entry for day in shown.days for entry in day.entries]
    answer = [
        {
            "id": e.id,
            "on": e.day.isoformat(),
            "from": clock(e.starts),
            "to": clock(e.ends),
            "who": e.who,
            "class": e.class_name,
            "client": e.client,
            "form": e.event_kind if e.kind == "event" else e.form,
            "person": e.person_name,
            "place": e.place_name,
            "outcome": e.outcome,
            "series": e.series,
            "kind": e.kind,
        }
        for e in entries
    ]
    lines = [
        f"{e.day.isoformat()} {_day(e.day)[-2:]} {clock(e.starts)}—{clock(e.ends)} {e.class_name} {e.who} "
        f"{e.person_name} {e.place_name} {e.state}"
        for e in entries
    ]
    sunday = monday + timedelta(days=6)
    return (
        0,
        answer,
        "\n".join(" ".join(line.split()) for line in lines) or f"第{number}周（{monday}—{sunday}）没有预约。",
    )


def move(options: Any) -> Answer:
    from psyroom.services import hours, series
    from psyroom.services.around import Clashes

    with open_room(options) as room:
        try:
            done = series.move(
                room, options.id, options.on, options.starts, options.ends, options.scope, hours.local_now(room),
                anyway=options.anyway, urgent=reason(options),
            )  # fmt: skip
        except Clashes as clash:
            return refused(clash, options)
        answer = booked_answer(room, done.ids, done.notes)
    return 0, answer, words_of(answer)


def cancel(options: Any) -> Answer:
    from psyroom.services import hours, series, waiting

    with open_room(options) as room:
        now = hours.local_now(room)
        outcome = BY[options.by] if options.by else ""
        done = series.cancel(room, options.id, outcome, options.scope, now)
        fits = waiting.matches(room, done.freed[0], now) if done.freed else []
        answer: dict[str, Any] = {
            "cancelled": list(done.ids),
            "freed": [_free_answer(free) for free in done.freed],
            "waiting": [{"id": m.entry.id, "who": m.entry.who, "why": m.why, **_hours(m)} for m in fits],
            "notes": list(done.notes),
        }
    lines = [f"候补：{w['who']} {w['on']} {w['from']}—{w['to']}（{w['why']}） {w['id']}" for w in answer["waiting"]]
    return 0, answer, "\n".join([*answer["notes"], *lines])


def _hours(match: Any) -> dict[str, str]:
    from psyroom.rules.typed import clock

    return {"on": match.day.isoformat(), "from": clock(match.starts), "to": clock(match.ends)}
