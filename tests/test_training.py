"""The cost of training: torch's counter, with the backward pass, and rules that follow from the chain rule."""

from __future__ import annotations

import json
from math import prod
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc import Network, UsageError
from archcalc.analysis.backward import products
from archcalc.analysis.training import Costs
from archcalc.ops.base import Op
from archcalc.report import training as training_report
from archcalc.shape import Shape

from .cases import CASES, Case
from .commands import process
from .test_coverage import Mystery, mysterious
from .test_memory import networks

# Multiply-adds of torch.utils.flop_counter.FlopCounterMode of torch 2.13, half of its FLOPs: two examples of 224x224x3
# through torchvision 0.28 in training mode, the sum of the outputs differentiated, attention with SDPBackend.MATH (the
# fused kernel of the CPU is not counted at all)


class Measured(NamedTuple):
    """What torch counts for a network at batch 2."""

    name: str
    forward: int
    backward: int
    freeze: tuple[str, ...] = ()


MEASURED = [
    Measured("resnet50", 8_178_368_512, 16_120_709_120),
    Measured("vgg16", 30_940_528_640, 61_707_649_024),
    Measured("mobilenet_v2", 601_548_544, 11_678_152_448),
    Measured("vit_b_16", 35_127_656_448, 70_024_101_888),
    Measured("resnet50", 8_178_368_512, 8_691_449_856, ("conv1", "bn1", "layer1", "layer2")),
    Measured("resnet50", 8_178_368_512, 4_096_000, ("conv1", "bn1", "layer1", "layer2", "layer3", "layer4")),
]


def groups_counted_twice(name: str, batch: int) -> int:
    """What torch adds: for the gradient to a grouped weight it multiplies all inputs with all outputs of the layer.

    A gradient to the weight of a convolution in g groups takes as many multiply-adds as the convolution; its formula
    for convolution_backward never reads the groups, and so counts g times as many.
    """
    rows = [row for row in archcalc.load(f"torchvision/{name}").table().rows if row.op in ("CONV", "DWCONV")]
    return batch * sum((_groups(row.node.op, row.inputs[0]) - 1) * row.macs for row in rows)


def _groups(op: Op, x: Shape) -> int:
    return int(x[-1] if op.word == "DWCONV" else getattr(op, "groups", 1))


@pytest.mark.parametrize("case", MEASURED, ids=lambda case: f"{case.name} {len(case.freeze)}")
def test_torch_counts_the_same(case: Measured) -> None:
    totals = archcalc.load(f"torchvision/{case.name}").training(batch=2, freeze=case.freeze).totals
    assert totals.forward == case.forward
    assert totals.backward + groups_counted_twice(case.name, 2) == case.backward


@pytest.mark.torch
@pytest.mark.parametrize("case", MEASURED, ids=lambda case: f"{case.name} {len(case.freeze)}")
def test_what_torch_counts(case: Measured) -> None:
    counter = pytest.importorskip("tests.torch_reference.counter", reason="the torch group needs PyTorch")
    assert counter.network(case.name, case.freeze) == (case.forward, case.backward)


LAYERS = [  # spec, forward, backward, as the same counter has them for the layers of torch.nn; batch 1
    ("INPUT 10x10x3 -> CONV 6 3x3 -> TCONV 4 4x4 s2 p1", 34_944, 59_520),
    ("INPUT 5x8 -> LINEAR 16 -> RELU -> h: LINEAR 16 -> RELU -> LINEAR 16 tie=@h nobias", 3_200, 5_760),
    ("INPUT 7x24 -> LINEAR 32 -> ATTN 4", 37_184, 68_992),
    ("a: INPUT 7x24; m: INPUT 9x20; ATTN 4 [@a -> LINEAR 32, @m]", 35_264, 53_632),
    ("a: INPUT 7x32; m: INPUT 9x20; ATTN 4 [@a, @m]", 29_888, 41_088),
    ("INPUT 6 int -> e: EMBED 50 16 -> LINEAR 16 -> LINEAR 50 tie=@e nobias", 6_336, 12_672),
    ('INPUT 5x8 -> EINSUM "h d, k d -> h k" [LINEAR 12, LINEAR 12]', 1_260, 1_560),
]


@pytest.mark.parametrize(("spec", "forward", "backward"), LAYERS)
def test_layers(spec: str, forward: int, backward: int) -> None:
    totals = archcalc.parse(spec).training().totals
    assert (totals.forward, totals.backward) == (forward, backward)


# Rules


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.spec)
def test_products_add_up_to_the_multiply_adds(case: Case) -> None:
    graph = archcalc.parse(case.spec).graph
    for node in graph.nodes:
        shapes = graph.shapes(node)
        found = products(node.op, *shapes)
        assert found is not None
        assert sum(product.macs for product in found) == (node.op.work(*shapes) or {}).get("macs", 0)
        assert all(factor < len(shapes) for product in found for factor in (product.left, product.right))


