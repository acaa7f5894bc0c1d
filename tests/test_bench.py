"""bench: kernels find their layers, predicted work is all there, CUDA is bound as it should be."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import archcalc
from archcalc.analysis.traffic import together, traffic
from archcalc.backends import binding, session
from archcalc.backends.bench import Bench, Timed
from archcalc.backends.export import Prepared
from archcalc.backends.fusion import Fusion, Nodes
from archcalc.backends.lower import lower
from archcalc.backends.profile import Kernel
from archcalc.cli.entry import main
from archcalc.report.bench import report
from archcalc.report.bench import together as named_together

HEAVY = {"Conv", "FusedConv", "Gemm", "FusedGemm", "MatMul", "FusedMatMul", "ConvTranspose", "LSTM", "GRU", "Einsum"}

SPECS = {
    "conv, bn and relu": "INPUT 16x16x8 -> CONV 8 3x3 p1 nobias -> BN -> RELU -> CONV 8 3x3 p1 -> GAP -> FC 3",
    "residual": "INPUT 16x16x8 -> CONV 8 3x3 p1 -> RELU -> ADD [CONV 8 3x3 p1 nobias -> BN, ID] -> RELU -> POOL 2 s2",
    "squeeze and excite": "INPUT 8x8x16 -> BN -> MUL [ID, GAP -> CONV 4 1x1 -> RELU -> CONV 16 1x1 -> SIGMOID]",
    "transformer": "INPUT 12x32 -> ADD [LN -> ATTN 4, ID] -> ADD [LN -> LINEAR 64 -> GELU -> LINEAR 32, ID] -> LN",
    "recurrent": "INPUT 12x8 -> LSTM 16 -> FC 3 -> SOFTMAX",
}


def named(name: str, op_type: str = "Conv", start: int = 0) -> Kernel:
    return Kernel(name, op_type, "CPUExecutionProvider", start, 10, 0, 0, 0)


def nodes(spec: str) -> Nodes:
    return Nodes.of(lower(archcalc.parse(spec).graph, 1).nodes)


CONV = "INPUT 8x8x4 -> CONV 4 3x3 p1 nobias -> BN -> RELU -> POOL 2 s2 -> FC 2"
POST = "INPUT 6x8 -> u: LINEAR 16 -> GELU -> d: LINEAR 8 -> LN -> RELU"


@pytest.mark.parametrize(
    ("spec", "kernels", "groups"),
    [
        (CONV, [("conv1", "Conv"), ("bn1", "BatchNormalization"), ("relu1", "Relu"), ("pool1", "MaxPool"),
                ("fc1", "Gemm")], ["conv1", "bn1", "relu1", "pool1", "fc1"]),
        (CONV, [("bn1", "Conv"), ("relu1", "Relu"), ("pool1", "MaxPool"), ("fc1", "Gemm")],
         ["conv1 bn1", "relu1", "pool1", "fc1"]),
        (CONV, [("relu1_nchwc", "Conv"), ("pool1_nchwc", "MaxPool"), ("ReorderOutput_token_3", "ReorderOutput"),
                ("fc1", "Gemm")], ["conv1 bn1 relu1", "pool1", "fc1"]),
        (CONV, [("bn1_nchwc", "Conv"), ("pool1_nchwc", "MaxPool"), ("ReorderOutput", "ReorderOutput"), ("fc1", "Gemm")],
         ["conv1 bn1 relu1", "pool1", "fc1"]),
        (POST, [("u/product", "MatMul"), ("BiasGelu_token_7", "BiasGelu"), ("d/product", "MatMul"), ("d", "Add"),
                ("ln1", "LayerNormalization"), ("relu1", "Relu")], ["u gelu1", "d", "ln1", "relu1"]),
        (POST, [("u/product", "MatMul"), ("BiasGelu", "BiasGelu"), ("d/product", "MatMul"),
                ("SkipLayerNormalization", "SkipLayerNormalization"), ("relu1", "Relu")],
         ["u gelu1", "d ln1", "relu1"]),
    ],
)  # fmt: skip
def test_kernels_find_their_layers(spec: str, kernels: list[tuple[str, str]], groups: list[str]) -> None:
    fusion = Fusion(nodes(spec), [named(name, op_type, start) for start, (name, op_type) in enumerate(kernels)])
    names = [row.name for row in archcalc.parse(spec).table().rows]
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(fusion.group(name), []).append(name)
    assert [" ".join(layers) for layers in found.values()] == groups
    assert {fusion.layers(name) for name, _ in kernels} - {None} == set(found)


def bench(net: archcalc.Network, **options: Any) -> Bench:
    return net.bench(**{"repeat": 2, "threads": 1, **options})


@pytest.mark.parametrize("spec", [*SPECS.values(), "lenet5", "torchvision/mobilenet_v3_small", "lstm-tagger"])
@pytest.mark.parametrize(("batch", "dtype"), [(1, "float32"), (3, "float32"), (2, "float16")])
def test_every_layer_and_all_work_is_in_one_line(spec: str, batch: int, dtype: str) -> None:
    net = archcalc.parse(spec) if "INPUT" in spec else archcalc.load(spec)
    measured = bench(net, batch=batch, dtype=dtype)
    assert sorted(name for row in measured.rows for name in row.layers) == sorted(row.name for row in net.table().rows)
    assert measured.macs == batch * net.totals.macs
    for row in measured.rows:
        assert bool(row.macs) <= bool(HEAVY & set(row.kernels)), row
        assert len(row.seconds) == 2


def test_runs_to_warm_up_do_not_count() -> None:
    measured = bench(archcalc.parse(CONV), repeat=4)
    assert len(measured.seconds) == 4
    assert {event.run for event in measured.events} == {0, 1, 2, 3}
    starts = [event.kernel.start for event in measured.events]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("layers", "batch", "numbers"),
    [
        # weights and both volumes: 3*3*4*4 + 2 * 8*8*4
        ("conv1", 1, 144 + 256 + 256),
        ("conv1", 2, 144 + 2 * (256 + 256)),
        # what is between them is not moved; BN's four vectors are
        ("conv1 bn1 relu1", 1, 144 + 16 + 256 + 256),
        ("relu1", 3, 3 * (256 + 256)),
        ("fc1", 1, 4 * 4 * 4 * 2 + 2 + 64 + 2),
    ],
)
def test_what_layers_move(layers: str, batch: int, numbers: int) -> None:
    found = traffic(archcalc.parse(CONV).table(), batch)
    chosen = [(row, moved) for row, moved in found if row.name in layers.split()]
    assert together(chosen, batch).moved == 4 * numbers


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        (["conv1"], "conv1"),
        (["layer1.0.conv1", "layer1.0.bn1", "layer1.0.1"], "layer1.0.conv1 + bn1 + 1"),
        (["a.0", "b.c.0"], "a.0 + b.c.0"),
        (["a", "a.b"], "a + a.b"),
        ([], "(moving volumes)"),
    ],
)
def test_layers_that_share_kernels_are_named_together(layers: list[str], said: str) -> None:
    assert named_together(layers) == said


class FakeBinding:
    """Writes down what is bound."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *given: self.said.append((name, *given))


