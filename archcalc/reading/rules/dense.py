"""Products of matrices, recurrent layers, attention."""

from __future__ import annotations

import re
from typing import Any

from ...shape import Shape, broadcast
from ..site import Site, Unknown
from ..tensor import INT32
from ..value import Value


def product(site: Site, a: Shape, b: Shape) -> Shape:
    """The shape of a product of matrices, as numpy's matmul has it."""
    if not a or not b:
        raise site.wrong("a number is no matrix")
    left = a if len(a) > 1 else (1, *a)
    right = b if len(b) > 1 else (*b, 1)
    if isinstance(left[-1], int) and isinstance(right[-2], int) and left[-1] != right[-2]:
        raise site.wrong(f"{list(a)} times {list(b)}: {left[-1]} against {right[-2]}")
    lead = broadcast(left[:-2], right[:-2]) if left[:-2] or right[:-2] else ()
    rows, columns = left[-2:-1] if len(a) > 1 else (), right[-1:] if len(b) > 1 else ()
    return (*lead, *rows, *columns)


def matmul(site: Site) -> list[Value]:
    return [Value(site.dtype(), product(site, site.shape(0), site.shape(1)))]


def matmul_integer(site: Site) -> list[Value]:
    return [Value(INT32, product(site, site.shape(0), site.shape(1)))]


def qlinear_matmul(site: Site) -> list[Value]:
    return [Value(site.dtype(7), product(site, site.shape(0), site.shape(3)))]


def gemm_shape(site: Site, a: Shape, b: Shape) -> Shape:
    if len(a) != 2 or len(b) != 2:
        raise site.wrong(f"{list(a)} times {list(b)}: no matrices")
    a = a[::-1] if site.integer("transA") else a
    b = b[::-1] if site.integer("transB") else b
    return product(site, a, b)


def gemm(site: Site) -> list[Value]:
    a = site.shape()
    if site.version < 7 and len(a) > 2:  # flattened then
        a = (a[0], site.need(0).size // a[0])
    return [Value(site.dtype(), gemm_shape(site, a, site.shape(1)))]


class Formula(tuple[Any, ...]):
    """The terms of an Einsum, each a list of names of axes, and the names of the result."""


def einsum_terms(site: Site) -> tuple[list[list[str]], list[str], dict[str, Any]]:
    """The axes of every input, those of the output, and their sizes; axes under an ellipsis are named .0, .1."""
    text = site.text("equation").replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(site.inputs):
        raise site.wrong(f"{text} for {len(site.inputs)} volumes")
    sizes: dict[str, Any] = {}
    named, wide = [], 0
    for index, term in enumerate(terms):
        x = site.shape(index)
        names = re.findall(r"\.\.\.|[A-Za-z]", term)
        rest = len(x) - len([name for name in names if name != "..."])
        if rest < 0 or (rest and "..." not in names) or "".join(names) != term:
            raise site.wrong(f"{term} for {list(x)}")
        wide = max(wide, rest)
        full = [one for name in names for one in ([f".{i - rest}" for i in range(rest)] if name == "..." else [name])]
        for name, size in zip(full, x, strict=True):
            _settle(site, sizes, name, size)
        named.append(full)
    ellipsis = [f".{i - wide}" for i in range(wide)]
    if arrow:
        names = re.findall(r"\.\.\.|[A-Za-z]", right)
        return named, [one for name in names for one in (ellipsis if name == "..." else [name])], sizes
    flat = [name for term in named for name in term]
    return named, ellipsis + sorted(n for n in set(flat) if flat.count(n) == 1 and n[0] != "."), sizes


def _settle(site: Site, sizes: dict[str, Any], name: str, size: Any) -> None:
    known = sizes.get(name, 1)
    if known == 1:
        sizes[name] = size
    elif isinstance(known, int) and isinstance(size, int) and size not in (1, known):
        raise site.wrong(f"the axis {name} has sizes {known} and {size}")


def einsum(site: Site) -> list[Value]:
    _, result, sizes = einsum_terms(site)
    if any(name not in sizes for name in result):
        raise site.wrong("the result has an axis that no volume has")
    return [Value(site.dtype(), tuple(sizes[name] for name in result))]


def recurrent(site: Site) -> list[Value]:
    x, weight = site.shape(), site.shape(1)
    if len(x) != 3 or len(weight) != 3:
        raise site.wrong(f"weights {list(weight)} over {list(x)}")
    hidden = site.integer("hidden_size") or site.shape(2)[-1]
    directions = weight[0]
    if site.integer("layout"):
        steps, final = (x[0], x[1], directions, hidden), (x[0], directions, hidden)
    else:
        steps, final = (x[0], directions, x[1], hidden), (directions, x[1], hidden)
    return [Value(site.dtype(), steps), Value(site.dtype(), final), Value(site.dtype(), final)]


def attention(site: Site) -> list[Value]:
    """ai.onnx's Attention: volumes of 3 axes with the heads in the channels, or of 4."""
    q, k, v = site.shape(0), site.shape(1), site.shape(2)
    dtype, cached = site.dtype(), site.at(4)
    out: Shape
    if len(q) == 4:
        heads, kv, dim, value = q[1], k[1], k[3], v[3]
        keys, out = k[2], (*q[:3], value)
    elif len(q) == 3:
        heads, kv = site.integer("q_num_heads"), site.integer("kv_num_heads")
        if heads < 1 or kv < 1:
            raise site.wrong("the numbers of heads are missing")
        dim, value, keys = k[2] // kv, v[2] // kv, k[1]
        out = (*q[:2], heads * value)
    else:
        raise site.wrong(f"queries {list(q)}")
    if cached is not None and cached.shape is not None and len(cached.shape) == 4:
        keys = keys + cached.shape[2]
    scores = (q[0], heads, q[-2], keys)
    return [
        Value(dtype, out), Value(dtype, (q[0], kv, keys, dim)), Value(dtype, (q[0], kv, keys, value)),
        Value(dtype, scores),
    ]  # fmt: skip


def det(site: Site) -> list[Value]:
    return [Value(site.dtype(), site.shape()[:-2])]


def linear_attention(site: Site) -> list[Value]:
    raise Unknown


RULES = {
    "MatMul": matmul, "MatMulInteger": matmul_integer, "QLinearMatMul": qlinear_matmul, "Gemm": gemm,
    "Einsum": einsum, "LSTM": recurrent, "GRU": recurrent, "RNN": recurrent, "Attention": attention, "Det": det,
    "LinearAttention": linear_attention,
}  # fmt: skip