def costs(spec: str, **options: Any) -> dict[str, Costs]:
    found = archcalc.parse(spec).training(**options)
    return {row.name: cost for row, cost in found.layers if cost.total}


def test_each_gradient_costs_what_the_product_does() -> None:
    """One product forward; none to the image, one to each weight, one back through each later layer."""
    found = costs("INPUT 8x8x3 -> a: CONV 4 3x3 -> b: CONV 4 3x3 -> c: FC 10", batch=3)
    a, b, c = 3 * 36 * 4 * 27, 3 * 16 * 4 * 36, 3 * 64 * 10
    assert found == {"a": Costs(a, 0, 0, a), "b": Costs(b, 0, b, b), "c": Costs(c, 0, c, c)}


def test_frozen_layers_pass_gradients_on_only_where_something_is_trained_before() -> None:
    spec = "INPUT 8 -> a: FC 8 -> b: FC 8 -> c: FC 8"
    assert costs(spec, freeze=["b"]) == {
        "a": Costs(64, 0, 0, 64), "b": Costs(64, 0, 64, 0), "c": Costs(64, 0, 64, 64),
    }  # fmt: skip
    assert costs(spec, freeze=["a", "b"])["c"] == Costs(64, 0, 0, 64)
    assert costs(spec, freeze=["a", "b", "c"])["c"] == Costs(64, 0, 0, 0)


def test_a_shared_weight_is_frozen_with_its_owner() -> None:
    """torch counts 3,200 both ways when h of LAYERS is frozen."""
    spec = "INPUT 5x8 -> LINEAR 16 -> RELU -> h: LINEAR 16 -> RELU -> LINEAR 16 tie=@h nobias"
    totals = archcalc.parse(spec).training(freeze=["h"]).totals
    assert (totals.forward, totals.backward) == (3_200, 3_200)


def test_what_leads_nowhere_has_no_gradient() -> None:
    found = costs("INPUT 8 -> a: FC 8 -> b: FC 4; OUTPUT @a")
    assert (found["a"], found["b"]) == (Costs(64, 0, 0, 64), Costs(32, 0, 0, 0))


def test_what_is_the_same_for_all_examples_runs_once() -> None:
    found = costs("p: PARAM 3x8 -> q: LINEAR 8; INPUT 3x8 -> ADD @q -> LINEAR 2", batch=10)
    assert found["q"] == Costs(192, 0, 192, 192)


def test_heads_for_training_run_in_training_alone() -> None:
    spec = "INPUT 8 -> a: FC 8 -> RELU; @a -> head: FC 5; OUTPUT @head train; @a -> FC 2"
    found = costs(spec)
    assert found["head"] == Costs(40, 0, 40, 40)
    assert archcalc.parse(spec).totals.macs == 64 + 16


@pytest.mark.parametrize(("top", "run"), [(1, 1), (2, 2)])
def test_only_the_chosen_experts_are_trained(top: int, run: int) -> None:
    found = archcalc.parse(f"INPUT 9x16 -> LINEAR 16 -> MOE 4 top={top} [LINEAR 32]").training().totals
    expert, gate, first = 9 * 16 * 32, 9 * 16 * 4, 9 * 16 * 16
    assert found == Costs(first + gate + run * expert, 0, gate + run * expert, first + gate + run * expert)


def test_recurrent_layers() -> None:
    """Every matrix at every step; the gradient to the state goes through the steps, that to the input only if asked."""
    into, across = 20 * 4 * 32 * 16, 20 * 4 * 32 * 32
    assert costs("INPUT 20x16 -> LSTM 32") == {"lstm1": Costs(into + across, 0, across, into + across)}
    second = 2 * across
    found = costs("INPUT 20x16 -> LSTM 32 layers=2")["lstm1"]
    assert found == Costs(into + across + second, 0, across + second, into + across + second)


# Random networks


@given(networks(), st.data())
def test_gradients_are_those_on_a_path_from_a_trained_weight_to_an_output(net: Network, data: st.DataObject) -> None:
    nodes = net.graph.nodes
    weighted = [index for index, node in enumerate(nodes) if node.op.word in ("FC", "BN", "PARAM")]
    frozen = set(data.draw(st.sets(st.sampled_from(weighted))))

    def learns(index: int) -> bool:
        own = index in weighted and index not in frozen
        return own or any(learns(source) for source in nodes[index].inputs)

    def counts(index: int) -> bool:
        readers = [reader for reader, node in enumerate(nodes) if index in node.inputs]
        return index in net.graph.outputs or any(counts(reader) for reader in readers)

    costs = {row.name: cost for row, cost in net.training(freeze=[nodes[index].name for index in frozen]).layers}
    for index, node in enumerate(nodes):
        if node.op.word == "FC":
            macs, (source,) = prod(nodes[node.inputs[0]].shape) * node.op.units, node.inputs
            back = macs * counts(index)
            assert costs[node.name] == Costs(macs, 0, back * learns(source), back * (index not in frozen))


# Computing again


