"""The papers of 一生一谈: talks to be signed, a class's talks, the class teacher's slip, the map. Made in memory.

What bears names leaves by `exports`; the slip says who has no talk yet and nothing else, and the map no name at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from psyroom.errors import NotFound, Refused
from psyroom.records.students import SEXES
from psyroom.records.talks import DENOMINATORS, WAYS
from psyroom.reports import talk_papers as papers
from psyroom.reports.recovery import chinese_date
from psyroom.rules.coverage import ClassLine
from psyroom.rules.masking import hide, masked
from psyroom.rules.time import WEEKDAYS, TermSpan, short_day
from psyroom.rules.typed import clock, span
from psyroom.services import coverage, exports, roll, talks
from psyroom.services.hours import local_now
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.services.sheets import Made
from psyroom.services.talks import TalkSeen
from psyroom.store.room import Room

RECORD = papers.RECORD
CLASS_TABLE = "班级谈心谈话记录"
MISSING = "未谈话学生名单"
MAP = "谈心谈话完成情况图"
"""As the register calls them."""


def record(room: Room, talk_ids: Sequence[str], now: datetime | None = None, *, mask: bool = False) -> Made:
    """谈心谈话记录表 of one talk or several, in their order, to be signed. `mask`: the name is hidden, in what was written
    too. Errors: `NeedsCounsellor`, `NotFound`, `Refused` for none."""
    needs_counsellor(room)
    if not talk_ids:
        raise Refused(why="请先选要打印的谈话。")
    moment, school = now or local_now(room), context(room)
    seen = [talks.seen(room, talk_id) for talk_id in dict.fromkeys(talk_ids)]
    words = [_paper(room, school, talk, mask) for talk in seen]
    foot, practice = exports.foot(room, moment.date()), school.practice or room.practice
    pdf, missing = papers.record_pdf(words, school.title, practice=practice, digest=foot)
    students = tuple(dict.fromkeys(talk.student for talk in seen))
    many = f"_{len(seen)}份" if len(seen) > 1 else ""
    return Made(f"{RECORD}_{moment.date().isoformat()}{many}", pdf, None, missing, students)


def _paper(room: Room, school: SchoolContext, talk: TalkSeen, mask: bool) -> papers.TalkPaper:
    fields = talk.fields
    entry = roll.entry(room, talk.student)

    def plain(text: str) -> str:
        return hide(text, [entry.name]) if mask else text

    place = (entry.stage, entry.cohort)
    class_name = (
        school.grade_name(*place, fields.day) if mask else school.class_name(*place, entry.class_no, fields.day)
    )
    return papers.TalkPaper(
        name=masked(entry.name) if mask else entry.name,
        sex=SEXES[entry.sex],
        class_name=class_name,
        number="" if mask else entry.number,
        talker=fields.talker,
        day=f"{chinese_date(fields.day)}　周{WEEKDAYS[fields.day.weekday()]}",
        hours=_hours(fields.starts, fields.minutes),
        place=fields.place,
        way=WAYS[fields.way],
        theme=plain(fields.theme),
        points=plain(fields.points),
        judged=plain(fields.judged),
        measures=plain(fields.measures),
        follow=plain(_follow(talk)),
        masked=mask,
    )


def _hours(starts: int | None, minutes: int | None) -> str:
    """16:20—16:35（15 分钟）"""
    if starts is None:
        return f"{minutes} 分钟" if minutes is not None else ""
    return f"{span(starts, starts + minutes)}（{minutes} 分钟）" if minutes is not None else clock(starts)


def _follow(talk: TalkSeen) -> str:
    """What is to be followed up, and what came of it."""
    fields = talk.fields
    if not fields.follow_up:
        return "不需要跟进。"
    due = f"需要跟进，{chinese_date(fields.follow_day)}以前。" if fields.follow_day else "需要跟进。"
    if talk.followed_on is None:
        return due
    return f"{due}\n{chinese_date(talk.followed_on)}已跟进。{talk.followed}"


# ---- a class --------------------------------------------------------------------------------------------------------


def class_table(room: Room, now: datetime, class_key: str, term: str = "") -> Made:
    """The talks of a class in a semester as a table: a line for each talk, and one for who has none. Errors:
    `NeedsCounsellor`, `NotFound` for a class without students, `Refused` for an unknown semester."""
    needs_counsellor(room)
    school, told = context(room), coverage.of(room, now, term)
    line, children = _class(room, now, told, class_key)
    found = talks.of_class(room, class_key, told.term.code, now)
    rows: list[papers.TalkLine] = []
    for child in children:
        mine = list(reversed(found.get(child.id, [])))
        rows += [_line(child, talk) for talk in mine]
        if not mine:
            rows.append(
                papers.TalkLine(child.number, child.name, points=f"未谈：{child.excuse}" if child.excuse else "未谈")
            )
    talked = f"{line.students} 人，已谈 {line.talked} 人"
    info = (f"学校：{school.title}", f"{told.term.name}　{line.name}　{talked}", f"日期：{chinese_date(now.date())}")
    foot, practice = exports.foot(room, now.date()), school.practice or room.practice
    pdf, missing = papers.class_pdf(CLASS_TABLE, info, rows, practice=practice, digest=foot)
    students = tuple(child.id for child in children)
    return Made(f"{CLASS_TABLE}_{_plain(line.name)}_{told.term.code}", pdf, None, missing, students)


def _line(child: coverage.StudentLine, talk: TalkSeen) -> papers.TalkLine:
    fields = talk.fields
    follow = ""
    if fields.follow_up:
        done = f"{short_day(talk.followed_on)}已跟进" if talk.followed_on else ""
        follow = done or (f"{short_day(fields.follow_day)}前跟进" if fields.follow_day else "要跟进")
    return papers.TalkLine(
        child.number, child.name, fields.day.isoformat(), fields.talker, WAYS[fields.way], fields.theme, fields.points,
        follow,
    )  # fmt: skip


def missing(room: Room, now: datetime, class_key: str, term: str = "") -> Made:
    """The class teacher's slip of who is still to be talked to: names in the order of the class, nothing about any of them.
    Errors: `NeedsCounsellor`, `NotFound` for a class without students, `Refused` where nobody is missing."""
    needs_counsellor(room)
    school, told = context(room), coverage.of(room, now, term)
    line, children = _class(room, now, told, class_key)
    still = [child for child in children if child.left]
    if not still:
        raise Refused(why=f"{line.name}没有还要谈的学生，不用打印。")
    foot, practice = exports.foot(room, now.date()), school.practice or room.practice
    pdf, unknown = papers.missing_pdf(
        school.title, line.name, line.teacher, chinese_date(now.date()), _until(told, now.date()),
        _told_apart(still, children), practice=practice, digest=foot,
    )  # fmt: skip
    return Made(f"{MISSING}_{_plain(line.name)}", pdf, None, unknown, tuple(child.id for child in still))


def _told_apart(still: Sequence[coverage.StudentLine], children: Sequence[coverage.StudentLine]) -> list[str]:
    """Names; of two in the class who bear the same, with the end of the number."""
    often = Counter(child.name for child in children)
    return [f"{c.name}（{c.number[-2:]}）" if often[c.name] > 1 and c.number else c.name for c in still]


def _until(told: coverage.Coverage, today: date) -> str:
    """By when they should be talked to, where that lies ahead: 第18周（1月3日）"""
    last = _last_day(told.term, told.rules.finish_week)
    return f"第{told.rules.finish_week}周（{short_day(last)}）" if last >= today else ""


def _last_day(term: TermSpan, week: int) -> date:
    return min(term.days_of(week)[-1], term.ends)


def _class(
    room: Room, now: datetime, told: coverage.Coverage, class_key: str
) -> tuple[ClassLine, list[coverage.StudentLine]]:
    line = next((one for one in told.classes if one.key == class_key), None)
    if line is None:
        raise NotFound(what="这个班")
    return line, coverage.students(room, now, told.term.code, class_key=class_key)


def _plain(name: str) -> str:
    return name.replace("/", "_").replace("（", "").replace("）", "")


# ---- the map --------------------------------------------------------------------------------------------------------


def coverage_map(room: Room, now: datetime, term: str = "") -> Made:
    """Classes × state and class × week on paper, for the head: figures and no name. Errors: `NeedsCounsellor`, `Refused`
    for an unknown semester."""
    needs_counsellor(room)
    school, told = context(room), coverage.of(room, now, term)
    lines: list[papers.MapLine] = []
    for grade in told.grades:
        lines += [_map_line(line) for line in told.classes if line.grade == grade.name]
        lines.append(_map_line(grade, total=True, name=f"{grade.name}合计"))
    lines.append(_map_line(told.total, total=True, name="全校"))
    rules = told.rules
    paper = papers.MapPaper(
        title="谈心谈话完成情况",
        info=(
            f"学校：{school.title}",
            f"{told.term.name}（截至{chinese_date(min(now.date(), told.term.ends))}）",
            f"日期：{chinese_date(now.date())}",
        ),
        lines=tuple(lines),
        weeks=told.term.weeks,
        week=told.week,
        needed=_needed(told, now.date()),
        said=(
            f"名单为{chinese_date(told.day)}在读的学生，休学、转出、毕业的不计；一名学生谈几次只计一次",
            f"完成率＝已谈÷{DENOMINATORS[rules.denominator]}；目标 {rules.target}%（{rules.target_source}）",
            "“假期”是学期结束以后、下学期开学以前谈的",
        ),
    )
    foot, practice = exports.foot(room, now.date()), school.practice or room.practice
    pdf, missing = papers.map_pdf(paper, practice=practice, digest=foot)
    return Made(f"{MAP}_{told.term.code}", pdf, None, missing)


def _map_line(line: ClassLine, *, total: bool = False, name: str = "") -> papers.MapLine:
    rate = f"{line.rate:.1f}%" if line.asked else "—"
    return papers.MapLine(
        name or line.name, line.students, line.talked, line.excused, line.left, rate, line.by_week, line.later, total
    )


def _needed(told: coverage.Coverage, today: date) -> str:
    """还有 53 人没有谈；要在第18周前谈完，每周要谈 9 人。"""
    if not told.total.left:
        return "名单里没有还要谈的学生了。"
    if not told.week or today > told.term.ends:
        return f"还有 {told.total.left} 人没有谈。"
    week = max(told.rules.finish_week, told.week)
    return f"还有 {told.total.left} 人没有谈；要在第{week}周前谈完，每周要谈 {told.needed_per_week} 人。"
