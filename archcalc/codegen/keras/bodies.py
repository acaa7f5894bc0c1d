"""What each block does, as a function on tensors."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from ...graph import Graph
from ..code import Arg, Call, Code, In, Own, Raw, Repeat, call, change
from ..fold import Body, Line, Ref, runs, turns
from ..naming import given_names
from ..regions import Region
from ..step import Placed, Value

_NAME = "name"


@dataclass
class Made:
    """What is known of the blocks inside: those that are functions, with their arguments."""

    calls: dict[str, tuple[str, tuple[Arg, ...]]] = field(default_factory=dict)


class Bodies:
    """Makes the bodies of blocks, the inner ones first."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.made = Made()

    def body(self, region: Region) -> Body:
        """The block; inner ones that are no functions are written in place."""
        refs: dict[Value, Ref] = {value: place for place, value in enumerate(region.inputs)}
        lines: list[Line] = []
        self._count = len(region.inputs)
        self._write(region, region, refs, lines)
        outputs = tuple(refs[value] for value in region.outputs)
        return Body("", (), tuple(_rolled(lines, outputs)), given_names(self.graph, region, "inputs", "layer"), outputs)

    def _write(self, region: Region, inner: Region, refs: dict[Value, Ref], lines: list[Line]) -> None:
        for item in inner.items:
            if isinstance(item, Placed):
                self._step(region, item, refs, lines)
            elif item.path in self.made.calls:
                self._use(region, item, refs, lines)
            else:
                self._write(region, item, refs, lines)

    def _step(self, region: Region, item: Placed, refs: dict[Value, Ref], lines: list[Line]) -> None:
        """One statement; a layer whose weight others share is a value of its own."""
        inputs = tuple(refs[value] for value in item.inputs)
        code = _named(region, item)
        if code == In():
            refs[item.output] = inputs[0]
            return
        hint = item.path.rpartition(".")[2]
        if item.more:
            (layer,) = self._values(item.more, refs)
            assert isinstance(code, Call)
            lines.append(Line(code.function, (), (layer,), f"{hint}_layer"))
            code = Call(In(1), code.args)
            inputs = (inputs[0], layer)
        lines.append(Line(code, inputs, self._values((item.output,), refs), hint, stores=item.step.stores))

    def _use(self, region: Region, item: Region, refs: dict[Value, Ref], lines: list[Line]) -> None:
        """The call of a block's function."""
        name, args = self.made.calls[item.path]
        inputs = tuple(refs[value] for value in item.inputs)
        operands = tuple(Arg(In(place)) for place in range(len(inputs)))
        code = Call(Raw(name), (*operands, *args, Arg(label(region, item.path), _NAME)))
        lines.append(Line(code, inputs, self._values(item.outputs, refs), item.name, True))

    def _values(self, values: tuple[Value, ...], refs: dict[Value, Ref]) -> tuple[int, ...]:
        places = tuple(range(self._count, self._count + len(values)))
        self._count += len(values)
        refs.update(zip(values, places, strict=True))
        return places


def label(region: Region, path: str) -> Raw:
    """The name of a layer or of a block within a block."""
    words = region.relative(path).replace(".", "_")
    return Raw(f'f"{{{_NAME}}}_{words}"' if region.path else f'"{words}"')


def _named(region: Region, item: Placed) -> Code:
    """What an item does, its layers with their names."""
    made = dict(item.step.modules)

    def leaf(part: Code) -> Code:
        if not isinstance(part, Own):
            return part
        layer = made[part.part]
        path = f"{item.path}.{part.part}" if part.part else item.path
        return Call(layer.function, (*layer.args, Arg(label(region, path), _NAME)))

    return change(item.step.code, leaf)


# Loops


def _rolled(lines: list[Line], outputs: tuple[Ref, ...]) -> list[Line]:
    """Calls of one function, one after the other, with names that count up, as a loop."""
    found: list[Line] = []
    place = 0
    while place < len(lines):
        end = _chain(lines, place, outputs)
        for item in runs([_unnamed(line.code) for line in lines[place:end]]):
            count = turns(item)
            found.append(lines[place] if count == 1 else _loop(lines[place : place + count], item))
            place += count
    return found


def _chain(lines: list[Line], start: int, outputs: tuple[Ref, ...]) -> int:
    """Where lines end that each go on with what the one before gives, under names that count up."""
    end = start + 1
    while end < len(lines):
        before, line = lines[end - 1], lines[end]
        known, found = _parts(before.code), _parts(line.code)
        elsewhere = {ref for item in (*lines[:end], *lines[end + 1 :]) for ref in item.inputs}
        lone = not {*before.outputs} & {*elsewhere, *outputs}
        if not known.stem or found != known._replace(number=known.number + 1) or not lone:
            break
        if line.inputs != (*before.outputs, *before.inputs[1:]):
            break
        end += 1
    return end


class _Label(NamedTuple):
    """The name in a call of a block's function: what comes before its last number, the number, what follows."""

    stem: str = ""
    number: int = 0
    tail: str = ""


def _parts(code: Code) -> _Label:
    if not isinstance(code, Call) or not code.args or code.args[-1].key != _NAME or not isinstance(code.function, Raw):
        return _Label()
    given = code.args[-1].value
    match = re.fullmatch(r'(f?"[^"]*?)(\d+)(\D*)"', given.text) if isinstance(given, Raw) else None
    return _Label(match[1], int(match[2]), match[3]) if match and code.args[0].value == In() else _Label()


def _unnamed(code: Code) -> Code:
    return Call(code.function, code.args[:-1]) if isinstance(code, Call) and _parts(code).stem else code


def _loop(lines: list[Line], item: Code) -> Line:
    """The loop that stands for several lines."""
    assert isinstance(item, Repeat) and isinstance(item.item, Call)
    stem, first, tail = _parts(lines[0].code)
    number = f"i + {first}" if first else "i"
    name = Raw(f'{stem if stem.startswith("f") else "f" + stem}{{{number}}}{tail}"')
    code = Call(item.item.function, (*item.item.args, Arg(name, _NAME)))
    return Line(code, lines[0].inputs, lines[-1].outputs, lines[-1].hint, True, ("i", call("range", item.count)))
