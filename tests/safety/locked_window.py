"""A real window with a counsellor's words on it, locked when told; or a duty person's window after it. Run by `test_memory`.

`python -m tests.safety.locked_window FOLDER`: takes what is said from standard input (one line of JSON, so that no word
stands in the program), says `shown` when it is on the screen, and locks when a further line comes in. Locking starts
the unlock window as a fresh process and ends this one.
"""

from __future__ import annotations

import json
import sys
from datetime import date, datetime
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from psyroom.services import drafts, note_search, notes, people, private_notes, rooms, slips, students
from psyroom.settings import Settings
from psyroom.store import keys
from psyroom.store.opening import open_room
from psyroom.ui import style
from psyroom.ui.window import Shell

NOW = datetime(2026, 10, 12, 12, 50)


def make(folder: Path, said: dict[str, str]) -> tuple[str, str]:
    setup = rooms.RoomSetup("青山中学", "junior", date(2026, 8, 31), "甲", said["password"], use_keyring=False)
    room, _ = rooms.make_room(folder, setup)
    with room:
        people.add(room, "乙", "duty", said["desk"])
        values = {"name": said["child"], "stage": "junior", "cohort": 2026, "class_no": 1}
        child = students.add(room, values, {"remark": said["remark"], "guardian": said["remark"]})
        slips.write_slip(room, said["words"], NOW)
        written = {"kind": "individual", "day": NOW.date(), "words": said["words"], "state": said["words"]}
        note = notes.add(room, written, [child], NOW, private=said["private"])
    return child, note


def main(folder: Path) -> None:
    keys.UNBOUND = keys.PRACTICE
    said = json.loads(sys.stdin.readline())
    counsellor = "words" in said
    if counsellor:
        child, note = make(folder, said)
    app = QApplication([])
    style.dress(style.look_for("light", 100))
    room = open_room(folder, *(("甲", said["password"]) if counsellor else ("乙", said["desk"])))
    shell = Shell(room, Settings())
    shell.show()
    shell.go("students")
    if counsellor:
        shell.go("students", student=child)
        QTest.qWait(200)
        shell.go("notes", note=note)
        drafts.save(room, "note", note, {"words": said["typed"], "private": private_notes.seal(room, said["private"])})
        note_search.search(room, said["words"][:3])
        app.clipboard().setText(said["typed"])
    QTest.qWait(400)
    sys.stdout.write("shown\n")
    sys.stdout.flush()
    sys.stdin.readline()
    shell.lock()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
