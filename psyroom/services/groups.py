"""Groups: who belongs to one from when to when, who was at a session, and (for counsellors only) what it is about.

On the desk a group is a number. A session takes the time of every member, so nobody joins who is booked elsewhere then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused
from psyroom.records.booking import STANDING, Visit
from psyroom.records.fields import checked
from psyroom.records.groups import PRESENCE, Attendance, Group, GroupFields, GroupMember, GroupTopic
from psyroom.rules import booking as rules
from psyroom.rules.booking import Around, Clash
from psyroom.rules.time import day_name
from psyroom.services import around, clients
from psyroom.services.around import Clashes
from psyroom.services.clients import Names
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.store.history import Step
from psyroom.store.questions import booking as ask_booking
from psyroom.store.questions import groups as ask
from psyroom.store.questions import school as ask_school
from psyroom.store.room import Room

THERE = ("present", "late")
"""States of `PRESENCE` that count towards the size of a session."""


@dataclass(frozen=True, repr=False)
class MemberSeen:
    """One student's time in a group; `until` None: to this day."""

    student: str
    who: str
    class_name: str
    since: date
    until: date | None


@dataclass(frozen=True, repr=False)
class GroupSeen:
    """A group as a list shows it. `members` belong to it today or later; `topic` is empty for whoever may not read it."""

    id: str
    no: int
    leader: str
    leader_name: str
    ended: bool
    members: tuple[MemberSeen, ...]
    topic: str = ""


@dataclass(frozen=True, repr=False)
class Present:
    """Whether one member was there."""

    student: str
    who: str
    class_name: str
    state: str


# ---- reading --------------------------------------------------------------------------------------------------


def listed(room: Room, *, ended: bool = False) -> list[GroupSeen]:
    """The groups in order of number; with `ended` also those that are over."""
    school, today = context(room), room.today()
    with room.snapshot() as session:
        rows = ask.groups(session, ended=ended)
        members = [m for m in ask.all_members(session) if m.until is None or m.until >= today]
        names = Names.of(session, school, (), members)
        topics = ask.topics(session) if room.has_cases else {}
    found = []
    for row in rows:
        own = [_member(names, m, today) for m in members if m.group == row.id]
        own.sort(key=lambda m: (m.since > today, m.class_name, m.who))
        leader = school.people.get(row.leader, "")
        found.append(GroupSeen(row.id, row.no, row.leader, leader, row.ended, tuple(own), topics.get(row.id, "")))
    return found


def _member(names: Names, row: Any, day: date) -> MemberSeen:
    return MemberSeen(row.student, *names.student(row.student, day), row.since, row.until)


def attendance(room: Room, visit_id: str) -> list[Present]:
    """Who was at a session of a group, by class and name; members of whom nothing was said are taken as present."""
    school = context(room)
    with room.snapshot() as session:
        visit = ask_booking.visit(session, visit_id)
        if visit is None:
            raise NotFound(what="这次来访")
        states = {row.student: row.state for row in ask.attendance(session, visit_id)}
        for student in around.members_in(session, visit.day, visit.day, [visit.group_no])(visit):
            states.setdefault(student, "present")
        rows = [_Sits(student) for student in states]
        names = Names.of(session, school, (), rows)
    found = [Present(s, *names.student(s, visit.day), state) for s, state in states.items()]
    return sorted(found, key=lambda p: (p.class_name, p.who))


@dataclass(frozen=True)
class _Sits:
    student: str


# ---- the deeds ------------------------------------------------------------------------------------------------


def add(room: Room, values: Mapping[str, Any], members: Sequence[str], day: date) -> str:
    """A new group with its members from a day on; its number is given. Returns its id.

    `values`: leader, and `no` for a number that was used without members so far. Raises `NotValid`, `Refused`,
    `Clashes`."""
    with room.write("新建团体") as deed:
        session = deed.session
        no = int(values.get("no") or 0) or clients.next_group_no(session)
        fields = checked(GroupFields, {"no": no, "leader": values.get("leader", "")})
        _leader_stands(session, fields.leader)
        if ask.group_of_no(session, no) is not None:
            raise Refused(why=f"已经有团体 {no} 了，请在它里面改成员，或另建一个。")
        group = Group(**fields.model_dump())
        session.add(group)
        session.flush()
        _set(session, group, members, day)
        return group.id


def change(room: Room, group_id: str, values: Mapping[str, Any]) -> None:
    """Another leader."""
    with room.write("修改团体") as deed:
        group = _group(deed.session, group_id)
        fields = checked(GroupFields, {**group.model_dump(exclude={"id"}), "leader": values.get("leader", "")})
        _leader_stands(deed.session, fields.leader)
        group.leader = fields.leader
        deed.session.add(group)


