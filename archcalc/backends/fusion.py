"""Which layers each kernel computes. onnxruntime fuses layers and lays volumes out anew; its kernels tell only a name.

A kernel is named after one of the nodes that it stands for, sometimes with a suffix, or after the fusion alone. The
nodes that no kernel is named after belong to kernels as fusions go: convolutions and changes of shape go into what
reads them, pointwise layers into what they read. Layers that share a kernel are told as one, since nobody can tell
their times apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from .lower import PlacedNode
from .profile import Kernel

_MOVES = {"ReorderInput", "ReorderOutput", "MemcpyFromHost", "MemcpyToHost", "Cast", "Transpose"}
"""Kernels that the runtime adds on its own account, where no node has their name."""

_BEFORE = ("InsertedPrecisionFreeCast_", "fused ")
"""Before the names of kernels: those that compute in float32 what the model has in half precision, and fused ones."""

_PRODUCTS = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul"})

_INTO_PRODUCER = frozenset(
    {
        "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Clip", "HardSigmoid", "HardSwish", "Sigmoid", "Tanh",
        "Gelu", "Mish", "Softplus", "Softsign", "Swish", "ThresholdedRelu", "Add", "Sum", "Mul", "Sub", "Div",
        "BatchNormalization", "Dropout", "Identity",
    }
)  # fmt: skip


class Nodes(NamedTuple):
    """The nodes of a model, the layer that each belongs to, and which layers are parts of others' nodes."""

    placed: Sequence[PlacedNode]
    layers: Sequence[str]
    parts: Mapping[str, str] = {}

    @classmethod
    def of(cls, placed: Sequence[PlacedNode]) -> Nodes:
        """Nodes of ours, which are named after their layers."""
        return cls(placed, [node.name.partition("/")[0] for node in placed])


class Fusion:
    """The layers of a model in groups, each computed by kernels of its own."""

    def __init__(self, nodes: Nodes, kernels: Sequence[Kernel]) -> None:
        self._nodes, self._layers = nodes.placed, nodes.layers
        self._at = {name: index for index, node in enumerate(nodes.placed) for name in reversed(node.outputs)}
        self._at.update((node.name, index) for index, node in enumerate(nodes.placed))
        self._group: dict[str, str] = dict(nodes.parts)
        self._anchor: dict[str, int | None] = {}
        for kernel in kernels:
            self._anchor.setdefault(kernel.name, self._named(kernel.name))
        self._seen: set[str] = set()
        self._claimed = {index for index in self._anchor.values() if index is not None}
        self._runs_last = {index: position for position, index in enumerate(map(self._anchored, kernels))}
        self._unnamed(kernels)
        self._unseen()

    def layers(self, kernel: str) -> str | None:
        """The group of a kernel, by the path of one of its layers; None for what is the runtime's own."""
        index = self._anchor[kernel]
        return None if index is None else self.group(self._layers[index])

    def group(self, layer: str) -> str:
        """The group of a layer."""
        while layer in self._group:
            layer = self._group[layer]
        return layer

    def _anchored(self, kernel: Kernel) -> int | None:
        return self._anchor[kernel.name]

    def _named(self, name: str) -> int | None:
        """The node that a kernel is named after: the whole name, or all before a `_` or `/` of it."""
        for prefix in _BEFORE:
            name = name.removeprefix(prefix)
        while name:
            if name in self._at:
                return self._at[name]
            name = name[: max(name.rfind("_"), name.rfind("/"), 0)]
        return None

    def _unnamed(self, kernels: Sequence[Kernel]) -> None:
        """Kernels named after their fusion compute what follows the kernel before them, up to what others compute."""
        before: int | None = None
        for kernel in kernels:
            if self._anchor[kernel.name] is None and kernel.op_type not in _MOVES:
                chain = self._following(before, _products(kernel.op_type))
                self._anchor[kernel.name] = chain[-1] if chain else before
                self._claimed.update(chain)
                for one, other in pairwise(chain):
                    self._join(one, other)
            before = before if self._anchor[kernel.name] is None else self._anchor[kernel.name]

    def _following(self, index: int | None, products: int) -> list[int]:
        """The nodes after one that nobody has claimed, each reading the one before, up to what other kernels read.

        So many of them may be products.
        """
        chain: list[int] = []
        while index is not None:
            free = [reader for reader in self._readers[index] if reader not in self._claimed]
            if not free or (chain and len(free) < len(self._readers[index])):
                break
            index = free[0]
            products -= self._nodes[index].op_type in _PRODUCTS
            if products < 0:
                break
            chain.append(index)
        return chain

    def _unseen(self) -> None:
        """Layers without any kernel join those that compute them."""
        self._seen = {self.group(self._layers[index]) for index in self._claimed}
        alone = [index for index in range(len(self._nodes)) if not self._is_seen(index)]
        for index in alone:
            if self._nodes[index].op_type in _INTO_PRODUCER:
                self._join_first(index, self._producers(index))
        for index in reversed(alone):
            if not self._is_seen(index):
                self._join_first(index, self._readers[index] or self._producers(index))

    def _is_seen(self, index: int) -> bool:
        return self.group(self._layers[index]) in self._seen

    def _join_first(self, index: int, others: Sequence[int]) -> None:
        """Join a node to the first of others, or to the one that runs last."""
        if others:
            self._join(max(others, key=lambda other: self._runs_last.get(other, -1)), index)

    def _join(self, one: int, other: int) -> None:
        first, second = self.group(self._layers[one]), self.group(self._layers[other])
        if first == second:
            return
        self._group[second] = first
        if second in self._seen:
            self._seen.add(first)

    @cached_property
    def _makers(self) -> dict[str, int]:
        return {output: index for index, node in enumerate(self._nodes) for output in node.outputs}

    def _producers(self, index: int) -> list[int]:
        return [self._makers[name] for name in self._nodes[index].inputs if name in self._makers]

    @cached_property
    def _readers(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self._nodes]
        for index in range(len(self._nodes)):
            for source in self._producers(index):
                found[source].append(index)
        return found


def _products(kernel: str) -> int:
    """How many products a kernel may compute, by its operator."""
    return 4 if "Attention" in kernel else int(any(one in kernel for one in _PRODUCTS))
