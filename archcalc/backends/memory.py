"""Whether a run fits into memory, asked before anything is allocated."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import Diagnostic, LimitError


def available_bytes() -> int:
    """Memory that can be taken without swapping, as the system tells it."""
    try:
        with Path("/proc/meminfo").open(encoding="ascii") as file:
            for line in file:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def need(size: int, what: str) -> None:
    """Refuse what needs more than there is."""
    there = available_bytes()
    if size > there:
        message = f"{what} needs about {gib(size)}, {gib(there)} are available"
        help = ("--force tries it all the same", "a smaller --batch or --input needs less")
        raise LimitError(Diagnostic("E507", message, help=help))


def gib(size: int) -> str:
    """GiB with one decimal, MiB where that is less than one, in whole numbers' arithmetic: sizes may exceed a float's.

    >>> gib(3 << 29), gib(64 << 20), gib(1000)
    ('1.5 GiB', '64.0 MiB', '0.0 MiB')
    """
    shift, unit = (30, "GiB") if size >> 30 else (20, "MiB")
    tenths = size * 10 >> shift
    return f"{tenths // 10:,}.{tenths % 10} {unit}"
