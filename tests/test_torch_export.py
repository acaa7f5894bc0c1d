"""Our exports against those of PyTorch's own exporter: as quick in onnxruntime, with the same kernels."""

from __future__ import annotations

from pathlib import Path

import pytest

import archcalc

from .weightfiles import save_npz

pytestmark = pytest.mark.torch

NETWORKS = {"resnet50": 60, "mobilenet_v2": 400}
"""How often each runs: until the median stands still."""


@pytest.mark.parametrize("name", NETWORKS)
def test_ours_runs_as_quickly(name: str, tmp_path: Path) -> None:
    for module in ("torch", "onnxscript", "onnxruntime"):
        pytest.importorskip(module)
    from .torch_reference import exporter  # noqa: PLC0415 - torch may not be there

    ours, theirs = tmp_path / "ours.onnx", tmp_path / "theirs.onnx"
    weights = save_npz(tmp_path / "w.npz", exporter.export(name, theirs))
    archcalc.load(f"torchvision/{name}").export(ours, batch=1, weights=weights)
    convolutions = [exporter.kernels(path)["Conv"] for path in (ours, theirs)]
    assert convolutions[0] == convolutions[1]
    assert exporter.race(ours, theirs, NETWORKS[name]).ratio <= 1.05
