"""FC, LINEAR. Expected values from torch.nn's modules, or what each row names."""

from . import Case

CASES = (
    Case(
        "INPUT 6x6x256 -> FC 4096", (4096,), 37752832, 37748736,
        "cs231n 2016, lecture 7: AlexNet's FC6, (6*6*256)*4096 weights",
        "F.linear(x.flatten(1), w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 4096 -> FC 1000", (1000,), 4097000, 4096000, "cs231n 2016, lecture 7: AlexNet's FC8",
        "F.linear(x, w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 4096 -> FC 1000 nobias", (1000,), 4096000, 4096000, "PyTorch, Linear(4096, 1000, bias=False)",
        "F.linear(x, w['weight'])",
    ),
    Case(
        "INPUT 9x9x1 -> FC 20 nobias", (20,), 1620, 1620, "EEE511: 20*K*K weights for K = 9",
        "F.linear(x.flatten(1), w['weight'])",
    ),
    Case(
        "INPUT 5x4x3x2 -> FC 7", (7,), 847, 840, "PyTorch, Flatten and Linear: channels first",
        "F.linear(x.flatten(1), w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 10x4 -> FC 7", (7,), 287, 280, "PyTorch, Flatten and Linear: channels first",
        "F.linear(x.flatten(1), w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 6 -> a: FC 6 -> FC 6 tie=@a", (6,), 6, 36, "PyTorch, one weight in two layers, a bias each",
        "F.linear(x, w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 768 -> LINEAR 3072", (3072,), 2362368, 2359296, "PyTorch, Linear(768, 3072)",
        "F.linear(x, w['weight'], w['bias'])",
    ),
    Case(
        "INPUT 197x768 -> LINEAR 3072", (197, 3072), 2362368, 464781312,
        "Dosovitskiy et al. 2021, ViT-B's first MLP layer",
        "F.linear(x.mT, w['weight'], w['bias']).mT",
    ),
    Case(
        "INPUT 7x8x6 -> LINEAR 12 nobias", (7, 8, 12), 72, 4032, "PyTorch, a 1x1 convolution",
        "F.linear(x.movedim(1, -1), w['weight']).movedim(-1, 1)",
    ),
    Case(
        "INPUT 3x7x8x6 -> LINEAR 12", (3, 7, 8, 12), 84, 12096, "PyTorch, Linear(6, 12) at every position",
        "F.linear(x.movedim(1, -1), w['weight'], w['bias']).movedim(-1, 1)",
    ),
    Case(
        "INPUT 4x6 -> a: LINEAR 6 -> LINEAR 6 tie=@a nobias", (4, 6), 0, 144, "PyTorch, one weight in two layers",
        "F.linear(x.mT, w['weight']).mT",
    ),
)  # fmt: skip
