"""Talks, plans, feedback, home visits and marks are found with the notes, by every word in any of their parts, and lead to
their place; nothing of it at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from psyroom.errors import NeedsCounsellor
from psyroom.records.talks import Talk
from psyroom.services import note_search
from psyroom.services.timeline_lines import KINDS
from tests.services.room_for_bookings import MONDAY, NOON, TUESDAY, Small, as_duty, make_small
from tests.services.test_timeline_talks import WRITTEN, fill

LABELS = {
    "talk": {"要点", "问题研判", "处理措施", "跟进情况"},
    "plan": {
        "学生本人及家庭现状",
        "困难问题",
        "学业规划",
        "成长建议",
        "升学路径",
        "执行情况与小结",
        "目标",
        "措施",
        "回顾情况",
    },
}
NOT_SOUGHT = {"斑鸠奶奶"}
"""A parent's name is no word of the feedback."""


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    made = make_small(tmp_path / "室")
    made.room.now = lambda: NOON.astimezone(UTC)
    yield made
    made.room.close()


@pytest.mark.parametrize("kind", WRITTEN)
def test_every_part_is_found_and_leads_to_its_record(small: Small, kind: str) -> None:
    ids = fill(small, small.students[0])
    labels = set()
    for words in set(WRITTEN[kind]) - NOT_SOUGHT:
        (hit,) = note_search.search(small.room, words)
        assert (hit.kind, hit.ref, hit.note, hit.students) == (kind, ids[kind], "", (small.students[0],))
        assert hit.who == "张晓雨" and words in hit.excerpt and not hit.private
        assert [hit.excerpt[a:b] for a, b in hit.marks] == [words]
        labels.add(hit.part_label)
    assert labels == LABELS.get(kind, labels) and kind in KINDS
    parts = 3 if kind == "plan" else 1  # the plan itself, a step, a review
    assert [hit.kind for hit in note_search.search(small.room, WRITTEN[kind][0][:2])] == [kind] * parts


def test_all_words_stand_in_one_record_and_the_latest_comes_first(small: Small) -> None:
    child, other = small.students[:2]
    with small.room.write("准备") as deed:
        deed.session.add(Talk(student=child, day=MONDAY, talker="周老师", points="说到ＱＱ群", judged="想换座位"))
        deed.session.add(Talk(student=other, day=TUESDAY, talker="周老师", points="也说到 qq 群"))
    assert [hit.students[0] for hit in note_search.search(small.room, "qq")] == [other, child]
    assert [hit.students[0] for hit in note_search.search(small.room, "qq 座位")] == [child]
    assert note_search.search(small.room, "qq", limit=1)[0].students == (other,)
    assert note_search.search(small.room, "周老师") == []  # who talked is no word of the talk


def test_the_desk_finds_nothing(small: Small) -> None:
    fill(small, small.students[0])
    with pytest.raises(NeedsCounsellor):
        note_search.search(as_duty(small), WRITTEN["talk"][0])
