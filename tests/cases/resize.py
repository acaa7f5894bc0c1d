"""UP: nothing is learned, and interpolation's products are no multiply-adds. Functions from PyTorch."""

from . import Case

CASES = (
    Case(
        "INPUT 28x28x64 -> UP 2", (56, 56, 64), 0, 0, "PyTorch, Upsample(scale_factor=2)",
        "F.interpolate(x, scale_factor=2)",
    ),
    Case("INPUT 5x7x3 -> UP 2x3", (10, 21, 3), 0, 0, "PyTorch, Upsample, an axis each", "F.interpolate(x, (10, 21))"),
    Case(
        "INPUT 5x7x3 -> UP to=8x13", (8, 13, 3), 0, 0, "PyTorch, Upsample(size=(8, 13))",
        "F.interpolate(x, (8, 13))",
    ),
    Case("INPUT 8x9x3 -> UP to=3x4", (3, 4, 3), 0, 0, "PyTorch, interpolate to fewer", "F.interpolate(x, (3, 4))"),
    Case(
        "INPUT 28x28x21 -> UP bilinear 8", (224, 224, 21), 0, 0, "Chen et al. 2017 (DeepLab v3): 8 times, bilinear",
        "F.interpolate(x, scale_factor=8, mode='bilinear')",
    ),
    Case(
        "INPUT 5x7x3 -> UP bilinear to=13x6", (13, 6, 3), 0, 0, "PyTorch, align_corners=False",
        "F.interpolate(x, (13, 6), mode='bilinear')",
    ),
    Case(
        "INPUT 8x7x3 -> s: CONV 3 3x3 -> POOL 2 s1 -> UP bilinear like=@s", (6, 5, 3), 0, 0,
        "PyTorch, align_corners=False",
        "F.interpolate(x, (6, 5), mode='bilinear')",
    ),
    Case("INPUT 10x4 -> UP 3", (30, 4), 0, 0, "PyTorch, Upsample of N,C,L", "F.interpolate(x, scale_factor=3)"),
    Case(
        "INPUT 10x4 -> UP linear to=17", (17, 4), 0, 0, "PyTorch, Upsample(size=17, mode='linear')",
        "F.interpolate(x, 17, mode='linear')",
    ),
    Case(
        "INPUT 3x4x5x2 -> UP 1x2x2", (3, 8, 10, 2), 0, 0, "PyTorch, Upsample of N,C,D,H,W",
        "F.interpolate(x, scale_factor=(1, 2, 2))",
    ),
    Case(
        "INPUT 3x4x5x2 -> UP trilinear 2", (6, 8, 10, 2), 0, 0, "PyTorch, Upsample(scale_factor=2, mode='trilinear')",
        "F.interpolate(x, scale_factor=2, mode='trilinear')",
    ),
)  # fmt: skip
