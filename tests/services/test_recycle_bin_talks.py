"""Talks, plans with their steps, feedback, home visits and marks in the recycle bin: said in words, brought back whole by
any counsellor, and never by halves where two entries became one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from psyroom.records.care import Care, Feedback, HomeVisit, Plan, PlanReview, PlanStep
from psyroom.records.talks import Talk
from psyroom.services import history, merging, recycle_bin
from psyroom.store.checking import drift, verify
from psyroom.store.opening import open_room
from tests.services.room_for_bookings import NOON, PASSWORD, TUESDAY, Small, as_duty, make_small
from tests.services.test_timeline_talks import WRITTEN, fill

WORDS = {
    Talk: "谈话 · 张晓雨 · 9月8日 · 面谈",
    Care: "重点关爱标记 · 张晓雨 · 9月7日",
    Plan: "成长指导方案 · 张晓雨 · 9月8日 · 第1版",
    Feedback: "家校反馈 · 张晓雨 · 9月8日 · 微信",
    HomeVisit: "家访 · 张晓雨 · 9月8日 · 实地家访",
}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


def rows(small: Small, *tables: Any) -> list[dict[str, Any]]:
    with small.room.read() as session:
        return [row.model_dump() for table in tables for row in session.exec(select(table)).all()]


def delete(small: Small, *tables: Any) -> None:
    with small.room.write("删除") as deed:
        for table in tables:
            for row in deed.session.exec(select(table)).all():
                deed.session.delete(row)


@pytest.mark.parametrize("table", WORDS, ids=lambda table: table.__name__)
def test_each_comes_back_whole_by_any_counsellor(small: Small, table: Any) -> None:
    fill(small, small.students[0])
    tables = (PlanStep, PlanReview, Plan) if table is Plan else (table,)
    before = rows(small, *tables)
    delete(small, *tables)
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, "陈老师", PASSWORD)
    (line,) = recycle_bin.listed(small.room)
    assert line.words == WORDS[table] and line.may_restore and line.who == "王老师" and line.count == 1
    assert not any(word in line.words for words in WRITTEN.values() for word in words)
    recycle_bin.restore(small.room, line.deed)
    assert rows(small, *tables) == before and recycle_bin.listed(small.room) == []
    assert verify(small.room).ok and not drift(small.room)


def test_a_class_that_was_taken_back_is_one_line(small: Small) -> None:
    with small.room.write("登记谈话") as deed:
        deed.session.add_all(Talk(student=child, day=TUESDAY, talker="周老师") for child in small.students)
    history.undo(small.room)
    (line,) = recycle_bin.listed(small.room)
    assert line.undo and line.count == len(small.students) and line.words.startswith(f"谈话 {line.count} 条，如谈话 · ")


def test_what_went_when_two_entries_became_one_is_no_line_of_its_own(small: Small) -> None:
    keep, other = small.students[:2]
    with small.room.write("准备") as deed:
        deed.session.add_all(Care(student=child, since=TUESDAY, ground="班主任提出") for child in (keep, other))
    merging.merge(small.room, keep, other)
    assert len(rows(small, Care)) == 1 and recycle_bin.listed(small.room) == []


def test_the_desk_s_bin_knows_nothing_of_it(small: Small) -> None:
    fill(small, small.students[0])
    delete(small, *WORDS)
    assert recycle_bin.listed(small.room)
    assert recycle_bin.listed(as_duty(small)) == []
