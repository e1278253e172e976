"""成长信息: kept, changed, undone, its history read from the chain; nothing of it on the desk's side."""

from __future__ import annotations

from typing import Any

import pytest

from psyroom.errors import NotFound, NotValid
from psyroom.services import background, drafts, students
from psyroom.services.history import undo
from psyroom.store.connection import raw_of
from psyroom.store.room import Room


@pytest.fixture
def child(room: Room) -> str:
    return students.add(room, {"name": "周一鸣", "stage": "vocational", "cohort": 2026, "class_no": 1}, {})


def test_it_is_kept_and_its_draft_goes(room: Room, child: str) -> None:
    assert background.of(room, child).mind == ""
    drafts.save(room, background.FORM, child, {"mind": "半句"})
    background.save(room, child, {"mind": "近来话少", "family": "single", "nonsense": "x"})
    fields = background.of(room, child)
    assert (fields.mind, background.said(fields, "family")) == ("近来话少", "单亲")
    assert drafts.load(room, background.FORM, child) is None
    background.save(room, child, {"household": "与母亲同住"})
    assert background.of(room, child).mind == "近来话少", "what a form does not name stays"


def test_it_is_undone(room: Room, child: str) -> None:
    background.save(room, child, {"mind": "一"})
    background.save(room, child, {"mind": "二"})
    assert undo(room).label == "修改成长信息" and background.of(room, child).mind == "一"


def test_its_history_says_who_when_and_what(room: Room, child: str) -> None:
    assert background.history(room, child) == []
    background.save(room, child, {"mind": "近来话少", "family": "single"})
    background.save(room, child, {"mind": "愿意说话了"})
    latest, first = background.history(room, child)
    assert latest.changed == (("心理状况", "近来话少", "愿意说话了"),) and latest.who == room.person.name
    assert first.changed == (("家庭结构", "", "单亲"), ("心理状况", "", "近来话少"))


@pytest.mark.parametrize("values", [{"family": "没有这一项"}, {"mind": "长" * 1001}])
def test_what_cannot_be_kept_is_refused(room: Room, child: str, values: dict[str, Any]) -> None:
    with pytest.raises(NotValid):
        background.save(room, child, values)
    with pytest.raises(NotFound):
        background.save(room, "0" * 32, {"mind": "x"})


def test_nothing_of_it_stands_on_the_desk_s_side(room: Room, child: str) -> None:
    background.save(room, child, {"mind": "金丝雀叫了一夜"})
    with room.read() as session:
        raw = raw_of(session)
        tables = [name for (name,) in raw.execute("SELECT name FROM main.sqlite_master WHERE type='table'").fetchall()]
        told = str([raw.execute(f'SELECT * FROM main."{name}"').fetchall() for name in tables])
    assert "金丝雀" not in told and "修改成长信息" not in told
