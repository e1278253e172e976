"""What happens to a room with a secret, told with a real Secret Service; run by test_keyring.py in sessions of its own.

python keyring_days.py first|second PLACE
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psyroom.errors import KeyringLocked, NotEnrolled, Tell, WeakPassword, WrongPassword
from psyroom.store import enrolling, keys, members, recovering, roomfile, secret
from psyroom.store.checking import accept_older, check
from psyroom.store.copies import bring_back, copy_room
from psyroom.store.making import make_room
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.store.conftest import add_student

keys.BOUND = keys.UNBOUND = keys.PRACTICE
TEN, OTHER, NEW, LONG = (
    "窗外的雨下了整整一夜",
    "海边的贝壳捡了一大筐",
    "屋檐下的燕子飞回来了",
    "屋檐下面的燕子又飞回来了呀",
)


def raises(error: type[Tell], act: Callable[[], object]) -> None:
    try:
        act()
    except error:
        return
    raise AssertionError(error.__name__)


def findings(room: Room) -> list[str]:
    work = check(room)
    while True:
        try:
            next(work)
        except StopIteration as done:
            return [finding.what for finding in done.value]


def backend_and_collection() -> object:
    import secretstorage

    return secretstorage.get_default_collection(secretstorage.dbus_init())


def first(place: Path) -> None:
    """The computer on which the room is made."""
    folder = place / "房间"
    assert secret.is_usable()
    raises(WeakPassword, lambda: make_room(place / "短", people=[("甲", "counsellor", "窗外的雨下了整")]))
    room, code = make_room(folder, people=[("甲", "counsellor", TEN)], school_name="青山中学")
    assert room.has_secret and roomfile.read(folder).secret and roomfile.read(folder).people[0].bound
    members.add_person(room, "乙", "duty", OTHER)
    (place / "code").write_text(code, "utf-8")
    add_student(room)
    work = copy_room(room, place / "盘")
    while next(work, None) is not None:
        pass
    room.close()
    file = roomfile.read(folder)
    entry = secret.fetch(file.id, file.lineage)
    assert entry.heads["main"][0] == entry.heads["cases"][0] + 1 == 3
    text = (folder / "room.json").read_text("utf-8")
    assert entry.secret.hex() not in text

    with open_room(folder, "乙", OTHER) as duty:  # a duty person leaves case.db's head as it was
        assert duty.findings == [] and duty.origin == entry.origin
        add_student(duty)
    raises(WrongPassword, lambda: open_room(folder, "甲", OTHER))

    # an older folder put in its place is found, also by the check, until the person says why
    shutil.copytree(folder, place / "旧")
    with open_room(folder, "甲", TEN) as room:
        add_student(room)
        assert findings(room) == []
    shutil.rmtree(folder)
    shutil.copytree(place / "旧", folder)
    for _ in range(2):
        with open_room(folder, "甲", TEN) as room:
            assert {f.what for f in room.findings} == {"older"} and set(findings(room)) == {"older"}
    with open_room(folder, "甲", TEN) as room:
        accept_older(room)
    with open_room(folder, "甲", TEN) as room:
        assert room.findings == []

    # a code for another account, used by "second": only while it is offered, only once
    with open_room(folder, "甲", TEN) as room:
        (place / "enrol").write_text(enrolling.offer(room), "utf-8")
        room.now = lambda: datetime.now(UTC) - timedelta(minutes=16)
        shutil.copy(folder / enrolling.NAME, place / "offer")
        late = enrolling.offer(room)
    raises(enrolling.WrongEnrolment, lambda: enrolling.accept(folder, late))
    shutil.copy(place / "offer", folder / enrolling.NAME)

    # brought back on the same computer: a new computer name in the chain, the same secret, everybody's password
    back, _ = bring_back(place / "盘", place / "回来", code, "甲", NEW)
    assert back.has_secret and back.origin != entry.origin and back.secret == entry.secret and findings(back) == []
    back.close()
    open_room(place / "回来", "乙", OTHER).close()
    open_room(folder, "甲", TEN).close()

    # a keyring that is locked, answers nothing or was wiped: never a new secret
    backend_and_collection().lock()  # type: ignore[attr-defined]
    raises(KeyringLocked, lambda: open_room(folder, "甲", TEN))
    raises(KeyringLocked, lambda: make_room(place / "锁着", people=[("甲", "counsellor", TEN)]))
    assert not (place / "锁着").exists()


def second(place: Path) -> None:
    """Another computer, with the folder on a stick."""
    folder, code = place / "房间", (place / "code").read_text("utf-8")
    raises(NotEnrolled, lambda: open_room(folder, "甲", TEN))
    raises(NotEnrolled, lambda: open_room(folder, "没有这个人", TEN))
    raises(enrolling.WrongEnrolment, lambda: enrolling.accept(folder, "ABCD-EFGH-JKMN-PQRS-TVWX"))
    enrolling.accept(folder, (place / "enrol").read_text("utf-8").lower())
    raises(enrolling.WrongEnrolment, lambda: enrolling.accept(folder, (place / "enrol").read_text("utf-8")))
    open_room(folder, "乙", OTHER).close()
    file = roomfile.read(folder)
    secret._backend().delete_password(secret._service(file.id, file.lineage), "room")

    raises(WeakPassword, lambda: recovering.recover(folder, code, "甲", NEW, use_keyring=False))
    room, fresh = recovering.recover(folder, code, "甲", NEW)
    assert room.has_secret and findings(room) == []
    room.close()
    open_room(folder, "乙", OTHER).close()  # every colleague's password goes on working
    file = roomfile.read(folder)
    backend = secret._backend()
    backend.delete_password(secret._service(file.id, file.lineage), "room")
    raises(NotEnrolled, lambda: open_room(folder, "甲", NEW))
    recovering.enrol(folder, fresh)
    open_room(folder, "甲", NEW).close()

    # without a keyring only the named person comes in; the others are named, get new passwords, and come in too
    back, _ = bring_back(place / "盘", place / "没有钥匙环", code, "甲", LONG, use_keyring=False)
    assert back.stranded == ["乙"] and not back.has_secret and findings(back) == []
    duty = next(entry.id for entry in roomfile.read(back.folder).people if entry.name == "乙")
    members.reset_password(back, duty, LONG)
    back.close()
    open_room(place / "没有钥匙环", "甲", LONG).close()
    open_room(place / "没有钥匙环", "乙", LONG).close()


if __name__ == "__main__":
    {"first": first, "second": second}[sys.argv[1]](Path(sys.argv[2]))
    sys.stdout.write("whole\n")
