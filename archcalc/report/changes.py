"""The differences between two networks in words: what a diff shows in every format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from ..analysis.aspects import Aspect
from ..analysis.diff import ADDED, CHANGED, COSTS, MOVED, REMOVED, SAME, Change, Diff
from ..shape import show
from ..symbolic import simple
from .notes import coverage
from .spell import count, memory, thousands, without_arrays

HEADS = ("layer", "operation", "output", "params", "multiply-adds", "memory")
"""The columns of an entry, besides its status and what is told."""

ARROW = "->"
"""What stands between old and new."""

SHORT = 60
"""Lines of differences; more can be folded."""

_TOTALS = {
    "params": "parameters", "buffers": "buffers", "macs": "multiply-adds", "activation_bytes": "memory",
    "peak_bytes": "peak memory", "training_bytes": "training memory",
}  # fmt: skip


class Entry(NamedTuple):
    """A line: a change, or several of a block together; `told` says what differs."""

    status: str
    name: str
    text: str
    output: str
    costs: tuple[int, ...]
    told: str = ""
    layers: int = 1
    counted: bool = True

    @property
    def cells(self) -> tuple[str, ...]:
        """What the columns hold."""
        params, macs, size = self.costs
        work = signed(macs) if self.counted else "?"
        return self.name, self.text, self.output, signed(params), work, signed_memory(size)


def entries(found: Diff, depth: int | None, arrow: str = ARROW) -> list[Entry]:
    """The lines: a change each; with a depth, layers whose paths agree in so many parts are folded into one."""
    if depth is None:
        return [_entry(change, arrow) for change in found.changes]
    blocks = groupby(found.changes, lambda change: ".".join(change.shown.name.split(".")[:depth]))
    return [_block(path, list(changes), arrow) for path, changes in blocks]


def _entry(change: Change, arrow: str) -> Entry:
    row = change.shown
    costs = tuple([change.cost(key) for key in COSTS])
    told = _told(change, arrow) if change.status in (CHANGED, MOVED) else ""
    text = without_arrays(row.text)
    return Entry(change.status, row.name, text, show(row.output), costs, told, counted=change.counted)


def _block(path: str, changes: Sequence[Change], arrow: str) -> Entry:
    if len(changes) == 1:
        return _entry(changes[0], arrow)
    statuses = [change.status for change in changes]
    costs = tuple([simple(sum([change.cost(key) for change in changes])) for key in COSTS])
    kinds = [f"{statuses.count(status)} {status}" for status in (ADDED, REMOVED, CHANGED, MOVED) if status in statuses]
    text = count(len(changes), "layer") if len(set(statuses)) == 1 else f"{', '.join(kinds)} of {len(changes)}"
    status = statuses[0] if len(set(statuses)) == 1 else CHANGED
    known = any(change.counted for change in changes)
    return Entry(status, path, text, show(changes[-1].shown.output), costs, layers=len(changes), counted=known)


def _told(change: Change, arrow: str) -> str:
    """What differs, in a line."""
    was = [change.before.name] if change.renamed and change.before else []
    was += [without_arrays(aspect.before) for aspect in change.aspects if aspect.what == "operation"]
    said = [f"was {' '.join(was)}"] if was else []
    return "; ".join([*said, *_volumes([aspect for aspect in change.aspects if aspect.what != "operation"], arrow)])


def _volumes(aspects: Sequence[Aspect], arrow: str) -> Iterator[str]:
    """The other aspects; input and output in one where they went alike."""
    ways = {aspect.what: f"{aspect.before} {arrow} {aspect.after}" for aspect in aspects}
    if ways.get("input") == ways.get("output", ""):
        ways = {"input and output": ways.pop("output"), **{what: way for what, way in ways.items() if what != "input"}}
    names = {"sources": "reads", "weights": "weights"}
    return (f"{names.get(what, what)} {way}" for what, way in ways.items())


def signed(number: int) -> str:
    """A difference with its sign.

    >>> signed(36864), signed(-2), signed(0)
    ('+36,864', '-2', '0')
    """
    text = f"{number:,}"
    return text if text[0] == "-" or number == 0 else f"+{text}"


def signed_memory(size: int) -> str:
    """A difference in bytes.

    >>> signed_memory(-1161600), signed_memory(0)
    ('-1.1 MiB', '0')
    """
    if not isinstance(size, int):
        return f"{signed(size)} B"
    return "0" if not size else f"{'-' if size < 0 else '+'}{memory(abs(size))}"


def totals(found: Diff) -> list[tuple[str, str, str, str, str]]:
    """The totals: what, before, after, the change, and the change in percent."""
    rows = []
    for key, what in _TOTALS.items():
        before, after = getattr(found.before.totals, key), getattr(found.after.totals, key)
        if key == "buffers" and before == after:
            continue
        write, change = (memory, signed_memory) if key.endswith("bytes") else (thousands, signed)
        rows.append((what, write(before), write(after), change(found.totals[key]), percent(before, found.totals[key])))
    return rows


def percent(before: int, change: int) -> str:
    """A change in percent of what was, to a tenth.

    >>> percent(11689512, 10108160), percent(200, -1), percent(0, 7), percent(3, 0)
    ('+86.5%', '-0.5%', '', '')
    """
    if not (isinstance(before, int) and isinstance(change, int) and before and change):
        return ""
    tenths = (abs(change) * 2000 + before) // (2 * before)
    return f"{'-' if change < 0 else '+'}{tenths // 10:,}.{tenths % 10}%"


def folding(found: Diff) -> str:
    """How to see less of a long diff."""
    lines = sum(change.status != SAME for change in found.changes)
    if lines <= SHORT:
        return ""
    deepest = max(change.shown.name.count(".") for change in found.changes)
    folds = [(depth, _lines(found, depth)) for depth in range(1, deepest + 1)]
    depth, blocks = max([fold for fold in folds if fold[1] <= SHORT // 2], default=folds[0] if folds else (0, lines))
    return f"--depth {depth} folds the {lines:,} lines into {blocks:,}" if blocks * 2 <= lines else ""


def _lines(found: Diff, depth: int) -> int:
    return sum(entry.status != SAME for entry in entries(found, depth))


def same(found: Diff) -> str:
    """That there is no difference."""
    layers = f"{count(len(found.changes), 'layer')}, {found.after.totals.params:,} parameters"
    other = f"; {found.renamed:,} called otherwise" if found.renamed else ""
    return f"the same network: {layers}{other}"


def counted(found: Diff) -> str:
    """How many layers were counted in either network, and which were not."""
    before, after = coverage(found.before), coverage(found.after)
    return f"counted: {before}" if before == after else f"counted: before {before}; after {after}"
