"""Weights from a file: .safetensors, .npz, or an ONNX model."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ..errors import Diagnostic, FileError, UsageError
from ..graph import Graph
from . import npz, safetensors
from .match import by_name, by_order, wanted
from .stored import Stored
from .weights import MADE

BY_NAME, BY_ORDER = "name", "order"
NPZ = ".npz"

MODEL = ".onnx"


def _read_model(path: Path) -> tuple[Stored, ...]:
    from . import modelweights  # noqa: PLC0415 - start-up time counts

    return modelweights.read(path)


_READERS = {".safetensors": safetensors.read, NPZ: npz.read, MODEL: _read_model}


def read(name: str | os.PathLike[str]) -> tuple[Stored, ...]:
    """The tensors of a weight file; their numbers stay there until they are asked for. FileError if it is damaged."""
    path = Path(name)
    try:
        if path.exists() and not path.is_file():
            raise OSError(0, "it is not a file")
        return _READERS[path.suffix.lower()](path)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileError(Diagnostic("E641", f"{path} cannot be read: {reason}")) from None


def load(graph: Graph, exported: Iterable[str], name: str | os.PathLike[str], match: str) -> dict[str, Stored]:
    """A tensor of the file for every exported weight that the text doesn't give. SpecError if they don't match."""
    if Path(name).suffix.lower() not in _READERS:
        raise _unknown(name)
    if match == BY_ORDER and Path(name).suffix.lower() != NPZ:
        help = ("match by name, or save an .npz",)
        raise UsageError.of("E644", f"a {Path(name).suffix} file keeps no order of its weights", str(name), help)
    pair = by_order if match == BY_ORDER else by_name
    return pair(read(name), wanted(graph, exported), Path(name).name)


def check_match(match: str, weights: object) -> None:
    """Refuse an unknown way of matching, and one where there is nothing to match."""
    if match not in (BY_NAME, BY_ORDER):
        raise UsageError.of("E644", f"weights cannot match by {match}", help=(f"{BY_NAME} or {BY_ORDER}",))
    if match == BY_ORDER and weights in MADE:
        help = ("give a weight file, or leave the match out",)
        raise UsageError.of("E644", f"{weights} weights have no order to match", help=help)


def _unknown(name: str | os.PathLike[str]) -> UsageError:
    """The refusal of what is neither a kind of numbers nor a file that can be read."""
    help = ["random, zeros, or a .safetensors, .npz or .onnx file"]
    if Path(name).suffix.lower() in (".pt", ".pth", ".bin", ".ckpt", ".pkl"):
        help.append("a pickle may run code; in PyTorch: safetensors.torch.save_file(model.state_dict(), ...)")
    return UsageError(Diagnostic("E611", f"the weights {name} are not known", help=tuple(help)))
