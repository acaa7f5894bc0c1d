"""The steps of one layer of a network of numbers that remember their arithmetic, in the order of a lecture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from ..arithmetic import Given, Node, Product, factors_of
from ..shape import Window, same_padding
from ..worked import Worked, tree_of
from .cost import count, own_weights, work_of
from .receptive import Fields
from .table import Row
from .tidy import Known, crossed, factored, pieces, shorten

AXES = {2: ("length",), 3: ("height", "width"), 4: ("depth", "height", "width")}
"""The names of the spatial axes, by the number of all axes."""


OPERATIONS = {
    "add": "additions", "mul": "multiplications", "div": "divisions", "compare": "comparisons", "exp": "exponentials",
    "log": "logarithms", "sqrt": "roots", "pow": "powers",
}  # fmt: skip
"""The kinds of work that are no multiply-adds."""

MOST_PIECES = 40
"""The numbers and signs of a formula that can be read."""


class Step(NamedTuple):
    """One result: what it is, its arithmetic, its value, and what else there is to say."""

    what: str
    tree: Node
    value: Any
    unit: str = ""
    note: str = ""


def steps(row: Row, before: Fields | None) -> Iterator[Step]:
    """All steps; `before` is the receptive field that the layer found."""
    known: dict[Node, Node] = {}
    for made in (*_pads(row), *_between(row), *_joined(_sizes(row))):
        if made.tree not in known:
            yield made._replace(tree=shorten(made.tree, known))
        known[made.tree] = Given(made.value)
    for made in (*_lost_rows(row), *_parameters(row, known), *_work(row, known), *_field(row, before)):
        yield made._replace(tree=shorten(made.tree, known))


def step(what: str, number: Any, unit: str = "", note: str = "") -> Iterator[Step]:
    """The step to a number, if it was worked out."""
    if isinstance(number, Worked) and not isinstance(number.tree, Given):
        yield Step(what, number.tree, number.value, unit, note)


def _along(what: str, numbers: Sequence[Any], note: str = "", notes: Sequence[str] = ()) -> Iterator[Step]:
    """The steps to a number for each axis: one step where they agree, else one for each that was worked out."""
    names = AXES.get(len(numbers) + 1, [f"axis {index}" for index in range(len(numbers))])
    made = [
        one
        for number, name, said in zip(numbers, names, notes or [note] * len(numbers), strict=True)
        for one in step(name, number, note=said)
    ]
    agree = len(made) == len(numbers) and len({one[1:] for one in made}) == 1
    for one in made[:1] if agree else _joined(made):
        yield one._replace(what=what if agree else f"{what} ({one.what})")


def _joined(made: Iterable[Step]) -> list[Step]:
    """Steps of which neighbours are said once where they are the same."""
    joined: list[Step] = []
    for one in made:
        if joined and one[1:] == joined[-1][1:]:
            one = one._replace(what=f"{joined.pop().what}, {one.what}")
        joined.append(one)
    return joined


def _pads(row: Row) -> Iterator[Step]:
    """The pads that `same` chose."""
    op = row.node.op
    if not getattr(op, "same", False):
        return
    # of a transposed convolution they come with the output padding
    windows = [window if isinstance(window, Window) else window[0] for window in op.windows(row.inputs[0])]
    sizes = row.inputs[0][-1 - len(windows) : -1]
    if op.word != "TCONV":
        pairs = zip(sizes, windows, strict=True)
        yield from _along("padding", [same_padding(size, window) for size, window in pairs])
    yield from _along("pad before", [window.before for window in windows])
    yield from _along("pad after", [window.after for window in windows])


def _between(row: Row) -> Iterator[Step]:
    """Sizes on the way."""
    single: list[Step] = []
    for what, size in row.node.op.between(*row.inputs).items():
        if isinstance(size, tuple):
            yield from _along(what, size)
        else:
            single += step(what, size)
    yield from _joined(single)


def _sizes(row: Row) -> Iterator[Step]:
    output = row.node.op.output(*row.inputs)
    for what, size in zip(_names(row), output, strict=True):
        yield from step(what, size)


def _names(row: Row) -> Sequence[str]:
    """The names of the output's axes; neutral ones where they are not those of the input."""
    rank = len(row.output)
    if rank == 1:
        return ("size",)
    moved = row.op == "REARRANGE" and row.node.op.footprint(*row.inputs) is None
    if moved or rank not in AXES or not row.inputs or len(row.inputs[0]) != rank:
        return tuple(f"axis {index}" for index in range(rank))
    return (*AXES[rank], "channels")


