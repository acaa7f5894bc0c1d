"""ATTEND, ATTN. Multiply-adds: queries x keys x heads x (channels of a key + of a value), and the projections'."""

from . import Case


def _sdpa(heads: int, options: str = "") -> str:
    """PyTorch's attention on a volume that holds q, then k, then v."""
    parts = f"*x.movedim(1, -1).unflatten(-1, (3, {heads}, -1)).movedim(-3, 0).transpose(-3, -2)"
    return f"F.scaled_dot_product_attention({parts}{options}).transpose(-3, -2).flatten(-2).movedim(-1, 1)"


def _mha(width: int, heads: int, options: str = "") -> str:
    """PyTorch's MultiheadAttention of a volume on itself; it wants the positions first."""
    return (
        f"F.multi_head_attention_forward(*[x.permute(2, 0, 1)] * 3, {width}, {heads}, w['in_proj_weight'],"
        " w.get('in_proj_bias'), None, None, False, 0.0, w['out_proj.weight'], w.get('out_proj.bias'),"
        f" need_weights=False{options})[0].permute(1, 2, 0)"
    )


CASES = (
    Case(
        "INPUT 197x2304 -> ATTEND 12", (197, 768), 0, 59610624,
        "Vaswani et al. 2017, table 1: n*n*d for the scores and again for the sums", _sdpa(12),
    ),
    Case(
        "INPUT 9x24 -> ATTEND 4 causal", (9, 8), 0, 1296, "Vaswani et al. 2017, table 1: masked, not halved",
        _sdpa(4, ", is_causal=True"),
    ),
    Case(
        "INPUT 3x9x24 -> ATTEND 4 scale=1", (3, 9, 8), 0, 3888, "Vaswani et al. 2017, table 1, three times",
        _sdpa(4, ", scale=1.0"),
    ),
    Case(
        "INPUT 7x32 -> ATTEND 4 kv=2 causal", (7, 16), 0, 1568, "Ainslie et al. 2023: as many as without groups",
        "F.scaled_dot_product_attention(*[t.unflatten(2, (-1, 4)).transpose(1, 2) for t in x.mT.split((16, 8, 8), 2)],"
        " is_causal=True, enable_gqa=True).transpose(1, 2).flatten(2).mT",
    ),
    Case(
        "m: INPUT 4x10 -> k: LINEAR 12 -> @m -> v: LINEAR 6 -> INPUT 6x12 -> ATTEND 3 @k @v", (6, 6), 0, 432,
        "Vaswani et al. 2017: 6 queries, 4 keys, 3 heads of 4 and of 2 channels",
        "F.scaled_dot_product_attention(*[t.mT.unflatten(2, (3, -1)).transpose(1, 2) for t in xs])"
        ".transpose(1, 2).flatten(2).mT",
    ),
    Case(
        "INPUT 5x12 -> x: LINEAR 12 -> b: ALIBI 2 -> ATTEND 2 bias=@b [@x, @x, @x]", (5, 12), 0, 600,
        "Press et al. 2021: the bias is added to the scores",
        "F.scaled_dot_product_attention(*[t.mT.unflatten(2, (2, -1)).transpose(1, 2) for t in xs[:3]],"
        " attn_mask=xs[3].movedim(1, -1)).transpose(1, 2).flatten(2).mT",
    ),
    Case(
        "INPUT 3x5x6 -> x: CONV 16 1 -> k: LINEAR 8 -> @x -> y: ID -> b: EINSUM \"n t d, n s d -> n t s\" @y"
        " -> b: REARRANGE \"n t s -> n 1 t s\" -> ATTEND 4 kv=2 bias=@b causal [@x, @k, @k]", (3, 5, 16), 0, 2400,
        "Ainslie et al. 2023, in each of 3 rows: 3 * 5*5 * 4 heads * (4 + 4)",
        "F.scaled_dot_product_attention(*[t.movedim(1, -1).unflatten(-1, (-1, 4)).transpose(2, 3) for t in xs[:3]],"
        " attn_mask=xs[3].movedim(1, -1) + torch.full((5, 5), float('-inf')).triu(1), enable_gqa=True)"
        ".transpose(2, 3).flatten(3).movedim(-1, 1)",
    ),
    Case(
        "INPUT 4x5x6 -> CONV 24 1 -> ATTEND 2", (4, 5, 8), 0, 1600, "Vaswani et al. 2017, table 1, in each of 4 rows",
        _sdpa(2),
    ),
    Case(
        "INPUT 5x12 -> x: LN -> PARAM 3x12 -> ATTEND 2 [ID, @x, @x]", (3, 12), 0, 360,
        "Jaegle et al. 2021 (Perceiver), section 3.1: learned queries",
        "F.scaled_dot_product_attention(*[t.mT.unflatten(2, (2, 6)).transpose(1, 2).expand(2, 2, -1, 6) for t in xs])"
        ".transpose(1, 2).flatten(2).mT",
    ),
    Case(
        "INPUT 197x768 -> ATTN 12", (197, 768), 2362368, 524391936,
        "PyTorch's MultiheadAttention(768, 12); 4*197*768^2 + 2*197^2*768", _mha(768, 12),
    ),
    Case(
        "INPUT 10x16 -> ATTN 4 causal nobias", (10, 16), 1024, 13440, "PyTorch's MultiheadAttention(16, 4, bias=False)",
        _mha(16, 4, ", attn_mask=torch.full((10, 10), float('-inf')).triu(1)"),
    ),
    Case(
        "INPUT 10x24 -> ATTN 4 kv=2 dim=8", (10, 24), 2392, 29440,
        "Ainslie et al. 2023: 24*(32 + 2*16) + 64 + 32*24 + 24; 10*24*(32 + 2*16) + 2*10^2*32 + 10*32*24",
        "F.linear(F.scaled_dot_product_attention(*[t.unflatten(2, (-1, 8)).transpose(1, 2) for t in F.linear(x.mT,"
        " w['in_proj_weight'], w['in_proj_bias']).split((32, 16, 16), 2)], enable_gqa=True).transpose(1, 2).flatten(2),"
        " w['out_proj.weight'], w['out_proj.bias']).mT",
    ),
    Case(
        "m: INPUT 7x12 -> INPUT 5x12 -> ATTN 3 nobias @m", (5, 12), 576, 2 * 5 * 144 + 2 * 7 * 144 + 840,
        "PyTorch's MultiheadAttention(12, 3, bias=False) on a memory",
        "F.multi_head_attention_forward(x.permute(2, 0, 1), *[xs[1].permute(2, 0, 1)] * 2, 12, 3, w['in_proj_weight'],"
        " None, None, None, False, 0.0, w['out_proj.weight'], None, need_weights=False)[0].permute(1, 2, 0)",
    ),
    Case(
        "m: INPUT 7x10 -> INPUT 5x12 -> ATTN 3 @m", (5, 12), 576, 3960,
        "PyTorch's MultiheadAttention(12, 3, kdim=10, vdim=10); 2*5*12^2 + 2*7*10*12 + 2*5*7*12",
        "F.multi_head_attention_forward(x.permute(2, 0, 1), *[xs[1].permute(2, 0, 1)] * 2, 12, 3, None,"
        " w['in_proj_bias'], None, None, False, 0.0, w['out_proj.weight'], w['out_proj.bias'], need_weights=False,"
        " use_separate_proj_weight=True, q_proj_weight=w['q_proj_weight'], k_proj_weight=w['k_proj_weight'],"
        " v_proj_weight=w['v_proj_weight'])[0].permute(1, 2, 0)",
    ),
)  # fmt: skip
