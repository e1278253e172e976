"""一生一谈一案一反馈: who is on the list of a semester, what counts as a talk, a plan, a feedback, and when a lamp is green.

The one home of these rules: page, paper, sheet and command line count through here. Pure: the caller brings the days.
Sources: 襄垣县实施方案（2024）三(二); where the text is ambiguous the school decides (duties of the field, table of
ambiguities).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from psyroom.records.care import GIVEN
from psyroom.rules.classes import years_of
from psyroom.rules.time import TermSpan, short_day

GREEN, AMBER, NONE = "green", "amber", "none"
LINKS = {"talk": "谈话", "plan": "方案", "feedback": "反馈"}
"""The three lamps of a student, in their order."""
LAST_WEEKS = 2
"""Weeks before the end of the semester by which everybody should have been talked to, unless the school says otherwise."""


@dataclass(frozen=True, repr=False)
class Lamp:
    """`state`: green (the record is there), amber (owed and missing), none (not owed, or not on the list)."""

    state: str
    words: str


@dataclass(frozen=True, repr=False)
class Lamps:
    """The three lamps of a student in a semester."""

    talk: Lamp
    plan: Lamp
    feedback: Lamp

    @property
    def each(self) -> tuple[tuple[str, Lamp], ...]:
        """(link, lamp) in order."""
        return ("talk", self.talk), ("plan", self.plan), ("feedback", self.feedback)

    @property
    def missing(self) -> tuple[str, ...]:
        """Links (`LINKS`) that are owed and not there."""
        return tuple(link for link, lamp in self.each if lamp.state == AMBER)

    @property
    def complete(self) -> bool:
        """Talked to, and nothing owed is missing."""
        return self.talk.state == GREEN and not self.missing


# ---- the semester and who belongs to it ---------------------------------------------------------------------------


def span(term: TermSpan, terms: Iterable[TermSpan]) -> tuple[date, date]:
    """The days whose talks belong to a semester: its weeks and the holiday after, until the next one begins."""
    first = term.monday(1)
    after = [other.monday(1) for other in terms if other.monday(1) > first]
    return first, min(after) - timedelta(days=1) if after else date.max


def counted_on(term: TermSpan, today: date) -> date:
    """The day on which the list is drawn up: today, and once the semester is over its last day."""
    return min(today, term.ends)


def called_on(term: TermSpan) -> date:
    """The day by which a semester's classes are called: in the holiday after, from August on, they are called otherwise."""
    return date(term.year, 9, 1)


def in_school(stage: str, cohort: int, term: TermSpan, system: str) -> bool:
    """Whether a year of entry is one of the stage's grades in that semester: neither yet to come nor gone."""
    return 0 <= term.year - cohort < years_of(stage, system)


def on_list(status: str, since: date | None, day: date) -> bool:
    """Whether a student counts on a day, as far as the status and the day it began tell: who left or is away counts until
    then, who came (back) from then on; an entry made by mistake never."""
    if status == "removed":
        return False
    if status == "present":
        return since is None or since <= day
    return since is not None and day < since


def under_care(since: date, until: date | None, lifted: date | None, day: date) -> bool:
    """Whether a mark 需要重点关爱 holds on a day: the last day named still counts, the day it was lifted no longer."""
    return since <= day and (until is None or day <= until) and (lifted is None or day < lifted)


# ---- figures ------------------------------------------------------------------------------------------------------


def asked(students: int, excused: int, denominator: str) -> int:
    """How many the rate is counted against (`records.talks.DENOMINATORS`)."""
    return students - excused if denominator == "less_excused" else students


def rate(talked: int, asked: int) -> float:
    """Percent to one place, rounded down: never 100 before it is. 0 where nobody is asked."""
    return talked * 1000 // asked / 10 if asked > 0 else 0.0


def finish_week(own: int, term: TermSpan) -> int:
    """By which week everybody should have been talked to; 0: the school has not said."""
    return min(own, term.weeks) if own else max(term.weeks - LAST_WEEKS, 1)


def weeks_left(term: TermSpan, today: date, finish: int, school_day: Callable[[date], bool]) -> int:
    """School weeks from today's to the one to finish in; a week without a school day to come is none. At least 1."""
    now = term.week_of(today) or (1 if today < term.monday(1) else term.weeks)
    weeks = range(now, max(finish, now) + 1)
    return max(sum(any(day >= today and school_day(day) for day in term.days_of(week)) for week in weeks), 1)


