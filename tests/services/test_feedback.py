"""一反馈: its states and their dates, what may still be changed, and a random hand that never gets a state without its date."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from psyroom.errors import NotFound, NotValid, Refused, Tell
from psyroom.records.care import FEEDBACK_STATES, FEEDBACK_WAYS, GIVEN, Feedback, HomeVisit
from psyroom.rules.feedback import DATES
from psyroom.services import (
    attachments,
    coverage,
    feedback,
    feedback_list,
    feedback_slips,
    history,
    home_visits,
    recycle_bin,
    talk_rules,
)
from psyroom.services.feedback import FeedbackSeen
from psyroom.store import checking
from psyroom.store.room import Room
from tests.safety.test_private_exits import PICTURE
from tests.services.room_for_bookings import NOON, Small, make_small

TODAY = NOON.date()
WORDS = {"study": "上课能跟上", "life": "和同学处得好", "advice": "每天听孩子说说话", "by": "王芳"}


@pytest.fixture
def small(tmp_path: Path, cheap_keys: None) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def seen(small: Small, id: str) -> FeedbackSeen:
    return feedback.seen(small.room, id)


def letter(small: Small, child: int = 0, **values: Any) -> str:
    return feedback.save(small.room, small.students[child], {**WORDS, "day": ago(1), **values}, NOON)


# ---- states -------------------------------------------------------------------------------------------------------


def test_a_slip_goes_through_its_states_each_with_its_day(small: Small) -> None:
    id = letter(small, day=ago(1))
    assert (seen(small, id).state, seen(small, id).since) == ("draft", None)
    for state, day in (("printed", ago(1)), ("delivered", ago(1)), ("signed", TODAY)):
        assert feedback.set_state(small.room, [id], state, day, NOON) == feedback.Moved(1, 0)
        assert (seen(small, id).state, seen(small, id).since) == (state, day)
    assert seen(small, id).given and seen(small, id).delivered_on == ago(1) and seen(small, id).printed == 1


@pytest.mark.parametrize("way", [w for w in FEEDBACK_WAYS if w != "letter"])
def test_by_word_of_mouth_it_is_delivered_on_its_day(small: Small, way: str) -> None:
    id = feedback.save(small.room, small.students[0], {**WORDS, "way": way, "day": ago(1)}, NOON)
    assert (seen(small, id).state, seen(small, id).delivered_on) == ("delivered", ago(1))
    feedback.save(small.room, "", {"day": TODAY}, NOON, feedback=id)
    assert seen(small, id).delivered_on == TODAY
    with pytest.raises(Refused):
        feedback.set_state(small.room, [id], "printed", TODAY, NOON, back=True)
    with pytest.raises(NotValid):
        feedback.save(small.room, small.students[0], {"way": way, "day": TODAY + timedelta(days=1)}, NOON)
    feedback.save(small.room, "", {"way": "letter"}, NOON, feedback=id)
    assert (seen(small, id).state, seen(small, id).delivered_on) == ("draft", None)


def test_a_day_to_come_or_before_the_step_before_is_refused(small: Small) -> None:
    id, other = letter(small), letter(small, 1)
    feedback.set_state(small.room, [id], "printed", TODAY, NOON)
    for state, day in (("delivered", ago(1)), ("signed", TODAY + timedelta(days=1)), ("refused", ago(2))):
        with pytest.raises(NotValid):
            feedback.set_state(small.room, [other, id], state, day, NOON)
    assert seen(small, id).state == "printed" and seen(small, other).state == "draft"  # nothing of a half


def test_a_class_is_only_moved_on(small: Small) -> None:
    """What came back signed, or was refused, is not made 已送达 again with the others."""
    ids = [letter(small, n) for n in range(4)]
    feedback.set_state(small.room, ids[:1], "signed", TODAY, NOON)
    feedback.set_state(small.room, ids[1:2], "refused", TODAY, NOON, why="家长说忙")
    assert feedback.set_state(small.room, ids, "delivered", TODAY, NOON) == feedback.Moved(2, 2)
    assert [seen(small, id).state for id in ids] == ["signed", "refused", "delivered", "delivered"]
    feedback.set_state(small.room, ids[:2], "delivered", TODAY, NOON, back=True)
    assert seen(small, ids[0]).signed_on is None and seen(small, ids[1]).refused_why == ""
    history.undo(small.room)
    assert [seen(small, id).state for id in ids[:2]] == ["signed", "refused"]


def test_unknown_states_and_rows_change_nothing(small: Small) -> None:
    id = letter(small)
    for wrong in (
        lambda: feedback.set_state(small.room, [id], "gone", TODAY, NOON),
        lambda: feedback.set_state(small.room, [id, "0" * 32], "delivered", TODAY, NOON),
        lambda: feedback.set_state(small.room, [id], "refused", TODAY, NOON, why="长" * 101),
        lambda: feedback.set_state(small.room, [id], "signed", TODAY, NOON, scan="0" * 32),
        lambda: feedback.save(small.room, "0" * 32, WORDS, NOON),
        lambda: feedback.save(small.room, small.students[0], {"study": "长" * 301}, NOON),
        lambda: feedback.save(small.room, small.students[0], WORDS, NOON, term="1999-1"),
        lambda: feedback.save(small.room, small.students[0], {"day": date(2025, 1, 1)}, NOON),
    ):
        with pytest.raises(Tell):
            wrong()
    assert seen(small, id).state == "draft" and len(feedback.of_student(small.room, small.students[0])) == 1


# ---- what may still be changed -------------------------------------------------------------------------------------


def test_words_that_are_printed_may_be_mended_and_are_printed_again(small: Small) -> None:
    id = letter(small)
    feedback.set_state(small.room, [id], "printed", TODAY, NOON)
    feedback.save(small.room, "", {"remark": "班主任说周五发"}, NOON, feedback=id)
    assert seen(small, id).state == "printed"
    feedback.save(small.room, "", {"study": "上课能跟上，作业按时交"}, NOON, feedback=id)
    assert (seen(small, id).state, seen(small, id).printed, seen(small, id).printed_on) == ("draft", 1, None)
    made = feedback_slips.slips(small.room, [small.students[0]], NOON)
    assert made.slips[0].again


@pytest.mark.parametrize("state", ["delivered", "signed", "refused"])
def test_what_the_parents_hold_is_not_changed_behind_their_backs(small: Small, state: str) -> None:
    id = letter(small)
    feedback.set_state(small.room, [id], state, TODAY, NOON)
    for values in ({"study": "别的"}, {"by": "李强"}, {"day": TODAY}, {"way": "telephone"}):
        with pytest.raises(Refused):
            feedback.save(small.room, "", values, NOON, feedback=id)
    feedback.save(small.room, "", {"reply": "谢谢老师", "relation": "母亲", "remark": "已回电话"}, NOON, feedback=id)
    assert seen(small, id).fields.reply == "谢谢老师" and seen(small, id).fields.study == WORDS["study"]


# ---- the signed slip -----------------------------------------------------------------------------------------------


def test_a_signed_slip_and_its_scan_are_one_deed(small: Small, tmp_path: Path) -> None:
    id = letter(small)
    path = tmp_path / "签回.png"
    path.write_bytes(PICTURE)
    scan = feedback.signed_with_scan(small.room, id, path, TODAY, NOON)
    assert (seen(small, id).state, seen(small, id).scan) == ("signed", scan)
    (kept,) = attachments.of(small.room, student=small.students[0])
    assert (kept.id, kept.kind) == (scan, "signed")
    history.undo(small.room)
    assert (seen(small, id).state, seen(small, id).scan) == ("draft", "")
    assert not attachments.of(small.room, student=small.students[0])


def test_a_scan_that_is_gone_or_anothers_is_not_the_slips(small: Small) -> None:
    id, other = letter(small), letter(small, 1)
    scan = feedback.signed_with_scan(small.room, id, ("签回.png", PICTURE), TODAY, NOON)
    with pytest.raises(Refused):
        feedback.set_state(small.room, [other], "signed", TODAY, NOON, scan=scan)
    with pytest.raises(NotValid):
        feedback.signed_with_scan(small.room, other, ("签回.png", PICTURE), TODAY + timedelta(days=1), NOON)
    assert not attachments.of(small.room, student=small.students[1])
    attachments.remove(small.room, scan)
    assert (seen(small, id).state, seen(small, id).scan) == ("signed", "")


# ---- lists ---------------------------------------------------------------------------------------------------------


def test_the_list_says_what_the_lamps_and_the_figures_say(small: Small) -> None:
    talk_rules.set_rules(small.room, {"feedback_for": "all"})
    letter(small, 0)
    feedback.set_state(small.room, [letter(small, 1)], "signed", TODAY, NOON)
    letter(small, 1)  # another one, only written: the one that was given stands
    feedback.save(small.room, small.students[2], {**WORDS, "way": "wechat"}, NOON)
    lines = feedback_list.listed(small.room, NOON)
    lamps = {line.id: line.lamps.feedback.state for line in coverage.students(small.room, NOON)}
    assert {line.student: "green" if line.given and line.owed else "amber" for line in lines} == lamps
    total = coverage.of(small.room, NOON).total
    assert (total.feedback_due, total.feedback) == (len(lines), sum(line.given for line in lines))
    own = {line.student: line for line in lines}
    assert own[small.students[1]].state == "signed" and own[small.students[1]].more == 1
    assert own[small.students[3]].feedback == "" and own[small.students[3]].state_name == "还没有"
    talk_rules.set_rules(small.room, {"feedback_for": "care"})
    assert not feedback_list.listed(small.room, NOON, owed_only=True)
    assert len(feedback_list.listed(small.room, NOON)) == len(lines)


def test_list_and_lamp_speak_of_the_same_slip_in_whatever_order_they_were_entered(small: Small) -> None:
    room, child = small.room, small.students[0]
    talk_rules.set_rules(room, {"feedback_for": "all"})
    later, earlier = letter(small, day=ago(2)), letter(small, day=ago(6))
    feedback.set_state(room, [earlier], "printed", ago(6), NOON)
    feedback.set_state(room, [earlier], "refused", ago(5), NOON, why="没有收")
    line = next(one for one in feedback_list.listed(room, NOON) if one.student == child)
    known = coverage.line(room, child, NOON)
    assert known is not None and (line.feedback, line.state) == (later, "draft")
    assert (known.feedback, known.feedback_on) == (line.state, line.since)
    given = feedback.save(room, child, {**WORDS, "way": "telephone", "day": ago(4)}, NOON)
    line = next(one for one in feedback_list.listed(room, NOON) if one.student == child)
    known = coverage.line(room, child, NOON)
    assert known is not None and (line.feedback, line.state) == (given, "delivered")
    assert (known.feedback, known.feedback_on) == (line.state, line.since)


def test_a_slip_that_does_not_come_back_is_spoken_of_after_a_week(small: Small) -> None:
    ids = [letter(small, n, day=ago(8)) for n in range(3)]
    feedback.set_state(small.room, ids[:1], "printed", ago(7), NOON)
    feedback.set_state(small.room, ids[1:2], "delivered", ago(6), NOON)
    feedback.save(small.room, small.students[3], {**WORDS, "way": "telephone", "day": ago(8)}, NOON)
    assert [line.feedback for line in feedback_list.waiting(small.room, NOON)] == ids[:1]
    later = NOON + timedelta(days=2)
    assert {line.feedback: line.days for line in feedback_list.waiting(small.room, later)} == {ids[0]: 9, ids[1]: 8}
    feedback.set_state(small.room, ids, "signed", TODAY, NOON)
    assert not feedback_list.waiting(small.room, later)


# ---- undo ----------------------------------------------------------------------------------------------------------


def test_every_deed_but_the_printing_is_undone(small: Small) -> None:
    id = letter(small)
    feedback.set_state(small.room, [id], "delivered", TODAY, NOON)
    history.undo(small.room)
    assert seen(small, id).state == "draft"
    feedback.remove(small.room, id, NOON)
    with pytest.raises(NotFound):
        seen(small, id)
    history.undo(small.room)
    assert seen(small, id).fields.study == WORDS["study"]
    made = feedback_slips.slips(small.room, [small.students[0]], NOON)
    feedback_slips.printed(small.room, made, NOON, reason="家校沟通", receiver="家长")
    for _ in range(3):  # what was undone is left behind; the printing is in the way of what lies under it
        with pytest.raises(Tell):
            history.undo(small.room)
    assert (seen(small, id).state, seen(small, id).printed) == ("printed", 1)


# ---- a random hand -------------------------------------------------------------------------------------------------


def whole(room: Room) -> int:
    """Every row as it must be; returns how many there are."""
    with room.snapshot() as session:
        rows = list(session.exec(select(Feedback)).all())
        visits = {row.id: row for row in session.exec(select(HomeVisit)).all()}
    for row in rows:
        days = {state: getattr(row, name) for state, name in DATES.items()}
        assert row.state == "draft" or days[row.state] is not None, row.state
        allowed = {"draft": (), "printed": ("printed",), "delivered": ("printed", "delivered"),
                   "refused": ("printed", "refused"), "signed": ("printed", "delivered", "signed")}  # fmt: skip
        assert {state for state, day in days.items() if day} <= set(allowed[row.state])
        assert row.state != "signed" or days["delivered"] is not None
        steps = [days[state] for state in ("printed", "delivered", "signed") if days[state]]
        assert row.way != "letter" or steps == sorted(steps)
        assert row.state != "printed" or row.printed > 0
        assert row.way == "letter" or row.state in (*GIVEN, "refused")
        assert row.way == "letter" or row.state not in GIVEN or row.delivered_on == row.day
        assert (row.refused_why == "") or row.state == "refused"
        if row.home_visit:
            visit = visits[row.home_visit]
            assert (row.day, row.way, row.student) == (visit.day, home_visits.BY[visit.way], visit.student)
    return len(rows)


def turn(hand: random.Random, small: Small) -> None:
    room = small.room
    with room.read() as session:
        ids = [row.id for row in session.exec(select(Feedback)).all()]
        visits = [row.id for row in session.exec(select(HomeVisit)).all()]
    day, child = ago(hand.randint(-1, 5)), hand.choice(small.students)
    some = hand.sample(ids, min(len(ids), hand.randint(1, 3)))
    what = hand.choice(["save", "save", "change", "change", "state", "state", "state", "print", "visit", "visit change",
                        "visit gone", "remove", "scan", "undo", "bin"])  # fmt: skip
    values = {**WORDS, "way": hand.choice(list(FEEDBACK_WAYS)), "day": day}
    if what == "save":
        feedback.save(room, child, values, NOON)
    elif what == "change" and ids:
        feedback.save(
            room, "", {hand.choice(list(values)): "改过"} if hand.random() < 0.5 else values, NOON, feedback=some[0]
        )
    elif what == "state" and ids:
        state = hand.choice(list(FEEDBACK_STATES))
        feedback.set_state(room, some, state, day, NOON, why="忙", back=hand.random() < 0.4)
    elif what == "print":
        made = feedback_slips.slips(room, hand.sample(small.students, 3), NOON)
        feedback_slips.printed(room, made, NOON, reason="家校沟通", receiver="家长")
    elif what == "visit":
        told = hand.choice([None, {}, WORDS])
        way = hand.choice(list(home_visits.BY))
        home_visits.add(room, child, {"day": day, "teachers": "王芳、李强", "way": way}, NOON, feedback=told)
    elif what == "visit change" and visits:
        way = hand.choice(list(home_visits.BY))
        told = hand.choice([None, WORDS])
        home_visits.change(room, hand.choice(visits), {"day": day, "way": way}, NOON, feedback=told)
    elif what == "visit gone" and visits:
        home_visits.remove(room, hand.choice(visits), NOON, with_feedback=hand.random() < 0.5)
    elif what == "remove" and ids:
        feedback.remove(room, some[0], NOON)
    elif what == "scan" and ids:
        feedback.signed_with_scan(room, some[0], ("a.png", PICTURE), day, NOON)
    elif what == "undo":
        history.undo(room)
    elif what == "bin" and (lines := recycle_bin.listed(room)):
        recycle_bin.restore(room, hand.choice(lines).deed)


@pytest.mark.parametrize("seed", range(6))
def test_no_state_stands_without_its_date(small: Small, seed: int) -> None:
    hand, most = random.Random(seed), 0
    talk_rules.set_rules(small.room, {"feedback_for": "all"})
    for _ in range(70):
        try:
            turn(hand, small)
        except Tell:
            pass
        most = max(most, whole(small.room))
        lines = feedback_list.listed(small.room, NOON)
        lamps = {line.id: line.lamps.feedback.state == "green" for line in coverage.students(small.room, NOON)}
        assert {line.student: line.given for line in lines} == lamps
    assert most > 2 and checking.drift(small.room) == []
