"""Shapes against onnxruntime, both ways, on random sizes and options.

Where a shape is given, the export runs and gives it, and so does a model written by hand from the same arguments. Where
a layer is refused, the runtime refuses that model too, or it gives nothing or another size; DELIBERATE names the rest.
"""

from __future__ import annotations

from operator import lt
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import onnx
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

import archcalc
from archcalc.backends.session import load_runtime

Shape = tuple[int, ...]

DELIBERATE = {
    "E301": "onnxruntime rounds down in silence; here a stride that does not fit needs floor or ceil",
    "E306 POOL": "onnxruntime rounds (size - window)/stride towards zero: a window larger than its input by less than"
    " the stride gives one output; PyTorch refuses it",
    "E304 CONV": "PyTorch has no convolution over four axes",
    "E304 TCONV": "PyTorch has no transposed convolution over four axes",
    "E307 GN": "onnxruntime reshapes channels that the groups don't divide as if they were positions; PyTorch refuses",
}
"""What is refused here though the runtime takes it, and why."""


class Model(NamedTuple):
    """One ONNX node written by hand: what it takes beside the volumes, and its attributes."""

    kind: str
    constants: tuple[Any, ...] = ()
    attributes: dict[str, Any] = {}  # noqa: RUF012 - never changed
    opset: int = 21
    first: bool = True
    """Whether the channels come first."""


def executed(model: Model, *arrays: Any) -> Any:
    """What the runtime makes of arrays in the language's order, batch first; None if it refuses or gives nothing."""
    runtime = load_runtime()
    arrays = tuple(np.ascontiguousarray(np.moveaxis(array, -1, 1)) if model.first else array for array in arrays)
    names = [f"x{i}" for i in range(len(arrays))]
    stored = [numpy_helper.from_array(np.array(value), f"w{i}") for i, value in enumerate(model.constants)]
    node = helper.make_node(model.kind, [*names, *(tensor.name for tensor in stored)], ["y"], **model.attributes)
    ports = [helper.make_tensor_value_info(n, TensorProto.FLOAT, a.shape) for n, a in zip(names, arrays, strict=True)]
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([node], "one", ports, [result], stored)
    proto = helper.make_model(graph, opset_imports=[helper.make_operatorsetid("", model.opset)], ir_version=10)
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = runtime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
        (array,) = session.run(None, dict(zip(names, arrays, strict=True)))
    except Exception:  # it refuses, at load or at run
        return None
    if 0 in array.shape:
        return None
    return np.moveaxis(array, 1, -1) if model.first else array


def volume(*shape: int) -> Any:
    """A batch of two volumes of random numbers."""
    return np.random.default_rng(0).standard_normal((2, *shape), np.float32)


def agrees(spec: str, model: Model | None, x: Shape) -> None:
    """What is said here of a spec with one input is what the runtime makes of it."""
    theirs = None if model is None else executed(model, volume(*x))
    try:
        net = archcalc.parse(spec)
    except archcalc.SpecError as error:
        code = error.diagnostics[0].code
        event(code)
        refused(spec, code, theirs)
        if code == "E301":
            agrees(f"{spec} floor", model, x)
        return
    event("it fits")
    check = net.verify(batch=2)
    assert check.ok, [row for row in check.rows if not row.ok]
    if model is None or theirs is None:
        return
    assert net.output == theirs.shape[1:]
    if not model.constants:
        (ours,) = net.run({"input": volume(*x)}).outputs.values()
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def refused(spec: str, code: str, theirs: Any) -> None:
    """A refusal needs the runtime's, or a reason."""
    word = spec.partition("-> ")[2].split()[0]
    assert theirs is None or {code, f"{code} {word}"} & set(DELIBERATE), (spec, code, theirs.shape)


# Sliding windows

sizes, kernels, strides, dilations, pads = (st.integers(*ends) for ends in ((1, 9), (1, 4), (1, 3), (1, 2), (0, 2)))


