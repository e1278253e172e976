"""The time line on paper: the kinds chosen, marks and foot, whose words, names hidden."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from psyroom.errors import NotFound, NotValid
from psyroom.reports import preview
from psyroom.services import notes, timeline, timeline_print
from psyroom.services.notes import StepTyped
from psyroom.services.sheets import Made
from psyroom.store.checking import head_of
from psyroom.store.opening import open_room
from tests.services.room_for_bookings import MONDAY, NOON, PASSWORD, TUESDAY, Small, make_small


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


def words(made: Made) -> str:
    return re.sub(r"\s+", "", preview.text(made.pdf))


def write(small: Small, **values: object) -> str:
    return notes.add(
        small.room, {"day": TUESDAY, "starts": 725, "ends": 765, "topic": "考前", "state": "张晓雨说心里发慌", **values},
        [small.students[0]], NOON, steps=[StepTyped("请晓雨再来", TUESDAY)], private="云雀只给自己看",
    )  # fmt: skip


def test_a_paper_of_the_chosen_kinds_marked_and_vouched_for(small: Small) -> None:
    write(small)
    notes.add(small.room, {"day": MONDAY, "kind": "parent", "outcome": "答应少催"}, [small.students[0]], NOON)
    made = timeline_print.made(small.room, small.students[0], ["note", "contact"], NOON, bodies=True)
    said = words(made)
    assert "内部资料注意保密" in said and "—1/1—" in said and "城南中学" in said and "张晓雨" in said
    assert all(head_of(small.room, schema)[1] in said for schema in ("main", "cases"))
    assert said.index("答应少催") < said.index("张晓雨说心里发慌")  # the first day first
    assert "请晓雨再来" not in said and "进入名册" not in said  # kinds not chosen
    assert "云雀" not in said and made.name == f"学生经过记录_{TUESDAY.isoformat()}" and not made.missing
    assert made == timeline_print.made(small.room, small.students[0], ["note", "contact"], NOON, bodies=True)


def test_without_the_words_only_what_happened(small: Small) -> None:
    write(small)
    said = words(timeline_print.made(small.room, small.students[0], list(timeline.KINDS), NOON))
    assert "个别辅导" in said and not [word for word in ("考前", "心里发慌", "再来") if word in said]


def test_names_are_hidden_everywhere_where_that_is_asked(small: Small) -> None:
    write(small)
    notes.add(
        small.room, {"day": TUESDAY, "kind": "group", "state": "张晓雨和李明一起画，赵一鸣看着"},
        [small.students[n] for n in (0, 1, 3)], NOON,
    )  # fmt: skip
    open_words = words(timeline_print.made(small.room, small.students[0], ["note", "step"], NOON, bodies=True))
    assert "张晓雨和李**一起画，赵**看着" in open_words  # the other children of a group are nobody's business
    said = words(timeline_print.made(small.room, small.students[0], ["note", "step"], NOON, bodies=True, mask=True))
    assert "晓雨" not in said and "李明" not in said and "张**说心里发慌" in said and "姓名已隐去" in said
    assert "1班" not in said


def test_a_colleague_s_note_is_a_line_without_words(small: Small) -> None:
    write(small)
    folder = small.room.folder
    small.room.close()
    small.room = open_room(folder, "陈老师", PASSWORD)
    small.room.now = lambda: NOON.astimezone(UTC)
    said = words(timeline_print.made(small.room, small.students[0], list(timeline.KINDS), NOON, bodies=True))
    assert "王老师的记录（需说明原因才能打开）" in said
    assert not [word for word in ("考前", "发慌", "再来", "云雀") if word in said]


def test_a_long_one_numbers_its_pages_and_says_whose_it_is(small: Small) -> None:
    for n in range(20):
        write(small, day=TUESDAY - timedelta(days=n % 7), state="长长的一段话。" * 60)
    said = words(timeline_print.made(small.room, small.students[0], ["note"], NOON, bodies=True))
    (pages,) = set(re.findall(r"—\d+/(\d+)—", said))
    assert int(pages) > 5 and said.count("学生经过记录张晓雨（续）") == int(pages) - 1
    assert said.count("内部资料注意保密") == int(pages)


def test_no_kind_or_nobody_is_refused(small: Small) -> None:
    for kinds in ([], ["note", "talks"]):
        with pytest.raises(NotValid):
            timeline_print.made(small.room, small.students[0], kinds, NOON)
    with pytest.raises(NotFound):
        timeline_print.made(small.room, "0" * 32, ["note"], NOON)
