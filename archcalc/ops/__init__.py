"""The registry of ops. A family's file is imported when one of its words is first used: start-up time counts."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from .base import Op

FAMILIES: dict[str, tuple[str, ...]] = {
    "volume": ("INPUT", "PARAM", "OUTPUT", "ID", "DROP", "DROPPATH"),
    "conv": ("CONV", "DWCONV"),
    "transposed": ("TCONV",),
    "patches": ("UNFOLD",),
    "pool": ("POOL", "GAP", "GMP", "AAP"),
    "resize": ("UP",),
    "dense": ("FC", "LINEAR"),
    "norm": ("BN", "LN", "GN", "IN", "RMSNORM", "L2NORM", "LRN"),
    "merge": ("ADD", "MUL", "SUB", "CONCAT"),
    "activation": (
        "RELU",
        "RELU6",
        "LRELU",
        "PRELU",
        "ELU",
        "GELU",
        "SILU",
        "SIGMOID",
        "TANH",
        "HSWISH",
        "HSIGMOID",
        "SOFTPLUS",
        "MISH",
        "EXP",
        "CLIP",
        "SCALE",
        "SOFTMAX",
    ),
    "arrange": ("FLATTEN", "PAD", "SLICE", "CROP", "ROLL"),
    "rearrange": ("REARRANGE",),
    "recurrent": ("LSTM", "GRU", "RNN"),
    "embed": ("EMBED", "POSEMB"),
    "attention": ("ATTEND", "ATTN"),
    "position": ("ROPE", "ALIBI"),
    "relative": ("RELPOS", "BUCKETS", "SHIFTMASK", "COORDS"),
    "einsum": ("EINSUM",),
    "experts": ("MOE",),
}
"""The files of this folder, and the layers in each."""

_HOME = {word: family for family, words in FAMILIES.items() for word in words}
WORDS: tuple[str, ...] = tuple(_HOME)


@cache
def find(word: str) -> type[Any] | None:
    """The op class of a word, or None."""
    family = _HOME.get(word)
    if family is None:
        return None
    module = import_module(f".{family}", __name__)
    ops = (item for item in vars(module).values() if isinstance(item, type) and issubclass(item, Op))
    return next(op for op in ops if vars(op).get("word") == word)
