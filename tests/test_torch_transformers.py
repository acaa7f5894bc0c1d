"""Transformers against PyTorch: small versions of all shipped ones, the same weights and tokens, the same outputs.

Run with PyTorch installed beside the package:

    pip install torch==2.13.0
    python -m pytest -m torch tests/test_torch_transformers.py
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import archcalc

from .test_transformers import FOLDER, names, small

torch = pytest.importorskip("torch", reason="the torch group needs PyTorch")

from .torch_reference import text, translate  # noqa: E402
from .torch_reference.compare import compare  # noqa: E402

pytestmark = pytest.mark.torch

Sizes = dict[str, int]

BUILD: dict[str, Callable[[Sizes], Any]] = {
    "gpt2": text.Gpt2,
    "bert": text.Bert,
    "llama-2": lambda sizes: text.Llama(sizes, 10_000),
    "llama-3": lambda sizes: text.Llama(sizes, 500_000),
    "mixtral": lambda sizes: text.Llama(sizes, 1_000_000),
    "bloom": text.Bloom,
    "transformer": lambda sizes: translate.Transformer(sizes, 512**0.5),
    "t5": lambda sizes: translate.T5(sizes, 512**-0.5),
    "whisper": translate.Whisper,
}


def inputs(net: archcalc.Network, vocabulary: int) -> tuple[Any, ...]:
    """Two examples for each input, in the order of the spec."""
    generator = torch.Generator().manual_seed(2)

    def tensor(node: Any) -> Any:
        if not node.op.integer:
            return torch.randn(2, *node.shape, generator=generator)
        return torch.randint(2 if node.name == "segments" else vocabulary, (2, *node.shape), generator=generator)

    return tuple(tensor(node) for node in net.graph.inputs)


@pytest.mark.parametrize("name", names())
def test_pytorch_computes_the_same(name: str, tmp_path: Path) -> None:
    sizes = small(name)
    build = next(build for prefix, build in BUILD.items() if name.startswith(prefix))
    net = archcalc.load(f"{FOLDER}/{name}", set=sizes)
    found = compare(net, build(sizes), inputs(net, sizes["vocab"]), tmp_path)
    assert found.error < 1e-4
    # outputs that hardly depend on the input would prove nothing
    assert found.spread > 1e-3
