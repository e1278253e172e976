"""Filling a return: a definition and plain facts become tables, each figure with what it was counted from.

Facts come from the caller (services read the store); nothing here knows a database. `Trace` keeps, for every figure, the
records behind it and how much each one adds, so that the parts always sum to the figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from psyroom.reports.definition import MEASURES, Definition, TableDefinition, choices
from psyroom.reports.tables import Cell, Column, Content, Figure, Row, Sheet, Table, count

Parts = tuple[tuple[str, int], ...]
"""Record ids, each with what it adds to the figure."""

ALL = "all"
_UNKNOWN = "未登记"


@dataclass(frozen=True)
class Fact:
    """A visit or a booking as the tallies see it: its open fields, how many came, and a key for who (never printed).

    `person` empty: not counted among people (a group).
    """

    id: str
    fields: Mapping[str, str]
    times: int = 1
    person: str = ""


@dataclass(frozen=True, repr=False)
class ListRow:
    """A row of a list, by measure; a measure that is missing stays blank. `student`: whose row it is, of a list that has
    one for each child."""

    key: str
    values: Mapping[str, Content]
    parts: Mapping[str, Parts] = field(default_factory=dict)
    student: str = ""


@dataclass(frozen=True, repr=False)
class Facts:
    """All that a return is filled from. `categories`: for a derived field its values in order, with labels; `notes`:
    what the reader must know of these facts."""

    rows: Mapping[str, Sequence[ListRow]]
    totals: Mapping[str, ListRow]
    tallies: Mapping[str, Sequence[Fact]]
    categories: Mapping[str, Mapping[str, str]]
    notes: Sequence[str] = ()


@dataclass(frozen=True, repr=False)
class Filled:
    """The sheets, and for each figure's id the records behind it with what each adds. `students`: who has a row."""

    sheets: tuple[Sheet, ...]
    traces: Mapping[str, Parts]
    students: tuple[str, ...] = ()


def fill(definition: Definition, facts: Facts, words: Mapping[str, str], *, names: bool = False) -> Filled:
    """The return filled. `words` go into the info line; the facts' notes stand before the definition's own; `names`: also
    the columns and tables that bear them. A table of a source that the facts do not have is left out."""
    traces: dict[str, Parts] = {}
    tables: dict[str, list[Table]] = {}
    students: dict[str, None] = {}
    for table in definition.tables:
        if (table.named and not names) or table.source not in {*facts.rows, *facts.tallies}:
            continue
        shown = tuple(column for column in table.columns if names or not column.named)
        table = replace(table, columns=shown)
        students |= dict.fromkeys(row.student for row in facts.rows.get(table.source, ()) if row.student)
        made = _list(table, facts, traces) if table.columns else _tally(table, facts, traces)
        tables.setdefault(table.sheet, []).append(made)
    left, middle, right = (text.format(**words) for text in definition.info)
    tabs = list(tables)
    sheets = tuple(
        Sheet(
            name=name,
            title=definition.title,
            info=(left, middle, right),
            tables=tuple(tables[name]),
            signatures=definition.signatures if name == tabs[-1] else (),
            notes=(*facts.notes, *definition.notes) if name == tabs[-1] else (),
        )
        for name in tabs
    )
    return Filled(sheets, traces, tuple(students))


def _list(table: TableDefinition, facts: Facts, traces: dict[str, Parts]) -> Table:
    def cells(row: ListRow) -> tuple[Content, ...]:
        found = []
        for column in table.columns:
            content = row.values.get(column.measure, "")
            if isinstance(content, Figure) and column.measure in row.parts:
                id = f"{table.id}/{row.key}/{column.measure}"
                content = replace(content, id=id)
                traces[id] = row.parts[column.measure]
            found.append(content)
        return tuple(found)

    rows = [Row(cells(row)) for row in facts.rows[table.source]]
    if table.total:
        total = facts.totals[table.source]
        filled = cells(total)
        blank = next((i for i, c in enumerate(filled) if c != ""), 1)
        rows.append(Row((Cell(table.total, span=blank), *filled[blank:]), total=True))
    return Table(table.heading, tuple(column.column for column in table.columns), tuple(rows))


