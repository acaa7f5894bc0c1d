"""Element types: how many bytes a number takes."""

from __future__ import annotations

from ..errors import UsageError
from ..words import nearest

BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}
"""The types that weights and volumes can have."""
HALF = ("float16", "bfloat16")
"""The types that mixed precision computes in."""


def check_batch(batch: int) -> None:
    """Refuse (UsageError) a batch without examples."""
    if batch < 1:
        raise UsageError.of("E699", f"a batch of {batch} has no examples", help=("batch 1, or more",))


def bytes_of(dtype: str) -> int:
    """The bytes of a number. UsageError for a type that is not known.

    >>> bytes_of("bfloat16")
    2
    """
    if dtype in BYTES:
        return BYTES[dtype]
    short = {"fp32": "float32", "fp16": "float16", "half": "float16", "bf16": "bfloat16", "i8": "int8"}
    near = [short[dtype]] if dtype in short else nearest(dtype, dict.fromkeys(BYTES))
    help = f"did you mean {near[0]}?" if near else f"there are {', '.join(BYTES)}"
    raise UsageError.of("E690", f"there is no element type {dtype}", help=(help,))
