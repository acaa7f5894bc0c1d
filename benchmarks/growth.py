"""Long networks: ten times the layers may take ten times as long, a little more for the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from archcalc import Network, Totals
from archcalc.build import Options
from archcalc.load import parse_spec

from .measure import Result, best

SHORT, LONG = 10_000, 100_000
FORMS: dict[str, Callable[[int], str]] = {
    "written out": lambda count: "INPUT 8x8x4\n" + "CONV 4 3x3 p1\n" * count,
    "repeated": lambda count: f"INPUT 8x8x4 -> [CONV 4 3x3 p1]*{count}",
}
OPTIONS = Options(max_layers=10 * LONG, max_text=10**9)


def results() -> Iterator[Result]:
    """Parsing and analysing a chain, against ten times what a tenth of it takes."""
    for form, write in FORMS.items():
        theirs = best(partial(_count, write(SHORT)), rounds=5)
        ours = best(partial(_count, write(LONG)), rounds=2)
        yield Result(f"{LONG:,} layers {form}", ours, f"10 times {SHORT:,} layers", theirs * LONG / SHORT, 1.3)


def _count(text: str) -> Totals:
    return Network(parse_spec(text, OPTIONS)).totals
