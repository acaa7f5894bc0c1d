"""TCONV. Expected values from the papers and docs that each row names, or from torch.nn's modules."""

from . import Case

CASES = (
    Case(
        "INPUT 50x100x16 -> TCONV 33 3x3 s2", (101, 201, 33), 4785, 23760000, "PyTorch's docs, ConvTranspose2d",
        "F.conv_transpose2d(x, w['weight'], w['bias'], stride=2)",
    ),
    Case(
        "INPUT 12x15x8 -> TCONV 6 3x5 s2x1 p4x2", (17, 15, 6), 726, 129600,
        "PyTorch's docs, ConvTranspose2d, smaller",
        "F.conv_transpose2d(x, w['weight'], w['bias'], (2, 1), (4, 2))",
    ),
    Case(
        "INPUT 3x3x1 -> TCONV 1 3x3 s2 p1 nobias", (5, 5, 1), 9, 81,
        "Dumoulin and Visin 2016, figure 4.6: 3x3 to 5x5",
        "F.conv_transpose2d(x, w['weight'], stride=2, padding=1)",
    ),
    Case(
        "INPUT 6x6x16 -> TCONV 16 3 s2 p1 o1", (12, 12, 16), 2320, 82944,
        "PyTorch's docs, ConvTranspose2d: 6x6 back to 12x12",
        "F.conv_transpose2d(x, w['weight'], w['bias'], stride=2, padding=1, output_padding=1)",
    ),
    Case(
        "INPUT 5x6x8 -> TCONV 6 3 s2x3 d1x2 o0x1 g2", (11, 21, 6), 222, 6480,
        "PyTorch, ConvTranspose2d with all options",
        "F.conv_transpose2d(x, w['weight'], w['bias'], (2, 3), 0, (0, 1), 2, (1, 2))",
    ),
    Case(
        "INPUT 5x6x2 -> TCONV 3 4 s2 p0:1x2:1", (11, 11, 3), 99, 2880,
        "PyTorch, ConvTranspose2d(2, 3, 4, stride=2), one row and three columns cut",
        "F.conv_transpose2d(x, w['weight'], w['bias'], stride=2)[:, :, :-1, 2:-1]",
    ),
    Case(
        "INPUT 4x4x1024 -> TCONV 512 5x5 s2 same nobias", (8, 8, 512), 13107200, 209715200,
        "Radford et al. 2015 (DCGAN), figure 1: 4x4x1024 to 8x8x512",
        "F.conv_transpose2d(x, w['weight'], stride=2)[:, :, 1:-2, 1:-2]",
    ),
    Case(
        "INPUT 7x5 -> TCONV 4 2 s3 same", (21, 4), 44, 280, "TensorFlow's SAME: stride times as long",
        "F.conv_transpose1d(x, w['weight'], w['bias'], stride=3, output_padding=1)",
    ),
    Case(
        "INPUT 10x4 -> TCONV 6 4 s2 p1", (20, 6), 102, 960, "PyTorch, ConvTranspose1d(4, 6, 4)",
        "F.conv_transpose1d(x, w['weight'], w['bias'], stride=2, padding=1)",
    ),
    Case(
        "INPUT 3x4x5x4 -> TCONV 2 3x2x2 s2x1x2 p1x0x0", (5, 5, 10, 2), 98, 5760, "PyTorch, ConvTranspose3d",
        "F.conv_transpose3d(x, w['weight'], w['bias'], (2, 1, 2), (1, 0, 0))",
    ),
    Case(
        "INPUT 3x4x5x2 -> TCONV 4 2x2 s2", (3, 8, 10, 4), 36, 1920,
        "PyTorch, ConvTranspose2d(2, 4, 2, stride=2) on each of 3 frames",
        "F.conv_transpose2d(x.transpose(1, 2).flatten(0, 1), w['weight'], w['bias'], stride=2).unflatten(0, (2, "
        "3)).transpose(1, 2)",
    ),
)  # fmt: skip
