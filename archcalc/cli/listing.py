"""list: the shipped specs, the layers of the language, the devices with known figures."""

from __future__ import annotations

import sys
from typing import Any

from ..errors import ArchcalcError, Styled
from ..load import headline, read_spec, shipped_names
from ..network import Network
from ..report import json, text
from ..report.layers import layers
from ..report.spell import cut_end, thousands, wrap
from .arguments import parse
from .common import working


def list_specs(words: list[str]) -> int:
    """The shipped specs, the layers, or the devices."""
    given = parse("list", words)
    if given.layers:
        _list_layers(given.json)
        return 0
    if given.devices:
        _list_devices(given.json)
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
    """Title, parameters, multiply-adds; a spec that has a mistake is listed without numbers.

    What the spec pins is taken from its text, which is thirty times as fast as counting again.
    """
    title, pins = headline(name)
    if title and "params" in pins and "macs" in pins:
        return title, pins["params"], pins["macs"]
    try:
        net = Network(read_spec(name))
    except ArchcalcError as error:
        return error.diagnostics[0].message, None, None
    return net.graph.title, net.totals.params, net.totals.macs


def _count(number: int | None) -> str:
    return "mistake" if number is None else thousands(number)


def _print_columns(specs: list[tuple[str, str, str, str]]) -> None:
    """Names and titles at the left, numbers at the right; titles give way on a narrow screen."""
    room, signs = text.screen(sys.stdout)
    names, titles, params, macs = [max(map(len, column)) for column in zip(*specs, strict=True)]
    if room is not None:
        titles = min(titles, room - names - params - macs - 6)
    lines: list[Styled] = []
    for spec, title, *numbers in specs:
        fitted = f"  {cut_end(title, titles, signs.cut).ljust(titles)}" if titles > 6 else ""
        counts = "".join(f"  {number.rjust(wide)}" for number, wide in zip(numbers, (params, macs), strict=True))
        style = "" if lines else "head"
        lines.append(((spec.ljust(names), style or "name"), (fitted + counts, style)))
    text.write(lines, sys.stdout)


def _list_devices(as_json: bool) -> None:
    from ..report import devices  # noqa: PLC0415 - rarely needed

    if as_json:
        sys.stdout.write(json.document(devices.as_dict()))
    else:
        text.write(devices.report(), sys.stdout)


def _list_layers(as_json: bool) -> None:
    found = layers()
    if as_json:
        content: list[dict[str, Any]] = [{"syntax": syntax, "summary": summary} for syntax, summary in found]
        sys.stdout.write(json.document({"layers": content}))
        return
    room, _ = text.screen(sys.stdout)
    wide = max(len(syntax) for syntax, _ in found) + 2
    narrow = room is not None and room < max(wide + len(summary) for _, summary in found)
    lines: list[Styled] = []
    for syntax, summary in found:
        word = syntax.partition(" ")[0]
        written = ((word, "name"), (syntax[len(word) :].ljust(0 if narrow else wide - len(word)), ""))
        if narrow:  # what it is stands below
            lines += [written, *[((f"    {line}", "faint"),) for line in wrap(summary, (room or 80) - 4)]]
        else:
            lines.append((*written, (summary, "")))
    text.write(lines, sys.stdout)
