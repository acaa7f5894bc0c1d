"""Weights from files: which names and shapes match, which numbers arrive."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import archcalc
from archcalc.backends.export import Prepared

from .weightfiles import bfloat16, peak, refused, save_npz, save_safetensors

NET = """
INPUT 6x6x2 -> body: [CONV 3 3x3 -> BN -> RELU] -> head: FC 4
"""
SHAPES = {
    "body.0.weight": (3, 2, 3, 3), "body.0.bias": (3,), "body.1.weight": (3,), "body.1.bias": (3,),
    "body.1.running_mean": (3,), "body.1.running_var": (3,), "head.weight": (4, 48), "head.bias": (4,),
}  # fmt: skip


def numbers(shapes: dict[str, tuple[int, ...]] = SHAPES) -> dict[str, Any]:
    """Different positive numbers for every weight, exact in 16 bits."""
    random = np.random.default_rng(7)
    return {name: random.integers(1, 200, shape).astype(np.float32) / 64 for name, shape in shapes.items()}


def initializers(path: Path) -> dict[str, Any]:
    return {item.name: numpy_helper.to_array(item) for item in onnx.load(path).graph.initializer}


# What arrives


@pytest.mark.parametrize("ending", [".safetensors", ".npz"])
def test_exported_numbers_are_the_files(tmp_path: Path, ending: str) -> None:
    given = numbers()
    path = (save_npz if ending == ".npz" else save_safetensors)(tmp_path / f"w{ending}", given)
    archcalc.parse(NET).export(tmp_path / "net.onnx", weights=path)
    there = initializers(tmp_path / "net.onnx")
    for name, array in given.items():
        np.testing.assert_array_equal(there[name], array)


def test_run_and_verify_use_the_file(tmp_path: Path) -> None:
    """A 1x1 convolution with known weights: 2*x + 0.5."""
    weights = {"conv1.weight": np.full((1, 1, 1, 1), 2, np.float32), "conv1.bias": np.array([0.5], np.float32)}
    path = save_safetensors(tmp_path / "w.safetensors", weights)
    net = archcalc.parse("INPUT 2x2x1 -> CONV 1 1x1")
    x = np.arange(4, dtype=np.float32).reshape(1, 2, 2, 1)
    np.testing.assert_array_equal(net.run({"input": x}, weights=path).outputs["conv1"], 2 * x + 0.5)
    assert net.verify(weights=path).ok


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_floats_of_any_width(tmp_path: Path, dtype: str) -> None:
    given = numbers()
    stored = {name: bfloat16(array) if dtype == "bfloat16" else array.astype(dtype) for name, array in given.items()}
    path = save_safetensors(tmp_path / "w.safetensors", stored)
    prepared = Prepared(archcalc.parse(NET).graph, weights=path)
    for name, array in given.items():
        tensor = prepared.tensor(name)
        assert tensor.dtype == np.float32
        np.testing.assert_array_equal(tensor, array)


def test_bits_of_bfloat16(tmp_path: Path) -> None:
    """The upper half of IEEE 754 single precision: 1, -2, the largest, the smallest normal number."""
    bits = np.array([0x3F80, 0xC000, 0x7F7F, 0x0080], np.uint16)
    path = save_safetensors(tmp_path / "w.safetensors", {"p": bits})
    tensor = Prepared(archcalc.parse("INPUT 4 -> ADD [p: PARAM 4, ID]").graph, weights=path).tensor("p")
    np.testing.assert_array_equal(tensor, np.array([1, -2, 3.3895313892515355e38, 1.1754943508222875e-38], np.float32))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed], ids=["stored", "packed"])
def test_arrays_of_numpy(tmp_path: Path, save: Callable[..., None]) -> None:
    """Any order of axes in memory, any order of bytes."""
    given = numbers()
    laid = {name: np.asfortranarray(array).astype(">f8") for name, array in given.items()}
    save(tmp_path / "w.npz", **laid)
    prepared = Prepared(archcalc.parse(NET).graph, weights=tmp_path / "w.npz")
    for name, array in given.items():
        np.testing.assert_array_equal(prepared.tensor(name), array)


# What matches


@pytest.mark.parametrize(
    ("spec", "names"),
    [
        (NET, {"body.0.weight": "Body_0.weight", "head.bias": "head-bias"}),
        (NET, {"body.0.weight": "body.0", "head.weight": "HEAD"}),
        ("INPUT 4 -> a_b: FC 2 nobias", {"a_b.weight": "a.b"}),
        ("INPUT 4 -> ADD [class_token: PARAM 4, ID]", {"class_token": "class_token.weight"}),
    ],
)
def test_names_that_fold_alike(tmp_path: Path, spec: str, names: dict[str, str]) -> None:
    prepared = Prepared(archcalc.parse(spec).graph)
    given = numbers({name: weight.shape for name, (_, weight) in prepared.model.weights.items()})
    path = save_safetensors(tmp_path / "w.safetensors", {names.get(name, name): array for name, array in given.items()})
    loaded = Prepared(archcalc.parse(spec).graph, weights=path)
    for name, array in given.items():
        np.testing.assert_array_equal(loaded.tensor(name), array)


def test_axes_of_one_are_alike(tmp_path: Path) -> None:
    """A 1x1 convolution's weights serve a linear layer; 4x6 doesn't serve 6x4."""
    given = np.arange(24, dtype=np.float32)
    path = save_safetensors(tmp_path / "w.safetensors", {"fc1.weight": given.reshape(4, 6, 1, 1)})
    prepared = Prepared(archcalc.parse("INPUT 6 -> FC 4 nobias").graph, weights=path)
    np.testing.assert_array_equal(prepared.tensor("fc1.weight"), given.reshape(4, 6))
    turned = save_safetensors(tmp_path / "t.safetensors", {"fc1.weight": given.reshape(6, 4)})
    assert "fc1.weight 4x6 here, fc1.weight 6x4 there" in refused("E646", "INPUT 6 -> FC 4 nobias", turned)


def test_integers_are_left_out(tmp_path: Path) -> None:
    extra = {"body.1.num_batches_tracked": np.array(5), "table": np.zeros((2, 2), np.uint8), "on": np.array([True])}
    given = numbers() | extra
    for path in (save_npz(tmp_path / "w.npz", given), save_safetensors(tmp_path / "w.safetensors", given)):
        assert archcalc.parse(NET).verify(weights=path).ok


def test_both_sides_are_listed(tmp_path: Path) -> None:
    given = numbers()
    given["body.0.wieght"] = given.pop("body.0.weight")
    given["tail.bias"] = np.ones(9, np.float32)
    message = refused("E645", NET, save_safetensors(tmp_path / "w.safetensors", given))
    assert "1 of 8 weights missing, 2 of 9 left over" in message
    assert "missing: body.0.weight 3x2x3x3; perhaps body.0.wieght" in message
    assert "left over: body.0.wieght 3x2x3x3" in message
    assert "left over: tail.bias 9" in message


def test_quantised_weights_are_told_apart(tmp_path: Path) -> None:
    given = numbers() | {"head.weight": np.ones((4, 48), np.uint8)}
    message = refused("E645", NET, save_safetensors(tmp_path / "w.safetensors", given))
    assert "missing: head.weight 4x48, which the file has in whole numbers" in message


def test_long_lists_are_cut(tmp_path: Path) -> None:
    spec = "INPUT 4 -> [FC 4]*30"
    message = refused("E645", spec, save_safetensors(tmp_path / "w.safetensors", {}))
    assert "missing: fc1.weight 4x4" in message
    assert "missing: 50 more" in message


def test_two_readings_are_refused(tmp_path: Path) -> None:
    given = {"fc1.weight": np.ones((2, 4), np.float32), "fc1": np.ones((2, 4), np.float32)}
    spec = "INPUT 4 -> FC 2 nobias"
    assert "left over: fc1 2x4" in refused("E645", spec, save_safetensors(tmp_path / "a.safetensors", given))
    given["FC1"] = given.pop("fc1.weight")
    assert "FC1" in refused("E647", spec, save_safetensors(tmp_path / "b.safetensors", given))


# Shared weights, heads for training, weights in the text

TIED = "INPUT 4 -> one: LINEAR 4 nobias -> two: LINEAR 4 nobias tie=@one"


@pytest.mark.parametrize("names", [("one.weight",), ("two.weight",), ("one.weight", "two.weight")])
def test_shared_weight_once_or_twice(tmp_path: Path, names: tuple[str, ...]) -> None:
    array = np.arange(16, dtype=np.float32).reshape(4, 4)
    path = save_safetensors(tmp_path / "w.safetensors", dict.fromkeys(names, array))
    prepared = Prepared(archcalc.parse(TIED).graph, weights=path)
    np.testing.assert_array_equal(prepared.tensor("one.weight"), array)


def test_shared_weight_with_two_values(tmp_path: Path) -> None:
    array = np.arange(16, dtype=np.float32).reshape(4, 4)
    path = save_safetensors(tmp_path / "w.safetensors", {"one.weight": array, "two.weight": array.T})
    assert "one.weight 4x4 and two.weight 4x4 differ" in refused("E649", TIED, path)


def test_heads_for_training_may_be_there_or_not(tmp_path: Path) -> None:
    spec = "INPUT 4 -> a: FC 3 nobias -> aux: FC 2 nobias -> OUTPUT train\n@a -> b: FC 2 nobias -> OUTPUT"
    given = {"a.weight": np.ones((3, 4), np.float32), "b.weight": np.ones((2, 3), np.float32)}
    assert archcalc.parse(spec).verify(weights=save_safetensors(tmp_path / "w.safetensors", given)).ok
    given["aux.weight"] = np.ones((2, 3), np.float32)
    assert archcalc.parse(spec).verify(weights=save_safetensors(tmp_path / "v.safetensors", given)).ok
    ordered = save_npz(tmp_path / "v.npz", {name: given[f"{name}.weight"] for name in ("a", "aux", "b")})
    assert archcalc.parse(spec).verify(weights=ordered, match="order").ok


def test_weights_of_the_text_need_no_file(tmp_path: Path) -> None:
    spec = "INPUT 2x1 -> CONV 1 1 w=[[[3]]] nobias -> c: CONV 1 1 nobias"
    path = save_safetensors(tmp_path / "w.safetensors", {"c.weight": np.full((1, 1, 1), 2, np.float32)})
    outputs = archcalc.parse(spec).run({"input": np.ones((1, 2, 1), np.float32)}, weights=path).outputs
    np.testing.assert_array_equal(outputs["c"], np.full((1, 2, 1), 6))


def test_connections_outside_the_table_stay_zero(tmp_path: Path) -> None:
    spec = "INPUT 2x2 -> CONV 1 1 m=[[1,0]] nobias"
    path = save_safetensors(tmp_path / "w.safetensors", {"conv1.weight": np.full((1, 2, 1), 5, np.float32)})
    tensor = Prepared(archcalc.parse(spec).graph, weights=path).tensor("conv1.weight")
    assert tensor.ravel().tolist() == [5, 0]


# By order


def test_order_on_request(tmp_path: Path) -> None:
    given = numbers()
    path = save_npz(tmp_path / "w.npz", {f"arr_{index}": array for index, array in enumerate(given.values())})
    refused("E645", NET, path)
    prepared = Prepared(archcalc.parse(NET).graph, weights=path, match="order")
    for name, array in given.items():
        np.testing.assert_array_equal(prepared.tensor(name), array)


@pytest.mark.parametrize(
    ("shapes", "note"),
    [
        ([(2, 4), (3, 2)], "2 weights here, 3 there"),
        ([(3, 2), (2, 4)], "number 1 is fc1.weight 2x4 here, 0 3x2 there"),
        ([(2, 4)], "2 weights here, 1 there"),
    ],
)
def test_order_needs_every_shape(tmp_path: Path, shapes: list[tuple[int, ...]], note: str) -> None:
    arrays = {str(index): np.ones(shape, np.float32) for index, shape in enumerate(shapes)}
    if "3 there" in note:
        arrays["2"] = np.ones(1, np.float32)
    path = save_npz(tmp_path / "w.npz", arrays)
    assert note in refused("E648", "INPUT 4 -> [FC 2 nobias] -> FC 3 nobias", path, match="order")


def test_order_where_there_is_none(tmp_path: Path) -> None:
    path = save_safetensors(tmp_path / "w.safetensors", numbers())
    assert "keeps no order" in refused("E644", NET, path, match="order")
    for options in ({"match": "order"}, {"match": "shape", "weights": path}):
        with pytest.raises(archcalc.UsageError, match="E644"):
            archcalc.parse(NET).run(**options)


# Export


@pytest.mark.parametrize("ending", [".safetensors", ".npz"])
def test_export_holds_one_weight_at_a_time(tmp_path: Path, ending: str) -> None:
    spec = "INPUT 1024 -> [FC 1024 nobias]*12"
    tensor = np.full((1024, 1024), 0.5, np.float32)
    given = {f"fc{index}.weight": tensor for index in range(1, 13)}
    path = (save_npz if ending == ".npz" else save_safetensors)(tmp_path / f"w{ending}", given)
    net = archcalc.parse(spec)
    net.export(tmp_path / "net.onnx", weights=path)  # imports what it needs
    assert peak(lambda: net.export(tmp_path / "net.onnx", weights=path)) < 2.5 * tensor.nbytes


def test_nothing_is_left_of_a_failed_export(tmp_path: Path) -> None:
    """The numbers of the last weight are damaged, which shows only when they are unpacked."""
    path = save_npz(tmp_path / "w.npz", numbers())
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") - 1] ^= 0xFF  # in front of the table of contents
    path.write_bytes(data)
    with pytest.raises(archcalc.FileError, match="CRC"):
        archcalc.parse(NET).export(tmp_path / "net.onnx", weights=path)
    assert [path.name for path in tmp_path.iterdir()] == ["w.npz"]
