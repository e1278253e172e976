"""Mutated files from outside: rosters, ledgers, pictures, copies of a room, its key file. Each is read as a person would
have it read; the answer is a result or a sentence, soon, and without much memory. POSIX measures; Windows only listens."""

from __future__ import annotations

import io
import random
import shutil
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from psyroom.errors import Tell
from psyroom.faults import damage
from psyroom.intake.openings import read_ledger
from psyroom.intake.pictures import take_in
from psyroom.records.attachments import PICTURE
from psyroom.records.school import School, Term
from psyroom.services import backups_back, roster
from psyroom.store.opening import open_room

MOST_SECONDS = 5.0
MOST_MEMORY = 500_000_000
TERM = date(2026, 8, 31)
KINDS = ("roster", "ledger", "picture", "copy", "key file")
SHARES = (20, 5, 15, 20, 40)
"""Of a hundred; what is read in a process of its own costs most."""


@dataclass
class Figures:
    """What became of the files; `slow`, `large` and `bugs` must be empty."""

    read: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    memory: int = 0
    slow: list[str] = field(default_factory=list)
    bugs: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not (self.slow or self.bugs) and self.memory < MOST_MEMORY

    def lines(self) -> list[str]:
        each = ", ".join(f"{kind} {self.read[kind]}+{self.refused[kind]}" for kind in KINDS)
        return [
            f"mutated files {self.read.total() + self.refused.total() + len(self.bugs)} (read + refused): {each}",
            f"longest {self.longest:.1f} s, memory {self.memory / 1e6:.0f} MB, slow {len(self.slow)}, bugs {len(self.bugs)}",
            *self.slow[:10],
            *self.bugs[:20],
        ]


# ---- what is mutated, and how --------------------------------------------------------------------------------------


def mutate(data: bytes, dice: random.Random, others: Sequence[bytes]) -> bytes:
    """One to four strokes: bits, bytes, a cut, a piece twice, a piece of another file, a run of one byte."""
    found = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        if not found:
            break
        at = dice.randrange(len(found))
        length = min(len(found) - at, dice.choice((1, 4, 40, 400, 4000)))
        stroke = dice.randrange(7)
        if stroke == 0:
            found[at] ^= 1 << dice.randrange(8)
        elif stroke == 1:
            found[at : at + length] = dice.randbytes(length)
        elif stroke == 2:
            del found[at : at + length]
        elif stroke == 3:
            del found[at:]
        elif stroke == 4:
            found[at:at] = found[at : at + length] * dice.choice((1, 2, 50))
        elif stroke == 5:
            other = dice.choice(others)
            begin = dice.randrange(len(other))
            found[at : at + length] = other[begin : begin + length]
        else:
            found[at : at + length] = bytes([dice.choice((0, 9, 34, 48, 57, 255))]) * length
    return bytes(found)


