"""What the desk's file says of who waits and of groups: looked for in the raw file with the duty person's key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psyroom.records.waiting import Waiting, WaitingWindow
from psyroom.rules.booking import Free
from psyroom.rules.waiting import Window
from psyroom.services import groups, history, students, waiting
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD

NOW = datetime(2026, 9, 8, 12, 5)
THURSDAY = date(2026, 9, 10)
TOPIC = "金丝雀在窗外"
CHILD = {"stage": "vocational", "cohort": 2026, "class_no": 1}


def shell(folder: Path) -> Any:
    """The desk's file, opened with the duty person's key by a shell of their own."""
    import sqlcipher3.dbapi2 as driver

    duty = open_room(folder, "乙", PASSWORD)
    key = duty._keys["main"]
    duty.close()
    c = driver.connect(str(folder / "desk.db"))
    c.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return c


def raw(folder: Path) -> tuple[dict[str, list[str]], str]:
    """Every table of desk.db with its columns, and everything in it as one text."""
    c = shell(folder)
    tables = [name for (name,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    columns = {name: [row[1] for row in c.execute(f'PRAGMA table_info("{name}")')] for name in tables}
    told: list[str] = []
    for name in tables:
        for row in c.execute(f'SELECT * FROM "{name}"').fetchall():
            told += [cell.hex() + repr(cell) if isinstance(cell, bytes) else repr(cell) for cell in row]
    c.close()
    return columns, "\n".join(told)


@pytest.fixture
def folder(new_room: Callable[..., Room]) -> tuple[Path, str, str]:
    """A closed room: one waits and was put first by a counsellor, one waits, one was booked from the list; a group with a
    topic. The folder, the one put first, the group."""
    room = new_room()
    pupils = [students.add(room, {**CHILD, "name": f"周一{n}"}, {}) for n in "甲乙丙"]
    when = (Window(4, 700, 840),)
    first = waiting.add(room, {"student": pupils[0]}, when, NOW)
    waiting.add(room, {"student": pupils[1]}, when, NOW)
    last = waiting.add(room, {"student": pupils[2]}, (), NOW)
    waiting.set_first(room, first)
    waiting.set_first(room, last)
    waiting.set_first(room, last, False)
    history.undo(room)
    free = Free(THURSDAY, 730, 770, room.person.id, "")
    assert [m.entry.id for m in waiting.matches(room, free, NOW)][:2] == [first, last]
    waiting.take(room, last, THURSDAY, 730, 770, NOW, person=room.person.id, anyway=True)
    waiting.renew(room, first, NOW)
    group = groups.add(room, {"leader": room.person.id}, pupils[:2], NOW.date())
    groups.set_topic(room, group, TOPIC)
    groups.set_topic(room, group, TOPIC + "唱")
    history.undo(room)
    room.close()
    return room.folder, first, group


def test_no_mark_and_no_topic_in_the_desk_s_file(folder: tuple[Path, str, str]) -> None:
    path, first, group = folder
    columns, told = raw(path)
    assert first in told and group in told, "entry and group are the desk's; otherwise this test sees nothing"
    assert {"waiting", "waiting_window", "counselling_group", "group_member", "deed", "revision"} <= columns.keys()
    assert not {"waiting_first", "group_topic", "booking_urgency"} & columns.keys()
    named = {column for found in columns.values() for column in found}
    assert not named & {"first", "priority", "topic", "urgent", "urgency", "reason", "why_urgent"}
    for word in (TOPIC, "优先", "waiting_first", "group_topic", "booking_urgency", "主题", TOPIC.encode().hex()):
        assert word not in told, word


def test_nothing_in_the_desk_s_file_differs_for_one_put_first(new_room: Callable[..., Room]) -> None:
    """Two rooms, the same deeds, in one of them a mark: the desk's rows of the list and their revisions are as many, and
    no deed of the desk's stands for the mark."""
    seen = []
    for mark in (False, True):
        room = new_room()
        pupil = students.add(room, {**CHILD, "name": "周一鸣"}, {})
        entry = waiting.add(room, {"student": pupil}, (Window(4, 700, 840),), NOW)
        if mark:
            waiting.set_first(room, entry)
        waiting.renew(room, entry, NOW + timedelta(days=1))
        room.close()
        c = shell(room.folder)
        seen.append(
            (c.execute("SELECT count(*) FROM revision").fetchone(), c.execute("SELECT what FROM deed").fetchall())
        )
        c.close()
    assert seen[0] == seen[1]


def test_the_desk_s_own_fields_of_the_list_are_known() -> None:
    """A field more is a decision: it may not say why somebody waits."""
    fields = "client student name person minutes channel way since expires state booking id"
    assert set(Waiting.model_fields) == set(fields.split())
    assert set(WaitingWindow.model_fields) == {"id", "waiting", "weekday", "starts", "ends"}


def test_a_duty_person_s_order_is_that_of_waiting_alone(folder: tuple[Path, str, str]) -> None:
    path, first, _ = folder
    with open_room(path, "乙", PASSWORD) as duty:
        entries = waiting.listed(duty, NOW)
        assert [e.first for e in entries] == [False, False]
        assert [e.id for e in entries] == sorted(e.id for e in entries)
        found = waiting.matches(duty, Free(THURSDAY, 780, 820, duty.person.id, ""), NOW)
        assert first in [m.entry.id for m in found] and not any("优先" in m.why for m in found)
        assert [g.topic for g in groups.listed(duty)] == [""]
