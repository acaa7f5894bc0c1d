"""Transformers from plain PyTorch modules, their parts named as in the published weights.

Each takes the sizes that its spec names with let. Sources: the papers that the specs name.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

Sizes = dict[str, int]


def linear(inputs: int, outputs: int) -> nn.Linear:
    return nn.Linear(inputs, outputs, bias=False)


def attend(q: Tensor, k: Tensor, v: Tensor, heads: int, kv: int = 0, **options: Any) -> Tensor:
    """Attention in heads, which lie beside each other in the channels."""
    parts = [
        x.unflatten(-1, (count, -1)).transpose(1, 2) for x, count in ((q, heads), (k, kv or heads), (v, kv or heads))
    ]
    found: Tensor = F.scaled_dot_product_attention(*parts, enable_gqa=True, **options)
    return found.transpose(1, 2).flatten(2)


def sines(length: int, width: int) -> Tensor:
    """Vaswani et al. 2017, section 3.5."""
    angles = torch.arange(float(length))[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
    return torch.stack([angles.sin(), angles.cos()], 2).flatten(1)


class Gpt2(nn.Module):
    def __init__(self, s: Sizes) -> None:
        super().__init__()
        self.heads = s["heads"]
        self.wte, self.wpe = nn.Embedding(s["vocab"], s["width"]), nn.Embedding(1024, s["width"])
        self.h = nn.ModuleList(self._block(s["width"]) for _ in range(s["layers"]))
        self.ln_f = nn.LayerNorm(s["width"])

    def _block(self, width: int) -> nn.ModuleDict:
        attn = nn.ModuleDict({"c_attn": nn.Linear(width, 3 * width), "c_proj": nn.Linear(width, width)})
        mlp = nn.ModuleDict({"c_fc": nn.Linear(width, 4 * width), "c_proj": nn.Linear(4 * width, width)})
        return nn.ModuleDict({"ln_1": nn.LayerNorm(width), "attn": attn, "ln_2": nn.LayerNorm(width), "mlp": mlp})

    def forward(self, ids: Tensor) -> Tensor:
        x = self.wte(ids) + self.wpe(torch.arange(ids.shape[1]))
        for block in self.h:
            attn, mlp = block["attn"], block["mlp"]
            q, k, v = attn["c_attn"](block["ln_1"](x)).chunk(3, -1)
            x = x + attn["c_proj"](attend(q, k, v, self.heads, is_causal=True))
            x = x + mlp["c_proj"](F.gelu(mlp["c_fc"](block["ln_2"](x)), approximate="tanh"))
        return F.linear(self.ln_f(x), self.wte.weight)


class Residual(nn.Module):
    """A layer, the volume from before added, and a norm."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.dense, self.LayerNorm = nn.Linear(inputs, width), nn.LayerNorm(width, eps=1e-12)

    def forward(self, x: Tensor, before: Tensor) -> Tensor:
        added: Tensor = self.LayerNorm(self.dense(x) + before)
        return added


class Bert(nn.Module):
    def __init__(self, s: Sizes) -> None:
        super().__init__()
        width, self.heads = s["width"], s["heads"]
        tables = {"word": s["vocab"], "position": 512, "token_type": 2}
        parts: dict[str, nn.Module] = {f"{name}_embeddings": nn.Embedding(rows, width) for name, rows in tables.items()}
        self.embeddings = nn.ModuleDict(parts | {"LayerNorm": nn.LayerNorm(width, eps=1e-12)})
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(self._block(width) for _ in range(s["layers"]))})
        self.pooler = nn.ModuleDict({"dense": nn.Linear(width, width)})

    def _block(self, width: int) -> nn.ModuleDict:
        attention = {
            "self": nn.ModuleDict({name: nn.Linear(width, width) for name in ("query", "key", "value")}),
            "output": Residual(width, width),
        }
        inner = nn.ModuleDict({"dense": nn.Linear(width, 4 * width)})
        parts = {"attention": nn.ModuleDict(attention), "intermediate": inner, "output": Residual(4 * width, width)}
        return nn.ModuleDict(parts)

    def forward(self, segments: Tensor, tokens: Tensor) -> Tensor:
        e = self.embeddings
        x = e["word_embeddings"](tokens) + e["token_type_embeddings"](segments)
        x = e["LayerNorm"](x + e["position_embeddings"](torch.arange(tokens.shape[1])))
        for block in self.encoder["layer"]:
            q, k, v = (projection(x) for projection in block["attention"]["self"].values())
            x = block["attention"]["output"](attend(q, k, v, self.heads), x)
            x = block["output"](F.gelu(block["intermediate"]["dense"](x)), x)
        return torch.tanh(self.pooler["dense"](x[:, 0]))


