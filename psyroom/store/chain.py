"""The chain: deeds, their revisions, and the digests that bind them. The same three tables lie in each file.

A deed is one act of one person in one transaction. It carries the digest of the deed before it and one over its own
revisions; a revision holds a record's content before and after, salted, so that what the law wants forgotten can go
(leaving the digest, a "stone") and the chain still proves the rest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from psyroom.records.fields import CASES, Fields
from psyroom.records.ids import new_id

OWN = frozenset({"deed", "revision"})
"""Tables of the chain itself: guarded by triggers of their own, without revisions."""


class _DeedFields(Fields):
    seq: int = Field(primary_key=True)  # local order; the digest does not cover it, so chains can be merged later
    id: str = Field(unique=True)  # the same in both files
    origin: str  # the computer: each keeps a chain of its own
    person: str
    at: str  # UTC, ISO 8601 with milliseconds
    what: str  # neutral label; the desk reads it too
    spans: bool  # the deed also wrote in the other file
    undoes: str | None = Field(default=None, index=True)
    undoable: bool = True
    prev: bytes
    digest: bytes


class DeskDeed(_DeedFields, table=True):
    __tablename__ = "deed"


class CaseDeed(_DeedFields, table=True):
    __tablename__ = "deed"
    __table_args__ = {"schema": CASES}


class _RevisionFields(Fields):
    seq: int | None = Field(default=None, primary_key=True)
    kind: str  # table
    ref: str  # record
    before: str | None = None  # JSON: whole record on delete, the changed columns on update, nothing on insert
    after: str | None = None
    salt: bytes | None = None  # a bare digest of a short content could be guessed, so it goes with the content
    stone: bytes | None = None  # the digest of a content the law wanted forgotten


class DeskRevision(_RevisionFields, table=True):
    __tablename__ = "revision"
    deed: int = Field(index=True, foreign_key="deed.seq")


class CaseRevision(_RevisionFields, table=True):
    __tablename__ = "revision"
    __table_args__ = {"schema": CASES}
    deed: int = Field(index=True, foreign_key="cases.deed.seq")


class _ErasureFields(Fields):
    """Which record was erased by law, and why. Watched: a stone without its entry is a fault."""

    kind: str
    ref: str
    why: str


class DeskErasure(_ErasureFields, table=True):
    __tablename__ = "erasure"
    id: str = Field(default_factory=new_id, primary_key=True)


class CaseErasure(_ErasureFields, table=True):
    __tablename__ = "erasure"
    __table_args__ = {"schema": CASES}
    id: str = Field(default_factory=new_id, primary_key=True)


def _arrange(model: type[SQLModel]) -> None:
    table = model.__table__  # type: ignore[attr-defined]
    Index("ix_revision_stone", table.c.kind, table.c.ref, sqlite_where=table.c.stone.is_not(None))
    Index("ix_revision_gone", table.c.kind, sqlite_where=table.c.after.is_(None))
    Index("ix_revision_of", table.c.kind, table.c.ref)
    for key in table.foreign_key_constraints:  # SQLite itself then refuses a COMMIT without the sealing deed row
        key.deferrable, key.initially = True, "DEFERRED"


for _model in (DeskRevision, CaseRevision):
    _arrange(_model)

Head = tuple[str, str, str, str, str, bool, str | None, bool, bytes]
"""id, origin, person, at, what, spans, undoes, undoable, prev: what a link covers besides its revisions."""

Row = Sequence[Any]
"""kind, ref, before, after, salt, stone."""


def content(before: str | None, after: str | None, salt: bytes) -> bytes:
    """Commitment to one revision: salt, then each content behind its length, or one byte for none, so that no two
    contents read alike. Also an SQL function, with which a guard lets a content become its stone."""
    parts = [b"-" if text is None else b"%d:" % len(raw := text.encode()) + raw for text in (before, after)]
    return hashlib.sha256(salt + parts[0] + parts[1]).digest()


def link(head: Head, rows: Iterable[Row]) -> bytes:
    """The digest of one deed. TypeError when a content is gone and no stone stands in its place."""
    fields = [value.hex() if isinstance(value, bytes) else value for value in head]
    whole = hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode())
    for kind, ref, before, after, salt, stone in rows:
        whole.update(json.dumps([kind, ref]).encode() + (stone or content(before, after, salt)))
    return whole.digest()
