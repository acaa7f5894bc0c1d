"""Models that other software wrote, run as they are: in a process of their own, against outputs that came with them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import archcalc
from archcalc import SpecError, UsageError
from archcalc.backends import foreign, memory
from archcalc.load import read_model
from archcalc.network import Network
from archcalc.reading import Reading

from .protobuf import attribute, chain, integers, node, outside, part, tensor

pytest.importorskip("onnxruntime")

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"

QUICK = (
    "pytorch-converted/test_Conv2d_depthwise_padded", "pytorch-converted/test_ConvTranspose2d",
    "pytorch-converted/test_MaxPool2d_stride_padding_dilation", "pytorch-operator/test_operator_flatten",
)  # fmt: skip
ALL = sorted(str(path.parent.relative_to(DATA)) for path in DATA.glob("pytorch-*/*/model.onnx"))


def stored(path: Path) -> Any:
    proto = onnx.TensorProto()
    proto.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(proto)


def model_of(path: Path) -> foreign.Foreign:
    return foreign.Foreign(str(path), Reading())


def check_case(case: str) -> None:
    """Feed what the case feeds, in our order of axes; what comes out is what the case says, and has our shape."""
    model = model_of(DATA / case / "model.onnx")
    data = DATA / case / "test_data_set_0"
    feeds = {
        end.name: foreign._ours(end, stored(data / f"input_{index}.pb"))
        for index, end in enumerate(model.interface.inputs)
    }
    try:
        results = model.run(feeds, "cpu").outputs
    except SpecError as error:
        if "NOT_IMPLEMENTED" in str(error):
            pytest.skip("onnxruntime has no kernel for an operator of so old an opset")
        raise
    for index, end in enumerate(model.interface.outputs):
        wanted = stored(data / f"output_{index}.pb")
        assert end.shape == wanted.shape
        np.testing.assert_allclose(results[end.name], foreign._ours(end, wanted), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("case", QUICK)
def test_outputs(case: str) -> None:
    check_case(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in ALL if case not in QUICK])
def test_all_outputs(case: str) -> None:
    check_case(case)


def test_every_value_has_the_predicted_shape() -> None:
    checked = Network(read_model(str(DATA / "light" / "light_squeezenet.onnx"))).verify()
    assert checked.ok
    assert len(checked.rows) == 66 + 39 + 1  # the nodes, the weights that nodes make, a second output


def conv(location: str) -> bytes:
    return chain(node("Conv", ["x", "w"], ["y"]), tensors=[outside("w", [4, 3, 3, 3], location)])


@pytest.mark.parametrize(
    "location", ["../secret.bin", "/etc/passwd", "link.bin", "a/../../secret.bin", "", "missing.bin"]
)
def test_weights_stay_in_the_folder(location: str, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (tmp_path / "secret.bin").write_bytes(b"\0" * 432)
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    file = folder / "model.onnx"
    file.write_bytes(conv(location))
    net = archcalc.load(str(file))
    assert net.totals.params == 108
    plain = location in ("link.bin", "missing.bin")
    assert [warning.code for warning in net.table().warnings] == ([] if plain else ["W111"])
    with pytest.raises(SpecError, match="E670"):
        net.run()


def test_weights_beside_the_model_are_used(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    (tmp_path / "w.bin").write_bytes(np.ones(108, np.float32).tobytes())
    file.write_bytes(conv("w.bin"))
    result = archcalc.load(str(file)).run({"x": np.ones((8, 8, 3), np.float32)})
    assert [array.shape for array in result.outputs.values()] == [(1, 6, 6, 4)]
    assert {float(number) for array in result.outputs.values() for number in array.flat} == {27.0}


def test_a_crash_is_a_diagnostic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(chain(node("Relu", ["x"], ["y"])))
    real = subprocess.Popen

    def crashing(command: list[str], **options: Any) -> Any:
        return real([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"], **options)

    monkeypatch.setattr(subprocess, "Popen", crashing)
    with pytest.raises(SpecError, match=r"E672 onnxruntime crashed[^\0]*signal 11"):
        archcalc.load(str(file)).run()


HUGE = chain(node("Tile", ["x", "s"], ["y"]), tensors=[integers("s", [2**20, 2**10, 1, 1])], shape=[1, 3, 8, 8])
REFUSED = chain(node("Conv", ["x", "w"], ["y"]), tensors=[tensor("w", [4, 3, 3, 3], 1, part(9, b"\0" * 12))])


@pytest.mark.parametrize("data", [HUGE, REFUSED], ids=["more memory than there is", "weights cut short"])
def test_a_refusal_is_a_diagnostic(data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "need", lambda *_: None)
    file = tmp_path / "model.onnx"
    file.write_bytes(data)
    with pytest.raises(SpecError, match=r"E671|E672"):
        archcalc.load(str(file)).run()


def test_a_model_has_its_own_weights(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(chain(node("Relu", ["x"], ["y"])))
    net = archcalc.load(str(file))
    with pytest.raises(UsageError, match="E674"):
        net.run(weights="zeros")


def test_nothing_is_written_and_no_socket_opened(tmp_path: Path) -> None:
    """Neither by the process that reads, nor by the one that runs."""
    home = tmp_path / "home"
    home.mkdir()
    file = home / "model.onnx"
    file.write_bytes(chain(node("MaxPool", ["x"], ["y"], attribute("kernel_shape", [2, 2]))))
    program = (
        "import os, sys, archcalc\n"
        "seen = []\n"
        "sys.addaudithook(lambda event, given: seen.append(event) if event.startswith('socket.') else None)\n"
        "archcalc.load('model.onnx').run()\n"
        "archcalc.load('model.onnx').bench(repeat=1)\n"
        "print(len(seen))\n"
    )
    root = str(Path(archcalc.__file__).parent.parent)
    environment = os.environ | {"HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    environment = {k: v for k, v in environment.items() if not k.startswith(("XDG_", "ORT_"))} | {"PYTHONPATH": root}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, cwd=home)
    assert done.stdout.strip() == "0", done.stderr
    assert list(home.rglob("*")) == [file]


def test_the_reading_process_never_loads_the_runtime(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(chain(node("Relu", ["x"], ["y"])))
    program = f"import sys, archcalc; archcalc.load({str(file)!r}).run(); print('onnxruntime' in sys.modules)"
    root = str(Path(archcalc.__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=os.environ | {"PYTHONPATH": root}
    )
    assert done.stdout.strip() == "False", done.stderr
