"""Timing: the best of alternating runs, because noise only ever adds.

What runs in this process is measured in processor time, which other programs disturb least; the rest by the clock.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from time import perf_counter, process_time
from typing import Any, NamedTuple

Task = Callable[[], Any]


class Result(NamedTuple):
    """Seconds of ours, seconds of something else, and the ratio that the project aims at."""

    what: str
    ours: float
    against: str
    theirs: float
    goal: float

    @property
    def ratio(self) -> float:
        """Up to `goal` is good."""
        return self.ours / self.theirs

    def __str__(self) -> str:
        verdict = "met" if self.ratio <= self.goal else "MISSED"
        figures = f"{_time(self.ours)} : {_time(self.theirs)}  {self.against}"
        return f"{self.what:34} {figures:66} {self.ratio:6.2f}  goal {self.goal:<4g} {verdict}"


def _time(seconds: float) -> str:
    return f"{seconds * 1e3:8.2f} ms" if seconds < 1 else f"{seconds:8.2f} s "


def race(ours: Task, theirs: Task, rounds: int, timer: Callable[[], float] = process_time) -> tuple[float, float]:
    """The best time of each, taken in turns so that both see the same machine."""
    times = [(_run(ours, timer), _run(theirs, timer)) for _ in range(rounds)]
    return min(own for own, _ in times), min(other for _, other in times)


def race_by_clock(ours: Task, theirs: Task, rounds: int) -> tuple[float, float]:
    """The same for tasks that start processes or threads, whose processor time is no measure."""
    return race(ours, theirs, rounds, perf_counter)


def best(task: Task, rounds: int) -> float:
    """The best time of one task."""
    return min(_run(task, process_time) for _ in range(rounds))


def _run(task: Task, timer: Callable[[], float]) -> float:
    start = timer()
    task()
    return timer() - start


def process(command: Sequence[str], environment: Mapping[str, str]) -> Task:
    """The task of running a command to its end, with its output thrown away."""
    return lambda: subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)


def on_terminal(command: Sequence[str], environment: Mapping[str, str]) -> Task:
    """The same on a terminal with colours."""
    coloured = {name: value for name, value in environment.items() if name != "NO_COLOR"} | {"TERM": "xterm"}

    def run() -> None:
        screen, end = os.openpty()
        with subprocess.Popen(command, env=coloured, stdout=end):
            os.close(end)
            with suppress(OSError):  # this is how terminals end
                while os.read(screen, 65536):
                    pass
        os.close(screen)

    return run
