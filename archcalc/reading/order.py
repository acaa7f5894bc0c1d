"""The order in which nodes can run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ..errors import Diagnostic, SpecError
from .proto import Call, GraphPart


def sort(part: GraphPart, known: Callable[[str], bool]) -> Sequence[Call]:
    """The nodes in an order in which each reads what ones before it give: the file's own, if it is such an order.

    Refuses two nodes that give one value, values that nothing gives, and circles.
    """
    makers: dict[str, int] = {}
    ordered = True
    for index, call in enumerate(part.nodes):
        ordered = ordered and all(not name or name in makers or known(name) for name in call.inputs)
        for name in call.outputs:
            if name and name in makers:
                raise SpecError(Diagnostic("E664", f"two nodes give {name[:80]}", f"{call.op} {call.name[:80]}"))
            makers[name] = index
    return part.nodes if ordered else _sorted(part.nodes, makers)


def _sorted(nodes: Sequence[Call], makers: dict[str, int]) -> Sequence[Call]:
    found: list[Call] = []
    state = [0] * len(nodes)  # 0 not seen, 1 being looked at, 2 done
    for start in range(len(nodes)):
        stack: list[tuple[int, Iterable[int]]] = []
        _enter(start, nodes, makers, state, stack)
        while stack:
            index, sources = stack[-1]
            source = next(iter(sources), None)
            if source is None:
                stack.pop()
                state[index] = 2
                found.append(nodes[index])
            elif state[source] == 1:
                call = nodes[source]
                raise SpecError(
                    Diagnostic("E664", "the nodes read each other in a circle", f"{call.op} {call.name[:80]}")
                )
            else:
                _enter(source, nodes, makers, state, stack)
    return found


def _enter(
    index: int, nodes: Sequence[Call], makers: dict[str, int], state: list[int], stack: list[tuple[int, Iterable[int]]]
) -> None:
    if state[index] == 0:
        state[index] = 1
        stack.append((index, iter([makers[name] for name in nodes[index].inputs if name and name in makers])))
