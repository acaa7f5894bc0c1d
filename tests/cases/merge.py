"""ADD, MUL, SUB, CONCAT. Sizes as PyTorch broadcasts; nothing is learned or counted."""

from . import Case

CASES = (
    Case("INPUT 8x8x4 -> ADD [ID, RELU]", (8, 8, 4), 0, 0, "He et al. 2015: a shortcut", "xs[0] + xs[1]"),
    Case(
        "INPUT 8x8x4 -> a: RELU -> b: TANH -> ADD @a @b", (8, 8, 4), 0, 0, "PyTorch, three volumes",
        "xs[0] + xs[1] + xs[2]",
    ),
    Case(
        "INPUT 8x8x4 -> ADD [ID, GAP]", (8, 8, 4), 0, 0, "PyTorch, broadcasting: a size of 1 stretches",
        "xs[0] + xs[1]",
    ),
    Case(
        "INPUT 8x8x4 -> ADD [PARAM 4, ID]", (8, 8, 4), 0, 0, "PyTorch, broadcasting, a number a channel",
        "xs[0][..., None, None] + xs[1]",
    ),
    Case(
        "INPUT 6x4 -> ADD [CONV 4 1 -> SLICE 0 1 axis=0, ID, PARAM 4]", (6, 4), 0, 0, "PyTorch, broadcasting",
        "xs[0] + xs[1] + xs[2][..., None]",
    ),
    Case(
        "INPUT 8x8x4 -> MUL [ID, GAP -> SIGMOID]", (8, 8, 4), 0, 0,
        "Hu et al. 2018 (squeeze-and-excite): channels scaled",
        "xs[0] * xs[1]",
    ),
    Case(
        "INPUT 3x4x5x6 -> MUL [PARAM 6, TANH]", (3, 4, 5, 6), 0, 0, "PyTorch, broadcasting",
        "xs[0][..., None, None, None] * xs[1]",
    ),
    Case(
        "INPUT 10x6 -> MUL [SLICE 0 3, SLICE 3 -> SIGMOID, SLICE 1 3]", (10, 3), 0, 0,
        "Dauphin et al. 2017: gated linear units",
        "xs[0] * xs[1] * xs[2]",
    ),
    Case("INPUT 10 -> SUB [ID, TANH]", (10,), 0, 0, "PyTorch, a difference", "xs[0] - xs[1]"),
    Case(
        "INPUT 7x5x3 -> SUB [ID, RELU, GMP]", (7, 5, 3), 0, 0, "PyTorch, the first minus the others",
        "xs[0] - xs[1] - xs[2]",
    ),
    Case(
        "INPUT 8x8x4 -> CONCAT [ID, CONV 6 1x1, TANH]", (8, 8, 14), 0, 0,
        "Szegedy et al. 2015: channels behind each other",
        "torch.cat(xs, 1)",
    ),
    Case(
        "INPUT 196x8 -> CONCAT axis=0 [PARAM 1x8, ID]", (197, 8), 0, 0,
        "Dosovitskiy et al. 2021: the class token before 196 others",
        "torch.cat([xs[0].expand(2, 8, 1), xs[1]], 2)",
    ),
    Case(
        "INPUT 4x6x3 -> a: TANH -> RELU -> CONCAT @a axis=-2", (4, 12, 3), 0, 0,
        "PyTorch, cat along the width of N,C,H,W",
        "torch.cat(xs, 3)",
    ),
    Case(
        "INPUT 3x4x5x2 -> CONCAT axis=0 [ID, TANH]", (6, 4, 5, 2), 0, 0, "PyTorch, cat along the depth of N,C,D,H,W",
        "torch.cat(xs, 2)",
    ),
    Case("INPUT 5 -> CONCAT [ID, TANH]", (10,), 0, 0, "PyTorch, cat", "torch.cat(xs, 1)"),
)  # fmt: skip
