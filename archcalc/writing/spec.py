"""A network as a spec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

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
from .labels import Referencing
from .naming import label
from .paths import Path, flat, glued, parts
from .repeats import Folder
from .text import Writer, definition, lines
from .tree import Stuck

_LINE = 88
_TRIES = 20
_LISTED = 100


def to_spec(graph: Graph) -> str:
    """The text of a network: parsed, it gives the same layers, connections and names.

    SpecError (E451) if the language has no word for one of its layers.

    >>> from archcalc.load import parse_spec
    >>> text = "INPUT 8x8x4 -> ADD [CONV 4 3x3 p1, ID] -> RELU -> ADD [CONV 4 3x3 p1, ID] -> RELU"
    >>> print(to_spec(parse_spec(text)), end="")
    INPUT 8x8x4 -> [ADD [CONV 4 3x3 p1, ID] -> RELU]*2
    """
    _check_words(graph)
    fit = _fit(graph)
    paths = parts(node.name for node in graph.nodes)
    for _ in range(_TRIES):
        try:
            written = _write(graph, paths, fit)
        except Stuck as stuck:
            if not stuck.regions:
                break
            paths = glued(paths, stuck.regions)
            continue
        if _means(written, graph, paths):
            return written
        break
    return _write(graph, flat(paths), fit, fold=False)


def _write(graph: Graph, paths: Sequence[Path], fit: str, fold: bool = True) -> str:
    heads = [head(node.op, fit) for node in graph.nodes]
    chain = label(Chains(graph, paths, heads, fold).chain(range(len(graph.nodes)), 0, None))
    root = Folder(chain, fold).fold(chain)
    blocks = Blocks(root)
    labels = Referencing(blocks)
    texts = iter([slot.text for slot in blocks.slots(root)])
    pieces = Writer(blocks, labels.root, texts).pieces(root)
    result = [*_settings(graph, fit)]
    for block in blocks.inner_first():
        if block.name:
            result += definition(block, blocks, labels)
    result += lines(pieces, _LINE)
    return canonical(Source("\n".join(result) + "\n"))


def _means(text: str, graph: Graph, paths: Sequence[Path]) -> bool:
    """Whether a text gives a network with these paths."""
    source = Source(text)
    parsed = read(source)
    try:
        other = build(parsed.spec or (), source, mistakes=parsed.mistakes)
    except ArchcalcError:
        return False
    names = [".".join(path) for path in paths]
    ours = dict(zip(names, (_facts(node, names) for node in graph.nodes), strict=True))
    theirs = [node.name for node in other.nodes]
    same = all(ours.get(node.name) == _facts(node, theirs) for node in other.nodes) and len(theirs) == len(names)
    return same and [names[index] for index in graph.outputs] == [theirs[index] for index in other.outputs]


def _facts(node: Node, names: Sequence[str]) -> object:
    """All that a layer is, with names for the layers that it reads."""
    values = [
        None if field.metadata.get("kind") is REFERENCE else getattr(node.op, field.name) for field in fields(node.op)
    ]
    reads = tuple(names[index] for index in node.inputs)
    tie = None if node.tie is None else names[node.tie]
    return type(node.op), values, reads, node.shape, node.batched, node.active, tie


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


def _settings(graph: Graph, fit: str) -> Iterator[str]:
    kept = {key: value for key, value in graph.settings.items() if key in ("title", "source", "batch")}
    given = [f'{key}="{value}"' if isinstance(value, str) else f"{key}={value}" for key, value in kept.items()]
    given += [f"fit={fit}"] if fit else []
    if given:
        yield " ".join(["set", *given])
    if graph.pins:
        yield " ".join(["check", *(f"{pin.key}={pin.value}" for pin in graph.pins)])
