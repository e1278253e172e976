"""Makes the faces that ship in `resources/fonts`: run once by a person, its results are committed.

    python installer/make_fonts.py [--sources FOLDER]

Needs fontTools, and on a Debian machine `pip`, `apt-get` and `dpkg-deb`. reportlab takes TrueType only and the sources are
OpenType/CFF, so outlines are converted (cubic → quadratic), left side bearings recomputed (or full-width punctuation
shifts by half an em) and everything the program never uses is left out. The sources' names are not used, as their
licence (SIL OFL 1.1) and trademark ask of a changed face.

| face               | from                                                      | characters                     |
|--------------------|-----------------------------------------------------------|--------------------------------|
| Psyroom Song       | Noto Serif SC Regular (wheel `pylopdf-fonts-zh-cn`)       | standard, rare, all of GBK     |
| Psyroom Hei        | Noto Sans SC Regular (the same wheel)                     | standard, rare, all of GBK     |
| Psyroom Song Heavy | Noto Serif CJK SC Bold (Debian package `fonts-noto-cjk`)  | standard, rare: for titles     |

"Standard" are the 8,105 of 通用规范汉字表 (2013), read from the Unicode Character Database (`kTGH`, Debian package
`unicode-data`) and kept beside the faces as `standard-characters.txt`, which a test holds them against.
"""

from __future__ import annotations

import argparse
import bz2
import subprocess
import sys
import tempfile
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._n_a_m_e import NameRecord

OUT = Path(__file__).resolve().parent.parent / "resources" / "fonts"
WHEEL = "pylopdf-fonts-zh-cn==0.1.1"
STAMP = 3786912000  # 2024-01-01 in seconds since 1904: equal bytes whenever the script runs
TOLERANCE = 1.2  # of 1,000 units per em: a hundredth of a millimetre at 22 pt
UNUSED = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx", "STAT"]


def fetch(folder: Path) -> None:
    """Bring the sources into `folder` and unpack them there; what lies there already is not fetched again."""
    if not list(folder.glob("wheel/*")):
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder / "wheel"), WHEEL]
        subprocess.run(pip, check=True)
    for package in ("fonts-noto-cjk", "unicode-data"):
        if (folder / package).exists():
            continue
        subprocess.run(["apt-get", "-q", "download", package], cwd=folder, check=True)
        deb = next(folder.glob(f"{package}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", str(deb), str(folder / package)], check=True)


def standard_characters(folder: Path) -> list[int]:
    """The 8,105 code points of 通用规范汉字表."""
    found = []
    for path in (folder / "unicode-data").rglob("Unihan_*.txt.bz2"):
        for line in bz2.decompress(path.read_bytes()).decode("utf-8").splitlines():
            if "\tkTGH\t" in line:
                found.append(int(line.split("\t", 1)[0][2:], 16))
    if len(found) != 8105:
        raise SystemExit(f"expected 8105 standard characters, found {len(found)}")
    return sorted(found)


def two_byte(codec: str, first: range, second: range) -> set[int]:
    """Every character a two-byte codec knows in these rows."""
    found = set()
    for a in first:
        for b in second:
            try:
                found.update(map(ord, bytes((a, b)).decode(codec)))
            except UnicodeDecodeError:
                continue
    return found


def wanted(cmap: dict[int, str], standard: list[int], *, whole: bool) -> set[int]:
    """What a face keeps: everything but Han; of Han the standard, GB 2312 and all beyond the BMP (rare names);
    `whole`: all of GBK too, so that whatever a school office can type prints."""
    han = {u for u in cmap if 0x3400 <= u <= 0x9FFF or 0xF900 <= u <= 0xFAFF or u >= 0x20000}
    plain = {u for u in cmap if u < 0x3400 and not 0x1100 <= u < 0x1200 and not 0x3130 <= u < 0x3190}
    forms = {u for u in cmap if 0xFE30 <= u <= 0xFE4F or 0xFF00 <= u <= 0xFFEF and not 0xFFA0 <= u <= 0xFFDC}
    keep = set(standard) | two_byte("gb2312", range(0xB0, 0xF8), range(0xA1, 0xFF)) | {u for u in han if u >= 0x20000}
    if whole:
        keep |= two_byte("gbk", range(0x81, 0xFF), range(0x40, 0xFF))
    return plain | forms | (han & keep)


