"""ROPE, ALIBI: positions without weights."""

from . import Case

_ROPE = (
    "(lambda v, a: v * torch.cat([a, a], -1).cos() + torch.cat([-v[..., {half}:], v[..., :{half}]], -1)"
    " * torch.cat([a, a], -1).sin())(x.movedim(1, -1).unflatten(-1, ({heads}, -1)),"
    " (torch.arange({length}.)[:, None] / {base} ** (torch.arange({half}) / {half}))[:, None])"
    ".flatten(-2).movedim(-1, 1)"
)

CASES = (
    Case(
        "INPUT 10x32 -> ROPE 4", (10, 32), 0, 0, "Su et al. 2021, equation 34, in halves",
        _ROPE.format(half=4, heads=4, length=10, base=10000),
    ),
    Case(
        "INPUT 3x6x5 -> CONV 12 1 -> ROPE 2 base=500000", (3, 6, 12), 0, 0, "Su et al. 2021, with the base of Llama 3",
        _ROPE.format(half=3, heads=2, length=6, base=500000),
    ),
    Case(
        "INPUT 6x5 -> ALIBI 8", (8, 6, 6), 0, 0, "Press et al. 2021: slopes 1/2, 1/4, ..., 1/256",
        "-(torch.arange(6.)[:, None, None] - torch.arange(6.)).abs() * 0.5 ** torch.arange(1, 9)[:, None]",
    ),
    Case(
        "INPUT 6x5 -> ALIBI 3", (3, 6, 6), 0, 0, "Press et al. 2021: slopes of 2 heads, and the first of 4",
        "-(torch.arange(6.)[:, None, None] - torch.arange(6.)).abs() * torch.tensor([1 / 16, 1 / 256, 1 / 4])[:, None]",
    ),
)  # fmt: skip
