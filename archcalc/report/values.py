"""What came out of a run, as text: grids of numbers, or the largest and a summary where there are many."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nlargest
from math import prod
from typing import Any

from ..errors import Styled
from ..shape import Shape, show
from .spell import thousands, wrap

MOST = 1000
"""Outputs with more numbers are summed up."""
TOP = 5


def output(name: str, shape: Shape, values: Any, room: int = 100) -> list[Styled]:
    """One output: `shape` and the nested lists of `values` have the batch first, then the language's axes."""
    lines: list[Styled] = []
    for index, example in enumerate(values):
        lines += [()] * bool(index)
        of = f", example {index}" if shape[0] > 1 else ""
        lines.append(((f"{name}", "name"), (f"  {show(shape[1:])}{of}", "")))
        lines += [((f"  {line}", ""),) for line in _example(shape[1:], example, room - 2)]
    return lines


def _example(shape: Shape, values: Any, room: int) -> list[str]:
    if prod(shape) > MOST or (len(shape) == 1 and shape[0] > 100):
        return _summary(_flat(values), len(shape) == 1)
    if len(shape) <= 1:
        return wrap(" ".join(map(number, values if shape else [values])), room)
    channels = [_channel(values, channel) for channel in range(shape[-1])]
    if len(shape) == 2:
        return [line for channel in channels for line in wrap(" ".join(map(number, channel)), room)]
    lines = []
    for index, channel in enumerate(channels):
        lines += [f"channel {index}"] * (len(channels) > 1)
        lines += _grid(channel)
    return lines


def number(value: float) -> str:
    """A number to six digits, without needless zeros.

    >>> number(3.0000001), number(1 / 3), number(-0.0)
    ('3', '0.333333', '0')
    """
    text = f"{value:.6g}"
    return "0" if text == "-0" else text


def _channel(values: Any, channel: int) -> Any:
    """One channel of nested lists."""
    return [_channel(item, channel) for item in values] if isinstance(values[0], list) else values[channel]


def _grid(channel: Any) -> list[str]:
    """Rows of numbers, right-aligned; planes of a volume one after the other."""
    if isinstance(channel[0][0], list):
        return [line for plane in channel for line in [*_grid(plane), ""]][:-1]
    rows = [[number(value) for value in row] for row in channel]
    wide = max(len(cell) for row in rows for cell in row)
    return [" ".join(cell.rjust(wide) for cell in row) for row in rows]


def _flat(values: Any) -> list[float]:
    return [leaf for item in values for leaf in _flat(item)] if isinstance(values, list) else [values]


def _summary(values: Sequence[float], vector: bool) -> list[str]:
    """Where there is too much to read: the largest scores of a vector, the range of a volume."""
    lines = []
    if vector:
        best = nlargest(TOP, range(len(values)), key=values.__getitem__)
        lines = [f"largest: {', '.join(f'{number(values[index])} at {index}' for index in best)}"]
    mean = number(sum(values) / len(values))
    lines.append(f"{thousands(len(values))} numbers, {number(min(values))} to {number(max(values))}, mean {mean}")
    return lines
