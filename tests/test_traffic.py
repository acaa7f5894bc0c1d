"""Traffic and the roofline: published intensities, figures of data sheets, and what must hold for every network."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archcalc
from archcalc import SpecError, UsageError
from archcalc.analysis.devices import KINDS, device, devices
from archcalc.analysis.elements import BYTES
from archcalc.analysis.traffic import COMPUTE, MEMORY, Traffic
from archcalc.cli import main
from archcalc.report import roofline as roofline_report
from archcalc.report import training as training_report

from .commands import process
from .test_coverage import mysterious

# Published intensities, in FLOPs a byte of float16

INTENSITIES = [  # spec, batch, intensity as printed, what bounds it on a V100
    # NVIDIA, GPU Performance Background User's Guide, table 1
    ("INPUT 1024 -> FC 4096 nobias", 512, "315", COMPUTE),
    ("INPUT 1024 -> FC 4096 nobias", 1, "1", MEMORY),
    # NVIDIA, Matrix Multiplication Background User's Guide, 2: M x N x K of 8192 x 128 x 8192, and others
    ("INPUT 8192 -> FC 8192 nobias", 128, "124.1", MEMORY),
    ("INPUT 8192 -> FC 8192 nobias", 8192, "2730", COMPUTE),
]


@pytest.mark.parametrize(("spec", "batch", "printed", "bound"), INTENSITIES)
def test_published_intensities(spec: str, batch: int, printed: str, bound: str) -> None:
    """The second guide cuts 2,730.67 off; 138.9 FLOP/B are where a V100 is bound by both, says the same guide."""
    found = archcalc.parse(spec).roofline("v100-fp16", batch=batch)
    ((_, moved),) = found.layers
    assert moved.intensity is not None
    digits = 10 ** len(printed.partition(".")[2])
    assert float(printed) in (int(moved.intensity * digits) / digits, round(float(moved.intensity) * digits) / digits)
    assert found.bounds[0].bound == bound
    assert found.device is not None
    assert f"{float(found.device.ridge):.1f}" == "138.9"


def test_relu_and_pooling_only_move() -> None:
    """The same guide: "usually limited by memory bandwidth". FLOPs are those of multiply-adds here, so it is 0."""
    found = archcalc.parse("INPUT 8x8x4 -> RELU -> POOL 3 s1").roofline("v100-fp16")
    assert [bound.bound for bound in found.bounds] == [MEMORY, MEMORY]
    assert [moved.intensity for _, moved in found.layers] == [0, 0]


# What each layer moves, in numbers

MOVED = [  # spec, its last layer's read, weights, written; batch 3
    ("INPUT 8x8x3 -> CONV 4 3x3", 3 * 192, 4 * 27 + 4, 3 * 144),
    ("INPUT 8x8x4 -> BN", 3 * 256, 16, 3 * 256),  # scale, shift, mean, variance
    ("x: INPUT 8 -> a: RELU -> ADD [@a, @x]", 3 * 16, 0, 3 * 8),
    ("x: INPUT 8 -> ADD [@x, @x]", 3 * 8, 0, 3 * 8),  # read once
    ("INPUT 2x2x2 -> CONV 1 1x1 -> FLATTEN", 0, 0, 0),
    ("INPUT 8 -> FC 4 -> DROP 0.5", 0, 0, 0),
    ("INPUT 10x4 -> SLICE 0 2 axis=0", 3 * 8, 0, 3 * 8),
    ("c: PARAM 1x8; INPUT 4x8 -> ADD @c", 3 * 32 + 8, 0, 3 * 32),  # a learned volume is read once for all examples
    ("INPUT 5x8 -> e: LINEAR 8 nobias -> LINEAR 8 tie=@e nobias", 3 * 40, 64, 3 * 40),
]


@pytest.mark.parametrize(("spec", "read", "weights", "written"), MOVED)
@pytest.mark.parametrize("dtype", BYTES)
def test_moved(spec: str, read: int, weights: int, written: int, dtype: str) -> None:
    _, moved = archcalc.parse(spec).roofline(batch=3, dtype=dtype).layers[-1]
    assert moved[:3] == tuple(number * BYTES[dtype] for number in (read, weights, written))


@pytest.mark.parametrize(("batch", "rows"), [(1, 6), (5, 30), (9, 50), (100, 50)])
def test_an_embedding_reads_the_rows_that_it_is_asked_for(batch: int, rows: int) -> None:
    """At most all of them; ids have eight bytes."""
    _, moved = archcalc.parse("INPUT 6 int -> EMBED 50 16").roofline(batch=batch, dtype="float16").layers[0]
    assert moved == Traffic(6 * 8 * batch, rows * 16 * 2, 6 * 16 * 2 * batch, 0)


def test_only_experts_that_run_are_read() -> None:
    layers = archcalc.parse("INPUT 9x16 -> MOE 4 top=1 [LINEAR 32 nobias]").roofline().layers
    assert [moved.weights for row, moved in layers if row.op == "LINEAR"] == [16 * 32 * 4, 0, 0, 0]


# Networks


@pytest.mark.parametrize("spec", ["vgg16", "torchvision/mobilenet_v2", "transformers/gpt2"])
def test_bounds_hold_together(spec: str) -> None:
    net = archcalc.load(spec)
    found = net.roofline("a100-fp16", batch=4)
    known = found.device
    assert known is not None
    assert found.totals.flops == 4 * net.totals.flops
    for (_, moved), bound in zip(found.layers, found.bounds, strict=True):
        assert bound.seconds == max(moved.flops / known.flops, moved.moved / known.bandwidth)
        assert bound.bound == ("" if not moved.moved else COMPUTE if (moved.intensity or 0) >= known.ridge else MEMORY)
    assert found.seconds == sum(bound.seconds for bound in found.bounds)
    assert max(found.whole.flops / known.flops, found.whole.moved / known.bandwidth) <= found.seconds


def test_the_whole_reads_shared_weights_once() -> None:
    """GPT-2's head is its table of tokens, of which the embedding alone would read few rows."""
    net = archcalc.load("transformers/gpt2")
    whole = net.roofline().whole
    positions = (1024 - 128) * 768  # those that a text of 128 tokens does not have
    assert whole.weights == 4 * (124_439_808 - positions)
    assert (whole.read, whole.written) == (128 * 8, 128 * 50257 * 4)


