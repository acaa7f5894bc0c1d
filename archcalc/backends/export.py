"""Export of a network as an ONNX file, whole or not at all; large ones with their weights beside them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from math import prod
from pathlib import Path

import numpy as np

from ..analysis.cost import count
from ..errors import Diagnostic, LimitError, UsageError
from ..graph import Graph
from .datafile import DataFile, Place, Room, Step, absent, layout, write_data
from .elements import BFLOAT16, FLOAT32, converted, element, raw
from .files import Unfinished, check_target, need_room, unfinished, writing
from .lower import DYNAMIC, Model, lower
from .model import HIGHEST_OPSET, MAX_PROTOBUF, entry, framed, ir_version, skeleton
from .precision import in_type, lowest_opset
from .reference import referenced
from .weightfile import BY_NAME, check_match, load
from .weights import MADE, RANDOM, VIRTUAL, Array, gathered, masked, pieces, rectified

Progress = Callable[[int, int], None]
"""What is told how many bytes of weights are done, and how many there are."""


@dataclass(frozen=True)
class Export:
    """What was written."""

    path: str
    bytes: int
    opset: int
    ir_version: int
    params: int
    """Numbers in the model's weights, buffers included."""
    dtype: str
    data: str | None
    """The file with weights beside the model, if there is one."""
    data_bytes: int
    data_found: bool
    """Whether that file was there already."""
    referenced: int
    """Weights that stay in the .safetensors file."""
    virtual: bool
    """Whether the weights are nowhere: `data` is the file that they would be in."""


class Prepared:
    """A model that is ready to be written or run: its skeleton, and its weights on demand."""

    def __init__(
        self,
        graph: Graph,
        *,
        weights: str | os.PathLike[str] = RANDOM,
        match: str = BY_NAME,
        seed: int = 0,
        batch: int | str = DYNAMIC,
        opset: int | None = None,
        dtype: str = FLOAT32.name,
    ) -> None:
        check_match(match, weights)
        if batch != DYNAMIC and (not isinstance(batch, int) or batch < 1):
            raise UsageError(Diagnostic("E612", f"a batch of {batch}", help=("a number of at least 1, or dynamic",)))
        self.graph = graph
        self.kind = element(dtype)
        self.model: Model = lower(graph, batch)
        self.opset = _opset(self.model.opset, lowest_opset(self.model, self.kind), opset)
        self.weights = weights
        made = weights in MADE
        self.stored = {} if made else load(graph, self.model.weights, weights, match)
        self._seed = seed
        self._rectified = rectified(graph) if made else set()

    @property
    def virtual(self) -> bool:
        """Whether the weights have a place and no numbers."""
        return self.weights == VIRTUAL

    @property
    def sizes(self) -> dict[str, int]:
        """The bytes of every weight in the model."""
        return {name: self.kind.size * prod(weight.shape) for name, (_, weight) in self.model.weights.items()}

    def blocks(self, name: str) -> Iterator[Array]:
        """The numbers of one weight, made, given by the text, or read, in the model's type; bfloat16 as its bits.

        They come in blocks, each good until the next. Nothing keeps them.
        """
        for block in self._pieces(name):
            yield converted(block, self.kind, name)

    def _pieces(self, name: str) -> Iterator[Array]:
        """The same in float32."""
        node, weight = self.model.weights[name]
        stored = self.stored.get(name)
        if stored is None:
            yield from pieces(name, weight, node.name in self._rectified, str(self.weights), self._seed)
        elif weight.start == "masked":
            yield masked(stored.read().reshape(weight.shape), weight).reshape(-1)
        else:
            yield from stored.pieces()

    def tensor(self, name: str) -> Array:
        """The numbers of one weight in memory, as `blocks` gives them."""
        if self.virtual:
            help = ("--weights random, zeros, or a file",)
            raise UsageError.of("E618", "virtual weights have no numbers to run with", help=help)
        _, weight = self.model.weights[name]
        stored = self.stored.get(name)
        if stored is not None and self.kind is FLOAT32:
            return masked(stored.read().reshape(weight.shape), weight)
        dtype = {FLOAT32.name: np.float32, BFLOAT16.name: np.uint16}.get(self.kind.name, np.float16)
        return gathered(self.blocks(name), weight.shape, dtype)

    def parts(self, expose: bool = False, emulate: bool = False) -> tuple[bytes, bytes]:
        """The model without its weights; `expose` makes every volume an output.

        `emulate` computes in float32 and rounds every value to the model's type, for devices without its kernels.
        """
        model = self.model
        if self.kind is not FLOAT32:
            shown = {port.name for port in (*model.outputs, *(model.volumes if expose else ()))}
            model = in_type(model, self.kind, self.opset, shown, emulate)
        return skeleton(model, self.opset, self.graph, self.kind, expose)

    def entries(self, places: Mapping[str, Place]) -> dict[str, tuple[bytes, int]]:
        """What stands for each weight in the model, and how many bytes of numbers follow."""
        weights = self.model.weights.items()
        return {name: entry(name, weight.shape, self.kind, places.get(name)) for name, (_, weight) in weights}

    def for_runtime(self, expose: bool = False) -> bytes:
        """The model with its weights outside, for a runtime that is handed them in memory.

        bfloat16 is emulated: onnxruntime has kernels of that type for a few operators only.
        """
        places = {name: Place("memory", 0, size) for name, size in self.sizes.items()}
        entries = self.entries(places).values()
        start, _ = framed(self.parts(expose, self.kind is BFLOAT16), entries)
        return start + b"".join(head for head, _ in entries)

    @property
    def params(self) -> int:
        """Numbers in all weights, buffers included."""
        return sum(count(weight) for _, weight in self.model.weights.values())


