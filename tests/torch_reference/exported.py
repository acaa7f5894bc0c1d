"""Small networks of the usual kinds, to be exported by PyTorch itself."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn


class Residual(nn.Module):
    """A block of ResNet."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        short = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))
        self.downsample = short if stride > 1 else nn.Identity()

    def forward(self, x: Any) -> Any:
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(y + self.downsample(x))


def resnet() -> Any:
    layer1 = nn.Sequential(Residual(8, 8, 1), Residual(8, 8, 1))
    layer2 = nn.Sequential(Residual(8, 16, 2), Residual(16, 16, 1), Residual(16, 16, 1))
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))
    return nn.Sequential(stem_of(8), layer1, layer2, head)


def stem_of(channels: int) -> Any:
    return nn.Sequential(nn.Conv2d(3, channels, 3, 2, 1), nn.ReLU(), nn.MaxPool2d(2))


class Gated(nn.Module):
    """Squeeze and excite, and branches that are joined."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = stem_of(8)
        self.wide = nn.Conv2d(8, 8, 5, padding=2)
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 4, 1), nn.ReLU(), nn.Conv2d(4, 8, 1), nn.Sigmoid()
        )
        self.fc = nn.Linear(16, 5)

    def forward(self, x: Any) -> Any:
        x = self.stem(x)
        x = torch.cat([x * self.gate(x), self.wide(x)], 1)
        return self.fc(x.mean((2, 3)))


class Dense(nn.Module):
    """Layers that each read all volumes before them."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = stem_of(8)
        layers = (
            nn.Sequential(nn.BatchNorm2d(8 + 4 * i), nn.ReLU(), nn.Conv2d(8 + 4 * i, 4, 3, 1, 1)) for i in range(4)
        )
        self.layers = nn.ModuleList(layers)
        self.fc = nn.Linear(24, 5)

    def forward(self, x: Any) -> Any:
        volumes = [self.stem(x)]
        for layer in self.layers:
            volumes.append(layer(torch.cat(volumes, 1)))
        return self.fc(torch.cat(volumes, 1).mean((2, 3)))


class Tokens(nn.Module):
    """Patches, learned tensors, and norms before two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 8, 8)
        self.position = nn.Parameter(torch.zeros(1, 64, 16))
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(16), nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 16)) for _ in range(3)
        )
        self.head = nn.Linear(16, 4)

    def forward(self, x: Any) -> Any:
        x = self.patches(x).flatten(2).transpose(1, 2) + self.position
        for block in self.blocks:
            x = x + block(x)
        return self.head(x[:, 0])


class Attending(nn.Module):
    """Attention over the places of a volume."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 16, 8, 8)
        self.norm = nn.LayerNorm(16)
        self.attention = nn.MultiheadAttention(16, 4, batch_first=True)
        self.head = nn.Linear(16, 4)

    def forward(self, x: Any) -> Any:
        x = self.patches(x).flatten(2).transpose(1, 2)
        y = self.norm(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        return self.head(x.mean(1))
