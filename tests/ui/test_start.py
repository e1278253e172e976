"""Starting and leaving as a process: what is loaded before the first picture, and a lock that ends the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from psyroom.__main__ import _wants_window
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui import start

HEAVY = (
    "sqlmodel", "sqlalchemy", "pydantic", "cryptography", "pypinyin", "chinese_calendar", "openpyxl", "reportlab",
    "pypdfium2", "keyring", "qtpy", "qtawesome", "PySide6.QtPrintSupport", "logging.handlers",
)  # fmt: skip


def _run(script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
    )


@pytest.mark.parametrize(
    ("words", "wants", "folder"),
    [
        ([], True, None),
        (["--room", "/r"], True, Path("/r")),
        (["--room=/r"], True, Path("/r")),
        (["room", "check"], False, None),
        (["--room", "/r", "hours", "--json"], False, None),
        (["--help"], False, None),
    ],
)
def test_a_sub_command_means_the_command_line(words: list[str], wants: bool, folder: Path | None) -> None:
    assert _wants_window(words) == (wants, folder)


def test_nothing_heavy_is_loaded_before_the_first_picture(room: Room) -> None:
    script = f"""
import sys
from pathlib import Path
from psyroom.ui import start
app = start.make_app()
program = start.Program(Path(sys.argv[1]))
program.show()
app.processEvents()
print(",".join(name for name in {HEAVY!r} if name in sys.modules))
"""
    done = _run(script, str(room.folder))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_a_desktop_with_fcitx_types_through_the_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XMODIFIERS", "@im=fcitx")
    monkeypatch.setenv("QT_IM_MODULE", "fcitx")
    monkeypatch.delenv("IBUS_USE_PORTAL", raising=False)
    start.choose_input_method()
    assert (os.environ["QT_IM_MODULE"], os.environ["IBUS_USE_PORTAL"]) == ("ibus", "1")


def test_other_desktops_keep_their_input_method(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XMODIFIERS", "GTK_IM_MODULE", "IBUS_USE_PORTAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QT_IM_MODULE", "ibus")
    start.choose_input_method()
    assert os.environ["QT_IM_MODULE"] == "ibus" and "IBUS_USE_PORTAL" not in os.environ


def test_without_a_display_it_says_so_in_one_sentence() -> None:
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    command = [sys.executable, "-m", "psyroom"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    assert done.returncode == 1
    assert "没有图形桌面" in done.stderr and done.stderr.count("\n") == 1


def test_qts_own_words_are_chinese() -> None:
    script = """
from psyroom.ui import start
app = start.make_app()
from PySide6.QtWidgets import QDialogButtonBox
box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
print(ascii(box.buttons()[0].text()))
"""
    done = _run(script)
    assert done.stdout.strip() == ascii("取消"), done.stderr


LOCKS = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from psyroom.ui import drafting, start
app = start.make_app()
program = start.Program(Path(sys.argv[1]))
program.show()
page = program.entrance.shown()
page.person.set_value("甲")
page.password.control.setText(sys.argv[2])
page.try_open()

def look():
    if program.shell is None:
        return QTimer.singleShot(50, look)
    from psyroom.services import drafts
    from psyroom.ui.kit import Form
    from psyroom.records.school import SchoolFields
    form = Form(SchoolFields)
    form.add("name")
    drafting.watch(form, lambda values: drafts.save(program.shell.room, "school", "", values))
    form.fields["name"].control.insert("写到一半")
    program.form = form
    program.shell.lock()
    print("still here")

QTimer.singleShot(0, look)
app.exec()
"""


def _others(folder: Path) -> list[int]:
    """Processes that were started on this room's folder."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"psyroom" in words and str(folder).encode() in words:
            found.append(int(place.name))
    return found


def test_locking_ends_the_process_that_held_the_keys_and_comes_back_as_another(room: Room, password: str) -> None:
    folder = room.folder
    room.close()
    try:
        done = _run(LOCKS, str(folder), password)
        assert done.returncode == 0, done.stderr
        assert "still here" not in done.stdout
        until = time.monotonic() + 30
        while not (others := _others(folder)) and time.monotonic() < until:
            time.sleep(0.05)
        assert len(others) == 1
        with open_room(folder, "甲", password) as again:  # the lock is free, the draft is there
            from psyroom.services import drafts

            assert drafts.load(again, "school") == {"name": "写到一半"}
    finally:
        for number in _others(folder):
            os.kill(number, signal.SIGTERM)
