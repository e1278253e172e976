"""A process that types a canary into every field it can reach, makes every export, and is killed in the middle of a save.

`python -m tests.safety.canaries PLACE`; what it leaves behind is looked at by `test_leaks`.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Generator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from psyroom import log
from psyroom.errors import Tell
from psyroom.records.fields import about
from psyroom.records.notes import NoteFields
from psyroom.records.students import LABELS, StudentDetailFields, StudentFields
from psyroom.rules.identity import complete
from tests.safety import talk_canaries

if TYPE_CHECKING:
    from psyroom.store.room import Room

SCHOOL = "鸮鸟中学"
CHILD = "金丝雀鸣"
PRIVATE = "云雀在上"
TEACHER = "夜莺老师"
SLIP = "鹧鸪声声"
DRAFT = "杜鹃夜啼"
PLACE = "鹡鸰之室"
PICTURE = "信天翁衔枝"
NOTE, ADDED, STEP, PHRASE, OWN, HOME, WORD = (
    "大雁说的话", "鸿雁补的话", "黄鹂下一步", "画眉常用语", "翠鸟不给人看", "喜鹊家里事", "信鸽门口话",
)  # fmt: skip
CAPTION, FILE, CONTENT = "燕子的画", "燕子原名", "燕子画里写的字"
REASON, RECEIVER, SEARCHED, UNSAVED, UNSEEN = "百灵为何要", "戴胜主任收", "大雁说的", "秧鸡还没存", "秧鸡自己看"
SESSIONS = (
    NOTE,
    ADDED,
    STEP,
    PHRASE,
    OWN,
    HOME,
    WORD,
    CAPTION,
    FILE,
    CONTENT,
    REASON,
    RECEIVER,
    SEARCHED,
    UNSAVED,
    UNSEEN,
)
PASSWORD, CHANGED = "白鹭飞过稻田七点半回家去", "大雁排成一行往南方飞去了"
NUMBER, PHONE = "430102201107158816", "13974512806"
SECOND_NUMBER, THIRD_NUMBER = complete("43010220110716882"), complete("43010220110717883")
EVERYWHERE = (SCHOOL, CHILD, PRIVATE, TEACHER, SLIP, DRAFT, PLACE, PICTURE, PASSWORD, CHANGED, NUMBER, PHONE, SECOND_NUMBER,
              THIRD_NUMBER, *SESSIONS, *talk_canaries.OF_TALKS, talk_canaries.REASON, talk_canaries.RECEIVER)  # fmt: skip
"""None of these may be read in any byte of a room, a temporary folder, a home, a log."""
OF_CHILDREN = (CHILD, PRIVATE, TEACHER, SLIP, DRAFT, PICTURE, NUMBER, PHONE)
"""Nor these in what goes out without names."""
NOW = datetime(2026, 9, 8, 12, 5)


def texts(model: Any, canary: str) -> dict[str, str]:
    """The canary in every text field of a set of fields, as long as the field takes it."""
    found = {}
    for name, field in model.model_fields.items():
        if field.annotation is str and not about(model, name)["choices"]:
            found[name] = canary * 8 if (about(model, name)["limit"] or 0) >= 32 else canary
    return found


def drained(work: Generator[Any, Any, Any]) -> Any:
    try:
        while True:
            next(work)
    except StopIteration as done:
        return done.value


def roster(path: Path) -> None:
    """A roster with the canary in every column, known, unknown and doubtful."""
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    page.append(["姓名", "性别", "班级", "学号", "身份证号", "监护人", "联系电话", "家庭住址", "民族", "备注", "特长"])
    row = [
        f"{CHILD}（离异）",
        "女",
        "2026级1班",
        SECOND_NUMBER,
        SECOND_NUMBER,
        PRIVATE,
        PHONE,
        PRIVATE * 9,
        PRIVATE,
        f"单亲，{PRIVATE}",
        PRIVATE,
    ]
    page.append(row)
    page.append([CHILD + "二", PRIVATE, "2026级1班", "G" + THIRD_NUMBER, "43010220110715881X", *row[5:]])
    page.append(["", "女", "2026级1班", *row[3:]])
    book.save(path)


def attach(room: Any, child: str) -> None:
    """Attachments with the canary in name, caption and content, put in, looked at, changed, deleted and brought back."""
    import zipfile
    from io import BytesIO

    from PIL import Image
    from reportlab.pdfgen import canvas

    from psyroom.services import attachments, history

    document, photo, letter = BytesIO(), BytesIO(), BytesIO()
    with zipfile.ZipFile(document, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", PICTURE * 40)
    Image.new("RGB", (400, 300), (200, 60, 60)).save(photo, "JPEG", comment=PICTURE.encode() * 40)
    paper = canvas.Canvas(letter, pageCompression=0)
    paper.setTitle(PICTURE)
    paper.showPage()
    paper.save()
    for name, made in (
        ("信.docx", document),
        ("画.jpg", photo),
        ("函.pdf", letter),
        ("坏.jpg", BytesIO(b"\xff\xd8\xff")),
    ):
        try:
            kept = attachments.add(
                room, PICTURE + name, made.getvalue(), student=child, caption=PICTURE, original=name == "画.jpg"
            )
        except Tell:
            continue
        content = attachments.data(room, kept.id)
        if kept.shown:
            attachments.small(room, kept.id, 100)
            attachments.drawn(kept, content, edge=400)
        attachments.change(room, kept.id, caption=PICTURE * 2)
        attachments.remove(room, kept.id)
        history.undo(room)


def watch_files(place: Path) -> None:
    """Say every file Python opens for writing that is not one of the room's, an export's, a copy's or the log; also one
    that is gone a moment later."""
    homes = tuple(str(place / name) for name in ("房间", "备份", "out", "config", "名册.xlsx"))

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], (str, bytes)):
            return
        path, mode, flags = os.fsdecode(arguments[0]), str(arguments[1] or ""), arguments[2] or 0
        writes = set(mode) & set("wax+") or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and not path.startswith((*homes, os.devnull)):
            sys.stdout.write(f"a file of its own: {path}\n")

    sys.addaudithook(hook)


def picture() -> bytes:
    """A photograph with words in it, as a camera leaves a comment."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "JPEG", comment=(CONTENT * 20).encode())
    return out.getvalue()


