"""The class teachers' sheets: made for a stick, and read back. `PSYROOM_FILE_PASSWORD` is tried on files whose password a
teacher changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psyroom.commands.export import PASSWORD
from psyroom.commands.opening import Answer, WrongUse, drive, note, open_room, secret

if TYPE_CHECKING:
    from psyroom.services.talk_sheets_read import DryRun

SLIPS = "passwords.txt"
UNSEALED = "这些表没有加密码，谁捡到都能打开，请当面交接、用完收回。"
APART = "密码条在 {file}，请另外交给班主任，不要和表放在同一个 U 盘里。"


def sheets(options: Any) -> Answer:
    """A sheet for each class, and the slips with their passwords."""
    from psyroom.services import hours, rights, talk_sheets

    for name, given in (("--reason", options.reason), ("--to", options.receiver)):
        if not given.strip():
            raise WrongUse(f"请用 {name} 写明{'为什么拿出去' if name == '--reason' else '交给谁'}")
    folder = Path(options.out)
    with open_room(options) as room:
        rights.needs_counsellor(room)
        work = talk_sheets.making(
            room, folder, hours.local_now(room), reason=options.reason, receiver=options.receiver,
            with_password=not options.no_password, slips_file=SLIPS, term=options.term or "",
        )  # fmt: skip
        made = drive(work)
        files = [str(path) for path in made.files]
    note(APART.format(file=files[-1]) if made.slips else UNSEALED)
    answer = {"files": files, "sealed": bool(made.slips)}
    return 0, answer, "\n".join(files)


def read(options: Any) -> Answer:
    """The sheets of a file or a folder. Exit 1 where not one file could be read at all."""
    from psyroom.errors import FileMissing
    from psyroom.services import hours, rights, talk_sheets_read

    path = Path(options.path)
    if not path.exists():
        raise FileMissing(name=path.name or str(path))
    passwords = [secret(PASSWORD, "文件密码：")] if PASSWORD in os.environ else []
    with open_room(options) as room:
        rights.needs_counsellor(room)
        now = hours.local_now(room)
        dry = drive(talk_sheets_read.reading(room, [path], now, passwords=passwords, term=options.term or ""))
        if not options.dry_run:
            talk_sheets_read.take(room, dry, now)
    refused = [file.refused for file in dry.files if file.refused]
    if not dry.files:
        refused = [f"“{path.name}”里没有可以读的文件。"]
    nothing = len(refused) >= max(len(dry.files), 1)
    if nothing:
        note(refused[0] if len(refused) == 1 else f"{len(refused)} 个文件都没有读入：{refused[0]}")
    elif not options.dry_run:
        note("读完的文件请从 U 盘和电脑里销毁。")
    return int(nothing), dry.as_json(), _words(dry)


def _words(dry: DryRun) -> str:
    lines = [f"新增 {dry.new}，修改 {dry.changed}，不变 {dry.unchanged}，有问题 {dry.problems}"]
    for file in dry.files:
        if file.refused:
            lines.append(file.refused)
        lines += [f"{file.name}：{words}。" for words in file.notes]
        for row in file.rows:
            if row.state == "problem":
                lines.append(f"{file.name} 第 {row.row} 行 {row.name}：{row.reason}")
            elif row.said:
                lines.append(f"{file.name} 第 {row.row} 行 {row.name}（已读）：{'；'.join(row.said)}")
    if dry.missing_classes:
        lines.append(f"还没有交的班：{'、'.join(dry.missing_classes)}")
    return "\n".join(lines)
