"""The same weights and input through PyTorch and through an exported spec."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

import archcalc

from ..weightfiles import bfloat16, save_safetensors


class Comparison(NamedTuple):
    """How far two outputs are apart, and those of two examples, both in parts of the largest value."""

    error: float
    spread: float


def randomise(module: nn.Module, inputs: tuple[Tensor, ...], seed: int = 0) -> nn.Module:
    """Make every weight matter, none of them zero, and set running statistics to those of the inputs; eval mode.

    Fresh networks have parts that do nothing: heads of zeros in ViT, layer scales of 1e-6 in ConvNeXt, biases of zero.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in module.named_parameters():
            if "bias" in name.rpartition(".")[2]:
                tensor.normal_(0, 0.1, generator=generator)
            elif tensor.numel() == max(tensor.shape, default=1):
                tensor.uniform_(0.5, 1.5, generator=generator)  # scales of norms and layers
            else:
                tensor.normal_(0, (2 / tensor[0].numel()) ** 0.5, generator=generator)  # He's scale
    _settle(module, inputs)
    return module.eval()


def pictures(*shape: int, seed: int = 1) -> Tensor:
    """Examples of coarse random patches: their averages differ, as those of white noise would not."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.randn(*shape[:2], *(min(size, 8) for size in shape[2:]), generator=generator)
    return nn.functional.interpolate(coarse, size=shape[2:])


def _settle(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
    """Running statistics near those of the inputs, so that signals neither fade nor explode on their way.

    A little wider than those: depth amplifies what float32 rounds away, by a factor of 100 in FCN's ResNet-101.
    """
    norms = [part for part in module.eval().modules() if isinstance(part, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.train().momentum = 1.0
    with torch.no_grad():
        module(*inputs)
        for norm in norms:
            norm.running_mean += 0.05 * norm.running_var.sqrt()
            norm.running_var *= 1.1


def save_state(module: nn.Module, path: Path, prefix: str = "") -> Path:
    """The module's state_dict as .safetensors, as it is; what is shared stands there once for each name."""
    state = {prefix + name: tensor.detach() for name, tensor in module.state_dict().items()}
    return save_safetensors(path, {name: _numpy(tensor) for name, tensor in state.items()})


def _numpy(tensor: Tensor) -> Any:
    return bfloat16(tensor.float().numpy()) if tensor.dtype == torch.bfloat16 else tensor.numpy()


def compare(net: archcalc.Network, module: nn.Module, inputs: tuple[Tensor, ...], folder: Path) -> Comparison:
    """Randomise the module, load its state_dict into the spec by name, and run both on the same inputs.

    Inputs go to the spec's in their order. Tensors of rank 4 and more are channels first in PyTorch, others are alike.
    """
    randomise(module, inputs)
    path = save_state(module, folder / "state.safetensors")
    names = [node.name for node in net.graph.inputs]
    fed = {name: _channels_last(tensor.numpy()) for name, tensor in zip(names, inputs, strict=True)}
    outputs = net.run(fed, weights=path).outputs.values()
    with torch.no_grad():
        wanted = module(*inputs)
    results = [wanted] if isinstance(wanted, Tensor) else list(wanted.values() if isinstance(wanted, dict) else wanted)
    pairs = [_compare(mine, _channels_last(theirs.numpy())) for mine, theirs in zip(outputs, results, strict=True)]
    return Comparison(max(pair.error for pair in pairs), min(pair.spread for pair in pairs))


def _channels_last(array: Any) -> Any:
    return np.moveaxis(array, 1, -1) if array.ndim > 3 else array


def _compare(mine: Any, theirs: Any) -> Comparison:
    assert [size for size in mine.shape if size != 1] == [size for size in theirs.shape if size != 1]
    assert np.isfinite(theirs).all()
    largest = np.abs(theirs).max()
    error = np.abs(mine.reshape(theirs.shape) - theirs).max() / largest
    return Comparison(float(error), float(np.abs(theirs[0] - theirs[1]).max() / largest))
