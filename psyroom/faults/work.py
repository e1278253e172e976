"""A counsellor's own work, step by step, and what must stand in the room after it: notes with all that belongs to them,
drafts, attachments, slips from the desk."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import random
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from psyroom.records.attachments import Attachment
from psyroom.records.ids import new_id
from psyroom.records.school import School, Term
from psyroom.records.students import Student, StudentDetail
from psyroom.services import attachments, drafts, notes, private_notes, slips
from psyroom.store import files
from psyroom.store.connection import raw_of
from psyroom.store.making import make_room
from psyroom.store.opening import open_room
from psyroom.store.room import Room

COUNSELLOR, DUTY, OTHER = "甲", "乙", "丙"
PASSWORD = "七步之外的灯照着窗边的绿萝"
STUDENTS = 8
MARK = 32
Step = dict[str, Any]
State = dict[str, Any]
"""`notes`: mark → what stands in it; `drafts`: mark → text; `words`: slip → mark of its note; `slips`: those not read."""


def make(folder: Path) -> None:
    """A real room (no practice school: that brings nothing back) without keyring, with a few students."""
    people = [(COUNSELLOR, "counsellor", PASSWORD), (DUTY, "duty", PASSWORD), (OTHER, "counsellor", PASSWORD)]
    room, _ = make_room(folder, people=people, use_keyring=False)
    with room, room.write("准备") as deed:
        deed.session.add(School(name="青山学校", stage="junior"))
        deed.session.add(Term(year=2026, half=1, starts=date(2026, 8, 31), weeks=20))
        for number in range(STUDENTS):
            student = Student(name=f"学生{number}", stage="junior", cohort=2025, class_no=1)
            deed.session.add(student)
            deed.session.add(StudentDetail(id=student.id, address="地址" * 20))
    for name in (OTHER, COUNSELLOR):
        with open_room(folder, name, PASSWORD) as room:
            private_notes.write(room, f"只给{name}看", note="", student=new_id(), now=now())


def now() -> datetime:
    return datetime.now().replace(microsecond=0)


# ---- steps: what is meant, and doing it ---------------------------------------------------------------------------


def _mark(dice: random.Random) -> str:
    return f"{dice.getrandbits(128):032x}"


def _text(dice: random.Random, mark: str) -> str:
    """Its mark, and as much as somebody writes: some pages of the file."""
    return mark + "他说了很多话。" * dice.randint(1, 400)


def _body(dice: random.Random, mark: str) -> Step:
    return {
        "text": _text(dice, mark),
        "private": dice.choice(("", "只给自己看：" * dice.randint(1, 100))),
        "steps": sorted(f"{n} 下周再谈" for n in range(dice.randint(0, 3))),
        "categories": sorted(dice.sample(("study", "mood", "peers", "sleep"), dice.randint(0, 3))),
        "students": sorted(dice.sample(range(STUDENTS), dice.randint(1, 3))),
    }


def _add(dice: random.Random, state: State) -> Step:
    mark = dice.choice([m for m in state["drafts"] if m not in state["notes"]] or [_mark(dice)])
    slip = dice.choice(state["slips"]) if state["slips"] and dice.random() < 0.6 else ""
    return {"do": "add", "mark": mark, "slip": slip, **_body(dice, mark)}


def _change(dice: random.Random, state: State) -> Step | None:
    mark = _open_one(dice, state)
    return {"do": "change", "mark": mark, **_body(dice, mark)} if mark else None


def _sign(dice: random.Random, state: State) -> Step | None:
    mark = _open_one(dice, state)
    return {"do": "sign", "mark": mark} if mark else None


def _remove(dice: random.Random, state: State) -> Step | None:
    mark = _open_one(dice, state)
    return {"do": "remove", "mark": mark} if mark else None


def _draft(dice: random.Random, state: State) -> Step:
    mark = (_open_one(dice, state) if dice.random() < 0.4 else "") or dice.choice([*state["drafts"], _mark(dice)])
    return {"do": "draft", "mark": mark, "text": _text(dice, mark), "private": "半句" * dice.randint(0, 50)}


def _attach(dice: random.Random, state: State) -> Step | None:
    if not state["notes"]:
        return None
    return {"do": "attach", "mark": dice.choice(sorted(state["notes"])), "seed": dice.getrandbits(32)}


def _slip(dice: random.Random, state: State) -> Step:
    return {"do": "slip", "text": "请留意他今天没吃饭" * dice.randint(1, 10)}


def _open_one(dice: random.Random, state: State) -> str:
    return dice.choice(sorted(m for m, note in state["notes"].items() if not note["signed"]) or [""])


_MEANT: tuple[Callable[[random.Random, State], Step | None], ...] = (
    _add, _add, _add, _change, _change, _draft, _draft, _draft, _draft, _attach, _slip, _sign, _remove,
)  # fmt: skip


def meant(dice: random.Random, state: State) -> Step:
    """What comes next in this state."""
    while (step := dice.choice(_MEANT)(dice, state)) is None:
        pass
    return step


def document(seed: int) -> bytes:
    """A scanned slip as an office document: kept as it is, without a process of its own for looking at it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (
            ("[Content_Types].xml", b"<Types/>"),
            ("word/document.bin", random.Random(seed).randbytes(20_000 + seed % 200_000)),
        ):
            archive.writestr(zipfile.ZipInfo(name), data)  # of no day: the same seed is the same document
    return out.getvalue()


