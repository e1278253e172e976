"""Passwords that are refused with a reason, the code of the recovery sheet, and folders where no room may lie."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psyroom.errors import FolderTaken, FolderUnsafe, WeakPassword, WrongRecovery
from psyroom.store import folders, passwords, recovery
from psyroom.store.making import make_room

NAMES = ["青山职业学校", "王小明", "李雪"]

REFUSED = [
    ("短密码", "太短"),
    ("春天的花都开了呀", "太短"),
    ("aaaaaaaaaaaaaaaa", "重复"),
    ("qwertyuiop123456", "键盘"),
    ("1qaz2wsx3edc4rfv", "键盘"),
    ("asdfghjkl123456789", "键盘"),
    ("青山职业学校2026", "姓名"),
    ("wangxiaoming123", "姓名"),
    ("王小明李雪王小明李雪a1", "姓名"),
    ("李雪20120305李雪88", "不行"),
    ("2012年3月5日20120305", "日期"),
    ("password12345678", "不行"),
    ("woaini1314520520", "不行"),
]
TAKEN = [
    "窗外的雨下了整整一夜啊",
    "correct horse battery",
    "tulip-Gravel-92-oyster",
    "王小明说窗外的雨下了一夜",
    "x7#Kq!m2Zr9$w",
]


@pytest.mark.parametrize(("password", "why"), REFUSED)
def test_a_weak_password_is_refused_with_its_reason(password: str, why: str) -> None:
    with pytest.raises(WeakPassword, match=why):
        passwords.check(password, alone=False, names=NAMES)


@pytest.mark.parametrize("password", TAKEN)
def test_a_good_password_is_taken(password: str) -> None:
    passwords.check(password, alone=False, names=NAMES)


def test_without_a_room_secret_it_must_be_longer() -> None:
    ten, twelve = "窗外的雨下了整一夜", "窗外的雨下了整整一夜呀呀呀"
    passwords.check("窗外的雨下了整整一夜", alone=False)
    with pytest.raises(WeakPassword, match="12"):
        passwords.check("窗外的雨下了整整一夜", alone=True)
    passwords.check(twelve, alone=True)
    with pytest.raises(WeakPassword, match="10"):
        passwords.check(ten, alone=False)


@given(st.integers(0, 2**160 - 1))
def test_every_code_is_read_back(number: int) -> None:
    code = recovery._spell(number)
    assert recovery.tidy(code) == code and all(c in recovery.ALPHABET + "-" for c in code)
    assert recovery.tidy(code.lower().replace("-", " ")) == code


@given(st.integers(0, 2**160 - 1), st.integers(0, 33), st.integers(1, 31))
def test_a_wrong_character_is_noticed(number: int, place: int, shift: int) -> None:
    text = recovery._spell(number).replace("-", "")
    other = recovery.ALPHABET[(recovery.ALPHABET.index(text[place]) + shift) % 32]
    with pytest.raises(WrongRecovery):
        recovery.tidy(text[:place] + other + text[place + 1 :])


@given(st.integers(0, 2**160 - 1), st.integers(0, 32))
def test_two_neighbours_swapped_are_noticed(number: int, place: int) -> None:
    text = recovery._spell(number).replace("-", "")
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    if swapped != text:
        with pytest.raises(WrongRecovery):
            recovery.tidy(swapped)


def test_confusable_characters_are_forgiven() -> None:
    code = recovery._spell(0x0123456789 << 40 | 1)
    typed = code.replace("0", "o").replace("1", "I").replace("-", " — ")
    assert recovery.tidy(typed) == recovery.tidy(code.replace("0", "Ｏ").replace("1", "l")) == code
    assert recovery.private_of(typed) == recovery.private_of(code)
    assert recovery.is_group(code, 0, recovery.groups(code)[0].lower().replace("0", "o"))
    assert not recovery.is_group(recovery.new_code(), 1, "----")


@pytest.mark.parametrize("typed", ["", "abcd", "中文" * 17, "0" * 33, "0" * 35, "ZZZZ" * 9])
def test_what_cannot_be_a_code_is_said(typed: str) -> None:
    with pytest.raises(WrongRecovery):
        recovery.tidy(typed)


def test_codes_are_of_160_random_bits() -> None:
    codes = {recovery.new_code() for _ in range(200)}
    assert len(codes) == 200 and all(len(c.replace("-", "")) == recovery.CHARACTERS for c in codes)


@pytest.mark.parametrize(
    "part",
    ["OneDrive", "OneDrive - 青山中学", "WPS云盘", "WPSDrive", "坚果云", "我的坚果云", "Nutstore", "BaiduSyncdisk"],
)
def test_a_synced_folder_is_refused(tmp_path: Path, part: str) -> None:
    with pytest.raises(FolderUnsafe, match="云|OneDrive|网盘"):
        make_room(tmp_path / part / "房间", people=[("甲", "counsellor", "练习")], practice=True)
    assert not (tmp_path / part).exists()


def test_ordinary_folders_pass(tmp_path: Path) -> None:
    assert folders.why_unsafe(tmp_path) is None
    assert folders.why_unsafe(Path("/dev/shm")) is None
    assert folders.why_unsafe(Path.home() / "还没有" / "房间") is None


@pytest.mark.parametrize(
    ("kind", "device", "why"),
    [
        ("nfs4", "server:/a", "网络"),
        ("cifs", "//server/a", "网络"),
        ("fuse.sshfs", "a@b:", "网络"),
        ("ext4", "/dev/sda1", None),
        ("overlay", "overlay", None),
    ],
)
def test_mounts_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, device: str, why: str | None
) -> None:
    monkeypatch.setattr(folders, "_mount_of", lambda folder: (device, kind))
    found = folders.why_unsafe(tmp_path)
    assert (why is None and found is None) or (why is not None and found is not None and why in found)


def test_a_folder_with_something_in_it_is_taken(tmp_path: Path) -> None:
    (tmp_path / "作业.docx").write_bytes(b"")
    with pytest.raises(FolderTaken):
        make_room(tmp_path, people=[("甲", "counsellor", "练习")], practice=True)
    with pytest.raises(FolderTaken):
        make_room(tmp_path / "作业.docx", people=[("甲", "counsellor", "练习")], practice=True)
    assert [p.name for p in tmp_path.iterdir()] == ["作业.docx"]


def test_naming_people_costs_no_heavy_import() -> None:
    """The unlock window must be there at once: names by the standard library alone."""
    asks = "import psyroom.store.roomfile, psyroom.store.recovery, sys; print(sorted(m.split('.')[0] for m in sys.modules))"
    out = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout
    heavy = {"sqlmodel", "sqlalchemy", "pydantic", "cryptography", "keyring", "sqlcipher3", "filelock", "PySide6"}
    assert not heavy & set(eval(out))


def test_opening_costs_no_keyring_or_cryptography_before_it_is_needed() -> None:
    asks = "import psyroom.store.opening, sys; print(sorted(m.split('.')[0] for m in sys.modules))"
    out = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout
    assert not {"cryptography", "keyring", "secretstorage", "filelock", "pypinyin", "PySide6"} & set(eval(out))


def test_a_code_is_found_in_the_sheet_saved_as_text() -> None:
    from datetime import date

    from psyroom.reports.recovery import recovery_text

    code = recovery.new_code()
    assert recovery.tidy(recovery_text("青山中学", date(2026, 9, 1), code)) == code
    assert recovery.tidy(f"连写：{code}") == code
    assert recovery.tidy(code[:-3]) == code, "the check characters may be left out"
