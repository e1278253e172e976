"""Rules of the house that a linter does not know. Each reads the source; none runs it.

A rule is a function from a file to its offences; every rule is one test, and each rule is shown an offence of its own
at the end, so that none can fall asleep.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "psyroom"
LONGEST = 450


class Source:
    """One file, read once. `package` is `ui`, `store` …, or the name of a module at the top."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.tree = ast.parse(text, path)
        parts = path.split("/")
        self.package = parts[1].removesuffix(".py") if parts[0] == "psyroom" and len(parts) > 1 else ""
        self.stem = parts[-1].removesuffix(".py")

    def imports(self) -> Iterator[tuple[str, int]]:
        """Every imported module with its line, also inside functions; `from a import b` gives `a` and `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield alias.name, node.lineno
            elif isinstance(node, ast.ImportFrom):
                start = "." * node.level + (node.module or "")
                yield start, node.lineno
                for alias in node.names:
                    yield f"{start}.{alias.name}", node.lineno

    def strings(self) -> Iterator[tuple[str, int]]:
        """String constants that are no docstrings."""
        with_docstring = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(self.tree)
            if isinstance(node, with_docstring) and node.body and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield node.value, node.lineno

    def calls(self) -> Iterator[ast.Call]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node


@cache
def sources(*folders: str) -> list[Source]:
    paths = (p for folder in folders for p in sorted((ROOT / folder).rglob("*.py")))
    return [Source(p.relative_to(ROOT).as_posix(), p.read_text("utf-8")) for p in paths]


Rule = Callable[[Source], Iterator[str]]

# ---- who may import what ----------------------------------------------------------------------------------------


def imports_are_written_in_full(source: Source) -> Iterator[str]:
    yield from (f"{line}: {name}" for name, line in source.imports() if name.startswith("."))


def only_ui_imports_qt(source: Source) -> Iterator[str]:
    """The benchmark stands outside, measures the window, and may know Qt too."""
    if source.package not in ("ui", "bench"):
        qt = ("PySide6", "shiboken6", "qtawesome", "qtpy")
        yield from (f"{line}: {name}" for name, line in source.imports() if name.split(".")[0] in qt)


NETWORK = {
    *("socket", "ssl", "asyncio", "socketserver", "requests", "httpx", "aiohttp", "urllib3", "http", "ftplib"),
    *("smtplib", "poplib", "imaplib", "telnetlib", "xmlrpc", "webbrowser"),
}
NETWORK_PARTS = re.compile(r"urllib\.request|PySide6\.Qt(Network|WebEngine|WebSockets|WebChannel)|PySide6\.QtDBus")


def nothing_knows_the_network(source: Source) -> Iterator[str]:
    for name, line in source.imports():
        if name.split(".")[0] in NETWORK or NETWORK_PARTS.match(name):
            yield f"{line}: {name}"


def only_the_store_opens_the_database(source: Source) -> Iterator[str]:
    for name, line in source.imports():
        top = name.split(".")[0]
        if top == "sqlite3":
            yield f"{line}: plain sqlite3 silently ignores the key"
        if top == "sqlcipher3" and source.package not in ("store", "faults"):
            yield f"{line}: {name}"


def every_select_lives_in_the_store(source: Source) -> Iterator[str]:
    """Services and pages call `store/questions`; what they write goes through a deed's session."""
    if source.package not in ("store", "records", "practice", "faults"):
        ours = {f"{lib}.{name}" for lib in ("sqlmodel", "sqlalchemy") for name in ("select", "text")}
        yield from (f"{line}: {name}" for name, line in source.imports() if name in ours)


def a_page_knows_of_the_store_only_the_opened_room(source: Source) -> Iterator[str]:
    """Pages call services. (The windows before a room is open read room.json and make or open the room.)"""
    if source.path.startswith(("psyroom/ui/pages/", "psyroom/ui/kit/", "psyroom/ui/calendar/")):
        allowed = ("psyroom.store.room", "psyroom.store.room.Room")
        for name, line in source.imports():
            if name.startswith("psyroom.store") and name not in allowed:
                yield f"{line}: {name}"


def nothing_is_pickled(source: Source) -> Iterator[str]:
    yield from (f"{line}: {name}" for name, line in source.imports() if name in ("pickle", "marshal", "shelve"))


# ---- the door of the store --------------------------------------------------------------------------------------

DOORS = re.compile(r"PRAGMA\s+foreign_keys|PRAGMA\s+key\b|DROP\s+TRIGGER|\bconnection\.deed\b", re.IGNORECASE)


def nobody_works_around_the_door(source: Source) -> Iterator[str]:
    """No switched-off foreign keys, no dropped trigger, no deed opened by hand, outside the store."""
    if source.package not in ("store", "faults"):
        yield from (found.group() for found in DOORS.finditer(source.text))


def no_key_in_an_address(source: Source) -> Iterator[str]:
    yield from (f"{line}" for text, line in source.strings() if re.search(r"sqlite\S*://[^/\s]*:[^/\s]*@", text))


LOG_CALLS = ("debug", "info", "warning", "error", "critical", "exception", "log")


def the_log_holds_no_record_text(source: Source) -> Iterator[str]:
    """A log call takes a constant sentence, then counts, ids, types: no f-string, no error's message, no traceback."""
    for call in source.calls():
        function = call.func
        if not (isinstance(function, ast.Attribute) and function.attr in LOG_CALLS):
            continue
        owner = function.value
        if not (isinstance(owner, ast.Name) and owner.id.strip("_") in ("logger", "log", "logging")):
            continue
        named = {value.id for value in call.args if isinstance(value, ast.Name)}
        if (
            function.attr == "exception"
            or any(isinstance(value, ast.JoinedStr) for value in call.args)
            or any(k.arg in ("exc_info", "stack_info") for k in call.keywords)
            or named & {"e", "error", "exc", "exception"}
        ):
            yield f"{call.lineno}: use log.bug(error), or a constant sentence and its values"


