"""What every sub-command shares: how a room is opened, how slow work is run, how something is said beside the answer."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from psyroom.errors import NoRoom, Refused

if TYPE_CHECKING:
    from psyroom.store.room import Room

Result = TypeVar("Result")
Answer = tuple[int, Any, str]
"""Exit code, the JSON answer, the same for a person's eyes."""


class WrongUse(Exception):
    """The command was called without something it needs; the message says what, in Chinese."""


def note(sentence: str) -> None:
    """Something to know beside the answer, on standard error; nothing where it was closed."""
    if sys.stderr is not None:
        sys.stderr.write(sentence + "\n")


def code_of(choices: dict[str, str], text: str, what: str) -> str:
    """A choice by its code or its label."""
    for code, label in choices.items():
        if text in (code, label):
            return code
    raise Refused(why=f"没有“{text}”这个{what}，可用的有：{'、'.join(choices.values())}。")


def secret(variable: str, question: str) -> str:
    """A password from the environment, or typed at a terminal."""
    if (given := os.environ.get(variable)) is not None:
        try:  # the same bytes are the same password, whatever the locale makes of them
            return os.fsencode(given).decode("utf-8")
        except UnicodeError:
            if given.isprintable():
                return given
            raise Refused(why=f"环境变量 {variable} 里的文字读不出来，请用 UTF-8 编码。") from None
    if sys.stdin is not None and sys.stdin.isatty():
        import getpass

        return getpass.getpass(question)
    raise Refused(why=f"没有给出{question.rstrip('：')}，请先设置环境变量 {variable}。")


def folder_of(options: Any) -> Path:
    """The room's folder as given. Raises `WrongUse`."""
    if not options.room:
        raise WrongUse("请用 --room DIR 指明辅导室所在的文件夹")
    return Path(options.room)


def open_room(options: Any) -> Room:
    """The room the options name, opened by the one they name."""
    from psyroom.store import opening, roomfile

    folder = folder_of(options)
    if not roomfile.names(folder):
        raise NoRoom(folder=str(folder))
    room = opening.open_room(folder, options.as_name, secret("PSYROOM_PASSWORD", "密码："))
    room.clock_confirmed = options.clock_ok
    return room


def drive(work: Generator[Any, Any, Result]) -> Result:
    """Run slow work to its end without showing progress."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            value: Result = done.value
            return value
