"""Who reads what each node gives."""

from __future__ import annotations

from collections.abc import Container

from ..graph import Graph

Readers = dict[int, list[int]]

WHOLE = ("FC", "FLATTEN")
"""The words of what reads a volume as one vector."""


def readers_of(graph: Graph) -> Readers:
    """For each node that is read, the nodes that read it."""
    found: Readers = {}
    for index, node in enumerate(graph.nodes):
        for source in node.inputs:
            found.setdefault(source, []).append(index)
    return found


def unread(graph: Graph, readers: Readers) -> list[int]:
    """The nodes that nobody reads and that no output needs: the heads for training, and what was left over."""
    needed = graph.needed()
    nodes = enumerate(graph.nodes)
    return [i for i, node in nodes if i not in needed and i not in readers and node.op.word != "INPUT"]


def flattened(graph: Graph, readers: Readers, words: Container[str]) -> set[int]:
    """The nodes with one of these words of which everybody reads one vector, through others of them too."""
    found: set[int] = set()
    for index, node in reversed([*enumerate(graph.nodes)]):
        asks = [
            graph.nodes[reader].op.word in ("FC", "FLATTEN") or reader in found for reader in readers.get(index, [])
        ]
        if node.op.word in words and len(node.shape) > 1 and index not in graph.outputs and asks and all(asks):
            found.add(index)
    return found
