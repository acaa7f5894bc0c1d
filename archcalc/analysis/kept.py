"""What is kept for later: activations for the backward pass, keys and values for the next token."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import prod
from typing import NamedTuple

from ..graph import Graph
from ..symbolic import simple
from .backward import depends, has_weights, running
from .inplace import folded
from .memory import Alive
from .training import blocks_of


class Cache(NamedTuple):
    """Bytes of keys and values that causal attention keeps of the tokens of one example, over all layers."""

    token: int
    """For each token."""
    context: int
    """For all tokens."""


def cache(graph: Graph, element: int) -> Cache | None:
    """The cache of a network; None where no attention is causal. Queries that share keys share them here, too."""
    token = context = 0
    found = False
    for node in graph.nodes:
        if not (node.active and getattr(node.op, "causal", False)):
            continue
        shapes = graph.shapes(node)
        core, volumes = (node.op.core, node.op.projected(*shapes)) if node.op.word == "ATTN" else (node.op, shapes)
        sizes = core.sizes(*volumes)
        each = prod(sizes.lead) * sizes.kv * (sizes.dim + sizes.value) * element
        token += each
        context += each * sizes.keys
        found = True
    return Cache(simple(token), simple(context)) if found else None


def kept(graph: Graph, element: int, in_place: bool, recompute: str, frozen: Collection[int]) -> list[Alive]:
    """The bytes of the volumes that training keeps: every layer's output once.

    In place, layers that may overwrite their input keep nothing of their own. Of a block that is computed again only
    what others read is kept, and, while it is worked on, all of it: a sum for each block. Where layers are frozen,
    those before which nothing is trained keep only what a trained layer reads.
    """
    sizes = _sizes(graph, element, in_place, frozen)
    blocks = blocks_of(graph, recompute)
    leaving = set(graph.outputs)
    for node, block in zip(graph.nodes, blocks, strict=True):
        leaving.update([source for source in node.inputs if blocks[source] != block])
    inside: dict[str, list[int]] = {}
    between: list[int] = []
    for index, block in enumerate(blocks):
        (between if block is None or index in leaving else inside.setdefault(block, [])).append(index)
    return [_sum(graph, sizes, [*between, *block]) for block in inside.values()] or [_sum(graph, sizes, between)]


def _sum(graph: Graph, sizes: list[int], indices: Iterable[int]) -> Alive:
    """The bytes of some volumes together."""
    parts = [(sizes[index], graph.nodes[index].batched) for index in indices]
    return Alive(
        sum([size for size, batched in parts if batched]), sum([size for size, batched in parts if not batched])
    )


def _sizes(graph: Graph, element: int, in_place: bool, frozen: Collection[int]) -> list[int]:
    """The bytes of each volume that training keeps."""
    over = folded(graph) if in_place else [False] * len(graph.nodes)
    needed = _needed(graph, frozen)
    return [
        prod(node.shape) * element if runs and needed[index] and not over[index] and node.op.word != "INPUT" else 0
        for index, (node, runs) in enumerate(zip(graph.nodes, running(graph), strict=True))
    ]


def _needed(graph: Graph, frozen: Collection[int]) -> list[bool]:
    """Whether the backward pass comes past a volume; without frozen layers every one counts, by definition."""
    if not frozen:
        return [True] * len(graph.nodes)
    needed = depends(graph, frozen)
    for index, node in enumerate(graph.nodes):
        if (index if node.tie is None else node.tie) not in frozen and has_weights(graph, node):
            for source in node.inputs:
                needed[source] = True
    return needed
