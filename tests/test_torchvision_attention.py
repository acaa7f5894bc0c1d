"""What torchvision's transformers and segmentation networks have beyond the tests that all its networks share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import archcalc

# Auxiliary heads: the parameters that torchvision documents for its published weights, and those of the head alone

HEADS = [
    ("fcn_resnet50", 35_322_218, 2_365_205),
    ("fcn_resnet101", 54_314_346, 2_365_205),
    ("deeplabv3_resnet50", 42_004_074, 2_365_205),
    ("deeplabv3_resnet101", 60_996_202, 2_365_205),
    ("deeplabv3_mobilenet_v3_large", 11_029_328, 3_851),
]


@pytest.mark.parametrize(("name", "params", "head"), HEADS)
def test_auxiliary_heads(name: str, params: int, head: int) -> None:
    """They only store: multiply-adds and outputs are those of the network without."""
    without = archcalc.load(f"torchvision/{name}")
    net = archcalc.load(f"torchvision/{name}", set={"aux": 1})
    net.check()
    assert net.totals.params == params
    assert sum(row.params for row in net.table().rows if row.name.startswith("aux_classifier.")) == head
    assert (net.totals.macs, net.output) == (without.totals.macs, (520, 520, 21))
    assert len(net.graph.outputs) == 1


@pytest.mark.torch
@pytest.mark.parametrize("name", ["fcn_resnet50", "deeplabv3_mobilenet_v3_large"])
def test_names_with_auxiliary_heads(name: str) -> None:
    """Every tensor of the published state_dict has its weight."""
    vision = pytest.importorskip("tests.torch_reference.vision", reason="the torch group needs PyTorch")
    model = vision.models().get_model(name, weights=None, weights_backbone=None, aux_loss=True)
    state = {key: tuple(tensor.shape) for key, tensor in model.state_dict().items() if tensor.is_floating_point()}
    rows = archcalc.load(f"torchvision/{name}", set={"aux": 1}).table().rows
    assert {f"{row.name}.{key}": shape for row in rows for key, shape in row.weights.items()} == state


# Windows


@pytest.mark.parametrize(("size", "window", "shift"), [(8, 4, 2), (14, 7, 3), (56, 7, 3)])
def test_mask_of_shifted_windows(size: int, window: int, shift: int) -> None:
    """Two positions of a window may meet if no edge of the volume went between them when it was rolled."""
    (mask,) = archcalc.parse(f"INPUT {size}x{size}x1 -> SHIFTMASK {window} {shift}").run().outputs.values()
    home = np.arange(size * size).reshape(size, size)
    rolled = np.roll(home, (-shift, -shift), (0, 1))
    for a in range(size // window):
        for b in range(size // window):
            inside = rolled[a * window : (a + 1) * window, b * window : (b + 1) * window].ravel()
            row, column = np.divmod(inside, size)
            near = (_gap(row) < window) & (_gap(column) < window)
            assert np.array_equal(mask[0, a, b, 0] == 0, near)
            assert set(np.unique(mask[0, a, b, 0])) <= {0.0, -100.0}


def _gap(positions: Any) -> Any:
    """How far any two are apart."""
    return np.abs(positions[:, None] - positions[None, :])
