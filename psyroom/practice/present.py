"""What a lived-in room holds besides its past: a group, a series, who waits, lessons to come, signed weeks. Made through
the services, as a person would, so that nothing here can contradict them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from psyroom.errors import Tell
from psyroom.practice.duty import EVENING, NOON
from psyroom.practice.pupils import Pupils
from psyroom.records.weeks import Handover
from psyroom.rules.series import Pattern
from psyroom.rules.time import TermSpan, monday_of, school_year_of
from psyroom.rules.waiting import Window
from psyroom.services import (
    attachments,
    events,
    groups,
    note_list,
    private_notes,
    series,
    signing,
    slips,
    waiting,
    week_reasons,
)
from psyroom.services.hours import week_of
from psyroom.services.school import context
from psyroom.store.room import Room

UNSIGNED = 2
"""The last weeks that nobody has signed yet, so that there is something to sign."""


SLIP = "中午在门口站了一会儿，没有进来，像是想说什么。"
PICTURED = (("sand_tray", "沙盘：桥和两座房子"), ("drawing", "雨中人"))
STEPS = 8
"""What is done besides signing: group, series, waiting list, calendar, handover, a slip, a private word, pictures."""


def weeks_to_sign(terms: Sequence[TermSpan], today: date) -> list[date]:
    """The Mondays of the semester's weeks that are over, but for the last ones."""
    term = next((t for t in reversed(terms) if t.monday(1) <= today), terms[0])
    mondays = [term.monday(n) for n in range(1, term.weeks + 1)]
    return [monday for monday in mondays if monday + timedelta(days=6) < today][:-UNSIGNED]


def live_on(
    room: Room,
    chance: Random,
    pupils: Pupils,
    today: date,
    weeks: Sequence[date],
    *,
    colleague: str,
    group_place: str,
) -> Iterator[None]:
    """Yields after each step and each week signed."""
    now = datetime.combine(today, time(7, 30))
    children = [str(row["id"]) for row in chance.sample(pupils.enrolled(school_year_of(today)), 16)]
    _group(room, children[:8], today, now, group_place)
    yield
    _series(room, children[8], today, now)
    yield
    _waiting(room, children[9:14], now)
    yield
    _events(room, today, now)
    yield
    _handover(room, colleague, now)
    yield
    slips.write_slip(room, SLIP, now)
    yield
    written = note_list.listed(room, now, kind="individual", mine=True, limit=len(PICTURED))
    if written:
        _private(room, written[0], now)
    yield
    for line, (kind, caption) in zip(written, PICTURED, strict=False):
        day = min(line.day, room.today())  # the school may live in days that are still to come
        attachments.add(room, f"{caption}.png", _picture(chance), note=line.id, kind=kind, caption=caption, day=day)
    yield
    for monday in weeks:
        _sign(room, monday, now)
        yield


def _group(room: Room, children: list[str], today: date, now: datetime, place: str) -> None:
    """Eight children, Thursdays after school, four times."""
    group = groups.add(room, {"leader": room.person.id}, children, today)
    groups.set_topic(room, group, "人际交往小组")
    no = next(g.no for g in groups.listed(room) if g.id == group)
    thursday = today + timedelta(days=(3 - today.weekday()) % 7 or 7)
    values = {
        "client": "group", "group_no": no, "form": "group", "size": len(children), "person": room.person.id,
        "place": place, "day": thursday, "starts": EVENING[0] + 5, "ends": EVENING[0] + 65,
    }  # fmt: skip
    _book_what_fits(room, values, 4, now)


def _series(room: Room, child: str, today: date, now: datetime) -> None:
    """One child, every week at noon."""
    wednesday = today + timedelta(days=(2 - today.weekday()) % 7 or 7)
    values = {
        "client": "student", "student": child, "person": room.person.id, "day": wednesday, "starts": NOON[0] + 5,
        "ends": NOON[0] + 45, "place": next(iter(context(room).places)),
    }  # fmt: skip
    _book_what_fits(room, values, 6, now)


def _book_what_fits(room: Room, values: dict[str, object], times: int, now: datetime) -> None:
    rows = [r for r in series.preview(room, values, Pattern(times=times), now) if not r.hard]
    if rows:
        chosen = [(r.day, r.starts, r.ends) for r in rows]
        series.book(room, values, chosen, now, anyway=True, urgent="only_time")


def _waiting(room: Room, children: list[str], now: datetime) -> None:
    """Four who wait for a time, and one whose last day has passed."""
    noon, evening = (NOON[0], NOON[1]), (EVENING[0], EVENING[1])
    windows: tuple[list[Window], ...] = (
        [Window(3, *noon), Window(4, *noon)],
        [Window(5, *evening)],
        [],
        [Window(n, *noon) for n in range(1, 6)],
        [Window(2, *noon)],
    )
    for child, suits, ago in zip(children, windows, (3, 8, 1, 12, 24), strict=True):
        registered = now - timedelta(days=ago)
        waiting.add(room, {"client": "student", "student": child}, suits, registered)


def _events(room: Room, today: date, now: datetime) -> None:
    """Two of the counsellor's own lessons next week as lessons on the calendar, and a talk for parents."""
    monday = monday_of(today) + timedelta(weeks=1)
    entries = (
        {"kind": "lesson", "day": monday + timedelta(days=1), "starts": 600, "ends": 645},
        {"kind": "parents_talk", "day": monday + timedelta(days=4), "starts": 1150, "ends": 1230},
        {"kind": "activity", "day": monday + timedelta(days=2), "starts": 900, "ends": 960},
    )
    for values in entries:
        try:
            events.add(room, {**values, "person": room.person.id}, now, urgent="school")
        except Tell:
            continue  # the time is taken this week


def _handover(room: Room, colleague: str, now: datetime) -> None:
    """What the colleague left yesterday; written as that person would have."""
    yesterday = now.date() - timedelta(days=1)
    with room.write("交班") as deed:
        deed.session.add(Handover(day=yesterday, at="18:45", person=colleague, items="locked,paper_low"))


def _private(room: Room, line: note_list.NoteLine, now: datetime) -> None:
    """A thought that nobody else reads."""
    words = "听她说话时有点着急，想替她去解决。下次先慢下来，多问一句“你自己怎么想”。"
    private_notes.write(room, words, note=line.id, student=line.students[0], now=now)


def _picture(chance: Random) -> bytes:
    """A made-up tray of sand: a few shapes on a warm ground."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (960, 640), (222, 203, 164))
    draw = ImageDraw.Draw(picture)
    for _ in range(14):
        x, y, size = chance.randrange(40, 860), chance.randrange(40, 540), chance.randrange(30, 110)
        colour = chance.choice(((86, 128, 122), (172, 108, 84), (120, 140, 90), (96, 110, 150), (240, 234, 220)))
        shape = chance.choice((draw.ellipse, draw.rectangle))
        shape((x, y, x + size, y + size * 2 // 3), fill=colour)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _sign(room: Room, monday: date, now: datetime) -> None:
    counted = week_of(room, monday, now)
    if counted is not None and counted.missing and not counted.reason:
        week_reasons.set_reason(room, monday, week_reasons.suggestion(room, monday) or "activity")
    if signing.state(room, monday, now).can_sign:
        signing.sign(room, monday, now)
