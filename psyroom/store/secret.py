"""The room secret in the operating system's keyring: one entry per room and account, in a real keyring or in none.

A keyring that answers nothing, is locked or was wiped is never a reason to make a new secret or a new room.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psyroom.errors import KeyringLocked, KeyringMissing, NotEnrolled


@dataclass
class Enrolment:
    """What this account of this computer keeps for a room. `heads`: per file (seq, digest) of the last deed seen;
    `checks`: check values of the files' keys then, in hex."""

    secret: bytes
    origin: str
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    checks: tuple[str, ...] = ()


def _backend() -> Any:
    """The system's own keyring, ready to use, or None. Never a plug-in such as keyrings.alt, which writes plain files.
    Raises `KeyringLocked`."""
    try:
        if sys.platform == "win32":
            from keyring.backends.Windows import WinVaultKeyring

            found = WinVaultKeyring() if WinVaultKeyring.viable else None
            if found is not None:
                found.persist = "local machine"  # else a domain account would carry it to other computers
            return found
        if sys.platform == "darwin":
            from keyring.backends.macOS import Keyring as Mac

            return Mac() if Mac.viable else None
        if not os.environ.get("DBUS_SESSION_BUS_ADDRESS") and not _user_bus().exists():
            return None
        from keyring.backends.SecretService import Keyring as SecretService

        if not SecretService.viable:
            return None
        return SecretService() if _is_unlocked() else None
    except ImportError:
        return None


def _user_bus() -> Path:
    return Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}") / "bus"


def _is_unlocked() -> bool:
    """Whether the Secret Service has an open default collection. False: it has none. Never prompts."""
    import secretstorage
    from secretstorage.exceptions import ItemNotFoundException, SecretStorageException

    try:
        bus = secretstorage.dbus_init()
        try:
            if secretstorage.get_collection_by_alias(bus, "default").is_locked():
                raise KeyringLocked
        finally:
            bus.close()
    except ItemNotFoundException:
        return False
    except SecretStorageException:
        return False
    return True


def is_usable() -> bool:
    """Whether this computer has a keyring to use. Raises `KeyringLocked`."""
    return _backend() is not None


def _service(room: str, lineage: str) -> str:
    return f"psyroom {room} {lineage}"


_ACCOUNT = "room"


def fetch(room: str, lineage: str) -> Enrolment:
    """Errors: `KeyringLocked`; `NotEnrolled` where there is no entry, `KeyringMissing` where there is no keyring."""
    from keyring.errors import KeyringError
    from keyring.errors import KeyringLocked as Locked

    backend = _backend()
    if backend is None:
        raise KeyringMissing
    try:
        text = backend.get_password(_service(room, lineage), _ACCOUNT)
    except Locked:
        raise KeyringLocked from None
    except KeyringError:
        raise NotEnrolled from None
    try:
        raw = json.loads(text or "")
        heads = {name: (int(seq), str(digest)) for name, (seq, digest) in raw["heads"].items()}
        checks = tuple(str(value) for value in raw.get("checks", ()))
        return Enrolment(bytes.fromhex(raw["secret"]), str(raw["origin"]), heads, checks)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotEnrolled from None


def store(room: str, lineage: str, entry: Enrolment) -> None:
    """Errors: `KeyringLocked`; `NotEnrolled` where the keyring took nothing."""
    from keyring.errors import KeyringError
    from keyring.errors import KeyringLocked as Locked

    backend = _backend()
    if backend is None:
        raise NotEnrolled
    text = json.dumps(
        {"secret": entry.secret.hex(), "origin": entry.origin, "heads": entry.heads, "checks": entry.checks}
    )
    try:
        backend.set_password(_service(room, lineage), _ACCOUNT, text)
    except Locked:
        raise KeyringLocked from None
    except KeyringError:
        raise NotEnrolled from None
    if fetch(room, lineage).secret != entry.secret:
        raise NotEnrolled


def new_enrolment(secret: bytes | None = None) -> Enrolment:
    return Enrolment(secret or secrets.token_bytes(32), secrets.token_hex(8))


def origin_of_machine(lineage: str) -> str:
    """Which computer writes, where no keyring says so: from the machine's own id, not to be read back from it."""
    machine = ""
    for path in ("/etc/machine-id", "/var/lib/dbus/machine-id"):
        try:
            machine = Path(path).read_text().strip()
            break
        except OSError:
            continue
    if not machine:
        import uuid

        machine = f"{uuid.getnode():012x}"
    return hashlib.sha256(f"psyroom origin {machine} {lineage}".encode()).hexdigest()[:16]
