"""The project around the code: what the tests themselves rest on, the locks, the set-up script, the README."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_an_internet_socket_is_refused() -> None:
    notes = Path(os.environ["PSYROOM_REFUSED_SOCKETS"])
    for family in (socket.AF_INET, socket.AF_INET6):
        with pytest.raises(RuntimeError):
            socket.socket(family)
    with pytest.raises(RuntimeError):
        socket.create_connection(("127.0.0.1", 9))
    with pytest.raises(RuntimeError):
        urllib.request.urlopen("http://127.0.0.1:9/", timeout=1)
    assert notes.read_text("utf-8")
    notes.unlink()
    for end in socket.socketpair():  # not the network
        end.close()


def test_an_internet_socket_is_refused_in_a_child_process() -> None:
    notes = Path(os.environ["PSYROOM_REFUSED_SOCKETS"])
    child = subprocess.run(
        [sys.executable, "-c", "import socket; socket.socket(socket.AF_INET)"], capture_output=True, text=True
    )
    assert child.returncode != 0 and "NetworkRefused" in child.stderr
    assert "socket.__new__" in notes.read_text("utf-8")
    notes.unlink()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import logging; logging.getLogger('psyroom.x').warning('spoken')", "the log has warnings"),
        ("from PySide6.QtCore import qWarning; qWarning('from Qt')", "from Qt"),
        ("import warnings; warnings.warn('old')", "UserWarning: old"),
        ("import socket\n    try: socket.socket()\n    except RuntimeError: pass", "the network was asked for"),
        ("import keyring; keyring.get_password('a', 'b')", "NoKeyringError"),
        ("import os; os._exit(0)", "told to end at once"),
    ],
)
def test_what_must_fail_a_test_does(body: str, reason: str, tmp_path: Path) -> None:
    """A test that warns in a log, from Qt or from Python, reaches for the network or for the keyring is red."""
    (tmp_path / "test_it.py").write_text(f"def test_it(qapp):\n    {body}\n", "utf-8")
    env = {k: v for k, v in os.environ.items() if k != "PSYROOM_REFUSED_SOCKETS"} | {"QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(ROOT)]
    command += ["-c", str(ROOT / "pyproject.toml"), "--confcutdir", str(tmp_path)]
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    (tmp_path / "no_network").mkdir()
    hook = ROOT / "tests" / "no_network" / "sitecustomize.py"
    (tmp_path / "no_network" / "sitecustomize.py").write_text(hook.read_text("utf-8"), "utf-8")
    ran = subprocess.run(
        [*command, str(tmp_path / "test_it.py")], capture_output=True, text=True, env=env, cwd=tmp_path
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert reason in ran.stdout


def _pins(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text("utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", text, re.MULTILINE))


def _named(requirements: list[str]) -> set[str]:
    return {re.sub(r"[-_.]+", "-", re.split(r"[<>=!~ \[;]", r)[0]).lower() for r in requirements}


def test_every_dependency_is_locked_with_hashes() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    run, dev = _pins("requirements.lock"), _pins("requirements-dev.lock")
    groups = project["dependency-groups"]
    assert _named(project["project"]["dependencies"]) | _named(groups["build"]) <= run.keys()
    assert _named(groups["dev"]) <= dev.keys()
    assert run.items() <= dev.items(), "the two locks disagree: make both anew"
    for lock in ("requirements.lock", "requirements-dev.lock"):
        blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text("utf-8"))
        assert not [b for b in blocks if "==" in b.split("\n")[0] and "--hash=sha256:" not in b]


def test_every_dependency_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text[text.index("dependencies = [") : text.index("[build-system]")]
    for line in block.splitlines():
        if line.strip().startswith('"'):
            assert "#" in line, line


def test_the_installed_versions_are_the_locked_ones() -> None:
    from importlib.metadata import version

    pins = _pins("requirements-dev.lock")
    assert {n: version(n) for n in ("pyside6-essentials", "sqlcipher3", "sqlmodel")} == {
        n: pins[n] for n in ("pyside6-essentials", "sqlcipher3", "sqlmodel")
    }


def test_ci_is_the_second_command_of_the_readme() -> None:
    run = ROOT / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert "sh installer/dev.sh test" in run.read_text("utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    for command in ("sh installer/dev.sh run", "sh installer/dev.sh test"):
        assert command in readme


def test_the_setup_script_says_its_usage_and_parses() -> None:
    script = str(ROOT / "installer" / "dev.sh")
    assert subprocess.run(["sh", "-n", script]).returncode == 0
    wrong = subprocess.run(["sh", script, "fly"], capture_output=True, text=True)
    assert wrong.returncode == 2 and "setup|run|test" in wrong.stderr


def test_without_rights_the_setup_script_prints_the_line_to_run(tmp_path: Path) -> None:
    """On a Debian without the packages, for an account that is not root and has no sudo: exit 1 and one line."""
    for name, text in {
        "dpkg-query": "exit 1",
        "apt-cache": "printf 'Candidate: 1\\n'",
        "apt-get": "echo 'must not be called' >&2; exit 9",
        "id": "echo 1000",
        "sudo": "exit 1",
    }.items():
        tool = tmp_path / name
        tool.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
        tool.chmod(0o755)
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    ran = subprocess.run(
        ["sh", str(ROOT / "installer" / "dev.sh"), "setup"], capture_output=True, text=True, env=env, cwd=tmp_path
    )
    assert ran.returncode == 1
    assert "sudo apt-get update && sudo apt-get install -y --no-install-recommends libglib2.0-0 " in ran.stderr
    assert "must not be called" not in ran.stderr


def _commands_of_the_readme() -> list[list[str]]:
    """The sub-commands named in the README's table: [["room", "new"], …]."""
    table = re.findall(r"^\| (`psyroom.*?) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    found = []
    for cell in table:
        for said in re.findall(r"`([^`]+)`", cell):
            words = said.replace("--room DIR", "").split()
            found.append([w for w in words[: _first_value(words)] if w != "psyroom"])
    return found


def _first_value(words: list[str]) -> int:
    return next((at for at, w in enumerate(words) if not re.fullmatch(r"[a-z-]+", w) or w.startswith("--")), len(words))


@pytest.mark.parametrize("command", _commands_of_the_readme(), ids=" ".join)
def test_every_command_of_the_readme_exists(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    from psyroom.cli import run

    words = [w for w in command if w != "opening-summary"]  # a value
    with pytest.raises(SystemExit) as left:
        run([*words, "--help"])
    assert left.value.code == 0 and "usage" in capsys.readouterr().out.lower()


def test_the_readme_names_the_stable_commands() -> None:
    named = {" ".join(w for w in command if w != "opening-summary") for command in _commands_of_the_readme()}
    assert named == {
        *("room new", "room check", "people add", "roster import", "students find", "undo", "openings import", "hours"),
        *("return list", "return make", "copy", "bring-back", "demo", "book", "bookings", "move", "cancel", "ics"),
        *("waiting", *(f"waiting {deed}" for deed in ("list", "add", "take", "withdraw", "renew"))),
        *("opening sign", "opening reason", "people remove", "people password", "visit add", "notes search"),
        *("export student", "backup", "backups", "backup preview"),
        *("care mark", "talks coverage", "talks sheets", "talks import", "talks slips"),
    }
