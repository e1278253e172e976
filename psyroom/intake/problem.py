"""A plain reason why a row, or one field of it, did not come in as written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """`row` as the spreadsheet numbers it; `taken` False: the row was refused, True: it came in with this question."""

    row: int
    sheet: str
    field: str
    taken: bool
    reason: str
    name: str = ""

    def as_json(self) -> dict[str, object]:
        return {"row": self.row, "sheet": self.sheet, "field": self.field, "taken": self.taken, "reason": self.reason}
