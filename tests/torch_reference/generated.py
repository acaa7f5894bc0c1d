"""Generated PyTorch and Keras code beside our own runtime: the same weights, by name, and the same inputs."""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

import archcalc
from archcalc.analysis.cost import own_weights
from archcalc.backends.lower import Port
from archcalc.backends.runtime import random_inputs
from archcalc.backends.session import open_session
from archcalc.codegen.naming import camel, snake
from archcalc.codegen.torch.context import FIRST as CHANNELS_FIRST
from archcalc.codegen.torch.translate import translate
from archcalc.graph import Graph
from archcalc.ops.base import FIRST, Weight

from .shaken import Shaken

# read when Keras is first imported
os.environ.setdefault("KERAS_BACKEND", "torch")
os.environ.setdefault("KERAS_HOME", str(Path(tempfile.gettempdir()) / "keras-of-tests"))

Arrays = dict[str, Any]


def weights_of(graph: Graph) -> dict[str, Weight]:
    """Every tensor that the network stores, by its name."""
    return {
        f"{node.name}.{key}" if key else node.name: weight
        for node in graph.nodes
        for key, weight in own_weights(graph, node).items()
    }


def stored_params(graph: Graph) -> int:
    """The parameters that a framework stores: also those of a table of connections that are always zero."""
    return sum(math.prod(weight.shape) for weight in weights_of(graph).values() if not weight.buffer)


def torch_module(net: archcalc.Network, device: str = "cpu") -> Any:
    """The module that the generated code makes."""
    made: dict[str, Any] = {"__name__": "generated"}
    exec(compile(net.to_torch(), "generated", "exec"), made)
    with torch.device(device):
        return made[camel(net.graph.title) if net.graph.title else "Network"]().eval()


def torch_dims(net: archcalc.Network) -> list[tuple[int, ...]]:
    """The sizes of the outputs behind the batch, found without computing."""
    program, module = translate(net.graph), torch_module(net, "meta")
    with torch.device("meta"), torch.no_grad():
        given = (
            torch.zeros(2, *port.dims, dtype=torch.int64 if port.node.op.integer else torch.float32)
            for port in program.inputs
        )
        found = module(*given)
    volumes = found if isinstance(found, tuple) else (found,)
    assert [len(volume) for volume in volumes] == [2] * len(program.outputs)
    assert [port.dims for port in program.outputs] == [tuple(volume.shape[1:]) for volume in volumes]
    return [port.node.shape for port in program.outputs]


def keras_model(net: archcalc.Network, device: str = "cpu") -> Any:
    """The model that the generated code makes."""
    return keras_made(net, device)[0]


def keras_made(net: archcalc.Network, device: str) -> tuple[Any, dict[str, type]]:
    """The model that the generated code makes, and the classes of that code."""
    import keras  # noqa: PLC0415 - only some tests need it

    keras.utils.clear_session()
    made: dict[str, Any] = {"__name__": "generated"}
    exec(compile(net.to_keras(), "generated", "exec"), made)
    with keras.device(device):
        model = made[snake(net.graph.title) if net.graph.title else "network"]()
    return model, {name: item for name, item in made.items() if isinstance(item, type)}


def keras_dims(model: Any, net: archcalc.Network) -> list[tuple[int, ...]]:
    """The sizes of the outputs behind the batch, of which two examples are taken; nothing is computed."""
    import keras  # noqa: PLC0415 - as above

    nodes = net.graph.inputs
    given = [keras.KerasTensor((2, *node.shape), "int32" if node.op.integer else "float32") for node in nodes]
    found = model(given if len(given) > 1 else given[0], training=False)
    volumes = found if isinstance(found, list | tuple) else [found]
    assert {volume.shape[0] for volume in volumes} == {2}
    return [tuple(volume.shape[1:]) for volume in volumes][: len(net.graph.outputs)]


