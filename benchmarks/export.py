"""Exporting: little may come on top of generating and writing the numbers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from math import prod
from pathlib import Path

import numpy as np

import archcalc

from .measure import Result, race

BLOCK = 2**18


def results() -> Iterator[Result]:
    """VGG-16 as ONNX (553 MB), against as many random numbers made and written in the quickest way that is known."""
    net = archcalc.load("vgg16")
    shapes = [shape for row in net.table().rows for shape in row.weights.values()]
    with tempfile.TemporaryDirectory() as folder:
        model, plain = Path(folder, "net.onnx"), Path(folder, "plain")
        written = partial(_write_plainly, shapes, plain)
        ours, theirs = race(lambda: net.export(model), written, rounds=7)
        yield Result("vgg16 exported", ours, "as many numbers generated and written", theirs, 1.25)
        ours, theirs = race(partial(_export_outside, net, Path(folder)), written, rounds=7)
        yield Result("vgg16 exported, weights beside it", ours, "the same, without a hash for a name", theirs, 2.5)


def _export_outside(net: archcalc.Network, folder: Path) -> None:
    for path in folder.glob("weights-*"):  # else it would be found, not written
        path.unlink()
    net.export(folder / "net.onnx", external=True)


def _write_plainly(shapes: list[tuple[int, ...]], path: Path) -> None:
    """Uniform numbers of a chosen scale, a block at a time in one place: twice as quick as a tensor at a time."""
    random = np.random.Generator(np.random.SFC64(0))
    block = np.empty(BLOCK, np.float32)
    with path.open("wb") as file:
        for shape in shapes:
            for start in range(0, prod(shape), BLOCK):
                part = block[: prod(shape) - start]
                random.random(out=part, dtype=np.float32)
                part *= np.float32(0.2)
                part -= np.float32(0.1)
                file.write(part.data)
