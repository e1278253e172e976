"""What leaves the room with names in it, and the register that says so: what, about whom, why, to whom, sealed or not.

A file and its line in the register are one: if either cannot be written, neither stands (facts 5: 个人信息保护法 第 23、51 条;
未成年人网络保护条例 第 36 条). Nothing here can be undone: what has left cannot be called back.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from psyroom.errors import NotFound, NotValid, Refused, WeakPassword
from psyroom.records.access import Export
from psyroom.records.fields import about
from psyroom.reports import sealing
from psyroom.services import roll
from psyroom.services.note_seen import Child
from psyroom.services.outgoing import inside, placed, prepared
from psyroom.services.rights import needs_counsellor
from psyroom.services.school import context
from psyroom.store import folders, passwords
from psyroom.store.checking import head_of
from psyroom.store.questions import exports as ask
from psyroom.store.room import Room

DEED = "登记外出的材料"
REASONS = ("转介就医", "家长查阅", "学生转学移交", "学校存档", "上级要求", "班主任工作需要", "督导讨论")
"""Reasons that are offered; any other may be typed."""
DESK_REASON = "按约通知"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""For a password that is read aloud or copied by hand: nothing that is taken for something else (i, l, 1, o, 0)."""
HAND_OVER = "密码请另外告诉对方（当面、电话或另一张纸），不要和文件放在一起；本程序不保存它，关上就看不到了。"
MOST_OFFERED = 8
Also = Callable[[Session], None]
"""What else the deed of a line in the register does, where a paper leaves more behind than its line."""


@dataclass(frozen=True, repr=False)
class Left:
    """A line of the register. `at`: local time; a student whose entry is gone has no name in it. `files`: name and
    SHA-256 of each, as they lay in the folder."""

    id: str
    at: datetime
    person: str
    who: str
    kind: str
    students: tuple[Child, ...]
    reason: str
    receiver: str
    how: str
    sealed: bool
    files: tuple[tuple[str, str], ...]
    head: str


# ---- files --------------------------------------------------------------------------------------------------------


def write(
    room: Room,
    files: Mapping[str, bytes],
    folder: Path,
    *,
    kind: str,
    students: Sequence[str],
    reason: str,
    receiver: str,
    password: str = "",
    sealed: bool = False,
    also: Also | None = None,
) -> list[Path]:
    """Write the files into the folder, sealed where a password is given (`sealed`: each lies under one of its own
    already), and the line in the register, and what `also` does in the same deed: all or nothing.

    A file that lies there already is never overwritten: the new one gets a number. Errors: `NeedsCounsellor`, `NotValid`
    (reason, receiver), `WeakPassword`, `Refused` (the room's own folder; unsealed to where others can read),
    `CannotWriteFile`, `SaveFailed`.
    """
    needs_counsellor(room)
    row = _row(room, kind, students, reason, receiver, "file", sealed=sealed or bool(password))
    if password:
        check_password(room, password, students)
        files = dict(sealing.seal(name, data, password) for name, data in files.items())
    elif not sealed and (why := weak_place(folder)):
        raise Refused(why=f"“{folder}”{why}，没有加密的材料不能放在那里；请加一个密码，或存到本机硬盘的文件夹。")
    return _leave(room, row, {free_name(folder, name): data for name, data in files.items()}, folder, also)


def put(
    room: Room,
    files: Mapping[str, bytes],
    folder: Path,
    *,
    kind: str,
    students: Sequence[str],
    receiver: str,
    reason: str = DESK_REASON,
) -> list[Path]:
    """Papers of the desk with names on them (slips, the day's list), where the person put them: with a line in the
    register where the register can be reached. It lies in case.db; a duty person's papers name who comes when, no more."""
    row = _row(room, kind, students, reason, receiver, "file", sealed=False) if room.has_cases else None
    return _leave(room, row, files, folder)


def _leave(
    room: Room, row: Export | None, files: Mapping[str, bytes], folder: Path, also: Also | None = None
) -> list[Path]:
    """The files in their places and the row in the same act; nothing stays of a half."""
    with prepared(room, files, folder) as pairs, placed(pairs) as paths:
        if row is not None:
            row.files = _digests(files)
            _register(room, row, also)
    return paths


def _register(room: Room, row: Export, also: Also | None = None) -> None:
    """The line itself, and what goes with it: a deed of its own that cannot be undone."""
    with room.write(DEED, undoable=False) as deed:
        if also is not None:
            also(deed.session)
        deed.session.add(row)


def free_name(folder: Path, name: str) -> str:
    """The name, with a number where one lies there already: 成长信息记录_2026-11-19（2）.pdf."""
    stem, dot, ending = name.rpartition(".") if "." in name else (name, "", "")
    number, found = 1, name
    while os.path.lexists(folder / found) and number < 1000:
        number += 1
        found = f"{stem}（{number}）{dot}{ending}"
    return found


def weak_place(folder: Path) -> str:
    """Why a file that is not sealed should not lie there, as the middle of a sentence; empty where it may."""
    return folders.why_unsafe(folder) or ""


def why_not(room: Room, folder: Path, *, sealed: bool) -> str:
    """Why nothing should leave into this folder, as a sentence; empty where it may. Said as soon as a folder is chosen."""
    needs_counsellor(room)
    if inside(room, folder):
        return "这是辅导室自己的文件夹，请把文件存到别的地方。"
    if not sealed and (why := weak_place(folder)):
        return f"“{folder.name}”{why}，没有加密的材料不能放在那里；请加一个密码，或换一个文件夹。"
    return ""


