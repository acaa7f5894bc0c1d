"""Networks written as text: parsed again they are the same, and the text is about what a person writes."""

from __future__ import annotations

from typing import Any

import pytest

from archcalc.analysis.cost import own_weights
from archcalc.analysis.table import counts
from archcalc.graph import Graph
from archcalc.load import parse_spec, read_spec, shipped_names
from archcalc.writing.spec import to_spec

FEW = (
    "alexnet-grouped", "cifar/resnet20", "dcgan-generator", "filters/gaussian", "googlenet", "gru-seq2seq",
    "inception-resnet-v2", "lenet5", "lstm-tagger", "mobilenet-v1", "resnet50", "senet50", "torchvision/convnext_tiny",
    "torchvision/deeplabv3_resnet50", "torchvision/densenet121", "torchvision/efficientnet_b0", "torchvision/googlenet",
    "torchvision/maxvit_t", "torchvision/mvit_v2_s", "torchvision/regnet_y_400mf", "torchvision/resnet50",
    "torchvision/s3d", "torchvision/shufflenet_v2_x0_5", "torchvision/swin_t", "torchvision/swin_v2_t",
    "torchvision/swin3d_t", "torchvision/vit_b_16", "transformers/bert-base", "transformers/bloom", "transformers/gpt2",
    "transformers/llama-3-8b", "transformers/mixtral-8x7b", "transformers/t5-small", "unet", "xception",
)  # fmt: skip
"""One of each family."""


def layers(graph: Graph) -> list[tuple[str, str, Any, list[str]]]:
    """Path, word, volume and sources of every layer, in their order."""
    nodes = graph.nodes
    return [(node.name, node.op.word, node.shape, [nodes[i].name for i in node.inputs]) for node in nodes]


def weights(graph: Graph) -> dict[Any, Any]:
    """All stored tensors by name: shapes, whether they are trained, the values that the text gives."""
    return {(node.name, key): weight for node in graph.nodes for key, weight in own_weights(graph, node).items()}


def the_same(spec: str) -> str:
    """The text of a shipped network, after it was found to mean the same."""
    graph = read_spec(spec)
    text = to_spec(graph)
    again = parse_spec(text)
    assert layers(again) == layers(graph)
    assert weights(again) == weights(graph)
    assert [again.nodes[i].name for i in again.outputs] == [graph.nodes[i].name for i in graph.outputs]
    assert [str(pin.key) for pin in again.pins] == [str(pin.key) for pin in graph.pins]
    assert counts(again) == counts(graph)
    assert to_spec(again) == text
    return text


@pytest.mark.parametrize("spec", FEW)
def test_shipped_networks_stay_the_same(spec: str) -> None:
    the_same(spec)


@pytest.mark.slow
@pytest.mark.parametrize("spec", shipped_names())
def test_all_shipped_networks_stay_the_same(spec: str) -> None:
    the_same(spec)
