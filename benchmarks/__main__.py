"""Run the benchmarks that are named, or all of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from . import compare, export, growth, rivals, start, warm
from .measure import Result

GROUPS: dict[str, Callable[[], Iterator[Result]]] = {
    "start": start.results,
    "warm": warm.results,
    "growth": growth.results,
    "compare": compare.results,
    "export": export.results,
    "rivals": rivals.results,
}


def main(names: list[str]) -> int:
    """Print a line a figure: ours, what it is held against, the ratio, the goal."""
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        print(f"there is no benchmark {unknown[0]}; there are {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    for name in names or GROUPS:
        for result in GROUPS[name]():
            print(result, flush=True)
    return 0


sys.exit(main(sys.argv[1:]))
