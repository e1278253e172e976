"""一生一谈 in a student's time line: talks, the mark of special care, growth plans, what the parents were told, home visits.

All of it is the room's: every counsellor may read it, nobody at the desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import SQLModel

from psyroom.records.care import (
    FEEDBACK_STATES,
    FEEDBACK_WAYS,
    PARTS,
    PLAN_KINDS,
    REACHED,
    VISITED,
    FeedbackFields,
    HomeVisitFields,
    PlanFields,
)
from psyroom.records.fields import label_of
from psyroom.records.talks import ATTEMPTS, WAYS, TalkFields
from psyroom.rules.time import short_day
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.services.timeline_lines import Line, joined
from psyroom.store.questions import timeline_talks as ask
from psyroom.store.room import Room

TALK_TEXTS = ("points", "judged", "measures")
PLAN_TEXTS = (*PARTS, "summary")
FEEDBACK_TEXTS = ("study", "life", "advice", "reply", "remark")
VISIT_TEXTS = ("purpose", "family", "at_school", "at_home", "parents_say", "found", "next")


def written(row: Any, fields: type[SQLModel], names: Sequence[str]) -> list[str]:
    """The texts of a record that hold something, each under its label."""
    return [f"{label_of(fields, name)}：{text}" for name in names if (text := getattr(row, name).strip())]


def talks(room: Room, student: str) -> Iterable[Line]:
    """Talks, why there is none, and what came of tries. Needs a counsellor."""
    needs_counsellor(room)
    with room.read() as session:
        rows, excuses, attempts = (f(session, student) for f in (ask.talks, ask.excuses, ask.attempts))
    people, today = context(room).people, room.today()
    for row in rows:
        title = f"谈话（{WAYS[row.way]}）" + (f"：{row.theme}" if row.theme else "")
        length = f"{row.minutes} 分钟" if row.minutes is not None else ""
        said = written(row, TalkFields, TALK_TEXTS)
        if row.followed:
            said.append(f"跟进情况：{row.followed}")
        yield Line(
            row.day, row.starts, "talk", title, joined(row.talker, length, _follow(row, today)), row.id,
            body="\n".join(said),
        )  # fmt: skip
    for row in excuses:
        yield Line(row.day, None, "talk", f"有原因未谈：{row.reason}", people.get(row.person, ""), "")
    for row in attempts:
        detail = joined(ATTEMPTS[row.what], row.who or people.get(row.person, ""))
        yield Line(row.day, None, "talk", "去谈过，没谈成", detail, "", body=row.words)


def _follow(row: Any, today: Any) -> str:
    if not row.follow_up:
        return ""
    if row.followed_on:
        return f"已跟进（{short_day(row.followed_on)}）"
    if row.follow_day is None:
        return "要跟进"
    return f"{short_day(row.follow_day)}要跟进" + ("，已过" if row.follow_day < today else "")


def cares(room: Room, student: str) -> Iterable[Line]:
    """When the mark was set and lifted. Needs a counsellor."""
    needs_counsellor(room)
    with room.read() as session:
        rows = ask.cares(session, student)
    people = context(room).people
    for row in rows:
        until = f"到 {row.until.isoformat()}" if row.until is not None else ""
        who = people.get(row.person, "")
        yield Line(row.since, None, "care", "标记需要重点关爱", joined(who, until), row.id, body=f"依据：{row.ground}")
        if row.lifted is not None:
            body = f"原因：{row.lifted_why}" if row.lifted_why else ""
            yield Line(row.lifted, None, "care", "解除重点关爱", "", row.id, body=body)


def plans(room: Room, student: str) -> Iterable[Line]:
    """Each version of the growth plan, and each review. Needs a counsellor."""
    needs_counsellor(room)
    with room.read() as session:
        rows, steps, reviews = (f(session, student) for f in (ask.plans, ask.steps, ask.reviews))
    people = context(room).people
    for row in rows:
        full = "五部分已写全" if all(getattr(row, name).strip() for name in PARTS) else "五部分还没有写全"
        kind = [f"困难类型：{PLAN_KINDS[row.kind]}"] if row.kind else []
        mine = [_step(step) for step in steps if step.plan == row.id]
        body = [*kind, *written(row, PlanFields, PLAN_TEXTS), *mine]
        yield Line(
            row.made_on, None, "plan", f"成长指导方案（第{row.version}版）", joined(full, row.maker), row.id,
            body="\n".join(body),
        )  # fmt: skip
    versions = {row.id: row.version for row in rows}
    for row in reviews:
        again = f"下次回顾 {row.next_on.isoformat()}" if row.next_on is not None else ""
        detail = joined(f"第{versions[row.plan]}版", people.get(row.person, ""), again)
        yield Line(row.day, None, "plan", "回顾成长指导方案", detail, row.plan, body=row.words)


def _step(row: Any) -> str:
    """目标：……；措施：……（张老师，10月20日前）达成：……"""
    said = "；".join(f"{word}：{text}" for word, text in (("目标", row.goal), ("措施", row.step)) if text)
    by = "，".join(part for part in (row.who, f"{short_day(row.due)}前" if row.due else "") if part)
    outcome = "：".join(part for part in (REACHED[row.reached], row.result) if part)
    return said + (f"（{by}）" if by else "") + (f"，{outcome}" if outcome else "")


def feedbacks(room: Room, student: str) -> Iterable[Line]:
    """What the parents were told, and how it stands. Needs a counsellor."""
    needs_counsellor(room)
    with room.read() as session:
        rows = ask.feedbacks(session, student)
    for row in rows:
        dates = {"delivered": row.delivered_on, "signed": row.signed_on, "refused": row.refused_on}
        stood = dates.get(row.state)
        state = FEEDBACK_STATES[row.state] + (f"（{short_day(stood)}）" if stood is not None else "")
        parent = f"{row.parent}（{row.relation}）" if row.parent and row.relation else row.parent
        said = [f"家长：{parent}"] if parent else []
        said += written(row, FeedbackFields, FEEDBACK_TEXTS)
        if row.refused_why:
            said.append(f"拒收原因：{row.refused_why}")
        yield Line(
            row.day, None, "feedback", f"家校反馈（{FEEDBACK_WAYS[row.way]}）", joined(state, row.by), row.id,
            body="\n".join(said),
        )  # fmt: skip


def home_visits(room: Room, student: str) -> Iterable[Line]:
    """Visits to the family. Needs a counsellor."""
    needs_counsellor(room)
    with room.read() as session:
        rows = ask.home_visits(session, student)
    for row in rows:
        detail = joined(row.teachers, f"在场：{row.present}" if row.present else "", row.place)
        yield Line(
            row.day, row.starts, "home_visit", f"家访（{VISITED[row.way]}）", detail, row.id,
            body="\n".join(written(row, HomeVisitFields, VISIT_TEXTS)),
        )  # fmt: skip


PROVIDERS = (talks, cares, plans, feedbacks, home_visits)
