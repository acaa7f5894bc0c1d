"""A family of networks: one spec, with several values for its names."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from ..analysis.table import SCHEMA, Totals, tally
from ..build import Options, build
from ..errors import Diagnostic, LimitError, SpecError, UsageError
from ..graph import Graph
from ..load import is_model, parse_source, read_model, source_of
from ..report.spell import cut_end, setting
from ..shape import Shape
from ..shape import show as show_shape
from ..symbolic import plain
from .values import values

MAX_VARIANTS = 100_000
"""Variants of one sweep."""

Values = str | Iterable[Any]
_QUOTED = 40
"""Characters of a layer that is quoted."""

INPUT = "input"
"""What the shape of the first INPUT is called among the names that vary."""


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
        place = cut_end(self.error.place.marked, _QUOTED, "...") if self.error.place else ""
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


def sweep(
    spec: str, set: Mapping[str, Values], input: Values | None = None, zip: bool = False,
    options: Options | None = None, most: int = MAX_VARIANTS, progress: Callable[[int, int], None] | None = None,
) -> Family:  # fmt: skip
    """Every variant of a spec; `progress` is told after each how many there are by now, and of how many."""
    if INPUT in set:
        raise UsageError.of("E680", "input is the shape of the first INPUT", help=("--input 224x224x3,256x256x3",))
    axes = {name: values(name, given, most) for name, given in set.items()}
    if not axes and input is None:
        raise UsageError.of("E680", "nothing varies", help=("--set n=16,32,64 or --input 224x224x3,256x256x3",))
    if input is not None:
        axes[INPUT] = tuple(map(_shape, values(INPUT, input, most)))
    points = _zipped(axes) if zip else _product(axes, most)
    variants, first = _Variants(spec, options or Options()), ""
    found: list[Variant] = []
    for point in points:
        variant, title = variants.at(point)
        found.append(variant)
        first = first or title
        if progress is not None:
            progress(len(found), len(points))
    _check(found)
    return Family(variants.name, first or variants.name, tuple(axes), tuple(found))


def _check(found: Sequence[Variant]) -> None:
    """Where all variants fail alike it is not the values that do not fit: the spec is wrong."""
    first = found[0].error
    if first is not None and all(variant.error == first for variant in found):
        raise SpecError(first)


def _shape(value: Any) -> Shape:
    sizes = value if isinstance(value, tuple) else (value,)
    if not all(isinstance(size, int) and size > 0 for size in sizes):
        help = ("sizes of at least 1: --input 224x224x3,256x256x3",)
        raise UsageError.of("E680", f"{setting(value)} is no shape for the input", help=help)
    return tuple(sizes)


def _product(axes: Mapping[str, Sequence[Any]], most: int) -> Sequence[dict[str, Any]]:
    """Every combination, the last name the quickest to change."""
    count = prod(map(len, axes.values()))
    if count > most:
        help = ("--max-variants raises the limit",)
        raise LimitError(Diagnostic("E509", f"the sweep has more than {most:,} variants", help=help))
    return [dict(builtins.zip(axes, point, strict=True)) for point in product(*axes.values())]


def _zipped(axes: Mapping[str, Sequence[Any]]) -> Sequence[dict[str, Any]]:
    """The first values together, then the second; a single value goes with all."""
    longest = max(map(len, axes.values()), default=1)
    wrong = {name: len(found) for name, found in axes.items() if len(found) not in (1, longest)}
    if wrong:
        note = ", ".join(f"{name} has {len(found)}" for name, found in axes.items())
        help = ("give each as many values, or one, or leave --zip out for all combinations",)
        raise UsageError.of("E681", "values that go in step differ in number", note, help)
    stretched = [[*found] * longest if len(found) == 1 else found for found in axes.values()]
    return [dict(builtins.zip(axes, point, strict=True)) for point in builtins.zip(*stretched, strict=True)]


Building = Callable[[Options], Graph]


def _builder(spec: str, options: Options) -> tuple[Building, Options, str]:
    """What builds a variant, the options to start from, and the spec's name. A text is read and parsed once."""
    if is_model(spec):
        return partial(read_model, spec), options, Path(spec).stem
    source, options, name = source_of(spec, options)
    if options.read is not None:
        options = replace(options, read=cache(options.read))
    parsed = parse_source(source, options)
    if parsed.spec is None or parsed.mistakes:
        raise SpecError(*parsed.mistakes)
    tree = parsed.spec
    return lambda given: build(tree, source, given, name), options, name


class _Variants:
    """A spec, built for each variant."""

    def __init__(self, spec: str, options: Options) -> None:
        self.build, self.options, self.name = _builder(spec, options)

    def at(self, point: Mapping[str, Any]) -> tuple[Variant, str]:
        """The variant with these values, and its title. SpecError if the spec lacks one of the names."""
        given = {name: value for name, value in point.items() if name != INPUT}
        options = replace(
            self.options, values={**self.options.values, **given}, input=point.get(INPUT, self.options.input)
        )
        try:
            graph = self.build(options)
        except (SpecError, LimitError) as error:
            if any(found.code == "E228" for found in error.diagnostics):
                raise
            return Variant(point, error=error.diagnostics[0]), ""
        return _counted(point, graph), graph.title


def _counted(point: Mapping[str, Any], graph: Graph) -> Variant:
    totals, missing = tally(graph)
    layers = len(graph.nodes) - len(graph.inputs)
    return Variant(point, totals, graph.nodes[graph.outputs[0]].shape, layers, tuple(row.name for row in missing))
