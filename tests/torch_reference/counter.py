"""torch's own counter of FLOPs over a training step."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.checkpoint import checkpoint, set_checkpoint_early_stop
from torch.utils.flop_counter import FlopCounterMode

from .vision import build


def network(name: str, freeze: Collection[str]) -> tuple[int, int]:
    """Multiply-adds forward and backward of one of torchvision's networks, two examples of 224x224x3."""
    model = build(name).train()
    for path, parameter in model.named_parameters():
        parameter.requires_grad_(not any(path.startswith(f"{frozen}.") for frozen in freeze))
    return step(model, torch.randn(2, 3, 224, 224))


def step(model: nn.Module, x: torch.Tensor) -> tuple[int, int]:
    """Multiply-adds of a forward and of its backward pass; the fused attention of CPUs would not be counted."""
    forward, backward = FlopCounterMode(display=False), FlopCounterMode(display=False)
    with sdpa_kernel(SDPBackend.MATH):
        with forward:
            loss = model(x).sum()
        with backward:
            loss.backward()
    return forward.get_total_flops() // 2, backward.get_total_flops() // 2


class Checkpointed(nn.Module):
    """Two blocks that are computed again in the backward pass, and a layer that is not."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 8)) for _ in range(2))
        self.last = nn.Linear(8, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for block in self.blocks:
            x = checkpoint(block, x, use_reentrant=False)
        result: torch.Tensor = self.last(x)
        return result


def checkpointed(early_stop: bool) -> tuple[int, int]:
    """Multiply-adds forward, and backward with what is computed again: whole blocks, or no more than is needed."""
    with set_checkpoint_early_stop(early_stop):
        return step(Checkpointed(), torch.randn(1, 8))
