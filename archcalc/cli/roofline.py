"""roofline: what layers move, and what bounds them on a device."""

from __future__ import annotations

from ..analysis.devices import device
from ..report.roofline import report
from .arguments import parse
from .common import network
from .results import hand_out


def roofline(words: list[str]) -> int:
    """The traffic of every layer; with a device its bound and its least time."""
    given = parse("roofline", words)
    known = device(given.device_spec, given.dtype) if given.device_spec else None  # told before anything else
    net = network(given, "roofline", given.input)
    found = net.roofline(known, batch=given.batch, dtype=given.dtype)
    net.check()
    return hand_out(found, given, report)
