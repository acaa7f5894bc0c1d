"""Memory: published figures, and liveness against a simulation of the memory itself on random networks."""

from __future__ import annotations

import csv
import json
from math import prod
from pathlib import Path
from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc import Network, SpecError, UsageError
from archcalc.analysis.inplace import FOLDED, POINTWISE, folded, inference_buffers
from archcalc.analysis.memory import liveness, volume_bytes
from archcalc.analysis.storage import amount_of_bytes, total
from archcalc.graph import Graph
from archcalc.ops import FAMILIES, WORDS
from archcalc.report import memory as memory_report

from .commands import process

DATA = Path(__file__).parent / "data"
RESNET = archcalc.load("torchvision/resnet50")

# VGG-16 of CS231n's notes, row by row

ROWS = list(csv.DictReader((DATA / "vgg16_breakdown.csv").read_text("utf-8").splitlines()))


def test_vgg16_row_by_row() -> None:
    """Every volume and every number of weights; ours have biases, which the notes leave out."""
    table = archcalc.load("vgg16").table()
    listed = [row for row in table.rows if row.op in ("CONV", "POOL", "FC")]
    ours = [(224 * 224 * 3, 0), *((row.activations, prod(row.weights.get("weight", (0,)))) for row in listed)]
    theirs = [(int(row["memory"]), int(row["weights"])) for row in ROWS[:-1]]
    assert ours == theirs
    for row in ROWS[:-1]:
        assert prod(map(int, row["volume"].split("x"))) == int(row["memory"])
        scale = {"K": 10**3, "M": 10**6}.get(row["rounded"][-1], 1)
        assert int(row["memory"]) == pytest.approx(float(row["rounded"].rstrip("KM")) * scale, rel=0.01)


def test_vgg16_published_total_is_not_the_sum_of_its_rows() -> None:
    """24M values and 93 MB are printed; the rows come to 15.2M and 58 MiB. The 138M weights do hold."""
    values, weights = (sum(int(row[key]) for row in ROWS[:-1]) for key in ("memory", "weights"))
    assert (ROWS[-1]["rounded"], ROWS[-1]["weights"]) == ("24M", "138M")
    assert (values, round(weights / 1e6)) == (15_237_608, 138)
    assert values * 4 == archcalc.load("vgg16").memory(in_place=True).activations - 1000 * 4 + 224 * 224 * 3 * 4


# Other tools

PEERS = list(csv.DictReader((DATA / "peer_memory.csv").read_text("utf-8").splitlines()))


@pytest.mark.parametrize("row", PEERS, ids=lambda row: f"{row['tool']} {row['network']}")
def test_memory_that_other_tools_print(row: dict[str, str]) -> None:
    """Both double the volumes for the backward pass: torchinfo of layers with parameters, torchsummary of all.

    torchinfo divides by 10^6, torchsummary by 2^20; both call it MB.
    """
    table = archcalc.load(f"torchvision/{row['network']}").table()
    with_parameters = 2 * sum(layer.activation_bytes for layer in table.rows if layer.params)
    everything = 2 * table.totals.activation_bytes
    if row["tool"] == "torchinfo":
        assert with_parameters == int(row["bytes"])
        assert f"{with_parameters / 1e6:.2f}" == row["printed"]
    else:
        assert f"{everything / 2**20:.2f}" == row["printed"]


# Published figures

CACHES = [  # spec, type, bytes a token
    ("transformers/gpt2", "float32", 2 * 12 * 768 * 4),  # 2 x layers x width: Pope et al. 2022, 3.3, as all of these
    ("transformers/llama-2-7b", "float16", 512 * 1024),  # "0.5 MB a token" in many accounts of serving it
    ("transformers/llama-3-8b", "bfloat16", 128 * 1024),  # 8 heads of keys for 32 of queries: a quarter
    ("transformers/llama-3-70b", "bfloat16", 320 * 1024),
    ("transformers/transformer-base", "float32", 2 * 6 * 512 * 4),  # the decoder's self-attention alone is causal
]


@pytest.mark.parametrize(("spec", "dtype", "token"), CACHES)
def test_cache_of_keys_and_values(spec: str, dtype: str, token: int) -> None:
    net = archcalc.load(spec)
    found = net.memory(dtype=dtype).cache
    tokens = net.graph.inputs[-1].shape[0]
    assert found is not None
    assert found == (token, token * tokens)


@pytest.mark.parametrize("spec", ["transformers/bert-base", "torchvision/vit_b_16", "alexnet"])
def test_no_cache_without_causal_attention(spec: str) -> None:
    assert archcalc.load(spec).memory().cache is None


