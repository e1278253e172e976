"""一生一谈 in the time line: each kind of line, what stands folded in it, on paper, and nothing of it at the desk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from psyroom.errors import NeedsCounsellor
from psyroom.records.care import Care, Feedback, HomeVisit, Plan, PlanReview, PlanStep
from psyroom.records.talks import Talk, TalkAttempt, TalkExcuse
from psyroom.reports import preview
from psyroom.services import note_papers, timeline, timeline_print
from psyroom.services.timeline import Line
from psyroom.services.timeline_talks import PROVIDERS
from tests.services.room_for_bookings import MONDAY, NOON, TUESDAY, Small, as_duty, make_small

WRITTEN = {
    "talk": ("杜鹃叫了几声", "杜鹃飞得低", "杜鹃要喂", "杜鹃后来好"),
    "care": ("鹧鸪是班主任说的", "鹧鸪不再叫"),
    "plan": (
        "画眉现状",
        "画眉困难",
        "画眉学业",
        "画眉建议",
        "画眉升学",
        "画眉小结",
        "画眉目标",
        "画眉做法",
        "画眉回顾",
    ),
    "feedback": ("斑鸠学习", "斑鸠生活", "斑鸠建议", "斑鸠意见", "斑鸠备注", "斑鸠奶奶"),
    "home_visit": ("喜鹊目的", "喜鹊家里", "喜鹊在校", "喜鹊在家", "喜鹊家长", "喜鹊发现", "喜鹊后续"),
}
KINDS = tuple(WRITTEN)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


def fill(small: Small, child: str) -> dict[str, str]:
    """One of everything about a child, in every field; returns the ids by kind."""
    talk, care, plan, feedback, visit = (WRITTEN[kind] for kind in KINDS)
    rows = {
        "talk": Talk(
            student=child, day=TUESDAY, starts=980, minutes=15, talker="周老师", way="face", theme="同伴交往",
            points=talk[0], judged=talk[1], measures=talk[2], follow_up=True, follow_day=TUESDAY, followed_on=TUESDAY,
            followed=talk[3],
        ),
        "care": Care(student=child, since=MONDAY, ground=care[0], lifted=TUESDAY, lifted_why=care[1]),
        "plan": Plan(
            student=child, kind="study", made_on=TUESDAY, maker="周老师", present=plan[0], difficulty=plan[1],
            study=plan[2], advice=plan[3], path=plan[4], summary=plan[5],
        ),
        "feedback": Feedback(
            student=child, term="2026-1", day=TUESDAY, way="wechat", by="周老师", parent=feedback[5], relation="祖母",
            study=feedback[0], life=feedback[1], advice=feedback[2], reply=feedback[3], remark=feedback[4],
            state="signed", signed_on=TUESDAY,
        ),
        "home_visit": HomeVisit(
            student=child, day=TUESDAY, starts=1000, teachers="周老师、吴老师", present="奶奶", place="河东村",
            purpose=visit[0], family=visit[1], at_school=visit[2], at_home=visit[3], parents_say=visit[4],
            found=visit[5], next=visit[6],
        ),
    }  # fmt: skip
    with small.room.write("准备") as deed:
        deed.session.add_all(rows.values())
        step = PlanStep(plan=rows["plan"].id, goal=plan[6], step=plan[7], who="周老师", due=TUESDAY, reached="yes")
        review = PlanReview(plan=rows["plan"].id, day=TUESDAY + timedelta(days=7), words=plan[8])
        deed.session.add_all([step, review])
        deed.session.add(TalkExcuse(student=child, term="2026-1", reason="长期请假", day=MONDAY))
        deed.session.add(TalkAttempt(student=child, day=MONDAY, who="吴老师", words="在考试"))
    return {kind: row.id for kind, row in rows.items()}


def about(lines: list[Line], kind: str) -> list[Line]:
    return [line for line in lines if line.kind == kind]


def test_each_kind_has_its_lines_with_everything_written_folded_in_them(small: Small) -> None:
    child = small.students[0]
    ids = fill(small, child)
    lines = timeline.of(small.room, child)
    for kind, words in WRITTEN.items():
        mine = about(lines, kind)
        folded = "\n".join(line.body for line in mine)
        assert ids[kind] in [line.ref for line in mine] and kind in timeline.KINDS
        assert [word for word in words if word not in folded] == []
        assert not any(word in line.title + line.detail for line in mine for word in words)
    titles = [line.title for line in about(lines, "talk")]
    assert titles[0] == "谈话（面谈）：同伴交往" and set(titles[1:]) == {"去谈过，没谈成", "有原因未谈：长期请假"}
    assert (
        about(lines, "talk")[0].detail == "周老师 · 15 分钟 · 已跟进（9月8日）"
        and about(lines, "talk")[0].starts == 980
    )
    assert [line.title for line in about(lines, "care")] == ["解除重点关爱", "标记需要重点关爱"]
    assert [line.title for line in about(lines, "plan")] == ["回顾成长指导方案", "成长指导方案（第1版）"]
    assert about(lines, "plan")[1].detail == "五部分已写全 · 周老师"
    assert about(lines, "feedback")[0].title == "家校反馈（微信）"
    assert about(lines, "feedback")[0].detail == "已签回（9月8日） · 周老师"
    assert about(lines, "home_visit")[0].detail == "周老师、吴老师 · 在场：奶奶 · 河东村"
    assert not [line for line in timeline.of(small.room, small.students[1]) if line.kind in KINDS]


def test_on_paper_in_the_kinds_chosen_and_without_the_words_where_they_are_not_asked(small: Small) -> None:
    child = small.students[0]
    fill(small, child)
    everything = [word for words in WRITTEN.values() for word in words]
    for kinds, bodies in ((KINDS, True), (KINDS, False), (("talk",), True)):
        made = timeline_print.made(small.room, child, kinds, NOON, bodies=bodies)
        said = re.sub(r"\s+", "", preview.text(made.pdf))
        wanted = [word for kind in kinds for word in WRITTEN[kind]] if bodies else []
        assert [word for word in everything if word in said] == [word for word in everything if word in wanted]
        assert ("同伴交往" in said) is bodies  # a theme may be anybody's own words


def test_the_desk_is_told_nothing_of_it(small: Small) -> None:
    child = small.students[0]
    fill(small, child)
    duty = as_duty(small)
    assert not [line for line in timeline.of(duty, child) if line.kind in KINDS]
    for provider in PROVIDERS:
        with pytest.raises(NeedsCounsellor):
            list(provider(duty, child))


def test_a_growth_file_holds_talks_the_plan_and_home_visits_where_they_are_chosen(small: Small) -> None:
    child = small.students[0]
    fill(small, child)
    chosen = {"talks": "talk", "plan": "plan", "home": "home_visit"}
    for part, kind in chosen.items():
        for mask in (False, True):
            made = note_papers.growth_file(small.room, child, [part], NOON, mask=mask)
            said = re.sub(r"\s+", "", preview.text(made.pdf))
            everything = [word for words in WRITTEN.values() for word in words]
            assert [word for word in everything if word in said] == list(WRITTEN[kind]), (part, mask)
            assert note_papers.PARTS[part] in said and ("张晓雨" in said) is not mask
