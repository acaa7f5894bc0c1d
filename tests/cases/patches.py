"""UNFOLD."""

from . import Case

CASES = (
    Case(
        "INPUT 7x9x3 -> UNFOLD 3x2 s2x1 p1:1x0:1 d1x2", (32, 18), 0, 0, "PyTorch, Unfold: 4x8 positions of 3*3*2",
        "F.unfold(F.pad(x, (0, 1)), (3, 2), (1, 2), (1, 0), (2, 1))",
    ),
    Case(
        "INPUT 10x12x3 -> UNFOLD 4x5", (56, 60), 0, 0, "PyTorch's docs, Unfold: 56 blocks of 60",
        "F.unfold(x, (4, 5))",
    ),
    Case("INPUT 8x8x2 -> UNFOLD 3 s2 floor", (9, 18), 0, 0, "PyTorch, Unfold", "F.unfold(x, 3, stride=2)"),
    Case(
        "INPUT 8x8x2 -> UNFOLD 3 s2 same", (16, 18), 0, 0, "TensorFlow's SAME",
        "F.unfold(F.pad(x, (0, 1, 0, 1)), 3, stride=2)",
    ),
    Case(
        "INPUT 8x8x2 -> UNFOLD 3 s2 ceil", (16, 18), 0, 0, "PyTorch, the rows that ceil adds as padding",
        "F.unfold(F.pad(x, (0, 1, 0, 1)), 3, stride=2)",
    ),
    Case(
        "INPUT 9x4 -> UNFOLD 3 s2", (4, 12), 0, 0, "PyTorch, Tensor.unfold",
        "x.unfold(2, 3, 2).transpose(1, 2).flatten(2).mT",
    ),
    Case(
        "INPUT 4x5x6x2 -> UNFOLD 2x2x3", (48, 24), 0, 0, "PyTorch, Tensor.unfold",
        "x.unfold(2, 2, 1).unfold(3, 2, 1).unfold(4, 3, 1).flatten(2, 4).transpose(1, 2).flatten(2).mT",
    ),
    Case(
        "INPUT 3x5x6x2 -> UNFOLD 2x2", (3, 20, 8), 0, 0, "PyTorch, Unfold on each of 3 frames",
        "F.unfold(x.transpose(1, 2).flatten(0, 1), 2).unflatten(0, (2, 3)).transpose(1, 2)",
    ),
)  # fmt: skip
