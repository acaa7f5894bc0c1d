"""MOE."""

from . import Case

CASES = (
    Case(
        "INPUT 10x4096 -> MOE 8 top=2 [ID]", (10, 4096), 32768, 327680,
        "Jiang et al. 2024 (Mixtral), section 2.1: the gate alone",
    ),
    Case("INPUT 6 -> MOE 4 [LINEAR 5]", (5,), 24, 24, "Shazeer et al. 2017, equation 3: the gate alone"),
)  # fmt: skip
