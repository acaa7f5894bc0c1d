"""The numbers in weights: random ones by He or Xavier, zeros, or given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph
from ..ops.base import Weight
from ..shape import Shape

Array = NDArray[Any]

RANDOM, ZEROS, VIRTUAL = "random", "zeros", "virtual"
MADE = (RANDOM, ZEROS, VIRTUAL)
"""Weights that come from no file; virtual ones have a place and no numbers."""

BLOCK = 2**18
"""Numbers at a time: they stay in a core's cache from their making to their writing."""

_RECTIFIERS = {"RELU", "RELU6", "LRELU", "PRELU", "ELU", "GELU", "SILU", "HSWISH", "MISH", "SOFTPLUS"}
_PASSING = {"BN", "LN", "GN", "IN", "RMSNORM", "LRN", "DROP", "POOL", "ADD", "CONCAT"}
"""Layers between a weight and the activation that its scale is chosen for."""


def rectified(graph: Graph) -> set[str]:
    """The layers whose output goes to a rectifier: He's scale serves them, Xavier's the others."""
    chosen: dict[int, bool] = {}
    readers: dict[int, list[int]] = {}
    for index, node in enumerate(graph.nodes):
        for source in node.inputs:
            readers.setdefault(source, []).append(index)
    for index in range(len(graph.nodes) - 1, -1, -1):
        chosen[index] = any(
            graph.nodes[reader].op.word in _RECTIFIERS or (graph.nodes[reader].op.word in _PASSING and chosen[reader])
            for reader in readers.get(index, ())
        )
    return {node.name for index, node in enumerate(graph.nodes) if chosen[index]}


def pieces(name: str, weight: Weight, he: bool, kind: str = RANDOM, seed: int = 0) -> Iterator[Array]:
    """The numbers of a weight as float32, a block at a time, each good until the next one is asked for.

    Each name has a random stream of its own, so order does not matter.
    """
    if weight.start == "given":
        yield _given(weight).reshape(-1)
    elif weight.start == "ones":
        yield from _constant(weight, 1)
    elif weight.start == "zeros" or kind == ZEROS:
        yield from _constant(weight, 0)
    elif weight.start == "masked":
        yield masked(gathered(_uniform(name, weight, he, seed), weight.shape), weight).reshape(-1)
    else:
        yield from _uniform(name, weight, he, seed)


def gathered(blocks: Iterable[Array], shape: Shape, dtype: type = np.float32) -> Array:
    """The blocks as one array."""
    whole: Array = np.empty(prod(shape), dtype)
    start = 0
    for block in blocks:
        whole[start : start + len(block)] = block
        start += len(block)
    return whole.reshape(shape)


def masked(tensor: Array, weight: Weight) -> Array:
    """The tensor with zeros where a table of connections has none; itself where there is no table."""
    if weight.start != "masked":
        return tensor
    mask = np.array(_floats(weight.values), np.float32)
    return tensor * mask.reshape(mask.shape + (1,) * (tensor.ndim - mask.ndim))


def _given(weight: Weight) -> Array:
    values = weight.values() if callable(weight.values) else weight.values
    return np.broadcast_to(np.array(_floats(values), np.float32), weight.shape)


def _blocks(weight: Weight) -> Iterator[Array]:
    """Room for the numbers, always the same."""
    left = prod(weight.shape)
    block = np.empty(min(left, BLOCK), np.float32)
    while left:
        yield block[:left]
        left -= min(left, BLOCK)


def _constant(weight: Weight, value: float) -> Iterator[Array]:
    for block in _blocks(weight):
        block.fill(value)
        yield block


def _uniform(name: str, weight: Weight, he: bool, seed: int) -> Iterator[Array]:
    """He et al. 2015 (variance 2/fan_in) or Glorot and Bengio 2010 (2/(fan_in + fan_out)), uniform."""
    inputs, outputs = weight.fan
    bound = (6 / inputs if he else 6 / (inputs + outputs)) ** 0.5
    random = np.random.Generator(np.random.SFC64([seed, crc32(name.encode())]))
    for block in _blocks(weight):
        random.random(out=block, dtype=np.float32)
        block *= np.float32(2 * bound)
        block -= np.float32(bound)
        yield block


def _floats(values: Any) -> Any:
    return [_floats(value) for value in values] if isinstance(values, tuple) else float(values)
