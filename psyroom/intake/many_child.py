"""The child process in which many files are opened one after another: `python -m psyroom.intake.many_child`.

The same bounds as in `child`, anew for each file; starting it once spares a folder of ninety files most of its time. For
each file come its passwords (JSON) and its bytes, each behind its length, and go its sheets, or why it was refused.
A file that ends this process takes no other with it: the parent goes on with the next one in a new one.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from psyroom.intake.child import MOST_SECONDS, limit, sheets_of, told
from psyroom.intake.refusal import BAD, ENCRYPTED, Refusal

LENGTH = 8  # bytes of a length


def answer(data: bytes, passwords: list[str]) -> dict[str, Any]:
    """Sheets, formulas by sheet, the number of the password that fitted (None: there was none), whether it has macros."""
    which: int | None = None
    try:
        kind = _kind(data)
        if kind == ENCRYPTED:
            from psyroom.intake.unlock import unlocked

            data, which = unlocked(data, passwords)
            kind = _kind(data)
        return {"sheets": sheets_of(data), "password": which, **_about(data, kind)}
    except Refusal as refusal:
        return {"refused": refusal.kind, "why": refusal.why}


def _kind(data: bytes) -> str:
    from psyroom.intake.sniff import kind_of

    try:
        return kind_of(data)
    except Refusal as refusal:
        if refusal.kind == ENCRYPTED:
            return ENCRYPTED
        raise


def _about(data: bytes, kind: str) -> dict[str, Any]:
    from psyroom.intake import formulas

    if kind in ("html", "xml"):
        formulas.refuse_in_markup(data)
    if kind == "zip":
        return {"formulas": formulas.of_xlsx(data), "macros": b"vbaProject.bin" in data}
    return {"formulas": formulas.of_xls(data) if kind == "xls" else {}, "macros": False}


def _another_turn() -> None:
    """As many seconds for the next file as for the first."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + MOST_SECONDS
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _read() -> bytes | None:
    size = sys.stdin.buffer.read(LENGTH)
    return sys.stdin.buffer.read(int.from_bytes(size, "big")) if len(size) == LENGTH else None


def main() -> int:
    limit()
    while (passwords := _read()) is not None and (data := _read()) is not None:
        _another_turn()
        try:
            found = answer(data, json.loads(passwords))
        except (ValueError, KeyError, IndexError, SyntaxError):
            found = {"refused": BAD, "why": "文件不完整或已损坏，请重新复制一份"}
        out = json.dumps(found, ensure_ascii=False, default=told).encode("utf-8", "surrogatepass")
        sys.stdout.buffer.write(len(out).to_bytes(LENGTH, "big") + out)
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
