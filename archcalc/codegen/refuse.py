"""What a framework cannot do."""

from __future__ import annotations

from ..errors import SpecError
from ..graph import Node


def refused(framework: str, node: Node, what: str, *help: str) -> SpecError:
    """An error that names the layer."""
    error = SpecError.of("E450", f"no {framework} code for {node.name}: {what}", str(node.op), help)
    return SpecError(*(diagnostic.at(node.place) for diagnostic in error.diagnostics))
