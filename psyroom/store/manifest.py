"""The manifest of a copy: which files, how long, with which digest, how many rows; and whether a copy still answers to it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "manifest.json"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """`files`: name → (bytes, sha256 in hex); `rows`: table → count; `heads`: schema → digest of the last deed."""

    format: int
    room: str
    made_at: str
    program: str
    files: dict[str, tuple[int, str]]
    rows: dict[str, int]
    heads: dict[str, str]


def digest_of(path: Path) -> tuple[int, str]:
    """(bytes, sha256) of a file."""
    with path.open("rb") as file:
        whole = hashlib.file_digest(file, "sha256").hexdigest()
    return path.stat().st_size, whole


def write(folder: Path, manifest: Manifest) -> None:
    (folder / NAME).write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), "utf-8")


def read(folder: Path) -> Manifest | None:
    """None when there is none, or none that can be read."""
    try:
        raw = json.loads((folder / NAME).read_text("utf-8"))
        return Manifest(
            int(raw["format"]), str(raw["room"]), str(raw["made_at"]), str(raw["program"]),
            {str(name): (int(size), str(digest)) for name, (size, digest) in raw["files"].items()},
            {str(k): int(v) for k, v in raw["rows"].items()}, {str(k): str(v) for k, v in raw["heads"].items()},
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def trouble_of(folder: Path) -> str | None:
    """What is wrong with a copy, as the middle of a sentence; None when every file is what was written."""
    manifest = read(folder)
    if manifest is None:
        return "没有清单，或清单读不出来"
    for name, wanted in manifest.files.items():
        path = folder / name
        try:
            if digest_of(path) != wanted:
                return f"“{name}”和备份时不一样了"
        except OSError:
            return f"缺少“{name}”，或读不出来"
    return None
