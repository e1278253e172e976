"""Questions about the class teachers' sheets: those that went out, what came back, what it meets. All in case.db."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session
from sqlmodel import select as select_rows

from psyroom.records.talks import Talk, TalkExcuse, TalkReceipt, TalkSheet

sheet_c = TalkSheet.__table__.c  # type: ignore[attr-defined]
receipt_c = TalkReceipt.__table__.c  # type: ignore[attr-defined]
talk_c = Talk.__table__.c  # type: ignore[attr-defined]
excuse_c = TalkExcuse.__table__.c  # type: ignore[attr-defined]


def sheets(session: Session, term: str = "") -> list[Any]:
    """Every column of the sheets that went out (in a semester, or ever), the oldest first."""
    statement = select(*sheet_c).order_by(sheet_c.at, sheet_c.id)
    return list(session.execute(statement.where(sheet_c.term == term) if term else statement).all())


def receipts(session: Session, term: str) -> list[Any]:
    """Every column of what came back in a semester, the oldest first."""
    statement = select(*receipt_c).where(receipt_c.term == term).order_by(receipt_c.at, receipt_c.id)
    return list(session.execute(statement).all())


def talks(session: Session, first: date, last: date, sheets: Sequence[str]) -> list[Any]:
    """(id, student, day, talker, way, theme, points, follow_up, origin, sheet) of the talks of some days, and of those that
    came from some sheets whenever they were, in order of entry."""
    c = talk_c
    columns = (
        c.id, c.student, c.day, c.talker, c.way, c.theme, c.points, c.follow_up, c.origin, c.sheet,
    )  # fmt: skip
    within = [c.day.between(first, last)]
    if sheets:
        within.append(c.sheet.in_(sheets))
    return list(session.execute(select(*columns).where(or_(*within)).order_by(c.made_at, c.id)).all())


def excuses(session: Session, term: str) -> list[Any]:
    """(id, student, reason, sheet) of a semester."""
    c = excuse_c
    return list(session.execute(select(c.id, c.student, c.reason, c.sheet).where(c.term == term)).all())


def talk_rows(session: Session, ids: Sequence[str]) -> dict[str, Talk]:
    """Talks as records, to be changed."""
    found: dict[str, Talk] = {}
    for start in range(0, len(ids), 500):
        part = session.exec(select_rows(Talk).where(talk_c.id.in_(ids[start : start + 500]))).all()
        found.update((row.id, row) for row in part)
    return found


def excuse_rows(session: Session, ids: Sequence[str]) -> dict[str, TalkExcuse]:
    """Excuses as records, to be changed."""
    found: dict[str, TalkExcuse] = {}
    for start in range(0, len(ids), 500):
        part = session.exec(select_rows(TalkExcuse).where(excuse_c.id.in_(ids[start : start + 500]))).all()
        found.update((row.id, row) for row in part)
    return found
