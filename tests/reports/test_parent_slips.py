"""家校反馈单 on paper: four to a page, nothing cut off, a pen's lines where nothing is written."""

from __future__ import annotations

import pytest

from psyroom.reports import parent_slips as paper
from psyroom.reports import preview
from psyroom.reports.parent_slips import ParentSlip, slips_pdf

SCHOOL, TERM = "临江县第二初级中学", "2026—2027学年第一学期"
TEXTS = ("上课能跟着老师的思路走，作业按时完成。", "和同学相处友好，值日认真。", "每天抽十分钟听孩子说说学校的事。")


def slip(name: str = "周一鸣", texts: tuple[str, ...] = TEXTS, **other: object) -> ParentSlip:
    values = {"class_name": "七年级1班", "day": "2026年11月20日", "by": "王芳", **other}
    return ParentSlip(name=name, texts=texts, **values)  # type: ignore[arg-type]


def made(*slips: ParentSlip, practice: bool = False) -> tuple[bytes, str, str]:
    pdf, missing = slips_pdf(SCHOOL, TERM, slips, practice=practice)
    return pdf, "".join(preview.text(pdf).split()), missing


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (3, 1), (4, 1), (5, 2), (8, 2), (9, 3)])
def test_four_to_a_page(count: int, pages: int) -> None:
    pdf, words, _ = made(*(slip(f"学生{n}") for n in range(count)))
    assert preview.count(pdf) == pages and {(round(w), round(h)) for w, h in preview.sizes(pdf)} == {(595, 842)}
    assert words.count("家校反馈单") == count and words.count("回执") == count
    assert [words.count(f"姓名学生{n}") for n in range(count)] == [1] * count


def test_a_slip_says_what_it_must() -> None:
    _, words, missing = made(slip())
    for said in (SCHOOL, TERM, "周一鸣", "七年级1班", *TEXTS, "在校学习", "在校生活", "给家长的建议", "老师王芳",
                 "2026年11月20日", "家长意见：", "签名：", "日期：", "12356"):  # fmt: skip
        assert said in words, said
    assert not missing and paper.AGAIN not in words


def test_a_class_begins_a_page() -> None:
    pdf, _, _ = made(slip("甲一"), slip("乙二", class_name="七年级2班"), slip("丙三", class_name="七年级2班"))
    assert preview.count(pdf) == 2


def test_a_second_printing_is_marked_and_no_other() -> None:
    _, words, _ = made(slip("甲一"), slip("乙二", again=True), slip("丙三"))
    assert words.count(paper.AGAIN) == 1 and words.index(paper.AGAIN) > words.index("乙二") - 80


@pytest.mark.parametrize("length", [60, 120, 200, 300])
@pytest.mark.parametrize("alone", [True, False])
def test_a_long_text_is_never_cut(length: int, alone: bool) -> None:
    """Every character of it stands on the paper, wherever it had to go."""
    texts = tuple("".join(chr(0x4E00 + (n * 7 + at * 900) % 850) for n in range(length)) for at in range(3))
    asked = [slip("周一鸣", (texts[0], "", "") if alone else texts), *(slip(f"学生{n}") for n in range(3))]
    _, words, missing = made(*asked)
    assert not missing
    for text in texts[: 1 if alone else 3]:
        assert text in words


def test_many_short_lines_go_on_over_pages() -> None:
    lines = [f"第{n}行" for n in range(90)]
    pdf, words, _ = made(slip("周一鸣", ("\n".join(lines), "", TEXTS[2])), slip("李小月"))
    assert preview.count(pdf) >= 3 and all(line in words for line in lines) and "（续）" in words
    assert words.index("李小月") > words.index("第89行")


def test_what_takes_more_room_wastes_no_paper() -> None:
    long = slip("长", ("上课能跟着老师的思路走，作业按时完成。" * 8, TEXTS[1], TEXTS[2]))
    assert paper.share_of(long) == (1.0, 0.5) and paper.share_of(slip()) == (0.5, 0.5)
    pdf, words, _ = made(slip("甲一"), long, slip("乙二"), slip("丙三"), slip("丁四"))
    assert preview.count(pdf) == 2
    pages = [_page(pdf, n) for n in range(2)]
    assert all(name in pages[0] for name in ("甲一", "长", "乙二")) and "丁四" in pages[1]


def _page(pdf: bytes, number: int) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    return "".join(document[number].get_textpage().get_text_bounded().split())


@pytest.mark.parametrize("name", ["𬱖㛃", "阿卜杜热依木·买买提吐尔逊·阿布都克里木江", "长" * 40, "喆", "Ng"])
def test_rare_and_long_names_are_whole(name: str) -> None:
    _, words, missing = made(slip(name, by="诸" * 20))
    assert words.count(name) == 2 and not missing and "诸" * 20 in words


def test_a_character_nobody_has_is_told() -> None:
    _, words, missing = made(slip("王\U000323ae"))
    assert missing == "\U000323ae" and "王〓" in words


def test_without_words_there_are_lines_for_a_pen() -> None:
    """Counted as strokes of the page: a slip with an empty part has more of them than one with words, and none of its labels is lost."""
    empty, words, _ = made(slip(texts=("", "", ""), by=""))
    assert all(label in words for label in ("在校学习", "在校生活", "给家长的建议"))
    one, _, _ = made(slip(texts=("好。", "", "")))
    full, _, _ = made(slip())
    assert min(_strokes(empty), _strokes(one)) > _strokes(full)


def _strokes(pdf: bytes) -> int:
    import pypdfium2
    from pypdfium2 import raw

    page = pypdfium2.PdfDocument(pdf)[0]
    return sum(1 for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH]))


@pytest.mark.parametrize("many", [1, 4])
def test_every_slip_of_the_practice_school_is_marked(many: int) -> None:
    _, words, _ = made(*(slip(f"学生{n}") for n in range(many)), practice=True)
    assert words.count("练习") == many
    _, words, _ = made(slip("周一鸣", ("\n".join("行" for _ in range(90)), "", "")), practice=True)
    assert "练习模式" in words


def test_the_same_slips_are_the_same_bytes() -> None:
    assert made(slip(), slip("李小月"))[0] == made(slip(), slip("李小月"))[0]
