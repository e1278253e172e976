"""The map of 一生一谈: every class as a bar of what has become of its students, figures beside, plans and feedback next to it.

已谈 is a full colour, 有原因 hatched, 找过 dotted, 未谈 empty: the pattern tells what the colour tells.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPainterPath, QPen

from psyroom.services.coverage import ClassLine
from psyroom.ui import fonts, tokens
from psyroom.ui.icons import draw
from psyroom.ui.pages.talks_cover_rows import ALL, CLASS, GRADE, GUTTER, RIGHT, ClassRows, Placed, short_name

STATES = (("talked", "已谈"), ("excused", "有原因"), ("attempted", "找过没谈成"), ("untouched", "还没找过"))
TEACHER, LEFT_OVER, RATE, PAD, APART = 76, 36, 66, 8, 12
"""Widths at 100 %; `APART`: between two figures."""
NARROWEST, ROOMY = 316, 640
"""From how wide on a second column may stand beside the first; from how wide on teacher and rate have room."""
CROWDED = 420
"""Less than this is too narrow for the figures of a large grade."""
LEGEND = 28


def shares(line: ClassLine) -> dict[str, int]:
    """Students by state; together all of them."""
    return {
        "talked": line.talked,
        "excused": line.excused,
        "attempted": line.attempted,
        "untouched": line.left - line.attempted,
    }


def paint_bar(painter: QPainter, box: QRectF, line: ClassLine) -> None:
    """One stacked bar, as long as the box."""
    p = tokens.now().palette
    painter.save()
    path = QPainterPath()
    path.addRoundedRect(box, 3, 3)
    painter.setClipPath(path)
    painter.fillRect(box, QColor(p.card))
    x = box.left()
    for state, count in shares(line).items():
        wide = box.width() * count / max(line.students, 1)
        part = QRectF(x, box.top(), wide, box.height())
        fill_state(painter, part, state)
        x += wide
    painter.restore()
    painter.setPen(QPen(QColor(p.line_strong), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, 3, 3)


def fill_state(painter: QPainter, part: QRectF, state: str) -> None:
    """The ground of one state: full, hatched, dotted, or nothing."""
    p = tokens.now().palette
    if state == "talked":
        painter.fillRect(part, QColor(p.accent))
    elif state == "excused":
        painter.fillRect(part, QColor(p.sunken))
        painter.fillRect(part, QBrush(QColor(p.soft), Qt.BrushStyle.BDiagPattern))
    elif state == "attempted":
        painter.fillRect(part, QColor(p.amber_wash))
        painter.fillRect(part, QBrush(QColor(p.amber_fill), Qt.BrushStyle.Dense5Pattern))
    else:
        painter.fillRect(part, QColor(p.card))


def plans_of(line: ClassLine) -> tuple[int, int]:
    return line.plans, line.plans_due


def feedback_of(line: ClassLine) -> tuple[int, int]:
    return line.feedback, line.feedback_due


def talked_words(row: Placed) -> str:
    """40/49; of a grade in a narrow column 1173 alone: the rest of the room is the bar's."""
    crowded = row.branch[0] == GRADE and row.box.width() < tokens.now().px(CROWDED) and row.line.students > 999
    return str(row.line.talked) if crowded else f"{row.line.talked}/{row.line.students}"


