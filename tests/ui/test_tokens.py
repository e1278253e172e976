"""The colours keep their contrast, the sheet covers both themes."""

from __future__ import annotations

import pytest

from psyroom.ui import style
from psyroom.ui.kit.cards import TONES
from psyroom.ui.tokens import DARK, LIGHT, Look, Palette


def _light(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: between 1 and 21."""
    a, b = sorted((_light(one), _light(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


READ = [
    *((ink, ground) for ink in ("ink", "soft") for ground in ("paper", "card", "side", "sunken")),
    *((ink, ground) for ink in ("brick", "amber", "good", "accent", "accent_ink") for ground in ("paper", "card")),
    *TONES.values(),
    ("ink", "accent_wash"),
    ("ink", "amber_wash"),
    ("ink", "brick_wash"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("on_tip", "tip"),
]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", READ, ids="-".join)
def test_text_can_be_read_on_its_ground(palette: Palette, pair: tuple[str, str]) -> None:
    assert contrast(getattr(palette, pair[0]), getattr(palette, pair[1])) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_border_of_a_control_can_be_seen(palette: Palette) -> None:
    assert contrast(palette.line_strong, palette.card) >= 3


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("size", [100, 175])
def test_the_sheet_names_pictures_that_exist(palette: Palette, size: int) -> None:
    import re
    from pathlib import Path

    sheet = style.sheet(Look(palette, size))
    named = set(re.findall(r'url\("([^"]+)"\)', sheet))
    assert named and all(Path(picture).is_file() for picture in named)
    assert "{p." not in sheet
