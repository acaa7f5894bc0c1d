"""Generated code is executed: the pinned parameters, our names of weights, and the outputs of our own runtime.

Run with PyTorch and Keras installed beside the package; Keras works on PyTorch:

    pip install torch==2.13.0 keras
    python -m pytest -m torch tests/test_torch_codegen.py
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import archcalc
from archcalc.codegen.words import MODULE

from .cases import CASES, Case
from .test_codegen import ALIKE, AWKWARD, Alike
from .test_transformers import small

if TYPE_CHECKING:
    from .torch_reference.generated import Reference

pytestmark = [
    pytest.mark.torch,
    # Keras is not careful about what it asks of PyTorch
    pytest.mark.filterwarnings("ignore"),
]

PINNED = {
    "torchvision/resnet50": 25_557_032,
    "torchvision/mobilenet_v2": 3_504_872,
    "torchvision/densenet121": 7_978_856,
    "transformers/gpt2": 124_439_808,
}
"""Parameters as torchvision and the published weights have them."""


@pytest.fixture(name="generated")
def _generated() -> Any:
    pytest.importorskip("torch", reason="the torch group needs PyTorch")
    from .torch_reference import generated  # noqa: PLC0415 - it imports PyTorch

    return generated


@pytest.fixture(name="keras_code")
def _keras_code(generated: Any) -> Any:
    pytest.importorskip("keras", reason="Keras code needs Keras")
    return generated


@pytest.mark.parametrize(("name", "params"), PINNED.items())
def test_pytorch_has_the_pinned_parameters(name: str, params: int, generated: Any) -> None:
    module = generated.torch_module(archcalc.load(name))
    assert sum(weight.numel() for weight in module.parameters()) == params


@pytest.mark.parametrize(("name", "params"), PINNED.items())
def test_keras_has_the_pinned_parameters(name: str, params: int, keras_code: Any) -> None:
    model = keras_code.keras_model(archcalc.load(name))
    assert sum(weight.value.numel() for weight in model.trainable_weights) == params


@pytest.mark.parametrize("name", archcalc.shipped_names())
def test_every_network_has_our_names_in_pytorch(name: str, generated: Any) -> None:
    """The state_dict is what our exports hold, tensor by tensor; nothing is computed, so size is no matter."""
    net = archcalc.load(name)
    module = generated.torch_module(net, "meta")
    wanted = {key: tuple(weight.shape) for key, weight in generated.weights_of(net.graph).items()}
    assert generated.state_of(module) == wanted
    assert sum(weight.numel() for weight in module.parameters()) == generated.stored_params(net.graph)


@pytest.mark.parametrize("name", archcalc.shipped_names())
def test_every_network_gives_its_volumes_in_pytorch(name: str, generated: Any) -> None:
    net = archcalc.load(name)
    assert generated.torch_dims(net) == [net.graph.nodes[index].shape for index in net.graph.outputs]


@pytest.mark.parametrize("name", archcalc.shipped_names())
def test_every_network_has_all_parameters_in_keras(name: str, keras_code: Any) -> None:
    """As with PyTorch, nothing is computed; lenet5's table of connections is made of numbers."""
    net = archcalc.load(name)
    model = keras_code.keras_model(net, "cpu" if name == "lenet5" else "meta")
    assert sum(weight.value.numel() for weight in model.trainable_weights) == keras_code.stored_params(net.graph)
    assert model.count_params() == net.counted_by("keras").total
    assert keras_code.keras_dims(model, net) == [net.graph.nodes[index].shape for index in net.graph.outputs]


