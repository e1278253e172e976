"""Step 3, case.db: why a booking broke the room's rules, who waits first, what a group is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_NEW = (
    "CREATE TABLE cases.booking_urgency (id VARCHAR NOT NULL, reason VARCHAR NOT NULL, person VARCHAR NOT "
    "NULL, PRIMARY KEY (id))",
    "CREATE TABLE cases.waiting_first (id VARCHAR NOT NULL, first BOOLEAN NOT NULL, PRIMARY KEY (id))",
    "CREATE TABLE cases.group_topic (id VARCHAR NOT NULL, topic VARCHAR(40) NOT NULL, PRIMARY KEY (id))",
)


def run(execute: Callable[..., Any]) -> None:
    for statement in _NEW:
        execute(statement)
