"""体检: everything checked, each thing with its own answer in plain words, and the last good backup where one is needed."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

from psyroom.services import backups
from psyroom.services.rights import needs_counsellor
from psyroom.store import checking, files, manifest
from psyroom.store.backups import Copy
from psyroom.store.room import Room


@dataclass(frozen=True)
class Checked:
    """One thing: its name, what is good about it, and what was found (empty: all is well)."""

    name: str
    good: str
    found: tuple[str, ...] = ()


@dataclass(frozen=True)
class Checkup:
    """`copy`: the newest backup that is whole; only looked for where something of the room itself is wrong. `older`: a file
    lacks what was saved; `accept_older` when somebody put it back on purpose."""

    things: tuple[Checked, ...]
    copy: Copy | None = None
    older: bool = False

    @property
    def count(self) -> int:
        return sum(len(thing.found) for thing in self.things)


_THINGS: tuple[tuple[frozenset[str], str, str, bool], ...] = (
    (frozenset({"damaged", "journal"}), "加密文件", "每一页都完好", False),
    (
        frozenset({"triggers", "cut", "gap", "changed", "spanning", "older"}),
        "记录链",
        "从第一步到最后一步都接得上",
        False,
    ),
    (frozenset({"drift"}), "每一条记录", "都和它的历史一致", True),
    (frozenset({"attachment"}), "附件", "都在，都打得开", True),
    (frozenset({"copy"}), "备份", "这台电脑上的备份都完整", False),
    (frozenset(), "人员、恢复单和存放位置", "都对得上", False),
)
"""What a finding belongs to (the last takes the rest), what is said when there is none, whether it needs the case key."""
OF_THE_ROOM = ("加密文件", "记录链", "每一条记录", "附件")

UNNAMED = "；另有 {} 个上次没存完的文件，谁也打不开，满三十天自动清掉"


def check(room: Room) -> Generator[tuple[int, int], None, Checkup]:
    """Look at everything; yields (done, of). A duty person's look reaches only the desk's file."""
    findings = yield from checking.check(room)
    named = frozenset[str]().union(*(whats for whats, *_ in _THINGS))
    things = [
        Checked(
            name,
            good,
            tuple(f.sentence for f in findings if (f.what in whats if whats else f.what not in named)),
        )
        for whats, name, good, cases in _THINGS
        if room.has_cases or not cases
    ]
    if left := files.unnamed(room):  # no fault: said beside what is good, so that nobody wonders at a strange file
        things = [replace(t, good=t.good + UNNAMED.format(left)) if t.name == "附件" else t for t in things]
    wrong = any(thing.found and thing.name in OF_THE_ROOM for thing in things)
    older = room.has_cases and any(finding.what == "older" for finding in findings)
    return Checkup(tuple(things), last_good(room) if wrong else None, older)


def accept_older(room: Room) -> None:
    """The person knows why the room is older than it was: from now on this state counts. Needs a counsellor."""
    needs_counsellor(room)
    checking.accept_older(room)


def last_good(room: Room) -> Copy | None:
    """The newest verified backup that is still byte for byte what was written, wherever it lies now."""
    for copy in backups.listed(room):
        if copy.verified and not copy.trouble and not manifest.trouble_of(Path(copy.path)):
            return copy
    return None
