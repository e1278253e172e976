"""Another account of the same computer is let in, in a session with a real Secret Service; run by `test_enrolment`.

`python enrol_days.py first|second PLACE`: `first` shows a code in the window, `second` (another home, so another
keyring) types it.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from psyroom.services import rooms
from psyroom.settings import Settings
from psyroom.store import keys, roomfile
from psyroom.store.enrolling import NAME
from psyroom.ui import style
from psyroom.ui.entrance import Entrance
from psyroom.ui.pages.settings_enrol import EnrolSection
from psyroom.ui.unlock import Unlock
from psyroom.ui.window import Shell
from psyroom.ui.wizard.with_sheet import EnrolByCode

PASSWORD = "窗外的雨下了整夜啦"


def wait(what: object) -> None:
    for _ in range(600):
        QTest.qWait(50)
        if what():  # type: ignore[operator]
            return
    raise SystemExit("it never came")


def first(place: Path) -> None:
    setup = rooms.RoomSetup("青山中学", "junior", date(2026, 8, 31), "甲", PASSWORD + "呀呀", use_keyring=True)
    room, _ = rooms.make_room(place / "房间", setup)
    shell = Shell(room, Settings())
    shell.show()
    page = shell.go("settings", section="enrol")
    section: EnrolSection = page.section(EnrolSection)  # type: ignore[union-attr]
    assert section.code.text() == "" and not section._shown.isVisible()
    section.show_button.click()
    assert (room.folder / NAME).exists() and "14 分" in section.left.text() or "15 分" in section.left.text()
    section.withdraw()
    assert not (room.folder / NAME).exists() and section.code.text() == ""
    section.show_button.click()
    code = section.code.text()
    assert len(code.split()) == 5
    text = (room.folder / NAME).read_text("utf-8")
    assert code.replace(" ", "") not in text and room.secret.hex() not in text
    (place / "code").write_text(code, "utf-8")
    shell.hide()
    room.close()


def second(place: Path) -> None:
    folder = place / "房间"
    entrance = Entrance(Settings(), folder)
    opened: list[object] = []
    entrance.entered.connect(opened.append)
    entrance.show()
    unlock = entrance.shown()
    assert isinstance(unlock, Unlock) and not unlock.by_code.isVisible()
    unlock.password.control.setText(PASSWORD + "呀呀")
    unlock.try_open()
    wait(unlock.by_code.isVisible)
    assert "登记码" in unlock.trouble.text() and unlock.enrol.isVisible()
    unlock.by_code.click()
    page = entrance.shown()
    assert isinstance(page, EnrolByCode)
    page.entry.code.setText("ABCD")
    page.go_on()
    assert "5 组" in page.entry.fields["code"].error.text()
    page.entry.code.setText("ABCD-EFGH-JKMN-PQRS-TVWX")
    page.go_on()
    wait(lambda: "登记码不对" in page.entry.fields["code"].error.text())
    page.entry.code.setText((place / "code").read_text("utf-8").lower())
    page.go_on()
    wait(lambda: isinstance(entrance.shown(), Unlock))
    assert not (folder / NAME).exists(), "once is enough"
    unlock = entrance.shown()
    assert isinstance(unlock, Unlock)
    unlock.password.control.setText(PASSWORD + "呀呀")
    unlock.try_open()
    wait(lambda: opened)
    room = opened[0]
    assert room.has_secret and roomfile.read(folder).secret  # type: ignore[attr-defined]
    room.close()  # type: ignore[attr-defined]


if __name__ == "__main__":
    keys.BOUND = keys.PRACTICE
    app = QApplication([])
    style.dress(style.look_for("light", 100))
    {"first": first, "second": second}[sys.argv[1]](Path(sys.argv[2]))
    sys.stdout.write("whole\n")
