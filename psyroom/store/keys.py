"""Keys of people and files: Argon2id, AES-GCM, X25519 and HPKE. Heavy imports happen inside: the unlock window must not wait.

A person's X25519 private half is sealed under HKDF(Argon2id(password, salt) ‖ room secret); the two file keys are
sealed to public keys, so a file's key can change while colleagues are away and a new password rewrites 200 bytes.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any

from psyroom.errors import Damaged

KEY_BYTES = 32
SALT_BYTES = 16


@dataclass(frozen=True)
class Strength:
    """Argon2id's cost: memory in KiB, passes, lanes."""

    memory: int
    passes: int
    lanes: int


BOUND = Strength(64 * 1024, 3, 4)  # RFC 9106, second recommended option; a room secret stands beside the password
UNBOUND = Strength(256 * 1024, 3, 4)  # no room secret: the password stands alone
PRACTICE = Strength(8 * 1024, 1, 1)  # a made-up school protects nothing
LARGEST = Strength(1024 * 1024, 20, 16)  # more is no honest room.json


class WrongKey(Exception):
    """A seal that this key does not open."""


def floor(*, bound: bool, practice: bool) -> Strength:
    """What a person's derivation must cost at least; raised at the next unlock when this rises."""
    if practice:
        return PRACTICE
    return BOUND if bound else UNBOUND


def weaker(one: Strength, other: Strength) -> bool:
    return one.memory < other.memory or one.passes < other.passes


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def check_value(key: bytes) -> bytes:
    """Tells a wrong key from a damaged file; public, and says nothing about 256 random bits."""
    return hashlib.sha256(b"psyroom check value 1" + key).digest()[:8]


def expand(material: bytes, purpose: str, salt: bytes = b"") -> bytes:
    """32 bytes for one purpose (HKDF, RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt or None, info=f"psyroom 1 {purpose}".encode()).derive(
        material
    )


def from_password(password: str, salt: bytes, strength: Strength, secret: bytes) -> bytes:
    """The key under which a private half is sealed. The same characters count as the same, however they were typed."""
    if (
        not 8 * strength.lanes <= strength.memory <= LARGEST.memory
        or not 1 <= strength.passes <= LARGEST.passes
        or not 1 <= strength.lanes <= LARGEST.lanes
    ):
        raise Damaged(name="room.json")
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    stretched = Argon2id(
        salt=salt,
        length=KEY_BYTES,
        iterations=strength.passes,
        lanes=strength.lanes,
        memory_cost=strength.memory,
    ).derive(unicodedata.normalize("NFKC", password).encode())
    return expand(stretched + secret, "person", salt)


def seal(key: bytes, plain: bytes, about: bytes) -> bytes:
    """AES-256-GCM; `about` is bound to it and must be the same when opened."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key).encrypt(nonce, plain, about)


def unseal(key: bytes, sealed: bytes, about: bytes) -> bytes:
    """Raises `WrongKey`: another key, another `about`, or a changed seal."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], about)
    except (InvalidTag, ValueError):
        raise WrongKey from None


def new_private() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def public_of(private: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _suite() -> Any:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def grant(plain: bytes, public: bytes, purpose: str) -> bytes:
    """Sealed to a public key (HPKE, RFC 9180), for one purpose: a grant for one file never passes for another's."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    sealed: bytes = _suite().encrypt(
        plain, X25519PublicKey.from_public_bytes(public), info=f"psyroom 1 {purpose}".encode()
    )
    return sealed


def open_grant(sealed: bytes, private: bytes, purpose: str) -> bytes:
    """Raises `WrongKey` when it was made for somebody or something else."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    try:
        plain: bytes = _suite().decrypt(
            sealed, X25519PrivateKey.from_private_bytes(private), info=f"psyroom 1 {purpose}".encode()
        )
    except (InvalidTag, ValueError):
        raise WrongKey from None
    return plain
