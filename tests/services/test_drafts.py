"""Unsaved forms: kept for the person who typed, without a trace in the history, in the file that fits the person."""

from __future__ import annotations

from datetime import date

from psyroom.services import drafts
from psyroom.store import history
from psyroom.store.room import Room


def test_what_was_typed_comes_back_and_goes_when_dropped(room: Room) -> None:
    assert drafts.load(room, "student") is None and drafts.kept_at(room, "student") is None
    drafts.save(room, "student", "", {"name": "张", "born": date(2010, 1, 2), "labels": ["poor"]})
    drafts.save(room, "student", "", {"name": "张晓", "born": date(2010, 1, 2), "labels": []})
    assert drafts.load(room, "student") == {"name": "张晓", "born": "2010-01-02", "labels": []}
    assert drafts.kept_at(room, "student") is not None
    drafts.discard(room, "student")
    assert drafts.load(room, "student") is None


def test_each_record_has_its_own_draft_and_the_newest_stands_first(room: Room) -> None:
    drafts.save(room, "student", "a", {"n": 1})
    drafts.save(room, "student", "b", {"n": 2})
    drafts.save(room, "booking", "", {"n": 3})
    assert [drafts.load(room, "student", about) for about in ("a", "b")] == [{"n": 1}, {"n": 2}]
    assert {(form, about) for form, about, _ in drafts.pending(room)} == {
        ("student", "a"), ("student", "b"), ("booking", ""),
    }  # fmt: skip


def test_a_draft_leaves_no_trace_in_the_history(room: Room) -> None:
    before = history.deeds(room)
    drafts.save(room, "student", "", {"name": "张"})
    drafts.discard(room, "student")
    assert history.deeds(room) == before


def test_a_draft_goes_with_its_deed_or_stays_with_it(room: Room) -> None:
    drafts.save(room, "student", "", {"name": "张"})
    try:
        with room.write("保存") as deed:
            drafts.discard_in(deed.session, room, "student")
            raise KeyError("the deed fails")
    except KeyError:
        pass
    assert drafts.load(room, "student") == {"name": "张"}


def test_the_desk_keeps_its_drafts_in_its_own_file(duty_room: Room) -> None:
    drafts.save(duty_room, "booking", "", {"n": 1})
    assert drafts.load(duty_room, "booking") == {"n": 1}
    assert [form for form, _, _ in drafts.pending(duty_room)] == ["booking"]


def test_a_sentence_in_the_wrong_field_is_not_kept_at_the_desk(duty_room: Room) -> None:
    said = "他说最近总是睡不着，不想让班主任知道，也先不要告诉家里，等老师回来再说，最好是今天下午"
    typed = {"starts": said, "name": "李老师", "student": "a" * 32, "repeat": {"until": said}, "rows": [{"ends": said}]}
    drafts.save(duty_room, "booking", "", typed)
    kept = drafts.load(duty_room, "booking")
    assert kept is not None and said not in str(kept)
    assert (kept["name"], kept["student"]) == ("李老师", "a" * 32)
