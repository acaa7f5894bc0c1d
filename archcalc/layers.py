"""Single layers as plain functions: shapes in, numbers out.

Shapes are (height, width, channels), (length, channels) or (depth, height, width, channels), without the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

from .analysis.cost import count
from .errors import SpecError
from .ops import find
from .ops.base import Op
from .shape import Extent, Pair, Shape

Padding = int | str | tuple[int | tuple[int, int], ...]
"""One number for all sides, "same", or an axis each: (1, 0), ((0, 1), (0, 1))."""


@dataclass(frozen=True)
class Layer:
    """The numbers of one layer, for one example."""

    op: Op
    input: Shape

    @property
    def output(self) -> Shape:
        """The output volume."""
        return self.op.output(self.input)

    @property
    def weights(self) -> dict[str, Shape]:
        """The stored tensors by name, laid out as PyTorch lays them."""
        return {name: weight.shape for name, weight in self.op.weights(self.input).items()}

    @property
    def params(self) -> int:
        """Trained numbers."""
        return sum(count(weight) for weight in self.op.weights(self.input).values() if not weight.buffer)

    @property
    def macs(self) -> int:
        """Multiply-adds."""
        return (self.op.work(self.input) or {}).get("macs", 0)

    @property
    def activations(self) -> int:
        """Numbers in the output."""
        return prod(self.output)


def _layer(word: str, x: Shape, *arguments: Any, **options: Any) -> Layer:
    op_class = find(word)
    assert op_class is not None
    op = op_class(*arguments, **options)
    op.output(tuple(x))  # every check happens here
    return Layer(op, tuple(x))


def _pads(pad: Padding) -> dict[str, object]:
    if pad == "same":
        return {"same": True}
    if isinstance(pad, str):
        raise SpecError.of("E214", f'the pad "{pad}" is not known', help=('a number, a tuple, or "same"',))
    if isinstance(pad, int):
        return {"pad": pad}
    return {"pad": tuple(Pair(*side) if isinstance(side, tuple) else side for side in pad)}


def _extent(size: Extent, rank: int) -> tuple[int, ...]:
    return (size,) * rank if isinstance(size, int) else tuple(size)


def conv1d(
    x: Shape, filters: int, kernel: Extent, *, stride: Extent = 1, pad: Padding = 0, dilation: Extent = 1,
    groups: int = 1, bias: bool = True, fit: str = "",
) -> Layer:  # fmt: skip
    """A convolution over (length, channels). `fit` is "" (strict), "floor" or "ceil".

    Raises SpecError if the stride does not fit, the kernel is larger than its input, or the groups don't divide.

    >>> layer = conv1d((60, 1), 7, 40)
    >>> layer.output, layer.params
    ((21, 7), 287)
    """
    return _layer(
        "CONV", x, filters, _extent(kernel, 1), stride=stride, dilation=dilation, groups=groups, nobias=not bias,
        fit=fit, **_pads(pad),
    )  # fmt: skip


def conv2d(
    x: Shape, filters: int, kernel: Extent, *, stride: Extent = 1, pad: Padding = 0, dilation: Extent = 1,
    groups: int = 1, bias: bool = True, fit: str = "",
) -> Layer:  # fmt: skip
    """A convolution over (height, width, channels). `fit` is "" (strict), "floor" or "ceil".

    Raises SpecError if the stride does not fit, the kernel is larger than its input, or the groups don't divide.

    >>> layer = conv2d((227, 227, 3), 96, 11, stride=4)
    >>> layer.output, layer.params
    ((55, 55, 96), 34944)
    """
    return _layer(
        "CONV", x, filters, _extent(kernel, 2), stride=stride, dilation=dilation, groups=groups, nobias=not bias,
        fit=fit, **_pads(pad),
    )  # fmt: skip


def conv3d(
    x: Shape, filters: int, kernel: Extent, *, stride: Extent = 1, pad: Padding = 0, dilation: Extent = 1,
    groups: int = 1, bias: bool = True, fit: str = "",
) -> Layer:  # fmt: skip
    """A convolution over (depth, height, width, channels). `fit` is "" (strict), "floor" or "ceil".

    Raises SpecError if the stride does not fit, the kernel is larger than its input, or the groups don't divide.

    >>> layer = conv3d((16, 16, 16, 4), 32, 3, pad=1)
    >>> layer.output, layer.params
    ((16, 16, 16, 32), 3488)
    """
    return _layer(
        "CONV", x, filters, _extent(kernel, 3), stride=stride, dilation=dilation, groups=groups, nobias=not bias,
        fit=fit, **_pads(pad),
    )  # fmt: skip


def depthwise_conv2d(
    x: Shape, kernel: Extent, *, stride: Extent = 1, pad: Padding = 0, dilation: Extent = 1, multiplier: int = 1,
    bias: bool = True, fit: str = "",
) -> Layer:  # fmt: skip
    """One filter for each channel of (height, width, channels), `multiplier` of them if asked.

    >>> depthwise_conv2d((32, 32, 8), 3, bias=False).params
    72
    """
    return _layer(
        "DWCONV", x, _extent(kernel, 2), stride=stride, dilation=dilation, multiplier=multiplier, nobias=not bias,
        fit=fit, **_pads(pad),
    )  # fmt: skip


def conv_transpose2d(
    x: Shape, filters: int, kernel: Extent, *, stride: Extent = 1, pad: Padding = 0, dilation: Extent = 1,
    groups: int = 1, output_pad: Extent = 0, bias: bool = True,
) -> Layer:  # fmt: skip
    """A transposed convolution: (size - 1)*stride - pads + dilation*(kernel - 1) + 1 + output_pad.

    >>> conv_transpose2d((3, 3, 1), 1, 3, stride=2, pad=1).output
    (5, 5, 1)
    """
    return _layer(
        "TCONV", x, filters, _extent(kernel, 2), stride=stride, dilation=dilation, groups=groups, output_pad=output_pad,
        nobias=not bias, **_pads(pad),
    )  # fmt: skip


def pool2d(
    x: Shape, kernel: Extent, stride: Extent, *, mode: str = "max", pad: Padding = 0, fit: str = "", inner: bool = False
) -> Layer:
    """Pooling of (height, width, channels); `mode` is max, avg or sum. There is no default stride, on purpose.

    >>> pool2d((55, 55, 96), 3, 2).output
    (27, 27, 96)
    """
    return _layer("POOL", x, _extent(kernel, 2), stride=stride, mode=mode, fit=fit, inner=inner, **_pads(pad))


def fully_connected(x: Shape, units: int, *, bias: bool = True) -> Layer:
    """Every number of the volume into every unit.

    >>> fully_connected((6, 6, 256), 4096).params
    37752832
    """
    return _layer("FC", x, units, nobias=not bias)


def linear(x: Shape, units: int, *, bias: bool = True) -> Layer:
    """A matrix over the channels at every position.

    >>> linear((512, 768), 3072).params
    2362368
    """
    return _layer("LINEAR", x, units, nobias=not bias)