@pytest.mark.parametrize(
    ("recompute", "again"),
    [("", set()), ("all", {"a.b.x", "a.b.y", "a.c.x", "d"}), ("blocks", {"a.b.x", "a.b.y", "a.c.x"}),
     ("1", {"a.b.x", "a.b.y", "a.c.x"}), ("2", {"a.b.x", "a.b.y", "a.c.x"})],
)  # fmt: skip
def test_what_is_computed_again(recompute: str, again: set[str]) -> None:
    spec = "INPUT 8 -> a: [b: [x: FC 8 -> y: FC 8] -> c: [x: FC 8]] -> d: FC 8"
    found = costs(spec, recompute=recompute)
    assert {name for name, cost in found.items() if cost.again} == again
    assert all(cost.again in (0, cost.forward) for cost in found.values())


CHECKPOINTED = "INPUT 8 -> a: [FC 16 -> TANH -> FC 8] -> b: [FC 16 -> TANH -> FC 8] -> FC 2"


def test_checkpointed_blocks_cost_what_torch_counts() -> None:
    """torch.utils.checkpoint of both blocks: 528 forward, 1,440 in the backward pass.

    By default it stops as soon as it has what it needs, before the last layer of a block: 1,184.
    """
    net = archcalc.parse(CHECKPOINTED)
    totals, last = net.training(recompute="blocks").totals, 16 * 8
    assert (totals.forward, totals.again + totals.backward) == (528, 1440)
    assert totals.again + totals.backward - 2 * last == 1184


@pytest.mark.torch
def test_what_torch_counts_of_checkpointed_blocks() -> None:
    counter = pytest.importorskip("tests.torch_reference.counter", reason="the torch group needs PyTorch")
    assert [counter.checkpointed(early) for early in (False, True)] == [(528, 1440), (528, 1184)]


def test_full_recomputation_is_one_forward_pass_more() -> None:
    """Chen et al. 2016, Training deep nets with sublinear memory cost: "one additional forward pass"."""
    plain, again = (archcalc.load("torchvision/resnet50").training(recompute=how).totals for how in ("", "all"))
    assert again == plain._replace(again=plain.forward)


def test_frozen_blocks_are_not_computed_again() -> None:
    found = costs("INPUT 8 -> a: [x: FC 8 -> y: FC 8] -> b: [x: FC 8]", recompute="blocks", freeze=["a"])
    assert {name for name, cost in found.items() if cost.again} == {"b.x"}


# Letters, mistakes, reports


def test_letters() -> None:
    found = archcalc.parse("INPUT HxWxC -> CONV C 3x3 p1 nobias -> CONV C 3x3 p1 nobias").training().as_dict()
    assert found["totals"]["to_input"] == "9*C**2*H*W"
    assert found["totals"]["backward"] == "27*C**2*H*W"


@pytest.mark.parametrize(
    ("options", "code", "help"),
    [
        ({"freeze": ["conv7"]}, "E627", "did you mean conv"),
        ({"freeze": ["relu1"]}, "E695", "leave it out"),
        ({"recompute": "blocks"}, "E694", "label them"),
        ({"recompute": "2"}, "E694", "label them"),
        ({"recompute": "layers"}, "E694", "blocks, all, or a number of parts of the layers' paths, as for --depth"),
    ],
)
def test_what_training_refuses(options: dict[str, Any], code: str, help: str) -> None:
    with pytest.raises(UsageError) as caught:
        archcalc.load("alexnet").training(**options)
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert help in found.help[0]


def test_a_shared_weight_cannot_be_frozen_alone() -> None:
    with pytest.raises(UsageError, match="freeze h"):
        archcalc.parse("INPUT 8 -> h: FC 8 nobias -> g: FC 8 tie=@h nobias").training(freeze=["g"])


def test_what_cannot_be_counted_is_listed() -> None:
    net = mysterious()
    assert [row.name for row in net.training().uncounted] == ["odd"]
    assert net.training().as_dict()["layers"][1]["total"] is None
    assert products(Mystery(), (8,)) is None


def test_command() -> None:
    said = process("training torchvision/resnet50 --batch 2 --freeze layer1 --recompute blocks --json")
    assert (said.code, said.err) == (0, "")
    found = archcalc.load("torchvision/resnet50").training(batch=2, freeze=["layer1"], recompute="blocks")
    assert json.loads(said.out) == found.as_dict()


@pytest.mark.parametrize("room", [60, 80, 200])
@pytest.mark.parametrize("spec", ["torchvision/resnet50", "transformers/gpt2"])
def test_text_fits_the_screen_and_has_every_number(spec: str, room: int) -> None:
    found = archcalc.load(spec).training(batch=32)
    shown = ["".join(text for text, _ in line).rstrip() for line in training_report.report(found, room)]
    assert max(map(len, shown)) <= room
    total = next(line for line in shown if line.startswith("total"))
    assert {f"{number:,}" for number in (found.totals.to_input, found.totals.to_weights)} <= set(total.split())
