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
from typing import Any, NoReturn

from psyroom import log
from psyroom.commands import (
    backups,
    bookings,
    export,
    feedback,
    history,
    ics,
    notes,
    openings,
    people,
    returns,
    rooms,
    students,
    talk_sheets,
    talks,
    values,
    visits,
    waiting,
)
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

    def group(name: str, help: str, aliases: Sequence[str] = ()) -> Any:
        made = verbs.add_parser(name, help=help, aliases=aliases, parents=[shared])
        return made.add_subparsers(required=True, parser_class=_Parser)

    room = group("room", "新建、检查辅导室")
    new = add(room, "new", rooms.room_new, "新建一间辅导室")
    new.add_argument("--school", required=True)
    new.add_argument("--campus", default="")
    new.add_argument("--stage", required=True)
    new.add_argument("--system", default="63", choices=["63", "54", "六三", "五四"])
    new.add_argument("--region", default="national")
    new.add_argument("--term-start", required=True, type=values.day)
    new.add_argument("--weeks", type=values.within(1, 30, "周数"), default=20)
    new.add_argument("--lessons", type=values.bands, default=[])
    new.add_argument("--study", type=values.bands, default=[], help="晚自习时段")
    new.add_argument("--counsellor", required=True)
    new.add_argument("--recovery-out", required=True, metavar="FILE")
    new.add_argument("--keyring", choices=["auto", "off"], default="auto")
    add(room, "check", rooms.room_check, "体检：文件、记录链与记录是否一致")

    staff = group("people", "管理人员")
    person = add(staff, "add", people.people_add, "添加能打开辅导室的人")
    person.add_argument("name")
    person.add_argument("--role", required=True, choices=["duty", "counsellor"])
    add(staff, "remove", people.people_remove, "移除一位人员，换掉他能用的钥匙").add_argument("name", metavar="NAME")
    add(staff, "password", people.people_password, "改自己的密码，或给忘了密码的同事重设").add_argument(
        "name", metavar="NAME"
    )

    roster = group("roster", "学生名册")
    imported = add(roster, "import", students.roster_import, "导入名册")
    imported.add_argument("file")
    imported.add_argument("--dry-run", action="store_true")

    pupils = group("students", "学生")
    find = add(pupils, "find", students.students_find, "按姓名、拼音首字母、班级、号码查找")
    find.add_argument("text")

    undo = add(verbs, "undo", history.undo, "撤销上一步，或指定的一步")
    undo.add_argument("--deed", default=None, type=values.id)

    _booking(add, verbs)
    _notes(add, group)
    _exports(add, group)
    _talks(add, group)

    opening = group("openings", "开放记录", aliases=["opening"])
    ledger = add(opening, "import", openings.openings_import, "导入开放（值班）台账")
    ledger.add_argument("file")
    ledger.add_argument("--dry-run", action="store_true")
    ledger.add_argument("--why", default="", help="加进已签字的周时的更正原因：漏记、以纸质记录为准……")
    sign = add(opening, "sign", openings.sign, "给一周的开放记录签字（不能撤销，以后的改动记为更正）")
    why = add(opening, "reason", openings.reason, "填写一周开放不足的原因")
    for about_a_week in (sign, why):
        about_a_week.add_argument("--week", required=True, type=values.within(1, 30, "周次"), metavar="N")
        about_a_week.add_argument("--term", default=None)
    why.add_argument("reason", metavar="REASON", help="放假、考试、教师请假……")
    hours = add(verbs, "hours", openings.hours, "逐周开放时间")
    hours.add_argument("--term", default=None)

    papers = group("return", "报表", aliases=["returns"])
    add(papers, "list", returns.return_list, "有哪些报表")
    make = add(papers, "make", returns.return_make, "制作报表（PDF 与 xlsx）")
    make.add_argument("name")
    make.add_argument("--term", required=True)
    make.add_argument("--out", required=True)
    make.add_argument("--names", action="store_true", help="写上姓名（只有问到姓名的报表）")
    make.add_argument("--by-grade", action="store_true", help="一人一行的清单，班级只写到年级")
    make.add_argument("--reason", default="", metavar="TEXT", help="写姓名或一人一行的：为什么交出去")
    make.add_argument("--to", dest="receiver", default="", metavar="RECEIVER", help="写姓名或一人一行的：交给谁")

    backup = verbs.add_parser("backup", help="备份一次", description="备份一次", parents=[_shared()])
    backup.set_defaults(does=backups.backup, to=None)
    backup.add_argument(
        "--to", default=argparse.SUPPRESS, metavar="DIR", help="存到这个文件夹，不写就存在辅导室里和第二处"
    )
    seen = add(backup.add_subparsers(parser_class=_Parser), "preview", backups.preview, "恢复一份备份会有哪些不同")
    seen.add_argument("copy", metavar="COPY")
    add(verbs, "backups", backups.listed, "有哪些备份")
    copy = add(verbs, "copy", rooms.copy, "做一份核对过的备份")
    copy.add_argument("--to", required=True)
    back = add(verbs, "bring-back", rooms.bring_back, "从备份恢复到新文件夹")
    back.add_argument("copy")
    back.add_argument("--recovery-out", required=True, metavar="FILE")
    back.add_argument("--keyring", choices=["auto", "off"], default="auto")

    demo = add(verbs, "demo", rooms.demo, "建一所练习学校")
    demo.add_argument("folder")
    demo.add_argument("--times", type=int, default=1)
    demo.add_argument("--today", type=values.day, default=None)
    return top


