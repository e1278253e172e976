"""What was said, on paper: one note, and 成长信息记录 of one student in the parts that are chosen. Made in memory.

A private note is never asked for here. A colleague's note that is not shared stands as a line: day, kind, writer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime

from psyroom.errors import NotValid
from psyroom.records.booking import CHANNELS
from psyroom.records.notes import CONTACTS, NOTE_KINDS, SOURCES
from psyroom.records.students import LABELS, SEXES, STATUSES, StudentBackgroundFields, StudentDetailFields
from psyroom.reports import note_papers as papers
from psyroom.reports.note_form import Value
from psyroom.reports.note_papers import Closed, NotePaper, Person
from psyroom.reports.recovery import chinese_date
from psyroom.rules import notes as rules
from psyroom.rules.masking import hide, masked
from psyroom.rules.time import WEEKDAYS, short_day
from psyroom.rules.typed import clock, span
from psyroom.services import background, exports, growth_talks, note_list, note_seen, roll, students, timeline
from psyroom.services.hours import local_now
from psyroom.services.note_seen import Child, NoteSeen
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import SchoolContext, context
from psyroom.services.sheets import Made
from psyroom.store.room import Room

PARTS = {
    "basic": "基本情况",
    "family": "家庭情况",
    "mind": "心理状况",
    "notes": "辅导记录",
    "contacts": "沟通记录",
    "talks": "谈话记录",
    "plan": "成长指导方案",
    "home": "家访记录",
    "timeline": "经过",
}
"""The parts of 成长信息记录, in the order of the paper (national guide; facts 4.2)."""
TITLES = {
    "individual": "个别辅导记录",
    "group": "团体辅导记录",
    "parent": "家长沟通记录",
    "teacher": "教师心理援助记录",
    "telephone": "电话辅导记录",
    "class_teacher": "班主任（教师）沟通记录",
    "head": "给学校领导的建议",
    "hospital": "医院（机构）联系记录",
}
_LABELS = {
    "words": "来访者\n的话",
    "observed": "旁人的\n观察",
    "state": "目前的\n心理状况",
    "problem": "主要问题\n与评估",
    "measures": "分析与\n对策",
    "effect": "辅导效果",
    "outcome": "沟通结果",
}
_CONTACT_LABELS = {"words": "对方的话", "problem": "谈到的事", "measures": "商量的\n办法"}
_HEAD_LABELS = {"problem": "情　况", "measures": "建　议", "outcome": "答复与\n落实"}
_GROUP_LABELS = {"state": "团体状态", "measures": "过程与\n做法"}
_COUNTED = ("individual", "telephone")
_HISTORY_KINDS = ("booking", "visit", "entry")
"""What 经过 tells of: who came when. What was said stands under its own part, or not at all."""


Plain = Callable[[str], str]


# ---- one note -----------------------------------------------------------------------------------------------------


def note(room: Room, note_id: str, now: datetime | None = None, *, mask: bool = False, reason: str = "") -> Made:
    """A note as a paper; `mask` hides names and classes; `reason` opens a colleague's note, and is kept.

    Errors: `NeedsCounsellor`, `NotFound`, `NeedsReason`.
    """
    needs_counsellor(room)
    moment = now or local_now(room)
    seen = note_seen.open_other(room, note_id, reason, moment) if reason else note_seen.seen(room, note_id, moment)
    school = context(room)
    words = _paper(room, school, seen, mask=mask, counts=_counts(room, seen.students, moment))
    practice = school.practice or room.practice
    pdf, missing = papers.note_pdf(words, school.title, practice=practice, digest=exports.foot(room, moment.date()))
    return Made("_".join(filter(None, (_file_title(seen.fields.kind), seen.number))), pdf, None, missing)


def about(room: Room, note_id: str, now: datetime | None = None, *, reason: str = "") -> tuple[str, tuple[str, ...]]:
    """What a note's paper is called and whom it is about, for the register. Errors: as `note`."""
    needs_counsellor(room)
    moment = now or local_now(room)
    seen = note_seen.open_other(room, note_id, reason, moment) if reason else note_seen.seen(room, note_id, moment)
    return TITLES[seen.fields.kind], tuple(child.id for child in seen.students)