def _opset(needed: int, best: int, wanted: int | None) -> int:
    if wanted is None:
        return max(needed, best)
    if not needed <= wanted <= HIGHEST_OPSET:
        message = f"opset {wanted} cannot say this network"
        raise UsageError(Diagnostic("E613", message, help=(f"opsets {needed} to {HIGHEST_OPSET} can",)))
    return wanted


def export(
    prepared: Prepared, path: str | os.PathLike[str], *, external: bool = False, reference: bool = False,
    force: bool = False, progress: Progress | None = None,
) -> Export:  # fmt: skip
    """Write the model; the file appears under its name only when it is complete, and after that of its weights.

    Weights go into a file of their own if they are too many for one, or if `external`; `reference` leaves those of a
    .safetensors file where they are. `force` doesn't ask whether the disk has room.
    """
    target = Path(path)
    check_target(target)
    folder = target.resolve().parent
    parts, sizes = prepared.parts(), prepared.sizes
    _check_size(framed(parts, prepared.entries(layout(sizes)).values())[1])
    kept = referenced(prepared, target) if reference else {}
    places = dict(kept)
    room = partial(_take_room, force)
    left = {name: size for name, size in sizes.items() if name not in places}
    step = _Tally(sum(left.values()), progress)
    data: DataFile | None = None
    if prepared.virtual:
        data = absent(folder, sizes)
    elif left and (external or framed(parts, prepared.entries(places).values())[1] > MAX_PROTOBUF):
        with writing(target):
            data = write_data(folder, left, prepared.blocks, step, room)
    if data:
        places |= data.places
    size = _write_model(prepared, target, parts, places, step, room)
    return Export(
        path=str(path), bytes=size, opset=prepared.opset, ir_version=ir_version(prepared.opset), params=prepared.params,
        dtype=prepared.kind.name, data=data.path.name if data else None, data_bytes=data.size if data else 0,
        data_found=data is not None and data.found, referenced=len(kept), virtual=prepared.virtual,
    )  # fmt: skip


def _check_size(size: int) -> None:
    """Refuse a model that no file can hold; its weights are not in it."""
    if size > MAX_PROTOBUF:
        message = f"the model has {size:,} bytes without its weights, an ONNX file holds at most {MAX_PROTOBUF:,}"
        raise LimitError(Diagnostic("E506", message))


def _write_model(
    prepared: Prepared, target: Path, parts: tuple[bytes, bytes], places: Mapping[str, Place], step: Step,
    room: Room,
) -> int:  # fmt: skip
    """Write the model, its weights at their places or in itself; the bytes written."""
    entries = prepared.entries(places)
    start, total = framed(parts, entries.values())
    with writing(target), unfinished(target.resolve().parent) as new:
        room(new, total)
        new.file.write(start)
        for name, (head, _) in entries.items():
            new.file.write(head)
            if name in places:
                continue
            for block in prepared.blocks(name):
                new.file.write(raw(block))
                step(block.nbytes)
        new.publish(target.resolve())
    return total


def _take_room(force: bool, new: Unfinished, size: int) -> None:
    if not force:
        need_room(new.path.parent, size)
        new.reserve(size)


class _Tally:
    """Adds up what is done."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.done, self.total, self.progress = 0, total, progress

    def __call__(self, more: int) -> None:
        self.done += more
        if self.progress:
            self.progress(min(self.done, self.total), self.total)
