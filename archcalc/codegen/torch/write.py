"""A network as a file of PyTorch code."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...graph import Graph
from ..classes import Class, Use, classes
from ..code import Call, Code, Derived, Raw, Repeat, Suffix, call, leaves
from ..fold import Body, Entry, Folded, Param
from ..head import head
from ..naming import Namer, camel
from ..parts import names, needed
from ..refuse import check_sizes
from ..regions import Region, grow
from ..signature import parameter, signature
from ..statements import Writer
from ..step import Value
from ..text import lines, text
from ..words import inputs, plain
from .bodies import LIST, MODULE, SEQUENCE, Bodies, alive
from .loops import LOOP
from .translate import Port, Program, translate

TAKEN = ("Tensor", "OrderedDict", "F", "Module")
RESERVED = frozenset({"self", "layer", "torch", "nn", "F", "math", *names("torch")})


def to_torch(graph: Graph) -> str:
    """The network as a Python file with an nn.Module, whose state_dict has the names that weight files have."""
    check_sizes(graph)
    return _File(graph, translate(graph)).text()


class _File:
    def __init__(self, graph: Graph, program: Program) -> None:
        self.graph, self.program = graph, program
        self.root = grow(program.steps, program.stored, (*program.values, *program.training))
        self.root.outputs = (*program.values, *program.training)
        self.root.inputs = tuple(Value(i) for i, node in enumerate(graph.nodes) if node.op.word == "INPUT")
        self.bodies = Bodies(graph, program.stored)
        self.name = camel(graph.title) if graph.title else "Network"

    def text(self) -> str:
        """The whole file."""
        found = classes(
            self.root,
            Namer(self.graph),
            self.bodies.body,
            _worthy,
            self._used,
            camel,
            (*TAKEN, *names("torch"), self.name),
        )
        written = [self._class(item) for item in found]
        network = self._network()
        body = "\n\n\n".join("\n".join(block) for block in (*written, network))
        helpers = needed("torch", body)
        whole = "\n\n\n".join([*helpers, body, self._main()])
        return f"{self._head(whole)}\n\n\n{whole}\n"

    def _used(self, use: Use) -> None:
        """Note how a block is made."""
        made = self.bodies.made
        if use.name:
            made.calls[use.region.path] = call(use.name, *use.args)
        else:
            made.calls[use.region.path] = use.body.entries[0].made
            if use.body.form == LIST:
                made.loops.add(use.region.path)

    # Classes

    def _class(self, item: Class) -> list[str]:
        """A class with its parameters."""
        body = item.folded.body
        base = {SEQUENCE: "nn.Sequential", LIST: "nn.ModuleList", MODULE: "nn.Module"}[body.form]
        head = [f"class {item.name}({base}):", *self._init(item.folded, body, item.sample)]
        blank = [""] if len(head) > 1 else []
        return head if body.form == SEQUENCE else [*head, *blank, *self._forward(item.sample, body, item.folded.params)]

    def _init(self, folded: Folded, body: Body, region: Region) -> list[str]:
        head = signature("__init__", ["self", *map(parameter, folded.params)], "None")
        read = _read(body)
        kept = [f"        self.{name} = {name}" for name, *_ in folded.params if name in read]
        if body.form != MODULE:
            made = body.entries[0].made
            assert isinstance(made, Call)
            return [*head, *lines(Call(Raw("super().__init__"), made.args), 8), *kept]
        stored = [line for entry in body.entries for line in _stored(entry, self._reach(region))]
        return [*head, "        super().__init__()", *kept, *stored] if kept or stored else []

    def _forward(self, region: Region, body: Body, params: tuple[Param, ...]) -> list[str]:
        body = body._replace(inputs=inputs(body.inputs, RESERVED))
        result = "Tensor" if len(body.outputs) == 1 else f"tuple[{', '.join(['Tensor'] * len(body.outputs))}]"
        writer = Writer(self._reach(region), "self.", reserved=RESERVED, indent=8)
        writer.write(body)
        writer.give(body.outputs)
        return [*_forward(body.inputs, result), *writer.written]

    def _reach(self, region: Region) -> Callable[[str], Code]:
        """How parts of a block are reached by their paths in it."""

        def own(path: str) -> Code:
            code: Code = Raw("self")
            here = region.path
            for name in filter(None, path.split(".")):
                if plain(name):
                    code = Suffix(code, (f".{name}",))
                elif name.isdigit() and here in self.bodies.made.indexed:
                    code = Suffix(code, (f"[{name}]",))
                else:
                    code = call("getattr", code, name)
                here = f"{here}.{name}" if here else name
            return code

        return own

    # The network itself

    def _network(self) -> list[str]:
        body = self.bodies.body(self.root)
        folded = Folded((), body, ())
        base = "nn.Sequential" if body.form == SEQUENCE else "nn.Module"
        head = [f"class {self.name}({base}):", f'    """{self._summary()}"""', "", *self._init(folded, body, self.root)]
        return head if body.form == SEQUENCE else [*head, "", *self._run(body)]

    def _run(self, body: Body) -> list[str]:
        """The forward of the network: what only training needs comes last."""
        body = body._replace(inputs=inputs(body.inputs, RESERVED))
        count = len(self.program.values)
        main, late = body.outputs[:count], body.outputs[count:]
        writer = Writer(self._reach(self.root), reserved=RESERVED, indent=8)
        writer.names.update(enumerate(body.inputs))
        lead = alive(body.lines, main)
        rest = tuple(line for line in body.lines if line not in lead)
        writer.lines(tuple(lead), (*main, *(ref for line in rest for ref in line.inputs if isinstance(ref, int))))
        if late:
            writer.written.append("        if self.training:")
            writer.indent = 12
            writer.lines(rest, (*late, *main))
            writer.give((*main, *late))
            writer.indent = 8
        writer.give(main)
        result = (
            "Tensor" if len(main) == 1 and not late else "Tensor | tuple[Tensor, ...]" if late else "tuple[Tensor, ...]"
        )
        return [*_forward(body.inputs, result), *writer.written]

    def _summary(self) -> str:
        takes = " and ".join(map(_dims, self.program.inputs))
        return f"Takes {takes}; gives {' and '.join(map(_dims, self.program.outputs))}."

    def _head(self, code: str) -> str:
        """The docstring of the file, and the imports that it needs."""
        tensor = "Tensor, nn" if re.search(r"\bTensor\b", code) else "nn"
        function = ["from torch.nn import functional as F"] if re.search(r"\bF\.", code) else []
        return head(self.graph, "PyTorch", code, ["import torch", f"from torch import {tensor}", *function])

    def _main(self) -> str:
        """What the file does when it is run."""
        examples = ", ".join(map(self._example, self.program.inputs))
        shapes = "*(tuple(part.shape) for part in y)" if len(self.program.outputs) > 1 else "tuple(y.shape)"
        return "\n".join(
            [
                'if __name__ == "__main__":',
                f"    network = {self.name}().eval()",
                "    with torch.no_grad():",
                f"        y = network({examples})",
                f"    print({shapes}, sum(weight.numel() for weight in network.parameters()))",
            ]
        )

    def _example(self, port: Port) -> str:
        sizes = ", ".join(map(str, (1, *port.dims)))
        if not port.node.op.integer:
            return f"torch.randn({sizes})"
        tables = [node.op.entries for node in self.graph.nodes if node.op.word == "EMBED"]
        return f"torch.randint({min(tables, default=2)}, ({sizes}))"


def _worthy(body: Body, count: int) -> bool:
    """Whether a block becomes a class: not a single sequence, nor a mere loop."""
    if body.form == SEQUENCE:
        made = body.entries[0].made
        return count > 1 and isinstance(made, Call) and len(made.args) > 1
    looped = len(body.lines) == 1 and body.lines[0].over is not None
    return not (body.form == LIST and looped)


def _dims(port: Port) -> str:
    words = "integers " if port.node.op.word == "INPUT" and port.node.op.integer else ""
    return f"{words}N x {' x '.join(map(str, port.dims))}"


def _forward(inputs: tuple[str, ...], result: str) -> list[str]:
    return signature("forward", ["self", *(f"{name}: Tensor" for name in inputs)], result)


def _read(body: Body) -> set[str]:
    """The parameters that a forward reads."""
    codes = (item for line in body.lines for item in (line.code, *(line.over[1:] if line.over else ())))
    return {leaf.param for item in codes for leaf in leaves(item) if isinstance(leaf, Derived)}


def _stored(entry: Entry, own: Callable[[str], Code]) -> list[str]:
    """The statement that stores a module, a parameter or a buffer, or a loop that stores several modules."""
    if entry.kind == LOOP:
        assert isinstance(entry.made, Repeat)
        each = lines(call("self.add_module", Raw(entry.name), entry.made.item), 12)
        return [f"        for i in range({text(entry.made.count)}):", *each]
    holder, _, name = entry.name.rpartition(".")
    base = text(own(holder))
    if entry.kind == "buffer":
        return lines(call(f"{base}.register_buffer", name, entry.made), 8)
    if not plain(name):
        enter = "register_parameter" if entry.kind == "parameter" else "add_module"
        return lines(call(f"{base}.{enter}", name, entry.made), 8)
    return lines(entry.made, 8, f"{base}.{name} = ")