def set_members(room: Room, group_id: str, members: Sequence[str], day: date) -> None:
    """Who belongs to a group from a day on; whoever is not named any more belonged to it to the day before.

    The size of sessions still to come follows. Raises `Clashes` when a new member is booked elsewhere at the time of a
    session, and `NotValid`; nothing is then changed."""
    with room.write("修改团体成员") as deed:
        _set(deed.session, _group(deed.session, group_id), members, day)


def _set(session: Session, group: Group, members: Sequence[str], day: date) -> None:
    wanted = set(members)
    known = ask_booking.students(session, wanted)
    if missing := wanted - known.keys():
        raise NotValid({"members": f"有 {len(missing)} 名学生不在名册里了，请重新选"})
    stay, longer = set(), set()
    for row in ask.member_rows(session, group.id):
        if row.until is not None and row.until < day:
            continue
        if row.student in wanted and row.student not in stay:
            stay.add(row.student)
            if row.since > day or row.until is not None:
                longer.add(row.student)
            row.since, row.until = min(row.since, day), None
            session.add(row)
        elif row.since >= day:
            session.delete(row)
        else:
            row.until = day - timedelta(days=1)
            session.add(row)
    for student in sorted(wanted - stay):
        session.add(GroupMember(group=group.id, student=student, since=day))
    session.flush()
    if clashes := member_clashes(session, group.no, (wanted - stay) | longer, day, None):
        raise Clashes(tuple(clashes), (), confirm=False)
    _sizes_follow(session, group.no, day)


def _sizes_follow(session: Session, no: int, day: date) -> None:
    """Sessions still to come are as large as the group; without two members they keep the size that was typed."""
    rows = ask.open_bookings(session, no, day)
    if not rows:
        return
    members = around.members_in(session, day, max(row.day for row in rows), [no])
    for row in rows:
        if (size := len(members(row))) > 1:
            row.size = size
            session.add(row)


def member_clashes(session: Session, no: int, students: Collection[str], first: date, last: date | None) -> list[Clash]:
    """What keeps these students from the standing sessions of a group in these days: bookings, visits, other groups."""
    sessions = ask.sessions_booked(session, no, first, last) if students else []
    if not sessions:
        return []
    ends = max(row.day for row in sessions)
    members = around.members_in(session, first, ends)
    others = [around.appointment(b, id=b.id, members=members(b)) for b in ask_booking.standing(session, first, ends)]
    names = {id: row.name for id, row in ask_booking.students(session, students).items()}
    beside = Around(today=first, now=0, bookings=others, names=names)
    own = {other.id: other for other in others}
    found = []
    for row in sessions:
        asked = replace(own[row.id], members=frozenset(students))
        for clash in rules.conflicts(asked, beside):
            if clash.kind == "client":
                found.append(replace(clash, sentence=f"{day_name(row.day)}，{clash.sentence}"))
    return found


def one_place_at_a_time(session: Session, student: str, since: date) -> None:
    """Raise `Clashes` when a student's own bookings and sessions from a day on share a minute: two entries of one child
    have become one."""
    rows = [row for row in ask_booking.bookings_of(session, student) if row.day >= since and row.outcome in STANDING]
    for member in ask.memberships_of(session, student):
        group = session.get(Group, member.group)
        if group is not None:
            for booked in ask.sessions_booked(session, group.no, max(since, member.since), member.until):
                rows += [row for row in (ask_booking.booking(session, booked.id),) if row is not None]
    for row in rows:
        around.stays_single(session, around.asked(session, row, row.id))


def end(room: Room, group_id: str, ended: bool = True) -> str:
    """The group is over, or goes on after all. Returns what to say."""
    with room.write("团体结束" if ended else "团体继续") as deed:
        group = _group(deed.session, group_id)
        if group.ended == ended:
            raise Refused(why=f"团体 {group.no} 本来就{'已结束' if ended else '在进行'}。")
        group.ended = ended
        deed.session.add(group)
        left = len(ask.open_bookings(deed.session, group.no, room.today())) if ended else 0
    said = f"团体 {group.no} {'已结束' if ended else '继续进行'}"
    return f"{said}；还有 {left} 次预约没有取消，不再进行的请取消" if left else said


def set_topic(room: Room, group_id: str, text: str) -> None:
    """What a group is about; kept where only counsellors read. Needs a counsellor."""
    needs_counsellor(room)
    fields = checked(GroupTopic, {"id": group_id, "topic": text.strip()})
    with room.write("修改团体主题") as deed:
        _group(deed.session, group_id)
        row = deed.session.get(GroupTopic, group_id) or GroupTopic(id=group_id)
        row.topic = fields.topic
        deed.session.add(row)


