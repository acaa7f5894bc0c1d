"""What memory a network takes, as text and for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..analysis.storage import Fits, Memory, Part, total
from ..errors import Styled
from ..screen import printable
from .notes import heading
from .spell import count, memory, thousands, wrap

DEFINITIONS = (
    "Peak: the volumes alive at once while a layer runs, its input and output included. Activations: every layer's "
    "output once, without the input and without what is inside a layer, such as attention's scores."
)
IN_PLACE = "In place: ReLU and its like, dropout and batch norm write over what they read if nobody else needs it."
MIXED = "Mixed precision: weights, gradients and activations of 2 bytes; master weights and optimizer state in float32."
PROSE = 100
FORMULA = 24
"""Sizes that are written longer than this are formulas, which have lines of their own."""


class Line(NamedTuple):
    """A line: what takes memory, how much, and what there is to say of it."""

    what: str
    size: str
    note: str = ""
    style: str = ""


def report(found: Memory, fits: Fits | None = None, room: int | None = None, amount: str = "") -> list[Styled]:
    """The memory of inference and training, part by part; with `fits` also the largest batches.

    `amount` is how the memory was named that they are to fit.
    """
    setting = found.setting
    lines = [*_inference(found), *_training(found)]
    if found.cache is not None:
        lines.append(_cache(found))
    prose = min(max(room or PROSE, 30), PROSE)
    title, volumes = map(printable, heading(found.graph))
    below = f"{setting.dtype}{', mixed precision' * setting.mixed}, batch {thousands(setting.batch)}; {volumes}"
    drawn: list[Styled] = [((title, "title"),)] if title else []
    drawn += [((line, ""),) for line in wrap(below, prose)]
    drawn += [(), *_draw(lines, room, bool(found.graph.free))]
    if fits is not None:
        drawn += [(), *_fits(found, fits, amount or memory(fits.memory))]
    drawn += [(), _coverage(found)]
    words = " ".join([DEFINITIONS, IN_PLACE, *[MIXED] * setting.mixed])
    return [*drawn, (), *[((line, "faint"),) for line in wrap(words, prose)]]


def _coverage(found: Memory) -> Styled:
    """How many layers were counted: all, as volumes and weights are known also where the work is not."""
    many = len(found.table.rows)
    return (("counted: ", "faint"), (f"{'all ' if many > 1 else ''}{count(many, 'layer')}", ""))


def _inference(found: Memory) -> Iterator[Line]:
    yield Line("inference", memory(total(found.inference)), style="total")
    where = f"at {found.peak_at}" if found.peak_at else ""
    for part in found.inference:
        note = _stored(found, part) or _either(where, found.peak, found.overwriting.peak, found.setting.in_place)
        yield Line(f"  {part.what}", memory(part.size), note)


def _stored(found: Memory, part: Part) -> str:
    """What weights and buffers consist of."""
    totals = found.table.totals
    if part.what == "weights":
        return f"{thousands(totals.params)} parameters"
    return f"{count(totals.buffers, 'number')} stored but not trained" if part.what == "buffers" else ""


def _either(said: str, plain: int, overwriting: int, in_place: bool) -> str:
    """What is said of a size, and what it would be in place."""
    other = "in place" if in_place else f"{memory(overwriting)} in place" if overwriting != plain else ""
    return "; ".join(text for text in (said, other) if text)


def _training(found: Memory) -> Iterator[Line]:
    setting = found.setting
    if not setting.trains:
        yield Line("training", "", f"not in {setting.dtype}: whole numbers have no gradients", "total")
        return
    frozen = f", {', '.join(setting.freeze)} frozen" if setting.freeze else ""
    yield Line("training", memory(total(found.training)), f"{_OPTIMIZERS[setting.optimizer]}{frozen}", "total")
    for part in found.training:
        yield Line(f"  {part.what}", memory(part.size), _kept(found) if part.what == "activations" else "")


_OPTIMIZERS = {
    "sgd": "SGD, which keeps no state", "momentum": "SGD with momentum, one number a parameter",
    "adam": "Adam, two numbers a parameter",
}  # fmt: skip


def _kept(found: Memory) -> str:
    how = found.setting.recompute
    said = {"": "every layer's output once", "all": "everything is computed again, and kept while it is worked on"}.get(
        how, "what blocks give, and the insides of one block at a time"
    )
    return _either(said, found.activations, found.overwriting.activations, found.setting.in_place)


def _cache(found: Memory) -> Line:
    assert found.cache is not None
    token, context = found.cache
    note = f"at the full context; {memory(token)} a token of an example"
    if isinstance(context, int) and isinstance(token, int) and not context % token:
        times = f"{thousands(found.setting.batch)} x " * (found.setting.batch > 1)
        note = f"{times}{thousands(context // token)} tokens of {memory(token)}"
    return Line("KV cache", memory(context * found.setting.batch), note, "total")


def _draw(lines: list[Line], room: int | None, free: bool) -> Iterator[Styled]:
    """The lines in columns, numbers at the right; what is said of each goes on below where the screen is narrow."""
    names, sizes = max(len(line.what) for line in lines), max(len(line.size) for line in lines)
    left = names + sizes + 4
    for line in lines:
        if sizes > FORMULA:
            yield from _formula(line, names, room)
            continue
        first, *rest = wrap(printable(line.note), max((room or 10_000) - left, 24))
        written = f"{line.what:{names}}  {line.size:{'<' if free else '>'}{sizes}}"
        yield (written, line.style), (f"  {first}" if first else "", "faint")
        for more in rest:
            yield ((" " * left + more, "faint"),)


def _formula(line: Line, names: int, room: int | None) -> Iterator[Styled]:
    """A line whose size is a formula: what is said of it goes below."""
    first, *rest = wrap(line.size, max((room or 10_000) - names - 2, 24))
    yield (f"{line.what:{names}}  ", line.style), (first, line.style)
    for more in rest:
        yield ((" " * (names + 2) + more, line.style),)
    for note in wrap(printable(line.note), max((room or 10_000) - names - 2, 24)) if line.note else ():
        yield ((" " * (names + 2) + note, "faint"),)


def _fits(found: Memory, fits: Fits, amount: str) -> Iterator[Styled]:
    """The largest batches, or what is missing for one example."""
    one = found.at(1)
    label = printable(f"fits {amount}")
    parts = {"inference": (fits.inference, one.inference), "training": (fits.training, one.training)}
    if found.cache is not None:
        parts = {"inference": parts.pop("inference"), "with KV cache": (fits.generation, one.generation), **parts}
    wide = max(map(len, parts))
    for index, (what, (batch, needed)) in enumerate(parts.items()):
        said = f"batch {thousands(batch)}" if batch else "any batch"
        if batch == 0:
            said = f"not one example: {memory(total(needed))}" if needed else f"not in {found.setting.dtype}"
        style = "answer" if batch != 0 else "caution"
        yield (("" if index else label).ljust(len(label)), "total"), (f"  {what:{wide}}  {said}", style)


def as_dict(found: Memory, fits: Fits | None = None) -> dict[str, Any]:
    """The memory for JSON: exact bytes."""
    return {**found.as_dict(), **({} if fits is None else {"fits": fits._asdict()})}
