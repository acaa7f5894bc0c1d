"""A network as a slide lists it: a row a layer, its volume in front."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..build import build
from ..errors import ArchcalcError, SpecError
from ..graph import Graph, Node
from ..shape import Shape, Window, show
from ..source import Source
from .kinds import ACTIVATIONS, NORM_SIZE
from .parse import parse_slide


def to_slide(graph: Graph) -> str:
    """The listing of a network. Comments behind a stage without numbers become notes: (class scores).

    Raises SpecError for what slides have no words for: branches, layers that the notation does not know, options that
    their rows don't tell. Every row is read again, and must mean the layer that it was written for.
    """
    lines = _headings(graph.settings)
    for index, node in enumerate(graph.nodes):
        _check_chain(graph, index)
        lines.append(_row(node, graph.shapes(node)) + _note(graph, index))
    return "\n".join(lines) + "\n"


def _headings(settings: Mapping[str, Any]) -> list[str]:
    """The title, ending in a colon, and the source in brackets."""
    title, source = (re.sub(r"[\[\]#]", " ", str(settings.get(key, ""))).strip(" :") for key in ("title", "source"))
    return [f"{title}:"] * bool(title) + [f"[{source}]"] * bool(re.match(r"[^\d?]", source))


def _row(node: Node, inputs: Sequence[Shape]) -> str:
    """The row of a layer, without its name where that would be taken for another layer's."""
    for words in (_words(node, inputs, re.sub(r"\W", "_", node.name).upper()), _words(node, inputs, "")):
        row = f"[{show(node.shape)}] {words}"
        if _means(row, node, inputs):
            return row
    raise _refuse(node, "E124", "slides have no words for this layer", str(node.op), (_KNOWN,))


def _words(node: Node, inputs: Sequence[Shape], title: str) -> str:
    """What a row says behind its volume: MAX POOL1: 3x3 filters at stride 2."""
    op: Any = node.op
    if op.word == "INPUT":
        return "INPUT" if title in ("INPUT", "") else f"{title}: input"
    noun, stems = _NOUNS.get(op.word, (op.word, op.word))
    front = f"{op.mode.upper()} " if op.word == "POOL" else ""
    phrase = _PHRASES[op.word](op, *inputs) if op.word in _PHRASES else ""
    if not title or re.fullmatch(rf"(?:{stems})[_\d]*", title):
        title = front + (title or (noun if stems == "-" else stems.partition("|")[0]))
    else:
        title, phrase = f"{title}: {front.lower()}{noun}", phrase and f" {phrase}"
        return title + ("," if phrase and op.word != "DROP" else "") + phrase
    return f"{title}: {phrase}" if phrase else title


def _conv(op: Any, *x: Shape) -> str:
    groups = f", {op.groups} groups" if op.groups > 1 else ""
    bias = ", no bias" if op.nobias else ""
    return f"{op.filters} {_window(op, x[0], always=True)}{groups}{bias}"


def _window(op: Any, x: Shape, always: bool) -> str:
    """11x11 filters at stride 4, pad 0; a pad of 0 only where it is always told."""
    windows = op.windows(x)
    sizes = show(tuple(window.kernel for window in windows))
    sizes = f"{sizes} filters" if len(windows) > 1 else f"filters of size {sizes}"
    stride, dilation = (_same([getattr(window, key) for window in windows]) for key in ("stride", "dilation"))
    pad = "same padding" if op.same else f"pad {_same([_sides(window) for window in windows])}"
    parts = [f"{sizes} at stride {stride}"]
    parts += [pad] if always or pad != "pad 0" else []
    parts += [f"dilation {dilation}"] if dilation != "1" else []
    if any(fit.dropped or fit.added for fit in op.fits(x)) and not op.same:
        parts.append("rounded down" if op.fit == "floor" else "rounded up")
    return ", ".join(parts)


def _sides(window: Window) -> str:
    """A pad: one number, or before and after."""
    return str(window.before) if window.before == window.after else f"{window.before}:{window.after}"


def _same(sizes: Sequence[object]) -> str:
    """One number where all the axes have it."""
    return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes))


def _norm(op: Any, *x: Shape) -> str:
    return "Normalization layer" if op.size == NORM_SIZE else f"Local response normalization over {op.size} channels"


_PHRASES: dict[str, Callable[..., str]] = {
    "CONV": _conv,
    "POOL": lambda op, *x: _window(op, x[0], always=False),
    "FC": lambda op, *x: f"{op.units} neurons" + (", no bias" if op.nobias else ""),
    "LRN": _norm,
    "BN": lambda op, *x: "Batch normalization",
    "LN": lambda op, *x: "Layer normalization",
    "DROP": lambda op, *x: f"rate {op.rate:g}",
}

_NOUNS = {
    "CONV": ("convolution", "CONV"),
    "POOL": ("pooling", "POOL"),
    "FC": ("fully connected", "FC"),
    "LRN": ("normalization", "NORM|LRN"),
    "BN": ("normalization", "NORM|BN"),
    "LN": ("normalization", "NORM|LN"),
    "DROP": ("dropout", "DROP|DROPOUT"),
    "GAP": ("global average pooling", "-"),
    "GMP": ("global max pooling", "-"),
    **{word: (word, word) for word in ACTIVATIONS},
}
"""How a row names its layer where its title doesn't, and the titles that do."""

_KNOWN = (
    "slides know convolutions, pooling, fully connected layers, norms, dropout, activations and their usual options"
)


# What cannot be told


def _check_chain(graph: Graph, index: int) -> None:
    """Refuse a layer that does not read the one above it alone."""
    node = graph.nodes[index]
    if node.op.word == "INPUT" and not index:
        return
    if node.inputs != (index - 1,) or node.tie is not None or not node.active:
        names = " and ".join(graph.nodes[source].name for source in node.inputs) or "nothing"
        help = ("a slide lists layers that each read the one above, and nothing else",)
        raise _refuse(node, "E125", f"{node.name} is no row of a listing", f"it reads {names}", help)


def _means(row: str, node: Node, inputs: Sequence[Shape]) -> bool:
    """Whether a row, read again, means the layer that it was written for."""
    above = "".join(f"[{show(shape)}] INPUT\n" for shape in inputs)
    source = Source(above + row)
    try:
        parsed = parse_slide(source)
        read = build(parsed.spec or (), source, mistakes=parsed.mistakes).nodes[len(inputs) :]
    except ArchcalcError:
        return False
    return len(read) == 1 and _facts(read[0].op, inputs) == _facts(node.op, inputs)


def _facts(op: Any, inputs: Sequence[Shape]) -> object:
    """All that a layer does and has."""
    return (op.word, op if not inputs else (op.output(*inputs), op.weights(*inputs), op.onnx(*inputs)))


def _refuse(node: Node, code: str, message: str, note: str, help: tuple[str, ...]) -> SpecError:
    error = SpecError.of(code, message, note, help)
    return SpecError(error.diagnostics[0].at(node.place))


# Notes


_BEHIND = re.compile(r"\s*(?:=>\s*\S+\s*)?(?:#\s*([^#\d()]*?)\s*|\(([^\d()]*)\)\s*)")


def _note(graph: Graph, index: int) -> str:
    """The comment behind a stage that ends its line, unless a number in it would have to be understood."""
    node = graph.nodes[index]
    line = re.compile(r"[^\r\n]*").match(node.source.text, node.end)
    comment = _BEHIND.fullmatch(line[0]) if line else None
    if not comment or any(other.end == node.end for other in graph.nodes if other is not node):
        return ""
    said = comment[1] or comment[2]
    return f" ({said})" if said else ""
