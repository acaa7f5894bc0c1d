"""What each block stores and does: a sequence where it is a chain, else a list or a module with a forward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...graph import Graph
from ..code import Code, In, Items, Own, Raw, Repeat, call, change
from ..fold import Body, Entry, Line, Ref, runs
from ..naming import given_names
from ..regions import Region
from ..step import Placed, Stored, Value
from .chains import IDENTITY, Made, sequence
from .loops import called, counted, loop, private, run

SEQUENCE, LIST, MODULE = "sequence", "list", "module"


class Bodies:
    """Makes the bodies of blocks, the inner ones first."""

    def __init__(self, graph: Graph, stored: dict[Value, Stored]) -> None:
        self.graph = graph
        self.stored = stored
        self.made = Made()

    def body(self, region: Region) -> Body:
        """The block with its inner ones in place."""
        if (found := sequence(region, self.made)) is not None:
            self.made.indexed.add(region.path)
            return Body(SEQUENCE, (Entry("", found),), (), ("x",), ())
        lines, outputs = self._lines(region)
        entries = self._entries(region)
        names = [entry.name for entry in entries]
        if names and region.path and all(map(str.isdigit, names)) and not region.stored:
            self.made.indexed.add(region.path)
            entries = [Entry("", _listed(entries))]
            form = LIST
        else:
            entries = self._contained(region.path, entries)
            form = MODULE
        rolled = self._rolled(region, lines, outputs)
        if form == MODULE:
            entries, rolled = counted(entries, rolled, outputs)
        return Body(form, tuple(entries), tuple(rolled), given_names(self.graph, region, "x", "weight"), outputs)

    # Forwards

    def _lines(self, region: Region) -> tuple[list[Line], tuple[Ref, ...]]:
        """The statements of a forward, without those that nobody reads."""
        refs: dict[Value, Ref] = {value: place for place, value in enumerate(region.inputs)}
        refs |= {value: region.relative(item.path) for value, item in self.stored.items() if value not in refs}
        lines: list[Line] = []
        count = len(region.inputs)
        for item in region.items:
            inputs = tuple(refs[value] for value in item.inputs)
            code = _code(region, item)
            if code == In():
                refs[item.outputs[0]] = inputs[0]
                continue
            places = tuple(range(count, count + len(item.outputs)))
            count += len(places)
            refs.update(zip(item.outputs, places, strict=True))
            stores = isinstance(item, Placed) and item.step.stores
            line = Line(code, inputs, places, item.path.rpartition(".")[2], isinstance(item, Region), stores=stores)
            lines.append(self._looped(region, item, line))
        outputs = tuple(refs[value] for value in region.outputs)
        return alive(lines, outputs), outputs

    def _looped(self, region: Region, item: Placed | Region, line: Line) -> Line:
        """A block that is a mere loop, as the loop."""
        if isinstance(item, Placed) or item.path not in self.made.loops:
            return line
        code = call(Raw("layer"), *map(In, range(len(item.inputs))))
        return line._replace(code=code, over=("layer", Own(region.relative(item.path))))

    def _rolled(self, region: Region, lines: list[Line], outputs: tuple[Ref, ...]) -> list[Line]:
        """Calls of all parts of a list, one after the other, as a loop over it."""
        found: list[Line] = []
        place = 0
        while place < len(lines):
            end = run(lines, place)
            if end - place > 1 and self._whole(region, lines[place:end]) and private(lines, place, end, outputs):
                found.append(loop(lines[place:end]))
            else:
                found += lines[place:end]
            place = end
        return found

    def _whole(self, region: Region, lines: list[Line]) -> bool:
        """Whether these are all parts of a list."""
        stem = called(lines[0]).rpartition(".")[0]
        path = ".".join(filter(None, (region.path, stem)))
        parts = {item.path for item in region.items if isinstance(item, Region)}
        inside = [part for part in parts if part.rpartition(".")[0] == path]
        return path in self.made.indexed and len(inside) == len(lines)

    # What is stored

    def _entries(self, region: Region) -> list[Entry]:
        """All modules and parameters, by their paths in the block."""
        entries = [Entry(region.relative(item.path), item.made or IDENTITY, item.kind) for item in region.stored]
        for item in region.items:
            if isinstance(item, Region):
                entries.append(Entry(region.relative(item.path), self.made.calls[item.path]))
            else:
                for name, module in item.step.modules:
                    entries.append(Entry(region.relative(f"{item.path}.{name}" if name else item.path), module))
        return entries

    def _contained(self, path: str, entries: list[Entry]) -> list[Entry]:
        """Paths of several parts within lists, or within modules that only hold them."""
        found: list[Entry] = []
        for first in dict.fromkeys(entry.name.partition(".")[0] for entry in entries):
            own = [entry for entry in entries if entry.name == first]
            inner = [entry for entry in entries if entry.name.startswith(f"{first}.")]
            below = ".".join(filter(None, (path, first)))
            held = self._contained(
                below, [entry._replace(name=entry.name.removeprefix(f"{first}.")) for entry in inner]
            )
            if held and not own and all(entry.name.isdigit() and not entry.kind for entry in held):
                self.made.indexed.add(below)
                found.append(Entry(first, _listed(held)))
                continue
            found += own or [Entry(first, call("nn.Module"))]
            found += [entry._replace(name=f"{first}.{entry.name}") for entry in held]
        return found


def _code(region: Region, item: Placed | Region) -> Code:
    """What an item does with what goes in, its modules by their paths in the block."""
    if isinstance(item, Region):
        return call(Own(region.relative(item.path)), *map(In, range(len(item.inputs))))
    path = item.path

    def leaf(part: Code) -> Code:
        if not isinstance(part, Own):
            return part
        return Own(region.relative(f"{path}.{part.part}" if part.part else path))

    return change(item.step.code, leaf)


def alive(lines: Sequence[Line], outputs: tuple[Ref, ...]) -> list[Line]:
    """The lines that lead to an output."""
    needed, kept = set(outputs), []
    for line in reversed(lines):
        if needed.intersection(line.outputs):
            needed.update(line.inputs)
            kept.append(line)
    return kept[::-1]


def _listed(entries: list[Entry]) -> Code:
    """Modules by number in a list."""
    slots: list[Code] = [IDENTITY] * (1 + max(int(entry.name) for entry in entries))
    for entry in entries:
        slots[int(entry.name)] = entry.made
    listed = runs(slots, IDENTITY)
    if len(listed) == 1 and isinstance(listed[0], Repeat):
        return call("nn.ModuleList", replace(listed[0], star=False))
    return call("nn.ModuleList", Items(tuple(listed)))
