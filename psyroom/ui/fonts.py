"""Which Chinese face the window uses: the system's UI face, else the 黑体 that ships with the program."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontDatabase

from psyroom.paths import resource
from psyroom.ui import tokens

SYSTEM_FACES = (
    "Microsoft YaHei UI", "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC",
    "Source Han Sans CN", "HarmonyOS Sans SC", "MiSans", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei",
)  # fmt: skip
"""Faces made for the screen, best first. A 楷体 or 宋体 that happens to be installed is not taken."""

_families: list[str] | None = None


def families() -> list[str]:
    """The faces to use, best first; loads the program's own only when the system has none."""
    global _families
    if _families is None:
        have = set(QFontDatabase.families())
        _families = [name for name in SYSTEM_FACES if name in have][:2] or _own()
    return _families


def _own() -> list[str]:
    found: list[str] = []
    faces = sorted(resource("fonts").glob("*.ttf"))
    sans = [f for f in faces if any(word in f.name.lower() for word in ("hei", "sans"))]
    for face in sorted(sans, key=lambda f: ("bold" in f.name.lower(), f.name)):
        number = QFontDatabase.addApplicationFont(str(face))
        found += [name for name in QFontDatabase.applicationFontFamilies(number) if name not in found]
    return found


def face(role: str = "base", *, bold: bool = False, tabular: bool = False) -> QFont:
    """A font of the type scale at the present text size; `tabular` gives figures of one width."""
    font = QFont()
    if names := families():
        font.setFamilies(names)
    font.setPixelSize(tokens.now().size(role))
    font.setBold(bold)
    if tabular:
        font.setFeature(QFont.Tag("tnum"), 1)
    return font
