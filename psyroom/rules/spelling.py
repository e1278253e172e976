"""Finding a phrase by the beginnings of its pinyin: each character by its first letter or its whole reading, from any
character on; punctuation is passed over. Readings are those of `names`."""

from __future__ import annotations

from functools import lru_cache

from psyroom.rules.names import plain_name, readings

LONGEST = 40
"""Letters typed that are looked at."""


@lru_cache(maxsize=5_000)
def _sounds(text: str) -> tuple[tuple[str, ...], ...]:
    """The readings of each character that has a sound."""
    return tuple(readings(char) for char in plain_name(text) if char.isalnum())


def place_of(typed: str, text: str) -> int | None:
    """From which character (of those with a sound) on a typed text is found in a phrase; None where it is not. Characters
    are found as they stand, letters as pinyin: kxlt, kaixin, kxlit. An empty text is found at the beginning."""
    asked = plain_name(typed)[:LONGEST]
    if not asked:
        return 0
    if not asked.isascii():
        at = plain_name(text).find(asked)
        return at if at >= 0 else None
    sounds = _sounds(text)
    return next((start for start in range(len(sounds)) if _spelled(asked, sounds[start:])), None)


def _spelled(asked: str, sounds: tuple[tuple[str, ...], ...]) -> bool:
    """Whether letters spell the beginning of some characters; the last may be half typed."""
    begun = {0}
    for sound in sounds:
        further = set()
        for at in begun:
            rest = asked[at:]
            for reading in sound:
                if reading.startswith(rest):
                    return True
                if rest.startswith(reading):
                    further.add(at + len(reading))
                if rest.startswith(reading[0]):
                    further.add(at + 1)
        begun = further
        if not begun:
            return False
    return False
