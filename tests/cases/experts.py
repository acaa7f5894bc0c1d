"""MOE."""

from . import Case


def _chosen(top: int) -> str:
    """Jiang et al. 2024, section 2.1: softmax over the largest gates, zeros for the others, times the experts."""
    gates = "F.linear(x.movedim(1, -1), w['gate.weight'])"
    return (
        f"(lambda g, t: (torch.zeros_like(g).scatter(-1, t.indices, t.values.softmax(-1))[..., None, :]"
        f" * torch.stack([e.movedim(1, -1) for e in xs[1:]], -1)).sum(-1))({gates}, {gates}.topk({top})).movedim(-1, 1)"
    )


CASES = (
    Case(
        "INPUT 10x4096 -> MOE 8 top=2 [ID]", (10, 4096), 32768, 327680,
        "Jiang et al. 2024 (Mixtral), section 2.1: the gate alone", _chosen(2),
    ),
    Case("INPUT 6 -> MOE 4 [LINEAR 5]", (5,), 24, 24, "Shazeer et al. 2017, equation 3: the gate alone", _chosen(1)),
    Case(
        "INPUT 3x4x6 -> CONV 8 1 -> MOE 5 top=3 [LINEAR 16 nobias -> RELU -> LINEAR 7]", (3, 4, 7), 40, 480,
        "Jiang et al. 2024 (Mixtral), section 2.1: the gate alone", _chosen(3),
    ),
)  # fmt: skip