def said_in_session(room: Room, child: str, out: Path) -> None:
    """Everything of a session that can be written, looked for, changed, attached, printed and given out."""
    from psyroom.services import (
        attachments,
        background,
        backups,
        backups_back,
        desk_words,
        drafts,
        export_sheet,
        exports,
        note_papers,
        note_search,
        note_seen,
        note_versions,
        notes,
        phrases,
        private_notes,
        slips,
        timeline,
        timeline_print,
    )

    moment = datetime.now()  # a note locks by the clock of the chain, and this process's is the real one
    slips.write_slip(room, WORD, moment)
    values = {**texts(NoteFields, NOTE), "kind": "individual", "day": moment.date(), "visit": "", "place": ""}
    step = [notes.StepTyped(STEP, moment.date())]
    note = notes.add(room, values, [child], moment, private=OWN, steps=step)
    notes.change(room, note, {**values, "effect": NOTE * 300}, [child], moment, private=OWN * 2, steps=step)
    group = notes.add(room, {**values, "kind": "group", "topic": NOTE}, [child], moment, private=OWN)
    desk_words.take(room, desk_words.waiting(room)[0].id, child, moment, note)
    notes.sign(room, group, moment)
    notes.add_word(room, group, ADDED, moment)
    notes.unlock(room, group, REASON, moment)
    phrases.add(room, PHRASE)
    background.save(room, child, dict.fromkeys(("household", "events", "growth", "health", "mind"), HOME))
    private_notes.write(room, OWN, note=note, student=child, now=moment)
    drafts.save(room, "note", note, {**values, "words": UNSAVED, "private": private_notes.seal(room, UNSEEN)})
    whole = {"caption": CAPTION, "day": moment.date(), "original": True}
    kept = attachments.add(room, f"{FILE}.jpg", picture(), note=note, **whole)
    attachments.add(room, f"{FILE}.jpg", picture(), student=child, **whole)
    attachments.data(room, kept.id)
    for text in (SEARCHED, OWN[:3]):
        note_search.search(room, text)
    note_seen.seen(room, note, moment)
    versions = note_versions.of(room, note)
    note_versions.restore(room, note, versions[-1].deed, moment)
    timeline.of(room, child)
    made = {
        "一篇.pdf": note_papers.note(room, note, moment).pdf,
        "团体.pdf": note_papers.note(room, group, moment).pdf,
        "成长.pdf": note_papers.growth_file(room, child, tuple(note_papers.PARTS), now=moment).pdf,
        "经过.pdf": timeline_print.made(room, child, tuple(timeline.KINDS), moment, bodies=True).pdf,
    }
    exports.write(room, made, out / "names", kind="成长信息记录", students=[child], reason=REASON, receiver=RECEIVER)
    exports.write(
        room, {"密封.pdf": made["成长.pdf"]}, out / "sealed", kind="成长信息记录", students=[child], reason=REASON,
        receiver=RECEIVER, password=CHANGED,
    )  # fmt: skip
    exports.printed(room, made, kind="个别辅导记录", students=[child], reason=REASON, receiver=RECEIVER)
    export_sheet.sheet(room, now=moment)
    gone = notes.add(room, values, [child], moment, private=OWN)
    notes.remove(room, gone, moment)
    drained(backups.make(room))
    backups_back.preview(room, backups.listed(room)[0].path)


