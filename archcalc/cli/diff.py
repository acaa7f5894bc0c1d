"""diff: what changed between two networks."""

from __future__ import annotations

import sys
from argparse import Namespace

from ..analysis.budget import LIMITED
from ..analysis.growth import exceeded
from ..errors import SpecError, UsageError
from ..load import read_spec
from ..network import Network
from ..report import diagnostics, diff_md, json, text
from ..report import diff as report
from .arguments import options_of, parse

DIFFERENT = 1


def diff(words: list[str]) -> int:
    """What changed: 0 for one network or growth within the budgets, 1 for different networks or too much growth.

    As `diff` does it, 2 and more mean that nothing was compared; so does a spec that is wrong.
    """
    given = parse("diff", words)
    before, after = _networks(given)
    found = before.diff(after)
    asked = {what: most for what in LIMITED if (most := getattr(given, f"max_{what}")) is not None}
    over = exceeded(found, asked)
    if given.json:
        budgets = {"exceeded": [one.as_dict() for one in over]} if asked else {}
        sys.stdout.write(json.document({**found.as_dict(), **budgets}))
    elif given.md:
        sys.stdout.write(diff_md.report(found, given.depth))
    else:
        room, signs = text.screen(sys.stdout)
        text.write(report.report(found, room, given.depth, signs), sys.stdout)
    if over and not given.json:
        sys.stdout.flush()
        diagnostics.show(over, sys.stderr)
    return DIFFERENT if over or not (asked or found.same) else 0


def _networks(given: Namespace) -> tuple[Network, Network]:
    if len(given.spec) != 2:
        said = ", ".join(given.spec[:4])
        help = ('put each into quotes: archcalc diff "INPUT 8 -> FC 4" "INPUT 8 -> FC 5"',)
        raise UsageError.of("E624", f"diff takes two SPECs, {len(given.spec)} given: {said}", help=help)
    if given.spec == ["-", "-"]:
        raise UsageError.of("E624", "standard input is one SPEC, not two", help=("name a file for the other",))
    if len(given.input) > 1 or len(given.input_b) > 1:
        raise UsageError.of("E625", "--input is given twice", "", ("one shape for both, --input-b for the second",))
    shape = (given.input or [None])[0]
    try:
        before = Network(read_spec(given.spec[0], options_of(given, shape)))
        given.set += given.set_b
        return before, Network(read_spec(given.spec[1], options_of(given, (given.input_b or [shape])[0])))
    except SpecError as error:
        raise UsageError(*error.diagnostics) from None  # exit code 2: 1 says that networks differ
