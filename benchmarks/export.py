"""Exporting: little may come on top of generating and writing the numbers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import archcalc

from .measure import Result, race


def results() -> Iterator[Result]:
    """VGG-16 as ONNX (553 MB), against as many random numbers written to a file as they come."""
    net = archcalc.load("vgg16")
    shapes = [shape for row in net.table().rows for shape in row.weights.values()]
    with tempfile.TemporaryDirectory() as folder:
        model, plain = Path(folder, "net.onnx"), Path(folder, "plain")
        ours, theirs = race(lambda: net.export(model), lambda: _write_plainly(shapes, plain), rounds=7)
        yield Result("vgg16 exported", ours, "the same numbers generated and written", theirs, 1.5)


def _write_plainly(shapes: list[tuple[int, ...]], path: Path) -> None:
    random = np.random.default_rng(0)
    with path.open("wb") as file:
        for shape in shapes:
            file.write(random.random(shape, np.float32).data)