# ---- paper --------------------------------------------------------------------------------------------------------


def printed(
    room: Room,
    files: Mapping[str, bytes],
    *,
    kind: str,
    students: Sequence[str],
    reason: str,
    receiver: str,
    also: Also | None = None,
) -> None:
    """Note what goes to the printer: `files` are the papers by name, kept as digests only. Written before the printer is
    given the pages, so that no paper leaves without its line. `also`: as for `write`. Errors: `NeedsCounsellor`,
    `NotValid`."""
    needs_counsellor(room)
    row = _row(room, kind, students, reason, receiver, "paper", sealed=False)
    row.files = _digests(files)
    _register(room, row, also)


def printed_at_desk(
    room: Room,
    files: Mapping[str, bytes],
    *,
    kind: str,
    students: Sequence[str],
    receiver: str,
    reason: str = DESK_REASON,
) -> None:
    """As `printed`, for papers of the desk; no line where the register cannot be reached (see `put`)."""
    if room.has_cases:
        printed(room, files, kind=kind, students=students, reason=reason, receiver=receiver)


# ---- the line -----------------------------------------------------------------------------------------------------


def _row(
    room: Room, kind: str, students: Sequence[str], reason: str, receiver: str, how: str, *, sealed: bool
) -> Export:
    said = check(reason, receiver)
    return Export(
        at=room.now().isoformat(timespec="seconds"),
        person=room.person.id,
        kind=kind,
        students=json.dumps(list(dict.fromkeys(filter(None, students)))),
        how=how,
        has_password=sealed,
        head=heads(room),
        **said,
    )


def check(reason: str, receiver: str) -> dict[str, str]:
    """Reason and receiver as they are kept. Raises `NotValid` for both together."""
    problems = {}
    said = {"reason": reason.strip(), "receiver": receiver.strip()}
    if len(said["reason"]) < 2:
        problems["reason"] = "请写明为什么要拿出去，如 转介就医"
    if not said["receiver"]:
        problems["receiver"] = "请写明交给谁，如 监护人、县医院心理门诊"
    for name, words in said.items():
        most = about(Export, name)["limit"] or 0
        if len(words) > most:
            problems[name] = f"太长了，最多 {most} 个字"
    if problems:
        raise NotValid(problems)
    return said


def _digests(files: Mapping[str, bytes]) -> str:
    return json.dumps({n: hashlib.sha256(data).hexdigest() for n, data in files.items()}, ensure_ascii=False)


def heads(room: Room) -> str:
    """How far the chains of the opened files have come, as it stands at the foot of a paper."""
    found = []
    for schema, word in (("main", "A"), ("cases", "B")):
        if schema in room.schemas:
            number, digest = head_of(room, schema)
            found.append(f"{word}{number} {digest}")
    return " ".join(found)


def foot(room: Room, day: date) -> str:
    """The small line at the foot of a paper: which state of the records it vouches for."""
    return f"记录摘要 {day.isoformat()} {heads(room)}"


# ---- the password of a file -----------------------------------------------------------------------------------------


def new_password() -> str:
    """A password to be read aloud or copied by hand: four groups of four, none twice in a group, 78 bits."""
    chance = secrets.SystemRandom()
    while True:
        groups = ["".join(chance.sample(LETTERS, 4)) for _ in range(4)]
        made = "-".join(groups)
        try:
            passwords.check(made, alone=True)
        except WeakPassword:
            continue
        return made


def check_password(room: Room, password: str, students: Sequence[str] = ()) -> None:
    """A file's password stands alone: anybody may try as often as he likes. Raises `WeakPassword`, also for the names
    of the school, its staff and the students the file is about."""
    needs_counsellor(room)
    school = context(room)
    names = [school.name, *school.people.values(), *(child.who for child in _children(room, students))]
    passwords.check(password, alone=True, names=names)


# ---- the register ---------------------------------------------------------------------------------------------------


def listed(room: Room, *, words: str = "", how: str = "", limit: int | None = None) -> list[Left]:
    """What left, newest first; `words` finds in name, kind, reason and receiver. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    people = context(room).people
    with room.read() as session:
        rows = ask.exports(session)
    found = []
    for row in rows:
        left = Left(
            row.id,
            datetime.fromisoformat(row.at).astimezone(),
            row.person,
            people.get(row.person, ""),
            row.kind,
            _children(room, json.loads(row.students)),
            row.reason,
            row.receiver,
            row.how,
            row.has_password,
            tuple(json.loads(row.files).items()),
            row.head,
        )
        text = " ".join((left.kind, left.reason, left.receiver, left.who, *(child.who for child in left.students)))
        if (not how or left.how == how) and words.strip().lower() in text.lower():
            found.append(left)
    return found if limit is None else found[:limit]


def receivers(room: Room) -> list[str]:
    """To whom something went before, the latest first, to choose from. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    with room.read() as session:
        return ask.lately(session, "receiver", MOST_OFFERED)


def reasons(room: Room) -> list[str]:
    """Reasons given before, then those that are offered anyway. Errors: `NeedsCounsellor`."""
    needs_counsellor(room)
    with room.read() as session:
        before = [r for r in ask.lately(session, "reason", MOST_OFFERED) if r != DESK_REASON]
    return list(dict.fromkeys([*before, *REASONS]))


def _children(room: Room, students: Sequence[str]) -> tuple[Child, ...]:
    found = []
    for student in students:
        try:
            entry = roll.entry(room, student)
        except NotFound:
            found.append(Child(student, "", ""))
        else:
            found.append(Child(student, entry.name, entry.class_name))
    return tuple(found)
