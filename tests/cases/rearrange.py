"""REARRANGE: nothing is learned or multiplied. Functions from PyTorch."""

from . import Case

CASES = (
    Case(
        'INPUT 14x14x768 -> REARRANGE "h w c -> (h w) c"', (196, 768), 0, 0, "Dosovitskiy et al. 2021: 196 tokens",
        "x.flatten(2)",
    ),
    Case(
        'INPUT 28x28x12 -> REARRANGE "h w (g c) -> h w (c g)" g=3', (28, 28, 12), 0, 0,
        "Zhang et al. 2018 (ShuffleNet); PyTorch, channel_shuffle",
        "x.unflatten(1, (3, 4)).transpose(1, 2).flatten(1, 2)",
    ),
    Case(
        'INPUT 8x6x5 -> REARRANGE "h w (y x c) -> (h y) (w x) c" y=1 x=5', (8, 30, 1), 0, 0, "einops, depth to space",
        "x.unflatten(1, (1, 5, 1)).permute(0, 3, 4, 1, 5, 2).reshape(2, 1, 8, 30)",
    ),
    Case(
        'INPUT 4x5x12 -> REARRANGE "h w (c y x) -> (h y) (w x) c" y=2 x=2', (8, 10, 3), 0, 0,
        "Shi et al. 2016; PyTorch, PixelShuffle(2)",
        "F.pixel_shuffle(x, 2)",
    ),
    Case(
        'INPUT 8x6x3 -> REARRANGE "(h y) (w x) c -> h w (c y x)" y=2 x=2', (4, 3, 12), 0, 0,
        "PyTorch, PixelUnshuffle(2)",
        "F.pixel_unshuffle(x, 2)",
    ),
    Case(
        'INPUT 14x14x6 -> REARRANGE "(a i) (b j) c -> (a b) (i j) c" i=7 j=7', (4, 49, 6), 0, 0,
        "Liu et al. 2021 (Swin): windows of 7x7",
        "x.unflatten(3, (2, 7)).unflatten(2, (2, 7)).permute(0, 1, 2, 4, 3, 5).flatten(4).flatten(2, 3)",
    ),
    Case(
        'INPUT 4x49x6 -> REARRANGE "(a b) (i j) c -> (a i) (b j) c" a=2 i=7', (14, 14, 6), 0, 0,
        "Liu et al. 2021 (Swin): the windows put back",
        "x.unflatten(3, (7, 7)).unflatten(2, (2, 2)).permute(0, 1, 2, 4, 3, 5).flatten(4).flatten(2, 3)",
    ),
    Case(
        'INPUT 10x12 -> REARRANGE "t (h d) -> h t d" h=3', (3, 10, 4), 0, 0, "Vaswani et al. 2017: heads",
        "x.unflatten(1, (3, 4)).permute(0, 2, 1, 3)",
    ),
    Case('INPUT 10x12 -> REARRANGE "t c -> c t"', (12, 10), 0, 0, "PyTorch, transpose", "x.mT"),
    Case('INPUT 10x12 -> REARRANGE "t c -> t 1 c"', (10, 1, 12), 0, 0, "PyTorch, unsqueeze", "x[..., None]"),
    Case('INPUT 1x1x12 -> REARRANGE "1 1 c -> c"', (12,), 0, 0, "PyTorch, squeeze", "x.flatten(1)"),
    Case(
        'INPUT 12 -> REARRANGE "(h w c) -> h w c" h=2 w=2', (2, 2, 3), 0, 0, "einops, the last axis fastest",
        "x.view(2, 2, 2, 3).movedim(-1, 1)",
    ),
    Case('INPUT 4x5x6x8 -> REARRANGE "t h w c -> t h w c"', (4, 5, 6, 8), 0, 0, "einops, nothing to do", "x"),
    Case(
        'INPUT 4x5x6x8 -> REARRANGE "t h w c -> (t c) (h w)"', (32, 30), 0, 0, "einops, joined in another order",
        "x.permute(0, 3, 4, 2, 1).flatten(3).flatten(1, 2)",
    ),
)  # fmt: skip
