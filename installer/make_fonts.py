"""Makes the faces that ship in `resources/fonts`: run once by a person, its results are committed.

    python installer/make_fonts.py [--sources FOLDER] [--only PsyroomKai …]

Needs fontTools, and on a Debian machine `pip`, `apt-get` and `dpkg-deb`. reportlab takes TrueType only and the sources are
OpenType/CFF, so outlines are converted (cubic → quadratic), left side bearings recomputed (or full-width punctuation
shifts by half an em) and everything the program never uses is left out. The sources' names are not used, as their
licence (SIL OFL 1.1) and trademark ask of a changed face.

| face             | from                                                      | characters                     |
|------------------|-----------------------------------------------------------|--------------------------------|
| Psyroom Song     | Noto Serif SC Regular (wheel `pylopdf-fonts-zh-cn`)       | standard, rare, all of GBK     |
| Psyroom Hei      | Noto Sans SC Regular (the same wheel)                     | standard, rare, all of GBK     |
| Psyroom BiaoSong | Noto Serif CJK SC Bold (Debian package `fonts-noto-cjk`)  | standard, rare: for titles     |
| Psyroom Kai      | LXGW WenKai Regular (Debian `fonts-lxgw-wenkai`)          | standard, rare                 |

Psyroom BiaoSong stands in for 小标宋, the face of titles on official papers, of which there is no free one: uprights as
heavy as a bold Song's, level strokes not much thinner, a body a little narrower and taller than its square. So Noto's
Bold is drawn narrower (`NARROW`, which takes weight off the uprights) and a little taller, its level strokes
strengthened (`LEVEL`), and set closer (`SET`). WenKai's outlines are TrueType already and stay as they are.

"Standard" are the 8,105 of 通用规范汉字表 (2013), read from the Unicode Character Database (`kTGH`, Debian package
`unicode-data`) and kept beside the faces as `standard-characters.txt`, which a test holds them against.
"""

from __future__ import annotations

import argparse
import bz2
import math
import subprocess
import sys
import tempfile
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.filterPen import DecomposingFilterPen
from fontTools.pens.recordingPen import DecomposingRecordingPen, RecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._n_a_m_e import NameRecord

OUT = Path(__file__).resolve().parent.parent / "resources" / "fonts"
WHEEL = "pylopdf-fonts-zh-cn==0.1.1"
STAMP = 3786912000  # 2024-01-01 in seconds since 1904: equal bytes whenever the script runs
NARROW, TALL, SET = 0.93, 1.03, 0.965  # of the source's width, height and advance
LEVEL = 12.0  # units by which the level strokes of the title face grow
TOLERANCE = 1.2  # of 1,000 units per em: a hundredth of a millimetre at 22 pt
UNUSED = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx", "STAT"]


def fetch(folder: Path) -> None:
    """Bring the sources into `folder` and unpack them there; what lies there already is not fetched again."""
    if not list(folder.glob("wheel/*")):
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder / "wheel"), WHEEL]
        subprocess.run(pip, check=True)
    for package in ("fonts-noto-cjk", "fonts-lxgw-wenkai", "unicode-data"):
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


def convert(source: TTFont, keep: set[int], *, title: bool = False) -> None:
    """In place: subset, cubic outlines to quadratic, side bearings from the new outlines, boxes with and without tick.
    `title`: in the shape of the title face."""
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

    cubic = "CFF " in source
    glyphs = source.getGlyphSet()
    metrics = source["hmtx"].metrics
    outlines = {}
    for name in source.getGlyphOrder():
        pen = TTGlyphPen(None)
        if title:
            drawn = DecomposingRecordingPen(glyphs)
            glyphs[name].draw(drawn)
            _as_title(drawn.value, metrics[name][0]).replay(Cu2QuPen(pen, TOLERANCE, reverse_direction=True))
            metrics[name] = (round(metrics[name][0] * SET), 0)
        elif cubic:
            glyphs[name].draw(Cu2QuPen(pen, TOLERANCE, reverse_direction=True))
        else:
            glyphs[name].draw(DecomposingFilterPen(pen, glyphs))
        outlines[name] = pen.glyph()
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
    if cubic:
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


def _as_title(drawn: list[tuple[str, tuple[tuple[float, float], ...]]], advance: int) -> RecordingPen:
    """An outline narrower and taller, its level strokes stronger: every point goes up or down along the normal of the
    outline there, as FreeType strengthens a face, but in height only."""
    pen = RecordingPen()
    shift = advance * (SET - NARROW) / 2
    contour: list[tuple[str, int]] = []
    points: list[tuple[float, float]] = []
    for operator, arguments in drawn:
        if operator not in ("closePath", "endPath"):
            contour.append((operator, len(arguments)))
            points += [(x * NARROW + shift, 360 + (y - 360) * TALL) for x, y in arguments]
            continue
        placed = iter(_level(points))
        for name, count in contour:
            getattr(pen, name)(*(next(placed) for _ in range(count)))
        pen.closePath()
        contour, points = [], []
    return pen


def _level(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points of one closed outline (filled counter-clockwise) moved outwards in height by half of `LEVEL`."""
    found = []
    for number, (x, y) in enumerate(points):
        order = points[number + 1 :] + points[:number]
        before = next((p for p in reversed(order) if p != (x, y)), None)
        after = next((p for p in order if p != (x, y)), None)
        if before is None or after is None:
            found.append((x, y))
            continue
        one = math.atan2(y - before[1], x - before[0])
        two = math.atan2(after[1] - y, after[0] - x)
        # the outside lies to the right of the way; a corner goes as far as the flatter of its two sides asks
        up = [-math.cos(angle) for angle in (one, two)]
        found.append((x, y + LEVEL / 2 * max(up, key=abs)))
    return found


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


def make(source: TTFont, family: str, standard: list[int], *, whole: bool, title: bool, origin: str) -> Path:
    source.recalcTimestamp = False
    convert(source, wanted(source.getBestCmap(), standard, whole=whole), title=title)
    rename(source, family, title, origin)
    target = OUT / (family.replace(" ", "") + ".ttf")
    source.save(target, reorderTables=True)
    return target


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the faces in resources/fonts.")
    parser.add_argument("--sources", type=Path, help="keep (or find) the fetched sources here")
    parser.add_argument("--only", nargs="+", default=(), help="make only these faces")
    arguments = parser.parse_args()
    chosen = arguments.sources
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
        kai = next((folder / "fonts-lxgw-wenkai").rglob("LXGWWenKai-Regular.ttf"))
        for path, number, family, whole, title, origin in (
            (wheel / "NotoSerifSC-Regular.otf", -1, "Psyroom Song", True, False, "Noto Serif SC Regular"),
            (wheel / "NotoSansSC-Regular.otf", -1, "Psyroom Hei", True, False, "Noto Sans SC Regular"),
            (bold, face, "Psyroom BiaoSong", False, True, "Noto Serif CJK SC Bold"),
            (kai, -1, "Psyroom Kai", False, False, "LXGW WenKai Regular"),
        ):
            if arguments.only and family.replace(" ", "") not in arguments.only:
                continue
            font = TTFont(path, fontNumber=number)
            path = make(font, family, standard, whole=whole, title=title, origin=origin)
            print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
