"""Bytes against the sizes that onnxruntime's profiler writes down for every kernel."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archcalc
from archcalc import Network
from archcalc.analysis.table import Row
from archcalc.analysis.traffic import traffic
from archcalc.backends.profile import Kernel, read_profile
from archcalc.backends.session import load_runtime
from archcalc.ops.base import Const

from .test_transformers import small

BATCH = 2
PART = ("EMBED", "POSEMB", "SLICE", "CROP")
"""Layers that read a part of a table or volume: the profiler has all of it."""
NETWORKS = [
    "lenet5", "torchvision/resnet18", "torchvision/mobilenet_v2", "torchvision/squeezenet1_1",
    "torchvision/densenet121", "torchvision/shufflenet_v2_x0_5", "torchvision/efficientnet_b0", "googlenet",
    "transformers/gpt2", "transformers/llama-3-8b", "transformers/bert-base", "transformers/whisper-large-v2",
]  # fmt: skip


def network(name: str) -> Network:
    """The network; transformers in a small version."""
    family, _, short = name.partition("/")
    return archcalc.load(name, set=small(short) if family == "transformers" else None)


def profiled(net: Network, folder: Path) -> dict[str, list[Kernel]]:
    """The kernels of every layer in a run that fuses nothing, by the layer's path."""
    net.export(folder / "net.onnx", weights="zeros", batch=BATCH)
    runtime = load_runtime()
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.disable_prepacking", "1")  # it counts no weights that are laid out anew
    options.enable_profiling, options.profile_file_prefix = True, str(folder / "profile")
    session = runtime.InferenceSession(str(folder / "net.onnx"), options, providers=["CPUExecutionProvider"])
    types: dict[str, Any] = {"tensor(int64)": np.int64, "tensor(float)": np.float32}
    session.run(None, {port.name: np.zeros(port.shape, types[port.type]) for port in session.get_inputs()})
    (run,) = read_profile(Path(session.end_profiling()))
    kernels = defaultdict(list)
    for kernel in run.kernels:
        kernels[kernel.name.partition("/")[0]].append(kernel)
    return kernels


@pytest.mark.parametrize("name", NETWORKS)
def test_bytes_are_those_of_the_profiler(name: str, tmp_path: Path) -> None:
    """What each layer writes, its weights, and what it reads if it is one kernel: several read what is between them."""
    net = network(name)
    kernels = profiled(net, tmp_path)
    layers = [(row, moved) for row, moved in traffic(net.table(), BATCH) if moved.moved]
    for row, moved in layers:
        *before, last = kernels[row.name]
        assert last.output_bytes == moved.written == row.activation_bytes * (BATCH if row.node.batched else 1), row.name
        if not before and row.op not in PART:
            assert last.activation_bytes == moved.read, row.name
    known = [(row, moved) for row, moved in layers if moved.weights and row.op not in PART and not constants(row)]
    for row, moved in known:
        assert sum(kernel.parameter_bytes for kernel in kernels[row.name]) == moved.weights, row.name
    tables = sum(row.params for row in net.table().rows if row.op in PART)
    assert sum(row.params for row, _ in known) + tables >= 0.95 * net.totals.params


def constants(row: Row) -> bool:
    """Whether kernels of the layer read numbers that are no weights: constants, or where LeNet has no connection."""
    nodes, weights = row.node.op.onnx(*row.inputs).nodes, row.node.op.weights(*row.inputs).values()
    return any(isinstance(name, Const) for node in nodes for name in node.inputs) or any(w.count for w in weights)
