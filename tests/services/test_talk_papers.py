"""The papers of talks: the record with its fields and places to sign, a class's table, the slip that says names only, the
map whose figures are those of coverage."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest

from psyroom.errors import NeedsCounsellor, NotFound, Refused
from psyroom.records.care import Care
from psyroom.records.students import Student
from psyroom.records.talks import Talk, TalkAttempt, TalkExcuse
from psyroom.reports import preview
from psyroom.services import coverage, talk_papers, talks
from psyroom.services.sheets import Made
from psyroom.store.room import Room
from tests.services.talk_histories import NOW, TERM, live

GROUND = "翠鸟说的缘由"


@pytest.fixture
def lived(new_room: Callable[..., Room]) -> Room:
    room = new_room()
    live(room, 5, in_class=12)
    return room


def words(made: Made) -> str:
    return re.sub(r"\s+", "", preview.text(made.pdf))


def one_talk(room: Room) -> tuple[str, str]:
    with room.write("准备") as deed:
        child = Student(name="翟一鸣", sex="m", stage="vocational", cohort=2026, class_no=1, number="20260199")
        talk = Talk(
            student=child.id, day=date(2026, 11, 17), starts=980, minutes=15, place="操场边", talker="周老师", way="face",
            theme="同伴交往", points="翟一鸣说座位的事", judged="看到的情况", measures="一鸣换座位", follow_up=True,
            follow_day=date(2026, 11, 30),
        )  # fmt: skip
        deed.session.add_all([child, talk])
    return child.id, talk.id


def test_a_record_has_every_field_and_two_places_to_sign(lived: Room) -> None:
    child, talk = one_talk(lived)
    made = talk_papers.record(lived, [talk], NOW)
    said = words(made)
    for field in (
        "谈心谈话记录表", "翟一鸣", "男", "20260199", "周老师", "2026年11月17日周二", "16:20—16:35（15分钟）", "操场边", "面谈",
        "同伴交往", "翟一鸣说座位的事", "看到的情况", "一鸣换座位", "需要跟进，2026年11月30日以前", "教师签字：", "学生签字：", "内部资料",
    ):  # fmt: skip
        assert field in said, field
    assert made.students == (child,) and "翟" not in made.name and not made.missing
    hidden = words(talk_papers.record(lived, [talk], NOW, mask=True))
    assert "翟**" in hidden and "一鸣" not in hidden and "20260199" not in hidden
    several = talk_papers.record(lived, [talk, *[row.id for row in some_talks(lived)[:2]]], NOW)
    assert preview.count(several.pdf) == 3 and len(several.students) >= 2
    with pytest.raises(Refused):
        talk_papers.record(lived, [], NOW)


def some_talks(room: Room) -> list[talks.TalkSeen]:
    key = coverage.of(room, NOW, TERM).classes[0].key
    return [row for rows in talks.of_class(room, key, TERM, NOW).values() for row in rows]


def test_a_class_s_table_has_a_line_for_each_talk_and_for_who_has_none(lived: Room) -> None:
    told = coverage.of(lived, NOW, TERM)
    for line in told.classes:
        made = talk_papers.class_table(lived, NOW, line.key)
        said = words(made)
        number = sum(len(rows) for rows in talks.of_class(lived, line.key, TERM, NOW).values())
        rows = number + line.students - line.talked
        assert said.count("未谈") == line.students - line.talked and f"已谈{line.talked}人" in said
        assert f"{rows}" in said and len(made.students) == line.students
    with pytest.raises(NotFound):
        talk_papers.class_table(lived, NOW, "九年级/9")


def test_the_slip_says_the_names_of_who_is_missing_and_nothing_about_any_of_them(lived: Room) -> None:
    with lived.write("准备") as deed:
        twins = [
            Student(name="翟一鸣", stage="vocational", cohort=2026, class_no=1, number=f"202601{n}") for n in (31, 47)
        ]
        deed.session.add_all(twins)
        deed.session.add(Care(student=twins[0].id, since=date(2026, 9, 1), ground=GROUND))
        deed.session.add(TalkAttempt(student=twins[0].id, day=date(2026, 11, 19), words=GROUND))
        excused = Student(name="万俟静", stage="vocational", cohort=2026, class_no=1, number="20260150")
        deed.session.add_all([excused, TalkExcuse(student=excused.id, term=TERM, reason=GROUND, day=date(2026, 9, 1))])
    line = next(one for one in coverage.of(lived, NOW, TERM).classes if one.key.endswith("/1") and one.cohort == 2026)
    made = talk_papers.missing(lived, NOW, line.key)
    said = words(made)
    still = [one for one in coverage.students(lived, NOW, TERM, class_key=line.key) if one.left]
    assert set(made.students) == {one.id for one in still} and f"还有{len(still)}名学生" in said
    assert "翟一鸣（31）" in said and "翟一鸣（47）" in said and "周老师老师：" not in said
    assert not [word for word in ("翠鸟", "万俟", "关爱", "方案", "请假", "找过", "内部", "要点") if word in said]
    talked = [one.name for one in coverage.students(lived, NOW, TERM, class_key=line.key) if one.talks]
    assert talked and not [name for name in talked if re.search(name + r"(?!\d)", said)]
    for n, one in enumerate(still):
        talks.add(lived, {"day": NOW.date(), "talker": "周老师"}, [one.id], NOW)
        assert (n + 1 == len(still)) or one.id not in talk_papers.missing(lived, NOW, line.key).students
    with pytest.raises(Refused, match="没有还要谈的"):
        talk_papers.missing(lived, NOW, line.key)


def test_the_map_says_the_figures_of_coverage_and_no_name(lived: Room) -> None:
    told = coverage.of(lived, NOW, TERM)
    made = talk_papers.coverage_map(lived, NOW, TERM)
    lines = [" ".join(row.split()) for row in preview.text(made.pdf).splitlines()]
    for line in [*told.classes, *told.grades, told.total]:
        rate = f"{line.rate:.1f}%" if line.asked else "—"
        figures = f"{line.students} {line.talked} {line.excused} {line.left} {rate}"
        name = line.name if line in told.classes or line is told.total else f"{line.name}合计"
        assert any(row.startswith(name) and row.endswith(figures) for row in lines), name
        weeks = " ".join(str(n) for n in (*line.by_week, line.later) if n)
        assert any(row == f"{name} {weeks}".strip() for row in lines), (name, weeks)
    assert "金丝雀" not in " ".join(lines) and made.students == ()
    assert f"每周要谈 {told.needed_per_week} 人" in " ".join(lines)


def test_only_a_counsellor_prints_them(duty_room: Room) -> None:
    for closed in (
        lambda: talk_papers.record(duty_room, ["x"], NOW), lambda: talk_papers.missing(duty_room, NOW, "七年级/1"),
        lambda: talk_papers.class_table(duty_room, NOW, "七年级/1"), lambda: talk_papers.coverage_map(duty_room, NOW),
    ):  # fmt: skip
        with pytest.raises(NeedsCounsellor):
            closed()
