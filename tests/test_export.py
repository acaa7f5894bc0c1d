"""Export of large models: weights beside the model, in little memory, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnx
import pytest

import archcalc
from archcalc.backends import datafile, export, files

from .commands import arguments, environment, process
from .test_streams import ESCAPE, on_terminal
from .weightfiles import save_npz, save_safetensors

NET = "INPUT 9x9x3 -> CONV 4 3x3 s2 -> BN -> RELU -> FC 500 -> FC 5"
LARGE = "INPUT 4096 -> FC 20000 -> FC 5000"  # 728 MB, of which the first layer has 328
MIDDLE = "INPUT 3000 -> FC 5000 -> FC 5000"  # 160 MB

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells of a process")
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and locks as POSIX has them")


def tensors(path: Path) -> dict[str, dict[str, str]]:
    """What a model says of the place of each weight."""
    graph = onnx.load(path, load_external_data=False).graph
    return {item.name: {pair.key: pair.value for pair in item.external_data} for item in graph.initializer}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def content_name(path: Path) -> str:
    return f"weights-{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}.data"


# What is written


def test_weights_lie_beside_the_model_at_pages_under_the_name_of_their_content(tmp_path: Path) -> None:
    written = archcalc.parse(NET).export(tmp_path / "net.onnx", external=True)
    assert written.data is not None
    data = tmp_path / written.data
    assert names(tmp_path) == ["net.onnx", content_name(data)]
    assert (written.data_bytes, written.data_found) == (data.stat().st_size, False)
    places = {name: place for name, place in tensors(tmp_path / "net.onnx").items() if "." in name and "/" not in name}
    assert len(places) == 10
    ends = 0
    for place in places.values():
        assert (place["location"], int(place["offset"]) % 4096) == (written.data, 0)
        assert ends <= int(place["offset"]) < ends + 4096
        ends = int(place["offset"]) + int(place["length"])
    assert ends == written.data_bytes
    assert (tmp_path / "net.onnx").stat().st_size < 10_000


def test_both_forms_have_the_same_numbers_and_run_alike(tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    net = archcalc.parse(NET)
    net.export(tmp_path / "one.onnx", seed=3)
    net.export(tmp_path / "two.onnx", seed=3, external=True)
    onnx.checker.check_model(tmp_path / "two.onnx", full_check=True)
    one, two = (onnx.load(tmp_path / f"{name}.onnx").graph for name in ("one", "two"))
    for ours, theirs in zip(one.initializer, two.initializer, strict=True):
        np.testing.assert_array_equal(onnx.numpy_helper.to_array(ours), onnx.numpy_helper.to_array(theirs))
    x = np.random.default_rng(0).standard_normal((2, 9, 9, 3), np.float32)
    expected = net.run({"input": x}, seed=3).outputs["fc2"]
    session = runtime.InferenceSession(tmp_path / "two.onnx", providers=["CPUExecutionProvider"])
    np.testing.assert_array_equal(session.run(None, {"input": x.transpose(0, 3, 1, 2)})[0], expected)


def test_models_that_one_file_cannot_hold_are_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    net = archcalc.parse(NET)
    whole = net.export(tmp_path / "net.onnx").bytes
    monkeypatch.setattr(export, "MAX_PROTOBUF", whole)
    assert net.export(tmp_path / "net.onnx").data is None
    monkeypatch.setattr(export, "MAX_PROTOBUF", whole - 1)
    assert net.export(tmp_path / "net.onnx").data is not None
    monkeypatch.setattr(export, "MAX_PROTOBUF", 1000)
    with pytest.raises(archcalc.LimitError, match=r"E506 the model has [\d,]+ bytes without its weights"):
        net.export(tmp_path / "net.onnx")


@pytest.mark.slow
def test_a_model_beyond_2_gib_loads_and_runs(tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    net = archcalc.parse("INPUT 4096 -> FC 65536 -> FC 4096")
    written = net.export(tmp_path / "net.onnx")
    assert written.data_bytes > 2**31
    x = np.random.default_rng(0).standard_normal((1, 4096), np.float32)
    session = runtime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
    np.testing.assert_allclose(
        session.run(None, {"input": x})[0], net.run({"input": x}, force=True).outputs["fc2"], atol=1e-4
    )
    shutil.rmtree(tmp_path)


def test_the_same_spec_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b")]
    for index, folder in enumerate(folders):
        folder.mkdir()
        command = arguments(f"export '{NET}' -o {folder}/net.onnx --external --seed 5 --dtype float16")
        subprocess.run(command, check=True, env=environment(PYTHONHASHSEED=str(index)), capture_output=True)
    assert names(folders[0]) == names(folders[1])
    for name in names(folders[0]):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()


# What is there already


def test_the_same_content_is_found_and_not_written_again(tmp_path: Path) -> None:
    net = archcalc.parse(NET)
    first = net.export(tmp_path / "net.onnx", external=True)
    assert first.data is not None
    before = (tmp_path / first.data).stat()
    again = net.export(tmp_path / "single.onnx", external=True, batch=1)
    after = (tmp_path / first.data).stat()
    assert (again.data, again.data_found) == (first.data, True)
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert names(tmp_path) == ["net.onnx", "single.onnx", first.data]


def test_other_content_leaves_the_old_file_to_the_models_that_use_it(tmp_path: Path) -> None:
    net = archcalc.parse(NET)
    one = net.export(tmp_path / "one.onnx", external=True, seed=1)
    two = net.export(tmp_path / "two.onnx", external=True, seed=2)
    assert names(tmp_path) == sorted(["one.onnx", "two.onnx", str(one.data), str(two.data)])


@pytest.mark.parametrize("place", [0, 5000, -1])
def test_a_damaged_file_is_replaced(place: int, tmp_path: Path) -> None:
    net = archcalc.parse(NET)
    data = tmp_path / str(net.export(tmp_path / "net.onnx", external=True).data)
    damaged = bytearray(data.read_bytes())
    damaged[place] ^= 255
    data.write_bytes(damaged)
    assert not net.export(tmp_path / "net.onnx", external=True).data_found
    assert data.name == content_name(data)


# Memory


PROGRAM = """
import archcalc, pathlib, sys
archcalc.parse(sys.argv[1]).export(sys.argv[2], **eval(sys.argv[3]))
status = pathlib.Path("/proc/self/status").read_text()
print(next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM:")))
"""


def memory_of(spec: str, path: Path, **options: Any) -> int:
    """The MiB that an export takes at most, in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, spec, str(path), repr(options)]
    return int(subprocess.run(command, check=True, env=environment(), capture_output=True, text=True).stdout)


