"""A network as users of the library hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .analysis.pins import check_pins
from .analysis.table import Totals, tabulate
from .build import Options
from .errors import Diagnostic
from .execution import Executable
from .graph import Graph
from .load import parse_spec, read_spec
from .tables import Table

if TYPE_CHECKING:
    from .analysis.devices import Device
    from .analysis.explain import Explanation
    from .conventions.tools import Figure
    from .findings import Diff, Memory, Roofline, Training
    from .grading import Grade
    from .solver import Solved
    from .sweeping import Family


class Network(Executable):
    """A network: its layers, its numbers, and what can be done with it.

    >>> net = parse("INPUT 227x227x3 -> CONV 96 11x11 s4")
    >>> net.output
    (55, 55, 96)
    >>> net.totals.params, net.totals.macs
    (34944, 105415200)
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def __str__(self) -> str:
        return str(self._table)

    def __repr__(self) -> str:
        return repr(self._table).replace("<Table of ", "<Network ").replace("<Table:", "<Network:")

    def _repr_html_(self) -> str:
        return self._table._repr_html_()

    def _repr_markdown_(self) -> str:
        return self._table._repr_markdown_()

    @cached_property
    def _table(self) -> Table:
        return Table.of(tabulate(self.graph))

    def table(self) -> Table:
        """Volumes, parameters, multiply-adds, memory and receptive fields: a row a layer, and the totals."""
        return self._table

    @property
    def totals(self) -> Totals:
        """The sums over all layers, for one example."""
        return self._table.totals

    @property
    def output(self) -> tuple[int, ...]:
        """The volume that the network gives: spatial sizes, then channels, without the batch."""
        return self.graph.nodes[self.graph.outputs[0]].shape

    def check(
        self, *, max_params: int | str | None = None, max_macs: int | str | None = None,
        max_peak: int | str | None = None,
    ) -> None:  # fmt: skip
        """Refuse (SpecError) totals that differ from those that the text pins with `check`, or are above a budget.

        Budgets are numbers or texts: "5M" parameters, "4.1G" multiply-adds, "64MiB" of volumes alive at once.

        >>> load("torchvision/mobilenet_v2").check(max_params="5M", max_macs="310M", max_peak="32MiB")
        """
        check_pins(self._table)
        given = {"params": max_params, "macs": max_macs, "peak": max_peak}
        if any(most is not None for most in given.values()):
            from .analysis.budget import amount, check_budget  # noqa: PLC0415 - only who has one waits for it

            budget = {what: amount(str(most), what) for what, most in given.items() if most is not None}
            check_budget(self._table, budget)

    def counted_by(self, tool: str) -> Figure:
        """What another tool prints as the network's multiply-adds or FLOPs, with the steps to it from ours.

        Raises UsageError for a tool that is not known, SpecError for a network with free dimensions.

        >>> load("torchvision/resnet50").counted_by("fvcore").total
        4111512576
        """
        from .conventions.tools import figure_of  # noqa: PLC0415 - only who compares waits for it

        return figure_of(self._table, tool)

    def lint(self) -> tuple[Diagnostic, ...]:
        """What works but was perhaps not meant: dropped rows, a bias in front of BN, a lone ELU among RELUs.

        >>> [finding.code for finding in parse("INPUT 8x8x3 -> CONV 4 3x3 -> BN -> GAP").lint()]
        ['L102']
        """
        from .analysis.lint import lint  # noqa: PLC0415 - only who asks for it waits for it

        return lint(self._table)

    def explain(self, layer: str = "") -> Explanation:
        """The arithmetic of every layer, or of those at or below a path, as steps with their values.

        UsageError if there is no such layer.

        >>> steps = parse("INPUT 227x227x3 -> CONV 96 11x11 s4").explain("conv1").accounts[0].steps
        >>> [(step.what, step.value) for step in steps[:2]]
        [('height, width', 55), ('parameters', 34944)]
        """
        from .analysis.explain import explain  # noqa: PLC0415 - start-up time counts

        return explain(self._table, layer)

    def diff(self, other: Network) -> Diff:
        """What changes from this network to another: layers added, removed, changed and moved, and what each costs.

        >>> found = load("torchvision/vgg16").diff(load("torchvision/vgg16_bn"))
        >>> found.counts["added"], found.counts["same"], found.totals["params"]
        (13, 39, 8448)
        """
        from .analysis.diff import diff  # noqa: PLC0415 - only who compares waits for it
        from .findings import Diff  # noqa: PLC0415

        return Diff.of(diff(self._table, other.table()))

    def memory(
        self, *, batch: int = 1, dtype: str | None = None, optimizer: str = "adam", mixed: bool = False,
        in_place: bool = False, recompute: str = "", freeze: Sequence[str] = (),
    ) -> Memory:  # fmt: skip
        """The bytes of an inference and of training, part by part; `fits` of it tells the largest batch.

        `dtype` is float32, float16, bfloat16 or int8 (float32 unless `mixed`, float16 then), `optimizer` sgd, momentum
        or adam. `mixed` keeps float32 master weights. `in_place` lets ReLU and its like overwrite what they read,
        `recompute` ("blocks", "all", or a depth of paths) keeps less and computes it again, `freeze` names layers that
        are not trained. Raises UsageError for what is not known.

        >>> net = load("torchvision/resnet50")
        >>> net.memory().peak, net.memory().peak_at
        (9633792, 'layer1.0.downsample.1')
        >>> net.memory(mixed=True).fits("24GiB").training
        337
        """
        from .analysis.storage import Setting  # noqa: PLC0415 - start-up time counts
        from .findings import Memory  # noqa: PLC0415

        kind = dtype or ("float16" if mixed else "float32")
        return Memory(self._table, Setting(batch, kind, optimizer, mixed, in_place, recompute, tuple(freeze)))

    def training(self, *, batch: int = 1, freeze: Sequence[str] = (), recompute: str = "") -> Training:
        """The multiply-adds of a training step, a layer each and in all: forward, backward, computed again.

        `freeze` names layers, or blocks, that are not trained; `recompute` is "blocks", "all", or a depth of paths.
        Raises UsageError for what is not known.

        >>> totals = load("torchvision/resnet50").training(batch=32).totals
        >>> totals.forward, totals.to_input, totals.to_weights
        (130853896192, 127077449728, 130853896192)
        """
        from .analysis.training import training  # noqa: PLC0415 - start-up time counts
        from .findings import Training  # noqa: PLC0415

        return Training.of(training(self._table, batch, freeze, recompute))

    def roofline(self, device: Device | str | None = None, *, batch: int = 1, dtype: str | None = None) -> Roofline:
        """The bytes that every layer moves, its arithmetic intensity, and its bounds on a device, if one is given.

        `device` is a name such as "a100-fp16", or "flops=19.5T,bandwidth=1.5T"; `dtype` is the type of the numbers, by
        default that of the device's name, else float32. Raises UsageError for what is not known, SpecError for times
        with free dimensions.

        >>> found = parse("INPUT 1024 -> FC 4096 nobias").roofline("v100-fp16", batch=512)
        >>> found.layers[0][1].intensity, found.bounds[0].bound
        (Fraction(4096, 13), 'compute')
        """
        from .analysis.devices import device as known  # noqa: PLC0415 - start-up time counts
        from .analysis.traffic import roofline  # noqa: PLC0415 - start-up time counts
        from .findings import Roofline  # noqa: PLC0415

        found = known(device, dtype) if isinstance(device, str) else device
        return Roofline.of(roofline(self._table, batch, dtype or (found.dtype if found else "float32"), found))

    def as_dict(self) -> dict[str, Any]:
        """What `archcalc show --json` prints."""
        return self._table.as_dict()

    def to_spec(self) -> str:
        """The network as a spec: repeated structure folded into blocks and repeats, names kept as labels.

        SpecError, with the layer's name, for layers that the language has no word for.

        >>> print(parse("INPUT 9x9x4 -> CONV 4 3x3 p1 -> RELU -> CONV 4 3x3 p1 -> RELU").to_spec(), end="")
        INPUT 9x9x4 -> [CONV 4 3x3 p1 -> RELU]*2 => 9x9x4
        """
        from .writing import to_spec  # noqa: PLC0415 - start-up time counts

        return to_spec(self.graph)

    def to_torch(self) -> str:
        """The network as a file of PyTorch code: an nn.Module whose state_dict has the names of our weights.

        SpecError, with the layer's name, for what PyTorch has not.

        >>> code = parse("INPUT 8x8x3 -> stem: [CONV 4 3x3 -> RELU] -> FC 10").to_torch()
        >>> next(line.strip() for line in code.splitlines() if "Conv2d" in line)
        'self.stem = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())'
        """
        from .codegen.torch import to_torch  # noqa: PLC0415 - start-up time counts

        return to_torch(self.graph)

    def to_keras(self) -> str:
        """The network as a file of Keras 3 code: a function that makes a keras.Model, channels last.

        SpecError, with the layer's name, for what Keras has not.

        >>> code = parse("INPUT 8x8x3 -> stem: [CONV 4 3x3 -> RELU] -> FC 10").to_keras()
        >>> next(line.strip() for line in code.splitlines() if "Conv2D" in line)
        'x = layers.Conv2D(4, 3, name="stem_0")(inputs)'
        """
        from .codegen.keras import to_keras  # noqa: PLC0415 - start-up time counts

        return to_keras(self.graph)