class Windows(NamedTuple):
    """Sliding windows, an axis each."""

    input: Shape
    kernel: Shape
    stride: Shape
    dilation: Shape
    pad: tuple[tuple[int, int], ...]
    same: bool

    @property
    def text(self) -> str:
        """The arguments as they are written, the kernel first."""
        pad = "x".join(f"{before}:{after}" for before, after in self.pad)
        return f"{_x(self.kernel)} s{_x(self.stride)} d{_x(self.dilation)} {'same' if self.same else f'p{pad}'}"

    @property
    def comparable(self) -> bool:
        """Whether the runtime has it: SAME knows no dilation there."""
        return not self.same or max(self.dilation) == 1

    @property
    def overlapping(self) -> bool:
        """Whether its pooling and transposed convolutions have it: SAME knows no strides beyond the window there."""
        return self.comparable and not (self.same and any(map(lt, self.kernel, self.stride)))

    @property
    def attributes(self) -> dict[str, Any]:
        """The same for ONNX."""
        place: dict[str, Any] = {"auto_pad": "SAME_UPPER"}
        if not self.same:
            place = {"pads": [pair[0] for pair in self.pad] + [pair[1] for pair in self.pad]}
        return {"kernel_shape": self.kernel, "strides": self.stride, "dilations": self.dilation, **place}


def _x(values: Any) -> str:
    return "x".join(map(str, values))


@st.composite
def windows(draw: st.DrawFn) -> Windows:
    rank = draw(st.integers(1, 3))

    def each(values: st.SearchStrategy[Any]) -> Any:
        return tuple(draw(st.tuples(*[values] * rank)))

    same = draw(st.sampled_from([False, False, False, True]))
    return Windows(each(sizes), each(kernels), each(strides), each(dilations), each(st.tuples(pads, pads)), same)


@st.composite
def grouped(draw: st.DrawFn) -> tuple[int, int, int]:
    """Channels, filters and groups, which mostly divide both."""
    groups = draw(st.integers(1, 3))
    off = draw(st.sampled_from([(0, 0), (0, 0), (0, 0), (1, 0), (0, 1)]))
    return groups * draw(st.integers(1, 3)) + off[0], groups * draw(st.integers(1, 3)) + off[1], groups


few = st.integers(1, 6)
rounding = st.sampled_from(["", " floor", " ceil"])


