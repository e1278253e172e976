"""The command line over one room, as somebody types it: in this process, or each command in one of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from psyroom import cli

ROOT = Path(__file__).parent.parent.parent


class Line:
    """A call is one command, answered as JSON unless `plain`; `err` is what it said beside its answer. `who`: by whom."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], env: dict[str, str]) -> None:
        self.folder, self.capsys, self.env, self.err, self.own_process = folder, capsys, env, "", False

    def __call__(self, *args: str, code: int = 0, who: str = "甲", plain: bool = False, own: bool = False) -> Any:
        words = ["--room", str(self.folder), "--as", who, *args, *([] if plain else ["--json"])]
        got, out, self.err = (self._process if own or self.own_process else self._here)(words)
        assert "Traceback" not in self.err and got == code, (args, got, out, self.err)
        assert code != 1 or len(self.err.splitlines()) == 1
        return out if plain else json.loads(out) if out else None

    def _here(self, words: list[str]) -> tuple[int, str, str]:
        self.capsys.readouterr()
        try:
            code = cli.run(words)
        except SystemExit as left:
            code = int(str(left.code))
        return code, *self.capsys.readouterr()

    def _process(self, words: list[str]) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "psyroom", *words]
        done = subprocess.run(command, env=self.env, capture_output=True, stdin=subprocess.DEVNULL, timeout=120)
        return done.returncode, done.stdout.decode(), done.stderr.decode()
