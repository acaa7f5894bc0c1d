"""Values in which blocks differ: equal ones are one parameter, multiples of one are arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ..ops import WORDS, find
from ..ops.fields import signature
from .heads import Slot

_MORE = ("n", "m", "q", "r", "t", "u", "v", "w", "a", "b", "c", "e", "f", "h", "i", "j", "l")
"""Names for numbers, where the first choice is taken."""
_WINDOW = ("s", "p", "d", "k", "g", "o")
"""Values that have nothing to do with numbers of channels."""


class Parameter(NamedTuple):
    """A parameter of a block."""

    name: str
    values: tuple[str, ...]
    """Its value in each use."""
    default: str | None
    kind: str


class Parametrized(NamedTuple):
    """Parameters, what stands for each value, and the arguments of each use."""

    params: tuple[Parameter, ...]
    texts: tuple[str, ...]
    args: tuple[tuple[Slot, ...], ...]


def parametrize(uses: Sequence[Sequence[Slot]], taken: Sequence[str]) -> Parametrized:
    """Parameters for the values in which uses of a block differ; `taken` are names of its references."""
    params: list[Parameter] = []
    texts: list[str] = []
    for column in zip(*uses, strict=True):
        values = tuple([slot.text for slot in column])
        if len(set(values)) == 1:
            texts.append(values[0])
            continue
        texts.append(_known(column[0], values, params) or _new(column[0], values, params, taken))
    order = sorted(params, key=lambda param: param.default is not None)
    args = tuple(tuple(_argument(param, param.values[use]) for param in order) for use in range(len(uses)))
    return Parametrized(tuple(order), tuple(texts), args)


def _argument(param: Parameter, value: str) -> Slot:
    return Slot("" if param.default is None else param.name, param.name, value, param.default)


def _kind(slot: Slot) -> str:
    if slot.key == "*":
        return "count"
    return slot.name if slot.name in _WINDOW or slot.key else "size"


def _known(slot: Slot, values: tuple[str, ...], params: Sequence[Parameter]) -> str | None:
    """The values by a parameter that there is already."""
    kind = _kind(slot)
    alike = [param for param in params if param.kind == kind]
    same = next((param.name for param in alike if param.values == values), None)
    return same or next((text for param in alike if kind == "size" and (text := _multiple(values, param))), None)


def _multiple(values: tuple[str, ...], param: Parameter) -> str | None:
    """The values as a multiple or a share of a parameter's."""
    if not all(value.isdigit() for value in (*values, *param.values)):
        return None
    pairs = [(int(value), int(given)) for value, given in zip(values, param.values, strict=True)]
    times, over = pairs[0][0] // pairs[0][1], pairs[0][1] // max(pairs[0][0], 1)
    if times > 1 and all(value == times * given for value, given in pairs):
        return f"({times}*{param.name})"
    if over > 1 and all(given == over * value for value, given in pairs):
        return f"({param.name}/{over})"
    return None


def _new(slot: Slot, values: tuple[str, ...], params: list[Parameter], taken: Sequence[str]) -> str:
    """A new parameter; a value that most uses leave to the layer is its default."""
    names = {*taken, *(param.name for param in params), *_words()}
    wishes = [slot.name, *_MORE, *(f"n{index}" for index in range(2, len(params) + 9))]
    name = next(wish for wish in wishes if wish not in names)
    usual, often = Counter(values).most_common(1)[0]
    default = slot.default if slot.default in values else None
    if default is None and slot.key not in ("", "*") and 2 * often > len(values):
        default = usual
    params.append(Parameter(name, values, default, _kind(slot)))
    return name


def _words() -> set[str]:
    """Words that mean something in a layer or a block."""
    flags = {flag for word in WORDS if (op := find(word)) is not None for flag in signature(op).flags}
    return {*flags, "cin", "win", "hin", "din", "in", "max", "min", "sum", "set", "let", "def", "check", "import"}
