"""A student's file out of the room: with reason and receiver, under a password where one is given, and noted."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from psyroom.commands import naming
from psyroom.commands.opening import Answer, WrongUse, open_room, secret

PASSWORD = "PSYROOM_FILE_PASSWORD"
ALL = ("all", "全部")


def student(options: Any) -> Answer:
    """成长信息记录 of one student. A password that is set but empty or weak is refused: nothing leaves unsealed by
    mistake."""
    from psyroom.services import exports, note_papers, rights

    parts = _parts(options.parts, note_papers.PARTS)
    for name, given in (("--reason", options.reason), ("--to", options.receiver)):
        if not given.strip():
            raise WrongUse(f"请用 {name} 写明{'为什么拿出去' if name == '--reason' else '交给谁'}")
    password = secret(PASSWORD, "文件密码：") if PASSWORD in os.environ else ""
    with open_room(options) as room:
        rights.needs_counsellor(room)
        whose = naming.student_named(room, options.student, options.class_word, also_gone=True)
        if PASSWORD in os.environ:
            exports.check_password(room, password, [whose])
        exports.check(options.reason, options.receiver)
        made = note_papers.growth_file(room, whose, parts, identity=options.identity, mask=options.mask)
        paths = exports.write(
            room, {f"{made.name}.pdf": made.pdf}, Path(options.out), kind="成长信息记录", students=[whose],
            reason=options.reason, receiver=options.receiver, password=password,
        )  # fmt: skip
    files = [str(path) for path in paths]
    words = "\n".join([*files, "" if password else "文件没有加密，用完请删掉。"]).strip()
    return 0, {"files": files, "sealed": bool(password)}, words


def _parts(text: str, known: dict[str, str]) -> list[str]:
    """`basic,notes`, 基本情况，辅导记录, or all. Raises `WrongUse`."""
    if text.strip() in ALL:
        return list(known)
    by_word = {word: code for code, word in known.items()} | {code: code for code in known}
    asked = [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",") if part.strip()]
    if not asked or (wrong := [part for part in asked if part not in by_word]):
        which = f"没有“{wrong[0]}”这一部分" if asked else "请用 --parts 指明要哪些部分"
        raise WrongUse(f"{which}，可用的有：{'、'.join(f'{word}（{code}）' for code, word in known.items())}，或 all")
    chosen = {by_word[part] for part in asked}
    return [code for code in known if code in chosen]
