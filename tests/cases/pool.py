"""POOL, GAP, GMP, AAP. Expected volumes from torch.nn's modules, or what each row names."""

from . import Case

CASES = (
    Case(
        "INPUT 55x55x96 -> POOL 3 s2", (27, 27, 96), 0, 0,
        "cs231n 2016, lecture 7: AlexNet's POOL1, 27x27x96 and no parameters",
        "F.max_pool2d(x, 3, 2)",
    ),
    Case(
        "INPUT 4x4x1 -> POOL max 2 s2", (2, 2, 1), 0, 0, "cs231n 2016, lecture 7: 2x2 filters and stride 2",
        "F.max_pool2d(x, 2)",
    ),
    Case(
        "INPUT 50x32x16 -> POOL 3x2 s2x1 floor", (24, 31, 16), 0, 0, "PyTorch's docs, MaxPool2d",
        "F.max_pool2d(x, (3, 2), (2, 1))",
    ),
    Case(
        "INPUT 112x112x64 -> POOL 3 s2 p1 floor", (56, 56, 64), 0, 0, "He et al. 2015: ResNet's pooling",
        "F.max_pool2d(x, 3, 2, 1)",
    ),
    Case(
        "INPUT 13x13x8 -> POOL 2 s2 ceil", (7, 7, 8), 0, 0, "PyTorch, MaxPool2d(2, ceil_mode=True)",
        "F.max_pool2d(x, 2, ceil_mode=True)",
    ),
    Case(
        "INPUT 6x6x8 -> POOL 2 s3 p1 ceil", (3, 3, 8), 0, 0,
        "PyTorch: a last window that would start in the end padding is dropped",
        "F.max_pool2d(x, 2, 3, 1, ceil_mode=True)",
    ),
    Case(
        "INPUT 13x13x8 -> POOL 2 s1 same", (13, 13, 8), 0, 0, "Redmon and Farhadi 2016: YOLO's 13x13 stay",
        "F.max_pool2d(F.pad(x, (0, 1, 0, 1), value=float('-inf')), 2, 1)",
    ),
    Case(
        "INPUT 9x8x3 -> POOL 3 s1 d2x1 p1", (7, 8, 3), 0, 0, "PyTorch, MaxPool2d with dilation",
        "F.max_pool2d(x, 3, 1, 1, (2, 1))",
    ),
    Case(
        "INPUT 7x8x3 -> POOL 3x4 s2x1 p0x2:1", (3, 8, 3), 0, 0, "PyTorch, one axis padded on two sides",
        "F.max_pool2d(F.pad(x, (2, 1), value=float('-inf')), (3, 4), (2, 1))",
    ),
    Case("INPUT 50x16 -> POOL 3 s2 floor", (24, 16), 0, 0, "PyTorch's docs, MaxPool1d", "F.max_pool1d(x, 3, 2)"),
    Case(
        "INPUT 5x8x9x4 -> POOL 3x2x3 s2x2x1 p1x0x1", (3, 4, 9, 4), 0, 0, "PyTorch, MaxPool3d",
        "F.max_pool3d(x, (3, 2, 3), (2, 2, 1), (1, 0, 1))",
    ),
    Case(
        "INPUT 3x6x6x4 -> POOL 2x2 s2", (3, 3, 3, 4), 0, 0, "PyTorch, MaxPool2d(2) on each of 3 frames",
        "F.max_pool3d(x, (1, 2, 2))",
    ),
    Case("INPUT 8x8x5 -> POOL avg 2 s2", (4, 4, 5), 0, 0, "PyTorch, AvgPool2d(2)", "F.avg_pool2d(x, 2)"),
    Case(
        "INPUT 8x8x5 -> POOL avg 3 s2 p1 floor", (4, 4, 5), 0, 0, "PyTorch, AvgPool2d(3, 2, 1), padding counted",
        "F.avg_pool2d(x, 3, 2, 1)",
    ),
    Case(
        "INPUT 8x8x5 -> POOL avg 3 s1 p1 inner", (8, 8, 5), 0, 0,
        "Szegedy et al. 2015 as torchvision has it, padding not counted",
        "F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)",
    ),
    Case(
        "INPUT 8x9x5 -> POOL avg 3 s2 p1 ceil", (5, 5, 5), 0, 0, "PyTorch, AvgPool2d(3, 2, 1, ceil_mode=True)",
        "F.avg_pool2d(x, 3, 2, 1, True)",
    ),
    Case(
        "INPUT 8x9x5 -> POOL avg 3 s2 p1 ceil inner", (5, 5, 5), 0, 0, "PyTorch, the same, padding not counted",
        "F.avg_pool2d(x, 3, 2, 1, True, False)",
    ),
    Case(
        "INPUT 8x9x5 -> POOL avg 3 s2 same inner", (4, 5, 5), 0, 0, "TensorFlow's SAME, which never counts padding",
        "F.avg_pool2d(F.pad(x, (1, 1, 0, 1)), 3, 2, divisor_override=1) / F.avg_pool2d(F.pad(torch.ones_like(x), (1, "
        "1, 0, 1)), 3, 2, divisor_override=1)",
    ),
    Case("INPUT 9x9x5 -> POOL avg 2 s1 d2 p1:0", (8, 8, 5), 0, 0, "ONNX's AveragePool, opset 19: 9 + 1 - 2"),
    Case("INPUT 20x6 -> POOL avg 4 s2", (9, 6), 0, 0, "PyTorch, AvgPool1d(4, 2)", "F.avg_pool1d(x, 4, 2)"),
    Case(
        "INPUT 6x8x6x3 -> POOL avg 3x2x3 s1x2x1 p1x0x0", (6, 4, 4, 3), 0, 0, "PyTorch, AvgPool3d",
        "F.avg_pool3d(x, (3, 2, 3), (1, 2, 1), (1, 0, 0))",
    ),
    Case(
        "INPUT 8x8x5 -> POOL sum 2 s2", (4, 4, 5), 0, 0, "LeCun et al. 1998: the sum of 2x2 inputs",
        "F.avg_pool2d(x, 2, divisor_override=1)",
    ),
    Case(
        "INPUT 7x9x5 -> POOL sum 3x2 s2x1 p1x1:0 d1x2", (4, 8, 5), 0, 0, "PyTorch, a convolution with ones",
        "F.conv2d(F.pad(x, (1, 0, 1, 1)), x.new_ones(5, 1, 3, 2), None, (2, 1), 0, (1, 2), 5)",
    ),
    Case(
        "INPUT 9x5 -> POOL sum 4 s2 ceil", (4, 5), 0, 0, "PyTorch, a convolution with ones",
        "F.conv1d(F.pad(x, (0, 1)), x.new_ones(5, 1, 4), stride=2, groups=5)",
    ),
    Case(
        "INPUT 7x7x512 -> GAP", (1, 1, 512), 0, 0, "Szegedy et al. 2015: the average over all positions",
        "x.mean((2, 3), keepdim=True)",
    ),
    Case("INPUT 9x16 -> GAP", (1, 16), 0, 0, "PyTorch, AdaptiveAvgPool1d(1)", "x.mean(2, keepdim=True)"),
    Case(
        "INPUT 3x4x5x6 -> GAP", (1, 1, 1, 6), 0, 0, "PyTorch, AdaptiveAvgPool3d(1)",
        "x.mean((2, 3, 4), keepdim=True)",
    ),
    Case("INPUT 7x7x512 -> GMP", (1, 1, 512), 0, 0, "PyTorch, AdaptiveMaxPool2d(1)", "x.amax((2, 3), keepdim=True)"),
    Case("INPUT 9x16 -> GMP", (1, 16), 0, 0, "PyTorch, AdaptiveMaxPool1d(1)", "x.amax(2, keepdim=True)"),
    Case(
        "INPUT 3x4x5x6 -> GMP", (1, 1, 1, 6), 0, 0, "PyTorch, AdaptiveMaxPool3d(1)",
        "x.amax((2, 3, 4), keepdim=True)",
    ),
    Case(
        "INPUT 14x14x8 -> AAP 7x7", (7, 7, 8), 0, 0, "PyTorch, where the sizes divide",
        "F.adaptive_avg_pool2d(x, 7)",
    ),
    Case(
        "INPUT 10x9x8 -> AAP 5x7", (5, 7, 8), 0, 0, "PyTorch's docs, AdaptiveAvgPool2d((5, 7)): one axis divides",
        "F.adaptive_avg_pool2d(x, (5, 7))",
    ),
    Case(
        "INPUT 13x13x256 -> AAP 6", (6, 6, 256), 0, 0, "torchvision's AlexNet on 256x256 images and more",
        "F.adaptive_avg_pool2d(x, 6)",
    ),
    Case(
        "INPUT 1x3x8 -> AAP 7x7", (7, 7, 8), 0, 0, "PyTorch: more windows than positions",
        "F.adaptive_avg_pool2d(x, 7)",
    ),
    Case(
        "INPUT 7x7x512 -> AAP 7", (7, 7, 512), 0, 0, "torchvision's VGG: nothing to do",
        "F.adaptive_avg_pool2d(x, 7)",
    ),
    Case("INPUT 64x8 -> AAP 5", (5, 8), 0, 0, "PyTorch's docs, AdaptiveAvgPool1d(5)", "F.adaptive_avg_pool1d(x, 5)"),
    Case(
        "INPUT 8x9x10x4 -> AAP 5x7x9", (5, 7, 9, 4), 0, 0, "PyTorch's docs, AdaptiveAvgPool3d((5, 7, 9))",
        "F.adaptive_avg_pool3d(x, (5, 7, 9))",
    ),
)  # fmt: skip
