"""The confidential returns over real rooms with random histories: page, print, sheet and command line agree; every figure
is the sum of its rows; no name without being asked for; the desk learns nothing."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from psyroom import cli
from psyroom.errors import NeedsCounsellor, NotFound, NotUndoable, NotValid, Refused
from psyroom.records.care import FEEDBACK_WAYS
from psyroom.reports import preview as pictures
from psyroom.reports.tables import Figure
from psyroom.services import coverage, exports, home_visits_counted, return_talks, returns
from psyroom.services.history import undo
from psyroom.store.connection import raw_of
from psyroom.store.history import deeds
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from tests.conftest import PASSWORD
from tests.safety.canaries import drained
from tests.safety.test_leaks import inside, spellings
from tests.services.talk_histories import CANARY, NOW, OWN_THEME, TEACHERS, TERM, live

CODES = ("talks-by-class", "plans-list", "feedback-summary", "home-visits")
SEEDS = (1, 2, 3)
WHY = {"reason": "上级要求", "receiver": "县教育局"}


@pytest.fixture(params=SEEDS)
def lived(request: pytest.FixtureRequest, new_room: Callable[..., Room]) -> Room:
    region = {1: "hunan-vocational", 2: "weinan", 3: "national"}[request.param]
    room = new_room(region=region)
    live(room, request.param)
    return room


@pytest.fixture
def one(new_room: Callable[..., Room]) -> Room:
    room = new_room()
    live(room, 7, in_class=20)
    return room


def value(made: returns.Preview) -> dict[str, float]:
    return {id: figure.value for id, figure in made.figures.items()}


def lines(pdf: bytes) -> list[str]:
    return [" ".join(line.split()) for line in pictures.text(pdf).splitlines()]


# ---- they agree -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("ticks", [(), (returns.NAMES,)])
def test_every_figure_is_the_sum_of_its_rows(lived: Room, code: str, ticks: tuple[str, ...]) -> None:
    made = returns.preview(lived, code, TERM, NOW, ticks=ticks)
    assert len(made.figures) >= 3
    for id, figure in made.figures.items():
        rows = returns.figure_rows(lived, made, id)
        assert figure.value == sum(row.adds for row in rows), id
        assert all(row.kind != "gone" and row.what and CANARY in row.who for row in rows), id
        assert id.partition("/")[2].endswith("/times") or len({row.id for row in rows}) == len(rows)


def test_page_print_sheet_and_command_line_agree(
    lived: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = coverage.of(lived, NOW, TERM)  # what the page paints
    assert page.total.talked and page.total.left and page.total.plans_due and page.total.feedback_due
    asked = {
        "talks-by-class": ("classes", ("students", "talked", "excused", "left")),
        "feedback-summary": ("classes", ("due", "given")),
        "plans-list": ("grades", ("due", "plans")),
    }
    named = {
        ("talks-by-class", name): name for name in ("students", "talked", "excused", "left")
    } | {("feedback-summary", "due"): "feedback_due", ("feedback-summary", "given"): "feedback",
         ("plans-list", "due"): "plans_due", ("plans-list", "plans"): "plans"}  # fmt: skip
    out = tmp_path / "out"
    told = command_line(lived, out, monkeypatch, capsys)
    assert [row["class"] for row in told] == [line.key for line in page.classes]
    for row, line in zip(told, page.classes, strict=True):
        assert row == {"class": line.key, **{name: getattr(line, name) for name in row if name != "class"}}
    for code, (table, measures) in asked.items():
        made = returns.preview(lived, code, TERM, NOW)
        found = value(made)
        of_page = page.classes if table == "classes" else page.grades
        book = openpyxl.load_workbook(next(out.glob(f"{made.definition.title}*.xlsx")), data_only=True)
        cells = [row for sheet in book for row in sheet.iter_rows(values_only=True)]
        printed = lines(next(out.glob(f"{made.definition.title}*.pdf")).read_bytes())
        for line in [*of_page, page.total]:
            key = "all" if line is page.total else line.key
            expected = [getattr(line, named[code, measure]) for measure in measures]
            assert [found[f"{table}/{key}/{measure}"] for measure in measures] == expected
            name = "合　　计" if line is page.total else line.name
            assert any(
                row[0] == name and [c for c in row if isinstance(c, int)][: len(measures)] == expected for row in cells
            )
            words = " ".join([" ".join(name.split()), *map(str, expected)])
            assert any(row.startswith(words) for row in printed), (code, words)


def command_line(
    room: Room, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[dict[str, Any]]:
    """A copy of the room asked by command line: coverage as it answers, and every return made."""
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    monkeypatch.setattr("psyroom.services.hours.local_now", lambda room: NOW)
    monkeypatch.setattr("psyroom.services.returns.local_now", lambda room: NOW)
    shutil.copytree(room.folder, copy := room.folder.parent / "copy")
    answer: list[dict[str, Any]] = []
    to = ["--reason", WHY["reason"], "--to", WHY["receiver"]]
    for words in (
        ["talks", "coverage"],
        *(["returns", "make", c, "--term", TERM, "--out", str(out), *to] for c in CODES),
    ):
        assert cli.run(["--room", str(copy), "--as", "甲", "--clock-ok", "--json", *words]) == 0
        said = json.loads(capsys.readouterr().out)
        answer = answer or said
    assert len(list(out.iterdir())) == 2 * len(CODES)
    return answer


def test_ways_of_feedback_add_up_and_visits_are_as_the_region_counts_them(lived: Room) -> None:
    found = value(returns.preview(lived, "feedback-summary", TERM, NOW))
    assert found["classes/all/given"] == sum(found[f"classes/all/{way}"] for way in FEEDBACK_WAYS)
    assert found["classes/all/due"] == found["classes/all/given"] + found["classes/all/left"]
    counted = home_visits_counted.counted(lived, NOW, TERM)
    made = returns.preview(lived, "home-visits", TERM, NOW)
    found = value(made)
    if counted.per == "teacher":
        assert found["school/school/done"] == counted.done and "classes/all/done" not in found
        rows = returns.figure_rows(lived, made, "school/school/done")
        assert counted.done and all("实地" in row.what for row in rows if row.adds)
    else:
        assert found["classes/all/done"] == counted.done and found["classes/all/students"] == counted.of
        assert counted.done == sum(found[f"classes/{line.key}/done"] for line in coverage.of(lived, NOW, TERM).classes)


def test_themes_are_the_offered_ones_and_what_somebody_called_it_is_other(one: Room) -> None:
    made = returns.preview(one, "talks-by-class", TERM, NOW)
    assert made.figures["themes/其他/times"].value and OWN_THEME[:2] not in str(lines(made.pdf))
    assert made.figures["themes/all/times"].value == made.figures["ways/all/times"].value


# ---- names ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_no_name_and_no_word_stands_in_it_unless_names_are_asked_for(one: Room, code: str, tmp_path: Path) -> None:
    for ticks in ((), (returns.GRADES,)):
        for name, data in returns.files_of(returns.preview(one, code, TERM, NOW, ticks=ticks)).items():
            (tmp_path / name).write_bytes(data)
            unpacked = b"\n".join(piece for _, piece in inside(tmp_path / name))
            assert not [w for w in (CANARY[:2], *TEACHERS) for s in spellings(w) if s in unpacked], name
    made = returns.preview(one, code, TERM, NOW, ticks=(returns.NAMES,))
    assert (
        (CANARY[:2] in " ".join(lines(made.pdf))) is bool(made.definition.names) is made.file_name.endswith("_含姓名")
    )
    assert "请假" not in str(lines(made.pdf))  # what was written freely stands nowhere


def test_a_list_with_a_row_for_each_child_says_class_and_kind_only_or_the_grade(one: Room) -> None:
    def columns(*ticks: str) -> tuple[list[str], list[list[str]]]:
        made = returns.preview(one, "plans-list", TERM, NOW, ticks=ticks)
        table = made.filled.sheets[-1].tables[-1]
        return [c.title for c in table.columns], [[str(cell) for cell in row.cells] for row in table.rows]

    heads, rows = columns()
    assert heads == ["序号", "班级", "困难类型"] and "姓名" in columns(returns.NAMES)[0]
    assert all(row[1].endswith("班") for row in rows) and len(rows) == coverage.of(one, NOW, TERM).total.plans_due
    assert all(row[1].endswith("级") for row in columns(returns.GRADES)[1])
    classes = [row[1] for row in rows]
    assert return_talks.alone(one, NOW, TERM) == [name for name in dict.fromkeys(classes) if classes.count(name) == 1]


def test_a_row_for_each_child_leaves_only_with_reason_and_receiver(one: Room, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="外出登记"):
        drained(returns.make(one, "plans-list", TERM, tmp_path, NOW))
    made = returns.preview(one, "plans-list", TERM, NOW, ticks=(returns.NAMES,))
    for wrong in ({**WHY, "reason": ""}, {**WHY, "receiver": " "}):
        with pytest.raises(NotValid):
            returns.leave(one, made, tmp_path, **wrong)
        with pytest.raises(NotValid):
            returns.leave_on_paper(one, made, **wrong)
    assert returns.filings(one) == [] and exports.listed(one) == [] and list(tmp_path.iterdir()) == [one.folder]
    paths = returns.leave(one, made, tmp_path / "交", **WHY)
    (left,) = exports.listed(one)
    assert (left.kind, left.reason, left.receiver, left.how) == ("成长指导方案清单", *WHY.values(), "file")
    assert len(left.students) == coverage.of(one, NOW, TERM).total.plans_due
    (filing,) = returns.filings(one)
    assert dict(filing.files) == dict(left.files) == {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}
    returns.leave_on_paper(one, made, **WHY)
    assert [line.how for line in exports.listed(one)] == ["paper", "file"] and len(returns.filings(one)) == 2


# ---- what stays -----------------------------------------------------------------------------------------------------


def test_a_filing_opens_again_and_lists_with_the_others(one: Room, tmp_path: Path) -> None:
    drained(returns.make(one, "opening-summary", TERM, tmp_path, NOW))
    files = drained(returns.make(one, "talks-by-class", TERM, tmp_path, NOW))
    newest, older = returns.filings(one)
    assert (newest.title, newest.kind, older.kind) == ("谈心谈话完成情况", "talks-by-class", "opening-summary")
    assert {f.name for f in files} == {name for name, _ in newest.files}
    made = returns.preview(one, "talks-by-class", TERM, NOW)
    kept = returns.filed_figures(one, newest.id)
    assert {id: text for id, (text, _) in kept.items()} == {id: f.text for id, f in made.figures.items()}
    rows = returns.filed_rows(one, newest.id, "classes/all/talked")
    assert len(rows) == made.figures["classes/all/talked"].value and {row.kind for row in rows} == {"talk"}
    with pytest.raises(NotFound):
        returns.filed_rows(one, newest.id, "classes/all/nothing")
    filed = next(deed for deed in deeds(one) if deed.what == "制作报表")
    with pytest.raises(NotUndoable):
        undo(one, filed.id)


def test_the_desk_s_file_is_not_touched_and_says_nothing(one: Room, tmp_path: Path) -> None:
    before = (one.folder / "desk.db").read_bytes()
    for code in CODES:
        if code != "plans-list":
            drained(returns.make(one, code, TERM, tmp_path / "交", NOW))
        returns.leave(one, returns.preview(one, code, TERM, NOW, ticks=(returns.NAMES,)), tmp_path / "名", **WHY)
    assert (one.folder / "desk.db").read_bytes() == before, "not a byte of the desk's file"
    assert len(returns.filings(one)) == 7
    titles = [d.title for d in map(returns.definition, CODES)]
    ids = [filing.id for filing in returns.filings(one)]
    one.close()
    with open_room(one.folder, "乙", PASSWORD) as duty:
        said = everything_at_the_desk(duty)
        assert not [
            w for w in (*CODES, *titles, *ids, *WHY.values(), "谈话", "关爱", "方案", "家访", "反馈") if w in said
        ]
        for closed in (
            lambda: returns.filings(duty),
            lambda: returns.preview(duty, "talks-by-class", TERM, NOW),
            lambda: drained(returns.make(duty, "talks-by-class", TERM, tmp_path / "值", NOW)),
            lambda: return_talks.alone(duty, NOW, TERM),
        ):
            with pytest.raises(NeedsCounsellor):
                closed()
    assert not (tmp_path / "值").exists()


def everything_at_the_desk(room: Room) -> str:
    """Every row of every table of the desk's file, its chain included."""
    with room.read() as session:
        raw = raw_of(session)
        tables = [
            name for (name,) in raw.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
        ]
        return "\n".join(str(raw.execute(f'SELECT * FROM main."{name}"').fetchall()) for name in tables)


def test_the_sheet_sums_itself(one: Room) -> None:
    """The sum rows are formulas over the cells above them, and their kept values are the figures."""
    made = returns.preview(one, "talks-by-class", TERM, NOW)
    data = returns.files_of(made)[made.file_name + ".xlsx"]
    formulas, values = (openpyxl.load_workbook(io.BytesIO(data), data_only=only)["按班级"] for only in (False, True))
    at = next(row[0].row for row in values.iter_rows() if row[0].value == "合　　计")
    table = next(t for s in made.filled.sheets for t in s.tables if t.heading == "一、按班级")
    expected = [cell.value for cell in table.rows[-1].cells if isinstance(cell, Figure)]
    assert [values.cell(at, 2 + n).value for n in range(len(expected))] == expected
    assert all(str(formulas.cell(at, 2 + n).value).startswith("=SUM(") for n in range(4))
