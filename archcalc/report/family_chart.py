"""A family of networks as a chart: one total over one of the names, a line for every combination of the others."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..words import nearest
from .chart import Axis, Chart, Line, axis, given_axis, tight_axis
from .family import SUMS, total
from .spell import memory, setting

if TYPE_CHECKING:
    from ..sweeping import Family, Variant

FEW = 9
"""Values of a name that all get a tick."""


def chart(found: Family, x: str | None = None, y: str = "macs", log: str = "") -> Chart:
    """One total (`y`) over one name (`x`, by default the one with the most values); `log` names axes: x, y or xy.

    UsageError where there is nothing to draw: fewer than two variants that fit, formulas, no such name.
    """
    key = total(y)
    name = _name(found, x)
    drawn = [variant for variant in found if variant.totals is not None]
    if len(drawn) < 2:
        raise _nothing("a chart needs two variants that fit", "add values: --set n=16,32,64")
    if not all(isinstance(getattr(variant.totals, key), int) for variant in drawn):
        raise _nothing("formulas cannot be drawn", "give all free dimensions values: --set")
    places = _places([variant.values[name] for variant in drawn])
    lines: dict[str, list[tuple[float, float]]] = {}
    for variant in drawn:
        point = float(places[variant.values[name]]), float(getattr(variant.totals, key))
        lines.setdefault(_label(variant, name), []).append(point)
    heights = [y for points in lines.values() for _, y in points]
    if "y" in log and min(heights) <= 0:
        raise _nothing("a log axis has no place for 0", f"leave --log {log} out")
    size = SUMS[key].write is memory
    across = _across(name, places, "x" in log)
    upwards = axis(SUMS[key].about, heights, size=size, log="y" in log)
    return Chart(
        found.title, across, upwards, tuple(Line(label, tuple(sorted(points))) for label, points in lines.items())
    )


def _name(found: Family, x: str | None) -> str:
    """The name that goes across."""
    if x is None:
        return max(found.names, key=lambda name: len({variant.values[name] for variant in found}))
    if x not in found.names:
        near = nearest(x, found.names, 1) or found.names[:1]
        raise _nothing(f"{x} does not vary", f"did you mean {near[0]}?" if near else "give it values with --set")
    return x


def _places(values: Sequence[Any]) -> dict[Any, float]:
    """Where each value stands: numbers at what they are, shapes and words one behind the other."""
    if all(isinstance(value, int | Fraction) for value in values):
        return {value: float(value) for value in values}
    return {value: float(place) for place, value in enumerate(dict.fromkeys(values))}


def _across(name: str, places: dict[Any, float], log: bool) -> Axis:
    numbers = all(isinstance(value, int | Fraction) for value in places)
    if log and (not numbers or min(places.values()) <= 0):
        raise _nothing("a log axis has no place for 0 and words", "leave --log out for this axis")
    if not numbers or len(places) <= FEW:
        return given_axis(name, list(places.values()), [setting(value) for value in places], log=log)
    return tight_axis(name, list(places.values()), log=log)


def _label(variant: Variant, name: str) -> str:
    return ", ".join(f"{other} = {setting(value)}" for other, value in variant.values.items() if other != name)


def _nothing(message: str, help: str) -> UsageError:
    return UsageError.of("E682", message, help=(help,))