@linux
@pytest.mark.parametrize(
    "options", [{}, {"external": True}, {"dtype": "bfloat16"}, {"weights": "zeros", "external": True}], ids=str
)
def test_memory_does_not_grow_with_the_model(options: dict[str, Any], tmp_path: Path) -> None:
    assert memory_of(LARGE, tmp_path / "net.onnx", **options) < 120
    shutil.rmtree(tmp_path)


@linux
@pytest.mark.parametrize("ending", [".safetensors", ".npz"])
def test_nor_with_the_file_that_the_weights_come_from(ending: str, tmp_path: Path) -> None:
    shapes = {"fc1.weight": (5000, 3000), "fc1.bias": (5000,), "fc2.weight": (5000, 5000), "fc2.bias": (5000,)}
    given = {name: np.ones(shape, np.float32) for name, shape in shapes.items()}
    path = (save_npz if ending == ".npz" else save_safetensors)(tmp_path / f"w{ending}", given)
    assert memory_of(MIDDLE, tmp_path / "net.onnx", weights=str(path), external=True) < 120
    shutil.rmtree(tmp_path)


# Room


def test_a_lack_of_room_is_told_with_both_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "disk_usage", lambda folder: SimpleNamespace(free=150 * 2**20))
    net = archcalc.parse(MIDDLE)
    for options in ({}, {"external": True}):
        with pytest.raises(archcalc.LimitError) as error:
            net.export(tmp_path / "net.onnx", **options)  # type: ignore[arg-type]
        assert error.value.diagnostics[0].message == "152.6 MiB are to be written, 150.0 MiB are free"
        assert error.value.exit_code == 5
    assert names(tmp_path) == []
    assert net.export(tmp_path / "net.onnx", dtype="float16").bytes < 150 * 2**20
    assert net.export(tmp_path / "net.onnx", force=True).bytes > 150 * 2**20