class FakeSession:
    def __init__(self, providers: list[str]) -> None:
        self.providers, self.bound = providers, FakeBinding()
        self.ran: list[FakeBinding] = []

    def get_providers(self) -> list[str]:
        return self.providers

    def io_binding(self) -> FakeBinding:
        return self.bound

    def run_with_iobinding(self, bound: FakeBinding) -> None:
        self.ran.append(bound)


class FakeRuntime(SimpleNamespace):
    """A runtime with CUDA; `used` are the providers that its sessions end up with."""

    def __init__(self, used: list[str]) -> None:
        super().__init__(used=used, preloaded=0, given=None)
        self.OrtValue = SimpleNamespace(ortvalue_from_numpy=lambda array, *device: (array.shape, *device))

    def get_available_providers(self) -> list[str]:
        return ["CUDAExecutionProvider", "CPUExecutionProvider"]

    def preload_dlls(self) -> None:
        self.preloaded += 1

    def SessionOptions(self) -> Any:  # noqa: N802 - the runtime's name
        return SimpleNamespace(
            add_external_initializers=lambda names, values: None, add_session_config_entry=lambda *_: None
        )

    def InferenceSession(self, model: Any, options: Any, **given: Any) -> FakeSession:  # noqa: N802
        self.given = {**given, "options": options}
        return FakeSession(self.used)


CUDA, CPU = "CUDAExecutionProvider", "CPUExecutionProvider"


