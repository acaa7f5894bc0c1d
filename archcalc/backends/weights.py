"""The numbers in weights: random ones by He or Xavier, zeros, or given."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..graph import Graph
from ..ops.base import Weight

Array = NDArray[Any]

RANDOM, ZEROS = "random", "zeros"

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


def numbers(name: str, weight: Weight, he: bool, kind: str = RANDOM, seed: int = 0) -> Array:
    """The tensor of a weight, float32. Each name has a random stream of its own, so order does not matter."""
    if weight.start == "given":
        values = weight.values() if callable(weight.values) else weight.values
        return np.broadcast_to(np.array(_floats(values), np.float32), weight.shape).copy()
    if weight.start == "ones":
        return np.ones(weight.shape, np.float32)
    if weight.start == "zeros" or kind == ZEROS:
        return np.zeros(weight.shape, np.float32)
    return masked(_uniform(name, weight, he, seed), weight)


def masked(tensor: Array, weight: Weight) -> Array:
    """The tensor with zeros where a table of connections has none; itself where there is no table."""
    if weight.start != "masked":
        return tensor
    mask = np.array(_floats(weight.values), np.float32)
    return tensor * mask.reshape(mask.shape + (1,) * (tensor.ndim - mask.ndim))


def _uniform(name: str, weight: Weight, he: bool, seed: int) -> Array:
    """He et al. 2015 (variance 2/fan_in) or Glorot and Bengio 2010 (2/(fan_in + fan_out)), uniform."""
    inputs, outputs = weight.fan
    bound = (6 / inputs if he else 6 / (inputs + outputs)) ** 0.5
    random = np.random.Generator(np.random.SFC64([seed, crc32(name.encode())]))
    tensor = random.random(weight.shape, np.float32)
    tensor *= np.float32(2 * bound)
    tensor -= np.float32(bound)
    return tensor


def _floats(values: Any) -> Any:
    return [_floats(value) for value in values] if isinstance(values, tuple) else float(values)
