"""Drafts: a watched form is saved at most three seconds after a key, also while keys go on coming, and at once when the
room locks. What an input method has not finished yet is taken as it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol
from weakref import WeakSet

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from psyroom.errors import Tell

PAUSE = 3000  # milliseconds after the first key that is not saved yet


class Watchable(Protocol):
    """A form: `edited` fires at every change, `values()` is what stands in it."""

    @property
    def edited(self) -> SignalInstance: ...

    def values(self) -> dict[str, Any]: ...


class Draft(QObject):
    """Watches one form. `save` is called with its values; `forget()` ends a pending save after the deed is done.

    A save that fails is told by `failed` and tried again, where somebody listens (`tell_failures`); else it is raised.
    """

    kept = Signal()
    failed = Signal(object)  # a Tell

    def __init__(self, form: QWidget, save: Callable[[dict[str, Any]], object], *, tell_failures: bool = False) -> None:
        super().__init__(form)
        self._form: Any = form
        self._save = save
        self._tells = tell_failures
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._now)
        form.edited.connect(self._on_edit)  # type: ignore[attr-defined]
        _watched.add(self)

    def _on_edit(self) -> None:
        if not self._timer.isActive():  # started anew at every key, whoever types without a pause would get no draft
            self._timer.start()

    def pending(self) -> bool:
        return self._timer.isActive()

    def flush(self) -> None:
        """Save now what has not been saved yet."""
        if self._timer.isActive():
            self._timer.stop()
            self._now()

    def _now(self) -> None:
        try:
            self._save(self._form.values())
        except Tell as tell:
            if not self._tells:
                raise
            self._timer.start()
            self.failed.emit(tell)
        else:
            self.kept.emit()

    def forget(self) -> None:
        self._timer.stop()


_watched: WeakSet[Draft] = WeakSet()


def watch(form: QWidget, save: Callable[[dict[str, Any]], object], *, tell_failures: bool = False) -> Draft:
    """Keep this form's draft from now on. The draft lives as long as the form."""
    return Draft(form, save, tell_failures=tell_failures)


def settle_typing() -> None:
    """Let the input method hand over the syllable it holds, while the field still has the keyboard."""
    if QGuiApplication.instance() is not None and QGuiApplication.focusObject() is not None:
        QGuiApplication.inputMethod().commit()


def flush_all() -> None:
    """Before the room closes: every form still waiting for its three seconds is saved. One that fails keeps no other
    from being saved; its error is raised at the end."""
    import shiboken6

    trouble: Exception | None = None
    for draft in list(_watched):
        if shiboken6.isValid(draft):
            try:
                draft.flush()
            except Exception as error:  # noqa: BLE001 - raised below
                trouble = error
    if trouble is not None:
        raise trouble
