"""Activations, normalisation, fully connected layers and merges in Keras."""

from __future__ import annotations

from typing import Any

from ..code import Code, In, Infix, Items, Lit, Own, Raw, Suffix, call
from ..layer import fixed, func, real
from ..step import Step
from .context import Layer, op, plain, row, stored


@row("ID")
def untouched(c: Layer) -> tuple[Step, ...]:
    """The volume itself."""
    return (func(In()),)


@row("PARAM")
def parameter(c: Layer) -> tuple[Step, ...]:
    """A learned tensor; a functional model wants a layer for it, which is called on something."""
    sizes = (*(Lit(size, "size") for size in c.y[:-1]), Lit(c.y[-1], "channels"))
    return (stored(call("Parameter", Items(sizes, "()"))),)


@row("COORDS")
def coordinates(c: Layer) -> tuple[Step, ...]:
    """A table that is stored, but not trained."""
    table = call("log_coordinates", fixed(c.op._sizes()))
    return (stored(call("Parameter", fixed(c.y), table)),)


@row("DROP")
def dropout(c: Layer) -> tuple[Step, ...]:
    return (plain("Dropout", Lit(real(c.op.rate), "dropout")) if c.op.rate else func(In()),)


@row("DROPPATH")
def drop_path(c: Layer) -> tuple[Step, ...]:
    """Dropout of whole examples."""
    if not c.op.rate:
        return (func(In()),)
    shape = fixed((None, *[1] * len(c.x[0])))
    return (plain("Dropout", Lit(real(c.op.rate), "dropout"), noise_shape=shape),)


ACTIVATIONS = {
    "SIGMOID": "sigmoid", "TANH": "tanh", "SILU": "silu", "HSWISH": "hard_silu", "HSIGMOID": "hard_sigmoid",
    "MISH": "mish", "SOFTPLUS": "softplus", "EXP": "exponential",
}  # fmt: skip


@row(*ACTIVATIONS)
def activation(c: Layer) -> tuple[Step, ...]:
    return (plain("Activation", Raw(f'"{ACTIVATIONS[c.op.word]}"')),)


@row("RELU")
def relu(c: Layer) -> tuple[Step, ...]:
    return (plain("ReLU"),)


@row("RELU6")
def relu6(c: Layer) -> tuple[Step, ...]:
    return (plain("ReLU", max_value=fixed(6)),)


@row("LRELU")
def leaky(c: Layer) -> tuple[Step, ...]:
    return (plain("LeakyReLU", negative_slope=c.op.slope),)


@row("ELU")
def elu(c: Layer) -> tuple[Step, ...]:
    return (plain("ELU", alpha=(c.op.alpha, 1.0)),)


@row("GELU")
def gelu(c: Layer) -> tuple[Step, ...]:
    if c.op.approximate == "none":
        return (plain("Activation", Raw('"gelu"')),)
    return (func(op("gelu", In(), approximate=fixed(True))),)


@row("PRELU")
def prelu(c: Layer) -> tuple[Step, ...]:
    """Keras has a slope for each number unless axes share it."""
    axes = tuple(range(1, len(c.x[0]) + (not c.op.channelwise)))
    start = Raw("keras.initializers.Constant(0.25)")
    return (stored(call("layers.PReLU", alpha_initializer=start, shared_axes=(fixed(axes) if axes else None, None))),)


@row("CLIP")
def clip(c: Layer) -> tuple[Step, ...]:
    least, most = c.op.least, c.op.most
    if least is None:
        return (func(op("minimum", In(), most)),)
    return (func(op("maximum", In(), least) if most is None else op("clip", In(), least, most)),)


@row("SCALE")
def scale(c: Layer) -> tuple[Step, ...]:
    return (func(Infix("*", (In(), Lit(real(c.op.factor), "scale")))),)


@row("SOFTMAX")
def softmax(c: Layer) -> tuple[Step, ...]:
    axis = c.axis(c.op.axis)
    return (plain("Softmax") if axis == -1 else plain("Softmax", axis=fixed(axis)),)


def _affine(c: Layer) -> dict[str, Any]:
    """The options of layers that end in a scale and a shift."""
    return {"center": (not c.op.nobias and not c.op.noaffine, True), "scale": (not c.op.noaffine, True)}


@row("BN")
def batch_norm(c: Layer) -> tuple[Step, ...]:
    """layers.BatchNormalization, whose own epsilon is 1e-3."""
    return (stored(call("layers.BatchNormalization", epsilon=(c.op.eps, 1e-3), **_affine(c))),)


@row("LN")
def layer_norm(c: Layer) -> tuple[Step, ...]:
    return (stored(call("layers.LayerNormalization", epsilon=(c.op.eps, 1e-3), **_affine(c))),)


@row("GN")
def group_norm(c: Layer) -> tuple[Step, ...]:
    groups = Lit(c.op.groups, "groups")
    return (stored(call("layers.GroupNormalization", groups, epsilon=(c.op.eps, 1e-3), **_affine(c))),)


