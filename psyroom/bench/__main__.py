"""Run every measurement and print a table: `python -m psyroom.bench [--json FILE] [--runs 9] [--only start,desk,…]`.

The aims printed beside the figures are those the project set itself; nothing fails when one is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from psyroom import __version__
from psyroom.bench.bulk import TODAY, drive
from psyroom.practice.making import make_practice
from psyroom.settings import Settings

PARTS = ("start", "desk", "find", "week", "booking", "waiting", "notes", "backup", "roster", "return", "slips", "cover",
         "sheets")  # fmt: skip
LARGE, FINDING, IMPORTED = 10, 6, 3000  # practice ×10 and ×6 (5,400 students), rows of the roster


@dataclass
class Figure:
    """One line of the table. `runs` holds what the value is the median of, where there were several."""

    name: str
    value: float
    unit: str
    aim: str = ""
    runs: list[float] = field(default_factory=list)


class Bench:
    """The temporary folder, the children's environment, and what was found."""

    def __init__(self, folder: Path, runs: int, *, small: bool = False) -> None:
        self.folder, self.runs, self.turns, self.small = folder, runs, max(1, runs // 3), small
        self.figures: list[Figure] = []
        self.environment = {**os.environ, "PSYROOM_CONFIG": str(folder / "config")}
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)  # a school's machine compiles each file once
        self.environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.name == "nt"):
            self.environment.setdefault("QT_QPA_PLATFORM", "offscreen")

    def child(self, *arguments: str) -> str:
        command = [sys.executable, "-m", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(arguments[:2])} failed:\n{done.stderr}")
        return done.stdout.strip().splitlines()[-1]

    def practice(self, times: int) -> Path:
        folder = self.folder / f"practice-{times}"
        if not folder.exists():
            drive(make_practice(folder, times=times, today=TODAY)).close()
        return folder

    def add(self, name: str, value: float, unit: str, aim: str = "", runs: list[float] | None = None) -> None:
        self.figures.append(Figure(name, round(value, 3), unit, aim, [round(run, 3) for run in runs or []]))

    # ---- parts

    def start(self) -> None:
        """The program to its unlock window and a bare Qt window, by turns, so that a slow spell hits both."""
        room = self.practice(1)
        config = self.folder / "config"
        config.mkdir(exist_ok=True)
        (config / "settings.json").write_text(json.dumps(asdict(Settings(rooms=[str(room)]))), "utf-8")
        found: dict[str, list[float]] = {"bare": [], "program": []}
        for turn in range(self.runs + 1):
            for which, times in found.items():
                ended = float(self.child("psyroom.bench.launch", which, str(time.monotonic_ns())))
                if turn:  # the first turn warms the disk
                    times.append(ended)
        bare, program = median(found["bare"]), median(found["program"])
        self.add("bare Qt window", bare, "ms", runs=found["bare"])
        self.add("unlock window", program, "ms", runs=found["program"])
        self.add("unlock window / bare Qt window", program / bare, "×", "≤ 1.25")

    def desk(self) -> None:
        runs = [self._desk(LARGE) for _ in range(self.turns)]
        school = f"practice ×{LARGE}"

        def middle(name: str) -> tuple[float, list[float]]:
            values = [run[name] for run in runs]
            return median(values), values

        for name, key, unit, aim in (
            ("unlock to 今日 beyond key derivation", "to_today", "ms", "≤ 500"),
            ("page switch, median", "page_switch", "ms", "< 100"),
            ("peak memory beyond key derivation", "peak_mb", "MB", "< 200"),
            ("of it at the unlock window", "unlock_mb", "MB", ""),
        ):
            value, values = middle(key)
            self.add(f"{name}, {school}", value, unit, aim, values)
        for name, key in (("switch to", "switch_to"), ("first showing of", "first_showing")):
            for page in runs[0][key]:
                values = [run[key][page] for run in runs]
                self.add(f"{name} {page}, {school}", median(values), "ms", "< 100", values)

    def find(self) -> None:
        runs = [self._desk(FINDING) for _ in range(self.turns)]
        students = FINDING * 900
        for name, key in (("median", "keystroke"), ("worst", "keystroke_worst")):
            values = [run[key] for run in runs]
            aim = "< 16" if key == "keystroke" else ""
            self.add(f"keystroke to result, {name}, {students} students", median(values), "ms", aim, values)

    def week(self) -> None:
        """A full week on the calendar and a card dragged over it, against an empty week and as many plain rectangles."""
        folder = self.folder / "week"
        drive(make_practice(folder, times=1, today=TODAY)).close()
        answer = json.loads(self.child("psyroom.bench.week", str(folder)))
        self.add(f"week of {answer['cards']} cards, painted", answer["full"], "ms", "< 16")
        self.add("an empty week, painted", answer["empty"], "ms")
        self.add("full week / empty week", answer["full"] / answer["empty"], "×")
        self.add("200 plain rectangles, painted", answer["rectangles"], "ms")
        self.add("full week / 200 plain rectangles", answer["full"] / answer["rectangles"], "×")
        self.add("a card taken up over it", answer["taken_up"], "ms")
        self.add("one step of a drag over it", answer["step"], "ms", "< 16")
        self.add("the slowest step", answer["step_worst"], "ms", "< 16")
        self.add("step of a drag / 200 plain rectangles", answer["step"] / answer["rectangles"], "×")

    def booking(self) -> None:
        """What a booking runs into among 200 of its week, and where else there is room; against a bare reading."""
        folder = self.folder / "booking"
        drive(make_practice(folder, times=1, today=TODAY)).close()
        answer = json.loads(self.child("psyroom.bench.booking", str(folder)))
        count = answer["bookings"]
        self.add(f"bare reading of {count} bookings", answer["bare"], "ms")
        for name, key, aim in (
            ("a week, read", "week", "< 30"),
            ("a time looked at", "free", "< 10"),
            ("a time that is taken, with three others", "taken", "< 10"),
            ("the next free time", "next", "< 50"),
        ):
            self.add(f"{name}, {count} bookings", answer[key], "ms", aim)
        self.add("a time looked at / bare reading", answer["free"] / answer["bare"], "×")

    def waiting(self) -> None:
        """The list, and whom a freed time suits, at 200 who wait; against a bare reading of their rows."""
        folder = self.folder / "waiting"
        drive(make_practice(folder, times=1, today=TODAY)).close()
        answer = json.loads(self.child("psyroom.bench.waiting", str(folder)))
        entries = answer["entries"]
        self.add(f"bare reading of {entries} who wait", answer["bare"], "ms")
        for name, key in (("the waiting list", "list"), ("whom a free time suits", "matches")):
            self.add(f"{name}, {entries} entries", answer[key], "ms", "< 50")
            self.add(f"{name} / bare reading", answer[key] / answer["bare"], "×")
        self.add(f"times for one who waits, {entries} entries", answer["times"], "ms", "< 50")

    def notes(self) -> None:
        """Saving a note, finding in 20,000, a time line of 300 among 30,000; each against the least the store can do."""
        folder = self.folder / "notes"
        drive(make_practice(folder, times=1, today=TODAY)).close()
        answer = json.loads(self.child("psyroom.bench.notes", str(folder), str(self.runs)))
        lines = answer["lines"]
        self.add(f"bare reading of the rows of {lines} lines", answer["bare_rows"], "ms")
        self.add(f"a time line of {lines} among 30,000", answer["timeline"], "ms", "< 300")
        self.add("time line / bare reading", answer["timeline"] / answer["bare_rows"], "×")
        self.add("bare LIKE over one column of 20,000 notes", answer["scan"], "ms")
        for name, key in (("a word of one note", "rare"), ("a word of many", "common"), ("a word of none", "nobody")):
            self.add(f"search of 20,000 notes, {name}", answer[key], "ms")
            self.add(f"search, {name} / bare LIKE", answer[key] / answer["scan"], "×")
        self.add("one row kept outside the chain", answer["bare_save"], "ms")
        self.add("a note saved", answer["save"], "ms", "< 20")
        self.add("a note saved / one row kept", answer["save"] / answer["bare_save"], "×")

    def backup(self) -> None:
        """A verified backup of the ten-fold practice school against a bare copy, and saves while it is made."""
        folder = self.folder / "backup"
        drive(make_practice(folder, times=LARGE, today=TODAY)).close()
        answer = json.loads(self.child("psyroom.bench.backup", str(folder), str(self.runs)))
        self.add(f"bare copy of {answer['bytes'] / 1e6:.0f} MB, synced", answer["bare"], "s")
        self.add(f"verified backup, practice ×{LARGE}", answer["backup"], "s", "< 3")
        self.add("verified backup / bare copy", answer["backup"] / answer["bare"], "×")
        self.add("a save, nothing beside it", answer["alone"], "ms")
        self.add("a save while a backup is made, median", answer["during"], "ms")
        self.add("a save while a backup is made, longest", answer["during_longest"], "ms", "< 100")
        self.add("save during / save alone", answer["during"] / answer["alone"], "×")

    def roster(self) -> None:
        folder = self.folder / "roster"
        folder.mkdir()
        answer = json.loads(self.child("psyroom.bench.bulk", "roster", str(folder), str(IMPORTED)))
        self.add(f"roster of {IMPORTED}, dry run", answer["dry_run"], "s", "< 1")
        self.add(f"roster of {answer['new']} new, taken", answer["taken"], "s")
        self.add(f"the same again, {answer['unchanged']} unchanged", answer["again"], "s")
        self.add("peak memory of the import", answer["peak_mb"], "MB", "< 200")

    def the_return(self) -> None:
        folder = self.folder / "return"
        folder.mkdir()
        answer = json.loads(self.child("psyroom.bench.bulk", "return", str(folder), str(IMPORTED)))
        self.add(f"return for {answer['pupils']} students", answer["seconds"], "s", "< 3")
        self.add("peak memory of the return", answer["peak_mb"], "MB", "< 200")

    def slips(self) -> None:
        """Slips to the parents of a large school as one PDF, against their characters set without measuring."""
        folder = self.folder / "slips"
        drive(make_practice(folder, times=1 if self.small else 4, today=TODAY)).close()
        answer = json.loads(self.child("psyroom.bench.slips", str(folder)))
        count = answer["slips"]
        self.add(f"bare setting of the words of {count} slips", answer["bare"], "s")
        self.add(f"{count} slips to parents, one PDF of {answer['pages']} pages", answer["seconds"], "s", "< 15")
        self.add("slips / bare setting", answer["seconds"] / answer["bare"], "×")
        self.add(f"{count} slips leave: file, register, states", answer["leaving"], "s")
        self.add("peak memory of the slips", answer["peak_mb"], "MB")

    def cover(self) -> None:
        """The coverage of a large school shown in the window, against its rows read bare and as many plain bars."""
        folder = self.folder / "cover"
        drive(make_practice(folder, times=1 if self.small else 4, today=TODAY)).close()
        answer = json.loads(self.child("psyroom.bench.cover", str(folder)))
        school = f"{answer['students']} students in {answer['classes']} classes"
        self.add(f"rows read bare and as many plain bars, {school}", answer["bare"], "ms")
        for name, key, aim in (
            ("coverage page, first showing", "first", "< 200"),
            ("coverage page, counted anew", "shown", "< 200"),
            ("coverage page, nothing changed", "still", "< 100"),
            ("a class opened beside the map", "class", "< 100"),
            ("the whole school as a list", "school", "< 200"),
            ("the look by weeks", "weeks", "< 100"),
        ):
            self.add(f"{name}, {school}", answer[key], "ms", aim)
        self.add("coverage page counted anew / rows read bare", answer["shown"] / answer["bare"], "×")

    def sheets(self) -> None:
        """The class teachers' sheets of 3,000 students out under passwords, and back filled, as office programs save."""
        answer = json.loads(
            self.child("psyroom.bench.sheets", str(self.folder / "sheets"), str(6 if self.small else 90))
        )
        count = answer["sheets"]
        self.add(f"bare writing of the cells of {count} sheets", answer["bare_writing"], "s")
        self.add(f"{count} sheets made, each under its password", answer["making"], "s", "< 10")
        self.add("sheets made / bare writing", answer["making"] / answer["bare_writing"], "×")
        self.add(f"{count} derivations and bare readings, one core", answer["bare_reading"], "s")
        self.add(f"{count} filled sheets read back, dry run", answer["reading"], "s", "< 10")
        self.add("sheets read / bare reading", answer["reading"] / answer["bare_reading"], "×")
        self.add(f"{answer['new']} talks of sheets taken", answer["taking"], "s")
        self.add(f"the same again, {answer['unchanged']} unchanged", answer["again"], "s")
        self.add("peak memory of the sheets", answer["peak_mb"], "MB")

    def _desk(self, times: int) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.child("psyroom.bench.desk", str(self.practice(times))))
        return answer


