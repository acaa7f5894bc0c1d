"""Weights that stay in the .safetensors file where they are: an ONNX model can say where in it they lie."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import UsageError
from .datafile import Place

if TYPE_CHECKING:
    from .export import Prepared


def referenced(prepared: Prepared, target: Path) -> dict[str, Place]:
    """A place in the weight file for each weight that it has as the model needs it. UsageError if there is none.

    Numbers of another type, or at a place that doesn't divide by their size, are left to be written.
    """
    source = Path(prepared.weights)
    if source.suffix.lower() != ".safetensors":
        help = ("--weights FILE.safetensors, or leave --reference out",)
        raise UsageError.of("E619", f"weights from {source} cannot be referred to", help=help)
    _check_beside(source, target)
    kind, places = prepared.kind, {}
    for name, size in prepared.sizes.items():
        stored = prepared.stored.get(name)
        if stored is None or stored.dtype != kind.name or prepared.model.weights[name][1].start == "masked":
            continue
        if stored.offset is not None and stored.offset % kind.size == 0:
            places[name] = Place(source.name, stored.offset, size)
    if prepared.stored and not places:
        raise _none_fits(prepared, source)
    return places


def _check_beside(source: Path, target: Path) -> None:
    """Runtimes read from the model's folder only, and follow no link out of it."""
    real, folder = source.resolve(), target.resolve().parent
    if real == target.resolve():
        raise UsageError.of("E619", "the model would replace the weights that it refers to", help=("another -o",))
    if real.parent == folder and real.name == source.name:
        return
    note = f"{source} is {real}, the model will be in {folder}"
    help = ("copy or hard-link the weights into that folder, or leave --reference out",)
    raise UsageError.of("E619", "a model can refer only to weights in its own folder", note, help)


def _none_fits(prepared: Prepared, source: Path) -> UsageError:
    found = {stored.dtype for stored in prepared.stored.values()}
    message, last = (
        f"no weight of {source.name} can stay where it is",
        "or leave --reference out, to write them",
    )
    if prepared.kind.name in found:
        note = f"they begin at bytes that {prepared.kind.size} doesn't divide"
        return UsageError.of("E619", message, note, ("save it again: safetensors' own library aligns them", last))
    note = f"{', '.join(sorted(found))} in the file, {prepared.kind.name} in the model"
    fitting = tuple(f"--dtype {name}" for name in sorted(found) if name != "float64")
    return UsageError.of("E619", message, note, (*fitting, last))
