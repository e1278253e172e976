"""The opening log on paper: a week line by line, a semester week by week. No student's name stands on either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from psyroom.reports.tables import Cell, Column, Content, Row, Sheet, Table, count, hours, more_or_less

SIGNATURES = ("填表人（签字）：", "心理教师（签字）：", "分管领导（签字）：")


@dataclass(frozen=True)
class WeekLine:
    """One stretch the room was open. `minutes` and `outside` are its own; received: 个别, 团体, 家长, 教师."""

    day: str
    weekday: str
    span: str
    band: str
    minutes: int
    outside: int
    person: str
    individual: int = 0
    group: int = 0
    parent: int = 0
    teacher: int = 0
    remark: str = ""


@dataclass(frozen=True)
class WeekTotals:
    """The week as the law of the room counts it: several people at once count once, so these may be less than the sum."""

    minutes: int
    outside: int
    target: int | None
    verdict: str


@dataclass(frozen=True)
class SignedLine:
    """A signature: by whom, when, and the minutes it was given for."""

    name: str
    at: str
    minutes: int
    outside: int


@dataclass(frozen=True)
class CorrectionLine:
    """What became different after a signature, in words, with minutes more or less in all and outside lessons."""

    words: str
    minutes: int
    outside: int
    name: str = ""
    why: str = ""
    at: str = ""
    week: int = 0


@dataclass(frozen=True)
class TermLine:
    """A week of the semester sheet; `future`: not yet come, its figures stay blank."""

    week: int
    dates: str
    days: int
    planned: int
    minutes: int
    outside: int
    target: int | None
    met: str
    received: tuple[int, int, int, int]
    remark: str
    future: bool = False
    signed: str = ""


_WEEK = (
    Column("序号", 0.7),
    Column("日期", 1.2),
    Column("星期", 0.7),
    Column("起止时间", 1.6),
    Column("时段", 1.1),
    Column("合计", 0.9, group="时长（小时）"),
    Column("其中课外", 1.0, group="时长（小时）"),
    Column("值班教师", 1.9),
    Column("个别", 0.7, group="接待人次"),
    Column("团体", 0.7, group="接待人次"),
    Column("家长", 0.7, group="接待人次"),
    Column("教师", 0.7, group="接待人次"),
    Column("值班签字", 1.2),
    Column("备注", 1.4),
)
_TERM = (
    Column("周次", 0.7),
    Column("起止日期", 2.3),
    Column("开放\n天数", 0.8),
    Column("计划", 1.0, group="开放时间（小时）"),
    Column("实际", 1.0, group="开放时间（小时）"),
    Column("其中课外", 1.1, group="开放时间（小时）"),
    Column("课外目标\n（小时）", 1.1),
    Column("是否达标", 1.1),
    Column("个别", 0.7, group="接待人次"),
    Column("团体", 0.7, group="接待人次"),
    Column("家长", 0.7, group="接待人次"),
    Column("教师", 0.7, group="接待人次"),
    Column("备注", 3.0, "left"),
    Column("签字", 1.1),
)
ONCE = "多位教师同时值班时，合计只计一次，可能小于各行之和"
EACH = "几位教师同时值班的，按学校设置分别计时"


def week_sheet(
    school: str,
    week: str,
    dates: str,
    made: str,
    lines: Sequence[WeekLine],
    totals: WeekTotals,
    notes: Sequence[str] = (),
    *,
    signed: Sequence[SignedLine] = (),
    corrections: Sequence[CorrectionLine] = (),
    counted: str = ONCE,
) -> Sheet:
    """One week of the log. `week` is 第12周, `dates` its first and last day, `made` when it was filled in; below the sums
    stand what was signed and what was corrected since. `counted` says how several people at once count."""
    rows = []
    for number, line in enumerate(lines, 1):
        received = (line.individual, line.group, line.parent, line.teacher)
        rows.append(
            Row(
                (
                    str(number),
                    line.day,
                    line.weekday,
                    line.span,
                    line.band,
                    hours(line.minutes),
                    hours(line.outside),
                    line.person,
                    *(_some(value) for value in received),
                    "",
                    line.remark,
                )
            )
        )
    sums = [sum(values) for values in zip(*((x.individual, x.group, x.parent, x.teacher) for x in lines), strict=True)]
    verdict = totals.verdict if totals.target is None else f"目标 {totals.target / 60:.2f}，{totals.verdict}"
    rows.append(
        Row(
            (
                Cell("本周合计", span=5),
                hours(totals.minutes),
                hours(totals.outside),
                "",
                *(count(value, adds="above") for value in (sums or [0, 0, 0, 0])),
                Cell(verdict, span=2),
            ),
            total=True,
        )
    )
    for number, one in enumerate(signed, 1):
        name = f"第{number}次签字时" if len(signed) > 1 else "签字时"
        given = (hours(one.minutes), hours(one.outside), one.name, Cell(f"签字时间 {one.at}", span=6))
        rows.append(Row((Cell(name, span=5), *given)))
    for number, fixed in enumerate(corrections, 1):
        rows.append(
            Row(
                (
                    Cell(f"更正{number}：{fixed.words}", span=5, align="left"),
                    more_or_less(fixed.minutes),
                    more_or_less(fixed.outside),
                    fixed.name,
                    Cell(_because(fixed), span=6, align="left"),
                )
            )
        )
    info = (f"学校（盖章）：{school}", f"{week}（{dates}）", f"填表日期：{made}")
    return Sheet(week, "心理辅导室开放记录表", info, (Table("", _WEEK, tuple(rows)),), SIGNATURES, (counted, *notes))


def _because(fixed: CorrectionLine) -> str:
    return "，".join(part for part in (fixed.why, f"{fixed.at} 更正" if fixed.at else "") if part)


def term_sheet(
    school: str,
    term: str,
    made: str,
    lines: Sequence[TermLine],
    notes: Sequence[str] = (),
    *,
    corrections: Sequence[CorrectionLine] = (),
) -> Sheet:
    """A semester of the log, one line a week, and below the sums what was corrected in signed weeks."""
    rows = []
    for line in lines:
        shown: list[Content] = [str(line.week), line.dates]
        if line.future:
            shown += ["", hours(line.planned), "", "", _target(line.target), "", "", "", "", "", line.remark, ""]
        else:
            shown += [count(line.days), hours(line.planned), hours(line.minutes), hours(line.outside)]
            shown += [_target(line.target), line.met, *map(_some, line.received), line.remark, line.signed]
        rows.append(Row(tuple(shown)))
    past = [line for line in lines if not line.future]
    judged = [line for line in past if line.met in ("是", "否")]
    met = sum(line.met == "是" for line in judged)
    rows.append(
        Row(
            (
                Cell("学期合计", span=2),
                count(sum(line.days for line in past), adds="above"),
                hours(sum(line.planned for line in lines), adds="above"),
                hours(sum(line.minutes for line in past), adds="above"),
                hours(sum(line.outside for line in past), adds="above"),
                "",
                f"{met}周" if judged else "",
                *(count(sum(line.received[at] for line in past), adds="above") for at in range(4)),
                f"应达标{len(judged)}周" if judged else "",
                f"{signed}周" if (signed := sum(bool(line.signed) for line in lines)) else "",
            ),
            total=True,
        )
    )
    for number, fixed in enumerate(corrections, 1):
        rows.append(
            Row(
                (
                    Cell(f"更正{number}：第{fixed.week}周 {fixed.words}", span=4, align="left"),
                    more_or_less(fixed.minutes),
                    more_or_less(fixed.outside),
                    Cell(fixed.name, span=2),
                    Cell(_because(fixed), span=6, align="left"),
                )
            )
        )
    info = (f"学校（盖章）：{school}", f"统计时间：{term}", f"填表日期：{made}")
    table = Table("", _TERM, tuple(rows))
    return Sheet("学期开放记录", "心理辅导室学期开放情况统计表", info, (table,), SIGNATURES, tuple(notes))


def _some(value: int) -> Content:
    """A number, or nothing where nobody came: an empty cell is easier to read than a column of noughts."""
    return count(value) if value else ""


def _target(minutes: int | None) -> Content:
    return hours(minutes) if minutes is not None else "—"
