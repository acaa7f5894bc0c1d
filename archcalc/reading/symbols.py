"""Free dimensions of a model: its names for sizes become symbols of ours, and are never evaluated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import Diagnostic, SpecError
from ..symbolic import Assumptions, symbol

LONGEST = 20
MOST = 20
"""Symbols of one model; further sizes that only running tells share one."""


class Symbols:
    """The sizes that have names."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        """What the caller gives for some names."""
        self.assumptions = Assumptions()
        self._known: dict[str, Any] = {}
        self._asked: set[str] = set()
        self._taken: set[str] = set()

    def settle(self, name: str, size: int) -> None:
        """A name that stands for a size that is known: the batch."""
        if name:
            self._known[name] = size

    def named(self, name: str) -> Any:
        """The size of this name: a number that was given for it, or a symbol."""
        if name not in self._known:
            self._known[name] = self._make(name)
        return self._known[name]

    def fresh(self, hint: str) -> Any:
        """A size that only running tells."""
        if hint and hint in self._known:
            return self._known[hint]
        if len(self._taken) >= MOST:
            return self.named("SIZE")
        return self.named(hint) if hint and hint not in _HINTS else self._make(hint or "SIZE")

    def check_given(self) -> None:
        """Refuse (SpecError) values for names that the model does not have."""
        for name in self.values:
            if name in self._known and name not in self._asked:
                help = ("everything is counted for one example; --batch, where a command has it, is another number",)
                raise SpecError(Diagnostic("E228", f"{name} is the batch, which is not set", help=help))
            if name not in self._asked:
                free = ", ".join(sorted(self._taken | {key for key in self.values if key in self._asked}))
                help = (f"it has {free}" if free else "all its sizes are fixed",)
                raise SpecError(Diagnostic("E228", f"the model has no {name} to set", help=help))

    def _make(self, name: str) -> Any:
        safe = safe_name(name)
        self._asked |= {name, safe}
        for key in (name, safe):
            if isinstance(self.values.get(key), int):
                return self.values[key]
        stem, number = safe, 2
        while safe in self._taken:
            safe, number = f"{stem}{number}", number + 1
        if len(self._taken) >= MOST:
            safe = "SIZE"
        self._taken.add(safe)
        return symbol(safe, self.assumptions)


_HINTS = {"nonzero", "selected", "unique", "kept", "depth", "range", "window", "parts", "words", "height", "width", "k"}


def safe_name(name: str) -> str:
    """A name as free dimensions have in the language: upper case letters, digits and _.

    >>> safe_name("batch size"), safe_name("__import__('os').system('ls')"), safe_name("12")
    ('BATCH_SIZE', 'IMPORT_OS_SYSTEM_LS', 'N12')
    """
    safe = re.sub(r"[^A-Z0-9]+", "_", name[:200].upper()).strip("_")[:LONGEST].rstrip("_")
    return safe if safe[:1].isalpha() else f"N{safe}"
