"""Drafts: a watched form is saved three seconds after the last key, and at once when the room locks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol
from weakref import WeakSet

from PySide6.QtCore import QObject, QTimer, SignalInstance
from PySide6.QtWidgets import QWidget

PAUSE = 3000  # milliseconds after the last key


class Watchable(Protocol):
    """A form: `edited` fires at every change, `values()` is what stands in it."""

    @property
    def edited(self) -> SignalInstance: ...

    def values(self) -> dict[str, Any]: ...


class Draft(QObject):
    """Watches one form. `save` is called with its values; `forget()` ends a pending save after the deed is done."""

    def __init__(self, form: QWidget, save: Callable[[dict[str, Any]], object]) -> None:
        super().__init__(form)
        self._form: Any = form
        self._save = save
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._now)
        form.edited.connect(self._timer.start)  # type: ignore[attr-defined]
        _watched.add(self)

    def pending(self) -> bool:
        return self._timer.isActive()

    def flush(self) -> None:
        """Save now what has not been saved yet."""
        if self._timer.isActive():
            self._timer.stop()
            self._now()

    def _now(self) -> None:
        self._save(self._form.values())

    def forget(self) -> None:
        self._timer.stop()


_watched: WeakSet[Draft] = WeakSet()


def watch(form: QWidget, save: Callable[[dict[str, Any]], object]) -> Draft:
    """Keep this form's draft from now on. The draft lives as long as the form."""
    return Draft(form, save)


def flush_all() -> None:
    """Before the room closes: every form still waiting for its three seconds is saved."""
    import shiboken6

    for draft in list(_watched):
        if shiboken6.isValid(draft):
            draft.flush()
