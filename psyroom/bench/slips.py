"""A child process of the benchmark: 3,000 slips to parents as one PDF, and the deed by which they leave.

python -m psyroom.bench.slips FOLDER       prints one JSON object of seconds and counts; FOLDER is a large practice school

The floor is the same characters set line by line on as many pages with nothing measured, framed or broken.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import datetime
from pathlib import Path
from random import Random

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from psyroom.bench.bulk import TODAY, peak_mb, timed
from psyroom.practice.making import COUNSELLOR, PASSWORD
from psyroom.practice.talked_words import FEEDBACK
from psyroom.reports import faces, preview
from psyroom.services import feedback_slips, roll
from psyroom.services.feedback_slips import Slips
from psyroom.store.opening import open_room
from psyroom.store.room import Room

SLIPS = 3000
NOW = datetime(TODAY.year, TODAY.month, TODAY.day, 12, 50)
A_LINE = 18  # characters


def bare(made: Slips, pages: int) -> bytes:
    """The texts of the slips on pages, a string a line."""
    faces.face(faces.KAI)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1)
    each = -(-len(made.slips) // pages)
    for first in range(0, len(made.slips), each):
        y = A4[1] - 40
        for slip in made.slips[first : first + each]:
            for text in (slip.fields.study, slip.fields.life, slip.fields.advice):
                for at in range(0, len(text), A_LINE):
                    canvas.setFont(faces.KAI, 10.5)
                    canvas.drawString(40, y, text[at : at + A_LINE])
                    y -= 12
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def run(room: Room, folder: Path) -> dict[str, float]:
    chance = Random("slips")
    children = [entry.id for entry in roll.everybody(room) if entry.here][:SLIPS]
    words = [dict(zip(("study", "life", "advice"), told, strict=True)) for told in FEEDBACK]
    feedback_slips.slips(room, children[:4], NOW)  # faces are loaded once
    _write(room, children, words, chance)
    seconds, made = timed(lambda: feedback_slips.slips(room, children, NOW))
    pages = preview.count(made.pdf)
    floor, _ = timed(lambda: bare(made, pages))
    leaving, _ = timed(lambda: feedback_slips.leaving(room, made, folder, NOW, reason="家校沟通", receiver="班主任"))
    figures = {"slips": len(children), "pages": pages, "seconds": seconds, "bare": floor, "leaving": leaving}
    return {**figures, "mb": len(made.pdf) / 1e6, "peak_mb": peak_mb()}


def _write(room: Room, children: list[str], words: list[dict[str, str]], chance: Random) -> None:
    """Words of its own on every slip, each as long as such words are."""
    from psyroom.services import feedback

    for told in words:
        some = [child for child in children if chance.random() < 1 / len(words)]
        feedback.save_many(room, some, told, NOW)
    feedback.save_many(room, children, words[0], NOW)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    with open_room(place, COUNSELLOR, PASSWORD) as opened:
        sys.stdout.write(json.dumps(run(opened, place.parent / "slips-out")) + "\n")