def _file_title(kind: str) -> str:
    return TITLES[kind].replace("（", "").replace("）", "")


def _paper(
    room: Room,
    school: SchoolContext,
    seen: NoteSeen,
    *,
    mask: bool,
    counts: dict[str, int],
    alone: str = "",
) -> NotePaper:
    """A note in words. `alone`: only this student is named; the other members of a group are nobody's on this paper."""
    fields = seen.fields
    others = [child.who for child in seen.students if alone and child.id != alone]
    hidden = [child.who for child in seen.students] if mask else others

    def plain(text: str) -> str:
        return hide(text, hidden) if hidden else text

    kind = "group" if fields.kind == "group" else "contact" if fields.kind in CONTACTS else fields.kind
    labels = {**_LABELS, **_labels_of(fields.kind)}
    needed = rules.NEEDED[fields.kind]
    parts = tuple(
        (labels[name], plain(getattr(fields, name)))
        for name in rules.TEXTS
        if getattr(fields, name).strip() or name in needed
    )
    only = seen.students[0].id if len(seen.students) == 1 and not mask else ""
    return NotePaper(
        kind=kind,
        title=TITLES[fields.kind],
        number=seen.number,
        ordinal=counts.get(seen.id, 0),
        day=f"{chinese_date(fields.day)}　周{WEEKDAYS[fields.day.weekday()]}",
        hours=_hours(fields.starts, fields.ends),
        place=school.places.get(fields.place, "") or ("心理辅导室" if fields.channel == "in_person" else ""),
        channel=CHANNELS[fields.channel],
        source=SOURCES[fields.source],
        writer=seen.writer_name,
        people=() if alone and kind == "group" else tuple(_person(room, school, c, fields.day, mask) for c in seen.students),
        case_no=background.of(room, only).case_no if only else "",
        categories="、".join(name for _, name in seen.categories),
        topic=plain(fields.topic),
        with_whom=masked(fields.with_whom) if mask and fields.kind == "teacher" else plain(fields.with_whom),
        parts=parts,
        hospital=_hospital(seen, plain),
        steps=tuple(plain(_step(step.text, step.due, step.done_at)) for step in seen.steps),
        later=tuple(f"{_stamp(word.at)}　{word.who}：{plain(word.text)}" for word in seen.addenda),
        desk=tuple(f"{short_day(word.day)} {word.at}　{word.who}：{plain(word.text)}" for word in seen.words),
        signed=f"已签字：{seen.signed_by_name}，{_stamp(seen.signed_at)}" if seen.signed_at else "",
        masked=mask,
    )  # fmt: skip


def _labels_of(kind: str) -> dict[str, str]:
    if kind == "head":
        return {**_CONTACT_LABELS, **_HEAD_LABELS}
    return _CONTACT_LABELS if kind in CONTACTS else _GROUP_LABELS if kind == "group" else {}


def _person(room: Room, school: SchoolContext, child: Child, day: date, mask: bool) -> Person:
    entry = roll.entry(room, child.id)
    if mask:
        return Person(masked(child.who), SEXES[entry.sex], school.grade_name(entry.stage, entry.cohort, day))
    return Person(child.who, SEXES[entry.sex], child.class_name)


def _hours(starts: int | None, ends: int | None) -> str:
    """12:10—12:50（共 40 分钟）"""
    if starts is None:
        return ""
    return f"{span(starts, ends)}（共 {ends - starts} 分钟）" if ends is not None else clock(starts)


