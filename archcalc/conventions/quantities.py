"""The quantities that conventions weigh: how many numbers the batch norms hold, the pools read, the biases add ...

One table says by op word what there is to weigh; nothing else looks at what kind of layer it has.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import NamedTuple

from ..analysis.cost import count, own_weights, work_of
from ..graph import Graph, Node
from ..ops.base import Weight
from ..shape import Window
from .networks import Habits


class Layer(NamedTuple):
    """A layer as the measures see it."""

    graph: Graph
    node: Node

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """The volumes that come in."""
        return self.graph.shapes(self.node)

    @property
    def work(self) -> dict[str, int]:
        """Operations by kind; none where they are not known."""
        return work_of(self.graph, self.node) or {}


Measure = Callable[[Layer], int]


def _in(layer: Layer) -> int:
    return prod(layer.shapes[0])


def _out(layer: Layer) -> int:
    return prod(layer.node.shape)


def _work(kind: str) -> Measure:
    return lambda layer: layer.work.get(kind, 0)


def _rows(layer: Layer) -> int:
    """Vectors of channels."""
    return prod(layer.node.shape[:-1])


def _taps(layer: Layer) -> int:
    """Every reading of a window, those of padding too."""
    windows: tuple[Window, ...] = layer.node.op.footprint(*layer.shapes)
    return _out(layer) * prod(window.kernel for window in windows)


def _joins(layer: Layer) -> int:
    """One for every number and volume after the first."""
    return _out(layer) * (len(layer.shapes) - 1)


def _params(layer: Layer) -> int:
    return sum(count(weight) for weight in layer.node.op.weights(*layer.shapes).values() if not weight.buffer)


def _kept(layer: Layer) -> int:
    """The numbers of a batch norm that does not fold into a convolution before it."""
    (source,) = layer.node.inputs
    before = layer.graph.nodes[source]
    readers = sum(node.inputs.count(source) for node in layer.graph.nodes)
    return 0 if before.op.word in _FOLDS and readers == 1 else _out(layer)


_FOLDS = ("CONV", "DWCONV", "TCONV")


def _matmul_bias(layer: Layer) -> int:
    """The bias of a linear layer over positions, which ONNX adds in a node of its own."""
    return layer.work.get("bias", 0) if len(layer.node.shape) > 1 else 0


def _later_bias(layer: Layer) -> int:
    bias = layer.node.op.weights(*layer.shapes).get("bias")
    return layer.work.get("bias", 0) - prod(bias.shape) if bias else 0


def _at_outputs(layer: Layer) -> int:
    """Multiply-adds of a transposed convolution if it had one kernel an output, as a convolution has."""
    return _rows(layer) * _kernel(layer)


def _kernel(layer: Layer) -> int:
    """The numbers of the weight."""
    weight: Weight = layer.node.op.weights(*layer.shapes)["weight"]
    return prod(weight.shape)


def _products(layer: Layer) -> int:
    """Queries times keys, weights times values."""
    op = layer.node.op
    return int(op.core.work(*op.projected(*layer.shapes))["macs"])


def _scores(layer: Layer) -> int:
    op = layer.node.op
    return int(op.core.work(*op.projected(*layer.shapes))["exp"])


def _last_bias(layer: Layer) -> int:
    """The bias behind the heads."""
    return _out(layer) if layer.work.get("bias") else 0


_CONV: dict[str, Measure] = {"convolutions": _work("macs"), "convolution biases": _work("bias")}
_LINEAR: dict[str, Measure] = {
    "linear layers": _work("macs"),
    "linear layers at later positions": lambda layer: layer.work["macs"] - _kernel(layer),
    "linear biases": _work("bias"), "linear biases at later positions": _later_bias,
    "biases of matrix products": _matmul_bias,
}  # fmt: skip


def _pool(kind: str) -> dict[str, Measure]:
    return {f"{kind} inputs": _in, f"{kind} outputs": _out}


def _norm(kind: str) -> dict[str, Measure]:
    return {f"{kind} elements": _out, "norm parameters": _params}


MEASURES: dict[str, dict[str, Measure]] = {
    "CONV": _CONV,
    "DWCONV": _CONV,
    "TCONV": {
        "transposed convolutions": _work("macs"), "transposed convolution biases": _work("bias"),
        "transposed convolutions at outputs": _at_outputs,
    },
    "LINEAR": _LINEAR,
    "FC": _LINEAR,
    "ATTN": {
        "attention projections": lambda layer: layer.work["macs"] - _products(layer),
        "attention products": _products, "attention scores": _scores,
        "attention queries": lambda layer: prod(layer.node.op.projected(*layer.shapes)[0]),
        "attention keys": lambda layer: prod(layer.node.op.projected(*layer.shapes)[1]),
        "attention input biases": lambda layer: layer.work.get("bias", 0) - _last_bias(layer),
        "attention output biases": _last_bias,
    },
    "ATTEND": {"attention products": _work("macs"), "attention scores": _work("exp")},
    "EINSUM": {"other products": _work("macs")},
    "MOE": {"other products": _work("macs")},
    "RNN": {"recurrent layers": _work("macs")},
    "GRU": {"recurrent layers": _work("macs")},
    "LSTM": {"recurrent layers": _work("macs")},
    "BN": {**_norm("batch norm"), "unfolded batch norm elements": _kept},
    "LN": {**_norm("layer norm"), "layer norm rows": _rows},
    "GN": _norm("group norm"),
    "IN": _norm("instance norm"),
    **{word: {f"{word} elements": _out} for word in (
        "RELU", "RELU6", "CLIP", "LRELU", "PRELU", "ELU", "GELU", "SILU", "SIGMOID", "HSIGMOID", "HSWISH", "TANH",
    )},
    "SOFTMAX": {"SOFTMAX elements": _out, "SOFTMAX rows": _rows},
    "POOL max": {**_pool("max pool"), "max pool taps": _taps},
    "POOL avg": {**_pool("average pool"), "average pool taps": _taps},
    "GAP": _pool("global average"),
    "AAP": _pool("adaptive average"),
    "UP nearest": {"nearest resize outputs": _out},
    "UP linear": {"linear resize outputs": _out},
    "ADD": {"additions": _joins},
    "POSEMB": {"additions": _out},
    "MUL": {"multiplications": _joins},
    "CONCAT": {"concatenated numbers": _out},
}  # fmt: skip

_UNKNOWN: dict[str, Measure] = {"other products": _work("macs")}

BASE = (
    "convolutions", "transposed convolutions", "linear layers", "attention projections", "attention products",
    "other products", "recurrent layers",
)  # fmt: skip
"""The quantities that add up to the multiply-adds."""


def _word(node: Node) -> str:
    """The word in MEASURES: a layer that comes in modes is several."""
    mode = getattr(node.op, "mode", "")
    if node.op.word == "UP":
        return "UP nearest" if mode == "nearest" else "UP linear"
    return f"POOL {mode}" if node.op.word == "POOL" else str(node.op.word)


def quantities(graph: Graph, node: Node, habits: Habits) -> dict[str, int]:
    """What there is to weigh of a layer; a variant by the habits of its published code stands behind a comma."""
    found = _stored(graph, node)
    if node.active:
        layer = Layer(graph, node)
        measures = MEASURES.get(_word(node), _UNKNOWN).items()
        found |= {habits.variant(node, name): measure(layer) for name, measure in measures}
    return {name: number for name, number in found.items() if number}


def _stored(graph: Graph, node: Node) -> dict[str, int]:
    """The numbers that a layer holds, also where it does not run."""
    sizes = [(weight.buffer, prod(weight.shape)) for weight in own_weights(graph, node).values()]
    return {
        "parameters": sum(size for buffer, size in sizes if not buffer),
        "buffers": sum(size for buffer, size in sizes if buffer),
    }


def unweighed(graph: Graph) -> tuple[str, ...]:
    """The words of layers that work, but that no convention says anything about."""
    words = [_word(node) for node in graph.nodes if work_of(graph, node) != {}]
    return tuple(dict.fromkeys(word for word in words if word not in MEASURES))