def test_cuda_is_asked_for_exactly_and_without_a_way_back(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeRuntime([CUDA, CPU])
    monkeypatch.setattr(session, "load_runtime", lambda: fake)
    _, used = session.open_session(Prepared(archcalc.parse(CONV).graph), "cuda", threads=3)
    assert used == "cuda"
    assert fake.preloaded == 1
    assert fake.given["providers"] == [(CUDA, {"use_tf32": "0"}), CPU]
    assert fake.given["enable_fallback"] == 0
    assert fake.given["options"].intra_op_num_threads == 3


@pytest.mark.parametrize("device", ["cuda", "auto"])
def test_only_auto_may_end_up_on_the_cpu(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "load_runtime", lambda: FakeRuntime([CPU]))
    if device == "auto":
        assert session.open_session(Prepared(archcalc.parse(CONV).graph), device)[1] == "cpu"
        return
    with pytest.raises(archcalc.MissingError, match="E703"):
        session.open_session(Prepared(archcalc.parse(CONV).graph), device)


def test_on_cuda_inputs_and_outputs_stay_on_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "load_runtime", lambda: FakeRuntime([CUDA]))
    fake = FakeSession([CUDA])
    bound = binding.Bound(fake, "cuda", {"input": np.zeros((2, 4, 8, 8))}, ["fc1"])
    assert bound.run() > 0
    assert bound.run() > 0
    assert fake.bound.said == [
        ("bind_ortvalue_input", "input", ((2, 4, 8, 8), "cuda", 0)), ("bind_output", "fc1", "cuda"),
        ("synchronize_outputs",), ("synchronize_outputs",),
    ]  # fmt: skip
    assert fake.ran == [fake.bound, fake.bound]


def test_the_command_tells_programs_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = tmp_path / "trace.json"
    words = ["bench", "lenet5", "--repeat", "2", "--batch", "2", "--json", "--chrome-trace", str(trace)]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["batch"], len(told["seconds"]["runs"]), told["device"]) == (2, 2, "cpu")
    assert told["macs"] == 2 * archcalc.load("lenet5").totals.macs
    assert sum(row["share"] for row in told["layers"]) == pytest.approx(1)
    events = [event for event in json.loads(trace.read_text())["traceEvents"] if event["ph"] == "X"]
    assert {event["args"]["run"] for event in events} == {0, 1}
    total = sum(event["dur"] for event in events) / 1e6
    assert total == pytest.approx(sum(sum(row["seconds"]["runs"]) for row in told["layers"]))


ROWS = tuple(
    Timed((f"{block}.conv", f"{block}.bn", f"{block}.relu"), ("Conv",), 147_456, 18_752, (5e-6,)) for block in "ab"
)
FUSED = Bench("cpu", 1, 1, 3, (1e-5,), ROWS, ())


@pytest.mark.parametrize(
    ("room", "said", "bandwidth"),
    [(None, "a.conv + bn + relu", True), (73, "a.conv + bn + relu", True), (72, "a.conv +2", True),
     (64, "a.conv +2", True), (63, "a.conv +2", False)],
)  # fmt: skip
def test_names_give_way_where_there_is_little_room(room: int | None, said: str, bandwidth: bool) -> None:
    """Not their middle: layers of many blocks would look the same."""
    lines = ["".join(text for text, _ in line).rstrip() for line in report("", FUSED, room)]
    assert any(line.startswith(f"{said} ") for line in lines)
    assert ("GB/s" in lines[2]) == bandwidth
    assert room is None or max(map(len, lines[:8])) <= room


def test_the_table_fits_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "lenet5", "--repeat", "1"]) == 0
    said = capsys.readouterr().out
    assert "whole runs  median" in said
    assert max(map(len, said.splitlines())) <= 100


def test_too_little_memory_is_told_before_anything_runs() -> None:
    with pytest.raises(archcalc.LimitError, match="E507"):
        bench(archcalc.parse("INPUT 1000000000x1000000000x3 -> CONV 8 3x3 p1"))


def test_a_bench_that_is_told_to_end_leaves_nothing(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "archcalc", "bench", "lenet5", "--repeat", "20000"]
    command = subprocess.Popen(words, env=os.environ | {"TMPDIR": str(tmp_path)})
    try:
        while not list(tmp_path.glob("archcalc-*/*")) and command.poll() is None:  # until the profiler writes
            sleep(0.01)
        command.send_signal(signal.SIGTERM)
        assert command.wait(30) == 143
    finally:
        command.kill()
    assert not list(tmp_path.iterdir())
