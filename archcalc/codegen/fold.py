"""Equal blocks become one class or function: literals in which they differ become its parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from .code import REQUIRED, Arg, Call, Code, Derived, Lit, Progress, Raw, Repeat, change, literals, same, skeleton
from .words import fresh

Ref = int | str
"""A value in a block: the inputs count from 0, then what lines give; a path means what the block stores there."""


class Line(NamedTuple):
    """One statement of a block: outputs = code(inputs)."""

    code: Code
    inputs: tuple[Ref, ...]
    outputs: tuple[int, ...]
    hint: str = ""
    """What its output could be called."""
    block: bool = False
    """Whether a block gives it."""
    over: tuple[str, Code] | None = None
    """For a loop: the name of its variable, and what it runs over."""
    stores: bool = False
    """Whether a layer gives it whose name matters."""


class Entry(NamedTuple):
    """Something that a block stores."""

    name: str
    made: Code
    kind: str = ""
    """"parameter" or "buffer", for what is no module."""


class Body(NamedTuple):
    """What a block stores and does."""

    form: str
    entries: tuple[Entry, ...]
    lines: tuple[Line, ...]
    inputs: tuple[str, ...]
    """A name for each input."""
    outputs: tuple[Ref, ...]

    def codes(self) -> tuple[Code, ...]:
        """All expressions, those that make what is stored first."""
        lines = ((line.code, *(line.over[1:] if line.over else ())) for line in self.lines)
        return (*(entry.made for entry in self.entries), *(item for pair in lines for item in pair))

    def over(self, leaf: Any) -> Body:
        """The block with `leaf` applied to the leaves of all expressions, in the order of `codes`."""
        entries = tuple(entry._replace(made=change(entry.made, leaf)) for entry in self.entries)
        return self._replace(entries=entries, lines=tuple(_over(line, leaf) for line in self.lines))

    def shape(self) -> object:
        """What blocks that fold into one have in common."""
        entries = tuple((entry.name, entry.kind) for entry in self.entries)
        lines = tuple((line.inputs, line.outputs, line.over and line.over[0]) for line in self.lines)
        return self.form, entries, lines, len(self.inputs), self.outputs, tuple(map(skeleton, self.codes()))


def _over(line: Line, leaf: Any) -> Line:
    code = change(line.code, leaf)
    return line._replace(code=code, over=line.over and (line.over[0], change(line.over[1], leaf)))


KEPT = ("self", "name", "layers", "ops", "i", "training")
"""What parameters are not called."""


class Param(NamedTuple):
    """A parameter of a class: its name, the values that it takes, its default."""

    name: str
    values: tuple[Any, ...]
    default: Any = REQUIRED

    @property
    def optional(self) -> bool:
        """Whether it may be left out."""
        return self.default is not REQUIRED


class Folded(NamedTuple):
    """A class or function: its body with parameters, and the arguments of each use."""

    params: tuple[Param, ...]
    body: Body
    calls: tuple[tuple[Arg, ...], ...]


def fold(bodies: Sequence[Body], avoid: Iterable[str] = ()) -> Folded:
    """One body for several of the same shape; `avoid` are names that are taken."""
    columns = [tuple(lit.value for lit in row) for row in zip(*map(_literals, bodies), strict=True)]
    sample, defaults = _literals(bodies[0]), _defaults(bodies[0])
    params: list[Param] = []
    known: dict[str, Code] = {}
    taken = {*bodies[0].inputs, *(entry.name.partition(".")[0] for entry in bodies[0].entries), *KEPT, *avoid}
    for lit, values, default in zip(sample, columns, defaults, strict=True):
        if _vary(values) and (key := _key(values, lit.name)) not in known:
            known[key] = _derive(values, lit.name, params) or _new(values, lit.name, default, params, taken)
    params.sort(key=lambda param: param.default is not REQUIRED)
    waiting = iter(columns)

    def leaf(item: Code) -> Code:
        if not isinstance(item, Lit):
            return item
        values = next(waiting)
        return known[_key(values, item.name)] if _vary(values) else item

    calls = tuple(tuple(_argument(param, param.values[use]) for param in params) for use in range(len(bodies)))
    body = bodies[0].over(leaf)
    names = zip(*(body.inputs for body in bodies), strict=True)
    return Folded(tuple(params), body._replace(inputs=tuple(map(_common, names))), calls)


def _common(names: tuple[str, ...]) -> str:
    """What the blocks call one of their inputs: what their names begin with."""
    if len(set(names)) == 1:
        return names[0]
    shared = takewhile(lambda signs: len(set(signs)) == 1, zip(*names, strict=False))
    return "".join(signs[0] for signs in shared).rstrip("0123456789_") or "y"


def _literals(body: Body) -> list[Lit]:
    return [lit for item in body.codes() for lit in literals(item)]


def _defaults(body: Body) -> list[Any]:
    """The default of the argument that each literal is, if it is one."""
    found: list[Any] = []
    for item in body.codes():
        _find_defaults(item, REQUIRED, found)
    return found


def _find_defaults(item: Code, default: Any, found: list[Any]) -> None:
    if isinstance(item, Lit):
        found.append(default)
    elif isinstance(item, Call):
        _find_defaults(item.function, REQUIRED, found)
        for arg in item.args:
            _find_defaults(arg.value, arg.default, found)
    else:
        for part in item.parts():
            _find_defaults(part, REQUIRED, found)


def _vary(values: tuple[Any, ...]) -> bool:
    return any(not same(value, values[0]) for value in values)


WINDOW = frozenset(
    ("kernel_size", "pool_size", "kernel", "stride", "strides", "padding", "dilation", "dilation_rate", "cropping")
)
"""What literals of windows are called: they have nothing to do with numbers of channels."""


def _kind(values: tuple[Any, ...], name: str) -> str:
    """Only literals of one kind can be one parameter."""
    stem = name.rstrip("0123456789")
    return "window" if stem in WINDOW else "count" if all(type(value) is int for value in values) else stem


def _key(values: tuple[Any, ...], name: str) -> str:
    """What columns of literals that become one parameter have in common; it tells True from 1."""
    return f"{_kind(values, name)} {values!r}"


def _derive(values: tuple[Any, ...], name: str, params: list[Param]) -> Code | None:
    """The values as times * param // over + plus, if all of them follow from one parameter."""
    if not all(type(value) is int for value in values):
        return None
    kind = _kind(values, name)
    for param in params:
        numbers = all(type(value) is int for value in param.values)
        if numbers and kind == _kind(param.values, param.name) and (found := _follow(values, param, kind)):
            return found
    return None


