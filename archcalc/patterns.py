"""Patterns: families of networks, such as INPUT -> [[CONV -> RELU]*N -> POOL?]*M -> [FC -> RELU]*K -> FC.

A pattern is written in the language, with bare layers, free counts, and ? for what may be missing. A network is
matched against it layer by layer; layers without weights that the pattern never names are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .build import Options
from .build.arguments import EXAMPLES
from .errors import Diagnostic, LimitError, SpecError
from .graph import Graph, Node
from .load import parse_source
from .ops import find
from .ops.fields import signature
from .source import Source
from .syntax import tree

Counts = dict[str, tuple[int, ...]]

COMMON = {"INPUT": "32x32x3", "CONV": "64 3x3 p1", "POOL": "2 s2", "FC": "100", "DROP": "0.5"}
"""What bare layers become when a pattern is written out: the common settings of cs231n's lecture 7."""
MAX_STEPS = 1_000_000
"""Positions that are tried before a match is given up."""


@dataclass(frozen=True)
class Match:
    """How a network follows a pattern."""

    counts: dict[str, int | tuple[int, ...]]
    """How often each free group repeats; one number where it is the same everywhere, else one each time."""
    passed: tuple[str, ...]
    """The layers that were passed over."""


def match(graph: Graph, pattern: str) -> Match | None:
    """How a network follows a pattern; None if it does not. SpecError if the pattern or the network has branches."""
    found = _search(graph, pattern)
    return found if isinstance(found, Match) else None


def mismatch(graph: Graph, pattern: str) -> str:
    """Why a network does not follow a pattern: the layer up to which it does. Nothing if it follows.

    >>> from archcalc.load import parse_spec
    >>> mismatch(parse_spec("INPUT 8x8x3 -> CONV 4 3x3 -> CONV 2 3x3 -> FC 10"), "INPUT -> CONV -> [FC]*K")
    'conv2 (CONV 2 3x3) comes where the pattern has FC or ends'
    """
    found = _search(graph, pattern)
    return found if isinstance(found, str) else ""


def _search(graph: Graph, pattern: str) -> Match | str:
    items = _items(_parse(pattern), pattern)
    named = set(_words(items))
    kept: list[Node] = []
    passed: list[str] = []
    for index, node in enumerate(graph.nodes):
        if node.op.word != "INPUT" and node.inputs != (index - 1,):
            help = ("it describes chains of layers",)
            raise SpecError(Diagnostic("E270", f"{node.name} has branches, a pattern has none", help=help))
        if node.op.word in named or node.op.weights(*graph.shapes(node)):
            kept.append(node)
        else:
            passed.append(node.op.word)
    matcher = _Matcher(kept)
    for counts, end in matcher.sequence(items, 0, {}):
        if end == len(kept):
            same = {name: found[0] if len(set(found)) == 1 else found for name, found in counts.items()}
            return Match(same, tuple(dict.fromkeys(passed)))
        matcher.want(end, "")
    return matcher.reason()


@dataclass(frozen=True)
class _Item:
    """A layer, or a group with its count; what is optional may be missing."""

    word: str = ""
    arguments: str = ""
    optional: bool = False
    group: tuple[_Item, ...] = ()
    count: str | int = 1

    def fits(self, node: Node) -> bool:
        """Whether a layer is this one, with the arguments that the pattern gives, if any."""
        return bool(node.op.word == self.word and {*self.arguments.split()} <= {*str(node.op).split()})


def _parse(pattern: str) -> tree.Spec:
    parsed = parse_source(Source(pattern), Options())
    if parsed.spec is None or parsed.mistakes:
        raise SpecError(*parsed.mistakes)
    return parsed.spec


def _items(stages: tree.Spec | tree.Chain, text: str) -> tuple[_Item, ...]:
    return tuple(_item(stage, text) for stage in stages)


def _item(stage: tree.Line, text: str) -> _Item:
    head = stage.head if isinstance(stage, tree.Stage) else None
    if isinstance(head, tree.Group) and len(head.chains) == 1:
        return _Item(group=_items(head.chains[0], text), count=_count(head, text))
    if isinstance(head, tree.Layer) and head.branches is None and find(head.word) is not None:
        arguments = [argument for argument in head.arguments if not _is_question(argument)]
        written = " ".join(text[argument.start : argument.end] for argument in arguments)
        return _Item(head.word, written, len(arguments) < len(head.arguments))
    place = Source(text).place(stage.start, stage.end)
    help = ("layers, [ ... ]*N and LAYER? make a pattern",)
    raise SpecError(Diagnostic("E271", "a pattern cannot hold this", help=help, place=place))


