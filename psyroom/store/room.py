"""The opened room: one connection over both files, and the only doors through which anything is read or written.

with room.write("保存预约") as deed:      # one transaction over both files, one deed, one link of the chain
    deed.session.add(booking)
with room.read() as session:             # no lock outlives a statement
    rows = session.exec(...).all()
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from psyroom.errors import ClockDoubt, Damaged, DiskStuck, SaveFailed
from psyroom.records.ids import new_id
from psyroom.store import settle as settling
from psyroom.store.chain import Head, link
from psyroom.store.connection import Connection, connect, driver, raw_of
from psyroom.store.secret import Enrolment
from psyroom.store.tables import CASES, FILES

EARLIER_FORGIVEN = timedelta(seconds=2)  # a clock that is set by the network steps back a little
LATER_ASKED = timedelta(days=30)


@dataclass(frozen=True)
class Who:
    """The person who unlocked. `role`: counsellor | duty."""

    id: str
    name: str
    role: str


@dataclass(frozen=True)
class Finding:
    """Something a check found: `what` is a stable English word, `sentence` is for a person."""

    what: str
    sentence: str


def utc_now() -> datetime:
    return datetime.now(UTC)


class Deed:
    """One act under way: its session, its id, its stamp. Sealed into the chain at commit."""

    def __init__(self, room: Room, raw: Connection, session: Session, what: str, at: datetime) -> None:
        self.room, self.raw, self.session, self.what = room, raw, session, what
        self.id = new_id()
        self.at = at.isoformat(timespec="milliseconds")
        self.undoes: str | None = None
        self.undoable = True
        self._done = False
        self._seq: dict[str, int] = {}

    def seq(self, schema: str) -> int:
        """This deed's number in one file; taken at the file's first revision."""
        if schema not in self._seq:
            (last,) = self.raw.execute(f"SELECT max(seq) FROM {schema}.deed").fetchone()
            self._seq[schema] = (last or 0) + 1
        return self._seq[schema]

    def close_block(self) -> None:
        self._done = True

    def seal(self) -> None:
        """Write the link into each file touched. Called in the commit event and nowhere else."""
        if not self._done:
            raise RuntimeError("write() commits, not its block")
        mine = {}
        for schema, seq in self._seq.items():  # a statement that failed may have left a number and no revision
            rows = self.raw.execute(
                f"SELECT kind, ref, before, after, salt, stone FROM {schema}.revision WHERE deed = ? ORDER BY seq",
                (seq,),
            ).fetchall()
            if rows:
                mine[schema] = rows
        for schema, rows in mine.items():
            head: Head = (
                self.id, self.room.origin, self.room.person.id, self.at, self.what, len(mine) > 1, self.undoes,
                self.undoable, self._prev(schema),
            )  # fmt: skip
            self.raw.execute(
                f"INSERT INTO {schema}.deed (seq, id, origin, person, at, what, spans, undoes, undoable, prev, digest)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (self._seq[schema], *head, link(head, rows)),
            )
        self._seq.clear()

    def _prev(self, schema: str) -> bytes:
        """The digest of this computer's deed before; a computer's first deed takes up whatever chain it found."""
        for where, values in (("WHERE origin = ?", (self.room.origin,)), ("", ())):
            row = self.raw.execute(
                f"SELECT digest FROM {schema}.deed {where} ORDER BY seq DESC LIMIT 1", values
            ).fetchone()
            if row:
                return bytes(row[0])
        return b""


_WHY = (
    ("full", "磁盘已满，请先腾出空间"),
    ("readonly", "文件是只读的，请检查文件夹的权限"),
    ("read-only", "文件是只读的，请检查文件夹的权限"),
    ("locked", "文件正被别的程序占用，请稍等片刻"),
    ("disk i/o", "磁盘读写出错，请尽快检查磁盘并备份"),
    ("unable to open", "文件打不开，请检查文件夹是否还在、权限是否够"),
    ("malformed", "文件损坏了，请退出程序，用最近的备份恢复"),
    ("not a database", "文件损坏了，请退出程序，用最近的备份恢复"),
)


def _save_failed(error: Exception) -> SaveFailed | None:
    """The world's fault as a sentence; None when it is ours."""
    text = str(getattr(error, "orig", None) or error).lower()
    return next((SaveFailed(why=why) for mark, why in _WHY if mark in text), None)


