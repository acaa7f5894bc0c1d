"""Runs with the clock: of the whole model, and of its kernels under onnxruntime's profiler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .binding import Bound
from .profile import Pass, read_profile
from .weights import Array

WARM_UP = 3
"""Runs before anything counts: memory is taken and kernels are chosen in the first ones."""


class Timing(NamedTuple):
    """What was measured, without the runs to warm up."""

    device: str
    seconds: tuple[float, ...]
    """Of every whole run, without the profiler."""
    passes: tuple[Pass, ...]
    """Runs with the profiler, in a session of their own."""


def timed(
    opened: Callable[[str], tuple[Any, str]], feeds: Mapping[str, Array], outputs: list[str], repeat: int, folder: str
) -> Timing:
    """Time whole runs first, then kernels, in a session of their own: the profiler takes time itself.

    `opened` makes a session from how the name of its profile begins; profiles are written to the folder.
    """
    session, used = opened("")
    seconds = _repeat(Bound(session, used, feeds, outputs), repeat)
    del session  # its memory, before the next one takes as much
    session, _ = opened(str(Path(folder) / "times"))
    _repeat(Bound(session, used, feeds, outputs), repeat)
    passes = read_profile(Path(session.end_profiling()))[WARM_UP:]
    return Timing(used, tuple(seconds), passes)


def _repeat(bound: Bound, repeat: int) -> list[float]:
    return [bound.run() for _ in range(WARM_UP + repeat)][WARM_UP:]
