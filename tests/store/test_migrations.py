"""From an older shape to today's: fresh equals migrated, a step that fails leaves the files as they were, and no step
without a sample room from before it."""

from __future__ import annotations

import os
import re
import shutil
import signal
from pathlib import Path

import pytest

from psyroom.errors import NeedsCases, NewerFormat, NotUndoable
from psyroom.records.students import Student
from psyroom.store import migrations, roomfile
from psyroom.store.checking import check
from psyroom.store.connection import connect, raw_of
from psyroom.store.history import deeds, history, undo
from psyroom.store.migrations import runner
from psyroom.store.migrations.runner import Execute, Step, bring_up_to_date
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.store.samples.make import COUNSELLOR, DUTY, HERE, PASSWORDS
from tests.store.test_chain import whole

SHAPES = sorted(HERE.glob("shape*"), key=lambda p: int(p.name.removeprefix("shape")))


@pytest.fixture(params=SHAPES, ids=lambda p: p.name)
def sample(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    shutil.copytree(request.param, tmp_path / "样本")
    return tmp_path / "样本"


def shape(room: Room) -> dict[str, dict[str, str]]:
    """Every table, index and trigger of both files, as the file tells it."""
    with room.read() as session:
        raw = raw_of(session)
        return {
            schema: {
                name: re.sub(r"\s*([(),])\s*", r"\1", " ".join(sql.split()))
                for name, sql in raw.execute(
                    f"SELECT name, sql FROM {schema}.sqlite_master WHERE sql IS NOT NULL"
                ).fetchall()
            }
            for schema in room.schemas
        }


def test_every_shape_there_ever_was_has_its_sample() -> None:
    assert [int(p.name.removeprefix("shape")) for p in SHAPES] == list(range(1, migrations.LATEST + 1))
    assert [step.number for step in runner.STEPS] == list(range(2, migrations.LATEST + 1))


def test_a_fresh_room_equals_a_migrated_one(sample: Path, room: Room) -> None:
    """Red after a record was changed? Write a step; or, before the first release, make the sample anew."""
    with open_room(sample, COUNSELLOR, PASSWORDS[COUNSELLOR]) as migrated:
        assert shape(migrated) == shape(room)
        assert whole(check(migrated)) == set()


def test_a_sample_opens_for_everybody_and_keeps_its_history(sample: Path) -> None:
    with open_room(sample, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
        with room.read() as session:
            students = raw_of(session).execute("SELECT id FROM student").fetchall()
        assert len(students) == 3
        assert [c.what for c in history(room, Student, students[-1][0])] == ["导入名册", "登记来访"]
    with open_room(sample, DUTY, PASSWORDS[DUTY]) as room:
        assert not room.has_cases and not room.findings


# ---- the runner, with steps of its own -----------------------------------------------------------------------------


def widen(execute: Execute) -> None:
    """Both files: a column here, a rebuilt table there."""
    execute("ALTER TABLE main.student ADD COLUMN nickname VARCHAR NOT NULL DEFAULT ''")
    execute(
        "CREATE TABLE cases.student_label_new (student VARCHAR NOT NULL, label VARCHAR NOT NULL, id VARCHAR PRIMARY KEY)"
    )
    execute("INSERT INTO cases.student_label_new SELECT student, label, id FROM cases.student_label")
    execute("DROP TABLE cases.student_label")
    execute("ALTER TABLE cases.student_label_new RENAME TO student_label")


def on_the_desk(execute: Execute) -> None:
    execute("CREATE TABLE main.extra (id VARCHAR PRIMARY KEY)")


NEXT = migrations.LATEST + 1
BOTH = Step(NEXT, frozenset({"main", "cases"}), widen)
DESK = Step(NEXT, frozenset({"main"}), on_the_desk)


@pytest.fixture
def keys_of(sample: Path) -> dict[str, bytes]:
    with open_room(sample, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
        return dict(room._keys)


def state(folder: Path, keys: dict[str, bytes]) -> tuple[object, ...]:
    c = connect(folder, keys)
    try:
        return tuple(
            (
                c.execute(f"PRAGMA {schema}.user_version").fetchone()[0],
                c.execute(f"SELECT name, sql FROM {schema}.sqlite_master ORDER BY name").fetchall(),
                c.execute(f"SELECT count(*) FROM {schema}.revision").fetchone()[0],
            )
            for schema in keys
        )
    finally:
        c.close()


def columns(folder: Path, keys: dict[str, bytes], schema: str, table: str) -> list[str]:
    c = connect(folder, keys)
    try:
        return [row[1] for row in c.execute(f"PRAGMA {schema}.table_info({table})").fetchall()]
    finally:
        c.close()


def test_steps_run_once_over_both_files(sample: Path, keys_of: dict[str, bytes]) -> None:
    assert bring_up_to_date(sample, keys_of, [BOTH]) == [NEXT]
    assert bring_up_to_date(sample, keys_of, [BOTH]) == []
    assert "nickname" in columns(sample, keys_of, "main", "student")
    assert columns(sample, keys_of, "cases", "student_label") == ["student", "label", "id"]
    with pytest.raises(NewerFormat):  # today's program, after a newer one
        open_room(sample, COUNSELLOR, PASSWORDS[COUNSELLOR])


def test_a_step_that_fails_leaves_both_files_as_they_were(sample: Path, keys_of: dict[str, bytes]) -> None:
    def fails(execute: Execute) -> None:
        widen(execute)
        execute("SELECT x FROM nowhere")

    before = state(sample, keys_of)
    with pytest.raises(Exception, match="no such table"):
        bring_up_to_date(sample, keys_of, [Step(NEXT, BOTH.files, fails)])
    assert state(sample, keys_of) == before
    with open_room(sample, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
        assert whole(check(room)) == set()


def test_a_step_killed_in_the_middle_leaves_both_files_as_they_were(sample: Path, keys_of: dict[str, bytes]) -> None:
    def killed(execute: Execute) -> None:
        execute("PRAGMA main.cache_size = 5")
        execute("PRAGMA cases.cache_size = 5")
        widen(execute)
        execute("UPDATE cases.student_label SET label = hex(randomblob(40000))")
        execute("UPDATE main.student SET nickname = hex(randomblob(40000))")
        os.kill(os.getpid(), signal.SIGKILL)

    before = state(sample, keys_of)
    process = os.fork()
    if process == 0:
        try:
            bring_up_to_date(sample, keys_of, [Step(NEXT, BOTH.files, killed)])
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(process, 0)[1]) == signal.SIGKILL
    assert state(sample, keys_of) == before
    with open_room(sample, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
        assert whole(check(room)) == set()


def test_a_step_over_both_files_waits_for_a_counsellor(sample: Path, keys_of: dict[str, bytes]) -> None:
    desk = {"main": keys_of["main"]}
    with pytest.raises(NeedsCases):
        bring_up_to_date(sample, desk, [BOTH])
    assert bring_up_to_date(sample, desk, [DESK]) == [NEXT]
    assert bring_up_to_date(sample, keys_of, [DESK]) == []


def test_deeds_from_before_a_change_of_shape_are_not_undone(
    sample: Path, keys_of: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "STEPS", [DESK])
    with open_room(sample, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
        with pytest.raises(NotUndoable):
            undo(room, deeds(room)[0].id)  # by its id: the sample was made on another computer
        with room.write("添加学生") as deed:
            deed.session.add(Student(name="甲", stage="junior", cohort=2025, class_no=1))
        undo(room)


def test_an_older_program_says_that_the_room_is_newer(sample: Path, keys_of: dict[str, bytes]) -> None:
    c = connect(sample, keys_of)
    c.execute("PRAGMA cases.user_version = 7")
    c.close()
    with pytest.raises(NewerFormat):
        open_room(sample, COUNSELLOR, PASSWORDS[COUNSELLOR])
    open_room(sample, DUTY, PASSWORDS[DUTY]).close()
    assert roomfile.names(sample) == [COUNSELLOR, DUTY]
