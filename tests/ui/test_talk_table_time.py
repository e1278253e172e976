"""Thirty short talks in under fifteen minutes, shown by replaying the keys.

The time is the keystroke-level model's (Card, Moran & Newell, The keystroke-level model for user performance time with
interactive systems, CACM 23(7), 1980): K for a key and M for each time somebody has to think of what comes next. K is that
of a poor typist (0.5 s, theirs for typing random letters), M theirs (1.35 s). No clock is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from psyroom.services import phrases
from tests.services.room_for_bookings import Small
from tests.ui.at_the_table import CTRL, MONDAY, TEACHER, Hands, Key, make_class, recorded, table_of
from tests.ui.at_the_window import words_of

K, M = 0.5, 1.35
LIMIT = 15 * 60

TALKS: tuple[tuple[str, str, str, str], ...] = (
    ("2", "xxz", "数学 喜欢 自己 做题，", "glj"),
    ("2", "xxs", "英语 单词 记不住，", "glj"),
    ("3", "htx", "", "glj"),
    ("1", "zjq", "最近 在 看 小说，", "myt"),
    ("6", "hfm", "", "glj"),
    ("7", "zxs", "周日 晚上 有点 想家，", "yhl"),
    ("9", "zmy", "", "yhl"),
    ("4", "ksq", "说好 先 做 会 的 题，", "yhl"),
    ("5", "zsj", "当了 小组长，", "glj"),
    ("2", "xxz", "", "glj"),
    ("3", "htx", "新 同桌 爱 说话，", "myt"),
    ("0", "stz", "每天 早上 跑步，", "glj"),
    ("8", "dsx", "", "glj"),
    ("2", "kst", "物理 想 多 做 题，", "yhl"),
    ("6", "fmz", "", "glj"),
    ("1", "zjq", "迷上了 下棋，", "glj"),
    ("2", "xxs", "", "glj"),
    ("7", "zxs", "饭菜 吃 得 惯，", "glj"),
    ("3", "htx", "", "glj"),
    ("5", "ysc", "闹钟 听 不见，", "glj"),
    ("2", "xxz", "想 参加 作文 比赛，", "glj"),
    ("4", "zjq", "", "glj"),
    ("9", "zmy", "想 换 成 听书，", "yhl"),
    ("6", "hfm", "弟弟 刚 上学，", "glj"),
    ("2", "xxs", "历史 背 得 慢，", "glj"),
    ("1", "zjq", "", "glj"),
    ("3", "htx", "一起 打 羽毛球，", "glj"),
    ("8", "dsx", "想 学 护理，", "myt"),
    ("5", "zsj", "", "glj"),
    ("2", "xxz", "字 写 得 好看，", "glj"),
)
"""Theme by its figure, a phrase by its letters, what is said of this child alone, a phrase to close with."""


@pytest.fixture
def small(tmp_path: Path, cheap_keys: None) -> Iterator[Small]:
    made = make_class(tmp_path / "室")
    yield made
    made.room.close()


def test_thirty_talks_in_fifteen_minutes(small: Small, qtbot: QtBot) -> None:
    _shell, tab = table_of(qtbot, small)
    qtbot.waitUntil(tab.which.hasFocus)
    hands = Hands(qtbot)
    hands.think()
    hands.chinese("七")
    hands.letters("7")
    hands.enter()  # the class; the day is today
    hands.think()
    hands.enter()
    hands.enter()  # the talker is the class teacher
    for theme, before, own, after in TALKS:
        hands.think()
        hands.letters(theme)
        hands.phrase(before)
        if own:
            hands.think()
            hands.chinese(own)
        hands.phrase(after)
        hands.enter()
    hands.think()
    hands.press(Key.Key_S, CTRL)
    assert "30 次谈话" in words_of(tab.shell.toaster)

    found = recorded(small)
    assert len(found) == len(TALKS) == 30
    first = {
        letters: phrases.find(small.room, letters, "talk")[0].text for row in TALKS for letters in (row[1], row[3])
    }
    for at, (theme, before, own, after) in enumerate(TALKS, 1):
        (talk,) = found[str(at)]
        assert talk.fields.points == first[before] + own.replace(" ", "") + first[after]
        assert 28 <= len(talk.fields.points) <= 42
        assert (talk.fields.day, talk.fields.talker, talk.fields.way) == (MONDAY, TEACHER, "face")
        assert talk.fields.theme == tab.grid.offers["theme"][(int(theme) - 1) % 10]
    lengths = [len(talks[0].fields.points) for talks in found.values()]
    assert 34 <= sum(lengths) / 30

    seconds = hands.keys * K + hands.thoughts * M
    assert seconds < LIMIT, f"{seconds / 60:.1f} minutes: {hands.keys} keys, {hands.thoughts} thoughts"

    hands.press(Key.Key_Z, CTRL)  # and one key takes the sitting back
    assert recorded(small) == {} and len(tab.sitting.typed()) == 30
