"""Layers that may write their output over what they read, and so need no memory of their own.

Three kinds: *views* give the same numbers, perhaps in another shape, so they never need a place. *Pointwise* layers
make each number from the one at the same place. They may overwrite a volume that nobody reads later: in an inference
what later layers read, in training what anybody else reads, since others need it once more in the backward pass. In
training the layer itself must also do without what it has overwritten: its slope has to follow from its output. That of
RELU and its like, of sigmoid and tanh does, that of GELU, SILU, MISH, HSWISH and PRELU does not. Batch norm can compute
its input back from its output (Rota Bulo, Porzi, Kontschieder 2018, In-Place Activated BatchNorm). So CONV -> BN ->
RELU keeps one volume, which takes fused kernels to reach: PyTorch's ReLU(inplace=True) leaves what the batch norm has
read.
"""

from __future__ import annotations

from ..graph import Graph, Node
from .memory import last_readers

VIEWS = ("FLATTEN", "ID", "DROP", "DROPPATH")
MERGES = ("ADD", "SUB", "MUL")
FOLDED = (
    "RELU", "RELU6", "LRELU", "ELU", "SIGMOID", "HSIGMOID", "TANH", "SOFTPLUS", "EXP", "CLIP", "SCALE", "BN", *VIEWS,
)  # fmt: skip
"""What overwrites its input in training, too."""
POINTWISE = (*FOLDED, "GELU", "SILU", "MISH", "HSWISH", "PRELU", "POSEMB", *MERGES)
"""What overwrites its input in an inference; a merge one of its inputs."""


def inference_buffers(graph: Graph) -> list[int]:
    """For every volume the one whose place it takes during an inference; itself where it needs a place of its own.

    What is fed to the network, what is the same for all examples, and what the network gives are never overwritten.
    """
    last = last_readers(graph)
    for index in graph.outputs:
        last[index] = len(graph.nodes)
    ends = list(last)  # of the places: the last reader of anything in them
    owner: list[int] = []
    for index in range(len(graph.nodes)):
        place = _place(graph, index, owner, ends)
        owner.append(place)
        ends[place] = max(ends[place], last[index])
    return owner


def _place(graph: Graph, index: int, owner: list[int], ends: list[int]) -> int:
    node = graph.nodes[index]
    if not node.active:
        return index
    if node.op.word in VIEWS:
        return owner[node.inputs[0]]
    if node.op.word in POINTWISE:
        for source in node.inputs:
            place = owner[source]
            if ends[place] == index and _alike(graph, source, node) and graph.nodes[place].inputs:
                return place
    return index


def folded(graph: Graph) -> list[bool]:
    """Whether training keeps nothing of a volume, because its layer may overwrite what it reads."""
    readers = [0] * len(graph.nodes)
    for node in graph.nodes:
        for source in node.inputs:
            readers[source] += 1
    for index in graph.outputs:
        readers[index] += 1
    return [
        node.op.word in FOLDED
        and _invertible(node)
        and readers[node.inputs[0]] == 1
        and _alike(graph, node.inputs[0], node)
        and bool(graph.nodes[node.inputs[0]].inputs)
        for node in graph.nodes
    ]


def _alike(graph: Graph, source: int, node: Node) -> bool:
    """Whether two volumes have as many numbers, for each example."""
    before = graph.nodes[source]
    same = before.shape == node.shape or node.op.word in VIEWS
    return same and before.active == node.active and before.batched and node.batched


def _invertible(node: Node) -> bool:
    """Whether the slope follows from the output: not where negative numbers come out positive, or all as zero."""
    slope = {"LRELU": "slope", "ELU": "alpha"}.get(node.op.word)
    return slope is None or getattr(node.op, slope) > 0
