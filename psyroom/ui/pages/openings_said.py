"""What is said of a week: its lines confirmed, corrected or struck out, the reason it fell short, the signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from psyroom.records.weeks import WHY_AMENDED
from psyroom.services import hours, prefill, signing, week_reasons
from psyroom.services.hours import WeekHours
from psyroom.services.prefill import Stretch
from psyroom.services.signing import Blocker, WeekState
from psyroom.ui.pages.openings_edit import KINDS, Deed, Editing
from psyroom.ui.pages.openings_record import RecordCard
from psyroom.ui.pages.openings_sign import SignCard


class Recording(Editing):
    """The part of the page that writes what the week's cards ask for."""

    record: RecordCard
    signature: SignCard
    figures: WeekHours | None
    state: WeekState | None

    # ---- the week's record

    def _amended(self, deed: Deed, say: str, *, likely: str) -> None:
        """Do it; in a signed week only with a reason, asked in its place, the likely one first."""
        if self.figures is None or not self.figures.signed:
            self._do(partial(deed, ""), say, form=self.record)
            return
        self.record.why.ask(
            "这一周已签字，为什么要更正？",
            WHY_AMENDED,
            lambda why: self._amend_now(partial(deed, why), say),
            first=likely,
            back=self.record.table,
        )

    def _amend_now(self, deed: Callable[[], object], say: str) -> None:
        """A 更正 is not undone, it is corrected again; so its toast offers no way back."""
        if self.shell.attempt(deed, form=cast(Any, self.record), kinds=KINDS):
            self.shell.toast(f"{say}，已列为更正")

    def confirm(self, rows: Sequence[Stretch]) -> None:
        """Take the lines as planned, in one deed."""
        say = "已按计划确认" if len(rows) == 1 else f"{len(rows)} 段都按计划确认了"
        self._amended(lambda why: prefill.confirm(self.room, rows, self.now, why=why), say, likely="forgot")

    def set_hours(self, row: Stretch, starts: int, ends: int) -> None:
        """What was typed for a line; a refusal stands under the table, and the words stay."""
        now = hours.local_now(self.room)
        likely = "wrong_time" if row.record else "forgot"
        self._amended(
            lambda why: prefill.set_hours(self.room, row, starts, ends, now, why=why), "已记下实际时间", likely=likely
        )

    def strike(self, row: Stretch, reason: str) -> None:
        """The room was not open then."""
        deed: Deed = lambda why: prefill.strike(self.room, row, reason, why=why)  # noqa: E731
        if row.record:
            self._amended(deed, "已记为没开", likely="not_open")
        else:
            self._do(partial(deed, ""), "已记为没开", form=self.record)

    def open_row(self, row: Stretch) -> None:
        """A line seen whole, where it can be changed in every respect."""
        if row.record:
            self.edit_opening(row.record)
        elif row.visit:
            self.shell.go("bookings", visit=row.visit)
        elif row.origin == "booking":
            self.shell.go("bookings", day=row.day)
        elif row.state == "waiting":
            self.edit_opening(None, row.day, row)

    # ---- signing

    def mend(self, blocker: Blocker) -> None:
        """To where a blocker is put right."""
        if blocker.kind == "reason":
            self.signature.ask_reason()
        elif blocker.kind == "visit":
            self.shell.go("bookings", day=blocker.day)
        else:
            self.record.to_waiting()

    def set_reason(self, why: str) -> None:
        if self.figures is not None:
            monday = self.figures.starts
            self._do(lambda: week_reasons.set_reason(self.room, monday, why), "已写明原因")

    def make_up(self) -> None:
        if self.figures is not None:
            self.edit_make_up(self.figures)

    def sign(self) -> None:
        """Signed and locked; this one deed has no way back, so its toast offers none."""
        if self.figures is None:
            return
        figures = self.figures
        if self.shell.attempt(lambda: signing.sign(self.room, figures.starts, self.now), kinds=KINDS):
            self.shell.toast(f"第 {figures.week} 周已签字锁定")
