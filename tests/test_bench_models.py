"""bench of models that other software wrote: a process of its own times them, here their kernels find their layers."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any

import onnx
import pytest

import archcalc
from archcalc import SpecError, UsageError
from archcalc.backends import foreignbench
from archcalc.backends.bench import Bench
from archcalc.backends.foreign import Foreign
from archcalc.cli.entry import main

from .protobuf import attribute, chain, function, graph, integers, model, node, part, tensor, value

pytest.importorskip("onnxruntime")

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
PRODUCTS = ("Conv", "Gemm", "MatMul")


def bench(file: Path, **options: Any) -> Bench:
    return archcalc.load(str(file)).bench(**{"repeat": 2, "threads": 1, **options})


def check_all_there(file: Path, measured: Bench) -> None:
    """Every layer in one line, all work with a kernel that computes such work."""
    net = archcalc.load(str(file))
    assert sorted(name for row in measured.rows for name in row.layers) == sorted(row.name for row in net.table().rows)
    assert measured.macs == measured.batch * net.totals.macs
    for row in measured.rows:
        assert not row.macs or any(one in kernel for kernel in row.kernels for one in PRODUCTS), row


@pytest.mark.parametrize(
    "name",
    [
        "squeezenet",
        pytest.param("resnet50", marks=pytest.mark.slow), pytest.param("densenet121", marks=pytest.mark.slow),
        pytest.param("shufflenet", marks=pytest.mark.slow), pytest.param("bvlc_alexnet", marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_all_work_finds_its_kernels(name: str) -> None:
    file = LIGHT / f"light_{name}.onnx"
    measured = bench(file)
    check_all_there(file, measured)
    assert (measured.device, measured.threads, measured.batch, len(measured.seconds)) == ("cpu", 1, 1, 2)
    starts = [event.kernel.start for event in measured.events]
    assert starts == sorted(starts)


def test_resnet_is_fused_as_residual_networks_are() -> None:
    """Convolution, normalisation, sum and activation share a kernel: 53 convolutions, 2 pools, and the classifier."""
    measured = bench(LIGHT / "light_resnet50.onnx", repeat=1)
    words = {row.name: row.node.op.word for row in archcalc.load(str(LIGHT / "light_resnet50.onnx")).table().rows}
    found = Counter(" ".join(words[name] for name in row.layers) for row in measured.rows)
    assert found["CONV BN RELU"] == 33
    assert found["CONV BN ADD RELU"] == 16
    assert found["CONV BN"] == 4
    assert measured.macs == 4_089_184_256


@pytest.mark.parametrize("spec", ["lenet5", "torchvision/mobilenet_v3_small"])
def test_an_export_is_told_as_its_spec(spec: str, tmp_path: Path) -> None:
    file = tmp_path / "net.onnx"
    net = archcalc.load(spec)
    net.export(file)
    ours, theirs = net.bench(repeat=1, threads=1, batch=2), bench(file, repeat=1, batch=2)
    told = [[(row.layers, row.kernels, row.macs, row.bytes) for row in one.rows] for one in (ours, theirs)]
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "spec",
    [
        "INPUT 12x32 -> ADD [LN -> ATTN 4, ID] -> ADD [LN -> LINEAR 64 -> GELU -> LINEAR 32, ID]",
        "INPUT 16x16x8 -> BN -> MUL [ID, GAP -> CONV 4 1x1 -> SILU -> CONV 8 1x1 -> SIGMOID]",
    ],
)
def test_nodes_need_no_names(spec: str, tmp_path: Path) -> None:
    """Without them the runtime numbers the nodes, and the lines are the same."""
    file = tmp_path / "net.onnx"
    archcalc.parse(spec).export(file)
    written = onnx.load(file)
    del written.metadata_props[:]  # not an export of ours any more
    found = []
    for named in (True, False):
        for one in written.graph.node:
            one.name = one.name if named else ""
        onnx.save(written, file)
        measured = bench(file, repeat=1, batch=2)
        check_all_there(file, measured)
        found.append([(row.layers, row.kernels) for row in measured.rows])
    assert found[0] == found[1]


WEIGHT = tensor("w", [3, 3, 1, 1], 1, b"".join(b"\x25" + b"\0\0\x80\x3f" for _ in range(9)))


def written(path: Path, data: bytes) -> Path:
    file = path / "model.onnx"
    file.write_bytes(data)
    return file


def test_the_work_of_a_function_is_that_of_its_call(tmp_path: Path) -> None:
    body = [node("Conv", ["x", "v"], ["a"]), node("Relu", ["a"], ["y"])]
    calls = [node("F", [source, "w"], [made], domain="f") for source, made in (("x", "a"), ("a", "y"))]
    whole = graph(calls, [value("x", [1, 3, 8, 8])], [value("y", [1, 3, 8, 8])], [WEIGHT])
    file = written(tmp_path, model(whole, [function("F", body, ("x", "v"))]))
    measured = bench(file)
    check_all_there(file, measured)
    assert [row.macs for row in measured.rows if row.macs] == [576, 576]


def test_what_runs_within_a_loop_is_told_once(tmp_path: Path) -> None:
    """Its kernels run while the loop's own does: their time is in its time."""
    inner = part(2, "body") + graph(
        [node("Conv", ["h", "w"], ["g"], name="inner"), node("Identity", ["c"], ["d"])],
        [value("i", [], 7), value("c", [], 9), value("h", [1, 3, 8, 8])],
        [value("d", [], 9), value("g", [1, 3, 8, 8])],
    )  # fmt: skip
    loop = node("Loop", ["n", "", "x"], ["y"], attribute("body", inner, 5), name="loop")
    file = written(
        tmp_path,
        model(graph([loop], [value("x", [1, 3, 8, 8])], [value("y", [1, 3, 8, 8])], [WEIGHT, integers("n", [5], [])])),
    )
    measured = bench(file)
    assert [event.kernel.op_type for event in measured.events] == ["Loop", "Loop"]
    assert measured.macs == 5 * 576


