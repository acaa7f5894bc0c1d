"""Other counters on the same networks, where they are installed with torchvision. Their models are built beforehand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from typing import Any

import archcalc

from .measure import Result, race_by_clock

NETWORKS = ("resnet50", "swin_b")


def results() -> Iterator[Result]:
    """From the spec's text to the totals, against the quickest of the others; a tenth of its time is the goal."""
    installed = {name: count for name, count in COUNTERS.items() if find_spec(name)}
    if not installed or not find_spec("torchvision"):
        print("rivals: torchvision and one of", ", ".join(COUNTERS), "must be installed")
        return
    for network in NETWORKS:
        model = import_module("torchvision").models.get_model(network).eval()
        for name, count in installed.items():
            ours, theirs = race_by_clock(partial(_count, network), partial(_quietly, count, model), rounds=5)
            yield Result(f"{network} counted", ours, name, theirs, 0.1)


def _count(network: str) -> archcalc.Totals:
    return archcalc.load(f"torchvision/{network}").totals


def _quietly(count: Callable[[Any], None], model: Any) -> None:
    with redirect_stdout(StringIO()):
        count(model)


def _torchinfo(model: Any) -> None:
    import_module("torchinfo").summary(model, (1, 3, 224, 224), verbose=0)


def _fvcore(model: Any) -> None:
    analysis = import_module("fvcore.nn").FlopCountAnalysis(model, import_module("torch").zeros(1, 3, 224, 224))
    analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()


def _ptflops(model: Any) -> None:
    import_module("ptflops").get_model_complexity_info(model, (3, 224, 224), print_per_layer_stat=False)


COUNTERS: dict[str, Callable[[Any], None]] = {"torchinfo": _torchinfo, "fvcore": _fvcore, "ptflops": _ptflops}
