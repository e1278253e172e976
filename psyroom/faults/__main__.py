"""`python -m psyroom.faults --kills 1000`: run the fault suite and say its figures. Exit 1 when anything was lost."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from psyroom.faults import backup_kills, damage, kills, mutants, rekey_kills, work_kills
from psyroom.faults.process import Figures, cheap_keys

OTHERS: tuple[tuple[int, Callable[..., Figures]], ...] = (
    (48, work_kills.run), (9, rekey_kills.run), (10, backup_kills.run_making), (8, backup_kills.run_returning),
)  # fmt: skip
"""How many of a hundred kills fall on what; the rest on mixed deeds over both files."""
TABLES = (".xlsx", ".xls", ".csv")


def killed(times: int, place: Path, seed: int | None) -> list[Figures | kills.Figures]:
    """So many kills, each kind its share."""
    dice, found = random.Random(seed), list[Figures | kills.Figures]()
    place.mkdir()
    with cheap_keys():
        for number, (share, run) in enumerate(OTHERS):
            own = place / str(number)
            own.mkdir()
            found.append(run(times * share // 100, own, dice))
    return [kills.run(times - sum(one.kills for one in found), place, seed=seed), *found]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m psyroom.faults")
    parser.add_argument("--kills", type=int, default=200, help="how many times the writer is killed")
    parser.add_argument("--damages", type=int, default=200, help="how many times a file of the room is damaged")
    parser.add_argument("--mutants", type=int, default=200, help="how many mutated files are read")
    parser.add_argument(
        "--from", dest="seeds", type=Path, default=None, help="a folder of real rosters and ledgers to mutate"
    )
    parser.add_argument("--seed", type=int, default=None, help="the same choices again (the moments still differ)")
    options = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="psyroom-faults-") as place:
        seeds = sorted(p for p in options.seeds.rglob("*.*") if p.suffix in TABLES) if options.seeds else []
        figures: list[Figures | kills.Figures | damage.Figures | mutants.Figures] = [
            *killed(options.kills, Path(place) / "kills", options.seed),
            damage.run(options.damages, Path(place), seed=options.seed),
            mutants.run(options.mutants, Path(place), seeds=seeds, seed=options.seed),
        ]
    lines = [line for one in figures for line in one.lines()]
    sys.stdout.write("\n".join([*lines, f"seconds {time.monotonic() - begun:.0f}"]) + "\n")
    return 0 if all(one.ok for one in figures) else 1


if __name__ == "__main__":
    raise SystemExit(main())
