"""A family of networks in a table: for people, in Markdown, in CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..errors import Styled, UsageError
from ..screen import printable, width
from ..shape import show
from ..words import nearest
from .layout import ASCII, Signs
from .spell import count, cut_end, memory, setting, thousands, wrap

if TYPE_CHECKING:
    from ..sweeping import Family, Variant


class Sum(NamedTuple):
    """A total that a table of variants can show."""

    title: str
    write: Callable[[int], str] = thousands
    long: str = ""

    @property
    def about(self) -> str:
        """The title where there is room."""
        return self.long or self.title


SUMS = {
    "params": Sum("params", long="parameters"),
    "buffers": Sum("buffers"),
    "macs": Sum("multiply-adds"),
    "flops": Sum("FLOPs"),
    "activations": Sum("activations"),
    "connections": Sum("connections"),
    "weight_bytes": Sum("weights", memory),
    "activation_bytes": Sum("memory", memory),
    "peak_bytes": Sum("peak memory", memory),
    "training_bytes": Sum("training", memory, "training memory"),
}
"""By their names in JSON."""

DEFAULT = ("output", "params", "macs", "activation_bytes", "peak_bytes")
_BY_TITLE = {total.title.lower(): key for key, total in SUMS.items()} | {"peak": "peak_bytes"}
_GAP = "  "
_PROSE = 100


def chosen(names: str) -> tuple[str, ...]:
    """The columns of a list like `output,params,peak`. UsageError for one that there is not.

    >>> chosen("output, macs, memory")
    ('output', 'macs', 'activation_bytes')
    """
    return tuple(total(name.strip(), ("output",)) for name in names.split(","))


def total(name: str, more: Sequence[str] = ()) -> str:
    """A total by its name in JSON or its title. UsageError if there is none."""
    key = _BY_TITLE.get(name.lower(), name)
    if key in SUMS or key in more:
        return key
    near = nearest(name, dict.fromkeys((*more, *SUMS, *_BY_TITLE)))
    help = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join((*more, *SUMS))}"
    raise UsageError.of("E621", f"there is no column {name}", help=(help,))


def report(
    found: Family, room: int | None = None, keys: Sequence[str] = DEFAULT, signs: Signs = ASCII
) -> list[Styled]:  # fmt: skip
    """The table, a line a variant; what does not fit says why. `room` is the width of the screen, None for no limit."""
    if not any(variant.totals for variant in found):
        keys = ()
    heads = [*found.names, *map(title, keys)]
    rows = [cells(variant, keys) for variant in found]
    widths = [max([width(row[at]) for row in (heads, *rows)]) for at in range(len(heads))]
    shown = _fit(widths, len(found.names), room)
    wide = sum(widths[at] + len(_GAP) for at in shown) - len(_GAP)
    lines: list[Styled] = [((_line(heads, widths, shown), "head"),), ((signs.rule * wide, "faint"),)]
    for variant, row in zip(found, rows, strict=True):
        if variant.totals is not None:
            lines.append(((_line(row, widths, shown), ""),))
            continue
        values = _line(row, widths, range(len(found.names))) + _GAP
        reason = printable(variant.reason)
        cut = reason if room is None else cut_end(reason, max(room - width(values), 10), signs.cut)
        lines.append(((values, ""), (cut, "caution")))
    return [*_heading(found, room), (), *lines, *_coverage(found, room)]


def coverage(found: Family) -> str:
    """How many layers were counted, over all variants, and which were not."""
    if not any(variant.totals for variant in found):
        return "counted: nothing, because no variant fits" if found.variants else "counted: nothing"
    layers = sum(variant.layers for variant in found)
    missing = sum(len(variant.uncounted) for variant in found)
    if missing:
        names = ", ".join(dict.fromkeys(name for variant in found for name in variant.uncounted))
        return f"counted: {layers - missing:,} of {layers:,} layers, so there is more to do; not counted: {names}"
    return f"counted: all {count(layers, 'layer')} of {count(sum(variant.layers > 0 for variant in found), 'network')}"


def _coverage(found: Family, room: int | None) -> list[Styled]:
    style = "caution" if any(variant.uncounted for variant in found) else "faint"
    said = f"{coverage(found)}{_remedy(found)}"
    return [(), *[((text, style),) for text in wrap(printable(said), min(room or _PROSE, _PROSE))]]


def _remedy(found: Family) -> str:
    """What helps if strides are all that keeps the variants from fitting."""
    if found.variants and all("the stride doesn't fit" in variant.reason for variant in found):
        return "; floor or ceil behind the layer lets it round, as frameworks do"
    return ""


def title(key: str) -> str:
    """What stands above a column."""
    return SUMS[key].title if key in SUMS else key


def cells(variant: Variant, keys: Sequence[str]) -> list[str]:
    """The values, then the totals if there are any."""
    given = [setting(item) for item in variant.values.values()]
    return [*given, *[_cell(variant, key) if variant.totals else "" for key in keys]]


def _cell(variant: Variant, key: str) -> str:
    if key == "output":
        return show(variant.output or ())
    return SUMS[key].write(getattr(variant.totals, key))


def _heading(found: Family, room: int | None) -> list[Styled]:
    misfits = sum(variant.totals is None for variant in found)
    told = f"; {misfits:,} {'do' if misfits > 1 else 'does'} not fit" if misfits else ""
    told = "; none fits" if misfits == len(found) > 1 else told
    many = count(len(found), "variant") + told
    text = f"{found.title}: {many}" if found.title else many
    return [((line, "title"),) for line in wrap(printable(text), min(room or _PROSE, _PROSE))]


def _fit(widths: Sequence[int], values: int, room: int | None) -> list[int]:
    """The columns that there is room for; values stay, of the totals the last go."""
    shown = list(range(len(widths)))
    while room is not None and len(shown) > values + 1 and sum(widths[at] + 2 for at in shown) - 2 > room:
        shown.pop()
    return shown


def _line(cells: Sequence[str], widths: Sequence[int], shown: Iterable[int]) -> str:
    return _GAP.join(" " * (widths[at] - width(cells[at])) + cells[at] for at in shown)
