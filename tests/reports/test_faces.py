"""The faces have every character a name may hold, and what a reader copies from the page is what was written."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date

import pypdfium2
import pytest
from reportlab.pdfgen.canvas import Canvas

from psyroom.paths import resource
from psyroom.reports import faces, preview
from psyroom.reports.paper import Paper
from psyroom.reports.printing import sheets_pdf
from psyroom.reports.recovery import recovery_sheet
from psyroom.reports.tables import Column, Row, Sheet, Table

RARE = "䶮𬱖㛃𫘧𬀩"
MARKS = "□☐☑√〔〕—…℃（）“”‘’、。《》·①②％〓"


@pytest.mark.parametrize("name", [faces.SONG, faces.HEI, faces.BIAOSONG, faces.KAI])
def test_every_face_has_the_standard_characters_rare_names_and_the_marks_of_forms(name: str) -> None:
    standard = resource("fonts", "standard-characters.txt").read_text("utf-8").replace("\n", "")
    assert len(standard) == len(set(standard)) == 8105
    known = faces.face(name).face.charToGlyph
    assert [c for c in standard + RARE + MARKS if ord(c) not in known] == []


def test_no_face_carries_a_reserved_name() -> None:
    for name in (faces.SONG, faces.HEI, faces.BIAOSONG, faces.KAI):
        said = faces.face(name).face.name.decode()
        assert said.startswith("Psyroom") and not any(word in said for word in ("Noto", "Source", "LXGW", "Klee"))
    assert "SIL OPEN FONT LICENSE" in resource("fonts", "OFL.txt").read_text("utf-8")


def test_a_full_stop_sits_at_the_left_of_its_square() -> None:
    """Side bearings were recomputed: without that, full-width punctuation shifts by half an em."""
    for name in (faces.SONG, faces.HEI, faces.BIAOSONG, faces.KAI):
        buffer = io.BytesIO()
        faces.face(name)
        canvas = Canvas(buffer, pagesize=(100, 100), initialFontName=name)
        canvas.setFont(name, 100)
        canvas.drawString(0, 20, "，")
        canvas.save()
        (page,) = preview.pages(buffer.getvalue(), 72)
        left = sum(page.rgb[y * page.stride + 3 * x] < 128 for y in range(page.height) for x in range(page.width // 2))
        right = sum(
            page.rgb[y * page.stride + 3 * x] < 128
            for y in range(page.height)
            for x in range(page.width // 2, page.width)
        )
        assert left > 20 and right == 0


def test_one_face_serves_a_whole_name_and_a_character_nobody_has_is_shown_and_told() -> None:
    assert faces.fit("陈𬱖喆", faces.SONG) == (faces.SONG, "陈𬱖喆", "")
    only_song = next(
        chr(u)
        for u in sorted(faces.face(faces.SONG).face.charToGlyph)
        if 0x4E00 < u < 0x9FFF and u not in faces.face(faces.BIAOSONG).face.charToGlyph
    )
    assert faces.fit(f"陈{only_song}", faces.BIAOSONG) == (faces.SONG, f"陈{only_song}", "")
    assert faces.fit("王\U0002a6d6", faces.SONG) == (faces.SONG, "王〓", "\U0002a6d6")
    paper = Paper("试")
    paper.text(50, 700, "王\U0002a6d6", faces.SONG, 12)
    pdf = paper.finish()
    assert paper.missing == "\U0002a6d6" and "王〓" in preview.text(pdf)


def test_pasted_control_characters_do_not_print() -> None:
    assert faces.cleaned("王\u200b芳\t一\u202e\x07\r\n二") == "王芳 一\n二"


def _page(text: str) -> bytes:
    paper = Paper("试")
    for number, start in enumerate(range(0, len(text), 40)):
        paper.text(paper.left, 760 - 14 * number, text[start : start + 40], faces.SONG, 10)
    return paper.finish()


def test_characters_beyond_the_bmp_can_be_copied_and_found() -> None:
    """All 196 of them, through two readers: reportlab's own ToUnicode map gives other characters."""
    standard = resource("fonts", "standard-characters.txt").read_text("utf-8").replace("\n", "")
    beyond = "".join(c for c in standard if ord(c) > 0xFFFF)
    assert len(beyond) == 196
    pdf = _page(beyond)
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    assert "".join(done.stdout.decode("utf-8").split()).rstrip("—1") == beyond
    assert beyond in "".join(preview.text(pdf).split())


def test_every_face_on_a_page_is_embedded_and_bytes_repeat() -> None:
    sheet = recovery_sheet("青山职业学校", date(2026, 11, 21), "7K3M-QX9T-0ABC-W2ZP-4HJN-88VD-E6RG-YT51-K9")
    assert sheet == recovery_sheet("青山职业学校", date(2026, 11, 21), "7K3M-QX9T-0ABC-W2ZP-4HJN-88VD-E6RG-YT51-K9")
    assert b"Helvetica" not in sheet
    document = pypdfium2.PdfDocument(sheet)
    page = document[0]
    used = {
        pypdfium2.PdfTextObj(o.raw, page, document, 0).get_font().get_base_name()
        for o in page.get_objects()
        if o.type == pypdfium2.raw.FPDF_PAGEOBJ_TEXT
    }
    assert used and all(name.split("+")[-1].startswith("Psyroom") for name in used)
    page.close()
    document.close()


def test_the_title_face_is_narrower_than_its_square_and_kai_is_not() -> None:
    """小标宋 sets closer than running text; every Han character and full-width mark of a face is equally wide."""
    for name, wide in ((faces.BIAOSONG, 9.65), (faces.KAI, 10.0), (faces.SONG, 10.0)):
        assert {round(faces.width(c, name, 10), 2) for c in "一霸心理辅导值班表（，。𬣡"} == {wide}


def test_a_face_is_loaded_only_by_a_paper_that_shows_it() -> None:
    """Each takes tens of megabytes: a plain sheet does without the others."""
    script = (
        "from reportlab.pdfbase import pdfmetrics\n"
        "from psyroom.reports.paper import Paper\n"
        "paper = Paper('试', practice=False)\n"
        "paper.paragraph('正文')\n"
        "paper.finish()\n"
        "print(sorted(n for n in pdfmetrics.getRegisteredFontNames() if n.startswith('Psyroom')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['PsyroomSong']"


def test_headings_of_the_second_rank_stand_in_kai() -> None:
    """一、 in 黑体, （一） in 楷体 (GB/T 9704-2012, 7.3.3)."""
    table = Table("一、接待情况\n（一）按形式", (Column("甲"), Column("乙")), (Row(("1", "2")),))
    pdf, missing = sheets_pdf([Sheet("页", "题", ("", "", ""), (table,))])
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    text = page.get_textpage()
    shown: dict[str, set[str]] = {}
    for piece in page.get_objects(textpage=text):
        if isinstance(piece, pypdfium2.PdfTextObj):
            shown.setdefault(piece.get_font().get_base_name().split("+")[-1], set()).add(piece.extract())
    assert not missing
    assert "（一）按形式" in shown["PsyroomKai-Regular"] and "一、接待情况" in shown["PsyroomHei-Regular"]
    assert "题" in shown["PsyroomBiaoSong-Bold"]
    text.close()
    page.close()
    document.close()
