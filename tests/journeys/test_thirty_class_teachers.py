"""Thirty sheets on a stick in September; twenty-seven come back in November, each as its teacher left it; an hour later the
map is done but for three classes, and the county is told 94.2 %. On the real window; then by command line, in processes of
their own.

What every kind of file does alone stands in tests/services/test_talk_sheets_*; what each page does in tests/ui.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psyroom import cli
from psyroom.bench.bulk import drive
from psyroom.records.care import PARTS
from psyroom.reports import preview as pictures
from psyroom.rules.time import monday_of, school_year_of
from psyroom.services import (
    attachments,
    coverage,
    exports,
    feedback,
    feedback_slips,
    plans,
    returns,
    students,
    talk_sheets,
    talks,
)
from psyroom.services.school import set_term
from psyroom.services.talks import RowTyped
from psyroom.store.opening import open_room
from psyroom.store.room import Room
from psyroom.ui import ask
from psyroom.ui.pages.talk_sheets_in import ReadView
from psyroom.ui.pages.talk_sheets_words import stands
from psyroom.ui.pages.talks_cover_rows import CLASS
from tests.conftest import PASSWORD
from tests.data.talk_sheets.blank import ROOM
from tests.journeys.command_line import Line
from tests.journeys.hands import ALT, CONTROL, Hands
from tests.journeys.talk_days import (
    STAGE,
    Child,
    as_committed,
    at,
    by_marks,
    fill,
    fill_school,
    from_libreoffice,
    key_of,
    on_a_phone,
    pasted,
    typed,
    with_remarks,
)
from tests.journeys.test_talk_sheet_commands import passwords
from tests.services.talk_sheet_school import filled, opened
from tests.ui.at_the_coverage import lamps_of
from tests.ui.at_the_window import open_window, words_of
from tests.ui.conftest import Answers

K = Qt.Key
SPRING, SEPTEMBER = datetime(2026, 3, 9, 10, 0), datetime(2026, 9, 7, 10, 0)
NOVEMBER, LATER = datetime(2026, 11, 18, 16, 30), datetime(2026, 12, 22, 16, 30)
TERM = "2026-1"
WHY = {"reason": "班主任工作需要", "receiver": "各班班主任"}
LATE = (key_of(2024, 9), key_of(2025, 5), key_of(2026, 10))
"""The three whose sheets do not come back: 30, 31 and 30 students."""
MARKS, REMARKS, PHONE, PASTED, OLD = (
    key_of(2024, 1),
    key_of(2024, 2),
    key_of(2025, 3),
    key_of(2026, 1),
    key_of(2025, 8),
)
OURS = key_of(2026, 3)
AWAY = {key_of(2024, 3): "长期请假", key_of(2025, 6): "住院或休养", key_of(2026, 7): "校外实习"}
"""In these the second of the class has a reason; in the committed file one more has."""
FIVE = dict(zip(PARTS, ("父母在外务工", "作业常缺", "先把数学补上", "每天和奶奶说一件事", "升入汽修专业"), strict=True))


def test_thirty_out_twenty_seven_back_and_the_county_told(
    new_room: Callable[..., Room], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = Answers()
    monkeypatch.setattr(ask, "answerer", answers)
    room = new_room(region="xiangyuan")
    monkeypatch.setattr(room, "id", ROOM)  # the committed sheet was issued by this room
    classes = fill_school(room)
    stick = sent_and_filled(room, classes, tmp_path)

    # November: the folder is read, looked at, taken
    at(room, NOVEMBER)
    shell = open_window(qtbot, room, "talks")
    page: Any = shell.go("talks", tab="sheets")
    hands = Hands()
    tab = page.tab("sheets")
    assert {stands(state)[0] for state in tab.states} == {"还没有交"}
    answers.path = stick
    view = read_in(page, hands, qtbot)
    dry = view.dry
    assert (len(dry.files), dry.new, dry.changed, dry.problems) == (27, 775, 0, 4)
    assert dry.missing_classes == (LATE[2], LATE[1], OLD, LATE[0])
    looked = view.view.table.rows()
    said = {
        line.row.name if line.row else line.file.name: line.row.reason if line.row else line.file.refused
        for line in looked
    }
    assert len(said) == 4 and "2025—2026学年第二学期" in said.pop(next(n for n in said if n.endswith("2025-2.xlsx")))
    assert "没有认出" in said.pop("石磊")
    assert "在2024级4班" in said.pop(classes[key_of(2024, 4)][5].name)
    assert "两行不一样" in said.pop(classes[PASTED][-1].name) and not said
    assert "现在只是看看，还没有收下" in words_of(view) and figures(room, NOVEMBER)["talked"] == 0
    hands.press(K.Key_S, held=CONTROL)
    assert "新增 775" in words_of(view) and "2025级8班" in words_of(view)
    hands.press(K.Key_Escape)
    assert "读过的 26 个文件" in words_of(tab)

    # the one whose teacher had taken last semester's sheet brings the right one
    shutil.rmtree(stick)
    stick.mkdir()
    answers.path = stick
    shutil.copy(tmp_path / "补交.xlsx", stick / "2025级8班.xlsx")
    view = read_in(page, hands, qtbot)
    assert (view.dry.new, view.dry.problems) == (30, 0) and set(view.dry.missing_classes) == set(LATE)
    hands.press(K.Key_S, held=CONTROL)
    hands.press(K.Key_Escape)
    assert [s.key for s in tab.states if stands(s)[0] == "还没有交"] == list(LATE[::-1])

    # the map says it: all but three classes, 801 of 900
    hands.press(K.Key_1, held=CONTROL)
    cover = page.tab("cover")
    total = figures(room, NOVEMBER)
    assert (total["students"], total["talked"], total["excused"], total["left"]) == (900, 801, 4, 95)
    assert cover.figure.text() == "89.0 %" and cover.sentence.text().startswith("还有 95 人，另有 4 人有原因没谈。")
    shown = {row.branch[1]: row.line for row in cover.states.placed if row.branch[0] == CLASS}
    for key, children in classes.items():
        line = shown[key]
        away = 1 if key in AWAY or key == OURS else 0
        left = len(children) if key in LATE else 4 if key == OURS else 0
        assert (line.students, line.talked, line.excused, line.left) == (
            len(children), len(children) - away - left, away, left,
        )  # fmt: skip
    assert cover.coverage.needed_per_week == 14, "95 in the seven weeks from the 12th to the 18th"

    slips_for_the_three(room, page, cover, classes, qtbot, answers, tmp_path)
    the_three_talk(room, classes)
    shell.activateWindow()
    qtbot.waitUntil(shell.isActiveWindow)
    shell.tell_changed("talk")
    assert cover.figure.text() == "94.2 %" and figures(room, LATER)["left"] == 48
    a_child_in_care(room, page, cover, classes[LATE[0]][0], hands, tmp_path)
    the_county_is_told(room, classes, tmp_path, monkeypatch)


def sent_and_filled(room: Room, classes: dict[str, list[Child]], folder: Path) -> Path:
    """September: thirty sheets, each under a password of its own. By November each teacher has done with the own what he
    does; the folder with what twenty-seven of them brought."""
    set_term(room, {"year": 2025, "half": 2, "starts": date(2026, 3, 2), "weeks": 18})
    at(room, SPRING)
    last = drive(talk_sheets.making(room, folder / "春", SPRING, classes=(OLD,), **WHY))
    at(room, SEPTEMBER)
    made = drive(talk_sheets.making(room, folder / "u盘", SEPTEMBER, **WHY))
    assert len(made.files) == len({slip.password for slip in made.slips}) == 30
    assert all(path.read_bytes()[:4] == b"\xd0\xcf\x11\xe0" for path in made.files), "none opens without its password"
    paper = pictures.text(talk_sheets.password_paper(room, SEPTEMBER).pdf)
    assert all(slip.password in paper and slip.class_name in paper for slip in made.slips)
    assert not any(child.name in paper for children in classes.values() for child in children)
    as_committed(room, TERM)
    for n, (path, slip, key) in enumerate(zip(made.files, made.slips, classes_in_order(room), strict=True)):
        children = classes[key]
        rows = typed(children, n % 3, {children[1].name: AWAY[key]} if key in AWAY else {})
        if key in LATE:
            path.unlink()
        elif key == OURS:
            from_libreoffice(path)
        elif key == PHONE:
            on_a_phone(path, rows, slip.password, "2025级3班谈话(1).xlsx")
        elif key == OLD:
            fill(path, rows, slip.password).rename(folder / "补交.xlsx")
            fill(last.files[0], {}, last.slips[0].password).rename(path.parent / last.files[0].name)
        else:
            change = {MARKS: by_marks, REMARKS: with_remarks, PASTED: pasted(children, classes[key_of(2024, 4)][5])}
            fill(path, rows, slip.password, change.get(key))
    at(room, datetime(2026, 11, 17, 8, 0))
    return folder / "u盘"


def classes_in_order(room: Room) -> list[str]:
    return [state.key for state in talk_sheets.listed(room, SEPTEMBER)]


def figures(room: Room, moment: datetime) -> dict[str, Any]:
    total = coverage.of(room, moment, TERM).total
    return {name: getattr(total, name) for name in ("students", "talked", "excused", "left")}


def read_in(page: Any, hands: Hands, qtbot: QtBot) -> Any:
    """Ctrl+O, then the folder with Ctrl+D; until the dry run stands there."""
    hands.press(K.Key_O, held=CONTROL)
    view = page.stack.currentWidget()
    assert isinstance(view, ReadView)
    hands.press(K.Key_D, held=CONTROL)
    qtbot.waitUntil(lambda: view.view is not None and view.stack.currentWidget() is view.view, timeout=60_000)
    return view


def slips_for_the_three(
    room: Room, page: Any, cover: Any, classes: dict[str, list[Child]], qtbot: QtBot, answers: Answers, folder: Path
) -> None:
    """Each of the three gets a slip: the names of the class that are missing, and nothing else about anybody."""
    everybody = {child.name for children in classes.values() for child in children}
    for key in LATE:
        cover.show_branch((CLASS, key))
        cover.print()
        dialog = cover.leaving
        qtbot.waitUntil(lambda dialog=dialog: bool(dialog.files), timeout=30_000)
        words = pictures.text(next(iter(dialog.files.values())))
        mine = {child.name for child in classes[key]}
        plain = "".join(words.split())
        assert all(name in plain for name in mine), key
        assert not any(name in plain for name in everybody - mine if not any(name in own for own in mine))
        assert not any(child.number in plain for child in classes[key])
        assert not any(word in plain for word in ("关爱", "方案", "反馈", "请假", "睡眠", "作业"))
        assert dialog.receiver.value().startswith("班主任") and dialog.reason.value() == "请班主任谈话"
        answers.paper = QPrinter()
        answers.paper.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        answers.paper.setOutputFileName(str(folder / f"{key.replace('/', '_')}.pdf"))
        dialog.go()
        dialog.accept()
        assert (folder / f"{key.replace('/', '_')}.pdf").stat().st_size
    left = exports.listed(room)[:3]
    assert {line.kind for line in left} == {"未谈话学生名单"} and sorted(len(line.students) for line in left) == [
        30,
        30,
        31,
    ]


def the_three_talk(room: Room, classes: dict[str, list[Child]]) -> None:
    """Four weeks later 47 of their 91 are entered, a class in one sitting."""
    at(room, LATER)
    for key, many in zip(LATE, (16, 16, 15), strict=True):
        rows = [
            RowTyped(c.id, {"day": date(2026, 12, 14), "talker": "班主任", "theme": "学习情况"})
            for c in classes[key][:many]
        ]
        assert talk_sheets.listed(room, LATER) and talks.save_rows(room, rows, LATER).new == many


def a_child_in_care(room: Room, page: Any, cover: Any, child: Child, hands: Hands, folder: Path) -> None:
    """Mark → plan → slip → signed: the lamps come on one by one, each with its record and not before."""
    cover.show_branch((CLASS, LATE[0]))
    cover.panel.filter.set_value("every")
    cover.panel.show_student(child.id)
    assert lamps_of(cover, child.name) == ("green", "none", "none")
    hands.press(K.Key_G, held=ALT)
    page.sheet.body().fields["ground"].control.insertPlainText("班主任提出：常一个人待着")
    hands.press(K.Key_S, held=CONTROL)
    assert lamps_of(cover, child.name) == ("green", "amber", "amber")
    four = {name: words for name, words in FIVE.items() if name != "path"}
    plan = plans.save(room, child.id, four, [], LATER)
    assert lamps_now(room, page, cover, child) == ("green", "amber", "amber"), "a part is empty"
    plans.save(room, child.id, FIVE, [{"goal": "作业不缺", "step": "每天交", "who": "班主任"}], LATER, plan=plan)
    assert lamps_now(room, page, cover, child) == ("green", "green", "amber")
    slip = feedback.save(room, child.id, {"study": "上课认真", "life": "愿意帮人"}, LATER)
    made = feedback_slips.slips(room, [child.id], LATER)
    words = "".join(pictures.text(made.pdf).split())
    assert "上课认真" in words and not any(private in words for private in ("关爱", "待着", *FIVE.values()))
    feedback_slips.leaving(room, made, folder / "单", LATER, reason="家校反馈", receiver="家长")
    assert feedback.seen(room, slip).state == "printed"
    assert lamps_now(room, page, cover, child) == ("green", "green", "amber"), "printed is not yet given"
    picture = QImage(300, 200, QImage.Format.Format_RGB32)
    picture.fill(0xFFEEDD)
    assert picture.save(str(folder / "签回.png"))
    feedback.signed_with_scan(room, slip, folder / "签回.png", LATER.date(), LATER)
    assert lamps_now(room, page, cover, child) == ("green", "green", "green")
    (scan,) = attachments.of(room, student=child.id)
    assert feedback.seen(room, slip).scan == scan.id
    assert coverage.lamps(room, child.id, LATER).complete


def lamps_now(room: Room, page: Any, cover: Any, child: Child) -> tuple[str, ...]:
    page.shell.tell_changed("care", "growth_plan", "feedback")
    QApplication.processEvents()
    return lamps_of(cover, child.name)


def the_county_is_told(
    room: Room, classes: dict[str, list[Child]], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The four returns as PDF and xlsx, filed; what they say is what page and command line say: 94.2 %, 52 not talked to,
    four of them with a reason."""
    page = coverage.of(room, LATER, TERM)
    assert (page.total.talked, page.total.students, page.total.rate) == (848, 900, 94.2)
    lines = coverage.students(room, LATER, TERM)
    missing = [line for line in lines if not line.talks]
    assert len(missing) == 52 and sorted(line.excuse for line in missing if line.excuse) == sorted(
        ["长期请假", *AWAY.values()]
    )
    told = {}
    monkeypatch.setattr("psyroom.services.returns.local_now", lambda room: LATER)
    for code in ("talks-by-class", "plans-list", "feedback-summary", "home-visits"):
        made = returns.preview(room, code, TERM, LATER)
        told[code] = {id: figure.text for id, figure in made.figures.items()}
        paths = returns.leave(room, made, folder / "上报", reason="上级要求", receiver="县教育局")
        assert sorted(path.suffix for path in paths) == [".pdf", ".xlsx"]
        words = "".join(pictures.text(next(p for p in paths if p.suffix == ".pdf").read_bytes()).split())
        cells = cells_of(next(p for p in paths if p.suffix == ".xlsx"))
        assert made.definition.title in words and not any(c.name in words for c in classes[LATE[0]])
        for measure, text in told[code].items():
            assert text in words and text in cells, (code, measure)
    of = told["talks-by-class"]
    assert [of[f"classes/all/{name}"] for name in ("students", "talked", "excused", "left")] == [
        "900",
        "848",
        "4",
        "48",
    ]
    assert "94.2" in cells_of(next((folder / "上报").glob("谈心谈话*.xlsx")))
    assert "94.2%" in pictures.text(next((folder / "上报").glob("谈心谈话*.pdf")).read_bytes())
    for line in page.classes:
        assert [of[f"classes/{line.key}/{n}"] for n in ("students", "talked", "excused", "left")] == [
            str(n) for n in (line.students, line.talked, line.excused, line.left)
        ]
    assert [told["feedback-summary"][f"classes/all/{name}"] for name in ("due", "given")] == ["1", "1"]
    assert [told["plans-list"][f"grades/all/{name}"] for name in ("due", "plans")] == ["1", "1"]
    assert {line.kind for line in returns.filings(room)} == set(told)
    monkeypatch.setattr("psyroom.services.hours.local_now", lambda room: LATER)
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    shutil.copytree(room.folder, folder / "同一间")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        words = ["--room", str(folder / "同一间"), "--as", "甲", "--clock-ok", "--json", "talks", "coverage"]
        assert cli.run(words) == 0
    for row, line in zip(json.loads(out.getvalue()), page.classes, strict=True):
        assert row == {"class": line.key, **{name: getattr(line, name) for name in row if name != "class"}}


