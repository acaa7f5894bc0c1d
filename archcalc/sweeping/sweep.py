"""Building a family: the combinations of the values, and a text that is parsed once and built for each."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from ..analysis.table import tally
from ..build import Options, build
from ..errors import Diagnostic, LimitError, SpecError, UsageError
from ..graph import Graph
from ..load import is_model, parse_source, read_model, source_of
from ..report.spell import cut_end, setting
from ..shape import Shape
from ..syntax import tree
from .family import INPUT, QUOTED, Family, Variant
from .values import values

MAX_VARIANTS = 100_000
"""Variants of one sweep."""

Values = str | Iterable[Any]


def sweep(
    spec: str, set: Mapping[str, Values], input: Values | None = None, zip: bool = False,
    options: Options | None = None, most: int = MAX_VARIANTS, progress: Callable[[int, int], None] | None = None,
) -> Family:  # fmt: skip
    """Every variant of a spec; `progress` is told after each how many there are by now, and of how many."""
    if INPUT in set:
        raise UsageError.of("E680", "input is the shape of the first INPUT", help=("--input 224x224x3,256x256x3",))
    axes = {name: values(name, given, most) for name, given in set.items()}
    if not axes and input is None:
        raise _nothing(spec, options or Options())
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


def _nothing(spec: str, options: Options) -> UsageError:
    """That nothing varies, and what could."""
    build_one, options, _ = _builder(spec, options)
    graph, names = build_one(options), [] if is_model(spec) else _lets(spec, options)
    known = ", ".join([*names, *graph.free])
    has = (f"the spec has {known}",) if known else ()
    help = (*has, "--set n=16,32,64 or --set H=128..512:64 or --input 224x224x3,256x256x3")
    return UsageError.of("E680", "nothing varies", help=help)


def _lets(spec: str, options: Options) -> list[str]:
    """The names that a text sets, with their values as it has them."""
    source, options, _ = source_of(spec, options)
    lines = parse_source(source, options).spec or ()
    settings = [
        part for line in lines if isinstance(line, tree.Declaration) and line.kind == "let" for part in line.settings
    ]
    return [cut_end(" ".join(source.text[part.start : part.end].split()), QUOTED, "...") for part in settings]


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
    parts = parsed.spec
    return lambda given: build(parts, source, given, name), options, name


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
