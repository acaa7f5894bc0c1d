"""Recurrent layers: LSTM, GRU, RNN over the steps of a TxC volume; axes before those are batch.

Weights are PyTorch's, by name, layout and order of gates. The export puts the gates into ONNX's order with nodes on the
weights, which a runtime folds away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, NamedTuple

from ..errors import SpecError
from ..shape import POINT, Shape, Window, show
from .base import BATCH, LAST, Lowering, OnnxNode, Op, Weight, ints, need_rank, node
from .fields import COUNT, REFERENCE, argument, choice, flag, option

MAX_STACK = 10_000
"""Layers of one recurrent layer: each has weights of its own."""


class Cell(NamedTuple):
    """One direction of one layer: how its weights' names end, and how many numbers it reads at each step."""

    name: str
    inputs: int


@dataclass(frozen=True)
class Recurrent(Op):
    """`units` numbers at every step, from the volume there and from its own output a step before."""

    joins: ClassVar[bool] = True
    order: ClassVar[tuple[int, ...]]
    """ONNX's order of the gates, by their number in PyTorch's."""
    memory: ClassVar[tuple[str, ...]] = ("state",)
    """What is kept from step to step, and can be given."""
    each: ClassVar[dict[str, int]]
    """What one unit computes at one step beside the products and biases."""

    units: int = argument(COUNT)
    layers: int = option("layers", COUNT, 1)
    """So many on top of each other; as PyTorch's num_layers it only matters for the names of the weights."""
    bidirectional: bool = flag("bi")
    """A second one reads the steps backwards; its outputs stand behind those of the first."""
    last: bool = flag("last")
    """Only what stands at the end of each direction, instead of the output at every step."""
    biases: int = option("biases", COUNT, 1)
    """Bias vectors a gate: 1 as in textbooks, or 2, for input and state each, as in PyTorch, cuDNN and ONNX."""
    nobias: bool = flag("nobias")
    state: str | None = option("state", REFERENCE, None)
    """The output before the first step; zeros unless given."""

    @property
    def directions(self) -> tuple[str, ...]:
        """How names of weights end, a direction each."""
        return ("", "_reverse") if self.bidirectional else ("",)

    @property
    def width(self) -> int:
        """The channels of the output."""
        return self.units * len(self.directions)

    def _bias_names(self) -> tuple[str, ...]:
        if self.nobias:
            return ()
        return ("bias",) if self.biases == 1 else ("bias_ih", "bias_hh")

    def _cells(self, channels: int) -> Iterator[Cell]:
        for layer in range(self.layers):
            for end in self.directions:
                yield Cell(f"l{layer}{end}", self.width if layer else channels)

    def output(self, *x: Shape) -> Shape:
        need_rank(self, x[0], 2, "20x128, steps and channels")
        self._check_biases()
        self._check_states(x)
        return (*x[0][:-2], self.width) if self.last else (*x[0][:-1], self.width)

    def _check_biases(self) -> None:
        if self.layers > MAX_STACK:
            note, help = f"layers={self.layers:,}", (f"layers={MAX_STACK:,} at most",)
            raise SpecError.of("E352", f"{self.word} has too many layers on top of each other", note, help)
        note, help = f"biases={self.biases}", ("biases=1 as in textbooks, biases=2 as in PyTorch",)
        if self.biases > 2:
            raise SpecError.of("E350", f"{self.word} has one or two biases a gate", note, help)
        if self.nobias and self.biases == 2:
            raise SpecError.of("E305", "nobias contradicts biases=", f"nobias with {note}", ("keep one of them",))

    def _check_states(self, x: tuple[Shape, ...]) -> None:
        """A state is one vector for each sequence."""
        needed = (*x[0][:-2], self.width)
        for shape in x[1:]:
            if shape != needed:
                note = f"{show(shape)} given, {show(needed)} needed"
                help = (f"a volume like that of {self.word} {self.units}{' bi' * self.bidirectional} last",)
                raise SpecError.of("E351", "the state to begin with has the wrong shape", note, help)
        if x[1:] and self.layers > 1:
            help = ("write the layers one by one, each with its state",)
            raise SpecError.of("E351", "a state belongs to one layer", f"layers={self.layers}", help)

    def weights(self, *x: Shape) -> dict[str, Weight]:
        rows, weights = len(self.order) * self.units, {}
        for name, inputs in self._cells(x[0][-1]):
            weights[f"weight_ih_{name}"] = Weight((rows, inputs), "kernel", (inputs, self.units))
            weights[f"weight_hh_{name}"] = Weight((rows, self.units), "kernel", (self.units, self.units))
            weights |= {f"{bias}_{name}": Weight((rows,)) for bias in self._bias_names()}
        return weights

    def work(self, *x: Shape) -> dict[str, int]:
        steps, cells = prod(x[0][:-1]), tuple(self._cells(x[0][-1]))
        rows = steps * len(self.order) * self.units
        macs = rows * sum(cell.inputs + self.units for cell in cells)
        others = {kind: count * steps * self.units * len(cells) for kind, count in self.each.items()}
        return {"macs": macs, "bias": rows * len(cells) * len(self._bias_names()), **others}

    def footprint(self, *x: Shape) -> tuple[Window, ...] | None:
        if len(x) > 1:
            return None
        steps = x[0][-2]
        window = Window(steps, before=steps - 1)  # the steps so far
        if self.bidirectional:
            window = Window(2 * steps - 1, before=steps - 1, after=steps - 1)
        return (*(POINT,) * (len(x[0]) - 2), Window(steps) if self.last else window)

    def onnx(self, *x: Shape) -> Lowering:
        *lead, steps, channels = x[0]
        nodes = [node("Reshape", "x0", ints(-1, steps, channels), to="joined")] if lead else []
        nodes.append(node("Transpose", "joined" if lead else "x0", to="x_l0", perm=[1, 0, 2]))
        nodes += [item for name in self._states() for item in self._start(name)]
        for layer in range(self.layers):
            nodes += [*self._parameters(layer), self._run(layer)]
            if layer + 1 < self.layers:
                nodes.append(node("Transpose", f"steps_l{layer}", to=f"turned_l{layer}", perm=[0, 2, 1, 3]))
                nodes.append(node("Reshape", f"turned_l{layer}", ints(steps, -1, self.width), to=f"x_l{layer + 1}"))
        kind, perm = ("final", [1, 0, 2]) if self.last else ("steps", [2, 0, 1, 3])
        nodes.append(node("Transpose", f"{kind}_l{self.layers - 1}", to="back", perm=perm))
        return Lowering(LAST, (*nodes, node("Reshape", "back", ints(BATCH, *self.output(*x)))))

    def _states(self) -> dict[str, str]:
        """The states that are given: name to the volume that it is."""
        given = [name for name in self.memory if getattr(self, name) is not None]
        return {name: f"x{index}" for index, name in enumerate(given, 1)}

    def _start(self, name: str) -> tuple[OnnxNode, ...]:
        """A state as ONNX wants it: directions, batch, units."""
        return (
            node("Reshape", self._states()[name], ints(-1, len(self.directions), self.units), to=f"{name}_rows"),
            node("Transpose", f"{name}_rows", to=name, perm=[1, 0, 2]),
        )

    def _run(self, layer: int) -> OnnxNode:
        """The layer itself, steps first: its outputs at all steps, and those at the end."""
        bias = "" if self.nobias else f"bias_l{layer}/onnx"
        states = (name if name in self._states() else "" for name in self.memory)
        inputs = (f"x_l{layer}", f"weight_ih_l{layer}/onnx", f"weight_hh_l{layer}/onnx", bias, "", *states)
        direction = {"direction": "bidirectional"} if self.bidirectional else {}
        options = {"hidden_size": self.units, **direction, **self.attributes()}
        return node(self.word, *inputs, to=(f"steps_l{layer}", f"final_l{layer}"), **options)

    def attributes(self) -> dict[str, Any]:
        """What else ONNX wants to know."""
        return {}

    def _parameters(self, layer: int) -> Iterator[OnnxNode]:
        """The weights of a layer as ONNX wants them: directions first, gates in its order, biases in one."""
        names = [f"l{layer}{end}" for end in self.directions]
        for kind in ("weight_ih", "weight_hh", *self._bias_names()):
            for name in names:
                yield from self._gates(f"{kind}_{name}", () if "bias" in kind else (-1,))
        for kind in ("weight_ih", "weight_hh"):
            yield node("Concat", *(f"{kind}_{name}/gates" for name in names), to=f"{kind}_l{layer}/onnx", axis=0)
        if self.nobias:
            return
        for name in names:
            yield self._bias(name)
        yield node("Concat", *(f"bias_{name}/both" for name in names), to=f"bias_l{layer}/onnx", axis=0)

    def _bias(self, name: str) -> OnnxNode:
        """ONNX has two biases; one alone stands beside zeros."""
        if self.biases == 1:
            rows = len(self.order) * self.units
            return node("Pad", f"bias_{name}/gates", ints(0, 0, 0, rows), to=f"bias_{name}/both")
        return node("Concat", f"bias_ih_{name}/gates", f"bias_hh_{name}/gates", to=f"bias_{name}/both", axis=1)

    def _gates(self, name: str, rest: tuple[int, ...]) -> Iterator[OnnxNode]:
        """One weight with its gates in ONNX's order, and an axis for the direction before it."""
        gates = len(self.order)
        yield node("Reshape", name, ints(1, gates, -1), to=f"{name}/split")
        yield node("Gather", f"{name}/split", ints(*self.order), to=f"{name}/sorted", axis=1)
        yield node("Reshape", f"{name}/sorted", ints(1, gates * self.units, *rest), to=f"{name}/gates")


