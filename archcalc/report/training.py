"""What a training step costs, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ..analysis.table import Row
from ..analysis.training import Costs, Training
from ..errors import Styled
from ..screen import printable, width
from . import stack
from .layout import ASCII, Grid, Signs
from .notes import Note, heading, written
from .spell import count, thousands, without_arrays, wrap

DEFINITIONS = (
    "Multiply-adds: one per multiply-accumulate of convolutions, linear layers and attention's products. A product "
    "with a weight takes as many again for the gradient to its input, where something before it is trained, and as "
    "many for the gradient to the weight; a product of two volumes as many for each of them. The loss and the update "
    "of the weights are not in it."
)
PROSE = 100


def report(found: Training, room: int | None = None, depth: int | None = None, signs: Signs = ASCII) -> list[Styled]:
    """The costs of every layer, or of blocks by `depth` parts of their paths; the sums, and what they mean."""
    prose = min(max(room or PROSE, 30), PROSE)
    title, volumes = map(printable, heading(found.table.graph))
    drawn: list[Styled] = [((title, "title"),)] if title else []
    drawn += [((line, ""),) for line in wrap(f"training step, batch {thousands(found.batch)}; {volumes}", prose)]
    cells = grid(found, depth)
    words = [*_notes(found, prose), (), *[((line, "faint"),) for line in wrap(DEFINITIONS, prose)]]
    table = [*stack.shown(cells, room, signs), ()] if found.totals.total != 0 else []
    return [*drawn, (), *table, *words]


def grid(found: Training, depth: int | None) -> Grid:
    """The cells: layers with work alone, unless they are folded into blocks."""
    lines = list(_folded(found.layers, depth)) if depth else [(row.name, row.text, cost) for row, cost in found.layers]
    lines = [line for line in lines if line[2].total != 0]
    titles = {"forward": "forward", "again": "again", "to_input": "to input", "to_weights": "to weights"}
    if not found.recompute:
        del titles["again"]
    left = [
        ["layer", *(printable(name) for name, _, _ in lines), "total"],
        ["operation", *(printable(without_arrays(text)) for _, text, _ in lines), count(len(found.layers), "layer")],
    ]
    numbers = [
        [title, *(thousands(getattr(cost, key)) for _, _, cost in lines), thousands(getattr(found.totals, key))]
        for key, title in titles.items()
    ]
    columns = (*left, *numbers)
    return Grid(("name", "text", *titles), columns, tuple(max(map(width, column)) for column in columns))


def _folded(layers: Sequence[tuple[Row, Costs]], depth: int) -> Iterator[tuple[str, str, Costs]]:
    """Blocks of layers whose paths agree in so many parts."""
    for path, group in groupby(layers, lambda layer: ".".join(layer[0].name.split(".")[:depth])):
        rows = list(group)
        sums = Costs(*(sum(column) for column in zip(*(cost for _, cost in rows), strict=True)))
        yield path, rows[0][0].text if len(rows) == 1 else count(len(rows), "layer"), sums


def _notes(found: Training, prose: int) -> list[Styled]:
    """The sums, a line each."""
    totals = found.totals
    notes = [Note("backward", f"{thousands(totals.backward)}{_ratio(totals)}"), Note("step", thousands(totals.total))]
    notes.append(Note("FLOPs", f"{thousands(2 * totals.total)}, two for each multiply-add"))
    if found.frozen:
        names = [node.name for index, node in enumerate(found.table.graph.nodes) if index in found.frozen]
        said = f"{count(len(names), 'layer')}: {names[0]}" + (f" to {names[-1]}" if len(names) > 1 else "")
        notes.append(Note("frozen", said))
    return written([*notes, Note("counted", _coverage(found))], prose)


def _ratio(totals: Costs) -> str:
    """How often the forward pass is in the backward pass."""
    if not isinstance(totals.forward, int) or not isinstance(totals.backward, int) or not totals.forward:
        return ""
    hundredths = (200 * totals.backward + totals.forward) // (2 * totals.forward)
    return f", {hundredths // 100}.{hundredths % 100:02} times the forward pass"


def _coverage(found: Training) -> str:
    missing = [row.name for row in found.uncounted]
    if not missing:
        idle = sum(cost.total == 0 for _, cost in found.layers)
        said = f"; {idle:,} without multiply-adds {'is' if idle == 1 else 'are'} left out above" if idle else ""
        return f"{'all ' * (len(found.layers) > 1)}{count(len(found.layers), 'layer')}{said}"
    return f"{len(found.layers) - len(missing):,} of {count(len(found.layers), 'layer')}; not: {', '.join(missing)}"
