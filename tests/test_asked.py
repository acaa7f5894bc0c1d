"""Sixty questions of each kind: a number of a right exercise is left out, and must be found again."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

import archcalc

from .windows import drawn, out

TIMES = 60


def asked_pad(r: Random) -> tuple[str, int]:
    k = r.choice((1, 3, 5, 7, 9, 11))
    i, d = r.randint(12, 99), r.randint(1, 2)
    return f"INPUT {i}x{i}x3 -> CONV 8 {k}x{k} p? d{d} => {i}x{i}x8", d * (k - 1) // 2


def asked_kernel(r: Random) -> tuple[str, int]:
    i, k, s, p, _ = drawn(r)
    i -= (i + 2 * p - k) % s
    return f"INPUT {i}x{i}x3 -> CONV 8 k=? s{s} p{p} => {out(i, k, s, p)}x{out(i, k, s, p)}x8", k


def asked_stride(r: Random) -> tuple[str, int]:
    i, k, s, p, d = drawn(r)
    return f"INPUT {i}x{i}x3 -> CONV 8 {k}x{k} s? p{p} d{d} => {out(i, k, s, p, d)}x{out(i, k, s, p, d)}x8", s


def asked_dilation(r: Random) -> tuple[str, int]:
    k, d, i = r.choice((2, 3, 5)), r.randint(1, 4), r.randint(32, 64)
    return f"INPUT {i}x{i}x3 -> CONV 8 {k}x{k} d? => {out(i, k, 1, 0, d)}x{out(i, k, 1, 0, d)}x8", d


def asked_filters(r: Random) -> tuple[str, int]:
    k, c, n = r.choice((1, 3, 5)), r.randint(1, 64), r.randint(1, 512)
    return f"INPUT 16x16x{c} -> CONV ? {k}x{k}; check params={n * (k * k * c + 1)}", n


def asked_channels(r: Random) -> tuple[str, int]:
    k, c, n = r.choice((1, 3, 5)), r.randint(1, 512), r.randint(1, 64)
    return f"INPUT 16x16x? -> CONV {n} {k}x{k}; check params={n * (k * k * c + 1)}", c


def asked_input(r: Random) -> tuple[str, int]:
    i, k, s, p, d = drawn(r)
    o = out(i, k, s, p, d)
    return f"INPUT ?x{i}x3 -> CONV 8 {k}x{k} s{s} p{p} d{d} => {o}x{o}x8", i


def asked_units(r: Random) -> tuple[str, int]:
    a, b, n = r.randint(1, 999), r.randint(1, 99), r.randint(1, 2000)
    return f"INPUT {a} -> FC ? -> FC {b}; check params={n * (a + 1) + b * (n + 1)}", n


def asked_groups(r: Random) -> tuple[str, int]:
    g = r.randint(1, 8)
    c, n = g * r.randint(1, 9), g * r.randint(1, 9)
    return f"INPUT 8x8x{c} -> CONV {n} 3x3 g? nobias; check params={n * 9 * c // g}", g


def asked_hidden(r: Random) -> tuple[str, int]:
    x, h, gates = r.randint(1, 300), r.randint(1, 300), r.choice((4, 3, 1))
    word = {4: "LSTM", 3: "GRU", 1: "RNN"}[gates]
    return f"INPUT 9x{x} -> {word} ?; check params={gates * h * (x + h + 1)}", h


def asked_width(r: Random) -> tuple[str, int]:
    d, f = r.randint(1, 800), r.randint(2, 4)
    return f"INPUT 9x{d} -> LINEAR ? -> RELU -> LINEAR {d}; check params={2 * d * f * d + f * d + d}", f * d


def asked_transposed(r: Random) -> tuple[str, int]:
    i, s = r.randint(2, 32), r.randint(2, 4)
    return f"INPUT {i}x{i}x3 -> TCONV 8 k=? s{s} => {i * s}x{i * s}x8", s


def asked_pool(r: Random) -> tuple[str, int]:
    k, times = r.randint(2, 5), r.randint(4, 20)
    return f"INPUT {k * times}x{k * times}x3 -> POOL {k} s? => {times}x{times}x3", k


ASKED = [
    asked_pad, asked_kernel, asked_stride, asked_dilation, asked_filters, asked_channels, asked_input, asked_units,
    asked_groups, asked_hidden, asked_width, asked_transposed, asked_pool,
]  # fmt: skip


@pytest.mark.parametrize("kind", ASKED, ids=lambda kind: kind.__name__)
def test_what_is_asked_is_found(kind: Callable[[Random], tuple[str, int]]) -> None:
    for number in range(TIMES):
        spec, answer = kind(Random(f"{kind.__name__} {number}"))
        solved = archcalc.solve(spec, budget=60)
        assert solved.complete, spec
        found = [value for solution in solved.solutions for value in solution.values()]
        assert answer in found, spec
        assert found == sorted(found)
