"""一生一谈 in the practice school: last semester done, this one under way. Most sheets came back, some classes are late, one
sheet is missing; some students are under care, with plans, feedback and visits in every state. Made up; no child is meant."""

from __future__ import annotations

import json
from datetime import date, timedelta
from random import Random

from psyroom.practice.blanks import Row, Rows, blank, stamp
from psyroom.practice.names import name_of
from psyroom.practice.pupils import Pupils
from psyroom.practice.talked_words import CARES, EXCUSED, FEEDBACK, PLANS, TALKS, VISITS
from psyroom.records.care import (
    Care,
    Feedback,
    FeedbackFields,
    HomeVisit,
    HomeVisitFields,
    Plan,
    PlanFields,
    PlanReview,
    PlanStep,
)
from psyroom.records.ids import new_id
from psyroom.records.talks import ClassTeacher, Talk, TalkAttempt, TalkExcuse, TalkFields, TalkReceipt, TalkSheet
from psyroom.rules.calendar import Calendar
from psyroom.rules.time import TermSpan, school_year_of

Class = tuple[int, int]

ISSUED, BACK = 3, 9
"""Weeks in which the class teachers' sheets go out and are read back."""
MISSING = 7
"""The class of the middle year whose sheet has not come back."""
LATE = {3: 0.55, 8: 0.7}
"""Classes whose teachers are behind, and how much of them is done."""
CARED = 34
"""One student in so many is under care."""


