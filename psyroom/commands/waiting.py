"""The waiting list without a window: who waits, putting on, booking from it, taking off."""

from __future__ import annotations

from typing import Any

from psyroom.commands import naming
from psyroom.commands.bookings import booked_answer, reason, refused, words_of
from psyroom.commands.opening import Answer, code_of, open_room


def listed(options: Any) -> Answer:
    from psyroom.services import hours, waiting

    with open_room(options) as room:
        found = waiting.listed(room, hours.local_now(room))
    answer = [
        {
            "id": w.id,
            "who": w.who,
            "class": w.class_name,
            "client": w.client,
            "person": w.person_name,
            "minutes": w.minutes,
            "windows": w.suits,
            "since": w.since.isoformat(),
            "until": w.expires.isoformat(),
            "days": w.days,
            "expired": w.expired,
            "first": w.first,
        }
        for w in found
    ]
    lines = [
        f"{w.class_name} {w.who} {w.minutes} 分钟 {w.suits} 等了 {w.days} 天{'（已到期，请问还等不等）' if w.expired else ''} {w.id}"
        for w in found
    ]
    return 0, answer, "\n".join(line.strip() for line in lines) or "没有人在候补。"


def add(options: Any) -> Answer:
    from psyroom.errors import NotValid
    from psyroom.records.booking import CHANNELS, WAYS
    from psyroom.rules import waiting as rules
    from psyroom.services import hours, school, waiting

    with open_room(options) as room:
        now = hours.local_now(room)
        values = naming.client_of(room, options) | {
            "minutes": options.minutes,
            "channel": code_of(CHANNELS, options.channel, "途径"),
            "way": code_of(WAYS, options.way, "预约方式"),
            "person": naming.person_named(room, options.person) if options.person else "",
            "expires": options.until,
        }
        bands = rules.day_bands(school.context(room).periods, now.date())
        windows = rules.typed_windows(options.windows, bands) if options.windows else ()
        if windows is None:
            raise NotValid({"windows": f"“{options.windows}”读不出来，请写成 周四 16:40-17:30，周二午休"})
        made = waiting.add(room, values, windows, now)
        entry = waiting.entry(room, made, now)
    until = entry.expires.isoformat() if entry is not None else ""
    return 0, {"id": made, "until": until}, f"已排上候补，等到 {until}。编号 {made}"


def take(options: Any) -> Answer:
    from psyroom.errors import NotFound
    from psyroom.services import hours, waiting
    from psyroom.services.around import Clashes

    with open_room(options) as room:
        now = hours.local_now(room)
        entry = waiting.entry(room, options.id, now)
        if entry is None:
            raise NotFound(what="这条候补")
        person, place = naming.who_and_where(room, options, options.on, options.starts, entry.channel)
        if not options.person and entry.person:
            person = entry.person
        try:
            done = waiting.take(
                room, options.id, options.on, options.starts, options.ends or options.starts + entry.minutes, now,
                person=person, place=place, anyway=options.anyway, urgent=reason(options),
            )  # fmt: skip
        except Clashes as clash:
            return refused(clash, options)
        answer = booked_answer(room, (done.id,), done.notes)
    return 0, answer, words_of(answer)


def withdraw(options: Any) -> Answer:
    from psyroom.services import waiting

    with open_room(options) as room:
        said = waiting.withdraw(room, options.id)
    return 0, {"id": options.id}, f"{said}。"


def renew(options: Any) -> Answer:
    from psyroom.services import hours, waiting

    with open_room(options) as room:
        said = waiting.renew(room, options.id, hours.local_now(room))
    return 0, {"id": options.id}, f"{said}。"
