"""Diagnostics for people: what is wrong, where, and what to type instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from ..errors import Diagnostic, Styled
from .text import write

MOST = 50
"""Mistakes that are shown in one run."""


def show(diagnostics: Sequence[Diagnostic], stream: TextIO) -> None:
    """Print diagnostics, a blank line between them."""
    lines: list[Styled] = []
    for diagnostic in diagnostics[:MOST]:
        lines += [*diagnostic.lines(), ()]
    if len(diagnostics) > MOST:
        lines += [((f"and {len(diagnostics) - MOST:,} more", "strong"),), ()]
    write(lines[:-1], stream)
