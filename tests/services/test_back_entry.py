"""A sheet written by hand, keyed in: checked row by row, in one deed, never twice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from psyroom.errors import NotValid, SignedWeek
from psyroom.records.weeks import WeekSignature
from psyroom.rules.intervals import total, union
from psyroom.services import back_entry, bookings, drafts, history, hours, openings, visits, week
from psyroom.services.back_entry import FORM, WALKED_IN, NotEntered
from psyroom.store import history as chain
from psyroom.store.questions import booking as ask
from psyroom.store.questions import opening as ask_openings
from tests.services.room_for_bookings import MONDAY, NOON, TUESDAY, Small, as_duty, at, make_small

EVENING = at(TUESDAY, 1200)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    yield made
    made.room.close()


def came(small: Small, which: int = 0, starts: int = 730, ends: int = 770, **more: Any) -> dict[str, Any]:
    return {"starts": starts, "ends": ends, "client": "student", "student": small.students[which], **more}


def duty(small: Small, starts: int = 720, ends: int = 830, person: str = "") -> dict[str, Any]:
    return {"starts": starts, "ends": ends, "person": person or small.chen}


def enter(small: Small, rows: list[Any], duties: list[Any] = [], day: date = MONDAY, **more: Any) -> Any:  # noqa: B006
    return back_entry.enter(small.room, day, rows, EVENING, duties=duties, **more)


def refused(small: Small, rows: list[Any], duties: list[Any] = [], day: date = MONDAY) -> back_entry.Looked:  # noqa: B006
    before = len(chain.deeds(small.room, 200))
    with pytest.raises(NotEntered) as told:
        enter(small, rows, duties, day)
    assert len(chain.deeds(small.room, 200)) == before, "nothing is written before every row stands"
    looked = back_entry.check(small.room, day, rows, EVENING, duties=duties)
    assert (looked.visits, looked.duties, looked.asks) == (
        told.value.looked.visits, told.value.looked.duties, told.value.looked.asks,
    )  # fmt: skip
    return told.value.looked


def booked(small: Small, which: int = 0, starts: int = 735, day: date = MONDAY, **more: Any) -> str:
    values = {"client": "student", "student": small.students[which], "person": small.chen, "place": small.places[0]}
    return bookings.book(
        small.room, {**values, "day": day, "starts": starts, "ends": starts + 40, **more}, at(MONDAY, 480), anyway=True
    ).id


def rows_of(small: Small, day: date = MONDAY) -> tuple[list[Any], list[Any]]:
    with small.room.read() as session:
        return ask.visits(session, day, day), ask_openings.openings(session, day, day)


def test_a_sheet_becomes_visits_and_openings_in_one_deed(small: Small) -> None:
    done = enter(
        small,
        [
            came(small),
            {},
            came(small, 1, 775, 800, client="parent", person=small.wang),
            {"starts": 980, "ends": 1010, "client": "teacher", "name": "欧阳老师", "person": small.chen},
            {"starts": 1015, "ends": 1060, "client": "group", "size": 12, "person": small.chen},
        ],
        [duty(small), duty(small, 980, 1060, small.wang)],
    )
    seen, open_ = rows_of(small)
    assert [(v.client, v.starts, v.ends, v.size) for v in seen] == [
        ("student", 730, 770, 1), ("parent", 775, 800, 1), ("teacher", 980, 1010, 1), ("group", 1015, 1060, 12),
    ]  # fmt: skip
    assert all(v.closed_by == small.wang for v in seen) and [v.person for v in seen][0] == small.wang
    assert [(o.starts, o.ends, o.person, o.origin) for o in open_] == [
        (720, 830, small.chen, "hand"), (980, 1060, small.wang, "hand"),
    ]  # fmt: skip
    assert (len(done.visits), len(done.openings), done.arrived, done.missed) == (4, 2, 0, 0)
    assert done.note == "已补录 9月7日：2 段值班、4 次来访"
    assert chain.deeds(small.room, 1)[0].what == "按纸质记录补录"
    behind = hours.rows_behind(small.room, MONDAY, MONDAY, EVENING)
    assert total(union([(r.starts, r.until) for r in behind])) == 110 + 80
    history.undo(small.room)
    assert rows_of(small) == ([], [])


def test_what_the_duty_person_keys_in_waits_to_be_closed(small: Small) -> None:
    as_duty(small)
    done = enter(small, [came(small)], [duty(small, person=small.duty)])
    (seen,), _ = rows_of(small)
    assert seen.closed_by == "" and seen.person in (small.chen, small.wang) and "等心理教师结束" in done.note


def test_a_booking_at_about_the_time_is_asked_about_and_not_taken_silently(small: Small) -> None:
    booking = booked(small)
    looked = refused(small, [came(small)])
    assert looked.asks[0].booking == booking and "12:15—12:55 有预约" in looked.asks[0].sentence and not looked.visits
    done = enter(small, [came(small, booking=booking, outcome="late")])
    (seen,), _ = rows_of(small)
    assert seen.booking == booking and seen.person == small.chen and seen.place == small.places[0] and done.arrived == 1
    entry = week.entry(small.room, "booking", booking, EVENING)
    assert entry is not None and entry.outcome == "late" and entry.visit == seen.id
    history.undo(small.room)
    enter(small, [came(small, booking=WALKED_IN, person=small.chen)])
    (again,), _ = rows_of(small)
    kept = week.entry(small.room, "booking", booking, EVENING)
    assert again.booking == "" and kept is not None and kept.outcome == "open"


def test_a_booking_far_from_the_time_or_cancelled_is_not_asked_about(small: Small) -> None:
    gone = booked(small, 1)
    bookings.cancel(small.room, gone, "cancelled_by_student")
    booked(small, starts=985)
    assert not back_entry.check(small.room, MONDAY, [came(small), came(small, 1, 780, 800)], EVENING).asks


def test_one_booking_cannot_be_two_rows(small: Small) -> None:
    booking = booked(small)
    rows = [came(small, booking=booking), came(small, starts=780, ends=800, booking=booking)]
    assert "上面的一行" in refused(small, rows).visits[1]["booking"]
    assert "不是这一天这一位" in refused(small, [came(small, 1, booking=booking)]).visits[0]["booking"]


def test_who_did_not_come_is_marked_at_the_booking(small: Small) -> None:
    booking = booked(small)
    done = enter(small, [{"client": "student", "student": small.students[0], "outcome": "no_show"}])
    entry = week.entry(small.room, "booking", booking, EVENING)
    assert entry is not None and entry.outcome == "no_show" and rows_of(small)[0] == []
    assert done.missed == 1 and "1 个未到" in done.note
    looked = refused(small, [came(small, 1, outcome="no_show")])
    assert "没有这位待到的预约" in looked.visits[0]["outcome"]
    again = refused(small, [{"client": "student", "student": small.students[0], "outcome": "no_show"}])
    assert "已经记为未到" in again.visits.get(0, {}).get("outcome", "") and again.twice


def test_every_problem_is_said_under_its_row(small: Small) -> None:
    looked = refused(
        small,
        [
            came(small, starts=770, ends=730),
            came(small, 1, starts="十二点多", ends=None),
            {"starts": 800, "ends": 820, "client": "student", "typed": "张晓宇"},
            {"starts": 800, "ends": 820, "client": "group", "size": 1},
            {"starts": 840, "ends": 850, "client": "teacher"},
            came(small, 2, 860, 880, person="x" * 32),
        ],
        [duty(small, 800, 700), duty(small, 100, 1100), {"starts": 700, "ends": 710}],
    )
    assert "要晚于 12:50" in looked.visits[0]["ends"]
    assert "看不懂“十二点多”" in looked.visits[1]["starts"] and "请填写离开的时间" in looked.visits[1]["ends"]
    assert "名册里没有“张晓宇”" in looked.visits[2]["student"]
    assert "至少 2 人" in looked.visits[3]["size"] and "教师的姓名" in looked.visits[4]["name"]
    assert "接待老师" in looked.visits[5]["person"]
    assert "要晚于" in looked.duties[0]["ends"] and "16 小时" in looked.duties[1]["ends"]
    assert "谁值班" in looked.duties[2]["person"] and looked.count == 9


def test_the_future_is_refused(small: Small) -> None:
    assert "还没到这一天" in refused(small, [came(small)], day=TUESDAY + timedelta(days=1)).day
    looked = refused(small, [came(small, starts=1190, ends=1230)], [duty(small, 1210, 1230)], TUESDAY)
    assert "还没到" in looked.visits[0]["ends"] and "还没到" in looked.duties[0]["starts"]
    enter(small, [came(small, starts=1160, ends=1200)], day=TUESDAY)


def test_nothing_at_all_is_said_so(small: Small) -> None:
    with pytest.raises(NotEntered, match="还没有填任何一行"):
        enter(small, [{}, {"client": "student", "outcome": "arrived", "person": small.chen}], [{"person": small.chen}])


def test_the_same_visitor_or_counsellor_cannot_be_in_two_rows_at_once(small: Small) -> None:
    looked = refused(
        small,
        [
            came(small, person=small.chen),
            came(small, starts=760, ends=790, person=small.wang),
            came(small, 1, 765, 790, person=small.chen),
            came(small, 2, 770, 790, person=small.chen),
        ],
        [duty(small), duty(small, 820, 840), duty(small, 800, 840, small.wang)],
    )
    assert looked.visits.keys() == {1, 2} and looked.duties.keys() == {1}
    assert "和第 1 行是同一位，" in looked.visits[1]["starts"] and "同一位接待老师" in looked.visits[2]["starts"]


def test_what_the_computer_has_already_is_not_entered_again(small: Small) -> None:
    room = small.room
    visits.walk_in(room, {"client": "student", "student": small.students[0], "person": small.chen}, at(MONDAY, 740))
    openings.duty_on(room, at(MONDAY, 700), person=small.chen)
    looked = refused(small, [came(small, person=small.wang), came(small, 1, person=small.chen)], [duty(small)])
    assert "还没登记离开" in looked.visits[0]["starts"] and "在接待张晓雨" in looked.visits[1]["starts"]
    assert "还没有签退" in looked.duties[0]["starts"]


def test_the_same_sheet_twice_is_noticed(small: Small) -> None:
    booking = booked(small, 3)
    sheet: list[Any] = [came(small), came(small, 1, 780, 800)]
    sheet.append({"client": "student", "student": small.students[3], "outcome": "no_show"})
    enter(small, sheet, [duty(small)])
    looked = refused(small, sheet, [duty(small)])
    assert "已经录过了" in looked.twice and looked.visits.keys() == {0, 1, 2} and looked.duties.keys() == {0}
    more = refused(small, [*sheet, came(small, 2, 800, 820)], [duty(small)])
    assert not more.twice and more.visits.keys() == {0, 1, 2}
    assert booking and len(rows_of(small)[0]) == 2


def test_a_signed_week_needs_a_reason(small: Small) -> None:
    with small.room.write("准备") as deed:
        deed.session.add(WeekSignature(monday=MONDAY, person=small.wang, at="2026-09-14 08:00", outside=0, open=0))
    with pytest.raises(SignedWeek):
        enter(small, [came(small)], [duty(small)])
    with pytest.raises(NotValid):
        enter(small, [came(small)], why="x")
    assert rows_of(small) == ([], [])
    enter(small, [came(small)], [duty(small)], why="paper")
    assert len(rows_of(small)[0]) == 1
    with small.room.read() as session:
        from psyroom.store.questions import weeks

        assert len(weeks.amendments(session, MONDAY, MONDAY)) == 2


def test_saving_takes_the_draft_away(small: Small) -> None:
    drafts.save(small.room, FORM, MONDAY.isoformat(), {"rows": [{"typed": "张晓宇", "starts": "12点多"}]})
    refused(small, [came(small, starts="12点多")])
    assert drafts.load(small.room, FORM, MONDAY.isoformat()) is not None
    enter(small, [came(small)])
    assert drafts.load(small.room, FORM, MONDAY.isoformat()) is None


def test_two_new_groups_of_a_sheet_are_two_groups_and_a_booked_one_keeps_its_number(small: Small) -> None:
    booking = booked(small, client="group", student="", form="group", group_no=7, size=9, starts=985)
    group = {"client": "group", "size": 9}
    done = enter(
        small,
        [
            {**group, "starts": 600, "ends": 640, "person": small.wang},
            {**group, "size": 5, "starts": 650, "ends": 690, "person": small.wang},
            {**group, "starts": 985, "ends": 1025, "booking": booking},
        ],
    )
    seen, _ = rows_of(small)
    assert len(done.visits) == 3 and seen[2].group_no == 7 and len({v.group_no for v in seen}) == 3


def test_two_groups_of_one_size_may_be_there_at_once_with_two_counsellors(small: Small) -> None:
    group = {"client": "group", "size": 9, "starts": 600, "ends": 640}
    sheet = [{**group, "person": small.wang}, {**group, "person": small.chen}]
    enter(small, sheet)
    assert len({v.group_no for v in rows_of(small)[0]}) == 2
    assert refused(small, sheet).twice


# ---- whatever is typed ---------------------------------------------------------------------------------------------

_count = itertools.count()
some_row = st.fixed_dictionaries(
    {
        "starts": st.integers(690, 830) | st.sampled_from([None, "x", ""]),
        "ends": st.integers(690, 840) | st.sampled_from([None, 2000]),
        "which": st.integers(0, 3),
        "client": st.sampled_from(["student", "parent", "student", "group", "teacher"]),
        "outcome": st.sampled_from(["arrived", "arrived", "late", "no_show", "?"]),
        "whose": st.integers(0, 2),
        "answer": st.sampled_from(["", "none", "asked"]),
    }
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    made = make_small(tmp_path_factory.mktemp("many") / "室")
    yield made
    made.room.close()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(some_row, max_size=5), st.lists(st.tuples(st.integers(690, 830), st.integers(690, 840)), max_size=3))
def test_whatever_is_typed_nobody_is_in_two_places_and_all_or_nothing_is_written(
    shared: Small, rows: list[dict[str, Any]], duties: list[tuple[int, int]]
) -> None:
    small, day = shared, MONDAY - timedelta(days=next(_count) * 7)
    now = datetime(2026, 9, 14, 18, 0)
    with small.room.write("准备") as deed:
        from psyroom.records.booking import Booking

        for n in (0, 1):
            deed.session.add(
                Booking(student=small.students[n], day=day, starts=730 + n * 50, ends=770 + n * 50, person=small.chen)
            )
    sheet = [
        {
            **{k: row[k] for k in ("starts", "ends", "client", "outcome")},
            "student": small.students[row["which"]] if row["client"] in ("student", "parent") else "",
            "name": "欧阳老师" if row["client"] == "teacher" else "",
            "size": 5 if row["client"] == "group" else 1,
            "person": ("", small.chen, small.wang)[row["whose"]],
            "booking": WALKED_IN if row["answer"] == "none" else "",
        }
        for row in rows
    ]
    asked = back_entry.check(small.room, day, sheet, now).asks
    for number, question in asked.items():
        if rows[number]["answer"] == "asked":
            sheet[number]["booking"] = question.booking
    hand = [{"starts": a, "ends": b, "person": small.chen} for a, b in duties]
    try:
        done = back_entry.enter(small.room, day, sheet, now, duties=hand)
    except NotEntered as told:
        assert rows_of(small, day) == ([], []) and str(told)
        looked = told.looked
        assert looked.count or not (looked.ready or looked.duties_ready)
        return
    seen, open_ = rows_of(small, day)
    assert {v.id for v in seen} == set(done.visits) and {o.id for o in open_} == set(done.openings)
    for a, b in itertools.combinations(seen, 2):
        apart = a.ends <= b.starts or b.ends <= a.starts
        assert apart or a.person != b.person and (a.client, a.student, a.name, a.group_no) != (
            b.client, b.student, b.name, b.group_no,
        )  # fmt: skip
    assert all(v.starts < v.ends <= 1440 for v in seen)
    assert total((o.starts, o.ends) for o in open_) == sum(o.ends - o.starts for o in open_)
    with pytest.raises(NotEntered) as again:
        back_entry.enter(small.room, day, sheet, now, duties=hand)
    assert again.value.looked.twice
    assert rows_of(small, day) == (seen, open_) and NOON