@given(st.integers(1, 64), st.sampled_from(sorted(BYTES)))
def test_more_examples_never_move_less_for_each(batch: int, dtype: str) -> None:
    net = archcalc.load("lenet5")
    once, many = (net.roofline(batch=size, dtype=dtype).totals for size in (1, batch))
    assert (many.read, many.written, many.weights) == (once.read * batch, once.written * batch, once.weights)
    assert many.intensity is not None
    assert once.intensity is not None
    assert many.intensity >= once.intensity


def test_letters_give_formulas() -> None:
    found = archcalc.parse("INPUT HxWxC -> CONV C 3x3 p1 nobias").roofline()
    shown = found.as_dict()
    assert shown["totals"]["weights"] == "36*C**2"
    assert shown["totals"]["flops"] == "18*C**2*H*W"
    with pytest.raises(SpecError, match="E697"):
        archcalc.parse("INPUT HxWxC -> CONV C 3x3 p1 nobias").roofline("a100")


@pytest.mark.parametrize("room", [60, 80])
def test_long_formulas_stand_below_each_other(room: int) -> None:
    """Both reports fit a screen; quotients of formulas that would fill pages are left out."""
    blocks = "[CONV C 3x3 s2 p1 floor -> BN -> RELU]*3"
    net = archcalc.parse(f"INPUT HxWxC -> {blocks} -> CONV K 5x5 p2 -> GAP -> FC N")
    drawn = [*roofline_report.report(net.roofline(), room), *training_report.report(net.training(), room)]
    lines = ["".join(text for text, _ in line).rstrip() for line in drawn]
    assert "  FLOPs   18·C²·floor((H + 1)/2)·floor((W + 1)/2)" in lines
    for line in lines:
        assert len(line) <= room or " " not in line.strip(), line


def test_what_is_not_counted_is_listed() -> None:
    shown = mysterious().roofline("a100").as_dict()
    assert (shown["counted"], shown["uncounted"]) == (2, ["odd"])
    odd = shown["layers"][1]
    assert (odd["flops"], odd["intensity"], odd["moved"]) == (None, None, 2 * 6 * 6 * 4 * 4)


@pytest.mark.parametrize("what", ["memory", "training", "roofline"])
def test_a_batch_has_examples(what: str) -> None:
    with pytest.raises(UsageError, match="E699"):
        getattr(archcalc.load("lenet5"), what)(batch=0)