def _categories(name: str, facts: Facts, chosen: Sequence[Fact]) -> dict[str, str]:
    """Every declared value with its label; what nobody entered only where it occurs."""
    known = dict(facts.categories.get(name) or choices(name))
    known.pop("", None)
    if any(fact.fields.get(name, "") not in known for fact in chosen):
        known[""] = _UNKNOWN
    return known


def _matches(fact: Fact, name: str, value: str, known: Mapping[str, str]) -> bool:
    held = fact.fields.get(name, "")
    return (held if held in known else "") == value


def _measured(measure: str, chosen: Sequence[Fact]) -> Parts:
    """What each record adds: its people who came, or one for the first time a person is met."""
    if measure == "times":
        return tuple((fact.id, fact.times) for fact in chosen)
    met: set[str] = set()
    parts = []
    for fact in chosen:
        first = bool(fact.person) and fact.person not in met
        met.add(fact.person)
        parts.append((fact.id, int(first)))
    return tuple(parts)


def _tally(table: TableDefinition, facts: Facts, traces: dict[str, Parts]) -> Table:
    where = table.where or {}
    chosen = [f for f in facts.tallies[table.source] if all(f.fields.get(n, "") in v for n, v in where.items())]
    if not table.across:
        return _downwards(table, facts, chosen, traces)
    across = _categories(table.across, facts, chosen)

    def figure(path: str, measure: str, some: Sequence[Fact], adds: str = "") -> Content:
        if measure == "people" and some and not any(fact.person for fact in some):
            return "—"  # groups: who came is not known one by one
        id = f"{table.id}/{path}/{measure}"
        traces[id] = _measured(measure, some)
        return count(sum(part for _, part in traces[id]), id, adds if measure == "times" else "")

    def column_of(value: str, some: Sequence[Fact]) -> list[Fact]:
        return [fact for fact in some if _matches(fact, table.across, value, across)]

    if not table.down:
        columns = (Column("项目", 1.2), *(Column(label) for label in across.values()), Column("合计"))
        rows = []
        for measure in table.measures:
            cells: list[Content] = [Cell(_word(table, measure), face="PsyroomHei")]
            cells += [figure(value or "-", measure, column_of(value, chosen)) for value in across]
            cells.append(figure(ALL, measure, chosen, "left"))
            rows.append(Row(tuple(cells)))
        return Table(table.heading, columns, tuple(rows))

    down = _categories(table.down, facts, chosen)
    spread = {**across, ALL: "合计"}
    columns = (
        Column("项目", 1.2),
        *(Column(_word(table, m), 1.0, group=label) for label in spread.values() for m in table.measures),
    )
    rows = []
    for key, label in {**down, ALL: "合计"}.items():
        some = chosen if key == ALL else [f for f in chosen if _matches(f, table.down, key, down)]
        line: list[Content] = [Cell(label, face="PsyroomHei")]
        for value in spread:
            those = some if value == ALL else column_of(value, some)
            adds = "above" if key == ALL else ""
            line += [figure(f"{key or '-'}.{value or '-'}", m, those, adds) for m in table.measures]
        rows.append(Row(tuple(line), total=key == ALL))
    return Table(table.heading, columns, tuple(rows))


def _downwards(table: TableDefinition, facts: Facts, chosen: Sequence[Fact], traces: dict[str, Parts]) -> Table:
    """A row for each value, a column for each measure."""
    down = _categories(table.down, facts, chosen)
    columns = (Column("项目", 1.4), *(Column(_word(table, measure)) for measure in table.measures))
    rows = []
    for key, label in {**down, ALL: "合计"}.items():
        some = chosen if key == ALL else [f for f in chosen if _matches(f, table.down, key, down)]
        line: list[Content] = [Cell(label, face="PsyroomHei")]
        for measure in table.measures:
            id = f"{table.id}/{key or '-'}/{measure}"
            traces[id] = _measured(measure, some)
            adds = "above" if key == ALL and measure == "times" else ""
            line.append(count(sum(part for _, part in traces[id]), id, adds))
        rows.append(Row(tuple(line), total=key == ALL))
    return Table(table.heading, columns, tuple(rows))


def _word(table: TableDefinition, measure: str) -> str:
    if table.words and measure in table.words:
        return table.words[measure]
    return "次数" if table.source == "bookings" and measure == "times" else MEASURES[measure]
