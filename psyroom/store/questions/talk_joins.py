"""Questions of what joins 一生一谈 to the rest of the room: the sheets that name a student. All in case.db."""

from __future__ import annotations

from sqlmodel import Session, col, select

from psyroom.records.talks import TalkSheet


def sheets_naming(session: Session, student: str) -> list[TalkSheet]:
    """The class teachers' sheets in which a student has a row, as records."""
    return list(session.exec(select(TalkSheet).where(col(TalkSheet.students).contains(student))).all())
