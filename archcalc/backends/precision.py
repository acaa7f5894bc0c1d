"""A model whose numbers are half as wide: float16 or bfloat16 inside, float32 where it meets the world.

What an operator doesn't take in the type, by its schema in ONNX, stays float32, with a Cast before and behind it. In
an emulation everything does, and values are still rounded to the type: so it runs where the type's kernels are missing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from onnx import defs

from .elements import FLOAT32, Element
from .lower import Constant, Model, PlacedNode
from .model import HIGHEST_OPSET


class _Rule(NamedTuple):
    """What an operator's schema says: the type parameter of every input and output, and what those may be."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    allowed: dict[str, frozenset[str]]

    def input(self, position: int) -> str:
        """The type parameter of an input; the last one may stand for many."""
        return self.inputs[min(position, len(self.inputs) - 1)]

    def output(self, position: int) -> str:
        """The type parameter of an output; the last one may stand for many."""
        return self.outputs[min(position, len(self.outputs) - 1)]

    def takes(self, parameter: str, kind: Element) -> bool:
        """Whether a type parameter can be this type."""
        return f"tensor({kind.name})" in self.allowed.get(parameter, (parameter,))


@cache
def _rule(op_type: str, opset: int) -> _Rule:
    schema = defs.get_schema(op_type, opset)
    allowed = {item.type_param_str: frozenset(item.allowed_type_strs) for item in schema.type_constraints}
    inputs = tuple(item.type_str for item in schema.inputs)
    return _Rule(inputs, tuple(item.type_str for item in schema.outputs), allowed)


def lowest_opset(model: Model, kind: Element) -> int:
    """The first opset in which every operator of the model takes the type, if it ever does."""
    if kind is FLOAT32:
        return model.opset
    return max((_first_opset(op, model.opset, kind) for op in {node.op_type for node in model.nodes}), default=0)


def _first_opset(op_type: str, lowest: int, kind: Element) -> int:
    for opset in range(lowest, HIGHEST_OPSET + 1):
        rule = _rule(op_type, opset)
        parameter = rule.outputs[0] if rule.takes(rule.outputs[0], FLOAT32) else rule.inputs[0]
        if rule.takes(parameter, kind):
            return opset
    return lowest


def in_type(model: Model, kind: Element, opset: int, shown: Collection[str], emulate: bool = False) -> Model:
    """The model in another type. The values in `shown` are float32 under their names, for people to see."""
    return _Narrowing(model, kind, opset, shown, emulate).run()


class _Narrowing:
    def __init__(self, model: Model, kind: Element, opset: int, shown: Collection[str], emulate: bool) -> None:
        self.model, self.kind, self.opset = model, kind, opset
        self.shown, self.emulate = shown, emulate
        self.nodes: list[PlacedNode] = []
        self.constants = {constant.name: constant for constant in model.constants}
        self.reals = {name for name, constant in self.constants.items() if constant.dtype == FLOAT32.name}
        self.reals.update(model.weights)
        self.narrow: dict[str, str] = {}
        """What a value is called in the type, if not by its own name."""
        self.wide: dict[str, str] = {}
        """What values of the type are called in float32."""

    def run(self) -> Model:
        for port in self.model.inputs:
            if not port.integer:
                self.reals.add(port.name)
                self.narrow[port.name] = self._cast(port.name, f"{port.name}/{self.kind.name}", self.kind)
        for node in self.model.nodes:
            self._node(node)
        return replace(self.model, nodes=self.nodes, constants=list(self.constants.values()))

    def _node(self, node: PlacedNode) -> None:
        rule = _rule(node.op_type, self.opset)
        real = {rule.input(i) for i, name in enumerate(node.inputs) if name in self.reals}
        inputs = tuple(self._read(name, self._takes(rule, rule.input(i))) for i, name in enumerate(node.inputs))
        found = {name: rule.output(i) for i, name in enumerate(node.outputs)}
        narrow = {name: self._takes(rule, parameter) for name, parameter in found.items() if parameter in real}
        outputs = tuple(self._written(name, narrow[name]) if name in narrow else name for name in node.outputs)
        self.nodes.append(node._replace(name=outputs[0], inputs=inputs, outputs=outputs))
        for name, output in zip(node.outputs, outputs, strict=True):
            if name in narrow:
                self._publish(name, output)

    def _takes(self, rule: _Rule, parameter: str) -> bool:
        return not self.emulate and rule.takes(parameter, self.kind)

    def _read(self, name: str, narrow: bool) -> str:
        """The value as an operator takes it."""
        if name not in self.reals:
            return name
        if name in self.constants:
            self._type_constant(self.constants[name], narrow)
            return name
        value = self.narrow.get(name, name)
        if narrow:
            return value
        if value not in self.wide:
            self.wide[value] = self._cast(value, f"{value}/{FLOAT32.name}", FLOAT32)
        return self.wide[value]

    def _type_constant(self, constant: Constant, narrow: bool) -> None:
        """Constants have one reader, so each can be what that one takes."""
        self.constants[constant.name] = constant._replace(dtype=(self.kind if narrow else FLOAT32).name)

    def _written(self, name: str, narrow: bool) -> str:
        """What an operator's output is called, before it gets its type and its name."""
        if not narrow:
            return f"{name}/exact"
        return f"{name}/{self.kind.name}" if name in self.shown else name

    def _publish(self, name: str, output: str) -> None:
        """Bring an output into the type, and into float32 if people see it."""
        self.reals.add(name)
        value = f"{name}/{self.kind.name}" if name in self.shown else name
        if output != value:
            self._cast(output, value, self.kind)
        if name in self.shown:
            self.narrow[name] = value
            self.wide[value] = self._cast(value, name, FLOAT32)

    def _cast(self, source: str, target: str, kind: Element) -> str:
        self.nodes.append(PlacedNode(target, "Cast", (source,), (target,), {"to": kind.code}))
        return target
