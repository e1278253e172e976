"""What the arguments of the command line may say: days, times, numbers. Raises what argparse shows as wrong use."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date


def day(text: str) -> date:
    from psyroom.rules import typed

    try:
        found = date.fromisoformat(text)
        if found.year not in typed.YEARS:
            raise ValueError
        return found
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，请写成 2026-08-31") from None


def minute(text: str) -> int:
    """14:30, 1430 as minutes from midnight."""
    from psyroom.rules import typed

    found = typed.minutes(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"“{text}”不是时间，请写成 14:30")
    return found


def id(text: str) -> str:
    if not text.isascii():
        raise argparse.ArgumentTypeError(f"“{text}”不是编号")
    return text


def within(least: int, most: int, what: str) -> Callable[[str], int]:
    """A whole number between two others."""

    def read(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{what}要在 {least} 到 {most} 之间，不是“{text}”")
        return int(text)

    return read


def bands(text: str) -> list[tuple[int, int]]:
    """08:00-08:45,08:55-09:40"""
    from psyroom.rules import typed

    found = []
    for part in text.replace("，", ",").split(","):
        begin, dash, end = part.strip().replace("—", "-").replace("–", "-").partition("-")
        starts, ends = typed.minutes(begin), typed.minutes(end) if dash else None
        if starts is None or ends is None or starts >= ends:
            raise argparse.ArgumentTypeError(f"“{part}”不是时段，请写成 08:00-08:45")
        found.append((starts, ends))
    return found
