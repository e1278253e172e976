"""Finding a person by what one types: part of the name, pinyin initials, pinyin; 多音字 by every reading."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, product
from typing import Any

# Readings as a surname which the table of pinyin does not hold; 单 shan, 曾 zeng, 仇 qiu, 尉 yu, 覃 qin and the like it does.
_SURNAME_READINGS = {"黑": ("he",), "难": ("ning",), "谌": ("shen",)}
_MOST = 48  # spellings kept of one name: three characters of three or four readings each


def pinyin() -> Any:
    """The pinyin library without its table of phrases: measured, 44 MB and 0.1 s, and a name is no phrase."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
    import pypinyin

    return pypinyin


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    table: dict[int, str] = pinyin().pinyin_dict.pinyin_dict
    return table


@lru_cache(maxsize=20_000)
def readings(char: str) -> tuple[str, ...]:
    """Every reading of a character without tones; ü is written v and u. A character without one stands for itself."""
    if char.isascii():
        return (char.lower(),)
    found: dict[str, None] = dict.fromkeys(_SURNAME_READINGS.get(char, ()))
    for marked in _table().get(ord(char), "").split(","):
        plain = unicodedata.normalize("NFD", marked)
        with_v = "".join(c for c in plain.replace("u\u0308", "v") if c.isascii() and c.isalpha())
        if with_v:
            found[with_v] = None
            if "v" in with_v:
                found[with_v.replace("v", "u")] = None
    return tuple(found) or (char,)


@lru_cache(maxsize=20_000)
def _letters(char: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reading[0] for reading in readings(char)))


def plain_name(name: str) -> str:
    """A name without blanks and dots, Latin letters small: 阿依古丽·买买提 → 阿依古丽买买提."""
    return re.sub(r"[\s·•．.‧・]+", "", unicodedata.normalize("NFKC", name)).lower()


def initials(name: str) -> frozenset[str]:
    """The pinyin initials of a name, one string for each combination of readings: 单小雨 → dxy, sxy, cxy."""
    return frozenset(_spellings([_letters(char) for char in plain_name(name)]))


def _spellings(choices: list[tuple[str, ...]]) -> Iterable[str]:
    """The combinations in an order that gives every character's every reading a turn before the limit cuts."""
    if not choices:
        return
    seen: dict[str, None] = {}
    for turn in range(max(len(options) for options in choices)):
        seen["".join(options[min(turn, len(options) - 1)] for options in choices)] = None
    for combination in islice(product(*choices), _MOST):
        seen["".join(combination)] = None
    yield from seen


@lru_cache(maxsize=50_000)
def key(name: str) -> str:
    """All that may be typed for a name, each spelling after a blank: initials, pinyin, and the two mixed, from any of
    its characters on. `matches` looks for a blank and the query in it."""
    plain = plain_name(name)
    letters = [_letters(char) for char in plain]
    full = [readings(char) for char in plain]
    found: dict[str, None] = {}
    for start in range(len(plain)):
        for spelling in _spellings(letters[start:]):
            found[spelling] = None
        for spelling in _spellings(full[start:]):
            found[spelling] = None
        for spelling in _spellings([full[start], *letters[start + 1 :]]):
            found[spelling] = None
    return " " + " ".join(found)


def matches(query: str, name: str) -> bool:
    """Whether a typed text finds a name: a part of it (小雨), initials (zxy), pinyin (zhangxiao, zhangxy), or a part
    with letters after it (张xy). An empty query finds everybody."""
    asked = plain_name(query)
    if not asked:
        return True
    if asked.isascii():
        return (" " + asked) in key(name)
    plain = plain_name(name)
    if asked in plain:
        return True
    head = re.match(r"[^a-z]+", asked)
    tail = asked[head.end() :] if head else ""
    if not head or not tail.isascii() or not tail:
        return False
    at = plain.find(head.group())
    return at >= 0 and _begins(tail, plain[at + head.end() :])


def _begins(letters: str, rest: str) -> bool:
    """Whether letters spell the beginning of a name's rest."""
    return any(
        spelling.startswith(letters)
        for choices in ([_letters(c) for c in rest], [readings(c) for c in rest])
        for spelling in _spellings(choices)
    )


def same_sound(a: str, b: str) -> bool:
    """Whether two names may be said alike (王芳, 王方): as long, and each character shares a reading with its other."""
    one, other = plain_name(a), plain_name(b)
    return len(one) == len(other) and all(
        x == y or not set(readings(x)).isdisjoint(readings(y)) for x, y in zip(one, other, strict=True)
    )


def find(query: str, names: Iterable[str]) -> list[int]:
    """The positions of the names a query finds, for a whole school at once (5,000 names in a few milliseconds)."""
    asked = plain_name(query)
    if asked and asked.isascii():
        wanted = " " + asked
        return [index for index, name in enumerate(names) if wanted in key(name)]
    return [index for index, name in enumerate(names) if matches(query, name)]
