"""ONNX models that other software wrote: the networks that the onnx package ships, read without onnx."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import archcalc
from archcalc.reading import Reading
from archcalc.reading.model import walk
from archcalc.reading.proto import read_model
from archcalc.reading.wire import Wire

from .commands import environment
from .protobuf import graph, node, opset, part, tensor, value, varint, whole

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"

LIGHT = {
    # parameters and multiply-adds: of the published networks where there are such, else counted from the initializers
    "bvlc_alexnet": (60_965_224, 654_560_384, (1000,)),
    "densenet121": (None, 2_834_161_664, (1, 1, 1000)),
    "inception_v1": (6_998_552, 1_431_556_352, (1000,)),
    "inception_v2": (None, None, (1000,)),
    "resnet50": (25_557_032, 4_089_184_256, (1000,)),
    "shufflenet": (None, None, (1000,)),
    "squeezenet": (1_235_496, 349_151_936, (1, 1, 1000)),
    "vgg19": (143_667_240, 19_632_062_464, (1000,)),
    "zfnet512": (None, None, (1000,)),
}


@pytest.mark.parametrize("name", LIGHT)
def test_light(name: str) -> None:
    net = archcalc.load(str(DATA / "light" / f"light_{name}.onnx"))
    params, macs, output = LIGHT[name]
    assert net.table().uncounted == ()
    assert net.table().warnings == ()
    assert net.output == output
    assert params in (None, net.totals.params)
    assert macs in (None, net.totals.macs)


# Without weights, and quickly

LIGHT_FILE = DATA / "light" / "light_densenet121.onnx"


def test_counting_loads_no_library_of_onnx() -> None:
    program = f"import sys, archcalc; archcalc.load({str(LIGHT_FILE)!r}).as_dict(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    assert {"onnx", "onnxruntime", "numpy", "google.protobuf", "sympy", "rich"} & set(done.stdout.split()) == set()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files with holes")
def test_weights_of_gigabytes_are_not_read(tmp_path: Path) -> None:
    """1.9 GB of weights in the file itself, which protobuf can hold, in the memory that the nodes need."""
    rows = 475_000_000 // 100
    head = tensor("w", [100, rows]) + varint(9 << 3 | 2) + varint(4 * 100 * rows)
    ends = graph([node("MatMul", ["x", "w"], ["y"])], [value("x", ["N", 100])], [value("y", None)])
    body = ends + varint(5 << 3 | 2) + varint(len(head) + 4 * 100 * rows) + head
    start = whole(1, 8) + part(8, opset(17)) + varint(7 << 3 | 2) + varint(len(body) + 4 * 100 * rows) + body
    file = tmp_path / "large.onnx"
    with file.open("wb") as stream:
        stream.write(start)
        stream.truncate(len(start) + 4 * 100 * rows)  # a hole: no disk is used
    program = (
        "import resource, sys, archcalc\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (1 << 28, 1 << 28))\n"
        f"print(archcalc.load({str(file)!r}).totals.params)\n"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1]\n"
        "print(int(peak) // 1024)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    params, megabytes = map(int, done.stdout.split())
    assert params == 100 * rows
    assert megabytes < 100


# Shapes of outputs, against those that execution gave

Sizes = tuple[int, ...] | None


def compared(data: bytes, wanted: Sequence[Sizes]) -> str:
    """How the shapes of a model's outputs are: right, open (known only when it runs), or which are wrong."""
    model = read_model(Wire(data, "model"))
    _, scope = walk(model, "model", Reading())
    said = "right"
    for info, shape in zip(model.graph.outputs, wanted, strict=True):
        value = scope.find(info.name)
        found = None if value is None else value.shape
        if shape is None or found == shape:
            continue
        if found is not None and (
            len(found) != len(shape) or any(_differ(*pair) for pair in zip(found, shape, strict=True))
        ):
            return f"{info.name}: {found} for {shape}"
        said = "open"
    return said


def _differ(found: Any, wanted: int) -> bool:
    return isinstance(found, int) and found != wanted


