"""Heads of functions and methods."""

from __future__ import annotations

from collections.abc import Sequence

from .code import REQUIRED, WIDTH
from .fold import Param
from .text import literal

_TYPES = {bool: "bool", int: "int", float: "float", str: "str"}


def parameter(param: Param) -> str:
    """A parameter with its type and default."""
    kinds = {type(value) for value in param.values}
    lengths = {len(value) for value in param.values if isinstance(value, tuple)}
    tuples = [f"tuple[{', '.join(['int'] * length)}]" for length in sorted(lengths)]
    types = " | ".join([*(name for kind, name in _TYPES.items() if kind in kinds), *tuples]) or "int"
    types = f"{types} | None" if type(None) in kinds else types
    return f"{param.name}: {types}" + (f" = {literal(param.default)}" if param.default is not REQUIRED else "")


def signature(name: str, params: Sequence[str], result: str = "", indent: int = 4) -> list[str]:
    """The head of a function, a parameter a line where it would be too long."""
    margin, end = " " * indent, f") -> {result}:" if result else "):"
    whole = f"{margin}def {name}({', '.join(params)}{end}"
    if len(whole) <= WIDTH:
        return [whole]
    return [f"{margin}def {name}(", *(f"{margin}    {param}," for param in params), f"{margin}{end}"]
