"""Recurrent layers, attention, positions and experts in Keras."""

from __future__ import annotations

from math import prod
from typing import Any

from ...shape import per_axis
from ..code import Call, Code, In, Items, Lit, Own, Raw, Suffix, call
from ..layer import attend_options, bucket_index, fixed, func, relative_index
from ..step import Step
from .context import Layer, op, over_batch, row


@row("LSTM", "GRU", "RNN")
def recurrent(c: Layer) -> tuple[Step, ...]:
    """Layers on top of each other; layers.Bidirectional for both directions."""
    o = c.op
    steps: list[Step] = []
    for layer in range(o.layers):
        last = layer == o.layers - 1
        made = _cells(c, o.last and last)
        states = _states(c) if layer == 0 and len(c.x) > 1 else {}
        name = "own" if o.layers == 1 else f"l{layer}"
        steps.append(func(call(Own("" if o.layers == 1 else name), In(), **states), **{name: made}))
    return over_batch(c, 2, tuple(steps))


def _cells(c: Layer, last: bool) -> Call:
    o = c.op
    one = _one(c, last, backwards=False)
    if not o.bidirectional:
        return one
    if _native(o):
        return call("layers.Bidirectional", one)
    return call("layers.Bidirectional", one, backward_layer=_one(c, last, backwards=True))


def _native(o: Any) -> bool:
    """Whether Keras has a layer with as many biases: one a gate, or two in a GRU that resets late."""
    if o.word == "GRU":
        return bool(o.nobias or not o.after or o.biases == 2)
    return bool(o.nobias or o.biases == 1)


def _one(c: Layer, last: bool, backwards: bool) -> Call:
    """One direction."""
    o, units = c.op, Lit(c.op.units, "units")
    sequences = {"return_sequences": (not last, False)}
    kind: dict[str, Any] = {"activation": (o.activation, "tanh")} if o.word == "RNN" else {}
    if not _native(o):
        word = f"{o.word.lower()}_relu" if kind and o.activation == "relu" else o.word.lower()
        cell = call("BiasedCell", fixed(word), units, biases=(o.biases, 2))
        return call("layers.RNN", cell, **sequences, go_backwards=(backwards, False))
    if o.word == "GRU":
        kind = {"reset_after": (bool(o.after or o.biases == 2), True)}
    name = {"RNN": "SimpleRNN"}.get(o.word, o.word)
    return call(f"layers.{name}", units, **kind, use_bias=(not o.nobias, True), **sequences)


def _states(c: Layer) -> dict[str, Any]:
    """The states to begin with, for both directions one after the other."""
    o = c.op
    given = [name for name in o.memory if getattr(o, name) is not None]
    batched = {name: _flat(c, index) for index, name in enumerate(given, 1)}
    zeros = op("zeros_like", next(iter(batched.values())))
    every = [batched.get(name, zeros) for name in o.memory]
    if o.bidirectional:
        sides = (f"[:, :{o.units}]", f"[:, {o.units}:]")
        every = [Suffix(state, (side,)) for side in sides for state in every]
    return {"initial_state": every[0] if len(every) == 1 else Items(tuple(every))}


def _flat(c: Layer, index: int) -> Code:
    """A state with its leading axes in the batch; repeated where it is the same for all examples."""
    state: Code = In(index) if c.batched[index] else call(call("RepeatedFor"), In(index), In())
    return state if len(c.x[index]) == 1 else op("reshape", state, Lit((-1, c.x[index][-1])))


@row("ATTEND")
def attend(c: Layer) -> tuple[Step, ...]:
    """Attention between heads."""
    o = c.op
    sizes = o.sizes(*c.x)
    volumes: tuple[Code, ...] = tuple(In(index) for index in range(len(c.x) - (o.bias is not None)))
    if len(volumes) == 1:
        keys = sizes.kv * sizes.dim
        ends = (sizes.heads * sizes.dim, sizes.heads * sizes.dim + keys)
        cuts = fixed(3) if sizes.heads == sizes.kv else Lit(ends, "widths")
        volumes = (Suffix(Raw("*"), (op("split", In(), cuts, axis=fixed(-1)),)),)
    options = attend_options(c)
    if o.bias is not None:
        index = len(c.x) - 1
        missing = len(sizes.scores) - len(c.x[index])
        options["bias"] = Suffix(In(index), (f"[:{', None' * missing}]",)) if missing else In(index)
    return (func(call("attend", *volumes, **options)),)


@row("ATTN")
def attention(c: Layer) -> tuple[Step, ...]:
    """layers.MultiHeadAttention; layers.GroupQueryAttention where heads share keys."""
    o = c.op
    queries, _ = o.widths(*c.x)
    dim = queries // o.heads
    bias = {"use_bias": (not o.nobias, True)}
    if o.kv not in (None, o.heads):
        made = call(
            "layers.GroupQueryAttention", Lit(dim, "head_dim"), Lit(o.heads, "heads"), Lit(o.kv, "kv_heads"), **bias
        )
    else:
        made = call("layers.MultiHeadAttention", Lit(o.heads, "num_heads"), Lit(dim, "key_dim"), **bias)
    lead = c.x[0][:-2]
    q, m = (_joined(In(index), c.x[index], bool(lead)) for index in (0, len(c.x) - 1))
    run: Code = call(Own(), q, m, use_causal_mask=(bool(o.causal), False))
    return (func(op("reshape", run, Lit((-1, *c.y), "sizes")) if lead else run, own=made),)


def _joined(volume: Code, shape: tuple[int, ...], lead: bool) -> Code:
    return op("reshape", volume, Lit((-1, *shape[-2:]), "sizes")) if lead else volume


@row("ROPE")
def rotary(c: Layer) -> tuple[Step, ...]:
    return (func(call("rotate", In(), Lit(c.op.heads, "heads"), base=(c.op.base, 10000.0))),)


@row("ALIBI")
def linear_bias(c: Layer) -> tuple[Step, ...]:
    return (_table(call("alibi", Lit(c.op.heads, "heads"), Lit(c.x[0][-2], "positions"))),)


def _table(values: Call) -> Step:
    """Numbers that are the same for all examples; a layer, as functional models want it."""
    return func(call(call("Table", values), In()))


@row("RELPOS")
def relative(c: Layer) -> tuple[Step, ...]:
    """Rows of a table by relative position."""
    return (_looked_up(c, relative_index(c)),)


def _looked_up(c: Layer, index: Code) -> Step:
    """Rows of a table."""
    rows = In() if len(c.x[0]) == 2 else op("reshape", In(), Lit((-1, prod(c.x[0][:-1]), c.channels), "sizes"))
    return func(op("take", rows, index, axis=fixed(1)))


@row("BUCKETS")
def buckets(c: Layer) -> tuple[Step, ...]:
    """Rows of a table by distance."""
    return (_looked_up(c, bucket_index(c)),)


@row("SHIFTMASK")
def shift_mask(c: Layer) -> tuple[Step, ...]:
    rank = len(c.x[0]) - 1
    window, shift = per_axis(c.op.window, rank, "window"), per_axis(c.op.shift, rank, "shift")
    return (_table(call("shift_mask", Lit(c.x[0][:-1], "sizes"), Lit(window, "window"), Lit(shift, "shift"))),)


@row("MOE")
def mixture(c: Layer) -> tuple[Step, ...]:
    """The shares of the gate times what the experts say."""
    gate = call("layers.Dense", Lit(c.op.experts, "experts"), use_bias=fixed(False))
    outputs = Items(tuple(In(index) for index in range(1, len(c.x))))
    return (func(call("mixture", call(Own("gate"), In()), outputs, top=c.op.top), gate=gate),)
