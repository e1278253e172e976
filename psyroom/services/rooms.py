"""Making a room with its school, and checking one."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from psyroom.errors import NotValid
from psyroom.records.fields import checked
from psyroom.records.people import PersonFields
from psyroom.records.school import (
    STAGES_WITHIN,
    GradeNaming,
    Period,
    PeriodFields,
    Place,
    School,
    SchoolFields,
    Term,
    TermFields,
)
from psyroom.rules import policy
from psyroom.rules.time import school_year_of
from psyroom.services.rights import needs_counsellor
from psyroom.store import checking, folders
from psyroom.store.making import make_room as make_store
from psyroom.store.room import Room

FIRST_PLACES = ("个别辅导室", "团体活动室")
"""教基一厅函〔2015〕36号: the two areas a counselling room has at least, besides reception."""


@dataclass
class RoomSetup:
    """What the first run asks. Bands are (start, end) in minutes from midnight; `use_keyring` None: when there is one."""

    school_name: str
    stage: str
    term_starts: date
    counsellor: str
    password: str
    campus: str = ""
    system: str = "63"
    region: str = "national"
    weeks: int = 20
    lessons: Sequence[tuple[int, int]] = ()
    study: Sequence[tuple[int, int]] = ()
    use_keyring: bool | None = None
    practice: bool = False
    lessons_by_stage: dict[str, Sequence[tuple[int, int]]] = field(default_factory=dict)


def term_of(starts: date, weeks: int) -> TermFields:
    """The semester that begins on a day: the first half from August to December (and in January), else the second."""
    half = 2 if 2 <= starts.month <= 7 else 1
    return checked(TermFields, {"year": school_year_of(starts), "half": half, "starts": starts, "weeks": weeks})


def _bands(setup: RoomSetup) -> list[PeriodFields]:
    found: list[PeriodFields] = []
    groups: list[tuple[str, str, Sequence[tuple[int, int]]]] = [
        ("lesson", "", setup.lessons),
        ("study", "", setup.study),
    ]
    groups += [("lesson", stage, bands) for stage, bands in setup.lessons_by_stage.items()]
    # a semester's hours also hold for its first week's Monday, which may lie before the first day
    since = date(school_year_of(setup.term_starts), 8, 1)
    for kind, stage, bands in groups:
        for number, (starts, ends) in enumerate(sorted(bands), 1):
            if starts >= ends:
                raise NotValid({"lessons": "有一节课的结束时间不晚于开始时间，请检查"})
            values = {"kind": kind, "stage": stage, "number": number, "starts": starts, "ends": ends, "since": since}
            found.append(checked(PeriodFields, values))
        for before, after in zip(sorted(bands), sorted(bands)[1:], strict=False):
            if after[0] < before[1]:
                raise NotValid({"lessons": "有两节课的时间重叠了，请检查"})
    return found


def region_warning(region: str, stage: str) -> str:
    """Why a region does not fit the stage, or nothing. It is taken all the same."""
    return policy.region(region).warning(stage)


def make_room(folder: Path | str, setup: RoomSetup) -> tuple[Room, str]:
    """A new room with its school, first semester and first counsellor; returns it opened, and the recovery code.

    Everything typed is checked before the folder is touched. Raises FolderTaken, FolderUnsafe, WeakPassword,
    KeyringLocked, NotValid.
    """
    school = checked(
        SchoolFields,
        {
            "name": setup.school_name,
            "campus": setup.campus,
            "stage": setup.stage,
            "system": setup.system,
            "region": setup.region,
            "practice": setup.practice,
        },
    )
    first = checked(PersonFields, {"name": setup.counsellor, "role": "counsellor"})
    term = term_of(setup.term_starts, setup.weeks)
    bands = _bands(setup)
    room, code = make_store(
        Path(folder),
        people=[(first.name, first.role, setup.password)],
        school_name=school.name,
        use_keyring=setup.use_keyring,
        practice=setup.practice,
    )
    with room.write("新建辅导室", undoable=False) as deed:  # a room without its school would be none
        deed.session.add(School(**school.model_dump()))
        deed.session.add(Term(**term.model_dump()))
        for band in bands:
            deed.session.add(Period(**band.model_dump()))
        for name in FIRST_PLACES:
            deed.session.add(Place(name=name))
        for stage in STAGES_WITHIN[setup.stage]:
            deed.session.add(GradeNaming(id=stage, style="cohort" if stage == "vocational" else "grade"))
    return room, code


def unmake(room: Room) -> None:
    """Take away a room just made or brought back whose recovery sheet nobody got: without it, it may be lost any day.
    Needs a counsellor."""
    needs_counsellor(room)
    room.close()
    folders.take_away(room.folder)


def check(room: Room) -> Generator[tuple[int, int], None, list[str]]:
    """体检: both files, the whole chain, every row against its last revision. Yields (done, of) steps, returns one
    sentence for each thing found; none when all is well."""
    findings = yield from checking.check(room)
    return [finding.sentence for finding in findings]
