"""Where things lie: the program's own resources, this account's settings and log. Nothing here needs a HOME to exist."""

from __future__ import annotations

import os
from pathlib import Path

RESOURCES = Path(__file__).resolve().parent.parent / "resources"


def resource(*parts: str) -> Path:
    """A file that ships with the program."""
    return RESOURCES.joinpath(*parts)


def _home_is_usable() -> bool:
    home = os.environ.get("HOME") or os.environ.get("USERPROFILE") or ""
    return bool(home) and Path(home).is_dir() and os.access(home, os.W_OK)


def config_folder() -> Path | None:
    """This account's folder for settings and log; None where the account has no home to write to."""
    if override := os.environ.get("PSYROOM_CONFIG"):
        folder = Path(override)
    elif _home_is_usable():
        from platformdirs import user_config_path

        folder = user_config_path("psyroom", appauthor=False, roaming=False)
    else:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder


def proposed_room_folder() -> Path:
    """A folder on a fixed drive which all accounts of the computer may open, where one can be written; else the home."""
    if os.name == "nt":
        base = Path(os.environ.get("PUBLIC", r"C:\Users\Public")) / "Documents"
    else:
        base = next((p for p in (Path("/var/lib"), Path("/srv")) if os.access(p, os.W_OK)), Path.home())
    return base / "心理辅导室"


def practice_folder() -> Path:
    """Where the practice school is made when someone looks around: thrown away and made anew."""
    import tempfile

    config = config_folder()
    return (config or Path(tempfile.gettempdir())) / "practice"