def load(spec: str, *, input: Sequence[int] | None = None, set: Mapping[str, int] | None = None) -> Network:
    """The network of a spec file, or of a shipped spec by its name.

    `input` replaces the shape of the first INPUT; `set` gives names their values, over the text's own.
    Raises FileError if there is no such file, SpecError if the spec is wrong.

    >>> load("alexnet").totals.params
    62378344
    """
    return Network(read_spec(spec, _options(input, set)))


def parse(text: str, *, input: Sequence[int] | None = None, set: Mapping[str, int] | None = None) -> Network:
    """The network of a text in the language.

    Raises SpecError, with a diagnostic for each mistake.

    >>> parse("CONV 10 5x5 p2", input=(32, 32, 3)).totals.params
    760
    """
    return Network(parse_spec(text, _options(input, set)))


def _options(input: Sequence[int] | None, values: Mapping[str, int] | None) -> Options:
    return Options(None if input is None else tuple(input), dict(values or {}))


def grade(spec: str) -> Grade:
    """The claims of a spec (`=>` and `check`) as somebody's answers: each right or wrong, in one run.

    >>> grade("INPUT 32x32x3 -> CONV 10 5x5 => 28x28x10 -> POOL 2 s2 => 15x15x10").right
    1
    """
    from .grading import grade as grade_spec  # noqa: PLC0415 - start-up time counts

    return grade_spec(spec)


