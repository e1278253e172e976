"""Walking the chains: whether every link holds, and whether every row equals what its revisions add up to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy.sql.schema import ScalarElementColumnDefault

from psyroom.store import triggers
from psyroom.store.chain import link
from psyroom.store.connection import raw_of
from psyroom.store.room import Finding, Room
from psyroom.store.tables import CASES, FILES, MAIN, is_watched, tables_in

SLICE = 2000  # rows per reading: a save never waits long


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
    with room.read() as session:
        return walk(raw_of(session), room.schemas, since)


def walk(raw: Any, schemas: Sequence[str], since: dict[str, Point] | None = None) -> Report:
    """The same over a bare connection: a copy is checked before anybody opens it as a room."""
    report = Report(
        points={s: Point(dict(p.heads), p.deed, p.revision) for s, p in (since or {}).items() if s in schemas}
    )
    spanning: dict[str, list[str]] = {}
    for schema in schemas:
        report.points.setdefault(schema, Point())
        if not triggers.are_faithful(raw.execute, schema):
            report.found("triggers", f"“{FILES[schema]}”里自动留痕的设置被人动过，请保留现场并联系技术支持。")
        _walk(raw, schema, report, spanning)
        _check_stones(raw, schema, report)
    if len(schemas) > 1:
        for id, where in spanning.items():
            other = CASES if where == [MAIN] else MAIN
            if len(where) == 1 and not raw.execute(f"SELECT 1 FROM {other}.deed WHERE id = ?", (id,)).fetchone():
                report.found("spanning", f"有一步操作只在“{FILES[where[0]]}”里，“{FILES[other]}”可能是旧的。")
    return report


def head_in(raw: Any, schema: str) -> tuple[int, str]:
    """(number, digest in hex) of a file's last deed; (0, "") when there is none."""
    row = raw.execute(f"SELECT seq, digest FROM {schema}.deed ORDER BY seq DESC LIMIT 1").fetchone()
    return (int(row[0]), row[1].hex()) if row else (0, "")


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
            if (
                prev != known
                if known is not None
                else (prev not in point.heads.values() if point.heads else prev != b"")
            ):
                report.found("gap", f"“{name}”的记录链在第 {seq} 步接不上，前面有内容被删去或换过。")
            try:
                same = link(tuple(fields), parts[seq]) == digest
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
            # what a migrated row holds in a column that its revisions do not know yet
            born = {c.name: c.default.arg for c in table.columns if isinstance(c.default, ScalarElementColumnDefault)}
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
                if any(told[ref].get(n, born.get(n)) != v for n, v in zip(names, now[ref], strict=True))
            ]
    return found
