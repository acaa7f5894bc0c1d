"""Names of classes: a block's is that of its `def`, a labelled group's that of its label, the network's its title."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from ..errors import ArchcalcError
from ..graph import Graph
from ..source import Source
from ..syntax import read, tree
from .regions import Region
from .step import Placed
from .words import fresh


def camel(words: str) -> str:
    """ResNet50 for ResNet-50, ConvBn for conv_bn, Llama3_8B for Llama 3 8B."""
    spread = (word[0].upper() + word[1:] for word in _apart(words))
    name = re.sub(r"(?<=\d) (?=\d)", "_", " ".join(spread)).replace(" ", "")
    return name if name and not name[0].isdigit() else f"Net{name}"


def _apart(words: str) -> list[str]:
    """The words alone."""
    return "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in words.replace("'", "")).split()


def snake(words: str) -> str:
    """resnet_50 for ResNet-50."""
    name = "_".join(_apart(words.lower()))
    return name if name and not name[0].isdigit() else f"net_{name}".rstrip("_")


def given_names(graph: Graph, region: Region, alone: str, weight: str) -> tuple[str, ...]:
    """Names for what goes into a block: those of the blocks that it comes from.

    `alone` is the name of a network's only input, `weight` what is behind the name of a layer whose weight is given.
    """
    if not region.path:
        return (alone,) if len(region.inputs) == 1 else tuple(graph.nodes[value.node].name for value in region.inputs)
    names = ["x"]
    for value in region.inputs[1:]:
        path = graph.nodes[value.node].name
        while "." in path and not region.path.startswith(path.rpartition(".")[0] + "."):
            path = path.rpartition(".")[0]
        word = path.rpartition(".")[2]
        word = "y" if word.isdigit() else f"{word}_{weight}" if value.kind == "weight" else word
        names.append(fresh(word, names))
    return tuple(names[: len(region.inputs)])


class Namer:
    """Finds words for the blocks of a network."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def _definitions(self) -> dict[Source, tuple[tree.Definition, ...]]:
        sources = {node.source for node in self.graph.nodes}
        return {source: tuple(_definitions(source)) for source in sources}

    @cached_property
    def _uses(self) -> dict[str, set[str]]:
        """The blocks that each block uses, directly or not."""
        every = [definition for found in self._definitions.values() for definition in found]
        names = {definition.name for definition in every}
        direct: dict[str, set[str]] = {name: set() for name in names}
        for definition in every:
            direct[definition.name] |= {use.rpartition(".")[2] for use in _used(definition)} & names
        for _ in direct:
            direct = {name: used.union(*(direct[other] for other in used)) for name, used in direct.items()}
        return direct

    def _block(self, index: int) -> str:
        """The `def` in which a node's layer is written."""
        node = self.graph.nodes[index]
        around = (item for item in self._definitions[node.source] if item.start <= node.start < item.end)
        return next((item.name for item in around), "")

    def word(self, region: Region, around: str) -> str:
        """What a region is called; `around` is the `def` of the one around it."""
        block = self.block(region)
        label = region.name.rstrip("0123456789").rstrip("_")
        if not label:
            return block or "block"
        return block if block and block != around and self._direct(region) else label

    def block(self, region: Region) -> str:
        """The `def` that a region is made by: of all in it the one that uses the others."""
        found = self._direct(region) or {self._block(step.output.node) for step in region.steps() if step.path}
        tops = [name for name in found if not any(name in self._uses.get(other, ()) for other in found - {name})]
        return tops[0] if len(tops) == 1 else ""

    def _direct(self, region: Region) -> set[str]:
        """The `def`s of the layers that stand in the region itself."""
        return {self._block(item.output.node) for item in region.items if isinstance(item, Placed) and item.path}


def _definitions(source: Source) -> Iterator[tree.Definition]:
    try:
        spec = read(source).spec or ()
    except ArchcalcError:
        return
    for line in spec:
        if isinstance(line, tree.Definition):
            yield line


def _used(part: Any) -> Iterator[str]:
    """The names of all blocks that a part of the tree uses."""
    if isinstance(part, tree.Use):
        yield part.name
    if isinstance(part, tuple):
        for item in part:
            yield from _used(item)
