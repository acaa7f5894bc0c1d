"""The memory of a network at a batch size and an element type: inference, training, attention's cache, what fits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from ..errors import Diagnostic, SpecError, UsageError
from ..graph import Graph
from ..symbolic import largest, plain, simple
from ..words import did_you_mean, nearest
from .budget import quantity
from .cost import count, own_weights
from .elements import HALF, bytes_of, check_batch
from .inplace import inference_buffers
from .kept import Cache, cache, kept
from .memory import OPTIMIZER_COPIES, Alive, highest, liveness, volume_bytes
from .table import Table
from .training import check_recompute, frozen_nodes

MASTER = 4
"""Bytes of a number of the optimizer in mixed precision: float32."""


class Part(NamedTuple):
    """A part of the memory: what it is, and its bytes."""

    what: str
    size: int


class Fits(NamedTuple):
    """The largest batches that fit into a memory; None where any batch does, 0 where none does."""

    memory: int
    inference: int | None
    generation: int | None
    """An inference that also keeps keys and values of the whole context; as inference where no attention is causal."""
    training: int | None


@dataclass(frozen=True)
class Setting:
    """What memory depends on beside the network."""

    batch: int = 1
    dtype: str = "float32"
    optimizer: str = "adam"
    mixed: bool = False
    in_place: bool = False
    recompute: str = ""
    freeze: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_batch(self.batch)
        bytes_of(self.dtype)
        check_recompute(self.recompute)
        if self.optimizer not in OPTIMIZER_COPIES:
            near = nearest(self.optimizer, OPTIMIZER_COPIES)
            help = did_you_mean(near, f"there are {', '.join(OPTIMIZER_COPIES)}")
            raise UsageError.of("E691", f"there is no optimizer {self.optimizer}", help=(help,))
        if self.mixed and self.dtype not in HALF:
            note = f"it computes in {' or '.join(HALF)}, not in {self.dtype}"
            raise UsageError.of(
                "E692", "mixed precision needs a half type", note, ("leave the type out for float16, or take bfloat16",)
            )

    @property
    def trains(self) -> bool:
        """Whether numbers of this type can be trained: whole numbers have no gradients."""
        return self.dtype != "int8"


@dataclass(frozen=True)
class Memory:
    """The memory of a network in bytes, by named definitions.

    `inference` and `training` are the parts that add up to each; there are none for training in int8.
    """

    table: Table
    setting: Setting

    @property
    def graph(self) -> Graph:
        """The network."""
        return self.table.graph

    @property
    def element(self) -> int:
        """Bytes of a number."""
        return bytes_of(self.setting.dtype)

    @cached_property
    def levels(self) -> list[Alive]:
        """What is alive while each layer runs."""
        sizes = volume_bytes(self.graph, self.element)
        return liveness(self.graph, sizes, inference_buffers(self.graph) if self.setting.in_place else None)

    @cached_property
    def _highest(self) -> tuple[int, int | None]:
        return highest([level.at(self.setting.batch) for level in self.levels])

    @property
    def peak(self) -> int:
        """The most that is alive at once in an inference, inputs and output of the running layer included."""
        return _short(self._highest[0])

    @property
    def peak_at(self) -> str:
        """The layer where that is; "" where it depends on symbols."""
        where = self._highest[1]
        return "" if where is None else self.graph.nodes[where].name

    @property
    def weights(self) -> int:
        """The parameters."""
        return _short(self.table.totals.params * self.element)

    @property
    def buffers(self) -> int:
        """What is stored and not trained."""
        return _short(self.table.totals.buffers * self.element)

    @cached_property
    def kept(self) -> list[Alive]:
        """The activations that training keeps while each block is computed again; one sum where nothing is."""
        frozen = frozen_nodes(self.graph, self.setting.freeze)
        return kept(self.graph, self.element, self.setting.in_place, self.setting.recompute, frozen)

    @property
    def activations(self) -> int:
        """The most activations that training keeps, for the whole batch."""
        return _short(largest([level.at(self.setting.batch) for level in self.kept]))

    @cached_property
    def _trained(self) -> int:
        """The parameters that are trained."""
        if not self.setting.freeze:
            return self.table.totals.params
        frozen = frozen_nodes(self.graph, self.setting.freeze)
        left = [node for index, node in enumerate(self.graph.nodes) if index not in frozen]
        weights = [weight for node in left for weight in own_weights(self.graph, node).values()]
        return sum(count(weight) for weight in weights if not weight.buffer)

    @property
    def inference(self) -> tuple[Part, ...]:
        """What an inference needs."""
        return (*self._held, Part("peak of volumes", self.peak))

    @property
    def generation(self) -> tuple[Part, ...]:
        """What an inference needs that also keeps keys and values of the whole context, to go on from there."""
        held = 0 if self.cache is None else self.cache.context * self.setting.batch
        return (*self.inference, *[Part("KV cache", _short(held))] * (self.cache is not None))

    @property
    def _held(self) -> tuple[Part, ...]:
        """What is there at any batch size."""
        return Part("weights", self.weights), *[Part("buffers", self.buffers)] * bool(self.buffers)

    @property
    def _state(self) -> tuple[Part, ...]:
        """What training keeps at any batch size."""
        trained, copies = self._trained, OPTIMIZER_COPIES[self.setting.optimizer]
        width = MASTER if self.setting.mixed else self.element
        master = [Part("master weights", _short(trained * MASTER))] * self.setting.mixed
        state = [Part("optimizer state", _short(trained * copies * width))] * bool(copies)
        return Part("weights", self.weights), Part("gradients", _short(trained * self.element)), *master, *state

    @property
    def training(self) -> tuple[Part, ...]:
        """What training needs; by its definition without the buffers."""
        if not self.setting.trains:
            return ()
        return (*self._state, Part("activations", self.activations))

    @property
    def cache(self) -> Cache | None:
        """Keys and values of all causal attention; None where there is none."""
        return cache(self.graph, self.element)

    def fits(self, memory: int | str) -> Fits:
        """The largest batches that fit into a memory: a number of bytes, or a text such as "24GiB".

        UsageError for what is no amount, SpecError where free dimensions leave it open.

        >>> import archcalc
        >>> archcalc.load("vgg16").memory().fits("24GiB").inference
        981
        """
        room = amount_of_bytes(memory)
        if self.graph.free:
            help = ("give the free dimensions numbers: " + " ".join(f"--set {name}=..." for name in self.graph.free),)
            raise SpecError(Diagnostic("E696", "what fits is known only without free dimensions", help=help))
        held, trained = (sum(part.size for part in parts) for parts in (self._held, self._state))
        context = 0 if self.cache is None else self.cache.context
        generation = [level._replace(example=level.example + context) for level in self.levels]
        return Fits(
            room, _most(self.levels, room - held), _most(generation, room - held),
            _most(self.kept, room - trained) if self.setting.trains else 0,
        )  # fmt: skip

    def at(self, batch: int) -> Memory:
        """The same at another batch size."""
        return Memory(self.table, replace(self.setting, batch=batch))

    @cached_property
    def overwriting(self) -> Memory:
        """The same where layers write over what they read."""
        return Memory(self.table, replace(self.setting, in_place=True))

    def as_dict(self) -> dict[str, Any]:
        """The memory for JSON: bytes."""
        other = self.overwriting
        found = {
            "schema": 1, "name": self.graph.name, **vars(self.setting), "freeze": list(self.setting.freeze),
            "recompute": self.setting.recompute or "nothing",
            "inference": {**_dict(self.inference), "peak_at": self.peak_at},
            "training": _dict(self.training) if self.setting.trains else None,
            "overwriting": {"peak_of_volumes": other.peak, "peak_at": other.peak_at, "activations": other.activations},
            "kv_cache": None if self.cache is None else self.cache._asdict(),
            "counted": len(self.table.rows),
            "uncounted": [],  # volumes and weights are known also where the work is not
        }  # fmt: skip
        return plain(found) if self.graph.free else found


def _short(number: int) -> int:
    """A formula in its shortest form; a number as it is."""
    short: int = simple(number)
    return short


def _dict(parts: tuple[Part, ...]) -> dict[str, int]:
    return {**{part.what.replace(" ", "_"): part.size for part in parts}, "total": total(parts)}


def total(parts: tuple[Part, ...]) -> int:
    """The sum of some parts."""
    return _short(sum(part.size for part in parts))


def _most(levels: list[Alive], room: int) -> int | None:
    """The largest batch at which no level is higher than the room; None where the batch makes no difference."""
    if any(level.once > room for level in levels):
        return 0
    batches = [(room - level.once) // level.example for level in levels if level.example]
    return min(batches) if batches else None


def amount_of_bytes(memory: int | str) -> int:
    """The bytes of an amount: GiB and its like are powers of 1024, GB and its like of 1000. UsageError for others.

    >>> amount_of_bytes("24GiB"), amount_of_bytes("24 GB"), amount_of_bytes(512)
    (25769803776, 24000000000, 512)
    """
    if isinstance(memory, int) and memory >= 0:
        return memory
    text = str(memory).replace(" ", "")
    number = quantity(text)
    if number is None or number.denominator > 1 or (text[-1] != "B" and not text.isdecimal()):
        help = ("write a whole number of bytes, or one with kB, MB, GB, TB, KiB, MiB, GiB or TiB",)
        raise UsageError.of("E693", f"{memory} is no amount of memory", help=help)
    return int(number)
