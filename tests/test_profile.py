"""Bytes of volumes and weights against what onnxruntime's profiler reports for each node: an independent oracle."""

from collections import defaultdict
from math import prod
from pathlib import Path

import numpy as np
import onnx
import pytest

import archcalc
from archcalc.backends.profile import Kernel, read_profile
from archcalc.backends.session import load_runtime

BATCH = 2
NETWORKS = {
    "lenet5": 8, "keras-mnist-cnn": 5, "torchvision/squeezenet1_1": 50, "torchvision/shufflenet_v2_x0_5": 100,
    "torchvision/mobilenet_v2": 100, "torchvision/resnet18": 60, "torchvision/googlenet": 150,
    "torchvision/densenet121": 300, "torchvision/mnasnet0_5": 100, "lstm-tagger": 3,
    "dcgan-generator": 10,
}  # fmt: skip
"""Shipped networks, and how many of their layers the runtime executes at least, one for one."""


def profiled(net: archcalc.Network, folder: Path) -> tuple[tuple[Kernel, ...], onnx.ModelProto]:
    """The kernels of one run of an export, node by node: nothing fused, no weight packed anew."""
    path = folder / "net.onnx"
    net.export(path, weights="zeros", batch=BATCH)
    runtime = load_runtime()
    options = runtime.SessionOptions()
    options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.disable_prepacking", "1")
    options.enable_profiling, options.profile_file_prefix = True, str(folder / "times")
    session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    kinds = {"tensor(float)": "float32", "tensor(int64)": "int64"}
    session.run(None, {port.name: np.zeros(port.shape, kinds[port.type]) for port in session.get_inputs()})
    (one,) = read_profile(Path(session.end_profiling()))
    return one.kernels, onnx.load(path, load_external_data=False)


def constant_bytes(model: onnx.ModelProto, weights: set[str]) -> dict[str, int]:
    """For every node the bytes of the constants that it reads and that are no weights of the network."""
    sizes = {
        one.name: prod(one.dims) * onnx.helper.tensor_dtype_to_np_dtype(one.data_type).itemsize
        for one in model.graph.initializer
        if one.name not in weights
    }
    return {node.name: sum(sizes.get(name, 0) for name in node.input) for node in model.graph.node}


@pytest.mark.parametrize(("spec", "least"), NETWORKS.items())
def test_bytes_are_those_of_the_profiler(spec: str, least: int, tmp_path: Path) -> None:
    net = archcalc.load(spec)
    rows = {row.name: row for row in net.table().rows}
    stored = {f"{name}.{key}" for name, row in rows.items() for key in row.weights}
    kernels, model = profiled(net, tmp_path)
    constants = constant_bytes(model, stored)
    parameters: dict[str, int] = defaultdict(int)
    for kernel in kernels:
        parameters[kernel.name.partition("/")[0]] += kernel.parameter_bytes - constants.get(kernel.name, 0)
    outputs = {kernel.name: kernel.output_bytes for kernel in kernels if kernel.name in rows}
    assert len(outputs) >= least
    wrong = {name: (size, BATCH * rows[name].activation_bytes) for name, size in outputs.items()
             if size != BATCH * rows[name].activation_bytes}  # fmt: skip
    assert not wrong
    weights = {
        name: 4 * sum(prod(shape) for shape in rows[name].weights.values()) for name in parameters if name in rows
    }
    assert weights == {name: parameters[name] for name in weights}
