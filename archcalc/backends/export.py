"""Export of a network as an ONNX file, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..analysis.cost import count
from ..errors import Diagnostic, UsageError
from ..graph import Graph
from .files import write_whole
from .lower import DYNAMIC, Model, lower
from .model import HIGHEST_OPSET, ir_version, skeleton, write
from .weightfile import BY_NAME, check_match, load
from .weights import RANDOM, ZEROS, Array, masked, numbers, rectified


@dataclass(frozen=True)
class Export:
    """What was written."""

    path: str
    bytes: int
    opset: int
    ir_version: int
    params: int
    """Numbers in the file's weights, buffers included."""


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
    ) -> None:
        check_match(match, weights)
        if batch != DYNAMIC and (not isinstance(batch, int) or batch < 1):
            raise UsageError(Diagnostic("E612", f"a batch of {batch}", help=("a number of at least 1, or dynamic",)))
        self.graph = graph
        self.model: Model = lower(graph, batch)
        self.opset = _opset(self.model, opset)
        made = weights in (RANDOM, ZEROS)
        self._stored = {} if made else load(graph, self.model.weights, weights, match)
        self._kind, self._seed = str(weights), seed
        self._rectified = rectified(graph) if made else set()

    def tensor(self, name: str) -> Array:
        """The numbers of one weight: made, given by the text, or read from the file. Nothing keeps them."""
        node, weight = self.model.weights[name]
        stored = self._stored.get(name)
        if stored is not None:
            return masked(stored.read().reshape(weight.shape), weight)
        return numbers(name, weight, node.name in self._rectified, self._kind, self._seed)

    def parts(self, expose: bool = False) -> tuple[bytes, bytes]:
        """The model without its weights; `expose` makes every volume an output."""
        return skeleton(self.model, self.opset, self.graph, expose)

    @property
    def params(self) -> int:
        """Numbers in all weights, buffers included."""
        return sum(count(weight) for _, weight in self.model.weights.values())


def _opset(model: Model, wanted: int | None) -> int:
    if wanted is None:
        return model.opset
    if not model.opset <= wanted <= HIGHEST_OPSET:
        message = f"opset {wanted} cannot say this network"
        raise UsageError(Diagnostic("E613", message, help=(f"opsets {model.opset} to {HIGHEST_OPSET} can",)))
    return wanted


def export(prepared: Prepared, path: str | os.PathLike[str], progress: Callable[[int], None] | None = None) -> Export:
    """Write the model; the file appears under its name only when it is complete."""
    model, parts = prepared.model, prepared.parts()
    size = write_whole(Path(path), lambda file: write(file, model, parts, prepared.tensor, progress))
    return Export(str(path), size, prepared.opset, ir_version(prepared.opset), prepared.params)
