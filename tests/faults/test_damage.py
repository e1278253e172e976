"""Whatever happens to a file of the room is said in a sentence. More: `python -m psyroom.faults --damages 2000`."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from psyroom.faults import damage

DAMAGES = 64


def test_every_damage_is_said(tmp_path: Path) -> None:
    figures = damage.run(DAMAGES, tmp_path)
    assert figures.ok, "\n".join(figures.lines())
    assert (
        set(figures.told) >= {"flip", "cut", "empty", "gone", "zeros", "swap"} and sum(figures.told.values()) == DAMAGES
    )


@pytest.mark.parametrize("name", ["desk.db", "case.db"])
def test_an_older_file_put_back_is_said(tmp_path: Path, name: str) -> None:
    older = damage.make(tmp_path / "房间")
    assert not damage.said(tmp_path / "房间")
    assert damage.old(tmp_path / "房间" / name, random.Random(1), older)
    assert any("旧" in sentence or "对不上" in sentence for sentence in damage.said(tmp_path / "房间"))
