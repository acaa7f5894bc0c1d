"""Models that want to crash, hang, fill the memory or have something evaluated: one clear answer each, in time."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import onnx
import pytest

from archcalc import ArchcalcError
from archcalc.analysis.table import tabulate
from archcalc.hints import KEY
from archcalc.load import read_model

from .commands import environment
from .protobuf import (
    X,
    Y,
    attribute,
    chain,
    function,
    graph,
    integers,
    model,
    node,
    outside,
    part,
    tensor,
    value,
    varint,
    whole,
)  # fmt: skip

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits and memory are told otherwise")

SECONDS, MEGABYTES = 5, 500
"""Of processor time and of memory, for every model."""

CHILD = """
import json, resource, sys, time
import archcalc
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event in WATCHED else None)
WATCHED = ("open", "socket.connect", "subprocess.Popen", "os.system", "exec")
for line in sys.stdin:
    path, start = json.loads(line), time.process_time()
    archcalc.parse("INPUT 8x8x3 -> CONV 4 3x3 -> BN -> RELU -> GAP -> FC 10 -> SOFTMAX").as_dict()
    opened.clear()
    try:
        net = archcalc.load(path)
        net.table().as_dict()
        said = ["", "", [net.totals.params, net.totals.macs, len(net.table().uncounted)]]
    except archcalc.ArchcalcError as error:
        said = [error.diagnostics[0].code, str(error), []]
    except BaseException as error:
        said = ["crash", repr(error)[:300], []]
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
    touched = [name for name in opened if not name.endswith((".py", ".pyc", "/status")) and "<" not in name]
    print(json.dumps([*said, touched, time.process_time() - start, int(peak) / 1024]), flush=True)
