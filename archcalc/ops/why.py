"""The arithmetic of a layer's sizes in a line, for who has claimed others. `archcalc explain` tells it all."""

from __future__ import annotations

from typing import Any

from ..shape import CEIL, Shape, Window


def why(op: Any, *x: Shape) -> str:
    """How the sizes come about: (227 + 2*0 - 11)/4 + 1 = 55. Nothing for layers that have no such arithmetic."""
    if op.word == "CONCAT":
        sizes = [shape[op.axis] for shape in x]
        return f"{' + '.join(map(str, sizes))} = {sum(sizes)}"
    if op.word == "TCONV":
        windows = op.windows(x[0])
        pairs = zip(x[0][-1 - len(windows) : -1], windows, op.output(*x)[-1 - len(windows) : -1], strict=True)
        return _each(_grown(size, window, extra, output) for size, (window, extra), output in pairs)
    if not hasattr(op, "fits"):
        return ""
    windows = op.windows(x[0])
    found = zip(x[0][-1 - len(windows) : -1], windows, op.fits(x[0]), strict=True)
    return _each(_slid(op, size, window, fit.size, fit.dropped or fit.added) for size, window, fit in found)


def _each(lines: Any) -> str:
    """The arithmetic of every axis, said once where it is the same."""
    return ", ".join(dict.fromkeys(lines))


def _slid(op: Any, size: int, window: Window, output: int, rounded: int) -> str:
    if op.same:
        return f"{size}/{window.stride} = {output}" + ", rounded up" * bool(size % window.stride)
    word = f", rounded {'up' if op.fit == CEIL else 'down'}" * bool(rounded)
    return f"({size} + {_pads(window)} - {_span(window)})/{window.stride} + 1 = {output}{word}"


def _grown(size: int, window: Window, extra: int, output: int) -> str:
    return f"({size} - 1)*{window.stride} - {_pads(window)} + {_span(window)}{f' + {extra}' * bool(extra)} = {output}"


def _pads(window: Window) -> str:
    return f"2*{window.before}" if window.before == window.after else f"({window.before} + {window.after})"


def _span(window: Window) -> str:
    return f"({window.dilation}*({window.kernel} - 1) + 1)" if window.dilation > 1 else str(window.kernel)
