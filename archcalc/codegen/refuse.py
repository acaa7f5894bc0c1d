"""What a framework cannot do."""

from __future__ import annotations

from ..errors import SpecError
from ..graph import Graph, Node


def refused(framework: str, node: Node, what: str, *help: str) -> SpecError:
    """An error that names the layer."""
    error = SpecError.of("E450", f"no {framework} code for {node.name}: {what}", str(node.op), help)
    return SpecError(*(diagnostic.at(node.place) for diagnostic in error.diagnostics))


def check_sizes(graph: Graph) -> None:
    """Refuse free dimensions, and layers of models that the language has no word for."""
    for node in graph.nodes:
        if node.op.word == "ONNX":
            error = SpecError.of("E451", "the language has no word for a layer", f"{node.name}: {node.op}")
            raise SpecError(*(diagnostic.at(node.place) for diagnostic in error.diagnostics))
    if graph.free:
        names = " and ".join(graph.free)
        help = ("give them numbers: " + " ".join(f"--set {name}=..." for name in graph.free),)
        raise SpecError.of("E256", f"only a network without free dimensions becomes code: {names}", help=help)
