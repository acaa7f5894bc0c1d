"""Counts that a slide states of its rows: whether they are right, and what is."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from ..errors import Diagnostic
from ..graph import Graph, Node, Stated
from ..source import Amount
from .cost import count, own_weights
from .memory import FLOAT32
from .table import Table


class Finding(NamedTuple):
    """One statement, what is true, and whether they agree."""

    stated: Stated
    actual: int
    right: bool

    @property
    def truth(self) -> str:
        """What is true, in words."""
        if not any(amount.bytes for amount in self.stated.amounts):
            return f"{self.actual:,}"
        size = self.actual * FLOAT32
        return f"{self.actual:,} * 4 bytes = {size / 10**6:.1f} MB ({size / 2**20:.1f} MiB)"


def findings(table: Table) -> Iterator[Finding]:
    """Every statement, in the order of the text."""
    stated = table.graph.stated
    biases = not _leaves_out_biases(table, stated)
    known: dict[tuple[str, int, int], int] = {}
    for one in stated:
        # the same rows are often told of twice, in a total of each kind
        place = (one.key, one.rows[0][0] if one.rows else 0, len(one.rows))
        if place not in known:
            known[place] = _actual(table, one, biases)
        actual = known[place]
        yield Finding(one, actual, all(_holds(amount, actual) for amount in one.amounts))


def check_stated(table: Table) -> Iterator[Diagnostic]:
    """What is stated wrongly."""
    for one in findings(table):
        if not one.right:
            whose = "total " * one.stated.total + one.stated.key
            note = f"{one.stated.said} claimed, {one.truth} computed"
            help = (f"{whose}: {one.actual:,}",)
            verb = "is" if one.stated.key == "memory" else "are"
            yield Diagnostic("E402", f"the {whose} {verb} not what is claimed", note, help, place=one.stated.place)


def _holds(amount: Amount, actual: int) -> bool:
    """Whether a number is the stated one, as exactly as it is stated; bytes may be counted in 1000s or 1024s."""
    actual *= FLOAT32 if amount.bytes else 1
    if abs(actual - amount.value) <= amount.slack:
        return True
    times, thousand = 1024**amount.scale, 1000**amount.scale
    return amount.bytes and abs(actual * thousand - amount.value * times) <= amount.slack * times


def _leaves_out_biases(table: Table, stated: tuple[Stated, ...]) -> bool:
    """Whether what is called params are weights only: every row's are right without biases, but not with them."""
    rows = [one for one in stated if one.key == "params" and not one.total]
    without, with_biases = (
        all(_holds(amount, _actual(table, one, biases)) for one in rows for amount in one.amounts)
        for biases in (False, True)
    )
    return bool(rows) and without and not with_biases


def _actual(table: Table, one: Stated, biases: bool) -> int:
    """What is true of the rows of a statement."""
    return sum(_of_row(table.graph, row, one.key, biases and one.key == "params") for row in one.rows)


def _of_row(graph: Graph, row: tuple[int, int], key: str, biases: bool) -> int:
    first, last = (bisect_left(graph.nodes, offset, key=lambda node: node.start) for offset in row)
    nodes = graph.nodes[first:last]
    if key == "memory":
        return prod(nodes[-1].shape) if nodes else 0
    return sum(_numbers(graph, node, biases) for node in nodes)


def _numbers(graph: Graph, node: Node, biases: bool) -> int:
    weights = own_weights(graph, node).items()
    return sum(count(weight) for name, weight in weights if not weight.buffer and (biases or name != "bias"))
