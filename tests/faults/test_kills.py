"""Killed at random moments: nothing acknowledged lost, files agree, chain and rows agree. More: `python -m psyroom.faults`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from psyroom.faults import deeds, kills, rekey_kills
from psyroom.store.making import make_room

KILLS = 40


def test_killed_writers_lose_nothing(tmp_path: Path) -> None:
    figures = kills.run(KILLS, tmp_path)
    assert figures.ok, "\n".join(figures.lines())
    assert figures.kills == KILLS and figures.acknowledged > KILLS and figures.moved and figures.duty_first


@pytest.mark.parametrize("stage", rekey_kills.STAGES)
def test_a_removal_killed_at_a_stage_leaves_one_key_per_file(tmp_path: Path, stage: str) -> None:
    person = rekey_kills.room_with_three(tmp_path / "房间", 50)
    removal = rekey_kills.killed_removal(tmp_path / "房间", person, stage, random.Random(1))
    assert removal.stage == stage and not removal.faults


def test_a_removal_killed_at_random_leaves_one_key_per_file(tmp_path: Path) -> None:
    for number in range(8):
        folder = tmp_path / f"房间 {number}"
        person = rekey_kills.room_with_three(folder, 1500)
        removal = rekey_kills.killed_removal(folder, person, None, random.Random(number))
        assert not removal.faults


def test_half_a_deed_would_be_named(tmp_path: Path) -> None:
    """The suite's own eyes: what only half arrived is seen."""
    room, _ = make_room(tmp_path / "房间", people=[("甲", "counsellor", kills.PASSWORD)], practice=True)
    dice = random.Random(1)
    for deed in deeds.MIX:
        deed(room, dice)
    assert deeds.torn(room) == []
    with room.write("半个") as half:
        half.raw.execute("DELETE FROM main.booking WHERE id = (SELECT max(id) FROM main.booking WHERE series != '')")
        half.raw.execute("DELETE FROM cases.booking_urgency")
        half.raw.execute("UPDATE main.waiting SET booking = 'x'")
        half.raw.execute("DELETE FROM main.week_reason")
        half.raw.execute("DELETE FROM cases.talk WHERE id = (SELECT max(id) FROM cases.talk)")
    found = deeds.torn(room)
    room.close()
    assert found == [
        "series", "booking without its reason", "taken without its booking", "sheet without its talks",
        "signed without its reason",
    ]  # fmt: skip
