"""家校反馈单 of a class without a window: one PDF, noted in the register and counted as printed in the same act."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psyroom.commands.opening import Answer, WrongUse, open_room


def slips(options: Any) -> Answer:
    """The slips of a class in one file; everybody of it, so that a slip gives nobody away, or only who is owed one."""
    from psyroom.errors import Refused
    from psyroom.services import exports, feedback_slips, hours, rights, roll, school

    for name, given in (("--reason", options.reason), ("--to", options.receiver)):
        if not given.strip():
            raise WrongUse(f"请用 {name} 写明{'为什么拿出去' if name == '--reason' else '交给谁'}")
    out = Path(options.out)
    if out.suffix.lower() != ".pdf":
        raise WrongUse("请用 --out 写明存成哪个 PDF 文件，如 反馈单.pdf")
    with open_room(options) as room:
        rights.needs_counsellor(room)
        exports.check(options.reason, options.receiver)
        now = hours.local_now(room)
        key = roll.class_typed(school.context(room), options.class_word, now.date())
        students = feedback_slips.of_class(room, key, now, owed_only=options.owed_only) if key else []
        if not students:
            if not key:
                known = next((like for _, like, _, _ in roll.classes_of(room)), "七年级/1")
                raise Refused(why=f"没有“{options.class_word}”这个班，请写成像 {known} 这样。")
            owed = "没有要给家长反馈的学生" if options.owed_only else "没有在读学生"
            raise Refused(why=f"“{options.class_word}”{owed}。")
        made = feedback_slips.slips(room, students, now)
        again = sum(slip.again for slip in made.slips)
        (path,) = feedback_slips.leaving(
            room, made, out.absolute().parent, now, reason=options.reason, receiver=options.receiver, name=out.stem
        )
    answer = {"file": str(path), "class": key, "slips": len(students), "again": again}
    words = f"{path}\n{len(students)} 张家校反馈单" + (f"，其中 {again} 张是补发" if again else "")
    return 0, answer, f"{words}。文件没有加密，打印后请删掉。"
