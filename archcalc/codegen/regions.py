"""The blocks of a network, read off the paths of its layers: what goes into each, what comes out, in which order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .step import Placed, Stored, Value


@dataclass(eq=False)
class Region:
    """A block: steps and blocks in the order in which they run. The network itself has the path ""."""

    path: str
    items: list[Placed | Region] = field(default_factory=list)
    inputs: tuple[Value, ...] = ()
    outputs: tuple[Value, ...] = ()
    stored: list[Stored] = field(default_factory=list)
    """Parameters and tables that stand in this block."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition(".")[2]

    def relative(self, path: str) -> str:
        """A path as it is called in here."""
        return path.removeprefix(f"{self.path}.") if self.path else path

    def holds(self, path: str) -> bool:
        """Whether a path leads in here."""
        return not self.path or path.startswith(f"{self.path}.")

    def steps(self) -> Iterator[Placed]:
        """All steps, those of inner blocks too."""
        for item in self.items:
            yield from [item] if isinstance(item, Placed) else item.steps()

    def inner(self) -> Iterator[Region]:
        """The blocks inside, deepest first."""
        for item in self.items:
            if isinstance(item, Region):
                yield from item.inner()
                yield item


def grow(steps: list[Placed], stored: dict[Value, Stored], outputs: tuple[Value, ...]) -> Region:
    """The network as a tree of blocks that each can be called: where others come between its parts, it is opened."""
    root = Region("")
    regions = {"": root}
    for step in steps:
        _region(step.region, regions).items.append(step)
    _dissolve(root, [item.path for item in stored.values()])
    _settle(root, stored, outputs)
    for item in stored.values():
        if item.made is not None:
            _home(root, item.path).stored.append(item)
    return root


def _dissolve(region: Region, stored: list[str]) -> None:
    """Open the blocks that store nothing: nobody asks for their names."""
    items: list[Placed | Region] = []
    for item in region.items:
        if isinstance(item, Region):
            _dissolve(item, stored)
        keeps = (
            isinstance(item, Placed) or any(map(item.holds, stored)) or any(step.step.stores for step in item.steps())
        )
        items += [item] if isinstance(item, Placed) or keeps else item.items
    region.items = items


def _region(path: str, regions: dict[str, Region]) -> Region:
    """The block of a path, made with those around it on first use."""
    if path not in regions:
        regions[path] = Region(path)
        _region(path.rpartition(".")[0], regions).items.append(regions[path])
    return regions[path]


def _home(region: Region, path: str) -> Region:
    """The innermost block that holds a path."""
    for item in region.items:
        if isinstance(item, Region) and item.holds(path):
            return _home(item, path)
    return region


def _settle(region: Region, stored: dict[Value, Stored], outputs: Iterable[Value]) -> None:
    """Work out order, inputs and outputs, from the outside to the inside."""
    while (order := _order(region)) is None:
        pass
    region.items = order
    steps = list(region.steps())
    made = {value for step in steps for value in step.outputs}
    read = (value for step in steps for value in step.inputs)
    own = {value for value, item in stored.items() if region.holds(item.path)}
    region.inputs = tuple(dict.fromkeys(value for value in read if value not in made and value not in own))
    region.outputs = tuple(value for value in dict.fromkeys(outputs) if value in made) or (
        steps[-1].outputs if steps else ()
    )
    for item in region.items:
        if isinstance(item, Region):
            inside = {id(step) for step in item.steps()}
            used = [value for step in steps if id(step) not in inside for value in step.inputs]
            _settle(item, stored, [*used, *region.outputs])


def _order(region: Region) -> list[Placed | Region] | None:
    """The items so that each follows what it reads; None after opening a block that cannot run at once."""
    maker: dict[Value, int] = {}
    for place, item in enumerate(region.items):
        for step in [item] if isinstance(item, Placed) else item.steps():
            maker.update(dict.fromkeys(step.outputs, place))
    needs = [_needs(item, place, maker) for place, item in enumerate(region.items)]
    last = [max(step.order for step in ([item] if isinstance(item, Placed) else item.steps())) for item in region.items]
    order: list[int] = []
    waiting = sorted(range(len(region.items)), key=lambda place: (last[place], place))
    done: set[int] = set()
    while waiting:
        ready = next((place for place in waiting if needs[place] <= done), None)
        if ready is None:
            blocks = (place for place in waiting if isinstance(region.items[place], Region))
            _open(region, next(place for place in blocks if _circles(place, needs)))
            return None
        waiting.remove(ready)
        done.add(ready)
        order.append(ready)
    return [region.items[place] for place in order]


def _needs(item: Placed | Region, place: int, maker: dict[Value, int]) -> set[int]:
    """The items that an item reads from."""
    steps = [item] if isinstance(item, Placed) else item.steps()
    return {maker[value] for step in steps for value in step.inputs if value in maker} - {place}


def _circles(place: int, needs: list[set[int]]) -> bool:
    """Whether an item needs itself, by way of others."""
    seen: set[int] = set()
    waiting = set(needs[place])
    while waiting:
        other = waiting.pop()
        if other == place:
            return True
        if other not in seen:
            seen.add(other)
            waiting |= needs[other]
    return False


def _open(region: Region, place: int) -> None:
    """Put the parts of an inner block in its place."""
    inner = region.items[place]
    assert isinstance(inner, Region)
    region.items[place : place + 1] = inner.items