def stored_cases(folder: str) -> Iterator[tuple[str, bytes, list[Sizes]]]:
    """Name, model and shapes of outputs of the models in a folder of onnx's data."""
    for case in sorted(path.parent for path in (DATA / folder).glob("*/model.onnx")):
        outputs = onnx.load(case / "model.onnx").graph.output
        files = [case / "test_data_set_0" / f"output_{index}.pb" for index in range(len(outputs))]
        tensors = [out.type.WhichOneof("value") == "tensor_type" for out in outputs]
        shapes = [_stored(file) if held and file.exists() else None for file, held in zip(files, tensors, strict=True)]
        yield case.name, (case / "model.onnx").read_bytes(), shapes


def _stored(file: Path) -> Sizes:
    proto = onnx.TensorProto()
    proto.ParseFromString(file.read_bytes())
    return tuple(proto.dims)


@pytest.mark.parametrize(
    ("folder", "least", "most_open"),
    [("pytorch-converted", 82, 0), ("pytorch-operator", 35, 0), ("simple", 23, 8)],
)
def test_output_shapes(folder: str, least: int, most_open: int) -> None:
    """Texts that are left after stop words, and what a sequence holds, are open until the model runs."""
    found = Counter(compared(data, shapes) for _, data, shapes in stored_cases(folder))
    assert found.keys() <= {"right", "open"}
    assert found["open"] <= most_open
    assert found.total() >= least


@pytest.mark.slow
def test_output_shapes_of_every_operator() -> None:
    """onnx's own cases, several for each operator of every opset; whole numbers that are fed are known."""
    from onnx.backend.test.case.node import collect_testcases  # noqa: PLC0415 - takes ten seconds

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cases = collect_testcases(None)
    found = Counter(compared(_with_integers(case), _outputs(case)) for case in cases)
    # how many numbers are kept, unique, not zero, selected; texts; ranges of fed real numbers; sizes of fed depths
    assert found.keys() == {"right", "open"}
    assert found["open"] <= 70
    assert found["right"] >= 1800


def _with_integers(case: Any) -> bytes:
    """A case's model, in which the small whole numbers that it is fed are stored."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    for info, array in zip(model.graph.input, case.data_sets[0][0], strict=False):
        if isinstance(array, np.ndarray) and array.dtype.kind in "iu" and array.size <= 64 and array.ndim < 2:
            model.graph.initializer.append(numpy_helper.from_array(array, info.name))
    return bytes(model.SerializeToString())


def _outputs(case: Any) -> list[Sizes]:
    """The shapes of what a case gives; None for sequences."""
    return [tuple(one.shape) if hasattr(one, "shape") else None for one in case.data_sets[0][1]]


# What the caller sets


@pytest.fixture
def dynamic(tmp_path: Path) -> str:
    """A model of one layer on a batch N of images of any height."""
    shape: tuple[str | int, ...] = ("N", 3, "height", 32)
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name in "xy"]
    content = onnx.helper.make_graph([onnx.helper.make_node("Relu", ["x"], ["y"])], "free", ends[:1], ends[1:])
    onnx.save(onnx.helper.make_model(content), tmp_path / "free.onnx")
    return str(tmp_path / "free.onnx")


@pytest.mark.parametrize("name", ["height", "HEIGHT"])
def test_sizes_are_set_by_their_names(dynamic: str, name: str) -> None:
    assert archcalc.load(dynamic).graph.free == ("HEIGHT",)
    assert archcalc.load(dynamic, set={name: 16}).output == (16, 32, 3)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"q": 2}, "the model has no q to set\n  it has HEIGHT"),
        ({"height": 16, "q": 2}, "the model has no q to set"),
        ({"N": 2}, "N is the batch, which is not set"),
    ],
)
def test_values_for_names_that_a_model_lacks_are_refused(dynamic: str, given: dict[str, int], message: str) -> None:
    with pytest.raises(archcalc.SpecError, match=f"E228 {message}"):
        archcalc.load(dynamic, set=given)


def test_fixed_models_have_no_names_to_set(tmp_path: Path) -> None:
    file = str(tmp_path / "lenet5.onnx")
    archcalc.load("lenet5").export(file)
    with pytest.raises(archcalc.SpecError, match="E228 the model has no H to set\n  all its sizes are fixed"):
        archcalc.load(file, set={"H": 16})
