"""Devices: how many operations and how many bytes a second, at most."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import UsageError
from ..words import did_you_mean, nearest
from .budget import quantity
from .elements import bytes_of

KINDS = {"fp32": "float32", "tf32": "float32", "fp16": "float16", "bf16": "bfloat16", "int8": "int8"}
"""The kinds of operations in the names of devices, and the type of the numbers in memory."""


class Device(NamedTuple):
    """A device, for numbers of one type."""

    name: str
    about: str
    flops: Fraction
    """Operations a second: two for each multiply-add."""
    bandwidth: Fraction
    """Bytes a second of its memory."""
    dtype: str
    source: str = ""

    @property
    def ridge(self) -> Fraction:
        """The intensity, in FLOPs a byte, from which on a layer is bound by computing."""
        return self.flops / self.bandwidth


@cache
def devices() -> dict[str, Device]:
    """The known devices by name, a kind of operations each.

    >>> devices()["a100-fp16"].flops == 312 * 10**12
    True
    """
    import tomllib  # noqa: PLC0415 - only who names a device waits for it

    found = tomllib.loads(Path(__file__).with_name("devices.toml").read_text(encoding="utf-8"))
    return {f"{name}-{kind}": _device(name, kind, row) for name, row in found.items() for kind in row["flops"]}


def _device(name: str, kind: str, row: dict[str, Any]) -> Device:
    flops, bandwidth = quantity(row["flops"][kind]), quantity(row["bandwidth"])
    assert flops is not None
    assert bandwidth is not None
    return Device(f"{name}-{kind}", f"{row['about']}, {kind.upper()}", flops, bandwidth, KINDS[kind], row["source"])


def device(spec: str, dtype: str | None = None) -> Device:
    """The device of a text: a name such as a100-fp16 or a100, or flops=19.5T,bandwidth=1.5T.

    `dtype` is the type of the numbers; by default that of the name, else float32. UsageError for what is not known.

    >>> device("a100", "bfloat16").name, device("flops=10T,bandwidth=1T").ridge
    ('a100-bf16', Fraction(10, 1))
    """
    if dtype is not None:
        bytes_of(dtype)
    if "=" in spec:
        return _given(spec, dtype or "float32")
    found, spec = devices(), spec.lower()
    if spec in found:
        return _of_type(found[spec], dtype)
    kinds = [name for name in found if name.rpartition("-")[0] == spec]
    if not kinds:
        names = dict.fromkeys([*found, *(name.rpartition("-")[0] for name in found)])
        known = ", ".join(dict.fromkeys(name.rpartition("-")[0] for name in found))
        help = (did_you_mean(nearest(spec, names), f"there are {known}"), "or flops=19.5T,bandwidth=1.5T")
        raise UsageError.of("E698", f"there is no device {spec}", help=help)
    fitting = [name for name in kinds if found[name].dtype == (dtype or "float32")]
    if not fitting:
        note = f"there is no figure for {dtype or 'float32'}"
        raise UsageError.of("E698", f"{spec} is not known for that type", note, (" or ".join(kinds),))
    return found[fitting[0]]


def _of_type(found: Device, dtype: str | None) -> Device:
    if dtype in (None, found.dtype):
        return found
    help = (f"leave --dtype out, or take another of {found.name.rpartition('-')[0]}",)
    raise UsageError.of("E698", f"{found.name} is for {found.dtype}", f"{dtype} asked for", help)


def _given(spec: str, dtype: str) -> Device:
    """A device by its two figures."""
    figures: dict[str, Fraction] = {}
    for part in spec.split(","):
        key, _, text = part.strip().partition("=")
        number = quantity(text.strip().removesuffix("/s"))
        if key not in ("flops", "bandwidth") or not number or key in figures:
            raise _unclear(spec, f"at {part.strip()}")
        figures[key] = number
    if len(figures) < 2:
        raise _unclear(spec, f"{'flops' if 'bandwidth' in figures else 'bandwidth'} is missing")
    return Device(spec, "as given", figures["flops"], figures["bandwidth"], dtype)


def _unclear(spec: str, note: str) -> UsageError:
    help = ("write --device-spec flops=19.5T,bandwidth=1.5T: operations and bytes a second, in k, M, G or T",)
    return UsageError.of("E698", f"{spec} is no device", note, help)
