"""INPUT, PARAM, OUTPUT, ID, DROP, DROPPATH."""

from . import Case

CASES = (
    Case("INPUT 227x227x3", (227, 227, 3), 0, 0, "cs231n 2016, lecture 7: AlexNet's input"),
    Case("INPUT 1024 int", (1024,), 0, 0, "Radford et al. 2019 (GPT-2): 1,024 token ids"),
    Case(
        "INPUT 1x768 -> ADD [PARAM 1x768, ID] -> PARAM 1x768", (1, 768), 768, 0,
        "Dosovitskiy et al. 2021: a class token has 768 parameters",
    ),
    Case("INPUT 4x5x6 -> PARAM 3x4x5x6", (3, 4, 5, 6), 360, 0, "PyTorch, Parameter(zeros(3, 4, 5, 6))"),
    Case("INPUT 32x32x3 -> c: CONV 6 5x5 -> OUTPUT @c", (28, 28, 6), 456, 352800, "CSCE 5218: 28x28x6"),
    Case(
        "INPUT 9x9x2 -> c: CONV 4 3x3 -> r: RELU -> FC 3 -> OUTPUT @r -> FC 10 -> OUTPUT train", (10,), 40, 0,
        "torchvision's auxiliary heads: parameters, and no multiply-adds",
    ),
    Case("INPUT 7x7x5 -> ID", (7, 7, 5), 0, 0, "the volume untouched"),
    Case(
        "INPUT 4096 -> DROP 0.5", (4096,), 0, 0, "cs231n 2016: dropout has no parameters and keeps the volume",
        "F.dropout(x, 0.5, training=False)",
    ),
    Case("INPUT 7x7x5 -> DROP 0", (7, 7, 5), 0, 0, "PyTorch, Dropout(0)", "x"),
    Case(
        "INPUT 7x7x5 -> DROPPATH 0.1", (7, 7, 5), 0, 0,
        "Huang et al. 2016; torchvision's StochasticDepth at test time",
        "x",
    ),
    Case("INPUT 20x5 -> DROPPATH 0", (20, 5), 0, 0, "Huang et al. 2016", "x"),
)  # fmt: skip
