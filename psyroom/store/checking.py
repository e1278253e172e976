"""Checks of an opened room: the chain, the triggers, rows against their revisions, pages, and the heads kept elsewhere.

At opening only what is new since the last verified point is walked (a millisecond); whole in `check`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from psyroom.errors import Damaged, WrongPassword
from psyroom.records.office import CaseState, DeskState
from psyroom.store import keys, secret, triggers
from psyroom.store.chain import link
from psyroom.store.connection import driver, raw_of
from psyroom.store.room import Finding, Room
from psyroom.store.tables import CASES, FILES, MAIN, is_watched, tables_in

SLICE = 2000  # rows per reading: a save never waits long
VERIFIED = "verified"
_STATE: dict[str, type[DeskState] | type[CaseState]] = {MAIN: DeskState, CASES: CaseState}


@dataclass
class Point:
    """How far one file's chain was walked: each computer's last digest, and the last deed and revision."""

    heads: dict[str, bytes] = field(default_factory=dict)
    deed: int = 0
    revision: int = 0

    def text(self) -> str:
        return json.dumps([{k: v.hex() for k, v in self.heads.items()}, self.deed, self.revision])

    @classmethod
    def of(cls, text: str) -> Point:
        heads, deed, revision = json.loads(text)
        return cls({k: bytes.fromhex(v) for k, v in heads.items()}, int(deed), int(revision))


@dataclass
class Report:
    """What a walk found. `points` are where the next one may begin, when there are no findings."""

    findings: list[Finding] = field(default_factory=list)
    points: dict[str, Point] = field(default_factory=dict)
    revisions: int = 0
    stones: int = 0

    @property
    def ok(self) -> bool:
        return not self.findings

    def found(self, what: str, sentence: str) -> None:
        self.findings.append(Finding(what, sentence))


def verify(room: Room, since: dict[str, Point] | None = None) -> Report:
    """Walk the chains in slices; what was verified before (`since`) is not walked again."""
    report = Report(points={s: Point(**vars(since[s])) if since and s in since else Point() for s in room.schemas})
    spanning: dict[str, list[str]] = {}
    with room.read() as session:
        raw = raw_of(session)
        for schema in room.schemas:
            if not triggers.are_faithful(raw.execute, schema):
                report.found("triggers", f"“{FILES[schema]}”里自动留痕的设置被人动过，请保留现场并联系技术支持。")
            _walk(raw, schema, report, spanning)
            _check_stones(raw, schema, report)
        if len(room.schemas) > 1:
            for id, where in spanning.items():
                other = CASES if where == [MAIN] else MAIN
                if len(where) == 1 and not raw.execute(f"SELECT 1 FROM {other}.deed WHERE id = ?", (id,)).fetchone():
                    report.found("spanning", f"有一步操作只在“{FILES[where[0]]}”里，“{FILES[other]}”可能是旧的。")
    return report


def _walk(raw: Any, schema: str, report: Report, spanning: dict[str, list[str]]) -> None:
    point = report.points[schema]
    name = FILES[schema]
    for deeds, parts, last_revision in _slices(raw, schema, point):
        for seq in sorted(deeds.keys() | parts.keys()):
            if seq not in deeds or seq not in parts:
                report.found("cut", f"“{name}”的记录链在第 {seq} 步断了，有内容被删去。")
                continue
            *fields, digest = deeds[seq]
            fields[5], fields[7] = bool(fields[5]), bool(fields[7])
            id, origin, prev = fields[0], fields[1], fields[8]
            known = point.heads.get(origin)
            if prev != known if known is not None else (prev not in point.heads.values() if point.heads else prev != b""):
                report.found("gap", f"“{name}”的记录链在第 {seq} 步接不上，前面有内容被删去或换过。")
            try:
                same = link(tuple(fields), parts[seq]) == digest  # type: ignore[arg-type]
            except TypeError:  # a content gone and no stone in its place
                same = False
            if not same:
                report.found("changed", f"“{name}”的记录链在第 {seq} 步对不上，内容被改过。")
            point.heads[origin] = digest
            report.revisions += len(parts[seq])
            report.stones += sum(row[5] is not None for row in parts[seq])
            if fields[5]:
                spanning.setdefault(id, []).append(schema)
        point.deed, point.revision = max(deeds.keys() | parts.keys()), last_revision
    if raw.execute(f"SELECT 1 FROM {schema}.deed WHERE seq > ?", (point.deed,)).fetchone():
        report.found("cut", f"“{name}”的记录链末尾缺了内容。")


def _slices(raw: Any, schema: str, point: Point) -> Iterator[tuple[dict[int, Any], dict[int, list[Any]], int]]:
    columns = "deed, kind, ref, before, after, salt, stone, seq"
    after = point.deed
    while rows := raw.execute(
        f"SELECT {columns} FROM {schema}.revision WHERE deed > ? ORDER BY deed, seq LIMIT ?", (after, SLICE)
    ).fetchall():
        if len(rows) == SLICE:  # the last deed may go on beyond the slice
            if rows[0][0] != rows[-1][0]:
                rows = [row for row in rows if row[0] != rows[-1][0]]
            else:
                rows = raw.execute(
                    f"SELECT {columns} FROM {schema}.revision WHERE deed = ? ORDER BY seq", (rows[0][0],)
                ).fetchall()
        last = rows[-1][0]
        deeds = {
            row[0]: row[1:]
            for row in raw.execute(
                f"SELECT seq, id, origin, person, at, what, spans, undoes, undoable, prev, digest FROM {schema}.deed "
                "WHERE seq > ? AND seq <= ?",
                (after, last),
            ).fetchall()
        }
        yield deeds, {seq: [r[1:7] for r in part] for seq, part in groupby(rows, key=lambda r: r[0])}, rows[-1][7]
        after = last


def _check_stones(raw: Any, schema: str, report: Report) -> None:
    left = raw.execute(
        f"SELECT count(DISTINCT ref) FROM {schema}.revision r INDEXED BY ix_revision_stone WHERE stone IS NOT NULL AND NOT "
        f"EXISTS (SELECT 1 FROM {schema}.erasure e WHERE e.kind = r.kind AND e.ref = r.ref)"
    ).fetchone()[0]
    if left:
        report.found("stone", f"“{FILES[schema]}”里有 {left} 条内容被抹去，却没有依法删除的登记。")


def drift(room: Room) -> list[tuple[str, str]]:
    """Records that differ from what their revisions add up to, as (kind, id): changed, made or removed behind the chain,
    or damaged by a lost journal, which no other check finds."""
    found: list[tuple[str, str]] = []
    for schema in room.schemas:
        for table in tables_in(schema):
            if not is_watched(table):
                continue
            names = [column.name for column in table.columns]
            place = names.index("id")
            wanted = ", ".join(f'"{n}"' for n in names)
            with room.snapshot() as session:
                raw = raw_of(session)
                now = {r[place]: r for r in raw.execute(f'SELECT {wanted} FROM {schema}."{table.name}"').fetchall()}
                steps = raw.execute(
                    f"SELECT ref, after, stone FROM {schema}.revision WHERE kind = ? ORDER BY seq", (table.name,)
                ).fetchall()
            told: dict[str, dict[str, Any]] = {}
            for ref, after, _ in steps:
                if after is None:
                    told.pop(ref, None)
                else:
                    told.setdefault(ref, {}).update(json.loads(after))
            found += [(table.name, ref) for ref in sorted(now.keys() ^ told.keys())]
            found += [
                (table.name, ref)
                for ref in now.keys() & told.keys()
                if any(told[ref].get(n, v) != v for n, v in zip(names, now[ref], strict=True))
            ]
    return found


# ---- at opening and at closing -------------------------------------------------------------------------------


def require_holder(room: Room) -> None:
    """Whether the files still know this person with this key: a name left in room.json opens nothing. `WrongPassword`."""
    public = keys.public_of(room._private).hex()
    try:
        with room.read() as session:
            raw = raw_of(session)
            rows = [raw.execute("SELECT public FROM main.person WHERE id = ? AND active", (room.person.id,)).fetchone()]
            if room.has_cases:
                rows.append(raw.execute("SELECT public FROM cases.holder WHERE id = ?", (room.person.id,)).fetchone())
    except driver.DatabaseError:
        raise Damaged(name=FILES[MAIN]) from None
    if any(row is None or row[0] != public for row in rows):
        raise WrongPassword


def verified_points(room: Room) -> dict[str, Point]:
    points = {}
    with room.read() as session:
        for schema in room.schemas:
            state = session.get(_STATE[schema], VERIFIED)
            if state is not None:
                try:
                    points[schema] = Point.of(state.value)
                except (ValueError, TypeError, AttributeError):
                    continue  # walk from the start
    return points


def keep_points(room: Room, report: Report) -> None:
    for schema, point in report.points.items():
        with room.aside() as session:  # one file each: no super-journal
            session.merge(_STATE[schema](id=VERIFIED, value=point.text()))


def at_opening(room: Room, enrolment: secret.Enrolment | None) -> list[Finding]:
    """The chain since the last verified point, and whether a file is older than when this account last closed it."""
    try:
        before = verified_points(room)
        report = verify(room, before)
    except driver.DatabaseError:
        raise Damaged(name=FILES[MAIN]) from None
    if report.ok and any(before.get(s) is None or before[s].deed != p.deed for s, p in report.points.items()):
        keep_points(room, report)
    return report.findings + older_than_heads(room, enrolment)


def head_of(room: Room, schema: str) -> tuple[int, str]:
    """(number, digest) of a file's last deed; (0, "") when there is none."""
    with room.read() as session:
        row = raw_of(session).execute(f"SELECT seq, digest FROM {schema}.deed ORDER BY seq DESC LIMIT 1").fetchone()
    return (int(row[0]), row[1].hex()) if row else (0, "")


def older_than_heads(room: Room, enrolment: secret.Enrolment | None) -> list[Finding]:
    found = []
    for schema, (seq, digest) in (enrolment.heads if enrolment else {}).items():
        if schema not in room.schemas or not seq:
            continue
        with room.read() as session:
            row = raw_of(session).execute(f"SELECT digest FROM {schema}.deed WHERE seq = ?", (seq,)).fetchone()
        if row is None or row[0].hex() != digest:
            found.append(
                Finding("older", f"这间房比上次打开时旧：“{FILES[schema]}”里缺少上次已保存的内容，可能被换成了旧文件。")
            )
    return found


def keep_heads(room: Room, enrolment: secret.Enrolment) -> None:
    """At closing: remember in the keyring how far the files had come. Not while something is older than remembered."""
    from psyroom.errors import RoomTrouble

    if any(finding.what == "older" for finding in room.findings):
        return
    heads = enrolment.heads | {schema: head_of(room, schema) for schema in room.schemas}
    if heads == enrolment.heads:
        return
    enrolment.heads = heads
    try:
        secret.store(room.id, room.lineage, enrolment)
    except RoomTrouble:
        return  # a keyring that has gone meanwhile costs the comparison, not the room