def test_the_file_runs_as_it_is(generated: Any, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(archcalc.load("torchvision/googlenet").to_torch(), "googlenet.py", "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out == "(1, 1000) 13004888\n"


def test_the_file_of_keras_runs_as_it_is(keras_code: Any, capsys: pytest.CaptureFixture[str]) -> None:
    net = archcalc.load("torchvision/googlenet")
    exec(compile(net.to_keras(), "googlenet.py", "exec"), {"__name__": "__main__"})
    assert "Total params: 13,019,960" in capsys.readouterr().out


def test_only_a_table_of_connections_stores_more_than_it_counts(generated: Any) -> None:
    more = []
    for name in archcalc.shipped_names():
        net = archcalc.load(name)
        if generated.stored_params(net.graph) != net.totals.params:
            more.append(name)
    assert more == ["lenet5"]


Outputs = Callable[["Reference"], list[Any]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.spec[:60])
def test_every_layer_and_option_in_pytorch(case: Case, generated: Any) -> None:
    reference = generated.Reference(archcalc.parse(case.spec))
    assert generated.error(reference.outputs(), reference.torch_outputs()) < 1e-4


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.spec[:60])
def test_every_layer_and_option_in_keras(case: Case, keras_code: Any) -> None:
    reference = keras_code.Reference(archcalc.parse(case.spec))
    assert keras_code.error(reference.outputs(), reference.keras_outputs()) < 1e-4


TRANSPOSED = [
    "INPUT 8x7x4 -> TCONV 6 3x3 g2",
    "INPUT 8x7x4 -> TCONV 6 3x2 s2x3 d2 p1x0 g2",
    "INPUT 8x7x4 -> TCONV 5 2x3 s3 d2x1 o1 nobias",
    "INPUT 9x4 -> TCONV 6 2 s4 o3 d1 g2",
    "INPUT 5x4x6x4 -> TCONV 4 3 s2x1x3 d1x2x2 p1 o1x0x2 g4",
    "INPUT 8x7x4 -> TCONV 4 3 s2 p0:1x1:0",
]
"""Transposed convolutions with what Keras has not."""


@pytest.mark.parametrize("spec", TRANSPOSED)
def test_transposed_convolutions_in_keras(spec: str, keras_code: Any) -> None:
    reference = keras_code.Reference(archcalc.parse(spec))
    assert keras_code.error(reference.outputs(), reference.keras_outputs()) < 1e-4


@pytest.mark.parametrize("spec", AWKWARD)
def test_awkward_names_and_shapes_in_pytorch(spec: str, generated: Any) -> None:
    reference = generated.Reference(archcalc.parse(spec))
    assert generated.error(reference.outputs(), reference.torch_outputs()) < 1e-4


@pytest.mark.parametrize("spec", AWKWARD)
def test_awkward_names_and_shapes_in_keras(spec: str, keras_code: Any) -> None:
    reference = keras_code.Reference(archcalc.parse(spec))
    assert keras_code.error(reference.outputs(), reference.keras_outputs()) < 1e-4


NETWORKS: dict[str, dict[str, int]] = {
    "lenet5": {}, "keras-mnist-cnn": {}, "scanning-1d": {}, "dcgan-generator": {}, "unet": {}, "senet50": {},
    "inception-resnet-v2": {}, "cifar/resnet20": {}, "filters/gaussian": {}, "lstm-tagger": {}, "gru-seq2seq": {},
    "torchvision/resnet50": {}, "torchvision/densenet121": {}, "torchvision/googlenet": {},
    "torchvision/shufflenet_v2_x1_0": {}, "torchvision/efficientnet_b0": {}, "torchvision/convnext_tiny": {},
    "torchvision/vit_b_32": {}, "torchvision/swin_t": {}, "torchvision/swin_v2_t": {},
    "torchvision/lraspp_mobilenet_v3_large": {}, "torchvision/r2plus1d_18": {},
    **{
        f"transformers/{name}": small(name)
        for name in ("gpt2", "bert-base", "llama-3-8b", "mixtral-8x7b", "bloom", "transformer-base", "whisper-large-v2")
    },
}  # fmt: skip
"""Networks of different kinds, and the sizes that make large ones small."""


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_in_pytorch(name: str, generated: Any) -> None:
    reference = generated.Reference(archcalc.load(name, set=NETWORKS[name]))
    assert generated.error(reference.outputs(), reference.torch_outputs()) < 1e-4


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_in_keras(name: str, keras_code: Any) -> None:
    reference = keras_code.Reference(archcalc.load(name, set=NETWORKS[name]))
    assert keras_code.error(reference.outputs(), reference.keras_outputs()) < 1e-4


SAVED = (
    "lenet5",
    "filters/gaussian",
    "lstm-tagger",
    "torchvision/swin_v2_t",
    "transformers/gpt2",
    "transformers/bloom",
)
"""Networks with layers that Keras lacks."""


@pytest.mark.parametrize("name", SAVED)
def test_keras_models_come_back_from_files(name: str, keras_code: Any, tmp_path: Path) -> None:
    """With shared weights still shared."""
    reference = keras_code.Reference(archcalc.load(name, set=NETWORKS.get(name, {})))
    assert keras_code.error(reference.outputs(), reference.keras_outputs(tmp_path / "net.keras")) < 1e-4


@pytest.mark.parametrize("name", ["torchvision/resnet18", "torchvision/mobilenet_v2", "torchvision/maxvit_t"])
def test_a_trained_state_comes_back(name: str, generated: Any, tmp_path: Any) -> None:
    """The other way: what the generated module saves, our spec loads by name, and computes the same."""
    from .torch_reference.compare import compare, pictures  # noqa: PLC0415 - as above

    net = archcalc.load(name)
    found = compare(net, generated.torch_module(net), (pictures(2, 3, 224, 224),), tmp_path)
    assert found.error < min(1e-4, found.spread / 100)


def _sizes(shape: str) -> list[int]:
    return [int(size) for size in shape.split("x")]


@pytest.mark.parametrize("row", [row for row in ALIKE if row.framework == "PyTorch"], ids=lambda row: row.there)
def test_the_words_of_pytorch(row: Alike, generated: Any) -> None:
    import torch  # noqa: PLC0415 - as above
    from torch import nn  # noqa: PLC0415 - as above

    *spatial, channels = _sizes(row.volume)
    found = eval(row.there, {"nn": nn})(torch.zeros(2, channels, *spatial))
    assert found.movedim(1, -1).shape == (2, *_sizes(row.gives))


@pytest.mark.parametrize("row", [row for row in ALIKE if row.framework == "Keras"], ids=lambda row: row.there)
def test_the_words_of_keras(row: Alike, keras_code: Any) -> None:
    import numpy as np  # noqa: PLC0415 - beside Keras
    from keras import layers  # noqa: PLC0415 - as above

    found = eval(row.there, {"layers": layers})(np.zeros((2, *_sizes(row.volume)), np.float32))
    assert tuple(found.shape) == (2, *_sizes(row.gives))


def test_training_gives_what_only_training_needs(generated: Any) -> None:
    import torch  # noqa: PLC0415 - as above

    module = generated.torch_module(archcalc.load("torchvision/googlenet"))
    x = torch.zeros(2, 3, 224, 224)
    with torch.no_grad():
        assert module(x).shape == (2, 1000)
        assert [part.shape for part in module.train()(x)] == [(2, 1000)] * 3


def test_names_that_modules_use_themselves(generated: Any) -> None:
    from torch import nn  # noqa: PLC0415 - as above

    own = {name for kind in (nn.Module, nn.Sequential, nn.ModuleList) for name in dir(kind())}
    public = {name for name in own if name[0] != "_" and name == name.lower()}
    assert public <= MODULE
