"""Operators on each number alone, and on pairs of numbers that broadcast."""

from __future__ import annotations

from ...shape import Shape, broadcast
from ..site import Site
from ..tensor import BOOL, INT32, INT64, STRING
from ..value import Value

SAME = [
    "Abs",
    "Acos",
    "Acosh",
    "Asin",
    "Asinh",
    "Atan",
    "Atanh",
    "Ceil",
    "Celu",
    "Clip",
    "Cos",
    "Cosh",
    "Elu",
    "Erf",
    "Exp",
    "Floor",
    "Gelu",
    "HardSigmoid",
    "HardSwish",
    "Hardmax",
    "Identity",
    "LeakyRelu",
    "Log",
    "LogSoftmax",
    "LpNormalization",
    "LRN",
    "MeanVarianceNormalization",
    "Mish",
    "Neg",
    "Reciprocal",
    "Relu",
    "Round",
    "Selu",
    "Shrink",
    "Sigmoid",
    "Sign",
    "Sin",
    "Sinh",
    "Softmax",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Swish",
    "Tan",
    "Tanh",
    "ThresholdedRelu",
    "BitwiseNot",
    "InstanceNormalization",
    "GroupNormalization",
    "RMSNormalization",
    "CumSum",
    "CumProd",
    "Trilu",
    "ReverseSequence",
    "RotaryEmbedding",
]
"""The output is as the first input."""

PAIRS = ["Add", "Sub", "Mul", "Div", "Pow", "Mod", "PRelu", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor"]
COMPARE = ["Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "And", "Or", "Xor"]
MANY = ["Sum", "Max", "Min", "Mean"]


def same(site: Site) -> list[Value]:
    return [Value(site.dtype(), site.shape())]


def identity(site: Site) -> list[Value]:
    return [site.need(0)._replace(view=None)]


def to_bool(site: Site) -> list[Value]:
    return [Value(BOOL, site.shape())]


def cast(site: Site) -> list[Value]:
    return [Value(site.integer("to"), site.shape())]


def cast_like(site: Site) -> list[Value]:
    return [Value(site.dtype(1), site.shape())]


def bit_cast(site: Site) -> list[Value]:
    return [Value(site.integer("to"), site.shape())]


def pair(site: Site) -> list[Value]:
    return [Value(site.dtype(), _wide(site))]


def _wide(site: Site) -> Shape:
    left, right = site.shape(0), site.shape(1)
    if site.op == "PRelu" and site.version < 7 and len(right) == 1 and len(left) > 1:
        right = (*right, *[1] * (len(left) - 2))
    elif site.version < 7 and site.integer("broadcast"):
        # the second stands at an axis of the first
        axis = site.attr("axis")
        start = len(left) - len(right) if axis is None else site.axis(axis, len(left))
        right = (*right, *[1] * (len(left) - start - len(right)))
    return broadcast(left, right)


def compare(site: Site) -> list[Value]:
    return [Value(BOOL, _wide(site))]


def many(site: Site) -> list[Value]:
    shapes = [site.shape(index) for index in range(len(site.inputs))]
    return [Value(site.dtype(), broadcast(*shapes))]


def where(site: Site) -> list[Value]:
    return [Value(site.dtype(1), broadcast(site.shape(0), site.shape(1), site.shape(2)))]


def dropout(site: Site) -> list[Value]:
    return [Value(site.dtype(), site.shape()), Value(BOOL if site.version >= 10 else site.dtype(), site.shape())]


def batch_norm(site: Site) -> list[Value]:
    each = site.shape(1)
    statistics = [Value(site.dtype(3) if site.given(3) else site.dtype(), each)] * 4
    return [Value(site.dtype(), site.shape()), *statistics]


def layer_norm(site: Site) -> list[Value]:
    x = site.shape()
    axis = site.axis(site.integer("axis", -1), len(x))
    means = (*x[:axis], *[1] * (len(x) - axis))
    return [Value(site.dtype(), x), *[Value(site.integer("stash_type", 1), means)] * 2]


def quantized(site: Site) -> list[Value]:
    dtype = site.integer("output_dtype") or (site.dtype(2) if site.given(2) else 2)
    return [Value(dtype, site.shape())]


def dequantized(site: Site) -> list[Value]:
    return [Value(site.integer("output_dtype") or site.dtype(1), site.shape())]


def dynamic_quantized(site: Site) -> list[Value]:
    return [Value(2, site.shape()), Value(1, ()), Value(2, ())]


def swiglu(site: Site) -> list[Value]:
    return [Value(site.dtype(), broadcast(site.shape(0), site.shape(1)))]


def string_test(site: Site) -> list[Value]:
    return [Value(BOOL, site.shape())]


def shape(site: Site) -> list[Value]:
    x = site.shape()
    start, end = site.integer("start"), site.attr("end")
    sizes = x[start:end]
    return [Value(INT64, (len(sizes),), tuple(sizes))]


def size(site: Site) -> list[Value]:
    site.shape()
    return [Value(INT64, (), (site.need(0).size,))]


def joined_text(site: Site) -> list[Value]:
    return [Value(STRING, _wide(site))]


RULES = {
    **dict.fromkeys(SAME, same), **dict.fromkeys(PAIRS, pair), **dict.fromkeys(COMPARE, compare),
    **dict.fromkeys(MANY, many), **dict.fromkeys(("Not", "IsInf", "IsNaN"), to_bool), "Identity": identity,
    "Cast": cast, "CastLike": cast_like, "BitCast": bit_cast, "Where": where, "Dropout": dropout,
    "BatchNormalization": batch_norm, "LayerNormalization": layer_norm, "QuantizeLinear": quantized,
    "DequantizeLinear": dequantized, "DynamicQuantizeLinear": dynamic_quantized, "SwiGLU": swiglu,
    "RegexFullMatch": string_test, "Shape": shape, "Size": size, "StringConcat": joined_text,
}  # fmt: skip

__all__ = ["INT32", "RULES"]
