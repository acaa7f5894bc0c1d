"""Windows drawn at random, and the size of what they give."""

from __future__ import annotations

from random import Random


def out(size: int, kernel: int, stride: int = 1, pad: int = 0, dilation: int = 1) -> int:
    """Dumoulin and Visin, relationships 6 and 15."""
    return (size + 2 * pad - dilation * (kernel - 1) - 1) // stride + 1


def drawn(r: Random, least: int = 16, most: int = 128) -> tuple[int, int, int, int, int]:
    """A size, and a window that fits it: kernel, stride, pad, dilation."""
    kernel, stride, dilation = r.choice((1, 2, 3, 5, 7)), r.randint(1, 4), r.randint(1, 3)
    pad = r.randint(0, kernel // 2)
    size = r.randint(least, most)
    size -= (size + 2 * pad - dilation * (kernel - 1) - 1) % stride
    return size, kernel, stride, pad, dilation
