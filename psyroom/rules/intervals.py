"""Arithmetic over bands of minutes, each `(from, to)` with `to` not included. Results are sorted and do not touch."""

from __future__ import annotations

from collections.abc import Iterable

Band = tuple[int, int]


def union(bands: Iterable[Band]) -> list[Band]:
    """The minutes that lie in any band; overlapping and touching bands become one, empty ones vanish."""
    found: list[Band] = []
    for start, end in sorted(band for band in bands if band[0] < band[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def subtract(bands: Iterable[Band], away: Iterable[Band]) -> list[Band]:
    """The minutes of `bands` that lie in none of `away`."""
    found = union(bands)
    for start, end in union(away):
        rest: list[Band] = []
        for a, b in found:
            if a < min(b, start):
                rest.append((a, min(b, start)))
            if max(a, end) < b:
                rest.append((max(a, end), b))
        found = rest
    return found


def overlap(bands: Iterable[Band], others: Iterable[Band]) -> list[Band]:
    """The minutes that lie in both."""
    theirs = union(others)
    return [
        (max(a, start), min(b, end)) for a, b in union(bands) for start, end in theirs if max(a, start) < min(b, end)
    ]


def total(bands: Iterable[Band]) -> int:
    """How many minutes lie in any band; none counts twice."""
    return sum(end - start for start, end in union(bands))


def meet(one: Band, other: Band) -> bool:
    """Whether two bands share a minute."""
    return max(one[0], other[0]) < min(one[1], other[1])
