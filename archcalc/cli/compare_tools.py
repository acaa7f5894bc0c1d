"""compare-tools: what other tools print for a network, and why."""

from __future__ import annotations

import sys
from argparse import Namespace

from ..conventions.tools import compare
from ..network import Network
from ..report import comparison, json, text
from .arguments import parse
from .common import network


def compare_tools(words: list[str]) -> int:
    """The way from the multiply-adds to every tool's figure."""
    given = parse("compare-tools", words)
    net = network(given, "compare-tools", given.input)
    net.check()
    compared = compare(net.table())
    if given.json:
        sys.stdout.write(json.document(comparison.as_dict(compared)))
    else:
        text.write(comparison.waterfall(net.table(), compared, text.screen(sys.stdout)[0]), sys.stdout)
    return 0


def show_as(net: Network, given: Namespace) -> int:
    """The table of a network in the convention of one tool."""
    net.check()
    figure = net.counted_by(given.as_)
    if given.json:
        sys.stdout.write(json.document(comparison.layers_dict(net.table(), figure)))
    else:
        text.write(comparison.layers(net.table(), figure, text.screen(sys.stdout)[0]), sys.stdout)
    return 0