STATES = [  # optimizer, mixed, bytes a parameter of weights, gradients and state
    ("adam", True, 16),  # Rajbhandari et al. 2020 (ZeRO), 3.1: 2 + 2 + K, with K = 12 for Adam
    ("momentum", True, 2 + 2 + 4 + 4),
    ("sgd", True, 2 + 2 + 4),
    ("adam", False, 16),
    ("momentum", False, 12),
    ("sgd", False, 8),
]


@pytest.mark.parametrize(("optimizer", "mixed", "each"), STATES)
def test_what_training_keeps_of_every_parameter(optimizer: str, mixed: bool, each: int) -> None:
    found = archcalc.load("transformers/gpt2-xl").memory(optimizer=optimizer, mixed=mixed)
    assert total(found.training) - found.activations == each * 1_557_611_200


def test_zero_says_24_gb_for_1_5_billion_parameters() -> None:
    """Rajbhandari et al. 2020, 3.1: "at least 24 GB of memory" for GPT-2's 1.5 billion, and of no other network."""
    found = archcalc.load("transformers/gpt2-xl").memory(mixed=True)
    assert (total(found.training) - found.activations) // 10**9 == 24


@pytest.mark.parametrize("spec", ["torchvision/resnet50", "transformers/gpt2", "googlenet", "lenet5", "lstm-tagger"])
def test_the_table_says_the_same(spec: str) -> None:
    net = archcalc.load(spec)
    found = net.memory()
    assert found.activations == net.totals.activation_bytes
    assert (found.peak, found.peak_at) == (net.totals.peak_bytes, net.table().peak)
    assert total(found.training) == net.totals.training_bytes


@pytest.mark.parametrize(("dtype", "width"), [("float32", 4), ("float16", 2), ("bfloat16", 2), ("int8", 1)])
def test_element_types(dtype: str, width: int) -> None:
    found = RESNET.memory(dtype=dtype)
    # 25,557,032 parameters; torchvision's first block: three volumes of 56x56x256 meet
    assert (found.weights, found.peak) == (25_557_032 * width, 3 * 56 * 56 * 256 * width)


def test_token_ids_have_eight_bytes() -> None:
    """onnxruntime takes them as int64, whatever the other numbers are."""
    found = archcalc.parse("INPUT 10 int -> EMBED 50 4").memory(dtype="float16")
    assert found.peak == 10 * 8 + 10 * 4 * 2


# In place


@pytest.mark.parametrize(
    ("spec", "plain", "in_place"),
    [
        ("INPUT 4 -> FC 8 -> BN -> RELU", 24, 8),
        ("INPUT 4 -> RELU -> FC 8", 12, 12),  # what is fed is not overwritten
        ("INPUT 4 -> a: FC 8 -> RELU -> ADD @a", 24, 24),  # somebody else reads it
        ("INPUT 4 -> a: FC 8 -> RELU -> OUTPUT @a", 16, 16),  # the network gives it
        ("INPUT 4 -> FC 8 -> GELU", 16, 16),  # its slope does not follow from its output
        ("INPUT 4 -> FC 8 -> LRELU slope=-1", 16, 16),  # nor here: 1 and -1 both give 1
        ("INPUT 2x2x2 -> CONV 8 1x1 -> FLATTEN -> DROP 0.5", 96, 32),
    ],
)
def test_stored_activations(spec: str, plain: int, in_place: int) -> None:
    net = archcalc.parse(spec)
    assert net.memory().activations == plain * 4
    assert net.memory(in_place=True).activations == in_place * 4


def test_every_layer_that_works_on_each_number_alone_may_write_in_place() -> None:
    assert set(FOLDED) < set(POINTWISE) < set(WORDS)
    assert set(FAMILIES["activation"]) - {"SOFTMAX"} < set(POINTWISE)


# Random networks