@pytest.mark.parametrize("spec", ["INPUT 8", "INPUT 8 -> RELU", "PARAM 8 -> FC 3"])
@pytest.mark.parametrize("words", ["memory --fits 1GB", "training", "roofline --device-spec a100", "training --csv"])
def test_networks_with_next_to_nothing(words: str, spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    command, *options = words.split()
    assert main([command, spec, *options]) == 0
    said = capsys.readouterr()
    assert said.out
    assert not said.err


# Devices

SHEETS = [  # name, operations a second, bytes a second, where the two meet
    ("a100-fp32", 19.5e12, 2.039e12, "9.6"), ("a100-fp16", 312e12, 2.039e12, "153.0"),
    ("a100-40gb-bf16", 312e12, 1.555e12, "200.6"), ("v100-fp16", 125e12, 0.9e12, "138.9"),
    ("h100-bf16", 989.5e12, 3.35e12, "295.4"), ("h200-int8", 1979e12, 4.8e12, "412.3"),
    ("t4-int8", 130e12, 0.32e12, "406.2"), ("tpu-v5e-bf16", 197e12, 0.819e12, "240.5"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "flops", "bandwidth", "ridge"), SHEETS)
def test_data_sheets(name: str, flops: float, bandwidth: float, ridge: str) -> None:
    found = devices()[name]
    assert (float(found.flops), float(found.bandwidth)) == (flops, bandwidth)
    assert f"{float(found.ridge):.1f}" == ridge


def test_every_device_says_where_its_figures_are_from() -> None:
    for name, found in devices().items():
        assert len(found.source) > 20
        assert found.dtype == KINDS[name.rpartition("-")[2]]
        assert 1 < found.ridge < 1000
    figures = {name: found.flops for name, found in devices().items()}
    for name, flops in figures.items():
        assert figures.get(name.replace("-fp32", "-fp16"), flops) >= flops, "fewer bits are no slower"


@pytest.mark.parametrize(
    ("spec", "dtype", "name"),
    [("a100", None, "a100-fp32"), ("a100", "float16", "a100-fp16"), ("a100", "bfloat16", "a100-bf16"),
     ("A100-TF32", None, "a100-tf32"), ("a100-tf32", "float32", "a100-tf32"), ("a100-40gb", "int8", "a100-40gb-int8")],
)  # fmt: skip
def test_names(spec: str, dtype: str | None, name: str) -> None:
    assert device(spec, dtype) == devices()[name]


@pytest.mark.parametrize(
    ("spec", "flops", "bandwidth"),
    [("flops=19.5T,bandwidth=1.5T", 19_500 * 10**9, 1500 * 10**9), ("flops=100, bandwidth=1KiB", 100, 1024),
     ("bandwidth=1555GB/s,flops=19.5T/s", 19_500 * 10**9, 1555 * 10**9)],
)  # fmt: skip
def test_figures(spec: str, flops: int, bandwidth: int) -> None:
    found = device(spec, "int8")
    assert (int(found.flops), int(found.bandwidth), found.dtype) == (flops, bandwidth, "int8")
    assert isinstance(found.ridge, Fraction)


@pytest.mark.parametrize(
    ("spec", "dtype", "help"),
    [
        ("a1000", None, "did you mean a100"), ("a100-fp8", None, "did you mean a100"), ("pdp", None, "there are v100"),
        ("v100", "int8", "v100-fp32 or v100-fp16"), ("tpu-v4", None, "tpu-v4-bf16 or tpu-v4-int8"),
        ("a100-fp16", "int8", "leave --dtype out"), ("flops=1T", None, "write --device-spec"),
        ("flops=1T,bandwidth=0", None, "write"), ("flops=1T,bandwidth=fast", None, "write"),
        ("flops=1T,flops=2T", None, "write"), ("flops=1T,bandwidth=1T,x=1", None, "write"), ("=", None, "write"),
    ],
)  # fmt: skip
def test_what_is_no_device(spec: str, dtype: str | None, help: str) -> None:
    with pytest.raises(UsageError) as caught:
        device(spec, dtype)
    (found,) = caught.value.diagnostics
    assert found.code == "E698"
    assert help in found.help[0]


# Reports


@pytest.mark.parametrize("command", ["roofline", "training"])
def test_csv_says_what_json_says(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([command, "lenet5", "--json"])
    layers = json.loads(capsys.readouterr().out)["layers"]
    main([command, "lenet5", "--csv"])
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    for row, layer in zip(rows, layers, strict=True):
        exact = {"output": "x".join(map(str, layer.pop("output")))}
        if layer.get("intensity"):
            assert float(row.pop("intensity")) == float(Fraction(layer.pop("intensity")))
        assert row == {**{key: "" if value is None else str(value) for key, value in layer.items()}, **exact}


def test_command() -> None:
    said = process("roofline alexnet --device-spec a100-fp16 --batch 8 --json")
    shown: dict[str, Any] = json.loads(said.out)
    found = archcalc.load("alexnet").roofline("a100-fp16", batch=8)
    assert (said.code, said.err) == (0, "")
    assert shown == found.as_dict()
    intensities = [(Fraction(row["intensity"] or 0), row) for row in shown["layers"]]
    assert all(exact * row["moved"] == row["flops"] for exact, row in intensities)


@pytest.mark.parametrize("room", [72, 80, 200])
@pytest.mark.parametrize("given", [None, "h100-bf16", "flops=1T,bandwidth=10G"])
def test_text_fits_the_screen(given: str | None, room: int) -> None:
    for spec, depth in (("torchvision/resnet50", None), ("transformers/gpt2", 2)):
        found = archcalc.load(spec).roofline(given)
        for line in roofline_report.report(found, room, depth):
            assert len("".join(text for text, _ in line).rstrip()) <= room


@pytest.mark.parametrize(
    ("spec", "note"),
    [("flops=1T", "bandwidth is missing"), ("bandwidth=1T", "flops is missing"), ("flops=1T,x=2", "at x=2")],
)
def test_what_a_device_lacks_is_named(spec: str, note: str) -> None:
    with pytest.raises(UsageError) as caught:
        device(spec, None)
    assert caught.value.diagnostics[0].note == note
