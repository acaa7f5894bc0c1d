"""Models that refer to the weights in a .safetensors file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

import archcalc

from .commands import process
from .weightfiles import bfloat16, pack, save_npz, table

NET = "INPUT 6x6x2 -> body: [CONV 3 3x3 -> BN -> RELU] -> head: FC 4"
SHAPES = {
    "body.0.weight": (3, 2, 3, 3), "body.0.bias": (3,), "body.1.weight": (3,), "body.1.bias": (3,),
    "body.1.running_mean": (3,), "body.1.running_var": (3,), "head.weight": (4, 48), "head.bias": (4,),
}  # fmt: skip


def numbers() -> dict[str, Any]:
    """Different positive numbers for every weight, exact in 16 bits."""
    random = np.random.default_rng(7)
    return {name: random.integers(1, 200, shape).astype(np.float32) / 64 for name, shape in SHAPES.items()}


def save(path: Path, tensors: dict[str, Any]) -> Path:
    """A file as the safetensors library writes it: its table ends at a multiple of 8."""
    header = json.dumps(table(tensors)).encode()
    data = b"".join(array.tobytes() for array in tensors.values())
    path.write_bytes(pack(header + b" " * (-len(header) % 8), data))
    return path


def places(path: Path) -> dict[str, dict[str, str]]:
    """What a model says of the place of each weight; nothing of those that it has itself."""
    graph = onnx.load(path, load_external_data=False).graph
    pairs = {item.name: {pair.key: pair.value for pair in item.external_data} for item in graph.initializer}
    return {name: place for name, place in pairs.items() if name in SHAPES}


def onnx_output(path: Path, x: Any) -> Any:
    """What onnxruntime makes of a model file."""
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {"input": x.transpose(0, 3, 1, 2)})[0]


def test_the_weights_stay_where_they_are(tmp_path: Path) -> None:
    source = save(tmp_path / "w.safetensors", numbers())
    before = source.read_bytes()
    net = archcalc.parse(NET)
    written = net.export(tmp_path / "net.onnx", weights=source, reference=True)
    assert (written.referenced, written.data) == (8, None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.onnx", "w.safetensors"]
    assert source.read_bytes() == before
    for name, place in places(tmp_path / "net.onnx").items():
        assert place["location"] == "w.safetensors"
        start = int(place["offset"])
        assert before[start : start + int(place["length"])] == numbers()[name].tobytes()
    onnx.checker.check_model(tmp_path / "net.onnx", full_check=True)
    x = np.random.default_rng(0).standard_normal((2, 6, 6, 2), np.float32)
    expected = net.run({"input": x}, weights=source).outputs["head"]
    np.testing.assert_array_equal(onnx_output(tmp_path / "net.onnx", x), expected)


def test_the_command(tmp_path: Path) -> None:
    save(tmp_path / "w.safetensors", numbers())
    done = process(f"export '{NET}' -o net.onnx --weights w.safetensors --reference", cwd=tmp_path)
    assert done.code == 0
    assert done.out.splitlines()[1] == "8 tensors stay in w.safetensors: keep it beside the model"


def test_what_lies_there_in_another_type_is_written(tmp_path: Path) -> None:
    given = numbers()
    given["body.1.bias"] = given["body.1.bias"].astype(np.float64)
    given["head.bias"] = bfloat16(given["head.bias"])
    source = save(tmp_path / "w.safetensors", given)
    written = archcalc.parse(NET).export(tmp_path / "net.onnx", weights=source, reference=True)
    assert written.referenced == 6
    own = [name for name, place in places(tmp_path / "net.onnx").items() if not place]
    assert own == ["body.1.bias", "head.bias"]
    model = onnx.load(tmp_path / "net.onnx")
    for item in model.graph.initializer:
        if item.name in SHAPES:
            np.testing.assert_array_equal(onnx.numpy_helper.to_array(item), numbers()[item.name])


def test_it_may_be_written_beside_the_model(tmp_path: Path) -> None:
    given = numbers() | {"head.bias": numbers()["head.bias"].astype(np.float16)}
    source = save(tmp_path / "w.safetensors", given)
    written = archcalc.parse(NET).export(tmp_path / "net.onnx", weights=source, reference=True, external=True)
    assert (written.referenced, written.data_bytes) == (7, 16)
    assert places(tmp_path / "net.onnx")["head.bias"]["location"] == written.data


@pytest.mark.parametrize(("dtype", "code"), [("float16", 10), ("bfloat16", 16)])
def test_halves_are_referred_to_by_models_of_their_type(dtype: str, code: int, tmp_path: Path) -> None:
    given = {name: bfloat16(array) if code == 16 else array.astype(np.float16) for name, array in numbers().items()}
    source = save(tmp_path / "w.safetensors", given)
    written = archcalc.parse(NET).export(tmp_path / "net.onnx", weights=source, reference=True, dtype=dtype)
    assert written.referenced == 8
    graph = onnx.load(tmp_path / "net.onnx").graph
    for item in graph.initializer:
        if item.name in SHAPES:
            assert item.data_type == code
            assert item.raw_data == given[item.name].tobytes()


def test_given_and_masked_weights_are_written(tmp_path: Path) -> None:
    net = archcalc.parse("INPUT 3x3x2 -> c: CONV 2 2x2 m=[[1,0],[1,1]] -> CONV 1 1x1 w=[[[[1]],[[2]]]] nobias")
    given = {"c.weight": np.ones((2, 2, 2, 2), np.float32), "c.bias": np.ones(2, np.float32)}
    source = save(tmp_path / "w.safetensors", given)
    assert net.export(tmp_path / "net.onnx", weights=source, reference=True).referenced == 1


# What is refused


def refused(tmp_path: Path, **options: Any) -> str:
    with pytest.raises(archcalc.UsageError) as error:
        archcalc.parse(NET).export(tmp_path / "net.onnx", reference=True, **options)
    assert not (tmp_path / "net.onnx").exists()
    assert error.value.diagnostics[0].code == "E619"
    return str(error.value)


@pytest.mark.parametrize("weights", ["random", "zeros", "virtual"])
def test_made_weights_have_no_file(weights: str, tmp_path: Path) -> None:
    assert "cannot be referred to" in refused(tmp_path, weights=weights)


def test_arrays_in_an_archive_have_no_place(tmp_path: Path) -> None:
    assert "cannot be referred to" in refused(tmp_path, weights=save_npz(tmp_path / "w.npz", numbers()))


def test_weights_in_another_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    source = save(tmp_path / "sub" / "w.safetensors", numbers())
    assert f"{source} is {source}, the model will be in {tmp_path}" in refused(tmp_path, weights=source)


def test_a_link_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    source = save(tmp_path / "sub" / "w.safetensors", numbers())
    (tmp_path / "w.safetensors").symlink_to(source)
    assert "only to weights in its own folder" in refused(tmp_path, weights=tmp_path / "w.safetensors")


@pytest.mark.parametrize(("dtype", "help"), [(np.float16, "--dtype float16"), (np.float64, "or leave --reference out")])
def test_no_weight_of_the_models_type(dtype: Any, help: str, tmp_path: Path) -> None:
    given = {name: array.astype(dtype) for name, array in numbers().items()}
    source = save(tmp_path / "w.safetensors", given)
    said = refused(tmp_path, weights=source)
    assert f"{np.dtype(dtype)} in the file, float32 in the model" in said
    assert help in said


def test_the_file_itself_is_not_replaced(tmp_path: Path) -> None:
    source = save(tmp_path / "w.safetensors", numbers())
    before = source.read_bytes()
    with pytest.raises(archcalc.UsageError, match="E619 the model would replace the weights"):
        archcalc.parse(NET).export(source, weights=source, reference=True)
    assert source.read_bytes() == before


def test_weights_at_odd_places(tmp_path: Path) -> None:
    header = json.dumps(table(numbers())).encode()
    data = b"".join(array.tobytes() for array in numbers().values())
    (tmp_path / "w.safetensors").write_bytes(pack(header + b" " * (1 - len(header) % 4 + 4), data))
    assert "they begin at bytes that 4 doesn't divide" in refused(tmp_path, weights=tmp_path / "w.safetensors")


def test_a_transposed_matrix_does_not_fit(tmp_path: Path) -> None:
    """GPT-2's original files hold inputs x outputs."""
    given = numbers() | {"head.weight": np.ones((48, 4), np.float32)}
    source = save(tmp_path / "w.safetensors", given)
    with pytest.raises(archcalc.SpecError, match="E646"):
        archcalc.parse(NET).export(tmp_path / "net.onnx", weights=source, reference=True)
