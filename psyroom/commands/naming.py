"""People, rooms, students and weeks as the command line names them: by their name, exactly, and never by a guess."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from psyroom.commands.opening import WrongUse
from psyroom.errors import Refused

if TYPE_CHECKING:
    from psyroom.store.room import Room

MOST_LISTED = 20


def student_named(room: Room, text: str, class_word: str, *, also_gone: bool = False) -> str:
    """The id of the one student of that name or number, `also_gone` among those who have left. Where several are meant
    they are listed, and nothing is done."""
    from psyroom.services import roll, school

    found = [e for e in roll.everybody(room, also_gone=also_gone) if text in (e.name, e.number)]
    if class_word:
        key = roll.class_typed(school.context(room), class_word, room.today())
        if not key:
            raise Refused(why=f"没有“{class_word}”这个班，请写成 七年级/1 或 七1。")
        found = [e for e in found if e.class_key == key]
    if not found:
        raise Refused(why=f"名册里没有叫“{text}”（或学号是它）的学生" + ("，请核对班级。" if class_word else "。"))
    if len(found) > 1:
        each = "、".join(f"{e.class_name} {e.name} {e.number}".rstrip() for e in found[:MOST_LISTED])
        raise Refused(why=f"有 {len(found)} 名学生都对得上：{each}；请用 --class 指明班级，或改用学号。")
    return found[0].id


def person_named(room: Room, name: str) -> str:
    """The id of somebody on the staff who is still here."""
    from psyroom.services import people

    there = [(id, known) for id, known, _, active in people.listed(room) if active]
    found = [id for id, known in there if known == name]
    if not found:
        raise Refused(why=f"没有叫“{name}”的老师，现有：{'、'.join(known for _, known in there)}。")
    return found[0]


def place_named(room: Room, name: str) -> str:
    """The id of a room in use."""
    from psyroom.services import school

    found = {known: id for id, known, active in school.places(room) if active}
    if name not in found:
        raise Refused(why=f"没有“{name}”这间房间，现有：{'、'.join(found) or '还没有设房间'}。")
    return found[name]


def client_of(room: Room, options: Any) -> dict[str, Any]:
    """For whom: exactly one of --student, --parent-of, --teacher, --group."""
    given = [name for name in ("student", "parent_of", "teacher", "group") if getattr(options, name, None)]
    if len(given) != 1:
        raise WrongUse("请用 --student、--parent-of、--teacher、--group 之一指明是谁")
    if options.class_word and given[0] not in ("student", "parent_of"):
        raise WrongUse("--class 只和 --student、--parent-of 一起用")
    if given[0] == "student":
        return {"client": "student", "student": student_named(room, options.student, options.class_word)}
    if given[0] == "parent_of":
        return {"client": "parent", "student": student_named(room, options.parent_of, options.class_word)}
    if given[0] == "teacher":
        return {"client": "teacher", "name": options.teacher}
    return {"client": "group", "group_no": options.group, "size": options.size, "form": "group"}


def who_and_where(room: Room, options: Any, day: date, starts: int, channel: str = "in_person") -> tuple[str, str]:
    """Counsellor and room as named. Not named: whoever the plan names for the hour, else the counsellor at the keyboard,
    else the only one; the plan's room, else the only one there is."""
    from psyroom.services import hours, people, school, week

    planned = week.planned_at(week.week(room, day, hours.local_now(room)), day, starts)
    counsellors = [id for id, _, role, active in people.listed(room) if active and role == "counsellor"]
    places = [id for id, _, active in school.places(room) if active]
    own = room.person.id if room.has_cases else counsellors[0] if len(counsellors) == 1 else ""
    there = planned.get("person", "")  # a duty person keeps the room open and receives nobody
    person = person_named(room, options.person) if options.person else there if there in counsellors else own
    if not person:
        raise WrongUse("请用 --with 指明约哪位老师")
    if options.place:
        return person, place_named(room, options.place)
    alone = places[0] if len(places) == 1 else ""
    return person, planned.get("place", alone) if channel == "in_person" else ""


def monday_of_week(room: Room, number: int | None, term_code: str | None) -> tuple[int, date]:
    """A week of a semester (the present ones, unless named) and its Monday."""
    from psyroom.services import school

    context = school.context(room)
    term = context.term(term_code) if term_code else context.term_on(room.today())
    if number is None:
        number = term.week_of(room.today())
        if number is None:
            raise WrongUse("今天不在学期里，请用 --week N 指明第几周")
    if not 1 <= number <= term.weeks:
        raise Refused(why=f"{term.name}只有 {term.weeks} 周，没有第 {number} 周。")
    return number, term.monday(number)
