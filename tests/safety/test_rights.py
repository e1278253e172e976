"""Rights below the screen: whatever the window shows or hides, every service asks for itself who is there."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from psyroom import services
from psyroom.errors import NeedsCounsellor, Tell
from psyroom.records.people import Person
from psyroom.store.connection import raw_of
from psyroom.store.room import Room

FOR_THE_DESK = {
    "back_entry": "check enter",
    "backups": "make alone is_due listed second present_second carry_over is_paused status",
    "beginning": "beginning",
    "bookings": "check nearest_free next_free book change move put cancel reopen timetable_of in_own_lessons",
    "checkup": "check last_good",
    "drafts": "save load pending kept_at discard discard_in",
    "handover": "leave unread between read",
    "exports": "put printed_at_desk heads foot",
    "events": "check add change move put cancel reopen held",
    "groups": "listed attendance add change set_members end set_attendance",
    "history": "undo",
    "hours": "local_now weeks months week_of rows_behind shortage",
    "ics": "listed calendar write uid",
    "ledger": "import_ledger",
    "missed": "again rebook",
    "openings": "add_slot add_slots add_spare change_slot remove_slot slots_on add_exception close_day remove_exception exceptions plan_of_week "
    "plan_between duty_on duty_off on_duty record not_logged record_planned correct remove openings_of",
    "outgoing": "inside prepared put",
    "papers": "choosable booking_slips class_slips is_neutral set_neutral door_week day_sheet",
    "people": "listed change_password may_manage least_password enrolment_code withdraw_enrolment",
    "prefill": "week make_ups_to_come confirm set_hours strike restore",
    "recycle_bin": "listed restore",
    "return_facts": "gather",
    "roll": "everybody entry name_of find classes_of by_class same_name",
    "rota": "month fairness substitute swap",
    "rota_sheet": "month_sheet",
    "room_rules": "rules",
    "rooms": "check",
    "school": "context places",
    "series": "book of change move cancel",
    "series_rows": "preview check_row",
    "sheets": "week term_log tomorrow recovery_pdf write_recovery",
    "signing": "state states",
    "slips": "write_slip seal_in unread",
    "students": "whole labels_by_student with_questions",
    "timeline": "of",
    "today": "today next_school_day",
    "trial": "of of_new",
    "urgency": "keep",
    "visits": "arrive walk_in receiver who_receives leave correct no_show follow_up",
    "waiting": "listed count of_student entry to_ask day_bands matches free_around times add change withdraw renew take",
    "week": "week day_of entry",
    "week_reasons": "set_reason suggestion",
}
"""What a duty person may call: names, classes, times; opening; sealed slips. Everything else needs a counsellor, also
what is written tomorrow."""


def all_services() -> dict[str, Callable[..., Any]]:
    found = {}
    for module in pkgutil.iter_modules(services.__path__):
        loaded = importlib.import_module(f"psyroom.services.{module.name}")
        for name, function in vars(loaded).items():
            if inspect.isfunction(function) and function.__module__ == loaded.__name__ and not name.startswith("_"):
                if any(p.annotation == "Room" for p in inspect.signature(function).parameters.values()):
                    found[f"{module.name}.{name}"] = function
    return found


ALL = all_services()
DESK = {f"{module}.{name}" for module, names in FOR_THE_DESK.items() for name in names.split()}
ANYTHING: dict[str, Any] = {
    "str": "x", "int": 1, "bool": True, "date": date(2026, 9, 8), "datetime": datetime(2026, 9, 8, 12),
    "Path": Path("x"), "Mapping": {}, "Iterable": (),
}  # fmt: skip


def call(function: Callable[..., Any], room: Room) -> Any:
    """The service called with something of each kind; a generator is run."""
    given: list[Any] = []
    named: dict[str, Any] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.annotation != "Room" and parameter.default is not inspect.Parameter.empty:
            continue
        kind = str(parameter.annotation).split("[")[0].split(" ")[0]
        value = room if kind == "Room" else ANYTHING.get(kind)
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
            named[parameter.name] = value
        else:
            given.append(value)
    result = function(*given, **named)
    return list(result) if inspect.isgenerator(result) else result


def test_the_list_names_services_there_are() -> None:
    assert DESK <= ALL.keys() and len(ALL) - len(DESK) >= 30


@pytest.fixture(scope="module")
def duty(_made_rooms: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The duty person's room, shared: nothing that is refused changes it."""
    import shutil

    from psyroom.store import keys
    from psyroom.store.opening import open_room
    from tests.conftest import PASSWORD

    was, keys.UNBOUND = keys.UNBOUND, keys.PRACTICE
    try:
        folder = tmp_path_factory.mktemp("rights") / "room"
        shutil.copytree(_made_rooms(), folder)
        room = open_room(folder, "乙", PASSWORD)
        yield room
        room.close()
    finally:
        keys.UNBOUND = was


