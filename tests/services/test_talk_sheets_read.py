"""The sheets read back, as thirty class teachers hand them in: each way of filling, changing and saving is answered."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from psyroom.errors import Refused
from psyroom.records.talks import Talk, TalkExcuse, TalkReceipt, TalkSheet
from psyroom.rules.talk_sheet import HEADERS, HIDDEN, SHEET
from psyroom.services import students
from psyroom.services.history import undo
from psyroom.store.history import deeds, last_deed
from psyroom.store.room import Room
from tests.services.talk_sheet_school import (
    DAY,
    count,
    fill_school,
    filled,
    opened,
    put,
    read,
    row,
    row_of,
    sheet_of,
    sheets_out,
    stored,
    table,
    take,
    the_file,
)

DAY_READ = date(2026, 10, 12)
WHOLE = {
    "day": "10.12", "talker": "孙丽", "way": "电话", "theme": "学习情况", "points": "约好周三答疑", "follow_up": "是",
}  # fmt: skip


@pytest.fixture
def children(room: Room) -> dict[str, str]:
    return fill_school(room)


@pytest.fixture
def path(room: Room, children: dict[str, str], tmp_path: Path) -> Path:
    """The sheet of class 3, without password."""
    return sheet_of(room, tmp_path)


# ---- what is brought in -------------------------------------------------------------------------------------------


def test_partly_filled(room: Room, children: dict[str, str], path: Path) -> None:
    filled(path, {"安宁": WHOLE, "白帆": {"day": "10月13日"}, "曹一诺": {"excuse": "长期请假"}})
    dry = read(room, path)
    assert count(dry) == (3, 0, 0, 0) and dry.missing_classes == ("2026级/2",)
    file = the_file(dry)
    assert (file.class_key, file.class_name) == ("2026级/3", "2026级3班")
    assert [(r.row, r.name, r.state) for r in file.rows] == [
        (3, "安宁", "new"), (4, "白帆", "new"), (5, "曹一诺", "new"), (6, "丁浩然", "blank"),
    ]  # fmt: skip
    assert dict(row(dry, "安宁").after) == {
        "day": DAY_READ, "talker": "孙丽", "way": "telephone", "theme": "学习情况", "points": "约好周三答疑", "follow_up": True,
    }  # fmt: skip
    assert row(dry, "白帆").said == ("谈话人空着，记作班主任赵敏", "方式空着，记作面谈")
    taken = take(room, dry)
    assert (taken.new, taken.changed, taken.unchanged, taken.problems, len(taken.receipts)) == (3, 0, 0, 0, 1)
    first, second = sorted(stored(room, Talk), key=lambda talk: talk.day)
    (sheet,) = [one for one in stored(room, TalkSheet) if one.class_no == 3]
    assert (first.student, first.day, first.talker, first.origin, first.sheet, first.person) == (
        children["安宁"], DAY_READ, "孙丽", "sheet", sheet.id, room.person.id,
    )  # fmt: skip
    assert (second.talker, second.way, second.follow_up) == ("赵敏", "face", False)
    (excuse,) = stored(room, TalkExcuse)
    assert (excuse.student, excuse.reason, excuse.term) == (children["曹一诺"], "长期请假", "2026-1")


def test_a_dry_run_writes_nothing_and_taking_can_be_undone(room: Room, path: Path) -> None:
    filled(path, {"安宁": WHOLE, "曹一诺": {"excuse": "长期请假"}})
    before = len(deeds(room))
    dry = read(room, path)
    assert len(deeds(room)) == before and not stored(room, Talk) and not stored(room, TalkReceipt)
    taken = take(room, dry)
    done = last_deed(room)
    assert done is not None and (done.id, done.what) == (taken.deed, "读入班主任登记表")
    with room.read() as session:
        from psyroom.store.connection import raw_of

        raw = raw_of(session)
        assert raw.execute("SELECT count(*) FROM main.deed WHERE id = ?", (taken.deed,)).fetchone() == (0,)
    undo(room)
    assert not stored(room, Talk) and not stored(room, TalkExcuse) and not stored(room, TalkReceipt)
    assert count(read(room, path)) == (2, 0, 0, 0)


def test_the_same_sheet_twice(room: Room, path: Path) -> None:
    filled(path, {"安宁": WHOLE, "白帆": {"day": DAY}, "曹一诺": {"excuse": "长期请假"}})
    take(room, read(room, path))
    again = read(room, path)
    assert count(again) == (0, 0, 3, 0)
    before = len(stored(room, Talk))
    take(room, again)
    assert len(stored(room, Talk)) == before and len(stored(room, TalkReceipt)) == 2


def test_a_corrected_row_is_changed_and_an_empty_one_deletes_nothing(room: Room, path: Path) -> None:
    filled(path, {"安宁": WHOLE, "白帆": {"day": DAY, "points": "聊了作息"}, "曹一诺": {"excuse": "长期请假"}})
    take(room, read(room, path))
    filled(path, {
        "安宁": {"day": "10月14日", "points": ""}, "白帆": {"day": "", "points": ""}, "曹一诺": {"excuse": "住院或休养"},
    })  # fmt: skip
    dry = read(room, path)
    assert count(dry) == (0, 2, 0, 0)
    changed = row(dry, "安宁")
    assert (changed.before["day"], changed.after["day"]) == (DAY_READ, date(2026, 10, 14))
    assert changed.after["points"] == "约好周三答疑", "an empty cell leaves what stands"
    assert (row(dry, "曹一诺").before, row(dry, "曹一诺").after) == ({"excuse": "长期请假"}, {"excuse": "住院或休养"})
    take(room, dry)
    assert {talk.day for talk in stored(room, Talk)} == {DAY_READ, date(2026, 10, 14)} and len(stored(room, Talk)) == 2
    assert [excuse.reason for excuse in stored(room, TalkExcuse)] == ["住院或休养"]


def test_another_sheet_of_the_class_brings_the_same_talk_once(room: Room, path: Path, tmp_path: Path) -> None:
    filled(path, {"安宁": WHOLE})
    take(room, read(room, path))
    other = filled(sheet_of(room, tmp_path / "later"), {"安宁": WHOLE, "白帆": WHOLE})
    dry = read(room, other)
    assert count(dry) == (1, 0, 1, 0)
    filled(other, {"安宁": {"points": "另写一句"}})
    assert count(read(room, other)) == (1, 1, 0, 0)


# ---- sheets that were changed ---------------------------------------------------------------------------------------


def test_sorted_anew_with_columns_moved_and_one_more(room: Room, path: Path, tmp_path: Path) -> None:
    page = opened(path)[SHEET]
    put(page, "安宁", **WHOLE)
    rows = [[cell.value for cell in line[:9]] for line in page.iter_rows(min_row=2, max_row=6)]
    order = [
        "家长电话",
        "姓名",
        "未谈原因",
        "谈话日期",
        "学号",
        "谈话人",
        "方式",
        "备 注",
        "主题",
        "要点",
        "是否需跟进",
    ]
    body = [
        [
            dict(zip(HEADERS, line, strict=True)).get(head, "13900000000" if head == "家长电话" else None)
            for head in order
        ]
        for line in reversed(rows)
    ]
    moved = table(tmp_path / "moved.xlsx", body, order)
    dry = read(room, moved)
    assert count(dry) == (1, 0, 0, 0) and row(dry, "安宁").row == 5
    assert row(dry, "安宁").after["points"] == WHOLE["points"]
    assert the_file(dry).notes == ("多出来的“家长电话”一列没有读",)


def test_pasted_rows_below_and_rows_deleted(room: Room, path: Path) -> None:
    def change(book: Any) -> None:
        page = book[SHEET]
        page.delete_rows(row_of(page, "白帆"))
        for at, line in enumerate(
            (["20260302", "白帆", DAY], ["", "戚薇", DAY], ["", "", "", "", "", "", "班主任签字"])
        ):
            for place, value in enumerate(line, 1):
                page.cell(40 + at, place).value = value

    filled(path, {"安宁": WHOLE}, change=change)
    dry = read(room, path)
    assert count(dry) == (2, 0, 0, 2)
    assert row(dry, "白帆").row == 40 and row(dry, "戚薇").state == "problem"
    assert "不知道是谁" in the_file(dry).rows[-1].reason


def test_a_newcomer_may_be_written_below(room: Room, path: Path) -> None:
    values = {"name": "新来", "number": "20260399", "stage": "vocational", "cohort": 2026, "class_no": 3}
    students.add(room, values, {})

    def change(book: Any) -> None:
        for place, value in enumerate(("20260399", "新来", DAY), 1):
            book[SHEET].cell(7, place).value = value

    filled(path, {}, change=change)
    assert row(read(room, path), "新来").state == "new"


def test_the_example_and_repeated_heads_are_no_rows(room: Room, path: Path) -> None:
    def change(book: Any) -> None:
        page = book[SHEET]
        for place in range(1, 10):
            page.cell(20, place).value = page.cell(2, place).value
            page.cell(21, place).value = HEADERS[place - 1]

    filled(path, {"安宁": WHOLE}, change=change)
    dry = read(room, path)
    assert count(dry) == (1, 0, 0, 0) and len(the_file(dry).rows) == 4


def test_without_the_hidden_sheet(room: Room, path: Path) -> None:
    filled(path, {"安宁": WHOLE}, change=lambda book: book.remove(book[HIDDEN]))
    dry = read(room, path)
    (sheet,) = [one for one in stored(room, TalkSheet) if one.class_no == 3]
    assert count(dry) == (1, 0, 0, 0) and (the_file(dry).class_key, the_file(dry).sheet) == ("2026级/3", sheet.id)
    take(room, dry)
    assert count(read(room, path)) == (0, 0, 1, 0)


def test_the_hidden_sheet_is_not_believed(room: Room, path: Path, tmp_path: Path) -> None:
    """One that names another class's sheet brings that class's children in and no others."""
    (other,) = [one for one in stored(room, TalkSheet) if one.class_no == 2]

    def change(book: Any) -> None:
        for line in book[HIDDEN].iter_rows():
            if line[0].value == "sheet":
                line[1].value = other.id
            if line[0].value == "class":
                line[1].value = "2026级/9"

    filled(path, {"安宁": WHOLE}, change=change)
    dry = read(room, path)
    assert count(dry) == (0, 0, 0, 1) and "不是这个班的学生" in row(dry, "安宁").reason


def test_another_semesters_another_schools(
    room: Room, children: dict[str, str], path: Path, new_room: Any, tmp_path: Path
) -> None:
    from psyroom.services import school

    filled(path, {"安宁": WHOLE})
    other = new_room(school_name="别处的学校")
    fill_school(other)
    (file,) = read(other, path).files
    assert "别的学校" in file.refused and not file.rows and file.name in file.refused
    school.set_term(room, {"year": 2026, "half": 2, "starts": date(2027, 3, 1), "weeks": 20})
    later = datetime(2027, 3, 10, 12)
    room.now = lambda: later.astimezone(UTC)
    dry = read(room, path, now=later)
    (file,) = dry.files
    assert "2026—2027学年第一学期" in file.refused and count(dry) == (0, 0, 0, 1)
    late = read(room, path, now=later, term="2026-1")
    assert count(late) == (1, 0, 0, 0), "what came late can be read when it is asked for"
    with pytest.raises(Refused):
        read(room, path, term="2031-1")


def test_a_copy_of_the_page_is_left_out_and_said(room: Room, path: Path) -> None:
    def change(book: Any) -> None:
        book.copy_worksheet(book[SHEET]).title = "谈话 (2)"

    filled(path, {"安宁": WHOLE}, change=change)
    dry = read(room, path)
    assert count(dry) == (1, 0, 0, 0) and "“谈话 (2)”这一页没有读" in the_file(dry).notes[0]


# ---- several files --------------------------------------------------------------------------------------------------


def test_the_same_file_under_two_names(room: Room, path: Path) -> None:
    filled(path, {"安宁": WHOLE})
    twin = path.with_name("副本.xlsx")
    shutil.copy(path, twin)
    dry = read(room, path, twin)
    assert count(dry) == (1, 0, 0, 1) and "同一个文件" in dry.files[1].refused
    assert len(take(room, dry).receipts) == 1


def test_two_versions_in_one_folder(room: Room, path: Path) -> None:
    """What both say is taken once, a fuller row stands for a shorter; where they differ nothing is taken and both are shown."""
    filled(path, {"安宁": WHOLE, "白帆": {"day": DAY}, "曹一诺": {"day": DAY}, "丁浩然": {"day": "10.13"}})
    later = path.with_name(f"新_{path.name}")
    shutil.copy(path, later)
    filled(later, {"白帆": {"points": "补一句"}, "曹一诺": {"day": "10.20"}, "丁浩然": {"day": ""}})
    dry = read(room, path, later)
    assert count(dry) == (3, 0, 2, 2), [(f.name, r.name, r.state, r.reason) for f in dry.files for r in f.rows]
    old, new = ({r.name: r for r in file.rows} for file in dry.files)
    assert (old["安宁"].state, new["安宁"].state) == ("new", "unchanged") and "相同" in new["安宁"].reason
    assert (old["白帆"].state, new["白帆"].state) == ("unchanged", "new") and "填得更全" in old["白帆"].reason
    assert old["曹一诺"].state == new["曹一诺"].state == "problem"
    assert later.name in old["曹一诺"].reason and path.name in new["曹一诺"].reason
    assert (old["丁浩然"].state, new["丁浩然"].state) == ("new", "blank")
    take(room, dry)
    assert len(stored(room, Talk)) == 3


def test_a_folder_is_read_whole(room: Room, tmp_path: Path, children: dict[str, str]) -> None:
    made = sheets_out(room, tmp_path / "out")
    folder = tmp_path / "out"
    for path, slip, name in zip(made.files, made.slips, ("戚薇", "安宁"), strict=True):
        filled(path, {name: WHOLE}, slip.password)
    inner = folder / "交回"
    inner.mkdir()
    shutil.move(made.files[1], inner / "三班.xlsx")
    (folder / "~$一生一谈.xlsx").write_bytes(b"lock")
    (folder / ".hidden.xlsx").write_bytes(b"x")
    (folder / "passwords.txt").write_text("一生一谈")
    (folder / "通知.pdf").write_bytes(b"%PDF-1.7 x")
    (folder / "空.xlsx").write_bytes(b"")
    dry = read(room, folder)
    assert sorted(file.name for file in dry.files) == sorted([made.files[0].name, "三班.xlsx", "通知.pdf", "空.xlsx"])
    assert count(dry) == (2, 0, 0, 2) and dry.missing_classes == ()
    refused = {file.name: file.refused for file in dry.files if file.refused}
    assert "不是表格" in refused["通知.pdf"] and "空的" in refused["空.xlsx"]
    assert len(take(room, dry).receipts) == 2


def test_a_sheet_nobody_filled_is_still_missing(room: Room, path: Path) -> None:
    dry = read(room, path)
    assert "2026级/3" in dry.missing_classes and "没有交" in the_file(dry).notes[0]
    before = len(deeds(room))
    assert take(room, dry).receipts == () and len(deeds(room)) == before
