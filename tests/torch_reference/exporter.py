"""What PyTorch's own exporter writes, run beside ours."""

from __future__ import annotations

import warnings
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import onnxruntime
import torch

from .vision import build

SIDE = 224


class Times(NamedTuple):
    """Seconds of each run, taken in turns."""

    ours: Any
    theirs: Any

    @property
    def ratio(self) -> float:
        """Of runs that followed each other, so that both saw the same machine: the one in the middle."""
        return float(np.median(self.ours / self.theirs))


def export(name: str, path: Path) -> dict[str, Any]:
    """Write a network of torchvision as PyTorch does; its weights."""
    network = build(name).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (torch.randn(1, 3, SIDE, SIDE),), path, dynamo=True, verbose=False)
    return {key: tensor.numpy() for key, tensor in network.state_dict().items()}


def race(ours: Path, theirs: Path, rounds: int) -> Times:
    """One image through each on one thread, in turns; the first runs don't count."""
    sessions = [_session(path) for path in (ours, theirs)]
    image = np.random.default_rng(0).standard_normal((1, 3, SIDE, SIDE), np.float32)
    times = np.zeros((rounds + 4, 2))
    for index, row in enumerate(times):
        for which in (0, 1) if index % 2 else (1, 0):
            row[which] = _time(sessions[which], image)
    return Times(*times[4:].T)


def kernels(path: Path) -> dict[str, int]:
    """How often each operator is left when the runtime has optimised a model."""
    import onnx  # noqa: PLC0415 - only here

    optimised = path.with_suffix(".optimised")
    _session(path, str(optimised))
    found: dict[str, int] = {}
    for node in onnx.load(optimised).graph.node:
        found[node.op_type] = found.get(node.op_type, 0) + 1
    return found


def _session(path: Path, optimised: str = "") -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    if optimised:
        options.optimized_model_filepath = optimised
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _time(session: Any, image: Any) -> float:
    start = perf_counter()
    session.run(None, {session.get_inputs()[0].name: image})
    return perf_counter() - start
