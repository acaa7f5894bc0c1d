"""Layers that move numbers or average them, against numpy on random sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import archcalc

Shape = tuple[int, ...]
pads = st.integers(0, 2)


def _x(values: Any) -> str:
    return "x".join(map(str, values))


def volume(*shape: int) -> Any:
    """A batch of two volumes of random numbers."""
    return np.random.default_rng(0).standard_normal((2, *shape), np.float32)


def computes(spec: str, x: Shape, expected: Any) -> None:
    """The run gives these numbers, and every volume on the way is as predicted."""
    net = archcalc.parse(f"INPUT {_x(x)} -> {spec}")
    assert net.verify(batch=2).ok
    (ours,) = net.run({"input": volume(*x)}).outputs.values()
    assert net.output == ours.shape[1:] == expected.shape[1:]
    np.testing.assert_allclose(ours, expected, rtol=1e-5, atol=1e-6)


spatial = st.lists(st.integers(1, 6), min_size=2, max_size=4).map(tuple)


@given(spatial, st.lists(st.integers(-7, 7), min_size=3, max_size=3))
def test_rolling(x: Shape, shifts: list[int]) -> None:
    shift = shifts[: len(x) - 1]
    expected = np.roll(volume(*x), shift, tuple(range(1, len(x))))
    computes("ROLL " + "x".join(f"({n})" for n in shift), x, expected)


@given(spatial, st.lists(st.tuples(pads, pads), min_size=3, max_size=3), st.booleans())
def test_padding_and_cropping(x: Shape, pairs: list[tuple[int, int]], start: bool) -> None:
    pairs = [(before, after + 1) for before, after in pairs[: len(x) - 1]]
    padded = np.pad(volume(*x), [(0, 0), *pairs, (0, 0)])
    pad = "x".join(f"{before}:{after}" for before, after in pairs)
    computes(f"PAD p{pad}", x, padded)
    starts = [0 if start else sum(pair) // 2 for pair in pairs]
    kept = tuple(slice(at, at + size) for at, size in zip(starts, x, strict=False))
    computes(f"PAD p{pad} -> CROP{' start' * start} {_x(x[:-1])}", x, padded[:, *kept])


@given(spatial, st.lists(st.integers(1, 20), min_size=3, max_size=3))
def test_resizing_to_the_nearest(x: Shape, to: list[int]) -> None:
    expected = volume(*x)
    for axis, (size, wanted) in enumerate(zip(x[:-1], to, strict=False), 1):
        expected = expected.take([i * size // wanted for i in range(wanted)], axis)
    computes(f"UP to={_x(to[: len(x) - 1])}", x, expected)


@given(spatial, st.lists(st.integers(1, 9), min_size=3, max_size=3))
def test_adaptive_averages(x: Shape, to: list[int]) -> None:
    expected = volume(*x)
    for axis, (n, m) in enumerate(zip(x[:-1], to, strict=False), 1):
        shares = [range(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]
        expected = np.stack([expected.take(share, axis).mean(axis) for share in shares], axis)
    computes(f"AAP {_x(to[: len(x) - 1])}", x, expected)


@st.composite
def brackets(draw: st.DrawFn, names: list[str]) -> list[list[str]]:
    """Names dealt to axes, one or more each, here and there an axis of one position."""
    sides: list[list[str]] = []
    for name in names:
        together = bool(sides) and draw(st.booleans())
        sides = [*sides[:-1], [*sides[-1], name]] if together else [*sides, [name]]
    return [*sides, []] if draw(st.sampled_from([False, False, True])) else sides


@given(st.data(), st.lists(st.integers(1, 3), min_size=1, max_size=5))
def test_rearranging(data: st.DataObject, lengths: list[int]) -> None:
    sizes = dict(zip("abcde", lengths, strict=False))
    before = data.draw(brackets(list(sizes)))
    after = data.draw(brackets(data.draw(st.permutations(list(sizes)))))
    texts = [" ".join("1" if not axis else f"({' '.join(axis)})" for axis in side) for side in (before, after)]
    x, y = (tuple(int(np.prod([sizes[name] for name in axis])) for axis in side) for side in (before, after))
    order = [list(sizes).index(name) + 1 for axis in after for name in axis]
    expected = volume(*x).reshape(2, *lengths).transpose(0, *order).reshape(2, *y)
    known = " ".join(f"{name}={size}" for name, size in sizes.items())
    computes(f'REARRANGE "{texts[0]} -> {texts[1]}" {known}', x, expected)
    back = f'REARRANGE "{texts[1]} -> {texts[0]}" {known}'
    computes(f'REARRANGE "{texts[0]} -> {texts[1]}" {known} -> {back}', x, volume(*x))
