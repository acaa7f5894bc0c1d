"""export: an ONNX file that runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from ..report import json
from ..report.spell import count, memory
from .arguments import parse, weights_of
from .common import network, working
from .ending import tidy

if TYPE_CHECKING:
    from ..backends.export import Export

_STEP = 0.1
"""Seconds between two words on how far it is."""

_SETTLED = 0.5
"""Seconds until the speed so far says something of the time that is left."""


def export(words: list[str]) -> int:
    """An ONNX file."""
    given = parse("export", words)
    net = network(given, "export", given.input)
    net.check()
    with tidy(), working("writing") as say:
        written = net.export(
            given.output, batch=given.batch, opset=given.opset, external=given.external, reference=given.reference,
            force=given.force, progress=_progress(say), **weights_of(given),
        )  # fmt: skip
    if given.json:
        sys.stdout.write(json.document(asdict(written)))
        return 0
    sys.stdout.write("".join(f"{line}\n" for line in _told(written, given.weights)))
    return 0


def _told(written: Export, weights: str) -> Iterator[str]:
    """What was written, a line a file."""
    numbers = count(written.params, "weight")
    inside = not (written.data or written.referenced)
    facts = [memory(written.bytes), *[numbers] * inside, *[written.dtype] * (written.dtype != "float32")]
    yield f"wrote {written.path}: {', '.join(facts)}, opset {written.opset}, IR {written.ir_version}"
    if written.virtual:
        yield f"{numbers} are virtual: {written.data} with {memory(written.data_bytes)} is not there"
    elif written.data:
        done = "found" if written.data_found else "wrote"
        yield f"{done} {written.data} beside it: {memory(written.data_bytes)}, {numbers}"
    if written.referenced:
        yield f"{count(written.referenced, 'tensor')} stay in {Path(weights).name}: keep it beside the model"


def _progress(say: Callable[[str], None]) -> Callable[[int, int], None]:
    """Says how far it is, how fast, and how long it takes on."""
    start = said = monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal said
        now = monotonic()
        if now - said < _STEP:
            return
        said = now
        if done and now - start > _SETTLED:
            speed = done / (now - start)
            left = f", {memory(int(speed))}/s, {_duration(int((total - done) / speed))} left"
        else:
            left = ""
        say(f"{100 * done // total} % of {memory(total)}{left}")

    return progress


def _duration(seconds: int) -> str:
    """Time in the two largest of its units.

    >>> _duration(7), _duration(80), _duration(7300)
    ('7 s', '1 min 20 s', '2 h 1 min')
    """
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"
