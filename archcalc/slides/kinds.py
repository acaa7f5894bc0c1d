"""The layers of slides: what their rows may and must say."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """How a row tells of a layer: a number's role, and how our language calls what it gives."""

    takes: dict[str, str]
    """Roles to keys of options; "" for what is given by its place, in this order."""
    needs: dict[str, str]
    """Roles that must be given, and what is missing without them."""
    example: str
    flags: tuple[str, ...] = ()


_WINDOW = {"STRIDE": "s", "PAD": "p", "DILATION": "d"}
_ROUNDED = ("same", "floor", "ceil")

KINDS = {
    "INPUT": Kind({"SIZE": ""}, {"SIZE": "its volume"}, "[227x227x3] INPUT"),
    "CONV": Kind(
        {"COUNT": "", "SIZE": "", **_WINDOW, "GROUPS": "g"},
        {"COUNT": "how many filters it has", "SIZE": "how large its filters are"},
        "CONV1: 96 11x11 filters at stride 4, pad 0",
        (*_ROUNDED, "nobias"),
    ),
    "POOL": Kind(
        {"SIZE": "", **_WINDOW},
        {"SIZE": "how large its windows are", "STRIDE": "its stride"},
        "MAX POOL1: 3x3 filters at stride 2",
        _ROUNDED,
    ),
    "FC": Kind({"COUNT": ""}, {"COUNT": "how many neurons it has"}, "FC6: 4096 neurons", ("nobias",)),
    "LRN": Kind({"COUNT": ""}, {}, "NORM1: Normalization layer"),
    "BN": Kind({}, {}, "NORM1: Batch normalization"),
    "LN": Kind({}, {}, "NORM1: Layer normalization"),
    "DROP": Kind({"RATE": ""}, {"RATE": "its rate"}, "DROPOUT: rate 0.5"),
    "FLATTEN": Kind({}, {}, "FLATTEN"),
    "GAP": Kind({}, {}, "GLOBAL AVG POOL"),
    "GMP": Kind({}, {}, "GLOBAL MAX POOL"),
}
"""The layers by our language's words; activations have a row too, which says nothing but their name."""

ACTIVATION = Kind({}, {}, "RELU")

ACTIVATIONS = {
    "RELU": "relu re-lu", "LRELU": "lrelu l-relu leaky", "PRELU": "prelu p-relu", "ELU": "elu",
    "GELU": "gelu", "SILU": "silu swish", "SIGMOID": "sigmoid logistic", "TANH": "tanh", "SOFTMAX": "softmax soft-max",
    "MISH": "mish", "SOFTPLUS": "softplus",
}  # fmt: skip
"""How slides write the functions. A number behind a layer names it: RELU6 is the sixth RELU."""

FLAGS = {"SAME": "same", "FLOOR": "floor", "CEIL": "ceil", "NOBIAS": "nobias"}
MODES = {"MAX": "max", "AVG": "avg", "SUM": "sum"}

NORM_SIZE = 5
"""The channels that "Normalization layer" is over where a row says no more: AlexNet's, which slides mean by it."""

SAID = {
    "COUNT": "the number of filters", "SIZE": "the size", "STRIDE": "the stride", "PAD": "the pad",
    "DILATION": "the dilation", "GROUPS": "the number of groups", "RATE": "the rate",
}  # fmt: skip

VOCABULARY = (
    "input", "conv", "convolution", "pool", "pooling", "fully", "connected", "dense", "normalization", "batch",
    "dropout", "flatten", "relu", "softmax", "sigmoid", "tanh", "filters", "filter", "kernel", "window", "neurons",
    "units", "stride", "pad", "padding", "dilation", "groups", "max", "avg", "average", "global", "same", "size",
    "rate", "at", "with", "floor", "ceil",
)  # fmt: skip
"""Words that a mistyped one may have meant."""


def kind(word: str) -> Kind:
    """What a row says of the layer that our language calls `word`."""
    return KINDS.get(word, ACTIVATION)
