"""A family of networks: one spec, with several values for its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..analysis.table import SCHEMA, Totals
from ..errors import Diagnostic
from ..report.spell import cut_end, setting
from ..shape import Shape
from ..shape import show as show_shape
from ..symbolic import plain

INPUT = "input"
"""What the shape of the first INPUT is called among the names that vary."""

QUOTED = 40
"""Characters of a layer that is quoted."""


@dataclass(frozen=True)
class Variant:
    """One member of the family: the values of what varies, and what comes of them."""

    values: Mapping[str, Any]
    """By name; the shape of the first INPUT as `input`."""
    totals: Totals | None = None
    """None if the values do not fit."""
    output: Shape | None = None
    layers: int = 0
    uncounted: tuple[str, ...] = ()
    """The layers whose work is not known: there is more to do than the totals say."""
    error: Diagnostic | None = None
    """Why they do not."""

    @property
    def reason(self) -> str:
        """Why the values do not fit, in a line: the layer, what is wrong with it, the numbers that disagree."""
        if self.error is None:
            return ""
        place = cut_end(self.error.place.marked, QUOTED, "...") if self.error.place else ""
        return ": ".join(filter(None, (place, self.error.message, self.error.note)))

    def as_dict(self) -> dict[str, Any]:
        """The variant for JSON."""
        return {
            "values": {name: _plain(value) for name, value in self.values.items()},
            "output": None if self.output is None else plain(list(self.output)),
            "totals": None if self.totals is None else plain(vars(self.totals)),
            "counted": self.layers - len(self.uncounted),
            "uncounted": list(self.uncounted),
            "error": None if self.error is None else {"code": self.error.code, "message": self.reason},
        }


def _plain(value: Any) -> Any:
    """A value for JSON: shapes and words as text."""
    return value if isinstance(value, int) else float(value) if hasattr(value, "numerator") else setting(value)


@dataclass(frozen=True)
class Family:
    """The variants of a spec, in the order of the values; iterating gives them one by one."""

    name: str
    title: str
    names: tuple[str, ...]
    variants: tuple[Variant, ...]

    def __iter__(self) -> Iterator[Variant]:
        return iter(self.variants)

    def __len__(self) -> int:
        return len(self.variants)

    def records(self) -> list[dict[str, Any]]:
        """A flat dictionary a variant, for data frames: pandas.DataFrame(sweep(...).records()).

        The values by name (`set.params` for a name that a total has too), then `output`, the totals, how many
        layers are `uncounted`, and `error`.
        """
        totals = tuple(Totals.__dataclass_fields__)
        return [_record(variant, totals) for variant in self.variants]

    def svg(self, y: str = "macs", x: str | None = None, log: str = "") -> str:
        """A chart as an SVG picture: a total over one of the names, a line for every combination of the others.

        `x` is the name with the most values unless said; `log` names the axes in powers of ten: "x", "y" or "xy".
        UsageError where there is nothing to draw.
        """
        from ..report.chart_svg import draw  # noqa: PLC0415 - only who draws waits for it
        from ..report.family_chart import chart  # noqa: PLC0415

        return draw(chart(self, x, y, log))

    def __repr__(self) -> str:
        of = f" of {self.name}" if self.name else ""
        return f"<Family{of}: {len(self):,} variants by {', '.join(self.names)}>"

    def __str__(self) -> str:
        from ..report.family import report  # noqa: PLC0415 - only who prints waits for it

        return "\n".join("".join(text for text, _ in line).rstrip() for line in report(self))

    def _repr_markdown_(self) -> str:
        """What a notebook shows."""
        from ..report.family_forms import markdown  # noqa: PLC0415 - only in notebooks

        return markdown(self)

    def as_dict(self) -> dict[str, Any]:
        """The family for JSON; the keys are part of the interface."""
        variants = [variant.as_dict() for variant in self.variants]
        return {
            "schema": SCHEMA, "name": self.name, "title": self.title, "names": list(self.names), "variants": variants,
        }  # fmt: skip


def _record(variant: Variant, totals: Sequence[str]) -> dict[str, Any]:
    found = variant.as_dict()
    taken = {*totals, "output", "uncounted", "error"}
    given = {f"set.{name}" if name in taken else name: value for name, value in found["values"].items()}
    output = None if variant.output is None else show_shape(variant.output)
    sums = found["totals"] or dict.fromkeys(totals)
    return {**given, "output": output, **sums, "uncounted": len(variant.uncounted), "error": variant.reason or None}
