"""Runs commands in processes of their own."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

Sweep = Callable[..., tuple[int, str, str]]
"""The command sweep in this process, in a folder of its own: its exit code, output and diagnostics."""

ROOT = Path(__file__).parent.parent


class Said(NamedTuple):
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str


def arguments(words: str) -> list[str]:
    """The command in a process of its own."""
    return [sys.executable, "-m", "archcalc", *shlex.split(words)]


def environment(**more: str) -> dict[str, str]:
    """The variables for such a process."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def process(words: str, **options: Any) -> Said:
    """What a process of its own prints."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    done = subprocess.run(arguments(words), env=environment(), text=True, check=False, timeout=60, **streams)
    return Said(done.returncode, done.stdout or "", done.stderr or "")