@pytest.mark.parametrize("name", sorted(ALL.keys() - DESK))
def test_a_duty_person_is_refused(name: str, duty: Room) -> None:
    with duty.read() as session:
        before = raw_of(session).execute("SELECT count(*) FROM main.revision").fetchone()
    try:
        call(ALL[name], duty)
    except NeedsCounsellor:
        pass
    except Exception as error:
        pytest.fail(
            f"{name} does not ask for a counsellor first ({type(error).__name__}); is it for the desk? Then say so above"
        )
    else:
        pytest.fail(f"{name} lets a duty person in; is it for the desk? Then say so above")
    with duty.read() as session:
        assert raw_of(session).execute("SELECT count(*) FROM main.revision").fetchone() == before
    assert not duty.closed


def test_a_role_written_into_the_desk_file_gives_no_right(duty_room: Room) -> None:
    """The desk's key can make a counsellor of anybody in the duty list; the case file is not attached all the same."""
    with duty_room.write("改") as deed:
        row = deed.session.get_one(Person, duty_room.person.id)
        row.role = "counsellor"
        deed.session.add(row)
    for name in ("students.add", "roster.plan", "copies.copy", "people.add", "slips.read_slips"):
        with pytest.raises(NeedsCounsellor):
            call(ALL[name], duty_room)
    assert not duty_room.has_cases and duty_room.schemas == ("main",)
    with duty_room.read() as session, pytest.raises(Exception, match="no such table|unknown database"):
        raw_of(session).execute("SELECT * FROM cases.holder").fetchall()


def test_what_the_desk_may_read_of_a_student_is_name_and_class(new_room: Callable[..., Room]) -> None:
    """The same calls that tell a counsellor everything."""
    from psyroom.services import students, timeline
    from psyroom.store.opening import open_room
    from tests.conftest import PASSWORD

    room = new_room()
    child = students.add(
        room,
        {"name": "周一鸣", "stage": "vocational", "cohort": 2026, "class_no": 1},
        {
            "born": date(2011, 7, 15),
            "guardian": "周父",
            "guardian_phone": "13974512806",
            "address": "江边",
            "remark": "夜里哭",
        },
        ["poor"],
    )
    students.set_labels(room, child, ["poor", "orphan"])
    room.close()
    with open_room(room.folder, "乙", PASSWORD) as duty:
        whole = students.whole(duty, child)
        assert whole.detail is None and not whole.labels and not whole.questions
        assert not students.labels_by_student(duty) and not students.with_questions(duty)
        told = str([vars(line) for line in timeline.of(duty, child)])
        for secret in ("2011", "周父", "13974512806", "江边", "夜里", "关注", "poor", "orphan"):
            assert secret not in told
        for text in ("13974512806", "周父", "江边", "2011-07-15"):
            assert not students.find(duty, text)
        with pytest.raises(Tell):
            call(ALL["history.undo"], duty)