def _lost_rows(row: Row) -> Iterator[Step]:
    """The rows that rounding dropped or added."""
    op = row.node.op
    if not getattr(op, "fit", "") or op.same:
        return
    windows, fits = op.windows(row.inputs[0]), op.fits(row.inputs[0])
    sizes = row.inputs[0][-1 - len(windows) : -1]
    rows = [f"{size + w.padding} {'padded ' * bool(w.padding)}rows" for size, w in zip(sizes, windows, strict=True)]
    lost = [f"no window reads the last {_several(f.dropped)} of {said}" for f, said in zip(fits, rows, strict=True)]
    yield from _along("dropped", [fit.dropped or 0 for fit in fits], notes=lost)
    yield from _along("added", [fit.added for fit in fits], notes=[f"beyond the {said}" for said in rows])


def _several(number: int) -> str:
    return "one" if number == 1 else f"{number}"


def _parameters(row: Row, known: Known) -> Iterator[Step]:
    """Trained numbers in one step where the tensors have a factor in common, else a step each; then the buffers."""
    weights = own_weights(row.graph, row.node)
    for what, buffer in (("parameters", False), ("buffers", True)):
        counts = {name: _worked(count(weight)) for name, weight in weights.items() if weight.buffer is buffer}
        trees = {name: _as_taught(row, shorten(number.tree, known)) for name, number in counts.items()}
        if not counts:
            continue
        total: Any = sum(counts.values())
        if len(trees) == 1:
            yield Step(what, _split(row, *trees.values()), total.value)
        elif whole := factored([*trees.values()]):
            yield Step(what, whole, total.value)
        else:
            for name, tree in trees.items():
                yield Step(name, crossed(tree), counts[name].value)
            parts: Any = sum(Worked(number.value) for number in counts.values())
            yield Step(what, parts.tree, total.value)


def _worked(number: Any) -> Worked:
    """The number with its arithmetic, a plain one with none."""
    return number if isinstance(number, Worked) else Worked(number)


def _as_taught(row: Row, tree: Node) -> Node:
    """The numbers in a kernel as a lecture orders them: filters, taps, channels instead of filters, channels, taps."""
    windows = getattr(row.node.op, "windows", None)
    rank = len(windows(row.inputs[0])) if windows else 0
    factors = factors_of(tree)
    if not rank or len(factors) < rank + 2:
        return tree
    if row.op == "TCONV":
        channels, *rest = factors
        return Product((*rest, channels))
    *filters, channels = factors[:-rank]
    return Product((*filters, *factors[-rank:], channels))


def _split(row: Row, tree: Node) -> Node:
    """The numbers of a lone tensor: of the outputs, then for each."""
    volume, factors = tuple(tree_of(size) for size in row.output), factors_of(tree)
    return tree if factors == volume else crossed(tree, volume, factors[:1])


def _work(row: Row, known: Known) -> Iterator[Step]:
    """Multiply-adds, or where there are none the other operations; and the bytes of the output.

    What would fill the page is told without its arithmetic.
    """
    volumes = [tuple(map(tree_of, shape)) for shape in (row.output, *row.inputs)]
    numbers = [*step("multiply-adds", row.macs)] or _joined(_others(row))
    for made in (*numbers, *step("memory", row.activation_bytes, "bytes")):
        tree = shorten(made.tree, known)
        yield made._replace(tree=crossed(tree, *volumes) if pieces(tree) <= MOST_PIECES else Given(made.value))


def _others(row: Row) -> Iterator[Step]:
    """The operations that are no multiply-adds."""
    work = work_of(row.graph, row.node) or {}
    for kind, number in work.items():
        if number and kind in OPERATIONS:
            worked = _worked(number)
            yield Step(OPERATIONS[kind], worked.tree, worked.value)


def _field(row: Row, before: Fields | None) -> Iterator[Step]:
    """How the receptive field grows, and the jump from one output to the next."""
    if not row.field:
        return
    note = "the union of the branches" if len(row.inputs) > 1 else ""
    for made in _along("field", [axis.size for axis in row.field], note):
        yield made._replace(what="receptive field") if made.what == "field" else made
    jumps = [axis.stride for axis in row.field]
    if before is None or len(before) != len(jumps) or jumps != [axis.stride for axis in before]:
        yield from _along("jump", jumps, note)
