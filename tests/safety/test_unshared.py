"""A colleague's note that is not shared opens with a reason, which is kept, and by no other way: every service and every
command is walked by another counsellor, with and after what its writer did with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from psyroom import cli
from psyroom.errors import NothingToUndo, NotValid, Refused
from psyroom.records.access import Reading
from psyroom.records.fields import about
from psyroom.records.notes import NoteFields
from psyroom.services import (
    attachments,
    backups,
    desk_words,
    drafts,
    history,
    note_papers,
    note_versions,
    notes,
    people,
    reading,
    slips,
    students,
    talks,
)
from psyroom.services.note_lock import NeedsReason, NotYours
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.safety import test_private_exits as exits

CLOSED, PUT_AWAY, NAMED, LATER, STEP, WHY, AT_THE_DOOR, BEGUN = (
    "白鹇林中走过", "白鹇已飞走", "白鹇画的画", "白鹇后来说", "白鹇下一步", "白鹇要改字", "白鹇在门口", "白鹇没写完",
)  # fmt: skip
TEXTS = (CLOSED, PUT_AWAY, NAMED, LATER, STEP, WHY, AT_THE_DOOR, BEGUN)
WITH_A_REASON = {"notes.open_other", "note_seen.open_other"}
NOW = exits.NOW


def everything(text: str) -> dict[str, object]:
    """The text in every field of a note that takes one."""
    found: dict[str, object] = {"kind": "individual", "day": exits.DAY}
    for name, field in NoteFields.model_fields.items():
        if field.annotation is str and not about(NoteFields, name)["choices"] and name not in ("visit", "place"):
            found[name] = text
    return found


def fill(room: Room) -> dict[str, str]:
    child = students.add(room, {"name": "翟一鸣", "stage": "vocational", "cohort": 2026, "class_no": 1}, {})
    me, picture = room.person.id, exits.PICTURE
    slips.write_slip(room, AT_THE_DOOR, NOW)
    slip = slips.read_slips(room)[0].id
    note = notes.add(
        room,
        everything(CLOSED),
        [child],
        NOW,
        private=CLOSED,
        slip=slip,
        steps=[notes.StepTyped(STEP, date(2026, 10, 13))],
    )
    notes.change(room, note, {**everything(CLOSED), "effect": PUT_AWAY}, [child], NOW)
    picture_id = attachments.add(room, f"{NAMED}.png", picture, note=note, caption=NAMED).id
    taken_off = attachments.add(room, f"{NAMED}.png", picture, note=note, caption=NAMED).id
    attachments.remove(room, taken_off)
    gone = notes.add(room, everything(PUT_AWAY), [child], NOW)
    attachments.add(room, f"{NAMED}.png", picture, note=gone, caption=NAMED)
    notes.remove(room, gone, NOW)
    talks.from_note(room, note, NOW)  # that a talk took place is everybody's, what was said is not
    notes.sign(room, note, NOW)
    notes.add_word(room, note, LATER, NOW)
    notes.unlock(room, note, WHY, NOW)
    drafts.save(room, notes.FORM, note, everything(BEGUN))
    drafts.save(room, notes.FORM, "", everything(BEGUN))
    for _ in backups.make(room):
        pass
    return {
        "student": child, "students": child, "keep": child, "other": child, "person": me, "person_id": me, "note": note,
        "note_id": note, "unread": note, "copy": str(backups.listed(room)[0].path), "slip_id": slip,
        "attachment_id": picture_id, "attachment": picture_id,
    }  # fmt: skip


@pytest.fixture(scope="module")
def made(
    _made_rooms: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, dict[str, str]]]:
    from psyroom.store import keys

    was, keys.UNBOUND = keys.UNBOUND, keys.PRACTICE
    folder = tmp_path_factory.mktemp("unshared") / "room"
    shutil.copytree(_made_rooms(), folder)
    with open_room(folder, "甲", PASSWORD) as room:
        exits.at_noon(room)
        people.add(room, "丙", "counsellor", exits.OTHER)
        ids = fill(room)
    yield folder, ids
    keys.UNBOUND = was


@pytest.mark.parametrize(("who", "password"), [("丙", exits.OTHER), ("乙", PASSWORD)])
def test_no_service_gives_it_away(
    made: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str, password: str
) -> None:
    monkeypatch.setattr(exits, "PRIVATE", TEXTS)
    leaks, _, answered = exits.walk(*made, who, password, tmp_path)
    assert "recycle_bin.listed" in answered and "timeline.of" in answered
    assert who != "丙" or {"talk_seen.of_student", "growth_talks.talks"} & answered
    if who == "丙":
        assert WITH_A_REASON & leaks.keys(), "with a reason it opens"
    assert {name: seen for name, seen in leaks.items() if name not in WITH_A_REASON} == {}


def test_with_a_reason_it_opens_and_the_reason_is_kept(made: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    """The attachments open for a while after the note; each opening stands in the list its writer reads."""
    shutil.copytree(made[0], tmp_path / "room")
    note, picture = made[1]["note"], made[1]["attachment"]
    with open_room(tmp_path / "room", "丙", exits.OTHER) as room:
        exits.at_noon(room)
        for closed in (
            lambda: notes.seen(room, note, NOW), lambda: attachments.data(room, picture),
            lambda: attachments.small(room, picture, 64), lambda: attachments.of(room, note=note),
            lambda: note_versions.of(room, note), lambda: note_papers.note(room, note, NOW),
            lambda: notes.add_word(room, note, "一句话", NOW), lambda: notes.open_other(room, note, " ", NOW),
        ):  # fmt: skip
            with pytest.raises((NeedsReason, NotValid)):
                closed()
        for refused in (
            lambda: notes.sign(room, note, NOW), lambda: notes.unlock(room, note, "改一个字", NOW),
            lambda: notes.share(room, note, True), lambda: notes.remove(room, note, NOW),
            lambda: notes.change(room, note, {"words": "改"}, [made[1]["student"]], NOW),
            lambda: desk_words.take(room, made[1]["slip_id"], made[1]["student"], NOW, note=note),
            lambda: attachments.add(room, "画.png", exits.PICTURE, note=note),
        ):  # fmt: skip
            with pytest.raises(Refused):
                refused()
        with pytest.raises(NotYours):
            talks.from_note(room, note, NOW)
        with pytest.raises((Refused, NothingToUndo)):
            history.undo(room)
        notes.open_other(room, note, "孩子今天来找我", NOW)
        assert attachments.data(room, picture)
        with room.read() as session:
            kept = [(row.what, row.reason) for row in session.exec(select(Reading)).all()]
        assert ("note", "孩子今天来找我") in kept and "attachment" in {what for what, _ in kept}
        later = NOW.astimezone(UTC) + attachments.OPENED_FOR + timedelta(minutes=1)
        room.now = lambda: later
        with pytest.raises(NeedsReason):
            attachments.data(room, picture)
    with open_room(tmp_path / "room", "甲", PASSWORD) as room:
        assert [(seen.who, seen.reason) for seen in reading.of_mine(room)][-1] == ("丙", "孩子今天来找我")


@pytest.mark.parametrize("words", [("notes", "search", CLOSED[:2]), ("backup", "preview"), ("backups",), ("student",)])
def test_no_command_gives_it_away(
    made: tuple[Path, dict[str, str]], tmp_path: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("PSYROOM_PASSWORD", exits.OTHER)
    here, out = tmp_path / "room", tmp_path / "out"
    shutil.copytree(made[0], here)
    argv = [*words, *([str(next((here / "backups").glob("*/")))] if words[-1] == "preview" else ())]
    if words == ("student",):
        argv = ["export", "student", "翟一鸣", "--parts", ",".join(note_papers.PARTS), "--out", str(out), "--reason",
                "转介就医", "--to", "县医院"]  # fmt: skip
    assert cli.run(["--room", str(here), "--as", "丙", "--clock-ok", *argv, "--json"]) == 0
    said = capsys.readouterr()
    assert not exits.found([said.out, said.err], out, TEXTS)
