"""Attention's heads: their sizes, and the products between them in ONNX."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import SpecError
from ..shape import Shape, divisors
from .base import Const, OnnxNode, ints, node


class Heads(NamedTuple):
    """The sizes of attention: `heads` of `dim` channels ask `queries` times, `kv` heads hold `keys` keys and values."""

    lead: Shape
    """Axes before the positions: each index of them attends on its own."""
    queries: int
    keys: int
    heads: int
    kv: int
    dim: int
    value: int
    """Channels of a value."""

    @property
    def groups(self) -> Shape:
        """The axes of the heads: heads that share keys and values stand behind those."""
        return (self.heads,) if self.heads == self.kv else (self.kv, self.heads // self.kv)

    @property
    def single(self) -> Shape:
        """The axes of the heads of keys, with 1 where products stretch them to those of the queries."""
        return (self.heads,) if self.heads == self.kv else (self.kv, 1)

    @property
    def scores(self) -> Shape:
        """The shape of the attention weights."""
        return (*self.lead, self.heads, self.queries, self.keys)


def shared(heads: int, kv: int | None) -> int:
    """The heads of keys and values; they must divide those of the queries."""
    if kv is not None and heads % kv:
        fitting = list(map(str, divisors(heads)))
        raise SpecError.of(
            "E341", "the heads of keys don't divide those of queries", f"{heads} heads share kv={kv}",
            (f"kv= {', '.join(fitting[:8])}",),
        )  # fmt: skip
    return heads if kv is None else kv


class Scores(NamedTuple):
    """How scores come from the products of queries and keys."""

    scale: float
    causal: bool = False
    bias: str = ""
    """The value that is added, if any."""
    rank: int = 0
    """How many axes that has."""


def attend(sizes: Heads, scores: Scores, names: tuple[str, str, str], to: str) -> tuple[OnnxNode, ...]:
    """The nodes of attention from the values named q, k, v."""
    q, k, v = names
    nodes = [] if scores.scale == 1 else [node("Mul", q, Const(scores.scale), to="scaled")]
    nodes += _into_heads("scaled" if nodes else q, "queries", sizes, sizes.queries, sizes.groups, sizes.dim)
    nodes += _into_heads(k, "keys", sizes, sizes.keys, sizes.single, sizes.dim, transposed=True)
    nodes += _into_heads(v, "values", sizes, sizes.keys, sizes.single, sizes.value)
    nodes.append(node("MatMul", "queries", "keys", to="products"))
    last = "products"
    if scores.bias:
        nodes += _biased(sizes, scores, last)
        last = "biased"
    if scores.causal:
        nodes += _masked(sizes, last)
        last = "masked"
    nodes.append(node("Softmax", last, to="shares", axis=-1))
    nodes.append(node("MatMul", "shares", "values", to="found"))
    return (*nodes, *_out_of_heads("found", to, sizes))


def _into_heads(
    source: str, to: str, sizes: Heads, length: int, heads: Shape, dim: int, transposed: bool = False
) -> tuple[OnnxNode, ...]:
    """Take the channels apart into heads, and bring those before the positions."""
    lead = 1 + len(sizes.lead)
    first, last = lead + 1, lead + 1 + len(heads)
    ends = (last, lead) if transposed else (lead, last)
    return (
        # 0 keeps the batch
        node("Reshape", source, ints(0, *sizes.lead, length, *heads, dim), to=f"{to}.apart"),
        node("Transpose", f"{to}.apart", to=to, perm=(*range(lead), *range(first, last), *ends)),
    )


def _out_of_heads(source: str, to: str, sizes: Heads) -> tuple[OnnxNode, ...]:
    """Bring the heads back behind the positions, and join their channels."""
    lead, groups = 1 + len(sizes.lead), len(sizes.groups)
    perm = (*range(lead), lead + groups, *range(lead, lead + groups), lead + groups + 1)
    return (
        node("Transpose", source, to="beside", perm=perm),
        node("Reshape", "beside", ints(0, *sizes.lead, sizes.queries, sizes.heads * sizes.value), to=to),
    )


def _biased(sizes: Heads, scores: Scores, source: str) -> tuple[OnnxNode, ...]:
    """Add the bias to the scores, for which heads that share keys stand in one axis."""
    axes = tuple(range(1, 1 + len(sizes.scores) - scores.rank))
    aligned = (node("Unsqueeze", scores.bias, ints(*axes), to="bias"),) if axes else ()
    bias = "bias" if axes else scores.bias
    if len(sizes.groups) == 1:
        return (*aligned, node("Add", source, bias, to="biased"))
    return (
        *aligned,
        node("Reshape", source, ints(0, *sizes.scores), to="flat"),
        node("Add", "flat", bias, to="sum"),
        node("Reshape", "sum", ints(0, *sizes.lead, *sizes.groups, sizes.queries, sizes.keys), to="biased"),
    )


def _masked(sizes: Heads, source: str) -> tuple[OnnxNode, ...]:
    """No query sees a later key."""
    keys = Const(lambda: list(range(sizes.keys)), "int64")
    queries = Const(lambda: [[index] for index in range(sizes.queries)], "int64")
    return (
        node("Greater", keys, queries, to="later"),
        node("Where", "later", Const(float("-inf")), source, to="masked"),
    )
