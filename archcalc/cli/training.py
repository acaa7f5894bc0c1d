"""training: the multiply-adds of a training step."""

from __future__ import annotations

from ..report.training import report
from .arguments import parse
from .common import network
from .results import hand_out


def training(words: list[str]) -> int:
    """Forward, backward and what is computed again, a layer each."""
    given = parse("training", words)
    net = network(given, "training", given.input)
    found = net.training(batch=given.batch, freeze=given.freeze, recompute=given.recompute)
    net.check()
    return hand_out(found, given, report)
