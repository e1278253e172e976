"""What each sub-command does: opens the room, calls one service, says what came of it. Heavy imports happen inside."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from psyroom.errors import NoRoom, Refused

if TYPE_CHECKING:
    from psyroom.store.room import Room

Result = TypeVar("Result")
Answer = tuple[int, Any, str]
"""Exit code, the JSON answer, the same for a person's eyes."""


class WrongUse(Exception):
    """The command was called without something it needs; the message says what, in Chinese."""


def note(sentence: str) -> None:
    """Something to know beside the answer, on standard error; nothing where it was closed."""
    if sys.stderr is not None:
        sys.stderr.write(sentence + "\n")


def _code_of(choices: dict[str, str], text: str, what: str) -> str:
    """A choice by its code or its label."""
    for code, label in choices.items():
        if text in (code, label):
            return code
    raise Refused(why=f"没有“{text}”这个{what}，可用的有：{'、'.join(choices.values())}。")


# ---- opening --------------------------------------------------------------------------------------------------


def _secret(variable: str, question: str) -> str:
    if (given := os.environ.get(variable)) is not None:
        try:  # the same bytes are the same password, whatever the locale makes of them
            return os.fsencode(given).decode("utf-8")
        except UnicodeError:
            if given.isprintable():
                return given
            raise Refused(why=f"环境变量 {variable} 里的文字读不出来，请用 UTF-8 编码。") from None
    if sys.stdin is not None and sys.stdin.isatty():
        import getpass

        return getpass.getpass(question)
    raise Refused(why=f"没有给出{question.rstrip('：')}，请先设置环境变量 {variable}。")


def _folder(options: Any) -> Path:
    if not options.room:
        raise WrongUse("请用 --room DIR 指明辅导室所在的文件夹")
    return Path(options.room)


def _open(options: Any) -> Room:
    from psyroom.store import roomfile
    from psyroom.store.opening import open_room

    folder = _folder(options)
    if not roomfile.names(folder):
        raise NoRoom(folder=str(folder))
    room = open_room(folder, options.as_name, _secret("PSYROOM_PASSWORD", "密码："))
    room.clock_confirmed = options.clock_ok
    return room


