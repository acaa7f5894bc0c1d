"""What the translation of a layer may ask about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...graph import Node
from ...shape import Shape
from ..code import Arg, Call, In, Raw, Suffix, call, method
from ..layer import Layer as Base
from ..layer import fixed
from ..step import Step

FIRST, LAST, ANY, FREE = "first", "last", "any", "free"
"""Where the channels of a value stand: N,C,H,W or N,H,W,C; ANY follows what comes in, FREE gives what is wanted."""


@dataclass(frozen=True)
class Layer(Base):
    """A layer and its surroundings."""

    layout: str
    """FIRST or LAST, of all that comes in and goes out."""
    lead: tuple[int, ...]
    """For each volume that comes in 1 if it has a batch axis; what is the same for all examples has none."""
    wanted: str = LAST
    """The layout in which its reader takes it."""
    shared: bool = False
    """Whether its name is also that of a block around others."""

    def dim(self, axis: int, index: int = 0) -> int:
        """The dimension of an axis of the language; behind the channels of a volume that has them last, -1."""
        rank, lead = len(self.x[index]), self.lead[index]
        axis %= rank
        if self.layout == LAST or rank == 1:
            return -1 if axis == rank - 1 else axis + lead
        return lead if axis == rank - 1 else axis + lead + 1


Row = Callable[[Layer], tuple[Step, ...]]


@dataclass(frozen=True)
class Translation:
    """How the layers of one word are written: the layouts that they take and give, and their steps."""

    steps: Row
    takes: Callable[[Node, tuple[Shape, ...]], str]
    gives: str = ""
    """Where it differs from what it takes."""
    batch: bool = False
    """Whether it works on batches only."""


TABLE: dict[str, Translation] = {}


def row(
    *words: str, takes: str | Callable[[Node, tuple[Shape, ...]], str] = ANY, gives: str = "", batch: bool = False
) -> Callable[[Row], Row]:
    """Enter a function into the table."""

    def enter(steps: Row) -> Row:
        ask = (lambda _node, _x: takes) if isinstance(takes, str) else takes
        TABLE.update(dict.fromkeys(words, Translation(steps, ask, gives, batch)))
        return steps

    return enter


FLATTEN = call("nn.Flatten")

FUNCTIONS = {
    "nn.ReLU": "F.relu", "nn.ReLU6": "F.relu6", "nn.LeakyReLU": "F.leaky_relu", "nn.ELU": "F.elu", "nn.GELU": "F.gelu",
    "nn.SiLU": "F.silu", "nn.Sigmoid": "torch.sigmoid", "nn.Tanh": "torch.tanh", "nn.Hardswish": "F.hardswish",
    "nn.Hardsigmoid": "F.hardsigmoid", "nn.Softplus": "F.softplus", "nn.Mish": "F.mish", "nn.Softmax": "F.softmax",
    "nn.MaxPool1d": "F.max_pool1d", "nn.MaxPool2d": "F.max_pool2d", "nn.MaxPool3d": "F.max_pool3d",
    "nn.AvgPool1d": "F.avg_pool1d", "nn.AvgPool2d": "F.avg_pool2d", "nn.AvgPool3d": "F.avg_pool3d",
    "nn.AdaptiveAvgPool1d": "F.adaptive_avg_pool1d", "nn.AdaptiveAvgPool2d": "F.adaptive_avg_pool2d",
    "nn.AdaptiveAvgPool3d": "F.adaptive_avg_pool3d", "nn.AdaptiveMaxPool1d": "F.adaptive_max_pool1d",
    "nn.AdaptiveMaxPool2d": "F.adaptive_max_pool2d", "nn.AdaptiveMaxPool3d": "F.adaptive_max_pool3d",
    "nn.LocalResponseNorm": "F.local_response_norm", "nn.Upsample": "F.interpolate",
}  # fmt: skip
"""Modules without weights, and the functions that do the same."""

METHODS = {"nn.Flatten": "flatten", "Permute": "permute"}
"""Modules without weights, and the methods that do the same."""


def plain(made: Call) -> Step:
    """A module without weights: in a forward the function of the same arguments."""
    assert isinstance(made.function, Raw)
    name = made.function.text
    if name == "nn.Flatten":
        return Step(method(In(), "flatten", fixed(1)), plain=made)
    if name in METHODS:
        return Step(Call(Suffix(In(), (f".{METHODS[name]}",)), made.args), plain=made)
    if name == "nn.Dropout":
        training = Arg(Raw("self.training"), "training")
        return Step(Call(Raw("F.dropout"), (Arg(In()), *made.args, training)), plain=made)
    return Step(Call(Raw(FUNCTIONS[name]), (Arg(In()), *made.args)), plain=made)


def permute(order: tuple[int, ...]) -> tuple[Step, ...]:
    """Dimensions in another order."""
    moved = [place for place, dim in enumerate(order) if place != dim]
    if not moved:
        return ()
    step = plain(call("Permute", *map(fixed, order)))
    if len(moved) == 2:
        step = step._replace(code=method(In(), "transpose", *map(fixed, moved)))
    return (step,)


def turn(rank: int, lead: int, to: str) -> tuple[Step, ...]:
    """The channels of a volume moved to the front or to the back."""
    if rank == 1:
        return ()
    spatial = rank - 1
    if to == FIRST:
        order = (*range(lead), lead + spatial, *range(lead, lead + spatial))
    else:
        order = (*range(lead), *range(lead + 1, lead + rank), lead)
    return permute(order)
