"""The multiply-adds of the backward pass, from the products that a layer computes.

The gradient of a product y = a b is a product with b for a, and with a for b, each of as many multiply-adds as the
product itself. It is needed for a weight that is trained, and for a volume that depends on one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from math import prod
from typing import NamedTuple

from ..graph import Graph, Node
from ..ops.base import Op
from ..shape import Shape

WEIGHT, INNER = -1, -2
"""Factors that are no input: a weight of the layer; something between, made of its inputs and weights."""


class Product(NamedTuple):
    """Multiply-adds of two factors: the numbers of inputs, WEIGHT or INNER."""

    macs: int
    left: int
    right: int


class Backward(NamedTuple):
    """The multiply-adds of one layer for one example."""

    forward: int
    to_input: int
    """For the gradients to volumes: those that come in, and those inside the layer."""
    to_weights: int
    """For the gradients to trained weights."""
    counted: bool = True
    """Whether they are known."""


def products(op: Op, *x: Shape) -> tuple[Product, ...] | None:
    """The products of a layer, which add up to its multiply-adds; None where they cannot be told."""
    if op.word in _PRODUCTS:
        return _PRODUCTS[op.word](op, *x)
    work = op.work(*x)
    return None if work is None or work.get("macs") else ()


def _weighted(op: Op, *x: Shape) -> tuple[Product, ...]:
    """One volume, one weight."""
    return (Product((op.work(*x) or {})["macs"], 0, WEIGHT),)


def _einsum(op: Op, *x: Shape) -> tuple[Product, ...]:
    return (Product((op.work(*x) or {})["macs"], 0, 1),)


def _attend(op: Op, *x: Shape) -> tuple[Product, ...]:
    """Queries times keys, and their shares times the values."""
    sizes = op.sizes(*x)  # type: ignore[attr-defined]  # ATTEND's own
    query, key, value = (0, 1, 2) if len(x) > 2 else (0, 0, 0)
    scores = prod(sizes.scores)
    return Product(scores * sizes.dim, query, key), Product(scores * sizes.value, INNER, value)


def _attention(op: Op, *x: Shape) -> tuple[Product, ...]:
    """The projections to queries, keys and values, what is between, the projection of what was found."""
    queries, keys = op.widths(*x)  # type: ignore[attr-defined]  # ATTN's own
    asked, held, last = prod(x[0][:-1]), prod(x[-1][:-1]), len(x) - 1
    core = (op.core.work(*op.projected(*x)) or {})["macs"]  # type: ignore[attr-defined]
    return (
        Product(asked * x[0][-1] * queries, 0, WEIGHT),
        Product(2 * held * x[-1][-1] * keys, last, WEIGHT),
        Product(core, INNER, INNER),
        Product(asked * queries * x[0][-1], INNER, WEIGHT),
    )


def _recurrent(op: Op, *x: Shape) -> tuple[Product, ...]:
    """Every matrix at every step; those of the first layer read the input, the others what is inside."""
    steps = prod(x[0][:-1])
    return tuple(
        Product(steps * prod(weight.shape), 0 if name.startswith("weight_ih_l0") else INNER, WEIGHT)
        for name, weight in op.weights(*x).items()
        if name.startswith("weight_")
    )


_PRODUCTS: dict[str, Callable[..., tuple[Product, ...]]] = {
    **dict.fromkeys(("CONV", "DWCONV", "TCONV", "FC", "LINEAR", "MOE"), _weighted),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), _recurrent),
    "EINSUM": _einsum, "ATTEND": _attend, "ATTN": _attention,
}  # fmt: skip


def backward(graph: Graph, frozen: Collection[int] = ()) -> list[Backward]:
    """The multiply-adds of every node when all weights but those of the frozen nodes are trained.

    Heads that only training uses run, and are trained.
    """
    runs, reached = running(graph), _reached(graph)
    needs = depends(graph, frozen)
    return [
        _backward(graph, node, index in reached, needs, _trains(node, index, frozen))
        if runs[index]
        else Backward(0, 0, 0)
        for index, node in enumerate(graph.nodes)
    ]


def _backward(graph: Graph, node: Node, reached: bool, needs: list[bool], trains: bool) -> Backward:
    shapes = graph.shapes(node)
    found = products(node.op, *shapes)
    if found is None:
        return Backward((node.op.work(*shapes) or {}).get("macs", 0), 0, 0, counted=False)
    forward = sum([product.macs for product in found])
    if not reached:
        return Backward(forward, 0, 0)
    given = [needs[index] for index in node.inputs]
    inner = trains or any(given)
    to_input = to_weights = 0
    for product in found:
        for factor in (product.left, product.right):
            if factor == WEIGHT:
                to_weights += product.macs * trains
            elif inner if factor == INNER else given[factor]:
                to_input += product.macs
    return Backward(forward, to_input, to_weights)


def depends(graph: Graph, frozen: Collection[int] = ()) -> list[bool]:
    """Whether each volume depends on something that is trained."""
    found: list[bool] = []
    for index, node in enumerate(graph.nodes):
        reads = () if node.op.shape_only else node.inputs
        trained = _trains(node, index, frozen) and has_weights(graph, node)
        found.append(trained or any([found[source] for source in reads]))
    return found


def has_weights(graph: Graph, node: Node) -> bool:
    """Whether a layer has weights that can be trained, its own or shared."""
    return any(not weight.buffer for weight in node.op.weights(*graph.shapes(node)).values())


def _trains(node: Node, index: int, frozen: Collection[int]) -> bool:
    """Whether the weights of a layer are trained; one that shares a weight does what that weight's owner does."""
    return (index if node.tie is None else node.tie) not in frozen


def running(graph: Graph) -> list[bool]:
    """Whether each layer runs in training: as in an inference, and the heads that lead only to OUTPUT train."""
    runs = [node.active for node in graph.nodes]
    waiting = _heads(graph)
    while waiting:
        index = waiting.pop()
        runs[index] = True
        node = graph.nodes[index]
        sources = node.inputs[: 1 + node.op.top] if node.op.repeats_branch else node.inputs
        waiting += [source for source in sources if not runs[source]]
    return runs


def _heads(graph: Graph) -> list[int]:
    """The ends of the heads that only training uses: nothing reads them, and an inference does not run them."""
    read = {source for node in graph.nodes for source in node.inputs}
    return [index for index, node in enumerate(graph.nodes) if index not in read and not node.active]


def _reached(graph: Graph) -> set[int]:
    """The nodes whose volume leads to an output, or to the end of a head for training."""
    reached = {*graph.outputs, *_heads(graph)}
    waiting = list(reached)
    while waiting:
        fresh = [source for source in graph.nodes[waiting.pop()].inputs if source not in reached]
        reached.update(fresh)
        waiting += fresh
    return reached
