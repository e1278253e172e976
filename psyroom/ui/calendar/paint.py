"""How the week calendar looks: ground, opening, lessons, cards, the present minute. Draws only.

What lies over it while hands move (cursor, drag, typed time) is `over`; this here is painted once into a picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from psyroom.records.booking import CHANNELS, FORMS
from psyroom.records.opening import WHY_CHANGED
from psyroom.rules.typed import clock, span
from psyroom.services.week import Band, Day, Entry, Week
from psyroom.ui import fonts, icons, tokens
from psyroom.ui.calendar.layout import Frame

WEEKDAYS = "一二三四五六日"
MIDDLE_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
TOP_LEFT = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True)
class Face:
    """How a card of a state is coloured: palette roles, and an icon that says the same without colour."""

    ground: str
    stripe: str
    ink: str
    soft: str
    icon: str = ""
    border: str = ""


FACES = {
    "ahead": Face("card", "accent", "ink", "soft", border="accent"),
    "overdue": Face("amber_wash", "amber_fill", "ink", "amber", "question"),
    "inside": Face("accent", "accent_hover", "on_accent", "on_accent", "chat-circle-dots"),
    "left": Face("amber_wash", "amber_fill", "ink", "amber", "hourglass-medium"),
    "done": Face("good_wash", "good", "ink", "good", "check"),
    "missed": Face("brick_wash", "brick_fill", "ink", "brick", "user-minus"),
    "settled": Face("sunken", "line_strong", "soft", "soft", "user-minus"),
    "gone": Face("sunken", "line", "soft", "soft", "x"),
    "planned": Face("sky_wash", "sky", "ink", "sky", "chalkboard-teacher"),
    "held": Face("sunken", "sky", "soft", "soft", "check"),
}
EVENT_FACES = {"open": "planned", "held": "held", "cancelled": "gone"}


def face_of(entry: Entry, now: datetime) -> Face:
    """The colours that say how a booking, visit or entry stands."""
    if entry.kind == "event":
        return FACES[EVENT_FACES[entry.outcome]]
    if entry.inside:
        return FACES["inside"]
    if entry.visit:
        return FACES["done" if entry.closed else "left"]
    if entry.outcome == "open":
        over = (entry.day, entry.ends) <= (now.date(), now.hour * 60 + now.minute)
        return FACES["overdue" if over else "ahead"]
    if entry.outcome == "no_show":
        return FACES["settled" if entry.follow_up else "missed"]
    return FACES["done" if entry.standing else "gone"]


def kind_words(entry: Entry) -> str:
    """个别 · 线上; meeting in person goes without saying."""
    words = [] if entry.client in ("", "group") else [FORMS[entry.form]]
    if entry.channel != "in_person":
        words.append(CHANNELS[entry.channel])
    return " · ".join(words)


def detail_words(entry: Entry, *, with_person: bool) -> str:
    """The second line of a card."""
    if entry.kind == "event":
        size = f"{entry.size} 人" if entry.outcome == "held" else ""
        parts = [entry.state if entry.outcome != "open" else "", size, entry.place_name]
    else:
        parts = [entry.state if entry.state != "待到" else "", entry.class_name, kind_words(entry)]
    if with_person:
        parts.append(entry.person_name)
    return " · ".join(p for p in parts if p)


def tip_words(entry: Entry) -> str:
    """What a card's tool tip says."""
    parts = [
        f"{span(entry.starts, entry.ends)}  {entry.who}",
        f"{entry.state} · {detail_words(entry, with_person=True)}",
    ]
    return "\n".join([*parts, *([entry.place_name] if entry.place_name else [])])


class Ink:
    """A font, its measures, and the words already measured in it: measuring is what painting a week mostly costs."""

    def __init__(self, font: QFont) -> None:
        self.font, self.metrics = font, QFontMetricsF(font)
        self.height, self.ascent = self.metrics.height(), self.metrics.ascent()
        self.width = lru_cache(maxsize=4096)(self.metrics.horizontalAdvance)
        self.fitted = lru_cache(maxsize=4096)(self._fitted)
        self.elided = lru_cache(maxsize=4096)(self._elided)
        self.parts = lru_cache(maxsize=4096)(self._parts)

    def _fitted(self, words: str, room: float) -> str:
        return fitted(self.metrics, words, room)

    def _parts(self, words: str, room: float) -> str:
        """Of parts joined by · as many as there is room for whole; none where not even the first has it."""
        parts = words.split(" · ")
        whole = (" · ".join(parts[:n]) for n in range(len(parts), 0, -1))
        return next((some for some in whole if self.width(some) <= room), "")

    def _elided(self, words: str, room: float) -> str:
        if self.width(words) <= room:
            return words
        return self.metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)


