"""FLATTEN, PAD, SLICE, CROP, ROLL: nothing is learned or multiplied. Functions from PyTorch."""

from . import Case

CASES = (
    Case("INPUT 6x6x256 -> FLATTEN", (9216,), 0, 0, "PyTorch, Flatten(): channels first", "x.flatten(1)"),
    Case("INPUT 10x4 -> FLATTEN", (40,), 0, 0, "PyTorch, Flatten()", "x.flatten(1)"),
    Case("INPUT 2x3x4x5 -> FLATTEN", (120,), 0, 0, "PyTorch, Flatten()", "x.flatten(1)"),
    Case("INPUT 7 -> FLATTEN", (7,), 0, 0, "PyTorch, Flatten()", "x"),
    Case("INPUT 32x32x3 -> PAD 2", (36, 36, 3), 0, 0, "PyTorch, ZeroPad2d(2)", "F.pad(x, (2, 2, 2, 2))"),
    Case(
        "INPUT 32x30x3 -> PAD p1:2x0", (35, 30, 3), 0, 0, "PyTorch, ZeroPad2d((0, 0, 1, 2))",
        "F.pad(x, (0, 0, 1, 2))",
    ),
    Case(
        "INPUT 30x35x3 -> PAD to=8x7", (32, 35, 3), 0, 0, "PyTorch, ZeroPad2d: 30 up to 32, 35 is a multiple of 7",
        "F.pad(x, (0, 0, 0, 2))",
    ),
    Case(
        "INPUT 20x3 -> PAD p1:2 axis=-1", (20, 6), 0, 0, "PyTorch, pad of the channels (He et al. 2015, option A)",
        "F.pad(x, (0, 0, 1, 2))",
    ),
    Case("INPUT 20x3 -> PAD 3:0 axis=0", (23, 3), 0, 0, "PyTorch, ZeroPad1d((3, 0))", "F.pad(x, (3, 0))"),
    Case("INPUT 7x7x3 -> PAD 0", (7, 7, 3), 0, 0, "PyTorch, ZeroPad2d(0)", "x"),
    Case("INPUT 3x4x5x6 -> PAD 1x0x2:1", (5, 4, 8, 6), 0, 0, "PyTorch, ZeroPad3d", "F.pad(x, (2, 1, 0, 0, 1, 1))"),
    Case("INPUT 20x8 -> SLICE 2 3", (20, 3), 0, 0, "PyTorch, indexing", "x[:, 2:5]"),
    Case("INPUT 7x7x8 -> SLICE 6", (7, 7, 2), 0, 0, "PyTorch, indexing", "x[:, 6:]"),
    Case(
        "INPUT 197x768 -> SLICE 0 1 axis=0", (1, 768), 0, 0, "Dosovitskiy et al. 2021: the class token",
        "x[:, :, :1]",
    ),
    Case(
        "INPUT 3x7x9x8 -> SLICE -2 1 axis=1", (3, 1, 9, 8), 0, 0, "PyTorch, indexing from the end",
        "x[:, :, :, -2:-1]",
    ),
    Case("INPUT 12 -> SLICE 0 12", (12,), 0, 0, "PyTorch, indexing", "x"),
    Case(
        "INPUT 64x64x512 -> CROP 56x56", (56, 56, 512), 0, 0,
        "Ronneberger et al. 2015 (U-Net): 64x64 cropped to 56x56",
        "x[:, :, 4:60, 4:60]",
    ),
    Case(
        "INPUT 9x8x3 -> CROP 4", (4, 4, 3), 0, 0, "PyTorch, indexing: one more is lost at the end",
        "x[:, :, 2:6, 2:6]",
    ),
    Case("INPUT 9x8x3 -> CROP start 7x6", (7, 6, 3), 0, 0, "PyTorch, indexing", "x[:, :, :7, :6]"),
    Case("INPUT 20x3 -> s: CONV 3 5 -> PAD 3 -> CROP like=@s", (16, 3), 0, 0, "PyTorch, indexing", "x[:, :, 3:-3]"),
    Case("INPUT 4x5x6x3 -> CROP start 4x3x2", (4, 3, 2, 3), 0, 0, "PyTorch, indexing", "x[:, :, :, :3, :2]"),
    Case(
        "INPUT 56x56x96 -> ROLL -3", (56, 56, 96), 0, 0, "Liu et al. 2021 (Swin): a cyclic shift",
        "x.roll((-3, -3), (2, 3))",
    ),
    Case("INPUT 7x9x4 -> ROLL 2x(-10)", (7, 9, 4), 0, 0, "PyTorch, roll", "x.roll((2, -10), (2, 3))"),
    Case("INPUT 7x9x4 -> ROLL 0x9", (7, 9, 4), 0, 0, "PyTorch, roll: all the way round", "x"),
    Case("INPUT 10x4 -> ROLL 1", (10, 4), 0, 0, "PyTorch, roll", "x.roll(1, 2)"),
    Case("INPUT 3x4x5x6 -> ROLL 1x0x(-2)", (3, 4, 5, 6), 0, 0, "PyTorch, roll", "x.roll((1, -2), (2, 4))"),
)  # fmt: skip
