"""For tests on the window: leaving the process is the product's own deed, so its one seam is kept shut and watched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from psyroom.ui import leave


@pytest.fixture(autouse=True)
def left() -> Iterator[list[tuple[Path, bool]]]:
    """Each time the process would have ended: (room folder, whether the unlock window comes back)."""
    seen: list[tuple[Path, bool]] = []
    door = leave.door
    leave.door = lambda folder, *, come_back: seen.append((folder, come_back))
    yield seen
    leave.door = door