"""


class Answer(NamedTuple):
    """What a model got: the first code ("" if it is read), the text, parameters, multiply-adds and layers not counted,
    the files that were opened, and what it took."""

    code: str
    text: str
    counts: list[int]
    opened: list[str]
    seconds: float
    megabytes: float


@pytest.fixture(scope="module")
def ask() -> Iterator[Callable[[Path], Answer]]:
    """Gives a file to a process with little memory; after a crash a fresh one takes over."""
    children: list[subprocess.Popen[str]] = []

    def answer(path: Path) -> Answer:
        if not children or children[-1].poll() is not None:
            children.append(
                subprocess.Popen(
                    [sys.executable, "-c", CHILD],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    text=True,
                    env=environment(),
                )
            )
        child = children[-1]
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(str(path)) + "\n")
        child.stdin.flush()
        line = child.stdout.readline()
        return Answer(*json.loads(line)) if line else Answer("crash", "the process died", [], [], 0, 0)

    yield answer
    for child in children:
        child.kill()
        child.communicate()


def relus(count: int, start: str = "x", end: str = "y") -> list[bytes]:
    names = [start, *(f"v{index}" for index in range(1, count)), end]
    return [node("Relu", [a], [b]) for a, b in pairwise(names)]


def doubling(count: int) -> bytes:
    """Functions that call the one before twice: 1.9 kB of them come to 2^30 nodes."""
    functions = [function("f0", [node("Relu", ["x"], ["y"])])]
    for index in range(1, count + 1):
        twice = [node(f"f{index - 1}", [a], [b], domain="f") for a, b in (("x", "a"), ("a", "y"))]
        functions.append(function(f"f{index}", twice))
    return model(graph([node(f"f{count}", ["x"], ["y"], domain="f")], [X], [Y]), functions)


def chained(count: int) -> bytes:
    """Functions that call the one before: 148 kB of them crash onnxruntime."""
    inner = [function(f"f{i}", [node(f"f{i - 1}", ["x"], ["y"], domain="f")]) for i in range(1, count)]
    functions = [function("f0", [node("Relu", ["x"], ["y"])]), *inner]
    return model(graph([node(f"f{count - 1}", ["x"], ["y"], domain="f")], [X], [Y]), functions)


def circle_of_functions() -> bytes:
    functions = [
        function("g", [node("h", ["x"], ["y"], domain="f")]), function("h", [node("g", ["x"], ["y"], domain="f")])
    ]  # fmt: skip
    return model(graph([node("g", ["x"], ["y"], domain="f")], [X], [Y]), functions)


def nested(depth: int) -> bytes:
    """Branches in branches."""
    inner = graph([node("Relu", ["x"], ["y"])], [], [Y])
    leaf = inner
    for _ in range(depth):
        branches = attribute("then_branch", inner, 5) + attribute("else_branch", leaf, 5)
        inner = graph([node("If", ["c"], ["y"], branches)], [], [Y])
    return model(inner + graph([], [X, value("c", [], 9)]))


def nested_types(depth: int) -> bytes:
    kind = part(1, whole(1, 1))
    for _ in range(depth):
        kind = part(4, part(1, kind))
    return model(graph(relus(1), [part(1, "x") + part(2, kind)], [Y]))


def powers(count: int) -> bytes:
    """A number that is squared again and again, and then a shape."""
    squares = [node("Mul", [f"s{i}", f"s{i}"], [f"s{i + 1}"]) for i in range(count)]
    return chain(*squares, node("Reshape", ["x", f"s{count}"], ["y"]), tensors=[integers("s0", [3, 3])])


def tiles(count: int) -> bytes:
    names = ["x", *(f"t{i}" for i in range(1, count)), "y"]
    nodes = [node("Tile", [a, "s"], [b]) for a, b in pairwise(names)]
    return chain(*nodes, tensors=[integers("s", [2**20] * 4)])


def looped(trips: int) -> bytes:
    body = graph(
        [node("Conv", ["b", "w"], ["c"], attribute("pads", [1, 1, 1, 1]))],
        [value("i", [], 7), value("k", [], 9), value("b", None)], [value("k", [], 9), value("c", None)],
    )  # fmt: skip
    return chain(
        node("Loop", ["m", "", "x"], ["y"], attribute("body", body, 5)),
        tensors=[integers("m", [trips], []), tensor("w", [3, 3, 3, 3])],
    )


def growing() -> bytes:
    """Volumes of free sizes, doubled 200 times."""
    names = ["x", *(f"v{i}" for i in range(1, 200)), "y"]
    nodes = [node("Concat", [a, a], [b], attribute("axis", 2)) for a, b in pairwise(names)]
    return chain(*nodes, shape=["N", 3, "H", "W"])


NAMES = [
    "__import__('os').system('touch pwned')",
    "exec(open('x').read())",
    "lambda: 0",
    "(1).__class__",
    "\x1b[2J",
    "",
]

FINE = ""
CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "functions that double 30 times": (lambda: doubling(30), "E504"),
    "functions that double 3000 times": (lambda: doubling(3000), "E661"),
    "148 kB of chained functions": (lambda: chained(3500), "E661"),
    "functions in a circle": (circle_of_functions, "E667"),
    "branches ten deep": (lambda: nested(10), FINE),
    "branches 200 deep": (lambda: nested(200), "E661"),
    "types 3000 deep": (lambda: nested_types(3000), "E661"),
    "nodes in a circle": (lambda: chain(node("Relu", ["a"], ["b"]), node("Add", ["b", "x"], ["a"])), "E664"),
    "a node that reads itself": (lambda: chain(node("Relu", ["y"], ["y"])), "E664"),
    "an input that nothing gives": (lambda: chain(node("Relu", ["nowhere"], ["y"])), "E664"),
    "a missing input": (lambda: chain(node("Conv", ["x"], ["y"])), "E665"),
    "two nodes that give one value": (lambda: chain(*relus(1), node("Tanh", ["x"], ["y"])), "E664"),
    "sizes whose product has 4,000 digits": (lambda: chain(*relus(1), shape=["N", *[2**62] * 60]), "E315"),
    "a weight of 10^50 numbers": (
        lambda: chain(node("Conv", ["x", "w"], ["y"]), tensors=[tensor("w", [2**62, 3, 2**40, 2**62])]), "E665"),
    "a tile of tiles": (lambda: tiles(50), "E315"),
    "a number squared 60 times": (lambda: powers(60), FINE),
    "a shape of 2^62 by 2^62": (
        lambda: chain(node("Reshape", ["x", "s"], ["y"]), tensors=[integers("s", [0, -1, 2**62, 2**62])]), "E665"),
    "a tensor with a negative size": (
        lambda: chain(node("Conv", ["x", "w"], ["y"]), tensors=[tensor("w", [4, 3, -1, 1])]), "E660"),
    "an input with a negative size": (lambda: chain(*relus(1), shape=[1, -5, 8]), FINE),
    "sizes that are programs": (lambda: chain(*relus(1), shape=["N", *NAMES]), FINE),
    "60 free sizes": (lambda: chain(*relus(1), shape=["N", *(f"s{i}" for i in range(60))]), FINE),
    "formulas that double 200 times": (growing, FINE),
    "a loop of 2^62 rounds": (lambda: looped(2**62), FINE),
    "7,000 axes": (
        lambda: chain(node("Unsqueeze", ["x", "s"], ["y"]), tensors=[integers("s", list(range(7000)))]), "E315"),
    "2 million sizes of a tensor": (lambda: model(part(5, whole(1, 1) * 2_000_000)), "E661"),
    "250,000 nodes": (lambda: model(part(1, node("Relu", ["x"], ["y"])) * 250_000), "E661"),
    "20,000 nodes": (lambda: chain(*relus(20_000)), FINE),
    "150,000 nodes": (lambda: chain(*relus(150_000)), "E504"),
    "a million inputs of one node": (lambda: model(part(1, part(1, "x") * 1_000_000)), "E661"),
    "a formula of 400 kB": (lambda: chain(
        node("Einsum", ["x"], ["y"], attribute("equation", "...->" * 80_000))), "E315"),
    "10^9 parts": (lambda: chain(node("Split", ["x"], ["y"], attribute("num_outputs", 10**9)), ), "E665"),
    "a stride of 0": (lambda: chain(node("MaxPool", ["x"], ["y"],
        attribute("kernel_shape", [2, 2]) + attribute("strides", [0, 0]))), "E665"),
    "pads of 2^50": (lambda: chain(node("MaxPool", ["x"], ["y"],
        attribute("kernel_shape", [2, 2]) + attribute("pads", [2**50] * 4))), "E315"),
    "an attribute of another kind": (lambda: chain(
        node("Concat", ["x", "x"], ["y"], attribute("axis", "one"))), "E665"),
    "a length of 2 GiB": (lambda: varint(7 << 3 | 2) + varint(2**31) + b"abc", "E660"),
    "a length of 2^63": (lambda: varint(7 << 3 | 2) + varint(2**63) + b"abc", "E660"),
    "a number of eleven bytes": (lambda: b"\x08" + b"\xff" * 11, "E660"),
    "a number that is cut": (lambda: b"\x08\xff", "E660"),
    "a text where a number belongs": (lambda: part(7, part(1, part(5, part(20, "x")))), "E660"),
    "a group, which ONNX has not": (lambda: b"\x0b", "E660"),
    "field 0": (lambda: b"\x00" * 100, "E660"),
    "nothing": (lambda: b"", "E660"),
    "a text": (lambda: b"INPUT 3x3 -> CONV 4 3", "E660"),
    "an empty graph": (lambda: model(b""), "E664"),
}  # fmt: skip


NOTES = {
    "a billion layers in one": '[["input","INPUT 5x5",[]],["y","LSTM 5 layers=1000000000",[0]]]',
    "scales for 10^12 channels": '[["input","INPUT 1x1000000000000",[]],["y","BN noaffine",[0]]]',
    "positions in a list of 10^12": '[["input","INPUT 1000000000000x1",[]],["y","UP 2",[0]]]',
    "patches of patches": '[["input","INPUT 400x400x1",[]],["y","UNFOLD 400x400",[0]]]',
    "a table of 10^10": '[["input","INPUT 300000x1",[]],["y","AAP 200000",[0]]]',
    "brackets": "[" * 100_000,
    "many layers": json.dumps([["input", "INPUT 9", []], *([f"y{i}", f"FC {i}", [0]] for i in range(1, 100_000))]),
}
"""What a file may say of the layers that it claims to be the export of."""


@pytest.mark.parametrize("name", NOTES)
def test_notes_of_layers_cost_nothing(name: str, ask: Callable[[Path], Answer], tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    note = f'{{"name":"n","layers":{NOTES[name]},"outputs":[1]}}'
    file.write_bytes(chain(*relus(2)) + part(14, part(1, KEY) + part(2, note)))
    answer = ask(file)
    assert (answer.code, answer.counts) == ("", [0, 0, 0]), answer.text
    assert answer.seconds < SECONDS
    assert answer.megabytes < MEGABYTES


@pytest.mark.parametrize("name", CASES)
def test_one_answer_in_time(name: str, ask: Callable[[Path], Answer], tmp_path: Path) -> None:
    make, code = CASES[name]
    file = tmp_path / "model.onnx"
    file.write_bytes(make())
    answer = ask(file)
    assert answer.code == code, answer.text
    assert answer.seconds < SECONDS
    assert answer.megabytes < MEGABYTES
    assert all(name == str(file) for name in answer.opened)


def test_nothing_is_evaluated(ask: Callable[[Path], Answer], tmp_path: Path) -> None:
    """Names of sizes become symbols by their letters alone; nothing but the file is opened or started."""
    file = tmp_path / "model.onnx"
    file.write_bytes(chain(*relus(1), shape=["N", *NAMES]))
    assert ask(file).code == ""
    assert list(tmp_path.iterdir()) == [file]
    names = read_model(str(file)).free
    assert all(name.replace("_", "A").isalnum() and name[0].isalpha() for name in names)


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/passwd", "a/../../secret.bin", "link.bin", "weights.bin"])
def test_external_data_is_never_opened(location: str, ask: Callable[[Path], Answer], tmp_path: Path) -> None:
    """Not even where it is in the folder: counting needs no weights, and their file need not exist."""
    folder = tmp_path / "models"
    folder.mkdir()
    (tmp_path / "secret.bin").write_bytes(b"\0" * 4096)
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    file = folder / "model.onnx"
    file.write_bytes(chain(node("Conv", ["x", "w"], ["y"]), tensors=[outside("w", [4, 3, 3, 3], location)]))
    answer = ask(file)
    assert answer.counts == [108, 6 * 6 * 108, 0]
    assert answer.opened == [str(file)]


def test_a_pipe_and_a_folder_are_no_models(ask: Callable[[Path], Answer], tmp_path: Path) -> None:
    folder = tmp_path / "folder.onnx"
    folder.mkdir()
    assert ask(folder).code == "E602"


# Mutated and truncated files

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"


def seeds() -> list[bytes]:
    """Models to start from: real ones, small ones of many operators, and those above."""
    light = [DATA / "light" / f"light_{name}.onnx" for name in ("bvlc_alexnet", "squeezenet", "vgg19")]
    small = sorted(DATA.glob("pytorch-*/*/model.onnx"))
    made = [make() for make, code in CASES.values() if code == FINE]
    return [path.read_bytes() for path in (*light, *small)] + [data for data in made if len(data) < 20_000]


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, taken out, doubled or moved, or the end cut off."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        place = chance.randrange(len(changed) + 1)
        length = chance.choice((1, 1, 1, 2, 8))
        kind = chance.randrange(6)
        if kind == 0:
            changed[place : place + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            del changed[place : place + length]
        elif kind == 2:
            changed[place:place] = changed[place : place + length]
        elif kind == 3:
            changed[place:place] = chance.randbytes(length)
        elif kind == 4 and place < len(changed):
            changed[place] ^= 1 << chance.randrange(8)
        else:
            other = chance.randrange(len(changed) + 1)
            changed[place : place + length] = changed[other : other + length]
    return bytes(changed[: chance.randrange(len(changed) + 1)] if chance.random() < 0.2 else changed)


def outcome(path: Path) -> str:
    """The code of the first diagnostic, or nothing: everything else is a crash of ours."""
    try:
        tabulate(read_model(str(path))).as_dict()
    except ArchcalcError as error:
        return error.diagnostics[0].code
    return ""


def hanging(number: int, frame: Any) -> None:
    raise TimeoutError


def fuzz(count: int, seed: int, path: Path) -> dict[str, int]:
    chance, models = random.Random(seed), seeds()
    found: dict[str, int] = {}
    before = signal.signal(signal.SIGVTALRM, hanging)
    try:
        for _ in range(count):
            path.write_bytes(mutated(chance.choice(models), chance))
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            code = outcome(path)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            found[code] = found.get(code, 0) + 1
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return found


def test_mutated_and_truncated(tmp_path: Path) -> None:
    found = fuzz(500, 1, tmp_path / "model.onnx")
    assert sum(found.values()) == 500
    # most mutations hit something that matters
    assert 50 < found[""] < 450
    assert found["E660"] > 50


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 42))
def test_mutated_and_truncated_at_length(seed: int, tmp_path: Path) -> None:
    """20,000 in all."""
    assert sum(fuzz(500, seed, tmp_path / "model.onnx").values()) == 500