def set_attendance(room: Room, visit_id: str, states: Mapping[str, str]) -> str:
    """Who was at a session, by student (`PRESENCE`); those not named stay as they were. The size of the session follows
    those who were there. A closed session needs a counsellor. Returns what to say."""
    if wrong := set(states.values()) - PRESENCE.keys():
        raise NotValid({"state": f"没有“{'、'.join(sorted(wrong))}”这种到场情况，请从列表里选"})
    with room.write("登记团体到场") as deed:
        session = deed.session
        visit = session.get(Visit, visit_id)
        if visit is None:
            raise NotFound(what="这次来访")
        if visit.client != "group":
            raise Refused(why="这次来访不是团体，不用登记每个人的到场。")
        if visit.closed_by:
            needs_counsellor(room)
        if missing := states.keys() - ask_booking.students(session, states).keys():
            raise NotValid({"members": f"有 {len(missing)} 名学生不在名册里了，请刷新后再试"})
        everybody_in(session, visit)
        rows = {row.student: row for row in ask.attendance_rows(session, visit_id)}
        for student, state in states.items():
            row = rows.setdefault(student, Attendance(visit=visit_id, student=student))
            row.state = state
            session.add(row)
        there = sum(row.state in THERE for row in rows.values())
        if not there:
            raise Refused(why="一个人也没有到：请撤销到来，把这次记为未到。")
        visit.size = there
        session.add(visit)
        return f"到场 {there} 人，共 {len(rows)} 人"


def everybody_in(session: Session, visit: Visit, *, anew: bool = False) -> None:
    """Attendance follows a visit inside the caller's deed: every member of its group is present until somebody says
    otherwise, the size is that of those who are there. `anew`: it has become another's session, or nobody's."""
    rows = {row.student: row for row in ask.attendance_rows(session, visit.id)}
    if anew:
        for row in rows.values():
            session.delete(row)
        rows = {}
    if visit.client != "group":
        return
    for student in around.members_in(session, visit.day, visit.day, [visit.group_no])(visit):
        if student not in rows:
            rows[student] = Attendance(visit=visit.id, student=student)
            session.add(rows[student])
    if there := sum(row.state in THERE for row in rows.values()):
        visit.size = there
        session.add(visit)
    session.flush()


def _group(session: Session, group_id: str) -> Group:
    group = session.get(Group, group_id)
    if group is None:
        raise NotFound(what="这个团体")
    return group


def _leader_stands(session: Session, leader: str) -> None:
    if leader and leader not in {p.id for p in ask_school.people(session) if p.active}:
        raise NotValid({"leader": "请选一位带领教师"})


# ---- undo -----------------------------------------------------------------------------------------------------


def after_undo(session: Session, steps: Iterable[Step]) -> None:
    """What an undo puts back or takes away must leave no group without its number, no member in two places, and no
    attendance without its session. Raises `Refused`, `Clashes`."""
    touched = {(step.kind, step.ref) for step in steps}
    for kind, ref in sorted(touched):
        if kind == Group.__tablename__:
            _group_stands(session, ref)
        elif kind == GroupMember.__tablename__:
            _member_stands(session, ref)
        elif kind == Visit.__tablename__:
            if ask.attendance(session, ref) and ask_booking.visit(session, ref) is None:
                raise Refused(why="这次来访之后又登记了到场情况，请先撤销那一步。")
        elif kind == Attendance.__tablename__:
            row = session.get(Attendance, ref)
            if row is not None and ask_booking.visit(session, row.visit) is None:
                raise Refused(why="这次来访已经不在了，到场情况不能恢复。")


def _group_stands(session: Session, group_id: str) -> None:
    group = session.get(Group, group_id)
    if group is None:
        if ask.members_of(session, group_id):
            raise Refused(why="这个团体之后又加了成员，请先撤销那一步。")
    elif sum(row.no == group.no for row in ask.groups(session)) > 1:
        raise Refused(why=f"编号 {group.no} 已给了另一个团体，不能恢复。")


def _member_stands(session: Session, member_id: str) -> None:
    row = session.get(GroupMember, member_id)
    if row is None:
        return
    group = session.get(Group, row.group)
    if group is None:
        raise Refused(why="这个团体已经不在了，成员不能恢复。")
    for other in ask.members_of(session, row.group):
        if other.id != row.id and other.student == row.student and _overlap(other, row):
            raise Refused(why="这名学生之后又重新加入了，请先撤销那一步。")
    if clashes := member_clashes(session, group.no, [row.student], row.since, row.until):
        raise Clashes(tuple(clashes), (), confirm=False)


def _overlap(a: Any, b: Any) -> bool:
    return (a.until is None or b.since <= a.until) and (b.until is None or a.since <= b.until)