def _hospital(seen: NoteSeen, plain: Plain) -> str:
    """医院诊断 with where it stands and of which day; nothing where nothing was copied."""
    fields = seen.fields
    if not fields.hospital_says.strip():
        return ""
    source = f"；来源：{fields.hospital}" if fields.hospital else "；来源：未注明"
    day = f"；日期：{chinese_date(fields.hospital_day)}" if fields.hospital_day else "；日期：未注明"
    return plain(f"{fields.hospital_says.rstrip('。；')}{source}{day}。")


def _step(text: str, due: date | None, done_at: str) -> str:
    said = "；".join(filter(None, (f"{short_day(due)}前" if due else "", "已完成" if done_at else "")))
    return f"{text}（{said}）" if said else text


def _stamp(at: str) -> str:
    """A kept moment as the clock on the wall said it."""
    local = datetime.fromisoformat(at).astimezone()
    return f"{chinese_date(local.date())} {local:%H:%M}"


def _counts(room: Room, children: Iterable[Child], moment: datetime) -> dict[str, int]:
    """第几次, by note: individual notes and calls of the one student a note is about, in order of time, whoever wrote."""
    whose = list(children)
    if len(whose) != 1:
        return {}
    lines = [
        line
        for line in note_list.listed(room, moment, student=whose[0].id, limit=-1)
        if line.kind in _COUNTED and len(line.students) == 1
    ]
    lines.sort(key=lambda line: (line.day, line.starts or 0, line.number))
    return {line.id: at for at, line in enumerate(lines, 1)}


# ---- a student's file ---------------------------------------------------------------------------------------------


def growth_file(
    room: Room,
    student: str,
    parts: Collection[str],
    now: datetime | None = None,
    *,
    identity: bool = False,
    mask: bool = False,
) -> Made:
    """成长信息记录 of a student in these parts (`PARTS`). `identity`: also identity and registry number, telephones and
    address, which otherwise never stand on it; `mask`: the name is hidden, and all of those with it.

    Errors: `NeedsCounsellor`, `NotFound`, `NotValid` for no or an unknown part.
    """
    needs_counsellor(room)
    if not parts or set(parts) - PARTS.keys():
        raise NotValid({"parts": f"请至少选一部分：{'、'.join(PARTS.values())}"})
    moment = now or local_now(room)
    school, whole = context(room), students.whole(room, student)
    name, own = whole.entry.name, background.of(room, student)
    shown = masked(name) if mask else name
    counts = _counts(room, [Child(student, name, "")], moment)

    def plain(text: str) -> str:
        return hide(text, [name]) if mask else text

    told = papers.GrowthPaper(
        name=shown,
        masked=mask,
        made_on=chinese_date(moment.date()),
        parts="、".join(words for part, words in PARTS.items() if part in parts),
        maker=room.person.name,
        basic=_basic(school, whole, moment.date(), identity, mask) if "basic" in parts else None,
        family=_family(own, whole.labels, plain) if "family" in parts else None,
        mind=_written(own, ("mind", "growth", "health", "at_school", "strengths"), plain) if "mind" in parts else None,
        notes=_notes(room, school, student, moment, counts, False, mask) if "notes" in parts else None,
        contacts=_notes(room, school, student, moment, counts, True, mask) if "contacts" in parts else None,
        talks=growth_talks.talks(room, student, plain) if "talks" in parts else None,
        plan=growth_talks.plan(room, student, plain) if "plan" in parts else None,
        home=growth_talks.home_visits(room, student, plain) if "home" in parts else None,
        history=_history(room, student, plain) if "timeline" in parts else None,
    )
    practice = school.practice or room.practice
    pdf, missing = papers.growth_pdf(told, school.title, practice=practice, digest=exports.foot(room, moment.date()))
    return Made(f"{papers.TITLE}_{moment.date().isoformat()}", pdf, None, missing)


