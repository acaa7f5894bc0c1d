"""torchvision's networks: the published totals, its names of weights, volumes as executed, and equal outputs.

The tests marked `torch` need `pip install torch==2.13.0` and `pip install --no-deps torchvision==0.28.0`.
"""

from __future__ import annotations

import csv
import re
from functools import cache, partial
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import archcalc

DATA = Path(__file__).parent / "data"
ROWS = {row["model"]: row for row in csv.DictReader((DATA / "torchvision.csv").read_text("utf-8").splitlines())}
NAMES = [name.removeprefix("torchvision/") for name in archcalc.shipped_names() if name.startswith("torchvision/")]


def network(name: str) -> archcalc.Network:
    return archcalc.load(f"torchvision/{name}")


# Totals


@pytest.mark.parametrize("name", NAMES)
def test_totals(name: str) -> None:
    """To the unit, at the input that the table states."""
    net, row = network(name), ROWS[name]
    batch, channels, *sizes = map(int, row["input_nchw"].split("x"))
    assert [node.shape for node in net.graph.inputs] == [(*sizes, channels)]
    assert (batch * net.totals.params, batch * net.totals.macs) == (int(row["params"]), int(row["macs"]))


def test_all_are_there() -> None:
    """Every network of the table has a spec."""
    assert sorted(NAMES) == sorted(ROWS)


HEADS = [("googlenet", "aux", 2, 6_379_984), ("inception_v3", "auxlogits", 1, 3_326_696)]


@pytest.mark.parametrize(("name", "prefix", "heads", "params"), HEADS)
def test_heads_for_training_only_store(name: str, prefix: str, heads: int, params: int) -> None:
    """torchvision counts 6,624,904 and 23,834,568 parameters with aux_logits=False."""
    rows = [row for row in network(name).table().rows if row.name.startswith(prefix)]
    assert len({row.name.partition(".")[0] for row in rows}) == heads
    assert sum(row.params for row in rows) == params
    assert not any(row.macs or row.activations for row in rows)
    assert network(name).output == (1000,)


# Execution

LARGE = [name for name in NAMES if int(ROWS[name]["macs"]) > 6e9 and name not in ("vgg11", "s3d")]
"""Run with `-m nightly`; of every kind something is left for every day."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.nightly) if name in LARGE else name for name in NAMES]
)
def test_runs_as_predicted(name: str) -> None:
    """Executed: every volume and the number of weights are what was predicted."""
    found = network(name).verify(batch=1)
    assert [row.name for row in found.rows if not row.ok] == []
    assert found.params == found.predicted_params


# Against torchvision itself


@cache
def torchvision() -> ModuleType:
    """The package, also where its compiled operators, which no classifier uses, were built for another torch."""
    torch = pytest.importorskip("torch")
    spec = util.find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("torchvision is not installed")
    try:
        torch.ops.load_library(next(Path(spec.submodule_search_locations[0]).glob("_C*.so")))
    except OSError:
        # kept, so that it outlives the import
        declared = torch.library.Library("torchvision", "FRAGMENT")
        for name in ("nms", "qnms"):
            declared.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        torchvision.declared = declared  # type: ignore[attr-defined]
    from torchvision import models  # noqa: PLC0415 - only here it is known to be importable

    return models  # type: ignore[no-any-return]


def options(name: str) -> dict[str, Any]:
    """No weights, of backbones neither. The two oldest networks warn unless they are told how to start."""
    if name in ("googlenet", "inception_v3"):
        return {"weights": None, "init_weights": False}
    return {"weights": None, **({"weights_backbone": None} if ROWS[name]["task"] == "segmentation" else {})}


def empty(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The model without memory for its weights. RegNets compute their widths with tensors, which then need a device."""
    import torch  # noqa: PLC0415

    params = torchvision().regnet.BlockParams
    monkeypatch.setattr(params, "from_init_params", partial(_on_cpu, params.from_init_params))
    with torch.device("meta"):
        return torchvision().get_model(name, **options(name))


def _on_cpu(function: Any, **arguments: Any) -> Any:
    import torch  # noqa: PLC0415

    with torch.device("cpu"):
        return function(**arguments)


def folded(name: str) -> str:
    """A weight's name as names are compared: case and separators don't count, the final .weight is optional."""
    return re.sub(r"[._-]+", ".", name.lower()).removesuffix(".weight")


def squeezed(shape: Any) -> tuple[int, ...]:
    return tuple(int(size) for size in shape if size != 1)


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_names_of_weights(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every tensor of the state_dict has a weight of its name and shape here, and the other way round."""
    state = empty(name, monkeypatch).state_dict()
    theirs = {folded(key): squeezed(tensor.shape) for key, tensor in state.items() if tensor.is_floating_point()}
    rows = network(name).table().rows
    ours = {folded(f"{row.name}.{key}"): squeezed(shape) for row in rows for key, shape in row.weights.items()}
    assert {key.rstrip("."): shape for key, shape in ours.items()} == theirs


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_constants_of_normalisations(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The small number that keeps a normalisation from dividing by zero is torchvision's, layer by layer."""
    modules = empty(name, monkeypatch).named_modules()
    theirs = {folded(key): module.eps for key, module in modules if hasattr(module, "eps")}
    nodes = network(name).graph.nodes
    # L2NORM is a function there, which has no name
    norms = [node for node in nodes if hasattr(node.op, "eps") and node.op.word != "L2NORM"]
    assert {folded(node.name): node.op.eps for node in norms} == theirs


ONE_OF_EACH = [
    "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "efficientnet_b5", "efficientnet_v2_s", "googlenet",
    "inception_v3", "mnasnet0_5", "mobilenet_v2", "mobilenet_v3_small", "regnet_x_400mf", "regnet_y_400mf", "resnet18",
    "resnext50_32x4d", "shufflenet_v2_x0_5", "squeezenet1_1", "vgg11_bn", "wide_resnet50_2",
]  # fmt: skip


@pytest.mark.torch
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_outputs(name: str, tmp_path: Path) -> None:
    """With the state_dict as saved, onnxruntime gives what PyTorch gives, within 1e-4 of the largest value."""
    model, images = _random_model(name)
    np.savez(tmp_path / "state.npz", **{key: tensor.numpy() for key, tensor in model.state_dict().items()})
    net = network(name)
    run = net.run({"input": images.permute(0, 2, 3, 1).numpy()}, weights=tmp_path / "state.npz")
    (ours,), theirs = run.outputs.values(), model(images).detach().numpy()
    assert ours.shape[0] == 2
    assert np.abs(ours.reshape(theirs.shape) - theirs).max() < 1e-4 * np.abs(theirs).max()


def _random_model(name: str) -> tuple[Any, Any]:
    """A model in which every weight matters, normalised on the batch that it is then asked about."""
    import torch  # noqa: PLC0415

    torch.manual_seed(0)
    model = torchvision().get_model(name, **options(name))
    for key, tensor in model.named_parameters():
        if tensor.dim() > 1 and "layer_scale" not in key:
            tensor.data.normal_(0, (2 / tensor[0].numel()) ** 0.5)
        else:
            tensor.data.uniform_(0.5, 1.5)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
        elif type(module).__name__ in ("Dropout", "StochasticDepth"):
            module.p = 0.0
    sizes = map(int, ROWS[name]["input_nchw"].split("x")[1:])
    images = torch.randn(2, *sizes)
    with torch.no_grad():
        model.train()(images)
    return model.eval(), images
