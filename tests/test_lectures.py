"""What the lectures ask and answer: each row quotes the question, the spec that asks it, and their answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import archcalc

# TODO: the questions that need unknowns or free dimensions, which the language does not have yet:
# - the pad that keeps the size at stride 1, found: p? => HxW  (3 -> 1, 5 -> 2, 7 -> 3; checked below, not solved)
# - F=5 S=2 P=?, "whatever fits": p?
# - W2=(W1-F+2P)/S+1, D2=K, F*F*D1*K weights and K biases, as formulas
# - one 7x7 with C filters against three 3x3 in symbols: 49C² against 27C² weights (checked below for numbers)
# - fully connected N -> M in symbols: N*M weights (checked below for numbers)
# - KxK image in symbols: 20K² + 200 (checked below for K=9)

VOLUMES: list[tuple[str, str, tuple[int, ...]]] = [
    ("32x32x3, six 5x5 filters", "INPUT 32x32x3 -> CONV 6 5x5", (28, 28, 6)),
    ("7x7, 3x3, stride 1", "INPUT 7x7x1 -> CONV 1 3x3 s1", (5, 5, 1)),
    ("7x7, 3x3, stride 2", "INPUT 7x7x1 -> CONV 1 3x3 s2", (3, 3, 1)),
    ("7x7, 3x3, stride 1, pad 1", "INPUT 7x7x1 -> CONV 1 3x3 s1 p1", (7, 7, 1)),
    ("F=3 keeps the size with pad 1", "INPUT 32x32x8 -> CONV 8 3x3 s1 p1", (32, 32, 8)),
    ("F=5 keeps the size with pad 2", "INPUT 32x32x8 -> CONV 8 5x5 s1 p2", (32, 32, 8)),
    ("F=7 keeps the size with pad 3", "INPUT 32x32x8 -> CONV 8 7x7 s1 p3", (32, 32, 8)),
    ("F=1 keeps the size without pad", "INPUT 32x32x8 -> CONV 8 1x1 s1 p0", (32, 32, 8)),
    ("32x32 through 5x5 once: 28", "INPUT 32x32x3 -> [CONV 6 5x5]*1", (28, 28, 6)),
    ("32x32 through 5x5 twice: 24", "INPUT 32x32x3 -> [CONV 6 5x5]*2", (24, 24, 6)),
    ("32x32x3, ten 5x5 filters, s1 p2", "INPUT 32x32x3 -> CONV 10 5x5 s1 p2", (32, 32, 10)),
    ("1x1 CONV, 32 filters, on 56x56x64", "INPUT 56x56x64 -> CONV 32 1x1", (56, 56, 32)),
    ("pool 2x2 s2 from 32: 16", "INPUT 32x32x10 -> [POOL 2 s2]*1", (16, 16, 10)),
    ("pool 2x2 s2 from 32: 16, 8", "INPUT 32x32x10 -> [POOL 2 s2]*2", (8, 8, 10)),
    ("pool 2x2 s2 from 32: 16, 8, 4", "INPUT 32x32x10 -> [POOL 2 s2]*3", (4, 4, 10)),
    ("AlexNet's CONV1 on 227x227x3", "INPUT 227x227x3 -> CONV 96 11x11 s4 p0", (55, 55, 96)),
    ("AlexNet's POOL1, 3x3 s2", "INPUT 55x55x96 -> POOL 3 s2", (27, 27, 96)),
    ("a hidden layer sees the image as a vector", "INPUT 32x32x3 -> FLATTEN", (3072,)),
]


@pytest.mark.parametrize(("question", "spec", "answer"), VOLUMES, ids=[row[0] for row in VOLUMES])
def test_volume(question: str, spec: str, answer: tuple[int, ...]) -> None:
    assert archcalc.parse(spec).output == answer


MISFITS = [
    ("7x7, 3x3, stride 3", "INPUT 7x7x1 -> CONV 1 3x3 s3", "2.33"),
    ("AlexNet's CONV1 on 224x224x3", "INPUT 224x224x3 -> CONV 96 11x11 s4", "54.25"),
]


@pytest.mark.parametrize(("question", "spec", "fraction"), MISFITS, ids=[row[0] for row in MISFITS])
def test_does_not_fit(question: str, spec: str, fraction: str) -> None:
    with pytest.raises(archcalc.SpecError) as refused:
        archcalc.parse(spec)
    (diagnostic,) = refused.value.diagnostics
    assert diagnostic.code == "E301"
    assert diagnostic.note.endswith(f"= {fraction}")


TOTALS: list[tuple[str, str, str, int]] = [
    ("32x32x3, ten 5x5 filters: 760 parameters", "INPUT 32x32x3 -> CONV 10 5x5 p2", "params", 760),
    ("... 76 a filter", "INPUT 32x32x3 -> CONV 1 5x5 p2", "params", 76),
    ("AlexNet's CONV1: 34,848 weights", "INPUT 227x227x3 -> CONV 96 11x11 s4 nobias", "params", 34_848),
    ("... and 96 biases", "INPUT 227x227x3 -> CONV 96 11x11 s4", "params", 34_848 + 96),
    ("AlexNet's POOL1 has no parameters", "INPUT 55x55x96 -> POOL 3 s2", "params", 0),
    ("dropout has no parameters", "INPUT 4096 -> DROP 0.5", "params", 0),
    ("a perceptron on 32x32x3: 3,072 weights", "INPUT 32x32x3 -> FC 1 nobias", "params", 3_072),
    ("a perceptron on 200x200x3: 120,000 weights", "INPUT 200x200x3 -> FC 1 nobias", "params", 120_000),
    ("fully connected N -> M: N·M weights", "INPUT 9216 -> FC 4096 nobias", "params", 9216 * 4096),
    ("1x1 CONV, 32 filters: 64-dimensional products", "INPUT 1x1x64 -> CONV 1 1x1 nobias", "macs", 64),
    ("one 7x7, C=64: 49C² weights", "INPUT 56x56x64 -> CONV 64 7x7 p3 nobias", "params", 49 * 64**2),
    ("three 3x3, C=64: 27C² weights", "INPUT 56x56x64 -> [CONV 64 3x3 p1 nobias]*3", "params", 27 * 64**2),
    ("one 7x7: 49HWC² multiply-adds", "INPUT 56x48x64 -> CONV 64 7x7 p3", "macs", 49 * 56 * 48 * 64**2),
    ("three 3x3: 27HWC² multiply-adds", "INPUT 56x48x64 -> [CONV 64 3x3 p1]*3", "macs", 27 * 56 * 48 * 64**2),
    ("9x9 image, 20 hidden, 10 out: 1,820", "INPUT 9x9x1 -> FC 20 nobias -> FC 10 nobias", "params", 1_820),
    (
        "9x9 image, three 3x3 filters, pooled by 3, 20 hidden, 10 out: 767",
        "INPUT 9x9x1 -> CONV 3 3x3 p1 nobias -> POOL 3 s3 -> FC 20 nobias -> FC 10 nobias",
        "params",
        27 + 27 * 20 + 20 * 10,
    ),
]


@pytest.mark.parametrize(("question", "spec", "total", "answer"), TOTALS, ids=[row[0] for row in TOTALS])
def test_total(question: str, spec: str, total: str, answer: int) -> None:
    assert getattr(archcalc.parse(spec).totals, total) == answer


FIELDS = [("two stacked 3x3 see 5x5", 2, 5), ("three stacked 3x3 see 7x7", 3, 7)]


@pytest.mark.parametrize(("question", "layers", "size"), FIELDS, ids=[row[0] for row in FIELDS])
def test_receptive_field(question: str, layers: int, size: int) -> None:
    last = archcalc.parse(f"INPUT 32x32x3 -> [CONV 8 3x3]*{layers}").as_dict()["layers"][-1]
    assert last["receptive_field"] == [size, size]


# AlexNet's listing, row by row

ALEXNET = [
    (55, 55, 96), (27, 27, 96), (27, 27, 96), (27, 27, 256), (13, 13, 256), (13, 13, 256), (13, 13, 384),
    (13, 13, 384), (13, 13, 256), (6, 6, 256), (4096,), (4096,), (1000,),
]  # fmt: skip
ELEMENTWISE = {"RELU", "DROP", "SOFTMAX"}
"""Layers that the slides do not list."""


def test_alexnet_listing() -> None:
    rows = archcalc.load("alexnet").table().rows
    assert [row.output for row in rows if row.op not in ELEMENTWISE] == ALEXNET


# VGG-16: where the memory and the parameters are

VGG16 = archcalc.load("vgg16").table()
LISTED = [row for row in VGG16.rows if row.op not in ELEMENTWISE]


def test_vgg16_forward_memory() -> None:
    """The slide says 24M values and 93 MB; its own rows, input included, sum to 15.2M values and 58 MiB."""
    slide = [
        224 * 224 * 3, 2 * 224 * 224 * 64, 112 * 112 * 64, 2 * 112 * 112 * 128, 56 * 56 * 128, 3 * 56 * 56 * 256,
        28 * 28 * 256, 3 * 28 * 28 * 512, 14 * 14 * 512, 3 * 14 * 14 * 512, 7 * 7 * 512, 4096, 4096, 1000,
    ]  # fmt: skip
    values = 224 * 224 * 3 + sum(row.activations for row in LISTED)
    assert values == sum(slide) == 15_237_608
    assert 4 * values // 2**20 == 58


def test_vgg16_parameters() -> None:
    """138M, most of them late; most of the memory is early."""
    assert round(VGG16.totals.params / 1e6) == 138
    late = sum(row.params for row in LISTED if row.op == "FC")
    assert late == 102_764_544 + 16_781_312 + 4_097_000  # 89 % of all
    early = sum(row.activations for row in LISTED[:3])  # up to the first pool
    assert early / sum(row.activations for row in LISTED) > 0.45


def test_vgg16_averaged_instead_of_fully_connected() -> None:
    """Keras' VGG16 without its top has 14,714,688 parameters; a classifier on the average adds 513,000."""
    body = "; ".join(str(row.node.op) for row in VGG16.rows[: [row.op for row in VGG16.rows].index("FC")])
    net = archcalc.parse(f"INPUT 224x224x3; {body}; GAP -> FC 1000")
    assert net.table().rows[-2].output == (1, 1, 512)
    assert net.totals.params == 14_714_688 + 513_000


