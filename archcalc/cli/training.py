"""training: the multiply-adds of a training step."""

from __future__ import annotations

import sys

from ..report import json, records, text
from ..report import training as forms
from .arguments import parse
from .common import network


def training(words: list[str]) -> int:
    """Forward, backward and what is computed again, a layer each."""
    given = parse("training", words)
    net = network(given, "training", given.input)
    found = net.training(batch=given.batch, freeze=given.freeze, recompute=given.recompute)
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