@given(windows(), grouped(), rounding)
def test_convolutions(w: Windows, sizes: tuple[int, int, int], fit: str) -> None:
    channels, filters, groups = sizes
    weight = np.ones((filters, max(channels // groups, 1), *w.kernel), np.float32)
    model = Model("Conv", (weight,), {**w.attributes, "group": groups})
    x = (*w.input, channels)
    known = w.comparable and fit != " ceil"  # there is no rounding up in ONNX's Conv
    agrees(f"INPUT {_x(x)} -> CONV {filters} {w.text} g{groups}{fit}", model if known else None, x)


@given(windows(), few, st.integers(1, 2), rounding)
def test_depthwise_convolutions(w: Windows, channels: int, multiplier: int, fit: str) -> None:
    weight = np.ones((channels * multiplier, 1, *w.kernel), np.float32)
    model = Model("Conv", (weight,), {**w.attributes, "group": channels})
    x = (*w.input, channels)
    known = w.comparable and fit != " ceil"
    agrees(f"INPUT {_x(x)} -> DWCONV {w.text} mult={multiplier}{fit}", model if known else None, x)


@given(windows(), few, rounding)
def test_patches(w: Windows, channels: int, fit: str) -> None:
    x = (*w.input, channels)
    agrees(f"INPUT {_x(x)} -> UNFOLD {w.text}{fit}", None, x)
    agrees(f"INPUT {_x(x)} -> CONV 2 {w.text} unshared{fit}", None, x)


@given(windows(), grouped(), st.lists(st.integers(0, 2), min_size=3, max_size=3))
def test_transposed_convolutions(w: Windows, sizes: tuple[int, int, int], extra: list[int]) -> None:
    channels, filters, groups = sizes
    more = [0 if w.same else rows for rows in extra[: len(w.input)]]
    weight = np.ones((channels, max(filters // groups, 1), *w.kernel), np.float32)
    model = Model("ConvTranspose", (weight,), {**w.attributes, "group": groups, "output_padding": more})
    x = (*w.input, channels)
    known = w.overlapping and filters % groups == 0  # its number of filters is groups*weight.shape[1]
    agrees(f"INPUT {_x(x)} -> TCONV {filters} {w.text} g{groups} o{_x(more)}", model if known else None, x)


@given(windows(), few, st.sampled_from(["max", "avg", "avg inner"]), rounding)
def test_pooling(w: Windows, channels: int, mode: str, fit: str) -> None:
    word, _, inner = mode.partition(" ")
    attributes = w.attributes | ({"ceil_mode": 1} if fit == " ceil" else {})
    if word == "avg":
        attributes["count_include_pad"] = int(not inner)
    x = (*w.input, channels)
    model = Model("MaxPool" if word == "max" else "AveragePool", (), attributes)
    agrees(f"INPUT {_x(x)} -> POOL {word} {w.text} {inner}{fit}", model if w.overlapping else None, x)


@pytest.mark.parametrize(
    ("layer", "code", "model"),
    [
        ("CONV 2 2", "E304", Model("Conv", (np.ones((2, 3, 2, 2, 2, 2), np.float32),))),
        ("CONV 2 2x2x2x2x2", "E302", Model("Conv", (np.ones((2, 3, 2, 2, 2, 2, 2), np.float32),))),
        ("CONV 2 2x2x2 s1x1", "E303", Model("Conv", (np.ones((2, 3, 2, 2, 2, 2), np.float32),), {"strides": (1, 1)})),
        ("TCONV 2 2", "E304", Model("ConvTranspose", (np.ones((3, 2, 2, 2, 2, 2), np.float32),))),
        ("POOL 2 s1", "E304", Model("MaxPool", (), {"kernel_shape": (2, 2, 2, 2)})),
        ("POOL avg 2 s1", "E304", Model("AveragePool", (), {"kernel_shape": (2, 2, 2, 2)})),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_windows_of_more_axes_than_the_runtime_has(layer: str, code: str, model: Model) -> None:
    spec = f"INPUT 4x4x4x4x3 -> {layer}"
    with pytest.raises(archcalc.SpecError) as error:
        archcalc.parse(spec)
    assert error.value.diagnostics[0].code == code
    refused(spec, code, executed(model, volume(4, 4, 4, 4, 3)))


# Axes


def position(axis: int, rank: int) -> int:
    """An axis of the language for an array with its batch before; what is out of range stays so."""
    return axis + 1 if axis >= 0 else axis if axis >= -rank else axis - 1


axes, shapes = st.integers(-5, 4), st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)


@given(shapes, axes, st.integers(-6, 5), st.integers(1, 5))
def test_slices(x: Shape, axis: int, start: int, count: int) -> None:
    at = position(axis, len(x))
    end = start + count if start + count or start >= 0 else 99  # -1 up to 0 would be nothing
    model = Model("Slice", ([start], [end], [at]), first=False)
    theirs = executed(model, volume(*x))
    if theirs is not None and theirs.shape[at] != count:
        theirs = None  # the runtime gives what there is
    spec = f"INPUT {_x(x)} -> SLICE {start} {count} axis={axis}"
    try:
        net = archcalc.parse(spec)
    except archcalc.SpecError as error:
        refused(spec, error.diagnostics[0].code, theirs)
        return
    (ours,) = net.run({"input": volume(*x)}).outputs.values()
    assert net.output == theirs.shape[1:]
    assert (ours == theirs).all()


@given(shapes, axes)
def test_softmax(x: Shape, axis: int) -> None:
    model = Model("Softmax", (), {"axis": position(axis, len(x))}, first=False)
    agrees(f"INPUT {_x(x)} -> SOFTMAX axis={axis}", model, x)


@given(shapes, st.integers(1, 6))
def test_group_normalisation(x: Shape, groups: int) -> None:
    weights = (np.ones(x[-1], np.float32), np.zeros(x[-1], np.float32))
    agrees(f"INPUT {_x(x)} -> GN {groups}", Model("GroupNormalization", weights, {"num_groups": groups}), x)


@given(st.tuples(few, few, few), st.integers(1, 8))
def test_response_normalisation(x: Shape, size: int) -> None:
    agrees(f"INPUT {_x(x)} -> LRN {size} alpha=0.5", Model("LRN", (), {"size": size, "alpha": 0.5}), x)


# Several volumes


@st.composite
def related(draw: st.DrawFn) -> tuple[Shape, Shape]:
    """Two shapes, one made from the other: axes gone, of size 1, or of another size."""
    x = draw(shapes)
    change = st.sampled_from([lambda n: n, lambda n: n, lambda n: 1, lambda n: n + 1])
    y = tuple(draw(change)(size) for size in x)[draw(st.integers(0, len(x) - 1)) :]
    return (x, y) if draw(st.booleans()) else (y, x)


def merged(word: str, model: Model, *inputs: Shape, aligned: bool) -> None:
    """A merge of volumes here and in the runtime, which aligns axes only with the batch among them."""
    rank = max(map(len, inputs)) if aligned else 0
    arrays = [volume(*(1,) * (rank - len(shape)), *shape) for shape in inputs]
    theirs = executed(model, *arrays)
    spec = f"a: INPUT {_x(inputs[1])} -> b: INPUT {_x(inputs[0])} -> {word}"
    try:
        net = archcalc.parse(spec)
    except archcalc.SpecError as error:
        refused(spec, error.diagnostics[0].code, theirs)
        return
    event("it fits")
    assert net.verify(batch=2).ok
    (ours,) = net.run({"b": volume(*inputs[0]), "a": volume(*inputs[1])}).outputs.values()
    assert net.output == theirs.shape[1:]
    assert (ours == theirs).all()


@given(related(), st.sampled_from(["ADD", "SUB", "MUL"]))
def test_broadcasting(pair: tuple[Shape, Shape], word: str) -> None:
    merged(f"{word} @a", Model(word.title(), first=False), *pair, aligned=True)


@given(related(), axes)
def test_concatenation(pair: tuple[Shape, Shape], axis: int) -> None:
    model = Model("Concat", (), {"axis": position(axis, len(pair[0]))}, first=False)
    merged(f"CONCAT @a axis={axis}", model, *pair, aligned=False)


# Chains: every layer beside every other

STAGES = (
    "CONV 4 1", "CONV 3 2 same", "DWCONV 3 same", "TCONV 2 2 s2", "CONV 3 2 unshared", "UNFOLD 2", "POOL 2 s2 ceil",
    "POOL avg 2 s1", "POOL 2 s1", "POOL sum 2 s1 p1", "CONV 2 2 p1", "GAP", "GMP", "AAP 2", "UP 2", "FC 6",
    "LINEAR 4", "BN", "LN", "GN 1", "IN", "RMSNORM", "L2NORM", "LRN 3", "L2NORM axis=0", "SOFTMAX", "SOFTMAX axis=0",
    "RELU", "PRELU channelwise", "CLIP min=0", "SCALE 2", "FLATTEN", "PAD 1", "PAD p1:0 axis=-1", "SLICE 0 2",
    "SLICE -1 axis=0", "CROP 2", "ROLL 1", "DROP 0.1", "ADD [ID, PARAM 1]", "ADD [GAP, ID]",
    "MUL [PARAM 2x1x1, RELU, ID]", "CONCAT [LN, ID]", "CONCAT axis=0 [ID, TANH]", "CONCAT axis=0 [PARAM 1x2, ID]",
    'REARRANGE "h w c -> (h w) c"', 'REARRANGE "h w c -> w h c"', 'REARRANGE "t (h c) -> h t c" h=2',
    'REARRANGE "c -> 1 c"', 'REARRANGE "(h y) w c -> h w (c y)" y=2',
)  # fmt: skip


def _run(path: str, level: str) -> Any:
    """What the runtime computes with its optimisations off, or on."""
    runtime = load_runtime()
    options = runtime.SessionOptions()
    options.graph_optimization_level = getattr(runtime.GraphOptimizationLevel, level)
    session = runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(None, {port.name: volume(*port.shape[1:]) for port in session.get_inputs()})[0]


@given(shapes, st.lists(st.sampled_from(STAGES), min_size=1, max_size=8))
def test_chains(x: Shape, stages: list[str]) -> None:
    spec = f"INPUT {_x(x)}"
    for stage in stages:
        try:
            archcalc.parse(f"{spec} -> {stage}")
        except archcalc.SpecError:
            continue
        spec += f" -> {stage}"
    net = archcalc.parse(spec)
    check = net.verify(batch=2)
    assert check.ok, [row for row in check.rows if not row.ok]
    with TemporaryDirectory() as folder:
        net.export(f"{folder}/net.onnx")
        onnx.checker.check_model(f"{folder}/net.onnx", full_check=True)
        plain, improved = (_run(f"{folder}/net.onnx", level) for level in ("ORT_DISABLE_ALL", "ORT_ENABLE_ALL"))
        np.testing.assert_allclose(plain, improved, rtol=1e-4, atol=1e-5)
    # an example's numbers are its own, whatever stands beside it in the batch
    (both,) = net.run({"input": volume(*x)}).outputs.values()
    (second,) = net.run({"input": volume(*x)[1:]}).outputs.values()
    np.testing.assert_allclose(both[-1:], second, rtol=1e-4, atol=1e-5)