def make_talks(
    pupils: Pupils, terms: tuple[TermSpan, TermSpan], calendar: Calendar, today: date, times: int, person: str
) -> Rows:
    """Every table of 一生一谈一案一反馈, for last semester and this one up to today."""
    made = _Making(Random(f"talks of the practice school {times}"), calendar, today, person)
    classes: dict[Class, list[Row]] = {}
    for row in pupils.enrolled(school_year_of(today)):
        classes.setdefault((row["cohort"], row["class_no"]), []).append(row)
    years = sorted({cohort for cohort, _ in classes})
    teachers = {place: name_of(made.chance, made.chance.choice("mf")) for place in classes}
    for place, name in teachers.items():
        made.rows["teachers"].append(
            {"id": new_id(), "stage": "vocational", "cohort": place[0], "class_no": place[1], "name": name}
        )
    cared = [row for n, row in enumerate(r for found in classes.values() for r in found) if n % CARED == 11]
    for term in terms:
        if term.monday(1) > today:
            continue
        now = term is terms[-1] or today <= term.ends
        for place, rows in classes.items():
            if place[0] > term.year:
                continue
            made.talks_of(term, place, rows, teachers[place], now=now, middle=place[0] == years[len(years) // 2])
    for n, row in enumerate(cared):
        term = next(t for t in reversed(terms) if t.monday(1) <= today)
        made.care_of(n, row, term, teachers[row["cohort"], row["class_no"]])
    return made.all()


class _Making:
    """The rows as they grow."""

    def __init__(self, chance: Random, calendar: Calendar, today: date, person: str) -> None:
        self.chance, self.calendar, self.today, self.person = chance, calendar, today, person
        self._days: dict[tuple[date, date], list[date]] = {}
        names = "teachers sheets receipts talks excuses attempts cares plans steps reviews feedback visits"
        self.rows: dict[str, list[Row]] = {name: [] for name in names.split()}

    def all(self) -> Rows:
        tables = (
            ClassTeacher, TalkSheet, TalkReceipt, Talk, TalkExcuse, TalkAttempt, Care, Plan, PlanStep, PlanReview,
            Feedback, HomeVisit,
        )  # fmt: skip
        return list(zip(tables, self.rows.values(), strict=True))

    def day(self, first: date, last: date) -> date | None:
        """A school day between the two, none after today."""
        last = min(last, self.today)
        if (first, last) not in self._days:
            days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            self._days[first, last] = [day for day in days if self.calendar.is_school_day(day)]
        found = self._days[first, last]
        return self.chance.choice(found) if found else None

    # ---- talks

    def talks_of(self, term: TermSpan, place: Class, rows: list[Row], teacher: str, *, now: bool, middle: bool) -> None:
        """A class in a semester: what its teacher's sheet brought, and what the counsellor talked herself."""
        out = term.monday(ISSUED)
        if out > self.today:
            return
        sheet = self._sheet(term, place, rows, out)
        back = term.monday(BACK) + timedelta(days=3)
        missing = now and middle and place[1] == MISSING
        share = LATE.get(place[1], 0.97) if now and middle else 0.98
        came = back <= self.today and not missing
        done = 0
        for row in rows:
            seldom = self.chance.random()
            if not came or seldom > share:
                self._not_talked(term, row, teacher, now=now, late=share < 0.9 or not came)
                continue
            day = self.day(out, back)
            if day is None:
                continue
            self._talk(row, day, teacher, "sheet", sheet)
            done += 1
        if came:
            self._receipt(term, place, sheet, done, back)

    def _sheet(self, term: TermSpan, place: Class, rows: list[Row], out: date) -> str:
        sheet = new_id()
        password = "".join(self.chance.choices("abcdefghjkmnpqrstuvwxyz23456789", k=10))
        self.rows["sheets"].append(
            {"id": sheet, "term": term.code, "stage": "vocational", "cohort": place[0], "class_no": place[1]}
            | {"password": password, "students": json.dumps([row["id"] for row in rows])}
            | {"at": stamp(out, 2), "person": self.person}
        )
        return sheet

    def _receipt(self, term: TermSpan, place: Class, sheet: str, done: int, back: date) -> None:
        self.rows["receipts"].append(
            {"id": new_id(), "sheet": sheet, "term": term.code, "stage": "vocational", "cohort": place[0]}
            | {
                "class_no": place[1],
                "name": f"谈话_{place[0]}级{place[1]}班.xlsx",
                "sha256": f"{self.chance.getrandbits(256):064x}",
            }
            | {"new": done, "changed": 0, "unchanged": 0, "problems": 0, "destroyed": True}
            | {"at": stamp(back, 8), "person": self.person}
        )

    def _talk(self, row: Row, day: date, talker: str, origin: str, sheet: str = "") -> None:
        theme, points = self.chance.choice(TALKS)
        follow = self.chance.random() < 0.04
        due = day + timedelta(days=14) if follow else None
        done = due if due is not None and due < self.today - timedelta(days=2) else None
        self.rows["talks"].append(
            blank(TalkFields)
            | {"id": new_id(), "student": row["id"], "day": day, "talker": talker, "theme": theme, "points": points}
            | {"way": self.chance.choices(("face", "telephone", "online"), (18, 1, 1))[0], "origin": origin}
            | {
                "follow_up": follow,
                "follow_day": due,
                "followed_on": done,
                "followed": "问过，已好转。" if done else "",
            }
            | {"sheet": sheet, "note": "", "person": self.person, "made_at": stamp(day, 9)}
        )

    def _not_talked(self, term: TermSpan, row: Row, teacher: str, *, now: bool, late: bool) -> None:
        if late and self.chance.random() < 0.9:
            return
        day = self.day(term.monday(ISSUED), term.ends)
        if day is None:
            return
        if self.chance.random() < 0.6:
            self.rows["excuses"].append(
                {"id": new_id(), "student": row["id"], "term": term.code, "reason": self.chance.choice(EXCUSED)}
                | {"day": day, "sheet": "", "person": self.person}
            )
        elif now:
            self.rows["attempts"].append(
                {"id": new_id(), "student": row["id"], "day": day, "who": teacher, "what": "absent", "words": ""}
                | {"person": self.person}
            )

    # ---- care

    def care_of(self, n: int, row: Row, term: TermSpan, teacher: str) -> None:
        """One student under care: marked, mostly with a plan, often with feedback, sometimes visited."""
        kind, ground = CARES[n % len(CARES)]
        since = self.day(term.monday(1), term.monday(6)) or min(term.starts, self.today)
        until = None if n % 4 else since + timedelta(days=120)
        self.rows["cares"].append(
            {"id": new_id(), "student": row["id"], "since": since, "ground": ground, "until": until}
            | {"person": self.person, "lifted": None, "lifted_why": ""}
        )
        if n % 5 != 4:
            self._plan(n, row, kind, since, teacher)
        if n % 3 != 2:
            self._feedback(n, row, term, since, teacher)
        if n % 4 == 1:
            self._visit(n, row, since, teacher)

    def _plan(self, n: int, row: Row, kind: str, since: date, teacher: str) -> None:
        made_on = min(since + timedelta(days=5), self.today)
        ahead = self.today + timedelta(days=6 + n % 5 * 9)
        review = made_on + timedelta(days=30) if n % 7 == 3 else max(made_on + timedelta(days=75), ahead)
        plan = blank(PlanFields) | {"id": new_id(), "student": row["id"], "kind": kind, "made_on": made_on}
        plan |= {"maker": teacher, "review_on": review, "version": 1, "person": self.person}
        plan |= {"made_at": stamp(made_on, 9)} | PLANS[n % len(PLANS)]
        if n % 6 == 5:  # not finished
            plan |= {"study": "", "path": ""}
        self.rows["plans"].append(plan)
        lines = (
            ("按时到校、按时交作业", "每天放学前和班主任说一句今天做成的事", teacher, 21, "yes", "三周里交了十四次"),
            ("有一个可以说话的同学", "和同桌一起参加一个社团", "同桌、社团老师", 45, "", ""),
        )
        for place, (goal, step, who, days, reached, result) in enumerate(lines):
            due = made_on + timedelta(days=days)
            past = due <= self.today and bool(reached)
            self.rows["steps"].append(
                {"id": new_id(), "plan": plan["id"], "place": place, "goal": goal, "step": step, "who": who, "due": due}
                | {
                    "reached": reached if past else "",
                    "result": result if past else "",
                    "done_on": due if past else None,
                }
            )
        if n % 7 == 1 and made_on + timedelta(days=28) <= self.today:
            day = made_on + timedelta(days=28)
            self.rows["reviews"].append(
                {"id": new_id(), "plan": plan["id"], "day": day, "words": "比开学时愿意说话，作业能交；接着做。"}
                | {"next_on": review, "person": self.person}
            )

    def _feedback(self, n: int, row: Row, term: TermSpan, since: date, teacher: str) -> None:
        day = min(since + timedelta(days=20), self.today)
        study, life, advice = FEEDBACK[n % len(FEEDBACK)]
        way = ("letter", "telephone", "letter", "wechat", "letter", "meeting")[n % 6]
        state = "delivered" if way != "letter" else ("signed", "printed", "draft", "signed", "refused")[n // 2 % 5]
        after = {name: min(day + timedelta(days=d), self.today) for name, d in (("delivered", 2), ("back", 5))}
        said = state in ("delivered", "signed")
        self.rows["feedback"].append(
            blank(FeedbackFields)
            | {"id": new_id(), "student": row["id"], "term": term.code, "day": day, "way": way, "by": teacher}
            | {"study": study, "life": life, "advice": advice, "state": state, "relation": ""}
            | {"reply": "谢谢老师，孩子最近爱说学校的事了。" if state == "signed" else ""}
            | {"printed": int(way == "letter" and state != "draft"), "scan": "", "home_visit": ""}
            | {"printed_on": day if way == "letter" and state != "draft" else None}
            | {"delivered_on": (after["delivered"] if way == "letter" else day) if said else None}
            | {"signed_on": after["back"] if state == "signed" else None}
            | {"refused_on": after["back"] if state == "refused" else None}
            | {"refused_why": "家长说忙，没有收" if state == "refused" else ""}
            | {"person": self.person, "made_at": stamp(day, 9)}
        )

    def _visit(self, n: int, row: Row, since: date, teacher: str) -> None:
        day = self.day(since, since + timedelta(days=40))
        if day is None:
            return
        present, family, at_home, say, found = VISITS[n % len(VISITS)]
        self.rows["visits"].append(
            blank(HomeVisitFields)
            | {"id": new_id(), "student": row["id"], "day": day, "starts": 1080, "ends": 1125, "teachers": teacher}
            | {"way": ("on_site", "on_site", "telephone")[n % 3], "place": "新民村", "present": present}
            | {"purpose": "了解在家的学习和生活，商量怎样配合", "family": family, "at_home": at_home}
            | {"at_school": "到校正常，上课能听，作业有时交不齐。", "parents_say": say, "found": found}
            | {"next": "一个月后再联系一次", "next_on": day + timedelta(days=30), "next_done": None}
            | {"person": self.person, "made_at": stamp(day, 12)}
        )
