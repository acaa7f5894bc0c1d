"""A network as a spec."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, replace
from typing import NamedTuple

from ..analysis.table import counts
from ..build import build
from ..errors import ArchcalcError, SpecError
from ..fmt import canonical
from ..graph import Graph, Node
from ..ops import find
from ..ops.fields import REFERENCE
from ..source import Source
from ..syntax import read
from .blocks import Blocks
from .chains import Chains
from .heads import head
from .homes import freed, tidy
from .labels import Referencing
from .naming import label
from .order import reordered, straightened
from .paths import Path, flat, glued, parts, split
from .repeats import Folder
from .sharing import apart, remark
from .text import Writer, definition, listing
from .tree import Stuck

_LINE = 78
_TRIES = 20
_NAMES = (1, 1.05, 1.2)
"""So much shorter must the text be without the names of layers that store nothing, and with numbers made parts."""
_ROUNDS = 3
_SHORTER = 0.8
"""So much shorter must another order of the layers make the text."""
_LISTED = 100


class Changes(NamedTuple):
    """What is written otherwise, since it could not be written as it was first."""

    apart: Collection[int]
    """Merges that take references instead of branches."""
    opened: Collection[Path]
    """Regions that become no blocks."""


def to_spec(graph: Graph) -> str:
    """The text of a network: parsed, it gives the same layers, connections and names.

    SpecError (E451) if the language has no word for one of its layers.

    >>> from archcalc.load import parse_spec
    >>> text = "INPUT 8x8x4 -> ADD [CONV 4 3x3 p1, ID] -> RELU -> ADD [CONV 4 3x3 p1, ID] -> RELU"
    >>> print(to_spec(parse_spec(text)), end="")
    INPUT 8x8x4 -> [ADD [CONV 4 3x3 p1, ID] -> RELU]*2 => 8x8x4
    """
    return canonical(Source(remark(graph) + _written(graph).text))


def names_of(graph: Graph) -> list[str]:
    """What the layers of a network are called in its text."""
    text, order = _written(graph)
    other = _parsed(text)
    assert other is not None
    names = dict(zip(order, [node.name for node in other.nodes], strict=True))
    return [names[index] for index in range(len(names))]


class Written(NamedTuple):
    """A text, and which layers of the network its layers are."""

    text: str
    order: Sequence[int]


def _written(graph: Graph) -> Written:
    _check_words(graph)
    graph = apart(graph)
    given = range(len(graph.nodes))
    first = Written(_text(rounded(graph)), given)
    if graph.nodes[0].source.text or (order := straightened(graph)) == list(given):
        return first
    other = Written(_text(rounded(reordered(graph, order))), order)
    return other if len(other.text) < _SHORTER * len(first.text) else first


def _text(graph: Graph) -> str:
    fit = _fit(graph)
    paths = _inputs_whole(graph, parts(node.name for node in graph.nodes))
    texts = [_attempt(graph, paths, fit)]
    if not graph.nodes[0].source.text:
        short = tidy(graph, paths)
        texts += [_attempt(graph, freed(graph, names), fit) for names in (short, split(short))]
    lengths = [len("".join(attempt.text.split())) * times for attempt, times in zip(texts, _NAMES, strict=False)]
    chosen = texts[lengths.index(min(lengths))]
    as_is = [".".join(path) for path in chosen.paths] == [node.name for node in graph.nodes]
    return chosen.text if as_is else _settled(chosen.text)


def _inputs_whole(graph: Graph, paths: Sequence[Path]) -> Sequence[Path]:
    """Paths where no input is a part of anything: exporters call them input.1."""
    named = zip(graph.nodes, paths, strict=True)
    return [("_".join(path),) if node.op.word == "INPUT" and len(path) > 1 else path for node, path in named]


def _settled(text: str) -> str:
    """A text that is written as it stands: numbers that layers without names got count as names from now on."""
    for _ in range(_ROUNDS):
        graph = _parsed(text)
        assert graph is not None
        again = _attempt(graph, parts(node.name for node in graph.nodes), _fit(graph)).text
        if again == text:
            break
        text = again
    return text


class Attempt(NamedTuple):
    """A text, and the paths that its layers have."""

    text: str
    paths: Sequence[Path]


def _attempt(graph: Graph, paths: Sequence[Path], fit: str) -> Attempt:
    """The text with certain paths, or with others that mean the same to weight files."""
    changes = Changes(set(), set())
    for _ in range(_TRIES):
        try:
            written = _write(graph, paths, fit, changes)
        except Stuck as stuck:
            if not (stuck.regions or stuck.merges or stuck.opened):
                break
            paths = glued(paths, stuck.regions)
            changes = Changes({*changes.apart, *stuck.merges}, {*changes.opened, *stuck.opened})
            continue
        except RecursionError:
            break
        if _means(written, graph, paths):
            return Attempt(written, paths)
        break
    paths = flat(paths)
    written = _write(graph, paths, fit, Changes(range(len(paths)), ()), fold=False)
    if not _means(written, graph, paths):
        note = f"{len(graph.nodes):,} layers, {len(written):,} characters of text"
        help = ("specs have at most a million characters, and blocks that stand in each other at most 64 deep",)
        raise SpecError.of("E452", "the network is too large for a spec", note, help)
    return Attempt(written, paths)


def _write(graph: Graph, paths: Sequence[Path], fit: str, changes: Changes, fold: bool = True) -> str:
    heads = [head(node.op, fit) for node in graph.nodes]
    chain = label(Chains(graph, paths, heads, changes.apart).chain(range(len(graph.nodes)), 0, None))
    root = Folder(chain, fold).fold(chain)
    blocks = Blocks(root, changes.opened)
    labels = Referencing(blocks)
    texts = iter([slot.text for slot in blocks.slots(root)])
    pieces = Writer(blocks, labels.root, texts).pieces(root)
    result = [*_settings(graph, fit)]
    for block in blocks.inner_first():
        if block.name:
            result += definition(block, blocks, labels)
    result += listing(pieces, graph, _LINE)
    return "\n".join(result) + "\n"


def _means(text: str, graph: Graph, paths: Sequence[Path]) -> bool:
    """Whether a text gives a network with these paths, "" for any last part."""
    other = _parsed(text)
    if other is None:
        return False
    named = all(node.name == ".".join(path) or not path[-1] for node, path in zip(other.nodes, paths, strict=False))
    facts = [list(map(_facts, one.nodes)) for one in (graph, other)]
    return named and facts[0] == facts[1] and graph.outputs == other.outputs


def _parsed(text: str) -> Graph | None:
    source = Source(text)
    try:
        parsed = read(source)
        return build(parsed.spec or (), source, mistakes=parsed.mistakes)
    except ArchcalcError:
        return None


def _facts(node: Node) -> object:
    """All that a layer is, but for its name."""
    values = [
        None if field.metadata.get("kind") is REFERENCE else getattr(node.op, field.name) for field in fields(node.op)
    ]
    return type(node.op), values, node.inputs, node.shape, node.batched, node.active, node.tie


def _check_words(graph: Graph) -> None:
    """Refuse layers that the language has no words for."""
    strange = [node for node in graph.nodes if find(node.op.word) is None]
    if strange:
        words = ", ".join(dict.fromkeys(str(node.op) for node in strange[:_LISTED]))
        note = f"{len(strange):,} of {len(graph.nodes):,} layers, {strange[0].name} first: {words}"
        raise SpecError.of("E451", "the language has no word for a layer", note, ("show and explain still count it",))


def _fit(graph: Graph) -> str:
    """How sizes are rounded in a file in which all windows say it."""
    said = [node.op.fit for node in graph.nodes if hasattr(node.op, "fit")]
    usual = max(sorted(set(said)), key=said.count, default="")
    return usual if "" not in said else ""


def rounded(graph: Graph) -> Graph:
    """A graph that other software wrote, with all windows rounded alike: those that fit are the same either way."""
    usual = max((_said(graph) - {""}), default="")
    if graph.nodes[0].source.text or not usual:
        return graph
    return replace(graph, nodes=tuple([_round(node, usual) for node in graph.nodes]))


def _round(node: Node, fit: str) -> Node:
    return node._replace(op=replace(node.op, fit=fit)) if getattr(node.op, "fit", None) == "" else node


def _said(graph: Graph) -> set[str]:
    return {node.op.fit for node in graph.nodes if hasattr(node.op, "fit")}


def _plain(text: str) -> str:
    """A text that quotes can hold."""
    return "".join(sign if sign.isprintable() else " " for sign in text.replace('"', "'"))


_KEPT = ("title", "source", "batch")
_NO_TITLES = ("main_graph", "main", "graph", "torch_jit", "torch-jit-export")
"""What exporters call every graph."""


def _settings(graph: Graph, fit: str) -> Iterator[str]:
    kept = {key: value for key, value in graph.settings.items() if key in _KEPT and value not in _NO_TITLES}
    given = [f'{key}="{_plain(value)}"' if isinstance(value, str) else f"{key}={value}" for key, value in kept.items()]
    given += [f"fit={fit}"] if fit else []
    if given:
        yield " ".join(["set", *given])
    pins = [f"{pin.key}={pin.value}" for pin in graph.pins] or [*_totals(graph)]
    if pins:
        yield " ".join(["check", *pins])


def _totals(graph: Graph) -> Iterator[str]:
    """What must hold of a model that other software wrote."""
    if not graph.nodes[0].source.text and not graph.free:
        totals = counts(graph)
        yield f"params={totals.params}"
        yield f"macs={totals.macs}"