def main(place: Path) -> None:
    from psyroom.services import (
        bookings,
        copies,
        drafts,
        groups,
        ics,
        papers,
        people,
        returns,
        roll,
        rooms,
        roster_sheet,
        school,
        sheets,
        slips,
        students,
        visits,
        waiting,
    )
    from psyroom.services import roster as rosters
    from psyroom.store import keys

    keys.UNBOUND = keys.PRACTICE  # the cost of a guess is not what is looked at
    log.begin()
    roster(place / "名册.xlsx")
    watch_files(place)
    out = place / "out"
    setup = rooms.RoomSetup(SCHOOL, "vocational", date(2026, 8, 31), "甲", PASSWORD, campus=SCHOOL, use_keyring=False,
                            lessons=((480, 525),))  # fmt: skip
    room, code = rooms.make_room(place / "房间", setup)
    sheets.write_recovery(room, code, out / "恢复单.pdf")
    spot = school.add_place(room, PLACE)
    values = {**texts(StudentFields, CHILD), "stage": "vocational", "cohort": 2026, "class_no": 1}
    detail = {
        **texts(StudentDetailFields, PRIVATE),
        "id_number": NUMBER,
        "guardian_phone": PHONE,
        "born": date(2011, 7, 15),
    }
    child = students.add(room, values, detail, list(LABELS)[:3])
    students.change(room, child, {"number": CHILD}, {"address": PRIVATE * 7, "remark": PRIVATE * 20}, ["poor"])
    plan = drained(rosters.plan(room, place / "名册.xlsx"))
    if (plan.as_json()["new"], len(plan.as_json()["problems"])) < (2, 2):
        raise SystemExit(f"the roster did not come in: {plan.as_json()}")
    rosters.take(room, plan)
    roster_sheet.save_problems(room, plan, out / "names" / "待核实.xlsx")
    me = room.person.id
    when = {"day": date(2026, 9, 10), "starts": 720, "ends": 760, "person": me, "place": spot}
    bookings.book(room, {**when, "client": "teacher", "name": TEACHER}, NOW, anyway=True)
    when |= {"starts": 800, "ends": 840}
    booked = bookings.book(room, {**when, "client": "student", "student": child}, NOW, anyway=True)
    waiting.set_first(room, waiting.add(room, {"client": "teacher", "name": TEACHER}, (), NOW))
    waiting.add(room, {"client": "student", "student": child}, (), NOW)
    groups.set_topic(room, groups.add(room, {"leader": me}, [child], NOW.date()), PRIVATE)
    drafts.save(room, "student", child, {"remark": DRAFT})
    slips.write_slip(room, SLIP, NOW)
    attach(room, child)
    visits.walk_in(room, {"client": "student", "student": child}, NOW)
    people.add(room, "乙", "duty", CHANGED)
    people.change_password(room, PASSWORD, CHANGED)
    for refused in (
        lambda: students.add(room, {**values, "class_no": 99, "stage": CHILD}, detail),
        lambda: people.change_password(room, CHILD, CHILD),
        lambda: bookings.cancel(room, booked.id, CHILD),
        lambda: drained(rosters.plan(room, out / CHILD)),
    ):
        try:
            refused()
        except Tell:
            continue
        raise SystemExit("something that should be refused was taken")
    try:  # a bug, as the command line and the window note it
        with room.write("改") as deed:
            deed.raw.execute("UPDATE cases.student_detail SET id = ? WHERE id = ?", (CHILD, child))
            deed.raw.execute("INSERT INTO main.student (id, name) VALUES (?, ?)", (child, CHILD))
    except Exception as error:
        log.bug(error)
    try:
        {}[CHILD]
    except KeyError as error:
        log.bug(error)
    drained(returns.make(room, "opening-summary", "2026-1", out / "nameless"))
    for made in (sheets.week(room, NOW.date()), sheets.term_log(room, "2026-1")):
        (out / "nameless" / f"{made.name}.pdf").write_bytes(made.pdf)
        (out / "nameless" / f"{made.name}.xlsx").write_bytes(made.xlsx or b"")
    (out / "names" / "名单.pdf").write_bytes(sheets.tomorrow(room, date(2026, 9, 10)).pdf)
    days = (date(2026, 9, 7), date(2026, 9, 13))
    for made in (papers.booking_slips(room, *days), papers.class_slips(room, *days)):
        (out / "names" / f"{made.name}.pdf").write_bytes(made.pdf)
    for made in (papers.door_week(room, days[0]), papers.day_sheet(room, days[1])):
        (out / "nameless" / f"{made.name}.pdf").write_bytes(made.pdf)
    ics.write(room, out / "nameless" / "日程.ics", me, *days, NOW)
    said_in_session(room, child, out)
    others = [entry.id for entry in roll.everybody(room) if entry.id != child]
    talk_canaries.said_of_everyone(room, child, others[-2:], out / "talks", NOW)
    drained(copies.copy(room, place / "备份"))
    with room.write("导入名册") as deed:
        for schema in room.schemas:
            deed.raw.execute(f"PRAGMA {schema}.cache_size = 10")  # pages spill into the files before the commit
        deed.raw.execute("UPDATE cases.student_detail SET address = ?", (PRIVATE * 9000,))
        deed.raw.execute("UPDATE main.student SET number = ?", (CHILD * 9000,))
        deed.raw.execute("PRAGMA temp.cache_size = 10")
        deed.raw.execute("CREATE TEMP TABLE sorted AS SELECT * FROM cases.student_detail ORDER BY address")
        deed.raw.execute("SELECT address FROM cases.student_detail GROUP BY address ORDER BY remark").fetchall()
        links = [os.readlink(entry.path) for entry in os.scandir("/proc/self/fd") if os.path.lexists(entry.path)]
        for link in links:  # a temporary file of SQLite's has no name any more
            if "deleted" in link or str(place / "temp") in link:
                sys.stdout.write(f"an open temporary file: {link}\n")
        sys.stdout.write("in the middle\n")
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