@lru_cache(maxsize=4)
def inks(look: tokens.Look) -> tuple[Ink, Ink]:
    """(small, bold name) of a look."""
    name = fonts.face("small", bold=True)
    name.setPixelSize(look.px(13))
    return Ink(fonts.face("small")), Ink(name)


def fitted(metrics: QFontMetricsF, words: str, room: float) -> str:
    """As much as there is room for: whole, shortened by …, or where even that is narrow its first characters."""
    if metrics.horizontalAdvance(words) <= room:
        return words
    bare = words.partition("（")[0].partition(" · ")[
        0
    ]  # 团体 16（8 人）, 心理课 · 七年级3班: the tool tip says it whole
    if bare != words and metrics.horizontalAdvance(bare) <= room:
        return bare
    if room >= 3.4 * metrics.averageCharWidth() * 2:
        return metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
    count = next((n for n in range(len(words), 0, -1) if metrics.horizontalAdvance(words[:n]) <= room + 2), 0)
    return words[:count]


class Painter:
    """Paints one week in the present look. Made anew for each paint; cheap."""

    def __init__(self, painter: QPainter, week: Week, frame: Frame, now: datetime) -> None:
        self.p, self.week, self.frame, self.now = painter, week, frame, now
        self.look = tokens.now()
        self.small, self.name = inks(self.look)
        self.people = {e.person for d in week.days for e in d.entries}
        self._colours: dict[str, QColor] = {}
        self._blanks: dict[tuple[int, int, Face, bool], QPixmap] = {}
        px = self.look.px
        self._px = {n: px(n) for n in (6, 11, 14, 34, 40, 58)}

    def colour(self, role: str) -> QColor:
        found = self._colours.get(role)
        if found is None:
            found = self._colours[role] = QColor(self.look.colour(role))
        return found

    # ---- the ground -------------------------------------------------------------------------------------------

    def ground(self, clip: QRectF) -> None:
        self.p.fillRect(clip, self.colour("card"))
        for number, day in enumerate(self.week.days):
            column = self.frame.column(number)
            if not column.intersects(clip):
                continue
            if not day.school_day:
                self.p.fillRect(column, self.colour("sunken"))
                self._hatch(column, "line")
            for lesson in day.lessons:
                box = self.frame.band(number, lesson.starts, lesson.ends)
                self.p.fillRect(box, self.colour("sunken"))
                self._note(box, lesson.name, "soft")
            for band in day.plan:
                box = self.frame.band(number, band.starts, band.ends)
                self.p.fillRect(box, self.colour("accent_wash"))
                self.p.fillRect(QRectF(box.left(), box.top(), 3, box.height()), self.colour("accent"))
                reach = band.starts + self.small.height / self.frame.per_minute
                if not any(
                    e.starts < reach and band.starts < e.ends
                    for e in day.entries
                    if e.standing or e.outcome == "no_show"
                ):
                    self._note(box, self._plan_words(band), "accent")
            for band in day.own:
                box = self.frame.band(number, band.starts, band.ends)
                self.p.fillRect(box, self.colour("sunken"))
                self._hatch(box, "faint")
                self._note(box, f"{self.week.people.get(band.person, '')}有课", "soft")
            for band in day.closed:
                box = self.frame.band(number, band.starts, band.ends)
                self.p.fillRect(box, self.colour("amber_wash"))
                self._hatch(box, "amber_fill")
                why = WHY_CHANGED.get(band.name, "")
                self._note(box, f"停开 · {why}" if why else "停开", "amber")
        self._lines(clip)

    def _plan_words(self, band: Band) -> str:
        person = self.week.people.get(band.person, "")
        return f"开放 · {person}" if person else "开放"

    def _hatch(self, box: QRectF, role: str) -> None:
        self.p.fillRect(box, QBrush(self._faint(role), Qt.BrushStyle.BDiagPattern))

    def _faint(self, role: str) -> QColor:
        colour = QColor(self.colour(role))
        colour.setAlpha(90)
        return colour

    def _note(self, box: QRectF, words: str, role: str) -> None:
        """A small word in a band's corner, where there is room for it."""
        room = box.adjusted(7, 1, -4, -1)
        under = next((y for y in self._hours() if room.top() < y < room.top() + self.small.height - 3), 0.0)
        if under and room.bottom() - under > self.small.height:
            room.setTop(under)  # the line of an hour would strike it through
        if room.height() < self.small.height - 3 or room.width() < self.look.px(30):
            return
        self.p.setFont(self.small.font)
        self.p.setPen(self.colour(role))
        short = self.small.elided(words, room.width())
        self.p.drawText(room, TOP_LEFT if room.height() > self.small.height + 4 else MIDDLE_LEFT, short)

    def _hours(self) -> list[float]:
        """Where the lines of the full hours are."""
        return [self.frame.y(hour * 60) for hour in range(self.frame.first // 60, self.frame.last // 60 + 1)]

    def _lines(self, clip: QRectF) -> None:
        frame, right = self.frame, self.frame.lefts[-1] + self.frame.widths[-1]
        self.p.setFont(fonts.face("small", tabular=True))
        for hour in range(frame.first // 60, frame.last // 60 + 1):
            y = frame.y(hour * 60)
            self.p.setPen(QPen(self.colour("line"), 1))
            self.p.drawLine(QPointF(frame.lefts[0], y), QPointF(right, y))
            if frame.first < hour * 60 < frame.last:
                self.p.setPen(self.colour("soft"))
                box = QRectF(0, y - 10, frame.lefts[0] - 8, 20)
                self.p.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, clock(hour * 60))
        self.p.setPen(QPen(self.colour("line"), 1))
        for left in frame.lefts:
            self.p.drawLine(QPointF(left, clip.top()), QPointF(left, clip.bottom()))

    # ---- cards ------------------------------------------------------------------------------------------------

    def card(self, box: QRectF, entry: Entry) -> None:
        face, whole = face_of(entry, self.now), box.toRect()
        self.p.drawPixmap(whole.topLeft(), self._blank(whole.size(), face, entry.kind == "event"))
        narrow = box.width() < self._px[34]
        self._words(box.adjusted(*((6, 1, 0, -1) if narrow else (9, 1, -4, -1))), entry, face)

    def _blank(self, size: QSize, face: Face, hatched: bool) -> QPixmap:
        """A card without its words: few sizes and faces make a week, and each is drawn once."""
        key = (size.width(), size.height(), face, hatched)
        found = self._blanks.get(key)
        if found is not None:
            return found
        ratio = self.p.device().devicePixelRatio()
        found = self._blanks[key] = QPixmap(size * ratio)
        found.setDevicePixelRatio(ratio)
        found.fill(Qt.GlobalColor.transparent)
        p = QPainter(found)
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0.5, 0.5, size.width() - 1, size.height() - 1)
        p.setPen(QPen(self.colour(face.border or face.stripe), 1))
        p.setBrush(self.colour(face.ground))
        p.drawRoundedRect(box, 4, 4)
        if hatched:
            p.fillRect(box.adjusted(1, 1, -1, -1), QBrush(self._faint(face.stripe), Qt.BrushStyle.BDiagPattern))
        p.setPen(Qt.PenStyle.NoPen)
        p.setBrush(self.colour(face.stripe))
        p.drawRoundedRect(QRectF(box.left() + 1.5, box.top() + 1.5, 3.5, box.height() - 3), 1.5, 1.5)
        p.end()
        return found

    def _icons(self, box: QRectF, entry: Entry, face: Face, line: float) -> QRectF:
        """State and series as small pictures at the right; what is left for the words."""
        side = self._px[14]
        for name in (face.icon, "repeat" if entry.series else ""):
            if not name or box.width() <= self._px[58]:
                continue
            top = box.top() + (min(box.height(), line + 4) - side) / 2
            icons.draw(self.p, name, QRect(int(box.right() - side), int(top), side, side), self.colour(face.soft))
            box = box.adjusted(0, 0, -side - 2, 0)
        return box

    def _words(self, whole: QRectF, entry: Entry, face: Face) -> None:
        if whole.width() < self._px[11]:
            return
        line = self.name.height
        box = self._icons(whole, entry, face, line) if face.icon or entry.series else whole
        room, left = box.width(), box.left()
        if box.height() < line + self.small.height - 1:
            short = self.name.fitted(entry.who, room)
            middle = box.center().y() - 0.5
            self._write(self.name, face.ink, left, middle - line / 2, short)
            used = self.name.width(short) + self._px[6]
            if room - used > self._px[40]:
                detail = self.small.parts(detail_words(entry, with_person=False), room - used)
                self._write(self.small, face.soft, left + used, middle - self.small.height / 2, detail)
            return
        self._write(self.name, face.ink, left, box.top(), self.name.fitted(entry.who, room))
        lines = [detail_words(entry, with_person=False)]
        if len(self.people) > 1:
            lines.append(entry.person_name)
        lines.append(span(entry.starts, entry.ends))
        top = whole.top() + line
        for words in lines:
            if whole.bottom() - top < self.small.height - 2:
                break
            if words:
                short = self.small.parts(words, whole.width()) or self.small.elided(words, whole.width())
                self._write(self.small, face.soft, left, top, short)
                top += self.small.height

    def _write(self, ink: Ink, role: str, left: float, top: float, words: str) -> None:
        """A line of words from its top left corner; to a point, as laying out into a box costs twice as much."""
        self.p.setFont(ink.font)
        self.p.setPen(self.colour(role))
        self.p.drawText(QPointF(left, top + ink.ascent), words)

    def sliver(self, box: QRectF) -> None:
        """A cancelled booking: a thin strip at the column's edge, so that the slot looks free, which it is."""
        self.p.setPen(Qt.PenStyle.NoPen)
        self.p.setBrush(self.colour("line_strong"))
        self.p.drawRoundedRect(box, 2, 2)

    def present(self) -> None:
        """The present minute on today's column: a line that lies under the cards."""
        number = next((n for n, d in enumerate(self.week.days) if d.day == self.now.date()), None)
        minute = self.now.hour * 60 + self.now.minute
        if number is None or not self.frame.first <= minute <= self.frame.last:
            return
        y, left = self.frame.y(minute), self.frame.lefts[number]
        self.p.setPen(QPen(self.colour("brick_fill"), 2))
        self.p.drawLine(QPointF(left, y), QPointF(left + self.frame.widths[number], y))

    def dot(self) -> None:
        """And a dot over the cards."""
        number = next((n for n, d in enumerate(self.week.days) if d.day == self.now.date()), None)
        minute = self.now.hour * 60 + self.now.minute
        if number is not None and self.frame.first <= minute <= self.frame.last:
            self.p.setPen(Qt.PenStyle.NoPen)
            self.p.setBrush(self.colour("brick_fill"))
            self.p.drawEllipse(QPointF(self.frame.lefts[number], self.frame.y(minute)), 4, 4)


def head(painter: QPainter, box: QRectF, day: Day, today: bool, look: tokens.Look) -> None:
    """A day's head: weekday, date, and the name of a holiday."""
    names = ("周" + WEEKDAYS[day.day.weekday()], f"{day.day.month}/{day.day.day}")
    weekday_font, date_font = fonts.face("small"), fonts.face("lead", bold=True)
    ink = look.colour("accent" if today else "ink" if day.school_day or day.plan or day.entries else "soft")
    middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
    note = day.name or ("放假" if not day.school_day and day.day.weekday() < 5 else "")
    upper = QRectF(box.left(), box.top() + 2, box.width(), look.px(18))
    painter.setFont(weekday_font)
    painter.setPen(QColor(look.colour("accent" if today else "soft")))
    words = f"{names[0]} · 今天" if today else names[0]
    if painter.fontMetrics().horizontalAdvance(words) > upper.width():
        words = names[0]  # a narrow weekend column; its colour still says so
    painter.drawText(upper, middle, words)
    lower = QRectF(box.left(), upper.bottom(), box.width(), look.px(24))
    if QFontMetricsF(date_font).horizontalAdvance(names[1]) > lower.width() - 6:
        names = (names[0], str(day.day.day))  # else it would touch the next day's
    if not note:
        painter.setFont(date_font)
        painter.setPen(QColor(ink))
        painter.drawText(lower, middle, names[1])
        return
    room = lower.adjusted(4, 0, -4, 0)
    painter.setFont(date_font)
    width = QFontMetricsF(date_font).horizontalAdvance(names[1])
    small = QFontMetricsF(fonts.face("small", bold=True))
    short = small.elidedText(note, Qt.TextElideMode.ElideRight, max(room.width() - width - 8, 20))
    whole = width + 6 + small.horizontalAdvance(short)
    left = room.left() + max((room.width() - whole) / 2, 0)
    painter.setPen(QColor(ink))
    painter.drawText(QRectF(left, lower.top(), width + 2, lower.height()), MIDDLE_LEFT, names[1])
    painter.setFont(fonts.face("small", bold=True))
    painter.setPen(QColor(look.colour("sky" if day.school_day else "amber")))
    painter.drawText(QRectF(left + width + 6, lower.top(), room.width(), lower.height()), MIDDLE_LEFT, short)
