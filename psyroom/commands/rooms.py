"""A room as a whole: making, checking, copying, bringing back, a practice school."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psyroom.commands.opening import Answer, WrongUse, code_of, drive, folder_of, note, open_room, secret
from psyroom.errors import Refused

if TYPE_CHECKING:
    from psyroom.store.room import Room


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


def room_new(options: Any) -> Answer:
    from psyroom.records.school import REGIONS, STAGES
    from psyroom.services import rooms

    folder = folder_of(options)
    sheet = _check_can_write(options.recovery_out, folder)
    stage = code_of(STAGES, options.stage, "学段")
    region = code_of(REGIONS, options.region, "地区")
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
        password=secret("PSYROOM_PASSWORD", "密码："),
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
        room = open_room(options)
    except Damaged as damaged:
        findings = [{"what": "damaged", "sentence": str(damaged)}]
    else:
        try:
            findings = [{"what": f.what, "sentence": f.sentence} for f in drive(checking.check(room))]
        finally:
            room.close()
    words = "\n".join(f["sentence"] for f in findings) or "检查完毕，没有发现问题。"
    return (1 if findings else 0), {"ok": not findings, "findings": findings}, words


def copy(options: Any) -> Answer:
    from psyroom.services import copies

    with open_room(options) as room:
        made = drive(copies.copy(room, Path(options.to)))
    return 0, {"copy": str(made)}, f"备份好并核对过了：{made}"


def bring_back(options: Any) -> Answer:
    from psyroom.services import copies

    if not options.as_name:
        raise WrongUse("请用 --as NAME 指明由谁来恢复")
    folder = folder_of(options)
    sheet = _check_can_write(options.recovery_out, folder)
    code = secret("PSYROOM_RECOVERY", "恢复码：")
    password = secret("PSYROOM_NEW_PASSWORD", "新密码：")
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
    room = drive(making.make_practice(folder, times=options.times, today=options.today, password=password))
    room.close()
    return 0, {"room": str(folder), "people": ["甲", "乙"]}, f"练习学校建好了：{folder}（甲：心理教师，乙：值班）。"
