"""What the lectures say that filters do, run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import archcalc

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
