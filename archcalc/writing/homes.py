"""Where layers without weights belong: nobody asks for their names, so that they can be numbered as the text does.

A layer whose name leads to where others store weights belongs there (layer1.0.relu); else it belongs to what it reads,
and a merge to where all that comes together in it belongs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ..graph import Graph
from ..ops import FAMILIES
from .paths import Path

_FOLLOWS = frozenset((*FAMILIES["activation"], *FAMILIES["norm"])) - {"SOFTMAX"}
"""Layers that belong to what is before them."""


def freed(graph: Graph, paths: Sequence[Path]) -> list[Path]:
    """The paths, with "" for the last part where a layer stores nothing."""
    named = [_keeps_name(graph, index) and path != ("",) for index, path in enumerate(paths)]
    regions = {path[:size] for path, keep in zip(paths, named, strict=True) if keep for size in range(1, len(path))}
    homes = _Homes(graph, paths, named)
    between = _between(paths, named)
    scoped = any(path[:1] in regions for path, keep in zip(paths, named, strict=True) if not keep)
    result = []
    for index, path in enumerate(paths):
        if named[index]:
            result.append(path)
        else:
            home = homes.scoped(index, _inner(path, regions)) if scoped else homes.find(index)
            home = home if home[: len(between[index])] == between[index] else between[index]
            homes.known.append(home)
            result.append((*home, ""))
            continue
        homes.known.append(path[:-1])
    return result


def tidy(graph: Graph, paths: Sequence[Path]) -> list[Path]:
    """The paths of a model that other software wrote, without what exporters add.

    The operator behind the name of its module is left out (layer1.0.conv1.conv), and names that only number are free.
    """
    named = [path for index, path in enumerate(paths) if _keeps_name(graph, index)]
    below = Counter(path[:size] for path in named for size in range(1, len(path)))
    taken = set(paths)
    result = []
    for path, node in zip(paths, graph.nodes, strict=True):
        short = path[:-1]
        if path[-1] in _OPERATORS.get(node.op.word, ()) and below[short] == 1 and short not in taken:
            path = short
        result.append(("",) if len(path) == 1 and _MADE_UP.fullmatch(path[0]) else path)
    return result


_OPERATORS = {
    "CONV": ("conv",), "DWCONV": ("conv",), "TCONV": ("convtranspose",), "FC": ("gemm", "matmul"),
    "LINEAR": ("matmul", "gemm"), "BN": ("batchnormalization",), "LN": ("layernormalization",), "EMBED": ("gather",),
    "PRELU": ("prelu",),
}  # fmt: skip
_MADE_UP = re.compile(r"node_.*|n\d+|onnx_.*|val_.*")


def _keeps_name(graph: Graph, index: int) -> bool:
    """Whether a layer stores something, or is fed."""
    node = graph.nodes[index]
    return node.op.word == "INPUT" or node.tie is not None or bool(node.op.weights(*graph.shapes(node)))


def _inner(path: Path, regions: set[Path]) -> Path:
    """The innermost region that a path leads into."""
    return next((path[:size] for size in range(len(path) - 1, 0, -1) if path[:size] in regions), ())


class _Homes:
    """The regions of layers, from first to last."""

    def __init__(self, graph: Graph, paths: Sequence[Path], named: Sequence[bool]) -> None:
        self.graph, self.paths, self.named = graph, paths, named
        self.known: list[Path] = []
        self.forks = _dominators(graph)
        own = [path[:-1] if keep else self._inside(i) for i, (path, keep) in enumerate(zip(paths, named, strict=True))]
        self.ahead = _ahead(graph, own)

    def find(self, index: int) -> Path:
        """The region of a layer without weights; those before it are known."""
        node = self.graph.nodes[index]
        if not node.inputs:
            return ()
        if len(node.inputs) > 1:
            return self._merge(index)
        before, behind = self.known[node.inputs[0]], self.ahead[index]
        if node.op.word in _FOLLOWS or behind is None:
            return before
        both = _common([before, behind])
        if both in (before, behind) or not both:
            return both
        return behind if node.op.word == "GAP" else before

    def scoped(self, index: int, home: Path) -> Path:
        """The region that a name says, unless all that comes together in a merge belongs elsewhere, or what grows."""
        inside, node = self._inside(index), self.graph.nodes[index]
        grows = node.op.word == "CONCAT" and self.forks[index] in node.inputs
        return inside if inside is not None and (grows or inside[: len(home)] != home) else home

    def _merge(self, index: int) -> Path:
        inside = self._inside(index)
        return self.known[max(self.forks[index], 0)] if inside is None else inside

    def _inside(self, index: int) -> Path | None:
        """The region of all that comes together in a merge."""
        if len(self.graph.nodes[index].inputs) < 2:
            return None
        inside = [self.paths[i][:-1] for i in range(self.forks[index] + 1, index) if self.named[i]]
        return _common(inside) if inside else None


def _common(paths: Sequence[Path]) -> Path:
    """What paths have in common at their beginnings."""
    low, high = min(paths), max(paths)
    size = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    return low[:size]


def _between(paths: Sequence[Path], named: Sequence[bool]) -> list[Path]:
    """The region that holds the layers with weights before and behind each layer."""
    before: list[Path | None] = [None]
    for path, keep in zip(paths, named, strict=True):
        before.append(path[:-1] if keep else before[-1])
    result: list[Path] = []
    behind: Path | None = None
    for path, keep, last in zip(reversed(paths), reversed(named), reversed(before[:-1]), strict=True):
        result.append(_common([last, behind]) if last is not None and behind is not None else ())
        behind = path[:-1] if keep else behind
    return result[::-1]


def _dominators(graph: Graph) -> list[int]:
    """For every layer the last one through which all leads to it; PARAMs aside, and -1 where there is none."""
    found: list[int] = []
    for node in graph.nodes:
        sources = [
            source for source in node.inputs if graph.nodes[source].inputs or graph.nodes[source].op.word == "INPUT"
        ]
        fork = sources[0] if sources else -1
        for source in sources[1:]:
            while fork != source and fork >= 0 and source >= 0:
                fork, source = (found[fork], source) if fork > source else (fork, found[source])
            fork = min(fork, source)
        found.append(fork)
    return found


def _ahead(graph: Graph, own: Sequence[Path | None]) -> list[Path | None]:
    """The first region that is known of those that what each layer gives leads to."""
    ahead: list[Path | None] = [None] * len(own)
    for index in range(len(own) - 1, -1, -1):
        found = ahead[index] if own[index] is None else own[index]
        for source in graph.nodes[index].inputs:
            ahead[source] = ahead[source] if found is None else found
    return ahead
