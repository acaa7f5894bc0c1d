"""check: whether specs hold what they claim."""

from __future__ import annotations

import sys

from ..analysis.budget import amount, check_budget
from ..errors import ArchcalcError, SpecError
from ..load import read_spec
from ..network import Network
from ..report import diagnostics, json, text
from ..report.spell import count, cut_end
from .arguments import options_of, parse
from .common import working
from .words import specs_of


def check(words: list[str]) -> int:
    """Whether everything holds that the specs claim; every spec is looked at."""
    given = parse("check", words)
    options = options_of(given, given.input[-1] if given.input else None)
    asked = {"params": given.max_params, "macs": given.max_macs, "peak": given.max_peak}
    budget = {what: amount(text, what) for what, text in asked.items() if text is not None}
    failures: list[tuple[str, ArchcalcError]] = []
    specs = specs_of(given.spec)
    for number, spec in enumerate(specs, 1):
        try:
            with working(f"checking {number} of {len(specs)}"):
                net = Network(read_spec(spec, options))
                net.check()
                check_budget(net.table(), budget)
            if given.lint and (findings := net.lint()):
                failures.append((spec, SpecError(*findings)))
        except ArchcalcError as error:
            failures.append((spec, error))
    if given.json:
        sys.stdout.write(_errors(failures))
    else:
        _show(failures, len(specs))
    return min((error.exit_code for _, error in failures), default=0)


def _errors(failures: list[tuple[str, ArchcalcError]]) -> str:
    found = [{"spec": spec, **mistake.as_dict()} for spec, error in failures for mistake in error.diagnostics]
    return json.document({"errors": found})


def _show(failures: list[tuple[str, ArchcalcError]], checked: int) -> None:
    """The mistakes of each spec under its name, where there is more than one spec."""
    for spec, error in failures:
        if checked > 1:
            kind = "finding" if error.diagnostics[0].code[0] == "L" else "mistake"
            said = f"{_short(spec)}: {count(len(error.diagnostics), kind)}"
            text.write([((said, "strong"),)], sys.stderr)
        diagnostics.show(error.diagnostics, sys.stderr)
        if checked > 1:
            sys.stderr.write("\n")


def _short(spec: str) -> str:
    return cut_end(" ".join(spec.split()), 60, "...")
