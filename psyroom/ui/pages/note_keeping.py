"""The draft of a note: kept while one writes, offered when one comes back, and never in the place of anything unasked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QStackedWidget, QWidget
from shiboken6 import isValid

from psyroom.errors import Tell
from psyroom.records.notes import NoteFields
from psyroom.services import categories, drafts, notes, private_notes
from psyroom.services.hours import local_now
from psyroom.services.notes import NoteSeen
from psyroom.store.room import Room
from psyroom.ui import drafting
from psyroom.ui.kit import set_kind
from psyroom.ui.pages.note_draft import CompareView, DraftBanner, differing, moment
from psyroom.ui.pages.note_private import PrivateCard
from psyroom.ui.pages.note_sheet import Sheet
from psyroom.ui.window import Shell


class Keeping(QWidget):
    """The part of the editor that knows of drafts."""

    edited = Signal()

    room: Room
    shell: Shell
    note: NoteSeen | None
    sheet: Sheet
    private: PrivateCard
    banner: DraftBanner
    stack: QStackedWidget
    front: QWidget
    inner: QWidget
    status: QLabel
    save_button: QPushButton
    sign_button: QPushButton
    _blank_about: str
    _baseline: dict[str, Any]

    def _watch(self) -> None:
        """From now on what is typed is kept; a draft that is there is offered first."""
        self._sealed = ("", "")
        self._unread = ""  # a draft's private part that cannot be opened now: it goes on in the draft
        self._when = ""
        self._baseline = self.values()
        self.draft = drafting.watch(self, self._keep, tell_failures=True)
        self.draft.failed.connect(self._not_kept)
        self.draft.kept.connect(self._say_kept)
        self._waiting: dict[str, Any] | None = None
        self._look_for_draft()

    def _fill(self, values: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def focus_first(self) -> None:
        raise NotImplementedError

    def about(self) -> str:
        """The key of this form's draft."""
        return self.note.id if self.note is not None else self._blank_about

    def values(self) -> dict[str, Any]:
        """What a draft keeps; the private part sealed."""
        found = self.sheet.kept()
        if self.private.changed():
            words = self.private.kept()
            if words and words != self._sealed[0]:
                self._sealed = (words, private_notes.seal(self.room, words))
            found["private"] = self._sealed[1] if words else ""
        elif self._unread:
            found["private"] = self._unread
        return found

    def flush(self) -> None:
        """Keep now what was typed."""
        if not self.room.closed:
            self.draft.flush()

    def _keep(self, values: Mapping[str, Any]) -> None:
        if self._waiting is not None:
            return  # what lies there is not written over before the person has chosen
        if values == self._baseline:
            drafts.discard(self.room, notes.FORM, self.about())
        else:
            drafts.save(self.room, notes.FORM, self.about(), values)

    def _say_kept(self) -> None:
        self._say(f"草稿已存 {local_now(self.room):%H:%M}")

    def _not_kept(self, tell: Tell) -> None:
        self._say("草稿暂时存不下，写的都还在，会再试", "warning")
        self.status.setToolTip(str(tell))

    def _say(self, words: str, kind: str = "small") -> None:
        self.status.setToolTip("")
        self.status.setText(words)
        set_kind(self.status, kind)

    def _look_for_draft(self) -> None:
        kept = drafts.load(self.room, notes.FORM, self.about())
        at = drafts.kept_at(self.room, notes.FORM, self.about())
        if kept is None or at is None or kept == self._baseline:
            return
        self._waiting = kept
        self._when = moment(at, local_now(self.room))
        self.banner.offer(self._when, self.note is not None)
        self._wait(True)

    def _wait(self, on: bool) -> None:
        self.inner.setEnabled(not on)
        self.save_button.setEnabled(not on)
        self.sign_button.setEnabled(not on)

    def _chosen(self) -> dict[str, Any]:
        kept, self._waiting = self._waiting or {}, None
        self.banner.hide()
        self._wait(False)
        self._show_front()
        return kept

    def restore(self) -> None:
        """Go on with the draft; what was saved stays until one saves."""
        kept = self._chosen()
        self._fill({name: value for name, value in kept.items() if name != "private"})
        if "private" in kept:
            words = private_notes.unseal(self.room, kept["private"]) if kept["private"] else ""
            if words is None:
                self._unread = kept["private"]
                self.shell.toast("草稿里的私密手记现在打不开，先留在草稿里")
            else:
                self.private.open_with(words)
        self._say(f"接着 {self._when} 的草稿写")
        self.focus_first()

    def drop(self) -> None:
        """The draft goes; for a while it can be had back."""
        kept = self._chosen()
        form, about = notes.FORM, self.about()
        drafts.discard(self.room, form, about)

        def back() -> None:
            here = isValid(self) and self.about() == about
            if drafts.load(self.room, form, about) is not None or (here and self.values() != self._baseline):
                self.shell.toast("之后又写了新的，原来的草稿就不换回来了")
                return
            drafts.save(self.room, form, about, kept)
            if here:
                self._look_for_draft()

        self.shell.toast("草稿已丢弃", more=("找回", back))
        self.focus_first()

    def compare(self) -> None:
        """The saved and the draft side by side."""
        if self._waiting is None:
            return
        labels = {name: NoteFields.model_fields[name].title or name for name in NoteFields.model_fields}
        labels |= {"students": "学生", "categories": "问题类别", "steps": "下一步", "private": "私密手记"}
        found = differing(labels, self._words(self._baseline), self._words(self._waiting))
        view = CompareView(self._when, found, of_saved=self.note is not None)
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

    def _words(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Each field as words, for comparing."""
        found = self.sheet.as_words(values)
        names = dict(categories.listed(self.room, retired=True))
        found["categories"] = "、".join(names.get(key, "") for key in values.get("categories") or ())
        found["steps"] = "\n".join(f"{words}（{due}）" if due else words for _, words, due in values.get("steps") or ())
        found["private"] = self._private_words(values.get("private"))
        return found

    def _private_words(self, sealed: str | None) -> str:
        """The private part of a draft; None: as it is stored."""
        if sealed is None:
            note = self.note.id if self.note is not None else ""
            return (private_notes.read(self.room, note) or "") if note else ""
        return (private_notes.unseal(self.room, sealed) or "（现在打不开）") if sealed else ""
