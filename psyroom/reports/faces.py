"""The faces for paper: loading them, choosing one that has every character, and telling a reader which character is which.

Four faces ship with the program (`resources/fonts`, made by `installer/make_fonts.py`). reportlab takes TrueType only,
embeds what is used, and is silent about a missing glyph: so every piece of text goes through `fit`, which takes one face
for the whole name or cell and writes 〓 where no face knows the character.
"""

from __future__ import annotations

import threading
import unicodedata
from functools import cache
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

from psyroom.paths import resource

SONG = "PsyroomSong"  # 宋体: running text
HEI = "PsyroomHei"  # 黑体: headings of columns and rows, totals
BIAOSONG = "PsyroomBiaoSong"  # in the manner of 小标宋: titles
KAI = "PsyroomKai"  # 楷体: what speaks to a person (slips, notes), sub-headings of official papers
CHAIN = {SONG: (SONG, HEI), HEI: (HEI, SONG), BIAOSONG: (BIAOSONG, SONG, HEI), KAI: (KAI, SONG, HEI)}
"""Which faces are tried, in order, for a text that asks for the first. A face is loaded when first asked for and stays:
Song and Hei take about 20 MB of memory each, the other two 10; so a paper asks only for those it shows."""

MISSING = "〓"  # U+3013, the printers' mark for a character that is not in the case

_turn = threading.Lock()
_ready: dict[str, _Face] = {}
"""Faces that are loaded, so that a paper of a thousand names does not wait at the lock for each."""


class _Face(TTFont):
    """reportlab's TrueType font with a ToUnicode map that is right beyond the BMP (𬱖 is D873 DC56, not 2CC56)."""

    def addObjects(self, doc: Any) -> None:
        subsets = [list(subset) for subset in self.state[doc].subsets]
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            name = b"".join((SUBSETN(number), b"+", self.face.name, self.face.subfontNameX)).decode("pdfdoc")
            doc.idToObject["toUnicodeCMap:" + name].content = _to_unicode(name, subset)


def _to_unicode(name: str, subset: list[int]) -> str:
    """A ToUnicode CMap (ISO 32000-1, 9.10.3): codes of one byte to UTF-16BE, at most a hundred entries a block."""
    head = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        f"/CIDSystemInfo << /Registry ({name}) /Ordering ({name}) /Supplement 0 >> def",
        f"/CMapName /{name} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
    ]
    entries = [f"<{code:02X}> <{chr(u).encode('utf-16-be').hex().upper()}>" for code, u in enumerate(subset)]
    for start in range(0, len(entries), 100):
        block = entries[start : start + 100]
        head += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join([*head, "endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"])


@cache
def _load(name: str) -> _Face:
    face = _Face(name, str(resource("fonts", name + ".ttf")))
    pdfmetrics.registerFont(face)
    return face


def face(name: str) -> _Face:
    """The registered face of that name; loaded when first asked for."""
    if (found := _ready.get(name)) is not None:
        return found
    with _turn:
        return _ready.setdefault(name, _load(name))


def has(name: str, text: str) -> bool:
    """Whether the face knows every character of the text."""
    known = face(name).face.charToGlyph
    return all(ord(character) in known for character in text)


def cleaned(text: str) -> str:
    """Composed characters, no control characters (a pasted tab or a joiner would print as a box); line ends stay."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\t", " ").replace("\u00a0", " "))
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf"))


def fit(text: str, wanted: str) -> tuple[str, str, str]:
    """`(face, text, missing)` for a name or cell on one line: the first face of the chain that has all of it; where
    none has, the one that has most, with 〓 for what is missing. `missing` holds the characters that no face knows."""
    if has(wanted, text):
        return wanted, text, ""
    chain = CHAIN[wanted]
    for name in chain[1:]:
        if has(name, text):
            return name, text, ""
    best = max(chain, key=lambda name: sum(has(name, c) for c in text))
    missing = "".join(c for c in text if not has(best, c))
    return best, "".join(c if has(best, c) else MISSING for c in text), missing


def width(text: str, name: str, size: float) -> float:
    """How wide the text runs, in points."""
    return float(face(name).stringWidth(text, size))


def fit_text(text: str, wanted: str) -> tuple[str, str, str]:
    """As `fit`, for text with line ends."""
    used, _, missing = fit(text.replace("\n", ""), wanted)
    return used, "".join(c if c == "\n" or has(used, c) else MISSING for c in text), missing
