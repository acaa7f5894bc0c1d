"""What a row means: its layers in our language, with every number of the row understood as one thing, or refused."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..errors import Diagnostic
from ..source import Source
from ..syntax import tree
from ..words import layers_like, nearest
from .kinds import ACTIVATIONS, KINDS, VOCABULARY
from .numbers import arguments, depth, given, modes
from .reading import Part, Row

_LAYERS = ("INPUT", "CONV", "POOL", "FC", "NORM", "LRN", "BN", "LN", "FLATTEN", "DROP", "ACTIVATION")
_NORMS = ("LRN", "BN", "LN")
_FOLLOWERS = (*ACTIVATIONS, "BN", "DROP")
"""What a row may name behind its layer."""

_ROW = "a row reads [55x55x96] CONV1: 96 11x11 filters at stride 4, pad 0"
_PROSE = "what only explains stands in parentheses, without numbers: (class scores), or behind #"


class Meaning(NamedTuple):
    """The stages of a row, and the mistakes in it; tree.Lost stands for a row with mistakes."""

    stages: tuple[tree.Stage, ...]
    mistakes: tuple[Diagnostic, ...] = ()


class Above(NamedTuple):
    """What the rows above say: the axes of the last volume, and whether a fully connected layer has flattened it."""

    axes: int = 0
    flat: bool = False


def meaning(row: Row, source: Source, above: Above) -> Meaning:
    """What a row means."""
    volumes = [part for part in row if part.role == "VOLUME"]
    rest = [part for part in row if part.role not in ("VOLUME", "NOTE")]
    layers = [(_word(part, rest), part) for part in rest if part.role in _LAYERS]
    start, end = min(part.start for part in row), max(part.end for part in row)
    lost = Meaning((tree.Stage("", tree.Lost(start, end), volumes[0].amount if volumes else None, start, end),))
    if not layers or len(volumes) > 1:
        return lost._replace(mistakes=(_no_row(row, volumes, source),))
    mistakes = _unknown(rest, source) or _strangers(layers, source)
    if mistakes:
        return lost._replace(mistakes=tuple(mistakes))
    return _understood(rest, layers, volumes, source, above, lost)


def _understood(
    rest: list[Part], layers: list[tuple[str, Part]], volumes: list[Part], source: Source, above: Above, lost: Meaning
) -> Meaning:
    """The stages of a row whose words are all known."""
    (word, main), *others = _specific(layers)
    numbers, mistakes = given(rest, word, main, volumes[0] if volumes else None, source)
    words, more = modes(rest, word, source)
    if mistakes or more:
        return lost._replace(mistakes=(*mistakes, *more))
    seen, numbers = depth(word, numbers, above.axes)
    head = tree.Layer(word, (*words, *arguments(word, numbers)), None, rest[0].start, rest[-1].end)
    stages = [tree.Stage(_label(rest[0], main), head, None, head.start, head.end)]
    for other, part in others:
        rate = {"RATE": part} if part.amount else {}
        follower = tree.Layer(other, arguments(other, rate), None, part.start, part.end)
        stages.append(tree.Stage("", follower, None, part.start, part.end))
    claim = volumes[0].amount if volumes and volumes[0] != numbers.get("SIZE") else None
    stages[-1] = stages[-1]._replace(claim=_flattened(claim) if claim and (above.flat or word == "FC") else claim)
    return Meaning((*seen, *stages))


def _word(part: Part, row: list[Part]) -> str:
    """A layer in our language."""
    if part.role == "POOL" and any(other.role == "GLOBAL" for other in row):
        return "GMP" if any(other.role == "MAX" for other in row) else "GAP"
    if part.role == "ACTIVATION":
        name = re.match(r"[a-z-]*", part.text.lower())[0].rstrip("-s")  # type: ignore[index]
        return next(word for word, names in ACTIVATIONS.items() if name in names.split())
    return "LRN" if part.role == "NORM" else part.role


def _specific(layers: list[tuple[str, Part]]) -> list[tuple[str, Part]]:
    """The layers of a row, each once: NORM1 may be a batch normalisation, and POOL1 say pooling again."""
    (word, main), *others = layers
    if main.role == "NORM":
        word = next((other for other, part in others if part.role in _NORMS), word)
    others = [(other, part) for other, part in others if other not in (word, "INPUT") and part.role != "NORM"]
    return [(word, main), *others]


# Mistakes


def _strangers(layers: list[tuple[str, Part]], source: Source) -> list[Diagnostic]:
    """Layers that cannot stand behind another in its row, or lack their rate."""
    (word, _), *others = _specific(layers)
    mistakes = []
    for other, part in others:
        place = source.place(part.start, part.end)
        if other not in _FOLLOWERS:
            help = ("give each a row of its own, with its volume",)
            mistakes.append(Diagnostic("E123", "the row has two layers", f"{word} and {other}", help, place=place))
        elif other == "DROP" and part.amount is None:
            mistakes.append(Diagnostic("E122", f"{part.text} doesn't say its rate", "", ("dropout 0.5",), place=place))
    return mistakes


def _unknown(row: list[Part], source: Source) -> list[Diagnostic]:
    """What is in no vocabulary."""
    unknown = [
        part
        for part in row
        if (part.role in ("WORD", "STRAY", "OTHER", "RATE", "GROUPS") and part.amount is None)
        or (part.role == "TITLE" and part is not row[0])
    ]
    return [
        Diagnostic("E120", f"{part.text} is not understood", help=(_meant(part),)).at(
            source.place(part.start, part.end)
        )
        for part in unknown
    ]


def _meant(part: Part) -> str:
    if part.role == "STRAY":
        return "numbers stand alone, and none is negative: stride 4, pad 0"
    near = nearest(part.text.lower().strip("0123456789"), VOCABULARY, 1)
    return f"did you mean {near[0]}?" if near else _PROSE


def _no_row(row: Row, volumes: list[Part], source: Source) -> Diagnostic:
    place = source.place(min(part.start for part in row), max(part.end for part in row))
    if len(volumes) > 1:
        note = " and ".join(part.text for part in volumes)
        return Diagnostic("E123", "the row has more than one volume", note, (_ROW,), place=place)
    words = [part.text.rstrip("0123456789") for part in row if part.text[:1].isalpha()]
    near = [name for word in words for name in layers_like(word, tuple(KINDS))]
    if near or volumes:
        help = (f"did you mean {near[0]}?", _ROW) if near else (_ROW,)
        return Diagnostic("E123", "the row names no layer", "", help, place=place)
    help = (_ROW, "put # before a line that is for people only")
    return Diagnostic("E123", "the line has neither a volume nor a layer", "", help, place=place)


# Names and claims


def _flattened(claim: tree.Glued) -> tree.Glued:
    """1x1x4096 as 4096: slides keep axes that fully connected layers have lost."""
    *ones, last = claim.axes
    flat = all(isinstance(size, tree.Number) and size.value == 1 for size in ones)
    return claim._replace(axes=(last,)) if flat else claim


def _label(first: Part, layer: Part) -> str:
    """The name of a row: the word before its colon, or its layer if that has a number."""
    if first.role != "TITLE" and not any(sign.isdigit() for sign in layer.text):
        return ""
    words = (first if first.role == "TITLE" else layer).text.lower().split()
    text = "".join(word for word in words if word != "layer")
    return "".join(sign if sign.isalnum() else "_" for sign in text)
