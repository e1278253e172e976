"""Another account of this computer: a one-time code, shown by someone who is inside, brings it the room secret."""

from __future__ import annotations

import json
import secrets
import time
from pathlib import Path

from psyroom.errors import Refused, RoomTrouble
from psyroom.store import keys, recovery, roomfile, secret
from psyroom.store.room import Room

NAME = "room.enrol"
MINUTES = 15
GROUPS = 5  # of four characters: 100 random bits


class WrongEnrolment(RoomTrouble):
    sentence = f"登记码不对，或已用过、已超过 {MINUTES} 分钟，请已登录的同事再给一个。"


def offer(room: Room) -> str:
    """A code to read out; the sealed secret lies in the folder until it is used once. Errors: `Refused`."""
    if not room.has_secret:
        raise Refused(why="这间房不用密钥环，别的系统账户直接用密码就能打开，不需要登记码。")
    text = "".join(secrets.choice(recovery.ALPHABET) for _ in range(4 * GROUPS))
    until = int(room.now().timestamp()) + MINUTES * 60
    sealed = keys.seal(keys.expand(text.encode(), "enrolment"), room.secret, f"{room.id} {until}".encode())
    (room.folder / NAME).write_text(json.dumps({"until": until, "sealed": sealed.hex()}), "utf-8")
    return "-".join(text[i : i + 4] for i in range(0, len(text), 4))


def withdraw(room: Room) -> None:
    """The code shown last opens nothing any more."""
    (room.folder / NAME).unlink(missing_ok=True)


def accept(folder: Path | str, code: str) -> None:
    """Put the room secret into this account's keyring. Errors: `WrongEnrolment`, `KeyringLocked`, `NotEnrolled` (no
    keyring here)."""
    folder = Path(folder).absolute()
    room = roomfile.read(folder)
    text = recovery.plain(code)
    try:
        raw = json.loads((folder / NAME).read_text("utf-8"))
        until, sealed = int(raw["until"]), bytes.fromhex(raw["sealed"])
        room_secret = keys.unseal(keys.expand(text.encode(), "enrolment"), sealed, f"{room.id} {until}".encode())
    except (OSError, ValueError, KeyError, TypeError, RecursionError, OverflowError, keys.WrongKey):
        raise WrongEnrolment from None
    if time.time() > until:
        (folder / NAME).unlink(missing_ok=True)
        raise WrongEnrolment
    secret.store(room.id, room.lineage, secret.new_enrolment(room_secret))
    (folder / NAME).unlink(missing_ok=True)