def _booking(add: Callable[..., Any], verbs: Any) -> None:
    """Booking, the week's list, the waiting list, the calendar file."""
    book = add(verbs, "book", bookings.book, "预约一次，或每周一次的一个系列")
    _client(book)
    _time(book)
    _yes(book)
    book.add_argument("--weekly", action="store_true", help="每周一次，成一个系列")
    book.add_argument("--every", default=None, type=values.within(1, 8, "间隔周数"), metavar="N", help="每 N 周一次")
    book.add_argument("--times", default=None, type=values.within(1, 60, "次数"), metavar="N", help="系列共几次")
    book.add_argument("--until", default=None, type=values.day, metavar="DATE", help="系列到哪一天为止")
    book.add_argument("--skip-clashes", action="store_true", help="跳过有冲突的日期")

    week = add(verbs, "bookings", bookings.listed, "一周的预约、来访和日程")
    week.add_argument("--week", default=None, type=values.within(1, 30, "周次"), metavar="N")
    week.add_argument("--term", default=None)
    move = add(verbs, "move", bookings.move, "改到另一个时间")
    cancel = add(verbs, "cancel", bookings.cancel, "取消预约，看看谁在候补")
    for one in (move, cancel):
        one.add_argument("id", type=values.id)
        one.add_argument(
            "--scope", choices=["one", "following", "all"], default="one", help="这一次、这一次和以后、整个系列"
        )
    _time(move, where=False)
    _yes(move)
    cancel.add_argument("--by", choices=list(bookings.BY), default="", help="谁取消的：学生、老师，或停诊（room）")

    waits = verbs.add_parser("waiting", help="候补名单", description="候补名单", parents=[_shared()])
    waits.set_defaults(does=waiting.listed)
    lists = waits.add_subparsers(parser_class=_Parser)
    add(lists, "list", waiting.listed, "谁在候补")
    entry = add(lists, "add", waiting.add, "排上候补")
    _client(entry)
    entry.add_argument("--minutes", type=values.within(10, 240, "时长"), default=40)
    entry.add_argument("--with", dest="person", metavar="COUNSELLOR", default="")
    entry.add_argument("--windows", default="", help="合适的时间：周四 16:40-17:30，周二午休")
    entry.add_argument("--until", default=None, type=values.day, metavar="DATE", help="等到哪一天")
    take = add(lists, "take", waiting.take, "从候补约上")
    take.add_argument("id", type=values.id)
    _time(take, ends=False)
    _yes(take)
    for name, deed, help in (("withdraw", waiting.withdraw, "不再等"), ("renew", waiting.renew, "还在等，延长两周")):
        add(lists, name, deed, help).add_argument("id", type=values.id)

    calendar = add(verbs, "ics", ics.ics, "写出不含姓名的日历文件")
    calendar.add_argument("--out", required=True, metavar="FILE")
    calendar.add_argument("--person", default="", metavar="NAME")
    calendar.add_argument("--from", dest="first", default=None, type=values.day, metavar="DATE")
    calendar.add_argument("--to", dest="last", default=None, type=values.day, metavar="DATE")


def _notes(add: Callable[..., Any], group: Callable[..., Any]) -> None:
    """Visits entered with their note, and finding in notes."""
    visit = add(group("visit", "来访"), "add", visits.add, "补登一次来访，可连同记录")
    visit.add_argument("--student", required=True, metavar="NAME", help="学生的姓名或学号")
    visit.add_argument("--class", dest="class_word", default="", metavar="CLASS", help="重名时：七年级/1")
    _time(visit, where=False)
    visit.add_argument(
        "--kind", required=True, help="个别辅导（individual）、电话辅导（telephone）、家长沟通（parent）"
    )
    visit.add_argument(
        "--note-file", default="", metavar="FILE", help="记录的文字，UTF-8 或 GB18030；“主要问题：”等小标题分开各部分"
    )
    visit.add_argument("--private-file", default="", metavar="FILE", help="只有自己能看的私密手记")
    visit.add_argument("--sign", action="store_true", help="写好就签字（不能撤销）")
    visit.add_argument("--why", default="", help="这一周已签字时的更正原因：漏记、以纸质记录为准……")
    find = add(group("notes", "辅导记录"), "search", notes.search, "在自己的和同事共享的记录里找文字")
    find.add_argument("text")


