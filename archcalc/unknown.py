"""What a question mark stands for while its value is searched.

An unknown has a value that is being tried, or it is OPEN: a number about which nothing is known. OPEN goes through all
arithmetic as itself, fails no check and agrees with every claim, so that a network with some unknowns
still open shows what the others already decide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

Key = tuple[str, int]
"""An unknown is known by where it stands: file and offset."""


class Sought:
    """A number that a question mark stands for."""

    __slots__ = ()


class Open(Sought):
    """A number about which nothing is known."""

    def _same(self, *_: object) -> Open:
        return self

    def _no(self, *_: object) -> bool:
        return False

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _same
    __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = __neg__ = _same
    __gt__ = __lt__ = __ge__ = __le__ = _no

    def __mod__(self, _: object) -> int:
        return 0

    __rmod__ = __mod__

    def __divmod__(self, _: object) -> tuple[Open, int]:
        return self, 0

    __rdivmod__ = __divmod__

    def __eq__(self, _: object) -> bool:
        return True

    def __hash__(self) -> int:
        # it must not find the place of a number in a dictionary, which it would claim to equal
        return id(self)

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return "?"


OPEN = Open()


LARGEST = 65536
"""Up to which channels, units and sizes of inputs are tried."""
AROUND = {"k": 2, "s": 1, "d": 1, "p": 1}
"""Kernels, strides, dilations and pads are tried up to so many times the largest side of the input."""


class Variable(NamedTuple):
    """One unknown: its name (conv1.p), and up to which value it is tried."""

    key: Key
    name: str
    least: int
    most: int
    pad: bool


class Comparison(NamedTuple):
    """What the network gives and what the text claims, a size or a total."""

    actual: Any
    claimed: Any


@dataclass
class Unknowns:
    """The unknowns of a network while they are tried."""

    values: dict[Key, Any] = field(default_factory=dict)
    asymmetric: bool = False
    """Whether a pad is tried as a total, the odd one after."""
    lenient: bool = True
    """Collect comparisons and round down, instead of refusing."""
    formal: bool = False
    """The values are formulas: what must divide is supposed to, and not rounded."""
    hasty: bool = False
    """Give up at the first mistake: nobody reads it."""
    floor: bool = False
    """Round sizes down where the text says nothing."""
    found: dict[Key, Variable] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)
    _met: list[Key] = field(default_factory=list)
    _pending: list[Variable] = field(default_factory=list)
    """Unknowns whose layer is not known yet; `most` is then how often the side of its input they are tried up to."""

    def value(self, key: Key) -> Any:
        """What an unknown stands for at present."""
        self._met.append(key)
        return self.values.get(key, OPEN)

    def belong(self, label: str, least: int, pad: bool, axes: tuple[str, ...]) -> None:
        """The unknowns met since the last call are a field's, one or one an axis."""
        met, self._met = self._met, []
        around = 0 if axes else AROUND.get(label, 0)
        for index, key in enumerate(met):
            name = label if len(met) == 1 and not axes else axes[index] if len(axes) > index else f"{label}{index}"
            self._pending.append(Variable(key, name, least, around, pad))

    def given(self, name: str) -> None:
        """The unknowns met since the last call are what a name stands for."""
        met, self._met = self._met, []
        for key in met:
            self.found.setdefault(key, Variable(key, name, 1, LARGEST, False))

    def settle(self, path: str, side: int) -> None:
        """The layer of the pending unknowns has this path, and its input this largest side (0 if that is not known)."""
        for one in self._pending:
            self.found.setdefault(one.key, one._replace(name=f"{path}.{one.name}", most=one.most * side or LARGEST))
        self._pending.clear()
