"""memory: what a network takes at a batch size and an element type, and what fits."""

from __future__ import annotations

import sys

from ..analysis.storage import amount_of_bytes
from ..report import json, text
from ..report import memory as forms
from .arguments import parse
from .common import network


def memory(words: list[str]) -> int:
    """Inference, training, the cache of attention; with --fits the largest batches."""
    given = parse("memory", words)
    room = amount_of_bytes(given.fits) if given.fits else None  # a wrong amount is told before anything else
    net = network(given, "memory", given.input)
    found = net.memory(
        batch=given.batch, dtype=given.dtype, optimizer=given.optimizer, mixed=given.mixed, in_place=given.in_place,
        recompute=given.recompute, freeze=given.freeze,
    )  # fmt: skip
    net.check()
    fits = None if room is None else found.fits(room)
    if given.json:
        sys.stdout.write(json.document(forms.as_dict(found, fits)))
    else:
        text.write(forms.report(found, fits, text.screen(sys.stdout)[0], given.fits or ""), sys.stdout)
    return 0
