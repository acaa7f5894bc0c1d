"""Which stored tensor of a model is which weight of which layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..graph import Graph
from .attending import attended
from .joining import joined
from .model import Reading, network, open_model, walk
from .value import Stored


class Weights(NamedTuple):
    """A model's network, and the tensors of each of its layers by their names there."""

    graph: Graph
    tensors: Sequence[Mapping[str, Stored]]


def weights_of(path: str) -> Weights:
    """The network of an ONNX file and where its weights come from. SpecError and FileError as for any model."""
    model = open_model(path)
    reader, scope = walk(model, path, Reading())
    graph, origin = attended(joined(network(reader, scope, model, path)))
    return Weights(graph, [reader.lifter.weights.get(index, {}) for index in origin])
