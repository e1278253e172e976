"""Named values of the look: colours (light and dark), the 8-px grid, radii, the type scale. Standard library only.

Text on its ground keeps a contrast of at least 4.5 : 1 (WCAG 2.2, 1.4.3); a test computes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Palette(NamedTuple):
    """Colours by what they are for, never by what they are."""

    paper: str  # the ground of the window
    side: str  # the sidebar
    card: str
    sunken: str  # wells, table heads, hovered rows
    ink: str
    soft: str  # details, hints
    faint: str  # icons at rest, disabled text (no text that must be read)
    line: str
    line_strong: str  # borders of controls (3 : 1)
    scroll: str
    accent: str
    accent_hover: str
    accent_ink: str  # accent as text
    accent_wash: str
    on_accent: str
    good: str
    good_wash: str
    amber: str  # text that says "soon"
    amber_fill: str
    amber_wash: str
    brick: str  # text that says "overdue" or "wrong"
    brick_fill: str
    brick_wash: str
    sky: str
    sky_wash: str
    tip: str
    on_tip: str


LIGHT = Palette(
    paper="#FAF8F4", side="#F2EEE6", card="#FFFFFF", sunken="#F5F2EC", ink="#2B2F33", soft="#5E656C", faint="#9AA0A5",
    line="#E6E1D8", line_strong="#918A7E", scroll="#D3CCBF", accent="#2F7D79", accent_hover="#276A67", accent_ink="#276A67", accent_wash="#E4F0EE",
    on_accent="#FFFFFF", good="#2C6E4F", good_wash="#E5F2EA", amber="#8F5A12", amber_fill="#B7791F",
    amber_wash="#FBF1DF", brick="#A8402F", brick_fill="#B5483A", brick_wash="#FBEAE6", sky="#33658A",
    sky_wash="#E6EFF6", tip="#2B2F33", on_tip="#FFFFFF",
)  # fmt: skip

DARK = Palette(
    paper="#1C1F22", side="#17191C", card="#262A2E", sunken="#2D3236", ink="#ECE9E3", soft="#AEB4BA", faint="#737A81",
    line="#373C41", line_strong="#7C848B", scroll="#4A5157", accent="#62BBB4", accent_hover="#7ACBC5", accent_ink="#62BBB4", accent_wash="#203A39",
    on_accent="#0F2220", good="#7CC79E", good_wash="#20382C", amber="#E5B25A", amber_fill="#D79B3A",
    amber_wash="#3B301C", brick="#EE9A8B", brick_fill="#D9705F", brick_wash="#42272A", sky="#8DBFE2",
    sky_wash="#22343F", tip="#ECE9E3", on_tip="#1C1F22",
)  # fmt: skip

SPACE = 8
RADIUS = 6
RADIUS_CARD = 10
FORM_WIDTH = 960  # one column of content, at most
TEXT_SIZES = (100, 110, 125, 150, 175)

TYPE = {"small": 12, "base": 14, "lead": 16, "heading": 17, "title": 23, "figure": 30}
"""Pixel sizes at 100 %."""


@dataclass(frozen=True)
class Look:
    """What the window looks like now: palette and text size in percent."""

    palette: Palette = LIGHT
    text_size: int = 100

    @property
    def dark(self) -> bool:
        return self.palette is DARK

    def px(self, value: float) -> int:
        """A length at 100 % as pixels at the present text size."""
        return round(value * self.text_size / 100)

    def size(self, role: str) -> int:
        return self.px(TYPE[role])

    def colour(self, role: str) -> str:
        return str(getattr(self.palette, role))


ROLES = Palette._fields

_now = Look()


def now() -> Look:
    """The look of the one window of this process."""
    return _now


def wear(look: Look) -> None:
    global _now
    _now = look
