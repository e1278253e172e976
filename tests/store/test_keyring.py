"""The room secret in a real Secret Service (gnome-keyring in a D-Bus session of its own), and where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from psyroom.errors import NoKeyring
from psyroom.store import secret
from psyroom.store.making import make_room

SESSION = 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$0" "$@"'


def in_a_session(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command in a session with an unlocked keyring and a home of its own: another computer, to the room."""
    runtime = home / "run"
    runtime.mkdir(parents=True)
    runtime.chmod(0o700)
    root = Path(__file__).parents[2]
    env = {**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime), "PYTHONIOENCODING": "utf-8"}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, (os.environ.get("PYTHONPATH"), str(root))))
    env.pop("DBUS_SESSION_BUS_ADDRESS", None)
    return subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", SESSION, *command],
        env=env,
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_days_of_a_room_with_a_secret(tmp_path: Path) -> None:
    place = tmp_path / "地方"
    place.mkdir()
    days = str(Path(__file__).with_name("keyring_days.py"))
    for part in ("first", "second"):
        done = in_a_session(tmp_path / part, sys.executable, days, part, str(place))
        assert done.stdout.endswith("whole\n") and done.returncode == 0, done.stderr


@pytest.fixture
def no_bus(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


def test_without_a_keyring_the_room_has_no_secret(no_bus: None, tmp_path: Path) -> None:
    assert not secret.is_usable()
    room, _ = make_room(tmp_path / "房间", people=[("甲", "counsellor", "窗外的雨下了整整一夜呀呀")])
    assert not room.has_secret and len(room.origin) == 16
    room.close()
    with pytest.raises(NoKeyring):
        make_room(tmp_path / "另", people=[("甲", "counsellor", "窗外的雨下了整整一夜呀呀")], use_keyring=True)
    assert not (tmp_path / "另").exists()


def test_a_plug_in_that_writes_plain_files_is_never_taken(
    no_bus: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """keyrings.alt answers to the keyring package; it is not asked."""
    import keyring
    from keyring.backend import KeyringBackend

    class Plain(KeyringBackend):
        priority = 99  # type: ignore[assignment]

        def get_password(self, service: str, username: str) -> str:
            return "{}"

        def set_password(self, service: str, username: str, password: str) -> None:
            (tmp_path / "plain").write_text(password)

        def delete_password(self, service: str, username: str) -> None:
            raise AssertionError

    before = keyring.get_keyring()
    keyring.set_keyring(Plain())
    try:
        room, _ = make_room(tmp_path / "房间", people=[("甲", "counsellor", "窗外的雨下了整整一夜呀呀")])
        room.close()
    finally:
        keyring.set_keyring(before)
    assert not room.has_secret and not (tmp_path / "plain").exists()


def test_the_machine_without_a_keyring_keeps_its_name_in_one_line_of_rooms() -> None:
    assert secret.origin_of_machine("a") == secret.origin_of_machine("a") != secret.origin_of_machine("b")
