"""Heads of functions and methods."""

from __future__ import annotations

import re

from .code import REQUIRED, WIDTH
from .fold import Param
from .text import literal

_TYPES = {bool: "bool", int: "int", float: "float", str: "str", tuple: "tuple[int, ...]"}


def parameter(param: Param) -> str:
    """A parameter with its type and default."""
    kinds = {type(value) for value in param.values}
    types = " | ".join(name for kind, name in _TYPES.items() if kind in kinds) or "int"
    types = f"{types} | None" if type(None) in kinds else types
    return f"{param.name}: {types}" + (f" = {literal(param.default)}" if param.default is not REQUIRED else "")


def signature(line: str, indent: int = 4) -> list[str]:
    """The head of a function, a parameter a line where it would be too long."""
    margin = " " * indent
    if len(line) + indent <= WIDTH:
        return [f"{margin}{line}"]
    start, rest = line.split("(", 1)
    inner, mark, end = rest.rpartition(")") if ") ->" not in rest else rest.rpartition(") ->")
    parts = re.split(r", (?=\w+(?::|,|$))", inner)
    return [f"{margin}{start}(", *(f"{margin}    {part}," for part in parts), f"{margin}{mark}{end}"]
