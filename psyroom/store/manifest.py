"""The manifest of a copy: which files, how long, with which digest; and whether a copy still answers to it.

Anybody may read it, so it tells nothing of what lies in the files: how many records there are of each kind (of a crisis,
of a child in care) is sealed under the key of the file they stand in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from psyroom.store import keys, roomfile

NAME = "manifest.json"
FORMAT = 1
ATTACHED = "辅导室附件"
"""The folder beside the copies of a place in which the contents of attachments lie, once each."""
LARGEST = 20_000_000
"""Bytes of a manifest; what is longer was never written by this program."""
EARLIEST, LATEST = 2000, 9000
"""Years a copy may be of."""
BLOCK = 2048
"""Bytes by which sealed counts grow."""


@dataclass
class Manifest:
    """`files`: name → (bytes, sha256 in hex); `rows`: schema → the counts of its tables, sealed (`seal_rows`); `heads`:
    schema → digest of the last deed; `needs`: attachment → bytes; `verified`: opened with both keys and checked."""

    format: int
    room: str
    made_at: str
    program: str
    files: dict[str, tuple[int, str]]
    rows: dict[str, str]
    heads: dict[str, str]
    verified: bool = True
    needs: dict[str, int] = field(default_factory=dict)

    def at(self) -> datetime:
        """When it was made (UTC)."""
        return moment(self.made_at)

    def seal_rows(self, file_keys: Mapping[str, bytes], counts: Mapping[str, int]) -> None:
        """Keep how many rows there are (`main.student` → 300), each file's under its key, filled up to whole blocks."""
        for schema, key in file_keys.items():
            text = json.dumps({name: n for name, n in sorted(counts.items()) if name.startswith(schema + ".")}).encode()
            self.rows[schema] = keys.seal(_of(key), text + b" " * (-len(text) % BLOCK), self._about(schema)).hex()

    def counts(self, file_keys: Mapping[str, bytes]) -> dict[str, int]:
        """What these keys tell of it; nothing where they are others."""
        found: dict[str, int] = {}
        for schema, key in file_keys.items():
            try:
                text = keys.unseal(_of(key), bytes.fromhex(self.rows[schema]), self._about(schema))
            except (keys.WrongKey, KeyError, ValueError):
                continue
            found |= {str(name): int(n) for name, n in json.loads(text).items()}
        return found

    def _about(self, schema: str) -> bytes:
        return f"counts {self.room} {self.made_at} {schema}".encode()


def _of(key: bytes) -> bytes:
    return keys.expand(key, "counts of a copy")


def moment(text: str) -> datetime:
    """A stamp from a stick as UTC. Errors: `ValueError` also where no calendar could go on counting from it."""
    at = datetime.fromisoformat(text)
    if not EARLIEST <= at.year <= LATEST:
        raise ValueError("no such year")
    return at.astimezone(UTC)


def is_plain(name: object) -> bool:
    """Whether a name read from a stick names something in its own folder and nowhere else."""
    return (
        isinstance(name, str)
        and 0 < len(name) < 200
        and name not in (".", "..")
        and not any(c in name for c in '/\\:\0"*?<>|')
        and name.isprintable()
    )


def digest_of(path: Path) -> tuple[int, str]:
    """(bytes, sha256) of a file."""
    with path.open("rb") as file:
        whole = hashlib.file_digest(file, "sha256").hexdigest()
    return path.stat().st_size, whole


def write(folder: Path, manifest: Manifest) -> None:
    roomfile.put(folder / NAME, json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode())


def read(folder: Path) -> Manifest | None:
    """None when there is none, or none that can be read."""
    try:
        path = folder / NAME
        if not path.is_file() or path.stat().st_size > LARGEST:  # a pipe would keep whoever reads it for ever
            return None
        raw = json.loads(path.read_text("utf-8"))
        found = Manifest(
            int(raw["format"]), str(raw["room"]), str(raw["made_at"]), str(raw["program"]),
            {str(name): (int(size), str(digest)) for name, (size, digest) in raw["files"].items()},
            {str(k): str(v) for k, v in raw["rows"].items()}, {str(k): str(v) for k, v in raw["heads"].items()},
            raw.get("verified", True) is True, {str(k): int(v) for k, v in raw.get("needs", {}).items()},
        )  # fmt: skip
        found.at()
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None
    return found if all(is_plain(name) for name in (*found.files, *found.needs)) else None


def trouble_of(folder: Path, *, quick: bool = False) -> str | None:
    """What is wrong with a copy, as the middle of a sentence; None when every file is what was written. `quick`: lengths
    only."""
    manifest = read(folder)
    if manifest is None:
        return "没有清单，或清单读不出来"
    for name, wanted in manifest.files.items():
        path = folder / name
        try:
            if not path.is_file() or path.stat().st_size != wanted[0] or not quick and digest_of(path) != wanted:
                return f"“{name}”和备份时不一样了"
        except OSError:
            return f"缺少“{name}”，或读不出来"
    return None


def missing_attachments(folder: Path) -> list[str]:
    """Attachments a copy needs that do not lie whole beside it."""
    manifest = read(folder)
    beside = folder.parent / ATTACHED
    missing = []
    for name, size in (manifest.needs if manifest else {}).items():
        try:
            if not (beside / name).is_file() or (beside / name).stat().st_size != size:
                missing.append(name)
        except OSError:
            missing.append(name)
    return missing
