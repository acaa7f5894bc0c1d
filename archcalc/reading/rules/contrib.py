"""Operators of onnxruntime's own domain, com.microsoft, as its documentation (docs/ContribOperators.md) has them."""

from __future__ import annotations

from collections.abc import Callable

from ...shape import Shape
from ..site import Site, Unknown
from ..value import Value
from . import dense, elementwise, windows

DOMAIN = "com.microsoft"


def skip_norm(site: Site) -> list[Value]:
    """The normalised sum, its means and deviations, and the sum."""
    x = site.shape()
    means = Value(1, (*x[:-1], 1))
    return [Value(site.dtype(), x), means, means, Value(site.dtype(), x)]


def packed_attention(site: Site) -> list[Value]:
    """Attention with the projection to q, k and v: input, weights, bias."""
    x, weight = site.shape(), site.shape(1)
    sizes = site.integers("qkv_hidden_sizes")
    width = sizes[2] if sizes else weight[-1] // 3
    heads = site.integer("num_heads", 1)
    present = (2, x[0], heads, x[1], width // heads if heads else 1)
    return [Value(site.dtype(), (*x[:-1], width)), Value(site.dtype(), present)]


def multi_head(site: Site) -> list[Value]:
    q = site.shape()
    heads = site.integer("num_heads", 1)
    if len(q) == 5:  # q, k and v packed
        return [Value(site.dtype(), (q[0], q[1], q[2] * q[4])), *[Value(site.dtype(), None)] * 2]
    v = site.shape(2) if site.given(2) else None
    width = q[-1] if v is None or len(v) == 5 else v[-1] if len(v) == 3 else v[1] * v[3]
    keys = None if v is None else v[1] if len(v) == 3 else v[2]
    past = site.at(6)
    if past is not None and past.shape is not None and keys is not None:
        keys = keys + past.shape[2]
    caches = [Value(site.dtype(), None if keys is None else (q[0], heads, keys, width // heads))] * 2
    return [Value(site.dtype(), (*q[:-1], width)), *caches]


def grouped_query(site: Site) -> list[Value]:
    """GroupQueryAttention: queries, keys, values or all packed, and the caches."""
    q, heads, kv = site.shape(), site.integer("num_heads", 1), site.integer("kv_num_heads", 1)
    width = q[-1] if site.given(1) else q[-1] * heads // (heads + 2 * kv)
    past = site.at(3)
    cache = past.shape if past is not None else None
    return [Value(site.dtype(), (*q[:-1], width)), *[Value(site.dtype(), cache)] * 2]


def embed_norm(site: Site) -> list[Value]:
    """EmbedLayerNormalization: ids, segments, and three tables."""
    ids, words = site.shape(), site.shape(2)
    volume = Value(site.dtype(2), (*ids, words[-1]))
    return [volume, Value(6, ids[:1]), volume]


def fused_matmul(site: Site) -> list[Value]:
    a, b = site.shape(0), site.shape(1)
    if site.integer("transBatchA") or site.integer("transBatchB"):
        raise Unknown
    return [Value(site.dtype(), dense.product(site, _turned(a, site, "transA"), _turned(b, site, "transB")))]


def _turned(shape: Shape, site: Site, name: str) -> Shape:
    return (*shape[:-2], shape[-1], shape[-2]) if site.integer(name) and len(shape) > 1 else shape


def n_bits(site: Site) -> list[Value]:
    """MatMulNBits: the matrix is packed, its sizes are attributes K and N."""
    return [Value(site.dtype(), (*site.shape()[:-1], site.integer("N")))]


def qgemm(site: Site) -> list[Value]:
    dtype = site.dtype(8) if site.given(8) else 1
    return [Value(dtype, dense.gemm_shape(site, site.shape(0), site.shape(3)))]


def integer_to_float(site: Site) -> list[Value]:
    """DynamicQuantizeMatMul and MatMulIntegerToFloat give floats."""
    return [Value(1, dense.product(site, site.shape(0), site.shape(1)))]


def quantized_pair(site: Site) -> list[Value]:
    """QLinearAdd and QLinearMul: each of both with its scale and zero."""
    from ...shape import broadcast  # noqa: PLC0415 - rarely needed

    return [Value(site.dtype(), broadcast(site.shape(0), site.shape(3)))]


def quantized_pool(site: Site) -> list[Value]:
    if site.integer("channels_last"):
        raise Unknown
    if site.op.startswith("QLinearGlobal"):
        return windows.global_pool(site)
    return windows.pool(site)[:1]


def quantized_concat(site: Site) -> list[Value]:
    shapes = [site.shape(index) for index in range(2, len(site.inputs), 3)]
    axis = site.axis(site.integer("axis"), len(shapes[0]))
    total = sum(shape[axis] for shape in shapes)
    return [Value(site.dtype(2), (*shapes[0][:axis], total, *shapes[0][axis + 1 :]))]


SAME = (
    "Gelu", "FastGelu", "BiasGelu", "QuickGelu", "QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax",
    "RotaryEmbedding", "GroupNorm", "SkipGroupNorm", "BiasSoftmax", "BiasAdd", "Inverse",
)  # fmt: skip

_RULES = {
    **dict.fromkeys(SAME, elementwise.same), "FusedConv": windows.conv, "FusedGemm": dense.gemm,
    "FusedMatMul": fused_matmul, "MatMulNBits": n_bits, "QGemm": qgemm, "QLinearAdd": quantized_pair,
    "QLinearMul": quantized_pair, "QLinearConcat": quantized_concat, "Attention": packed_attention,
    "MultiHeadAttention": multi_head, "GroupQueryAttention": grouped_query,
    "SkipLayerNormalization": skip_norm, "SkipSimplifiedLayerNormalization": skip_norm,
    "EmbedLayerNormalization": embed_norm, "DynamicQuantizeMatMul": integer_to_float,
    "MatMulIntegerToFloat": integer_to_float, "QLinearAveragePool": quantized_pool,
    "QLinearGlobalAveragePool": quantized_pool, "QuantizeLinear": elementwise.quantized,
    "DequantizeLinear": elementwise.dequantized,
}  # fmt: skip
RULES: dict[str | tuple[str, str], Callable[[Site], list[Value]]] = {
    **{(DOMAIN, name): rule for name, rule in _RULES.items()},
    # exporters write it without a domain of its own, too
    "SimplifiedLayerNormalization": elementwise.same, "FusedConv": windows.conv,
}  # fmt: skip