def _exports(add: Callable[..., Any], group: Callable[..., Any]) -> None:
    """What leaves the room with names in it."""
    file = add(
        group("export", "把材料拿出去，并记进外出登记"), "student", export.student, "一名学生的成长信息记录（PDF）"
    )
    file.add_argument("student", metavar="NAME", help="学生的姓名或学号")
    file.add_argument("--class", dest="class_word", default="", metavar="CLASS", help="重名时：七年级/1")
    file.add_argument(
        "--parts",
        required=True,
        help="基本情况,家庭情况,心理状况,辅导记录,沟通记录,谈话记录,成长指导方案,家访记录,经过，或 all",
    )
    file.add_argument("--out", required=True, metavar="DIR", help="放进哪个文件夹")
    file.add_argument("--reason", required=True, metavar="TEXT", help="为什么拿出去")
    file.add_argument("--to", dest="receiver", required=True, metavar="RECEIVER", help="交给谁")
    file.add_argument("--mask", action="store_true", help="隐去姓名")
    file.add_argument("--identity", action="store_true", help="带上身份证号、电话、住址")


def _talks(add: Callable[..., Any], group: Callable[..., Any]) -> None:
    """一生一谈: who needs special care, the talks of a semester."""
    mark = add(group("care", "需要重点关爱的学生"), "mark", talks.care_mark, "标记一名学生需要重点关爱")
    mark.add_argument("--student", required=True, metavar="NAME", help="学生的姓名或学号")
    mark.add_argument("--class", dest="class_word", default="", metavar="CLASS", help="重名时：七年级/1")
    mark.add_argument("--on", required=True, type=values.day, metavar="DATE", help="从哪一天起")
    mark.add_argument("--ground", required=True, metavar="TEXT", help="依据：谁提出、看到什么事实")
    mark.add_argument("--until", default=None, type=values.day, metavar="DATE", help="到哪一天为止，不写就到解除为止")

    terms = group("talks", "一生一谈")
    add(terms, "coverage", talks.coverage, "各班谈了多少，方案和反馈做了多少").add_argument("--term", default=None)
    sheets = add(terms, "sheets", talk_sheets.sheets, "给每个班的班主任做一张登记表（xlsx）")
    sheets.add_argument("--out", required=True, metavar="DIR", help="放进哪个文件夹")
    sheets.add_argument("--no-password", action="store_true", help="表格不加密码")
    sheets.add_argument("--reason", required=True, metavar="TEXT", help="为什么拿出去")
    sheets.add_argument("--to", dest="receiver", required=True, metavar="RECEIVER", help="交给谁")
    back = add(terms, "import", talk_sheets.read, "读入班主任交回的登记表，或整个文件夹")
    back.add_argument("path", metavar="FILE|FOLDER")
    back.add_argument("--dry-run", action="store_true")
    for one in (sheets, back):
        one.add_argument("--term", default=None)
    _slips(add, terms)


def _slips(add: Callable[..., Any], terms: Any) -> None:
    """家校反馈单 of a class."""
    slips = add(terms, "slips", feedback.slips, "一个班的家校反馈单（PDF，四张一页），记为已打印")
    slips.add_argument("--class", dest="class_word", required=True, metavar="CLASS", help="七年级/1")
    slips.add_argument("--out", required=True, metavar="FILE", help="存成哪个 PDF 文件")
    slips.add_argument("--reason", required=True, metavar="TEXT", help="为什么拿出去")
    slips.add_argument("--to", dest="receiver", required=True, metavar="RECEIVER", help="交给谁")
    slips.add_argument("--owed-only", action="store_true", help="只给要求反馈的学生；不写就全班每人一张，不显出谁")


def _client(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--student", default="", metavar="NAME", help="学生的姓名或学号")
    parser.add_argument("--parent-of", default="", metavar="NAME", help="哪位学生的家长")
    parser.add_argument("--teacher", default="", metavar="NAME")
    parser.add_argument("--group", default=None, type=values.within(1, 99, "团体编号"), metavar="NO")
    parser.add_argument("--size", default=2, type=values.within(2, 200, "人数"), help="团体人数")
    parser.add_argument("--class", dest="class_word", default="", metavar="CLASS", help="重名时：七年级/1")
    parser.add_argument("--channel", default="in_person", help="面谈、线上、电话")
    parser.add_argument("--way", default="self", help="本人、班主任、家长、心理信箱")


def _time(parser: argparse.ArgumentParser, *, ends: bool = True, where: bool = True) -> None:
    parser.add_argument("--on", required=True, type=values.day, metavar="DATE")
    parser.add_argument("--from", dest="starts", required=True, type=values.minute, metavar="HH:MM")
    parser.add_argument("--to", dest="ends", required=ends, default=None, type=values.minute, metavar="HH:MM")
    if where:
        parser.add_argument("--with", dest="person", metavar="COUNSELLOR", default="")
        parser.add_argument("--place", metavar="NAME", default="")


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--anyway", action="store_true", help="占用上课时间、节假日也照样保存")
    parser.add_argument("--urgent", default="", metavar="REASON", help="不合预约规则时的破例原因")


def main() -> None:
    log.guard(main=True)
    sys.exit(run())


if __name__ == "__main__":
    main()