def machine() -> dict[str, str]:
    from importlib.metadata import version

    return {
        "system": platform.platform(),
        "processors": str(os.cpu_count()),
        "python": platform.python_version(),
        "qt": version("PySide6-Essentials"),
        "psyroom": __version__,
        "display": os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or "offscreen",
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m psyroom.bench", description="Measure; judge nothing.")
    parser.add_argument("--json", type=Path, help="save the figures here")
    parser.add_argument(
        "--runs", type=int, default=9, help="starts of each window (default 9); a third as many walks through it"
    )
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, of {','.join(PARTS)}")
    parser.add_argument("--small", action="store_true", help="talks of a small school, to see that every part runs")
    options = parser.parse_args()
    wanted = options.only.split(",")
    if unknown := [part for part in wanted if part not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}")
    with tempfile.TemporaryDirectory(prefix="psyroom-bench-") as place:
        bench = Bench(Path(place), options.runs, small=options.small)
        for part in wanted:
            print(f"… {part}", file=sys.stderr, flush=True)
            getattr(bench, "the_return" if part == "return" else part)()
    for figure in bench.figures:
        print(f"{figure.name:<62} {figure.value:>10.3f} {figure.unit:<3} {figure.aim}")
    if options.json:
        whole = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}
        figures = [asdict(figure) for figure in bench.figures]
        options.json.write_text(json.dumps({**whole, "figures": figures}, ensure_ascii=False, indent=1), "utf-8")


if __name__ == "__main__":
    main()
