"""What operators without a layer of ours compute."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from ..rules.dense import einsum_terms
from ..rules.reduce import reduced_axes
from ..site import Unknown
from .step import Step

EACH: dict[str, dict[str, int]] = {
    "Abs": {"compare": 1}, "Neg": {"add": 1}, "Add": {"add": 1}, "Sub": {"add": 1}, "Mul": {"mul": 1},
    "Div": {"div": 1}, "Pow": {"pow": 1}, "Sqrt": {"sqrt": 1}, "Reciprocal": {"div": 1}, "Exp": {"exp": 1},
    "Log": {"log": 1}, "Erf": {"exp": 1}, "Relu": {"compare": 1}, "LeakyRelu": {"compare": 1, "mul": 1},
    "PRelu": {"compare": 1, "mul": 1}, "Elu": {"compare": 1, "exp": 1, "add": 1, "mul": 1},
    "Selu": {"compare": 1, "exp": 1, "add": 1, "mul": 2}, "Celu": {"compare": 2, "exp": 1, "add": 2, "mul": 2},
    "Sigmoid": {"exp": 1, "add": 1, "div": 1}, "HardSigmoid": {"mul": 1, "add": 1, "compare": 2},
    "HardSwish": {"mul": 2, "add": 1, "compare": 2}, "Swish": {"exp": 1, "add": 1, "div": 1},
    "Tanh": {"exp": 1, "add": 2, "div": 1}, "Softplus": {"exp": 1, "add": 1, "log": 1},
    "Softsign": {"add": 1, "div": 1, "compare": 1}, "Mish": {"exp": 2, "add": 3, "log": 1, "div": 1, "mul": 1},
    "Gelu": {"exp": 1, "mul": 3, "add": 1}, "Clip": {"compare": 2}, "ThresholdedRelu": {"compare": 1},
    "Shrink": {"compare": 2, "add": 1}, "Sign": {"compare": 2}, "Floor": {"compare": 1}, "Ceil": {"compare": 1},
    "Round": {"compare": 1}, "Mod": {"div": 1}, "Max": {"compare": 1}, "Min": {"compare": 1}, "Sum": {"add": 1},
    "Mean": {"add": 1, "div": 1}, "Softmax": {"compare": 1, "add": 2, "exp": 1, "div": 1},
    "LogSoftmax": {"compare": 1, "add": 3, "exp": 1}, "Hardmax": {"compare": 1}, "CumSum": {"add": 1},
    "CumProd": {"mul": 1}, "LRN": {"mul": 2, "add": 1, "pow": 1, "div": 1}, "LayerNormalization": {"add": 4, "mul": 3},
    "InstanceNormalization": {"add": 4, "mul": 3}, "GroupNormalization": {"add": 4, "mul": 3},
    "BatchNormalization": {"mul": 1, "add": 1}, "RMSNormalization": {"add": 1, "mul": 3},
    "MeanVarianceNormalization": {"add": 3, "mul": 2}, "LpNormalization": {"mul": 1, "add": 1, "div": 1},
    "QuantizeLinear": {"mul": 1, "add": 1}, "DequantizeLinear": {"mul": 1, "add": 1},
    "DynamicQuantizeLinear": {"mul": 1, "add": 1, "compare": 2}, "Where": {}, "RotaryEmbedding": {"mul": 2, "add": 1},
    **{name: {name.lower().removeprefix("a").removesuffix("h"): 1} for name in ("Sin", "Cos", "Tan")},
    **{name: {"exp": 1} for name in ("Sinh", "Cosh", "Asin", "Acos", "Atan", "Asinh", "Acosh", "Atanh")},
    "SwiGLU": {"exp": 1, "add": 1, "div": 1, "mul": 1},
}  # fmt: skip
"""Operations for every number that comes out, where these are real ones."""


def _conv(step: Step, x: int = 0, weight: int = 1, bias: int | None = 2) -> dict[str, Any]:
    shape = step.site.shape(weight)
    work = {"macs": prod(step.shape) * prod(shape[1:])}
    return work | ({"bias": prod(step.shape)} if bias is not None and step.site.given(bias) else {})


def _qconv(step: Step) -> dict[str, Any]:
    return _conv(step, 0, 3, 8)


def _integer_conv(step: Step) -> dict[str, Any]:
    return _conv(step, bias=None)


def _transposed(step: Step) -> dict[str, Any]:
    weight = step.site.shape(1)
    return {"macs": prod(step.site.shape(0)) * prod(weight[1:])}


def _product(step: Step) -> dict[str, Any]:
    return {"macs": prod(step.shape) * step.site.shape(0)[-1]}


def _gemm(step: Step) -> dict[str, Any]:
    a = step.site.shape(0)
    inner = a[0] if step.site.integer("transA") else prod(a[1:])
    work = {"macs": prod(step.shape) * inner}
    return work | ({"bias": prod(step.shape)} if step.site.given(2) else {})


def _einsum(step: Step) -> dict[str, Any]:
    terms, _, sizes = einsum_terms(step.site)
    every = {name for term in terms for name in term}
    # more volumes are multiplied one after the other
    return {"macs": prod(sizes[name] for name in every) * max(len(terms) - 1, 1)} if len(terms) > 1 else {}


def _pool(step: Step) -> dict[str, Any]:
    kernel = step.site.integers("kernel_shape", ()) or ()
    kind = "compare" if step.site.op == "MaxPool" else "add"
    return {kind: prod(step.shape) * max(prod(kernel) - 1, 0)}


def _reduce(step: Step) -> dict[str, Any]:
    x = step.site.shape()
    try:
        reduced_axes(step.site)
    except Unknown:
        return {"add": prod(x)}
    kind = "compare" if step.site.op in ("ReduceMax", "ReduceMin") else "mul" if step.site.op == "ReduceProd" else "add"
    each = {"ReduceL2": {"mul": 1}, "ReduceSumSquare": {"mul": 1}, "ReduceLogSumExp": {"exp": 1}}.get(step.site.op, {})
    return {kind: prod(x) - prod(step.shape), **{name: prod(x) for name in each}}


def _global(step: Step) -> dict[str, Any]:
    return {"add": prod(step.site.shape()) - prod(step.shape)}


def _resize(step: Step) -> dict[str, Any]:
    mode = step.site.text("mode", "nearest")
    x, y = step.site.shape(), step.shape
    axes = sum(1 for a, b in zip(x, y, strict=True) if a != b)
    taps = 1 if mode == "nearest" else (4 if mode == "cubic" else 2) ** axes
    return {} if taps == 1 else {"mul": prod(y) * taps, "add": prod(y) * (taps - 1)}


def _grid(step: Step) -> dict[str, Any]:
    taps = {"nearest": 1, "bicubic": 4, "cubic": 4}.get(step.site.text("mode", "linear"), 2) ** (len(step.shape) - 2)
    return {"mul": prod(step.shape) * taps, "add": prod(step.shape) * (taps - 1)} if taps > 1 else {}


def _attention(step: Step) -> dict[str, Any]:
    q, v = step.site.shape(0), step.site.shape(2)
    scores = prod(step.outputs[3].shape or ()) if len(step.outputs) > 3 else None
    if len(q) == 4:
        heads, dim, value, queries, keys = q[1], q[3], v[3], q[2], v[2]
    else:
        heads, kv = step.site.integer("q_num_heads", 1), step.site.integer("kv_num_heads", 1)
        dim, value, queries, keys = q[2] // heads, v[2] // kv, q[1], v[1]
    past = step.site.at(4)
    if past is not None and past.shape is not None:
        keys = keys + past.shape[2]
    number = scores if scores is not None else q[0] * heads * queries * keys
    return {"macs": number * (dim + value), "add": 2 * number, "exp": number, "div": number, "compare": number}


def _recurrent(step: Step) -> dict[str, Any]:
    x, weight, state = step.site.shape(0), step.site.shape(1), step.site.shape(2)
    directions, rows, channels = weight
    steps = x[0] * x[1]
    macs = steps * directions * rows * (channels + state[-1])
    return {"macs": macs, "bias": 2 * steps * directions * rows if step.site.given(3) else 0}


def _unknown(step: Step) -> None:
    """Not a fixed number of operations, or none that is agreed on."""


HEAVY: dict[tuple[str, str], Callable[[Step], dict[str, Any] | None]] = {
    ("", "Conv"): _conv, ("", "QLinearConv"): _qconv, ("", "ConvInteger"): _integer_conv, ("", "DeformConv"): _conv,
    ("", "ConvTranspose"): _transposed, ("", "MatMul"): _product, ("", "MatMulInteger"): _product,
    ("", "QLinearMatMul"): _product, ("", "Gemm"): _gemm, ("", "Einsum"): _einsum, ("", "Attention"): _attention,
    **{("", name): _recurrent for name in ("LSTM", "GRU", "RNN")},
    **{("", name): _pool for name in ("MaxPool", "AveragePool", "LpPool")},
    **{("", name): _global for name in ("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")},
    **{("", name): _resize for name in ("Resize", "Upsample")}, ("", "GridSample"): _grid,
    **{("", f"Reduce{name}"): _reduce for name in (
        "L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare")},
    **{("", name): _unknown for name in ("DFT", "STFT", "Det", "LinearAttention", "FlexAttention")},
}  # fmt: skip
"""Operators whose work is more than so many operations for every number that comes out."""


# com.microsoft


def _packed_attention(step: Step) -> dict[str, Any]:
    """The projection, then attention without what masks save."""
    x, weight = step.site.shape(), step.site.shape(1)
    positions, width = prod(x[:-1]), step.shape[-1]
    keys = x[1] if not step.site.given(4) else None
    if keys is None:
        raise Unknown
    projection = positions * x[-1] * weight[-1]
    return {"macs": projection + positions * keys * 2 * width, "bias": positions * weight[-1]}


def _multi_head(step: Step) -> dict[str, Any] | None:
    q, k, v = step.site.shape(0), step.site.at(1), step.site.at(2)
    if k is None or v is None or k.shape is None or v.shape is None or len(q) != 3 or step.site.given(6):
        return None
    keys = k.shape[1] if len(k.shape) == 3 else k.shape[2]
    return {"macs": prod(q[:-1]) * keys * (q[-1] + step.shape[-1])}


def _grouped(step: Step) -> dict[str, Any] | None:
    """Without a cache every query sees all keys that come in."""
    past = step.site.at(3)
    if past is not None and (past.shape is None or past.shape[2] != 0):
        return None
    q = step.site.shape()
    return {"macs": prod(q[:-1]) * q[1] * 2 * step.shape[-1]}


def _n_bits(step: Step) -> dict[str, Any]:
    return {"macs": prod(step.shape) * step.site.integer("K")}


def _qgemm(step: Step) -> dict[str, Any]:
    a = step.site.shape(0)
    return {"macs": prod(step.shape) * (a[0] if step.site.integer("transA") else a[1])}


def _fused_matmul(step: Step) -> dict[str, Any]:
    a = step.site.shape(0)
    return {"macs": prod(step.shape) * (a[-2] if step.site.integer("transA") else a[-1])}


HEAVY |= {
    ("com.microsoft", name): count for name, count in {
        "FusedConv": _conv, "FusedGemm": _gemm, "FusedMatMul": _fused_matmul, "MatMulNBits": _n_bits,
        "QGemm": _qgemm, "DynamicQuantizeMatMul": _product, "MatMulIntegerToFloat": _product,
        "Attention": _packed_attention, "MultiHeadAttention": _multi_head, "GroupQueryAttention": _grouped,
    }.items()
}  # fmt: skip