RELU = node("Relu", ["x"], ["y"])


@pytest.mark.parametrize(
    ("shape", "asked", "told"),
    [(("N", 3, 8, 8), 4, 4), ((1, 3, 8, 8), 1, 1), ((6, 3, 8, 8), 1, 6), ((6, 3, 8, 8), 6, 6), ((6, 3, 8, 8), 4, None)],
)
def test_the_batch_is_the_one_that_runs(shape: Any, asked: int, told: int | None, tmp_path: Path) -> None:
    file = written(tmp_path, chain(node("Conv", ["x", "w"], ["y"]), tensors=[WEIGHT], shape=shape))
    if told is None:
        with pytest.raises(UsageError, match="E612 the model's batch is 6"):
            bench(file, batch=asked)
        with pytest.raises(UsageError, match="E612"):
            archcalc.load(str(file)).run(batch=asked)
        return
    measured = bench(file, batch=asked)
    assert (measured.batch, measured.macs) == (told, told * 576)


def test_the_command_tells_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, trace = written(tmp_path, chain(RELU)), tmp_path / "trace.json"
    assert main(["bench", str(file), "--repeat", "1", "--batch", "2", "--chrome-trace", str(trace)]) == 0
    assert "1 run after 3 to warm up, batch 2, the CPU" in capsys.readouterr().out
    assert '"Relu"' in trace.read_text()


