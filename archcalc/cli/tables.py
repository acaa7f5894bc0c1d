"""show, check, list: what can be said without running anything."""

from __future__ import annotations

import sys
from typing import Any

from ..errors import ArchcalcError, Styled
from ..load import read_spec, shipped_names
from ..network import Network
from ..report import csv, diagnostics, json, markdown, text
from ..report.columns import chosen
from ..report.spell import cut_end, thousands
from .arguments import options_of, parse
from .common import network, print_table, working
from .words import specs_of


def show(words: list[str]) -> int:
    """The table."""
    given = parse("show", words)
    columns = chosen(given.columns) if given.columns else None
    net = network(given, "show", given.input)
    if given.json:
        net.check()
        sys.stdout.write(json.document(net.as_dict()))
    elif given.csv:
        sys.stdout.write(csv.report(net.table(), columns, given.depth))
    elif given.md:
        sys.stdout.write(markdown.report(net.table(), columns, given.depth))
    else:
        print_table(net.table(), columns, given.depth)
    net.check()
    return 0


def check(words: list[str]) -> int:
    """Whether everything holds that the specs claim; every spec is looked at."""
    given = parse("check", words)
    options = options_of(given, given.input[-1] if given.input else None)
    failures: list[tuple[str, ArchcalcError]] = []
    specs = specs_of(given.spec)
    for number, spec in enumerate(specs, 1):
        try:
            with working(f"checking {number} of {len(specs)}"):
                Network(read_spec(spec, options)).check()
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
            count = len(error.diagnostics)
            what = "1 mistake" if count == 1 else f"{count} mistakes"
            text.write([((f"{_short(spec)}: {what}", "strong"),)], sys.stderr)
        diagnostics.show(error.diagnostics, sys.stderr)
        if checked > 1:
            sys.stderr.write("\n")


def _short(spec: str) -> str:
    return cut_end(" ".join(spec.split()), 60, "...")


def list_specs(words: list[str]) -> int:
    """The shipped specs, or the layers."""
    given = parse("list", words)
    if given.layers:
        _list_layers(given.json)
        return 0
    with working("reading the specs"):
        found = [(name, *_known(name)) for name in shipped_names()]
    if given.json:
        keys = ("name", "title", "params", "macs")
        sys.stdout.write(json.document({"specs": [dict(zip(keys, spec, strict=True)) for spec in found]}))
        return 0
    cells = [(name, title, _count(params), _count(macs)) for name, title, params, macs in found]
    _print_columns([("spec", "title", "params", "multiply-adds"), *cells])
    return 0


def _known(name: str) -> tuple[str, int | None, int | None]:
    """Title, parameters, multiply-adds; a spec that has a mistake is listed without numbers."""
    try:
        net = Network(read_spec(name))
    except ArchcalcError as error:
        return error.diagnostics[0].message, None, None
    return net.graph.title, net.totals.params, net.totals.macs


def _count(number: int | None) -> str:
    return "mistake" if number is None else thousands(number)


def _print_columns(cells: list[tuple[str, str, str, str]]) -> None:
    """Names and titles at the left, numbers at the right; titles give way on a narrow screen."""
    room, signs = text.screen(sys.stdout)
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
    if room is not None:
        wide[1] = max(8, min(wide[1], room - wide[0] - wide[2] - wide[3] - 6))
    lines: list[Styled] = []
    for name, title, params, macs in cells:
        fitted = cut_end(title, wide[1], signs.cut).ljust(wide[1])
        style = "" if lines else "head"
        numbers = f"  {fitted}  {params.rjust(wide[2])}  {macs.rjust(wide[3])}"
        lines.append(((name.ljust(wide[0]), style or "name"), (numbers, style)))
    text.write(lines, sys.stdout)


def _list_layers(as_json: bool) -> None:
    from ..report.layers import layers  # noqa: PLC0415 - only here, and it imports every op

    found = layers()
    if as_json:
        content: list[dict[str, Any]] = [{"syntax": syntax, "summary": summary} for syntax, summary in found]
        sys.stdout.write(json.document({"layers": content}))
        return
    room, signs = text.screen(sys.stdout)
    wide = max(len(syntax) for syntax, _ in found) + 2
    lines: list[Styled] = []
    for syntax, summary in found:
        line = cut_end(f"{syntax.ljust(wide)}{summary}", room or 10_000, signs.cut)
        word = syntax.partition(" ")[0]
        lines.append(((word, "name"), (line[len(word) :], "")))
    text.write(lines, sys.stdout)