def mutate_inside(data: bytes, dice: random.Random) -> bytes:
    """One part of a workbook, packed again: what reaches the reader of sheets, not only the unpacker."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        parts = {name: whole.read(name) for name in whole.namelist()}
        chosen = dice.choice(sorted(parts))
        for name, content in parts.items():
            packed.writestr(name, mutate(content, dice, list(parts.values())) if name == chosen else content)
    return out.getvalue()


def pictures() -> dict[str, bytes]:
    """A photograph as jpeg, png and webp, and a page of PDF."""
    from PIL import Image
    from reportlab.pdfgen.canvas import Canvas

    made = {}
    for kind in ("JPEG", "PNG", "WEBP"):
        out = io.BytesIO()
        Image.effect_noise((320, 240), 60).save(out, kind)
        made[f"图.{kind.lower()}"] = out.getvalue()
    out = io.BytesIO()
    page = Canvas(out)
    page.drawString(100, 700, "signed")
    page.save()
    made["回执.pdf"] = out.getvalue()
    return made


def tables() -> dict[str, bytes]:
    """A roster as a workbook, as text and as a page called .xls; enough rows to be worth mutating."""
    import xlsxwriter

    rows = [["姓名", "性别", "班级", "学号", "出生日期", "监护人电话"]]
    rows += [
        [f"学生{n}", "男女"[n % 2], f"七年级{n % 6 + 1}班", f"2026{n:04d}", "2013-05-06", "13800000000"]
        for n in range(60)
    ]
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        sheet.write_row(at, 0, row)
    book.close()
    text = "\n".join(",".join(row) for row in rows)
    cells = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    page = f"<html><meta charset=utf-8><table>{cells}</table></html>"
    return {"名册.xlsx": out.getvalue(), "名册.csv": text.encode("gb18030"), "名册.xls": page.encode()}


# ---- reading them --------------------------------------------------------------------------------------------------


class _Reader:
    """One room, and how each kind of file is read with it."""

    def __init__(self, place: Path, seeds: Sequence[Path]) -> None:
        self.place, self.folder = place, place / "房间"
        damage.make(self.folder)
        self.copy = next(path for path in (self.folder / "backups").iterdir() if (path / "manifest.json").exists())
        given = {path.name: path.read_bytes() for path in seeds}
        self.sources = {
            "roster": tables() | {name: data for name, data in given.items() if "开放" not in name},
            "ledger": {name: data for name, data in given.items() if "开放" in name} or tables(),
            "picture": pictures(),
            "key file": {"room.json": (self.folder / "room.json").read_bytes()},
        }
        self.room = open_room(self.folder, damage.COUNSELLOR, damage.PASSWORD)
        with self.room.write("准备") as deed:
            deed.session.add(School(name="某校", stage="junior"))
            deed.session.add(Term(year=2026, half=1, starts=TERM, weeks=20))

    def read(self, kind: str, dice: random.Random) -> None:
        if kind == "copy":
            self._copy(dice)
        elif kind == "key file":
            self._key_file(dice)
        else:
            name, data = dice.choice(sorted(self.sources[kind].items()))
            inside = data[:2] == b"PK" and dice.random() < 0.7
            mutated = mutate_inside(data, dice) if inside else mutate(data, dice, list(self.sources[kind].values()))
            if kind == "picture":
                take_in(name, mutated, most=PICTURE, original=dice.random() < 0.5)
                return
            path = self.place / name
            path.write_bytes(mutated)
            if kind == "ledger":
                read_ledger(path, term_starts=TERM, weeks=20)
            else:
                for _ in roster.plan(self.room, path):
                    pass

    def _copy(self, dice: random.Random) -> None:
        """One file of a copy, then the question what bringing it back would change."""
        goal = self.place / "备份"
        shutil.rmtree(goal, ignore_errors=True)
        shutil.copytree(self.copy, goal)
        path = dice.choice(sorted(p for p in goal.iterdir() if p.is_file()))
        path.write_bytes(mutate(path.read_bytes(), dice, [b'{}[]:,"' * 40]))
        backups_back.preview(self.room, goal)

    def _key_file(self, dice: random.Random) -> None:
        goal = self.place / "别处"
        shutil.rmtree(goal, ignore_errors=True)
        goal.mkdir()
        for name in ("desk.db", "case.db"):
            shutil.copyfile(self.folder / name, goal / name)
        data = self.sources["key file"]["room.json"]
        (goal / "room.json").write_bytes(mutate(data, dice, [data]))
        open_room(goal, damage.COUNSELLOR, damage.PASSWORD).close()


def memory() -> int:
    """The most bytes this process or one of its children has held; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) * unit


def run(
    times: int,
    place: Path,
    *,
    seeds: Sequence[Path] = (),
    seed: int | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Figures:
    """Read `times` mutated files; `seeds`: real rosters and ledgers to mutate besides the made-up ones."""
    dice, figures = random.Random(seed), Figures()
    place = place / "变异"
    place.mkdir(parents=True)
    reader = _Reader(place, seeds)
    try:
        for number in range(times):
            kind = dice.choices(KINDS, SHARES)[0]
            begun = time.monotonic()
            try:
                reader.read(kind, dice)
                figures.read[kind] += 1
            except Tell:
                figures.refused[kind] += 1
            except Exception as error:  # noqa: BLE001 - whatever is no sentence is what is looked for
                figures.bugs.append(f"{kind}: {type(error).__name__}")
            took = time.monotonic() - begun
            figures.longest = max(figures.longest, took)
            if took > MOST_SECONDS:
                figures.slow.append(f"{kind}: {took:.1f} s")
            say(f"{number + 1}/{times}")
    finally:
        reader.room.close()
    figures.memory = memory()
    shutil.rmtree(place, ignore_errors=True)
    return figures
