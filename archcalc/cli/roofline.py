"""roofline: what layers move, and what bounds them on a device."""

from __future__ import annotations

import sys

from ..analysis.devices import device
from ..report import json, records, text
from ..report import roofline as forms
from .arguments import parse
from .common import network


def roofline(words: list[str]) -> int:
    """The traffic of every layer; with a device its bound and its least time."""
    given = parse("roofline", words)
    known = device(given.device_spec, given.dtype) if given.device_spec else None  # told before anything else
    net = network(given, "roofline", given.input)
    found = net.roofline(known, batch=given.batch, dtype=given.dtype)
    net.check()
    if given.json:
        sys.stdout.write(json.document(found.as_dict()))
        return 0
    if given.csv:
        sys.stdout.write(records.document(found.as_dict()["layers"]))
        return 0
    room, signs = text.screen(sys.stdout)
    text.write(forms.report(found, room, given.depth, signs), sys.stdout)
    return 0
