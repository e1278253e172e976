"""What was said, on paper: golden words, what never stands there, names hidden, bytes that repeat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest

from psyroom.errors import NotValid
from psyroom.records.notes import NOTE_KINDS
from psyroom.reports import preview
from psyroom.rules.masking import hide, masked
from psyroom.services import background, note_papers, notes, students, visits
from psyroom.services.note_lock import NeedsReason
from psyroom.services.notes import StepTyped
from psyroom.services.sheets import Made
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.services.room_for_bookings import NOON, PASSWORD, TUESDAY, Small, at, make_small

FOUR = {"state": "心里发慌", "problem": "考前睡不好", "measures": "一起列了计划", "effect": "说轻松了些"}
PRIVATE = "云雀在上只给自己看"


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


def as_other(small: Small) -> Room:
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, "陈老师", PASSWORD)
    small.room.now = lambda: NOON.astimezone(UTC)
    return small.room


def words(made: Made) -> str:
    """What a paper says, without line ends: lines break where the page wants."""
    return re.sub(r"\s+", "", preview.text(made.pdf))


def written(
    small: Small, *, day: date = TUESDAY, who: tuple[int, ...] = (0,), private: str = "", **values: object
) -> str:
    chosen = [small.students[n] for n in who]
    return notes.add(
        small.room,
        {"day": day, "starts": 725, "ends": 765, "place": small.places[0], **FOUR, **values},
        chosen,
        NOON,
        categories=["study", "sleep"],
        steps=[StepTyped("下周再约一次", TUESDAY + timedelta(days=7))],
        private=private,
    )


# ---- one note ---------------------------------------------------------------------------------------------------


def test_an_individual_note_says_all_fields_of_the_form(small: Small) -> None:
    written(small, day=TUESDAY - timedelta(days=7))
    note = written(
        small,
        source="class_teacher",
        words="“我怕考不好”",
        hospital_says="睡眠不足，建议规律作息",
        hospital="县人民医院儿科门诊",
        hospital_day=date(2026, 9, 1),
    )
    made = note_papers.note(small.room, note)
    assert made.name == "个别辅导记录_2026-002" and not made.missing
    text = words(made)
    for said in (
        "个别辅导记录", "编号：2026-002", "第2次", "张晓雨", "2026年9月8日周二", "12:05—12:45（共40分钟）", "面谈",
        "班主任转介", "学习压力、睡眠与身体不适", "“我怕考不好”", "心里发慌", "考前睡不好", "一起列了计划", "说轻松了些",
        "医院诊断（来源、日期）", "睡眠不足，建议规律作息；来源：县人民医院儿科门诊；日期：2026年9月1日。",
        "下周再约一次（9月15日前）", "未签字", "内部资料注意保密", "—1/1—", "签字：",
    ):  # fmt: skip
        assert said in text, said
    assert text.count("诊断") == text.count("医院诊断") == 1


def test_the_hospital_stands_only_where_something_was_copied(small: Small) -> None:
    assert "医院" not in words(note_papers.note(small.room, written(small)))
    copied = written(small, hospital_says="未见异常")
    assert "未见异常；来源：未注明；日期：未注明。" in words(note_papers.note(small.room, copied))


def test_a_part_not_written_says_so_and_a_signature_is_told(small: Small) -> None:
    note = written(small, effect="")
    assert "辅导效果（未写）" in words(note_papers.note(small.room, note))
    signed = written(small)
    notes.sign(small.room, signed, NOON)
    notes.add_word(small.room, signed, "班主任说座位调好了", NOON + timedelta(days=1))
    text = words(note_papers.note(small.room, signed))
    assert "未签字" not in text and f"已签字：{small.room.person.name}，2026年9月8日12:" in text
    assert f"2026年9月9日12:05{small.room.person.name}：班主任说座位调好了" in text


@pytest.mark.parametrize("kind", [k for k in NOTE_KINDS if k not in ("individual", "group")])
def test_every_kind_of_note_has_its_paper(small: Small, kind: str) -> None:
    about = () if kind in ("teacher", "head") else (0,)
    note = written(small, who=about, kind=kind, with_whom="周校长", outcome="商定每周一次")
    text = words(note_papers.note(small.room, note))
    assert note_papers.TITLES[kind].replace("（", "").replace("）", "") in text.replace("（", "").replace("）", "")
    assert "考前睡不好" in text and "周校长" in text
    assert ("张晓雨" in text) == bool(about)


def test_a_group_s_note_names_its_members_by_class(small: Small) -> None:
    note = written(small, who=(0, 1, 2), kind="group", topic="考前减压")
    text = words(note_papers.note(small.room, note))
    assert "团体主题考前减压" in text and "3人" in text and "过程与做法" in text
    for child in notes.seen(small.room, note, NOON).students:
        assert child.who in text


def test_a_long_note_goes_on_over_the_pages_without_losing_a_word(small: Small) -> None:
    body = "".join(f"第{n}句话说得很长很长，" for n in range(400))
    note = written(small, state=body[:5900], measures=body[:3000])
    made = note_papers.note(small.room, note)
    pages = preview.count(made.pdf)
    text = words(made)
    assert pages >= 4 and f"—{pages}/{pages}—" in text and "（续）" in text
    assert text.count("内部资料注意保密") == pages
    for n in range(0, 300):
        assert text.count(f"第{n}句话说得很长很长，") >= 1, n


def test_the_same_note_has_the_same_bytes(small: Small) -> None:
    note = written(small)
    assert note_papers.note(small.room, note).pdf == note_papers.note(small.room, note).pdf
    parts = list(note_papers.PARTS)
    one, two = (note_papers.growth_file(small.room, small.students[0], parts) for _ in range(2))
    assert one.pdf == two.pdf


def test_names_can_be_hidden(small: Small) -> None:
    note = written(small, words="张晓雨说：晓雨不想上学")
    text = words(note_papers.note(small.room, note, mask=True))
    assert "张**说：**不想上学" in text and "姓名已隐去" in text
    assert "张晓雨" not in text and "晓雨" not in text
    assert notes.seen(small.room, note, NOON).students[0].class_name not in text


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张**"), ("欧阳晓雨", "欧阳**"), ("阿依古丽·买买提", "阿**"), ("𬱖䶮", "𬱖**"), ("", "")],
)
def test_a_masked_name(name: str, shown: str) -> None:
    assert masked(name) == shown


def test_hiding_takes_the_longer_name_first() -> None:
    assert hide("张晓雨和李晓雨，张三", ["张晓雨", "张三"]) == "张**和李**，张**"


def test_a_colleague_s_note_needs_a_reason(small: Small) -> None:
    note = written(small)
    room = as_other(small)
    with pytest.raises(NeedsReason):
        note_papers.note(room, note)
    assert "心里发慌" in words(note_papers.note(room, note, reason="学生转到我这里"))


# ---- a student's file ---------------------------------------------------------------------------------------------


def filled(small: Small) -> str:
    student = small.students[0]
    students.change(
        small.room,
        student,
        {"number": "20260101"},
        {
            "born": date(2011, 7, 15), "id_number": "430102201107158816", "registry_number": "G430102201107158816",
            "guardian": "张建国", "guardian_relation": "父亲", "guardian_phone": "13974512806", "address": "石桥乡文昌巷",
            "phone": "13800001234",
        },
        ["left_behind"],
    )  # fmt: skip
    background.save(
        small.room,
        student,
        {
            "family": "grandparents",
            "household": "与外婆同住",
            "mind": "近来话少",
            "strengths": "喜欢画画",
            "case_no": "07",
        },
    )
    return student


def test_the_file_in_all_its_parts(small: Small) -> None:
    student = filled(small)
    entered = visits.walk_in(small.room, {"client": "student", "student": student, "place": small.places[0]}, NOON)
    visits.close(small.room, entered.visit, at(TUESDAY, 765))
    written(small, words="“我怕考不好”")
    written(small, kind="parent", with_whom="母亲", outcome="母亲同意陪他")
    made = note_papers.growth_file(small.room, student, list(note_papers.PARTS))
    assert made.name == "成长信息记录_2026-09-08" and not made.missing
    text = words(made)
    for said in (
        "成长信息记录", "张晓雨", "一、基本情况", "20260101", "2011年7月15日（15岁）", "张建国（父亲）", "二、家庭情况", "隔代抚养",
        "留守", "与外婆同住", "三、心理状况", "近来话少", "喜欢画画", "四、辅导记录（1份）", "第1次", "“我怕考不好”",
        "五、沟通记录（1份）", "母亲同意陪他", "六、谈话记录", "七、成长指导方案", "八、家访记录", "九、经过", "来访", "内部资料注意保密",
    ):  # fmt: skip
        assert said in text, said
    for never in ("430102201107158816", "13974512806", "13800001234", "石桥乡", "诊断"):
        assert never not in text, never


def test_identity_and_address_only_when_asked_for(small: Small) -> None:
    student = filled(small)
    text = words(note_papers.growth_file(small.room, student, ["basic"], identity=True))
    for said in ("430102201107158816", "G430102201107158816", "13974512806", "13800001234", "石桥乡文昌巷"):
        assert said in text
    hidden = words(note_papers.growth_file(small.room, student, ["basic"], identity=True, mask=True))
    for never in ("4301022011", "13974512806", "13800001234", "石桥乡", "张建国", "张晓雨", "20260101", "2011年"):
        assert never not in hidden, never
    assert "张**" in hidden and "15岁" in hidden


@pytest.mark.parametrize("part", list(note_papers.PARTS))
def test_one_part_alone_says_nothing_of_the_others(small: Small, part: str) -> None:
    student = filled(small)
    written(small)
    written(small, kind="parent", with_whom="母亲", outcome="母亲同意陪他", effect="")
    text = words(note_papers.growth_file(small.room, student, [part]))
    marks = {
        "basic": "张建国", "family": "与外婆同住", "mind": "近来话少", "notes": "说轻松了些", "contacts": "母亲同意陪他",
        "timeline": "进入名册",
    }  # fmt: skip
    assert {mark for mark in marks.values() if mark in text} == ({marks[part]} if part in marks else set())


def test_nothing_written_is_said_kindly_and_no_part_is_refused(small: Small) -> None:
    text = words(note_papers.growth_file(small.room, small.students[1], ["family", "notes"]))
    assert text.count("没有记录。") == 2
    for wrong in ([], ["notes", "private"]):
        with pytest.raises(NotValid):
            note_papers.growth_file(small.room, small.students[1], wrong)


def test_a_colleague_s_note_stands_as_a_line_until_it_is_shared(small: Small) -> None:
    student = small.students[0]
    note = written(small, topic="秘密的主题")
    writer = small.room.person.name
    room = as_other(small)
    text = words(note_papers.growth_file(room, student, ["notes"]))
    assert f"2026年9月8日个别辅导{writer}（记录由该教师保管" in text
    for never in (*FOUR.values(), "秘密的主题", "下周再约一次", "学习压力"):
        assert never not in text, never
    folder = room.folder
    room.close()
    small.room = open_room(folder, writer, PASSWORD)
    small.room.now = lambda: NOON.astimezone(UTC)
    notes.share(small.room, note, True)
    assert "心里发慌" in words(note_papers.growth_file(as_other(small), student, ["notes"]))


def test_a_group_s_note_in_one_child_s_file_names_no_other_child(small: Small) -> None:
    others = [students.name_of(small.room, small.students[n]) for n in (1, 2)]
    written(small, who=(0, 1, 2), kind="group", topic="考前减压", state=f"{others[0]}说得最多，{others[1]}没说话")
    text = words(note_papers.growth_file(small.room, small.students[0], ["notes"]))
    assert "考前减压" in text and not [name for name in others if name in text]


# ---- what never stands there ----------------------------------------------------------------------------------------


def test_a_private_note_stands_on_no_paper(small: Small) -> None:
    student = filled(small)
    note = written(small, private=PRIVATE)
    for made in (
        note_papers.note(small.room, note),
        note_papers.note(small.room, note, mask=True),
        note_papers.growth_file(small.room, student, list(note_papers.PARTS), identity=True),
    ):
        assert PRIVATE not in words(made) and PRIVATE.encode() not in made.pdf


def test_rare_names_are_printed(small: Small) -> None:
    students.change(small.room, small.students[0], {"name": "𬱖䶮㛃"}, {})
    made = note_papers.note(small.room, written(small))
    assert not made.missing and "𬱖䶮㛃" in words(made)
