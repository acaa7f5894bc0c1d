"""The layers of the language: how each is written."""

from __future__ import annotations

import dataclasses
from typing import Any

from ..ops import WORDS, find
from ..ops.fields import SHORT


def layers() -> list[tuple[str, str]]:
    """Every layer's syntax, and what it is."""
    return [(syntax(op), summary(op)) for word in WORDS if (op := find(word)) is not None]


def syntax(op: type[Any]) -> str:
    """How a layer is written; what stands in brackets may be left out.

    >>> syntax(find("POOL"))
    'POOL [max|avg|sum] kernel [s p d] [same floor|ceil inner]'
    """
    parts: dict[str, list[str]] = {"leading": [], "argument": [], "option": [], "flag": []}
    for field in dataclasses.fields(op):
        role, meta = field.metadata["role"], field.metadata
        if role == "choice":
            parts["leading" if meta["leading"] else "flag"].append("|".join(meta["words"]))
        elif role == "argument":
            parts["argument"].append(field.name if field.default is dataclasses.MISSING else f"[{field.name}]")
        elif role == "keys":
            parts["option"].append("name=size")
        else:
            key = meta["key"]
            parts[role].append(key if role == "flag" or key in SHORT else f"{key}=")
    merge = "" if op.arity in (0, 1) else "[a, b]" if op.arity == 2 else "[a, b, ...]"
    optional = [f"[{' '.join(part)}]" if part else "" for part in (parts["leading"], parts["option"], parts["flag"])]
    pieces = (op.word, optional[0], *parts["argument"], *optional[1:], merge)
    return " ".join(piece for piece in pieces if piece)


def summary(op: type[Any]) -> str:
    """What a layer is: the first sentence of its docstring."""
    return (op.__doc__ or "").strip().splitlines()[0]
