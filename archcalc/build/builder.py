"""Walks the syntax tree and adds a node for every layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log10, prod
from typing import Any

from ..collector import resting
from ..errors import Diagnostic, LimitError, SpecError
from ..graph import Claim, Graph, Node, Pin, Question, Stated
from ..ops.base import Op
from ..ops.fields import Reference
from ..ops.volume import Input, Output
from ..shape import FLOOR, Shape, show
from ..source import Source
from ..syntax import MAX_DEPTH, MAX_TEXT, tree
from ..tape import Refused
from ..unknown import Unknowns
from ..words import nearest
from . import blocks, declare, ends, groups, links
from .arguments import bind, find_op
from .claims import claim
from .lone import lone_activations
from .names import Naming, Taken
from .scope import LOST, Scope, Spanned, Volume
from .volumes import read

MAX_LAYERS = 200_000
"""Layers in one network, repeats multiplied out."""
MAX_VOLUME = 2**63 - 1
"""Numbers in one volume: runtimes count them in 64 bits."""

MAX_MISTAKES = 50
"""Mistakes that are reported in one run."""

_STAGES = 20
"""Stages for every layer: each may stand in groups and blocks, which are stages too."""


@dataclass(frozen=True)
class Options:
    """What the caller says over the text."""

    input: Shape | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    max_layers: int = MAX_LAYERS
    max_text: int = MAX_TEXT
    max_depth: int = MAX_DEPTH
    read: Callable[[str, Source], Source] | None = None
    """Reads an imported file; None where files are out of reach."""
    grading: bool = False
    """Whether wrong claims are noted instead of refused."""
    unknowns: Unknowns | None = None
    """What question marks stand for, while they are solved."""


@resting()
def build(
    spec: tree.Spec, source: Source, options: Options | None = None, name: str = "", mistakes: Sequence[Diagnostic] = ()
) -> Graph:
    """The graph of a spec. All mistakes that can be told apart come in one SpecError, those known before too."""
    try:
        return Builder(source, options or Options(), mistakes).run(spec, name)
    except RecursionError:
        help = ("write it flatter: let gives parts of it names",)
        raise LimitError.of("E502", "brackets, blocks or arithmetic stand too deep in each other", help=help) from None


class Builder:
    """The network so far."""

    def __init__(self, source: Source, options: Options, mistakes: Sequence[Diagnostic] = ()) -> None:
        self.options = options
        self.nodes: list[Node] = []
        self.taken = Taken()
        self.settings: dict[str, Any] = {}
        self.pins: list[Pin] = []
        self.stated: list[Stated] = []
        self.questions: list[Question] = []
        self.claims: list[Claim] = []
        self.overridden = False
        """Whether the caller replaced a value of the text: what the text claims is then of another network."""
        self.outputs: list[int] = []
        self.training: list[int] = []
        """Outputs that only training uses."""
        self.ids = False
        """Whether an INPUT holds token ids."""
        self.mistakes: list[Diagnostic] = list(mistakes)
        self._stages = 0
        self._reported: set[object] = set()
        self.warnings: list[Diagnostic] = []
        self.importing: list[str] = [source.file]
        """The files that are being imported, outermost first."""
        self.imported: dict[str, Scope] = {}
        """What each imported file defines, by its path."""
        self.sizes: dict[int, int] = {}
        """How many layers each block adds at least."""
        self.active: list[tree.Definition] = []
        """The blocks that are being expanded, outermost first."""
        self.repeats = 0
        """The repeats that are being expanded."""
        self.root = Scope(source, values=dict(options.values), unknowns=options.unknowns)

    # The file

    def run(self, spec: tree.Spec, name: str) -> Graph:
        naming, current = Naming(self.taken), None
        for line in spec:
            if isinstance(line, tree.Stage):
                current = self.stage(line, self.root, naming, current)
            else:
                with self.reporting(line):
                    declare.line(self, line, self.root, started=bool(self.nodes))
        self._finish(spec, current)
        pins, stated = ((), ()) if self.overridden else (tuple(self.pins), tuple(self.stated))
        return Graph(
            tuple(self.nodes), tuple(self.outputs), name, self.settings, pins, tuple(self.questions),
            tuple(self.warnings), self.root.assumptions.texts, stated,
        )  # fmt: skip

    def _finish(self, spec: tree.Spec, current: Volume | None) -> None:
        if not self.mistakes and not self.nodes:
            place = self.root.source.place(0, 0)
            help = ("for example  INPUT 227x227x3 -> CONV 96 11x11 s4",)
            self.mistakes.append(Diagnostic("E230", "the spec has no layers", help=help, place=place))
        if not self.mistakes:
            declare.check_unused(self)
        if self.mistakes:
            raise SpecError(*sorted(self.mistakes, key=_where))
        if not self.outputs and current is not None:
            self.outputs.append(current.node)
        self._warn_unread()
        self.warnings += lone_activations(self.nodes)
        self._warn_overridden()
        if self.training:
            needed = Graph(tuple(self.nodes), tuple(self.outputs)).needed()
            self.nodes = [node._replace(active=node.active and i in needed) for i, node in enumerate(self.nodes)]

    def _warn_overridden(self) -> None:
        if self.overridden and (self.pins or self.claims):
            message = "what the text claims is not checked: it is of the values that were replaced"
            self.warnings.append(Diagnostic("W103", message))

    def _warn_unread(self) -> None:
        """A volume that nothing reads was probably meant to go somewhere."""
        read = {index for node in self.nodes for index in node.inputs}.union(self.outputs, self.training)
        for index, node in enumerate(self.nodes):
            if index not in read:
                help = ("merge it (ADD @label), mark it with OUTPUT, or leave it out",)
                message = f"nothing reads what {node.name} gives"
                self.warnings.append(Diagnostic("W102", message, help=help, place=node.place))

    def reporting(self, part: Spanned) -> _Reporting:
        """Collects the mistakes of a part instead of stopping at the first."""
        return _Reporting(self, self.root, part)

    # Stages

    def chain(
        self, stages: tree.Chain, scope: Scope, naming: Naming, current: Volume | None, branch: bool = False
    ) -> Volume | None:
        """Stages one after the other; the volume that the last one gives."""
        for stage in stages:
            current = self.stage(stage, scope, naming, current, branch)
        return current

    def stage(
        self, stage: tree.Stage, scope: Scope, naming: Naming, current: Volume | None, branch: bool = False
    ) -> Volume | None:
        """One stage: what it gives, under its label, checked against its claim."""
        if len(self.mistakes) >= MAX_MISTAKES:
            return LOST
        self._stages += 1
        if self._stages > self.options.max_layers // 10 + _STAGES * len(self.nodes):
            raise self._too_many_stages(scope, stage)
        if stage.label[:1].isupper():
            self.report(_upper_label(stage, scope), scope, stage)
        failed = False
        volume: Volume | None
        try:
            volume = self._head(stage, scope, naming, current, branch)
        except SpecError as error:
            self.report(error, scope, stage.head)
            volume, failed = self._recover(stage, scope, naming, current, error), True
        if stage.claim is not None:
            with _Reporting(self, scope, stage.claim):
                volume = claim(self, stage.claim, scope, volume, failed)
        if stage.label and volume is not None:
            scope.labels[stage.label] = volume
        return volume

    def _head(
        self, stage: tree.Stage, scope: Scope, naming: Naming, current: Volume | None, branch: bool
    ) -> Volume | None:
        match stage.head:
            case tree.Layer() as layer:
                return self.layer(layer, stage.label, scope, naming, current)
            case tree.Use() as use:
                return blocks.use(self, use, stage.label, scope, naming, current, branch)
            case tree.Ref() as ref:
                return self.resolve(Reference(ref.label), ref, scope)
            case tree.Group() as group:
                return groups.group(self, group, stage.label, scope, naming, current, branch)
            case tree.Lost():
                raise SpecError  # the mistake that lost the stage has been reported

    def check_size(self, count: int, scope: Scope, part: Spanned) -> None:
        """Refuse a network that will have more layers than the limit."""
        if count > self.options.max_layers:
            raise self._too_many(count, scope, part)

    def _too_many(self, count: int, scope: Scope, part: Spanned) -> LimitError:
        message = f"the network has at least {count:,} layers, the limit is {self.options.max_layers:,}"
        return LimitError(Diagnostic("E504", message, help=("--max-layers raises the limit",), place=scope.place(part)))

    def _too_many_stages(self, scope: Scope, part: Spanned) -> LimitError:
        """Blocks of blocks can have stages without end and no layer among them."""
        message = f"blocks come to {self._stages:,} stages with {len(self.nodes):,} layers among them"
        return LimitError(Diagnostic("E504", message, help=("--max-layers raises the limit",), place=scope.place(part)))

    # Layers

    def layer(
        self, layer: tree.Layer, label: str, scope: Scope, naming: Naming, current: Volume | None
    ) -> Volume | None:
        """One layer, and the branches that it merges."""
        if layer.word == "ID" and not layer.arguments and layer.branches is None:
            if not label:
                naming.skip()
            return current if current is not None else ends.start(self, layer, scope)
        op_class = find_op(layer.word, layer, scope)
        if op_class is Output:
            return ends.mark(self, layer, scope, current)
        if op_class.arity == 0:
            return ends.source(self, op_class, layer, label, scope, naming)
        refs = [argument for argument in layer.arguments if isinstance(argument.value, tree.Ref) and not argument.key]
        plain = [argument for argument in layer.arguments if argument not in refs] if refs else layer.arguments
        op = bind(op_class, plain, layer, scope, self._fit())
        if current is None:
            current = ends.start(self, layer, scope, op.ids)
        path = naming.path(label, layer.word)
        known = path if label or op.repeats_branch else ""
        volumes = read(self, op, layer, refs, known, scope, naming, current)
        op, tie, extra = links.named(self, op, layer, scope)
        volumes += extra
        shapes = [volume.shape for volume in volumes]
        if None in shapes:
            return LOST
        if op.ids or self.ids:
            links.check_ids(op, [self.nodes[volume.node] for volume in volumes if volume.node >= 0])
        try:
            shape = op.output(*shapes)  # type: ignore[arg-type]
        except SpecError as error:
            from .refit import mended  # noqa: PLC0415 - only when something went wrong

            raise mended(self, error, op, volumes) from None
        if tie is not None:
            links.check_tie(self, op, tuple(shapes), tie)  # type: ignore[arg-type]
        return self.add(op, tuple(volume.node for volume in volumes), shape, path, scope, layer, tie)

    def _fit(self) -> str:
        """How sizes are rounded where the layer does not say; while unknowns are tried, down."""
        unknowns = self.options.unknowns
        down = unknowns is not None and (unknowns.floor or (unknowns.lenient and not unknowns.formal))
        return str(self.settings.get("fit") or (FLOOR if down else ""))

    def add(
        self, op: Op, inputs: tuple[int, ...], shape: Shape, path: str, scope: Scope, part: tree.Layer | tree.Use,
        tie: int | None = None,
    ) -> Volume:  # fmt: skip
        if len(self.nodes) >= self.options.max_layers and isinstance(part, tree.Layer):
            raise self._too_many(len(self.nodes) + 1, scope, part)
        size = prod(shape)
        if isinstance(size, int) and size > MAX_VOLUME:
            raise self._too_large(shape, scope, part)
        nodes = self.nodes
        if isinstance(op, Input) and op.integer:
            self.ids = True
        reads = () if op.shape_only else inputs
        batched = op.word == "INPUT" or any([nodes[index].batched for index in reads if index >= 0])
        node = Node(self.taken.claim(path), op, inputs, shape, scope.source, part.start, part.end, batched, tie=tie)
        self.nodes.append(node)
        if self.options.unknowns is not None:
            self.options.unknowns.settle(node.name, self._side(inputs))
        return Volume(len(self.nodes) - 1, shape)

    def _side(self, inputs: tuple[int, ...]) -> int:
        """The largest side that a layer can see: of its input, else of any volume before it; 0 if none is known."""
        near = [self.nodes[index] for index in inputs]
        for nodes in (near, self.nodes):
            sides = [size for node in nodes for size in node.shape[:-1] if isinstance(size, int)]
            if sides:
                return max(sides)
        return 0

    def _too_large(self, shape: Shape, scope: Scope, part: Spanned) -> SpecError:
        note = f"{show(shape)} are about 10^{round(log10(prod(shape)))}, runtimes count to 2^63 = 10^19"
        return scope.error(part, "E315", "the volume has too many numbers", ("give it smaller sizes",), note)

    def resolve(self, label: Reference, part: tree.Ref, scope: Scope) -> Volume:
        """The volume that a reference means: a label, a parameter, or what comes into the block."""
        if label == "in" and scope.incoming is not None:
            return scope.incoming
        known: list[str] = []
        outer: Scope | None = scope
        while outer is not None:
            if label in outer.labels:
                return outer.labels[label]
            value = outer.values.get(label)
            if isinstance(value, Volume):
                return value
            known += [*outer.labels, *(name for name, value in outer.values.items() if isinstance(value, Volume))]
            outer = outer.parent
        near = nearest(label, known) or known[-1:]
        help = f"did you mean @{near[0]}?" if near else f"label a stage above it: {label.lower()}: CONV ..."
        raise scope.error(part, "E220", f"no stage above is labelled {label}", (help,))

    # Mistakes

    def _recover(
        self, stage: tree.Stage, scope: Scope, naming: Naming, current: Volume | None, error: SpecError
    ) -> Volume:
        """After a stride that doesn't fit the rest is checked as if it were rounded down."""
        layer = stage.head
        if (
            [d.code for d in error.diagnostics] != ["E301"]
            or not isinstance(layer, tree.Layer)
            or current is None
            or current.shape is None
        ):
            return LOST
        op = bind(find_op(layer.word, layer, scope), layer.arguments, layer, scope, FLOOR)
        try:
            return Volume(-1, op.output(current.shape))
        except SpecError:
            return LOST

    def report(self, error: SpecError, scope: Scope, part: Any) -> None:
        """Note mistakes, each once: a block that is used often makes its mistakes once."""
        if self.options.unknowns is not None and self.options.unknowns.hasty:
            raise Refused
        place = scope.place(part)
        for diagnostic in error.diagnostics[: MAX_MISTAKES - len(self.mistakes)]:
            placed = diagnostic.at(place, scope.trace)
            if (placed.code, placed.place, placed.message) not in self._reported:
                self._reported.add((placed.code, placed.place, placed.message))
                self.mistakes.append(placed)


def _upper_label(stage: tree.Stage, scope: Scope) -> SpecError:
    label = tree.Name(stage.label, stage.start, stage.start + len(stage.label))
    return scope.error(label, "E114", "labels are lower case", (f"write {stage.label.lower()}:",))


def _where(mistake: Diagnostic) -> tuple[str, int, int]:
    return mistake.place[:3] if mistake.place else ("", 0, 0)


class _Reporting:
    """Turns SpecErrors inside a with statement into reported mistakes."""

    def __init__(self, builder: Builder, scope: Scope, part: Any) -> None:
        self.builder, self.scope, self.part = builder, scope, part

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, SpecError):
            return False
        self.builder.report(error, self.scope, self.part)
        return True
