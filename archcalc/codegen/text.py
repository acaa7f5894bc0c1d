"""Expressions as text: on one line where they fit, else with an argument a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .code import (
    ATOM,
    PRODUCT,
    SUM,
    WIDTH,
    Arg,
    Call,
    Code,
    Derived,
    Infix,
    Items,
    Lit,
    Progress,
    Raw,
    Repeat,
    Span,
    Suffix,
)


def text(item: Code, prefix: str = "") -> str:
    """The expression on one line; `prefix` goes before the names of parameters, as in self.width."""
    match item:
        case Raw(text=words):
            return words
        case Lit(value=value):
            return literal(value)
        case Derived():
            return _derived(item, prefix)
        case Call(function=function, args=args):
            return f"{text(function, prefix)}({', '.join(_argument(arg, prefix) for arg in _written(args))})"
        case Suffix(base=base, pieces=pieces):
            glued = "".join(piece if isinstance(piece, str) else text(piece, prefix) for piece in pieces)
            return _bound(base, ATOM, prefix) + glued
        case Span(start=start, end=end):
            ends = [text(side, prefix) if side is not None else "" for side in (start, end)]
            simple = all(re.fullmatch(r"-?\w*", side) for side in ends)
            return ":".join(ends) if simple else " : ".join(ends).strip(" ")
        case Infix(sign=sign, items=items):
            # what follows a minus must bind tighter
            first, *rest = items
            others = [_bound(part, item.level + (sign == "-"), prefix) for part in rest]
            return f" {sign} ".join([_bound(first, item.level, prefix), *others])
        case Items(items=items, brackets=brackets):
            inner = ", ".join(text(part, prefix) for part in items)
            comma = "," if brackets == "()" and len(items) == 1 else ""
            return f"{brackets[0]}{inner}{comma}{brackets[1]}"
        case Progress():
            return _progress(item, prefix)
        case Repeat():
            return _repeat(item, prefix)
    raise TypeError(f"{type(item).__name__} is still open")


def literal(value: Any) -> str:
    """A literal as Python and people write it."""
    if isinstance(value, tuple):
        inner = ", ".join(map(literal, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, float) and abs(value) == float("inf"):
        return 'float("-inf")' if value < 0 else 'float("inf")'
    if isinstance(value, float):
        return short(value)
    return repr(value)


def short(value: float) -> str:
    """A float without zeros that say nothing: 1e-5 instead of 1e-05."""
    digits = repr(value)
    mantissa, mark, exponent = digits.partition("e")
    return f"{mantissa}{mark}{int(exponent)}" if mark else digits


def _derived(item: Derived, prefix: str) -> str:
    words = f"{prefix}{item.param}"
    if item.times != 1:
        words = f"{item.times} * {words}"
    if item.over_ != 1:
        words = f"{words} // {item.over_}"
    if item.plus:
        words = f"{words} {'+' if item.plus > 0 else '-'} {abs(item.plus)}"
    return words


def _bound(item: Code, level: int, prefix: str) -> str:
    """The expression, in brackets if it binds less tightly than `level`."""
    words = text(item, prefix)
    own = PRODUCT if isinstance(item, Lit) and words.startswith("-") else item.level
    return words if own >= level else f"({words})"


def _written(args: tuple[Arg, ...]) -> Iterator[Arg]:
    """The arguments that are written; for two of a kind a loop would be longer."""
    for arg in args:
        match arg.value:
            case Repeat(item=item, count=Lit(value=2), stem="", star=True):
                yield from (Arg(item), Arg(item))
            case _ if arg.written:
                yield arg


def _argument(arg: Arg, prefix: str) -> str:
    words = text(arg.value, prefix)
    return f"{arg.key}={words}" if arg.key else words


def _progress(item: Progress, prefix: str) -> str:
    step = _bound(item.step, PRODUCT, prefix)
    product = "i" if step == "1" else f"{step} * i"
    start = text(item.start, prefix)
    return product if start == "0" else f"{_bound(item.start, SUM, prefix)} + {product}"


def _repeat(item: Repeat, prefix: str) -> str:
    inner = text(item.item, prefix)
    if item.stem:
        number = f"i + {item.first}" if item.first else "i"
        return f'(f"{item.stem}{{{number}}}", {inner}) for i in range({text(item.count, prefix)})'
    turn = "i" if _counts(item.item) else "_"
    listed = f"{inner} for {turn} in range({text(item.count, prefix)})"
    return f"*[{listed}]" if item.star else f"[{listed}]"


def _counts(item: Code) -> bool:
    return isinstance(item, Progress) or any(map(_counts, item.parts()))


def lines(item: Code, indent: int, before: str = "", after: str = "", prefix: str = "") -> list[str]:
    """The expression between two texts, an argument a line where it would be too long."""
    margin = " " * indent
    whole = f"{margin}{before}{text(item, prefix)}{after}"
    if len(whole) <= WIDTH:
        return [whole]
    match item:
        case Call(function=Call() as layer, args=args):
            inner_args = ", ".join(_argument(arg, prefix) for arg in _written(args))
            return lines(layer, indent, before, f"({inner_args}){after}", prefix)
        case Call(function=function, args=args) if any(arg.written for arg in args):
            opened = f"{margin}{before}{text(function, prefix)}("
            inner = [
                line
                for arg in _written(args)
                for line in lines(arg.value, indent + 4, f"{arg.key}=" if arg.key else "", ",", prefix)
            ]
            return [opened, *_single(inner), f"{margin}){after}"]
        case Items(items=items, brackets=brackets):
            inner = [line for part in items for line in lines(part, indent + 4, "", ",", prefix)]
            return [f"{margin}{before}{brackets[0]}", *inner, f"{margin}{brackets[1]}{after}"]
        case Suffix(base=base, pieces=pieces) if base.level == ATOM:
            glued = "".join(piece if isinstance(piece, str) else text(piece, prefix) for piece in pieces)
            return lines(base, indent, before, glued + after, prefix)
        case Lit(value=tuple() as values) if len(values) > 1:
            inner = [line for value in values for line in lines(Lit(value), indent + 4, "", ",", prefix)]
            return [f"{margin}{before}(", *inner, f"{margin}){after}"]
        case Repeat(stem="", star=star):
            turn = "i" if _counts(item.item) else "_"
            return [
                f"{margin}{before}{'*' if star else ''}[",
                *lines(item.item, indent + 4, prefix=prefix),
                f"{margin}    for {turn} in range({text(item.count, prefix)})",
                f"{margin}]{after}",
            ]
    return [whole]


def _single(inner: list[str]) -> list[str]:
    """No comma stands behind a lone generator."""
    if len(inner) == 1 and " for " in inner[0] and inner[0].lstrip().startswith("("):
        return [inner[0].removesuffix(",")]
    return inner