class Doer:
    """Does steps in an opened room."""

    def __init__(self, room: Room) -> None:
        self.room = room
        with room.read() as session:
            raw = raw_of(session)
            self.students = [r[0] for r in raw.execute("SELECT id FROM main.student ORDER BY name").fetchall()]
            found = raw.execute("SELECT substr(problem, 1, ?), id FROM cases.note", (MARK,)).fetchall()
        self.ids: dict[str, str] = dict(found)

    def about(self, mark: str) -> str:
        return self.ids.get(mark, mark)

    def do(self, step: Step) -> None:
        """Returns when the deed has answered."""
        room, mark = self.room, str(step.get("mark", ""))
        if step["do"] in ("add", "change"):
            values = {"kind": "individual", "day": now().date(), "problem": step["text"]}
            due = now().date() + timedelta(days=7)
            students = [self.students[n] for n in step["students"]]
            rest: dict[str, Any] = {
                "categories": step["categories"],
                "steps": [notes.StepTyped(text, due) for text in step["steps"]],
                "private": step["private"],
            }
            if step["do"] == "add":
                about = self.about(mark)
                self.ids[mark] = notes.add(room, values, students, now(), slip=step["slip"], about=about, **rest)
            else:
                notes.change(room, self.ids[mark], values, students, now(), **rest)
        elif step["do"] == "sign":
            notes.sign(room, self.ids[mark], now())
        elif step["do"] == "remove":
            notes.remove(room, self.ids.pop(mark), now())
        elif step["do"] == "draft":
            kept = {"problem": step["text"], "private": private_notes.seal(room, step["private"])}
            drafts.save(room, notes.FORM, self.about(mark), kept)
        elif step["do"] == "attach":
            attachments.add(room, "单.docx", document(step["seed"]), note=self.ids[mark], kind="signed")
        else:
            slips.write_slip(room, step["text"], now())

    def unread(self) -> list[str]:
        """The slips that wait."""
        with self.room.read() as session:
            return [r[0] for r in raw_of(session).execute("SELECT id FROM main.slip WHERE NOT read ORDER BY id")]


# ---- what must stand there ----------------------------------------------------------------------------------------


