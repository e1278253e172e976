"""The recovery sheet's code: 160 random bits and two check characters, in groups of four that cannot be confused."""

from __future__ import annotations

import re
import secrets

from psyroom.errors import WrongRecovery

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's 32: no I, L, O, U
_FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V"})
_IGNORED = str.maketrans("", "", " -—–_.·　\t\r\n")
BITS = 160
CHARACTERS = 34  # 32 for the bits, 2 for the check
_IN_ONE_PIECE = re.compile(r"(?:[0-9A-Z]{4}[-—–_ ]){8}[0-9A-Z]{2}(?![0-9A-Z])")
_PRIME = 1021  # the largest below 32², so that every single slip and every swap of neighbours changes the check


def _check(number: int) -> str:
    remainder = number % _PRIME
    return ALPHABET[remainder >> 5] + ALPHABET[remainder & 31]


def _spell(number: int) -> str:
    body = "".join(ALPHABET[number >> shift & 31] for shift in range(BITS - 5, -1, -5))
    whole = body + _check(number)
    return "-".join(whole[i : i + 4] for i in range(0, CHARACTERS, 4))


def new_code() -> str:
    """`XXXX-XXXX-…-XX`, as it is printed."""
    return _spell(secrets.randbits(BITS))


def groups(code: str) -> list[str]:
    return code.split("-")


def plain(typed: str) -> str:
    """What was typed without separators, in capitals, confusable characters forgiven, full width made half."""
    text = typed.translate(_IGNORED).upper()
    text = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text).translate(_FORGIVEN)
    return text.replace("-", "")


def tidy(typed: str) -> str:
    """The code as printed, from whatever spelling was typed, or from a text that holds it in one piece (the sheet saved
    as text); raises `WrongRecovery` when it cannot be one. Without the two check characters it is taken as it stands."""
    text = plain(typed)
    if len(text) > CHARACTERS and (found := _IN_ONE_PIECE.search(typed.upper())):
        text = plain(found.group())
    if len(text) == CHARACTERS - 2 and all(c in ALPHABET for c in text):
        text += _check(_number(text))
    if len(text) != CHARACTERS or any(c not in ALPHABET for c in text):
        raise WrongRecovery
    number = _number(text[:-2])
    if _check(number) != text[-2:]:
        raise WrongRecovery
    return _spell(number)


def _number(body: str) -> int:
    number = 0
    for c in body:
        number = number << 5 | ALPHABET.index(c)
    return number


def is_group(code: str, position: int, typed: str) -> bool:
    """Whether what was typed is the code's group at this position (from 0), as set-up asks."""
    return plain(typed) == groups(code)[position]


def private_of(code: str) -> bytes:
    """The X25519 private half that a code stands for."""
    from psyroom.store.keys import expand

    return expand(tidy(code).replace("-", "").encode(), "recovery sheet")
