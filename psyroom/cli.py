"""The same deeds without a window: for an administrator, a script, a test.

Never imports PySide6, never prompts when standard input is no terminal. Exit 0: done; 1: nothing was done, one Chinese
sentence on standard error; 2: wrong use. With `--json`, UTF-8 JSON and nothing else on standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NoReturn

from psyroom import log
from psyroom.commands import history, openings, people, returns, rooms, students
from psyroom.commands.opening import Answer, WrongUse, note
from psyroom.errors import Tell


def run(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    log.begin()
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        code, answer, words = options.does(options)
    except WrongUse as wrong:
        parser.error(str(wrong))
    except Tell as told:
        note(str(told))
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 1
    except Exception as error:  # a bug: an id in the log, none of the record's text
        note(f"出了问题，已记入日志（编号 {log.bug(error)}），没有做任何改动。")
        return 1
    _tell(json.dumps(answer, ensure_ascii=False) if options.json else words)
    return code


def _tell(text: str) -> None:
    """The answer on standard output. The deed is done: a reader that has gone or a full disk does not change that."""
    if sys.stdout is None or not text:
        return
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still buffered goes there when the process ends
        if not isinstance(error, BrokenPipeError):
            note("已经做完，但结果没有写出去，请检查磁盘或输出的位置。")


# ---- arguments ------------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if sys.stderr is None:  # argparse would say it on standard output
            sys.exit(2)
        self.print_usage(sys.stderr)
        self.exit(2, f"用法不对：{message}\n")


def _shared() -> _Parser:
    shared = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--room", metavar="DIR", help="辅导室所在的文件夹")
    shared.add_argument("--as", dest="as_name", metavar="NAME", help="以谁的名义（有好几位时）")
    shared.add_argument("--json", action="store_true", help="输出 JSON")
    shared.add_argument("--clock-ok", action="store_true", help="电脑时钟已核对无误")
    return shared


def _parser() -> _Parser:
    shared = _shared()
    top = _Parser(prog="psyroom", description="心理辅导室：不带子命令时打开窗口。", parents=[_shared()])
    # Its own copy: the defaults set on it must not reach the sub-commands, or what stands before them is forgotten.
    top.set_defaults(room=None, as_name=None, json=False, clock_ok=False)
    verbs = top.add_subparsers(dest="command", required=True, parser_class=_Parser)

    def add(parent: Any, name: str, deed: Callable[[Any], Answer], help: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = parent.add_parser(name, help=help, description=help, parents=[shared])
        made.set_defaults(does=deed)
        return made

    def group(name: str, help: str) -> Any:
        return verbs.add_parser(name, help=help, parents=[shared]).add_subparsers(required=True, parser_class=_Parser)

    room = group("room", "新建、检查辅导室")
    new = add(room, "new", rooms.room_new, "新建一间辅导室")
    new.add_argument("--school", required=True)
    new.add_argument("--campus", default="")
    new.add_argument("--stage", required=True)
    new.add_argument("--system", default="63", choices=["63", "54", "六三", "五四"])
    new.add_argument("--region", default="national")
    new.add_argument("--term-start", required=True, type=_day)
    new.add_argument("--weeks", type=_weeks, default=20)
    new.add_argument("--lessons", type=_bands, default=[])
    new.add_argument("--study", type=_bands, default=[], help="晚自习时段")
    new.add_argument("--counsellor", required=True)
    new.add_argument("--recovery-out", required=True, metavar="FILE")
    new.add_argument("--keyring", choices=["auto", "off"], default="auto")
    add(room, "check", rooms.room_check, "体检：文件、记录链与记录是否一致")

    staff = group("people", "管理人员")
    person = add(staff, "add", people.people_add, "添加能打开辅导室的人")
    person.add_argument("name")
    person.add_argument("--role", required=True, choices=["duty", "counsellor"])

    roster = group("roster", "学生名册")
    imported = add(roster, "import", students.roster_import, "导入名册")
    imported.add_argument("file")
    imported.add_argument("--dry-run", action="store_true")

    pupils = group("students", "学生")
    find = add(pupils, "find", students.students_find, "按姓名、拼音首字母、班级、号码查找")
    find.add_argument("text")

    undo = add(verbs, "undo", history.undo, "撤销上一步，或指定的一步")
    undo.add_argument("--deed", default=None, type=_id)

    opening = group("openings", "开放记录")
    ledger = add(opening, "import", openings.openings_import, "导入开放（值班）台账")
    ledger.add_argument("file")
    ledger.add_argument("--dry-run", action="store_true")
    hours = add(verbs, "hours", openings.hours, "逐周开放时间")
    hours.add_argument("--term", default=None)

    papers = group("return", "报表")
    add(papers, "list", returns.return_list, "有哪些报表")
    make = add(papers, "make", returns.return_make, "制作报表（PDF 与 xlsx）")
    make.add_argument("name")
    make.add_argument("--term", required=True)
    make.add_argument("--out", required=True)

    copy = add(verbs, "copy", rooms.copy, "做一份核对过的备份")
    copy.add_argument("--to", required=True)
    back = add(verbs, "bring-back", rooms.bring_back, "从备份恢复到新文件夹")
    back.add_argument("copy")
    back.add_argument("--recovery-out", required=True, metavar="FILE")
    back.add_argument("--keyring", choices=["auto", "off"], default="auto")

    demo = add(verbs, "demo", rooms.demo, "建一所练习学校")
    demo.add_argument("folder")
    demo.add_argument("--times", type=int, default=1)
    demo.add_argument("--today", type=_day, default=None)
    return top


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，请写成 2026-08-31") from None


def _id(text: str) -> str:
    if not text.isascii():
        raise argparse.ArgumentTypeError(f"“{text}”不是一步操作的编号")
    return text


def _weeks(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 30:
        raise argparse.ArgumentTypeError(f"周数要在 1 到 30 之间，不是“{text}”")
    return int(text)


def _bands(text: str) -> list[tuple[int, int]]:
    from psyroom.rules import typed

    found = []
    for part in text.replace("，", ",").split(","):
        begin, dash, end = part.strip().replace("—", "-").replace("–", "-").partition("-")
        starts, ends = typed.minutes(begin), typed.minutes(end) if dash else None
        if starts is None or ends is None or starts >= ends:
            raise argparse.ArgumentTypeError(f"“{part}”不是时段，请写成 08:00-08:45")
        found.append((starts, ends))
    return found


def main() -> None:
    log.guard(main=True)
    sys.exit(run())


if __name__ == "__main__":
    main()
