"""Which passwords are taken. Refusals carry their reason; the rule is told before, the reason after."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from psyroom.errors import WeakPassword

LEAST = 10
LEAST_ALONE = 12  # no room secret: the password stands alone

_ROWS = (
    "`1234567890-=",
    "qwertyuiop[]",
    "asdfghjkl;'",
    "zxcvbnm,./",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp",
)
_RUN = 4
_COMMON = ("password", "passw0rd", "iloveyou", "woaini", "admin", "welcome", "xinli", "psyroom", "letmein", "zhongguo")
_DATE = re.compile(r"(?:19|20)\d\d[-./年]?(?:0?[1-9]|1[0-2])[-./月]?(?:3[01]|[12]\d|0?[1-9])日?")


def least(*, alone: bool) -> int:
    """How many characters at least; `alone` where no room secret stands beside the password."""
    return LEAST_ALONE if alone else LEAST


def _longest_run(text: str) -> int:
    """The longest stretch that walks along a keyboard row (either way) or repeats one character."""
    best = run = 1
    for i in range(1, len(text)):
        pair = text[i - 1 : i + 1]
        walks = pair[0] == pair[1] or any(pair in row or pair in row[::-1] for row in _ROWS)
        run = run + 1 if walks else 1
        best = max(best, run)
    return best


def _without_runs(text: str) -> str:
    """What remains when keyboard rows and repeats of four and more count as one character."""
    kept: list[str] = []
    i = 0
    while i < len(text):
        j = i + 1
        while j < len(text) and (
            text[j] == text[j - 1] or any(text[j - 1 : j + 1] in r or text[j - 1 : j + 1] in r[::-1] for r in _ROWS)
        ):
            j += 1
        kept.append(text[i] if j - i >= _RUN else text[i:j])
        i = j
    return "".join(kept)


def _spellings(name: str) -> set[str]:
    """A name as written, and in pinyin both ways round where that is long enough to be meant."""
    found = {name} if len(name) >= 2 else set()
    if any("㐀" <= c <= "鿿" for c in name):
        from psyroom.rules.names import pinyin

        syllables = pinyin().lazy_pinyin(name)
        turned = [*syllables[1:], *syllables[:1]]
        found |= {spelling for parts in (syllables, turned) if len(spelling := "".join(parts).lower()) >= 5}
    return found


def _without(text: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "")
    return text


def check(password: str, *, alone: bool, names: Iterable[str] = ()) -> None:
    """Raises `WeakPassword`. `names`: of the school, its people, its pupils where they are known.

    A name, a date or a keyboard row may stand inside a longer password: what counts is what remains without it.
    """
    text = unicodedata.normalize("NFKC", password).lower()
    need = least(alone=alone)
    half = need // 2
    if len(text) < need:
        raise WeakPassword(why=f"太短，至少要 {need} 个字符")
    if len(set(text)) < 5:
        raise WeakPassword(why="重复的字符太多")
    spellings = {spelling for name in names for spelling in _spellings(name.strip().lower())}
    nameless = _without(text, spellings)
    if nameless != text and len(nameless) < half:
        raise WeakPassword(why="它主要是学校或人的姓名，容易猜到")
    dateless = _DATE.sub("", text)
    if dateless != text and len(dateless) < half:
        raise WeakPassword(why="它主要是一个日期，容易猜到")
    if len(_without_runs(text)) < half or _longest_run(text) * 2 > len(text):
        raise WeakPassword(why="它是键盘上连着的键或重复的字符，容易猜到")
    left = _DATE.sub("", _without(nameless, _COMMON))
    if len(_without_runs(left)) < half - 1 or left.isdigit():
        raise WeakPassword(why="它是常见的词、姓名或数字拼成的，容易猜到")
