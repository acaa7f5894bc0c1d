"""Recurrent layers, attention, positions, experts."""

from __future__ import annotations

from typing import Any

from ...shape import per_axis
from ..code import Code, In, Items, Lit, Own, Raw, Suffix, call, method
from ..layer import attend_options, bucket_index, fixed, func, relative_index
from ..step import Step
from .context import LAST, Layer, row
from .pointwise import repeated


def _batched(c: Layer, rank: int, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Axes before the last `rank` join the batch."""
    lead = c.x[0][:-rank]
    if not lead:
        return steps
    joined = func(method(In(), "flatten", fixed(0), fixed(len(lead))))
    return (joined, *steps, func(method(In(), "unflatten", fixed(0), (-1, *lead))))


@row("LSTM", "GRU", "RNN", takes=LAST, batch=True)
def recurrent(c: Layer) -> tuple[Step, ...]:
    """nn.LSTM, nn.GRU, nn.RNN, which have two biases a gate; Recurrent has one."""
    op = c.op
    states = tuple(_state(c, index) for index in range(1, len(c.x)))
    if op.word == "LSTM" and states:
        given = dict(zip([name for name in op.memory if getattr(op, name) is not None], states, strict=True))
        zeros = call("torch.zeros_like", states[0])
        states = (Items((given.get("state", zeros), given.get("cell", zeros)), "()"),)
    run = call(Own(), In(), *states)
    outputs, final = Suffix(run, ("[0]",)), Suffix(run, ("[1][0]" if op.word == "LSTM" else "[1]",))
    step = func(_last(op, final) if op.last else outputs, own=_cells(c))
    return _batched(c, 2, (step,))


def _state(c: Layer, index: int) -> Code:
    """A state as PyTorch wants it: directions, batch, units."""
    volume = In(index) if c.lead[index] else repeated(c, index, 0)
    if len(c.x[index]) > 1:
        volume = method(volume, "flatten", fixed(0), fixed(len(c.x[index]) - 1))
    if not c.op.bidirectional:
        return Suffix(volume, ("[None]",))
    apart = method(volume, "unflatten", fixed(1), fixed((2, -1)))
    return method(method(apart, "transpose", fixed(0), fixed(1)), "contiguous")


def _last(op: Any, final: Code) -> Code:
    """What stands at the end of each direction of the last layer."""
    if not op.bidirectional:
        return Suffix(final, ("[-1]",))
    return method(method(Suffix(final, ("[-2:]",)), "transpose", fixed(0), fixed(1)), "flatten", fixed(1))


def _cells(c: Layer) -> Any:
    op = c.op
    sizes = (Lit(c.channels, "input_size"), Lit(op.units, "hidden_size"))
    options = {"num_layers": (op.layers, 1), "bidirectional": (op.bidirectional, False)}
    late = op.word != "GRU" or op.after or op.biases == 2
    if (op.biases == 2 or op.nobias) and late:
        kind = {"nonlinearity": (op.activation, "tanh")} if op.word == "RNN" else {}
        return call(f"nn.{op.word}", *sizes, **options, bias=(not op.nobias, True), batch_first=True, **kind)
    words = {"RNN": f"rnn_{getattr(op, 'activation', '')}", "GRU": "gru_after" if late else "gru", "LSTM": "lstm"}
    return call("Recurrent", fixed(words[op.word]), *sizes, **options, bias=(not op.nobias, True))


@row("ATTEND", takes=LAST)
def attend(c: Layer) -> tuple[Step, ...]:
    """F.scaled_dot_product_attention between heads."""
    op = c.op
    sizes = op.sizes(*c.x)
    bias = _bias(c, sizes) if op.bias is not None else None
    volumes: tuple[Code, ...] = tuple(In(index) for index in range(len(c.x) - (bias is not None)))
    if len(volumes) == 1:
        shares = tuple(heads * sizes.dim for heads in (sizes.heads, sizes.kv, sizes.kv))
        equal = sizes.heads == sizes.kv
        packed = ("chunk", fixed(3)) if equal else ("split", Lit(shares, "widths"))
        volumes = (Suffix(Raw("*"), (method(In(), *packed, dim=fixed(-1)),)),)
    options = attend_options(c) | ({} if bias is None else {"bias": bias})
    return (func(call("attend", *volumes, **options)),)


def _bias(c: Layer, sizes: Any) -> Code:
    """The bias beside scores of lead, heads, queries, keys."""
    index = len(c.x) - 1
    missing = len(sizes.scores) - len(c.x[index])
    if not missing or not c.lead[index]:
        return In(index)
    return Suffix(In(index), (f"[:, {', '.join(['None'] * missing)}]",))


@row("ATTN", takes=LAST, batch=True)
def attention(c: Layer) -> tuple[Step, ...]:
    """nn.MultiheadAttention; Attention where heads share keys or have a width of their own."""
    op, width, memory = c.op, c.x[0][-1], c.x[-1][-1]
    queries, _ = op.widths(*c.x)
    lead = c.x[0][:-2]
    q, m = (_joined(In(index), len(lead)) for index in (0, len(c.x) - 1))
    causal = bool(op.causal)
    if op.kv not in (None, op.heads) or queries != width:
        options = {
            "kv_heads": (op.kv, None),
            "dim": (op.dim, None),
            "memory": (memory, width),
            "bias": (not op.nobias, True),
        }
        made = call("ProjectedAttention", Lit(width, "channels"), Lit(op.heads, "heads"), **options)
        run: Code = call(Own(), q, *((m,) if len(c.x) > 1 else ()), causal=(causal, False))
    else:
        more = {"kdim": (memory, width), "vdim": (memory, width)}
        made = call(
            "nn.MultiheadAttention", Lit(width, "embed_dim"), Lit(op.heads, "num_heads"),
            bias=(not op.nobias, True), **more, batch_first=True,
        )  # fmt: skip
        mask = {"attn_mask": call("later", In()), "is_causal": fixed(True)} if causal else {}
        run = Suffix(call(Own(), q, m, m, need_weights=fixed(False), **mask), ("[0]",))
    return (func(method(run, "unflatten", fixed(0), (-1, *lead)) if lead else run, own=made),)


def _joined(volume: Code, lead: int) -> Code:
    return method(volume, "flatten", fixed(0), fixed(lead)) if lead else volume


@row("ROPE", takes=LAST)
def rotary(c: Layer) -> tuple[Step, ...]:
    return (func(call("rotate", In(), Lit(c.op.heads, "heads"), base=(c.op.base, 10000.0))),)


@row("ALIBI", takes=LAST)
def linear_bias(c: Layer) -> tuple[Step, ...]:
    return (func(call("alibi", In(), Lit(c.op.heads, "heads"))),)


@row("RELPOS", takes=LAST)
def relative(c: Layer) -> tuple[Step, ...]:
    """Rows of a table by relative position."""
    return (_looked_up(c, relative_index(c)),)


def _looked_up(c: Layer, index: Code) -> Step:
    """Rows of a table."""
    rows = method(In(), "flatten", fixed(c.lead[0]), fixed(-2)) if len(c.x[0]) > 2 else In()
    return func(Suffix(rows, ("[:, " if c.lead[0] else "[", index, "]")))


@row("BUCKETS", takes=LAST)
def buckets(c: Layer) -> tuple[Step, ...]:
    """Rows of a table by distance."""
    return (_looked_up(c, bucket_index(c)),)


@row("SHIFTMASK", takes=LAST)
def shift_mask(c: Layer) -> tuple[Step, ...]:
    rank = len(c.x[0]) - 1
    window, shift = per_axis(c.op.window, rank, "window"), per_axis(c.op.shift, rank, "shift")
    return (func(call("shift_mask", In(), Lit(window, "window"), Lit(shift, "shift"))),)


@row("MOE", takes=LAST)
def mixture(c: Layer) -> tuple[Step, ...]:
    """The shares of the gate times what the experts say."""
    op = c.op
    gate = call("nn.Linear", Lit(c.channels, "channels"), Lit(op.experts, "experts"), bias=fixed(False))
    outputs = Items(tuple(In(index) for index in range(1, len(c.x))))
    return (func(call("mixture", call(Own("gate"), In()), outputs, top=op.top), gate=gate),)
