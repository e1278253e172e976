"""The benchmark runs to its end and saves what it found. No figure is judged: a noisy machine would trip it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_it_prints_its_table_and_saves_the_figures(tmp_path: Path) -> None:
    saved = tmp_path / "bench.json"
    parts = "start,find,week,booking,waiting,notes,backup,roster,return,slips,cover,sheets"
    command = [sys.executable, "-m", "psyroom.bench", "--small", "--runs", "1", "--only", parts]
    ran = subprocess.run([*command, "--json", str(saved)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(saved.read_text("utf-8"))
    assert {"system", "processors", "python", "qt"} <= found["machine"].keys()
    names = [figure["name"] for figure in found["figures"]]
    for name in (
        "unlock window / bare Qt window",
        "keystroke to result, median, 5400 students",
        "a time looked at / bare reading",
        "whom a free time suits, 200 entries",
        "a time line of 300 among 30,000",
        "search, a word of none / bare LIKE",
        "a note saved / one row kept",
        "verified backup / bare copy",
        "save during / save alone",
        "roster of 3000, dry run",
        "full week / 200 plain rectangles",
        "step of a drag / 200 plain rectangles",
        "slips / bare setting",
        "sheets read / bare reading",
        "coverage page counted anew / rows read bare",
    ):
        assert name in names
    assert all(figure["value"] > 0 and figure["unit"] for figure in found["figures"])
    assert len(ran.stdout.splitlines()) == len(names)


def test_an_unknown_part_is_wrong_use() -> None:
    command = [sys.executable, "-m", "psyroom.bench", "--only", "moon"]
    assert subprocess.run(command, capture_output=True).returncode == 2
