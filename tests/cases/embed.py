"""EMBED, POSEMB."""

from . import Case

CASES = (
    Case(
        "INPUT 1024 int -> EMBED 50257 768", (1024, 768), 38597376, 0,
        "Radford et al. 2019: GPT-2's 50,257 tokens, 768 channels",
        "F.embedding(x, w['weight']).mT",
    ),
    Case(
        "INPUT 2x7 int -> EMBED 50 8", (2, 7, 8), 400, 0, "PyTorch's Embedding",
        "F.embedding(x.mT, w['weight']).movedim(-1, 1)",
    ),
    Case(
        "i: INPUT 5 int -> e: EMBED 9 4 -> @i -> EMBED 9 4 tie=@e", (5, 4), 0, 0, "PyTorch: the weight is stored once",
        "F.embedding(x, w['weight']).mT",
    ),
    Case(
        "INPUT 5 int -> e: EMBED 9 4 -> LINEAR 9 tie=@e nobias", (5, 9), 0, 180, "PyTorch: the weight is stored once",
        "F.linear(x.mT, w['weight']).mT",
    ),
    Case(
        "INPUT 197x768 -> POSEMB 197", (197, 768), 151296, 0,
        "Dosovitskiy et al. 2020, table 1: 196 patches and the class token of ViT-B/16",
        "x + w['weight'].mT",
    ),
    Case(
        "INPUT 3x5x2 -> CONV 8 1 -> POSEMB 9", (3, 5, 8), 72, 0, "all 9 rows are stored, 5 are used",
        "x + w['weight'][:5].mT[:, None]",
    ),
    Case(
        "INPUT 10x16 -> POSEMB 5000 sine", (10, 16), 0, 0, "Vaswani et al. 2017, section 3.5",
        "x + (lambda a: torch.stack([a.sin(), a.cos()], 2).flatten(1).mT)"
        "(torch.arange(10.)[:, None] / 10000 ** (torch.arange(0, 16, 2) / 16))",
    ),
)  # fmt: skip
