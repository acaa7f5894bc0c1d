"""The known devices, as text and for JSON."""

from __future__ import annotations

from typing import Any

from ..analysis.devices import devices
from ..errors import Styled
from .roofline import decimal, scaled


def report() -> list[Styled]:
    """A line a device: its name, its two figures, where they meet, what it is."""
    heads = ("device", "compute", "memory", "ridge", "what it is")
    cells = [
        (name, f"{scaled(row.flops)}FLOP/s", f"{scaled(row.bandwidth)}B/s", decimal(row.ridge), row.about)
        for name, row in devices().items()
    ]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    drawn: list[Styled] = []
    for name, *numbers, about in [heads, *cells]:
        style = "" if drawn else "head"
        right = "".join(f"  {number.rjust(wide)}" for number, wide in zip(numbers, widths[1:], strict=False))
        drawn.append(((name.ljust(widths[0]), style or "name"), (right, style), (f"  {about}", style or "faint")))
    return drawn


def as_dict() -> dict[str, Any]:
    """The devices with the sources of their figures."""
    found = [
        {"name": name, "about": row.about, "flops": str(row.flops), "bandwidth": str(row.bandwidth),
         "ridge": str(row.ridge), "dtype": row.dtype, "source": row.source}
        for name, row in devices().items()
    ]  # fmt: skip
    return {"schema": 1, "devices": found}
