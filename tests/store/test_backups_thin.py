"""Thinning over random histories: enough stays of every age, only what the manifest knows goes, and never for the sake of
a damaged copy."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from psyroom.store import backups_place as places
from psyroom.store import backups_thin as thin
from psyroom.store import manifest
from psyroom.store.backups_thin import Dated, kept

ROOM = "room-1"


def history(seed: int) -> list[Dated]:
    """Some months or years of backups, by whom and however they came about."""
    dice = random.Random(seed)
    at, found = datetime(2026, 9, 1, 8, tzinfo=UTC), []
    for n in range(dice.choice([0, 1, 5, 13, 60, 400])):
        at += timedelta(minutes=dice.choice([0, 30, 30, 30, 120, 60 * 16, 60 * 24, 60 * 24 * 9]))
        if dice.random() < 0.01:
            at += timedelta(days=3650) * dice.choice([1, -1])  # somebody set the clock
        found.append(
            Dated(str(n), at, sound=dice.random() < 0.85, damaged=dice.random() < 0.05, pinned=dice.random() < 0.02)
        )
    dice.shuffle(found)
    return found


@pytest.mark.parametrize("seed", range(60))
def test_what_stays_of_any_history(seed: int) -> None:
    copies = history(seed)
    stay = kept(copies)
    newest = sorted(copies, key=lambda c: (c.at, c.name), reverse=True)
    sound = [c for c in newest if c.sound and not c.pinned]
    assert {c.name for c in newest if c.pinned} <= stay, "what was kept before a bringing back is never thinned"
    assert {c.name for c in sound[:12]} <= stay, "the last twelve"
    for count, period in (
        (14, datetime.date),
        (8, lambda at: at.isocalendar()[:2]),
        (24, lambda at: (at.year, at.month)),
    ):
        seen: dict[object, str] = {}
        for copy in sound:
            seen.setdefault(period(copy.at), copy.name)
        assert set(list(seen.values())[:count]) <= stay, "the newest sound one of each period"
    assert len([c for c in sound if c.name in stay]) <= 12 + 14 + 8 + 24, "and no more than the rules ask for"
    assert kept([c for c in copies if c.name in stay]) == stay, "thinning twice takes nothing more"
    for copy in newest:  # one that was never verified goes only once sound ones are newer, or it was one of many
        if not copy.sound and not copy.pinned and copy.name not in stay:
            newer = [c for c in newest if (c.at, c.name) > (copy.at, copy.name)]
            assert len([c for c in newer if c.sound]) >= 12 or len([c for c in newer if not c.sound]) >= 12


@pytest.mark.parametrize("seed", range(20))
def test_grown_one_by_one_much_is_left(seed: int) -> None:
    """As it happens: a copy is made, the place is thinned, again and again over a school year."""
    dice, at, there = random.Random(seed), datetime(2026, 9, 1, 8, tzinfo=UTC), list[Dated]()
    days, last = set(), 0
    for _ in range(900):
        at += timedelta(minutes=dice.choice([30, 30, 30, 60, 60 * 15]))
        last += 1
        there.append(Dated(f"{last:04}", at))
        days.add(at.date())
        stay = kept(there)
        there = [c for c in there if c.name in stay]
    assert f"{last:04}" in {c.name for c in there}
    assert {c.at.date() for c in there} >= set(sorted(days)[-14:]), "one of each of the last fourteen days"
    assert {(c.at.year, c.at.month) for c in there} == {(d.year, d.month) for d in days}, "one of every month"


# ---- on a disk --------------------------------------------------------------------------------------------------------


def put_copy(folder: Path, name: str, at: datetime, needs: dict[str, int] | None = None) -> Path:
    made = folder / name
    made.mkdir(parents=True)
    for file in ("desk.db", "case.db", "room.json"):
        (made / file).write_bytes(name.encode() * 50)
    files = {file: manifest.digest_of(made / file) for file in ("desk.db", "case.db", "room.json")}
    told = manifest.Manifest(1, ROOM, at.isoformat(), "1", files, {}, {}, True, needs or {})
    manifest.write(made, told)
    return made


@pytest.fixture
def place(tmp_path: Path) -> tuple[Path, places.Place]:
    """Forty copies of two days, and things the program knows nothing of."""
    folder, known = tmp_path / "盘", places.Place()
    for n in range(40):
        at = datetime(2026, 9, 1, 8, tzinfo=UTC) + timedelta(minutes=30 * n)
        name = f"辅导室-20260901-{n:06}"
        put_copy(folder, name, at, {f"{n:032x}": 3, "f" * 32: 3})
        known.copies[name] = places.Entry(ROOM, at.isoformat())
    beside = folder / manifest.ATTACHED
    beside.mkdir()
    for n in range(40):
        (beside / f"{n:032x}").write_bytes(b"abc")
        known.files[f"{n:032x}"] = (3, "")
    for name in ("f" * 32, "strange"):
        (beside / name).write_bytes(b"abc")
    known.files["f" * 32] = (3, "")
    # looks like ours, is of an hour of which the rules keep nothing, and is not known
    put_copy(folder, "辅导室-20200101-000000", datetime(2026, 9, 1, 8, 5, tzinfo=UTC))
    (folder / "辅导室-20200102-000000").mkdir()
    (folder / "照片").mkdir()
    places.write(folder, known)
    return folder, known


def test_only_what_the_manifest_knows_is_taken_away(place: tuple[Path, places.Place]) -> None:
    folder, known = place
    gone = places.thin(folder, known, ROOM)
    assert len(gone) >= 25 and not any((folder / name).exists() for name in gone)
    for name in ("辅导室-20200101-000000", "辅导室-20200102-000000", "照片"):
        assert (folder / name).is_dir(), "a name that looks like ours is no reason"
    read = places.read(folder)
    assert read is not None and set(read.copies) == {p.name for p in folder.iterdir() if p.name in known.copies}
    assert not set(gone) & set(read.copies)


def test_an_attachment_goes_only_when_no_copy_needs_it(place: tuple[Path, places.Place]) -> None:
    folder, known = place
    gone = {int(name.rsplit("-", 1)[1]) for name in places.thin(folder, known, ROOM)}
    lying = {one.name for one in (folder / manifest.ATTACHED).iterdir()}
    assert lying == {f"{n:032x}" for n in range(40) if n not in gone} | {"f" * 32, "strange"}


def test_where_a_copy_cannot_be_asked_every_attachment_stays(place: tuple[Path, places.Place]) -> None:
    folder, known = place
    (folder / sorted(known.copies)[-1] / manifest.NAME).write_text("{", "utf-8")
    places.thin(folder, known, ROOM)
    assert len(list((folder / manifest.ATTACHED).iterdir())) == 42


def test_nothing_goes_for_the_sake_of_a_damaged_copy(place: tuple[Path, places.Place]) -> None:
    """The newest of the first day is the one that would be kept of it; it has a flipped bit of the right length."""
    folder, known = place
    local = {name: datetime.fromisoformat(e.made_at).astimezone() for name, e in known.copies.items()}
    last_day = max(at.date() for at in local.values())
    first = sorted((at, name) for name, at in local.items() if at.date() < last_day)
    before, keeper = first[-2][1], first[-1][1]
    data = bytearray((folder / keeper / "case.db").read_bytes())
    data[7] ^= 1
    (folder / keeper / "case.db").write_bytes(data)
    gone = places.thin(folder, known, ROOM)
    assert gone and (folder / before).exists() and before not in gone, "the sound one before it is kept instead"
    assert known.copies[before].damaged == "" and (keeper in gone or known.copies[keeper].damaged)


def test_another_room_s_copies_on_the_same_stick_are_left_alone(place: tuple[Path, places.Place]) -> None:
    folder, known = place
    for n in range(30):
        at = datetime(2026, 9, 1, 8, tzinfo=UTC) + timedelta(minutes=n)
        put_copy(folder, f"另一间-{n}", at)
        known.copies[f"另一间-{n}"] = places.Entry("room-2", at.isoformat())
    places.thin(folder, known, ROOM)
    assert all((folder / f"另一间-{n}").exists() for n in range(30))


def test_a_forged_manifest_of_a_place_reaches_nothing_outside(tmp_path: Path) -> None:
    folder, outside = tmp_path / "盘", tmp_path / "重要"
    put_copy(outside.parent, outside.name, datetime(2020, 1, 1, tzinfo=UTC))
    put_copy(folder, "link-to", datetime(2020, 1, 1, tzinfo=UTC))
    (folder / "zeiger").symlink_to(outside)
    entry = {
        "room": ROOM,
        "made_at": "2020-01-01T00:00:00+00:00",
        "verified": True,
        "pinned": False,
        "damaged": "",
        "leaving": True,
    }
    for name in ("../重要", str(outside), "..", ".", "", "a/../../重要", "zeiger"):
        (folder / places.NAME).write_text(
            json.dumps(
                {
                    "format": 1,
                    "id": "x",
                    "copies": {name: entry},
                    "files": {"../重要/desk.db": [1, ""]},
                    "making": [name],
                }
            ),
            "utf-8",
        )
        known = places.begin(folder)
        places.thin(folder, known, ROOM)
        places.drop_attachments(folder, known)
        assert {p.name for p in outside.iterdir()} == {"desk.db", "case.db", "room.json", "manifest.json"}


def forged(folder: Path, copies: dict[str, str], files: dict[str, list[object]], making: Sequence[str] = ()) -> None:
    entry = {"room": ROOM, "verified": True, "pinned": False, "damaged": "", "leaving": True}
    told = {name: {**entry, "made_at": at} for name, at in copies.items()}
    kept = {"format": 1, "id": "x", "copies": told, "files": files, "making": list(making)}
    (folder / places.NAME).write_text(json.dumps(kept), "utf-8")


def test_a_room_somebody_works_in_is_never_thinned_away(tmp_path: Path) -> None:
    """A second place may be the folder in which the room itself lies; a stick's manifest may be anybody's."""
    room = put_copy(tmp_path, "辅导室", datetime(2020, 1, 1, tzinfo=UTC))
    for beside in ("room.lock", "desk.db-journal"):
        (room / beside).touch()
        forged(tmp_path, {"辅导室": "2020-01-01T00:00:00+00:00"}, {})
        known = places.begin(tmp_path)
        known.copies["辅导室"] = places.Entry(ROOM, "2020-01-01T00:00:00+00:00")
        places.remove(tmp_path, known, ["辅导室"])
        assert (room / "desk.db").exists() and (room / "room.json").exists(), beside
        (room / beside).unlink()


def test_attachments_reached_through_a_link_or_a_strange_name_stay(tmp_path: Path) -> None:
    folder, papers = tmp_path / "盘", tmp_path / "文稿"
    folder.mkdir()
    papers.mkdir()
    names = ["毕业论文.docx", "a" * 32]
    for name in names:
        (papers / name).write_bytes(b"x")
    (folder / manifest.ATTACHED).symlink_to(papers, target_is_directory=True)
    forged(folder, {}, {name: [1, ""] for name in names})
    known = places.begin(folder)
    assert set(known.files) == {"a" * 32}
    places.drop_attachments(folder, known)
    assert sorted(p.name for p in papers.iterdir()) == sorted(names)
    (folder / manifest.ATTACHED).unlink()
    papers.rename(folder / manifest.ATTACHED)
    places.drop_attachments(folder, known)
    assert [p.name for p in (folder / manifest.ATTACHED).iterdir()] == ["毕业论文.docx"], (
        "that one is ours and not needed"
    )


def test_a_pipe_among_the_files_keeps_nobody_waiting(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        return  # this system has no such files
    made = put_copy(tmp_path, "辅导室-1", datetime(2026, 9, 1, 8, tzinfo=UTC), {"a" * 32: 0})
    (made / "case.db").unlink()
    (tmp_path / manifest.ATTACHED).mkdir()
    os.mkfifo(made / "case.db")
    os.mkfifo(tmp_path / manifest.ATTACHED / ("a" * 32))
    told = manifest.read(made)
    assert told is not None and manifest.missing_attachments(made) == ["a" * 32]
    told.files["case.db"] = (0, "")
    manifest.write(made, told)
    assert manifest.trouble_of(made) and manifest.trouble_of(made, quick=True)
    (made / manifest.NAME).unlink()
    os.mkfifo(made / manifest.NAME)
    assert manifest.read(made) is None


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00", "0001-01-01"])
def test_a_stamp_no_calendar_goes_on_from_is_no_stamp(tmp_path: Path, at: str) -> None:
    made = put_copy(tmp_path, "辅导室-1", datetime(2026, 9, 1, 8, tzinfo=UTC))
    forged(tmp_path, {"辅导室-1": at}, {})
    assert places.read(tmp_path) is None
    text = (made / manifest.NAME).read_text("utf-8")
    (made / manifest.NAME).write_text(text.replace("2026-09-01T08:00:00+00:00", at), "utf-8")
    assert manifest.read(made) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 9}', '{"format":1,"id":1,"copies":[],"files":{},"making":[]}', "\0" * 99]
)
def test_a_manifest_that_cannot_be_read_knows_nothing(tmp_path: Path, text: str) -> None:
    put_copy(tmp_path, "辅导室-1", datetime(2020, 1, 1, tzinfo=UTC))
    (tmp_path / places.NAME).write_text(text, "utf-8")
    known = places.begin(tmp_path)
    assert known.copies == {} and places.thin(tmp_path, known, ROOM) == []
    assert (tmp_path / "辅导室-1").exists()


def test_what_a_kill_left_half_made_is_cleared_and_what_it_finished_is_taken_on(tmp_path: Path) -> None:
    put_copy(tmp_path, "辅导室-1.part", datetime(2026, 1, 1, tzinfo=UTC))
    put_copy(tmp_path, "辅导室-2", datetime(2026, 1, 2, tzinfo=UTC))
    put_copy(tmp_path, "别人的.part", datetime(2026, 1, 2, tzinfo=UTC))
    places.write(tmp_path, places.Place(making=["辅导室-1", "辅导室-2"]))
    known = places.begin(tmp_path)
    assert set(known.copies) == {"辅导室-2"} and not (tmp_path / "辅导室-1.part").exists()
    assert (tmp_path / "别人的.part").exists()
    assert thin.kept([]) == set()
