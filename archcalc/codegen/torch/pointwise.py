"""Activations, normalisation, fully connected layers, merges, and what does nothing at test time."""

from __future__ import annotations

from typing import Any

from ...shape import Shape
from ..code import Arg, Code, In, Infix, Items, Lit, Own, Raw, Suffix, call, method
from ..layer import fixed, func, real
from ..step import Step, layer
from .context import ANY, FIRST, FLATTEN, LAST, Layer, plain, row


@row("ID")
def untouched(c: Layer) -> tuple[Step, ...]:
    """The volume itself."""
    return (func(In()),)


@row("DROP")
def dropout(c: Layer) -> tuple[Step, ...]:
    """nn.Dropout."""
    step = plain(call("nn.Dropout", Lit(real(c.op.rate), "dropout")))
    return (step if c.op.rate else step._replace(code=In()),)


@row("DROPPATH")
def drop_path(c: Layer) -> tuple[Step, ...]:
    """Leaves out whole examples."""
    made = call("DropPath", Lit(real(c.op.rate), "dropout"))
    return (func(call("drop_path", In(), Lit(real(c.op.rate), "dropout"), Raw("self.training")))._replace(plain=made),)


@row("RELU", "RELU6", "SIGMOID", "TANH", "SILU", "HSWISH", "HSIGMOID", "MISH", "SOFTPLUS")
def activation(c: Layer) -> tuple[Step, ...]:
    """A function of each number."""
    names = {
        "RELU": "ReLU", "RELU6": "ReLU6", "SIGMOID": "Sigmoid", "TANH": "Tanh", "SILU": "SiLU", "HSWISH": "Hardswish",
        "HSIGMOID": "Hardsigmoid", "MISH": "Mish", "SOFTPLUS": "Softplus",
    }  # fmt: skip
    return (plain(call(f"nn.{names[c.op.word]}")),)


@row("LRELU")
def leaky(c: Layer) -> tuple[Step, ...]:
    return (plain(call("nn.LeakyReLU", negative_slope=(c.op.slope, 0.01))),)


@row("ELU")
def elu(c: Layer) -> tuple[Step, ...]:
    return (plain(call("nn.ELU", alpha=(c.op.alpha, 1.0))),)


@row("GELU")
def gelu(c: Layer) -> tuple[Step, ...]:
    return (plain(call("nn.GELU", approximate=(c.op.approximate, "none"))),)


@row("PRELU", takes=lambda node, x: FIRST if node.op.channelwise else ANY)
def prelu(c: Layer) -> tuple[Step, ...]:
    count = c.channels if c.op.channelwise else 1
    return (layer(call("nn.PReLU", num_parameters=(count, 1))),)


@row("EXP")
def exponential(c: Layer) -> tuple[Step, ...]:
    return (func(method(In(), "exp")),)


@row("CLIP")
def clip(c: Layer) -> tuple[Step, ...]:
    return (func(method(In(), "clamp", min=(c.op.least, None), max=(c.op.most, None))),)


@row("SCALE")
def scale(c: Layer) -> tuple[Step, ...]:
    return (func(Infix("*", (In(), Lit(real(c.op.factor), "scale")))),)


@row("SOFTMAX")
def softmax(c: Layer) -> tuple[Step, ...]:
    return (plain(call("nn.Softmax", dim=fixed(c.dim(c.op.axis)))),)


@row("BN", takes=FIRST, batch=True)
def batch_norm(c: Layer) -> tuple[Step, ...]:
    """nn.BatchNorm; more than three spatial axes are joined for it."""
    op, spatial = c.op, len(c.x[0]) - 1
    made = call(
        f"nn.BatchNorm{max(1, spatial) if spatial <= 3 else 1}d", Lit(c.channels, "num_features"),
        eps=(op.eps, 1e-5), affine=(not op.noaffine, True),
    )  # fmt: skip
    step = layer(call("without_bias", made) if op.nobias else made)
    if spatial <= 3:
        return (step,)
    return (
        func(method(In(), "flatten", fixed(2))),
        step,
        func(method(In(), "unflatten", fixed(2), Lit(c.x[0][:-1], "sizes"))),
    )


@row("LN", takes=LAST)
def layer_norm(c: Layer) -> tuple[Step, ...]:
    """nn.LayerNorm over the channels; LayerNorm2d where they stand before the positions."""
    op = c.op
    name = "nn.LayerNorm" if c.layout == LAST or len(c.x[0]) == 1 else "LayerNorm2d"
    options = {"elementwise_affine": (not op.noaffine, True), "bias": (not op.nobias, True)}
    return (layer(call(name, Lit(c.channels, "channels"), eps=(op.eps, 1e-5), **options)),)


@row("GN", takes=FIRST, batch=True)
def group_norm(c: Layer) -> tuple[Step, ...]:
    return (_grouped(c, c.op.groups),)


@row("IN", takes=FIRST, batch=True)
def instance_norm(c: Layer) -> tuple[Step, ...]:
    """nn.InstanceNorm, or with other numbers of axes a group for each channel."""
    op, spatial = c.op, len(c.x[0]) - 1
    if spatial > 3:
        return (_grouped(c, c.channels),)
    affine = (not op.noaffine, False)
    made = call(f"nn.InstanceNorm{spatial}d", Lit(c.channels, "num_features"), eps=(op.eps, 1e-5), affine=affine)
    made = call("without_bias", made) if op.nobias else made
    return (layer(made) if not op.noaffine else func(call(Own(), In()), own=made)._replace(plain=made),)