def _follow(values: tuple[int, ...], param: Param, kind: str) -> Code | None:
    pairs = sorted(set(zip(param.values, values, strict=True)))
    if len({given for given, _ in pairs}) < len(pairs) or len(pairs) < 2:
        return None
    (low, first), (high, last) = pairs[0], pairs[-1]
    times = (last - first) // (high - low)
    plus = first - times * low
    # two pairs lie on a line always: that says something only through the origin
    straight = times >= 1 and all(times * given + plus == value for given, value in pairs)
    if straight and kind == "count" and (not plus or (times == 1 and len(pairs) > 2)):
        return Derived(param.name, times, 1, plus)
    over = 2 if kind == "window" else low // first if first > 0 else 0
    # half of a kernel, without the tap in the middle; shares of channels are whole
    if over > 1 and all(given // over == value and (kind == "window" or not given % over) for given, value in pairs):
        return Derived(param.name, 1, over)
    return None


def _new(values: tuple[Any, ...], hint: str, default: Any, params: list[Param], avoid: set[str]) -> Code:
    """A new parameter; it keeps the default of the argument that it first stands for."""
    taken = {param.name for param in params} | avoid
    stem = hint.rstrip("0123456789") or "size"
    name = fresh(stem, taken)
    has = any(same(value, default) for value in values)
    params.append(Param(name, values, default if has else REQUIRED))
    return Derived(name)


def _argument(param: Param, value: Any) -> Arg:
    """Bare where it is required, else by its name."""
    key = "" if param.default is REQUIRED else param.name
    return Arg(Lit(value, param.name), key, param.default)


def runs(items: Sequence[Code], single: Code | None = None) -> list[Code]:
    """Equal neighbours, except `single`, as repeats: two, or three and more whose literals grow by the same steps."""
    found: list[Code] = []
    start = 0
    while start < len(items):
        end = start + 1 if items[start] == single else _run(items, start, steady=True)
        if end - start < 2 and items[start] != single:
            end = _run(items, start, steady=False)
            end = end if end - start > 2 else start + 1
        found.append(items[start] if end - start == 1 else _repeat(items[start:end]))
        start = end
    return found


def _run(items: Sequence[Code], start: int, steady: bool) -> int:
    """Where the run from `start` ends."""
    first = items[start]
    if isinstance(first, Raw) or start + 1 >= len(items) or skeleton(items[start + 1]) != skeleton(first):
        return start + 1
    steps = _steps(first, items[start + 1])
    if steps is None or (steady and any(steps)):
        return start + 1
    end = start + 2
    while end < len(items) and skeleton(items[end]) == skeleton(first) and _steps(items[end - 1], items[end]) == steps:
        end += 1
    return end


def _steps(one: Code, other: Code) -> list[int] | None:
    """By how much each literal grows; None where something else than a whole number changes."""
    steps = []
    for a, b in zip(literals(one), literals(other), strict=True):
        if same(a.value, b.value):
            steps.append(0)
        elif type(a.value) is int and type(b.value) is int:
            steps.append(b.value - a.value)
        else:
            return None
    return steps


def _repeat(items: Sequence[Code]) -> Repeat:
    steps = iter(_steps(items[0], items[1]) or ())

    def leaf(item: Code) -> Code:
        if not isinstance(item, Lit):
            return item
        step = next(steps)
        return Progress(item, Lit(step, f"{item.name}_step")) if step else item

    return Repeat(change(items[0], leaf), Lit(len(items), "repeats"))


def turns(item: Code) -> int:
    """How many expressions one stands for, as `runs` makes them."""
    if not isinstance(item, Repeat):
        return 1
    assert isinstance(item.count, Lit)
    return int(item.count.value)
