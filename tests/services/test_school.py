"""The school's own facts: terms, days, hours, targets, rooms, names of classes; past weeks keep their rule."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from psyroom.errors import NeedsCounsellor, NotValid, Refused
from psyroom.rules.periods import lessons_on
from psyroom.services import history, rooms, school
from psyroom.store.room import Room

MONDAY = date(2026, 11, 16)


def lessons(room: Room, day: date) -> list[tuple[int, int]]:
    now = school.context(room)
    return lessons_on(now.periods, day, now.calendar)


def test_what_the_room_was_made_with(room: Room) -> None:
    now = school.context(room)
    assert (now.name, now.stage, now.region) == ("青山职业学校", "vocational", "hunan-vocational")
    assert [term.code for term in now.terms] == ["2026-1"] and now.terms[0].weeks == 20
    assert len(lessons(room, MONDAY)) == 7 and lessons(room, MONDAY - timedelta(days=1)) == []
    assert sorted(name for _, name, active in school.places(room) if active) == ["个别辅导室", "团体活动室"]
    assert now.title == "青山职业学校"
    target = now.target_on(MONDAY)
    assert target.minutes == 15 * 60 and "湘教发〔2024〕23号" in target.source


def test_a_school_is_corrected_and_put_back(room: Room) -> None:
    school.change_school(room, {"name": "青山中学", "campus": "东校区"})
    assert school.context(room).title == "青山中学（东校区）"
    history.undo(room)
    assert school.context(room).name == "青山职业学校"
    with pytest.raises(NotValid) as told:
        school.change_school(room, {"name": "", "stage": "university"})
    assert set(told.value.fields) == {"name", "stage"}


def test_terms_are_added_changed_and_never_overlap(room: Room) -> None:
    assert school.set_term(room, {"year": 2026, "half": 2, "starts": date(2027, 2, 22), "weeks": 19}) == "2026-2"
    assert [term.code for term in school.context(room).terms] == ["2026-1", "2026-2"]
    school.set_term(room, {"year": 2026, "half": 2, "starts": date(2027, 3, 1), "weeks": 18})
    assert school.context(room).term("2026-2").weeks == 18
    with pytest.raises(Refused):
        school.set_term(room, {"year": 2027, "half": 1, "starts": date(2027, 3, 8), "weeks": 20})
    with pytest.raises(NotValid):
        school.set_term(room, {"year": 2027, "half": 1, "starts": date(2027, 9, 1), "weeks": 50})
    with pytest.raises(Refused, match="已有的学期"):
        school.context(room).term("2030-1")


@pytest.mark.parametrize(
    ("starts", "code"),
    [
        (date(2026, 8, 31), (2026, 1)),
        (date(2027, 2, 22), (2026, 2)),
        (date(2027, 1, 4), (2026, 1)),
        (date(2027, 7, 5), (2026, 2)),
    ],
)
def test_which_semester_a_first_day_begins(starts: date, code: tuple[int, int]) -> None:
    fields = rooms.term_of(starts, 20)
    assert (fields.year, fields.half) == code


def test_the_school_s_word_stands_above_the_public_calendar(room: Room) -> None:
    school.set_day(room, MONDAY, False)
    assert not school.context(room).calendar.is_school_day(MONDAY)
    assert school.context(room).calendar.name_of(MONDAY) == "学校放假" and lessons(room, MONDAY) == []
    school.set_day(room, MONDAY, True)
    school.set_day(room, MONDAY, None)
    assert school.context(room).calendar.is_school_day(MONDAY) and MONDAY not in school.context(room).calendar.own
    school.set_day(room, MONDAY, None)  # nothing to take back: nothing happens


def test_a_year_nobody_has_told_is_assumed_until_answered(room: Room) -> None:
    now = school.context(room)
    assert school.unanswered_years(now, now.terms[0]) == [2027]
    new_year = date(2027, 1, 1)
    assert now.calendar.assumed(new_year) and now.calendar.is_school_day(new_year)
    school.answer_year(room, 2027, [new_year], [date(2027, 1, 3)])
    now = school.context(room)
    assert school.unanswered_years(now, now.terms[0]) == []
    assert not now.calendar.is_school_day(new_year) and now.calendar.is_school_day(date(2027, 1, 3))
    history.undo(room)
    assert school.unanswered_years(school.context(room), now.terms[0]) == [2027]


def test_new_hours_leave_earlier_weeks_alone(room: Room) -> None:
    since = date(2026, 11, 23)
    school.set_periods(room, "lesson", [(510, 550), (560, 600)], since)
    assert len(lessons(room, since - timedelta(days=3))) == 7
    assert lessons(room, since) == [(510, 550), (560, 600)]
    school.set_periods(room, "lesson", [(480, 520)], since)  # the same day again replaces, it does not add
    assert lessons(room, since) == [(480, 520)] and len(lessons(room, since - timedelta(days=3))) == 7
    for wrong in ([(500, 500)], [(480, 530), (520, 560)]):
        with pytest.raises(Refused):
            school.set_periods(room, "lesson", wrong, since)


def test_hours_of_two_stages_stand_side_by_side(new_room: Callable[..., Room]) -> None:
    room = new_room(
        stage="nine", region="national", lessons=(), lessons_by_stage={"primary": [(500, 540)], "junior": [(480, 525)]}
    )
    school.set_periods(room, "lesson", [(490, 530)], MONDAY, "primary")
    now = school.context(room)
    assert lessons_on(now.periods, MONDAY, now.calendar, "primary") == [(490, 530)]
    assert lessons_on(now.periods, MONDAY, now.calendar, "junior") == [(480, 525)]


def test_own_targets_begin_on_their_day(room: Room) -> None:
    school.set_target(room, MONDAY, 600)
    now = school.context(room)
    assert now.target_on(MONDAY - timedelta(days=1)).minutes == 900 and now.target_on(MONDAY).minutes == 600
    school.set_target(room, MONDAY, None)
    assert school.context(room).target_on(MONDAY).minutes is None
    school.clear_targets(room)
    assert school.context(room).target_on(MONDAY).minutes == 900


def test_a_region_that_does_not_fit_is_taken_with_a_warning(room: Room) -> None:
    assert rooms.region_warning("hunan-vocational", "vocational") == ""
    assert "本校是小学" in rooms.region_warning("hunan-vocational", "primary")
    school.change_school(room, {"region": "anhui"})
    assert school.context(room).region == "anhui"


def test_rooms_are_added_and_closed(room: Room) -> None:
    place = school.add_place(room, "沙盘室")
    with pytest.raises(Refused):
        school.add_place(room, "沙盘室")
    school.close_place(room, place)
    assert ("沙盘室", False) in [(name, active) for _, name, active in school.places(room)]
    school.add_place(room, "沙盘室")
    assert school.context(room).places[place] == "沙盘室", "a past booking still finds the name"


def test_every_deed_needs_a_counsellor(duty_room: Room) -> None:
    for deed in (
        lambda: school.change_school(duty_room, {"name": "别的"}),
        lambda: school.set_term(duty_room, {"year": 2026, "half": 2, "starts": date(2027, 3, 1), "weeks": 18}),
        lambda: school.set_periods(duty_room, "lesson", [], MONDAY),
        lambda: school.set_day(duty_room, MONDAY, False),
        lambda: school.answer_year(duty_room, 2027, [], []),
        lambda: school.set_target(duty_room, MONDAY, 600),
        lambda: school.clear_targets(duty_room),
        lambda: school.add_place(duty_room, "沙盘室"),
        lambda: school.close_place(duty_room, "0" * 32),
        lambda: school.set_naming(duty_room, "vocational", "high"),
    ):
        with pytest.raises(NeedsCounsellor):
            deed()
    assert school.context(duty_room).name == "青山职业学校", "a duty person reads what the calendar needs"


def test_a_check_of_a_sound_room_finds_nothing(room: Room) -> None:
    work = rooms.check(room)
    steps = []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as end:
            assert end.value == [] and steps and steps[-1][0] == steps[-1][1]
            break


def test_a_setup_with_impossible_hours_touches_no_folder(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "new"
    for bands in ([(500, 480)], [(480, 525), (500, 560)]):
        setup = rooms.RoomSetup("校", "junior", date(2026, 8, 31), "甲", "窗外的梧桐叶又落了一层厚", lessons=bands)
        with pytest.raises(NotValid) as told:
            rooms.make_room(folder, setup)
        assert "lessons" in told.value.fields and not folder.exists()
