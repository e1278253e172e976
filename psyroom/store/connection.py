"""One encrypted connection: keys, pragmas, the functions the triggers call, and what a wrong key looks like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlcipher3.dbapi2 as driver

from psyroom.errors import Damaged, NoRoom
from psyroom.store.chain import content
from psyroom.store.tables import CASES, FILES, MAIN

if TYPE_CHECKING:
    from psyroom.store.room import Deed

__all__ = ["Connection", "connect", "connect_alone", "driver", "opens", "quoted", "raw_of", "require_file", "uri"]

BUSY_SECONDS = 5.0
SMALLEST = 4096  # one page; a file cut to 0 or 1 bytes would open as an empty database


class Connection(driver.Connection):
    """A driver connection that knows the deed under way, if any."""

    deed: Deed | None = None

    def seq_of_deed(self, schema: str) -> int:
        if self.deed is None:
            raise PermissionError("write without a deed")
        return self.deed.seq(schema)


def quoted(key: bytes) -> str:
    """A raw key as SQLCipher wants it; bytes bound as they are would be taken for a passphrase."""
    return f"x'{key.hex()}'"


def uri(path: Path, mode: str) -> str:
    """`mode=rw` never creates: a missing file must not come up empty."""
    return f"{path.absolute().as_uri()}?mode={mode}"


def connect(folder: Path, keys: dict[str, bytes], *, mode: str = "rw") -> Connection:
    """A connection to desk.db, with case.db attached when its key is given."""
    c: Connection = driver.connect(
        uri(folder / FILES[MAIN], mode),
        uri=True,
        factory=Connection,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
    )
    try:
        _prepare(c, folder, keys, mode)
    except BaseException:
        c.close()
        raise
    return c


def _prepare(c: Connection, folder: Path, keys: dict[str, bytes], mode: str) -> None:
    c.execute("PRAGMA cipher_log_level = NONE")
    c.execute(f'PRAGMA key = "{quoted(keys[MAIN])}"')
    if not c.execute("PRAGMA cipher_version").fetchone():
        raise RuntimeError("this SQLite cannot encrypt")
    if CASES in keys:
        c.execute("ATTACH ? AS cases KEY ?", (uri(folder / FILES[CASES], mode), quoted(keys[CASES])))
    for schema in keys:
        # a rollback journal is the only one that is atomic over two files; TRUNCATE + FULL survives a power cut
        (journal,) = c.execute(f"PRAGMA {schema}.journal_mode = TRUNCATE").fetchone()
        if journal != "truncate":
            raise RuntimeError(f"journal mode is {journal}")
        c.execute(f"PRAGMA {schema}.synchronous = FULL")
        c.execute(f"PRAGMA {schema}.secure_delete = ON")
    for pragma in ("temp_store = MEMORY", "foreign_keys = ON", "recursive_triggers = ON"):
        c.execute(f"PRAGMA {pragma}")
    c.create_function("deed", 1, c.seq_of_deed)
    c.create_function("content", 3, content, deterministic=True)
    _close_export(c)


def _refuse(*_: object) -> None:
    raise PermissionError("no copy from one file into another")


def _close_export(c: Any) -> None:
    """SQLCipher's own `sqlcipher_export` copies one attached file into another, and may be called from a trigger. Whoever
    holds only the desk's key could plant one in desk.db and have a counsellor's connection copy case.db for them."""
    for count in (-1, 1, 2):
        c.create_function("sqlcipher_export", count, _refuse)


def require_file(folder: Path, name: str) -> None:
    path = folder / name
    if not path.exists():
        raise NoRoom(folder=folder) if name == FILES[MAIN] else Damaged(name=name)
    if path.stat().st_size < SMALLEST:
        raise Damaged(name=name)


def connect_alone(path: Path, key: bytes, *, mode: str = "rw") -> Any:
    """A bare connection to one file: for changing its key, copying and checking it."""
    c = driver.connect(uri(path, mode), uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
    try:
        c.execute("PRAGMA cipher_log_level = NONE")
        c.execute(f'PRAGMA key = "{quoted(key)}"')
        c.execute("PRAGMA temp_store = MEMORY")
        _close_export(c)
    except BaseException:
        c.close()
        raise
    return c


def opens(path: Path, key: bytes) -> bool:
    """Whether the key reads the file and the file holds tables. The folder must be locked and settled."""
    c = connect_alone(path, key)
    try:
        (tables,) = c.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()
        return bool(tables)
    except driver.DatabaseError:
        return False
    finally:
        c.close()


def raw_of(session: Any) -> Connection:
    """The driver's connection behind a session, for statements the ORM has no words for."""
    found: Connection = session.connection().connection.dbapi_connection
    return found
