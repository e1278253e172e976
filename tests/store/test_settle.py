"""An interrupted transaction rolls back wherever the folder lies, and nothing is taken for committed that was not."""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from psyroom.records.students import Student
from psyroom.store.checking import check
from psyroom.store.connection import raw_of
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.store.settle import JOURNALS, MAGIC, is_hot, settle, sweep
from tests.store.conftest import COUNSELLOR, DUTY, PASSWORDS
from tests.store.test_chain import whole

LOCK_PAGE = 1_073_741_824 // 4096 + 1  # the page a super-journal's record pretends to be


def name_super(journal: Path, path: str) -> None:
    """What SQLite writes at a journal's end just before a commit over two files."""
    name = path.encode()
    total = sum(b - 256 if b > 127 else b for b in name) & 0xFFFFFFFF
    with journal.open("ab") as file:
        file.write(struct.pack(">I", LOCK_PAGE) + name + struct.pack(">II", len(name), total) + MAGIC)


def killed_in_the_middle(folder: Path) -> None:
    """A room whose writer died with pages of both files already overwritten."""
    with open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room, room.write("导入名册") as deed:
        deed.session.add_all([Student(name="周", stage="junior", cohort=2025, class_no=1) for _ in range(300)])
    process = os.fork()
    if process == 0:
        room = open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR])
        with room.write("调班") as deed:
            for schema in room.schemas:
                deed.raw.execute(f"PRAGMA {schema}.cache_size = 5")
            deed.raw.execute("UPDATE main.student SET class_no = 2, number = hex(randomblob(400))")
            deed.raw.execute("INSERT INTO cases.student_detail SELECT NULL, '', 0, '', hex(randomblob(400)), '', '', '', '', '', "
                             "NULL, NULL, '', id FROM main.student")  # fmt: skip
            os.kill(os.getpid(), signal.SIGKILL)
        os._exit(1)
    os.waitpid(process, 0)
    assert all(is_hot(folder / name) for name in JOURNALS)


def is_as_before(room: Room) -> bool:
    with room.read() as session:
        raw = raw_of(session)
        classes = raw.execute("SELECT class_no, count(*) FROM main.student GROUP BY 1").fetchall()
        details = raw.execute("SELECT count(*) FROM cases.student_detail").fetchone()[0]
    return bool(classes == [(1, 300)]) and details == 0 and room.findings == [] and whole(check(room)) == set()


@pytest.mark.parametrize("first", [COUNSELLOR, DUTY])
def test_a_moved_folder_rolls_back_what_was_not_committed(folder: Path, tmp_path: Path, first: str) -> None:
    killed_in_the_middle(folder)
    for name in JOURNALS:
        name_super(folder / name, str(folder / "desk.db-mj0123"))
    (folder / "desk.db-mj0123").write_bytes(b"")
    moved = folder.rename(tmp_path / "搬到 别处")
    open_room(moved, first, PASSWORDS[first]).close()
    with open_room(moved, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
        assert is_as_before(room)
    assert not list(moved.glob("desk.db-mj*"))


def test_an_unmoved_folder_is_left_to_sqlite(folder: Path) -> None:
    killed_in_the_middle(folder)
    before = [(folder / name).read_bytes() for name in JOURNALS]
    assert settle(folder) == [] and [(folder / name).read_bytes() for name in JOURNALS] == before
    with open_room(folder, COUNSELLOR, PASSWORDS[COUNSELLOR]) as room:
        assert is_as_before(room)


@pytest.mark.parametrize("old", ["/old/desk.db-mj01", "D:\\辅导室\\desk.db-mj01"])
@pytest.mark.parametrize("beside", [True, False])
def test_what_lies_beside_the_files_is_what_counts(tmp_path: Path, old: str, beside: bool) -> None:
    for name in JOURNALS:
        (tmp_path / name).write_bytes(MAGIC + b"\1" * 2000)
        name_super(tmp_path / name, old)
    if beside:
        (tmp_path / "desk.db-mj01").write_bytes(b"")
    done = settle(tmp_path)
    assert done == [(name, "roll back" if beside else "committed") for name in JOURNALS]
    for name in JOURNALS:
        assert (tmp_path / name).read_bytes() == (MAGIC + b"\1" * 2000 if beside else b"")


@pytest.mark.parametrize("content", [b"", b"\0" * 600, MAGIC, MAGIC + b"\1" * 600, MAGIC + b"\xff" * 600 + MAGIC])
def test_journals_without_a_name_are_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / JOURNALS[0]).write_bytes(content)
    assert settle(tmp_path) == [] and (tmp_path / JOURNALS[0]).read_bytes() == content


def test_a_super_journal_is_swept_only_when_nothing_is_hot(tmp_path: Path) -> None:
    (tmp_path / "desk.db-mj01").write_bytes(b"x")
    (tmp_path / JOURNALS[1]).write_bytes(MAGIC + b"\1" * 600)
    sweep(tmp_path)
    assert (tmp_path / "desk.db-mj01").exists()
    (tmp_path / JOURNALS[1]).write_bytes(b"")
    sweep(tmp_path)
    assert not (tmp_path / "desk.db-mj01").exists()


def test_a_duty_person_sweeps_nothing(folder: Path, opened: Callable[..., Room]) -> None:
    (folder / "desk.db-mj01").write_bytes(b"x")
    opened(DUTY).close()
    assert (folder / "desk.db-mj01").exists()


def test_a_duty_session_says_that_case_db_waits(folder: Path, opened: Callable[..., Room]) -> None:
    killed_in_the_middle(folder)
    assert whole(check(opened(DUTY))) == {"journal"}
