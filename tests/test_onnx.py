"""Export and execution: what is in the file, what the runtime makes of it, and what happens when it cannot be."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

import archcalc

SMALL = "INPUT 9x9x3 -> CONV 4 3x3 s2 -> BN -> RELU -> POOL 2 s2 -> FC 5 -> SOFTMAX"
SPECS = {
    "chain": SMALL,
    "sequence": "INPUT 20x4 -> CONV 8 3 s2 floor -> POOL avg 2 s2 ceil -> LN -> LINEAR 7 -> GELU",
    "volume": "INPUT 7x7x7x2 -> CONV 3 3 ceil s2 -> LRN 3 -> BN -> TCONV 4 2 same s3 -> POOL 2 s1",
    "lead": "INPUT 10x8x6x4 -> CONV 8 3x3 -> RELU -> POOL 2x2 s2 -> TCONV 4 3 s2 -> SOFTMAX axis=0",
    "branches": "INPUT 8x8x2 -> CONCAT [LN, CONV 3 3 p1, ID] -> ADD [ID, GAP] -> LINEAR 3",
    "parameters": "INPUT 8x8x3 -> CONV 4 1x1 -> ADD [ID, PARAM 4] -> CONCAT axis=0 [PARAM 1x8x4, ID]",
    "identity": "INPUT 5x5x1 -> ID",
    "training head": "INPUT 8x8x3 -> c: CONV 4 3x3 -> o: GAP\n@c -> FC 9 -> OUTPUT train\nOUTPUT @o",
}


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("batch", ["dynamic", 3])
def test_every_export_passes_the_checker_and_runs(name: str, batch: int | str, tmp_path: Path) -> None:
    net = archcalc.parse(SPECS[name])
    net.export(tmp_path / "net.onnx", batch=batch)
    model = onnx.load(tmp_path / "net.onnx")
    onnx.checker.check_model(model, full_check=True)
    dims = model.graph.input[0].type.tensor_type.shape.dim
    assert (dims[0].dim_value or dims[0].dim_param) == (batch if batch == 3 else "N")
    assert net.verify(batch=3).ok


def test_names_are_paths_and_state_dict_names(tmp_path: Path) -> None:
    archcalc.parse(SMALL).export(tmp_path / "net.onnx")
    graph = onnx.load(tmp_path / "net.onnx").graph
    assert [node.name for node in graph.node if "/" not in node.name] == [
        "conv1", "bn1", "relu1", "pool1", "fc1", "softmax1",
    ]  # fmt: skip
    assert all(node.name == node.output[0] for node in graph.node)
    weights = {tensor.name for tensor in graph.initializer}
    assert weights == {
        "conv1.weight", "conv1.bias", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var",
        "fc1.weight", "fc1.bias",
    }  # fmt: skip


def test_axes_are_told_in_the_metadata(tmp_path: Path) -> None:
    archcalc.parse("INPUT 20x4 -> LINEAR 3").export(tmp_path / "net.onnx")
    model = onnx.load(tmp_path / "net.onnx")
    axes = json.loads({prop.key: prop.value for prop in model.metadata_props}["archcalc.axes"])
    assert axes == {"input": "N,L,C", "linear1": "N,L,C"}


@pytest.mark.parametrize(
    ("spec", "opset", "ir"),
    [(SMALL, 17, 8), ("INPUT 8x4 -> GELU", 20, 9), ("INPUT 8x8x4 -> PAD 1", 18, 8)],
)
def test_the_lowest_opset_and_its_ir_are_stamped(spec: str, opset: int, ir: int, tmp_path: Path) -> None:
    export = archcalc.parse(spec).export(tmp_path / "net.onnx")
    model = onnx.load(tmp_path / "net.onnx")
    assert (export.opset, export.ir_version) == (opset, ir)
    assert (model.opset_import[0].version, model.ir_version) == (opset, ir)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_spec_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    program = f"import archcalc, sys; archcalc.parse({SMALL!r}).export(sys.argv[1], seed=int(sys.argv[2]))"
    digests = []
    for index, seed in enumerate((1, 1, 2)):
        path = tmp_path / f"{index}.onnx"
        environment = os.environ | {"PYTHONHASHSEED": str(index)}
        subprocess.run([sys.executable, "-c", program, str(path), str(seed)], check=True, env=environment)
        digests.append(_digest(path))
    assert digests[0] == digests[1] != digests[2]


def test_weights_are_scaled_by_he_or_xavier(tmp_path: Path) -> None:
    # He et al. 2015: variance 2/fan_in before a rectifier; Glorot and Bengio 2010: 2/(fan_in + fan_out)
    archcalc.parse("INPUT 64 -> FC 4096 -> RELU -> FC 64 -> TANH").export(tmp_path / "net.onnx")
    graph = onnx.load(tmp_path / "net.onnx").graph
    weights = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    assert weights["fc1.weight"].var() == pytest.approx(2 / 64, rel=0.02)
    assert weights["fc2.weight"].var() == pytest.approx(2 / (4096 + 64), rel=0.02)
    assert not weights["fc1.bias"].any()


def test_zero_weights(tmp_path: Path) -> None:
    archcalc.parse("INPUT 4 -> FC 3").export(tmp_path / "net.onnx", weights="zeros")
    graph = onnx.load(tmp_path / "net.onnx").graph
    assert all(not onnx.numpy_helper.to_array(tensor).any() for tensor in graph.initializer)


def test_given_weights_are_a_cross_correlation_unless_flipped() -> None:
    x = np.arange(9, dtype=np.float32).reshape(1, 3, 3, 1)
    for flip, expected in (("", 0 * 1 + 1 * 2 + 3 * 3 + 4 * 4), (" flip", 0 * 4 + 1 * 3 + 3 * 2 + 4 * 1)):
        net = archcalc.parse(f"INPUT 3x3x1 -> CONV 1 2x2 nobias w=[[1,2],[3,4]]{flip}")
        assert net.run({"input": x}).outputs["conv1"][0, 0, 0, 0] == expected


def test_run_takes_arrays_with_or_without_a_batch() -> None:
    net = archcalc.parse("INPUT 4x5x2 -> POOL 2 s1")
    x = np.random.default_rng(0).standard_normal((3, 4, 5, 2), np.float32)
    whole = net.run({"input": x}).outputs["pool1"]
    single = net.run({"input": x[1]}).outputs["pool1"]
    assert whole.shape == (3, 3, 4, 2)
    np.testing.assert_array_equal(single[0], whole[1])


@pytest.mark.parametrize(
    ("inputs", "code"),
    [({"input": np.zeros((2, 5, 4, 2))}, "E616"), ({"other": np.zeros((4, 5, 2))}, "E615")],
)
def test_wrong_inputs_are_refused(inputs: dict[str, np.ndarray], code: str) -> None:
    with pytest.raises(archcalc.ArchcalcError) as error:
        archcalc.parse("INPUT 4x5x2 -> POOL 2 s1").run(inputs)
    assert error.value.diagnostics[0].code == code


@pytest.mark.parametrize(
    ("options", "code"),
    [({"opset": 16}, "E613"), ({"opset": 99}, "E613"), ({"batch": 0}, "E612"), ({"batch": "many"}, "E612")],
)
def test_wrong_options_of_export_are_refused(options: dict[str, object], code: str, tmp_path: Path) -> None:
    with pytest.raises(archcalc.UsageError) as error:
        archcalc.parse(SMALL).export(tmp_path / "net.onnx", **options)  # type: ignore[arg-type]
    assert error.value.diagnostics[0].code == code
    assert not list(tmp_path.iterdir())


def test_a_verification_notices_a_wrong_prediction() -> None:
    net = archcalc.parse(SMALL)
    nodes = list(net.graph.nodes)
    nodes[-1] = nodes[-1]._replace(shape=(6,))
    wrong = archcalc.Network(archcalc.graph.Graph(tuple(nodes), net.graph.outputs))
    verification = wrong.verify()
    assert [row.name for row in verification.rows if not row.ok] == ["softmax1"]
    assert not verification.ok


def test_cuda_is_never_taken_silently_from_the_cpu() -> None:
    runtime = pytest.importorskip("onnxruntime")
    if "CUDAExecutionProvider" in runtime.get_available_providers():
        assert archcalc.parse(SMALL).verify(device="cuda").device == "cuda"
        return
    with pytest.raises(archcalc.MissingError) as error:
        archcalc.parse(SMALL).run(device="cuda")
    assert error.value.exit_code == 4
    assert archcalc.parse(SMALL).run(device="auto").device == "cpu"


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(archcalc.UsageError, match="there are cpu, cuda, auto"):
        archcalc.parse(SMALL).run(device="gpu")


@pytest.mark.parametrize("what", ["run", "verify"])
def test_a_run_that_cannot_fit_is_refused_before_it_starts(what: str) -> None:
    net = archcalc.parse("INPUT 1000000000x1000000000x3 -> CONV 8 3x3 p1")
    with pytest.raises(archcalc.LimitError, match="E507"):
        getattr(net, what)()


def test_a_model_that_the_disk_has_no_room_for_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(archcalc.LimitError, match="E508"):
        archcalc.parse("INPUT 100000000 -> FC 100000000").export(tmp_path / "net.onnx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("path", ["missing/net.onnx", "folder"])
def test_a_file_that_cannot_be_written(path: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(archcalc.FileError) as error:
        archcalc.parse(SMALL).export(tmp_path / path)
    assert error.value.exit_code == 3
    assert not list((tmp_path / "folder").iterdir())


def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "net.onnx"
    target.write_bytes(b"old")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limit[1]))
    try:
        with pytest.raises(archcalc.FileError, match="E606"):
            archcalc.parse("INPUT 100 -> FC 100").export(target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["net.onnx"]


def test_the_runtime_writes_no_file_and_opens_no_socket(tmp_path: Path) -> None:
    program = (
        "import os, archcalc\n"
        f"archcalc.parse({SMALL!r}).verify()\n"
        "paths = [f'/proc/self/fd/{fd}' for fd in os.listdir('/proc/self/fd')]\n"
        "links = [os.readlink(path) for path in paths if os.path.exists(path)]\n"
        "print(sum(link.startswith('socket:') for link in links))\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = os.environ | {"HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    environment = {k: v for k, v in environment.items() if not k.startswith(("XDG_", "ORT_"))}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, cwd=home)
    assert done.stdout.strip() == "0", done.stderr
    assert list(home.rglob("*")) == []
