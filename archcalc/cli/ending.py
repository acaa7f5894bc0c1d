"""Leaving in good order when the process is told to end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

_SIGNALS = ("SIGTERM", "SIGHUP")


@contextmanager
def tidy() -> Iterator[None]:
    """Leave by the way of exceptions when the process is told to end, so that temporary files go."""
    if current_thread() is not main_thread():  # where Python takes no signals
        yield
        return
    before = {name: signal.signal(getattr(signal, name), _leave) for name in _SIGNALS if hasattr(signal, name)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