def test_the_command_tells_it_too(tmp_path: Path) -> None:
    done = process(f"export 'INPUT 100000000 -> FC 100000000' -o {tmp_path}/net.onnx")
    assert (done.code, done.out) == (5, "")
    assert done.err.startswith("E508 37,252,903.3 GiB are to be written, ")
    assert "--weights virtual" in done.err


# Virtual weights


def test_virtual_weights_take_no_room(tmp_path: Path) -> None:
    written = archcalc.load("transformers/llama-3-70b").export(tmp_path / "net.onnx", weights="virtual")
    assert names(tmp_path) == ["net.onnx"]
    assert (written.params, written.virtual, written.data) == (70_553_706_496, True, "weights-virtual.data")
    assert written.data_bytes == 4 * 70_553_706_496  # every tensor fills its pages
    assert written.bytes < 30e6


def test_a_sparse_file_makes_virtual_weights_zeros(tmp_path: Path) -> None:
    runtime = pytest.importorskip("onnxruntime")
    written = archcalc.parse(NET).export(tmp_path / "net.onnx", weights="virtual")
    os.truncate(os.open(tmp_path / str(written.data), os.O_CREAT | os.O_WRONLY), written.data_bytes)
    session = runtime.InferenceSession(tmp_path / "net.onnx", providers=["CPUExecutionProvider"])
    assert not session.run(None, {"input": np.ones((1, 3, 9, 9), np.float32)})[0].any()


def test_virtual_weights_do_not_run() -> None:
    with pytest.raises(archcalc.UsageError, match="E618"):
        archcalc.parse(NET).run(weights="virtual")


# What is said


def test_the_files_are_told(tmp_path: Path) -> None:
    first, again = (process(f"export '{NET}' -o {tmp_path}/net.onnx --external").out for _ in range(2))
    assert re.fullmatch(r"wrote .*/net.onnx: \d\.\d KiB, opset 17, IR 8", first.splitlines()[0])
    assert first.splitlines()[1].startswith("wrote weights-")
    assert first.splitlines()[1].endswith(".data beside it: 168.0 KiB, 35,133 weights")
    assert again.splitlines()[1] == first.splitlines()[1].replace("wrote", "found")


@posix
def test_a_terminal_shows_how_far_it_is_and_how_long_it_takes_on(tmp_path: Path) -> None:
    shown = ESCAPE.sub("", on_terminal(f"export '{LARGE}' -o {tmp_path}/net.onnx --external", 80))
    said = shown.split("\r")
    assert all(len(line) < 80 for line in said[:-1])
    assert any("% of 694.1 MiB" in line and line.rstrip().endswith("left") and "/s, " in line for line in said)
    assert said[-1].startswith("wrote ")
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("external", [False, True])
def test_progress_reaches_the_whole(external: bool, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    archcalc.parse(NET).export(
        tmp_path / "net.onnx", external=external, progress=lambda done, total: heard.append((done, total))
    )
    assert heard[-1] == (4 * 35_133, 4 * 35_133)
    assert heard == sorted(heard)


def test_progress_of_a_search_for_nothing_is_taken_back(tmp_path: Path) -> None:
    net = archcalc.parse(NET)
    data = tmp_path / str(net.export(tmp_path / "net.onnx", external=True).data)
    damaged = bytearray(data.read_bytes())
    damaged[-1] ^= 255
    data.write_bytes(damaged)
    heard: list[int] = []
    net.export(tmp_path / "net.onnx", external=True, progress=lambda done, total: heard.append(done))
    assert heard.count(4 * 35_133) == 1
    assert heard.index(0) > 5


def test_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that was for nothing comes back to the beginning, where no speed is known."""
    from archcalc.cli import export as command  # noqa: PLC0415 - the library's export is imported above

    moments = iter([0, 0.05, 0.2, 2, 10])
    monkeypatch.setattr(command, "monotonic", lambda: next(moments))
    heard: list[str] = []
    progress = command._progress(heard.append)
    for done in (10, 200, 0, 1000):
        progress(done * 2**20, 8000 * 2**20)
    assert heard == ["2 % of 7.8 GiB", "0 % of 7.8 GiB", "12 % of 7.8 GiB, 100.0 MiB/s, 1 min 10 s left"]


def test_layout_of_nothing() -> None:
    assert datafile.layout({}) == {}
