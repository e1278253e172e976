"""The reading view's parts: each makes one card of what was written; what is empty makes none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from psyroom.records.booking import CHANNELS
from psyroom.records.fields import label_of
from psyroom.records.notes import NOTE_KINDS, SOURCES, NoteFields
from psyroom.rules import finding
from psyroom.rules.notes import TEXTS
from psyroom.rules.notes import minutes as lasted
from psyroom.rules.time import day_name, short_day
from psyroom.rules.typed import clock, span
from psyroom.services.note_seen import StepSeen
from psyroom.services.notes import NoteSeen
from psyroom.ui.kit import Card, Check, Glyph, Tag, rule, text
from psyroom.ui.kit.reading import Reading, with_marks
from psyroom.ui.tokens import SPACE


def moment(at: str, *, year: int | None = None) -> str:
    """A UTC moment as the clock on the wall said it: 9月8日 周二 12:30, with the year where it is another."""
    local = datetime.fromisoformat(at).astimezone()
    before = f"{local.year}年" if year is not None and local.year != year else ""
    return f"{before}{day_name(local.date())} {local:%H:%M}"


def state_words(note: NoteSeen) -> tuple[str, str]:
    """How a note stands, and the tone of its tag."""
    if note.state == "unlocked":
        until = max((u.until for u in note.unlocks), default="")
        return (f"已解锁到 {moment(until)}" if until else "已解锁"), "amber"
    if note.signed_at:
        return "已签字", "good"
    if note.state == "locked":
        return "已锁定（自动）", ""
    can = "可修改" if note.mine else "未签字"
    return f"{can}，{short_day(note.locks_on)}起锁定", "accent"


def day_of(line: Any) -> str:
    """Day and hour of a line of the list: 2026年9月8日 周二 12:10"""
    hour = clock(line.starts) if line.starts is not None else ""
    return " ".join(p for p in (f"{line.day.year}年{day_name(line.day)}", hour) if p)


def names_of(note: NoteSeen) -> str:
    """Whom a note is about: the names, of a group its topic and how many."""
    names = [child.who for child in note.students]
    if note.fields.kind == "group" and len(names) != 1:
        return note.fields.topic or (f"团体（{len(names)} 人）" if names else "团体")
    return "、".join(names) or note.fields.with_whom or NOTE_KINDS[note.fields.kind]


def facts(note: NoteSeen, places: dict[str, str]) -> str:
    """Number, day, hours and length, room, channel."""
    f = note.fields
    hours = ""
    if f.starts is not None:
        hours = span(f.starts, f.ends) if f.ends is not None else f"{clock(f.starts)} 起"
    took = lasted(f.starts, f.ends)
    year = f"{f.day.year}年"
    parts = [
        note.number,
        f"{year}{day_name(f.day)}",
        f"{hours}（{took} 分钟）" if took else hours,
        places.get(f.place, ""),
        CHANNELS[f.channel] if f.channel != "in_person" else "",
    ]
    return " · ".join(part for part in parts if part)


def who_wrote(note: NoteSeen) -> str:
    """Writer, when it was written where that was another day, signed by whom and when."""
    words = [f"{note.writer_name}写"]
    if note.late:
        words.append(f"{moment(note.made_at)}补写")
    if note.signed_at:
        by = f"{note.signed_by_name}，" if note.signed_by_name not in ("", note.writer_name) else ""
        words.append(f"签字：{by}{moment(note.signed_at)}")
    if note.fields.source:
        words.append(f"信息来源：{SOURCES[note.fields.source]}")
    if note.fields.with_whom and note.students:
        words.append(f"对方：{note.fields.with_whom}")
    return " · ".join(words)


def finds(words: str, sought: str) -> list[tuple[int, int]]:
    """Where the words of what was sought stand, any case and any width."""
    folded = finding.folded(words)
    places: list[tuple[int, int]] = []
    for wanted in finding.words_of(sought):
        at = folded.find(wanted)
        while at >= 0:
            places.append((at, at + len(wanted)))
            at = folded.find(wanted, at + len(wanted))
    return sorted(places)


def body(note: NoteSeen, sought: str = "") -> Card | None:
    """What was written, part by part; None where no part is."""
    parts = [(name, str(getattr(note.fields, name))) for name in ("topic", *TEXTS)]
    parts = [(name, words) for name, words in parts if words]
    if not parts:
        return None
    card = Card(pad=3)
    card.body.setSpacing(SPACE * 2)
    for name, words in parts:
        one = QVBoxLayout()
        one.setSpacing(4)
        one.addWidget(text(label_of(NoteFields, name), "part"))
        shown = Reading()
        shown.set_pieces(with_marks(words, finds(words, sought)))
        one.addWidget(shown)
        card.body.addLayout(one)
    return card


def hospital(note: NoteSeen) -> Card | None:
    """What a hospital wrote, with where and when: copied, not the school's own."""
    f = note.fields
    if not (f.hospital_says or f.hospital):
        return None
    card = Card(tone="sunken")
    card.add(text(label_of(NoteFields, "hospital_says"), "part"))
    card.add(Reading(f.hospital_says or "（没有写结论）"))
    where = [f.hospital, f"{f.hospital_day.year}年{short_day(f.hospital_day)}" if f.hospital_day else ""]
    card.add(text("来源：" + " · ".join(p for p in where if p) if any(where) else "来源和日期还没有写", "soft"))
    return card


