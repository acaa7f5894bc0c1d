"""A network as a file of Keras 3 code, functional, channels last."""

from __future__ import annotations

import re

from ...graph import Graph, Node
from ..classes import Class, Use, classes
from ..code import Arg, Call, Code, Items, Lit, Raw, call
from ..fold import Body, Param
from ..head import head
from ..naming import Namer, snake
from ..parts import names, needed
from ..refuse import check_sizes, refused
from ..regions import Region, grow
from ..signature import parameter, signature
from ..statements import Writer
from ..step import Placed, Value
from ..text import lines
from ..words import BUILTINS, identifier, inputs
from .bodies import Bodies, label
from .translate import Program, translate

RESERVED = frozenset({"name", "layers", "ops", "keras", "np", "i", "math"})


def to_keras(graph: Graph) -> str:
    """The network as a Python file with a function that makes a keras.Model; layers have our names, with _ for dots."""
    check_sizes(graph)
    return _File(graph, translate(graph)).text()


class _File:
    def __init__(self, graph: Graph, program: Program) -> None:
        self.graph, self.program = graph, program
        _check_names(graph, program)
        self.root = grow(program.steps, {}, program.values)
        self.root.outputs = program.values
        self.root.inputs = tuple(Value(i) for i, node in enumerate(graph.nodes) if node.op.word == "INPUT")
        self.bodies = Bodies(graph)
        self.name = snake(graph.title) if graph.title else "network"
        self.reserved = RESERVED

    def text(self) -> str:
        """The whole file."""
        taken = (*names("keras"), *RESERVED, *BUILTINS, self.name)
        found = classes(self.root, Namer(self.graph), self.bodies.body, _worthy, self._used, _spell, taken)
        self.reserved = frozenset({*taken, *(item.name for item in found)})
        written = [self._function(item) for item in found]
        body = "\n\n\n".join("\n".join(block) for block in (*written, self._network()))
        whole = "\n\n\n".join([*needed("keras", body), body, self._main()])
        return f"{self._head(whole)}\n\n\n{whole}\n"

    def _used(self, use: Use) -> None:
        if use.name:
            self.bodies.made.calls[use.region.path] = (use.name, use.args)

    def _function(self, item: Class) -> list[str]:
        """A block as a function."""
        body = item.folded.body
        params = {param.name for param in item.folded.params}
        body = body._replace(inputs=inputs(body.inputs, self.reserved | params | BUILTINS))
        writer = self._writer(item.folded.params)
        writer.write(body)
        writer.give(body.outputs)
        required = [param for param in item.folded.params if not param.optional]
        optional = [param for param in item.folded.params if param.optional]
        given = [*body.inputs, *map(parameter, required), "name: str", *map(parameter, optional)]
        return [*signature(item.name, given, indent=0), *writer.written]

    def _writer(self, params: tuple[Param, ...] = ()) -> Writer:
        reserved = self.reserved | {param.name for param in params}
        return Writer(Raw, nest=False, reserved=reserved, indent=4)

    # The network itself

    def _network(self) -> list[str]:
        head = [f"def {self.name}() -> keras.Model:", f'    """{self._summary()}"""']
        if (chain := self._chain()) is not None:
            made = call("keras.Sequential", Items(tuple(chain)), name=self.name)
            return [*head, *lines(made, 4, "return ")]
        body = self.bodies.body(self.root)
        body = body._replace(inputs=inputs(body.inputs, self.reserved | BUILTINS))
        writer = self._writer()
        writer.last = False
        heads = [line for place, node in enumerate(self.program.inputs) for line in _input(node, body.inputs[place])]
        # the inputs are named again when the model is made
        writer.write(body, range(len(body.inputs)))
        outputs = [writer.operand(ref) for ref in body.outputs]
        given = Items(tuple(map(Raw, body.inputs))) if len(body.inputs) > 1 else Raw(body.inputs[0])
        result = Items(tuple(outputs)) if len(outputs) > 1 else outputs[0]
        model = lines(call("keras.Model", given, result, name=self.name), 4, "return ")
        return [*head, *heads, *writer.written, *model]

    def _chain(self) -> list[Code] | None:
        """The layers of a network that is a plain chain of them."""
        if len(self.program.inputs) != 1 or len(self.program.values) != 1:
            return None
        (current,) = self.root.inputs
        found: list[Code] = [_made_input(self.program.inputs[0])]
        for item in self.root.items:
            if not isinstance(item, Placed) or item.inputs != (current,) or item.more or item.step.plain is None:
                return None
            current = item.output
            made = item.step.plain
            found.append(Call(made.function, (*made.args, *_name(self.root, item))))
        return found if (current,) == self.program.values and len(found) > 1 else None

    def _summary(self) -> str:
        takes, gives = (" and ".join(map(_dims, nodes)) for nodes in (self.program.inputs, self.program.outputs))
        return f"Takes {takes}; gives {gives}."

    def _head(self, code: str) -> str:
        """The docstring of the file, and the imports that it needs."""
        used = [name for name in ("layers", "ops") if re.search(rf"\b{name}\.", code)]
        numpy = ["import numpy as np"] if re.search(r"\bnp\.", code) else []
        parts = [f"from keras import {', '.join(used)}"] if used else []
        return head(self.graph, "Keras 3", code, ["import keras", *numpy, *parts])

    def _main(self) -> str:
        """What the file does when it is run."""
        return "\n".join(
            [
                'if __name__ == "__main__":',
                f"    model = {self.name}()",
                "    model.summary()",
            ]
        )


def _spell(words: str) -> str:
    """The name of a function."""
    return identifier(snake(words), {*BUILTINS, *RESERVED})


def _worthy(body: Body, count: int) -> bool:
    """Whether a block becomes a function: it is used again, and has more than one line."""
    return count > 1 and len(body.lines) > 1


def _made_input(node: Node) -> Call:
    kind = {"dtype": "int32"} if node.op.integer else {}
    return call("keras.Input", Lit(node.shape), **kind)


def _input(node: Node, name: str) -> list[str]:
    return lines(_made_input(node), 4, f"{name} = ")


def _name(region: Region, item: Placed) -> tuple[Arg, ...]:
    return (Arg(label(region, item.path), "name"),) if item.step.stores else ()


def _dims(node: Node) -> str:
    words = "integers " if node.op.word == "INPUT" and node.op.integer else ""
    return f"{words}N x {' x '.join(map(str, node.shape))}"


def _check_names(graph: Graph, program: Program) -> None:
    """Refuse paths that become one name."""
    seen: dict[str, str] = {}
    for step in program.steps:
        for part, _ in step.step.modules:
            path = f"{step.path}.{part}" if part else step.path
            other = seen.setdefault(path.replace(".", "_"), path)
            if other != path:
                what = f"{path} and {other} are one name there"
                raise refused("Keras", graph.nodes[step.output.node], what, "another label")
