"""What a training step costs in multiply-adds: forward, backward, and what is computed again to save memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from ..errors import UsageError
from ..graph import Graph, Node
from ..symbolic import plain, simple
from ..words import did_you_mean, nearest
from .backward import Backward, backward, depends, has_weights
from .elements import check_batch
from .table import Row, Table

BLOCKS, ALL = "blocks", "all"
"""What is computed again in the backward pass: every innermost block once, or the whole network once."""


class Costs(NamedTuple):
    """The multiply-adds of a step: of one layer, or of all."""

    forward: int
    again: int
    """Of what the forward pass did not keep."""
    to_input: int
    to_weights: int

    @property
    def backward(self) -> int:
        """For the gradients."""
        return self.to_input + self.to_weights

    @property
    def total(self) -> int:
        """Everything."""
        return self.forward + self.again + self.to_input + self.to_weights


@dataclass(frozen=True)
class Training:
    """The multiply-adds of a training step at a batch size, a layer each and in all."""

    table: Table
    batch: int
    recompute: str
    frozen: frozenset[int]
    layers: tuple[tuple[Row, Costs], ...]
    uncounted: tuple[Row, ...]
    """The layers of which the backward pass, or all work, is not known."""

    @cached_property
    def totals(self) -> Costs:
        """The sums over all layers."""
        costs = [cost for _, cost in self.layers]
        return Costs(*(simple(sum(column)) for column in zip(*costs, strict=True))) if costs else Costs(0, 0, 0, 0)

    def as_dict(self) -> dict[str, Any]:
        """The costs for JSON."""
        missing = {row.name for row in self.uncounted}
        layers = [
            {"name": row.name, "text": row.text, "output": list(row.output), **_dict(cost, row.name not in missing)}
            for row, cost in self.layers
        ]
        made = {
            "schema": 1, "name": self.table.graph.name, "batch": self.batch, "recompute": self.recompute or "nothing",
            "totals": _dict(self.totals), "layers": layers, "counted": len(layers) - len(self.uncounted),
            "uncounted": [row.name for row in self.uncounted],
        }  # fmt: skip
        return plain(made) if self.table.graph.free else made


def _dict(cost: Costs, counted: bool = True) -> dict[str, int | None]:
    """The costs for JSON; null where they are not known."""
    found = {**cost._asdict(), "backward": cost.backward, "total": cost.total}
    return found if counted else dict.fromkeys(found)


def training(table: Table, batch: int = 1, freeze: Collection[str] = (), recompute: str = "") -> Training:
    """The cost of a training step. UsageError for what cannot be frozen, or a way to recompute that is not known."""
    check_batch(batch)
    graph = table.graph
    frozen = frozen_nodes(graph, freeze)
    costs = backward(graph, frozen)
    again = repeated(graph, depends(graph, frozen), recompute)
    index_of = {node.name: index for index, node in enumerate(graph.nodes)}
    layers, uncounted = [], []
    for row in table.rows:
        index = index_of[row.name]
        layers.append((row, _costs(costs[index], again[index], batch if row.node.batched else 1)))
        if not (row.cost.counted and costs[index].counted):
            uncounted.append(row)
    return Training(table, batch, recompute, frozenset(frozen), tuple(layers), tuple(uncounted))


def _costs(found: Backward, again: bool, times: int) -> Costs:
    forward = found.forward * times
    return Costs(forward, forward if again else 0, found.to_input * times, found.to_weights * times)


def frozen_nodes(graph: Graph, freeze: Iterable[str]) -> set[int]:
    """The layers with weights at or below the given paths. UsageError for a path without any."""
    frozen: set[int] = set()
    for path in freeze:
        found = {i for i, node in enumerate(graph.nodes) if f"{node.name}.".startswith(f"{path}.")}
        if not found:
            raise UsageError.of("E627", f"there is no layer {path}", help=(_near(graph, path),))
        weighted = {index for index in found if has_weights(graph, graph.nodes[index])}
        if not weighted:
            raise UsageError.of("E695", f"{path} has no weights to freeze", help=("leave it out",))
        shared = next((i for i in weighted if graph.nodes[i].tie is not None), None)
        if shared is not None and len(weighted) == 1:
            owner = graph.nodes[graph.nodes[shared].tie or 0].name
            raise UsageError.of("E695", f"{path} shares its weight with {owner}", help=(f"freeze {owner}",))
        frozen |= weighted
    return frozen


def _near(graph: Graph, path: str) -> str:
    paths = dict.fromkeys(part for node in graph.nodes for part in _prefixes(node.name))
    return did_you_mean(nearest(path, paths), "archcalc show SPEC lists the layers")


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: end + 1]) for end in range(len(parts))]


def blocks_of(graph: Graph, recompute: str) -> list[str | None]:
    """The block with which each layer is computed again; None for a layer that is not.

    `blocks` are the innermost ones: the layers whose paths agree but for the last part. A number folds by so many parts
    of the paths, as `show --depth` does. UsageError where there are no blocks.
    """
    check_recompute(recompute)
    blocks = [_block_of(node, recompute) for node in graph.nodes]
    if recompute and all(block is None for block in blocks):
        help = ("label them: stem: [CONV 8 3x3 -> RELU]", "--recompute all")
        raise UsageError.of("E694", "there are no blocks to compute again", f"for --recompute {recompute}", help)
    return blocks


def _block_of(node: Node, recompute: str) -> str | None:
    if not recompute or node.op.word == "INPUT":
        return None
    if recompute == ALL:
        return ""
    parts = node.name.split(".")
    if recompute == BLOCKS:
        return ".".join(parts[:-1]) or None
    depth = int(recompute)
    return ".".join(parts[:depth]) if len(parts) > depth else None


def check_recompute(recompute: str) -> None:
    """Refuse (UsageError) what is neither `blocks`, `all` nor a depth."""
    depth = recompute.isascii() and recompute.isdecimal() and 0 < len(recompute) < 4 and int(recompute) > 0
    if recompute not in ("", BLOCKS, ALL) and not depth:
        help = ("blocks, all, or a number of parts of the layers' paths, as for --depth",)
        raise UsageError.of("E694", f"there is no way to recompute {recompute}", help=help)


def repeated(graph: Graph, needs: list[bool], recompute: str) -> list[bool]:
    """Whether each layer runs again: the whole of a block does if anything in it has a gradient."""
    blocks = blocks_of(graph, recompute)
    learning = {block for block, needed in zip(blocks, needs, strict=True) if needed and block is not None}
    return [block in learning for block in blocks]