# Numbers that a run reproduces

SAMPLES = np.array([1, 5, 3, 7, 5, 9, 7, 14], np.float32)
SQUARE = np.zeros((10, 10), np.float32)
SQUARE[2:7, 3:8] = 90
SQUARE[5, 4] = 0
SQUARE[8, 2] = 90
BLURRED = [
    [0, 10, 20, 30, 30, 30, 20, 10],
    [0, 20, 40, 60, 60, 60, 40, 20],
    [0, 30, 60, 90, 90, 90, 60, 30],
    [0, 30, 50, 80, 80, 90, 60, 30],
    [0, 30, 50, 80, 80, 90, 60, 30],
    [0, 20, 30, 50, 50, 60, 40, 20],
    [10, 20, 30, 30, 30, 30, 20, 10],
    [10, 10, 10, 0, 0, 0, 0, 0],
]
DIGITS = np.array(
    [
        [1, 2, 3, 4, 12, 9, 8],
        [5, 2, 3, 4, 12, 9, 8],
        [5, 2, 1, 4, 10, 9, 8],
        [7, 2, 1, 4, 12, 7, 8],
        [7, 2, 1, 4, 14, 9, 8],
        [5, 2, 3, 4, 12, 7, 8],
        [5, 2, 1, 4, 12, 9, 8],
    ],
    np.float32,
)
RAMP = np.arange(100, dtype=np.float32).reshape(10, 10)
"""Each pixel is 10 * row + column: a plane, which every filter below treats in its own way."""


