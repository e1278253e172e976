"""Why a file was not read: a code the child sends to its parent. Nothing here may import much: the child starts with it."""

from __future__ import annotations

ENCRYPTED = "encrypted"
HOSTILE = "hostile"
BAD = "bad"

MOST_CELLS = 3_000_000
"""The largest block, from A1 to the last filled cell, that is read: a hundred times the largest school's roster."""


class Refusal(Exception):
    """Raised while reading. `kind` is one of the codes above, `why` the part of the Chinese sentence that names the cause."""

    def __init__(self, kind: str, why: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.why = why
