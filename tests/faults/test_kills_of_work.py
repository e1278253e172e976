"""Killed while notes are written, backups made, one brought back, keys changed. More: `python -m psyroom.faults`."""

from __future__ import annotations

import copy
import random
from pathlib import Path

import pytest

from psyroom.faults import __main__ as main
from psyroom.faults import backup_kills, rekey_kills, work, work_kills
from psyroom.faults.process import Figures
from psyroom.store.opening import open_room


def lines(figures: Figures) -> str:
    return "\n".join(figures.lines())


@pytest.fixture(autouse=True)
def _cheap(cheap_keys: None) -> None:
    """Argon2id at a practice school's cost."""


def test_a_killed_writer_of_notes_loses_nothing(tmp_path: Path) -> None:
    figures = work_kills.run(14, tmp_path, random.Random())
    assert figures.ok, lines(figures)
    assert figures.kills == 14 and figures.counts["acknowledged"] > 14 and figures.counts["cut short"]


def test_a_killed_backup_counts_for_nothing_and_an_acknowledged_one_is_whole(tmp_path: Path) -> None:
    figures = backup_kills.run_making(6, tmp_path, random.Random())
    assert figures.ok, lines(figures)
    assert figures.kills == 6 and figures.counts["copies read"]


def test_a_killed_bringing_back_is_all_old_or_all_new(tmp_path: Path) -> None:
    figures = backup_kills.run_returning(2 * len(backup_kills.POINTS), tmp_path, random.Random())
    assert figures.ok, lines(figures)
    assert figures.counts["all old"] and figures.counts["all new"]


def test_a_killed_change_of_keys_leaves_one_key_per_file(tmp_path: Path) -> None:
    figures = rekey_kills.run(6, tmp_path, random.Random())
    assert figures.ok, lines(figures)


def test_the_kinds_do_not_meet(tmp_path: Path) -> None:
    """What the command runs one after the other, in one place; no kill at all is no fault."""
    figures = main.killed(0, tmp_path / "kills", 1)
    assert len(figures) == 1 + len(main.OTHERS) and all(one.ok and not one.kills for one in figures)


def test_every_step_does_what_it_is_said_to_do(tmp_path: Path) -> None:
    """The suite's own eyes: what it expects after a step is what stands there, and half a step would be named."""
    work.make(tmp_path / "房间")
    dice = random.Random(3)
    with open_room(tmp_path / "房间", work.COUNSELLOR, work.PASSWORD) as room:
        doer, state, done = work.Doer(room), work.observed(room), set()
        for _ in range(60):
            step = work.meant(dice, state)
            doer.do(step)
            done.add(step["do"])
            found = work.observed(room)
            assert work.differ(work.after(state, step), found) == [], step["do"]
            state = found
    assert done == {"add", "change", "sign", "remove", "draft", "attach", "slip"}
    mark = next(mark for mark, note in state["notes"].items() if note["attached"])
    for part, other in (("private", "x"), ("steps", ["x"]), ("attached", []), ("signed", None), ("text", mark)):
        half = copy.deepcopy(state)
        half["notes"][mark][part] = other
        assert work.differ(state, half) == [f"note: {part}"]
    half = copy.deepcopy(state)
    half["drafts"]["x"] = ""
    half["slips"] = []
    half["words"]["x"] = mark
    del half["notes"][mark]
    found_faults = work.differ(state, half)
    assert {"words taken in", "notes: one lost", "drafts: one too many"} <= set(found_faults)
