"""What stands around a table: the title, what was asked, rounded and warned of, sums, and the conventions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..analysis.table import Row, Table
from ..errors import Diagnostic, Styled
from ..graph import Graph, Node
from ..screen import printable
from ..shape import show
from .lines import lines
from .spell import count, pads, thousands, wrap
from .units import READABLE, Units

CONVENTION = (
    "Multiply-adds: one per multiply-accumulate of convolutions, linear layers and attention's products; "
    "no bias, normalisation, activation or pooling. FLOPs = 2 x multiply-adds. "
    "Memory: the volume that a layer gives, in float32 (4 bytes a number). Everything is for one example."
)
FIELD = "Field: how much of the input one output sees, along each axis."
FOLD = 60
"""Tables with more lines than this say how to fold them, into half as many at most."""


class Note(NamedTuple):
    """A line below the table: what it is about, what there is to say, and its style."""

    label: str
    text: str
    style: str = ""


def convention(keys: Sequence[str]) -> str:
    """What the numbers in some columns mean."""
    return f"{CONVENTION} {FIELD}" if "receptive_field" in keys else CONVENTION


def heading(graph: Graph) -> tuple[str, str]:
    """The title, and what goes in and comes out."""
    inputs = ", ".join(_volume(node, len(graph.inputs) > 1) for node in graph.inputs)
    outputs = ", ".join(_volume(graph.nodes[index], len(graph.outputs) > 1) for index in graph.outputs)
    return graph.title, f"input {inputs}, output {outputs}" if inputs else f"output {outputs}"


def _volume(node: Node, named: bool) -> str:
    return f"{node.name} {show(node.shape)}" if named else show(node.shape)


def notes(table: Table, units: Units = READABLE, rows: Sequence[Row] | None = None) -> list[Note]:
    """Everything that is to be said about a table; of single layers only about some, where `rows` are given."""
    about = table.rows if rows is None else rows
    return [*_answers(table), *_pads(about), *_cautions(table), *_sums(table, units), *_claims(table)]


def _answers(table: Table) -> Iterator[Note]:
    """The volumes that `=> ?` asks for."""
    texts = {row.name: row.text for row in table.rows}
    asked = [question.place.line for question in table.graph.questions]
    for question in table.graph.questions:
        node, line = table.graph.nodes[question.node], question.place.line
        named = f"{node.name}: " if asked.count(line) > 1 else ""
        yield Note(f"line {line}", f"{named}{texts.get(node.name, node.op)} gives {show(node.shape)}", "answer")


def _pads(rows: Sequence[Row]) -> Iterator[Note]:
    """What `same` comes to, and what was rounded."""
    same = [row for row in rows if getattr(row.node.op, "same", False)]
    for pad, names in _together((pads(row.pads), row.name) for row in same):
        yield Note("same pads", f"{pad} in {names}")
    for what, names in _together((row.rounded, row.name) for row in rows if row.rounded):
        yield Note("rounded", f"{what}: {names}", "caution")


def _cautions(table: Table) -> Iterator[Note]:
    """What is not counted, what is supposed, and warnings."""
    if table.uncounted:
        yield Note("counted", coverage(table), "caution")
    for condition in table.graph.conditions:
        yield Note("supposes", condition, "caution")
    for warning in table.warnings:
        yield Note("note", warning_text(warning), "caution")


def _together(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The names of which the same is said, joined."""
    names: dict[str, list[str]] = {}
    for what, name in pairs:
        names.setdefault(what, []).append(name)
    return ((what, ", ".join(group)) for what, group in names.items())


def warning_text(warning: Diagnostic) -> str:
    """A warning in one line."""
    where = f"line {warning.place.line}: " if warning.place else ""
    return where + "; ".join(text for text in (warning.message, warning.note, *warning.help) if text)


def coverage(table: Table) -> str:
    """How many layers were counted, and which were not."""
    layers, missing = count(len(table.rows), "layer"), table.uncounted
    if missing:
        names = ", ".join(f"{row.name} ({row.text if row.op == 'ONNX' else row.op})" for row in missing)
        return f"{len(table.rows) - len(missing):,} of {layers}, so there is more to do; not counted: {names}"
    stored = sum(not row.node.active for row in table.rows)
    also = f"; {stored:,} are stored, but do not run" if stored else ""
    return f"{'all ' if len(table.rows) > 1 else ''}{layers}{also}"


def _sums(table: Table, units: Units) -> Iterator[Note]:
    totals = table.totals
    if table.rows and not table.uncounted:
        yield Note("counted", coverage(table))
    yield Note("weights", units.size(totals.weight_bytes))
    if totals.buffers:
        numbers = "number" if totals.buffers == 1 else "numbers"
        yield Note("buffers", f"{units.number(totals.buffers)} {numbers} stored but not trained")
    yield Note("FLOPs", units.number(totals.flops))
    where = f", at {table.peak}" if table.peak else ""
    yield Note("peak memory", f"{units.size(totals.peak_bytes)} of volumes alive at once{where}")
    stored = "weights, gradients, Adam's two copies and every volume"
    yield Note("training", f"{units.size(totals.training_bytes)}: {stored}")


def _claims(table: Table) -> Iterator[Note]:
    """The totals that the text pins and that hold, and its source."""
    pins = [pin for pin in table.graph.pins if getattr(table.totals, pin.key) == pin.value]
    if pins:
        yield Note("as pinned", ", ".join(f"{pin.key} {thousands(pin.value)}" for pin in pins))
    if source := table.graph.settings.get("source"):
        yield Note("source", str(source))


def folding(table: Table) -> Iterator[Note]:
    """How to see less of a long table."""
    if found := short(table):
        depth, blocks = found
        yield Note("shorter", f"--depth {depth} folds the {len(table.rows):,} lines into {blocks:,}")


def short(table: Table) -> tuple[int, int] | None:
    """Of a long table the depth of the deepest fold that is short, else of the shortest, and how many lines it has."""
    if len(table.rows) <= FOLD:
        return None
    deepest = max(row.name.count(".") for row in table.rows)
    folds = [(depth, len(lines(table.rows, depth))) for depth in range(1, deepest + 1)]
    depth, blocks = max([fold for fold in folds if fold[1] <= FOLD // 2], default=folds[0] if folds else (0, 0))
    return (depth, blocks) if 0 < blocks * 2 <= len(table.rows) else None


def written(notes: Sequence[Note], prose: int) -> list[Styled]:
    """Labels at the left, what they are about beside them."""
    margin = max([len(note.label) for note in notes]) + 2
    drawn: list[Styled] = []
    said = ""
    for note in notes:
        for text in wrap(printable(note.text), prose - margin):
            label, said = "" if note.label == said else note.label, note.label
            drawn.append(((label.ljust(margin), "faint"), (text, note.style)))
    return drawn