class Rms(nn.Module):
    """x over the root of its mean square, and a learned scale."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(width)), eps

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x * (x.pow(2).mean(-1, keepdim=True) + self.eps).rsqrt()


def rotate(x: Tensor, heads: int, base: float) -> Tensor:
    """Su et al. 2021, as complex numbers: channel i of a head is real, channel i + half imaginary."""
    real, imaginary = x.unflatten(-1, (heads, -1)).chunk(2, -1)
    half = real.shape[-1]
    angles = torch.outer(torch.arange(float(x.shape[1])), base ** (-torch.arange(half) / half))[:, None]
    turned = torch.complex(real, imaginary) * torch.polar(torch.ones_like(angles), angles)
    return torch.cat([turned.real, turned.imag], -1).flatten(2)


class Gated(nn.Module):
    """SwiGLU (Shazeer 2020)."""

    def __init__(self, width: int, hidden: int, names: tuple[str, str, str]) -> None:
        super().__init__()
        self.names = names
        for name, inputs, outputs in zip(names, (width, width, hidden), (hidden, hidden, width), strict=True):
            self.add_module(name, linear(inputs, outputs))

    def forward(self, x: Tensor) -> Tensor:
        gate, up, down = (getattr(self, name) for name in self.names)
        product: Tensor = down(F.silu(gate(x)) * up(x))
        return product


class Experts(nn.Module):
    """Jiang et al. 2024, section 2.1: each token by itself."""

    def __init__(self, width: int, hidden: int, experts: int, top: int = 2) -> None:
        super().__init__()
        self.gate, self.top = linear(width, experts), top
        self.experts = nn.ModuleList(Gated(width, hidden, ("w1", "w3", "w2")) for _ in range(experts))

    def forward(self, x: Tensor) -> Tensor:
        tokens = x.flatten(0, 1)
        gates, chosen = self.gate(tokens).topk(self.top)
        shares = gates.softmax(-1)
        rows = [
            sum(share * self.experts[index](token) for share, index in zip(parts, indices, strict=True))
            for token, parts, indices in zip(tokens, shares, chosen.tolist(), strict=True)
        ]
        return torch.stack(rows).unflatten(0, x.shape[:2])


class Llama(nn.Module):
    """Llama and Mixtral: `base` is that of the rotary positions."""

    def __init__(self, s: Sizes, base: float) -> None:
        super().__init__()
        self.heads, self.kv, self.base = s["heads"], s["kv"], base
        layers = nn.ModuleList(self._block(s) for _ in range(s["layers"]))
        parts = {"embed_tokens": nn.Embedding(s["vocab"], s["width"]), "layers": layers, "norm": Rms(s["width"], 1e-5)}
        self.model, self.lm_head = nn.ModuleDict(parts), linear(s["width"], s["vocab"])

    def _block(self, s: Sizes) -> nn.ModuleDict:
        width, keys = s["width"], s["width"] // s["heads"] * s["kv"]
        outputs = {"q_proj": width, "k_proj": keys, "v_proj": keys, "o_proj": width}
        parts: dict[str, nn.Module] = {
            "input_layernorm": Rms(width, 1e-5),
            "self_attn": nn.ModuleDict({name: linear(width, count) for name, count in outputs.items()}),
            "post_attention_layernorm": Rms(width, 1e-5),
        }
        if "experts" in s:
            parts["block_sparse_moe"] = Experts(width, s["hidden"], s["experts"])
        else:
            parts["mlp"] = Gated(width, s["hidden"], ("gate_proj", "up_proj", "down_proj"))
        return nn.ModuleDict(parts)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.model["embed_tokens"](ids)
        for block in self.model["layers"]:
            attn, y = block["self_attn"], block["input_layernorm"](x)
            q = rotate(attn["q_proj"](y), self.heads, self.base)
            k = rotate(attn["k_proj"](y), self.kv, self.base)
            x = x + attn["o_proj"](attend(q, k, attn["v_proj"](y), self.heads, self.kv, is_causal=True))
            units = block["block_sparse_moe"] if "block_sparse_moe" in block else block["mlp"]
            x = x + units(block["post_attention_layernorm"](x))
        logits: Tensor = self.lm_head(self.model["norm"](x))
        return logits


class Bloom(nn.Module):
    def __init__(self, s: Sizes) -> None:
        super().__init__()
        width, self.heads = s["width"], s["heads"]
        self.word_embeddings = nn.Embedding(s["vocab"], width)
        self.word_embeddings_layernorm, self.ln_f = nn.LayerNorm(width), nn.LayerNorm(width)
        self.h = nn.ModuleList(self._block(width) for _ in range(s["layers"]))

    def _block(self, width: int) -> nn.ModuleDict:
        attention = {"query_key_value": nn.Linear(width, 3 * width), "dense": nn.Linear(width, width)}
        mlp = {"dense_h_to_4h": nn.Linear(width, 4 * width), "dense_4h_to_h": nn.Linear(4 * width, width)}
        parts = {
            "input_layernorm": nn.LayerNorm(width), "self_attention": nn.ModuleDict(attention),
            "post_attention_layernorm": nn.LayerNorm(width), "mlp": nn.ModuleDict(mlp),
        }  # fmt: skip
        return nn.ModuleDict(parts)

    def _bias(self, length: int) -> Tensor:
        """Press et al. 2021: slopes of a power of two; those in between are every other one of twice as many."""
        whole = 2 ** math.floor(math.log2(self.heads))
        slopes = [2 ** (-8 / whole * (i + 1)) for i in range(whole)]
        slopes += [2 ** (-4 / whole * (i + 1)) for i in range(2 * whole)][::2][: self.heads - whole]
        distance = torch.arange(length) - torch.arange(length)[:, None]
        bias = torch.tensor(slopes)[:, None, None] * distance
        return bias.masked_fill(distance > 0, -math.inf)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.word_embeddings_layernorm(self.word_embeddings(ids))
        mask = self._bias(ids.shape[1])
        for block in self.h:
            attention, mlp = block["self_attention"], block["mlp"]
            packed = attention["query_key_value"](block["input_layernorm"](x)).unflatten(-1, (self.heads, 3, -1))
            q, k, v = (packed[..., part, :].flatten(2) for part in range(3))
            x = x + attention["dense"](attend(q, k, v, self.heads, attn_mask=mask))
            inner = mlp["dense_h_to_4h"](block["post_attention_layernorm"](x))
            x = x + mlp["dense_4h_to_h"](F.gelu(inner, approximate="tanh"))
        return F.linear(self.ln_f(x), self.word_embeddings.weight)
