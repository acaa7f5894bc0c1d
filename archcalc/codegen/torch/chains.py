"""Blocks that are chains, as nn.Sequential."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from ..code import Arg, Call, Code, In, Raw, Repeat, call
from ..fold import runs
from ..regions import Region
from ..step import Placed
from ..words import fresh, plain

IDENTITY = call("nn.Identity")


@dataclass
class Made:
    """What is known of the blocks inside, by their paths."""

    calls: dict[str, Code] = field(default_factory=dict)
    """How each is made."""
    loops: set[str] = field(default_factory=set)
    """Those that are a list of modules, run one after the other by the block around."""
    indexed: set[str] = field(default_factory=set)
    """Those whose parts are reached by number."""


class Part(NamedTuple):
    """A module in a chain: its name ("" for one that only helps), and whether the name matters."""

    name: str
    module: Code
    stores: bool


def sequence(region: Region, made: Made) -> Code | None:
    """The block as nn.Sequential, if each part reads what the one before gives and nothing else."""
    if len(region.inputs) != 1 or len(region.outputs) != 1 or region.stored:
        return None
    parts: list[Part] = []
    current = region.inputs[0]
    for item in region.items:
        module = _module(item, made)
        if item.inputs != (current,) or len(item.outputs) != 1 or module is None:
            return None
        (current,) = item.outputs
        if module != IDENTITY:
            stores = isinstance(item, Region) or item.step.stores
            parts.append(Part(region.relative(item.path) if item.path else "", module, stores))
    if current != region.outputs[0] or not parts:
        return None
    if all(part.name.partition(".")[0].isdigit() for part in parts if part.name):
        slots = _slots(parts)
        return None if slots is None else call("nn.Sequential", *runs(slots, IDENTITY))
    return _counted(parts) or (_named(parts) if _flat(region) else None)


def _module(item: Placed | Region, made: Made) -> Code | None:
    """The item as a module of its own."""
    if isinstance(item, Region):
        return None if item.path in made.loops else made.calls[item.path]
    if item.step.code == In() and not item.step.modules:
        return IDENTITY
    if item.step.stores and item.step.modules != (("", item.step.plain),):
        return None
    return item.step.plain


class _Slot(NamedTuple):
    modules: list[Code]
    stores: bool = False


def _slots(parts: list[Part]) -> list[Code] | None:
    """Modules by number; what has none joins a number that is free or stores nothing. None if there is none."""
    slots: list[_Slot] = []
    held: list[Code] = []
    for name, module, stores in parts:
        if not name:
            held.append(module)
            continue
        place = int(name.partition(".")[0])
        if place < len(slots):
            # parts of a block that stores nothing have one number
            if stores or slots[-1].stores or place < len(slots) - 1:
                return None
            slots[-1].modules.extend([*held, module])
            held = []
            continue
        if held and place > len(slots):
            slots.append(_Slot(held))
        elif held and slots and not slots[-1].stores:
            slots[-1].modules.extend(held)
        elif held and stores:
            return None
        elif held:
            module = call("nn.Sequential", *held, module)
        held = []
        slots += [_Slot([IDENTITY])] * (place - len(slots))
        slots.append(_Slot([module], stores))
    slots += [_Slot(held)] if held else []
    return [slot.modules[0] if len(slot.modules) == 1 else call("nn.Sequential", *slot.modules) for slot in slots]


def _counted(parts: list[Part]) -> Code | None:
    """Equal modules with names that count up."""
    names = [part.name for part in parts]
    stem = names[0].rstrip("0123456789")
    numbers = [name.removeprefix(stem) for name in names]
    if len(names) < 2 or not stem or not all(number.isdigit() for number in numbers):
        return None
    folded = runs([part.module for part in parts])
    if any(int(b) != int(a) + 1 for a, b in pairwise(numbers)) or len(folded) > 1 or not isinstance(folded[0], Repeat):
        return None
    named = Repeat(folded[0].item, folded[0].count, stem, int(numbers[0]))
    return call("nn.Sequential", call("OrderedDict", named))


def _flat(region: Region) -> bool:
    """Whether this is a network without blocks."""
    return not region.path and all(isinstance(item, Placed) for item in region.items)


def _named(parts: list[Part]) -> Code | None:
    """Modules by name."""
    if not all(plain(part.name) for part in parts if part.name):
        return None
    taken, pairs = {part.name for part in parts}, []
    for name, module, _ in parts:
        word = name or _spare(module, taken)
        taken.add(word)
        pairs.append(Arg(module, word))
    return call("nn.Sequential", Call(Raw("OrderedDict"), tuple(pairs)))


def _spare(module: Code, taken: set[str]) -> str:
    """A name for a module that has none."""
    assert isinstance(module, Call) and isinstance(module.function, Raw)
    word = module.function.text.removeprefix("nn.").lower()
    return fresh(word, taken)
