"""What PyTorch exports, as a spec: a state_dict fits it by name, and it gives what the module gives."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import archcalc
from archcalc.load import read_spec
from archcalc.writing import to_spec

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.torch


@pytest.mark.parametrize("make", ["resnet", "Gated", "Dense", "Tokens", "Attending"])
def test_state_dicts_fit_what_was_converted(make: str, tmp_path: Path) -> None:
    from tests.torch_reference import exported  # noqa: PLC0415 - it needs torch

    torch.manual_seed(0)
    module = getattr(exported, make)().eval()
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if tensor.is_floating_point():
                tensor.uniform_(0.5, 1.5) if "running_var" in name else tensor.normal_(0, 0.2)
    x = torch.randn(1, 3, 64, 64)
    model, ours = tmp_path / "model.onnx", tmp_path / "ours.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kept = torch.onnx.TrainingMode.PRESERVE
        torch.onnx.export(module, (x,), model, dynamo=False, training=kept, do_constant_folding=False)
    np.savez(tmp_path / "module.npz", **{name: tensor.numpy() for name, tensor in module.state_dict().items()})
    net = archcalc.parse(to_spec(read_spec(str(model))))
    assert net.totals.params == sum(parameter.numel() for parameter in module.parameters())
    for weights in (tmp_path / "module.npz", model):
        net.export(ours, weights=weights)
        (given,) = outputs(ours, x.numpy())
        np.testing.assert_allclose(given, module(x).detach().numpy(), 1e-4, 1e-4)


def outputs(model: Path, x: Any) -> list[Any]:
    """What onnxruntime gives."""
    from archcalc.backends.session import load_runtime  # noqa: PLC0415 - where torch is missing nothing here runs

    session = load_runtime().InferenceSession(str(model), providers=["CPUExecutionProvider"])
    found: list[Any] = session.run(None, {session.get_inputs()[0].name: x})
    return found
