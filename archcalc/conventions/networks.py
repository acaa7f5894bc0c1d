"""Habits of published code that some tools count by, though the architecture is the same without them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import NamedTuple

from ..graph import Graph, Node
from .data import read


class Habits(NamedTuple):
    """Layers by word or path: called as functions, which hooks on modules miss; written as the mean of a tensor, which
    hooks on functions miss too; with biases that start at zero, which exporters leave out."""

    functions: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    zero_biases: tuple[str, ...] = ()

    def variant(self, node: Node, name: str) -> str:
        """The name of a quantity of a layer, with the habit that changes what some tools make of it."""
        if "biases" in name:
            return f"{name}, zero" if _among(node, self.zero_biases) else name
        if _among(node, self.functions):
            return f"{name}, by function"
        return f"{name}, by mean" if _among(node, self.means) else name


def _among(node: Node, listed: tuple[str, ...]) -> bool:
    """Whether a layer is listed: by its word, by its path, or by its word below a path (mixed_5b/POOL)."""
    if not listed:
        return False
    word = node.op.word
    return any(
        entry in (word, node.name) or (entry.endswith(f"/{word}") and node.name.startswith(entry[: -len(word) - 1]))
        for entry in listed
    )


@cache
def _known() -> dict[str, Habits]:
    return {
        names: Habits(**{habit: tuple(layers) for habit, layers in habits.items()})
        for names, habits in read("networks").items()
    }


def habits_of(graph: Graph) -> Habits:
    """The habits of torchvision's code; none for other networks."""
    if "torchvision" not in str(graph.settings.get("source", "")):
        return Habits()
    return next((habits for names, habits in _known().items() if fnmatchcase(graph.name, names)), Habits())
