"""How much there is to weigh in a layer, by its word: one table; nothing else looks at what kind of layer it has."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import NamedTuple

from ..analysis.cost import count, work_of
from ..graph import Graph, Node
from ..ops.base import Weight
from ..shape import Window


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
    """The numbers of a batch norm that does not fold into a convolution or a linear layer before it."""
    (source,) = layer.node.inputs
    before = layer.graph.nodes[source]
    readers = sum(node.inputs.count(source) for node in layer.graph.nodes)
    return 0 if before.op.word in _FOLDS and readers == 1 else _out(layer)


_FOLDS = ("CONV", "DWCONV", "TCONV", "FC")


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


def _by_filters(layer: Layer) -> int:
    """Multiply-adds of a transposed convolution if every output had all that the weight keeps for one input channel."""
    weight: Weight = layer.node.op.weights(*layer.shapes)["weight"]
    return _out(layer) * prod(weight.shape[1:])


def _groups_twice(layer: Layer) -> int:
    """Multiply-adds of a transposed convolution if the filters of a group were divided by the groups once more."""
    weight: Weight = layer.node.op.weights(*layer.shapes)["weight"]
    filters, *kernel = weight.shape[1:]
    return int(_in(layer) * prod(kernel) * (filters // layer.node.op.groups))


def _convolved_bias(layer: Layer) -> int:
    """The biases of a transposed convolution if it made its volume smaller, as a convolution does, in one group."""
    op, shape = layer.node.op, layer.shapes[0]
    windows = [window for window, _ in op.windows(shape)]
    sizes = zip(shape[-1 - len(windows) : -1], windows, strict=True)
    positions = prod((size + w.before + w.after - w.span) // w.stride + 1 for size, w in sizes)
    return 0 if op.nobias else op.filters // op.groups * positions


def _resized(layer: Layer) -> int:
    """What is read where a factor says how far to resize; the product of the sizes where those are given."""
    return prod(layer.node.shape[:-1]) if layer.node.op.factor is None else _in(layer)


def _padded(layer: Layer) -> int:
    """The channels with those of zeros that a window over them reads at the ends."""
    return int(_rows(layer) * (layer.node.shape[-1] + layer.node.op.size - 1))


def _sequences(layer: Layer) -> int:
    """The units of all layers and steps, in one direction."""
    return prod(layer.shapes[0][:-1]) * int(layer.node.op.units) * int(layer.node.op.layers)


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


def _recurrent(word: str) -> dict[str, Measure]:
    return {
        f"{word} layers": _work("macs"),
        f"{word} biases": _work("bias"),
        f"{word} steps": lambda layer: _sequences(layer) * len(layer.node.op.directions),
        f"{word} steps of one direction": _sequences,
    }


def _norm(kind: str) -> dict[str, Measure]:
    return {f"{kind} elements": _out, "norm parameters": _params}


MEASURES: dict[str, dict[str, Measure]] = {
    "CONV": _CONV,
    "DWCONV": _CONV,
    "TCONV": {
        "transposed convolutions": _work("macs"), "transposed convolution biases": _work("bias"),
        "transposed convolutions at outputs": _at_outputs, "transposed convolutions by filters": _by_filters,
        "transposed convolutions by groups twice": _groups_twice,
        "transposed convolution biases as of convolutions": _convolved_bias,
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
    "EINSUM": {"other products": _work("macs")},
    "MOE": {"other products": _work("macs")},
    **{word: _recurrent(word) for word in ("RNN", "GRU", "LSTM")},
    "BN": {**_norm("batch norm"), "unfolded batch norm elements": _kept},
    "LN": {**_norm("layer norm"), "layer norm rows": _rows},
    "GN": _norm("group norm"),
    "IN": _norm("instance norm"),
    "RMSNORM": {"RMSNORM elements": _out, "RMSNORM rows": _rows, "norm parameters": _params},
    "LRN": {
        "LRN elements": _out, "padded LRN elements": _padded,
        "LRN taps": lambda layer: _out(layer) * int(layer.node.op.size),
    },
    **{word: {f"{word} elements": _out} for word in (
        "RELU", "RELU6", "CLIP", "LRELU", "ELU", "GELU", "SILU", "SIGMOID", "HSIGMOID", "HSWISH", "TANH", "SOFTPLUS",
        "MISH", "EXP", "SCALE",
    )},
    "PRELU": {"PRELU elements": _out, "PRELU parameters": _params},
    "SOFTMAX": {"SOFTMAX elements": _out, "SOFTMAX rows": _rows},
    "POOL max": {**_pool("max pool"), "max pool taps": _taps},
    "POOL avg": {**_pool("average pool"), "average pool taps": _taps},
    "GAP": _pool("global average"),
    "GMP": _pool("global max"),
    "AAP": _pool("adaptive average"),
    "AAP uneven": _pool("adaptive average"),
    "UP nearest": {"nearest resize outputs": _out, "resized numbers": _resized},
    "UP linear": {"linear resize outputs": _out, "resized numbers": _resized},
    "ADD": {"additions": _joins},
    "POSEMB": {"additions": _out},
    "SUB": {"subtractions": _joins},
    "MUL": {"multiplications": _joins},
    "PAD": {"padded numbers": _out},
    "EMBED": {"table parameters": _params},
    "CONCAT": {"concatenated numbers": _out},
}  # fmt: skip

UNKNOWN: dict[str, Measure] = {"other products": _work("macs")}
"""Of layers that are not in the table."""

BASE = (
    "convolutions", "transposed convolutions", "linear layers", "attention projections", "attention products",
    "other products", "RNN layers", "GRU layers", "LSTM layers",
)  # fmt: skip
"""The quantities that add up to the multiply-adds."""