def convert(source: TTFont, keep: set[int]) -> None:
    """In place: subset, cubic outlines to quadratic, side bearings from the new outlines, boxes with and without tick."""
    options = Options()
    options.layout_features = []
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += UNUSED
    subset = Subsetter(options)
    subset.populate(unicodes=keep)
    subset.subset(source)

    glyphs = source.getGlyphSet()
    outlines = {}
    for name in source.getGlyphOrder():
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, TOLERANCE, reverse_direction=True))
        outlines[name] = pen.glyph()
    metrics = source["hmtx"].metrics
    order = list(source.getGlyphOrder())
    _add_boxes(source, outlines, order)

    source.setGlyphOrder(order)
    source["loca"] = newTable("loca")
    source["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder = order
    glyf.glyphs = outlines
    for name in order:
        glyf[name].recalcBounds(glyf)
        metrics[name] = (metrics[name][0], getattr(glyf[name], "xMin", 0))
    del source["CFF "]
    source["maxp"] = maxp = newTable("maxp")
    maxp.tableVersion = 0x00010000
    for zero in ("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs", "maxStackElements",
                 "maxSizeOfInstructions"):  # fmt: skip
        setattr(maxp, zero, 0)
    maxp.maxZones = 1
    maxp.numGlyphs = len(order)
    maxp.recalc(source)
    source["post"].formatType = 3.0
    source["head"].glyphDataFormat = 0
    source.sfntVersion = "\x00\x01\x00\x00"


def _add_boxes(font: TTFont, outlines: dict[str, object], order: list[str]) -> None:
    """☐ and ☑, which the sources lack, as wide as the square □ beside which they stand."""
    metrics = font["hmtx"].metrics
    for code, name, ticked in ((0x2610, "box", False), (0x2611, "box.ticked", True)):
        pen = TTGlyphPen(None)
        for contour in (
            [(100, -30), (100, 770), (900, 770), (900, -30)],  # clockwise: filled
            [(150, 20), (850, 20), (850, 720), (150, 720)],  # counter-clockwise: the hole
        ):
            _draw(pen, contour)
        if ticked:
            _draw(pen, [(235, 400), (295, 450), (440, 270), (735, 640), (800, 590), (445, 130)])
        outlines[name] = pen.glyph()
        order.append(name)
        metrics[name] = (1000, 100)
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[code] = name


def _draw(pen: TTGlyphPen, points: list[tuple[int, int]]) -> None:
    pen.moveTo(points[0])
    for point in points[1:]:
        pen.lineTo(point)
    pen.closePath()


def rename(font: TTFont, family: str, heavy: bool, origin: str) -> None:
    """Our name; the sources' copyright and licence stay."""
    names = font["name"]
    copyright_ = str(names.getName(0, 3, 1) or names.getName(0, 1, 0))
    postscript = family.replace(" ", "") + ("-Bold" if heavy else "-Regular")
    style = "Bold" if heavy else "Regular"
    values = {
        0: copyright_,
        1: family,
        2: style,
        3: f"psyroom 1.0 {postscript}",
        4: family,
        5: f"Version 1.0; changed from {origin}",
        6: postscript,
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: "http://scripts.sil.org/OFL",
    }
    names.names = []
    for number, text in values.items():
        record = NameRecord()
        record.nameID, record.platformID, record.platEncID, record.langID = number, 3, 1, 0x409
        record.string = text
        names.names.append(record)
    font["head"].created = font["head"].modified = STAMP
    font["OS/2"].fsType = 0


def make(source: TTFont, family: str, standard: list[int], *, heavy: bool, origin: str) -> Path:
    source.recalcTimestamp = False
    convert(source, wanted(source.getBestCmap(), standard, whole=not heavy))
    rename(source, family, heavy, origin)
    target = OUT / (family.replace(" ", "") + ".ttf")
    source.save(target, reorderTables=True)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the faces in resources/fonts.")
    parser.add_argument("--sources", type=Path, help="keep (or find) the fetched sources here")
    chosen = parser.parse_args().sources
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        fetch(folder)
        OUT.mkdir(parents=True, exist_ok=True)
        standard = standard_characters(folder)
        lines = ["".join(map(chr, standard[i : i + 40])) for i in range(0, len(standard), 40)]
        (OUT / "standard-characters.txt").write_text("\n".join(lines) + "\n", "utf-8")
        wheel = folder / "wheel" / "pylopdf_fonts_zh_cn"
        bold = next((folder / "fonts-noto-cjk").rglob("NotoSerifCJK-Bold.ttc"))
        face = next(i for i in range(8) if "SC" in str(TTFont(bold, fontNumber=i, lazy=True)["name"].getDebugName(4)))
        for font, family, heavy, origin in (
            (TTFont(wheel / "NotoSerifSC-Regular.otf"), "Psyroom Song", False, "Noto Serif SC Regular"),
            (TTFont(wheel / "NotoSansSC-Regular.otf"), "Psyroom Hei", False, "Noto Sans SC Regular"),
            (TTFont(bold, fontNumber=face), "Psyroom Song Heavy", True, "Noto Serif CJK SC Bold"),
        ):
            path = make(font, family, standard, heavy=heavy, origin=origin)
            print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
