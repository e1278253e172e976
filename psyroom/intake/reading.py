"""Reading a file: the size is looked at here, everything else in a child process (see child.py)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psyroom
from psyroom.errors import BadFile, FileEncrypted, FileHostile, FileMissing, FileTooBig
from psyroom.intake import refusal
from psyroom.intake.sheets import Book, from_answer

MOST_BYTES = 50_000_000
MOST_ROWS = 100_000  # five times the largest school; more only costs memory and minutes
MOST_SECONDS = 30
READER = [sys.executable, "-X", "utf8", "-m", "psyroom.intake.child"]
_KEPT = (
    "PATH",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "LD_LIBRARY_PATH",
)  # nothing else of the environment: it may hold a password


def read_book(path: Path | str) -> Book:
    """The sheets of a file, whatever its name says it is. Raises BadFile and its kin, each with its sentence."""
    path = Path(path)
    name = path.name
    data = bytes_of(path, name)
    answer = answer_of(READER, data, name)
    if kind := answer.get("refused"):
        why = str(answer.get("why", ""))
        if kind == refusal.ENCRYPTED:
            raise FileEncrypted(name=name)
        if kind == refusal.HOSTILE:
            raise FileHostile(name=name, why=why)
        raise BadFile(name=name, why=why)
    rows = sum(len(sheet["rows"]) for sheet in answer.get("sheets", ()))
    if rows > MOST_ROWS:
        raise BadFile(name=name, why=f"有 {rows} 行，一所学校的表格到不了这么多，请检查是不是选错了文件")
    return from_answer(name, answer)


def bytes_of(path: Path, name: str) -> bytes:
    """The bytes of a file that is one and not too large. Raises BadFile and its kin."""
    try:
        if path.is_dir():
            raise BadFile(name=name, why="这是文件夹，请选里面的表格文件")
        if not path.is_file():
            raise FileMissing(name=name)
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise FileTooBig(name=name, size=f"{size / 1_000_000:.0f} MB")
        if size == 0:
            raise BadFile(name=name, why="文件是空的，请检查是不是没有下载完整")
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadFile(name=name, why="没有权限或文件正被占用，请关闭正在打开它的软件再试") from error


def environment() -> dict[str, str]:
    """What a reading process is given of ours."""
    kept = {key: os.environ[key] for key in _KEPT if key in os.environ}
    return kept | {"PYTHONPATH": str(Path(psyroom.__file__).resolve().parent.parent), "PYTHONUTF8": "1"}


def answer_of(command: list[str], data: bytes, name: str, seconds: float = MOST_SECONDS) -> dict[str, Any]:
    """What a reading process answers to these bytes. Raises FileHostile where it dies, hangs or says nothing sensible."""
    try:
        out = output_of(command, data, seconds)
    except TimeoutError:
        raise FileHostile(name=name, why="读了很久也没有读完") from None
    try:
        answer: dict[str, Any] = json.loads(out.decode("utf-8", "replace")) if out is not None else {}
    except ValueError:
        answer = {}
    if not answer:
        # Whatever ended the child (too much memory, a fault of the reader): the file is to blame, and only it is gone.
        raise FileHostile(name=name, why="读取时占用过多，也许有内容在太远的行或列")
    return answer


def output_of(command: list[str], data: bytes, seconds: float) -> bytes | None:
    """What a reading process writes to its output; None where it did not end well. Raises TimeoutError.

    The process gets no environment but the few names it needs: ours may hold a password.
    """
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as child:
        try:
            out, _ = child.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
            raise TimeoutError from None
    return out if child.returncode == 0 else None
