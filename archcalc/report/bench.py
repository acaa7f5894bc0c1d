"""What was measured, as text, for JSON, and as a timeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from ..errors import Styled
from ..screen import printable, width
from .layout import ASCII, Grid, Signs, draw, fit
from .spell import count, memory, thousands, wrap

if TYPE_CHECKING:
    from ..backends.bench import Bench, Timed

DEVICES = {"cpu": "the CPU", "cuda": "CUDA"}
_RUNTIME = "(moving volumes)"
_KEYS = ("name", "macs", "time", "share", "gflops", "bytes", "bandwidth")
_HEAD = ("layer", "multiply-adds", "ms", "share", "GFLOP/s", "moved", "GB/s")
_ABOUT = (
    "Times are medians of single kernels under the profiler; layers in one line share their kernels. GFLOP/s: two "
    "operations for each predicted multiply-add. Moved: weights, what comes in from other lines and goes out to them."
)


def report(title: str, bench: Bench, room: int | None = None, signs: Signs = ASCII) -> list[Styled]:
    """A line for all layers that share kernels, the totals, and what was measured how."""
    drawn = draw(_fitting(bench, room, signs), signs)
    said = [((line, "faint"),) for line in wrap(_ABOUT, min(max(room or 100, 30), 100))]
    return [((printable(title), "title"),), (), *drawn, (), *_totals(bench), (), *said]


def _fitting(bench: Bench, room: int | None, signs: Signs) -> Grid:
    """The cells in the room that there is: names give way first, then the bandwidth."""
    many = len(_KEYS)
    for name, shown in ((together, many), (counted, many), (counted, many - 1)):
        cells = _grid(bench, name, shown)
        if room is None or cells.width <= room:
            return cells
    return fit(cells, room or 0, signs, keep=True)


def _grid(bench: Bench, name: Callable[[Sequence[str]], str], many: int) -> Grid:
    """The cells of so many columns, with lines named in one of the two ways."""
    total = bench.kernel_seconds
    lines = [
        _line(name(row.layers), row.macs, row.median, row.median / total if total else 0, row.bytes)
        for row in bench.rows
    ]
    lines.append(_line("total", bench.macs, total, 1.0, sum(row.bytes for row in bench.rows)))
    columns = tuple([printable(cell) for cell in column] for column in zip(_HEAD, *lines, strict=True))[:many]
    return Grid(_KEYS[:many], columns, tuple(max(map(width, column)) for column in columns))


def _line(name: str, macs: int, seconds: float, share: float, moved: int) -> tuple[str, ...]:
    gflops, bandwidth = (2 * macs / seconds / 1e9, moved / seconds / 1e9) if seconds else (0, 0)
    rate = f"{gflops:,.1f}" if macs else ""
    return (
        name, thousands(macs), f"{seconds * 1e3:,.3f}", f"{share:.1%}", rate, memory(moved), f"{bandwidth:,.1f}",
    )  # fmt: skip


def together(layers: Sequence[str]) -> str:
    """Layers that share kernels: after the first only what their paths have of their own.

    >>> together(["stem.conv", "stem.bn", "stem.relu"]), together([])
    ('stem.conv + bn + relu', '(moving volumes)')
    """
    if not layers:
        return _RUNTIME
    first, *others = layers
    return " + ".join([first, *[_own(other, first) for other in others]])


def counted(layers: Sequence[str]) -> str:
    """Layers that share kernels, where there is little room: the first, and how many more.

    >>> counted(["stem.conv", "stem.bn", "stem.relu"]), counted(["fc"])
    ('stem.conv +2', 'fc')
    """
    return f"{layers[0]} +{len(layers) - 1}" if len(layers) > 1 else together(layers)


def _own(path: str, beside: str) -> str:
    mine, its = path.split("."), beside.split(".")
    same = next((i for i, (a, b) in enumerate(zip(mine, its, strict=False)) if a != b), min(len(mine), len(its)) - 1)
    return ".".join(mine[same:])


def _totals(bench: Bench) -> list[Styled]:
    runs, threads = len(bench.seconds), f", {count(bench.threads, 'thread')}" if bench.threads else ""
    rate = f", {2 * bench.macs / bench.median / 1e9:,.1f} GFLOP/s" if bench.macs else ""
    where = f"batch {bench.batch}, {DEVICES[bench.device]}{threads}"
    how = f"{count(runs, 'run')} after {bench.warm_up} to warm up, {where}"
    said = spread(bench.seconds) + rate
    return [(("whole runs  ", "faint"), (said, "answer")), (("            " + how, "faint"),)]


def spread(seconds: Sequence[float]) -> str:
    """What runs took.

    >>> spread((0.0012, 0.001, 0.0015))
    'median 1.200 ms (1.000 to 1.500)'
    """
    return f"median {median(seconds) * 1e3:,.3f} ms ({min(seconds) * 1e3:,.3f} to {max(seconds) * 1e3:,.3f})"


def as_dict(name: str, bench: Bench) -> dict[str, Any]:
    """The measurement for JSON."""
    return {
        "schema": 1, "name": name, "device": bench.device, "threads": bench.threads, "batch": bench.batch,
        "warm_up": bench.warm_up, "macs": bench.macs, "seconds": _seconds(bench.seconds),
        "kernel_seconds": bench.kernel_seconds, "layers": [_row(row, bench.kernel_seconds) for row in bench.rows],
    }  # fmt: skip


def _row(row: Timed, total: float) -> dict[str, Any]:
    return {
        "layers": list(row.layers), "kernels": list(row.kernels), "macs": row.macs, "bytes": row.bytes,
        "seconds": _seconds(row.seconds), "share": row.median / total if total else 0.0,
        "gflops": row.gflops, "bandwidth": row.bandwidth,
    }  # fmt: skip


def _seconds(runs: Sequence[float]) -> dict[str, Any]:
    return {"median": median(runs), "min": min(runs), "max": max(runs), "runs": list(runs)}


def trace(name: str, bench: Bench) -> dict[str, Any]:
    """The kernels of all runs on a line of time, as chrome://tracing and Perfetto read it."""
    named = {"name": "process_name", "ph": "M", "pid": 1, "tid": 1, "args": {"name": f"{name} on {bench.device}"}}
    events = [
        {
            "name": together(layers), "cat": kernel.op_type, "ph": "X", "pid": 1, "tid": 1, "ts": kernel.start,
            "dur": kernel.duration, "args": {"run": run, "kernel": kernel.name, "bytes": kernel.bytes},
        }
        for run, layers, kernel in bench.events
    ]  # fmt: skip
    return {"displayTimeUnit": "ms", "traceEvents": [named, *events]}
