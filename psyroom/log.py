"""The log: what went wrong, by id, without any record's text."""

from __future__ import annotations

import logging
import secrets
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler

from psyroom.paths import config_folder

logger = logging.getLogger("psyroom")


def begin() -> None:
    """Write the log beside the settings, where the account has a place for it. Safe to call twice."""
    if logger.handlers:
        return
    logger.setLevel(logging.INFO)
    logger.propagate = True
    logging.raiseExceptions = False  # a log that cannot be written is no reason for a traceback
    folder = config_folder()
    if folder is None:
        logger.addHandler(logging.NullHandler())
        return
    handler = RotatingFileHandler(folder / "psyroom.log", maxBytes=500_000, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)


def guard(*, main: bool) -> None:
    """Whatever nobody caught, in any thread, is noted by its id and never printed: a desktop keeps what a program writes
    on standard error, and an error's message may hold record text. `main`: the main thread too."""

    def note(error: BaseException | None) -> None:
        if error is not None and not isinstance(error, (KeyboardInterrupt, SystemExit)):
            number = bug(error)
            if sys.stderr is not None:
                sys.stderr.write(f"出了问题，已记入日志（编号 {number}）。\n")

    threading.excepthook = lambda caught: note(caught.exc_value)
    sys.unraisablehook = lambda caught: note(caught.exc_value)
    if main:
        sys.excepthook = lambda kind, error, trace: note(error)


def bug(error: BaseException) -> str:
    """Note a bug and return its id. Types and places only: an error's message may hold what a child said."""
    number = secrets.token_hex(4)
    places = [f"{f.name}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
    logger.error("bug %s %s at %s", number, type(error).__name__, " < ".join(reversed(places[-8:])))
    return number
