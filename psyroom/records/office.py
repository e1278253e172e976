"""What the program itself keeps: drafts (no trace), state (one row overwritten), filings (what went out)."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from psyroom.records.fields import CASES, Fields, declare
from psyroom.records.ids import new_id


class FilingFields(Fields):
    """A nameless return that left the room: for which span, its digest, and the rows behind each figure."""

    kind: str = declare(label="报表", private=False)
    span: str = declare(label="期间", private=False)
    made_on: date = declare(label="日期", private=False)
    at: str = declare(label="时间", private=False)
    person: str = declare(label="制表人", private=False)
    files: str = declare(label="文件与摘要（JSON）", private=False)
    figures: str = declare(label="数字与来源记录（JSON）", private=False)
    head: str = declare("", label="记录链摘要", private=False)


class Filing(FilingFields, table=True):
    id: str = Field(default_factory=new_id, primary_key=True)


class CaseFiling(FilingFields, table=True):
    """case.db: a return about talks, care, plans or families, with or without names; the desk never learns of it."""

    __tablename__ = "case_filing"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)


class _DraftFields(Fields):
    person: str = ""
    form: str = ""
    about: str = ""
    at: str = ""
    text: str = ""


class DeskDraft(_DraftFields, table=True):
    """A desk form not yet saved (JSON). State: no revision."""

    __tablename__ = "desk_draft"
    __table_args__ = {"info": {"unwatched": True}}
    id: str = Field(default_factory=new_id, primary_key=True)


class CaseDraft(_DraftFields, table=True):
    """A counsellor's form not yet saved (JSON). State: no revision."""

    __tablename__ = "case_draft"
    __table_args__ = {"schema": CASES, "info": {"unwatched": True}}
    id: str = Field(default_factory=new_id, primary_key=True)


class DeskState(Fields, table=True):
    """Small state of desk.db by name: the last verified point, what a page remembers. No revision."""

    __tablename__ = "desk_state"
    __table_args__ = {"info": {"unwatched": True}}
    id: str = Field(primary_key=True)
    value: str = ""


class CaseState(Fields, table=True):
    """Small state of case.db by name. No revision."""

    __tablename__ = "case_state"
    __table_args__ = {"schema": CASES, "info": {"unwatched": True}}
    id: str = Field(primary_key=True)
    value: str = ""
