"""A child process of the benchmark: a roster from dry run to taken, and the return of a semester.

python -m psyroom.bench.bulk roster|return FOLDER [PUPILS]       prints one JSON object of seconds and counts
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Generator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from psyroom.practice import making
from psyroom.practice.pupils import make_pupils
from psyroom.records.students import SEXES

TODAY = date(2026, 11, 19)
Result = TypeVar("Result")


def drive(work: Generator[Any, Any, Result]) -> Result:
    while True:
        try:
            next(work)
        except StopIteration as done:
            result: Result = done.value
            return result


def timed(do: Callable[[], Result]) -> tuple[float, Result]:
    begun = time.perf_counter()
    result = do()
    return time.perf_counter() - begun, result


def peak_mb() -> float:
    """The most memory this process has held, in MB (Linux; 0 elsewhere). getrusage would count the parent's share too."""
    try:
        status = Path("/proc/self/status").read_text("ascii")
    except OSError:
        return 0.0
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def write_roster(path: Path, pupils: int) -> None:
    """A class teachers' roster as an xlsx: one sheet, a header, `pupils` rows of thirteen columns."""
    import xlsxwriter

    times = -(-pupils // 900)
    made = make_pupils(Random("benchmark roster"), times, 2026, TODAY)
    details = {row["id"]: row for row in made.details}
    book = xlsxwriter.Workbook(str(path), {"in_memory": True})
    sheet = book.add_worksheet("学生名册")
    head = "年级 班级 姓名 性别 学号 出生日期 身份证号 学籍号 监护人 关系 监护人电话 民族 住址".split()
    sheet.write_row(0, 0, head)
    for at, row in enumerate(made.students[:pupils], 1):
        more = details[row["id"]]
        words = [f"{row['cohort']}级", f"{row['class_no']}班", row["name"], SEXES[row["sex"]], row["number"]]
        words += [f"{more['born']:%Y-%m-%d}", more["id_number"], more["registry_number"], more["guardian"]]
        words += [more["guardian_relation"], more["guardian_phone"], more["ethnicity"], more["address"]]
        sheet.write_row(at, 0, words)
    book.close()


def roster(folder: Path, pupils: int) -> dict[str, float]:
    from psyroom.services import roster as service
    from psyroom.services.rooms import RoomSetup, make_room

    path = folder / "roster.xlsx"
    write_roster(path, pupils)
    setup = RoomSetup(
        "练习学校", "vocational", date(2026, 8, 31), "甲", "七步之外的灯", use_keyring=False, practice=True
    )
    room, _code = make_room(folder / "roster-room", setup)
    seconds, plan = timed(lambda: drive(service.plan(room, path)))
    taking, _ = timed(lambda: service.take(room, plan))
    again, second = timed(lambda: drive(service.plan(room, path)))
    room.close()
    counts = {"new": plan.as_json()["new"], "unchanged": second.as_json()["unchanged"]}
    return {"dry_run": seconds, "taken": taking, "again": again, "peak_mb": peak_mb(), **counts}


def the_return(folder: Path, pupils: int) -> dict[str, float]:
    from psyroom.services import returns, school

    times = -(-pupils // 900)
    room = drive(making.make_practice(folder / "return-room", times=times, today=TODAY))
    term = school.context(room).terms[-1].code
    out = folder / "out"
    out.mkdir()
    seconds, files = timed(lambda: drive(returns.make(room, "opening-summary", term, out)))
    room.close()
    return {"seconds": seconds, "files": len(files), "pupils": times * 900, "peak_mb": peak_mb()}


def main() -> None:
    what, folder, pupils = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    print(json.dumps(roster(folder, pupils) if what == "roster" else the_return(folder, pupils)))


if __name__ == "__main__":
    main()
