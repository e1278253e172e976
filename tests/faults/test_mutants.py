"""A thousand mutated rosters, ledgers, pictures, copies and key files: a result or a sentence, in bounded time and memory.
More: `python -m psyroom.faults --mutants 10000`."""

from __future__ import annotations

from pathlib import Path

from psyroom.faults import mutants

TIMES = 1000
DATA = Path(__file__).parent.parent / "data"


def test_a_thousand_mutated_files_are_read_or_refused(tmp_path: Path) -> None:
    seeds = [path for path in sorted(DATA.rglob("*")) if path.suffix in (".xlsx", ".xls", ".csv")]
    assert len(seeds) >= 5
    figures = mutants.run(TIMES, tmp_path, seeds=seeds)
    assert not figures.bugs and not figures.slow, "\n".join(figures.lines())
    assert figures.read.total() + figures.refused.total() == TIMES
    assert min(figures.read[kind] + figures.refused[kind] for kind in mutants.KINDS) > 10
    assert (
        min(figures.read["roster"], figures.read["picture"], figures.refused["copy"], figures.refused["key file"]) > 5
    )
