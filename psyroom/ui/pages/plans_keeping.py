"""The draft of a plan: kept while one writes, offered when one comes back, never in the place of anything unasked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QWidget

from psyroom.errors import Tell
from psyroom.records.care import PLAN_KINDS
from psyroom.services import drafts, plans
from psyroom.services.hours import local_now
from psyroom.services.plans import PlanSeen
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.kit import set_kind
from psyroom.ui.pages.note_draft import CompareView, DraftBanner, differing, moment
from psyroom.ui.pages.plans_offered import STEPS, Offered
from psyroom.ui.window import Shell

DAYS = ("made_on", "review_on")


class Keeping(QWidget):
    """The part of the editor that knows of drafts."""

    edited = Signal()

    room: Room
    shell: Shell
    student: str
    plan: PlanSeen | None
    banner: DraftBanner
    stack: QStackedWidget
    front: QWidget
    inner: QWidget
    offered: Offered
    status: QLabel
    save_button: QPushButton
    _baseline: dict[str, Any]
    _waiting: dict[str, Any] | None

    def watch(self) -> None:
        """From now on what is typed is kept; a draft that is there is offered first."""
        self._waiting, self._when = None, ""
        self._baseline = self.values()
        self.draft = drafting.watch(self, self._keep, tell_failures=True)
        self.draft.failed.connect(self._not_kept)
        self.draft.kept.connect(lambda: self._say(f"草稿已存 {local_now(self.room):%H:%M}"))
        self._look_for_draft()

    def values(self) -> dict[str, Any]:
        raise NotImplementedError

    def _fill(self, values: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def focus_first(self) -> None:
        raise NotImplementedError

    def about(self) -> str:
        """The key of this form's draft."""
        return self.plan.id if self.plan is not None else plans.about_new(self.student)

    def flush(self) -> None:
        """Keep now what was typed."""
        if not self.room.closed:
            self.draft.flush()

    def _keep(self, values: Mapping[str, Any]) -> None:
        if self._waiting is not None:
            return  # what lies there is not written over before the person has chosen
        if values == self._baseline:
            drafts.discard(self.room, plans.FORM, self.about())
        else:
            drafts.save(self.room, plans.FORM, self.about(), values)

    def _not_kept(self, tell: Tell) -> None:
        self._say("草稿暂时存不下，写的都还在，会再试", "warning")
        self.status.setToolTip(str(tell))

    def _say(self, words: str, kind: str = "small") -> None:
        self.status.setToolTip("")
        self.status.setText(words)
        set_kind(self.status, kind)

    def _look_for_draft(self) -> None:
        kept = drafts.load(self.room, plans.FORM, self.about())
        at = drafts.kept_at(self.room, plans.FORM, self.about())
        if kept is None or at is None or kept == self._baseline:
            return
        self._waiting, self._when = kept, moment(at, local_now(self.room))
        self.banner.offer(self._when, self.plan is not None)
        self._wait(True)

    def _wait(self, on: bool) -> None:
        self.inner.setEnabled(not on)
        self.offered.setEnabled(not on)
        self.save_button.setEnabled(not on)

    def _chosen(self) -> dict[str, Any]:
        kept, self._waiting = self._waiting or {}, None
        self.banner.hide()
        self._wait(False)
        self._show_front()
        return kept

    def restore(self) -> None:
        """Go on with the draft; what was saved stays until one saves."""
        self._fill(self._chosen())
        self._say(f"接着 {self._when} 的草稿写")
        self.focus_first()

    def drop(self) -> None:
        """The draft goes."""
        self._chosen()
        self.shell.attempt(lambda: drafts.discard(self.room, plans.FORM, self.about()))
        self.shell.toast("草稿已丢弃")
        self.focus_first()

    def compare(self) -> None:
        """The saved and the draft side by side."""
        if self._waiting is None:
            return
        found = differing(plans.WORDS, _words(self._baseline), _words(self._waiting))
        view = CompareView(self._when, found, of_saved=self.plan is not None)
        view.restored.connect(self.restore)
        view.dropped.connect(self.drop)
        view.closed.connect(self._back_from_compare)
        self.stack.addWidget(view)
        self.stack.setCurrentWidget(view)
        view.restore.setFocus()

    def _back_from_compare(self) -> None:
        self._show_front()
        self.banner.compare.setFocus()

    def _show_front(self) -> None:
        view = self.stack.currentWidget()
        self.stack.setCurrentWidget(self.front)
        if isinstance(view, CompareView):
            self.stack.removeWidget(view)
            view.deleteLater()


def read_day(name: str, value: Any) -> Any:
    """A day as it is or as a draft kept it."""
    if name in DAYS and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value


def _words(values: Mapping[str, Any]) -> dict[str, str]:
    """A draft's values as words, for comparing."""
    found = {name: str(values.get(name) or "") for name in plans.WORDS}
    found["kind"] = PLAN_KINDS.get(found["kind"], "") if found["kind"] else ""
    found[STEPS] = "\n".join(
        " ".join(str(one.get(name) or "") for name in ("goal", "step", "who", "due")).strip()
        for one in values.get(STEPS) or ()
    )
    return found
