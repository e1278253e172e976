"""Identifiers: time-ordered and unique across computers (UUID version 7, RFC 9562)."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

_turn = threading.Lock()
_last = 0
_source: Callable[[], str] | None = None


def new_id() -> str:
    """32 hex digits: 48 bits of milliseconds, an 18-bit counter that rises within one, 56 random bits."""
    global _last
    if _source is not None:
        return _source()
    with _turn:
        now = max(time.time_ns() // 1_000_000 << 18 | secrets.randbits(17), _last + 1)
        _last = now
    high, counter = now >> 18, now & 0x3FFFF
    value = high << 80 | 7 << 76 | (counter >> 6) << 64 | 2 << 62 | (counter & 0x3F) << 56 | secrets.randbits(56)
    return f"{value:032x}"


def use_source(source: Callable[[], str] | None) -> None:
    """Let the practice school draw its ids from a seed, so that its contents are the same every time; None ends it."""
    global _source
    _source = source
