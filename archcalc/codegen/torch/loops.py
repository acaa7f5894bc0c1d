"""Loops in forwards: over the parts of a list, and over modules whose names count up."""

from __future__ import annotations

import re

from ..code import Arg, Call, Code, In, Own, Raw, Repeat, call
from ..fold import Entry, Line, Ref, runs, turns
from ..words import plain

LOOP = "loop"
"""The kind of an entry that stands for several modules."""

SEVERAL = 4
"""So many modules with names that count up become a loop."""


def called(line: Line) -> str:
    """The path of the module that a line calls with its operands and nothing else, or ""."""
    match line.code:
        case Call(function=Own(part=path), args=args) if [arg.value for arg in args] == [*map(In, range(len(args)))]:
            return path
    return ""


def run(lines: list[Line], start: int) -> int:
    """Where lines end that call 0, 1, 2, ... of a list, each with what the one before gives."""
    stem, _, number = called(lines[start]).rpartition(".")
    if number != "0":
        return start + 1
    end = start + 1
    while end < len(lines):
        before, line = lines[end - 1], lines[end]
        name = ".".join(filter(None, (stem, str(end - start))))
        if called(line) != name or line.inputs != (*before.outputs, *before.inputs[1:]):
            break
        end += 1
    return end


def private(lines: list[Line], start: int, end: int, outputs: tuple[Ref, ...]) -> bool:
    """Whether nobody else reads what passes between the lines of a run."""
    between = {ref for line in lines[start : end - 1] for ref in line.outputs}
    elsewhere = {ref for line in (*lines[: start + 1], *lines[end:]) for ref in line.inputs}
    return not between & {*elsewhere, *outputs}


def loop(lines: list[Line]) -> Line:
    first, last = lines[0], lines[-1]
    stem = called(first).rpartition(".")[0]
    code = call(Raw("layer"), *map(In, range(len(first.inputs))))
    return Line(code, first.inputs, last.outputs, first.hint, True, ("layer", Own(stem)))


# Modules whose names count up


def counted(entries: list[Entry], lines: list[Line], outputs: tuple[Ref, ...]) -> tuple[list[Entry], list[Line]]:
    """Entries and lines with a loop for equal modules, one after the other, whose names count up."""
    made = {entry.name: entry.made for entry in entries if not entry.kind}
    found: list[Line] = []
    place = 0
    while place < len(lines):
        for item in _folded(lines, place, made):
            end = place + turns(item)
            if isinstance(item, Repeat) and end - place >= SEVERAL and private(lines, place, end, outputs):
                first, *others = (called(line) for line in lines[place:end])
                entry = Entry(numbered(*_stem(first)), item, LOOP)
                entries = [entry if other.name == first else other for other in entries if other.name not in others]
                found.append(_counted(lines[place], lines[end - 1], entry, item.count))
            else:
                found += lines[place:end]
            place = end
    return entries, found


def _folded(lines: list[Line], start: int, made: dict[str, Code]) -> list[Code]:
    """What lines whose modules' names count up call, equal ones folded; or what one line does."""
    end = _counting(lines, start, made)
    return runs([made[called(line)] for line in lines[start:end]]) if end - start > 1 else [lines[start].code]


def numbered(stem: str, first: int) -> str:
    """The name of the module of a turn, as an f-string."""
    return f'f"{stem}{{{f"i + {first}" if first else "i"}}}"'


def _counting(lines: list[Line], start: int, made: dict[str, Code]) -> int:
    """Where lines end that call modules whose names count up, each with what the one before gives."""
    stem, number = _stem(called(lines[start]))
    end = start + 1
    while stem and f"{stem}{number}" in made and end < len(lines):
        before, line = lines[end - 1], lines[end]
        name = f"{stem}{number + end - start}"
        if called(line) != name or name not in made or line.inputs != (*before.outputs, *before.inputs[1:]):
            break
        end += 1
    return end


def _stem(name: str) -> tuple[str, int]:
    """What comes before the number at the end of a name, and the number."""
    match = re.fullmatch(r"(\w*[^\W\d])(0|[1-9]\d*)", name)
    return (match[1], int(match[2])) if match and plain(name) else ("", 0)


def _counted(first: Line, last: Line, entry: Entry, count: Code) -> Line:
    part = Call(Raw("self.get_submodule"), (Arg(Raw(entry.name)),))
    code = call(part, *map(In, range(len(first.inputs))))
    return Line(code, first.inputs, last.outputs, first.hint, True, ("i", call("range", count)))