class StateMap(ClassRows):
    """Classes × states."""

    def __init__(self) -> None:
        super().__init__("各班谈话完成情况")
        self._wide: dict[bool, tuple[int, int]] = {}

    def measure(self) -> None:
        """The room of the figures 已谈 and of those under 方案 and 反馈, in the school's row and in the others."""
        super().measure()
        metrics, px = QFontMetricsF(fonts.face(bold=True, tabular=True)), tokens.now().px

        def room(rows: list[Placed]) -> tuple[int, int]:
            counts = [talked_words(row) for row in rows]
            links = [f"{a}/{b}" for row in rows for a, b in (plans_of(row.line), feedback_of(row.line))]
            widest = (max(map(metrics.horizontalAdvance, [*words, "反馈"])) for words in (counts, links))
            first, second = (round(wide) + px(APART) for wide in widest)
            return first, second

        self._wide = {
            whole: room([row for row in self.placed if (row.branch[0] == ALL) == whole]) for whole in (True, False)
        }

    def columns(self, width: int) -> int:
        px = tokens.now().px
        return min((width + px(GUTTER)) // (px(NARROWEST) + px(GUTTER)), 3)

    def top(self) -> int:
        return super().top() + tokens.now().px(LEGEND)

    # ---- painting

    def paint_row(self, painter: QPainter, row: Placed) -> None:
        px, line, kind = tokens.now().px, row.line, row.branch[0]
        bold = kind != CLASS
        inner = row.box.adjusted(px(PAD), 0, -px(PAD), 0)
        inner = self._figures(painter, inner, row)
        name = QRectF(inner.left(), inner.top(), self.name, inner.height())
        self.put(painter, name, short_name(row), bold=bold)
        inner.setLeft(name.right() + px(4))
        if row.box.width() >= px(ROOMY):
            if kind == CLASS:
                self.put(
                    painter,
                    QRectF(inner.left(), inner.top(), px(TEACHER - 8), inner.height()),
                    line.teacher,
                    role="soft",
                )
            inner.setLeft(inner.left() + px(TEACHER))
        high = px(14 if kind == ALL else 10 if kind == GRADE else 12)
        if kind == CLASS:
            high = max(high, round(row.box.height() * 0.36))
        bar = QRectF(inner.left(), inner.center().y() - high / 2, inner.width() - px(4), high)
        paint_bar(painter, bar, line)
        if kind == ALL:
            self._legend(painter, row.box.bottom())

    def _figures(self, painter: QPainter, box: QRectF, row: Placed) -> QRectF:
        """The figures at the right end; what is left of the box."""
        px, line, kind = tokens.now().px, row.line, row.branch[0]
        bold = kind != CLASS
        count, link = self._wide[kind == ALL]
        right = box.right()
        for counted, due in (feedback_of(line), plans_of(line)):
            cell = QRectF(right - link, box.top(), link, box.height())
            if due:
                missing = counted < due
                self.put(
                    painter, cell, f"{counted}/{due}", role="amber" if missing else "soft", bold=missing, where=RIGHT
                )
            else:
                self.put(painter, cell, "–", role="soft", where=RIGHT)
            right = cell.left()
        if box.width() >= px(ROOMY):
            cell = QRectF(right - px(RATE), box.top(), px(RATE), box.height())
            self.put(painter, cell, f"{line.rate:.1f} %", role="soft", bold=bold, where=RIGHT)
            right = cell.left()
        cell = QRectF(right - px(LEFT_OVER), box.top(), px(LEFT_OVER), box.height())
        if line.left:
            self.put(painter, cell, str(line.left), bold=True, where=RIGHT)
        else:
            side = px(16)
            done = QRect(round(cell.right()) - side, round(cell.center().y()) - side // 2, side, side)
            draw(painter, "check-bold", done, tokens.now().colour("good"))
        right = cell.left()
        cell = QRectF(right - count, box.top(), count, box.height())
        self.put(painter, cell, talked_words(row), role="ink" if bold else "soft", where=RIGHT)
        return box.adjusted(0, 0, cell.left() - px(8) - box.right(), 0)

    def paint_captions(self, painter: QPainter, box: QRectF) -> None:
        look = tokens.now()
        px = look.px
        painter.setFont(fonts.face("small"))
        painter.setPen(QColor(look.palette.soft))
        names = ["反馈", "方案", *(["完成率"] if box.width() - px(PAD) * 2 >= px(ROOMY) else []), "还有", "已谈"]
        count, link = self._wide[False]
        wides = {"完成率": px(RATE), "还有": px(LEFT_OVER), "已谈": count}
        right = box.right() - px(PAD)
        for words in names:
            wide = wides.get(words, link)
            painter.drawText(QRectF(right - wide, box.top(), wide, box.height()), int(RIGHT), words)
            right -= wide

    def _legend(self, painter: QPainter, top: float) -> None:
        """What each ground means, with how many students it is in the school."""
        look = tokens.now()
        px, total = look.px, self.placed[0].line
        counts = shares(total)
        x, high = float(px(PAD + 4) + self.name), px(LEGEND)
        if self.placed[0].box.width() < px(ROOMY):
            x = float(px(PAD))
        font = fonts.face("small", tabular=True)
        metrics = QFontMetricsF(font)
        roomy = self.placed[0].box.width() >= px(480)
        for state, words in STATES:
            side = px(12)
            box = QRectF(x, top + (high - side) / 2, side, side)
            fill_state(painter, box, state)
            painter.setPen(QPen(QColor(look.palette.line_strong), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box)
            said = f"{words} {counts[state]}" if roomy else words
            painter.setFont(font)
            painter.setPen(QColor(look.palette.soft))
            wide = metrics.horizontalAdvance(said)
            painter.drawText(QPointF(x + side + px(6), top + high / 2 + metrics.ascent() / 2 - 1), said)
            x += side + wide + px(24)