def state_of(module: Any) -> dict[str, tuple[int, ...]]:
    """Names and shapes, without the counters of batch norms."""
    state = module.state_dict()
    return {name: tuple(value.shape) for name, value in state.items() if not name.endswith("num_batches_tracked")}


class Reference:
    """A network in our own runtime, with random weights and inputs of two examples."""

    def __init__(self, net: archcalc.Network) -> None:
        self.net = net
        self.prepared = Shaken(net.graph)
        self.inputs = random_inputs(self.prepared, batch=2)
        """In the language's order of axes, by name."""

    def tensor(self, name: str) -> Any:
        """A weight; zeros for what only training needs."""
        if name in self.prepared.model.weights:
            return self.prepared.tensor(name)
        return np.zeros(weights_of(self.net.graph)[name].shape, np.float32)

    def outputs(self) -> list[Any]:
        """The outputs, in the language's order of axes."""
        session, _ = open_session(self.prepared, "cpu")
        model = self.prepared.model
        fed = {port.name: _first(self.inputs[port.name], port) for port in model.inputs}
        arrays = session.run([port.name for port in model.outputs], fed)
        return [
            np.moveaxis(array, 1, -1) if port.layout == FIRST and array.ndim > 2 else array
            for array, port in zip(arrays, model.outputs, strict=True)
        ]

    def torch_outputs(self) -> list[Any]:
        """The outputs of the PyTorch code with the same weights, loaded by name, nothing missing or left over."""
        program, module = translate(self.net.graph), torch_module(self.net)
        counters = {name: value for name, value in module.state_dict().items() if "num_batches" in name}
        given = {name: torch.tensor(self.tensor(name)) for name in weights_of(self.net.graph)}
        module.load_state_dict(given | counters, strict=True)
        given_inputs = (
            torch.tensor(_turned(self.inputs[port.node.name], port.layout == CHANNELS_FIRST, to_first=True))
            for port in program.inputs
        )
        with torch.no_grad():
            found = module(*given_inputs)
        volumes = found if isinstance(found, tuple) else (found,)
        return [
            _turned(_batched(volume.detach().numpy(), port.node), port.layout == CHANNELS_FIRST, to_first=False)
            for volume, port in zip(volumes, program.outputs, strict=True)
        ]

    def keras_outputs(self, file: Path | None = None) -> list[Any]:
        """The outputs of the Keras code with the same weights, through a file if there is one."""
        import keras  # noqa: PLC0415 - as above

        from .keras_weights import load  # noqa: PLC0415 - it imports Keras

        model, classes = keras_made(self.net, "cpu")
        load(model, self.net.graph, self.tensor)
        if file:
            model.save(file)
            model = keras.models.load_model(file, custom_objects=classes)
        given = [self.inputs[node.name] for node in self.net.graph.inputs]
        with torch.no_grad():
            found = model(given if len(given) > 1 else given[0], training=False)
        volumes = found if isinstance(found, list | tuple) else [found]
        return [keras.ops.convert_to_numpy(volume) for volume in volumes][: len(self.net.graph.outputs)]


def _first(array: Any, port: Port) -> Any:
    return _turned(array, port.layout == FIRST, to_first=True)


def _turned(array: Any, is_first: bool, to_first: bool) -> Any:
    if not is_first or array.ndim < 3:
        return array
    return np.ascontiguousarray(np.moveaxis(array, -1, 1) if to_first else np.moveaxis(array, 1, -1))


def _batched(array: Any, node: Any) -> Any:
    """With a batch axis also where the volume is the same for all examples."""
    return array[None] if array.ndim == len(node.shape) else array


def error(ours: list[Any], theirs: list[Any]) -> float:
    """How far the outputs are apart, in parts of the largest value."""
    worst = 0.0
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.shape == other.shape
        assert np.isfinite(other).all()
        worst = max(worst, float(np.abs(mine - other).max() / max(np.abs(mine).max(), 1e-9)))
    return worst
