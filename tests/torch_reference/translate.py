"""Transformers with an encoder and a decoder, from plain PyTorch modules named as in the published weights."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from .text import Rms, Sizes, attend, linear, sines


class Transformer(nn.Module):
    """Vaswani et al. 2017, of PyTorch's own layers."""

    def __init__(self, s: Sizes, scale: float) -> None:
        super().__init__()
        self.scale = scale
        self.embed = nn.Embedding(s["vocab"], s["width"])
        sizes = (s["width"], s["heads"], s["hidden"])
        encode, decode = nn.TransformerEncoderLayer, nn.TransformerDecoderLayer
        options: dict[str, Any] = {"dropout": 0.0, "batch_first": True}
        self.encoder = nn.TransformerEncoder(encode(*sizes, **options), s["layers"], enable_nested_tensor=False)
        self.decoder = nn.TransformerDecoder(decode(*sizes, **options), s["layers"])

    def _vectors(self, ids: Tensor) -> Tensor:
        vectors: Tensor = self.embed(ids) * self.scale
        return vectors + sines(*vectors.shape[1:])

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        mask = nn.Transformer.generate_square_subsequent_mask(target.shape[1])
        x = self.decoder(self._vectors(target), self.encoder(self._vectors(source)), tgt_mask=mask)
        return F.linear(x, self.embed.weight)


class T5Attention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (linear(width, width) for _ in range(4))

    def forward(self, x: Tensor, memory: Tensor, bias: Tensor | None = None) -> Tensor:
        found: Tensor = self.o(attend(self.q(x), self.k(memory), self.v(memory), self.heads, attn_mask=bias, scale=1.0))
        return found


class T5Stack(nn.Module):
    def __init__(self, s: Sizes, decoder: bool) -> None:
        super().__init__()
        self.decoder = decoder
        self.relative_attention_bias = nn.Embedding(32, s["heads"])
        self.block = nn.ModuleList(nn.ModuleDict({"layer": self._layers(s)}) for _ in range(s["layers"]))
        self.final_layer_norm = Rms(s["width"], 1e-6)

    def _layers(self, s: Sizes) -> nn.ModuleList:
        width = s["width"]
        names = ("SelfAttention", "EncDecAttention") if self.decoder else ("SelfAttention",)
        parts: list[dict[str, nn.Module]] = [{name: T5Attention(width, s["heads"])} for name in names]
        units = {"wi": linear(width, s["hidden"]), "wo": linear(s["hidden"], width)}
        parts.append({"DenseReluDense": nn.ModuleDict(units)})
        return nn.ModuleList(nn.ModuleDict({"layer_norm": Rms(width, 1e-6), **part}) for part in parts)

    def _bias(self, length: int) -> Tensor:
        """Raffel et al. 2019, section 2.1: half of the buckets for single distances, half for ranges up to 128."""
        distance = torch.arange(length) - torch.arange(length)[:, None]
        side = 32 if self.decoder else 16
        start = 0 * distance if self.decoder else side * (distance > 0)
        away = (-distance).clamp(min=0) if self.decoder else distance.abs()
        near = side // 2
        steps = (away.clamp(min=1) / near).log() / math.log(128 / near) * (side - near)
        bucket = start + torch.where(away < near, away, (near + steps.long()).clamp(max=side - 1))
        bias: Tensor = self.relative_attention_bias(bucket).movedim(-1, 0)
        return bias.masked_fill(distance > 0, -math.inf) if self.decoder else bias

    def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:
        bias = self._bias(x.shape[1])
        for block in self.block:
            for part in block["layer"]:
                y = part["layer_norm"](x)
                if "SelfAttention" in part:
                    x = x + part["SelfAttention"](y, y, bias)
                elif "EncDecAttention" in part:
                    x = x + part["EncDecAttention"](y, memory)
                else:
                    x = x + part["DenseReluDense"]["wo"](part["DenseReluDense"]["wi"](y).relu())
        normal: Tensor = self.final_layer_norm(x)
        return normal


class T5(nn.Module):
    def __init__(self, s: Sizes, scale: float) -> None:
        super().__init__()
        self.scale = scale
        self.shared = nn.Embedding(s["vocab"], s["width"])
        self.encoder, self.decoder = T5Stack(s, False), T5Stack(s, True)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        x = self.decoder(self.shared(target), self.encoder(self.shared(source)))
        return F.linear(x * self.scale, self.shared.weight)


class WhisperAttention(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj = nn.Linear(width, width), linear(width, width)
        self.v_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x: Tensor, memory: Tensor, causal: bool = False) -> Tensor:
        qkv = (self.q_proj(x), self.k_proj(memory), self.v_proj(memory))
        found: Tensor = self.out_proj(attend(*qkv, self.heads, is_causal=causal))
        return found


class WhisperStack(nn.Module):
    def __init__(self, s: Sizes, decoder: bool) -> None:
        super().__init__()
        width = s["width"]
        if decoder:
            self.embed_tokens = nn.Embedding(s["vocab"], width)
        else:
            self.conv1, self.conv2 = nn.Conv1d(80, width, 3, padding=1), nn.Conv1d(width, width, 3, 2, padding=1)
        self.embed_positions = nn.Embedding(448 if decoder else 1500, width)
        self.layers = nn.ModuleList(self._block(width, s["heads"], decoder) for _ in range(s["layers"]))
        self.layer_norm = nn.LayerNorm(width)

    def _block(self, width: int, heads: int, decoder: bool) -> nn.ModuleDict:
        parts: dict[str, nn.Module] = {}
        for name in ("self_attn", "encoder_attn") if decoder else ("self_attn",):
            parts |= {f"{name}_layer_norm": nn.LayerNorm(width), name: WhisperAttention(width, heads)}
        parts |= {"fc1": nn.Linear(width, 4 * width), "fc2": nn.Linear(4 * width, width)}
        return nn.ModuleDict(parts | {"final_layer_norm": nn.LayerNorm(width)})

    def _heard(self, sound: Tensor) -> Tensor:
        return F.gelu(self.conv2(F.gelu(self.conv1(sound.mT)))).mT

    def forward(self, x: Tensor, memory: Tensor | None = None) -> Tensor:
        x = self._heard(x) if memory is None else self.embed_tokens(x)
        x = x + self.embed_positions(torch.arange(x.shape[1]))
        for block in self.layers:
            y = block["self_attn_layer_norm"](x)
            x = x + block["self_attn"](y, y, causal=memory is not None)
            if memory is not None:
                x = x + block["encoder_attn"](block["encoder_attn_layer_norm"](x), memory)
            x = x + block["fc2"](F.gelu(block["fc1"](block["final_layer_norm"](x))))
        normal: Tensor = self.layer_norm(x)
        return normal


class Whisper(nn.Module):
    def __init__(self, s: Sizes) -> None:
        super().__init__()
        self.encoder, self.decoder = WhisperStack(s, False), WhisperStack(s, True)

    def forward(self, sound: Tensor, text: Tensor) -> Tensor:
        return F.linear(self.decoder(text, self.encoder(sound)), self.decoder.embed_tokens.weight)
