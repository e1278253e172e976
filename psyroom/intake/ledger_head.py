"""Recognising the columns of a duty ledger, and the lines below it that are none of its."""

from __future__ import annotations

import re

from psyroom.intake import times

HEADS: tuple[tuple[str, str], ...] = (
    ("day", r"(值班|开放|服务|工作)?(日期|时间日期|年月日)|日期时间|日期星期"),
    ("weekday", r"星期|周几|礼拜"),
    ("week", r"周次|第?几周|教学周|周数|周"),
    (
        "spans",
        r"(实际)?(开放|值班|服务|起止|辅导室开放|工作)(的)?(时间|时段|时间段)|时段|时间段|起讫时间|起止|时间|开放时间起止",
    ),
    ("parts", rf"({times.PART_OF_DAY})(开放|值班)?(时间|时段|时间段)?"),
    (
        "starts",
        r"(实际)?(开放|值班|到岗|签到|上班)?(开始|开门|到岗|签到|起始|自|起)(时间|时刻)?|开始时刻|上岗时间|开放时间起",
    ),
    (
        "ends",
        r"(实际)?(开放|值班|离岗|签退|下班)?(结束|关门|离岗|签退|终止|截止|止|至)(时间|时刻)?|离开时间|开放时间止",
    ),
    ("length", r"(开放|值班|服务)?(时长|小时数|分钟数|时数|分钟|小时)((小时|分钟|分|时))?"),
    (
        "person",
        r"(值班|值守|接待|辅导|心理|负责|当班)?(教师|老师|人员|人|值班人)(姓名|签名|签字)?|姓名|值班|签名|咨询师|值班教师姓名",
    ),
    ("received", r"(来访|接待|来访者|接待学生|来访学生|学生|服务|辅导)(人次|人数|数|次数|人次数)|人次|人数"),
    ("note", r"备注|说明|情况|记录|内容|.*主要.*|.*事由.*"),
)
FOOT = re.compile(
    r"^(合\s*计|总\s*计|小\s*计|共\s*计|本周|本月|本学期|制\s*表|填\s*表|审\s*核|负\s*责|说\s*明|注\s*[:：]|备\s*注\s*[:：]|.{0,6}签字)"
)


def columns_of(texts: list[str]) -> dict[str, list[int]]:
    """Code → columns of a row's plain texts. Columns headed 上午, 下午, 晚上 hold spans where no other column does."""
    found: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        if not text or len(text) > 20:
            continue
        code = next((code for code, pattern in HEADS if re.fullmatch(pattern, text)), "")
        if code in ("day", "weekday", "week", "person", "received", "length") and code in found:
            continue
        if code:
            found.setdefault(code, []).append(index)
    if "parts" in found and not found.keys() & {"spans", "starts"}:
        found["spans"] = found["parts"]
    return found


def parts_only(found: dict[str, list[int]]) -> bool:
    """Whether a row's only columns of times are the parts of a day."""
    return "parts" in found and found.get("spans") == found["parts"]


def plain(cell: str) -> str:
    """A header without blanks, marks and brackets."""
    return re.sub(r"[\s★*:：()（）/、]", "", cell)
