"""`python -m psyroom`: the window; with a sub-command: the command line, which never imports PySide6."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path


def _wants_window(arguments: Sequence[str]) -> tuple[bool, Path | None]:
    """Whether nothing but `--room DIR` was said, and that folder."""
    folder: Path | None = None
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--room" and rest:
            folder = Path(rest.pop(0))
        elif word.startswith("--room="):
            folder = Path(word.removeprefix("--room="))
        else:
            return False, None
    return True, folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done; 1 nothing was done; 2 wrong use."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    window, folder = _wants_window(words)
    if window:
        gc.disable()  # until the first picture: what is loaded before it stays
        from psyroom.ui.start import run

        return run(folder)
    from psyroom import log
    from psyroom.cli import run as run_command

    log.guard(main=True)
    return run_command(words)


if __name__ == "__main__":
    sys.exit(main())
