"""What was typed is found in no file outside the encrypted ones: not while a save is under way, not after a kill, not in a
log, not in the leavings of an export."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import urllib.parse
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from psyroom.services import attachments, slips
from psyroom.store import keys
from psyroom.store.connection import connect, raw_of
from psyroom.store.opening import open_room
from psyroom.store.settle import MAGIC
from tests.safety import canaries, talk_canaries

ROOT = Path(__file__).parent.parent.parent


def spellings(text: str) -> list[bytes]:
    """Every way a text could stand in a file."""
    plain = [text.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "gb18030")]
    found = list(plain)
    for raw in plain[:2]:
        found += [raw.hex().encode(), raw.hex().upper().encode()]
        for shift in range(3):  # base64 cut to what does not depend on its neighbours
            coded = base64.b64encode(b"\0" * shift + raw)
            found.append(coded[(0, 2, 3)[shift] + (0 if shift == 0 else 1) : len(coded) - 4])
    found.append(json.dumps(text)[1:-1].encode())
    found.append(urllib.parse.quote(text).encode())
    return [raw for raw in dict.fromkeys(found) if len(raw) >= 6]


def inside(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file's bytes, and what a reader unpacks from it: the parts of a workbook, the words of a PDF."""
    data = path.read_bytes()
    yield str(path), os.fsencode(path) + b"\n" + data
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.infolist():
                yield f"{path}!{part.filename}", archive.read(part)
    if data[:4] == b"%PDF":
        import pikepdf
        import pypdfium2

        with pikepdf.open(io.BytesIO(data)) as pdf:
            for number, thing in enumerate(pdf.objects):
                if isinstance(thing, pikepdf.Stream):
                    yield f"{path}!{number}", thing.read_bytes()
            yield f"{path}!info", str(dict(pdf.docinfo.items())).encode()
        document = pypdfium2.PdfDocument(data)
        for page in document:
            yield f"{path}!text", page.get_textpage().get_text_bounded().encode()
        document.close()


