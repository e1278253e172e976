"""The sheet of 一生一谈 that a class teacher takes away: who is in the class, and cells to fill.

Names and numbers only: nobody's care, labels, identity or telephone. The sheet `谈话` holds the table and nothing beside
it, so that whatever it is saved as can be read back; a hidden sheet says which room, semester and class it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psyroom.records.talks import EXCUSES, THEMES, WAYS
from psyroom.reports.paper import PRACTICE_TAG
from psyroom.reports.xlsx import begin, length
from psyroom.rules.talk_sheet import EXAMPLE, GUIDE, HEADERS, HIDDEN, HINT, HINT_LENGTH, SHEET, SPARE

WIDTHS = (14, 11, 12, 11, 9, 15, 46, 11, 18)
_FIRST = 2  # the first child's row, from 0: heads, example
_LOCKED = 2  # columns
_ERRORS = "A1:I400"
GUIDANCE = (
    ("谈话日期", "写 10.12、10月12日、2026-10-12 都可以。还没有谈的留空。"),
    ("谈话人", "谁谈的写谁，任课教师、宿管老师也可以。留空就记班主任。"),
    ("方式、主题", "点一下格子，从下拉列表里选；主题也可以自己写。"),
    ("要点", f"{HINT}。家里的私事、同学之间的传言，请当面告诉心理老师，不写在表里。"),
    ("是否需跟进", "想请心理老师再谈一谈的填“是”。"),
    ("未谈原因", "这学期确实谈不成的，选一个或写一句原因，日期留空。"),
    ("新来的学生", "写在最后几行空行里，学号、姓名都写上。"),
    ("可以", "排序、筛选、加列、只填一部分，分几次交也可以；用 Excel、WPS、LibreOffice 都行。"),
    ("请不要", "改学号和姓名；用公式；把这张表发到微信群或邮箱。"),
    ("填完", "用 U 盘或当面交回心理辅导室，然后把自己电脑上的这份删掉，并清空回收站。"),
)


@dataclass(frozen=True, repr=False)
class ClassSheet:
    """What stands in one sheet. `rows`: (what stands under 学号, name) in order; `marks`: what the hidden sheet says."""

    school: str
    class_name: str
    term: str
    rows: Sequence[tuple[str, str]]
    marks: Sequence[tuple[str, str]]
    practice: bool = False


def talk_sheet(about: ClassSheet) -> bytes:
    """The workbook; equal bytes for equal contents."""
    buffer, book = begin(about.school)
    formats = {name: book.add_format(values) for name, values in _FORMATS.items()}
    _table(book, formats, about)
    _guide(book, formats, about)
    hidden = book.add_worksheet(HIDDEN)
    for at, (key, value) in enumerate(about.marks):
        hidden.write_string(at, 0, key)
        hidden.write_string(at, 1, value)
    hidden.protect()
    hidden.very_hidden()
    book.close()
    return buffer.getvalue()


_CELL = {"font_name": "宋体", "font_size": 11, "valign": "vcenter", "border": 1, "border_color": "#B9B3A6"}
_EXAMPLE = {
    **_CELL,
    "font_size": 10,
    "italic": True,
    "font_color": "#7A7468",
    "bg_color": "#F6F4EE",
    "text_wrap": True,
    "num_format": "@",
}
_FORMATS: dict[str, dict[str, Any]] = {
    "head": {**_CELL, "font_name": "黑体", "align": "center", "bg_color": "#E8EEE9", "text_wrap": True},
    "example": {**_EXAMPLE, "indent": 1},
    "example centre": {**_EXAMPLE, "align": "center"},
    "who": {**_CELL, "indent": 1, "bg_color": "#FAF9F6", "num_format": "@"},
    "fill": {**_CELL, "indent": 1, "locked": False, "num_format": "@"},
    "centre": {**_CELL, "locked": False, "num_format": "@", "align": "center"},
    "long": {**_CELL, "indent": 1, "locked": False, "num_format": "@", "text_wrap": True},
    "over": {"font_color": "#9A5B00", "bg_color": "#FFF3D6"},
    "title": {"font_name": "黑体", "font_size": 16, "valign": "vcenter"},
    "label": {"font_name": "黑体", "font_size": 11, "valign": "top"},
    "line": {"font_name": "宋体", "font_size": 11, "font_color": "#7A7468"},
    "text": {"font_name": "宋体", "font_size": 11, "valign": "top", "text_wrap": True},
}  # fmt: skip
_STYLES = ("who", "who", "centre", "fill", "centre", "fill", "long", "centre", "fill")


def _table(book: Any, formats: dict[str, Any], about: ClassSheet) -> None:
    page = book.add_worksheet(SHEET)
    for at, wide in enumerate(WIDTHS):
        page.set_column(at, at, wide)
        page.write_string(0, at, HEADERS[at], formats["head"])
        page.write_string(1, at, EXAMPLE[at], formats["example centre" if _STYLES[at] == "centre" else "example"])
    page.set_default_row(22)  # no height of its own: a row grows with what is written in it
    page.set_row(0, 26)
    page.set_row(1, 30)
    last = _FIRST + len(about.rows) + SPARE - 1
    for row in range(_FIRST, last + 1):
        who = about.rows[row - _FIRST] if row - _FIRST < len(about.rows) else None
        for at, style in enumerate(_STYLES):
            if at < _LOCKED and who is not None:
                page.write_string(row, at, who[at], formats[style])
            else:
                page.write_blank(row, at, None, formats["fill" if at < _LOCKED else style])
    _choices(page, last)
    page.conditional_format(
        _FIRST,
        6,
        last,
        6,
        {"type": "formula", "criteria": f"=LEN($G{_FIRST + 1})>{HINT_LENGTH}", "format": formats["over"]},
    )
    page.autofilter(0, 0, last, len(HEADERS) - 1)
    page.freeze_panes(_FIRST, _LOCKED)
    page.set_selection(_FIRST, 2, _FIRST, 2)
    page.ignore_errors({"number_stored_as_text": _ERRORS, "two_digit_text_year": _ERRORS})
    page.protect("", _PROTECTION)
    _print(page, about)
    page.activate()


_PROTECTION = {
    "sort": True,
    "autofilter": True,
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "insert_columns": True,
    "insert_rows": True,
    "delete_rows": True,
}


def _choices(page: Any, last: int) -> None:
    """Lists to choose from and hints; none blocks what is typed beside them, for it is looked at when it comes back."""
    soft = {"error_type": "information", "ignore_blank": True}
    page.data_validation(_FIRST, 2, last, 2, {
        "validate": "any", "input_title": "谈话日期", "input_message": "10.12、10月12日、2026-10-12 都可以；没谈的留空。",
    })  # fmt: skip
    page.data_validation(_FIRST, 4, last, 4, {
        "validate": "list", "source": list(WAYS.values()), **soft,
        "error_title": "方式", "error_message": "列表里没有这一种；照这样写也可以，读入时会对一对。",
    })  # fmt: skip
    page.data_validation(_FIRST, 5, last, 5, {
        "validate": "list", "source": list(THEMES), **soft, "show_error": False,
    })  # fmt: skip
    page.data_validation(_FIRST, 6, last, 6, {
        "validate": "length", "criteria": "<=", "value": HINT_LENGTH, **soft,
        "input_title": "要点", "input_message": f"{HINT}。",
        "error_title": "有点长了", "error_message": f"建议 {HINT_LENGTH} 个字以内；按“确定”照样保存。",
    })  # fmt: skip
    page.data_validation(_FIRST, 7, last, 7, {
        "validate": "list", "source": ["是", "否"], **soft,
        "error_title": "是否需跟进", "error_message": "请填 是 或 否。",
    })  # fmt: skip
    page.data_validation(_FIRST, 8, last, 8, {
        "validate": "list", "source": list(EXCUSES), **soft, "show_error": False,
        "input_title": "未谈原因", "input_message": "这学期确实谈不成的才填，可以选，也可以自己写；日期留空。",
    })  # fmt: skip


def _print(page: Any, about: ClassSheet) -> None:
    page.set_paper(9)  # A4
    page.set_landscape()
    page.set_margins(left=0.5, right=0.5, top=0.85, bottom=0.7)
    page.center_horizontally()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.print_area(0, 0, _FIRST + len(about.rows) + SPARE - 1, len(HEADERS) - 1)
    tag = f"&R&9 {PRACTICE_TAG}" if about.practice else ""
    title = f"{about.class_name}　一生一谈登记表".replace("&", "&&")
    page.set_header(f'&L&9 {about.school.replace("&", "&&")}&C&"黑体"&14 {title}{tag}')
    page.set_footer(f"&L&9 {about.term}　内部资料，不写隐私，用完请删除&R&9第 &P 页")


def _guide(book: Any, formats: dict[str, Any], about: ClassSheet) -> None:
    page = book.add_worksheet(GUIDE)
    page.hide_gridlines(2)
    page.set_column(0, 0, 14)
    page.set_column(1, 1, 76)
    page.set_row(0, 32)
    page.write_string(0, 0, f"{about.class_name}　一生一谈登记表", formats["title"])
    page.write_string(1, 0, f"{about.school}　{about.term}", formats["line"])
    for at, (label, words) in enumerate(GUIDANCE, 3):
        page.write_string(at, 0, label, formats["label"])
        page.write_string(at, 1, words, formats["text"])
        page.set_row(at, 20 if length(words) <= 76 else 36)
    page.set_paper(9)
    page.fit_to_pages(1, 1)
    page.protect("", {"format_columns": True, "format_rows": True})
