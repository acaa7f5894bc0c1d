"""What works, but was perhaps not meant: findings with the place and what to write instead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from math import prod

from ..errors import Diagnostic
from ..graph import Graph, Node
from ..shape import show
from .table import Row, Table

RECTIFIERS = ("RELU", "RELU6", "LRELU", "PRELU", "ELU", "GELU", "SILU", "HSWISH", "MISH", "SOFTPLUS")


def lint(table: Table) -> tuple[Diagnostic, ...]:
    """All findings, in the order of the text. A network with free dimensions has none: nothing is certain there."""
    if table.graph.free:
        return ()
    found: dict[object, Diagnostic] = {}
    for rule in RULES:
        for one in rule(table):
            found.setdefault((one.code, one.place), one)  # a block that is used often is found once
    return tuple(sorted(found.values(), key=lambda one: (one.place or ("", 0, 0))[:3]))


def _at(row: Row, code: str, message: str, note: str, *help: str) -> Diagnostic:
    return Diagnostic(code, message, note, help, place=row.node.place)


def _dropped_rows(table: Table) -> Iterator[Diagnostic]:
    """Rows of the input behind the last window. Padding is no loss; windows apart from each other are meant to skip."""
    for row in table.rows:
        sizes = row.inputs[0][-1 - len(row.windows) : -1] if row.windows else ()
        axes = zip(sizes, row.windows, row.dropped or (), strict=False)
        lost = [(dropped - w.after, size) for size, w, dropped in axes if dropped > w.after and w.span >= w.stride]
        if lost:
            said = " and ".join(dict.fromkeys(f"the last {rows} of {size} rows" for rows, size in lost))
            yield _at(row, "L101", "rows at the end are never looked at", said, "same, or another pad, reads all")


def _bias_before_norm(table: Table) -> Iterator[Diagnostic]:
    readers = _readers(table.graph)
    for row in table.rows:
        bias = row.weights.get("bias")
        behind = readers.get(row.name, [])
        if (
            bias
            and row.op in ("CONV", "DWCONV", "TCONV", "FC", "LINEAR")
            and behind
            and all(n.op.word == "BN" for n in behind)
        ):
            note = f"{prod(bias)} parameters that BN's own shift makes useless"
            yield _at(row, "L102", "a bias in front of BN", note, f"{row.text} nobias")


def _readers(graph: Graph) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in graph.nodes:
        for index in node.inputs:
            found.setdefault(graph.nodes[index].name, []).append(node)
    return found


def _even_kernel_same(table: Table) -> Iterator[Diagnostic]:
    for row in table.rows:
        uneven = [window for window in row.windows if window.before != window.after and window.stride == 1]
        if uneven and getattr(row.node.op, "same", False):
            window = uneven[0]
            note = f"pads {window.before}:{window.after} around a kernel of {window.kernel}"
            yield _at(
                row,
                "L103",
                "an even kernel has no middle, so same shifts the image by half a pixel",
                note,
                "an odd kernel",
            )


def _large_pool(table: Table) -> Iterator[Diagnostic]:
    for row in table.rows:
        if row.op != "POOL":
            continue
        sizes = row.inputs[0][-1 - len(row.windows) : -1]
        large = [(size, window) for size, window in zip(sizes, row.windows, strict=True) if window.span > size]
        if large:
            size, window = large[0]
            note = f"a window of {window.span} on {size} and its padding"
            yield _at(row, "L104", "pooling over more than its input", note, "GAP or GMP pools over everything")


def _receptive_field(table: Table) -> Iterator[Diagnostic]:
    """The last layer that slides a window should see the input, not far more than it."""
    sliding = [row for row in table.rows if row.windows and row.op in ("CONV", "DWCONV", "POOL")]
    inputs = table.graph.inputs
    if not sliding or len(inputs) != 1 or sliding[-1].field is None:
        return
    last = sliding[-1]
    sees = tuple(axis.size for axis in last.field or ())
    sizes = inputs[0].shape[:-1]
    rest = [row for row in table.rows if row.op in ("GAP", "GMP", "FC", "AAP")]
    if not rest and all(one < size for one, size in zip(sees, sizes, strict=True)):
        note = f"{show(sees)} of {show(sizes)}"
        yield _at(
            last,
            "L105",
            "no output ever sees the whole input",
            note,
            "more layers, larger strides, or pooling over everything",
        )
    if any(one > 4 * size for one, size in zip(sees, sizes, strict=True)):
        note = f"{show(sees)} of {show(sizes)}"
        yield _at(
            last,
            "L106",
            "the receptive field is far larger than the input: mostly padding",
            note,
            "fewer strides, or a larger input",
        )


def _lone_activation(table: Table) -> Iterator[Diagnostic]:
    """RELU, ELU and GELU are one letter apart."""
    rows = [row for row in table.rows if row.op in RECTIFIERS]
    counts = Counter(row.op for row in rows)
    if len(rows) < 4 or len(counts) != 2:
        return
    (usual, _), (rare, times) = counts.most_common()
    if times == 1:
        row = next(row for row in rows if row.op == rare)
        yield _at(row, "L107", f"a lone {rare} among {counts[usual]} {usual}s", f"{rare} for {usual}?", usual)


def _heavy_layer(table: Table) -> Iterator[Diagnostic]:
    """One FC on a volume that holds most parameters: averaging the volume first would save them."""
    for row in table.rows:
        if row.op != "FC" or len(row.inputs[0]) < 3 or 2 * row.params <= table.totals.params:
            continue
        positions = prod(row.inputs[0][:-1])
        if positions == 1:
            continue
        units = row.output[0]
        averaged = row.inputs[0][-1] * units + (units if "bias" in row.weights else 0)
        note = f"{row.params:,} of {table.totals.params:,} parameters"
        help = f"GAP -> {row.text} has {averaged:,} and saves {row.params - averaged:,}"
        yield _at(row, "L108", "one layer holds most of the parameters", note, help)


RULES: tuple[Callable[[Table], Iterator[Diagnostic]], ...] = (
    _dropped_rows, _bias_before_norm, _even_kernel_same, _large_pool, _receptive_field, _lone_activation, _heavy_layer,
)  # fmt: skip
"""Each rule looks at the whole table and yields what it finds."""