def _is_question(argument: tree.Argument) -> bool:
    value = argument.value
    return not argument.key and isinstance(value, tree.Glued) and isinstance(value.axes[0], tree.Unknown)


def _count(group: tree.Group, text: str) -> str | int:
    match group.count:
        case None:
            return 1
        case tree.Name(name):
            return name
        case tree.Number(value) if isinstance(value, int):
            return value
    place = Source(text).place(group.start, group.end)
    raise SpecError(Diagnostic("E271", "a pattern counts with a letter or a number", help=("[CONV]*N",), place=place))


def _words(items: tuple[_Item, ...]) -> Iterator[str]:
    for item in items:
        yield item.word
        yield from _words(item.group)


class _Matcher:
    """Tries a pattern on a list of layers, the longest repeats first."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.steps = 0
        self.farthest = 0
        self.wanted: dict[str, None] = {}
        """What the pattern has after as many layers as it can follow; "" for its end."""

    def sequence(self, items: tuple[_Item, ...], start: int, counts: Counts) -> Iterator[tuple[Counts, int]]:
        self.steps += 1
        if self.steps > MAX_STEPS:
            help = ("give some of its groups numbers for counts",)
            raise LimitError(Diagnostic("E274", f"the pattern may be read in more than {MAX_STEPS:,} ways", help=help))
        if not items:
            yield counts, start
            return
        first, *rest = items
        for found, end in self._one(first, start, counts):
            yield from self.sequence(tuple(rest), end, found)

    def _one(self, item: _Item, start: int, counts: Counts) -> Iterator[tuple[Counts, int]]:
        if item.group:
            yield from self._repeat(item, start, counts, 0)
            return
        if start < len(self.nodes) and item.fits(self.nodes[start]):
            yield counts, start + 1
        else:
            self.want(start, f"{item.word} {item.arguments}".strip())
        if item.optional:
            yield counts, start

    def want(self, start: int, word: str) -> None:
        """Remember what the pattern has where it differs, as far behind as that is."""
        if start > self.farthest:
            self.farthest, self.wanted = start, {}
        if start == self.farthest:
            self.wanted[word] = None

    def reason(self) -> str:
        """Where the network and the pattern part."""
        words = " or ".join(word for word in self.wanted if word)
        ends = " or ".join([f"has {words}"] * bool(words) + ["ends"] * ("" in self.wanted))
        if self.farthest == len(self.nodes):
            return f"the network ends where the pattern {ends}"
        node = self.nodes[self.farthest]
        return f"{node.name} ({node.op}) comes where the pattern {ends}"

    def _repeat(self, item: _Item, start: int, counts: Counts, done: int) -> Iterator[tuple[Counts, int]]:
        wanted = item.count if isinstance(item.count, int) else None
        if wanted is None or done < wanted:
            for found, end in self.sequence(item.group, start, counts):
                if end > start:
                    yield from self._repeat(item, end, found, done + 1)
        if wanted == done:
            yield counts, start
        elif isinstance(item.count, str):
            yield {**counts, item.count: (*counts.get(item.count, ()), done)}, start


def instantiate(pattern: str, values: Mapping[str, int]) -> str:
    """The pattern as a spec: counts put in, bare layers with the common settings of the lectures.

    >>> instantiate("INPUT -> [CONV -> RELU]*N -> FC", {"N": 2})
    'INPUT 32x32x3 -> [CONV 64 3x3 p1 -> RELU]*2 -> FC 10'
    """
    items = _items(_parse(pattern), pattern)
    text = _write(items, values)
    head, last, tail = text.rpartition("FC 100")
    return f"{head}FC 10{tail}" if last and not tail.strip(" ]*0123456789") and items[-1].word == "FC" else text


def _write(items: tuple[_Item, ...], values: Mapping[str, int]) -> str:
    return " -> ".join(_write_one(item, values) for item in items)


def _write_one(item: _Item, values: Mapping[str, int]) -> str:
    if item.group:
        if isinstance(item.count, str) and item.count not in values:
            raise SpecError(Diagnostic("E272", f"{item.count} has no value", help=(f"--set {item.count}=2",)))
        count = values[item.count] if isinstance(item.count, str) else item.count
        return f"[{_write(item.group, values)}]*{count}"
    arguments = item.arguments or COMMON.get(item.word, "")
    op = find(item.word)
    if not arguments and op is not None and signature(op).arguments:
        example = EXAMPLES.get(item.word, f"{item.word} ...")
        raise SpecError(
            Diagnostic("E273", f"{item.word} needs its arguments", help=(f"write {example} in the pattern",))
        )
    return f"{item.word} {arguments}".rstrip()
