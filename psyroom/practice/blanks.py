"""What the made-up records of the practice school share: a record's columns as they begin, a moment of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from sqlmodel import SQLModel

Row = dict[str, Any]
Rows = list[tuple[type[SQLModel], list[Row]]]


def blank(fields: type[SQLModel]) -> Row:
    """Every column that has a default, at it."""
    return {name: field.default for name, field in fields.model_fields.items() if not field.is_required()}


def stamp(day: date, hour: int) -> str:
    """A moment of a day as the records keep it: UTC."""
    return datetime.combine(day, time(hour), UTC).isoformat(timespec="seconds")