def _drive(work: Generator[Any, Any, Result]) -> Result:
    """Run slow work to its end without showing progress."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            value: Result = done.value
            return value


def _check_can_write(text: str, folder: Path) -> Path:
    """The place for the recovery sheet, looked at before anything is made: never in the room it opens."""
    target = Path(text)
    if target.suffix.lower() not in (".pdf", ".txt"):
        raise Refused(why="恢复单请存成 .pdf 或 .txt 文件。")
    if Path(os.path.realpath(target)).is_relative_to(os.path.realpath(folder)):
        raise Refused(why="恢复单不能放在辅导室自己的文件夹里，请存到别的地方。")
    if not target.absolute().parent.is_dir():
        raise Refused(why=f"恢复单要存放的文件夹“{target.absolute().parent}”不存在，请先建好。")
    if target.is_dir() or not os.access(target.absolute().parent, os.W_OK):
        raise Refused(why=f"恢复单写不进“{target}”，请换一个位置。")
    return target


def _hand_over_sheet(room: Room, target: Path, code: str) -> None:
    """Save the recovery sheet; where it cannot be saved, the room just made is taken away again."""
    from psyroom.services import rooms, sheets

    try:
        sheets.write_recovery(room, code, target)
    except BaseException:
        rooms.unmake(room)
        raise


# ---- deeds ----------------------------------------------------------------------------------------------------


def room_new(options: Any) -> Answer:
    from psyroom.records.school import REGIONS, STAGES
    from psyroom.services import rooms

    folder = _folder(options)
    sheet = _check_can_write(options.recovery_out, folder)
    stage = _code_of(STAGES, options.stage, "学段")
    region = _code_of(REGIONS, options.region, "地区")
    setup = rooms.RoomSetup(
        school_name=options.school,
        campus=options.campus,
        stage=stage,
        system={"六三": "63", "五四": "54"}.get(options.system, options.system),
        region=region,
        term_starts=options.term_start,
        weeks=options.weeks,
        lessons=options.lessons,
        study=options.study,
        counsellor=options.counsellor,
        password=_secret("PSYROOM_PASSWORD", "密码："),
        use_keyring=False if options.keyring == "off" else None,
    )
    room, code = rooms.make_room(folder, setup)
    try:
        _hand_over_sheet(room, sheet, code)
        if not room.has_secret and options.keyring != "off":
            note("这台电脑没有可用的密钥环：辅导室照常建好，但只靠密码保护，请把密码设得长一些。")
        if warning := rooms.region_warning(region, stage):
            note(warning)
    finally:
        room.close()
    answer = {"room": str(folder), "recovery": str(sheet), "room_secret": room.has_secret}
    return 0, answer, f"辅导室建好了：{folder}。恢复单：{sheet}，请打印后封存。"


def room_check(options: Any) -> Answer:
    from psyroom.errors import Damaged
    from psyroom.store import checking

    try:
        room = _open(options)
    except Damaged as damaged:
        findings = [{"what": "damaged", "sentence": str(damaged)}]
    else:
        try:
            findings = [{"what": f.what, "sentence": f.sentence} for f in _drive(checking.check(room))]
        finally:
            room.close()
    words = "\n".join(f["sentence"] for f in findings) or "检查完毕，没有发现问题。"
    return (1 if findings else 0), {"ok": not findings, "findings": findings}, words


def people_add(options: Any) -> Answer:
    from psyroom.services import people

    new = _secret("PSYROOM_NEW_PASSWORD", "新密码：")
    with _open(options) as room:
        made = people.add(room, options.name, options.role, new)
    return 0, {"id": made, "name": options.name, "role": options.role}, f"已添加{options.name}。"


def roster_import(options: Any) -> Answer:
    from psyroom.services import roster

    with _open(options) as room:
        plan = _drive(roster.plan(room, Path(options.file)))
        if not options.dry_run:
            roster.take(room, plan)
        answer = plan.as_json()
    words = "新增 {new}，改动 {changed}，不变 {unchanged}，重复 {repeated}".format(**answer)
    lines = [f"{p['sheet']} 第 {p['row']} 行：{p['reason']}" for p in answer["problems"]]
    return 0, answer, "\n".join([words, *lines])


def students_find(options: Any) -> Answer:
    from psyroom.records.students import SEXES
    from psyroom.services import students
    from psyroom.store.questions import students as ask

    with _open(options) as room:
        found = students.find(room, options.text, limit=10_000)
        details: dict[str, Any] = {}
        if room.has_cases:
            with room.read() as session:
                details = ask.details(session, [f.id for f in found])
    answer = []
    for entry in found:
        row = details.get(entry.id)
        answer.append(
            {
                "id": entry.id,
                "name": entry.name,
                "sex": SEXES[entry.sex],
                "born": row.born.isoformat() if row and row.born else "",
                "grade": entry.class_key.partition("/")[0],
                "class_no": entry.class_no,
                "number": entry.number,
                "status": entry.status,
                "id_number": row.id_number if row else "",
                "student_number": row.registry_number if row else "",
                "guardian": row.guardian if row else "",
                "guardian_phone": row.guardian_phone if row else "",
            }
        )
    words = "\n".join(f"{e.class_name} {e.name} {SEXES[e.sex]} {e.number}".rstrip() for e in found) or "没有找到。"
    return 0, answer, words


def undo(options: Any) -> Answer:
    from psyroom.services import history

    with _open(options) as room:
        done = history.undo(room, options.deed)
    words = f"已撤销“{done.label}”。"
    if done.kept:
        words += f"有 {len(done.kept)} 名学生之后被改动过，仍保留：{'、'.join(done.kept)}。"
    return 0, {"undone": done.label, "kept": done.kept}, words


def openings_import(options: Any) -> Answer:
    from psyroom.services import ledger

    with _open(options) as room:
        done = ledger.import_ledger(room, Path(options.file), dry_run=options.dry_run)
        answer = done.as_json()
    words = "新增 {new}，已有 {unchanged}，重复 {repeated}".format(**answer)
    lines = [f"{p['sheet']} 第 {p['row']} 行：{p['reason']}" for p in answer["problems"]]
    return 0, answer, "\n".join([words, *lines])


def hours(options: Any) -> Answer:
    from psyroom.services import hours, school

    with _open(options) as room:
        context = school.context(room)
        term = context.term(options.term) if options.term else context.term_on(room.today())
        weeks = hours.weeks(room, term)
    answer = [
        {
            "week": w.week,
            "starts": w.starts.isoformat(),
            "outside_lessons_minutes": w.outside_lessons_minutes,
            "open_minutes": w.open_minutes,
            "target_minutes": w.target_minutes,
            "calendar_assumed": w.calendar_assumed,
        }
        for w in weeks
    ]
    lines = [
        f"第{w.week}周 {w.starts} 课外 {w.outside_lessons_minutes} 分钟，全部 {w.open_minutes} 分钟"
        + (f"，目标 {w.target_minutes}" if w.target_minutes is not None else "")
        + ("（节假日安排未确认）" if w.calendar_assumed else "")
        for w in weeks
    ]
    return 0, answer, "\n".join(lines)


def return_list(options: Any) -> Answer:
    from psyroom.services import returns

    with _open(options) as room:
        answer = [{"name": r.code, "title": r.title} for r in returns.list_returns(room)]
    return 0, answer, "\n".join(f"{r['name']}  {r['title']}" for r in answer)


def return_make(options: Any) -> Answer:
    from psyroom.services import returns

    with _open(options) as room:
        files = [str(f) for f in _drive(returns.make(room, options.name, options.term, Path(options.out)))]
    return 0, {"files": files}, "\n".join(files)


def copy(options: Any) -> Answer:
    from psyroom.services import copies

    with _open(options) as room:
        made = _drive(copies.copy(room, Path(options.to)))
    return 0, {"copy": str(made)}, f"备份好并核对过了：{made}"


def bring_back(options: Any) -> Answer:
    from psyroom.services import copies

    if not options.as_name:
        raise WrongUse("请用 --as NAME 指明由谁来恢复")
    folder = _folder(options)
    sheet = _check_can_write(options.recovery_out, folder)
    code = _secret("PSYROOM_RECOVERY", "恢复码：")
    password = _secret("PSYROOM_NEW_PASSWORD", "新密码：")
    room, fresh = copies.bring_back(
        Path(options.copy),
        folder,
        code,
        options.as_name,
        password,
        use_keyring=False if options.keyring == "off" else None,
    )
    try:
        _hand_over_sheet(room, sheet, fresh)
        stranded = list(room.stranded)
    finally:
        room.close()
    if stranded:
        note(f"这台电脑没有可用的密钥环，{'、'.join(stranded)}需要重新设置密码。")
    return 0, {"room": str(folder), "recovery": str(sheet)}, f"恢复好了：{folder}。新的恢复单：{sheet}，旧的请作废。"


def demo(options: Any) -> Answer:
    from psyroom.practice import making

    password = os.environ.get("PSYROOM_PASSWORD") or making.PASSWORD
    folder = Path(options.folder)
    room = _drive(making.make_practice(folder, times=options.times, today=options.today, password=password))
    room.close()
    return 0, {"room": str(folder), "people": ["甲", "乙"]}, f"练习学校建好了：{folder}（甲：心理教师，乙：值班）。"