def needed_per_week(left: int, weeks: int) -> int:
    """How many talks a week are needed, rounded up."""
    return -(-left // weeks)


def shown_again(last_attempt: date | None, hide_days: int, today: date) -> date | None:
    """The day from which a student is spoken of again after an attempt, where that lies ahead."""
    if last_attempt is None:
        return None
    again = last_attempt + timedelta(days=hide_days)
    return again if again > today else None


# ---- one student --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class PlanKnown:
    """The newest version of a plan: whether its five parts are filled, when it was made, when it is to be reviewed next
    (None: no day set), and the days on which it was reviewed."""

    whole: bool
    made_on: date
    review_on: date | None
    reviewed: tuple[date, ...] = ()

    def counts(self, first: date, day: date) -> bool:
        """Whether it counts in the semester that begins on `first`, on the day counted: whole, and made or reviewed in it,
        or its review not yet due."""
        if not self.whole or self.made_on > day:
            return False
        fresh = any(first <= made <= day for made in (self.made_on, *self.reviewed))
        return fresh or (self.review_on is not None and self.review_on >= day)


@dataclass(frozen=True, repr=False)
class Known:
    """What the records say of one student in a semester. `first_day`, `last_day`, `last_by`: of the first and the latest
    talk; `excuse`: the reason, which a talk outdoes; `feedback`: state of the feedback given, else of the newest;
    `feedback_on`: the day of that state."""

    talks: int = 0
    first_day: date | None = None
    last_day: date | None = None
    last_by: str = ""
    excuse: str = ""
    attempts: int = 0
    care: bool = False
    plan: PlanKnown | None = None
    feedback: str = ""
    feedback_on: date | None = None


def feedback_owed(care: bool, feedback_for: str) -> bool:
    """Whether the parents of a student on the list are to be told (`records.talks.OWED`)."""
    return feedback_for == "all" or care


def states(
    talks: int, care: bool, plan: PlanKnown | None, feedback: str, *, feedback_for: str, first: date, day: date
) -> tuple[str, str, str]:
    """The states of the three lamps of a student on the list, as `Known` names them; nothing else decides them. `first`:
    the semester's first day, `day`: the day counted."""
    return (
        GREEN if talks else AMBER,
        NONE if not care else GREEN if plan is not None and plan.counts(first, day) else AMBER,
        NONE if not feedback_owed(care, feedback_for) else GREEN if feedback in GIVEN else AMBER,
    )


OFF_LIST = Lamps(*(Lamp(NONE, "不在这个学期的名单里") for _ in LINKS))


def lamps(known: Known, told: tuple[str, str, str], *, day: date) -> Lamps:
    """The lamps of a student on the list in words. `told`: their `states` on the day counted."""
    return Lamps(
        Lamp(told[0], _talk(known)), Lamp(told[1], _plan(known, told[1], day)), Lamp(told[2], _feedback(known, told[2]))
    )


def _talk(known: Known) -> str:
    if known.talks and known.last_day is not None:
        times = f"，共 {known.talks} 次" if known.talks > 1 else ""
        return f"{short_day(known.last_day)} {known.last_by}谈过{times}"
    if known.excuse:
        return f"没有谈：{known.excuse}"
    return f"找过 {known.attempts} 次，还没有谈成" if known.attempts else "还没有谈话"


def _plan(known: Known, state: str, day: date) -> str:
    plan = known.plan
    if state == NONE:
        return "没有标记重点关爱，不要求方案"
    if plan is None:
        return "还没有成长指导方案"
    if not plan.whole:
        return "方案的五项没有填全"
    if state == AMBER:
        due = f"（应在 {short_day(plan.review_on)}）" if plan.review_on else ""
        return f"方案是以前的，该回顾了{due}"
    late = plan.review_on is not None and plan.review_on < day
    return f"{short_day(plan.made_on)}制定" + ("，回顾日期已过" if late else "")


_FEEDBACK = {
    "": "还没有家校反馈",
    "draft": "反馈写好了，还没有送",
    "printed": "反馈单打印了，还没有送达",
    "refused": "家长没有收下反馈",
    "delivered": "已送达",
    "signed": "已签回",
}


def _feedback(known: Known, state: str) -> str:
    words = _FEEDBACK[known.feedback]
    given = known.feedback in GIVEN
    if given and known.feedback_on is not None:
        words = f"{short_day(known.feedback_on)}{words}"
    if state == NONE:
        return f"不要求反馈（{words}）" if given else "不要求反馈"
    return words


# ---- sums ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class ClassLine:
    """A class, a grade or the school in figures. `by_week`: students by the week of their first talk, `later`: those
    first talked to in the holiday after; together `talked`. `asked`: what the rate is counted against."""

    key: str
    name: str
    grade: str
    stage: str
    cohort: int
    class_no: int
    teacher: str
    students: int
    talked: int
    excused: int
    attempted: int
    left: int
    plans_due: int
    plans: int
    feedback_due: int
    feedback: int
    by_week: tuple[int, ...]
    later: int
    asked: int
    rate: float


_COUNTED = (
    "students", "talked", "excused", "attempted", "left", "plans_due", "plans", "feedback_due", "feedback", "later", "asked",
)  # fmt: skip


def together(lines: Sequence[ClassLine], weeks: int, *, key: str = "", name: str = "", grade: str = "") -> ClassLine:
    """Several lines as one: a grade, the school."""
    sums = {field: sum(getattr(line, field) for line in lines) for field in _COUNTED}
    by_week = tuple(sum(line.by_week[week] for line in lines) for week in range(weeks))
    stage, cohort = (lines[0].stage, lines[0].cohort) if grade and lines else ("", 0)
    return ClassLine(
        key=key, name=name, grade=grade, stage=stage, cohort=cohort, class_no=0, teacher="", by_week=by_week,
        rate=rate(sums["talked"], sums["asked"]), **sums,
    )  # fmt: skip
