"""The lines of a block as statements: names for values, short calls nested, the last value returned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .code import WIDTH, Call, Code, Infix, Raw, fill, uses
from .fold import Body, Line, Ref
from .text import lines, text
from .words import BUILTINS, identifier

NESTED = 60
"""Columns up to which a call is nested into the next."""
DEEP = 3
"""Calls in each other, at most."""
LONG = 3
"""Lines for which a value goes without a name of its own."""
SPARE = ("x", "y", "z", "a", "b", "c", "d", "e", "f", "g", "h", "p", "q", "r", "s", "t", "u", "v", "w")


@dataclass
class Writer:
    """Writes the lines of one block."""

    own: Callable[[str], Code]
    """How a part of the block is reached by its path."""
    prefix: str = ""
    """What stands before parameters."""
    nest: bool = True
    """Whether calls may stand in each other."""
    last: bool = True
    """Whether the last value is written into the return."""
    reserved: frozenset[str] = frozenset()
    indent: int = 4
    names: dict[Ref, str] = field(default_factory=dict)
    waiting: dict[Ref, Code] = field(default_factory=dict)
    """Values whose expression will be written where it is read."""
    written: list[str] = field(default_factory=list)

    def write(self, body: Body, keep: Iterable[Ref] = ()) -> list[str]:
        """All statements of a block, the return at the end."""
        self.names.update(enumerate(body.inputs))
        self.lines(body.lines, (*body.outputs, *keep))
        return self.written

    def lines(self, block: tuple[Line, ...], outputs: tuple[Ref, ...]) -> None:
        """The statements of some lines, after which `outputs` are still needed."""
        reads = Counter(ref for line in block for ref in line.inputs) + Counter(outputs)
        last = {ref: place for place, line in enumerate(block) for ref in line.inputs}
        last.update(dict.fromkeys(outputs, len(block)))
        given = {ref for line in block for ref in line.outputs}.intersection(outputs)
        given = given if len(given) > 1 else set()
        together: set[int] = set()
        dying: list[Ref] = []
        for place, line in enumerate(block):
            dying += [ref for ref in line.inputs if last[ref] == place and ref in self.names]
            following = block[place + 1] if place + 1 < len(block) else None
            ref = line.outputs[0]
            lasting = len(line.outputs) == 1 and (
                last.get(ref, 0) > place + (1 if line.block else LONG) or ref in given or _joined(block, place)
            )
            if line.over:
                self._loop(line, dying, lasting)
            else:
                item = fill(line.code, tuple(map(self.operand, line.inputs)), self.own)
                pair = self._pair(item, block, place, reads)
                nested = not _joined(block, place) and self._nests(item, line, following, outputs, reads)
                if pair or nested or place in together:
                    together |= {place + 1} if pair else set()
                    self.waiting[line.outputs[0]] = item
                    continue
                target = ", ".join(self._name(line, dying, lasting))
                self.written += lines(item, self.indent, f"{target} = ", prefix=self.prefix)
            dying = []

    def give(self, outputs: tuple[Ref, ...]) -> None:
        """The return."""
        items = [self.operand(ref) for ref in outputs]
        if len(items) == 1:
            self.written += lines(items[0], self.indent, "return ", prefix=self.prefix)
        else:
            inner = ", ".join(text(item, self.prefix) for item in items)
            self.written.append(f"{' ' * self.indent}return {inner}")

    def operand(self, ref: Ref) -> Code:
        """What stands for a value."""
        if isinstance(ref, str):
            return self.own(ref)
        return self.waiting.pop(ref) if ref in self.waiting else Raw(self.names[ref])

    def _nests(
        self, item: Code, line: Line, following: Line | None, outputs: tuple[Ref, ...], reads: Counter[Ref]
    ) -> bool:
        """Whether the next statement, alone, reads what the line gives, and stays short with it."""
        if len(line.outputs) != 1 or reads[line.outputs[0]] != 1:
            return False
        ref = line.outputs[0]
        if following is None:
            return self.last and outputs == (ref,)
        if not self.nest or following.over or ref not in following.inputs:
            return False
        if uses(following.code, following.inputs.index(ref)) != 1:
            return False
        operands = tuple(item if other == ref else Raw("x") for other in following.inputs)
        whole = text(fill(following.code, operands, self.own), self.prefix)
        return len(text(item, self.prefix)) <= NESTED and len(whole) <= WIDTH - 20 and _depth(item) < DEEP

    def _pair(self, item: Code, block: tuple[Line, ...], place: int, reads: Counter[Ref]) -> bool:
        """Whether a line and the next are read by the one after those, and by nobody else: both can stand there."""
        lines = block[place : place + 3]
        if not self.nest or len(lines) < 3 or any(line.over for line in lines):
            return False
        first, second, reader = lines
        refs = (*first.outputs, *second.outputs)
        alone = len(refs) == 2 and all(reads[ref] == 1 for ref in refs)
        if not alone or {*reader.inputs} != {*refs} or len(reader.inputs) != 2 or set(refs) & {*second.inputs}:
            return False
        items = (item, fill(second.code, tuple(map(self._seen, second.inputs)), self.own))
        both: dict[Ref, Code] = dict(zip(refs, items, strict=True))
        if any(uses(reader.code, index) != 1 for index in range(2)):
            return False
        whole = text(fill(reader.code, tuple(both[ref] for ref in reader.inputs), self.own), self.prefix)
        short = all(len(text(part, self.prefix)) <= NESTED and _depth(part) < DEEP for part in items)
        return short and len(whole) <= WIDTH - 20

    def _seen(self, ref: Ref) -> Code:
        """What will stand for a value."""
        if isinstance(ref, str):
            return self.own(ref)
        return self.waiting[ref] if ref in self.waiting else Raw(self.names[ref])

    def _loop(self, line: Line, dying: list[Ref], lasting: bool) -> None:
        """x = layer(x, memory), over and over."""
        assert line.over
        margin = " " * self.indent
        first, *others = map(self.operand, line.inputs)
        start = text(first, self.prefix)
        # what stays the same keeps its name until the end
        (name,) = self._name(line, [ref for ref in dying if ref not in line.inputs[1:]], lasting)
        if start != name:
            self.written.append(f"{margin}{name} = {start}")
        operands = (Raw(name), *others)
        variable, sequence = line.over
        run = fill(sequence, operands, self.own)
        self.written += lines(run, self.indent, f"for {variable} in ", ":", self.prefix)
        self.written += lines(fill(line.code, operands, self.own), self.indent + 4, f"{name} = ", prefix=self.prefix)
        for ref in set(dying) & set(line.inputs[1:]):
            self.names.pop(ref, None)

    def _name(self, line: Line, dying: list[Ref], lasting: bool) -> list[str]:
        """Names for what the line gives: x goes on as x; what is read later again keeps a name of its own."""
        free = [self.names.pop(ref) for ref in dict.fromkeys(dying)]
        found: list[str] = []
        for place, ref in enumerate(line.outputs):
            taken = {*self.names.values(), *self.reserved, *BUILTINS}
            old = [name for name in sorted(free, key="x".__ne__) if name in SPARE]
            hint = identifier(line.hint) if line.hint and not line.hint[0].isdigit() else ""
            own = lasting or place > 0
            options = (
                ([hint] if own else [])
                + (old if not place else [])
                + [*SPARE, *(f"x{n}" for n in range(len(taken) + 2))]
            )
            self.names[ref] = next(option for option in options if option and option not in taken)
            found.append(self.names[ref])
        return found


def _joined(block: tuple[Line, ...], place: int) -> bool:
    """Whether a statement puts what a line gives beside several others: there all that have names keep them."""
    (ref, *_), found = block[place].outputs, block[place + 1 :]
    reader = next((line for line in found if ref in line.inputs), None)
    return (block[place].block or block[place].stores) and reader is not None and len({*reader.inputs}) > 2


def _depth(item: Code) -> int:
    """Calls in calls."""
    return isinstance(item, Call | Infix) + max(map(_depth, item.parts()), default=0)
