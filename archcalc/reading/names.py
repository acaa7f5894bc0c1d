"""Names of layers: what the model calls them, made to fit the language's labels."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .value import Stored

LONGEST = 120
"""Characters of a name."""

_ENDINGS = re.compile(r"[./_](?:weight|kernel|w|bias|b|gamma|scale|s|weight_quantized)(?:[:_]?0)?$", re.IGNORECASE)
_OTHERS = re.compile(r"\W+", re.ASCII)
_MADE = re.compile(r"^(?:onnx::|val_|_val|const)", re.IGNORECASE)
"""Names that exporters make up."""


class Names:
    """The names in use, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}
        self._counts: dict[str, int] = {}

    def take(self, label: str, word: str, stored: Sequence[Stored] = ()) -> str:
        """A free name for a layer: that of its weights without their ending, else the node's, else its word."""
        owner = next((path for tensor in stored[:1] if (path := module(tensor.name))), "")
        path = fitted(owner) or fitted(label)
        if not path:
            self._counts[word] = self._counts.get(word, 0) + 1
            path = f"{word.lower()}{self._counts[word]}"
        return self._claim(path)

    def forget(self, names: Sequence[str]) -> None:
        """Names of layers that are taken back."""
        self._taken.difference_update(names)

    def _claim(self, path: str) -> str:
        if path in self._taken:
            stem, number = path, self._next.get(path, 2)
            while (path := f"{stem}_{number}") in self._taken:
                number += 1
            self._next[stem] = number + 1
        self._taken.add(path)
        return path


def module(name: str) -> str:
    """The layer whose weight has this name, if it says so: layer1.0.conv1 of layer1.0.conv1.weight."""
    if _MADE.match(name) or not _ENDINGS.search(name):
        return ""
    return _ENDINGS.sub("", name)


def made_up(name: str) -> bool:
    """Whether an exporter made a name up."""
    return _MADE.match(name) is not None or name.isdigit()


def fitted(name: str) -> str:
    """A name as a path of labels: letters, digits and _ between dots.

    >>> fitted("/layer1/layer1.0/conv1/Conv"), fitted("gpu_0/conv1_1"), fitted("onnx::Relu:12")
    ('layer1.0.conv1.conv', 'gpu_0.conv1_1', 'onnx_relu_12')
    """
    if name.isidentifier() and name.isascii():
        return name.lower().strip("_")[:LONGEST]
    scopes: list[str] = []
    for part in name[: 4 * LONGEST].lower().split("/"):
        if scopes and part.startswith(scopes[-1] + "."):
            scopes.pop()  # PyTorch's exporter repeats the path so far
        if part:
            scopes.append(part)
    segments = (_OTHERS.sub("_", segment).strip("_") for segment in ".".join(scopes).split("."))
    path = ".".join(_label(segment) for segment in segments if segment)
    return path[:LONGEST].rstrip("._") if not path[:1].isdigit() else f"_{path}"[:LONGEST].rstrip("._")


def _label(segment: str) -> str:
    """A number, or a word that begins with a letter or _."""
    return segment if segment.isdecimal() or not segment[0].isdigit() else f"_{segment}"