@pytest.mark.parametrize("command", ["run", "bench", "verify"])
def test_cuda_is_never_the_cpu(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runtime = pytest.importorskip("onnxruntime")
    if "CUDAExecutionProvider" in runtime.get_available_providers():
        pytest.skip("CUDA is there")
    assert main([command, str(written(tmp_path, chain(RELU))), "--device", "cuda"]) == 4
    assert "E702" in capsys.readouterr().err


def test_a_crash_is_a_diagnostic_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.Popen

    def crashing(command: list[str], **options: Any) -> Any:
        return real([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"], **options)

    file, room = written(tmp_path, chain(RELU)), tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    bench(file)
    monkeypatch.setattr(subprocess, "Popen", crashing)
    with pytest.raises(SpecError, match=r"E672 onnxruntime crashed[^\0]*signal 11"):
        bench(file)
    assert not list(room.iterdir())


@pytest.mark.parametrize("command", ["run", "bench", "verify"])
def test_memory_is_asked_for_before(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A terabyte, in eight bytes a number and without."""
    file = written(tmp_path, chain(RELU, shape=[1, 2**10, 2**14, 2**14]))
    assert main([command, str(file)]) == 5
    assert "E507" in capsys.readouterr().err


def test_the_trace_is_no_file_of_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path, chain(RELU))
    for target, code in ((file, "E620"), (tmp_path, "E606"), (tmp_path / "no" / "trace.json", "E606")):
        assert main(["bench", str(file), "--repeat", "1", "--chrome-trace", str(target)]) > 1
        assert code in capsys.readouterr().err
    assert file.read_bytes() == chain(RELU)


def ticks(times: int, seconds: float) -> Iterator[None]:
    """So many looks, with a pause after each."""
    for _ in range(times):
        yield
        sleep(seconds)


def is_running(process: str) -> bool:
    """Whether it is there, and not only waiting to be buried."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_nothing_runs_on_when_the_command_is_killed(tmp_path: Path) -> None:
    inner = part(2, "body") + graph(
        [node("Relu", ["h"], ["g"]), node("Identity", ["c"], ["d"])],
        [value("i", [], 7), value("c", [], 9), value("h", [1, 3, 8, 8])],
        [value("d", [], 9), value("g", [1, 3, 8, 8])],
    )  # fmt: skip
    loop = node("Loop", ["n", "", "x"], ["y"], attribute("body", inner, 5))
    ends = [value("x", [1, 3, 8, 8])], [value("y", [1, 3, 8, 8])]
    file = written(tmp_path, model(graph([loop], *ends, [integers("n", [2**62], [])])))
    program = f"import archcalc; archcalc.load({str(file)!r}).run()"
    command = subprocess.Popen([sys.executable, "-c", program], cwd=Path(archcalc.__file__).parent.parent)
    children = Path(f"/proc/{command.pid}/task/{command.pid}/children")
    try:
        child = next(found for _ in ticks(200, 0.05) if (found := children.read_text().split()))
        sleep(1)
    finally:
        command.kill()
        command.wait()
    assert any(not is_running(child[0]) for _ in ticks(60, 0.1))


KERNEL = ["y", "Relu", "CPUExecutionProvider", 1, 2, 0, 64, 64]


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"seconds": 1},
        {"seconds": [0.1, float("nan")]},
        {"seconds": [0.1, -1.0]},
        {"seconds": [0.1] * 3},
        {"device": "a toaster"},
        {"passes": []},
        {"passes": [[0, 9, [KERNEL]]]},
        {"passes": [[0, 9, [[*KERNEL[:3], 1, 2, 0, 64]]]] * 2},
        {"passes": [[0, 9, [[["y"], *KERNEL[1:]]]]] * 2},
        {"passes": [[0, 9, [[*KERNEL[:3], 1, -2, 0, 64, 64]]]] * 2},
        {"passes": [[0, 9, [[*KERNEL[:3], 1, 2**70, 0, 64, 64]]]] * 2},
        {"passes": [[0, 9, [[*KERNEL[:3], "1", 2, 0, 64, 64]]]] * 2},
    ],
)
def test_what_comes_back_is_not_believed(said: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, chain(RELU))
    right = {"device": "cpu", "seconds": [0.1, 0.2], "passes": [[0, 9, [KERNEL]]] * 2}
    monkeypatch.setattr(Foreign, "ask", lambda *_, **__: (right, {}))
    assert [row.kernels for row in bench(file).rows] == [("Relu",)]
    monkeypatch.setattr(Foreign, "ask", lambda *_, **__: ({**right, **said} if said else {}, {}))
    with pytest.raises(SpecError, match="E672"):
        bench(file)


def test_names_without_end_take_no_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, chain(RELU))
    long = ["_" * 1_000_000, *KERNEL[1:]]
    right = {"device": "cpu", "seconds": [0.1, 0.2], "passes": [[0, 9, [long]]] * 2}
    monkeypatch.setattr(Foreign, "ask", lambda *_, **__: (right, {}))
    assert len(bench(file).events[0].kernel.name) == foreignbench.LONGEST
