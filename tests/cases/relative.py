"""RELPOS, BUCKETS, SHIFTMASK, COORDS: relative positions."""

from . import Case

CASES = (
    Case(
        "INPUT 1 -> PARAM 169x3 -> RELPOS 7x7", (49, 49, 3), 0, 0,
        "Liu et al. 2021 (Swin), section 3.2: (2*7 - 1)^2 rows for windows of 7x7",
    ),
    Case("INPUT 1 -> PARAM 13x8 -> RELPOS 7 4", (7, 4, 8), 0, 0, "Li et al. 2021 (MViTv2): 2*max(7, 4) - 1 rows"),
    Case("INPUT 1 -> PARAM 32x8 -> BUCKETS 6 9 bi", (6, 9, 8), 0, 0, "Raffel et al. 2019 (T5), section 2.1"),
    Case("INPUT 1 -> PARAM 32x8 -> BUCKETS 9 9", (9, 9, 8), 0, 0, "Raffel et al. 2019 (T5): it looks back only"),
    Case(
        "INPUT 56x56x96 -> SHIFTMASK 7x7 3x3", (8, 8, 1, 49, 49), 0, 0,
        "Liu et al. 2021 (Swin), figure 4: a mask for each of 8x8 windows",
    ),
    Case(
        "INPUT 1 -> COORDS 8x8", (15, 15, 2), 0, 0,
        "Liu et al. 2021 (Swin v2), section 3.3; torchvision stores it as relative_coords_table",
    ),
)  # fmt: skip