def executed(net: archcalc.Network, x: Any) -> Any:
    """What comes out for one example of one channel, to four decimals."""
    (y,) = net.run({"input": np.asarray(x, np.float32)[None, ..., None]}).outputs.values()
    assert y.shape == (1, *net.output)
    return np.round(y[0, ..., 0], 4).tolist()


EXECUTED: list[tuple[str, Any, Any]] = [
    ("moving-average", SAMPLES, [3, 5, 5, 7, 7, 10]),
    ("box", SQUARE, BLURRED),
    ("identity", SQUARE, SQUARE.tolist()),
    ("shift", SQUARE, np.pad(SQUARE, ((0, 0), (0, 1)))[:, 1:].tolist()),
    ("max-pool", [[0, 0, 5, 1], [0, 2, 4, 0], [1, 0, 1, 0], [0, 0, 0, 3]], [[2, 5], [1, 3]]),
    ("max-pool", [[0, 55, 0, 0], [20, 0, 41, 33], [0, 90, 0, 0], [0, 57, 0, 95]], [[55, 41], [90, 95]]),
    ("average-pool", [[1, 3, 2, 1], [2, 9, 1, 1], [1, 4, 2, 3], [5, 6, 1, 2]], [[3.75, 1.25], [4, 2]]),
]


@pytest.mark.parametrize(("name", "x", "y"), EXECUTED, ids=[row[0] for row in EXECUTED])
def test_filter(name: str, x: Any, y: Any) -> None:
    assert executed(archcalc.load(f"filters/{name}"), x) == y


def test_binomial() -> None:
    """The slide's first row is 21 28 36: 4*1 + 2*2 + 2*5 + 1*2 make 20."""
    filtered = executed(archcalc.load("filters/binomial"), DIGITS)
    assert filtered[0][:3] == [20, 28, 36]
    assert filtered[3][4] == 4 * 12 + 2 * (4 + 7 + 10 + 14) + 4 + 9 + 4 + 9