@row("IN")
def instance_norm(c: Layer) -> tuple[Step, ...]:
    """A group for each channel."""
    return (stored(call("layers.GroupNormalization", fixed(-1), epsilon=(c.op.eps, 1e-3), **_affine(c))),)


@row("RMSNORM")
def rms_norm(c: Layer) -> tuple[Step, ...]:
    if c.op.noaffine:
        return (func(op("rms_normalization", In(), epsilon=c.op.eps)),)
    return (stored(call("layers.RMSNormalization", epsilon=(c.op.eps, 1e-6))),)


@row("L2NORM")
def l2_norm(c: Layer) -> tuple[Step, ...]:
    return (func(call("l2_normalize", In(), axis=fixed(c.axis(c.op.axis)), least=(c.op.eps, 1e-12))),)


@row("LRN")
def local_response(c: Layer) -> tuple[Step, ...]:
    options = {"alpha": (c.op.alpha, 1e-4), "beta": (c.op.beta, 0.75), "bias": (c.op.bias, 1.0)}
    return (func(call("local_response", In(), Lit(c.op.size, "size"), **options)),)


def flat(c: Layer) -> tuple[Step, ...]:
    """The whole volume as one vector, channels first, so that weights keep their places."""
    rank = len(c.x[0])
    if rank == 1:
        return ()
    turned = (plain("Permute", fixed((rank, *range(1, rank)))),)
    return (*(turned if any(size != 1 for size in c.x[0][:-1]) else ()), plain("Flatten"))


@row("FLATTEN")
def flatten(c: Layer) -> tuple[Step, ...]:
    return flat(c) or (func(In()),)


@row("FC")
def fully_connected(c: Layer) -> tuple[Step, ...]:
    return (*flat(c), _matrix(c))


@row("LINEAR")
def linear(c: Layer) -> tuple[Step, ...]:
    """layers.Dense works on the last axis at every position."""
    return (_matrix(c),)


def _matrix(c: Layer) -> Step:
    units, bias = Lit(c.op.units, "units"), {"use_bias": (not c.op.nobias, True)}
    if c.op.tie is None:
        return stored(call("layers.Dense", units, **bias))
    if c.owner != "EMBED":
        return func(call(Own(), In()), own=call("TiedDense", In(1), **bias))
    scores = call(In(1), In(), reverse=fixed(True))
    return func(scores) if c.op.nobias else func(call(Own(), scores), own=call("Bias"))


@row("EMBED")
def embed(c: Layer) -> tuple[Step, ...]:
    if c.op.tie is not None:
        return (func(call(In(1) if c.owner == "EMBED" else call("TiedEmbedding", In(1)), In())),)
    name = "SharedEmbedding" if c.turned else "layers.Embedding"
    return (stored(call(name, Lit(c.op.entries, "input_dim"), Lit(c.op.width, "output_dim"))),)


@row("POSEMB")
def positions(c: Layer) -> tuple[Step, ...]:
    """A vector for each position, added."""
    if c.op.sine:
        return (func(Infix("+", (In(), call("sinusoids", *c.x[0][-2:])))),)
    return (stored(call("PositionEmbedding", Lit(c.op.rows, "positions"))),)


@row("ADD", "MUL", "SUB")
def merge(c: Layer) -> tuple[Step, ...]:
    """Keras's merging layers for volumes that are alike, operators for those that stretch."""
    names = {"ADD": ("Add", "+"), "MUL": ("Multiply", "*"), "SUB": ("Subtract", "-")}
    name, sign = names[c.op.word]
    if len(set(c.x)) == 1 and all(c.batched) and (sign != "-" or len(c.x) == 2):
        return (func(call(call(f"layers.{name}"), Items(tuple(map(In, range(len(c.x))))))),)
    return (func(Infix(sign, tuple(aligned(c, index) for index in range(len(c.x))))),)


def aligned(c: Layer, index: int) -> Code:
    """A volume with the axes of size 1 that broadcasting supposes before its own."""
    missing = max(map(len, c.x)) - len(c.x[index])
    return In(index) if not missing else Suffix(In(index), (f"[:{', None' * missing}]",))


@row("CONCAT")
def concat(c: Layer) -> tuple[Step, ...]:
    """layers.Concatenate; what is the same for all examples is repeated beside what is not."""
    joined = next((index for index, batched in enumerate(c.batched) if batched), None)
    items = tuple(
        In(index) if batched or joined is None else repeated(index, joined) for index, batched in enumerate(c.batched)
    )
    axis = c.axis(c.op.axis)
    made = call("layers.Concatenate", **({} if axis == -1 else {"axis": fixed(axis)}))
    return (func(call(made, Items(items))),)


def repeated(index: int, batched: int) -> Code:
    """A volume that is the same for all examples, once for each of another's."""
    return call(call("RepeatedFor"), In(index), In(batched))
