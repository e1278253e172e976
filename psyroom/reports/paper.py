"""A paper in the making: A4 pages, a running head, what stands at the foot, and the cursor that moves down the page.

All lengths are points (1/72 inch) unless a name says mm. Bytes repeat: reportlab's clock and random parts are off, so the
same figures give the same file and the same digest.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from psyroom.reports import faces
from psyroom.reports.faces import BIAOSONG, HEI, SONG
from psyroom.reports.lines import Line, break_lines, spread

MM = 72 / 25.4
FINE, FRAME = 0.4, 1.1  # lines inside a table and its frame, in points
PRACTICE = "练习"
PRACTICE_TAG = "练习模式：内容均为虚构，不作上报之用"
_GREY = 0.45
_RED = (0.75, 0.1, 0.1)


class Paper:
    """Pages of one document. `digest` stands small at every foot; `practice` marks every page."""

    def __init__(
        self,
        title: str,
        *,
        landscape: bool = False,
        practice: bool = False,
        digest: str = "",
        numbered: bool = True,
        margin_mm: float = 20,
        of: int = 0,
        marks: tuple[str, str] = ("", ""),
    ) -> None:
        """`of`: how many pages there are in all, where the foot says so; `marks`: red words above every page, at the left
        (未签字) and at the right (内部资料 注意保密)."""
        self.paper_width, self.paper_height = (A4[1], A4[0]) if landscape else (A4[0], A4[1])
        self.left = margin_mm * MM
        self.right = self.paper_width - margin_mm * MM
        self.top = self.paper_height - (19 if landscape else 22) * MM
        self.bottom = 22 * MM
        self.practice, self.digest, self.numbered = practice, digest, numbered
        self.of, self.marks = of, marks
        self.missing = ""
        self._buffer = io.BytesIO()
        faces.face(SONG)
        size = (self.paper_width, self.paper_height)
        self.canvas = Canvas(self._buffer, pagesize=size, invariant=1, initialFontName=SONG, pageCompression=1)
        self.canvas.setTitle(title)
        self.canvas.setCreator("psyroom")
        self.canvas.setProducer("psyroom")
        self.head: Callable[[Paper], None] | None = None
        self.pages = 0
        self.y = self.top
        self._begin()

    @property
    def width(self) -> float:
        return self.right - self.left

    # ---- pages ----------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self.pages += 1
        self.y = self.top
        if self.practice:
            self._practice_mark()
        for mark, x, align in zip(self.marks, (self.left, self.right), ("left", "right"), strict=True):
            if mark:
                self.text(x, self.paper_height - 17 * MM, mark, HEI, 10.5, align, red=True)
        if self.pages > 1 and self.head is not None:
            self.head(self)

    def _practice_mark(self) -> None:
        canvas = self.canvas
        canvas.saveState()
        canvas.setFillGray(0.93)
        canvas.translate(self.paper_width / 2, self.paper_height / 2)
        canvas.rotate(32)
        faces.face(BIAOSONG)
        canvas.setFont(BIAOSONG, 150)
        canvas.drawCentredString(0, -54, PRACTICE[0] + " " + PRACTICE[1])
        canvas.restoreState()
        self.text(self.right, self.paper_height - 12 * MM, PRACTICE_TAG, HEI, 8, "right", grey=_GREY)

    def _end(self) -> None:
        if self.numbered:
            number = f"{self.pages} / {self.of}" if self.of else f"{self.pages}"
            self.text(self.paper_width / 2, 14 * MM, f"— {number} —", SONG, 10.5, "center")
        if self.digest:
            size = min(5.5, 5.5 * self.width / max(faces.width(self.digest, HEI, 5.5), 1))
            self.text(self.right, 8.5 * MM, self.digest, HEI, size, "right", grey=_GREY)
        self.canvas.showPage()

    def new_page(self) -> None:
        self._end()
        self._begin()

    def room(self, height: float) -> None:
        """Make sure that so much height is left on this page."""
        if self.y - height < self.bottom:
            self.new_page()

    def space(self, height: float) -> None:
        self.y -= height

    def finish(self) -> bytes:
        """The document's bytes."""
        self._end()
        self.canvas.save()
        return self._buffer.getvalue()

    # ---- text -----------------------------------------------------------------------------------------------

    def text(
        self, x: float, y: float, text: str, face: str, size: float, align: str = "left", *, grey: float = 0.0,
        red: bool = False,
    ) -> float:  # fmt: skip
        """One line at its baseline; returns how wide it ran."""
        used, text, missing = faces.fit(faces.cleaned(text).replace("\n", " "), face)
        self.missing += missing
        faces.face(used)
        wide = faces.width(text, used, size)
        if align == "center":
            x -= wide / 2
        elif align == "right":
            x -= wide
        if red:
            self.canvas.setFillColorRGB(*_RED)
        else:
            self.canvas.setFillGray(grey)
        self.canvas.setFont(used, size)
        self.canvas.drawString(x, y, text)
        return wide

    def line_of(self, line: Line, x: float, y: float, face: str, size: float, room: float, align: str) -> None:
        """One broken line; `justify` spreads it to `room`, the others place it. The text has been fitted before."""
        canvas = self.canvas
        faces.face(face)
        canvas.setFillGray(0)
        canvas.setFont(face, size)
        if align != "justify":
            shift = {"left": 0.0, "center": 0.5, "right": 1.0}[align] * (room - faces.width(line.text, face, size))
            canvas.drawString(x + shift, y, line.text)
            return
        placed = spread(line, face, size, room)
        if line.last or len(placed) < 2:
            canvas.drawString(x, y, line.text)
            return
        if len(placed) == len(line.text):  # the same gap after every character: one string, not one for each
            gap = placed[1][0] - faces.width(placed[0][1], face, size)
            canvas.drawString(x, y, line.text, charSpace=gap)
            return
        for at, piece in placed:
            canvas.drawString(x + at, y, piece)

    def paragraph(
        self,
        text: str,
        *,
        face: str = SONG,
        size: float = 10.5,
        leading: float = 1.6,
        indent: bool = True,
        align: str = "justify",
        x: float | None = None,
        room: float | None = None,
    ) -> None:
        """Running text from the cursor down: two characters' indent, both edges straight."""
        used, text, missing = faces.fit_text(faces.cleaned(text), face)
        self.missing += missing
        left, wide = self.left if x is None else x, self.width if room is None else room
        step = 2 * size if indent else 0.0
        first = True
        for line in break_lines(text, used, size, wide, step):
            self.room(size * leading)
            self.y -= size * leading
            shift = step if first else 0.0
            self.line_of(line, left + shift, self.y + size * (leading - 1) / 2, used, size, wide - shift, align)
            first = line.last

    # ---- the parts of an official table ------------------------------------------------------------------------

    def title(self, text: str, size: float = 18) -> None:
        """The heading in the title face, centred; shrunk rather than broken."""
        used, fitted, _ = faces.fit(faces.cleaned(text), BIAOSONG)
        faces.face(used)
        size = min(size, size * self.width / max(faces.width(fitted, used, size), 1))
        self.y -= size
        self.text(self.paper_width / 2, self.y, text, BIAOSONG, size, "center")
        self.y -= size * 0.55

    def info(self, left: str, middle: str = "", right: str = "", size: float = 9.5) -> None:
        """填报单位（盖章） · 统计时间 · 填报日期, on one line above the table; two lines where they would touch."""
        gap = 5 * MM
        wide = [faces.width(t, SONG, size) for t in (left, middle, right)]
        free = self.width - sum(wide)
        self.y -= size
        self.text(self.left, self.y, left, SONG, size)
        if middle and free < 2 * gap:
            self.y -= size * 1.5
            self.text(self.left, self.y, middle, SONG, size)
        elif middle:
            middle_of_paper = self.left + self.width / 2 - wide[1] / 2
            between = min(max(middle_of_paper, self.left + wide[0] + gap), self.right - wide[2] - gap - wide[1])
            self.text(between, self.y, middle, SONG, size)
        self.text(self.right, self.y, right, SONG, size, "right")
        self.y -= size * 0.5

    def heading(self, text: str, size: float = 11, face: str = HEI) -> None:
        """一、… above a part of a paper in 黑体; （一）… below it in 楷体, as official papers have it (GB/T 9704)."""
        self.y -= size * 1.7
        self.text(self.left, self.y, text, face, size)
        self.y -= size * 0.6

    def signatures(self, items: Sequence[str], size: float = 9.5) -> None:
        """校长（签字）： … on one line, each with room to sign."""
        self.room(size * 2.6)
        self.y -= size * 2.1
        for number, item in enumerate(items):
            self.text(self.left + number * self.width / len(items), self.y, item, SONG, size)
        self.y -= size * 0.5

    def notes(self, items: Sequence[str], size: float = 7.5) -> None:
        """注：1. …；2. …。 small, under the table; wrapped lines stand under the first character."""
        if not items:
            return
        body = items[0] if len(items) == 1 else "；".join(f"{i}. {item}" for i, item in enumerate(items, 1))
        mark = "注："
        self.y -= size * 0.7
        self.room(size * 1.5)
        wide = faces.width(mark, HEI, size)
        self.text(self.left, self.y - size * 1.5 + size * 0.25, mark, HEI, size)
        self.paragraph(
            body + "。", face=HEI, size=size, leading=1.5, indent=False, x=self.left + wide, room=self.width - wide
        )

    def seal(self, x: float, y: float, radius_mm: float = 19) -> None:
        """Where the seal goes: a light dashed circle of its size."""
        canvas = self.canvas
        canvas.saveState()
        canvas.setStrokeGray(0.6)
        canvas.setLineWidth(0.6)
        canvas.setDash(3, 2.5)
        canvas.circle(x, y, radius_mm * MM)
        canvas.restoreState()
        self.text(x, y - 3, "（盖章）", SONG, 9, "center", grey=0.6)

    def cut_line(self, text: str = "沿此线裁开", size: float = 8) -> None:
        """A dashed line from edge to edge of the paper with a grey word in it."""
        canvas = self.canvas
        self.y -= 5 * MM
        middle, half = self.paper_width / 2, faces.width(text, SONG, size) / 2 + 4 * MM
        canvas.saveState()
        canvas.setStrokeGray(0.4)
        canvas.setLineWidth(0.5)
        canvas.setDash(3, 2.5)
        canvas.line(self.left - 8 * MM, self.y, middle - half, self.y)
        canvas.line(middle + half, self.y, self.right + 8 * MM, self.y)
        canvas.restoreState()
        self.text(middle, self.y - size * 0.36, text, SONG, size, "center", grey=0.6)
        self.y -= 5 * MM
