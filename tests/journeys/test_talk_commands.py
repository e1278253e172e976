"""`care mark` and `talks coverage` without a window: what they print, and nothing done by a guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from psyroom.rules.time import monday_of, school_year_of
from psyroom.services import care, hours, students, talks
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.journeys.command_line import Line

TODAY = date.today()
YEAR = school_year_of(TODAY)
MARK = ("care", "mark", "--on", TODAY.isoformat(), "--ground", "班主任提出：常一个人待着")
SCHOOL = (("张晓雨", 1, "101"), ("李明", 1, "102"), ("张晓雨", 2, "201"), ("王芳", 2, "202"))


@pytest.fixture
def line(
    new_room: Callable[..., Room], capsys: pytest.CaptureFixture[str], bare_env: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Line:  # fmt: skip
    room = new_room(term_starts=monday_of(TODAY - timedelta(days=21)), weeks=20)
    for name, class_no, number in SCHOOL:
        values = {"name": name, "stage": "vocational", "cohort": YEAR, "class_no": class_no, "number": number}
        students.add(room, values, {})
    folder = room.folder
    room.close()
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    return Line(folder, capsys, bare_env)


def under_care(line: Line) -> int:
    with open_room(line.folder, "甲", PASSWORD) as room:
        return len(care.active(room, TODAY))


def test_a_student_is_marked_by_name_or_number_and_never_by_a_guess(line: Line) -> None:
    told = line(*MARK, "--student", "李明")
    wanted = {"student": "李明", "class": f"{YEAR}级/1", "on": TODAY.isoformat(), "until": None}
    assert told == wanted | {"id": told["id"]}
    line(*MARK, "--student", "张晓雨", code=1)
    assert "有 2 名学生都对得上" in line.err and under_care(line) == 1
    until = (TODAY + timedelta(days=60)).isoformat()
    said = line(*MARK, "--student", "张晓雨", "--class", f"{YEAR}级/2", "--until", until, plain=True)
    assert said.strip() == f"已标记：{YEAR}级2班 张晓雨，从 {TODAY.isoformat()} 起需要重点关爱，到 {until} 为止。"
    line(*MARK, "--student", "102", code=1)
    assert "已经标记" in line.err
    assert line("undo", plain=True) and under_care(line) == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--student", "没有的人", "--ground", "班主任提出", "--on", TODAY.isoformat()), 1, "没有叫“没有的人”"),
        (
            ("--student", "202", "--ground", "班主任提出", "--on", (TODAY + timedelta(days=3)).isoformat()),
            1,
            "日期还没到",
        ),
        (("--student", "202", "--ground", " ", "--on", TODAY.isoformat()), 1, "依据"),
        (
            ("--student", "202", "--ground", "班主任提出", "--on", TODAY.isoformat(), "--until", "2020-01-01"),
            1,
            "到期日",
        ),
        (("--student", "202", "--ground", "班主任提出", "--on", "昨天"), 2, "用法不对"),
        (("--student", "202", "--on", TODAY.isoformat()), 2, "用法不对"),
    ],
)
def test_what_is_missing_or_wrong_marks_nobody(line: Line, words: tuple[str, ...], code: int, said: str) -> None:
    line("care", "mark", *words, code=code)
    assert said in line.err and under_care(line) == 0


def test_coverage_tells_a_line_a_class_for_programs_and_sentences_for_people(line: Line) -> None:
    with open_room(line.folder, "甲", PASSWORD) as room:
        now = hours.local_now(room)
        a, b, c, _ = [entry.id for entry in students.everybody(room)]
        talks.add(room, {"day": now.date(), "talker": "李老师"}, [a], now)
        talks.excuse(room, b, "长期请假", now)
        care.mark(room, c, {"since": now.date(), "ground": "班主任提出"}, now)
    nothing = {"plans_due": 0, "plans": 0, "feedback_due": 0, "feedback": 0}
    assert line("talks", "coverage") == [
        {"class": f"{YEAR}级/1", "students": 2, "talked": 1, "excused": 1} | nothing,
        {"class": f"{YEAR}级/2", "students": 2, "talked": 0, "excused": 0}
        | nothing
        | {"plans_due": 1, "feedback_due": 1},
    ]
    words = line("talks", "coverage", plain=True).splitlines()
    assert words[0] == f"{YEAR}级/1 2 人，已谈 1 人（50%），有原因未谈 1 人"
    assert words[1] == f"{YEAR}级/2 2 人，已谈 0 人（0%），方案 0/1，反馈 0/1"
    assert words[2] == "全校 4 人，已谈 1 人（25%），有原因未谈 1 人，方案 0/1，反馈 0/1"
    assert "目标 100%" in words[3] and "按全部在读学生计" in words[3]
    assert words[4].startswith("还有 2 人没有谈；要在第 18 周前谈完，每周要谈 1 人")
    assert "张晓雨" not in "".join(words) and "李老师" not in "".join(words), "figures name nobody"
    line("talks", "coverage", "--term", "2050-1", code=1)
    assert "没有“2050-1”" in line.err


def test_a_duty_person_is_told_nothing_of_it(line: Line) -> None:
    for words in ((*MARK, "--student", "202"), ("talks", "coverage")):
        assert line(*words, code=1, who="乙") is None and "心理教师" in line.err
    assert under_care(line) == 0


def test_a_school_without_students_says_so(line: Line) -> None:
    with open_room(line.folder, "甲", PASSWORD) as room:
        for entry in students.everybody(room):
            students.set_status(room, entry.id, "moved", TODAY)
    assert line("talks", "coverage") == [] and "还没有学生" in line("talks", "coverage", plain=True)
