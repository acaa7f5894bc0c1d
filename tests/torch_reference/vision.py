"""torchvision's networks, also where its compiled operators were built for another PyTorch."""

from __future__ import annotations

import warnings
from functools import cache
from importlib.util import find_spec
from types import ModuleType

import pytest
import torch
from torch import nn

# what the package declares for its compiled part, which no classifier uses; kept, since it must outlive the import
_DECLARED: list[torch.library.Library] = []


@cache
def models() -> ModuleType:
    """torchvision.models; skips the test where the package is not there."""
    if find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of images, which are not read here
        try:
            from torchvision import models  # noqa: PLC0415
        except RuntimeError:
            library = torch.library.Library("torchvision", "FRAGMENT")
            for name in ("nms", "qnms"):
                library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
            _DECLARED.append(library)
            from torchvision import models  # noqa: PLC0415
    return models  # type: ignore[no-any-return]


def build(name: str) -> nn.Module:
    """A network by its name; nothing is downloaded, and the numbers it starts with are replaced anyway."""
    options: dict[str, object] = {"weights": None}
    if name.startswith(("deeplabv3", "fcn", "lraspp")):
        options["weights_backbone"] = None
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = False  # they warn unless they are told
    return models().get_model(name, **options)