def steps(rows: Sequence[StepSeen], today: date, tick: Callable[[str, bool], object]) -> Card | None:
    """What comes next, with a box to tick; ticking changes nothing of what was written."""
    if not rows:
        return None
    card = Card("下一步")
    for row in rows:
        line = QHBoxLayout()
        line.setSpacing(SPACE)
        box = Check()
        box.set_value(bool(row.done_at))
        box.setAccessibleName(f"做完了：{row.text}")
        box.toggled.connect(partial(tick, row.id))
        line.addWidget(box, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(text(row.text, "soft" if row.done_at else ""))
        when = [
            row.who,
            f"{short_day(row.due)}前" if row.due else "",
            f"{moment(row.done_at)}做完" if row.done_at else "",
        ]
        words.addWidget(text(" · ".join(p for p in when if p), "small"))
        line.addLayout(words, 1)
        if row.due is not None and not row.done_at and row.due <= today:
            tag = Tag("今天到期", "amber") if row.due == today else Tag("已过期", "brick")
            line.addWidget(tag, 0, Qt.AlignmentFlag.AlignTop)
        card.body.addLayout(line)
    return card


def addenda(note: NoteSeen) -> Card | None:
    """Later words, each with its day and its writer, and when the note was unlocked."""
    if not note.addenda and not note.unlocks:
        return None
    card = Card("补记" if note.addenda else "")
    for at, one in enumerate(note.addenda):
        if at:
            card.add(rule())
        card.add(text(f"{moment(one.at)} · {one.who}", "small"))
        card.add(Reading(one.text))
    for unlock in note.unlocks:
        words = f"{moment(unlock.at)} {unlock.who}解锁，到 {moment(unlock.until)}。原因：{unlock.reason}"
        card.body.addLayout(_noted("lock-simple-open", words))
    return card


def slips(note: NoteSeen) -> Card | None:
    """What the desk wrote and was taken into the record."""
    if not note.words:
        return None
    card = Card("值班便条", tone="sunken")
    for word in note.words:
        card.add(text(f"{day_name(word.day)} · {word.who}", "small"))
        card.add(Reading(word.text))
    return card


def missing(note: NoteSeen) -> QWidget | None:
    """What a note that may be changed still lacks."""
    if not note.missing or not note.may_change:
        return None
    holder = Card(tone="amber", pad=1)
    holder.body.addLayout(_noted("note-pencil", f"还没写：{'、'.join(note.missing)}"))
    return holder


def _noted(icon: str, words: str) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(SPACE)
    line.addWidget(Glyph(icon, size=16), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(text(words, "soft"), 1)
    return line
