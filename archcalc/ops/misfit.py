"""What is said of a window that does not fit: by how much, which rows are lost, and what would fit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import Fix, SpecError
from ..shape import CEIL, FLOOR, Shape, Window, fit_window, show
from ..tape import refuse
from . import near

if TYPE_CHECKING:
    from .window import Sliding


def misfit(op: Sliding, x: Shape, size: int, window: Window) -> SpecError:
    """The stride does not fit along an axis of this size."""
    refuse(size, *window)
    pads = f"2*{window.before}" if window.before == window.after else f"{window.before} + {window.after}"
    span = f"{window.dilation}*({window.kernel} - 1) - 1" if window.dilation > 1 else str(window.kernel)
    floor, ceil = (fit_window(size, window, fit).size for fit in (FLOOR, CEIL))
    exact = [*near.strides(op, x), *near.kernels(op, x), *near.pads(op, x), *near.same(op, x)]
    down, up = near.tried(op, x, "round down", "", fit=FLOOR), near.tried(op, x, "round up", "", fit=CEIL)
    return SpecError.of(
        "E301", "the stride doesn't fit", f"({size} + {pads} - {span})/{window.stride} + 1 = {_count(size, window)}",
        (f"exact:  {_list(op, x, exact)}", f"or say: floor -> {floor} ({_lost(size, window)}), ceil -> {ceil}"),
        _fixes([*exact, *down, *up]),
    )  # fmt: skip


def too_large(op: Sliding, x: Shape, size: int, window: Window) -> SpecError:
    """The window is larger than an axis of this size with its padding."""
    refuse(size, *window)
    dilated = f" (dilated to {window.span})" if window.dilation > 1 else ""
    pads = f" + {window.before} + {window.after} of padding" if window.before or window.after else ""
    ways = [*near.kernels(op, x), *near.dilations(op, x), *near.pads(op, x), *near.same(op, x)]
    return SpecError.of(
        "E306", "the window is larger than its input", f"{window.kernel}{dilated} against {size}{pads}",
        (f"would fit:  {_list(op, x, ways)}",), _fixes(ways),
    )  # fmt: skip


def _count(size: int, window: Window) -> str:
    """How many windows that would be: two decimals, or a fraction where they would not tell it from a whole number."""
    steps, over = divmod(size - window.span + window.padding, window.stride)
    text = f"{over / window.stride:.2f}".rstrip("0")
    return f"{steps + 1}{text[1:]}" if text not in ("0.", "1.") else f"{steps + 1} + {over}/{window.stride}"


def _fixes(ways: Iterable[near.Way]) -> tuple[Fix, ...]:
    return tuple(Fix(f"{way.what} gives {show(way.output)}", str(way.op)) for way in ways)


def _list(op: Sliding, x: Shape, ways: list[near.Way]) -> str:
    """The ways in short, those of a kind together."""
    rank = len(op.windows(x))
    sizes = [volume[-1 - rank : -1] for volume in near.inputs(op, x)]
    kinds = {"input": [show(size[:1] if len(set(size)) == 1 else size) for size in sizes]}
    for way in ways:
        kinds.setdefault(way.what.partition(" ")[0], []).append(way.short)
    lead = {"input": "input ", "kernel": "kernel "}
    said = [lead.get(kind, "") + " or ".join(shorts) for kind, shorts in kinds.items() if shorts]
    return ";  ".join(said) or "nothing near, give the layer another window"


def _lost(size: int, window: Window) -> str:
    """The rows that rounding down drops."""
    over = (size - window.span + window.padding) % window.stride
    text = f"drops {over} of the {size + window.padding} {'padded ' * bool(window.padding)}rows"
    if over <= window.after:
        return f"{text}: only padding"
    first = size - (over - window.after) + 1
    last = "" if first == size else f" and {size}" if first + 1 == size else f" to {size}"
    return f"{text}: row{'s' * bool(last)} {first}{last}{' and padding' * bool(window.after)}"