def _grouped(c: Layer, groups: int) -> Step:
    op = c.op
    channels = Lit(c.channels, "num_channels")
    affine = (not op.noaffine, True)
    made = call("nn.GroupNorm", Lit(groups, "num_groups"), channels, eps=(op.eps, 1e-5), affine=affine)
    return layer(call("without_bias", made) if op.nobias else made)


@row("RMSNORM", takes=LAST)
def rms_norm(c: Layer) -> tuple[Step, ...]:
    """nn.RMSNorm, whose own eps is that of the numbers."""
    options = {"eps": (c.op.eps, 2.0**-23), "elementwise_affine": (not c.op.noaffine, True)}
    return (layer(call("nn.RMSNorm", Lit(c.channels, "channels"), **options)),)


@row("L2NORM")
def l2_norm(c: Layer) -> tuple[Step, ...]:
    return (func(call("F.normalize", In(), dim=fixed(c.dim(c.op.axis)), eps=(c.op.eps, 1e-12))),)


@row("LRN", takes=FIRST, batch=True)
def local_response(c: Layer) -> tuple[Step, ...]:
    op = c.op
    options = {"alpha": (op.alpha, 1e-4), "beta": (op.beta, 0.75), "k": (op.bias, 1.0)}
    return (plain(call("nn.LocalResponseNorm", Lit(op.size, "size"), **options)),)


def flat(c: Layer) -> tuple[Step, ...]:
    """The whole volume as one vector."""
    return (plain(FLATTEN),) if len(c.x[0]) > 1 else ()


def _flat_takes(node: Any, x: tuple[Shape, ...]) -> str:
    """A single position is the same either way."""
    return ANY if all(size == 1 for size in x[0][:-1]) else FIRST


@row("FLATTEN", takes=_flat_takes, batch=True)
def flatten(c: Layer) -> tuple[Step, ...]:
    return flat(c) or (func(In()),)


@row("FC", takes=_flat_takes, batch=True)
def fully_connected(c: Layer) -> tuple[Step, ...]:
    """nn.Linear over all numbers, channels first."""
    return (*flat(c), _matrix(c, c.op.weights(*c.x)["weight"].shape[1]))


@row("LINEAR", takes=LAST)
def linear(c: Layer) -> tuple[Step, ...]:
    """nn.Linear over the channels."""
    return (_matrix(c, c.channels),)


def _matrix(c: Layer, inputs: int) -> Step:
    op, sizes = c.op, (Lit(inputs, "in_features"), Lit(c.op.units, "out_features"))
    made = call("nn.Linear", *sizes, bias=(not op.nobias, True))
    if c.shared:
        # other parts of the network stand below its name
        bias = () if op.nobias else (Suffix(Own(), (".bias",)),)
        return func(call("F.linear", In(), Suffix(Own(), (".weight",)), *bias), own=made)
    if op.tie is None:
        return layer(made)
    if op.nobias:
        return func(call("F.linear", In(), In(1)))
    zeros = call("torch.zeros", Lit(op.units, "out_features"))
    bias_only = call("nn.ParameterDict", Items((Suffix(Raw('"bias": '), (zeros,)),), "{}"))
    return func(call("F.linear", In(), In(1), Suffix(Own(), (".bias",))), own=bias_only)


@row("EMBED", takes=LAST, gives=LAST)
def embed(c: Layer) -> tuple[Step, ...]:
    """nn.Embedding."""
    if c.op.tie is not None:
        return (func(call("F.embedding", In(), In(1))),)
    return (layer(call("nn.Embedding", Lit(c.op.entries, "num_embeddings"), Lit(c.op.width, "embedding_dim"))),)


@row("POSEMB", takes=LAST)
def positions(c: Layer) -> tuple[Step, ...]:
    """A vector for each position, added."""
    if c.op.sine:
        return (func(Infix("+", (In(), call("sinusoids", In())))),)
    return (layer(call("PositionEmbedding", Lit(c.op.rows, "positions"), Lit(c.channels, "channels"))),)


def _aligned(c: Layer, index: int) -> Code:
    """A volume with the axes of size 1 that broadcasting supposes before its own."""
    missing = max(map(len, c.x)) - len(c.x[index])
    rank, lead = len(c.x[index]), c.lead[index]
    if not missing or (c.layout == LAST and not lead):
        return In(index)
    kept = lead if c.layout == LAST else lead + 1
    rest = "" if rank + lead == kept else ", ..."
    return Suffix(In(index), (f"[{', '.join([':'] * kept + ['None'] * missing)}{rest}]",))


@row("ADD", "MUL", "SUB")
def merge(c: Layer) -> tuple[Step, ...]:
    sign = {"ADD": "+", "MUL": "*", "SUB": "-"}[c.op.word]
    return (func(Infix(sign, tuple(_aligned(c, index) for index in range(len(c.x))))),)


@row("CONCAT")
def concat(c: Layer) -> tuple[Step, ...]:
    """torch.cat; what is the same for all examples is repeated beside what is not."""
    batched = next((index for index, lead in enumerate(c.lead) if lead), None)
    items = tuple(
        In(index) if lead or batched is None else repeated(c, index, batched) for index, lead in enumerate(c.lead)
    )
    dim = c.dim(c.op.axis, batched or 0)
    return (func(call("torch.cat", Items(items), dim=fixed(dim))),)


def repeated(c: Layer, index: int, batched: int) -> Code:
    """A volume that is the same for all examples, once for each of another's."""
    size = Suffix(In(batched), (".shape[0]",))
    return method(In(index), "expand", size, *[Arg(fixed(-1))] * len(c.x[index]))