PLANE = [
    # on a plane: means keep it, sharpening too, derivatives are its slopes times the weights' sum
    ("box", RAMP[1:-1, 1:-1].tolist()),
    ("gaussian", RAMP[1:-1, 1:-1].tolist()),
    ("sharpen", RAMP[1:-1, 1:-1].tolist()),
    ("sobel-x", np.full((8, 8), 8).tolist()),
    ("sobel-y", np.full((8, 8), 80).tolist()),
]


@pytest.mark.parametrize(("name", "inside"), PLANE, ids=[row[0] for row in PLANE])
def test_filter_on_a_plane(name: str, inside: Any) -> None:
    filtered = executed(archcalc.load(f"filters/{name}"), RAMP)
    assert (filtered if name == "box" else [row[1:-1] for row in filtered[1:-1]]) == inside


def test_sharpening_is_twice_the_identity_minus_the_box() -> None:
    box = archcalc.parse("INPUT 10x10x1 -> CONV 1 3x3 p1 nobias w=[[1,1,1],[1,1,1],[1,1,1]]/9")
    expected = 2 * SQUARE - np.array(executed(box, SQUARE))
    assert executed(archcalc.load("filters/sharpen"), SQUARE) == np.round(expected, 4).tolist()


IMPULSE = np.zeros((5, 5), np.float32)
IMPULSE[2, 2] = 1
SHIFT = "CONV 1 3x3 p1 nobias w=[[0,0,0],[0,0,1],[0,0,0]]"
FLIPS = [
    ("correlation moves the image left", SHIFT, (2, 1)),
    ("convolution moves it right", SHIFT + " flip", (2, 3)),
]


@pytest.mark.parametrize(("claim", "layer", "where"), FLIPS, ids=[row[0] for row in FLIPS])
def test_correlation_and_convolution(claim: str, layer: str, where: tuple[int, int]) -> None:
    shifted = np.array(executed(archcalc.parse(f"INPUT 5x5x1 -> {layer}"), IMPULSE))
    assert [tuple(at) for at in np.argwhere(shifted)] == [where]


def test_convolution_with_an_impulse_gives_the_filter() -> None:
    numbers = np.arange(1, 10).reshape(3, 3)
    layer = f"CONV 1 3x3 p1 nobias flip w={numbers.tolist()}"
    found = np.array(executed(archcalc.parse(f"INPUT 5x5x1 -> {layer}"), IMPULSE))
    assert found[1:4, 1:4].tolist() == numbers.tolist()


REFUSED = [
    # what is wrong with weights that the text gives
    ("INPUT 9x9x1 -> CONV 1 3x3 w=[[1,2],[3,4]]", "E308", "2x2 for weights of 1x1x3x3"),
    ("INPUT 9x9x2 -> DWCONV 3x3 w=[1,2,3]", "E308", "3 for weights of 2x1x3x3"),
    ("INPUT 9x9x2 -> CONV 3 3x3 m=[[1,0],[0,1]]", "E308", "2x2 for 3 filters on 2 channels"),
    ("INPUT 9x9x2 -> CONV 1 3x3 m=[[1,2]]", "E308", "2 is neither 0 nor 1"),
    ("INPUT 9x9x2 -> CONV 2 3x3 g2 m=[[1,0],[0,1]]", "E305", "m= with g2"),
    ("INPUT 9x9x1 -> CONV 1 3x3 m=[[1]] w=[[1,1,1],[1,1,1],[1,1,1]]", "E305", "m= with w="),
]


@pytest.mark.parametrize(("spec", "code", "note"), REFUSED, ids=[row[0] for row in REFUSED])
def test_given_weights_are_refused_where_they_stand(spec: str, code: str, note: str) -> None:
    with pytest.raises(archcalc.SpecError) as refused:
        archcalc.parse(spec)
    (diagnostic,) = refused.value.diagnostics
    assert (diagnostic.code, diagnostic.note) == (code, note)
    assert diagnostic.place is not None
    assert diagnostic.place.column == spec.index("->") + 4


def test_a_batch_has_four_axes() -> None:
    """One image is a 3-D volume, a batch of them a 4-D one."""
    net = archcalc.parse("INPUT 32x32x3 -> CONV 6 5x5")
    assert len(net.output) == 3
    (y,) = net.run({"input": np.zeros((7, 32, 32, 3), np.float32)}).outputs.values()
    assert y.shape == (7, 28, 28, 6)


def test_dropout_at_test_time() -> None:
    """The lecture scales by 1-p here; frameworks divide by it while training, so that nothing is left to do."""
    net = archcalc.parse("INPUT 4x4x1 -> DROP 0.5")
    assert executed(net, DIGITS[:4, :4]) == DIGITS[:4, :4].tolist()
