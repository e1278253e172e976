"""The time line of a student: every kind of line, and who reads what of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from psyroom.records.attachments import Attachment
from psyroom.records.students import StudentBackground
from psyroom.services import desk_words, next_steps, notes, private_notes, slips, timeline, visits
from psyroom.services.notes import StepTyped
from psyroom.services.timeline import Line
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.services.room_for_bookings import MONDAY, NOON, PASSWORD, TUESDAY, Small, at, make_small

SECRETS = ("窗外的鸽子", "纸船", "石榴", "橡皮", "灯塔", "麦子", "独木桥")
"""One in every part of a record that is written freely: topic, words, step, caption, slip, later word, hospital."""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


def as_person(small: Small, name: str, now: datetime = NOON) -> Room:
    """The same room, opened by somebody else."""
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, name, PASSWORD)
    small.room.now = lambda: now.astimezone(UTC)
    return small.room


def write_everything(small: Small, *, shared: bool = False) -> str:
    """A visit, its note with all that may belong to it, a change of the file; returns the note."""
    room, child = small.room, small.students[0]
    topic, words, step, caption, slip, later, hospital = SECRETS
    entered = visits.walk_in(room, {"client": "student", "student": child}, NOON)
    values = {
        "day": TUESDAY, "starts": 725, "ends": 765, "visit": entered.visit, "topic": topic, "words": words,
        "state": "平静", "hospital_says": hospital, "hospital": "市一院", "hospital_day": MONDAY, "shared": shared,
    }  # fmt: skip
    note = notes.add(room, values, [child], NOON, steps=[StepTyped(step, TUESDAY + timedelta(days=3))])
    with room.write("加附件") as deed:
        deed.session.add(
            Attachment(
                note=note, kind="drawing", caption=caption, name="画.jpg", day=TUESDAY, media="image/jpeg", size=1,
                sha256="0", file="f", key="k", person=room.person.id, at="",
            )
        )  # fmt: skip
    slips.write_slip(room, slip, NOON)
    desk_words.take(room, desk_words.waiting(room)[0].id, child, NOON, note=note)
    notes.sign(room, note, NOON)
    notes.add_word(room, note, later, NOON + timedelta(hours=1))
    return note


def by_kind(lines: list[Line]) -> dict[str, Line]:
    return {line.kind: line for line in lines}


def told(lines: list[Line]) -> str:
    return str([vars(line) for line in lines])


def test_every_kind_has_its_line_and_its_name(small: Small) -> None:
    note, child = write_everything(small), small.students[0]
    contact = notes.add(
        small.room, {"day": MONDAY, "kind": "parent", "with_whom": "母亲", "outcome": "答应少催"}, [child], NOON
    )
    with small.room.write("修改档案") as deed:
        deed.session.add(StudentBackground(id=child, family="grandparents", strengths="会画画"))
    lines = timeline.of(small.room, child)
    of_talks = {"talk", "care", "plan", "feedback", "home_visit"}  # test_timeline_talks
    assert {line.kind for line in lines} == set(timeline.KINDS) - {"booking"} - of_talks
    found = by_kind(lines)
    assert found["note"].title == "个别辅导：窗外的鸽子" and found["note"].ref == found["note"].note == note
    assert found["note"].detail == "已签字 · 40 分钟 · 王老师 · 2026-001"
    assert found["note"].body.splitlines() == [
        "来访者的话：纸船", "目前的心理状况：平静", "医院诊断：独木桥（市一院，2026-09-07）",
    ]  # fmt: skip
    assert (found["contact"].title, found["contact"].body) == ("家长沟通（母亲）", "沟通结果：答应少催")
    assert found["contact"].ref == contact and "未锁定" in found["contact"].detail
    step = found["step"]
    assert (step.day, step.body, step.note) == (TUESDAY + timedelta(days=3), "石榴", note) and "还没做" in step.detail
    assert (found["attachment"].body, found["slip"].body) == ("橡皮", "灯塔")
    assert (found["slip"].day, found["slip"].starts) == (TUESDAY, 725)
    assert found["addendum"].body == "麦子" and found["addendum"].note == note
    assert found["background"].detail == "家庭结构、优势与支持 · 王老师"
    assert found["background"].body == "家庭结构：隔代抚养\n优势与支持：会画画"
    assert found["visit"].body == "" and found["visit"].note == ""
    assert [(line.day, line.starts or -1) for line in lines] == sorted(
        ((line.day, line.starts or -1) for line in lines), reverse=True
    )
    assert all(secret not in line.title + line.detail for line in lines for secret in SECRETS[1:])  # folded
    assert all(secret not in repr(lines) for secret in SECRETS)


def test_a_group_s_note_lies_in_every_member_s_line(small: Small) -> None:
    note = notes.add(small.room, {"day": TUESDAY, "kind": "group", "topic": "画树"}, small.students[:3], NOON)
    for child in small.students[:3]:
        assert by_kind(timeline.of(small.room, child))["note"].ref == note
    assert "note" not in by_kind(timeline.of(small.room, small.students[3]))


def test_a_step_says_what_became_of_it(small: Small) -> None:
    child = small.students[0]
    notes.add(small.room, {"day": MONDAY}, [child], NOON, steps=[StepTyped("打电话", MONDAY)])
    step = by_kind(timeline.of(small.room, child))["step"]
    assert "过期没做" in step.detail
    next_steps.done(small.room, step.ref, NOON)
    assert "已完成（9月8日）" in by_kind(timeline.of(small.room, child))["step"].detail


# ---- whose ------------------------------------------------------------------------------------------------------


def test_of_a_colleague_s_note_only_that_it_is_there(small: Small) -> None:
    note, child = write_everything(small), small.students[0]
    room = as_person(small, "陈老师")
    lines = timeline.of(room, child)
    assert {line.kind for line in lines} == {"entry", "visit", "note"}
    sealed = by_kind(lines)["note"]
    assert sealed.title == "王老师的记录（需说明原因才能打开）" and sealed.sealed and sealed.note == note
    assert (sealed.body, sealed.detail) == ("", "2026-001")
    assert not [secret for secret in (*SECRETS, "市一院", "平静") if secret in told(lines)]


def test_a_shared_note_is_read_whole_and_a_private_one_never(small: Small) -> None:
    note, child = write_everything(small, shared=True), small.students[0]
    private_notes.write(small.room, "我自己的担心", note=note, student=child, now=NOON)
    assert "我自己的担心" not in told(timeline.of(small.room, child))
    lines = timeline.of(as_person(small, "陈老师"), child)
    assert all(secret in told(lines) for secret in SECRETS) and "我自己的担心" not in told(lines)
    assert by_kind(lines)["note"].detail.count("王老师") == 1


def test_the_duty_person_sees_the_desk_s_part_and_no_more(small: Small) -> None:
    write_everything(small, shared=True)
    child = small.students[0]
    before = [line for line in timeline.of(small.room, child) if line.kind in timeline.DESK_KINDS]
    room = as_person(small, "小周", at(TUESDAY, 900))
    lines = timeline.of(room, child)
    assert lines == before and lines and {line.kind for line in lines} <= set(timeline.DESK_KINDS)
    assert not [secret for secret in SECRETS if secret in told(lines)]