def cells_of(path: Path) -> list[str]:
    """Every cell that says something, as it is shown."""
    book = openpyxl.load_workbook(path, data_only=True)
    return [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None
    ]


# ---- by command line, what writes in processes of its own -----------------------------------------------------------

TODAY = date.today()
YEAR = school_year_of(TODAY)
LEAVING = ("--reason", "班主任工作需要", "--to", "各班班主任")


@pytest.fixture
def line(
    new_room: Callable[..., Room], capsys: pytest.CaptureFixture[str], bare_env: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Line:  # fmt: skip
    room = new_room(region="xiangyuan", term_starts=monday_of(TODAY - timedelta(days=21)), weeks=20)
    for class_no, names in ((1, ("安宁", "白帆", "曹一诺")), (2, ("丁浩然", "石磊"))):
        for name in names:
            students.add(room, {"name": name, "stage": STAGE, "cohort": YEAR, "class_no": class_no}, {})
    folder = room.folder
    room.close()
    monkeypatch.setenv("PSYROOM_PASSWORD", PASSWORD)
    return Line(folder, capsys, {**bare_env, "PSYROOM_PASSWORD": PASSWORD})


def test_the_same_by_command_line_alone(line: Line, tmp_path: Path) -> None:
    """Sheets, filled, back, again; care; slips; the returns: what each process says is what the next one finds."""
    first, second = f"{YEAR}级/1", f"{YEAR}级/2"
    out = tmp_path / "u盘"
    made = line("talks", "sheets", "--out", str(out), *LEAVING, own=True)
    keys = passwords(Path(made["files"][-1]).read_text("utf-8-sig"))
    assert made["sealed"] and len(keys) == 2
    sheet = Path(made["files"][0])
    day = TODAY.isoformat()
    rows: dict[str, dict[str, Any]] = {
        "安宁": {"day": f"{TODAY.month}月{TODAY.day}日", "talker": "孙丽", "points": "想家"},
        "白帆": {"excuse": "长期请假"},
        "曹一诺": {"day": "下周"},
    }
    filled(sheet, rows, keys[sheet.name])
    dry = line("talks", "import", str(out), "--dry-run")
    assert (dry["new"], dry["changed"], dry["unchanged"], dry["missing_classes"]) == (2, 0, 0, [second])
    assert [(one["file"], one["row"]) for one in dry["problems"]] == [(sheet.name, 5)]
    assert line("talks", "coverage")[0]["talked"] == 0, "a dry run writes nothing"
    assert line("talks", "import", str(out), own=True) == dry
    filled(
        sheet, {"安宁": {"points": "想家，约好周末回去"}, "曹一诺": {"day": day, "talker": "孙丽"}}, keys[sheet.name]
    )
    again = line("talks", "import", str(out))
    assert [again[n] for n in ("new", "changed", "unchanged", "problems")] == [1, 1, 1, []]
    bare = line("talks", "sheets", "--out", str(tmp_path / "无密码"), "--no-password", *LEAVING)
    assert not bare["sealed"] and opened(Path(bare["files"][1])).sheetnames[0] == "谈话"
    filled(Path(bare["files"][1]), {"丁浩然": {"day": day, "talker": "赵敏"}})
    assert line("talks", "import", bare["files"][1])["new"] == 1
    line("care", "mark", "--student", "安宁", "--on", day, "--ground", "班主任提出：常一个人待着", own=True)
    assert line("talks", "coverage") == [
        figures_of(first, students=3, talked=2, excused=1, plans_due=1, feedback_due=1),
        figures_of(second, students=2, talked=1),
    ]
    slip = tmp_path / "反馈单.pdf"
    line("talks", "slips", "--class", first, "--out", str(slip), "--reason", "家校反馈", "--to", "家长", own=True)
    words = "".join(pictures.text(slip.read_bytes()).split())
    assert all(name in words for name in ("安宁", "白帆", "曹一诺")) and not any(
        private in words for private in ("待着", "关爱", "想家", "请假", "丁浩然")
    )
    with open_room(line.folder, "甲", PASSWORD) as room:
        term = coverage.of(room, datetime.now()).term.code
        assert [one.kind for one in exports.listed(room)].count("家校反馈单") == 1
    for code in ("talks-by-class", "plans-list"):
        line(
            "returns", "make", code, "--term", term, "--out", str(tmp_path / "交"), "--reason", "上报", "--to", "教育局"
        )
    total = cells_of(next((tmp_path / "交").glob("谈心谈话完成情况*.xlsx")))
    at_total = total.index("合　　计")
    assert total[at_total + 1 : at_total + 5] == ["5", "3", "1", "1"]
    plan = cells_of(next((tmp_path / "交").glob("成长指导方案清单*.xlsx")))
    assert not any("安宁" in cell for cell in plan)


def figures_of(key: str, **said: int) -> dict[str, Any]:
    names = ("students", "talked", "excused", "plans_due", "plans", "feedback_due", "feedback")
    return {"class": key, **dict.fromkeys(names, 0), **said}
