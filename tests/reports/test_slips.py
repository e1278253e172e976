"""Slips, class notes, the door's timetable and the day sheet say what they should and fit where they should."""

from __future__ import annotations

import re
import subprocess

import pypdfium2
import pytest

from psyroom.reports import preview
from psyroom.reports.day_sheet import CAME, VISITS, WHO, ExpectedVisit, PlannedDuty, day_sheet
from psyroom.reports.door import CLOSED, DoorBand, DoorDay, door_sheet
from psyroom.reports.paper import PRACTICE_TAG
from psyroom.reports.slips import NOBODY, BookingSlip, LetGo, booking_slips, class_slips

LONG = "阿卜杜热依木·买买提艾力·吐尔逊江二十字"
SCHOOL = "长治市襄垣县第一高级中学东校区附属初级中学部"


def words(pdf: bytes) -> str:
    """The text as pdftotext lays it out, blanks folded."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return "\n".join(" ".join(line.split()) for line in done.stdout.decode("utf-8").splitlines() if line.strip())


def slip(name: str = "张晓雨", person: str = "陈老师", **more: bool) -> BookingSlip:
    return BookingSlip(name, "七年级1班", "11月24日 周二", "12:20—13:00", "个别辅导室", person, **more)


def beyond(pdf: bytes, left: float, right: float) -> list[str]:
    """Characters that stand outside these bounds (points from the left edge), page after page."""
    document, found = pypdfium2.PdfDocument(pdf), []
    for page in document:
        text = page.get_textpage()
        for at in range(text.count_chars()):
            x0, _y0, x1, _y1 = text.get_charbox(at)
            if x1 > x0 and (x0 < left or x1 > right):
                found.append(text.get_text_range(at, 1))
    return [c for c in found if c.strip()]


def test_a_slip_says_who_when_where_and_whom_to_look_for() -> None:
    pdf, missing = booking_slips(SCHOOL, [slip()])
    said = words(pdf)
    assert missing == "" and preview.count(pdf) == 1
    lines = (
        "姓名 张晓雨",
        "班级 七年级1班",
        "日期 11月24日 周二",
        "时间 12:20—13:00",
        "地点 个别辅导室",
        "找谁 陈老师",
    )
    assert all(line in said for line in lines)
    flat = re.sub(r"\s", "", said)
    assert "到了敲敲门就好" in flat and "开始前告诉陈老师一声" in flat
    assert "不用跑一趟" in words(booking_slips(SCHOOL, [slip(comes=False)])[0])
    assert not any(word in said for word in ("心理", "咨询", "关注", "原因"))


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (4, 1), (5, 2), (40, 10)])
def test_four_stand_on_a_page(count: int, pages: int) -> None:
    pdf, _ = booking_slips(SCHOOL, [slip(f"学生{n:02d}") for n in range(count)])
    assert preview.count(pdf) == pages
    document = pypdfium2.PdfDocument(pdf)
    for at, page in enumerate(document):
        said = page.get_textpage().get_text_bounded()
        names = {f"学生{n:02d}" for n in range(count) if f"学生{n:02d}" in said}
        assert names == {f"学生{n:02d}" for n in range(at * 4, min(at * 4 + 4, count))}
    if not count:
        assert NOBODY in words(pdf)


def test_long_and_rare_names_stay_within_their_quarter() -> None:
    pdf, missing = booking_slips(
        SCHOOL * 2, [slip(LONG, LONG), slip("𬱖䶮", LONG), slip("\U00030000𰻝", LONG), slip(LONG)]
    )
    assert "𬱖䶮" in preview.text(pdf)
    assert set(missing) <= {"\U00030000", "𰻝"} and preview.text(pdf).count("〓") == len(missing)
    half = preview.sizes(pdf)[0][0] / 2
    document = pypdfium2.PdfDocument(pdf)
    text = document[0].get_textpage()
    for at in range(text.count_chars()):
        x0, _y0, x1, _y1 = text.get_charbox(at)
        assert x1 <= x0 or not x0 < half - 8 < x1 and not half - 8 < x0 < half + 8, text.get_text_range(at, 1)
    assert not beyond(pdf, 20, half * 2 - 20)


def test_class_notes_part_the_classes_and_say_when_to_let_go() -> None:
    classes = [
        (f"七年级{n}班", [LetGo(f"学生{n}{i}", "11月24日 周二", "12:20", "13:00", "到校内找陈老师") for i in range(n)])
        for n in range(1, 9)
    ]
    pdf, missing = class_slips("青山学校", "11月24日 周二", classes)
    said = words(pdf)
    assert missing == "" and preview.count(pdf) == 3
    assert said.count("沿此线裁开") >= 5 and said.count("谢谢您") == 8
    assert all(f"学生8{i} 11月24日 周二 12:20 13:00 到校内找陈老师" in said for i in range(8))
    assert not any(word in said for word in ("心理", "辅导", "咨询", "关注", "预约"))
    assert NOBODY in words(class_slips("青山学校", "11月24日 周二", [])[0])


def test_the_door_says_days_hours_people_and_holidays_on_one_page() -> None:
    bands = (DoorBand("12:05—13:45", "陈老师"), DoorBand("16:20—17:40", "陈老师、王老师"))
    days = [DoorDay(f"周{w}", f"11月{23 + n}日", bands) for n, w in enumerate("一二三")]
    days += [DoorDay("周四", "11月26日", (), "国庆节"), DoorDay("周五", "11月27日")]
    pdf, missing = door_sheet(SCHOOL, "第13周　11月23日—11月29日", days)
    said = words(pdf)
    assert missing == "" and preview.count(pdf) == 1
    assert all(w in said for w in (SCHOOL, "第13周", "16:20—17:40 陈老师、王老师", f"国庆节 {CLOSED}", "12356"))
    assert "怎么约" in said


def test_the_fullest_door_fits_a_page_and_its_frame() -> None:
    people = "王老师、欧阳老师、李老师、赵老师、阿卜杜热依木老师"
    bands = tuple(DoorBand(f"{h:02d}:00—{h:02d}:50", people) for h in (7, 9, 12, 16, 18, 20))
    days = [DoorDay(f"周{w}", f"11月{23 + n}日", bands) for n, w in enumerate("一二三四五六日")]
    pdf, _ = door_sheet(SCHOOL * 2, "第13周　11月23日—11月29日", days)
    assert preview.count(pdf) == 1 and words(pdf).count("20:00—20:50") == 7
    assert not beyond(pdf, 48, preview.sizes(pdf)[0][0] - 48)


def test_the_day_sheet_has_room_to_write_and_prints_in_who_is_expected() -> None:
    planned = [PlannedDuty("陈老师", "12:05—13:45")]
    blank, missing = day_sheet(SCHOOL, "2026年11月24日　周二", planned)
    said = words(blank)
    assert missing == "" and preview.count(blank) == 1
    assert "1 陈老师 12:05—13:45" in said and re.sub(r"\s", "", said).count("学生家长教师团体") >= 8
    assert "日期：2026年11月24日" in said and "按纸质记录补录" in said
    one = ExpectedVisit("12:20—13:00", "张晓雨", "七年级1班", "学生", "陈老师")
    filled = words(day_sheet(SCHOOL, "2026年11月24日　周二", planned, [one])[0])
    assert "1 12:20—13:00 张晓雨 七年级1班 学生" in filled
    many, _ = day_sheet(SCHOOL, "2026年11月24日　周二", planned, [one] * 40)
    assert preview.count(many) >= 3 and words(many).count("张晓雨") == 40
    assert re.sub(r"\s", "", words(many)).count(re.sub(r"\s", "", WHO)) >= 3, "there is room for more"
    assert CAME.split("　") == ["来了", "迟到", "没来"] and len(VISITS) == 10


def test_every_practice_print_says_so() -> None:
    made = (
        booking_slips(SCHOOL, [slip()] * 9, True)[0],
        class_slips(SCHOOL, "11月24日", [("七年级1班", [LetGo("张晓雨", "x", "1", "2", "y")])] * 9, True)[0],
        door_sheet(SCHOOL, "x", [DoorDay("周一", "x")], True)[0],
        day_sheet(SCHOOL, "x", [], (), True)[0],
    )
    for pdf in made:
        assert preview.text(pdf).count(PRACTICE_TAG) == preview.count(pdf)
