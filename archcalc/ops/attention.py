"""Attention: ATTEND, the products alone; ATTN, the textbook layer with its projections (Vaswani et al. 2017, 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from ..errors import SpecError
from ..shape import Shape, Window, divisors, show
from ..symbolic import differ
from .base import LAST, Const, Lowering, OnnxNode, Op, Weight, ints, need_rank, node
from .fields import COUNT, REAL, REFERENCE, Reference, argument, flag, option
from .heads import Heads, Scores, attend, shared


@dataclass(frozen=True)
class Attend(Op):
    """softmax(q k^T * scale + bias) v in each head. Volumes q, k, v, or one that holds q, then k, then v."""

    word: ClassVar[str] = "ATTEND"
    arity: ClassVar[int | None] = 3

    heads: int = argument(COUNT)
    kv: int | None = option("kv", COUNT, None)
    """Heads of keys and values, where queries share them."""
    scale: float | None = option("scale", REAL, None)
    """1/sqrt(channels of a head), unless given."""
    bias: Reference | None = option("bias", REFERENCE, None)
    """A volume that is added to the scores: heads x queries x keys, or what stretches to that."""
    causal: bool = flag("causal")

    def sizes(self, *x: Shape) -> Heads:
        """The sizes, after every check."""
        kv = shared(self.heads, self.kv)
        volumes = x[: len(x) - (self.bias is not None)]
        for volume in volumes:
            need_rank(self, volume, 2, "197x768")
        sizes = self._packed(volumes[0], kv) if len(volumes) == 1 else self._apart(kv, *volumes)
        if self.causal and sizes.queries != sizes.keys:
            # frameworks disagree on which key the first query stands at
            raise SpecError.of(
                "E342", "causal needs as many keys as queries", f"{sizes.queries} queries, {sizes.keys} keys",
                ("leave out causal, and mask with bias=",),
            )  # fmt: skip
        if self.bias is not None:
            _check_bias(x[-1], sizes.scores)
        return sizes

    def _packed(self, x: Shape, kv: int) -> Heads:
        parts = self.heads + 2 * kv
        if x[-1] % parts:
            raise SpecError.of(
                "E341", "the channels don't divide into heads",
                f"{x[-1]} channels for {self.heads} heads of queries, {kv} of keys and {kv} of values",
                (f"a multiple of {parts} channels", "or three volumes: ATTEND 8 [q, k, v]"),
            )  # fmt: skip
        dim = x[-1] // parts
        return Heads(x[:-2], x[-2], x[-2], self.heads, kv, dim, dim)

    def _apart(self, kv: int, q: Shape, k: Shape, v: Shape) -> Heads:
        for volume, count, what in ((q, self.heads, "query"), (k, kv, "key"), (v, kv, "value")):
            if volume[-1] % count:
                raise SpecError.of(
                    "E341", f"the {what} channels don't divide into heads", f"{volume[-1]} channels for {count} heads",
                    (f"a multiple of {count} channels",),
                )  # fmt: skip
        dim = q[-1] // self.heads
        if differ(dim, k[-1] // kv):
            raise SpecError.of(
                "E343", "the heads of queries and keys differ in size",
                f"{q[-1]} channels in {self.heads} heads against {k[-1]} in {kv}", (f"{dim * kv} channels of keys",),
            )  # fmt: skip
        if k[:-1] != v[:-1] or q[:-2] != k[:-2]:
            raise SpecError.of(
                "E343", "queries, keys and values don't line up", " against ".join(map(show, (q, k, v))),
                ("keys and values must agree in all but the channels, queries in the axes before the positions",),
            )  # fmt: skip
        return Heads(q[:-2], q[-2], k[-2], self.heads, kv, dim, v[-1] // kv)

    def output(self, *x: Shape) -> Shape:
        sizes = self.sizes(*x)
        return (*sizes.lead, sizes.queries, self.heads * sizes.value)

    def work(self, *x: Shape) -> dict[str, int]:
        sizes = self.sizes(*x)
        scores = prod(sizes.scores)
        rows = scores // sizes.keys
        # the queries are scaled; softmax subtracts the largest, sums and divides
        return {
            "macs": scores * (sizes.dim + sizes.value),
            "mul": 0 if self.scale == 1 else rows * sizes.dim,
            "add": (2 + (self.bias is not None)) * scores - rows,
            "compare": scores - rows,
            "exp": scores,
            "div": scores,
        }

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        return None

    def between(self, *x: Shape) -> dict[str, Any]:
        sizes = self.sizes(*x)
        return {"head": sizes.dim, "value": sizes.value}

    def scores(self, sizes: Heads, *x: Shape) -> Scores:
        """How the scores come about, for the export."""
        scale = sizes.dim**-0.5 if self.scale is None else self.scale
        if self.bias is None:
            return Scores(scale, self.causal)
        return Scores(scale, self.causal, f"x{len(x) - 1}", len(x[-1]))

    def onnx(self, *x: Shape) -> Lowering:
        sizes = self.sizes(*x)
        scores = self.scores(sizes, *x)
        if len(x) > 2:
            return Lowering(LAST, attend(sizes, scores, ("x0", "x1", "x2"), "y"))
        keys = sizes.kv * sizes.dim
        split = node("Split", "x0", ints(sizes.heads * sizes.dim, keys, keys), to=("q", "k", "v"), axis=-1)
        return Lowering(LAST, (split, *attend(sizes, scores, ("q", "k", "v"), "y")))


def _check_bias(bias: Shape, scores: Shape) -> None:
    padded = (1,) * (len(scores) - len(bias)) + bias
    if len(padded) > len(scores) or any(b not in (1, s) for b, s in zip(padded, scores, strict=True)):
        raise SpecError.of(
            "E344", "the bias doesn't fit the scores", f"{show(bias)} for scores of {show(scores)}",
            ("it ends in heads x queries x keys, or 1 where it is the same for all",),
        )  # fmt: skip


@dataclass(frozen=True)
class Attention(Op):
    """The textbook layer: projections to queries, keys and values, attention, a projection of what was found.

    A second volume is a memory, to which keys and values belong. Weights are those of PyTorch's MultiheadAttention.
    """

    word: ClassVar[str] = "ATTN"
    arity: ClassVar[int | None] = 2

    heads: int = argument(COUNT)
    kv: int | None = option("kv", COUNT, None)
    """Heads of keys and values, where queries share them."""
    dim: int | None = option("dim", COUNT, None)
    """Channels of a head: those of the volume over the heads, unless given."""
    causal: bool = flag("causal")
    nobias: bool = flag("nobias")

    @property
    def core(self) -> Attend:
        """The attention between the projections."""
        return Attend(self.heads, kv=self.kv, causal=self.causal)

    def widths(self, *x: Shape) -> tuple[int, int]:
        """The channels of all queries, and of all keys (as many as those of all values)."""
        for volume in x:
            need_rank(self, volume, 2, "197x768")
        width = x[0][-1]
        if self.dim is None and width % self.heads:
            fitting = list(map(str, divisors(width)))
            raise SpecError.of(
                "E341", "the channels don't divide into heads", f"{width} channels for {self.heads} heads",
                (f"{', '.join(fitting[:8])} heads, or dim= for the channels of a head",),
            )  # fmt: skip
        kv = shared(self.heads, self.kv)
        if self.dim is not None:
            return self.heads * self.dim, kv * self.dim
        return width, width if self.kv is None else kv * (width // self.heads)

    def projected(self, *x: Shape) -> tuple[Shape, Shape, Shape]:
        """The volumes q, k, v."""
        queries, keys = self.widths(*x)
        return (*x[0][:-1], queries), (*x[-1][:-1], keys), (*x[-1][:-1], keys)

    def output(self, *x: Shape) -> Shape:
        self.core.output(*self.projected(*x))
        return x[0]

    def _packed(self, *x: Shape) -> bool:
        """Whether one matrix holds the projections to queries, keys and values."""
        return x[0][-1] == x[-1][-1]

    def weights(self, *x: Shape) -> dict[str, Weight]:
        (queries, keys), width, memory = self.widths(*x), x[0][-1], x[-1][-1]
        rows = queries + 2 * keys
        if self._packed(*x):
            weights = {"in_proj_weight": Weight((rows, width), "kernel", (width, width))}
        else:
            weights = {
                "q_proj_weight": Weight((queries, width), "kernel", (width, queries)),
                "k_proj_weight": Weight((keys, memory), "kernel", (memory, keys)),
                "v_proj_weight": Weight((keys, memory), "kernel", (memory, keys)),
            }
        if not self.nobias:
            weights["in_proj_bias"] = Weight((rows,))
        weights["out_proj.weight"] = Weight((width, queries), "kernel", (queries, width))
        return weights if self.nobias else weights | {"out_proj.bias": Weight((width,))}

    def work(self, *x: Shape) -> dict[str, int]:
        queries, keys = self.widths(*x)
        asked, held = prod(x[0][:-1]), prod(x[-1][:-1])
        work = self.core.work(*self.projected(*x))
        work["macs"] += 2 * asked * x[0][-1] * queries + 2 * held * x[-1][-1] * keys
        return work if self.nobias else work | {"bias": asked * (queries + x[0][-1]) + 2 * held * keys}

    def between(self, *x: Shape) -> dict[str, Any]:
        return self.core.between(*self.projected(*x))

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        return None

    def onnx(self, *x: Shape) -> Lowering:
        queries, keys = self.widths(*x)
        sizes = self.core.sizes(*self.projected(*x))
        into = self._project(ints(queries, keys, keys), *x)
        found = attend(sizes, self.core.scores(sizes), ("q", "k", "v"), "heard")
        out = _linear("heard", "out_proj.weight", "" if self.nobias else "out_proj.bias", "y")
        return Lowering(LAST, (*into, *found, *out))

    def _project(self, shares: Const, *x: Shape) -> tuple[OnnxNode, ...]:
        """The nodes that make q, k and v."""
        bias = "" if self.nobias else "in_proj_bias"
        if len(x) == 1:
            product = _linear("x0", "in_proj_weight", bias, "qkv")
            return (*product, node("Split", "qkv", shares, to=("q", "k", "v"), axis=-1))
        nodes: list[OnnxNode] = []
        if self._packed(*x):
            nodes.append(node("Split", "in_proj_weight", shares, to=("wq", "wk", "wv"), axis=0))
        if bias:
            nodes.append(node("Split", bias, shares, to=("bq", "bk", "bv"), axis=0))
        for letter, source in (("q", "x0"), ("k", "x1"), ("v", "x1")):
            weight = f"w{letter}" if self._packed(*x) else f"{letter}_proj_weight"
            nodes += _linear(source, weight, bias and f"b{letter}", letter)
        return tuple(nodes)


def _linear(source: str, weight: str, bias: str, to: str) -> tuple[OnnxNode, ...]:
    """A matrix over the channels, stored as PyTorch stores it, and a bias."""
    product = (
        node("Transpose", weight, to=f"{to}.kernel", perm=[1, 0]),
        node("MatMul", source, f"{to}.kernel", to=f"{to}.product" if bias else to),
    )
    return (*product, node("Add", f"{to}.product", bias, to=to)) if bias else product