ONE = ("FC 1", "FC 4", "FC 11", "RELU", "BN", "GELU", "FLATTEN", "DROP 0.5", "TANH")
SEVERAL = ("ADD", "MUL", "SUB", "CONCAT")


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Layers of several widths that each read earlier ones at random, one to three of them; several outputs."""
    widths, lines = {"x": 4, "p": 4}, ["x: INPUT 4", "p: PARAM 4"]
    for index in range(draw(st.integers(1, 12))):
        name = f"l{index}"
        sources = [draw(st.sampled_from(sorted(widths))) for _ in range(draw(st.integers(1, 3)))]
        read = [widths[source] for source in sources]
        if len(sources) > 1:
            word = draw(st.sampled_from(SEVERAL if len(set(read)) == 1 else SEVERAL[-1:]))
            lines.append(f"{name}: {word} [{', '.join('@' + source for source in sources)}]")
            widths[name] = sum(read) if word == "CONCAT" else read[0]
        else:
            word = draw(st.sampled_from(ONE))
            lines.append(f"@{sources[0]} -> {name}: {word}")
            widths[name] = int(word.split()[1]) if word.startswith("FC") else read[0]
    outputs = draw(st.sets(st.sampled_from(sorted(set(widths) - {"x", "p"})), min_size=1, max_size=3))
    return archcalc.parse("\n".join([*lines, *(f"OUTPUT @{name}" for name in sorted(outputs))]))


def simulated(graph: Graph, places: list[int], sizes: list[int]) -> list[int]:
    """How full the memory is at each step; every reader must find what it reads untouched."""
    end = len(graph.nodes)
    wanted: list[list[int]] = [[] for _ in graph.nodes]
    for index, node in enumerate(graph.nodes):
        for source in node.inputs:
            wanted[source].append(index)
    for index in graph.outputs:
        wanted[index].append(end)
    held: dict[int, set[int]] = {}  # place -> the volumes that it holds, all with the same numbers
    full = []
    for index, node in enumerate(graph.nodes):
        for source in node.inputs:
            assert source in held[places[source]], f"{node.name} reads what was overwritten"
        same = node.op.word in ("FLATTEN", "DROP", "DROPPATH", "ID") and places[index] != index
        assert same or places[index] == index or graph.nodes[places[index]].inputs, "what was fed was overwritten"
        held[places[index]] = {*held.get(places[index], ()), index} if same else {index}
        full.append(sum(sizes[place] for place in held))
        held = {place: kept for place, kept in held.items() if any(r > index for v in kept for r in wanted[v])}
    for index in graph.outputs:
        assert index in held[places[index]], "an output was overwritten"
    return full


@given(networks(), st.booleans(), st.integers(1, 5))
def test_liveness_is_what_a_simulation_finds(net: Network, in_place: bool, batch: int) -> None:
    graph = net.graph
    places = inference_buffers(graph) if in_place else list(range(len(graph.nodes)))
    sizes = [prod(node.shape) * 2 * (batch if node.batched else 1) for node in graph.nodes]
    levels = simulated(graph, places, sizes)
    assert [alive.at(batch) for alive in liveness(graph, volume_bytes(graph, 2), places)] == levels
    found = net.memory(batch=batch, dtype="float16", in_place=in_place)
    assert (found.peak, levels[[node.name for node in graph.nodes].index(found.peak_at)]) == (max(levels), max(levels))


@given(networks())
def test_training_folds_only_what_nobody_else_reads(net: Network) -> None:
    graph = net.graph
    for index, over in enumerate(folded(graph)):
        if over:
            (source,) = graph.nodes[index].inputs
            readers = [node for node in graph.nodes if source in node.inputs]
            assert len(readers) == 1
            assert source not in graph.outputs
            assert graph.nodes[source].op.word not in ("INPUT", "PARAM")


SETTINGS: list[dict[str, Any]] = [
    {}, {"dtype": "float16"}, {"mixed": True}, {"in_place": True}, {"recompute": "blocks"}, {"recompute": "1"},
    {"freeze": ["layer1", "conv1"], "optimizer": "sgd"}, {"optimizer": "momentum", "recompute": "all"},
]  # fmt: skip


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
@pytest.mark.parametrize("room", ["300MiB", "1GB", "24GiB", 2**40 + 12345])
def test_one_example_more_does_not_fit(setting: dict[str, Any], room: int | str) -> None:
    found = RESNET.memory(**setting)
    fits = found.fits(room)
    for batch, parts in ((fits.inference, "inference"), (fits.training, "training")):
        assert batch is not None
        assert not batch or total(getattr(found.at(batch), parts)) <= fits.memory
        assert total(getattr(found.at(batch + 1), parts)) > fits.memory


@pytest.mark.parametrize("room", ["2GiB", "24GiB", "80GB"])
def test_keys_and_values_take_room_from_batches(room: str) -> None:
    found = archcalc.load("transformers/gpt2").memory()
    fits = found.fits(room)
    assert fits.generation is not None
    assert fits.inference is not None
    assert fits.generation < fits.inference
    assert total(found.at(fits.generation).generation) <= fits.memory < total(found.at(fits.generation + 1).generation)
    assert total(found.at(7).generation) - total(found.at(7).inference) == 7 * 128 * 2 * 12 * 768 * 4


def test_without_a_cache_generation_is_inference() -> None:
    fits = RESNET.memory().fits("24GiB")
    assert fits.generation == fits.inference


@given(networks(), st.integers(0, 5000))
def test_what_fits_in_any_network(net: Network, room: int) -> None:
    batch = net.memory().fits(room).inference
    assert batch is not None
    assert not batch or total(net.memory(batch=batch).inference) <= room
    assert total(net.memory(batch=batch + 1).inference) > room


def test_recomputing_keeps_what_blocks_give() -> None:
    """Two blocks of three layers with 8 numbers each: their outputs, and the two inner volumes of one."""
    net = archcalc.parse("INPUT 8 -> a: [FC 8 -> TANH -> FC 8] -> b: [FC 8 -> TANH -> FC 8] -> FC 2")
    assert net.memory().activations == (6 * 8 + 2) * 4
    assert net.memory(recompute="blocks").activations == (8 + 8 + 2 + 2 * 8) * 4
    assert net.memory(recompute="all").activations == net.memory().activations


def test_frozen_layers_have_no_gradients_and_keep_nothing() -> None:
    net = archcalc.parse("INPUT 8 -> a: FC 8 -> TANH -> b: FC 4 -> TANH -> c: FC 2")
    found = net.memory(freeze=["a"], optimizer="momentum")
    parts = dict(found.training)
    trained = 8 * 4 + 4 + 4 * 2 + 2
    assert parts["gradients"] == parts["optimizer state"] == trained * 4
    # what b reads, and everything behind it
    assert found.activations == (8 + 4 + 4 + 2) * 4


# Amounts, letters, words


@pytest.mark.parametrize(
    ("text", "size"),
    [("24GiB", 24 * 2**30), ("24GB", 24 * 10**9), ("24 GB", 24 * 10**9), ("1.5KiB", 1536), ("80kB", 80_000), (7, 7)],
)
def test_amounts(text: int | str, size: int) -> None:
    assert amount_of_bytes(text) == size


@pytest.mark.parametrize("text", ["24G", "24gb", "-1GB", "1.5B", "", "GiB", "1e9", "0x10", "٢GB"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(UsageError, match="E693"):
        amount_of_bytes(text)


@pytest.mark.parametrize("sizes", [{"K": 5, "M": 3}, {"K": 1, "M": 40}])
def test_letters_give_formulas(sizes: dict[str, int]) -> None:
    """With numbers put in they give what the numbers give."""
    spec = "INPUT K -> FC M -> BN -> RELU"
    formulas = archcalc.parse(spec).memory(mixed=True).as_dict()
    numbers = archcalc.parse(spec, set=sizes).memory(mixed=True).as_dict()
    assert formulas["training"]["master_weights"] in ("4*K*M + 12*M", "4*M*(K + 3)")
    for kind in ("training", "inference", "overwriting"):
        for part, formula in formulas[kind].items():
            if part != "peak_at":
                assert sympy.sympify(formula).subs(sizes) == numbers[kind][part], (kind, part)


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ({"dtype": "fp16"}, "E690"), ({"dtype": "complex"}, "E690"), ({"optimizer": "adamw"}, "E691"),
        ({"mixed": True, "dtype": "float32"}, "E692"), ({"recompute": "some"}, "E694"), ({"recompute": "0"}, "E694"),
    ],
)  # fmt: skip
def test_what_memory_refuses(setting: dict[str, Any], code: str) -> None:
    with pytest.raises(UsageError) as caught:
        RESNET.memory(**setting)
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert found.help


def test_free_dimensions_leave_open_what_fits() -> None:
    with pytest.raises(SpecError, match="E696"):
        archcalc.parse("INPUT N -> FC 3").memory().fits("1GB")


def test_int8_is_not_trained() -> None:
    found = RESNET.memory(dtype="int8")
    assert (found.training, found.fits("1GB").training) == ((), 0)


def test_command() -> None:
    said = process("memory torchvision/resnet50 --batch 8 --fits 24GiB --json")
    shown = json.loads(said.out)
    found = RESNET.memory(batch=8)
    assert (said.code, said.err) == (0, "")
    assert shown == memory_report.as_dict(found, found.fits("24GiB"))
    assert shown["inference"]["total"] == 102_228_128 + 4 * 53_120 + 8 * 3 * 56 * 56 * 256 * 4


@pytest.mark.parametrize("room", [60, 80, 120])
def test_text_fits_the_screen(room: int) -> None:
    for net in (RESNET, archcalc.load("transformers/gpt2")):
        found = net.memory(mixed=True, recompute="blocks")
        for line in memory_report.report(found, found.fits("24GiB"), room):
            assert len("".join(text for text, _ in line).rstrip()) <= room
