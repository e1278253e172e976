"""Step 2, desk.db: series of bookings, make-up openings, and the tables of events, groups, waiting, weeks, rota and rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_CHANGED = {
    "booking": ("series", "''"),
    "opening_exception": ("heals", "NULL"),
}
"""Table → the column it gains and what older rows hold there."""

_SHAPES = {
    "booking": (
        "CREATE TABLE booking (client VARCHAR NOT NULL, name VARCHAR(20) NOT NULL, group_no INTEGER NOT NULL, size "
        "INTEGER NOT NULL, form VARCHAR NOT NULL, channel VARCHAR NOT NULL, day DATE NOT NULL, student VARCHAR NOT "
        "NULL, starts INTEGER NOT NULL, ends INTEGER NOT NULL, person VARCHAR NOT NULL, place VARCHAR NOT NULL, "
        "way VARCHAR NOT NULL, outcome VARCHAR NOT NULL, follow_up VARCHAR NOT NULL, series VARCHAR NOT NULL, id "
        "VARCHAR NOT NULL, PRIMARY KEY (id))",
        "CREATE INDEX ix_booking_day ON booking (day)",
        "CREATE INDEX ix_booking_series ON booking (series)",
        "CREATE INDEX ix_booking_student ON booking (student)",
    ),
    "opening_exception": (
        "CREATE TABLE opening_exception (day DATE NOT NULL, starts INTEGER NOT NULL, ends INTEGER NOT NULL, opens "
        "BOOLEAN NOT NULL, place VARCHAR NOT NULL, person VARCHAR NOT NULL, why VARCHAR NOT NULL, heals DATE, id "
        "VARCHAR NOT NULL, PRIMARY KEY (id))",
    ),
}

_NEW = (
    "CREATE TABLE event (kind VARCHAR NOT NULL, starts INTEGER NOT NULL, ends INTEGER NOT NULL, person VARCHAR "
    "NOT NULL, place VARCHAR NOT NULL, stage VARCHAR NOT NULL, cohort INTEGER NOT NULL, class_no INTEGER NOT "
    "NULL, size INTEGER NOT NULL, outcome VARCHAR NOT NULL, day DATE NOT NULL, series VARCHAR NOT NULL, id "
    "VARCHAR NOT NULL, PRIMARY KEY (id))",
    "CREATE INDEX ix_event_day ON event (day)",
    "CREATE INDEX ix_event_series ON event (series)",
    "CREATE TABLE counselling_group (no INTEGER NOT NULL, leader VARCHAR NOT NULL, ended BOOLEAN NOT NULL, id "
    "VARCHAR NOT NULL, PRIMARY KEY (id))",
    'CREATE TABLE group_member ("group" VARCHAR NOT NULL, student VARCHAR NOT NULL, since DATE NOT NULL, until '
    "DATE, id VARCHAR NOT NULL, PRIMARY KEY (id))",
    'CREATE INDEX ix_group_member_group ON group_member ("group")',
    "CREATE INDEX ix_group_member_student ON group_member (student)",
    "CREATE TABLE attendance (id VARCHAR NOT NULL, visit VARCHAR NOT NULL, student VARCHAR NOT NULL, state "
    "VARCHAR NOT NULL, PRIMARY KEY (id))",
    "CREATE INDEX ix_attendance_student ON attendance (student)",
    "CREATE INDEX ix_attendance_visit ON attendance (visit)",
    "CREATE TABLE waiting (client VARCHAR NOT NULL, name VARCHAR(20) NOT NULL, person VARCHAR NOT NULL, "
    "minutes INTEGER NOT NULL, channel VARCHAR NOT NULL, way VARCHAR NOT NULL, since DATE NOT NULL, expires "
    "DATE NOT NULL, student VARCHAR NOT NULL, state VARCHAR NOT NULL, booking VARCHAR NOT NULL, id VARCHAR NOT "
    "NULL, PRIMARY KEY (id))",
    "CREATE INDEX ix_waiting_state ON waiting (state)",
    "CREATE INDEX ix_waiting_student ON waiting (student)",
    "CREATE TABLE waiting_window (weekday INTEGER NOT NULL, starts INTEGER NOT NULL, ends INTEGER NOT NULL, id "
    "VARCHAR NOT NULL, waiting VARCHAR NOT NULL, PRIMARY KEY (id))",
    "CREATE INDEX ix_waiting_window_waiting ON waiting_window (waiting)",
    "CREATE TABLE room_rules (buffer_before INTEGER NOT NULL, buffer_after INTEGER NOT NULL, lead INTEGER NOT "
    "NULL, each_counts BOOLEAN NOT NULL, id VARCHAR NOT NULL, PRIMARY KEY (id))",
    "CREATE TABLE week_reason (id VARCHAR NOT NULL, monday DATE NOT NULL, why VARCHAR NOT NULL, person "
    "VARCHAR NOT NULL, PRIMARY KEY (id))",
    "CREATE INDEX ix_week_reason_monday ON week_reason (monday)",
    "CREATE TABLE week_signature (id VARCHAR NOT NULL, monday DATE NOT NULL, person VARCHAR NOT NULL, at "
    "VARCHAR NOT NULL, outside INTEGER NOT NULL, open INTEGER NOT NULL, target INTEGER, rows VARCHAR NOT NULL, "
    "PRIMARY KEY (id))",
    "CREATE INDEX ix_week_signature_monday ON week_signature (monday)",
    "CREATE TABLE week_amendment (id VARCHAR NOT NULL, monday DATE NOT NULL, kind VARCHAR NOT NULL, ref "
    "VARCHAR NOT NULL, why VARCHAR NOT NULL, person VARCHAR NOT NULL, at VARCHAR NOT NULL, PRIMARY KEY "
    "(id))",
    "CREATE INDEX ix_week_amendment_monday ON week_amendment (monday)",
    "CREATE TABLE handover (id VARCHAR NOT NULL, day DATE NOT NULL, at VARCHAR NOT NULL, person VARCHAR NOT "
    'NULL, "to" VARCHAR NOT NULL, items VARCHAR NOT NULL, read_by VARCHAR NOT NULL, read_at VARCHAR NOT NULL, '
    "PRIMARY KEY (id))",
    "CREATE INDEX ix_handover_day ON handover (day)",
    "CREATE TABLE duty_turn (starts INTEGER NOT NULL, ends INTEGER NOT NULL, place VARCHAR NOT NULL, person "
    "VARCHAR NOT NULL, instead_of VARCHAR NOT NULL, why VARCHAR NOT NULL, id VARCHAR NOT NULL, day DATE NOT "
    "NULL, PRIMARY KEY (id))",
    "CREATE INDEX ix_duty_turn_day ON duty_turn (day)",
)


def run(execute: Callable[..., Any]) -> None:
    """Rebuilt, not altered: a migrated table then reads letter for letter like a fresh one."""
    for table, (column, value) in _CHANGED.items():
        names = [row[1] for row in execute(f"PRAGMA main.table_info({table})").fetchall()]
        kept = ", ".join(f'"{name}"' for name in names)
        execute(f"ALTER TABLE main.{table} RENAME TO {table}_before")
        shape, *indexes = _SHAPES[table]
        execute(shape)
        execute(f'INSERT INTO main.{table} ({kept}, "{column}") SELECT {kept}, {value} FROM main.{table}_before')
        execute(f"DROP TABLE main.{table}_before")
        for index in indexes:
            execute(index)
    for statement in _NEW:
        execute(statement)