def leaks(place: Path, texts: tuple[str, ...], *, unpack: bool = False) -> list[tuple[str, str]]:
    """(file, canary) for every one found below a place, by name or content."""
    wanted = [(text, spelling) for text in texts for spelling in spellings(text)]
    found = []
    for path in sorted(place.rglob("*")):
        if path.is_file():
            parts = inside(path) if unpack else [(str(path), os.fsencode(path) + b"\n" + path.read_bytes())]
            found += [(name, text) for name, data in parts for text, spelling in wanted if spelling in data]
    return sorted(set(found))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything a killed process left: the room, its home, its temporary folder, its settings, its working folder."""
    place = tmp_path_factory.mktemp("canaries")
    for name in ("home", "temp", "config", "cwd", "out", "out/names", "out/nameless", "out/sealed"):
        (place / name).mkdir()
    environment = {k: os.environ[k] for k in ("PATH", "PSYROOM_REFUSED_SOCKETS", "PYTHON_KEYRING_BACKEND")}
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(place / "home"),
        "PSYROOM_CONFIG": str(place / "config"),
        "TMPDIR": str(place / "temp"),
        "SQLITE_TMPDIR": str(place / "temp"),
        "XDG_RUNTIME_DIR": str(place / "home"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.safety.canaries", str(place)],
        env=environment, cwd=place / "cwd", capture_output=True, text=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == -9 and done.stdout == "in the middle\n", done.stderr
    assert done.stderr == ""
    return place


def test_the_search_finds_every_spelling(tmp_path: Path) -> None:
    """A search that finds nothing proves nothing."""
    text = canaries.CHILD
    for number, data in enumerate(
        [
            text.encode(), text.encode("utf-16-le"), text.encode("gb18030"), base64.b64encode(b"{" + text.encode() + b"}"),
            base64.b64encode(b"ab" + text.encode("utf-16-le")), text.encode().hex().encode(), json.dumps(text).encode(),
        ]
    ):  # fmt: skip
        one = tmp_path / str(number)
        one.mkdir()
        (one / "x").write_bytes(b"..." + data + b"...")
        assert leaks(one, (text,)), number


@pytest.mark.parametrize("part", ["房间", "备份", "home", "temp", "config", "cwd"])
def test_what_was_typed_is_in_no_file(place: Path, part: str) -> None:
    assert not leaks(place / part, canaries.EVERYWHERE)


def test_the_kill_fell_into_a_save_over_both_files(place: Path) -> None:
    for name in ("desk.db-journal", "case.db-journal"):
        assert (place / "房间" / name).read_bytes()[:8] == MAGIC
    assert (place / "config" / "psyroom.log").read_text("utf-8").count("bug") == 2, "the log was written"
    assert not list((place / "temp").rglob("*")) and not list((place / "cwd").rglob("*"))
    assert not [p for p in (place / "home").rglob("*") if p.is_file()]


def test_what_goes_out_without_names_has_none(place: Path) -> None:
    out = place / "out" / "nameless"
    assert len(list(out.iterdir())) == 9
    assert not leaks(out, canaries.OF_CHILDREN, unpack=True)
    assert leaks(out, (canaries.SCHOOL,), unpack=True), "the search reads workbooks and pages"
    assert leaks(place / "out" / "names", (canaries.CHILD,), unpack=True)


def test_what_goes_out_of_talks_has_nothing_of_a_session(place: Path) -> None:
    """Sheets, slips, returns, records: nothing private of a child; a sheet under its password tells nothing at all."""
    out = place / "out" / "talks"
    assert len([p for p in out.rglob("*") if p.is_file()]) == 13
    assert leaks(out / "papers", (talk_canaries.TALK,), unpack=True), "the search reads them"
    private = (canaries.PRIVATE, canaries.SLIP, canaries.DRAFT, canaries.NUMBER, canaries.PHONE, *canaries.SESSIONS)
    assert not leaks(out, (*private, talk_canaries.BEGUN, talk_canaries.REASON, talk_canaries.RECEIVER), unpack=True)
    assert not leaks(out / "sheets", (*canaries.OF_CHILDREN, *talk_canaries.OF_TALKS))


def test_what_goes_out_with_names_has_nothing_private_and_sealed_files_tell_nothing(place: Path) -> None:
    names = place / "out" / "names"
    assert {text for _, text in leaks(names, (canaries.NOTE, canaries.HOME), unpack=True)} == {
        canaries.NOTE,
        canaries.HOME,
    }
    assert not leaks(names, (canaries.OWN, canaries.UNSEEN, canaries.UNSAVED), unpack=True)
    assert len(list((place / "out" / "sealed").iterdir())) == 1
    assert not leaks(place / "out" / "sealed", canaries.OF_CHILDREN)


def test_an_export_leaves_nothing_but_what_was_asked_for(place: Path) -> None:
    names = sorted(
        p.name for p in (place / "out").rglob("*") if p.is_file() and place / "out" / "talks" not in p.parents
    )
    assert len(names) == 19 and not [
        n for n in names if n.startswith((".", "~")) or n.endswith((".new", ".tmp", ".part"))
    ]
    kept = {p.name for p in (place / "备份").iterdir()} - {"辅导室附件", "辅导室备份.json"}
    assert len(kept) == 1, "one copy, the attachments beside it, and the list of both"


def test_the_room_is_whole_afterwards_and_the_desk_knows_names_only(place: Path, tmp_path: Path) -> None:
    """After the kill; with the duty person's password and every byte of the disk."""
    import shutil

    folder = tmp_path / "别处" / "房间"
    shutil.copytree(place / "房间", folder)
    was, keys.UNBOUND = keys.UNBOUND, keys.PRACTICE
    try:
        duty = open_room(folder, "乙", canaries.CHANGED)
        c = connect(folder, {"main": duty._keys["main"]})
        tables = [name for (name,) in c.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        told = "\n".join(str(c.execute(f'SELECT * FROM "{name}"').fetchall()) for name in tables)
        c.close()
        duty.close()
        secrets = (canaries.NUMBER, canaries.SECOND_NUMBER, canaries.THIRD_NUMBER, "43010220110715881X", "2011-07-15", "student_detail", "student_label", "poor",
                   canaries.SLIP, canaries.DRAFT, canaries.PICTURE, canaries.SLIP.encode().hex(), canaries.PRIVATE, canaries.PHONE, "单亲", "离异",
                   *canaries.SESSIONS, *talk_canaries.OF_TALKS)  # fmt: skip
        for secret in secrets:
            assert secret not in told, secret
        assert canaries.CHILD in told and canaries.TEACHER in told, "otherwise this test sees nothing"
        with open_room(folder, "甲", canaries.CHANGED) as room:
            assert not room.findings
            assert [note.text for note in slips.read_slips(room)] == [canaries.SLIP]
            with room.read() as session:
                rows = raw_of(session).execute("SELECT max(length(address)) FROM cases.student_detail").fetchone()
                (child,) = raw_of(session).execute("SELECT max(student) FROM cases.attachment").fetchone()
            assert rows[0] <= 120, "the interrupted save is gone"
            kept = [one for one in attachments.of(room, student=child) if canaries.PICTURE in one.name]
            assert len(kept) == 3
            read = [attachments.data(room, one.id) for one in kept if one.name.endswith(".docx")]
            assert canaries.PICTURE.encode() in read[0], "otherwise this test sees nothing"
    finally:
        keys.UNBOUND = was


UNCAUGHT = """
import gc, sys, threading
from psyroom import log
log.begin()
log.guard(main=True)
def fails():
    raise KeyError(sys.argv[1])
class Dies:
    def __del__(self):
        fails()
thread = threading.Thread(target=fails)
thread.start()
thread.join()
Dies()
gc.collect()
fails()
"""


def test_what_nobody_caught_is_noted_and_not_printed(tmp_path: Path) -> None:
    """In a thread, while an object goes, at the end: a desktop keeps what a program writes on standard error."""
    environment = {**os.environ, "PSYROOM_CONFIG": str(tmp_path / "config"), "PYTHONIOENCODING": "utf-8"}
    for blocked in (False, True):
        if blocked:  # where the log cannot be written, that is no reason to print it either
            (tmp_path / "config" / "psyroom.log").unlink()
            (tmp_path / "config" / "psyroom.log").mkdir()
        done = subprocess.run(
            [sys.executable, "-c", UNCAUGHT, canaries.CHILD], env=environment, capture_output=True, text=True, cwd=ROOT
        )
        assert done.returncode == 1 and done.stdout == ""
        assert canaries.CHILD not in done.stderr and "Traceback" not in done.stderr, done.stderr
        assert done.stderr.count("已记入日志") == 3
        assert not leaks(tmp_path, (canaries.CHILD,))
        if not blocked:
            assert (tmp_path / "config" / "psyroom.log").read_text("utf-8").count("KeyError") == 3