@dataclass(frozen=True)
class SimpleRnn(Recurrent):
    """tanh(W x + U h + b): Elman's network; or with RELU instead."""

    word: ClassVar[str] = "RNN"
    order: ClassVar[tuple[int, ...]] = (0,)

    activation: str = choice("relu", default="tanh")

    @property
    def each(self) -> dict[str, int]:  # type: ignore[override]
        return {"compare": 1} if self.activation == "relu" else {"exp": 1, "add": 2, "div": 1}

    def attributes(self) -> dict[str, Any]:
        return {"activations": [self.activation.capitalize()] * len(self.directions)}


@dataclass(frozen=True)
class Gru(Recurrent):
    """h = (1 - z)*n + z*h, with n = tanh(W x + U (r*h) + b) as Cho et al. 2014 have it, and gates r and z.

    With two biases, or `after`, the reset gate comes after the product, n = tanh(W x + b + r*(U h + c)), as in cuDNN,
    PyTorch and today's Keras.
    """

    word: ClassVar[str] = "GRU"
    order: ClassVar[tuple[int, ...]] = (1, 0, 2)
    # two sigmoids, a tanh, the reset, and the mean of new and old
    each: ClassVar[dict[str, int]] = {"exp": 3, "add": 6, "div": 3, "mul": 3}

    after: bool = flag("after")
    """The reset gate comes after the recurrent product."""

    def attributes(self) -> dict[str, Any]:
        return {"linear_before_reset": 1} if self.after or self.biases == 2 else {}


@dataclass(frozen=True)
class Lstm(Recurrent):
    """c = f*c + i*tanh(g) and h = o*tanh(c), with gates i, f, o (Hochreiter and Schmidhuber 1997; Gers et al. 2000)."""

    word: ClassVar[str] = "LSTM"
    order: ClassVar[tuple[int, ...]] = (0, 3, 1, 2)
    memory: ClassVar[tuple[str, ...]] = ("state", "cell")
    # three sigmoids, two tanh, and the products and the sum above
    each: ClassVar[dict[str, int]] = {"exp": 5, "add": 8, "div": 5, "mul": 3}

    cell: str | None = option("cell", REFERENCE, None)
    """The cell before the first step; zeros unless given."""
