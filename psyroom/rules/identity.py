"""Resident identity numbers: form and check digit (GB 11643-1999, ISO 7064 MOD 11-2)."""

from __future__ import annotations

import re
from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def check_digit_ok(id_number: str) -> bool:
    """True for 18 places whose last one fits the seventeen before it."""
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", id_number):
        return False
    weighted = sum(int(digit) * weight for digit, weight in zip(id_number, _WEIGHTS, strict=False))
    return _CHECKS[weighted % 11] == id_number[17].upper()


def born_of(id_number: str) -> date | None:
    """The birthday inside an 18-place number, whether or not its check digit fits; None where there is no such day."""
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", id_number):
        return None
    try:
        return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    except ValueError:
        return None


def kind_of(number: str) -> str:
    """`id_number` or `registry_number` (国网学籍号: G, L or J before an identity number) for what can be nothing else,
    wherever it was written; empty for any other number."""
    found = re.fullmatch(r"([GLJglj]?)([0-9]{17}[0-9Xx])", number)
    born = born_of(found[2]) if found else None
    if found is None or born is None or not 1940 <= born.year <= 2100:
        return ""
    return "registry_number" if found[1] else "id_number"


def sex_of(id_number: str) -> str:
    """`m` or `f` by the seventeenth place; empty where it cannot be told."""
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", id_number):
        return ""
    return "m" if int(id_number[16]) % 2 else "f"


def complete(first_seventeen: str) -> str:
    """The 18-place number whose first seventeen places are given."""
    weighted = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return first_seventeen + _CHECKS[weighted % 11]
