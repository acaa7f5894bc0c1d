"""RELPOS, BUCKETS, SHIFTMASK, COORDS: relative positions."""

from . import Case

_BUCKETS = (
    "(lambda d: x[0].mT[{start} + torch.where({n} < {near}, {n}, ({near} + ({n}.clamp(min=1) / {near}).log()"
    " / torch.tensor({far} / {near}).log() * ({side} - {near})).long().clamp(max={side} - 1))].movedim(-1, 0))"
    "(torch.arange({k}) - torch.arange({q})[:, None])"
)

CASES = (
    Case(
        "INPUT 1 -> PARAM 169x3 -> RELPOS 7x7", (49, 49, 3), 0, 0,
        "Liu et al. 2021 (Swin), section 3.2: (2*7 - 1)^2 rows for windows of 7x7",
        "(lambda c: x[0].mT[((c[:, None] - c + 6) * torch.tensor([13, 1])).sum(-1)].movedim(-1, 0))"
        "(torch.cartesian_prod(torch.arange(7), torch.arange(7)))",
    ),
    Case(
        "INPUT 1 -> PARAM 13x8 -> RELPOS 7 4", (7, 4, 8), 0, 0, "Li et al. 2021 (MViTv2): 2*max(7, 4) - 1 rows",
        "x[0].mT[(torch.arange(7)[:, None] + (3 - torch.arange(4)) * (7 / 4)).long()].movedim(-1, 0)",
    ),
    Case(
        "INPUT 1 -> PARAM 32x8 -> BUCKETS 150 190 bi", (150, 190, 8), 0, 0, "Raffel et al. 2019 (T5), section 2.1",
        _BUCKETS.format(start="16 * (d > 0)", n="d.abs()", near=8, side=16, far=128, q=150, k=190),
    ),
    Case(
        "INPUT 1 -> PARAM 32x8 -> BUCKETS 150 150 max=64", (150, 150, 8), 0, 0,
        "Raffel et al. 2019 (T5): a decoder looks back only",
        _BUCKETS.format(start="0", n="(-d).clamp(min=0)", near=16, side=32, far=64, q=150, k=150),
    ),
    Case(
        "INPUT 56x56x96 -> SHIFTMASK 7x7 3x3", (8, 8, 1, 49, 49), 0, 0,
        "Liu et al. 2021 (Swin), figure 4: a mask for each of 8x8 windows",
        "(lambda p: (lambda w: -100.0 * (w[..., None] != w[..., None, :]))((3 * p[:, None] + p).unflatten(1, (8, 7))"
        ".unflatten(0, (8, 7)).transpose(1, 2).reshape(8, 8, 1, 49)))"
        "((torch.arange(56) >= 49) * 1 + (torch.arange(56) >= 53)).movedim(-1, 0)",
    ),
    Case(
        "INPUT 1 -> COORDS 8x8", (15, 15, 2), 0, 0,
        "Liu et al. 2021 (Swin v2), section 3.3; torchvision stores it as relative_coords_table",
    ),
)  # fmt: skip
