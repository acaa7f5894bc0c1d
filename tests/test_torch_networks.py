"""Networks against PyTorch: with the same weights and input the outputs are the same.

Run with PyTorch and torchvision installed beside the package (no GPU and no download needed):

    pip install torch==2.13.0 && pip install --no-deps torchvision==0.28.0
    python -m pytest -m "torch and not nightly"     # networks of up to 100 million parameters
    python -m pytest -m torch                       # all
    python -m pytest -m torch -k resnet18           # one

Every network of torchvision's that has a spec of its name is compared. The state_dict, as PyTorch names it, is
saved as .safetensors and loaded into the spec by those names.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import archcalc

pytestmark = [pytest.mark.torch, pytest.mark.usefixtures("torch")]

TABLE = Path(__file__).parent / "data" / "torchvision.csv"
ROWS = {row["model"]: row for row in csv.DictReader(TABLE.read_text("utf-8").splitlines())}

LARGE = 100_000_000
"""Parameters above which a network is compared at night."""


@pytest.fixture(name="torch")
def _torch() -> None:
    pytest.importorskip("torch", reason="the torch group needs PyTorch")


def _networks() -> list[object]:
    large = {name for name, row in ROWS.items() if int(row["params"]) > LARGE}
    return [pytest.param(name, marks=[pytest.mark.nightly] if name in large else []) for name in ROWS]


@pytest.mark.parametrize("name", _networks())
def test_torchvision(name: str, tmp_path: Path) -> None:
    if f"torchvision/{name}" not in archcalc.shipped_names():
        pytest.skip("there is no spec of this network")
    from .torch_reference import vision  # noqa: PLC0415 - they import PyTorch
    from .torch_reference.compare import compare, pictures  # noqa: PLC0415

    module = vision.build(name)
    assert sum(parameter.numel() for parameter in module.parameters()) == int(ROWS[name]["params"])
    shape = [int(size) for size in ROWS[name]["input_nchw"].split("x")]
    found = compare(archcalc.load(f"torchvision/{name}"), module, (pictures(2, *shape[1:]),), tmp_path)
    # outputs that hardly depend on the input would prove nothing
    assert found.error < min(1e-4, found.spread / 100)


@pytest.mark.parametrize(("name", "sentences"), [("lstm-tagger", 1), ("gru-seq2seq", 2)])
def test_sequences(name: str, sentences: int, tmp_path: Path) -> None:
    """Networks of plain modules: parameters, multiply-adds as PyTorch's own counter has them, and outputs."""
    import torch  # noqa: PLC0415
    from torch.utils.flop_counter import FlopCounterMode  # noqa: PLC0415

    from .torch_reference import sequences  # noqa: PLC0415
    from .torch_reference.compare import compare  # noqa: PLC0415

    build = {"lstm-tagger": sequences.LstmTagger, "gru-seq2seq": sequences.GruSeq2Seq}[name]
    net = archcalc.load(name)
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        module = build().eval()
        module(*(torch.zeros(1, 50, dtype=torch.int64) for _ in range(sentences)))
    assert net.totals.params == sum(parameter.numel() for parameter in module.parameters())
    assert 2 * net.totals.macs == counter.get_total_flops()

    words = torch.randint(0, 30_000, (sentences, 2, 50), generator=torch.Generator().manual_seed(2))
    found = compare(net, build(), tuple(words), tmp_path)
    assert found.error < min(1e-4, found.spread / 100)
