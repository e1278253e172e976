"""Search over notes: every part, any case and width, all words, newest first; one's own private notes, never another's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from psyroom.records.attachments import Attachment
from psyroom.services import desk_words, note_search, notes, private_notes, slips
from psyroom.services.notes import StepTyped
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.services.room_for_bookings import NOON, PASSWORD, TUESDAY, Small, make_small


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    _clock(made.room, NOON)
    yield made
    made.room.close()


def _clock(room: Room, moment: datetime) -> None:
    room.now = lambda: moment.astimezone(UTC)


def as_other(small: Small, name: str = "陈老师") -> Room:
    """The same room, opened by the other counsellor."""
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, name, PASSWORD)
    _clock(small.room, NOON)
    return small.room


def attach(room: Room, caption: str, *, note: str = "", student: str = "") -> None:
    with room.write("加附件") as deed:
        deed.session.add(
            Attachment(
                student=student, note=note, kind="drawing", caption=caption, name="画.jpg", day=TUESDAY, media="image/jpeg",
                size=1, sha256="0", file="f", key="k", person=room.person.id, at="",
            )
        )  # fmt: skip


def found(room: Room, text: str) -> list[str]:
    return [hit.note for hit in note_search.search(room, text)]


TEXTS = {
    "topic": "考前的日子", "with_whom": "外婆与舅舅", "words": "我不想去操场", "observed": "同桌说他常发呆",
    "state": "提到飞盘就笑", "problem": "晚自习坐不住", "measures": "约好写三行日记", "effect": "愿意再来一次",
    "outcome": "家长答应少催", "hospital_says": "睡眠不足待复查", "hospital": "市一院儿科门诊",
}  # fmt: skip


def test_every_part_of_a_note_and_what_belongs_to_it(small: Small) -> None:
    room, child = small.room, small.students[0]
    note = notes.add(
        room, {"day": TUESDAY, "kind": "individual", **TEXTS}, [child], NOON, steps=[StepTyped("周五看课表", None)]
    )
    other = notes.add(room, {"day": TUESDAY, "state": "别的事"}, [child], NOON)
    attach(room, "沙盘里的小桥", note=note)
    slips.write_slip(room, "来时袖口湿了", NOON)
    desk_words.take(room, desk_words.waiting(room)[0].id, child, NOON, note=note)
    notes.sign(room, note, NOON)
    notes.add_word(room, note, "母亲打来说已好转", NOON)
    for name, text in TEXTS.items():
        assert found(room, text[1:4]) == [note], name
    for text in ("看课表", "小桥", "袖口湿", "已好转"):
        assert found(room, text) == [note], text
    assert found(room, "操场 小桥 已好转 课表") == [note]  # all of them, wherever each stands
    assert found(room, "操场 别的事") == [] and found(room, "别的事") == [other]
    hit = note_search.search(room, "小桥")[0]
    assert (hit.part_label, hit.who, hit.day, hit.number) == ("附件说明", "张晓雨", TUESDAY, "2026-001")
    assert hit.excerpt == "沙盘里的小桥" and [hit.excerpt[a:b] for a, b in hit.marks] == ["小桥"]
    assert "袖口" not in repr(note_search.search(room, "袖口湿"))


@pytest.mark.parametrize("typed", ["qq群", "ＱＱ群", "Qq群 ABC-7", "abc－７", "[ａ]*?", "100%_"])
def test_any_case_and_width_and_no_sign_means_more_than_itself(small: Small, typed: str) -> None:
    note = notes.add(
        small.room, {"day": TUESDAY, "state": "在ＱＱ群里说Abc-７，[A]*? 占100%_的人"}, [small.students[0]], NOON
    )
    notes.add(small.room, {"day": TUESDAY, "state": "在微信里说abd8，aaxx 占1000的人"}, [small.students[0]], NOON)
    assert found(small.room, typed) == [note]


def test_newest_first_and_no_more_than_asked_for(small: Small) -> None:
    days = [TUESDAY - timedelta(days=n * 3 % 7) for n in range(7)]
    made = {notes.add(small.room, {"day": day, "state": "散步"}, [small.students[0]], NOON): day for day in days}
    hits = note_search.search(small.room, "散步", limit=4)
    assert [hit.day for hit in hits] == sorted(days, reverse=True)[:4] and all(made[h.note] == h.day for h in hits)
    assert note_search.search(small.room, "散") == [] and note_search.search(small.room, "  ") == []


def test_what_lies_in_a_file_beside_no_note(small: Small) -> None:
    room, child = small.room, small.students[0]
    attach(room, "一封长长的信", student=child)
    slips.write_slip(room, "走时笑了", NOON)
    desk_words.take(room, desk_words.waiting(room)[0].id, child, NOON)
    assert [(h.note, h.students, h.part_label) for h in note_search.search(room, "长长的信")] == [
        ("", (child,), "附件说明")
    ]
    assert [(h.note, h.students, h.part_label) for h in note_search.search(room, "走时笑")] == [
        ("", (child,), "值班便条")
    ]


def test_a_group_is_named_by_its_first_children(small: Small) -> None:
    note = notes.add(small.room, {"day": TUESDAY, "kind": "group", "state": "一起画树"}, small.students, NOON)
    hit = note_search.search(small.room, "画树")[0]
    assert hit.note == note and set(hit.students) == set(small.students)
    assert hit.who.count("、") == min(len(small.students), 3) - 1


# ---- whose ------------------------------------------------------------------------------------------------------


def test_another_s_record_is_found_only_when_shared(small: Small) -> None:
    child = small.students[0]
    note = notes.add(
        small.room, {"day": TUESDAY, "state": "只在这里的月光"}, [child], NOON, steps=[StepTyped("带一盏月灯", None)]
    )
    attach(small.room, "月亮的画", note=note)
    room = as_other(small)
    for text in ("月光", "月灯", "月亮", "月光 月灯"):
        assert found(room, text) == []
    notes.share(as_other(small, "王老师"), note, True)
    assert found(as_other(small), "月灯") == [note]


def test_a_private_note_is_found_by_its_writer_alone(small: Small) -> None:
    room, child = small.room, small.students[0]
    note = notes.add(
        room,
        {"day": TUESDAY, "state": "照常", "shared": True},
        [child],
        NOON,
        private="我担心自己太急，ＱＸ同事也这样看",
    )
    private_notes.write(room, "另一件太急的事", note="", student=child, now=NOON)
    hits = note_search.search(room, "太急")
    assert {(h.note, h.private, h.part_label) for h in hits} == {
        (note, True, note_search.PRIVATE), ("", True, note_search.PRIVATE),
    }  # fmt: skip
    assert all(h.students == (child,) and h.who == "张晓雨" and h.day == TUESDAY for h in hits)
    assert [h.note for h in note_search.search(room, "太急 qx")] == [note]
    assert note_search.search(room, "照常 太急") == []  # a private note is a text of its own
    other = as_other(small)
    assert note_search.search(other, "太急") == [] and found(other, "照常") == [note]


def test_one_who_types_on_stops_it(small: Small) -> None:
    notes.add(small.room, {"day": TUESDAY, "state": "散步"}, [small.students[0]], NOON)
    work = note_search.searching(small.room, "散步")
    assert next(work) == (0, 3)
    work.close()
    assert note_search.search(small.room, "散步")  # nothing is held
