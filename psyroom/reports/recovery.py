"""The recovery sheet (恢复单): the one paper that opens the room when every password is lost. Printed once, sealed, kept away.

Not a return: it carries a secret, so it is made in memory, shown, printed, and never kept in the room.
"""

from __future__ import annotations

from datetime import date

from psyroom.reports import faces
from psyroom.reports.faces import HEI, SONG
from psyroom.reports.paper import FINE, FRAME, MM, PRACTICE_TAG, Paper

_TITLE = "心理辅导室恢复单"
_WHAT = (
    "这张纸上的恢复码可以打开本校心理辅导室的全部加密资料。忘记密码、换电脑或重装系统之后，凭它就能重新进入，"
    "同事的密码也照常可用。请像保管印章一样保管它：谁拿到它，谁就能看到全部资料。"
)
_KEEP = (
    "立即装入信封，封口处由保管人签字并加盖学校公章，存放在校长室或档案室的保险柜里。",
    "不拍照、不扫描、不发到手机和聊天软件，也不要存进辅导室的电脑。",
    "没有打印机时可以照抄，抄完两人逐组核对。字母里没有 I、L、O、U：像零的都是数字 0，像一的都是数字 1。",
    "用过一次后，程序会给出新的恢复单；旧的这张随即作废，请当面销毁。",
)
_WARNING = "恢复单和密码都丢失时，任何人（包括程序的作者）都无法打开资料。"


def _groups(code: str) -> list[str]:
    bare = "".join(c for c in code.upper() if c.isalnum())
    return [bare[i : i + 4] for i in range(0, len(bare), 4)]


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def recovery_sheet(school: str, day: date, code: str, practice: bool = False, room: str = "") -> bytes:
    """The sheet as PDF: one A4 page. `code` as the store spells it; `room` is what tells this room from another, if any."""
    paper = Paper(_TITLE, practice=practice, numbered=False, margin_mm=25)
    paper.text(paper.right, paper.y, "机密 · 封存保管", HEI, 10.5, "right")
    paper.space(6 * MM)
    paper.title(_TITLE, 24)
    paper.space(3 * MM)
    middle = f"编号：{room}" if room else ""
    paper.info(f"学校（盖章）：{school}", middle, f"制作日期：{chinese_date(day)}", 11)
    paper.space(1 * MM)
    _code_box(paper, _groups(code))
    paper.space(1 * MM)
    paper.heading("这是什么", 12)
    paper.paragraph(_WHAT, size=11, leading=1.7)
    paper.space(2 * MM)
    paper.heading("怎样保管", 12)
    for number, sentence in enumerate(_KEEP, 1):
        _item(paper, f"{number}.", sentence)
    paper.space(2 * MM)
    paper.paragraph(_WARNING, face=HEI, size=11, leading=1.7, indent=False)
    _signing(paper)
    return paper.finish()


def _item(paper: Paper, number: str, sentence: str) -> None:
    before = paper.y
    page = paper.pages
    hang = 6 * MM
    paper.paragraph(sentence, size=11, leading=1.65, indent=False, x=paper.left + hang, room=paper.width - hang)
    if page == paper.pages:
        paper.text(paper.left, before - 11 * 1.65 + 11 * 0.325, number, SONG, 11)


def _code_box(paper: Paper, groups: list[str]) -> None:
    """Three groups a row, each character in its own place, each group with its number for reading aloud."""
    canvas = paper.canvas
    columns, high = 3, 17 * MM
    rows = -(-len(groups) // columns)
    wide = paper.width / columns
    top = paper.y
    size, slot = 25, 9.2 * MM
    for at, group in enumerate(groups):
        row, column = divmod(at, columns)
        left, bottom = paper.left + column * wide, top - (row + 1) * high
        canvas.setLineWidth(FINE)
        canvas.rect(left, bottom, wide, high)
        paper.text(left + 1.6 * MM, bottom + high - 4 * MM, str(at + 1), HEI, 7.5, grey=0.4)
        start = left + (wide - len(group) * slot) / 2
        faces.face(HEI)
        for place, character in enumerate(group):
            paper.text(start + (place + 0.5) * slot, bottom + high / 2 - size * 0.36, character, HEI, size, "center")
    canvas.setLineWidth(FRAME)
    canvas.rect(paper.left, top - rows * high, paper.width, rows * high)
    paper.y = top - rows * high
    paper.space(5.5 * MM)
    paper.text(paper.left + paper.width / 2, paper.y, "连写：" + "-".join(groups), HEI, 9.5, "center", grey=0.3)


def _signing(paper: Paper) -> None:
    """Who made it and who keeps it, with room for the seal."""
    high, wide = 30 * MM, paper.width / 3
    paper.space(6 * MM)
    paper.room(high)
    canvas = paper.canvas
    top = paper.y
    canvas.setLineWidth(FINE)
    for column, label in enumerate(("制作人（签字）", "保管人（签字）", "学校（盖章）")):
        left = paper.left + column * wide
        canvas.rect(left, top - high, wide, high)
        paper.text(left + 2.5 * MM, top - 6.5 * MM, label, HEI, 10.5)
        paper.text(left + wide - 3 * MM, top - high + 3.5 * MM, "年　　月　　日", SONG, 10.5, "right")
    canvas.setLineWidth(FRAME)
    canvas.rect(paper.left, top - high, paper.width, high)
    paper.y = top - high


def recovery_text(school: str, day: date, code: str, practice: bool = False, room: str = "") -> str:
    """The sheet as plain text, for a machine without a printer or a command line that asked for `.txt`."""
    groups = _groups(code)
    lines = [_TITLE, "=" * 40]
    if practice:
        lines += [PRACTICE_TAG, ""]
    lines += [
        f"学校：{school}",
        *([f"编号：{room}"] if room else []),
        f"制作日期：{chinese_date(day)}",
        "",
        "恢复码：",
        "",
    ]
    for start in range(0, len(groups), 3):
        row = groups[start : start + 3]
        lines.append("    " + "    ".join(f"({start + i}) {group}" for i, group in enumerate(row, 1)))
    lines += ["", "连写：" + "-".join(groups), "", "这是什么", "    " + _WHAT, "", "怎样保管"]
    lines += [f"    {number}. {sentence}" for number, sentence in enumerate(_KEEP, 1)]
    lines += ["", _WARNING, "", "制作人（签字）：__________    保管人（签字）：__________    学校（盖章）", ""]
    return "\n".join(lines)
