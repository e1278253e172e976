"""成长指导方案 on paper: what stands on it, ruled space for what is not written, and nothing of notes."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from psyroom.errors import NotFound
from psyroom.records.care import PARTS, PLAN_KINDS
from psyroom.reports import preview
from psyroom.services import background, care, notes, plan_papers, plans, private_notes, students
from psyroom.services.notes import StepTyped
from psyroom.services.sheets import Made
from tests.services.room_for_bookings import NOON, TUESDAY, Small, make_small

FIVE = {
    "present": "住校，父母在外省做工，与祖母同住。",
    "difficulty": "作业常缺，课间独处。",
    "study": "期中前补上两章，作业不缺。",
    "advice": "张晓雨：每天做成一件小事。",
    "path": "先拿到等级证书，再看升学。",
}
STEP = {"goal": "作业不缺", "step": "放学前交给课代表", "who": "班主任", "due": date(2026, 10, 8)}
CANARY = "灰喜鹊衔枝"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


def words(made: Made) -> str:
    return re.sub(r"\s+", "", preview.text(made.pdf))


def written(small: Small, which: int = 0, *steps: dict[str, Any], **more: Any) -> str:
    values = {"kind": "family", "maker": "王老师", "review_on": date(2026, 11, 8), **FIVE, **more}
    return plans.save(small.room, small.students[which], values, steps, NOON)


def test_the_paper_says_all_of_the_plan(small: Small) -> None:
    plan = written(small, 0, STEP, {**STEP, "goal": "早睡", "reached": "partly", "result": "三天"}, summary="做到一半")
    plans.review(small.room, plan, {"words": "和祖母看过", "next_on": date(2026, 12, 8)}, NOON)
    made = plan_papers.plan(small.room, plan)
    assert made.name == "成长指导方案_第1版" and not made.missing and made.students == (small.students[0],)
    text = words(made)
    for said in (
        "学生成长指导方案", "学校：城南中学", "版本：第1版", "张晓雨", "七年级1班", "2026年9月8日", "王老师", "2026年12月8日",
        "学生本人及", "家庭现状", "困难问题", "学业规划", "成长建议", "升学路径", *FIVE.values(),
        "作业不缺", "放学前交给课代表", "2026.10.8", "部分达成：三天", "和祖母看过", "2026.12.8", "做到一半",
        "学生签字：", "家长签字：", "导师签字：", "内部资料注意保密", "—1/1—",
    ):  # fmt: skip
        assert said in text, said
    assert PLAN_KINDS["family"] not in text  # the kind of difficulty is the room's own


def test_another_program_reads_the_same(small: Small) -> None:
    pdf = plan_papers.plan(small.room, written(small, 0, STEP)).pdf
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    text = re.sub(r"\s+", "", done.stdout.decode())
    for said in ("住校，父母在外省做工", "期中前补上两章", "作业不缺", "放学前交给课代表", "家长签字："):
        assert said in text, said


def test_what_is_not_written_is_ruled_space(small: Small) -> None:
    nothing = plan_papers.plan(small.room, written(small, **dict.fromkeys(PARTS, ""), review_on=None))
    text = words(nothing)
    assert "未写" not in text and text.count("目标措施负责人完成日期结果") == 1 and "导师签字：" in text
    assert lines_to_write_on(nothing) == 5 * 3 + 3
    assert lines_to_write_on(plan_papers.plan(small.room, written(small, 1))) == 3  # only the summary is still to come


def lines_to_write_on(made: Made) -> int:
    """The dotted lines of all pages."""
    found = 0
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        for page in pdf.pages:
            dotted = False
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "d":
                    dotted = [float(n) for n in operands[0]] == [1, 2]
                elif str(operator) == "Q":
                    dotted = False
                found += dotted and str(operator) == "l"
    return found


def test_an_older_version_says_so(small: Small) -> None:
    old = written(small, 0, STEP)
    new = plans.new_version(small.room, old, NOON)
    assert "以前的版本" in words(plan_papers.plan(small.room, old))
    assert "以前的版本" not in words(plan_papers.plan(small.room, new))
    assert "版本：第2版" in words(plan_papers.plan(small.room, new))


def test_hidden_names_stand_nowhere(small: Small) -> None:
    plan = written(small, 0, {**STEP, "goal": "晓雨按时交作业"}, summary="张晓雨做到了")
    text = words(plan_papers.plan(small.room, plan, mask=True))
    assert "晓雨" not in text and "张**" in text and "1班" not in text and "七年级" in text


def test_long_and_rare_texts_run_on_over_pages_and_lose_nothing(small: Small) -> None:
    rare, longest = "𠮷龘㙓", {name: f"{name}" + "长" * 1985 + "末" for name in PARTS}
    steps = [{"goal": "目" * 100, "step": "措" * 200, "result": "果" * 200, "reached": "no"} for _ in range(12)]
    plan = written(small, 0, *steps, **longest, summary=rare)
    made = plan_papers.plan(small.room, plan)
    text = words(made)
    assert text.count("长") >= 5 * 1985 and text.count("末") == 5
    assert text.count("目" * 3) and text.count("措") >= 12 * 200 and text.count("果") >= 12 * 200
    assert all(char in text or char in made.missing for char in rare)
    assert plan_papers.plan(small.room, plan).pdf == made.pdf  # bytes repeat


def test_nothing_of_notes_or_of_what_else_is_confidential_stands_on_it(small: Small) -> None:
    student = small.students[0]
    note = {
        name: f"{CANARY}{name}" for name in ("words", "observed", "state", "problem", "measures", "effect", "topic")
    }
    made = notes.add(
        small.room, {"day": TUESDAY, **note, "hospital_says": CANARY, "hospital": CANARY}, [student], NOON,
        steps=[StepTyped(f"{CANARY}下一步")], private=f"{CANARY}私密",
    )  # fmt: skip
    assert private_notes.read(small.room, made)
    care.mark(small.room, student, {"since": TUESDAY, "ground": f"{CANARY}依据"}, NOON)
    background.save(small.room, student, {"household": f"{CANARY}家庭", "mind": CANARY, "health": CANARY})
    students.change(
        small.room, student, {}, {"guardian": CANARY[:4], "address": CANARY, "guardian_phone": "13812345678"}
    )
    plan = written(small, 0, STEP)
    plans.review(small.room, plan, {"words": "看过", "next_on": TUESDAY + timedelta(days=30)}, NOON)
    text = words(plan_papers.plan(small.room, plan))
    assert "灰喜" not in text and "13812345678" not in text and "重点关爱" not in text
    assert "张晓雨" in text  # it did look at the right student


def test_a_plan_that_is_gone_makes_no_paper(small: Small) -> None:
    with pytest.raises(NotFound):
        plan_papers.plan(small.room, "0" * 32)
