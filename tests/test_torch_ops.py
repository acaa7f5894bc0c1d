"""Every layer against PyTorch, on the same weights and inputs: python -m pytest -m torch (torch must be installed)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import archcalc
from archcalc.backends.export import Prepared
from archcalc.backends.runtime import random_inputs
from archcalc.backends.session import open_session
from archcalc.graph import Node
from archcalc.ops.base import FIRST

from .cases import CASES, Case
from .torch_reference.shaken import Shaken

pytestmark = pytest.mark.torch
TOLERANCE = 1e-4
"""Of the largest value."""

compared = [case for case in CASES if case.torch]


@pytest.mark.parametrize("case", compared, ids=lambda case: case.spec[:60])
def test_pytorch_computes_the_same(case: Case) -> None:
    import torch  # noqa: PLC0415 - only this group needs it
    from torch.nn import functional as F  # noqa: N812, PLC0415

    prepared = Shaken(archcalc.parse(case.spec).graph)
    node = prepared.graph.nodes[-1]
    volumes = _volumes(prepared)
    xs = [torch.tensor(_first(volumes[prepared.graph.nodes[index].name])) for index in node.inputs]
    names = {"x": xs[0], "xs": xs, "w": _weights(prepared, node), "torch": torch, "F": F}
    expected = eval(case.torch, names).numpy()
    if not node.batched:
        expected = expected[None]  # the same for all examples
    ours = _first(volumes[node.name])
    assert ours.shape == expected.shape
    assert np.abs(ours - expected).max() <= TOLERANCE * np.abs(expected).max()


def _volumes(prepared: Prepared) -> dict[str, Any]:
    """Every volume of a run by its layer's name: batch first, channels last."""
    session, _ = open_session(prepared, "cpu", expose=True)
    feeds = random_inputs(prepared, batch=2)
    model = prepared.model
    fed = {port.name: _first(feeds[port.name]) if port.layout == FIRST else feeds[port.name] for port in model.inputs}
    arrays = session.run([port.name for port in model.volumes], fed)
    outputs = {
        port.name.partition("/")[0]: np.moveaxis(array, 1, -1) if port.layout == FIRST else array
        for port, array in zip(model.volumes, arrays, strict=True)
    }
    return feeds | outputs


def _first(array: Any) -> Any:
    """The channels behind the batch, as PyTorch has them."""
    return np.ascontiguousarray(np.moveaxis(array, -1, 1)) if array.ndim > 2 else array


def _weights(prepared: Prepared, node: Node) -> dict[str, Any]:
    """The layer's tensors by their local names; a shared weight is its owner's."""
    import torch  # noqa: PLC0415 - only this group needs it

    names = {key: f"{node.name}.{key}" if key else node.name for key in node.op.weights(*prepared.graph.shapes(node))}
    if node.tie is not None:
        names["weight"] = f"{prepared.graph.nodes[node.tie].name}.weight"
    return {key: torch.tensor(prepared.tensor(name)) for key, name in names.items()}