def _basic(
    school: SchoolContext, whole: students.Whole, today: date, identity: bool, mask: bool
) -> tuple[tuple[Value, ...], ...]:
    entry, detail = whole.entry, whole.detail or StudentDetailFields()
    age = f"{_age(detail.born, today)} 岁" if detail.born else ""
    one, two, three = papers.BASIC
    sex, state = Value("性　别", SEXES[entry.sex], two), STATUSES[entry.status]
    if mask:
        hidden = (Value("年　级", entry.grade, one), sex, Value("年　龄", age, three))
        return (hidden, (Value("在校状态", state, one), *_living(detail)))
    born = f"{chinese_date(detail.born)}（{age}）" if detail.born else ""
    relation = f"（{detail.guardian_relation}）" if detail.guardian and detail.guardian_relation else ""
    rows: list[tuple[Value, ...]] = [
        (Value("学　号", entry.number, one), sex, Value("班　级", entry.class_name, three)),
        (Value("出生日期", born, one), Value("民　族", detail.ethnicity, two), Value("在校状态", state, three)),
        (Value("监护人", f"{detail.guardian}{relation}", one), *_living(detail)),
    ]
    if identity:
        rows += [
            (Value("身份证号", detail.id_number, one), Value("学籍号", detail.registry_number, papers.BASIC_REST)),
            (Value("监护人\n电话", detail.guardian_phone, one), Value("学生电话", detail.phone, papers.BASIC_REST)),
            (Value("住　址", detail.address, 1, "left"),),
        ]
    return tuple(rows)


def _living(detail: StudentDetailFields) -> tuple[Value, Value]:
    words = {True: "是", False: "否", None: ""}
    _one, two, three = papers.BASIC
    return Value("住　校", words[detail.boarding], two), Value("独生子女", words[detail.only_child], three)


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


_BACK_LABELS = {
    "household": "家庭情况",
    "events": "重大\n生活事件",
    "mind": "心理状况",
    "growth": "成长经历",
    "health": "健康情况",
    "at_school": "在校表现",
    "strengths": "优势与\n支持",
}


def _family(own: StudentBackgroundFields, labels: Sequence[str], plain: Plain) -> tuple[tuple[str, str], ...]:
    found = [("家庭结构", background.said(own, "family")), ("教养方式", background.said(own, "upbringing"))]
    found.append(("关注类别", "、".join(LABELS[label] for label in labels)))
    return tuple(row for row in found if row[1]) + _written(own, ("household", "events"), plain)


def _written(own: StudentBackgroundFields, names: Sequence[str], plain: Plain) -> tuple[tuple[str, str], ...]:
    """The fields that hold something, with their labels."""
    return tuple((_BACK_LABELS[name], plain(getattr(own, name))) for name in names if getattr(own, name).strip())


def _notes(
    room: Room,
    school: SchoolContext,
    student: str,
    moment: datetime,
    counts: dict[str, int],
    contacts: bool,
    mask: bool,
) -> tuple[NotePaper | Closed, ...]:
    """The notes that lie in a student's file, the first first: sessions, or contacts about the student."""
    lines = [
        line
        for line in note_list.listed(room, moment, student=student, limit=-1)
        if (line.kind in (*CONTACTS, "teacher")) == contacts
    ]
    found: list[NotePaper | Closed] = []
    for line in sorted(lines, key=lambda line: (line.day, line.starts or 0, line.number)):
        if not line.readable:
            said = f"{chinese_date(line.day)}　{NOTE_KINDS[line.kind]}　{line.writer_name}"
            found.append(Closed(f"{said}（记录由该教师保管，未设为同事可看）"))
            continue
        seen = note_seen.seen(room, line.id, moment)
        found.append(_paper(room, school, seen, mask=mask, counts=counts, alone=student))
    return tuple(found)


def _history(room: Room, student: str, plain: Plain) -> tuple[tuple[str, str, str, str], ...]:
    lines = [line for line in timeline.of(room, student) if line.kind in _HISTORY_KINDS]
    return tuple(
        (
            chinese_date(line.day),
            clock(line.starts) if line.starts is not None else "",
            plain(line.title),
            plain(line.detail),
        )
        for line in reversed(lines)
    )
