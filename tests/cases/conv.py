"""CONV, DWCONV, TCONV."""

from . import Case

CASES = (
    Case(
        "INPUT 227x227x3 -> CONV 96 11x11 s4", (55, 55, 96), 34944, 105415200,
        "cs231n 2016, lecture 7: AlexNet's first layer",
        "F.conv2d(x, w['weight'], w['bias'], stride=4)",
    ),
    Case(
        "INPUT 32x32x3 -> CONV 10 5x5 p2", (32, 32, 10), 760, 768000, "cs231n 2016, lecture 7",
        "F.conv2d(x, w['weight'], w['bias'], padding=2)",
    ),
)  # fmt: skip
