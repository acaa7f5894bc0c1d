"""CONV, DWCONV. Expected values from the papers and docs that each row names, or from torch.nn's modules."""

from . import Case

CASES = (
    Case(
        "INPUT 60x1 -> CONV 7 40", (21, 7), 287, 5880, "PyTorch, Conv1d(1, 7, 40)",
        "F.conv1d(x, w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 50x16 -> CONV 33 3 s2 floor", (24, 33), 1617, 38016, "PyTorch's docs, Conv1d",
        "F.conv1d(x, w['weight'], w['bias'], stride=2)",
    ),
    Case(
        "INPUT 20x4 -> CONV 8 3 p2 d2 g2 nobias", (20, 8), 48, 960, "PyTorch, Conv1d with groups and dilation",
        "F.conv1d(x, w['weight'], padding=2, dilation=2, groups=2)",
    ),
    Case(
        "INPUT 20x4 -> CONV 8 3 p2:0", (20, 8), 104, 1920, "PyTorch, causal: padding before only",
        "F.conv1d(F.pad(x, (2, 0)), w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 21x4 -> CONV 8 4 same", (21, 8), 136, 2688, "PyTorch, padding='same'",
        "F.conv1d(F.pad(x, (1, 2)), w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 10x4 -> CONV 2 3 s4 ceil", (3, 2), 26, 72, "PyTorch, the row that ceil adds as padding",
        "F.conv1d(F.pad(x, (0, 1)), w['weight'], w['bias'], stride=4)",
    ),
    Case(
        "INPUT 227x227x3 -> CONV 96 11x11 s4", (55, 55, 96), 34944, 105415200,
        "cs231n 2016, lecture 7: AlexNet's first layer",
        "F.conv2d(x, w['weight'], w['bias'], stride=4)",
    ),
    Case(
        "INPUT 32x32x3 -> CONV 10 5x5 p2", (32, 32, 10), 760, 768000, "cs231n 2016, lecture 7: 760 parameters",
        "F.conv2d(x, w['weight'], w['bias'], padding=2)",
    ),
    Case(
        "INPUT 27x27x96 -> CONV 256 5x5 p2 g2", (27, 27, 256), 307456, 223948800,
        "Krizhevsky et al. 2012: two groups",
        "F.conv2d(x, w['weight'], w['bias'], padding=2, groups=2)",
    ),
    Case(
        "INPUT 50x100x16 -> CONV 33 3x5 s2x1 p4x2 d3x1 floor", (26, 100, 33), 7953, 20592000,
        "PyTorch's docs, Conv2d",
        "F.conv2d(x, w['weight'], w['bias'], (2, 1), (4, 2), (3, 1))",
    ),
    Case(
        "INPUT 224x224x3 -> CONV 64 7x7 s2 p3 floor nobias", (112, 112, 64), 9408, 118013952,
        "He et al. 2015: ResNet's first layer",
        "F.conv2d(x, w['weight'], stride=2, padding=3)",
    ),
    Case(
        "INPUT 8x9x3 -> CONV 4 3 s2 p0:1x1:1", (4, 5, 4), 112, 2160,
        "PyTorch, an axis padded after, the other on both sides",
        "F.conv2d(F.pad(x, (1, 1, 0, 1)), w['weight'], w['bias'], stride=2)",
    ),
    Case(
        "INPUT 224x224x3 -> CONV 32 3x3 s2 same nobias", (112, 112, 32), 864, 10838016,
        "TensorFlow's SAME: the odd pad after",
        "F.conv2d(F.pad(x, (0, 1, 0, 1)), w['weight'], stride=2)",
    ),
    Case(
        "INPUT 9x8x3 -> CONV 4 3x3 s2x3 d1x2 ceil", (4, 2, 4), 112, 864, "PyTorch, where nothing is rounded",
        "F.conv2d(x, w['weight'], w['bias'], (2, 3), 0, (1, 2))",
    ),
    Case(
        "INPUT 10x10x3 -> CONV 4 3x3 s2 ceil", (5, 5, 4), 112, 2700, "PyTorch, the rows that ceil adds as padding",
        "F.conv2d(F.pad(x, (0, 1, 0, 1)), w['weight'], w['bias'], stride=2)",
    ),
    Case(
        "INPUT 56x56x64 -> CONV 32 1x1", (56, 56, 32), 2080, 6422528, "cs231n 2016, lecture 7: 1x1 convolutions",
        "F.conv2d(x, w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 14x14x6 -> CONV 16 5x5 m=[[1,1,1,0,0,0],[0,1,1,1,0,0],[0,0,1,1,1,0],[0,0,0,1,1,1],[1,0,0,0,1,1],[1,1,"
        "0,0,0,1],[1,1,1,1,0,0],[0,1,1,1,1,0],[0,0,1,1,1,1],[1,0,0,1,1,1],[1,1,0,0,1,1],[1,1,1,0,0,1],[1,1,0,1,1,0],"
        "[0,1,1,0,1,1],[1,0,1,1,0,1],[1,1,1,1,1,1]]", (10, 10, 16), 1516, 150000,
        "LeCun et al. 1998, table 1: C3 has 1,516 parameters and 151,600 connections",
        "F.conv2d(x, w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 10x10x1 -> CONV 1 3x3 w=[[1,1,1],[1,1,1],[1,1,1]]/9 nobias", (8, 8, 1), 9, 576,
        "CSCE 5218: the box filter",
        "F.conv2d(x, torch.full((1, 1, 3, 3), 1 / 9))",
    ),
    Case(
        "INPUT 5x5x1 -> CONV 1 3x3 nobias w=[[1,2,3],[4,5,6],[7,8,9]] flip", (3, 3, 1), 9, 81,
        "CSCE 5218: convolution flips, correlation does not",
        "F.conv2d(x, torch.arange(9.0, 0, -1).view(1, 1, 3, 3))",
    ),
    Case(
        "INPUT 32x32x3 -> CONV 64 3x3 unshared", (30, 30, 64), 1612800, 1555200,
        "Keras's docs, LocallyConnected2D: 30*30*3*3*3*64 weights and 30*30*64 biases",
        "(torch.einsum('nkl,lok->nol', F.unfold(x, 3), w['weight'].flatten(3).flatten(0, 1)).unflatten(2, (30, 30)) "
        "+ w['bias'].movedim(-1, 0))",
    ),
    Case(
        "INPUT 10x32 -> CONV 64 3 unshared", (8, 64), 49664, 49152,
        "Keras, LocallyConnected1D(64, 3): 8*3*32*64 + 8*64",
        "torch.einsum('nclk,lock->nol', x.unfold(2, 3, 1), w['weight']) + w['bias'].mT",
    ),
    Case(
        "INPUT 9x9x4 -> CONV 6 3x3 s2 p1 g2 nobias unshared", (5, 5, 6), 2700, 2700,
        "a convolution of its own at each of 5x5 positions: 25*6*2*9 weights",
        "torch.stack([F.conv2d(F.pad(x, (1,) * 4)[:, :, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3], w['weight'][i, j], "
        "groups=2) for i in range(5) for j in range(5)], -1).view(2, 6, 5, 5)",
    ),
    Case(
        "INPUT 4x5x6x2 -> CONV 3 2x3x4 unshared", (3, 3, 3, 3), 3969, 3888,
        "a convolution of its own at each of 3x3x3 positions",
        "torch.stack([F.conv3d(x[:, :, i : i + 2, j : j + 3, k : k + 4], w['weight'][i, j, k], w['bias'][i, j, k]) "
        "for i in range(3) for j in range(3) for k in range(3)], -1).view(2, 3, 3, 3, 3)",
    ),
    Case(
        "INPUT 10x12x14x4 -> CONV 6 3x5x2 s2x1x1 p4x2x0 floor", (8, 12, 13, 6), 726, 898560,
        "PyTorch's docs, Conv3d, smaller",
        "F.conv3d(x, w['weight'], w['bias'], (2, 1, 1), (4, 2, 0))",
    ),
    Case(
        "INPUT 16x16x16x4 -> CONV 32 3 p1", (16, 16, 16, 32), 3488, 14155776, "PyTorch, Conv3d(4, 32, 3, padding=1)",
        "F.conv3d(x, w['weight'], w['bias'], padding=1)",
    ),
    Case(
        "INPUT 6x7x8x4 -> CONV 4 3 d1x2x1 g4 same nobias", (6, 7, 8, 4), 108, 36288,
        "PyTorch, Conv3d with padding='same'",
        "F.conv3d(x, w['weight'], None, 1, 'same', (1, 2, 1), 4)",
    ),
    Case(
        "INPUT 5x6x7x2 -> CONV 3 2 p1:0x0:1x0 s1x2x1 floor", (5, 3, 6, 3), 51, 4320,
        "PyTorch, padded before, after, and not",
        "F.conv3d(F.pad(x, (0, 0, 0, 1, 1, 0)), w['weight'], w['bias'], (1, 2, 1))",
    ),
    Case(
        "INPUT 4x9x8x3 -> CONV 5 3x3", (4, 7, 6, 5), 140, 22680, "PyTorch, Conv2d(3, 5, 3) on each of 4 frames",
        "F.conv2d(x.transpose(1, 2).flatten(0, 1), w['weight'], w['bias']).unflatten(0, (2, 4)).transpose(1, 2)",
    ),
    Case(
        "INPUT 32x32x8 -> DWCONV 3x3 nobias", (30, 30, 8), 72, 64800,
        "Howard et al. 2017 (MobileNet): k*k weights a channel",
        "F.conv2d(x, w['weight'], groups=8)",
    ),
    Case(
        "INPUT 112x112x32 -> DWCONV 3x3 s2 p1 floor nobias", (56, 56, 32), 288, 903168, "Howard et al. 2017, table 1",
        "F.conv2d(x, w['weight'], stride=2, padding=1, groups=32)",
    ),
    Case(
        "INPUT 9x9x4 -> DWCONV 3x5 mult=2 d2x1 p2", (9, 9, 8), 128, 9720, "PyTorch, Conv2d(4, 8, (3, 5), groups=4)",
        "F.conv2d(x, w['weight'], w['bias'], 1, 2, (2, 1), 4)",
    ),
    Case(
        "INPUT 20x6 -> DWCONV 7 same", (20, 6), 48, 840, "PyTorch, Conv1d(6, 6, 7, groups=6)",
        "F.conv1d(x, w['weight'], w['bias'], padding='same', groups=6)",
    ),
    Case(
        "INPUT 5x6x7x4 -> DWCONV 3 p1 s1x1x2", (5, 6, 4, 4), 112, 12960, "PyTorch, Conv3d(4, 4, 3, groups=4)",
        "F.conv3d(x, w['weight'], w['bias'], (1, 1, 2), 1, 1, 4)",
    ),
    Case(
        "INPUT 9x9x2 -> DWCONV 3x3 s4 ceil", (3, 3, 2), 20, 162, "PyTorch, the rows that ceil adds as padding",
        "F.conv2d(F.pad(x, (0, 2, 0, 2)), w['weight'], w['bias'], stride=4, groups=2)",
    ),
    Case(
        "INPUT 6x6x2 -> DWCONV 3x3 nobias w=[[1,2,1],[0,0,0],[-1,-2,-1]] flip", (4, 4, 2), 18, 288,
        "Sobel's filter, turned",
        "F.conv2d(x, torch.tensor([[-1., -2, -1], [0, 0, 0], [1, 2, 1]]).expand(2, 1, 3, 3), groups=2)",
    ),
)  # fmt: skip
