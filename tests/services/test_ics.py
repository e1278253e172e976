"""The calendar file: 忙 and nothing else, UIDs that stay, numbers that rise, what went is cancelled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from psyroom.errors import NotValid, Refused
from psyroom.records.events import Event
from psyroom.records.groups import Group
from psyroom.services import bookings, history, ics
from psyroom.store import keys
from psyroom.store.connection import raw_of
from psyroom.store.room import Room
from tests.services.room_for_bookings import NAMES, NOON, TUESDAY, Small, as_duty, at, make_small

MONDAY, SUNDAY = date(2026, 9, 7), date(2026, 9, 13)
THURSDAY = date(2026, 9, 10)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Small]:
    monkeypatch.setattr(keys, "UNBOUND", keys.PRACTICE)
    made = make_small(tmp_path / "room")
    yield made
    made.room.close()


def book(small: Small, day: date = THURSDAY, starts: int = 740, ends: int = 780, **more: Any) -> str:
    values = {"client": "student", "student": small.students[0], "person": small.chen, "place": small.places[0]}
    values |= {"day": day, "starts": starts, "ends": ends, **more}
    return bookings.book(small.room, values, at(MONDAY, 480), anyway=True).id


def made(room: Room, person: str, first: date = MONDAY, last: date = SUNDAY) -> bytes:
    return ics.calendar(room, person, first, last, NOON)


def entries(data: bytes) -> list[dict[str, Any]]:
    """The entries of the file, read by the library that others use too."""
    found = []
    for event in Calendar.from_ical(data).walk("VEVENT"):
        found.append({name.lower(): value for name, value in event.property_items() if name not in ("BEGIN", "END")})
    return found


def test_an_entry_says_busy_and_nothing_else(small: Small) -> None:
    book(small)
    data = made(small.room, small.chen)
    (entry,) = entries(data)
    assert entry.keys() == {
        "uid", "dtstamp", "last-modified", "sequence", "dtstart", "dtend", "summary", "class", "status", "transp",
    }  # fmt: skip
    said = {name: str(entry[name]) for name in ("summary", "class", "status", "transp")}
    assert said == {"summary": "忙", "class": "PRIVATE", "status": "CONFIRMED", "transp": "OPAQUE"}
    starts = datetime(2026, 9, 10, 12, 20).astimezone(UTC)
    assert entry["dtstart"].dt == starts and entry["dtend"].dt - starts == timedelta(minutes=40)
    assert re.search(rb"DTSTART:\d{8}T\d{6}Z\r\n", data) and b"PRODID:-//psyroom//" in data
    assert data.startswith(b"BEGIN:VCALENDAR\r\n") and data.endswith(b"END:VCALENDAR\r\n")


def test_no_word_of_the_room_stands_in_the_file(small: Small) -> None:
    """Every name, id, place, class and kind of the room is looked for in the bytes, folded lines put together."""
    room = small.room
    with room.write("准备") as deed:
        deed.session.add(Group(no=7, leader=small.chen))
        deed.session.add(Event(kind="parents_talk", day=TUESDAY, starts=900, ends=960, person=small.chen, size=80))
    ids = [
        book(small),
        book(small, starts=790, ends=820, student=small.students[1], client="parent"),
        book(small, starts=990, ends=1030, client="teacher", student="", name="欧阳老师"),
        book(small, TUESDAY, 980, 1040, client="group", student="", form="group", group_no=7, size=12),
    ]
    bookings.cancel(room, ids[1], "cancelled_by_student")
    data = made(room, small.chen)
    assert len(entries(data)) == 5
    text = data.replace(b"\r\n ", b"").decode("utf-8")
    with room.read() as session:
        raw = raw_of(session)
        stored = {
            str(value)
            for table in ("student", "person", "place", "school", "booking", "event", "counselling_group", "deed")
            for row in raw.execute(f"SELECT * FROM main.{table}").fetchall()
            for value in row
            if isinstance(value, str) and len(value) > 1 and not re.fullmatch(r"[\d\-:T.+Z]+", value)
        }
    assert stored >= {*NAMES, "陈老师", "个别辅导室", "城南中学", "欧阳老师", *ids, small.chen}
    assert not [value for value in stored if value in text]
    assert not [word for word in ("辅导", "心理", "学生", "家长", "团体", "讲座", "预约") if word in text]
    assert {c for c in text if ord(c) > 127} == {"忙"}


def test_the_same_bookings_give_the_same_bytes(small: Small) -> None:
    book(small)
    book(small, TUESDAY, 980, 1040, student=small.students[2])
    first = made(small.room, small.chen)
    assert first == made(small.room, small.chen)
    assert first == ics.calendar(small.room, small.chen, MONDAY, SUNDAY, NOON + timedelta(days=3))
    uids = [str(e["uid"]) for e in entries(first)]
    assert len(set(uids)) == 2 and all(re.fullmatch(r"[0-9a-f]{32}@psyroom", uid) for uid in uids)


def test_the_number_rises_with_every_change_and_the_uid_stays(small: Small) -> None:
    booking = book(small)
    seen = [entries(made(small.room, small.chen))[0]]
    bookings.move(small.room, booking, THURSDAY, 985, 1025, NOON)
    seen.append(entries(made(small.room, small.chen))[0])
    bookings.cancel(small.room, booking, "cancelled_by_teacher")
    seen.append(entries(made(small.room, small.chen))[0])
    history.undo(small.room)
    seen.append(entries(made(small.room, small.chen))[0])
    assert len({str(e["uid"]) for e in seen}) == 1
    assert [e["sequence"] for e in seen] == [0, 1, 2, 3]
    assert [str(e["status"]) for e in seen] == ["CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert [str(e["transp"]) for e in seen] == ["OPAQUE", "OPAQUE", "TRANSPARENT", "OPAQUE"]
    stamps = [e["dtstamp"].dt for e in seen]
    assert stamps == sorted(stamps)


def test_what_was_taken_back_moved_away_or_given_to_another_is_cancelled(small: Small) -> None:
    given, gone, away = book(small), book(small, starts=990, ends=1030), book(small, TUESDAY, 990, 1030)
    uids = {str(e["uid"]) for e in entries(made(small.room, small.chen))}
    bookings.move(small.room, away, date(2026, 9, 15), 990, 1030, NOON)
    bookings.change(small.room, given, {"person": small.wang}, NOON)
    with small.room.write("删除") as deed:
        from psyroom.records.booking import Booking

        deed.session.delete(deed.session.get_one(Booking, gone))
    after = {str(e["uid"]): e for e in entries(made(small.room, small.chen))}
    assert after.keys() == uids
    assert sorted(str(e["status"]) for e in after.values()) == ["CANCELLED", "CANCELLED", "CONFIRMED"]
    moved = next(e for e in after.values() if str(e["status"]) == "CONFIRMED")
    assert moved["dtstart"].dt.astimezone().date() == date(2026, 9, 15)
    (theirs,) = entries(made(small.room, small.wang))
    assert str(theirs["status"]) == "CONFIRMED"


def test_only_the_person_s_own_hours_of_the_days(small: Small) -> None:
    book(small)
    book(small, TUESDAY, 990, 1030, person=small.wang, student=small.students[3])
    book(small, date(2026, 9, 14), 990, 1030, student=small.students[4])
    assert len(entries(made(small.room, small.chen))) == 1
    assert len(entries(made(small.room, small.chen, last=date(2026, 9, 14)))) == 2
    assert len(entries(made(small.room, small.wang))) == 1


def test_midnight_is_the_next_day(small: Small) -> None:
    with small.room.write("准备") as deed:
        deed.session.add(Event(kind="activity", day=THURSDAY, starts=1380, ends=1440, person=small.chen))
    (entry,) = entries(made(small.room, small.chen))
    assert entry["dtend"].dt.astimezone() == datetime(2026, 9, 11).astimezone()


def test_the_duty_person_may_and_wrong_questions_are_refused(small: Small, tmp_path: Path) -> None:
    book(small)
    room = as_duty(small)
    file = ics.write(room, tmp_path / "日程.ics", small.chen, MONDAY, SUNDAY, NOON)
    assert file.read_bytes() == made(room, small.chen)
    assert entries(made(room, "")) == []
    with pytest.raises(Refused, match="自己的文件夹"):
        ics.write(room, room.folder / "日程.ics", small.chen, MONDAY, SUNDAY, NOON)
    with pytest.raises(Refused, match="没有这位老师"):
        made(room, "x")
    with pytest.raises(NotValid):
        made(room, small.chen, SUNDAY, MONDAY)