class Room:
    """An opened room. Made by `make_room` and `open_room`; closed by `close`. Threads may share it."""

    def __init__(
        self,
        folder: Path,
        keys: dict[str, bytes],
        *,
        id: str,
        lineage: str,
        origin: str,
        person: Who,
        private: bytes,
        practice: bool,
        lock: Any,
        enrolment: Enrolment | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.folder, self.id, self.lineage, self.origin = folder, id, lineage, origin
        self.person, self.practice, self.now = person, practice, now
        self.schemas: tuple[str, ...] = tuple(keys)
        self.has_cases = CASES in keys
        self.has_secret = enrolment is not None
        """Whether this computer's keyring holds a secret beside the passwords."""
        self.clock_confirmed = False
        self.recent: list[str] = []
        """Deeds since the room was opened, in order: their stamps may lie, when the clock was set back in between."""
        self.findings: list[Finding] = []
        """What the check at opening found; shown, never hidden, and whole in `checking.check`."""
        self.stranded: list[str] = []
        """After bringing a copy back where there is no keyring: who needs a new password from a colleague."""
        self._keys, self._private, self._lock, self._enrolment = keys, private, lock, enrolment
        self._closers: list[Callable[[Room], None]] = []
        self._gate, self._changing = threading.Condition(), False
        self._readers: Counter[int] = Counter()
        self._turn, self._writer = threading.Lock(), 0
        self.turns = 0
        """How many writes have ended, of whatever kind: who copies the files sees by it that nothing moved meanwhile."""
        self.closed = False
        self._connect()

    def _connect(self) -> None:
        """The pool over the present keys; made anew after a change of keys."""
        self._engine = create_engine(
            "sqlite://",
            module=driver,
            creator=lambda: connect(self.folder, self._keys),
            poolclass=QueuePool,
            pool_size=3,
            max_overflow=2,
            hide_parameters=True,
        )
        self._writing = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        self._touching = self._engine.execution_options(begin="BEGIN")
        event.listen(self._engine, "begin", _begin)
        event.listen(self._engine, "commit", _commit)

    @property
    def secret(self) -> bytes:
        """The room secret, empty where there is none."""
        return self._enrolment.secret if self._enrolment else b""

    def today(self) -> date:
        """The local day of `now`."""
        return self.now().astimezone().date()

    # ---- reading

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session without BEGIN: each statement stands alone. Take `.all()`, then let go. Errors: `Damaged`."""
        with self._reading(), Session(self._engine) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Several reads of one moment. Writers wait until it ends: load and let go. Errors: `Damaged`."""
        with self._reading(), Session(self._touching) as session:
            yield session

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """A page that cannot be read is told, wherever it is met: the check at opening reads only what is new.

        While the files change their keys nobody reads: with the old key they would look damaged.
        """
        me = threading.get_ident()
        with self._gate:
            while self._changing and not self._readers[me]:  # who reads already may read on: else both would wait
                self._gate.wait()
            self._readers[me] += 1
        try:
            yield
        except (DBAPIError, driver.Error) as error:
            text = str(getattr(error, "orig", None) or error).lower()
            if any(mark in text for mark in ("full", "disk i/o")) and self._is_cut_short():
                raise DiskStuck from None
            if any(mark in text for mark in ("malformed", "not a database", "disk i/o")):
                raise Damaged(name="、".join(FILES[schema] for schema in self.schemas)) from None
            raise
        finally:
            with self._gate:
                self._readers[me] -= 1
                if not self._readers[me]:
                    del self._readers[me]
                self._gate.notify_all()

    def _is_cut_short(self) -> bool:
        """Whether a journal lies there that must be rolled back before anything can be read."""
        return any(settling.is_hot(self.folder / name) for name in settling.JOURNALS)

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Nobody writes and nobody reads: for changing the files' keys. Not to be called while reading."""
        with self._alone():
            with self._gate:
                self._changing = True
                while self._readers:
                    self._gate.wait()
            try:
                yield
            finally:
                with self._gate:
                    self._changing = False
                    self._gate.notify_all()

    # ---- writing

    @contextmanager
    def write(self, what: str, *, undoable: bool = True, undoes: str | None = None) -> Iterator[Deed]:
        """One transaction over both files and one deed: all or nothing.

        `what` is a neutral Chinese label, readable on the desk's side. Errors: `ClockDoubt` before anything is written,
        `SaveFailed` when the disk would not take it (nothing is then changed).
        """
        with self._alone(), Session(self._writing, expire_on_commit=False) as session:
            raw: Connection | None = None
            try:
                raw = raw_of(session)
                deed = Deed(self, raw, session, what, self._checked_now(raw))
                deed.undoes, deed.undoable = undoes, undoable
                raw.deed = deed
                yield deed
                deed.close_block()
                session.commit()
                self.recent.append(deed.id)
            except (DBAPIError, driver.Error) as error:
                if told := _save_failed(error):
                    raise told from None
                raise
            finally:
                session.rollback()
                if raw is not None:
                    raw.deed = None

    @contextmanager
    def aside(self) -> Iterator[Session]:
        """For what leaves no trace (drafts, state): a watched table refuses to be written here."""
        with self._alone(), Session(self._touching, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
            except (DBAPIError, driver.Error) as error:
                if told := _save_failed(error):
                    raise told from None
                raise

    @contextmanager
    def _alone(self) -> Iterator[None]:
        me = threading.get_ident()
        if self._writer == me:
            raise RuntimeError("one door inside another")
        with self._turn:
            self._writer = me
            try:
                yield
            finally:
                self._writer = 0
                self.turns += 1

    def _checked_now(self, raw: Connection) -> datetime:
        """Now, never before the last deed. Errors: `ClockDoubt`."""
        now = self.now()
        stamps = [
            row[0]
            for s in self.schemas
            if (row := raw.execute(f"SELECT at FROM {s}.deed ORDER BY seq DESC LIMIT 1").fetchone())
        ]
        if not stamps:
            return now
        last = datetime.fromisoformat(max(stamps))
        doubtful = now < last - EARLIER_FORGIVEN or now > last + LATER_ASKED
        if doubtful and not self.clock_confirmed and not self.practice:  # a made-up school lives in its own time
            form = "%Y-%m-%d %H:%M"
            raise ClockDoubt(now=now.astimezone().strftime(form), last=last.astimezone().strftime(form))
        return now if doubtful else max(now, last)

    # ---- the end

    def on_close(self, closer: Callable[[Room], None]) -> None:
        """Have something done before the files close."""
        self._closers.append(closer)

    def close(self) -> None:
        """Let go of files, keys and lock. Safe to call twice."""
        if self.closed:
            return
        self.closed = True
        with self._turn:
            try:
                for closer in self._closers:
                    closer(self)
            finally:
                self._engine.dispose()
                if self.has_cases:
                    settling.sweep(self.folder)
                self._keys, self._private = {}, b""
                self._lock.release()

    def __enter__(self) -> Room:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _begin(connection: Any) -> None:
    if how := connection.get_execution_options().get("begin"):
        connection.exec_driver_sql(how)


def _commit(connection: Any) -> None:
    deed = connection.connection.dbapi_connection.deed
    if deed is not None:
        deed.seal()
