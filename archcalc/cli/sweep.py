"""sweep: a family of networks."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from time import monotonic

from ..analysis.budget import LIMITED, amount
from ..errors import UsageError
from ..report import family as table
from ..report import family_forms, json, text
from ..report.spell import count
from ..sweeping import Family
from ..sweeping import sweep as sweep_spec
from .arguments import options_of, parse
from .common import working
from .words import one_spec

NOTHING_FITS = 1


def sweep(words: list[str]) -> int:
    """The family as a table and a chart: 1 if no variant fits and is within the budgets."""
    given = parse("sweep", words)
    _check(given)
    columns = table.chosen(given.columns) if given.columns else None
    table.total(given.y)  # a wrong name is told before anything is built
    asked = {what: amount(most, what) for what in LIMITED if (most := getattr(given, f"max_{what}")) is not None}
    found = _built(given)
    within = _within(found, asked)
    if given.json:
        sys.stdout.write(json.document(within.as_dict()))
    elif given.csv:
        sys.stdout.write(family_forms.sheet(within, columns))
    elif given.md:
        sys.stdout.write(family_forms.markdown(within, columns or table.DEFAULT))
    else:
        _show(within, columns, len(found) - len(within))
    if given.plot is not None:
        _plot(within, given)
    return 0 if any(variant.totals for variant in within) else NOTHING_FITS


def _check(given: Namespace) -> None:
    """What does not go together."""
    if given.plot and not given.plot.endswith(".svg"):
        help = ("name a file like chart.svg; the SPEC comes first",)
        raise UsageError.of("E620", f"--plot draws .svg files, not {given.plot}", help=help)
    if given.plot == "" and (given.json or given.csv or given.md):
        raise UsageError.of("E620", "the chart would stand among the data", help=("--plot chart.svg draws a file",))


def _built(given: Namespace) -> Family:
    """Every variant, with progress on a terminal."""
    names: dict[str, str] = {}
    for setting in given.set:
        name, equals, values = setting.partition("=")
        if not equals or not name.isidentifier() or name in names:
            what = "has two lists of values" if name in names else "gives no name values"
            raise UsageError.of("E626", f"--set {setting} {what}", help=("write --set n=16,32,64 H=128..512:64",))
        names[name] = values
    shapes = ",".join(given.input).replace("×", "x") if given.input else None
    spec = one_spec(given.spec, "sweep")
    given.set, said = [], 0.0
    with working("sweeping") as say:

        def progress(done: int, of: int) -> None:
            nonlocal said
            if monotonic() - said > 0.1:
                said = monotonic()
                say(f"{done:,} of {of:,}")

        return sweep_spec(spec, names, shapes, given.zip, options_of(given), given.max_variants, progress)


def _within(found: Family, budget: dict[str, int]) -> Family:
    """The variants within the budgets; those that do not fit stay, to be seen."""
    kept = [
        variant for variant in found
        if variant.totals is None
        or all(_at_most(getattr(variant.totals, LIMITED[what].key), most) for what, most in budget.items())
    ]  # fmt: skip
    return replace(found, variants=tuple(kept))


def _at_most(number: int, most: int) -> bool:
    """Formulas are within no budget."""
    return isinstance(number, int) and number <= most


def _show(found: Family, columns: tuple[str, ...] | None, above: int) -> None:
    room, signs = text.screen(sys.stdout)
    text.write(table.report(found, room, columns or table.DEFAULT, signs), sys.stdout)
    if above:
        text.write([(), ((f"{count(above, 'variant')} above the budget left out", "faint"),)], sys.stdout)


def _plot(found: Family, given: Namespace) -> None:
    """The chart, below the table or as a file."""
    if given.plot:
        from ..backends.files import write_whole  # noqa: PLC0415 - only to write

        picture = found.svg(given.y, given.x, given.log).encode()
        write_whole(Path(given.plot), lambda opened: opened.write(picture))
        if not (given.json or given.csv or given.md):
            sys.stdout.write(f"\nwrote {given.plot}\n")
        return
    from ..report.chart_text import draw  # noqa: PLC0415 - only who draws waits for it
    from ..report.family_chart import chart  # noqa: PLC0415

    room, signs = text.screen(sys.stdout)
    text.write([(), *draw(chart(found, given.x, given.y, given.log), room, signs)], sys.stdout)
