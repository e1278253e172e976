"""Slow work: a plain generator run by one thread, its answer tied to a widget's life.

A generator yields `(done, total)` or `(done, total, unit)` and returns its result. Cancelling closes it at its next
yield. A `Tell` comes back as its sentence; anything else is a bug: noted in the log, shown by its id.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator
from functools import lru_cache
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from psyroom.errors import Tell

Work = Generator[Any, None, Any] | Callable[[], Any]


class Bug(Tell):
    """Something the program did wrong; the person gets the log's id."""

    sentence = "出了问题，已记入日志（编号 {number}）。刚才填的内容还在，可以再试一次。"


def told(error: BaseException) -> Tell:
    """What a person may be told of an error: its own sentence, or the id under which a bug was noted."""
    if isinstance(error, Tell):
        return error
    from psyroom import log  # brings sockets and pickling with it: not before the first window

    return Bug(number=log.bug(error))


class _Bridge(QObject):
    """Carries what the worker's thread has to say into the window's. One for the process: a job is no QObject, since
    its last reference may fall in either thread and a QObject must die in its own."""

    progress = Signal(object, object)
    finished = Signal(object, object, object)

    def __init__(self) -> None:
        super().__init__()
        self.progress.connect(lambda job, step: job.report(step), Qt.ConnectionType.QueuedConnection)
        self.finished.connect(lambda job, result, error: job.deliver(result, error), Qt.ConnectionType.QueuedConnection)


class Job:
    """One piece of slow work. `cancel()` ends it at its next step; after that nothing is delivered."""

    def __init__(
        self,
        owner: QWidget,
        work: Work,
        done: Callable[[Any], object] | None,
        failed: Callable[[Tell], object] | None,
        progress: Callable[..., object] | None,
    ) -> None:
        self._owner, self._work = owner, work
        self._done, self._failed, self._on_progress = done, failed, progress
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        self._cancelled.set()

    def run(self) -> None:
        """In the worker's thread."""
        result: Any = None
        error: BaseException | None = None
        try:
            if callable(self._work):
                result = None if self._cancelled.is_set() else self._work()
            else:
                result = self._steps(self._work)
        except Exception as caught:  # noqa: BLE001 - every error is told or noted as a bug, never lost in a thread
            error = caught
        _bridge().finished.emit(self, result, error)

    def _steps(self, work: Generator[Any, None, Any]) -> Any:
        while True:
            if self._cancelled.is_set():
                work.close()
                return None
            try:
                step = next(work)
            except StopIteration as end:
                return end.value
            _bridge().progress.emit(self, step)

    def _alive(self) -> bool:
        return not self._cancelled.is_set() and shiboken6.isValid(self._owner)

    def report(self, step: Any) -> None:
        if self._on_progress is not None and self._alive():
            self._on_progress(*(step if isinstance(step, tuple) else (step,)))

    def deliver(self, result: Any, error: BaseException | None) -> None:
        _under_way.discard(self)
        if not self._alive():
            return
        if error is not None:
            if self._failed is not None:
                self._failed(told(error))
        elif self._done is not None:
            self._done(result)


@lru_cache(maxsize=1)
def _bridge() -> _Bridge:
    return _Bridge()


_under_way: set[Job] = set()
_queue: queue.SimpleQueue[Job] = queue.SimpleQueue()
_thread: threading.Thread | None = None


def _serve() -> None:
    while True:
        job = _queue.get()
        job.run()
        del job


def run(
    owner: QWidget,
    work: Work,
    *,
    done: Callable[[Any], object] | None = None,
    failed: Callable[[Tell], object] | None = None,
    progress: Callable[..., object] | None = None,
) -> Job:
    """Do the work off the window's thread. `done(result)`, `failed(tell)` and `progress(done, total[, unit])` are called
    in the window's thread, and not at all once the owner is gone or the job cancelled."""
    global _thread
    _bridge()  # made in the window's thread
    job = Job(owner, work, done, failed, progress)
    _under_way.add(job)
    if _thread is None:
        _thread = threading.Thread(target=_serve, name="psyroom-worker", daemon=True)
        _thread.start()
    _queue.put(job)
    return job


def busy() -> bool:
    """Whether work is under way or waits."""
    return bool(_under_way)


def cancel_all() -> None:
    for job in list(_under_way):
        job.cancel()
