"""Reads rosters for the tests of their shapes and values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from psyroom.intake.reading import read_book
from psyroom.intake.roster import RosterRead, read_roster
from psyroom.rules.classes import class_key
from tests.intake import files


def read(path: Path, stage: str = "junior", **more: Any) -> RosterRead:
    return read_roster(read_book(path), school_stage=stage, system="63", year=2026, **more)


def sheet(
    tmp_path: Path, rows: files.Rows | Mapping[str, files.Rows], stage: str = "junior", **more: Any
) -> RosterRead:
    reading = {key: more.pop(key) for key in ("mapping", "classes", "remembered") if key in more}
    return read(files.xlsx(tmp_path / "名册.xlsx", rows, **more), stage, **reading)


def children(found: RosterRead) -> list[tuple[int, str, str]]:
    """(row, name, class key)"""
    told = []
    for row in found.rows:
        assert row.found is not None
        place = (row.found.stage, row.found.cohort, row.found.class_no)
        told.append((row.row, row.name, class_key(*place, year=2026, style=row.found.said)))
    return told


def problems(found: RosterRead) -> list[tuple[int, str, bool]]:
    return sorted((p.row, p.field, p.taken) for row in [*found.rows, *found.refused] for p in row.problems)
