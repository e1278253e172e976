"""A workbook under a password, opened with those that may fit. Runs in the child process only.

The derivation is made once for each password tried: the library makes it again for every question it asks.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from struct import Struct
from typing import Any

from psyroom.intake.refusal import BAD, ENCRYPTED, HOSTILE, Refusal

MOST_SPINS = 1_000_000
"""Ten times what the office programs write."""
EVERYBODYS = "VelvetSweatshop"
"""What a spreadsheet encrypts with when only the workbook's structure is protected: it asks nobody for it."""


def _plain_hash(name: str) -> Any:
    """Python's own digest where it can be had: over a few bytes, a hundred thousand times, it is half as quick again as the
    one that asks OpenSSL each time."""
    try:
        return getattr(hashlib, "__get_builtin_constructor")(name)  # noqa: B009 - the name would be mangled in a class
    except (AttributeError, ValueError):
        return getattr(hashlib, name)


_HASHES = {name.upper(): _plain_hash(name) for name in ("sha1", "sha256", "sha384", "sha512")}


def unlocked(data: bytes, passwords: Sequence[str]) -> tuple[bytes, int]:
    """The file without its password, and which of the passwords it was (-1: one that everybody knows). Refusal where none
    fits, or where it is locked in a way that cannot be read."""
    import msoffcrypto

    try:
        file = msoffcrypto.OfficeFile(io.BytesIO(data))
    except Exception as error:
        raise Refusal(BAD, "文件不完整或已损坏，请重新复制一份") from error
    for number, password in [*enumerate(passwords), (-1, EVERYBODYS)]:
        try:
            plain = _agile(file, password) if getattr(file, "type", "") == "agile" else _other(file, password)
        except Refusal:
            raise
        except Exception as error:
            raise Refusal(BAD, "加密的方式读不了，请在表格软件里去掉密码后另存") from error
        if plain is not None:
            return plain, number
    raise Refusal(ENCRYPTED)


def _agile(file: Any, password: str) -> bytes | None:
    """Excel 2010 and later, WPS, LibreOffice; None where the password is another."""
    from msoffcrypto.method.ecma376_agile import (
        ECMA376Agile,
        blkKey_encryptedKeyValue,
        blkKey_encryptedVerifierHashValue,
        blkKey_VerifierHashInput,
    )

    info = file.info
    salt, name, bits = info["passwordSalt"], info["passwordHashAlgorithm"], info["passwordKeyBits"]
    new = _HASHES[name]
    spun = _spun(new, salt, password, info["spinValue"])

    def opened(block: bytes, value: bytes) -> bytes:
        return _decrypted(value, ECMA376Agile._derive_encryption_key(spun, block, name, bits), salt)

    said = opened(blkKey_VerifierHashInput, info["encryptedVerifierHashInput"])
    kept = opened(blkKey_encryptedVerifierHashValue, info["encryptedVerifierHashValue"])
    if new(said).digest() != kept[: new().digest_size]:
        return None
    file.secret_key = opened(blkKey_encryptedKeyValue, info["encryptedKeyValue"])
    return _written(file)


def _spun(new: Any, salt: bytes, password: str, spins: int) -> bytes:
    if spins > MOST_SPINS:
        raise Refusal(HOSTILE, "密码要算太久")
    pack = Struct("<I").pack
    spun: bytes = new(salt + password.encode("utf-16-le", "surrogatepass")).digest()
    for turn in range(spins):
        spun = new(pack(turn) + spun).digest()
    return spun


def _decrypted(value: bytes, key: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    decryptor = Cipher(algorithms.AES(key), modes.CBC(salt)).decryptor()
    return decryptor.update(value) + decryptor.finalize()


def _other(file: Any, password: str) -> bytes | None:
    """Excel 2007, and xls of old; None where the password is another."""
    from msoffcrypto.exceptions import InvalidKeyError

    try:
        if file.format == "ooxml":
            file.load_key(password=password, verify_password=True)
        else:
            file.load_key(password=password)
        return _written(file)
    except InvalidKeyError:
        return None


def _written(file: Any) -> bytes:
    plain = io.BytesIO()
    file.decrypt(plain)
    return plain.getvalue()
