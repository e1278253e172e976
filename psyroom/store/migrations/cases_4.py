"""Step 4, case.db: notes and what belongs to them, private notes, attachments, who read what, what left the room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

_NEW = (
    "CREATE TABLE cases.addendum ( id VARCHAR NOT NULL, note VARCHAR NOT NULL, at VARCHAR NOT NULL, person "
    "VARCHAR NOT NULL, text VARCHAR(6000) NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_addendum_note ON addendum (note)",
    "CREATE TABLE cases.attachment ( student VARCHAR NOT NULL, note VARCHAR NOT NULL, kind VARCHAR NOT NULL, "
    "caption VARCHAR(60) NOT NULL, name VARCHAR(120) NOT NULL, day DATE NOT NULL, id VARCHAR NOT NULL, media "
    'VARCHAR(60) NOT NULL, size INTEGER NOT NULL, sha256 VARCHAR NOT NULL, file VARCHAR NOT NULL, "key" VARCHAR '
    "NOT NULL, person VARCHAR NOT NULL, at VARCHAR NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_attachment_note ON attachment (note)",
    "CREATE INDEX cases.ix_cases_attachment_student ON attachment (student)",
    "CREATE TABLE cases.desk_word ( id VARCHAR NOT NULL, student VARCHAR NOT NULL, note VARCHAR NOT NULL, day "
    "DATE NOT NULL, at VARCHAR NOT NULL, writer VARCHAR NOT NULL, text VARCHAR(400) NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_desk_word_note ON desk_word (note)",
    "CREATE INDEX cases.ix_cases_desk_word_student ON desk_word (student)",
    "CREATE TABLE cases.export ( id VARCHAR NOT NULL, at VARCHAR NOT NULL, person VARCHAR NOT NULL, kind VARCHAR "
    "NOT NULL, students VARCHAR NOT NULL, reason VARCHAR(100) NOT NULL, receiver VARCHAR(60) NOT NULL, how "
    "VARCHAR NOT NULL, has_password BOOLEAN NOT NULL, files VARCHAR NOT NULL, head VARCHAR NOT NULL, PRIMARY KEY "
    "(id) )",
    "CREATE TABLE cases.next_step ( id VARCHAR NOT NULL, note VARCHAR NOT NULL, person VARCHAR NOT NULL, text "
    "VARCHAR(200) NOT NULL, due DATE, done_at VARCHAR NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_next_step_note ON next_step (note)",
    "CREATE TABLE cases.no_note ( id VARCHAR NOT NULL, why VARCHAR NOT NULL, person VARCHAR NOT NULL, PRIMARY KEY"
    " (id) )",
    "CREATE TABLE cases.note ( kind VARCHAR NOT NULL, visit VARCHAR NOT NULL, day DATE NOT NULL, starts INTEGER, "
    "ends INTEGER, place VARCHAR NOT NULL, channel VARCHAR NOT NULL, source VARCHAR NOT NULL, topic VARCHAR(60) "
    "NOT NULL, with_whom VARCHAR(40) NOT NULL, words VARCHAR(6000) NOT NULL, observed VARCHAR(6000) NOT NULL, "
    "state VARCHAR(6000) NOT NULL, problem VARCHAR(6000) NOT NULL, measures VARCHAR(6000) NOT NULL, effect "
    "VARCHAR(6000) NOT NULL, outcome VARCHAR(6000) NOT NULL, hospital_says VARCHAR(200) NOT NULL, hospital "
    "VARCHAR(60) NOT NULL, hospital_day DATE, shared BOOLEAN NOT NULL, id VARCHAR NOT NULL, number VARCHAR(12) "
    "NOT NULL, writer VARCHAR NOT NULL, made_at VARCHAR NOT NULL, signed_at VARCHAR NOT NULL, signed_by VARCHAR "
    "NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_note_list ON note (day, id, kind, writer, signed_at)",
    "CREATE INDEX cases.ix_cases_note_visit ON note (visit)",
    "CREATE INDEX cases.ix_cases_note_writer ON note (writer)",
    "CREATE TABLE cases.note_category ( id VARCHAR NOT NULL, note VARCHAR NOT NULL, category VARCHAR NOT NULL, "
    "PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_note_category_category ON note_category (category)",
    "CREATE INDEX cases.ix_cases_note_category_note ON note_category (note)",
    "CREATE TABLE cases.note_rules ( id VARCHAR NOT NULL, lock_days INTEGER NOT NULL, PRIMARY KEY (id) )",
    "CREATE TABLE cases.note_student ( id VARCHAR NOT NULL, note VARCHAR NOT NULL, student VARCHAR NOT NULL, "
    "PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_note_student_note ON note_student (note)",
    "CREATE INDEX cases.ix_cases_note_student_student ON note_student (student)",
    "CREATE TABLE cases.note_unlock ( id VARCHAR NOT NULL, note VARCHAR NOT NULL, at VARCHAR NOT NULL, person "
    "VARCHAR NOT NULL, reason VARCHAR(100) NOT NULL, until VARCHAR NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_note_unlock_note ON note_unlock (note)",
    "CREATE TABLE cases.phrase ( id VARCHAR NOT NULL, text VARCHAR(200) NOT NULL, part VARCHAR NOT NULL, person "
    "VARCHAR NOT NULL, PRIMARY KEY (id) )",
    "CREATE TABLE cases.private_key ( id VARCHAR NOT NULL, own VARCHAR NOT NULL, own_public VARCHAR NOT NULL, "
    "sheet VARCHAR NOT NULL, sheet_public VARCHAR NOT NULL, PRIMARY KEY (id) )",
    "CREATE TABLE cases.private_note ( id VARCHAR NOT NULL, person VARCHAR NOT NULL, student VARCHAR NOT NULL, "
    "note VARCHAR NOT NULL, at VARCHAR NOT NULL, sealed VARCHAR NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_private_note_note ON private_note (note)",
    "CREATE INDEX cases.ix_cases_private_note_person ON private_note (person)",
    "CREATE INDEX cases.ix_cases_private_note_student ON private_note (student)",
    "CREATE TABLE cases.problem_category ( id VARCHAR NOT NULL, name VARCHAR(12) NOT NULL, place INTEGER NOT "
    "NULL, retired BOOLEAN NOT NULL, PRIMARY KEY (id) )",
    "CREATE TABLE cases.reading ( id VARCHAR NOT NULL, at VARCHAR NOT NULL, person VARCHAR NOT NULL, what VARCHAR"
    " NOT NULL, student VARCHAR NOT NULL, note VARCHAR NOT NULL, reason VARCHAR(100) NOT NULL, PRIMARY KEY (id) )",
    "CREATE INDEX cases.ix_cases_reading_note ON reading (note)",
    "CREATE INDEX cases.ix_cases_reading_person ON reading (person)",
    "CREATE INDEX cases.ix_cases_reading_student ON reading (student)",
    "CREATE TABLE cases.student_background ( case_no VARCHAR(20) NOT NULL, family VARCHAR NOT NULL, upbringing "
    "VARCHAR NOT NULL, household VARCHAR(1000) NOT NULL, events VARCHAR(1000) NOT NULL, growth VARCHAR(1000) NOT "
    "NULL, health VARCHAR(1000) NOT NULL, at_school VARCHAR(1000) NOT NULL, mind VARCHAR(1000) NOT NULL, "
    "strengths VARCHAR(1000) NOT NULL, id VARCHAR NOT NULL, PRIMARY KEY (id) )",
)


def run(execute: Callable[..., Any]) -> None:
    for statement in _NEW:
        execute(statement)