def only_the_command_line_and_the_benchmark_print(source: Source) -> Iterator[str]:
    if source.package not in ("cli", "commands", "bench", "__main__"):
        for call in source.calls():
            if isinstance(call.func, ast.Name) and call.func.id in ("print", "pprint", "input"):
                yield f"{call.lineno}: {call.func.id}"


def no_temporary_files(source: Source) -> Iterator[str]:
    """Record text never lies in the temp folder. `paths` proposes a folder; the benchmark and the fault suite work there."""
    if source.package not in ("paths", "bench", "faults"):
        yield from (f"{line}: {name}" for name, line in source.imports() if name.split(".")[0] == "tempfile")


# ---- a file a person can hold in the head -----------------------------------------------------------------------


def a_file_is_short(source: Source) -> Iterator[str]:
    if (lines := len(source.text.splitlines())) > LONGEST:
        yield f"{lines} lines"


def a_file_says_what_it_is(source: Source) -> Iterator[str]:
    if source.text.strip() and not ast.get_docstring(source.tree):
        yield "no docstring"


def no_drawers(source: Source) -> Iterator[str]:
    if source.stem in ("utils", "util", "misc", "helpers", "helper", "common", "tools"):
        yield source.stem


PLACES = re.compile(r"[\"'](/home/\w|/root\b|/work\b|/tmp/|/Users/\w|C:\\\\Users\\\\(?!Public))")


def no_place_of_one_machine(source: Source) -> Iterator[str]:
    yield from (found.group() for found in PLACES.finditer(source.text))


HARSH = ("诊断", "患者", "病人", "治疗", "高危", "问题学生", "症状")
ALLOWED = "医院诊断"
"""A hospital's finding may be copied with its source and date; a school's own may not be called so."""


def words_are_quiet(source: Source) -> Iterator[str]:
    """What a person reads says 关注, 支持, 跟进. (停诊 is the profession's own word for a cancelled hour.)"""
    for text, line in source.strings():
        yield from (f"{line}: {word}" for word in HARSH if word in text.replace(ALLOWED, ""))


# ---- every rule, and an offence for each --------------------------------------------------------------------------

OFFENCES: list[tuple[Rule, str, str]] = [
    (imports_are_written_in_full, "psyroom/rules/x.py", "from .time import a"),
    (only_ui_imports_qt, "psyroom/services/x.py", "def f():\n    from PySide6.QtCore import QObject"),
    (nothing_knows_the_network, "psyroom/store/x.py", "import urllib.request"),
    (only_the_store_opens_the_database, "psyroom/services/x.py", "from sqlcipher3 import dbapi2"),
    (every_select_lives_in_the_store, "psyroom/services/x.py", "from sqlmodel import col, select"),
    (a_page_knows_of_the_store_only_the_opened_room, "psyroom/ui/pages/x.py", "from psyroom.store.keys import a"),
    (nothing_is_pickled, "psyroom/intake/x.py", "import pickle"),
    (nobody_works_around_the_door, "psyroom/services/x.py", "run('pragma foreign_keys=off')"),
    (no_key_in_an_address, "psyroom/store/x.py", "a = 'sqlite+pysqlcipher://:pass@/desk.db'"),
    (the_log_holds_no_record_text, "psyroom/ui/x.py", "logger.warning(f'{name} not saved')"),
    (only_the_command_line_and_the_benchmark_print, "psyroom/ui/x.py", "print(1)"),
    (no_temporary_files, "psyroom/reports/x.py", "from tempfile import mkstemp"),
    (a_file_is_short, "psyroom/ui/x.py", "\n" * (LONGEST + 1)),
    (a_file_says_what_it_is, "psyroom/ui/x.py", "a = 1"),
    (no_drawers, "psyroom/ui/utils.py", "a = 1"),
    (no_place_of_one_machine, "psyroom/ui/x.py", "a = '/home/someone/x'"),
    (words_are_quiet, "psyroom/ui/x.py", "a = '高" + "危学生'"),
]
RULES = [rule for rule, _path, _text in OFFENCES]
ALSO_FOR_TESTS = (a_file_is_short, a_file_says_what_it_is, no_place_of_one_machine, nothing_is_pickled)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule(rule: Rule) -> None:
    folders = ("psyroom", "tests", "installer") if rule in ALSO_FOR_TESTS else ("psyroom",)
    this = Path(__file__).relative_to(ROOT).as_posix()
    assert not [f"{s.path}: {offence}" for s in sources(*folders) if s.path != this for offence in rule(s)]


@pytest.mark.parametrize(("rule", "path", "text"), OFFENCES, ids=[rule.__name__ for rule in RULES])
def test_an_offence_is_seen(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text)))


def test_every_folder_is_a_package() -> None:
    folders = {p.parent for p in PACKAGE.rglob("*.py")}
    assert not [f.relative_to(ROOT).as_posix() for f in sorted(folders) if not (f / "__init__.py").exists()]


@pytest.mark.parametrize("package", ["ui", "services", "store", "intake", "reports", "rules", "records"])
def test_a_package_says_its_rule_where_a_newcomer_meets_it(package: str) -> None:
    said = ast.get_docstring(ast.parse((PACKAGE / package / "__init__.py").read_text("utf-8"))) or ""
    assert len([line for line in said.splitlines() if line.startswith("- ")]) == 3