def after(state: State, step: Step, unread: list[str] | None = None) -> State:
    """The state when a step was done. `unread`: the slips that wait then, where that is known."""
    state = copy.deepcopy(state)
    mark = step.get("mark", "")
    said, drafts_ = state["notes"], state["drafts"]
    if step["do"] in ("add", "change"):
        body = {name: step[name] for name in ("text", "private", "steps", "categories", "students")}
        was = said.get(mark, {"signed": False, "attached": []})
        said[mark] = {**was, **body}
        drafts_.pop(mark, None)
        if step.get("slip"):
            state["slips"].remove(step["slip"])
            state["words"][step["slip"]] = mark
    elif step["do"] == "sign":
        said[mark]["signed"] = True
    elif step["do"] == "remove":
        del said[mark]
        drafts_.pop(mark, None)
        state["words"] = {slip: "" if note == mark else note for slip, note in state["words"].items()}
    elif step["do"] == "draft":
        drafts_[mark] = step["text"] + step["private"]
    elif step["do"] == "attach":
        said[mark]["attached"] = sorted([*said[mark]["attached"], _digest(document(step["seed"]))])
    elif step["do"] == "slip":
        state["slips"] = unread or [*state["slips"], "?"]  # nobody knows its id until it lies there
    return state


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def observed(room: Room) -> State:
    """The state of an opened room, read with its own keys: private texts, drafts and attachments opened, slips counted."""
    with room.read() as session:
        raw = raw_of(session)

        def ask(question: str) -> list[Any]:
            return list(raw.execute(question).fetchall())

        order = {row[0]: n for n, row in enumerate(ask("SELECT id FROM main.student ORDER BY name"))}
        rows = ask("SELECT id, problem, signed_at FROM cases.note")
        parts = {
            "steps": ask("SELECT note, text FROM cases.next_step"),
            "categories": ask("SELECT note, category FROM cases.note_category"),
            "students": [
                (note, order[student]) for note, student in ask("SELECT note, student FROM cases.note_student")
            ],
        }
        words = ask("SELECT id, note FROM cases.desk_word")
        kept = ask("SELECT about, text FROM cases.case_draft WHERE form = 'note'")
        unread = [row[0] for row in ask("SELECT id FROM main.slip WHERE NOT read ORDER BY id")]
        attached = session.exec(select(Attachment)).all()
    parts["attached"] = [(row.note, _digest(files.get(room, row))) for row in attached]
    mine = {note: text for note, _, _, text in private_notes.mine(room)}
    marks = {id: problem[:MARK] for id, problem, _ in rows}
    found: State = {
        "notes": {
            marks[id]: {"text": problem, "signed": bool(signed), "private": mine.get(id, ""), **_of(parts, id)}
            for id, problem, signed in rows
        },
        "drafts": {},
        "words": {id: marks.get(note, "") for id, note in words},
        "slips": unread,
    }
    for about, text in kept:
        draft = json.loads(text)
        found["drafts"][marks.get(about, about)] = draft["problem"] + str(private_notes.unseal(room, draft["private"]))
    return found


def _of(parts: dict[str, list[Any]], id: str) -> dict[str, list[Any]]:
    return {name: sorted(what for note, what in pairs if note == id) for name, pairs in parts.items()}


def differ(expected: State, found: State) -> list[str]:
    """Where two states differ, by mark and part, without their words."""
    said = []
    if len(expected["slips"]) != len(found["slips"]) or {*expected["slips"]} - {"?"} - {*found["slips"]}:
        said.append("slips")
    if expected["words"] != found["words"]:
        said.append("words taken in")
    for part in ("notes", "drafts"):
        for mark in sorted(expected[part].keys() | found[part].keys()):
            one, other = expected[part].get(mark), found[part].get(mark)
            if one == other:
                continue
            if one is None or other is None:
                said.append(f"{part}: one {'lost' if other is None else 'too many'}")
            elif part == "drafts":
                said.append("drafts: another text")
            else:
                said += [f"note: {name}" for name in one.keys() | other.keys() if one.get(name) != other.get(name)]
    return said
