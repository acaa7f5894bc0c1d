"""A network as users of the library hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .analysis.pins import check_pins
from .analysis.table import Table, Totals, tabulate
from .build import Options
from .graph import Graph
from .load import parse_spec, read_spec

if TYPE_CHECKING:
    from os import PathLike

    import numpy as np


class Network:
    """A network: its layers, its numbers, and what can be done with it.

    >>> net = parse("INPUT 227x227x3 -> CONV 96 11x11 s4")
    >>> net.output
    (55, 55, 96)
    >>> net.totals.params, net.totals.macs
    (34944, 105415200)
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def _table(self) -> Table:
        return tabulate(self.graph)

    def table(self) -> Table:
        """Volumes, parameters, multiply-adds, memory and receptive fields: a row a layer, and the totals."""
        return self._table

    @property
    def totals(self) -> Totals:
        """The sums over all layers, for one example."""
        return self._table.totals

    @property
    def output(self) -> tuple[int, ...]:
        """The volume that the network gives: spatial sizes, then channels, without the batch."""
        return self.graph.nodes[self.graph.outputs[0]].shape

    def check(self) -> None:
        """Refuse (SpecError) totals that differ from those that the text pins with `check`."""
        check_pins(self._table)

    def as_dict(self) -> dict[str, Any]:
        """What `archcalc show --json` prints."""
        return self._table.as_dict()


def load(spec: str, *, input: Sequence[int] | None = None, set: Mapping[str, int] | None = None) -> Network:
    """The network of a spec file, or of a shipped spec by its name.

    `input` replaces the shape of the first INPUT; `set` gives names their values, over the text's own.
    Raises FileError if there is no such file, SpecError if the spec is wrong.

    >>> load("alexnet").totals.params
    62378344
    """
    return Network(read_spec(spec, _options(input, set)))


def parse(text: str, *, input: Sequence[int] | None = None, set: Mapping[str, int] | None = None) -> Network:
    """The network of a text in the language.

    Raises SpecError, with a diagnostic for each mistake.

    >>> parse("CONV 10 5x5 p2", input=(32, 32, 3)).totals.params
    760
    """
    return Network(parse_spec(text, _options(input, set)))


def _options(input: Sequence[int] | None, values: Mapping[str, int] | None) -> Options:
    return Options(None if input is None else tuple(input), dict(values or {}))
