"""Models in float16 and bfloat16: what is in the file, and what comes out."""

from __future__ import annotations

import re
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.reference
import pytest
from onnx import TensorProto

import archcalc
from archcalc.backends.elements import BFLOAT16, FLOAT16, converted
from archcalc.load import shipped_names

from .cases import CASES, Case
from .commands import process
from .test_round_trip import layers_of
from .weightfiles import save_npz

CODES = {"float16": TensorProto.FLOAT16, "bfloat16": TensorProto.BFLOAT16}
NET = "INPUT 9x9x3 -> CONV 4 3x3 s2 -> BN -> RELU -> conv: CONV 5 1x1 -> GAP -> FC 4 -> SOFTMAX"

QUICK = ("lenet5", "unet", "filters/max-pool", "gru-seq2seq", "transformers/t5-small", "transformers/mixtral-8x7b")
SLOW = tuple(name for name in shipped_names() if name not in QUICK)

every_case = pytest.mark.parametrize("case", CASES, ids=[f"{i}-{case.spec[:60]}" for i, case in enumerate(CASES)])
both_types = pytest.mark.parametrize("dtype", CODES)


# Every layer


@every_case
@pytest.mark.parametrize("dtype", [pytest.param("float16", marks=pytest.mark.slow), "bfloat16"])
def test_the_checker_and_inference_agree_with_every_type(dtype: str, case: Case, tmp_path: Path) -> None:
    archcalc.parse(case.spec).export(tmp_path / "net.onnx", dtype=dtype)
    model = onnx.load(tmp_path / "net.onnx")
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)
    kinds = {item.type.tensor_type.elem_type for item in model.graph.value_info}
    assert kinds <= {CODES[dtype]}
    ends = {item.type.tensor_type.elem_type for item in (*model.graph.input, *model.graph.output)}
    assert ends <= {TensorProto.FLOAT, TensorProto.INT64}


@every_case
@pytest.mark.parametrize(("dtype", "most"), [("float16", 1e-2), pytest.param("bfloat16", 6e-2, marks=pytest.mark.slow)])
def test_what_comes_out_is_near_float32(dtype: str, most: float, case: Case) -> None:
    net = archcalc.parse(case.spec)
    wide, narrow = net.run(batch=2).outputs, net.run(batch=2, dtype=dtype).outputs
    for name, expected in wide.items():
        assert narrow[name].dtype == expected.dtype
        np.testing.assert_allclose(narrow[name], expected, rtol=most, atol=most)


# Whole networks


@both_types
def test_every_volume_is_verified(dtype: str) -> None:
    result = archcalc.load("lenet5").verify(dtype=dtype)
    assert result.ok
    assert len(result.rows) == 14


@pytest.mark.slow
@pytest.mark.parametrize("name", ["torchvision/resnet50", "torchvision/swin_t", "transformers/gpt2", "googlenet"])
@pytest.mark.parametrize(("dtype", "most"), [("float16", 1e-2), ("bfloat16", 6e-2)])
def test_networks_give_nearly_the_same(name: str, dtype: str, most: float) -> None:
    net = archcalc.load(name)
    wide, narrow = net.run().outputs, net.run(dtype=dtype).outputs
    for output, expected in wide.items():
        assert np.abs(narrow[output] - expected).max() <= most * np.abs(expected).max()