def solve(
    spec: str, *, input: Sequence[int] | None = None, set: Mapping[str, int] | None = None, asymmetric: bool = False,
    budget: float = 10.0,
) -> Solved:  # fmt: skip
    """Every value of the question marks of a spec (text, file or shipped name) that makes its claims true.

    Pads are the same before and after unless `asymmetric`. The search ends after `budget` seconds, and says whether
    it is complete. Raises SpecError if nothing is asked.

    >>> solve("INPUT 63x63x16 -> CONV 32 7x7 p? => 63x63x32").solutions
    ({'conv1.p': 3},)
    """
    from .solver import solve as solve_spec  # noqa: PLC0415 - start-up time counts

    return solve_spec(spec, _options(input, set), budget=budget, asymmetric=asymmetric)


def sweep(
    spec: str, *, set: Mapping[str, str | Iterable[Any]] | None = None, input: Iterable[Sequence[int]] | None = None,
    zip: bool = False, progress: Callable[[int, int], None] | None = None,
) -> Family:  # fmt: skip
    """A family of networks: a spec (text, file or shipped name) with several values for its names.

    `set` gives names their values, one by one or as text ("16,32,64", "128..512:64", "16..1024:*2"); `input` are shapes
    of the first INPUT. All combinations are built, the last name the quickest to change, or with `zip` the first values
    together, then the second. A variant that does not fit has no totals but a reason. `progress` is told after each how
    many there are by now, and of how many. Raises UsageError for values that are none, SpecError if the text is wrong
    or lacks a name.

    >>> found = sweep("INPUT HxHx3 -> CONV 96 11x11 s4", set={"H": range(226, 228)})
    >>> [(variant.values["H"], variant.output) for variant in found]
    [(226, None), (227, (55, 55, 96))]
    >>> found.variants[0].reason
    "CONV 96 11x11 s4: the stride doesn't fit: (226 + 2*0 - 11)/4 + 1 = 54.75"
    """
    from .sweeping import sweep as sweep_spec  # noqa: PLC0415 - start-up time counts

    return sweep_spec(spec, dict(set or {}), input, zip, progress=progress)
