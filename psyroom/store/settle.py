"""Before a room is opened, under its lock: make interrupted transactions independent of where the folder lay.

A transaction over both files names its super-journal by absolute path, in plain text at the end of each file's
journal (SQLite file format, "Super-Journal"). SQLite reads "that path is gone" as "committed" and drops the journal:
in a moved, renamed or copied folder it would keep half-written files. What lies beside the files is what counts.
Needs no key, so a duty person's start does it for case.db too.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

MAGIC = bytes.fromhex("d9d505f920a163d7")
JOURNALS = ("desk.db-journal", "case.db-journal")


def is_hot(journal: Path) -> bool:
    """Whether a journal holds an interrupted transaction. One that was committed is empty or its head is zeroed."""
    try:
        with journal.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except FileNotFoundError:
        return False


def _super_of(journal: Path) -> tuple[str, int] | None:
    """The super-journal's name and where its record starts; None when the journal names none."""
    data = journal.read_bytes()
    if len(data) < 28 or data[:8] != MAGIC or data[-8:] != MAGIC:
        return None
    (length,) = struct.unpack(">I", data[-16:-12])
    start = len(data) - 16 - length
    if not 0 < length < start:
        return None
    return data[start:-16].decode("utf-8", "surrogateescape"), start - 4


def settle(folder: Path) -> list[tuple[str, str]]:
    """What was done, as (journal, "roll back" | "committed"); the folder must be locked.

    The super-journal lies beside the files → the transaction did not commit: its name is cut off and the journal is an
    ordinary hot one, which rolls back. It does not → the transaction was committed: the journal is emptied.
    """
    folder = folder.resolve()
    done = []
    for name in JOURNALS:
        journal = folder / name
        if not is_hot(journal) or (found := _super_of(journal)) is None:
            continue
        path, start = found
        here = folder / path.replace("\\", "/").rsplit("/", 1)[-1]
        if Path(path) == here:
            continue  # where it was: SQLite's own business
        with journal.open("r+b") as file:
            file.truncate(start if here.exists() else 0)
            os.fsync(file.fileno())
        done.append((name, "roll back" if here.exists() else "committed"))
    return done


def sweep(folder: Path) -> None:
    """Remove super-journals a kill left behind. Only after BOTH files were read through one connection: without its
    super-journal SQLite would take case.db's interrupted transaction for committed."""
    if not any(is_hot(folder / name) for name in JOURNALS):
        for left in folder.glob("desk.db-mj*"):
            left.unlink(missing_ok=True)