def test_float16_runs_from_its_file(tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    net = archcalc.parse(NET)
    net.export(tmp_path / "net.onnx", dtype="float16", external=True)
    x = np.random.default_rng(0).standard_normal((2, 9, 9, 3), np.float32)
    session = runtime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
    found = session.run(None, {"input": x.transpose(0, 3, 1, 2)})[0]
    np.testing.assert_array_equal(found, net.run({"input": x}, dtype="float16").outputs["softmax1"])


@both_types
def test_the_reference_evaluator_computes_what_our_run_does(dtype: str, tmp_path: Path) -> None:
    pytest.importorskip("ml_dtypes")
    net = archcalc.parse("INPUT 6x6x2 -> CONV 3 3x3 -> RELU -> POOL 2 s2 -> FC 4 -> SOFTMAX")
    net.export(tmp_path / "net.onnx", dtype=dtype)
    x = np.random.default_rng(0).standard_normal((1, 6, 6, 2), np.float32)
    evaluator = onnx.reference.ReferenceEvaluator(str(tmp_path / "net.onnx"))
    outputs: Any = evaluator.run(None, {"input": x.transpose(0, 3, 1, 2)})
    steps = 2.0 ** -(10 if dtype == "float16" else 7)
    np.testing.assert_allclose(outputs[0], net.run({"input": x}, dtype=dtype).outputs["softmax1"], rtol=2 * steps)


def test_the_whole_is_computed_in_the_type() -> None:
    """1 + 2^-9 is a number of float16 and none of bfloat16, whose numbers next to 1 are 2^-7 apart."""
    net = archcalc.parse("INPUT 1x1 -> ADD [ID, CONV 1 1 w=[[[1]]] nobias]")

    def doubled(number: float, dtype: str) -> float:
        return float(net.run({"input": np.full((1, 1, 1), number)}, dtype=dtype).outputs["add1"].item())

    assert doubled(1 + 2**-9, "float16") == 2 + 2**-8
    assert doubled(1 + 2**-9, "bfloat16") == 2


# What is in the file


@both_types
def test_weights_take_half_the_room(dtype: str, tmp_path: Path) -> None:
    written = archcalc.parse(NET).export(tmp_path / "net.onnx", dtype=dtype)
    graph = onnx.load(tmp_path / "net.onnx").graph
    weights = {item.name: item for item in graph.initializer if item.name.partition(".")[0] in ("conv1", "bn1", "fc1")}
    assert len(weights) == 8
    assert {item.data_type for item in weights.values()} == {CODES[dtype]}
    assert len(weights["conv1.weight"].raw_data) == 2 * 3 * 4 * 9
    assert written.dtype == dtype


def test_names_of_layers_are_theirs(tmp_path: Path) -> None:
    archcalc.parse(NET).export(tmp_path / "net.onnx", dtype="float16")
    graph = onnx.load(tmp_path / "net.onnx").graph
    values = [item.name for item in graph.value_info]
    assert values == ["conv1", "bn1", "relu1", "conv", "gap1", "fc1"]
    assert [item.name for item in graph.output] == ["softmax1"]
    assert {node.name.partition("/")[0] for node in graph.node} >= {"input", *values, "softmax1"}


def test_whole_numbers_stay_whole(tmp_path: Path) -> None:
    archcalc.parse("INPUT 7 int -> EMBED 100 8 -> LN -> LINEAR 3").export(tmp_path / "net.onnx", dtype="float16")
    model = onnx.load(tmp_path / "net.onnx")
    assert model.graph.input[0].type.tensor_type.elem_type == TensorProto.INT64
    assert [node.op_type for node in model.graph.node].count("Cast") == 1


@pytest.mark.parametrize(
    ("spec", "dtype", "opset"),
    [(NET, "float16", 17), (NET, "bfloat16", 22), ("INPUT 8 -> LINEAR 4 -> TANH", "bfloat16", 17)],
)
def test_the_lowest_opset_that_takes_the_type(spec: str, dtype: str, opset: int, tmp_path: Path) -> None:
    assert archcalc.parse(spec).export(tmp_path / "net.onnx", dtype=dtype).opset == opset


def test_an_opset_without_the_type_gets_casts(tmp_path: Path) -> None:
    """Conv takes bfloat16 from opset 22 on."""
    archcalc.parse("INPUT 8x8x3 -> CONV 4 3x3").export(tmp_path / "net.onnx", dtype="bfloat16", opset=17)
    model = onnx.load(tmp_path / "net.onnx")
    onnx.checker.check_model(model, full_check=True)
    (conv,) = [node for node in model.graph.node if node.op_type == "Conv"]
    assert list(conv.input) == ["input/bfloat16/float32", "conv1.weight/float32", "conv1.bias/float32"]


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
@both_types
def test_it_is_read_as_the_network_that_it_was(dtype: str, name: str, tmp_path: Path) -> None:
    net = archcalc.load(name)
    net.export(tmp_path / "net.onnx", weights="virtual", dtype=dtype)
    assert layers_of(archcalc.load(str(tmp_path / "net.onnx"))) == layers_of(net, needed=True)


# Numbers


BITS = [
    # a float32, and its bits in bfloat16 rounded to nearest, ties to even
    (1.0, 0x3F80), (1 + 2**-8, 0x3F80), (1 + 2**-8 + 2**-20, 0x3F81), (1 + 3 * 2**-8, 0x3F82), (-0.0, 0x8000),
    (2**-133, 0x0001), (2**-140, 0x0000), (inf, 0x7F80), (-inf, 0xFF80), (3.3895314e38, 0x7F7F),
]  # fmt: skip


@pytest.mark.parametrize(("number", "bits"), BITS)
def test_bfloat16_is_rounded_to_nearest(number: float, bits: int) -> None:
    assert converted(np.array([number], np.float32), BFLOAT16, "w") == bits


def test_bfloat16_agrees_with_ml_dtypes() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    bits = np.random.default_rng(0).integers(0, 2**32, 100_000, np.uint32)
    numbers = bits.view(np.float32)
    numbers = numbers[np.abs(numbers) < 3.38e38]
    np.testing.assert_array_equal(converted(numbers, BFLOAT16, "w"), numbers.astype(ml_dtypes.bfloat16).view(np.uint16))


@pytest.mark.parametrize("kind", [FLOAT16, BFLOAT16])
def test_shapes_stay(kind: Any) -> None:
    for shape in ((), (1,), (2, 0), (2, 3)):
        assert converted(np.ones(shape, np.float32), kind, "w").shape == shape


@pytest.mark.parametrize("kind", [FLOAT16, BFLOAT16])
def test_what_is_no_number_stays_none(kind: Any) -> None:
    made = converted(np.array([nan, -nan], np.float32), kind, "w")
    read = made.astype(np.float32) if kind is FLOAT16 else (made.astype(np.uint32) << 16).view(np.float32)
    assert np.isnan(read).all()


@pytest.mark.parametrize(("kind", "last"), [(FLOAT16, 65520 - 2**-8), (BFLOAT16, (2 - 2**-8 - 2**-23) * 2.0**127)])
def test_the_largest_number_is_rounded_down_and_the_next_refused(kind: Any, last: float) -> None:
    made = converted(np.array([last, -last], np.float32), kind, "w")
    assert np.isfinite(made.astype(np.float32) if kind is FLOAT16 else (made.astype("u4") << 16).view("f4")).all()
    with pytest.raises(archcalc.SpecError, match="E651"):
        converted(np.array([np.nextafter(np.float32(last), np.float32(inf))], np.float32), kind, "w")


def test_a_weight_that_float16_cannot_hold(tmp_path: Path) -> None:
    given = {"fc1.weight": np.array([[1.0, 70000.0]], np.float32), "fc1.bias": np.zeros(1, np.float32)}
    path = save_npz(tmp_path / "w.npz", given)
    net = archcalc.parse("INPUT 2 -> FC 1")
    with pytest.raises(archcalc.SpecError) as error:
        net.export(tmp_path / "net.onnx", weights=path, dtype="float16")
    assert not (tmp_path / "net.onnx").exists()
    (said,) = error.value.diagnostics
    assert (said.code, said.note) == ("E651", "it goes to 7e+04")
    assert net.export(tmp_path / "net.onnx", weights=path, dtype="bfloat16").params == 3


def test_other_types_are_refused(tmp_path: Path) -> None:
    with pytest.raises(archcalc.UsageError, match="E617 models have no numbers of type int8"):
        archcalc.parse(NET).export(tmp_path / "net.onnx", dtype="int8")


def test_the_command(tmp_path: Path) -> None:
    done = process(f"export '{NET}' -o {tmp_path}/net.onnx --dtype bfloat16")
    assert re.fullmatch(r"wrote .*/net.onnx: \d\.\d KiB, 177 weights, bfloat16, opset 22, IR 10\n", done.out)
    assert process(f"verify '{NET}' --dtype bfloat16").code == 0
